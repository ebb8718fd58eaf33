//! Settings: flag over environment over file over default.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use caifeng_domain::{Disposition, Named};
use caifeng_encode::{Kernel, install::DEFAULT_MODEL};
use caifeng_store::{IdentityKey, SignatureSuite};
use serde::Deserialize;

use crate::{AppError, LetterSettings, SharedEncoder, WechatSettings, Workflow};

/// The name that asks for no model.
const LEXICAL: &str = "lexical";

/// All settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Folder of the database, its key and the index.
    pub data: PathBuf,
    /// Folder of installed models.
    pub models: PathBuf,
    /// Name of a model in `models`, path of a model folder, or `lexical`.
    pub model: String,
    /// What the model is computed with; none: the fastest that the machine allows.
    pub kernel: Option<Kernel>,
    /// Where the database is, if not in `data`: `postgres://…`.
    pub database: Option<String>,
    /// WeChat accounts by the names in their addresses, `/hooks/wechat/NAME`.
    pub wechat: BTreeMap<String, WechatSettings>,
    /// File of the master key of the identity vault, if not in `data`.
    pub identity_key_file: Option<PathBuf>,
    /// The master key itself, which then is in no file.
    pub identity_key: Option<IdentityKey>,
    /// Days after the end of a consultation on which its senders' names and telephone numbers are
    /// deleted. None: they stay until somebody asks.
    pub retention_days: Option<u32>,
    /// Consultations with more submissions than this are not triaged behind the scenes.
    pub triage_at_most: usize,
    /// What may become of a point (处理结果).
    pub dispositions: Vec<Disposition>,
    /// Who signs reports, and their template.
    pub report: LetterSettings,
    /// Steps of a consultation, terms of items for other offices, and the calendar.
    pub workflow: Workflow,
    /// The file that says it; none where it is built in.
    pub workflow_text: Option<String>,
    /// Days for which files of scheduled reports are kept.
    pub report_files_days: u32,
    /// How packages for other levels are signed.
    pub signature: SignatureSuite,
}

/// Triage holds all submissions of a consultation at once, some 20 KB each: 2 GiB.
const TRIAGE_AT_MOST: usize = 100_000;

/// A year, so that the same month's summaries can be compared.
const REPORT_FILES_DAYS: u32 = 366;

/// What a flag, the environment or the file may say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// See [`Config::data`].
    pub data: Option<PathBuf>,
    /// See [`Config::models`].
    pub models: Option<PathBuf>,
    /// See [`Config::model`].
    pub model: Option<String>,
    /// See [`Config::kernel`].
    pub kernel: Option<Kernel>,
    /// See [`Config::database`].
    pub database: Option<String>,
    /// See [`Config::wechat`].
    #[serde(default)]
    pub wechat: BTreeMap<String, WechatSettings>,
    /// See [`Config::identity_key_file`].
    pub identity_key_file: Option<PathBuf>,
    /// See [`Config::identity_key`]: 64 hexadecimal digits, from the environment only.
    #[serde(skip)]
    pub identity_key: Option<String>,
    /// See [`Config::retention_days`].
    pub retention_days: Option<u32>,
    /// See [`Config::triage_at_most`].
    pub triage_at_most: Option<usize>,
    /// See [`Config::dispositions`]: `[[dispositions]]` with `code`, `name` and `needs_reason`.
    #[serde(default)]
    pub dispositions: Vec<DispositionEntry>,
    /// See [`Config::report`].
    #[serde(default)]
    pub report: LetterSettings,
    /// File of [`Config::workflow`], of the form of `crates/app/workflow.toml`.
    pub workflow_file: Option<PathBuf>,
    /// See [`Config::report_files_days`].
    pub report_files_days: Option<u32>,
    /// See [`Config::signature`]: `ed25519`, which is the default, or `sm2`.
    pub signature: Option<String>,
}

/// One of [`Config::dispositions`] in the file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispositionEntry {
    /// Stable name: Latin letters, digits and `_`.
    code: String,
    /// What people read.
    name: String,
    /// Whether senders are owed a reason.
    #[serde(default = "yes")]
    needs_reason: bool,
}

const fn yes() -> bool {
    true
}

impl DispositionEntry {
    /// Adds it to the results before it, if it can stand beside them.
    pub(crate) fn add_to(self, all: &mut Vec<Disposition>) -> Result<(), String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_plain = !self.code.is_empty() && self.code.chars().all(plain);
        if !is_plain || self.name.trim().is_empty() || all.iter().any(|d| d.code == self.code) {
            return Err(format!("代号 {} 重复、含有其他字符，或没有名称", self.code));
        }
        all.push(Disposition {
            code: self.code,
            name: self.name,
            needs_reason: self.needs_reason,
        });
        Ok(())
    }
}

/// The results that the file names, else the usual ones.
fn dispositions(entries: Vec<DispositionEntry>) -> Result<Vec<Disposition>, AppError> {
    if entries.is_empty() {
        return Ok(Disposition::usual());
    }
    let mut out = Vec::new();
    for entry in entries {
        let added = entry.add_to(&mut out);
        added.map_err(|what| AppError::Config(format!("dispositions：{what}")))?;
    }
    Ok(out)
}

