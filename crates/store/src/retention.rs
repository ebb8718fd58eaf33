//! Forgetting who sent what, some time after a consultation has ended.

use caifeng_domain::ConsultationId;

use crate::{
    Act, Store, StoreError, audit,
    rows::{get, get_id, signed},
};

/// Identities forgotten in one transaction, so that intake goes on.
const PAGE: i64 = 1_000;

impl Store {
    /// Consultations that ended before this day (`YYYY-MM-DD`), by their window or by hand, whichever
    /// came first, and of whose senders something is still known.
    pub async fn ended_with_identities(
        &self,
        before: &str,
    ) -> Result<Vec<ConsultationId>, StoreError> {
        sqlx::query(
            "select c.id from consultation c
             where (c.closes < $1 or substr(c.closed_at, 1, 10) < $1)
                 and (exists (select 1 from sender p where p.consultation = c.id and p.key is not null)
                     or exists (select 1 from submission s join identity i on i.submission = s.id
                         where s.consultation = c.id)
                     or exists (select 1 from submission s join attachment a on a.submission = s.id
                         where s.consultation = c.id)
                     or exists (select 1 from meeting m
                         where m.consultation = c.id and m.file_sha256 <> '')
                     or exists (select 1 from hook h join hook_refusal r on r.hook = h.id
                         where h.consultation = c.id)
                     or exists (select 1 from wechat_media m where m.consultation = c.slug)
                     or exists (select 1 from submission s
                         join subscription_grant g on g.submission = s.id
                         where s.consultation = c.id))
             order by c.id",
        )
        .bind(before)
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| get_id(row, "id", ConsultationId::new))
        .collect()
    }

    /// Forgets all senders of a consultation, a page at a time, with the scans, minutes, recordings,
    /// pushes and grants that show them; their files are the caller's to remove. The opinions stay, and so
    /// do the counts. How many identities went.
    pub async fn expire_identities(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
    ) -> Result<usize, StoreError> {
        let mut all = 0;
        let mut after = 0;
        while let Some((last, gone)) = self.expire_page(act, consultation, after).await? {
            all += gone;
            after = last;
        }
        while self.expire_senders(act, consultation).await? > 0 {}
        while self.expire_originals(act, consultation).await? > 0 {}
        Ok(all)
    }

    /// A page goes on where the last one ended: looked for from the start each time, the next
    /// identity is behind all that went. Number of the last one and how many went. None after the
    /// last page.
    async fn expire_page(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
        after: i64,
    ) -> Result<Option<(i64, usize)>, StoreError> {
        let mut write = self.write().await?;
        let gone = sqlx::query(
            "select s.id from submission s join identity i on i.submission = s.id
             where s.consultation = $1 and s.id > $2 order by s.id limit $3",
        )
        .bind(signed(consultation.get()))
        .bind(after)
        .bind(PAGE)
        .fetch_all(write.db())
        .await?;
        let Some(last) = gone.last() else {
            return Ok(None);
        };
        let last: i64 = get(last, "id")?;
        sqlx::query(
            "delete from identity where submission in
                 (select id from submission where consultation = $1 and id > $2 and id <= $3)",
        )
        .bind(signed(consultation.get()))
        .bind(after)
        .bind(last)
        .execute(write.db())
        .await?;
        let what = format!("{} identities", gone.len());
        audit::append_about(&mut write, act, "identity.expire", consultation, &what).await?;
        write.commit().await?;
        Ok(Some((last, gone.len())))
    }

    /// Forgets a page of what senders are known again by. How many.
    async fn expire_senders(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
    ) -> Result<u64, StoreError> {
        let mut write = self.write().await?;
        let gone = sqlx::query(
            "update sender set key = null where id in
                 (select id from sender where consultation = $1 and key is not null limit $2)",
        )
        .bind(signed(consultation.get()))
        .bind(PAGE)
        .execute(write.db())
        .await?
        .rows_affected();
        if gone > 0 {
            let what = format!("{gone} senders");
            audit::append_about(&mut write, act, "identity.expire", consultation, &what).await?;
            write.commit().await?;
        }
        Ok(gone)
    }

    /// Forgets a page each of scans, minutes, refused pushes, recordings and grants. How many.
    async fn expire_originals(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
    ) -> Result<u64, StoreError> {
        let mut write = self.write().await?;
        let mut gone = 0;
        for sql in [
            "delete from attachment where id in
                 (select a.id from submission s join attachment a on a.submission = s.id
                  where s.consultation = $1 limit $2)",
            "update meeting set file_sha256 = '' where id in
                 (select id from meeting where consultation = $1 and file_sha256 <> '' limit $2)",
            "delete from hook_refusal where id in
                 (select r.id from hook h join hook_refusal r on r.hook = h.id
                  where h.consultation = $1 limit $2)",
            "delete from wechat_media where id in
                 (select m.id from consultation c join wechat_media m on m.consultation = c.slug
                  where c.id = $1 limit $2)",
            "delete from subscription_grant where submission in
                 (select g.submission from submission s
                  join subscription_grant g on g.submission = s.id
                  where s.consultation = $1 limit $2)",
        ] {
            let query = sqlx::query(sql).bind(signed(consultation.get())).bind(PAGE);
            gone += query.execute(write.db()).await?.rows_affected();
        }
        if gone > 0 {
            let what = format!("{gone} originals");
            audit::append_about(&mut write, act, "identity.expire", consultation, &what).await?;
            write.commit().await?;
        }
        Ok(gone)
    }
}
