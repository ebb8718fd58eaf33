//! Tasks: what a place was asked to do for a consultation, and by when.

use caifeng_domain::{ConsultationId, StationId};
use jiff::Timestamp;

use crate::{
    Act, Store, StoreError, audit,
    db::Write,
    rows::{get, get_id, get_time, signed, time_text},
};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// For which consultation.
    pub consultation: ConsultationId,
    /// By which place.
    pub station: StationId,
    /// What, in words.
    pub note: String,
    /// The last day, `YYYY-MM-DD` in China.
    pub due: String,
}

/// A task as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Number.
    pub number: u64,
    /// What is to be done.
    pub what: NewTask,
    /// When it was done.
    pub done_at: Option<Timestamp>,
}

impl Store {
    /// Gives a place a task and returns its number.
    pub async fn add_task(&self, act: &Act<'_>, task: &NewTask) -> Result<u64, StoreError> {
        let mut write = self.write().await?;
        let number = add_task(&mut write, act, task).await?;
        write.commit().await?;
        Ok(number)
    }

    /// Every task: those to be done first, the most urgent before the others.
    pub async fn tasks(&self) -> Result<Vec<Task>, StoreError> {
        sqlx::query(
            "select * from task
             order by case when done_at is null then 0 else 1 end, due, id",
        )
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| {
            let done: Option<&str> = get(row, "done_at")?;
            Ok(Task {
                number: get::<i64>(row, "id")?.cast_unsigned(),
                what: NewTask {
                    consultation: get_id(row, "consultation", ConsultationId::new)?,
                    station: get_id(row, "station", StationId::new)?,
                    note: get(row, "note")?,
                    due: get(row, "due")?,
                },
                done_at: done.map(|_| get_time(row, "done_at")).transpose()?,
            })
        })
        .collect()
    }

    /// Takes a task of a consultation back that is not done. False when it is, or does not exist.
    pub async fn remove_task(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
        number: u64,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let done =
            sqlx::query("delete from task where id = $1 and consultation = $2 and done_at is null")
                .bind(signed(number))
                .bind(signed(consultation.get()))
                .execute(write.db())
                .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let what = format!("task {number}");
        audit::append_about(&mut write, act, "task.remove", consultation, &what).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Notes that a task is done. False when it was before, or does not exist.
    pub async fn finish_task(&self, act: &Act<'_>, number: u64) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let done = sqlx::query("update task set done_at = $1 where id = $2 and done_at is null")
            .bind(time_text(act.at))
            .bind(signed(number))
            .execute(write.db())
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut write, act, "task.finish", &number.to_string()).await?;
        write.commit().await?;
        Ok(true)
    }
}

/// The same in a transaction of the caller's.
pub(crate) async fn add_task(
    write: &mut Write<'_>,
    act: &Act<'_>,
    task: &NewTask,
) -> Result<u64, StoreError> {
    let number = write.take_numbers("task", 1).await?;
    sqlx::query(
        "insert into task (id, consultation, station, note, due, created_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(signed(number))
    .bind(signed(task.consultation.get()))
    .bind(signed(task.station.get()))
    .bind(&task.note)
    .bind(&task.due)
    .bind(time_text(act.at))
    .execute(write.db())
    .await?;
    let what = format!("task {number} to {}", task.station);
    audit::append_about(write, act, "task.add", task.consultation, &what).await?;
    Ok(number)
}

#[cfg(test)]
mod tests {
    use caifeng_domain::StationKind;

    use super::NewTask;
    use crate::{
        PlaceRow,
        testing::{act, new_consultation, on_every_database},
    };

    #[tokio::test]
    async fn what_is_urgent_comes_first_and_what_is_done_last() {
        on_every_database(async |store| {
            let consultation = new_consultation(&store, "c").await;
            let place = PlaceRow::Station {
                kind: StationKind::Point,
                path: vec!["某区".into()],
            };
            store.add_places(&act(), &[place]).await.unwrap();
            let station = store.stations().await.unwrap()[0].id;
            let add = async |due: &str| {
                let task = NewTask {
                    consultation,
                    station,
                    note: format!("{due}以前开一次座谈会"),
                    due: due.into(),
                };
                store.add_task(&act(), &task).await.unwrap()
            };
            let (late, soon) = (add("2026-05-01").await, add("2026-04-02").await);
            let order = async || {
                let all = store.tasks().await.unwrap();
                let states = all.iter().map(|task| (task.number, task.done_at.is_some()));
                states.collect::<Vec<_>>()
            };
            assert_eq!(order().await, [(soon, false), (late, false)]);
            assert!(store.finish_task(&act(), soon).await.unwrap());
            assert!(!store.finish_task(&act(), soon).await.unwrap(), "only once");
            assert!(!store.finish_task(&act(), 99).await.unwrap());
            assert_eq!(order().await, [(late, false), (soon, true)]);
            let remove = async |number| store.remove_task(&act(), consultation, number).await;
            assert!(!remove(soon).await.unwrap(), "done is done");
            assert!(remove(late).await.unwrap());
            assert!(!remove(late).await.unwrap());
            assert_eq!(order().await, [(soon, true)]);
        })
        .await;
    }
}
