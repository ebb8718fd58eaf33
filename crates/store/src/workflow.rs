//! The steps of consultations, and how much came in at each place.

use std::collections::HashMap;

use caifeng_domain::{CollectorId, ConsultationId, Day, Step, StepState, SubmissionId};
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    Act, Store, StoreError, audit,
    rows::{
        corrupt, get, get_id, get_time, get_usize, get_wire, insert_all, signed, time_text, wire,
    },
    submission::place_name,
};

/// What came in at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameIn {
    /// The place, in the words of whoever entered it. None: at none.
    pub station: Option<String>,
    /// Submissions.
    pub submissions: usize,
    /// When the last one came.
    pub last: Timestamp,
}

impl Store {
    /// Who wrote submissions of a consultation down, of those that somebody did.
    pub async fn collected(
        &self,
        consultation: ConsultationId,
    ) -> Result<HashMap<SubmissionId, CollectorId>, StoreError> {
        sqlx::query(
            "select id, collector from submission where consultation = $1 and collector > 0",
        )
        .bind(signed(consultation.get()))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| {
            let id = get_id(row, "id", SubmissionId::new)?;
            Ok((id, get_id(row, "collector", CollectorId::new)?))
        })
        .collect()
    }

    /// Gives a consultation its steps. False where it has some already.
    pub async fn begin_steps(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
        steps: &[Step],
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let found: i64 = sqlx::query_scalar("select count(*) from step where consultation = $1")
            .bind(signed(consultation.get()))
            .fetch_one(write.db())
            .await?;
        if found > 0 {
            return Ok(false);
        }
        insert_all(
            write.db(),
            "insert into step (consultation, number, name, office, due, state, who, note,
                 changed_at, changed_by)",
            10,
            "",
            steps,
            |query, step| {
                query
                    .bind(signed(consultation.get()))
                    .bind(i64::from(step.number))
                    .bind(&step.name)
                    .bind(&step.office)
                    .bind(step.due.map(|day| day.to_string()))
                    .bind(wire(&StepState::ALL, step.state))
                    .bind(&step.who)
                    .bind(&step.note)
                    .bind(time_text(act.at))
                    .bind(&step.changed_by)
            },
        )
        .await?;
        let what = format!("{} steps", steps.len());
        audit::append_about(&mut write, act, "step.begin", consultation, &what).await?;
        write.commit().await?;
        Ok(true)
    }

    /// The steps of a consultation in order; none before they were begun.
    pub async fn steps(&self, consultation: ConsultationId) -> Result<Vec<Step>, StoreError> {
        sqlx::query("select * from step where consultation = $1 order by number")
            .bind(signed(consultation.get()))
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(step)
            .collect()
    }

    /// Puts a step as it stands now. False where it is not as it was at `seen`, microseconds since
    /// 1970: somebody changed it meanwhile.
    pub async fn change_step(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
        step: &Step,
        seen: i64,
    ) -> Result<bool, StoreError> {
        let state = wire(&StepState::ALL, step.state);
        let seen = Timestamp::from_microsecond(seen).unwrap_or_default();
        let mut write = self.write().await?;
        let done = sqlx::query(
            "update step set due = $1, state = $2, who = $3, note = $4, changed_at = $5,
                 changed_by = $6
             where consultation = $7 and number = $8 and changed_at = $9",
        )
        .bind(step.due.map(|day| day.to_string()))
        .bind(state)
        .bind(&step.who)
        .bind(&step.note)
        .bind(time_text(act.at))
        .bind(act.actor)
        .bind(signed(consultation.get()))
        .bind(i64::from(step.number))
        .bind(time_text(seen))
        .execute(write.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let what = format!("step {} {state}", step.number);
        audit::append_about(&mut write, act, "step.change", consultation, &what).await?;
        write.commit().await?;
        Ok(true)
    }

    /// How much came in at each place that somebody named, and when the last.
    pub async fn came_in(&self, consultation: ConsultationId) -> Result<Vec<CameIn>, StoreError> {
        // Places keep their names nearly always: these are counted along an index, and only what came
        // under a name that a place gave up is looked at one by one.
        sqlx::query(concat!(
            "select station, cast(sum(n) as bigint) as submissions, max(last) as last from (
                 select station, n, last from (
                     select station, count(*) as n, max(received_at) as last from submission
                     where consultation = $1 group by station) kept
                 where not exists (select 1 from station_name given where given.name = kept.station)
                 union all
                 select station, count(*) as n, max(received_at) as last from (
                     select s.received_at, ",
            place_name!(),
            " from submission s
                     where s.consultation = $1 and s.station in (select name from station_name)) renamed
                 group by station) named
             group by station order by station"
        ))
        .bind(signed(consultation.get()))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| {
            Ok(CameIn {
                station: get(row, "station")?,
                submissions: get_usize(row, "submissions")?,
                last: get_time(row, "last")?,
            })
        })
        .collect()
    }
}

