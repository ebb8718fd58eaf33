//! Sixteen numbers that lie in one cache line.

#![expect(
    unsafe_code,
    reason = "lanes are numbers, which the compiler has to be told"
)]

use crate::simd::LANES;

/// A cache line of 32-bit numbers.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Lanes(pub(crate) [f32; LANES]);

impl Lanes {
    pub(crate) const ZERO: Self = Self([0.0; LANES]);

    /// `numbers`, whose count is a multiple of sixteen, in lanes.
    pub(crate) fn of(numbers: &[f32]) -> Vec<Self> {
        let (lanes, rest) = numbers.as_chunks();
        assert!(rest.is_empty(), "{} numbers", numbers.len());
        lanes.iter().copied().map(Self).collect()
    }

    /// The numbers one after the other.
    pub(crate) fn numbers(lanes: &[Self]) -> &[f32] {
        // SAFETY: `repr(C)`, and 64 bytes of numbers fill an alignment of 64: nothing lies between.
        unsafe { std::slice::from_raw_parts(lanes.as_ptr().cast(), lanes.len() * LANES) }
    }

    /// The numbers one after the other, to be changed in place.
    pub(crate) fn numbers_mut(lanes: &mut [Self]) -> &mut [f32] {
        // SAFETY: as above, and the borrow is passed on.
        unsafe { std::slice::from_raw_parts_mut(lanes.as_mut_ptr().cast(), lanes.len() * LANES) }
    }
}
