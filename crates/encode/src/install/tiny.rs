//! A tiny model for tests: a packed file with pseudo-random weights, and the directory made of it.

use std::path::Path;

use tempfile::TempDir;

use super::convert;
use super::packed::{Packed, Sizes};

pub(super) const SIZES: Sizes = Sizes {
    hidden: 64,
    layers: 2,
    heads: 2,
    inner: 96,
    // Twelve tokens of a text and two special ones in a window.
    positions: 14,
    types: 2,
    norm_epsilon: 1e-12,
    begin_id: 0,
    end_id: 2,
    pad_id: 1,
    unknown_id: 3,
};

pub(super) const PIECES: [(&str, f32); 11] = [
    ("<s>", 0.0),
    ("<pad>", 0.0),
    ("</s>", 0.0),
    ("<unk>", 0.0),
    ("▁", -2.0),
    ("电", -3.0),
    ("梯", -3.5),
    ("电梯", -4.0),
    ("坏", -4.5),
    ("ア", -5.0),
    ("A", -6.0),
];

/// The model written by the converter into a folder of its own.
pub(crate) fn model_dir() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path());
    folder
}

pub(crate) fn write_model(folder: &Path) {
    let bytes = file();
    convert::write_model(&Packed::parse(&bytes).unwrap(), folder).unwrap();
}

/// Adds the manifest with the checksums.
pub(crate) fn write_manifest(folder: &Path) {
    super::write_manifest(folder, &SIZES).unwrap();
}

/// The packed file: one rule (`Ａ` becomes `A`), all tensors as plain floats but `l0.q.w`.
pub(super) fn file() -> Vec<u8> {
    let mut file = b"E5S1".to_vec();
    let sizes = SIZES;
    for n in [1, sizes.hidden, sizes.layers, sizes.heads, sizes.inner] {
        int(&mut file, n);
    }
    for n in [PIECES.len(), sizes.positions, sizes.types] {
        int(&mut file, n);
    }
    file.extend(sizes.norm_epsilon.to_le_bytes());
    for n in [32, PIECES.len(), 0, 2, 1, 3] {
        int(&mut file, n);
    }
    pieces(&mut file);
    for n in [1, 9, 0xff21] {
        int(&mut file, n);
    }
    file.push(1);
    int(&mut file, 0x41);
    tensors(&mut file);
    file
}

fn pieces(file: &mut Vec<u8>) {
    let blob: String = PIECES.iter().map(|(text, _)| *text).collect();
    file.extend((blob.len() as u64).to_le_bytes());
    let mut end = 0;
    int(file, end);
    for (text, _) in PIECES {
        end += text.len();
        int(file, end);
    }
    for (_, score) in PIECES {
        file.extend(score.to_le_bytes());
    }
    file.extend(blob.as_bytes());
}

fn tensors(file: &mut Vec<u8>) {
    let mut named = vec![("emb.word".to_owned(), PIECES.len() * SIZES.hidden)];
    for (_, packed, shape) in convert::entries(&SIZES) {
        named.push((packed, shape.iter().product()));
    }
    let mut directory = Vec::new();
    let mut data = Vec::new();
    let letters: usize = named.iter().map(|(name, _)| name.len()).sum();
    let start = file.len() + 4 + letters + named.len() * (2 + 1 + 4 + 8 + 8);
    int(&mut directory, named.len());
    for (name, elements) in named {
        let offset = (start + data.len()) as u64;
        let packed = name == "l0.q.w";
        if packed {
            // Scale 1/16; byte 0x97 holds the weights -1 and 1.
            for _ in 0..elements / 32 {
                data.extend([0x00, 0x2c]);
                data.extend([0x97; 16]);
            }
        } else {
            // Normalisation scales are about one, the rest about zero.
            let middle = f32::from(u8::from(name.ends_with("ln.w")));
            let weights = (0..elements).map(|i| middle + noise(i + offset as usize));
            data.extend(weights.flat_map(f32::to_le_bytes));
        }
        let length = (start + data.len()) as u64 - offset;
        directory.extend((name.len() as u16).to_le_bytes());
        directory.extend(name.bytes());
        directory.push(u8::from(packed));
        int(&mut directory, elements);
        directory.extend(offset.to_le_bytes());
        directory.extend(length.to_le_bytes());
    }
    file.extend(directory);
    file.extend(data);
}

/// Between -0.25 and 0.25.
fn noise(i: usize) -> f32 {
    let hash = (i as u32).wrapping_mul(2_654_435_761) >> 16;
    hash as f32 / 131_072.0 - 0.25
}

fn int(file: &mut Vec<u8>, n: usize) {
    file.extend(u32::try_from(n).unwrap().to_le_bytes());
}
