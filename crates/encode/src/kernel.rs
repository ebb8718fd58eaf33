//! Which instructions the model is computed with.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use crate::model::Config;
use crate::packed;

/// A way to compute the model, the fastest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum Kernel {
    /// Matrix tiles of 16-bit brain floats: Intel processors from Sapphire Rapids on.
    Amx,
    /// AVX512-VNNI, 8-bit integers: fast and rough, used only where it is asked for.
    Vnni,
    /// AVX-512, 32-bit floats.
    Avx512,
    /// AVX2, 32-bit floats: processors from about 2013 on.
    Avx2,
    /// Portable, 32-bit floats.
    Candle,
}

/// `text` names no kernel. The message is for users.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("没有名为 `{text}` 的计算方式，可用的名称：{}", names(&Kernel::ALL))]
pub struct ParseKernelError {
    text: String,
}

impl Kernel {
    /// All of them, the fastest first.
    pub const ALL: [Self; 5] = [
        Self::Amx,
        Self::Vnni,
        Self::Avx512,
        Self::Avx2,
        Self::Candle,
    ];

    /// What this processor and operating system can do, the fastest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        Self::ALL.into_iter().filter(|k| k.is_available()).collect()
    }

    /// Whether this processor and operating system can do it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            Self::Amx => packed::amx::is_available(),
            #[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
            Self::Amx => false,
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => packed::vnni::is_available(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => pulp::x86::V4::is_available(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => pulp::x86::V3::is_available(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Vnni | Self::Avx512 | Self::Avx2 => false,
            Self::Candle => true,
        }
    }

    /// Floating-point operations a second of its matrix products on one thread, measured with numbers
    /// that lie in the first cache. None for candle, and for what is not available.
    #[must_use]
    pub fn peak(self) -> Option<f64> {
        match self {
            _ if !self.is_available() => None,
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            Self::Amx => Some(packed::peak::<packed::amx::Amx>()),
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => Some(packed::peak::<packed::vnni::Vnni>()),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Some(packed::peak::<packed::wide::Avx512>()),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => Some(packed::peak::<packed::wide::Avx2>()),
            _ => None,
        }
    }

    /// Whether a model of these sizes can be computed with it.
    pub(crate) fn fits(self, config: &Config) -> bool {
        match self {
            Self::Amx | Self::Vnni | Self::Avx512 | Self::Avx2 => packed::fits(config),
            Self::Candle => true,
        }
    }

    /// The name by which it is chosen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Amx => "amx",
            Self::Vnni => "vnni",
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Candle => "candle",
        }
    }

    /// Whether it may be taken without having been asked for: its vectors are as good as the model's.
    pub(crate) const fn is_faithful(self) -> bool {
        !matches!(self, Self::Vnni)
    }

    /// The form of the numbers, where it is not that of the model: vectors computed in different
    /// forms differ by more than rounding.
    #[must_use]
    pub const fn form(self) -> Option<&'static str> {
        match self {
            Self::Amx => Some("bf16"),
            Self::Vnni => Some("int8"),
            Self::Avx512 | Self::Avx2 | Self::Candle => None,
        }
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kernel {
    type Err = ParseKernelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|kernel| kernel.name() == text);
        named.ok_or_else(|| ParseKernelError {
            text: text.to_owned(),
        })
    }
}

impl TryFrom<String> for Kernel {
    type Error = ParseKernelError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

fn names(kernels: &[Kernel]) -> String {
    let names: Vec<&str> = kernels.iter().map(|kernel| kernel.name()).collect();
    names.join("、")
}

#[cfg(test)]
mod tests {
    use super::Kernel;

    #[test]
    fn every_kernel_is_found_by_its_name_and_nothing_else_is() {
        for kernel in Kernel::ALL {
            assert_eq!(kernel.name().parse(), Ok(kernel));
        }
        let error = "AMX ".parse::<Kernel>().unwrap_err();
        assert!(error.to_string().contains("amx、"), "{error}");
    }

    #[test]
    fn there_is_always_a_kernel() {
        assert!(Kernel::available().contains(&Kernel::Candle));
    }
}
