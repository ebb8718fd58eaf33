//! What senders may ask for: taking a submission back, seeing what is known of them, having it put
//! right, and being forgotten (个人信息保护法 art. 45 to 47).

use caifeng_domain::{ConsultationId, SubmissionId, Submitter};

use crate::{
    Act, Receipt, SenderId, Store, StoreError, audit,
    db::Write,
    rows::{get, get_id, get_usize, signed, time_text, to_id},
    vault::Owner,
};

/// What is known of a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownIdentity {
    /// Where.
    pub consultation: ConsultationId,
    /// Pseudonym.
    pub sender: Option<SenderId>,
    /// Name, telephone, group and region.
    pub submitter: Submitter,
    /// Version of the notice about personal data that they were shown.
    pub consent: Option<String>,
    /// Submissions in this consultation that are known to be the same sender's, this one included.
    pub submissions: usize,
}

/// A submission of somebody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityAt {
    /// Where.
    pub consultation: ConsultationId,
    /// Which.
    pub id: SubmissionId,
    /// Its receipt.
    pub receipt: Receipt,
}

impl Store {
    /// Notes that the sender took the submission back. It stays in the journal and the ledger.
    /// False when it was withdrawn before, or does not exist.
    pub async fn withdraw(&self, act: &Act<'_>, id: SubmissionId) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let added = sqlx::query(
            "insert into withdrawal (submission, withdrawn_at)
             select id, $1 from submission where id = $2
             on conflict do nothing",
        )
        .bind(time_text(act.at))
        .bind(signed(id.get()))
        .execute(write.db())
        .await?;
        if added.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut write, act, "submission.withdraw", &id.to_string()).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Who sent this. Looking is noted too. None for a number that does not exist.
    pub async fn identity(
        &self,
        act: &Act<'_>,
        id: SubmissionId,
    ) -> Result<Option<KnownIdentity>, StoreError> {
        self.refresh_keys().await?;
        let mut write = self.write().await?;
        let Some(known) = self.known(&mut write, id).await? else {
            return Ok(None);
        };
        audit::append(&mut write, act, "identity.show", &id.to_string()).await?;
        write.commit().await?;
        Ok(Some(known))
    }

    /// Puts name and telephone right, for this and all else that the same sender sent under the same
    /// name in the consultation: a telephone may be a family's. None leaves what is known. Where the
    /// telephone becomes that of a sender who is known already, the two still count as two. False for
    /// a number that does not exist.
    pub async fn correct_identity(
        &self,
        act: &Act<'_>,
        id: SubmissionId,
        name: Option<String>,
        phone: Option<String>,
    ) -> Result<bool, StoreError> {
        self.refresh_keys().await?;
        let mut write = self.write().await?;
        write.take_numbers("sender", 0).await?;
        let Some(known) = self.known(&mut write, id).await? else {
            return Ok(false);
        };
        let before = known.submitter.name.clone();
        let right = |mut who: Submitter| {
            who.name = name.clone().or(who.name);
            who.phone = phone.clone().or(who.phone);
            who
        };
        let who = right(known.submitter);
        for other in same_sender(&mut write, id).await? {
            let Some(theirs) = self.known(&mut write, other).await? else {
                continue;
            };
            if other != id && theirs.submitter.name != before {
                continue;
            }
            let theirs = right(theirs.submitter);
            let sealed = self
                .vault()
                .seal(Owner::Sender(other), &theirs, self.random())?;
            let Some(sealed) = sealed else { continue };
            sqlx::query(
                "insert into identity (submission, sealed) values ($1, $2)
                 on conflict (submission) do update set sealed = excluded.sealed",
            )
            .bind(signed(other.get()))
            .bind(sealed)
            .execute(write.db())
            .await?;
        }
        if let (Some(sender), Some(key)) = (
            known.sender,
            self.vault().pseudonym(known.consultation, &who),
        ) {
            sqlx::query(
                "update sender set key = $1 where id = $2 and not exists
                     (select 1 from sender other where other.consultation = $3 and other.key = $1)",
            )
            .bind(key)
            .bind(signed(sender.get()))
            .bind(signed(known.consultation.get()))
            .execute(write.db())
            .await?;
        }
        audit::append(&mut write, act, "identity.correct", &id.to_string()).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Forgets who sent this and all else of the same sender in the consultation, with the scans and
    /// recordings that show it, the messages they agreed to get, and what is remembered of them as a
    /// follower; the files of scans are the caller's to remove. The opinions stay, and still count as
    /// one sender's. False when nothing was known.
    pub async fn delete_identity(
        &self,
        act: &Act<'_>,
        id: SubmissionId,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let number = signed(id.get());
        // First, as it needs to know who they are.
        let mut gone = self.forget_followers(&mut write, id).await?;
        for sql in [
            "delete from identity where submission = $1 or submission in
                 (select id from submission where sender =
                     (select sender from submission where id = $1))",
            "delete from attachment where submission = $1 or submission in
                 (select id from submission where sender =
                     (select sender from submission where id = $1))",
            "delete from subscription_grant where submission = $1 or submission in
                 (select id from submission where sender =
                     (select sender from submission where id = $1))",
            "delete from wechat_media where cast(id as text) in
                 (select external_id from submission where source = 'wechat media' and (id = $1
                     or sender = (select sender from submission where id = $1)))",
            // Last, as the others go by it.
            "update sender set key = null
             where key is not null and id = (select sender from submission where id = $1)",
        ] {
            let done = sqlx::query(sql).bind(number).execute(write.db()).await?;
            gone += done.rows_affected();
        }
        if gone == 0 {
            return Ok(false);
        }
        audit::append(&mut write, act, "identity.delete", &id.to_string()).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Everything sent under a telephone number, found by its keyed hash. Looking is noted, without
    /// the number.
    pub async fn submissions_by_phone(
        &self,
        act: &Act<'_>,
        phone: &str,
    ) -> Result<Vec<IdentityAt>, StoreError> {
        let who = Submitter {
            phone: Some(phone.to_owned()),
            ..Submitter::default()
        };
        let mut found = Vec::new();
        for (consultation, _) in self.consultations().await? {
            let Some(key) = self.vault().pseudonym(consultation, &who) else {
                continue;
            };
            let rows = sqlx::query(
                "select s.id, s.receipt from sender p join submission s on s.sender = p.id
                 where p.consultation = $1 and p.key = $2 order by s.id",
            )
            .bind(signed(consultation.get()))
            .bind(key)
            .fetch_all(self.pool())
            .await?;
            for row in &rows {
                found.push(IdentityAt {
                    consultation,
                    id: get_id(row, "id", SubmissionId::new)?,
                    receipt: Receipt::stored(get(row, "receipt")?)?,
                });
            }
        }
        let what = format!("{} submissions", found.len());
        self.audit(act, "identity.find", &what).await?;
        Ok(found)
    }

    async fn known(
        &self,
        write: &mut Write<'_>,
        id: SubmissionId,
    ) -> Result<Option<KnownIdentity>, StoreError> {
        let row = sqlx::query(
            "select s.consultation, s.sender, s.sender_group, s.region, s.consent, i.sealed,
                 case when s.sender is null then 1 else
                     (select count(*) from submission o where o.sender = s.sender) end as amount
             from submission s left join identity i on i.submission = s.id where s.id = $1",
        )
        .bind(signed(id.get()))
        .fetch_optional(write.db())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let mut submitter = Submitter {
            identity: get(&row, "sender_group")?,
            region: get(&row, "region")?,
            ..Submitter::default()
        };
        if let Some(sealed) = get::<Option<&[u8]>>(&row, "sealed")? {
            self.vault()
                .open(Owner::Sender(id), sealed, &mut submitter)?;
        }
        let sender: Option<i64> = get(&row, "sender")?;
        Ok(Some(KnownIdentity {
            consultation: get_id(&row, "consultation", ConsultationId::new)?,
            sender: sender
                .map(|id| to_id("sender", id, SenderId::new))
                .transpose()?,
            submitter,
            consent: get(&row, "consent")?,
            submissions: get_usize(&row, "amount")?,
        }))
    }
}

/// The submission and all others of its sender.
async fn same_sender(
    write: &mut Write<'_>,
    id: SubmissionId,
) -> Result<Vec<SubmissionId>, StoreError> {
    sqlx::query(
        "select id from submission where id = $1 or sender =
             (select sender from submission where id = $1) order by id",
    )
    .bind(signed(id.get()))
    .fetch_all(write.db())
    .await?
    .iter()
    .map(|row| get_id(row, "id", SubmissionId::new))
    .collect()
}

#[cfg(test)]
mod tests;
