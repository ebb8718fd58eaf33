//! Recordings and pictures that staff fetch from WeChat, listen to and write down.

use std::collections::BTreeMap;

use caifeng_domain::{ArticleNo, Channel, Permission, Submission, Submitter};
use caifeng_store::{Act, Arrival, Delivery, MediumId, Principal, WaitingMedium};
use jiff::Timestamp;

use crate::{
    App, AppError, CONSENT_VERSION, Listed, Refusal,
    scans::kinds,
    submit::{check_article, check_open, check_text, check_was_open},
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
    /// The recording itself, where somebody fetched it.
    pub files: Vec<Vec<u8>>,
}

impl App {
    /// The recordings and pictures that wait to be written down by `by`: of consultations where they
    /// may, or of none, and of their own places where they have such.
    pub async fn waiting_media(&self, by: &Principal) -> Result<Vec<WaitingMedium>, AppError> {
        let all = self.consultations().await?;
        let places = self.places_of(Some(by)).await?;
        let mut theirs = Vec::new();
        for waiting in self.store.waiting_media().await? {
            let medium = &waiting.medium;
            let named = all
                .iter()
                .find(|one| Some(&one.consultation.slug) == medium.consultation.as_ref());
            let may = named.is_none_or(|listed| may_transcribe(listed, by));
            let station = match (&places, &medium.place) {
                (Some(_), Some(code)) => self.store.place_by_code(code).await?,
                _ => None,
            };
            let is_theirs = places.as_ref().is_none_or(|places| {
                station.is_some_and(|(station, _)| places.iter().any(|one| one.id == station.id))
            });
            if may && is_theirs {
                theirs.push(waiting);
            }
        }
        Ok(theirs)
    }

    /// The consultations under which `by` may write down what came at one of these times.
    pub async fn open_to_transcribe(
        &self,
        by: &Principal,
        media: &[WaitingMedium],
    ) -> Result<Vec<Listed>, AppError> {
        let (now, all) = (Timestamp::now(), self.consultations().await?);
        let was_open = |listed: &Listed| {
            let mut times = media.iter().map(|medium| medium.received_at.to_string());
            check_open(listed, now).is_ok()
                || times.any(|time| check_was_open(listed, Some(&time), now).is_ok())
        };
        let theirs = all.iter().filter(|listed| may_transcribe(listed, by));
        Ok(theirs.filter(|listed| was_open(listed)).cloned().collect())
    }

    async fn their_medium(&self, by: &Principal, id: MediumId) -> Result<WaitingMedium, AppError> {
        let theirs = self.waiting_media(by).await?;
        let found = theirs.into_iter().find(|medium| medium.id == id);
        Ok(found.ok_or(Refusal::Handled)?)
    }

    /// Takes in what was said in a recording as a submission of who sent it. Returns its receipt.
    pub async fn transcribe_medium(
        &self,
        by: &Principal,
        id: MediumId,
        transcript: Transcript,
    ) -> Result<String, AppError> {
        let medium = self.their_medium(by, id).await?;
        let listed = self
            .consultation_to(by, Permission::Transcribe, &transcript.slug)
            .await?;
        let now = Timestamp::now();
        let received = medium.received_at.to_string();
        check_was_open(&listed, Some(&received), now)?;
        check_text(1, &transcript.text)?;
        kinds(&transcript.files)?;
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
            submitted_at: Some(received),
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
            receipts: BTreeMap::new(),
            collector: collector.flatten(),
            submissions: vec![submission],
            whole: false,
        };
        let act = Act {
            actor: &by.name,
            at: now,
        };
        if !self.store.claim_medium(&act, id).await? {
            return Err(Refusal::Handled.into());
        }
        let delivered = self.deliver(delivery).await;
        if delivered.is_err() {
            self.store.release_medium(&act, id).await?;
        }
        let accepted = delivered?.pop().ok_or(Refusal::NoComments)?;
        self.end_medium(by, id, true).await?;
        if accepted.arrival == Arrival::Changed {
            // In the journal in other words already, since an attempt that was interrupted.
            return Err(Refusal::Handled.into());
        }
        let receipt = accepted.receipt.to_string();
        if !transcript.files.is_empty() {
            self.attach_scans(by, &receipt, transcript.files).await?;
        }
        Ok(receipt)
    }

    /// Notes that nothing is to be taken in of a recording or picture.
    pub async fn dismiss_medium(&self, by: &Principal, id: MediumId) -> Result<(), AppError> {
        self.their_medium(by, id).await?;
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

/// Whether `by` may write down what others say about this one.
fn may_transcribe(listed: &Listed, by: &Principal) -> bool {
    listed.is_known_to(Some(by)) && listed.allows(by, Permission::Transcribe)
}