/// A day that may be missing.
pub(crate) fn get_day(row: &AnyRow, column: &'static str) -> Result<Option<Day>, StoreError> {
    let text: Option<&str> = get(row, column)?;
    let read = |text: &str| text.parse().map_err(|_| corrupt(column, text));
    text.map(read).transpose()
}

fn step(row: &AnyRow) -> Result<Step, StoreError> {
    let number: i64 = get(row, "number")?;
    Ok(Step {
        number: u32::try_from(number).map_err(|_| corrupt("number", &number))?,
        name: get(row, "name")?,
        office: get(row, "office")?,
        due: get_day(row, "due")?,
        state: get_wire(row, "state", &StepState::ALL)?,
        who: get(row, "who")?,
        note: get(row, "note")?,
        changed_at: get_time(row, "changed_at")?.as_microsecond(),
        changed_by: get(row, "changed_by")?,
    })
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{Step, StepState};

    use crate::{
        Act,
        testing::{act, new_consultation, on_every_database, submission},
    };

    fn step(number: u32) -> Step {
        Step {
            number,
            name: format!("第{number}步"),
            office: "联系点办公室".into(),
            due: (number > 1).then(|| "2026-03-20".parse().unwrap()),
            state: StepState::Waiting,
            who: String::new(),
            note: String::new(),
            changed_at: act().at.as_microsecond(),
            changed_by: act().actor.into(),
        }
    }

    #[tokio::test]
    async fn steps_are_begun_once_and_changed_by_who_has_seen_them() {
        on_every_database(async |store| {
            let here = new_consultation(&store, "c").await;
            let other = new_consultation(&store, "d").await;
            let steps = vec![step(1), step(2)];
            assert!(store.begin_steps(&act(), here, &steps).await.unwrap());
            let again = store.begin_steps(&act(), here, &steps).await.unwrap();
            assert!(!again, "they have some");
            assert_eq!(store.steps(here).await.unwrap(), steps);
            assert!(store.steps(other).await.unwrap().is_empty());

            let later = Act {
                actor: "李核",
                at: "2026-04-02T08:00:00.5Z".parse().unwrap(),
            };
            let changed = Step {
                due: None,
                state: StepState::Running,
                who: "王审".into(),
                note: "先学习草案".into(),
                changed_at: later.at.as_microsecond(),
                changed_by: "李核".into(),
                ..step(2)
            };
            let seen = act().at.as_microsecond();
            let change = async |consultation, seen| {
                let done = store.change_step(&later, consultation, &changed, seen);
                done.await.unwrap()
            };
            assert!(!change(other, seen).await, "it is not theirs");
            assert!(change(here, seen).await);
            assert!(!change(here, seen).await, "changed meanwhile");
            assert_eq!(store.steps(here).await.unwrap(), [step(1), changed.clone()]);
        })
        .await;
    }

    #[tokio::test]
    async fn what_came_in_is_counted_by_place() {
        on_every_database(async |store| {
            let here = new_consultation(&store, "c").await;
            let at = |number: &str, place: Option<&str>| {
                let mut one = submission(Some(number), number);
                one.station = place.map(str::to_owned);
                one
            };
            let batch = [at("1", Some("东街")), at("2", None), at("3", Some("东街"))];
            let mut intake = store.intake(here, "test");
            intake.accept(&act(), &batch).await.unwrap();
            let mut came_in = store.came_in(here).await.unwrap();
            came_in.sort_by_key(|one| one.submissions);
            let counts: Vec<_> = came_in
                .iter()
                .map(|one| (one.station.as_deref(), one.submissions))
                .collect();
            assert_eq!(counts, [(None, 1), (Some("东街"), 2)]);
            assert_eq!(came_in[1].last, act().at);
        })
        .await;
    }
}
