//! A model directory: which model it is, and whether its files are the right ones.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Deserialize;

use crate::manifest::{self, CONFIG, MANIFEST, Manifest, Pooling, WEIGHTS};
use crate::tuning::Tuning;
use crate::{Encoder, Kernel, LexicalEncoder, SentenceEncoder};

/// Written by sentence-transformers.
const POOLING: &str = "1_Pooling/config.json";

/// Why a model is not used. The messages are for users and say what to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No such folder, or a file of the usual layout is not in it.
    #[error("没有模型文件 `{}`。请运行 caifeng model install 安装默认模型，或把配置改为含有 config.json、tokenizer.json、model.safetensors 的目录", .0.display())]
    Missing(PathBuf),
    /// A file is there but cannot be read.
    #[error("无法读取 `{}`：{source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file was changed or cut after the installation.
    #[error("`{}` 的 SHA-256 校验值不符：应为 {want}，实为 {got}。文件已损坏或被改动，请重新运行 caifeng model install", path.display())]
    Checksum {
        /// The file.
        path: PathBuf,
        /// As the manifest says.
        want: String,
        /// The value found.
        got: String,
    },
    /// A file is not of its format.
    #[error("`{}` 格式不符：{reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The weights lack a tensor that the configuration calls for.
    #[error(
        "模型权重缺少张量 `{0}`。config.json 与 model.safetensors 不属于同一个 BERT/XLM-R 模型，请核对模型目录"
    )]
    MissingTensor(String),
    /// Two files of the directory disagree about a size.
    #[error(
        "`{what}` 的维度不符：应为 {want:?}，实为 {got:?}。config.json、tokenizer.json、model.safetensors 须取自同一个模型，请核对模型目录"
    )]
    Dimension {
        /// What was compared.
        what: String,
        /// The size called for.
        want: Vec<usize>,
        /// The size found.
        got: Vec<usize>,
    },
    /// A model of a kind that is not implemented.
    #[error(
        "不支持的模型：{0}。可用的是 BERT 和 XLM-R 结构的句向量模型，例如 multilingual-e5-small、bge-small-zh-v1.5"
    )]
    Unsupported(String),
    /// Somebody asked for a kernel that this machine or this model does not allow.
    #[error("这台机器或这个模型不能用 {0} 计算。请去掉 kernel 设置，程序会自行选择")]
    Kernel(Kernel),
}

/// What a model directory holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// See [`Encoder::identity`]. For a directory without manifest that has not been read whole,
    /// the name of the folder.
    pub identity: String,
    /// The directory.
    pub path: PathBuf,
    /// Length of the vectors.
    pub dimension: usize,
    /// Tokens of a text, with the special ones, that fit into one pass.
    pub max_positions: usize,
    /// How the vector of a text is made from those of its tokens.
    pub pooling: Pooling,
    /// Put before an opinion or a question.
    pub query_prefix: String,
    /// Put before a provision.
    pub passage_prefix: String,
}

/// Loads the model in `model_dir`, or the lexical stand-in where none is given. Without a `kernel`,
/// takes the fastest.
pub fn open(
    model_dir: Option<&Path>,
    kernel: Option<Kernel>,
) -> Result<Box<dyn Encoder>, ModelError> {
    Ok(match model_dir {
        Some(folder) => Box::new(SentenceEncoder::load(folder, kernel)?),
        None => Box::new(LexicalEncoder),
    })
}

/// A model directory whose small files have been read.
#[derive(Debug)]
pub(crate) struct ModelDir {
    path: PathBuf,
    manifest: Option<Manifest>,
    pooling: Pooling,
    pub(crate) config: Config,
}

impl ModelDir {
    pub(crate) fn open(path: &Path) -> Result<Self, ModelError> {
        let manifest: Option<Manifest> = optional(&path.join(MANIFEST))?;
        let config_path = path.join(CONFIG);
        let bytes = read_checked(&config_path, manifest.as_ref())?;
        let config: Config = parse(&config_path, &bytes)?;
        config.check()?;
        let pooling = match &manifest {
            Some(manifest) => manifest.pooling,
            None => pooling(path, &config)?,
        };
        if let Some(manifest) = &manifest
            && manifest.dimension != config.hidden_size
        {
            return Err(ModelError::Dimension {
                what: "hidden_size".to_owned(),
                want: vec![manifest.dimension],
                got: vec![config.hidden_size],
            });
        }
        Ok(Self {
            path: path.to_owned(),
            manifest,
            pooling,
            config,
        })
    }

