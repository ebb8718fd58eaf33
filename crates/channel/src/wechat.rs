//! The callback protocol of a WeChat Official Account (微信公众号).
//!
//! WeChat calls with a signature in the address: once by GET to see that we know the token, then by
//! POST with each message. [`Account`] checks and decrypts a call, [`Message`] is what it says,
//! [`dialogue`] finds the answer, [`reply`] writes it. A call that is not answered within five
//! seconds comes again, up to three times: [`Message::key`] is the same each time.
//!
//! Three modes: plain text; encrypted (安全模式); both in one body (兼容模式). Which one a call has
//! is told by `encrypt_type` in its address; the answer is of the same kind.

mod account;
mod aes;
pub mod dialogue;
mod error;
mod message;
pub mod reply;
mod xml;

pub use account::{Account, Call, Mode, Opened, Query, Sealing};
pub use error::WechatError;
pub use message::{Content, Message};

#[cfg(test)]
mod tests;
