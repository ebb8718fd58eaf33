//! What tests share: builders, a fake encoder, a fixed clock.
