//! WeChat: a call is checked, answered from what is remembered, and written down before the answer
//! goes out.

mod media;
mod settings;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use caifeng_channel::wechat::{
    Account, Call, Content, Message, Query, Sealing, WechatError,
    dialogue::{self, Media, Open, Opinion, Reply, State, Turn},
    reply,
};
use caifeng_domain::{Named, Standing};
use caifeng_store::{Arrival, Delivery, Medium, MediumKind, Saved, StoreError, TurnRecord};
use jiff::Timestamp;

use crate::{App, AppError, CONSENT_TEXT, CONSENT_VERSION, Refusal};

pub use media::Transcript;
pub use settings::{WechatMode, WechatSettings};

/// Accounts by the names in their addresses.
pub(crate) type Accounts = BTreeMap<String, Account>;

/// The turn of each follower who is being answered.
pub(crate) type Followers = Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>;

/// How often an answer is made again because another message of the same follower was answered
/// meanwhile. People write one message after the other.
const ATTEMPTS: usize = 8;

/// What every follower is told once: how their words are used, and where the whole notice is.
const NOTICE: &str =
    "\n\n您发来的意见用于研究修改草案，个人信息加密保存、不公开；回复“告知”可看全文。";

/// The accounts that are configured.
pub(crate) fn accounts(settings: &BTreeMap<String, WechatSettings>) -> Result<Accounts, AppError> {
    let account = |(name, settings): (&String, &WechatSettings)| {
        let account = settings.account();
        let account =
            account.map_err(|e| AppError::Config(format!("wechat.{name}：{}", in_chinese(&e))))?;
        Ok((name.clone(), account))
    };
    settings.iter().map(account).collect()
}

/// What goes back to WeChat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WechatAnswer {
    /// The body.
    pub body: String,
    /// Submissions that came of the message.
    pub accepted: usize,
}

/// What a message led to.
struct Answered {
    words: String,
    accepted: usize,
}

impl From<WechatError> for Refusal {
    fn from(error: WechatError) -> Self {
        use WechatError as E;
        match error {
            E::BadSignature | E::BadMessageSignature | E::Stale { .. } | E::OtherApp => {
                Self::BadSignature
            }
            E::TooLarge { .. } => Self::TooLarge,
            E::BadKey
            | E::NoKey
            | E::NotEncrypted
            | E::CannotDecrypt
            | E::BadXml(_)
            | E::Missing(_) => Self::Unreadable(in_chinese(&error)),
        }
    }
}

/// For whoever sets up an account; what it says of a call is the same whoever made it.
fn in_chinese(error: &WechatError) -> String {
    use WechatError as E;
    match error {
        E::BadKey => "EncodingAESKey 应为 43 个 Base64 字符".to_owned(),
        E::NoKey => "兼容模式和安全模式需要填写 encoding_aes_key".to_owned(),
        E::NotEncrypted => "消息没有加密".to_owned(),
        E::CannotDecrypt => "消息无法解密".to_owned(),
        E::BadXml(_) => "不是消息的 XML".to_owned(),
        E::Missing(field) => format!("缺少字段 {field}"),
        E::BadSignature | E::BadMessageSignature | E::Stale { .. } | E::OtherApp => {
            "签名不正确或已经过期".to_owned()
        }
        E::TooLarge { .. } => "消息太大".to_owned(),
    }
}

impl Answered {
    /// Answered before, so nothing new came of it.
    fn before(words: String) -> Self {
        Self { words, accepted: 0 }
    }
}

impl App {
    /// Whether an account of this name is configured.
    #[must_use]
    pub fn has_wechat(&self, account: &str) -> bool {
        self.wechat.contains_key(account)
    }

    /// Checks the GET by which WeChat sees that we know the token.
    pub fn check_wechat(&self, account: &str, query: &Query<'_>) -> Result<(), AppError> {
        let account = self.wechat_account(account)?;
        let now = Timestamp::now().as_second();
        Ok(account.check(query, now).map_err(Refusal::from)?)
    }