    /// The bytes of a file, which must match the manifest where there is one.
    pub(crate) fn read(&self, name: &str) -> Result<Vec<u8>, ModelError> {
        read_checked(&self.path.join(name), self.manifest.as_ref())
    }

    pub(crate) fn malformed(&self, name: &str, reason: &dyn ToString) -> ModelError {
        ModelError::Malformed {
            path: self.path.join(name),
            reason: reason.to_string(),
        }
    }

    /// What was learned on top of its weights.
    pub(crate) fn tuning(&self) -> Option<&'static Tuning> {
        Tuning::of(self.manifest.as_ref()?.files.get(WEIGHTS)?)
    }

    /// What the small files tell.
    pub(crate) fn info(&self) -> ModelInfo {
        let name = folder_name(&self.path);
        let (identity, query_prefix, passage_prefix) = match &self.manifest {
            Some(manifest) => (
                match self.tuning() {
                    Some(tuning) => tuning.identity(&manifest.identity),
                    None => manifest.identity.clone(),
                },
                manifest.query_prefix.as_str(),
                manifest.passage_prefix.as_str(),
            ),
            // The E5 models were trained with these, no others we know of.
            None if self.config.is_named(&name, "e5") => (name, "query: ", "passage: "),
            None => (name, "", ""),
        };
        ModelInfo {
            identity,
            path: self.path.clone(),
            dimension: self.config.hidden_size,
            max_positions: self.config.max_tokens(),
            pooling: self.pooling,
            query_prefix: query_prefix.to_owned(),
            passage_prefix: passage_prefix.to_owned(),
        }
    }

    /// [`Self::info`] with the identity completed by the weights, where no manifest names it.
    pub(crate) fn info_with(&self, weights: &[u8]) -> ModelInfo {
        let mut info = self.info();
        if self.manifest.is_none() {
            let sum = manifest::sha256(weights);
            info.identity = format!("{}/{}", info.identity, &sum[..12]);
        }
        info
    }

    /// [`Self::info`] with the identity that [`Self::info_with`] found earlier.
    pub(crate) fn info_of(&self, identity: String) -> ModelInfo {
        ModelInfo {
            identity,
            ..self.info()
        }
    }

    /// Where the weights packed for a kernel lie.
    pub(crate) fn packed(&self, kernel: Kernel) -> PathBuf {
        self.path.join(format!("packed-{kernel}.bin"))
    }

    /// What the weights packed for a kernel depend on: as long as it is the same, so are they.
    pub(crate) fn key(&self, kernel: Kernel) -> Result<String, ModelError> {
        let path = self.path.join(WEIGHTS);
        let about = fs::metadata(&path).map_err(|source| unreadable(&path, source))?;
        let changed = about.modified().ok();
        let changed = changed.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        let manifest = self.manifest.as_ref();
        let sum = manifest.and_then(|manifest| manifest.files.get(WEIGHTS));
        Ok(format!(
            "{kernel}; {} bytes of {:?}; {sum:?}; {:?}; {:?}",
            about.len(),
            changed.unwrap_or_default(),
            self.config,
            self.tuning().map(|tuning| tuning.identity(""))
        ))
    }
}

/// `config.json` of transformers, as far as it matters.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Config {
    #[serde(default = "bert")]
    model_type: String,
    #[serde(default, rename = "_name_or_path")]
    name_or_path: String,
    #[serde(default = "gelu")]
    hidden_act: String,
    #[serde(default = "absolute")]
    position_embedding_type: String,
    pub(crate) hidden_size: usize,
    pub(crate) intermediate_size: usize,
    pub(crate) num_attention_heads: usize,
    pub(crate) num_hidden_layers: usize,
    pub(crate) max_position_embeddings: usize,
    pub(crate) vocab_size: usize,
    #[serde(default = "two")]
    pub(crate) type_vocab_size: usize,
    #[serde(default = "epsilon")]
    pub(crate) layer_norm_eps: f32,
    #[serde(default)]
    pad_token_id: usize,
}

