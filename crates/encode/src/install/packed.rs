//! The packed file `E5S1` inside the package: vocabulary, normalisation table and 4-bit weights.
//!
//! Little-endian, in this order: head, pieces, normalisation table, tensor directory, tensors.

use std::collections::BTreeMap;

use half::f16;

const MAGIC: &[u8] = b"E5S1";
const VERSION: u32 = 1;
/// Weights of a 4-bit block: one half-precision scale, then two weights a byte.
const BLOCK: usize = 32;
const BLOCK_BYTES: usize = 2 + BLOCK / 2;

/// Why a packed file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackedError {
    /// Another kind of file.
    #[error("not an E5S1 file of version 1")]
    Kind,
    /// The file ends early, or a length in it points beyond its end.
    #[error("the file ends inside {0}")]
    Truncated(&'static str),
    /// Something in it contradicts the format.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// A weight that the architecture needs is not there, or of another size.
    #[error("tensor `{0}` is missing or of the wrong size")]
    Tensor(String),
}

/// A packed model. Borrows from the bytes of the file.
#[derive(Debug)]
pub(super) struct Packed<'a> {
    pub(super) sizes: Sizes,
    /// In the order of their ids.
    pub(super) pieces: Vec<Piece<'a>>,
    /// Ordered by the character replaced.
    pub(super) rules: Vec<Rule>,
    tensors: BTreeMap<&'a str, PackedTensor<'a>>,
}

/// The numbers at the head of the file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sizes {
    pub(super) hidden: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    pub(super) inner: usize,
    pub(super) positions: usize,
    pub(super) types: usize,
    pub(super) norm_epsilon: f32,
    pub(super) begin_id: usize,
    pub(super) end_id: usize,
    pub(super) pad_id: usize,
    pub(super) unknown_id: usize,
}

/// A piece of the unigram vocabulary with its logarithmic probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    pub(super) score: f32,
}

/// What a character becomes before it is split into pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) from: char,
    pub(super) to: String,
}

#[derive(Debug, Clone, Copy)]
enum PackedTensor<'a> {
    F32(&'a [u8]),
    Q4(&'a [u8]),
}

impl<'a> Packed<'a> {
    /// Reads the directory of `bytes`; weights are unpacked when asked for.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, PackedError> {
        let mut reader = Reader { bytes, at: 0 };
        if reader.take(4, "head")? != MAGIC || reader.u32("head")? != VERSION {
            return Err(PackedError::Kind);
        }
        let [hidden, layers, heads, inner, _rows, positions, types] = reader.sizes("head")?;
        let norm_epsilon = reader.f32("head")?;
        let [block] = reader.sizes("head")?;
        if block != BLOCK {
            return Err(PackedError::Malformed("block size"));
        }
        let [n_pieces, begin_id, end_id, pad_id, unknown_id] = reader.sizes("head")?;
        let sizes = Sizes {
            hidden,
            layers,
            heads,
            inner,
            positions,
            types,
            norm_epsilon,
            begin_id,
            end_id,
            pad_id,
            unknown_id,
        };
        let pieces = read_pieces(&mut reader, n_pieces)?;
        let rules = read_rules(&mut reader)?;
        let tensors = read_directory(&mut reader)?;
        Ok(Self {
            sizes,
            pieces,
            rules,
            tensors,
        })
    }

    /// The weights of `name`, which must be `elements` many.
    pub(super) fn tensor(&self, name: &str, elements: usize) -> Result<Vec<f32>, PackedError> {
        self.rows(name, elements, 0..1)
    }

    /// Rows of `width` weights of the matrix `name`, those in `rows`, one after the other.
    pub(super) fn rows(
        &self,
        name: &str,
        width: usize,
        rows: impl IntoIterator<Item = usize>,
    ) -> Result<Vec<f32>, PackedError> {
        let missing = || PackedError::Tensor(name.to_owned());
        let tensor = self.tensors.get(name).ok_or_else(missing)?;
        let mut weights = Vec::new();
        for row in rows {
            match tensor {
                PackedTensor::F32(bytes) => {
                    let size = width * size_of::<f32>();
                    let bytes = bytes
                        .get(row * size..(row + 1) * size)
                        .ok_or_else(missing)?;
                    let floats = bytes.as_chunks::<4>().0.iter();
                    weights.extend(floats.map(|four| f32::from_le_bytes(*four)));
                }
                PackedTensor::Q4(bytes) => {
                    let size = width / BLOCK * BLOCK_BYTES;
                    let bytes = bytes
                        .get(row * size..(row + 1) * size)
                        .ok_or_else(missing)?;
                    for block in bytes.as_chunks::<BLOCK_BYTES>().0 {
                        unpack(block, &mut weights);
                    }
                }
            }
        }
        Ok(weights)
    }
}