impl Config {
    /// The settings from `said` (flags and environment), then `file`, then defaults.
    pub fn load(said: Overrides, file: Option<&Path>) -> Result<Self, AppError> {
        let written = match file {
            Some(path) => {
                let text =
                    fs::read_to_string(path).map_err(|source| AppError::file(path, source))?;
                toml::from_str(&text)
                    .map_err(|e| AppError::Config(format!("{}：{}", path.display(), e.message())))?
            }
            None => Overrides::default(),
        };
        let (workflow, workflow_text) = match said.workflow_file.or(written.workflow_file) {
            Some(path) => {
                let text =
                    fs::read_to_string(&path).map_err(|source| AppError::file(&path, source))?;
                let read = Workflow::read(Some((&path.to_string_lossy(), &text)))?;
                (read, Some(text))
            }
            None => (Workflow::read(None)?, None),
        };
        let key = said.identity_key.as_deref().map(read_key).transpose()?;
        Ok(Self {
            data: said.data.or(written.data).unwrap_or_else(|| "data".into()),
            models: said
                .models
                .or(written.models)
                .unwrap_or_else(|| "models".into()),
            model: said
                .model
                .or(written.model)
                .unwrap_or_else(|| DEFAULT_MODEL.to_owned()),
            kernel: said.kernel.or(written.kernel),
            database: said.database.or(written.database),
            wechat: written.wechat.into_iter().chain(said.wechat).collect(),
            identity_key_file: said.identity_key_file.or(written.identity_key_file),
            identity_key: key,
            retention_days: said.retention_days.or(written.retention_days),
            triage_at_most: (said.triage_at_most.or(written.triage_at_most))
                .unwrap_or(TRIAGE_AT_MOST),
            workflow,
            workflow_text,
            report_files_days: (said.report_files_days.or(written.report_files_days))
                .unwrap_or(REPORT_FILES_DAYS),
            signature: suite(said.signature.or(written.signature).as_deref())?,
            dispositions: dispositions([said.dispositions, written.dispositions].concat())?,
            report: written.report,
        })
    }

    /// The database's address.
    #[must_use]
    pub fn database_url(&self) -> String {
        let file = || format!("sqlite://{}", self.data.join("caifeng.db").display());
        self.database.clone().unwrap_or_else(file)
    }

    /// File of the master key, used unless the key itself is given.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        let beside = || self.data.join("identity.key");
        self.identity_key_file.clone().unwrap_or_else(beside)
    }

    /// The database file; none where the database is a PostgreSQL.
    #[must_use]
    pub fn database_file(&self) -> Option<PathBuf> {
        let url = self.database_url();
        url.strip_prefix("sqlite://").map(PathBuf::from)
    }

    /// Folder of the search index of a consultation.
    pub(crate) fn index(&self, slug: &str) -> PathBuf {
        self.data.join("index").join(slug)
    }

    /// Folder of the model in use; none where no model is wanted.
    #[must_use]
    pub fn model_dir(&self) -> Option<PathBuf> {
        if self.model == LEXICAL {
            return None;
        }
        let as_path = Path::new(&self.model);
        let named = as_path.components().count() == 1;
        Some(if named {
            self.models.join(as_path)
        } else {
            as_path.to_owned()
        })
    }

    /// Opens the encoder. When the default model is simply not installed, the lexical encoder
    /// stands in, and says so by [`caifeng_encode::Encoder::is_lexical`]; a model that is there but
    /// wrong, or one that somebody asked for, is refused.
    pub fn open_encoder(&self) -> Result<SharedEncoder, AppError> {
        let dir = self
            .model_dir()
            .filter(|dir| self.model != DEFAULT_MODEL || dir.exists());
        Ok(Arc::from(caifeng_encode::model::open(
            dir.as_deref(),
            self.kernel,
        )?))
    }
}

fn suite(name: Option<&str>) -> Result<SignatureSuite, AppError> {
    let Some(name) = name else {
        return Ok(SignatureSuite::Ed25519);
    };
    SignatureSuite::from_name(name)
        .ok_or_else(|| AppError::Config(format!("signature：{name} 应为 ed25519 或 sm2")))
}

/// A master key as typed. What was typed is not told.
pub fn read_key(text: &str) -> Result<IdentityKey, AppError> {
    IdentityKey::from_hex(text)
        .ok_or_else(|| AppError::Config("主密钥应为 64 位十六进制数".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Config, Kernel, Overrides};

    #[test]
    fn a_flag_beats_the_file_and_the_file_the_default() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("caifeng.toml");
        std::fs::write(
            &file,
            "data = \"from-file\"\nmodel = \"lexical\"\nkernel = \"candle\"\n",
        )
        .unwrap();
        let said = Overrides {
            data: Some("from-flag".into()),
            ..Overrides::default()
        };
        let config = Config::load(said, Some(&file)).unwrap();
        assert_eq!(config.data.to_str(), Some("from-flag"));
        assert_eq!(config.model, "lexical");
        assert_eq!(config.kernel, Some(Kernel::Candle));
        assert_eq!(config.models.to_str(), Some("models"));
        assert!(config.model_dir().is_none());
    }

    #[test]
    fn unknown_keys_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("caifeng.toml");
        std::fs::write(&file, "modle = \"x\"\n").unwrap();
        let error = Config::load(Overrides::default(), Some(&file)).unwrap_err();
        assert!(error.to_string().contains("modle"), "{error}");
    }

    #[test]
    fn a_workflow_of_ones_own_takes_the_place_of_the_usual_one() {
        let dir = tempfile::tempdir().unwrap();
        let flow = dir.path().join("本地.toml");
        let text = crate::WORKFLOW_FILE.replacen("name = \"任务下达\"", "name = \"接受任务\"", 1);
        std::fs::write(&flow, text).unwrap();
        let load = |path: &std::path::Path| {
            let said = Overrides {
                workflow_file: Some(path.to_owned()),
                ..Overrides::default()
            };
            Config::load(said, None)
        };
        let config = load(&flow).unwrap();
        assert_eq!(config.workflow.steps[0].name, "接受任务");
        let error = load(&dir.path().join("没有.toml")).unwrap_err();
        assert!(error.to_string().contains("没有.toml"), "{error}");
    }
}
