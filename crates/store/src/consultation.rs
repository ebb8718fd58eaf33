//! Consultations.

use std::collections::HashMap;

use caifeng_domain::{Consultation, ConsultationId, StationId, Visibility, Window};
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    Act, DraftRecord, NewTask, Store, StoreError, audit,
    db::Write,
    draft::add_draft,
    rows::{corrupt, get, get_id, get_time, get_wire, insert_all, signed, time_text, wire},
    task::add_task,
};

/// Selects consultations.
macro_rules! select_sql {
    ($rest:literal) => {
        concat!(
            "select id, slug, title, opens, closes, visibility, closed_at from consultation ",
            $rest
        )
    };
}

impl Store {
    /// Adds a consultation. Its short name must not be in use.
    pub async fn create_consultation(
        &self,
        act: &Act<'_>,
        consultation: &Consultation,
    ) -> Result<ConsultationId, StoreError> {
        let mut write = self.write().await?;
        let id = add_consultation(&mut write, act, consultation).await?;
        write.commit().await?;
        Ok(id)
    }

    /// The same with the first version of its draft, and with what these places are asked to do until
    /// its last day: all of it, or nothing.
    pub async fn start_consultation(
        &self,
        act: &Act<'_>,
        consultation: &Consultation,
        draft: &DraftRecord,
        (stations, note): (&[StationId], &str),
    ) -> Result<ConsultationId, StoreError> {
        let mut write = self.write().await?;
        let id = add_consultation(&mut write, act, consultation).await?;
        add_draft(&mut write, act, id, draft).await?;
        let due = consultation.window.as_ref().map(|window| &window.closes);
        for (station, due) in stations.iter().zip(due.into_iter().cycle()) {
            let task = NewTask {
                consultation: id,
                station: *station,
                note: note.to_owned(),
                due: due.clone(),
            };
            add_task(&mut write, act, &task).await?;
        }
        write.commit().await?;
        Ok(id)
    }

    /// The consultation with this short name.
    pub async fn consultation(
        &self,
        slug: &str,
    ) -> Result<Option<(ConsultationId, Consultation)>, StoreError> {
        let row = sqlx::query(select_sql!("where slug = $1"))
            .bind(slug)
            .fetch_optional(self.pool())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let (id, consultation) = read(&row)?;
        let mut questions = self.questions().await?;
        Ok(Some((id, with_questions(id, consultation, &mut questions))))
    }

    /// All consultations, in the order in which they were made.
    pub async fn consultations(&self) -> Result<Vec<(ConsultationId, Consultation)>, StoreError> {
        let rows = sqlx::query(select_sql!("order by id"))
            .fetch_all(self.pool())
            .await?;
        let mut questions = self.questions().await?;
        rows.iter()
            .map(|row| {
                let (id, consultation) = read(row)?;
                Ok((id, with_questions(id, consultation, &mut questions)))
            })
            .collect()
    }

    /// The key questions of all consultations: a few words each, and few have any.
    async fn questions(&self) -> Result<HashMap<ConsultationId, Vec<String>>, StoreError> {
        let query = "select consultation, text from question order by consultation, number";
        let mut questions: HashMap<_, Vec<String>> = HashMap::new();
        for row in &sqlx::query(query).fetch_all(self.pool()).await? {
            let id = get_id(row, "consultation", ConsultationId::new)?;
            questions.entry(id).or_default().push(get(row, "text")?);
        }
        Ok(questions)
    }

