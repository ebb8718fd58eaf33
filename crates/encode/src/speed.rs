//! How fast each kernel computes a model on this machine.

use std::time::{Duration, Instant};

use rayon::ThreadPoolBuilder;

use crate::{EncodeError, Encoder, Kernel, Role, SentenceEncoder};

/// What one kernel reached with so many threads, in its fastest round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// The kernel.
    pub kernel: Kernel,
    /// The threads.
    pub threads: usize,
    /// Texts a second, tokenising included.
    pub texts: f64,
    /// Tokens a second.
    pub tokens: f64,
    /// Floating-point operations of the model a second.
    pub operations: f64,
    /// The same for matrix products alone whose numbers lie next to the processor, if each thread
    /// had a core of its own. None for candle.
    pub peak: Option<f64>,
}

/// How to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Threads that encode.
    pub threads: usize,
    /// Turns of each encoder; the fastest counts.
    pub rounds: usize,
    /// About how long a turn takes at most: slow encoders get the first of the texts only. None: all
    /// get all.
    pub turn: Option<Duration>,
}

/// Texts by which the length of a turn is judged.
const SAMPLE: usize = 32;

/// Measures each of `encoders`, by turns, so that what else the machine does slows all of them.
pub fn measure(
    encoders: &[SentenceEncoder],
    texts: &[&str],
    plan: Plan,
) -> Result<Vec<Speed>, EncodeError> {
    let pool = ThreadPoolBuilder::new().num_threads(plan.threads).build();
    let pool = pool.map_err(|error| EncodeError::Engine(error.to_string()))?;
    let time = |encoder: &SentenceEncoder, texts: &[&str]| {
        let start = Instant::now();
        pool.install(|| encoder.encode(texts, Role::Query, &()))?;
        Ok::<Duration, EncodeError>(start.elapsed())
    };
    let mut turns = Vec::with_capacity(encoders.len());
    for encoder in encoders {
        let sample = &texts[..texts.len().min(SAMPLE)];
        // Twice: the first time weights come from the disk.
        time(encoder, sample)?;
        let spent = time(encoder, sample)?.as_micros().max(1);
        let most = plan.turn.map_or(texts.len(), |turn| {
            (sample.len() as u128 * turn.as_micros() / spent) as usize
        });
        turns.push(&texts[..most.clamp(sample.len(), texts.len())]);
    }
    let mut seconds = vec![f64::INFINITY; encoders.len()];
    for _ in 0..plan.rounds {
        for ((encoder, texts), seconds) in encoders.iter().zip(&turns).zip(&mut seconds) {
            *seconds = seconds.min(time(encoder, texts)?.as_secs_f64());
        }
    }
    let speed = |((encoder, texts), seconds): ((&SentenceEncoder, &[&str]), f64)| {
        let (mut tokens, mut operations) = (0, 0.0);
        for text in texts {
            let length = encoder.token_ids(text, Role::Query)?.len() + 2;
            tokens += length;
            operations += encoder.operations(length);
        }
        Ok(Speed {
            kernel: encoder.kernel(),
            threads: plan.threads,
            texts: texts.len() as f64 / seconds,
            tokens: tokens as f64 / seconds,
            operations: operations / seconds,
            peak: (encoder.kernel().peak()).map(|peak| peak * plan.threads as f64),
        })
    };
    encoders.iter().zip(turns).zip(seconds).map(speed).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Plan, measure};
    use crate::install::tiny;
    use crate::{Kernel, SentenceEncoder};

    #[test]
    fn every_kernel_is_measured() {
        let folder = tiny::model_dir();
        let encoders: Vec<SentenceEncoder> = Kernel::available()
            .into_iter()
            .map(|kernel| SentenceEncoder::load(folder.path(), Some(kernel)).unwrap())
            .collect();
        let plan = Plan {
            threads: 2,
            rounds: 2,
            turn: Some(Duration::ZERO),
        };
        let speeds = measure(&encoders, &["电梯坏", "坏"], plan).unwrap();
        assert_eq!(speeds.len(), encoders.len());
        for (speed, encoder) in speeds.iter().zip(&encoders) {
            assert_eq!((speed.kernel, speed.threads), (encoder.kernel(), 2));
            assert!(speed.texts > 0.0 && speed.tokens > 2.0 * speed.texts);
            // Each token at least goes through the dense layers: 16 times the width squared.
            assert!(speed.operations > speed.tokens * 16.0 * 64.0 * 64.0);
            assert_eq!(speed.peak.is_some(), speed.kernel != Kernel::Candle);
        }
    }
}
