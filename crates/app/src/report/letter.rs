//! What stands around the text of the official report: the settings of an organisation, and what is
//! said for one report, which goes before them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use caifeng_report::Letter;
use serde::Deserialize;

use crate::{App, AppError, consultations::check_day};

/// To whom contact points report unless they say otherwise.
const RECIPIENT: &str = "全国人大常委会法制工作委员会";

/// As `[report]` of the configuration or a file of its own (TOML) says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterSettings {
    /// 发文机关.
    pub organisation: Option<String>,
    /// 发文字号.
    pub number: Option<String>,
    /// 主送机关.
    pub recipient: Option<String>,
    /// 签发人.
    pub signer: Option<String>,
    /// 附注.
    pub contact: Option<String>,
    /// 成文日期, `YYYY-MM-DD`; else the present day.
    pub date: Option<String>,
    /// File of the organisation's template.
    pub template: Option<PathBuf>,
    /// Passages that staff wrote, by name: 引言, 基本情况, 总体评价, 其他意见 and what else the template
    /// asks for.
    #[serde(default)]
    pub texts: BTreeMap<String, String>,
}

impl LetterSettings {
    /// Reads a file. A template that it names lies beside it.
    pub fn read(path: &Path) -> Result<Self, AppError> {
        let text = fs::read_to_string(path).map_err(|source| AppError::file(path, source))?;
        let mut read: Self = toml::from_str(&text)
            .map_err(|e| AppError::Config(format!("{}：{}", path.display(), e.message())))?;
        let beside = path.parent().unwrap_or(Path::new(""));
        read.template = read.template.map(|template| beside.join(template));
        Ok(read)
    }

    /// These, and where they say nothing the others.
    fn or(self, others: &Self) -> Self {
        let other = others.clone();
        Self {
            organisation: self.organisation.or(other.organisation),
            number: self.number.or(other.number),
            recipient: self.recipient.or(other.recipient),
            signer: self.signer.or(other.signer),
            contact: self.contact.or(other.contact),
            date: self.date.or(other.date),
            template: self.template.or(other.template),
            texts: other.texts.into_iter().chain(self.texts).collect(),
        }
    }
}

impl App {
    /// The letter of a report that is made on `today`.
    pub async fn letter(&self, said: LetterSettings, today: &str) -> Result<Letter, AppError> {
        // What was said for one report goes before what officials uploaded, and that before the settings.
        let named = said.template.is_some();
        let said = said.or(&self.config.report);
        let date = said.date.unwrap_or_else(|| today.to_owned());
        check_day(&date)?;
        let read = |path: PathBuf| {
            fs::read_to_string(&path).map_err(|source| AppError::file(&path, source))
        };
        Ok(Letter {
            organisation: said.organisation,
            number: said.number,
            recipient: Some(said.recipient.unwrap_or_else(|| RECIPIENT.to_owned())),
            signer: said.signer,
            contact: said.contact,
            date,
            texts: said.texts,
            template: match self.rules().await?.report.clone() {
                Some(own) if !named => Some(own),
                _ => said.template.map(read).transpose()?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::LetterSettings;

    #[test]
    fn what_is_said_for_one_report_goes_before_the_settings() {
        let settings: LetterSettings = toml::from_str(
            "organisation = \"甲\"\nsigner = \"乙\"\n[texts]\n\"总体评价\" = \"一\"\n\"其他意见\" = \"二\"",
        )
        .unwrap();
        let said: LetterSettings =
            toml::from_str("signer = \"丙\"\n[texts]\n\"总体评价\" = \"三\"").unwrap();
        let both = said.or(&settings);
        assert_eq!(both.organisation.as_deref(), Some("甲"));
        assert_eq!(both.signer.as_deref(), Some("丙"));
        assert_eq!(both.texts["总体评价"], "三");
        assert_eq!(both.texts["其他意见"], "二");
    }

    #[test]
    fn a_template_lies_beside_the_file_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("letter.toml");
        std::fs::write(&file, "template = \"ours.jinja\"").unwrap();
        let read = LetterSettings::read(&file).unwrap();
        assert_eq!(read.template, Some(folder.path().join("ours.jinja")));
        std::fs::write(&file, "organization = \"甲\"").unwrap();
        let error = LetterSettings::read(&file).unwrap_err();
        assert!(error.to_string().contains("organization"), "{error}");
    }
}
