//! One Official Account: what it shares with WeChat, and calls checked with that.

use super::{Message, WechatError, aes::AesKey, xml};
use crate::digest::{same, sha1_hex};

/// A call this much older or newer than our clock is refused. Wide, because a clock may be wrong
/// and a refused message is lost; narrow enough that an old address is no use to anybody.
const MAX_AGE_SECS: i64 = 3600;

/// Which bodies are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// 明文模式: plain bodies.
    Plain,
    /// 兼容模式: both in one body. The encrypted one counts, since only it is signed.
    Compatible,
    /// 安全模式: encrypted bodies only.
    Safe,
}

/// An account and its secrets.
#[derive(Clone)]
pub struct Account {
    token: String,
    app_id: String,
    mode: Mode,
    key: Option<AesKey>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("app_id", &self.app_id)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// What stands in the address of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Query<'a> {
    /// `signature`.
    pub signature: &'a str,
    /// `timestamp`, seconds since 1970.
    pub timestamp: &'a str,
    /// `nonce`.
    pub nonce: &'a str,
    /// `encrypt_type`: `aes`, `raw`, or absent.
    pub encrypt_type: Option<&'a str>,
    /// `msg_signature`, beside `encrypt_type=aes`.
    pub msg_signature: Option<&'a str>,
}

/// What is needed to encrypt an answer, all of it fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealing<'a> {
    /// Random bytes.
    pub random: [u8; 16],
    /// Seconds since 1970.
    pub timestamp: i64,
    /// Random digits.
    pub nonce: &'a str,
}

/// A call that was checked and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What it says.
    pub message: Message,
    /// How it came, which is how the answer must go.
    pub call: Call,
}

/// How a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// In the open.
    Plain,
    /// Encrypted: the answer goes through [`Account::seal`].
    Sealed,
}

impl Account {
    /// An account with its token, app id and, unless the mode is plain, EncodingAESKey.
    pub fn new(
        token: &str,
        app_id: &str,
        mode: Mode,
        encoding_aes_key: Option<&str>,
    ) -> Result<Self, WechatError> {
        let key = encoding_aes_key.map(AesKey::parse).transpose()?;
        if mode != Mode::Plain && key.is_none() {
            return Err(WechatError::NoKey);
        }
        Ok(Self {
            token: token.to_owned(),
            app_id: app_id.to_owned(),
            mode,
            key,
        })
    }

    /// Checks the address of a call at `now` (seconds since 1970). A GET that passes is answered
    /// with its `echostr` and nothing else.
    pub fn check(&self, query: &Query<'_>, now: i64) -> Result<(), WechatError> {
        let want = self.sign(&[query.timestamp, query.nonce]);
        if !same(&want, query.signature) {
            return Err(WechatError::BadSignature);
        }
        // Signed by WeChat, so it is a number.
        let signed: i64 = query.timestamp.parse().unwrap_or_default();
        let seconds = now.saturating_sub(signed);
        if seconds.saturating_abs() > MAX_AGE_SECS {
            return Err(WechatError::Stale { seconds });
        }
        Ok(())
    }

    /// Checks and reads a POST.
    pub fn open(&self, query: &Query<'_>, body: &[u8], now: i64) -> Result<Opened, WechatError> {
        self.check(query, now)?;
        match (&self.key, query.encrypt_type) {
            (Some(key), Some("aes")) => self.open_sealed(key, query, body),
            // In compatible mode both come, and only the encrypted one is signed.
            _ if self.mode != Mode::Plain => Err(WechatError::NotEncrypted),
            _ => Ok(Opened {
                message: Message::read(body)?,
                call: Call::Plain,
            }),
        }
    }

    fn open_sealed(
        &self,
        key: &AesKey,
        query: &Query<'_>,
        body: &[u8],
    ) -> Result<Opened, WechatError> {
        let fields = xml::fields(body)?;
        let encrypted = fields.get("Encrypt").ok_or(WechatError::NotEncrypted)?;
        let want = self.sign(&[query.timestamp, query.nonce, encrypted]);
        if !same(&want, query.msg_signature.unwrap_or_default()) {
            return Err(WechatError::BadMessageSignature);
        }
        let (message, app_id) = key.decrypt(encrypted)?;
        if app_id != self.app_id.as_bytes() {
            return Err(WechatError::OtherApp);
        }
        Ok(Opened {
            message: Message::read(&message)?,
            call: Call::Sealed,
        })
    }

    /// Makes an answer of the plain XML `reply` for a call of that kind.
    #[must_use]
    pub fn seal(&self, reply: String, call: Call, with: &Sealing<'_>) -> String {
        let (Call::Sealed, Some(key)) = (call, &self.key) else {
            return reply;
        };
        let encrypted = key.encrypt(&reply, &self.app_id, with.random);
        let (timestamp, nonce) = (with.timestamp.to_string(), with.nonce);
        let signature = self.sign(&[&timestamp, nonce, &encrypted]);
        format!(
            "<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>\
             <MsgSignature><![CDATA[{signature}]]></MsgSignature>\
             <TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )
    }

    /// The signature over `parts` that WeChat makes: SHA-1 over the token and the parts, sorted. For
    /// a call's address they are timestamp and nonce.
    #[must_use]
    pub fn sign(&self, parts: &[&str]) -> String {
        let mut parts = [&[self.token.as_str()], parts].concat();
        parts.sort_unstable();
        sha1_hex(&parts)
    }
}