    /// Opens a consultation, again where it was closed, with this window.
    pub async fn open_consultation(
        &self,
        act: &Act<'_>,
        id: ConsultationId,
        window: Option<&Window>,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "update consultation set closed_at = null, opens = $1, closes = $2 where id = $3",
        )
        .bind(window.map(|window| window.opens.as_str()))
        .bind(window.map(|window| window.closes.as_str()))
        .bind(signed(id.get()))
        .execute(write.db())
        .await?;
        audit::append(&mut write, act, "consultation.open", &id.to_string()).await?;
        write.commit().await
    }

    /// Changes the days of a consultation, and nothing else.
    pub async fn set_window(
        &self,
        act: &Act<'_>,
        id: ConsultationId,
        window: Option<&Window>,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("update consultation set opens = $1, closes = $2 where id = $3")
            .bind(window.map(|window| window.opens.as_str()))
            .bind(window.map(|window| window.closes.as_str()))
            .bind(signed(id.get()))
            .execute(write.db())
            .await?;
        let days = window.map_or_else(
            || "without end".to_owned(),
            |window| format!("{} {}", window.opens, window.closes),
        );
        audit::append_about(&mut write, act, "consultation.window", id, &days).await?;
        write.commit().await
    }

    /// Replaces the key questions. Once there are submissions, which name questions by their numbers,
    /// those that there are must stay at the head; false where they would not.
    pub async fn set_questions(
        &self,
        act: &Act<'_>,
        id: ConsultationId,
        questions: &[String],
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        // Whoever writes a submission waits, so that none comes between looking and changing.
        write.take_numbers("submission", 0).await?;
        let has_any = sqlx::query("select 1 from submission where consultation = $1 limit 1")
            .bind(signed(id.get()))
            .fetch_optional(write.db())
            .await?
            .is_some();
        let rows = sqlx::query("select text from question where consultation = $1 order by number")
            .bind(signed(id.get()))
            .fetch_all(write.db())
            .await?;
        let before: Vec<String> = rows
            .iter()
            .map(|row| get(row, "text"))
            .collect::<Result<_, _>>()?;
        if has_any && !questions.starts_with(&before) {
            return Ok(false);
        }
        sqlx::query("delete from question where consultation = $1")
            .bind(signed(id.get()))
            .execute(write.db())
            .await?;
        insert_questions(&mut write, id, questions).await?;
        let what = format!("{} questions", questions.len());
        audit::append_about(&mut write, act, "consultation.questions", id, &what).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Says who may know of a consultation.
    pub async fn set_visibility(
        &self,
        act: &Act<'_>,
        id: ConsultationId,
        visibility: Visibility,
    ) -> Result<(), StoreError> {
        let name = wire(&Visibility::ALL, visibility);
        let mut write = self.write().await?;
        sqlx::query("update consultation set visibility = $1 where id = $2")
            .bind(name)
            .bind(signed(id.get()))
            .execute(write.db())
            .await?;
        audit::append_about(&mut write, act, "consultation.show_to", id, name).await?;
        write.commit().await
    }

    /// Closes a consultation by hand, whatever its window says.
    pub async fn close_consultation(
        &self,
        act: &Act<'_>,
        id: ConsultationId,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("update consultation set closed_at = $1 where id = $2 and closed_at is null")
            .bind(time_text(act.at))
            .bind(signed(id.get()))
            .execute(write.db())
            .await?;
        audit::append(&mut write, act, "consultation.close", &id.to_string()).await?;
        write.commit().await
    }
}

