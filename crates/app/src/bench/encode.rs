//! `caifeng bench --encode`: how fast each kernel encodes invented submissions.

use caifeng_encode::{
    Kernel, SentenceEncoder,
    speed::{self, Speed},
};
use caifeng_text::segment::Segmenter;

use super::{DRAFT, SEED, generate, samples};
use crate::{AppError, Config};

/// Times that each kernel runs; the fastest counts.
const ROUNDS: usize = 5;

/// What was measured.
#[derive(Debug, Clone)]
pub struct EncodeSpeeds {
    /// The model.
    pub model: String,
    /// Distinct texts.
    pub texts: usize,
    /// Their characters.
    pub chars: usize,
    /// Each kernel with one thread, then each with all.
    pub speeds: Vec<Speed>,
}

/// Encodes the distinct texts of `n` invented submissions with every kernel of this machine, or with
/// the one that is configured.
pub fn encode(n: usize, config: &Config) -> Result<EncodeSpeeds, AppError> {
    let Some(dir) = config.model_dir() else {
        return Err(AppError::Config("没有配置语言模型".to_owned()));
    };
    let kernels = config
        .kernel
        .map_or_else(Kernel::available, |one| vec![one]);
    let encoders: Vec<SentenceEncoder> = kernels
        .into_iter()
        .map(|kernel| SentenceEncoder::load(&dir, Some(kernel)))
        .collect::<Result<_, _>>()?;
    let draft = caifeng_law::draft::parse(DRAFT)?;
    let generated = generate::generate(n, SEED, &draft, &samples()?, &Segmenter::new());
    let texts = generated.submissions.iter().map(|s| s.text.as_str());
    let mut texts: Vec<&str> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    let mut speeds = speed::measure(&encoders, &texts, 1, ROUNDS)?;
    if all > 1 {
        speeds.extend(speed::measure(&encoders, &texts, all, ROUNDS)?);
    }
    Ok(EncodeSpeeds {
        model: encoders
            .first()
            .map_or_else(String::new, |e| e.info().identity.clone()),
        texts: texts.len(),
        chars: texts.iter().map(|t| t.chars().count()).sum(),
        speeds,
    })
}
