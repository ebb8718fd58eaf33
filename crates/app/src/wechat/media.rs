//! Recordings and pictures that staff fetch from WeChat, listen to and write down.

use std::collections::BTreeMap;

use caifeng_domain::{ArticleNo, Channel, Permission, Submission, Submitter};
use caifeng_store::{Act, Delivery, MediumId, Principal, WaitingMedium};
use jiff::Timestamp;

use crate::{
    App, AppError, CONSENT_VERSION, Refusal,
    submit::{check_article, check_open, check_text},
};

/// What somebody heard or read.
#[derive(Debug, Clone)]
pub struct Transcript {
    /// Short name of the consultation.
    pub slug: String,
    /// The article, where one was named.
    pub article: Option<ArticleNo>,
    /// The words.
    pub text: String,
}

impl App {
    /// The recordings and pictures that wait to be written down.
    pub async fn waiting_media(&self) -> Result<Vec<WaitingMedium>, AppError> {
        Ok(self.store.waiting_media().await?)
    }

    /// Takes in what was said in a recording as a submission of who sent it. Returns its receipt.
    pub async fn transcribe_medium(
        &self,
        by: &Principal,
        id: MediumId,
        transcript: Transcript,
    ) -> Result<String, AppError> {
        let medium = self
            .store
            .waiting_medium(id)
            .await?
            .ok_or(Refusal::Handled)?;
        let listed = self
            .consultation_to(by, Permission::Transcribe, &transcript.slug)
            .await?;
        let now = Timestamp::now();
        check_open(&listed, now)?;
        check_text(1, &transcript.text)?;
        if let Some(article) = transcript.article {
            check_article(&listed, article)?;
        }
        let place = match &medium.medium.place {
            Some(code) => self.store.place_by_code(code).await?,
            None => None,
        };
        let (station, collector) = place.unzip();
        let submission = Submission {
            external_id: Some(id.to_string()),
            channel: Channel::Wechat,
            station: station.map(|station| station.name),
            submitted_at: Some(medium.received_at.to_string()),
            article_hint: transcript.article,
            submitter: Submitter {
                account: Some(medium.openid),
                ..Submitter::default()
            },
            text: transcript.text,
        };
        let delivery = Delivery {
            consultation: listed.id,
            source: "wechat media".to_owned(),
            actor: by.name.clone(),
            at: now,
            // What came with the answer to the recording.
            consent: Some(CONSENT_VERSION.to_owned()),
            answers: BTreeMap::new(),
            collector: collector.flatten(),
            submissions: vec![submission],
            whole: false,
        };
        let accepted = self.deliver(delivery).await?.pop();
        let accepted = accepted.ok_or(Refusal::NoComments)?;
        self.end_medium(by, id, true).await?;
        Ok(accepted.receipt.to_string())
    }

    /// Notes that nothing is to be taken in of a recording or picture.
    pub async fn dismiss_medium(&self, by: &Principal, id: MediumId) -> Result<(), AppError> {
        self.end_medium(by, id, false).await
    }

    async fn end_medium(
        &self,
        by: &Principal,
        id: MediumId,
        written_down: bool,
    ) -> Result<(), AppError> {
        let act = Act {
            actor: &by.name,
            at: Timestamp::now(),
        };
        Ok(self.store.end_medium(&act, id, written_down).await?)
    }
}
