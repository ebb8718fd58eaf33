//! Meetings at which opinions were collected, and what was said at them.

use caifeng_domain::{ConsultationId, SubmissionId};

use crate::{
    Act, Store, StoreError, audit,
    rows::{get, insert_all, signed, time_text},
};

/// A meeting to be recorded.
#[derive(Debug, Clone, Copy)]
pub struct MeetingRow<'a> {
    /// Where it belongs.
    pub consultation: ConsultationId,
    /// The number of the form, so that sending it twice counts once.
    pub key: &'a str,
    /// Title of the minutes.
    pub title: &'a str,
    /// 座谈会, 听证会, 走访…
    pub kind: &'a str,
    /// Where it was.
    pub place: &'a str,
    /// The day, `YYYY-MM-DD`.
    pub held_on: &'a str,
    /// How many were present.
    pub present: Option<u32>,
    /// Of the original file.
    pub file_sha256: &'a str,
}

/// A meeting on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Title of the minutes.
    pub title: String,
    /// 座谈会, 听证会, 走访…
    pub kind: String,
    /// Where it was.
    pub place: String,
    /// The day.
    pub held_on: String,
    /// How many were present.
    pub present: Option<u32>,
    /// Of the original file.
    pub file_sha256: String,
    /// Opinions taken in from its minutes.
    pub submissions: usize,
}

impl Store {
    /// Records a meeting and which submissions were said at it, once.
    pub async fn add_meeting(
        &self,
        act: &Act<'_>,
        meeting: &MeetingRow<'_>,
        said: &[SubmissionId],
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let id = write.take_numbers("meeting", 1).await?;
        let added = sqlx::query(
            "insert into meeting (id, consultation, key, title, kind, place, held_on, present,
                 file_sha256, recorded_by, recorded_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (key) do nothing",
        )
        .bind(signed(id))
        .bind(signed(meeting.consultation.get()))
        .bind(meeting.key)
        .bind(meeting.title)
        .bind(meeting.kind)
        .bind(meeting.place)
        .bind(meeting.held_on)
        .bind(meeting.present.map(i64::from))
        .bind(meeting.file_sha256)
        .bind(act.actor)
        .bind(time_text(act.at))
        .execute(write.db())
        .await?;
        if added.rows_affected() == 0 {
            return Ok(());
        }
        insert_all(
            write.db(),
            "insert into meeting_submission (submission, meeting)",
            2,
            "on conflict do nothing",
            said,
            |query, submission| query.bind(signed(submission.get())).bind(signed(id)),
        )
        .await?;
        let what = format!("meeting {id}");
        audit::append_about(&mut write, act, "meeting.add", meeting.consultation, &what).await?;
        write.commit().await
    }

    /// Hash of the original file of the meeting whose form had this number, if it was recorded.
    pub async fn meeting_file(&self, key: &str) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("select file_sha256 from meeting where key = $1")
            .bind(key)
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| get(&row, "file_sha256")).transpose()
    }

    /// The meetings of a consultation, the latest first.
    pub async fn meetings(&self, consultation: ConsultationId) -> Result<Vec<Meeting>, StoreError> {
        sqlx::query(
            "select title, kind, place, held_on, present, file_sha256,
                 (select count(*) from meeting_submission s where s.meeting = m.id) as said
             from meeting m where consultation = $1 order by id desc",
        )
        .bind(signed(consultation.get()))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| {
            let present: Option<i64> = get(row, "present")?;
            Ok(Meeting {
                title: get(row, "title")?,
                kind: get(row, "kind")?,
                place: get(row, "place")?,
                held_on: get(row, "held_on")?,
                present: present.and_then(|count| count.try_into().ok()),
                file_sha256: get(row, "file_sha256")?,
                submissions: crate::rows::get_usize(row, "said")?,
            })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::MeetingRow;
    use crate::testing::{act, fill, new_consultation, on_every_database};

    #[tokio::test]
    async fn a_meeting_is_recorded_once_with_what_was_said() {
        on_every_database(async |store| {
            let consultation = new_consultation(&store, "c").await;
            let said = fill(&store, consultation, 3).await;
            let row = MeetingRow {
                consultation,
                key: "key-0001",
                title: "座谈会",
                kind: "座谈会",
                place: "某村",
                held_on: "2026-04-01",
                present: Some(12),
                file_sha256: "00",
            };
            for _ in 0..2 {
                store.add_meeting(&act(), &row, &said).await.unwrap();
            }
            let file = store.meeting_file("key-0001").await.unwrap();
            assert_eq!(file.as_deref(), Some("00"));
            assert_eq!(store.meeting_file("key-0002").await.unwrap(), None);
            let meetings = store.meetings(consultation).await.unwrap();
            assert_eq!(meetings.len(), 1);
            assert_eq!(
                (meetings[0].submissions, meetings[0].present),
                (3, Some(12))
            );
        })
        .await;
    }
}