/// Adds a consultation whose short name is free.
async fn add_consultation(
    write: &mut Write<'_>,
    act: &Act<'_>,
    consultation: &Consultation,
) -> Result<ConsultationId, StoreError> {
    let number = write.take_numbers("consultation", 1).await?;
    let window = consultation.window.as_ref();
    let added = sqlx::query(
        "insert into consultation
             (id, slug, title, opens, closes, created_at, visibility, closed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (slug) do nothing",
    )
    .bind(signed(number))
    .bind(&consultation.slug)
    .bind(&consultation.title)
    .bind(window.map(|window| window.opens.as_str()))
    .bind(window.map(|window| window.closes.as_str()))
    .bind(time_text(act.at))
    .bind(wire(&Visibility::ALL, consultation.visibility))
    .bind(consultation.closed_at.map(closing).transpose()?)
    .execute(write.db())
    .await?;
    if added.rows_affected() == 0 {
        return Err(StoreError::SlugTaken {
            slug: consultation.slug.clone(),
        });
    }
    let id = crate::rows::to_id("consultation.id", signed(number), ConsultationId::new)?;
    insert_questions(write, id, &consultation.questions).await?;
    audit::append(write, act, "consultation.create", &id.to_string()).await?;
    Ok(id)
}

async fn insert_questions(
    write: &mut Write<'_>,
    id: ConsultationId,
    questions: &[String],
) -> Result<(), StoreError> {
    let numbered: Vec<(i64, &String)> = (1..).zip(questions).collect();
    insert_all(
        write.db(),
        "insert into question (consultation, number, text)",
        3,
        "",
        &numbered,
        |query, (place, text)| query.bind(signed(id.get())).bind(place).bind(*text),
    )
    .await?;
    Ok(())
}

/// A moment as it is kept.
fn closing(moment: i64) -> Result<String, StoreError> {
    let wrong = |_| corrupt("consultation.closed_at", &moment.to_string());
    Ok(time_text(
        Timestamp::from_microsecond(moment).map_err(wrong)?,
    ))
}

fn read(row: &AnyRow) -> Result<(ConsultationId, Consultation), StoreError> {
    let window = match (get(row, "opens")?, get(row, "closes")?) {
        (Some(opens), Some(closes)) => Some(Window { opens, closes }),
        _ => None,
    };
    let consultation = Consultation {
        slug: get(row, "slug")?,
        title: get(row, "title")?,
        window,
        visibility: get_wire(row, "visibility", &Visibility::ALL)?,
        closed_at: get::<Option<&str>>(row, "closed_at")?
            .map(|_| get_time(row, "closed_at").map(Timestamp::as_microsecond))
            .transpose()?,
        questions: Vec::new(),
    };
    Ok((get_id(row, "id", ConsultationId::new)?, consultation))
}

fn with_questions(
    id: ConsultationId,
    consultation: Consultation,
    questions: &mut HashMap<ConsultationId, Vec<String>>,
) -> Consultation {
    Consultation {
        questions: questions.remove(&id).unwrap_or_default(),
        ..consultation
    }
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{StationId, Visibility};

    use crate::{
        AuditFilter, DraftRecord, StoreError,
        testing::{act, consultation, fill, on_every_database},
    };

    #[tokio::test]
    async fn a_short_name_is_given_once() {
        on_every_database(async |store| {
            let first = consultation("first");
            let id = store.create_consultation(&act(), &first).await.unwrap();
            let mut second = consultation("second");
            second.window = None;
            second.visibility = Visibility::ContactPoints;
            second.questions = vec!["收费怎么定？".into(), "谁来管？".into()];
            let other = store.create_consultation(&act(), &second).await.unwrap();
            let again = store.create_consultation(&act(), &first).await;
            assert!(matches!(again, Err(StoreError::SlugTaken { slug }) if slug == "first"));

            assert_eq!(
                store.consultation("second").await.unwrap(),
                Some((other, second.clone()))
            );
            assert_eq!(store.consultation("third").await.unwrap(), None);
            let all = store.consultations().await.unwrap();
            assert_eq!(all, [(id, first), (other, second)]);
        })
        .await;
    }

    #[tokio::test]
    async fn one_that_cannot_be_started_to_the_end_is_not_there() {
        on_every_database(async |store| {
            let draft = DraftRecord {
                version: "一审稿".into(),
                file_name: "草案.txt".into(),
                source_sha256: "aa".into(),
                text: "第一条　步道向公众开放。".into(),
            };
            let new = consultation("c");
            let nobody = StationId::new(99).unwrap();
            let start = async |stations: &[StationId]| {
                let asked = (stations, "组织座谈");
                store.start_consultation(&act(), &new, &draft, asked).await
            };
            assert!(start(&[nobody]).await.is_err(), "there is no such place");
            assert_eq!(store.consultations().await.unwrap(), []);
            let all = AuditFilter::default();
            assert_eq!(store.newest_audit(u64::MAX, &all, 9).await.unwrap(), []);

            let id = start(&[]).await.unwrap();
            assert_eq!(store.count_drafts(id).await.unwrap(), 1);
            assert!(matches!(
                start(&[]).await,
                Err(StoreError::SlugTaken { .. })
            ));
        })
        .await;
    }

    #[tokio::test]
    async fn questions_that_may_have_been_answered_stay_at_the_head() {
        on_every_database(async |store| {
            let id = store
                .create_consultation(&act(), &consultation("c"))
                .await
                .unwrap();
            let set = async |words: &[&str]| {
                let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
                let done = store.set_questions(&act(), id, &words).await.unwrap();
                let found = store.consultation("c").await.unwrap().unwrap().1;
                (done, found.questions.join(" "))
            };
            assert_eq!(set(&["甲", "乙"]).await, (true, "甲 乙".to_owned()));
            assert_eq!(set(&["乙"]).await, (true, "乙".to_owned()));
            fill(&store, id, 1).await;
            assert_eq!(set(&["甲"]).await, (false, "乙".to_owned()));
            assert_eq!(set(&[]).await, (false, "乙".to_owned()));
            assert_eq!(set(&["乙", "丙"]).await, (true, "乙 丙".to_owned()));
        })
        .await;
    }

    #[tokio::test]
    async fn new_days_do_not_open_what_was_closed_by_hand() {
        on_every_database(async |store| {
            let mut want = consultation("c");
            let id = store.create_consultation(&act(), &want).await.unwrap();
            store.close_consultation(&act(), id).await.unwrap();
            store.set_window(&act(), id, None).await.unwrap();
            want.closed_at = Some(act().at.as_microsecond());
            want.window = None;
            assert_eq!(store.consultation("c").await.unwrap(), Some((id, want)));
        })
        .await;
    }

    #[tokio::test]
    async fn closing_by_hand_is_taken_back_by_opening() {
        on_every_database(async |store| {
            let mut want = consultation("c");
            let id = store.create_consultation(&act(), &want).await.unwrap();
            store.close_consultation(&act(), id).await.unwrap();
            want.closed_at = Some(act().at.as_microsecond());
            let found = store.consultation("c").await.unwrap();
            assert_eq!(found, Some((id, want.clone())));
            store.open_consultation(&act(), id, None).await.unwrap();
            (want.closed_at, want.window) = (None, None);
            let found = store.consultation("c").await.unwrap();
            assert_eq!(found, Some((id, want)));
        })
        .await;
    }
}
