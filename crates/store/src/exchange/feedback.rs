//! What other levels decided about submissions of ours.

use std::collections::BTreeMap;

use caifeng_domain::{ConsultationId, SubmissionId};
use sqlx::any::AnyRow;

use super::{Outcome, Package, before, insert};
use crate::{
    Act, Store, StoreError,
    rows::{get, get_id, get_usize, insert_all, signed},
};

/// A feedback package that was found right.
#[derive(Debug, Clone)]
pub struct FeedbackImport {
    /// What is noted of it.
    pub package: Package,
    /// Everything in it.
    pub answers: Vec<(SubmissionId, Answered)>,
}

/// What became above of one thing that somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Who decided.
    pub organisation: String,
    /// The sender's words that it is about, personal data masked.
    pub words: String,
    /// Where they were heard: 第三条（适用范围）
    pub place: String,
    /// What the point is called.
    pub wording: Option<String>,
    /// Submissions that said the same, from everywhere.
    pub together: usize,
    /// The result, as people read it.
    pub result: String,
    /// The reason given. May be empty.
    pub reason: String,
    /// The day of the result, `YYYY-MM-DD`.
    pub day: String,
}

impl Store {
    /// Puts the answers of a package in the place of those that the same side sent before, in one
    /// transaction. How many there were before.
    pub async fn merge_feedback(
        &self,
        act: &Act<'_>,
        import: &FeedbackImport,
        dry_run: bool,
    ) -> Result<Outcome<usize>, StoreError> {
        let mut write = self.write().await?;
        match before(&mut write, &import.package).await? {
            None => {}
            Some(Outcome::Older(version)) => return Ok(Outcome::Older(version)),
            Some(_) => return Ok(Outcome::Known),
        }
        let source = &import.package.organisation;
        let gone = sqlx::query(
            "delete from feedback where source = $1 and submission in
                 (select id from submission where consultation = $2)",
        )
        .bind(source)
        .bind(signed(import.package.consultation.get()))
        .execute(write.db())
        .await?;
        let mut next: BTreeMap<SubmissionId, i64> = BTreeMap::new();
        let rows: Vec<(i64, i64, &Answered)> = (import.answers.iter())
            .map(|(id, answer)| {
                let number = next.entry(*id).or_default();
                *number += 1;
                (signed(id.get()), *number, answer)
            })
            .collect();
        insert_all(
            write.db(),
            "insert into feedback (submission, source, number, organisation, words, place, wording,
                 together, result, reason, day)",
            11,
            "",
            &rows,
            |query, (submission, number, answer)| {
                query
                    .bind(*submission)
                    .bind(source)
                    .bind(*number)
                    .bind(&answer.organisation)
                    .bind(&answer.words)
                    .bind(&answer.place)
                    .bind(&answer.wording)
                    .bind(signed(answer.together as u64))
                    .bind(&answer.result)
                    .bind(&answer.reason)
                    .bind(&answer.day)
            },
        )
        .await?;
        insert(&mut write, act, &import.package).await?;
        if !dry_run {
            write.commit().await?;
        }
        Ok(Outcome::Done(gone.rows_affected() as usize))
    }

    /// What others decided about one submission, in order.
    pub async fn feedback_of(&self, id: SubmissionId) -> Result<Vec<Answered>, StoreError> {
        let rows =
            sqlx::query("select * from feedback where submission = $1 order by source, number")
                .bind(signed(id.get()))
                .fetch_all(self.pool())
                .await?;
        rows.iter().map(read).collect()
    }

    /// Number of the last package of answers about a consultation that came; 0 where none did.
    pub async fn last_feedback(&self, consultation: ConsultationId) -> Result<i64, StoreError> {
        let last = sqlx::query_scalar(
            "select coalesce(max(id), 0) from package
             where consultation = $1 and direction = 'received' and kind = 'feedback'",
        );
        let last = last.bind(signed(consultation.get()));
        Ok(last.fetch_one(self.pool()).await?)
    }

    /// What others decided about the submissions of a consultation, in order.
    pub async fn feedback(
        &self,
        consultation: ConsultationId,
    ) -> Result<Vec<(SubmissionId, Answered)>, StoreError> {
        sqlx::query(
            "select f.* from feedback f join submission s on s.id = f.submission
             where s.consultation = $1 order by f.submission, f.source, f.number",
        )
        .bind(signed(consultation.get()))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| Ok((get_id(row, "submission", SubmissionId::new)?, read(row)?)))
        .collect()
    }
}

fn read(row: &AnyRow) -> Result<Answered, StoreError> {
    Ok(Answered {
        organisation: get(row, "organisation")?,
        words: get(row, "words")?,
        place: get(row, "place")?,
        wording: get(row, "wording")?,
        together: get_usize(row, "together")?,
        result: get(row, "result")?,
        reason: get(row, "reason")?,
        day: get(row, "day")?,
    })
}
