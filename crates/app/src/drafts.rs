//! Drafts: import, show, compare versions.

mod next;

use std::fmt::Write;

use caifeng_domain::{Consultation, Draft, NodeId, Visibility};
use caifeng_law::{
    align::{self, Alignment, ChangeKind},
    difference::{Piece, difference},
    draft::{self, DraftWarning},
};
use caifeng_store::DraftRecord;
use sha2::{Digest, Sha256};

use crate::{App, AppError, Listed, consultations::cli};

pub(crate) use next::kept_name;
pub use next::{DraftRead, NextDraft};

/// What an import of a draft did.
#[derive(Debug, Clone)]
pub struct DraftImported {
    /// The consultation's short name.
    pub slug: String,
    /// The draft as it was read.
    pub draft: Draft,
    /// 第几稿
    pub version: usize,
    /// Whether the same file was there already.
    pub known: bool,
    /// Things that look odd but do not hinder.
    pub warnings: Vec<DraftWarning>,
    /// Against the version before, where there is one.
    pub comparison: Option<Comparison>,
}

/// Two versions and how they correspond.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The earlier version.
    pub old: Draft,
    /// The later version.
    pub new: Draft,
    /// Which article became which.
    pub alignment: Alignment,
}

impl App {
    /// Reads a draft and files it under `slug`: a new consultation, for contact points only until
    /// somebody says otherwise, or the next version in one that exists.
    pub async fn import_draft(
        &self,
        slug: &str,
        file_name: &str,
        bytes: &[u8],
    ) -> Result<DraftImported, AppError> {
        let draft = draft::read(bytes, file_name)?;
        let warnings = draft::check(&draft);
        let act = cli();
        let known = self.store.consultation(slug).await?;
        let id = if let Some((id, _)) = known {
            id
        } else {
            let consultation = Consultation {
                slug: slug.to_owned(),
                title: draft.title.clone(),
                window: None,
                visibility: Visibility::ContactPoints,
                closed_at: None,
                questions: Vec::new(),
            };
            self.store.create_consultation(&act, &consultation).await?
        };
        let before = self.store.drafts(id).await?;
        let record = record(before.len() + 1, file_name, bytes, &draft);
        let stored = self.store.add_draft(&act, id, &record).await?;
        if known.is_some() {
            self.ask_for_triage(id).await?;
        }
        let place = before.iter().position(|d| d.id == stored);
        let version = place.unwrap_or(before.len()) + 1;
        let comparison = match before.get(version.wrapping_sub(2)) {
            Some(old) => Some(compare(draft::parse(&old.record.text)?, draft.clone())),
            None => None,
        };
        Ok(DraftImported {
            slug: slug.to_owned(),
            draft,
            version,
            known: place.is_some(),
            warnings,
            comparison,
        })
    }

    /// The latest version.
    pub async fn show_draft(&self, slug: Option<&str>) -> Result<Draft, AppError> {
        let chosen = self.choose(slug).await?;
        Ok(self.draft(&chosen).await?.1)
    }

    /// The last two versions against each other.
    pub async fn compare_drafts(&self, slug: Option<&str>) -> Result<Comparison, AppError> {
        let chosen = self.choose(slug).await?;
        let all = self.store.drafts(chosen.id).await?;
        match all.as_slice() {
            [.., old, new] => Ok(compare(
                draft::parse(&old.record.text)?,
                draft::parse(&new.record.text)?,
            )),
            _ => Err(AppError::Argument(format!(
                "任务 {} 只有一稿，无从对照。请先导入下一次审议稿",
                chosen.consultation.slug
            ))),
        }
    }
}

/// The first version of a draft, as it is filed.
pub(crate) async fn first_version(name: String, bytes: Vec<u8>) -> Result<DraftRecord, AppError> {
    let read = move || -> Result<_, AppError> {
        let draft = draft::read(&bytes, &name)?;
        Ok(record(1, &name, &bytes, &draft))
    };
    tokio::task::spawn_blocking(read).await?
}

impl App {
    /// Whether there is an earlier version to compare the one in force with.
    pub async fn has_changes(&self, listed: &Listed) -> Result<bool, AppError> {
        Ok(self.store.count_drafts(listed.id).await? > 1)
    }

    /// What the version in force changed against the one before, article by article, without those
    /// that stayed; none where there is one version only.
    pub async fn changes(&self, listed: &Listed) -> Result<Option<Vec<ChangedArticle>>, AppError> {
        let all = self.store.drafts(listed.id).await?;
        let [.., old, new] = all.as_slice() else {
            return Ok(None);
        };
        let (old, new) = (old.record.text.clone(), new.record.text.clone());
        let compare = move || -> Result<_, AppError> {
            let comparison = compare(draft::parse(&old)?, draft::parse(&new)?);
            Ok(comparison.changes())
        };
        Ok(Some(tokio::task::spawn_blocking(compare).await??))
    }
}

impl Comparison {
    fn changes(&self) -> Vec<ChangedArticle> {
        let pairs = self.alignment.pairs.iter();
        let changed = pairs.filter(|pair| pair.kind != ChangeKind::Unchanged);
        changed
            .map(|pair| {
                let article = |draft: &Draft, id: Option<NodeId>| {
                    id.map(|id| (draft.node(id).label.clone(), draft.full_text(id)))
                };
                let former = article(&self.old, pair.old);
                let new = article(&self.new, pair.new);
                let words = |side: &Option<(String, String)>| {
                    side.as_ref()
                        .map(|(_, words)| words.clone())
                        .unwrap_or_default()
                };
                let label = |side: Option<(String, String)>| side.map(|(label, _)| label);
                ChangedArticle {
                    what: change_name(pair.kind),
                    pieces: difference(&words(&former), &words(&new)),
                    former: label(former),
                    new: label(new),
                }
            })
            .collect()
    }
}

/// An article that a new version changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedArticle {
    /// 修改, 新增, 删除, 移动, 拆分 or 合并.
    pub what: &'static str,
    /// Its number before: 第三条. None for a new one.
    pub former: Option<String>,
    /// Its number now. None for one that was deleted.
    pub new: Option<String>,
    /// Its words, before and now.
    pub pieces: Vec<Piece>,
}

/// A version as it is stored.
fn record(number: usize, file_name: &str, bytes: &[u8], draft: &Draft) -> DraftRecord {
    DraftRecord {
        version: format!("第{number}稿"),
        file_name: file_name.to_owned(),
        source_sha256: hex(&Sha256::digest(bytes)),
        text: draft::print(draft),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing into a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// What readers call a kind of change.
#[must_use]
pub fn change_name(kind: ChangeKind) -> &'static str {
    ChangeKind::ALL
        .iter()
        .find(|k| k.0 == kind)
        .map_or("", |k| k.2)
}

fn compare(old: Draft, new: Draft) -> Comparison {
    let alignment = align::align(&old, &new);
    Comparison {
        old,
        new,
        alignment,
    }
}
