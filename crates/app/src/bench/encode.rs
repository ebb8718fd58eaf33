//! `caifeng bench encode`: how fast each kernel encodes.

use std::{collections::BTreeSet, time::Duration};

use caifeng_encode::{
    Encoder as _, Kernel, Role, SentenceEncoder,
    speed::{self, Plan, Speed},
    vectors::dot,
};
use caifeng_text::segment::Segmenter;

use super::{DRAFT, SEED, generate, samples};
use crate::{AppError, Config};

/// Invented submissions that are encoded where nothing else is given.
const INVENTED: usize = 1_000;
/// About how long a turn may take then.
const TURN: Duration = Duration::from_secs(2);

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct EncodeBench {
    /// What is encoded, all of it; nothing: invented texts, as many as each kernel can in its turn.
    pub texts: Option<Vec<String>>,
    /// Threads; nothing: one, then all.
    pub threads: Option<usize>,
    /// Turns of each kernel, of which the fastest counts.
    pub rounds: usize,
    /// Whether to compare the vectors with those of 32-bit floats too.
    pub accuracy: bool,
}

/// What was measured.
#[derive(Debug, Clone)]
pub struct EncodeSpeeds {
    /// The model.
    pub model: String,
    /// Distinct texts.
    pub texts: usize,
    /// Their characters.
    pub chars: usize,
    /// Each kernel, with each number of threads.
    pub speeds: Vec<Speed>,
    /// The least cosine between the vectors of each kernel and those of the portable one.
    pub least_cosines: Vec<(Kernel, f32)>,
    /// Most memory that the process ever held, in bytes, where the system tells.
    pub peak_memory: Option<u64>,
}

/// Encodes with every kernel of this machine, or with the one that is configured.
pub fn encode(bench: EncodeBench, config: &Config) -> Result<EncodeSpeeds, AppError> {
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
    let turn = bench.texts.is_none().then_some(TURN);
    let texts = bench.texts.map_or_else(invented, Ok)?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = bench
        .threads
        .map_or(BTreeSet::from([1, all]), |one| BTreeSet::from([one]));
    let mut speeds = Vec::new();
    for threads in threads {
        let plan = Plan {
            threads,
            rounds: bench.rounds,
            turn,
        };
        speeds.extend(speed::measure(&encoders, &texts, plan)?);
    }
    let peak_memory = super::peak_memory();
    let mut least_cosines = Vec::new();
    if bench.accuracy {
        let encode = |encoder: &SentenceEncoder| encoder.encode(&texts, Role::Query, &());
        let want = encode(&SentenceEncoder::load(&dir, Some(Kernel::Candle))?)?;
        for encoder in &encoders {
            let got = encode(encoder)?;
            let cosines = got.rows().zip(want.rows()).map(|(a, b)| dot(a, b));
            least_cosines.push((encoder.kernel(), cosines.fold(1.0, f32::min)));
        }
    }
    Ok(EncodeSpeeds {
        model: encoders
            .first()
            .map_or_else(String::new, |e| e.info().identity.clone()),
        texts: texts.len(),
        chars: texts.iter().map(|t| t.chars().count()).sum(),
        speeds,
        least_cosines,
        peak_memory,
    })
}

/// Distinct texts, in no order.
fn invented() -> Result<Vec<String>, AppError> {
    let draft = caifeng_law::draft::parse(DRAFT)?;
    let generated = generate::generate(INVENTED, SEED, &draft, &samples()?, &Segmenter::new());
    let mut seen = BTreeSet::new();
    let texts = generated.submissions.into_iter().map(|s| s.text);
    Ok(texts.filter(|text| seen.insert(text.clone())).collect())
}
