//! Full-text and vector search over submissions, points and articles, and word search over laws and
//! over what was made public.
//!
//! Words are matched by BM25 over two fields of a tantivy index: the words of the shared dictionary,
//! and all characters and pairs of characters, so that nothing is unfindable. Meaning is matched by
//! an exact scan over the parts' vectors. [`Part`]s that share an article or a point lift each other.
//!
//! The index holds nothing that the store does not have: it can always be rebuilt.

mod archive;
mod catalogue;
mod document;
mod error;
mod filter;
mod highlight;
mod index;
mod lexical;
mod library;
mod query;
mod rank;
mod record;
mod schema;
mod search;
mod snapshot;
mod terms;
mod vectors;

#[cfg(test)]
mod testing;

pub use archive::{ArchiveDocument, ArchiveIndex};
pub use document::{Document, Kind, Part};
pub use error::SearchError;
pub use index::SearchIndex;
pub use library::{LawDocument, LawHit, LibraryIndex};
pub use query::{Answer, Filters, Hit, Query, Reason, Snippet};
