//! Maps for what is looked up by the million.
//!
//! Several times faster than the standard library's hasher. Seeded anew in each process, so that nobody can
//! write texts whose words all fall into one place; the order of a map is never looked at.

use foldhash::fast::RandomState;

/// A map by hash.
pub type Map<K, V> = std::collections::HashMap<K, V, RandomState>;
/// A set by hash.
pub type Set<K> = std::collections::HashSet<K, RandomState>;