    /// Answers a POST. When this returns, what the message led to is on disk; the same message again
    /// gets the same words.
    pub async fn answer_wechat(
        &self,
        name: &str,
        query: &Query<'_>,
        body: &[u8],
    ) -> Result<WechatAnswer, AppError> {
        let (account, now) = (self.wechat_account(name)?, Timestamp::now());
        let opened = account.open(query, body, now.as_second());
        let opened = opened.map_err(Refusal::from)?;
        let message = &opened.message;
        let Answered { words, accepted } = self.converse(name, message, now).await?;
        let body = if words.is_empty() {
            reply::NOTHING.to_owned()
        } else {
            let answer = reply::text(message, &words, now.as_second());
            self.seal_answer(account, answer, opened.call, now)?
        };
        Ok(WechatAnswer { body, accepted })
    }

    fn seal_answer(
        &self,
        account: &Account,
        answer: String,
        call: Call,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let nonce = self.store.secret()?;
        let sealing = Sealing {
            random: self.store.random_bytes()?,
            timestamp: now.as_second(),
            nonce: &nonce[..16],
        };
        Ok(account.seal(answer, call, &sealing))
    }

    fn wechat_account(&self, name: &str) -> Result<&Account, Refusal> {
        self.wechat.get(name).ok_or(Refusal::UnknownAddress)
    }

    /// Finds the words for a message and writes down what follows from it.
    async fn converse(
        &self,
        name: &str,
        message: &Message,
        now: Timestamp,
    ) -> Result<Answered, AppError> {
        // What one follower says at once is answered in turn, or an answer made from what was so before
        // would lose or double their words.
        let follower = self.follower(name, &message.from);
        let _turn = follower.lock().await;
        let key = self.store.message_key(&message.key());
        for _ in 0..ATTEMPTS {
            if let Some(words) = self.store.answered(&key).await? {
                return Ok(Answered::before(words));
            }
            let before = self.store.conversation(name, &message.from).await?;
            // A state that a later version wrote is forgotten, as after a long silence.
            let state = before.state.and_then(|state| state.parse::<State>().ok());
            let open = self.open_drafts(now).await?;
            let Turn {
                state,
                reply,
                media,
            } = dialogue::answer(&state.unwrap_or_default(), message, &open);
            let accepted = usize::from(matches!(reply, Reply::Submit(_)));
            let is_whole_notice = reply == Reply::Notice;
            let mut words = match reply {
                Reply::Say(words) => words,
                Reply::Silence => String::new(),
                Reply::Query(code) => self.tell(&code).await?,
                Reply::Notice => CONSENT_TEXT.to_owned(),
                Reply::Submit(opinion) => self.take_opinion(name, message, *opinion, now).await?,
            };
            // Silence tells nobody anything.
            let is_told = !words.is_empty();
            if is_told && !is_whole_notice && before.notice.as_deref() != Some(CONSENT_VERSION) {
                words.push_str(NOTICE);
            }
            let record = TurnRecord {
                account: name.to_owned(),
                openid: message.from.clone(),
                message: message.key(),
                turn: before.turn,
                state: state.to_string(),
                notice: if is_told {
                    Some(CONSENT_VERSION.to_owned())
                } else {
                    before.notice
                },
                reply: words.clone(),
                medium: media.map(|media| medium(media, &state, &message.content)),
                at: now,
            };
            match self.save_turn(record).await? {
                Saved::New => return Ok(Answered { words, accepted }),
                Saved::Known(words) => return Ok(Answered::before(words)),
                Saved::Outrun => {}
            }
        }
        Err(Refusal::Overloaded.into())
    }

