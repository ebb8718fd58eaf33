//! Forgetting followers: when they ask for it, and when they have been silent for long.

use std::{collections::BTreeSet, time::Duration};

use caifeng_domain::{SubmissionId, Submitter};
use jiff::Timestamp;

use crate::{
    Act, Store, StoreError,
    db::Write,
    rows::{get, get_id, signed, time_text},
    vault::Owner,
};

/// For how long answers are kept to be said again. WeChat asks again within seconds, and calls
/// signed more than an hour ago are refused.
const KEPT: Duration = Duration::from_hours(24);

/// Rows forgotten in one transaction, so that intake goes on.
const PAGE: i64 = 1_000;

impl Store {
    /// Forgets the conversations of whoever sent this by WeChat, the answers they got, and their
    /// recordings and pictures for its consultation or for none. How many rows went. What they sent
    /// for other consultations stays: it is those that the recordings belong to.
    pub(crate) async fn forget_followers(
        &self,
        write: &mut Write<'_>,
        id: SubmissionId,
    ) -> Result<u64, StoreError> {
        let mut gone = 0;
        for follower in self.followers_of(write, id).await? {
            let of_this = sqlx::query(
                "delete from wechat_media where follower = $1 and (consultation is null
                     or consultation = (select c.slug from submission s
                         join consultation c on c.id = s.consultation where s.id = $2))",
            );
            let media = of_this.bind(&follower).bind(signed(id.get()));
            let answers =
                sqlx::query("delete from wechat_message where follower = $1").bind(&follower);
            let state = sqlx::query("delete from wechat_follower where key = $1").bind(&follower);
            for query in [media, answers, state] {
                gone += query.execute(write.db()).await?.rows_affected();
            }
        }
        Ok(gone)
    }

    /// As whom the sender of this, and of all else that is known as theirs in the consultation, wrote
    /// by WeChat.
    async fn followers_of(
        &self,
        write: &mut Write<'_>,
        id: SubmissionId,
    ) -> Result<BTreeSet<String>, StoreError> {
        let rows = sqlx::query(
            "select s.id, s.source, i.sealed, m.account
             from submission s join identity i on i.submission = s.id
             left join wechat_media m
                 on s.source = 'wechat media' and cast(m.id as text) = s.external_id
             where s.source like 'wechat %' and (s.id = $1 or s.sender =
                 (select sender from submission where id = $1))",
        )
        .bind(signed(id.get()))
        .fetch_all(write.db())
        .await?;
        let mut followers = BTreeSet::new();
        for row in &rows {
            let mut who = Submitter::default();
            let owner = Owner::Sender(get_id(row, "id", SubmissionId::new)?);
            match self
                .open_identity(owner, get(row, "sealed")?, &mut who)
                .await
            {
                // What cannot be read is deleted all the same.
                Err(StoreError::Unsealable { .. }) => continue,
                opened => opened?,
            }
            let of_medium: Option<&str> = get(row, "account")?;
            let source: &str = get(row, "source")?;
            let account = of_medium.or(source.strip_prefix("wechat "));
            if let (Some(account), Some(openid)) = (account, &who.account) {
                followers.insert(self.follower(account, openid));
            }
        }
        Ok(followers)
    }

    /// Forgets answers that nobody asks for again.
    pub async fn forget_answers(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        old_answers(&mut write, now).await?;
        write.commit().await
    }

    /// Forgets, a page at a time, followers who were silent since `before`, and what they sent before
    /// it that belongs to no consultation. How many went. Of a follower of whom it is not noted when
    /// they were heard of last, it is noted as now.
    pub async fn expire_followers(
        &self,
        act: &Act<'_>,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        self.expire_while_any(
            "update wechat_follower set seen_at = $1 where key in
                 (select key from wechat_follower where seen_at is null limit $2)",
            act.at,
        )
        .await?;
        let mut gone = 0;
        for sql in [
            "delete from wechat_follower where key in
                 (select key from wechat_follower where seen_at < $1 limit $2)",
            "delete from wechat_media where id in
                 (select m.id from wechat_media m
                  left join consultation c on c.slug = m.consultation
                  where c.id is null and m.received_at < $1 limit $2)",
        ] {
            gone += self.expire_while_any(sql, before).await?;
        }
        if gone > 0 {
            let what = format!("{gone} followers and media");
            self.audit(act, "identity.expire", &what).await?;
        }
        Ok(gone)
    }

    /// Runs a statement on pages of rows until there are no more. How many there were.
    async fn expire_while_any(
        &self,
        sql: &'static str,
        time: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            let mut write = self.write().await?;
            let query = sqlx::query(sql).bind(time_text(time)).bind(PAGE);
            let rows = query.execute(write.db()).await?.rows_affected();
            write.commit().await?;
            all += rows;
            if rows == 0 {
                return Ok(all);
            }
        }
    }
}

pub(super) async fn old_answers(write: &mut Write<'_>, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("delete from wechat_message where answered_at < $1")
        .bind(time_text(now - KEPT))
        .execute(write.db())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
