//! What a call says.

use super::{
    WechatError,
    xml::{self, Fields},
};

/// Scenes of new followers have this in front, those of old ones do not.
const NEW_FOLLOWER_SCENE: &str = "qrscene_";

/// A message or event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The account, `gh_…`.
    pub to: String,
    /// Who wrote, the same for all messages of one follower (OpenID). Personal: it belongs in the
    /// vault and in no log.
    pub from: String,
    /// When, in seconds since 1970.
    pub created: i64,
    /// The platform's number of a message. Events have none.
    pub id: Option<u64>,
    /// What.
    pub content: Content,
}

/// What a message or event is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Words.
    Text(String),
    /// A recording.
    Voice {
        /// By which it can be fetched, for some days.
        media_id: String,
        /// `amr` or `speex`.
        format: String,
        /// What WeChat heard. Often missing or empty, and announced to go.
        recognition: Option<String>,
    },
    /// A picture.
    Image {
        /// By which it can be fetched, for some days.
        media_id: String,
    },
    /// A new follower.
    Subscribe {
        /// The scene of the QR code, where one was scanned.
        scene: Option<String>,
    },
    /// A follower scanned a QR code.
    Scan {
        /// The scene of the QR code.
        scene: String,
    },
    /// A follower left.
    Unsubscribe,
    /// Anything else: the message's or the event's type.
    Other(String),
}

impl Message {
    /// Reads a plain body.
    pub fn read(body: &[u8]) -> Result<Self, WechatError> {
        let mut fields = xml::fields(body)?;
        let created = required(&mut fields, "CreateTime")?;
        let created = created.trim().parse();
        Ok(Self {
            to: required(&mut fields, "ToUserName")?,
            from: required(&mut fields, "FromUserName")?,
            created: created.map_err(|_| WechatError::Missing("CreateTime"))?,
            id: fields.get("MsgId").and_then(|id| id.trim().parse().ok()),
            content: content(&mut fields)?,
        })
    }

    /// Identity: the same whenever WeChat sends the same again, and only then.
    #[must_use]
    pub fn key(&self) -> String {
        match self.id {
            Some(id) => format!("wechat:{}:{id}", self.to),
            None => format!("wechat:{}:{}:{}", self.to, self.from, self.created),
        }
    }
}

fn required(fields: &mut Fields, name: &'static str) -> Result<String, WechatError> {
    let value = fields.remove(name).filter(|value| !value.is_empty());
    value.ok_or(WechatError::Missing(name))
}

fn content(fields: &mut Fields) -> Result<Content, WechatError> {
    let kind = required(fields, "MsgType")?;
    Ok(match kind.trim() {
        "text" => Content::Text(fields.remove("Content").unwrap_or_default()),
        "voice" => Content::Voice {
            media_id: required(fields, "MediaId")?,
            format: fields.remove("Format").unwrap_or_default(),
            recognition: fields
                .remove("Recognition")
                .filter(|heard| !heard.trim().is_empty()),
        },
        "image" => Content::Image {
            media_id: required(fields, "MediaId")?,
        },
        "event" => event(fields)?,
        _ => Content::Other(kind),
    })
}

fn event(fields: &mut Fields) -> Result<Content, WechatError> {
    let event = required(fields, "Event")?;
    let key = fields.remove("EventKey").filter(|key| !key.is_empty());
    let scene = key.map(|key| {
        let scene = key.strip_prefix(NEW_FOLLOWER_SCENE).unwrap_or(&key);
        scene.to_owned()
    });
    Ok(match (event.trim(), scene) {
        ("subscribe", scene) => Content::Subscribe { scene },
        ("unsubscribe", _) => Content::Unsubscribe,
        ("SCAN", Some(scene)) => Content::Scan { scene },
        _ => Content::Other(event),
    })
}
