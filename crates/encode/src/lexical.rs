//! The stand-in where no model is installed: hashed characters and character pairs.
//!
//! It finds texts that share words, not texts that share a meaning. Whatever is made with it is
//! marked, see [`Encoder::is_lexical`].

use crate::{EncodeError, Encoder, Role, Vectors, Watch};

/// Length of the vectors. A sentence has some dozens of features, so few of them collide.
const DIMENSION: usize = 512;

/// A pair of characters says more than one of them.
const PAIR_WEIGHT: f32 = 1.0;
const SINGLE_WEIGHT: f32 = 0.5;

/// Function characters: in every text, so on their own they tell nothing.
const FUNCTION_CHARACTERS: &str = "的了是在和与及或也都就而不我你他们这那有个之其并应";

/// Counts characters and pairs of characters, hashed with a sign into a fixed number of columns,
/// with logarithmic weights. A text without letters or digits gives the zero vector.
#[derive(Debug, Clone, Copy, Default)]
pub struct LexicalEncoder;

impl Encoder for LexicalEncoder {
    fn identity(&self) -> &'static str {
        "lexical-1"
    }

    fn dimension(&self) -> usize {
        DIMENSION
    }

    fn is_lexical(&self) -> bool {
        true
    }

    fn encode(
        &self,
        texts: &[&str],
        _role: Role,
        watch: &dyn Watch,
    ) -> Result<Vectors, EncodeError> {
        let mut vectors = Vectors::new(DIMENSION);
        for text in texts {
            if watch.stops() {
                return Err(EncodeError::Stopped);
            }
            vectors.push(&vector(text));
            watch.done(1);
        }
        Ok(vectors)
    }
}

fn vector(text: &str) -> [f32; DIMENSION] {
    let mut features = features(text);
    features.sort_unstable_by_key(|feature| feature.hash);
    let mut vector = [0.0; DIMENSION];
    for same in features.chunk_by(|a, b| a.hash == b.hash) {
        let Feature { hash, weight } = same[0];
        let weight = weight * (1.0 + (same.len() as f32).ln());
        // The sign makes collisions cancel out on average instead of adding up.
        let signed = if hash >> 63 == 0 { weight } else { -weight };
        vector[hash as usize % DIMENSION] += signed;
    }
    crate::vectors::normalise(&mut vector);
    vector
}

struct Feature {
    hash: u64,
    weight: f32,
}

/// Letters and digits, and each two that stand side by side. Punctuation and space separate.
fn features(text: &str) -> Vec<Feature> {
    let mut features = Vec::new();
    let mut previous: Option<char> = None;
    for c in text.chars().flat_map(char::to_lowercase) {
        if !c.is_alphanumeric() {
            previous = None;
            continue;
        }
        // One Latin letter is no word, a Chinese character often is.
        if !c.is_ascii() && !FUNCTION_CHARACTERS.contains(c) {
            features.push(Feature {
                hash: hash(0, c),
                weight: SINGLE_WEIGHT,
            });
        }
        if let Some(previous) = previous {
            features.push(Feature {
                hash: hash(u64::from(u32::from(previous)), c),
                weight: PAIR_WEIGHT,
            });
        }
        previous = Some(c);
    }
    features
}

/// SplitMix64's finaliser: the same on every machine and in every version.
fn hash(previous: u64, c: char) -> u64 {
    let mut z = (previous << 32 | u64::from(u32::from(c))).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::dot;

    fn cosine(a: &str, b: &str) -> f32 {
        let vectors = LexicalEncoder.encode(&[a, b], Role::Query, &()).unwrap();
        dot(vectors.row(0), vectors.row(1))
    }

    #[test]
    fn texts_that_share_words_are_nearer_than_texts_that_do_not() {
        let text = "小区电梯坏了三天没有人维修";
        assert!(cosine(text, text) > 0.999);
        let near = cosine(text, "电梯坏了一直没有人来维修");
        let far = cosine(text, "建议提高献血者的交通补贴");
        assert!(near > 0.4, "{near}");
        assert!(far < 0.1, "{far}");
    }

    #[test]
    fn case_and_punctuation_do_not_matter() {
        assert!(cosine("安装 APP，扫码。", "安装app扫码") > 0.8);
    }

    #[test]
    fn every_text_with_letters_has_unit_length_and_others_have_none() {
        for text in ["好", "a1", "𠮷野家", "电".repeat(700_000).as_str()] {
            let length = cosine(text, text);
            assert!((length - 1.0).abs() < 1e-4, "{length}");
        }
        for text in ["", "！？…", "\u{202e}", "👍🏻"] {
            assert!(cosine(text, text).abs() < 1e-6, "{text}");
        }
    }

    #[test]
    fn progress_counts_each_text() {
        let count = std::sync::atomic::AtomicUsize::new(0);
        LexicalEncoder
            .encode(&["一", "二", "三"], Role::Passage, &count)
            .unwrap();
        assert_eq!(count.into_inner(), 3);
    }
}
