//! Chinese text: normalising with offsets, segmentation, units, personal data, shingles.

pub mod hash;
pub mod letter;
pub mod minhash;
pub mod normalise;
pub mod personal;
pub mod segment;
pub mod sentence;
pub mod shingle;
pub mod traditional;
pub mod units;