    /// The turn of one follower in this process.
    fn follower(&self, name: &str, openid: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut followers = self
            .followers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        followers.retain(|_, turn| turn.strong_count() > 0);
        let key = self.store.message_key(&format!("{name} {openid}"));
        let known = followers.get(&key).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let turn = Arc::default();
            followers.insert(key, Arc::downgrade(&turn));
            turn
        })
    }

    async fn save_turn(&self, turn: TurnRecord) -> Result<Saved, AppError> {
        match self.writer.save_turn(turn).await {
            Err(StoreError::Overloaded | StoreError::Stopped) => Err(Refusal::Overloaded.into()),
            saved => Ok(saved?),
        }
    }

    /// What may be spoken of: public and open. What is for contact points only is not told of.
    async fn open_drafts(&self, now: Timestamp) -> Result<Vec<Open>, AppError> {
        let all = self.consultations().await?;
        let open = all.iter().filter(|listed| {
            listed.is_public() && listed.standing(now) == Standing::Open && listed.draft.is_some()
        });
        let draft = |listed: &crate::Listed| Open {
            slug: listed.consultation.slug.clone(),
            title: listed.consultation.title.clone(),
            articles: listed
                .draft
                .iter()
                .flat_map(|d| d.articles())
                .map(|(_, n)| n.number)
                .collect(),
        };
        Ok(open.map(draft).collect())
    }

    /// Where a submission is, in words.
    async fn tell(&self, code: &str) -> Result<String, AppError> {
        match self.track(code).await {
            Ok(found) => {
                let title = found.consultation.map(|consultation| consultation.title);
                let title = title.map(|title| format!("《{title}》\n"));
                let stage = found.stage.chinese();
                Ok(format!(
                    "{}受理编号 {}：{stage}。",
                    title.unwrap_or_default(),
                    found.receipt
                ))
            }
            Err(AppError::Refused(refusal)) => Ok(format!("{refusal}。")),
            Err(error) => Err(error),
        }
    }

    /// Writes an opinion down and returns what to say about it.
    async fn take_opinion(
        &self,
        name: &str,
        message: &Message,
        mut opinion: Opinion,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let listed = self.consultation(&opinion.slug, false).await?;
        let scene = opinion.submission.station.take();
        let place = match &scene {
            Some(code) => self.store.place_by_code(code).await?,
            None => None,
        };
        let (station, collector) = place.unzip();
        let submission = &mut opinion.submission;
        submission.station = station.map(|station| station.name);
        submission.external_id = Some(self.store.message_key(&message.key()));
        submission.submitter.account = Some(message.from.clone());
        let delivery = Delivery {
            consultation: listed.id,
            source: format!("wechat {name}"),
            actor: "public".to_owned(),
            at: now,
            // They are shown the notice with the receipt at the latest.
            consent: Some(CONSENT_VERSION.to_owned()),
            answers: BTreeMap::new(),
            receipts: BTreeMap::new(),
            collector: collector.flatten(),
            submissions: vec![submission.clone()],
            whole: false,
        };
        let mut beside = delivery.clone();
        let mut accepted = self.deliver(delivery).await?.pop();
        if accepted
            .as_ref()
            .is_some_and(|a| a.arrival == Arrival::Changed)
        {
            // Another process took the message in with other words before it: these go beside them.
            for one in &mut beside.submissions {
                one.external_id = Some(self.store.secret()?);
            }
            accepted = self.deliver(beside).await?.pop();
        }
        let accepted = accepted.ok_or(Refusal::NoComments)?;
        Ok(opinion.receipt(accepted.receipt.as_str()))
    }
}

fn medium(media: Media, state: &State, content: &Content) -> Medium {
    let (kind, media_id, format) = match media {
        Media::Voice { media_id, format } => (MediumKind::Voice, media_id, format),
        Media::Image { media_id } => (MediumKind::Image, media_id, String::new()),
    };
    let recognised = matches!(
        content,
        Content::Voice {
            recognition: Some(_),
            ..
        }
    );
    Medium {
        kind,
        media_id,
        format,
        place: state.scene().map(str::to_owned),
        consultation: state.consultation().map(str::to_owned),
        heard: recognised,
    }
}
