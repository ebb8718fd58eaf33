//! 一次性订阅: a mini-program asks, at the moment of submitting, to be allowed to send so many messages
//! later. Whether anything is sent is the mini-program's affair; here the grant is kept.

use caifeng_store::{Accepted, Grant as Kept};
use jiff::Timestamp;

use crate::{App, AppError, Refusal, submit::MAX_FIELD_CHARS};

/// Templates in one request: the platform allows as many.
const MAX_TEMPLATES: usize = 3;
/// Messages of one template. One tap grants one.
const MAX_MESSAGES: u32 = 10;

/// So many messages of a template.
pub type Grant = Kept;

/// Refuses what the platform would not grant.
pub(crate) fn check(grants: &[Grant]) -> Result<(), Refusal> {
    let possible = |grant: &Grant| {
        let id = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (1..=MAX_FIELD_CHARS).contains(&grant.template.len())
            && grant.template.chars().all(id)
            && (1..=MAX_MESSAGES).contains(&grant.count)
    };
    if grants.len() <= MAX_TEMPLATES && grants.iter().all(possible) {
        Ok(())
    } else {
        Err(Refusal::BadGrant)
    }
}

impl App {
    /// Keeps grants with the first of the submissions that they were given for.
    pub(crate) async fn keep_grants(
        &self,
        accepted: &[Accepted],
        grants: &[Grant],
        now: Timestamp,
    ) -> Result<(), AppError> {
        match accepted.first() {
            Some(first) if !grants.is_empty() => {
                Ok(self.store.keep_grants(first.id, grants, now).await?)
            }
            _ => Ok(()),
        }
    }
}
