//! AMX tiles: whether they are there, and their product.

use std::arch::asm;
use std::arch::x86_64::{__cpuid_count, __get_cpuid_max};
use std::marker::PhantomData;
use std::sync::LazyLock;

use half::bf16;

use crate::packed::lanes::Lanes;

/// Rows of a tile.
pub(super) const TILE: usize = 16;

/// A row of a tile: a cache line of 16-bit brain floats.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Line(pub(super) [bf16; Line::LEN]);

impl Line {
    /// Numbers of a line.
    pub(super) const LEN: usize = 32;
    const BYTES: usize = size_of::<Self>();
    pub(super) const ZERO: Self = Self([bf16::ZERO; Self::LEN]);
}

/// Whether the processor has tiles and everything else that this kernel uses, and the operating
/// system lets this process use them.
pub(crate) fn is_available() -> bool {
    static AVAILABLE: LazyLock<bool> = LazyLock::new(|| {
        is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512bf16")
            && has_tiles()
            && is_allowed()
    });
    *AVAILABLE
}

/// CPUID leaf 7: bit 22 of EDX is AMX-BF16, bit 24 AMX-TILE.
fn has_tiles() -> bool {
    const WANTED: u32 = 1 << 22 | 1 << 24;
    __get_cpuid_max(0).0 >= 7 && __cpuid_count(7, 0).edx & WANTED == WANTED
}

/// Linux saves the eight kilobytes of tiles only for processes that asked for them.
fn is_allowed() -> bool {
    const ARCH_REQ_XCOMP_PERM: libc::c_long = 0x1023;
    const XFEATURE_XTILEDATA: libc::c_long = 18;
    // SAFETY: takes two numbers, touches no memory; an older kernel answers with an error.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_arch_prctl,
            ARCH_REQ_XCOMP_PERM,
            XFEATURE_XTILEDATA,
        )
    };
    answer == 0
}

/// The layout of `ldtilecfg`'s operand: all eight tiles of sixteen rows of 64 bytes.
#[repr(C, align(64))]
struct Configuration {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    row_bytes: [u16; 16],
    rows: [u8; 16],
}

static CONFIGURATION: Configuration = Configuration {
    palette: 1,
    start_row: 0,
    reserved: [0; 14],
    row_bytes: [64, 64, 64, 64, 64, 64, 64, 64, 0, 0, 0, 0, 0, 0, 0, 0],
    rows: [16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// This thread's tiles, configured. Not to be sent to another.
pub(super) struct Tiles(PhantomData<*const ()>);

impl Tiles {
    /// # Panics
    /// Unless [`is_available`].
    pub(super) fn configure() -> Self {
        assert!(is_available(), "no AMX");
        // SAFETY: the processor has tiles and this process may use them; the operand is a valid
        // configuration of the only palette. No compiled code uses tiles, so none are disturbed.
        unsafe {
            asm!("ldtilecfg [{}]", in(reg) &raw const CONFIGURATION, options(nostack, readonly));
        }
        Self(PhantomData)
    }

    /// The product of 32 rows and 32 columns, in two tiles each way.
    ///
    /// `left` holds the tiles of rows 0 to 15 and of rows 16 to 31, each `step` lines after the one
    /// before; `right` those of columns 0 to 15 and 16 to 31, one right after the other: `depth` of
    /// each. A line of a right tile holds two rows' numbers in pairs. Row `i` of the sums goes to
    /// `sums[i · stride]` and the lanes after it.
    #[expect(
        clippy::unused_self,
        reason = "only who has configured tiles may multiply them"
    )]
    #[inline]
    pub(super) fn multiply(
        &self,
        left: [&[Line]; 2],
        step: usize,
        right: [&[Line]; 2],
        depth: usize,
        sums: &mut [Lanes],
        stride: usize,
    ) {
        assert!(depth > 0 && stride >= 2 && sums.len() >= 31 * stride + 2);
        for part in left {
            assert!(part.len() >= (depth - 1) * step + TILE);
        }
        for part in right {
            assert!(part.len() >= depth * TILE);
        }
        // SAFETY: that `self` exists shows that tiles are configured on this thread, as 16 rows of
        // 64 bytes. The loop reads `depth` tiles of 16 lines from each operand, inside the slices
        // as asserted, and writes rows 0 to 31 of two lanes each, inside `sums` as asserted. All
        // tiles that are read were written in this block.
        unsafe {
            asm!(
                "tilezero tmm0",
                "tilezero tmm1",
                "tilezero tmm2",
                "tilezero tmm3",
                "2:",
                "tileloadd tmm6, [{right0} + {line}]",
                "tileloadd tmm4, [{left0} + {line}]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tileloadd tmm7, [{right1} + {line}]",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tileloadd tmm5, [{left1} + {line}]",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                "add {left0}, {step}",
                "add {left1}, {step}",
                "add {right0}, {tile}",
                "add {right1}, {tile}",
                "dec {depth}",
                "jnz 2b",
                "tilestored [{upper} + {stride}], tmm0",
                "tilestored [{upper} + {stride} + 64], tmm1",
                "tilestored [{lower} + {stride}], tmm2",
                "tilestored [{lower} + {stride} + 64], tmm3",
                left0 = inout(reg) left[0].as_ptr() => _,
                left1 = inout(reg) left[1].as_ptr() => _,
                right0 = inout(reg) right[0].as_ptr() => _,
                right1 = inout(reg) right[1].as_ptr() => _,
                depth = inout(reg) depth => _,
                upper = in(reg) sums.as_mut_ptr(),
                lower = in(reg) sums.as_mut_ptr().add(TILE * stride),
                line = in(reg) Line::BYTES,
                step = in(reg) step * Line::BYTES,
                stride = in(reg) stride * size_of::<Lanes>(),
                tile = const TILE * Line::BYTES,
                out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                options(nostack),
            );
        }
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: gives up what `configure` took, so that the kernel need not save it any more.
        unsafe { asm!("tilerelease", options(nostack, nomem)) }
    }
}