/// The low halves of the bytes hold the first sixteen weights, the high halves the rest.
fn unpack(block: &[u8; BLOCK_BYTES], weights: &mut Vec<f32>) {
    let [low, high, nibbles @ ..] = block;
    let scale = f16::from_le_bytes([*low, *high]).to_f32();
    let weight = |nibble: u8| (f32::from(nibble) - 8.0) * scale;
    weights.extend(nibbles.iter().map(|byte| weight(byte & 15)));
    weights.extend(nibbles.iter().map(|byte| weight(byte >> 4)));
}

fn read_pieces<'a>(reader: &mut Reader<'a>, count: usize) -> Result<Vec<Piece<'a>>, PackedError> {
    const WHERE: &str = "the pieces";
    let blob_length = reader.u64(WHERE)?;
    let ends = reader.take_many(count.saturating_add(1), 4, WHERE)?;
    let scores = reader.take_many(count, 4, WHERE)?;
    let blob = reader.take(blob_length, WHERE)?;
    let ends = ends.as_chunks::<4>().0;
    let scores = scores.as_chunks::<4>().0;
    let mut pieces = Vec::with_capacity(count);
    for (range, score) in ends.windows(2).zip(scores) {
        let start = u32::from_le_bytes(range[0]) as usize;
        let end = u32::from_le_bytes(range[1]) as usize;
        let text = blob.get(start..end).ok_or(PackedError::Truncated(WHERE))?;
        pieces.push(Piece {
            text: str::from_utf8(text).map_err(|_| PackedError::Malformed("piece"))?,
            score: f32::from_le_bytes(*score),
        });
    }
    Ok(pieces)
}

fn read_rules(reader: &mut Reader<'_>) -> Result<Vec<Rule>, PackedError> {
    const WHERE: &str = "the normalisation table";
    let [count, _bytes] = reader.sizes(WHERE)?;
    let mut rules = Vec::new();
    for _ in 0..count {
        let from = reader.character(WHERE)?;
        let length = reader.take(1, WHERE)?[0];
        let to: Result<String, _> = (0..length).map(|_| reader.character(WHERE)).collect();
        rules.push(Rule { from, to: to? });
    }
    Ok(rules)
}

