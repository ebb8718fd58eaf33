//! Full-text and vector search over submissions and articles.
