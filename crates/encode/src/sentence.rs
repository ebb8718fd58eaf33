//! Sentence vectors from a BERT or XLM-R model.
//!
//! Texts become windows of tokens, windows become batches, an [`Engine`] computes each batch on one
//! thread, and the windows of a text are averaged by their number of tokens.

mod batch;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use tokenizers::{Encoding, Tokenizer};

use self::batch::Frame;
use crate::candle::Bert;
use crate::engine::{Engine, Loaded, Window};
use crate::manifest::{TOKENIZER, WEIGHTS};
use crate::model::{Config, ModelDir, ModelError, ModelInfo};
use crate::weights::Weights;
use crate::{EncodeError, Encoder, Kernel, Role, Vectors, Watch, packed};

/// Windows of a text that are looked at, some 6,000 Chinese characters. One vector cannot tell
/// more of a longer text, and a text of megabytes must not take minutes.
const MAX_WINDOWS: usize = 8;

/// Characters that can be in a token on average, generously: what lies behind is cut off before
/// the text is tokenised.
const MAX_CHARS_PER_TOKEN: usize = 4;

/// A loaded model.
#[derive(Debug)]
pub struct SentenceEncoder {
    info: ModelInfo,
    /// See [`Encoder::form`].
    form: String,
    kernel: Kernel,
    tokenizer: Tokenizer,
    frame: Frame,
    engine: Box<dyn Engine>,
    /// Multiplications for each token.
    dense_products: f64,
    /// Multiplications for each token and token that it attends to.
    attention_products: f64,
}

impl SentenceEncoder {
    /// Loads a directory in the usual layout: `config.json`, `tokenizer.json`,
    /// `model.safetensors`, optionally `1_Pooling/config.json` or our `manifest.json`. Refuses
    /// what does not match its checksums or does not fit together. Without a `kernel`, takes the
    /// fastest that this machine and model allow.
    pub fn load(model_dir: &Path, kernel: Option<Kernel>) -> Result<Self, ModelError> {
        let folder = ModelDir::open(model_dir)?;
        let kernel = kernel_for(kernel, &folder.config)?;
        let (tokenizer, loaded) = rayon::join(|| tokenizer(&folder), || engine(kernel, &folder));
        let (tokenizer, Loaded { engine, info }) = (tokenizer?, loaded?);
        let pieces = tokenizer.get_vocab_size(true);
        if pieces > folder.config.vocab_size {
            return Err(ModelError::Dimension {
                what: TOKENIZER.to_owned(),
                want: vec![folder.config.vocab_size],
                got: vec![pieces],
            });
        }
        let frame = frame(&tokenizer, &folder)?;
        let config = &folder.config;
        let (layers, width) = (config.num_hidden_layers, config.hidden_size);
        Ok(Self {
            form: match kernel.form() {
                Some(form) => format!("{}+{form}", info.identity),
                None => info.identity.clone(),
            },
            info,
            kernel,
            tokenizer,
            frame,
            engine,
            dense_products: (layers * width * (4 * width + 2 * config.intermediate_size)) as f64,
            attention_products: (2 * layers * width) as f64,
        })
    }

    /// What it is computed with.
    #[must_use]
    pub const fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// What was loaded.
    #[must_use]
    pub const fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Floating-point operations for a text of so many tokens: its dense layers, and attention.
    #[must_use]
    pub fn operations(&self, tokens: usize) -> f64 {
        2.0 * tokens as f64 * (self.dense_products + self.attention_products * tokens as f64)
    }

    /// The token ids of `text` as the model sees it: with prefix, without special tokens.
    pub fn token_ids(&self, text: &str, role: Role) -> Result<Vec<u32>, EncodeError> {
        let prefix = match role {
            Role::Query => &self.info.query_prefix,
            Role::Passage => &self.info.passage_prefix,
        };
        let max_tokens = MAX_WINDOWS * (self.info.max_positions - 2);
        let end = text.char_indices().nth(max_tokens * MAX_CHARS_PER_TOKEN);
        let text = &text[..end.map_or(text.len(), |(end, _)| end)];
        let encoding = self
            .tokenizer
            .encode_fast(format!("{prefix}{text}"), false)
            .map_err(|error| EncodeError::Engine(error.to_string()))?;
        let ids = encoding.get_ids();
        Ok(ids[..ids.len().min(max_tokens)].to_vec())
    }
}

impl Encoder for SentenceEncoder {
    fn identity(&self) -> &str {
        &self.info.identity
    }

    fn form(&self) -> &str {
        &self.form
    }

    fn dimension(&self) -> usize {
        self.info.dimension
    }

    fn is_lexical(&self) -> bool {
        false
    }