fn bert() -> String {
    "bert".to_owned()
}

fn gelu() -> String {
    "gelu".to_owned()
}

fn absolute() -> String {
    "absolute".to_owned()
}

const fn two() -> usize {
    2
}

const fn epsilon() -> f32 {
    1e-12
}

impl Config {
    fn check(&self) -> Result<(), ModelError> {
        let unsupported = |what: String| Err(ModelError::Unsupported(what));
        if !matches!(self.model_type.as_str(), "bert" | "roberta" | "xlm-roberta") {
            return unsupported(format!("model_type = {}", self.model_type));
        }
        if self.hidden_act != "gelu" {
            return unsupported(format!("hidden_act = {}", self.hidden_act));
        }
        if self.position_embedding_type != "absolute" {
            return unsupported(format!(
                "position_embedding_type = {}",
                self.position_embedding_type
            ));
        }
        let (width, heads) = (self.hidden_size, self.num_attention_heads);
        // The attention kernel works on sixteen numbers at a time.
        if heads == 0 || !width.is_multiple_of(heads) || !(width / heads).is_multiple_of(16) {
            return unsupported(format!(
                "hidden_size = {width}, num_attention_heads = {heads}"
            ));
        }
        if self.max_position_embeddings < self.position_offset() + 3 {
            return unsupported(format!(
                "max_position_embeddings = {}",
                self.max_position_embeddings
            ));
        }
        Ok(())
    }

    /// The position of the first token: RoBERTa counts from behind the padding id.
    pub(crate) fn position_offset(&self) -> usize {
        if self.model_type == "bert" {
            0
        } else {
            self.pad_token_id + 1
        }
    }

    /// Tokens of one pass, with the special ones.
    pub(crate) fn max_tokens(&self) -> usize {
        self.max_position_embeddings - self.position_offset()
    }

    fn is_named(&self, folder: &str, part: &str) -> bool {
        let contains = |name: &str| name.to_lowercase().contains(part);
        contains(folder) || contains(&self.name_or_path)
    }
}

#[derive(Deserialize)]
struct PoolingConfig {
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
}

/// As sentence-transformers' file says; without one, BGE models take the first token, others the mean.
fn pooling(path: &Path, config: &Config) -> Result<Pooling, ModelError> {
    let file = path.join(POOLING);
    match optional::<PoolingConfig>(&file)? {
        Some(modes) => match (modes.pooling_mode_cls_token, modes.pooling_mode_mean_tokens) {
            (true, false) => Ok(Pooling::Cls),
            (false, true) => Ok(Pooling::Mean),
            _ => Err(ModelError::Unsupported(format!("池化方式（{POOLING}）"))),
        },
        None if config.is_named(&folder_name(path), "bge") => Ok(Pooling::Cls),
        None => Ok(Pooling::Mean),
    }
}

fn folder_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    fs::read(path).map_err(|source| unreadable(path, source))
}

fn unreadable(path: &Path, source: io::Error) -> ModelError {
    match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            ModelError::Missing(path.to_owned())
        }
        _ => ModelError::Io {
            path: path.to_owned(),
            source,
        },
    }
}

fn read_checked(path: &Path, manifest: Option<&Manifest>) -> Result<Vec<u8>, ModelError> {
    let bytes = read(path)?;
    let Some(manifest) = manifest else {
        return Ok(bytes);
    };
    let want = manifest.files.get(&folder_name(path)).cloned();
    let want = want.unwrap_or_default();
    let got = manifest::sha256(&bytes);
    if got == want {
        Ok(bytes)
    } else {
        Err(ModelError::Checksum {
            path: path.to_owned(),
            want,
            got,
        })
    }
}

fn optional<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>, ModelError> {
    match read(path) {
        Ok(bytes) => parse(path, &bytes).map(Some),
        Err(ModelError::Missing(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn parse<T: for<'de> Deserialize<'de>>(path: &Path, bytes: &[u8]) -> Result<T, ModelError> {
    serde_json::from_slice(bytes).map_err(|error| ModelError::Malformed {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}
