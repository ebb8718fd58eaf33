//! Why a call was refused.

/// A call that WeChat did not make, or one that cannot be read. The caller is a machine, so these
/// are messages for logs; they hold nothing of what was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WechatError {
    /// The EncodingAESKey is not 43 characters of Base64.
    #[error("the EncodingAESKey is not 43 characters of Base64")]
    BadKey,
    /// Compatible and safe mode need a key.
    #[error("this mode needs an EncodingAESKey")]
    NoKey,
    /// The signature in the address is not of our token.
    #[error("the signature of the address does not fit the token")]
    BadSignature,
    /// The signature of the encrypted body is not of our token.
    #[error("the signature of the encrypted body does not fit")]
    BadMessageSignature,
    /// The call was signed long ago, or in the future.
    #[error("the call is {seconds} s away from the clock of the server")]
    Stale {
        /// How long ago, or negative: how far ahead.
        seconds: i64,
    },
    /// A plain body where only encrypted ones are expected.
    #[error("the body is not encrypted")]
    NotEncrypted,
    /// The body does not decrypt to a message.
    #[error("the body cannot be decrypted")]
    CannotDecrypt,
    /// Encrypted for another account.
    #[error("the message is for another app id")]
    OtherApp,
    /// Over [`crate::limits::MAX_WECHAT_BYTES`].
    #[error("the body has {bytes} bytes")]
    TooLarge {
        /// Bytes received.
        bytes: usize,
    },
    /// Not the XML of a message: malformed, or with what no message has (a DOCTYPE, entities).
    #[error("the body is not the XML of a message: {0}")]
    BadXml(&'static str),
    /// A field without which nothing can be done.
    #[error("the message has no `{0}`")]
    Missing(&'static str),
}
