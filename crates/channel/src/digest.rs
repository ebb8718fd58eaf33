//! Digests and comparisons that the protocols of the channels share.

use sha1::{Digest, Sha1};

use crate::record::hex;

/// SHA-1 of the parts put together, as lower-case hexadecimal digits. The platforms prescribe it.
pub(crate) fn sha1_hex(parts: &[&str]) -> String {
    let mut digest = Sha1::new();
    for part in parts {
        digest.update(part);
    }
    hex(&digest.finalize())
}

/// Whether two texts are equal, in a time that does not tell where they differ.
pub(crate) fn same(left: &str, right: &str) -> bool {
    let pairs = left.bytes().zip(right.bytes());
    let difference = pairs.fold(0, |sum, (l, r)| sum | (l ^ r));
    left.len() == right.len() && std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::{same, sha1_hex};

    #[test]
    fn texts_are_the_same_or_not() {
        assert!(same("", "") && same("abc", "abc"));
        assert!(!same("abc", "abd") && !same("abc", "ab") && !same("", "a"));
    }

    /// The example of FIPS 180.
    #[test]
    fn sha1_of_the_parts_is_that_of_the_whole() {
        assert_eq!(
            sha1_hex(&["a", "bc"]),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
    }
}
