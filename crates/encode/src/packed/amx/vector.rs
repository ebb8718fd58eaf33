//! AVX-512: what is done between the products.

use std::arch::x86_64::{
    __m512, __m512bh, __m512i, _mm512_add_ps, _mm512_cvtne2ps_pbh, _mm512_fmadd_ps, _mm512_load_ps,
    _mm512_load_si512, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_max_ps, _mm512_min_ps,
    _mm512_mul_ps, _mm512_permutex2var_epi16, _mm512_reduce_add_ps, _mm512_roundscale_ps,
    _mm512_scalef_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512,
    _mm512_shuffle_i32x4, _mm512_store_ps, _mm512_store_si512, _mm512_sub_ps,
    _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};
use std::f32::consts::LN_2;

use super::tile::Line;
use crate::packed::lanes::Lanes;
use crate::simd::{LANES, Norm};

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load(lanes: &Lanes) -> __m512 {
    // SAFETY: 64 bytes, aligned to 64.
    unsafe { _mm512_load_ps(lanes.0.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_any(numbers: &[f32; LANES]) -> __m512 {
    // SAFETY: 64 bytes, of whatever alignment.
    unsafe { _mm512_loadu_ps(numbers.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn store(lanes: &mut Lanes, x: __m512) {
    // SAFETY: 64 bytes, aligned to 64.
    unsafe { _mm512_store_ps(lanes.0.as_mut_ptr(), x) }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn add(x: __m512, y: __m512) -> __m512 {
    _mm512_add_ps(x, y)
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn add_to(lanes: &mut Lanes, x: __m512) {
    store(lanes, _mm512_add_ps(load(lanes), x));
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load_line(line: &Line) -> __m512i {
    // SAFETY: 64 bytes, aligned to 64.
    unsafe { _mm512_load_si512(line.0.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn store_line(line: &mut Line, x: __m512i) {
    // SAFETY: 64 bytes, aligned to 64.
    unsafe { _mm512_store_si512(line.0.as_mut_ptr().cast(), x) }
}

/// Rounds 32 numbers to sixteen bits each.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
pub(super) fn store_halves(line: &mut Line, low: __m512, high: __m512) {
    let halves = _mm512_cvtne2ps_pbh(high, low);
    // SAFETY: both are 64 bytes that may hold anything.
    store_line(line, unsafe {
        std::mem::transmute::<__m512bh, __m512i>(halves)
    });
}

/// Brings a row to mean zero and variance one, then scales and shifts it.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn normalise(norm: &Norm, row: &mut [Lanes]) {
    let count = (row.len() * LANES) as f32;
    let mut sum = _mm512_setzero_ps();
    for x in &*row {
        sum = _mm512_add_ps(sum, load(x));
    }
    let mean = _mm512_set1_ps(_mm512_reduce_add_ps(sum) / count);
    let mut squares = _mm512_setzero_ps();
    for x in &*row {
        let x = _mm512_sub_ps(load(x), mean);
        squares = _mm512_fmadd_ps(x, x, squares);
    }
    let variance = _mm512_reduce_add_ps(squares) / count;
    let factor = _mm512_set1_ps(1.0 / (variance + norm.epsilon).sqrt());
    let scales = norm.scale.as_chunks().0.iter();
    let shifts = norm.shift.as_chunks().0.iter();
    for ((x, scale), shift) in row.iter_mut().zip(scales).zip(shifts) {
        let unit = _mm512_mul_ps(_mm512_sub_ps(load(x), mean), factor);
        store(x, _mm512_fmadd_ps(unit, load_any(scale), load_any(shift)));
    }
}

/// `x Φ(x)` to within 8e-5: `Φ(x) − ½` is an odd polynomial up to ±4.2, where it reaches ±½ exactly.
/// Its coefficients are a weighted minimax fit, the error of `x Φ(x)` being what is kept small.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn gelu(x: __m512) -> __m512 {
    const LIMIT: f32 = 4.2;
    const HIGHEST: f32 = -9.017_651e-10;
    const OTHERS: [f32; 7] = [
        7.941_418_5e-8,
        -3.037_952_9e-6,
        6.689_098_5e-5,
        -9.506_597e-4,
        9.298_238e-3,
        -6.552_821_4e-2,
        0.398_465_87,
    ];
    let limited = _mm512_max_ps(x, _mm512_set1_ps(-LIMIT));
    let limited = _mm512_min_ps(limited, _mm512_set1_ps(LIMIT));
    let square = _mm512_mul_ps(limited, limited);
    let mut series = _mm512_set1_ps(HIGHEST);
    for coefficient in OTHERS {
        series = _mm512_fmadd_ps(series, square, _mm512_set1_ps(coefficient));
    }
    let above_half = _mm512_mul_ps(series, limited);
    _mm512_mul_ps(x, _mm512_add_ps(above_half, _mm512_set1_ps(0.5)))
}

/// `2^x` for `x` up to 0: two to the nearest whole number, and the first terms of the series for the
/// rest (relative error 4e-5, a fiftieth of what rounding to sixteen bits does).
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn exp2(x: __m512) -> __m512 {
    /// `ln 2` to the fourth, third, second, and first, over the factorials.
    const SERIES: [f32; 4] = [9.618_129e-3, 5.550_411e-2, 0.240_226_5, LN_2];
    let x = _mm512_max_ps(x, _mm512_set1_ps(-126.0));
    let whole = _mm512_roundscale_ps::<0x08>(x);
    let rest = _mm512_sub_ps(x, whole);
    let mut series = _mm512_set1_ps(SERIES[0]);
    for coefficient in &SERIES[1..] {
        series = _mm512_fmadd_ps(series, rest, _mm512_set1_ps(*coefficient));
    }
    let series = _mm512_fmadd_ps(series, rest, _mm512_set1_ps(1.0));
    _mm512_scalef_ps(series, whole)
}

/// Turns sixteen lines of sixteen pairs: pair `j` of line `i` becomes pair `i` of line `j`.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn transpose(r: &mut [__m512i; 16]) {
    let mut t = [_mm512_setzero_si512(); 16];
    for i in 0..8 {
        t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
    // Now fours of lines, a pair of columns each.
    for i in (0..16).step_by(4) {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    // Quarters of registers: first of lines 0 to 7 and of 8 to 15, then of both.
    for i in 0..4 {
        for half in [0, 8] {
            t[half + i] = _mm512_shuffle_i32x4::<0x88>(r[half + i], r[half + 4 + i]);
            t[half + 4 + i] = _mm512_shuffle_i32x4::<0xdd>(r[half + i], r[half + 4 + i]);
        }
    }
    for i in 0..4 {
        r[i] = _mm512_shuffle_i32x4::<0x88>(t[i], t[8 + i]);
        r[4 + i] = _mm512_shuffle_i32x4::<0x88>(t[4 + i], t[12 + i]);
        r[8 + i] = _mm512_shuffle_i32x4::<0xdd>(t[i], t[8 + i]);
        r[12 + i] = _mm512_shuffle_i32x4::<0xdd>(t[4 + i], t[12 + i]);
    }
}

/// Two lines in pairs: the first sixteen numbers of both, and the last sixteen.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn interleave(even: __m512i, odd: __m512i) -> [__m512i; 2] {
    /// Number `i` of the second line is number `32 + i`.
    const fn pairs(from: u16) -> [u16; 32] {
        let mut order = [0; 32];
        let mut i = 0;
        while i < 16 {
            order[2 * i] = from + i as u16;
            order[2 * i + 1] = 32 + from + i as u16;
            i += 1;
        }
        order
    }
    const LOW: [u16; 32] = pairs(0);
    const HIGH: [u16; 32] = pairs(16);
    // SAFETY: 64 bytes each.
    let (low, high) = unsafe {
        (
            _mm512_loadu_si512(LOW.as_ptr().cast()),
            _mm512_loadu_si512(HIGH.as_ptr().cast()),
        )
    };
    [
        _mm512_permutex2var_epi16(even, low, odd),
        _mm512_permutex2var_epi16(even, high, odd),
    ]
}
