//! What senders may ask for with their receipt: to see what is known of them, to have it put right,
//! to be forgotten.

use caifeng_domain::SubmissionId;
use caifeng_store::{Act, KnownIdentity, Receipt};
use jiff::Timestamp;

use crate::{App, AppError, Refusal, consultations::cli, submit::check_sender};

/// A submission found by its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Short name of the consultation.
    pub slug: String,
    /// Receipt as printed.
    pub receipt: String,
}

impl App {
    /// What is known of the sender. The audit trail notes that somebody looked.
    pub async fn show_identity(&self, code: &str) -> Result<KnownIdentity, AppError> {
        let id = self.by_receipt(code).await?;
        let known = self.store.identity(&cli(), id).await?;
        Ok(known.ok_or(Refusal::UnknownReceipt)?)
    }

    /// Puts name and telephone of the sender right; None leaves them as they are.
    pub async fn correct_identity(
        &self,
        code: &str,
        name: Option<String>,
        phone: Option<String>,
    ) -> Result<(), AppError> {
        check_sender(&caifeng_domain::Submitter {
            name: name.clone(),
            phone: phone.clone(),
            ..Default::default()
        })?;
        let id = self.by_receipt(code).await?;
        self.store.correct_identity(&cli(), id, name, phone).await?;
        Ok(())
    }

    /// Forgets the sender, here and in all else they sent in the consultation. False when nothing
    /// was known any more.
    pub async fn delete_identity(&self, code: &str) -> Result<bool, AppError> {
        self.forget(&cli(), code).await
    }

    /// The same at the sender's own wish, without anybody's help.
    pub async fn forget_me(&self, code: &str) -> Result<bool, AppError> {
        self.forget(&sender(), code).await
    }

    /// Takes a submission back, at its sender's wish. It stays in the journal and counts no more.
    /// False where it was taken back before.
    pub async fn take_back(&self, code: &str) -> Result<bool, AppError> {
        let receipt: Receipt = code.parse().map_err(|_| Refusal::BadReceipt)?;
        let found = self.store.submission_by_receipt(&receipt).await?;
        let found = found.ok_or(Refusal::UnknownReceipt)?;
        let is_new = self.store.withdraw(&sender(), found.id).await?;
        if is_new {
            self.ask_for_triage(found.consultation).await?;
        }
        Ok(is_new)
    }

    async fn forget(&self, act: &Act<'_>, code: &str) -> Result<bool, AppError> {
        let id = self.by_receipt(code).await?;
        let was_known = self.store.delete_identity(act, id).await?;
        self.sweep_files().await?;
        Ok(was_known)
    }

    /// Everything sent under a telephone number.
    pub async fn find_sent(&self, phone: &str) -> Result<Vec<Sent>, AppError> {
        let found = self.store.submissions_by_phone(&cli(), phone).await?;
        let all = self.store.consultations().await?;
        let slug = |id| {
            let named = all.iter().find(|(other, _)| *other == id);
            named.map(|(_, consultation)| consultation.slug.clone())
        };
        let sent = found.into_iter().filter_map(|one| {
            Some(Sent {
                slug: slug(one.consultation)?,
                receipt: one.receipt.to_string(),
            })
        });
        Ok(sent.collect())
    }

    async fn by_receipt(&self, code: &str) -> Result<SubmissionId, AppError> {
        let receipt: Receipt = code.parse().map_err(|_| Refusal::BadReceipt)?;
        let found = self.store.submission_by_receipt(&receipt).await?;
        Ok(found.ok_or(Refusal::UnknownReceipt)?.id)
    }
}

fn sender() -> Act<'static> {
    Act {
        actor: crate::SENDER,
        at: Timestamp::now(),
    }
}
