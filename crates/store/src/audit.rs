//! The audit trail: who did what to what, chained by SM3, so that a later change is seen.
//!
//! Entries name objects by their ids. They never contain personal data.

use caifeng_domain::ConsultationId;
use jiff::Timestamp;
use sm3::{Digest, Sm3};
use sqlx::any::AnyRow;

use crate::{
    Store, StoreError,
    db::Write,
    rows::{get, get_time, hex, signed, time_text},
};

/// Who does something, and when.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// Account name or program, such as `cli`.
    pub actor: &'a str,
    /// Now.
    pub at: Timestamp,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Number, from 1, without gaps.
    pub seq: u64,
    /// When, to the microsecond.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// Verb, such as `submission.accept`.
    pub action: String,
    /// To what, by ids.
    pub object: String,
    /// SM3 over the hash before and this entry, hexadecimal.
    pub hash: String,
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Who did it. Empty: anybody.
    pub actor: String,
    /// How the verb begins: `identity.`. Empty: any.
    pub action: String,
    /// What is in the object. Empty: anything.
    pub object: String,
}

/// What checking the chain showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainState {
    /// Unbroken. Whoever keeps number and hash elsewhere also notices a chain rewritten from the
    /// start.
    Intact {
        /// Number of entries.
        entries: u64,
        /// Hash of the last one; empty without entries.
        head: String,
    },
    /// The first entry that is missing or was changed.
    Broken {
        /// Its number.
        seq: u64,
    },
}

/// Entries read at a time.
const PAGE: i64 = 1_000;

impl Store {
    /// Notes an act that is no other method's.
    pub async fn audit(&self, act: &Act<'_>, action: &str, object: &str) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        append(&mut write, act, action, object).await?;
        write.commit().await
    }

    /// The entries after number `after` (0 for all), at most a thousand.
    pub async fn audit_entries(&self, after: u64) -> Result<Vec<AuditEntry>, StoreError> {
        sqlx::query("select * from audit where seq > $1 order by seq limit $2")
            .bind(signed(after))
            .bind(PAGE)
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// The newest entries before number `before`, newest first, at most `limit`: by this actor,
    /// whose action begins so and whose object contains this; nothing where any will do.
    pub async fn newest_audit(
        &self,
        before: u64,
        filter: &AuditFilter,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        sqlx::query(
            "select * from audit
             where seq < $1 and ($2 = '' or actor = $2)
                 and ($3 = '' or substr(action, 1, length($3)) = $3)
                 and ($4 = '' or replace(object, $4, '') <> object)
             order by seq desc limit $5",
        )
        .bind(before.min(i64::MAX as u64).cast_signed())
        .bind(&filter.actor)
        .bind(&filter.action)
        .bind(&filter.object)
        .bind(signed(limit as u64))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(read)
        .collect()
    }

    /// Follows the chain from its start. An end that was cut off shows as a missing entry.
    pub async fn verify_audit(&self) -> Result<ChainState, StoreError> {
        // Read before the entries: those that arrive meanwhile are more, never fewer.
        let next: i64 = sqlx::query_scalar("select next from counter where name = 'audit'")
            .fetch_one(self.pool())
            .await?;
        let (mut seq, mut head) = (0, String::new());
        loop {
            let page = self.audit_entries(seq).await?;
            if page.is_empty() {
                break;
            }
            for entry in page {
                let at = time_text(entry.at);
                let parts = [&*at, &entry.actor, &entry.action, &entry.object];
                if entry.seq != seq + 1 || entry.hash != link(&head, parts) {
                    return Ok(ChainState::Broken { seq: seq + 1 });
                }
                (seq, head) = (entry.seq, entry.hash);
            }
        }
        Ok(if seq + 1 < next.cast_unsigned() {
            ChainState::Broken { seq: seq + 1 }
        } else {
            ChainState::Intact { entries: seq, head }
        })
    }
}

/// Appends an entry in the transaction that does what it tells. The counter is locked until the
/// commit, so this comes last.
pub(crate) async fn append(
    write: &mut Write<'_>,
    act: &Act<'_>,
    action: &str,
    object: &str,
) -> Result<(), StoreError> {
    let seq = write.take_numbers("audit", 1).await?;
    let head = sqlx::query("select hash from audit where seq = $1")
        .bind(signed(seq) - 1)
        .fetch_optional(write.db())
        .await?
        .map(|row| get::<String>(&row, "hash"))
        .transpose()?
        .unwrap_or_default();
    let at = time_text(act.at);
    let hash = link(&head, [&at, act.actor, action, object]);
    sqlx::query(
        "insert into audit (seq, at, actor, action, object, hash) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(signed(seq))
    .bind(at)
    .bind(act.actor)
    .bind(action)
    .bind(object)
    .bind(hash)
    .execute(write.db())
    .await?;
    Ok(())
}

/// [`append`] about a consultation as a whole.
pub(crate) async fn append_about(
    write: &mut Write<'_>,
    act: &Act<'_>,
    action: &str,
    consultation: ConsultationId,
    what: &str,
) -> Result<(), StoreError> {
    append(write, act, action, &format!("{consultation} {what}")).await
}

fn read(row: &AnyRow) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        seq: get::<i64>(row, "seq")?.cast_unsigned(),
        at: get_time(row, "at")?,
        actor: get(row, "actor")?,
        action: get(row, "action")?,
        object: get(row, "object")?,
        hash: get(row, "hash")?,
    })
}

/// Each part with its length before it, so that nothing can be moved between neighbours.
fn link(previous: &str, parts: [&str; 4]) -> String {
    let mut hash = Sm3::new();
    for part in [previous].iter().chain(&parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests;