fn read_directory<'a>(
    reader: &mut Reader<'a>,
) -> Result<BTreeMap<&'a str, PackedTensor<'a>>, PackedError> {
    const WHERE: &str = "the tensor directory";
    let [count] = reader.sizes(WHERE)?;
    let mut tensors = BTreeMap::new();
    for _ in 0..count {
        let length = u16::from_le_bytes(reader.array(WHERE)?);
        let name = str::from_utf8(reader.take(usize::from(length), WHERE)?)
            .map_err(|_| PackedError::Malformed("tensor name"))?;
        let kind = reader.take(1, WHERE)?[0];
        let _elements = reader.u32(WHERE)?;
        let offset = reader.u64(WHERE)?;
        let n_bytes = reader.u64(WHERE)?;
        let bytes = offset
            .checked_add(n_bytes)
            .and_then(|end| reader.bytes.get(offset..end))
            .ok_or(PackedError::Truncated("a tensor"))?;
        let tensor = match kind {
            0 => PackedTensor::F32(bytes),
            1 => PackedTensor::Q4(bytes),
            _ => return Err(PackedError::Malformed("tensor type")),
        };
        tensors.insert(name, tensor);
    }
    Ok(tensors)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize, place: &'static str) -> Result<&'a [u8], PackedError> {
        let taken = self
            .at
            .checked_add(count)
            .and_then(|end| self.bytes.get(self.at..end))
            .ok_or(PackedError::Truncated(place))?;
        self.at += count;
        Ok(taken)
    }

    fn take_many(
        &mut self,
        count: usize,
        size: usize,
        place: &'static str,
    ) -> Result<&'a [u8], PackedError> {
        let bytes = count.checked_mul(size);
        self.take(bytes.ok_or(PackedError::Truncated(place))?, place)
    }

    fn array<const N: usize>(&mut self, place: &'static str) -> Result<[u8; N], PackedError> {
        let bytes = self.take(N, place)?;
        bytes.try_into().map_err(|_| PackedError::Truncated(place))
    }

    fn u32(&mut self, place: &'static str) -> Result<u32, PackedError> {
        self.array(place).map(u32::from_le_bytes)
    }

    fn f32(&mut self, place: &'static str) -> Result<f32, PackedError> {
        self.array(place).map(f32::from_le_bytes)
    }

    fn u64(&mut self, place: &'static str) -> Result<usize, PackedError> {
        let number = u64::from_le_bytes(self.array(place)?);
        usize::try_from(number).map_err(|_| PackedError::Truncated(place))
    }

    /// Counts and ids, stored as signed 32-bit numbers.
    fn sizes<const N: usize>(&mut self, place: &'static str) -> Result<[usize; N], PackedError> {
        let mut sizes = [0; N];
        for size in &mut sizes {
            let number = i32::from_le_bytes(self.array(place)?);
            *size = usize::try_from(number).map_err(|_| PackedError::Malformed(place))?;
        }
        Ok(sizes)
    }

    fn character(&mut self, place: &'static str) -> Result<char, PackedError> {
        char::from_u32(self.u32(place)?).ok_or(PackedError::Malformed(place))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::install::tiny;

    #[test]
    fn what_was_packed_comes_out() {
        let bytes = tiny::file();
        let packed = Packed::parse(&bytes).unwrap();
        assert_eq!(packed.sizes, tiny::SIZES);
        let pieces: Vec<_> = packed.pieces.iter().map(|p| (p.text, p.score)).collect();
        assert_eq!(pieces, tiny::PIECES);
        let rule = Rule {
            from: 'Ａ',
            to: "A".to_owned(),
        };
        assert_eq!(packed.rules, [rule]);
        assert_eq!(packed.tensor("emb.ln.b", 64).unwrap().len(), 64);
        let missing = |name: &str| Err(PackedError::Tensor(name.to_owned()));
        assert_eq!(packed.tensor("emb.ln.b", 65), missing("emb.ln.b"));
        assert_eq!(packed.tensor("emb.ln.c", 64), missing("emb.ln.c"));
    }

    #[test]
    fn four_bit_weights_have_the_low_halves_first() {
        let bytes = tiny::file();
        let packed = Packed::parse(&bytes).unwrap();
        let mut want = vec![-1.0 / 16.0; 16];
        want.extend([1.0 / 16.0; 16]);
        assert_eq!(packed.rows("l0.q.w", 32, [5]).unwrap(), want);
    }

    #[test]
    fn another_file_is_refused() {
        for bytes in [&b""[..], b"E5S1", b"GGUF\x01\0\0\0", b"E5S1\x02\0\0\0"] {
            assert!(Packed::parse(bytes).is_err());
        }
    }

    proptest! {
        #[test]
        fn truncated_files_are_refused(length: proptest::sample::Index) {
            let bytes = tiny::file();
            prop_assert!(Packed::parse(&bytes[..length.index(bytes.len())]).is_err());
        }

        #[test]
        fn damaged_files_never_panic(at in 0usize..2000, byte: u8, width in 0usize..100) {
            let mut bytes = tiny::file();
            bytes[at] = byte;
            if let Ok(packed) = Packed::parse(&bytes) {
                let _ = packed.tensor("l0.q.w", width);
                let _ = packed.tensor("emb.ln.b", width);
            }
        }
    }
}
