//! What a sender learns with a receipt.

use caifeng_domain::Consultation;
use caifeng_store::{Receipt, TrackedStage};
use jiff::Timestamp;

use crate::{App, AppError, Refusal};

/// Where a submission is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracking {
    /// The receipt as printed.
    pub receipt: String,
    /// What it is about; nothing where that is for contact points only, as a slip may be found by
    /// anybody.
    pub consultation: Option<Consultation>,
    /// The key question that it answers; nothing where the consultation is not told of.
    pub question: Option<String>,
    /// When it was received.
    pub received_at: Timestamp,
    /// How far it is.
    pub stage: TrackedStage,
}

impl App {
    /// Where the submission with this receipt is. The code may be typed in any way.
    pub async fn track(&self, code: &str) -> Result<Tracking, AppError> {
        let receipt: Receipt = code.parse().map_err(|_| Refusal::BadReceipt)?;
        let found = self.store.tracked(&receipt).await?;
        let found = found.ok_or(Refusal::UnknownReceipt)?;
        let all = self.consultations().await?;
        let listed = all.iter().find(|listed| listed.id == found.consultation);
        let consultation = listed
            .filter(|listed| listed.is_public())
            .map(|listed| &listed.consultation);
        let question = consultation.zip(found.question);
        Ok(Tracking {
            receipt: receipt.to_string(),
            question: question.and_then(|(all, number)| all.question(number).map(str::to_owned)),
            consultation: consultation.cloned(),
            received_at: found.received_at,
            stage: found.stage,
        })
    }
}
