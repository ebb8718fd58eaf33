//! The next version of a draft by officials in a browser: uploaded, looked at, confirmed.

use caifeng_domain::{Draft, Level};
use caifeng_law::{
    align::ChangeKind,
    draft::{self, DraftWarning},
};
use caifeng_store::Principal;
use sha2::{Digest, Sha256};

use super::{ChangedArticle, change_name, compare, hex, record};
use crate::{App, AppError, Problems, Refusal, consultations::by_name};

/// What was read of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRead {
    /// Its title.
    pub title: String,
    /// Chapters.
    pub chapters: usize,
    /// Articles.
    pub articles: usize,
    /// Paragraphs (款).
    pub paragraphs: usize,
    /// Items (项).
    pub items: usize,
    /// What somebody should look at.
    pub warnings: Vec<String>,
}

impl DraftRead {
    fn new(draft: &Draft) -> Self {
        let count = |level| draft.nodes.iter().filter(|n| n.level == level).count();
        let warnings = draft::check(draft);
        Self {
            title: draft.title.clone(),
            chapters: count(Level::Chapter),
            articles: count(Level::Article),
            paragraphs: count(Level::Paragraph),
            items: count(Level::Item),
            warnings: warnings.iter().map(DraftWarning::to_string).collect(),
        }
    }
}

/// What a file would be as the next version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextDraft {
    /// What was read of it.
    pub read: DraftRead,
    /// Versions that there are: it would be the one after them.
    pub before: usize,
    /// The version that the same file is already, from 1.
    pub known: Option<usize>,
    /// Articles that differ from the version in force.
    pub changes: Vec<ChangedArticle>,
    /// How many articles were changed in which way, those that stayed first.
    pub counts: Vec<(&'static str, usize)>,
}

/// Characters kept of a file's name.
const NAME_CHARS: usize = 100;

/// What a form says a file is called, as it is kept and shown: short, and without signs that nobody sees.
pub(crate) fn kept_name(name: &str) -> String {
    let seen = name.trim().chars().filter(|c| !c.is_control());
    let kept: String = seen.take(NAME_CHARS).collect();
    if kept.is_empty() {
        "草案".to_owned()
    } else {
        kept
    }
}

impl App {
    /// Keeps a file that an official chose as a draft until they confirm it. Returns its hash.
    ///
    /// # Errors
    /// [`AppError::Form`] where it is no draft.
    pub async fn put_draft(&self, file_name: &str, bytes: Vec<u8>) -> Result<String, AppError> {
        let name = file_name.to_owned();
        let read = move || (draft::read(&bytes, &name).map(|_| ()), bytes);
        let (read, bytes) = tokio::task::spawn_blocking(read).await?;
        let mut problems = Problems::default();
        problems.hear("file", read.map_err(AppError::from))?;
        problems.settle()?;
        self.put_upload(bytes).await
    }

    /// What was read of an upload, and its bytes.
    pub(crate) async fn read_upload(&self, upload: &str) -> Result<(DraftRead, Vec<u8>), AppError> {
        if upload.is_empty() {
            let message = "请选择草案文件（docx 或 txt）";
            return Err(AppError::Argument(message.to_owned()));
        }
        let bytes = self.upload(upload).await?;
        let read = move || -> Result<_, AppError> {
            let draft = draft::read(&bytes, "草案")?;
            Ok((DraftRead::new(&draft), bytes))
        };
        tokio::task::spawn_blocking(read).await?
    }

    /// What an upload would be as the next version, and how it differs from the one in force. Nothing
    /// goes in yet.
    pub async fn look_at_draft(
        &self,
        by: &Principal,
        slug: &str,
        upload: &str,
    ) -> Result<NextDraft, AppError> {
        let listed = self.manageable(by, slug).await?;
        let bytes = self.upload(upload).await?;
        let before = self.store.drafts(listed.id).await?;
        let look = move || -> Result<_, AppError> {
            let draft = draft::read(&bytes, "草案")?;
            let hash = hex(&Sha256::digest(&bytes));
            let same = |one: &caifeng_store::Draft| one.record.source_sha256 == hash;
            let read = DraftRead::new(&draft);
            let (mut changes, mut counts) = (Vec::new(), Vec::new());
            // One that cannot be read any more hinders nothing: the next one is to replace it.
            let last = before.last().map(|last| draft::parse(&last.record.text));
            if let Some(Ok(old)) = last {
                let comparison = compare(old, draft);
                changes = comparison.changes();
                let kinds = ChangeKind::ALL.iter().map(|&(kind, ..)| {
                    let pairs = comparison.alignment.pairs.iter();
                    let amount = pairs.filter(|pair| pair.kind == kind).count();
                    (change_name(kind), amount)
                });
                counts = kinds.filter(|(_, amount)| *amount > 0).collect();
            }
            Ok(NextDraft {
                read,
                before: before.len(),
                known: before.iter().position(same).map(|at| at + 1),
                changes,
                counts,
            })
        };
        tokio::task::spawn_blocking(look).await?
    }

    /// Files an upload as the next version after the `before` versions that somebody saw it compared
    /// with, and has everything read against it again.
    pub async fn confirm_draft(
        &self,
        by: &Principal,
        slug: &str,
        upload: &str,
        file_name: &str,
        before: usize,
    ) -> Result<(), AppError> {
        let listed = self.manageable(by, slug).await?;
        let bytes = self.upload(upload).await?;
        if self.store.count_drafts(listed.id).await? != before {
            return Err(Refusal::DraftReplaced.into());
        }
        let (app, by) = (self.clone(), by.clone());
        let (upload, name) = (upload.to_owned(), kept_name(file_name));
        let work = async move {
            let read = move || -> Result<_, AppError> {
                let draft = draft::read(&bytes, &name)?;
                Ok(record(before + 1, &name, &bytes, &draft))
            };
            let record = tokio::task::spawn_blocking(read).await??;
            app.store
                .add_draft(&by_name(&by), listed.id, &record)
                .await?;
            app.ask_for_triage(listed.id).await?;
            app.forget_upload(&upload).await?;
            app.catalogue.forget().await;
            Ok(())
        };
        tokio::spawn(work).await?
    }
}
