//! The conversation by which opinions come in over WeChat, one message at a time.
//!
//! Choose a draft → name an article, or 整体 → say it → receipt. Nobody must follow that order: a
//! long text at any time is an opinion, and what is still unclear is asked afterwards. With a single
//! open consultation there is nothing to choose.
//!
//! **Invariant.** What somebody wrote is in the state until it is submitted or they said twice that
//! it should go. [`answer`] is a function of its arguments: the caller keeps the [`State`] and shows
//! each message once ([`Message::key`]).

mod phrases;
mod state;
mod talk;
mod words;

use caifeng_domain::{ArticleNo, Submission};

pub use state::{ParseStateError, State};

use super::{Content, Message};

/// A consultation that takes opinions now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Its short name.
    pub slug: String,
    /// The draft's title.
    pub title: String,
    /// The draft's articles.
    pub articles: Vec<ArticleNo>,
}

/// What follows from a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// To be kept for the next message of the same follower.
    pub state: State,
    /// What to answer.
    pub reply: Reply,
    /// A recording or picture to fetch and keep. Of a recording with recognised words it is the
    /// original; without them staff have to listen.
    pub media: Option<Media>,
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Words.
    Say(String),
    /// Store the opinion, then say [`Opinion::receipt`].
    Submit(Box<Opinion>),
    /// Say what became of the submission with this receipt code, which may not exist.
    Query(String),
    /// The whole notice about personal data.
    Notice,
    /// Nothing: [`super::reply::NOTHING`].
    Silence,
}

/// What somebody said about a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// The consultation's short name.
    pub slug: String,
    /// The draft's title.
    pub title: String,
    /// The submission. Its station is the scene of the QR code that was scanned, its
    /// `external_id` the [`Message::key`] of the last message.
    pub submission: Submission,
}

impl Opinion {
    /// What to say once it is stored under `code`.
    #[must_use]
    pub fn receipt(&self, code: &str) -> String {
        phrases::receipt(&self.title, self.submission.article_hint, code)
    }
}

/// Something that is fetched from WeChat within days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Media {
    /// A recording and its format.
    Voice {
        /// By which it is fetched.
        media_id: String,
        /// `amr` or `speex`.
        format: String,
    },
    /// A picture.
    Image {
        /// By which it is fetched.
        media_id: String,
    },
}

/// Answers `message` of a follower whose state is `state`, while the consultations `open` are open.
#[must_use]
pub fn answer(state: &State, message: &Message, open: &[Open]) -> Turn {
    let mut talk = talk::Talk::new(state.clone(), message, open);
    let reply = match &message.content {
        Content::Text(text)
        | Content::Voice {
            recognition: Some(text),
            ..
        } => talk.hear(text),
        Content::Voice { .. } => Reply::Say(phrases::VOICE.to_owned()),
        Content::Image { .. } => Reply::Say(phrases::IMAGE.to_owned()),
        Content::Subscribe { scene } => talk.welcome(scene.as_deref()),
        Content::Scan { scene } => talk.welcome(Some(scene)),
        // Messages of other kinds have a number, events (a menu was touched) have none.
        Content::Other(_) if message.id.is_some() => Reply::Say(phrases::OTHER.to_owned()),
        Content::Other(_) | Content::Unsubscribe => Reply::Silence,
    };
    Turn {
        state: talk.into_state(),
        reply,
        media: media(&message.content),
    }
}

fn media(content: &Content) -> Option<Media> {
    match content {
        Content::Voice {
            media_id, format, ..
        } => Some(Media::Voice {
            media_id: media_id.clone(),
            format: format.clone(),
        }),
        Content::Image { media_id } => Some(Media::Image {
            media_id: media_id.clone(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
