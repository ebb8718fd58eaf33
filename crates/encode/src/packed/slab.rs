//! Packed weights in one piece of memory, ours or a file's.

#![expect(
    unsafe_code,
    reason = "one piece of memory is read as lines of several kinds"
)]

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, Range};
use std::sync::Arc;

use memmap2::Mmap;

use super::lanes::Lanes;

/// What fills a cache line with plain numbers.
///
/// # Safety
/// Of 64 bytes, aligned to no more than 64, without anything between the numbers, and any bytes are one.
pub(crate) unsafe trait Plain: Copy {}

// SAFETY: sixteen 32-bit floats.
unsafe impl Plain for Lanes {}

/// Bytes of a line.
const LINE: usize = size_of::<Lanes>();

/// Writes weights one after the other.
#[derive(Debug, Default)]
pub(crate) struct Packer {
    lines: Vec<Lanes>,
}

impl Packer {
    /// Lines of whatever kind.
    pub(crate) fn put<T: Plain>(&mut self, lines: &[T]) {
        // SAFETY: as `T` is plain, it fills a lane, any bytes of which are numbers; it may be less
        // aligned, so it is read as it lies.
        let lane = |line: &T| unsafe { std::ptr::from_ref(line).cast::<Lanes>().read_unaligned() };
        self.lines.extend(lines.iter().map(lane));
    }

    /// Numbers, whose count is a multiple of sixteen.
    pub(crate) fn put_numbers(&mut self, numbers: &[f32]) {
        self.put(&Lanes::of(numbers));
    }

    /// What another one wrote.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.lines.append(&mut other.lines);
    }

    /// All that was written.
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: floats without gaps are bytes.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.lines.len() * LINE) }
    }

    /// Reads it from the beginning.
    pub(crate) fn read(self) -> Reader {
        Reader::new(Slab::Own(self.lines))
    }
}

/// The memory.
enum Slab {
    Own(Vec<Lanes>),
    /// From some offset on, a multiple of 64.
    File(Mmap, usize),
}

impl Slab {
    /// All of it, to the last whole line.
    fn lines(&self) -> &[Lanes] {
        match self {
            Self::Own(lines) => lines,
            Self::File(map, start) => {
                let bytes = &map[*start..];
                // SAFETY: any bytes are lanes.
                let (before, lines, _) = unsafe { bytes.align_to() };
                assert!(
                    before.is_empty(),
                    "maps begin at a page, the rest at a line"
                );
                lines
            }
        }
    }
}

/// Reads weights in the order in which they were written.
pub(crate) struct Reader {
    slab: Arc<Slab>,
    at: usize,
}

impl Reader {
    fn new(slab: Slab) -> Self {
        Self {
            slab: Arc::new(slab),
            at: 0,
        }
    }

    /// Of a file, from `start` on, which is a multiple of 64 and within it.
    pub(crate) fn of(map: Mmap, start: usize) -> Self {
        Self::new(Slab::File(map, start))
    }

    /// The next `count` lines. None where there are no more.
    pub(crate) fn take<T: Plain>(&mut self, count: usize) -> Option<Part<T>> {
        let range = self.at..self.at.checked_add(count)?;
        self.slab.lines().get(range.clone())?;
        self.at = range.end;
        Some(Part {
            slab: Arc::clone(&self.slab),
            range,
            kind: PhantomData,
        })
    }

    /// The next `count` numbers, a multiple of sixteen.
    pub(crate) fn numbers(&mut self, count: usize) -> Option<Vec<f32>> {
        let part = self.take::<Lanes>(count / crate::simd::LANES)?;
        Some(Lanes::numbers(&part).to_vec())
    }

    /// Whether all was read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.at == self.slab.lines().len()
    }
}

/// Lines of one kind in a slab.
pub(crate) struct Part<T> {
    slab: Arc<Slab>,
    range: Range<usize>,
    kind: PhantomData<T>,
}

impl<T: Plain> Deref for Part<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        const {
            assert!(size_of::<T>() == LINE && align_of::<T>() <= align_of::<Lanes>());
        }
        let lines = &self.slab.lines()[self.range.clone()];
        // SAFETY: as `T` is plain, it fills a line, whose bytes are one, whatever they are.
        unsafe { std::slice::from_raw_parts(lines.as_ptr().cast(), lines.len()) }
    }
}

impl<T> fmt::Debug for Part<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lines", self.range.len())
    }
}
