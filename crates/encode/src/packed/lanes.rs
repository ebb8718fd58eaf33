//! Sixteen numbers that lie in one cache line.

/// As many 32-bit numbers as a register holds.
pub(crate) const LANES: usize = 16;

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
}