    fn encode(
        &self,
        texts: &[&str],
        role: Role,
        watch: &dyn Watch,
    ) -> Result<Vectors, EncodeError> {
        let ids: Vec<Vec<u32>> = texts
            .par_iter()
            .map(|text| self.token_ids(text, role))
            .collect::<Result<_, _>>()?;
        let mut windows: Vec<Window> = ids
            .iter()
            .enumerate()
            .flat_map(|(text, ids)| batch::windows(text, ids, self.frame, self.info.max_positions))
            .collect();
        let batches = batch::batches(&mut windows);
        let waiting: Vec<AtomicUsize> = texts.iter().map(|_| AtomicUsize::new(0)).collect();
        for window in &windows {
            waiting[window.text].fetch_add(1, Ordering::Relaxed);
        }
        // The longest first, so that no thread ends with a long batch while others have none.
        let mut encoded: Vec<Vectors> = batches
            .par_iter()
            .rev()
            .with_max_len(1)
            .map(|range| {
                if watch.stops() {
                    return Err(EncodeError::Stopped);
                }
                let windows = &windows[range.clone()];
                let vectors = self.engine.encode(windows, self.info.pooling)?;
                let last =
                    |window: &&Window| waiting[window.text].fetch_sub(1, Ordering::Relaxed) == 1;
                watch.done(windows.iter().filter(last).count());
                Ok(vectors)
            })
            .collect::<Result<_, _>>()?;
        encoded.reverse();
        let rows = encoded.iter().flat_map(Vectors::rows);
        Ok(combine(
            texts.len(),
            self.info.dimension,
            windows.iter().zip(rows),
        ))
    }
}

/// The mean of the windows of each text, weighted by their tokens, scaled to unit length.
fn combine<'a>(
    n_texts: usize,
    width: usize,
    windows: impl Iterator<Item = (&'a Window, &'a [f32])>,
) -> Vectors {
    let mut vectors = Vectors::new(width);
    let zero = vec![0.0; width];
    (0..n_texts).for_each(|_| vectors.push(&zero));
    for (window, row) in windows {
        let weight = window.weight() as f32;
        for (sum, x) in vectors.row_mut(window.text).iter_mut().zip(row) {
            *sum += weight * x;
        }
    }
    for text in 0..n_texts {
        crate::vectors::normalise(vectors.row_mut(text));
    }
    vectors
}

/// `wanted`, if it can be had, or the best there is.
fn kernel_for(wanted: Option<Kernel>, config: &Config) -> Result<Kernel, ModelError> {
    let fits = |kernel: &Kernel| kernel.is_available() && kernel.fits(config);
    match wanted {
        Some(kernel) if fits(&kernel) => Ok(kernel),
        Some(kernel) => Err(ModelError::Kernel(kernel)),
        None => {
            let mut kernels = Kernel::ALL
                .into_iter()
                .filter(|kernel| kernel.is_faithful());
            Ok(kernels.find(fits).unwrap_or(Kernel::Candle))
        }
    }
}

fn engine(kernel: Kernel, folder: &ModelDir) -> Result<Loaded, ModelError> {
    match kernel {
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        Kernel::Amx => packed::load::<packed::amx::Amx>(kernel, folder),
        #[cfg(target_arch = "x86_64")]
        Kernel::Vnni => packed::load::<packed::vnni::Vnni>(kernel, folder),
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx512 => packed::load::<packed::wide::Avx512>(kernel, folder),
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx2 => packed::load::<packed::wide::Avx2>(kernel, folder),
        _ => {
            let bytes = folder.read(WEIGHTS)?;
            let engine = Bert::load(&Weights::parse(&bytes, folder)?, &folder.config)?;
            Ok(Loaded {
                engine: Box::new(engine),
                info: folder.info_with(&bytes),
            })
        }
    }
}

fn tokenizer(folder: &ModelDir) -> Result<Tokenizer, ModelError> {
    let mut tokenizer = Tokenizer::from_bytes(folder.read(TOKENIZER)?)
        .map_err(|error| folder.malformed(TOKENIZER, &error))?;
    // Cutting and padding are our business.
    tokenizer.with_padding(None);
    tokenizer
        .with_truncation(None)
        .map_err(|error| folder.malformed(TOKENIZER, &error))?;
    Ok(tokenizer)
}

/// The special tokens, as the tokenizer's template puts them around nothing.
fn frame(tokenizer: &Tokenizer, folder: &ModelDir) -> Result<Frame, ModelError> {
    let around = tokenizer
        .post_process(Encoding::default(), None, true)
        .map_err(|error| folder.malformed(TOKENIZER, &error))?;
    match around.get_ids() {
        [begin, end] => Ok(Frame {
            begin: *begin,
            end: *end,
        }),
        other => Err(folder.malformed(
            TOKENIZER,
            &format!("应在文本首尾各加一个特殊符号，实际共加 {} 个", other.len()),
        )),
    }
}

#[cfg(test)]
mod tests;
