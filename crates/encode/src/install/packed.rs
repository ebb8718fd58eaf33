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
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A packed file with the given pieces, one rule (`Ａ` becomes `A`), one 4-bit and one plain tensor.
    pub(in crate::install) fn sample(pieces: &[(&str, f32)]) -> Vec<u8> {
        let mut file = b"E5S1".to_vec();
        let int =
            |file: &mut Vec<u8>, n: usize| file.extend(u32::try_from(n).unwrap().to_le_bytes());
        for n in [1, 32, 1, 2, 64, pieces.len(), 8, 2] {
            int(&mut file, n);
        }
        file.extend(1e-12f32.to_le_bytes());
        for n in [32, pieces.len(), 0, 2, 1, 3] {
            int(&mut file, n);
        }
        let blob: String = pieces.iter().map(|(text, _)| *text).collect();
        file.extend((blob.len() as u64).to_le_bytes());
        let mut end = 0;
        int(&mut file, end);
        for (text, _) in pieces {
            end += text.len();
            int(&mut file, end);
        }
        for (_, score) in pieces {
            file.extend(score.to_le_bytes());
        }
        file.extend(blob.as_bytes());
        int(&mut file, 1);
        int(&mut file, 9);
        int(&mut file, 0xff21);
        file.push(1);
        int(&mut file, 0x41);
        int(&mut file, 2);
        let directory = 2 * (2 + 1 + 1 + 4 + 8 + 8);
        let start = file.len() + directory;
        for (name, kind, elements, offset, bytes) in
            [(b'q', 1, 32, start, 18), (b'f', 0, 2, start + 18, 8)]
        {
            file.extend([1, 0, name, kind]);
            int(&mut file, elements);
            file.extend((offset as u64).to_le_bytes());
            file.extend((bytes as u64).to_le_bytes());
        }
        file.extend(f16::from_f32(0.5).to_le_bytes());
        file.extend([0x97; 16]);
        file.extend(1.5f32.to_le_bytes());
        file.extend((-2.0f32).to_le_bytes());
        file
    }

    const PIECES: [(&str, f32); 4] = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("▁电梯", -9.5)];

    #[test]
    fn what_was_packed_comes_out() {
        let bytes = sample(&PIECES);
        let packed = Packed::parse(&bytes).unwrap();
        assert_eq!((packed.sizes.hidden, packed.sizes.layers), (32, 1));
        assert_eq!((packed.sizes.end_id, packed.sizes.unknown_id), (2, 3));
        let pieces: Vec<_> = packed.pieces.iter().map(|p| (p.text, p.score)).collect();
        assert_eq!(pieces, PIECES);
        assert_eq!(packed.rules[0].from, 'Ａ');
        assert_eq!(packed.rules[0].to, "A");
        assert_eq!(packed.tensor("f", 2).unwrap(), [1.5, -2.0]);
        let mut want = vec![-0.5; 16];
        want.extend([0.5; 16]);
        assert_eq!(packed.tensor("q", 32).unwrap(), want);
        assert_eq!(
            packed.tensor("f", 3),
            Err(PackedError::Tensor("f".to_owned()))
        );
    }

    #[test]
    fn another_file_is_refused() {
        for bytes in [&b""[..], b"E5S1", b"GGUF\x01\0\0\0", b"E5S1\x02\0\0\0"] {
            assert!(Packed::parse(bytes).is_err());
        }
    }

    #[test]
    fn every_truncated_file_is_refused() {
        let bytes = sample(&PIECES);
        for length in 0..bytes.len() {
            assert!(Packed::parse(&bytes[..length]).is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn damaged_files_never_panic(at in 0usize..400, byte: u8, width in 0usize..100) {
            let mut bytes = sample(&PIECES);
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(packed) = Packed::parse(&bytes) {
                let _ = packed.tensor("q", width);
                let _ = packed.tensor("f", width);
            }
        }
    }
}
