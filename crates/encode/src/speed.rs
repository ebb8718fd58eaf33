//! How fast each kernel computes a model on this machine.

use std::time::Instant;

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

/// Measures each of `encoders` with `threads` threads, `rounds` times by turns, so that what else the
/// machine does slows all of them.
pub fn measure(
    encoders: &[SentenceEncoder],
    texts: &[&str],
    threads: usize,
    rounds: usize,
) -> Result<Vec<Speed>, EncodeError> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| EncodeError::Engine(error.to_string()))?;
    let mut seconds = vec![f64::INFINITY; encoders.len()];
    for _ in 0..rounds {
        for (encoder, seconds) in encoders.iter().zip(&mut seconds) {
            let start = Instant::now();
            pool.install(|| encoder.encode(texts, Role::Query, &|_| {}))?;
            *seconds = seconds.min(start.elapsed().as_secs_f64());
        }
    }
    let speed = |(encoder, seconds): (&SentenceEncoder, f64)| {
        let lengths = texts
            .iter()
            .map(|text| encoder.token_ids(text, Role::Query));
        let (mut tokens, mut operations) = (0, 0.0);
        for ids in lengths {
            let length = ids?.len() + 2;
            tokens += length;
            operations += encoder.operations(length);
        }
        Ok(Speed {
            kernel: encoder.kernel(),
            threads,
            texts: texts.len() as f64 / seconds,
            tokens: tokens as f64 / seconds,
            operations: operations / seconds,
            peak: encoder.kernel().peak().map(|peak| peak * threads as f64),
        })
    };
    encoders.iter().zip(seconds).map(speed).collect()
}

#[cfg(test)]
mod tests {
    use super::measure;
    use crate::install::tiny;
    use crate::{Kernel, SentenceEncoder};

    #[test]
    fn every_kernel_is_measured() {
        let folder = tiny::model_dir();
        let encoders: Vec<SentenceEncoder> = Kernel::available()
            .into_iter()
            .map(|kernel| SentenceEncoder::load(folder.path(), Some(kernel)).unwrap())
            .collect();
        let speeds = measure(&encoders, &["电梯坏", "坏"], 2, 2).unwrap();
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
