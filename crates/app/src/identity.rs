//! What senders may ask for with their receipt: to see what is known of them, to have it put right,
//! to be forgotten.

use caifeng_domain::{Permission, SubmissionId};
use caifeng_store::{Act, KnownIdentity, Principal, Receipt};
use jiff::Timestamp;

use crate::{
    App, AppError, Refusal,
    consultations::{by_name, cli},
    submit::check_sender,
};

/// A submission found by its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Short name of the consultation.
    pub slug: String,
    /// Receipt as printed.
    pub receipt: String,
}

impl App {
    /// Whether `by` may answer senders about their personal data.
    #[must_use]
    pub fn may_answer(by: &Principal) -> bool {
        let is_everywhere = by.reach.station.is_none() && by.reach.consultations.is_none();
        is_everywhere && by.role.may(Permission::AnswerRequests)
    }

    /// What is known of the sender. The audit trail notes that somebody looked.
    pub async fn show_identity(&self, code: &str) -> Result<KnownIdentity, AppError> {
        self.identity_as(&cli(), code).await
    }

    /// The same by an official at the sender's wish.
    pub async fn answer_show(&self, by: &Principal, code: &str) -> Result<KnownIdentity, AppError> {
        check_answering(by)?;
        self.identity_as(&by_name(by), code).await
    }

    async fn identity_as(&self, act: &Act<'_>, code: &str) -> Result<KnownIdentity, AppError> {
        let id = self.by_receipt(code).await?;
        let known = self.store.identity(act, id).await?;
        Ok(known.ok_or(Refusal::UnknownReceipt)?)
    }

    /// Puts name and telephone of the sender right; None leaves them as they are.
    pub async fn correct_identity(
        &self,
        code: &str,
        name: Option<String>,
        phone: Option<String>,
    ) -> Result<(), AppError> {
        self.correct(&cli(), code, name, phone).await
    }

    /// The same by an official at the sender's wish.
    pub async fn answer_correct(
        &self,
        by: &Principal,
        code: &str,
        name: Option<String>,
        phone: Option<String>,
    ) -> Result<(), AppError> {
        check_answering(by)?;
        self.correct(&by_name(by), code, name, phone).await
    }

    async fn correct(
        &self,
        act: &Act<'_>,
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
        self.store.correct_identity(act, id, name, phone).await?;
        Ok(())
    }

    /// Forgets the sender, here and in all else they sent in the consultation. False when nothing
    /// was known any more.
    pub async fn delete_identity(&self, code: &str) -> Result<bool, AppError> {
        self.forget(&cli(), code).await
    }

    /// The same by an official at the sender's wish.
    pub async fn answer_delete(&self, by: &Principal, code: &str) -> Result<bool, AppError> {
        check_answering(by)?;
        self.forget(&by_name(by), code).await
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
        self.sent_by(&cli(), phone).await
    }

    /// The same by an official, for a sender who lost the receipts.
    pub async fn answer_find(&self, by: &Principal, phone: &str) -> Result<Vec<Sent>, AppError> {
        check_answering(by)?;
        self.sent_by(&by_name(by), phone).await
    }

    async fn sent_by(&self, act: &Act<'_>, phone: &str) -> Result<Vec<Sent>, AppError> {
        let found = self.store.submissions_by_phone(act, phone).await?;
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

/// Senders may have written anywhere: whoever answers them is confined to no place and no consultation.
fn check_answering(by: &Principal) -> Result<(), AppError> {
    if App::may_answer(by) {
        Ok(())
    } else {
        Err(Refusal::Forbidden.into())
    }
}

fn sender() -> Act<'static> {
    Act {
        actor: crate::SENDER,
        at: Timestamp::now(),
    }
}
