//! Reports that are made by the calendar, and their files.

use caifeng_domain::{ConsultationId, StationId};
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    Act, Store, StoreError, audit,
    rows::{get, get_id, get_time, get_usize, signed, time_text, to_id},
};

/// What is made, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSchedule {
    /// The report on this one; none: a summary of a place.
    pub consultation: Option<ConsultationId>,
    /// The place of a summary; none: all of them.
    pub station: Option<StationId>,
    /// Wire name.
    pub format: String,
    /// Wire name.
    pub every: String,
    /// The day in China on which it is made next, `YYYY-MM-DD`.
    pub due: String,
}

/// A schedule that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Number.
    pub id: u64,
    /// What is made.
    pub what: NewSchedule,
    /// Who asked for it.
    pub created_by: String,
}

/// A file that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    /// Number.
    pub id: u64,
    /// Number of its schedule.
    pub schedule: u64,
    /// The report on this one; none: a summary.
    pub consultation: Option<ConsultationId>,
    /// The place of a summary.
    pub station: Option<StationId>,
    /// The day for which it was made.
    pub due: String,
    /// What it says on it.
    pub title: String,
    /// What the file is called.
    pub file_name: String,
    /// Its size.
    pub bytes: usize,
    /// Hash of its bytes.
    pub sha256: String,
    /// When it was made.
    pub made_at: Timestamp,
}

impl Store {
    /// Adds a schedule and returns its number.
    pub async fn add_schedule(
        &self,
        act: &Act<'_>,
        schedule: &NewSchedule,
    ) -> Result<u64, StoreError> {
        let mut write = self.write().await?;
        let id = write.take_numbers("report_schedule", 1).await?;
        sqlx::query(
            "insert into report_schedule
                 (id, consultation, station, format, every, due, created_at, created_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(signed(id))
        .bind(schedule.consultation.map(|id| signed(id.get())))
        .bind(schedule.station.map(|id| signed(id.get())))
        .bind(&schedule.format)
        .bind(&schedule.every)
        .bind(&schedule.due)
        .bind(time_text(act.at))
        .bind(act.actor)
        .execute(write.db())
        .await?;
        audit::append(&mut write, act, "schedule.add", &format!("schedule {id}")).await?;
        write.commit().await?;
        Ok(id)
    }

    /// Ends a schedule; its files stay. False when there is none of this number that holds.
    pub async fn end_schedule(&self, act: &Act<'_>, id: u64) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "update report_schedule set ended_at = $1 where id = $2 and ended_at is null",
        )
        .bind(time_text(act.at))
        .bind(signed(id))
        .execute(write.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut write, act, "schedule.end", &format!("schedule {id}")).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Schedules that hold, by number.
    pub async fn schedules(&self) -> Result<Vec<Schedule>, StoreError> {
        sqlx::query("select * from report_schedule where ended_at is null order by id")
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(|row| {
                Ok(Schedule {
                    id: get_id(row, "id", Some)?,
                    what: NewSchedule {
                        consultation: consultation(row)?,
                        station: station(row)?,
                        format: get(row, "format")?,
                        every: get(row, "every")?,
                        due: get(row, "due")?,
                    },
                    created_by: get(row, "created_by")?,
                })
            })
            .collect()
    }

    /// Notes a file that was made for a schedule's day, and the day of the next one. False where that
    /// day's was there already.
    pub async fn add_report_file(
        &self,
        act: &Act<'_>,
        file: &ReportFile,
        next: &str,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let id = write.take_numbers("report_file", 1).await?;
        let done = sqlx::query(
            "insert into report_file
                 (id, schedule, due, title, file_name, bytes, sha256, made_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        )
        .bind(signed(id))
        .bind(signed(file.schedule))
        .bind(&file.due)
        .bind(&file.title)
        .bind(&file.file_name)
        .bind(signed(file.bytes as u64))
        .bind(&file.sha256)
        .bind(time_text(act.at))
        .execute(write.db())
        .await?;
        sqlx::query("update report_schedule set due = $1 where id = $2 and due = $3")
            .bind(next)
            .bind(signed(file.schedule))
            .bind(&file.due)
            .execute(write.db())
            .await?;
        if done.rows_affected() > 0 {
            let what = format!("schedule {} {}", file.schedule, file.due);
            audit::append(&mut write, act, "schedule.make", &what).await?;
        }
        write.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// All files, the latest first.
    pub async fn report_files(&self) -> Result<Vec<ReportFile>, StoreError> {
        sqlx::query(
            "select f.*, s.consultation, s.station from report_file f
             join report_schedule s on s.id = f.schedule order by f.id desc",
        )
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| {
            Ok(ReportFile {
                id: get_id(row, "id", Some)?,
                schedule: get_id(row, "schedule", Some)?,
                consultation: consultation(row)?,
                station: station(row)?,
                due: get(row, "due")?,
                title: get(row, "title")?,
                file_name: get(row, "file_name")?,
                bytes: get_usize(row, "bytes")?,
                sha256: get(row, "sha256")?,
                made_at: get_time(row, "made_at")?,
            })
        })
        .collect()
    }

    /// Forgets files that were made before this moment; their bytes go with the next sweep. How many.
    pub async fn forget_report_files(
        &self,
        act: &Act<'_>,
        before: Timestamp,
    ) -> Result<usize, StoreError> {
        let mut write = self.write().await?;
        let gone = sqlx::query("delete from report_file where made_at < $1")
            .bind(time_text(before))
            .execute(write.db())
            .await?
            .rows_affected();
        if gone > 0 {
            audit::append(&mut write, act, "schedule.forget", &format!("{gone} files")).await?;
            write.commit().await?;
        }
        Ok(gone as usize)
    }
}

fn consultation(row: &AnyRow) -> Result<Option<ConsultationId>, StoreError> {
    let id: Option<i64> = get(row, "consultation")?;
    id.map(|id| to_id("consultation", id, ConsultationId::new))
        .transpose()
}

fn station(row: &AnyRow) -> Result<Option<StationId>, StoreError> {
    let id: Option<i64> = get(row, "station")?;
    id.map(|id| to_id("station", id, StationId::new))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::{NewSchedule, ReportFile};
    use crate::testing::{act, new_consultation, on_every_database};

    #[tokio::test]
    async fn a_day_is_made_once_and_old_files_go() {
        on_every_database(async |store| {
            let c = new_consultation(&store, "c").await;
            let what = NewSchedule {
                consultation: Some(c),
                station: None,
                format: "docx".into(),
                every: "week".into(),
                due: "2026-03-02".into(),
            };
            let id = store.add_schedule(&act(), &what).await.unwrap();
            let file = ReportFile {
                id: 0,
                schedule: id,
                consultation: Some(c),
                station: None,
                due: "2026-03-02".into(),
                title: "报告".into(),
                file_name: "c.docx".into(),
                bytes: 7,
                sha256: "0".repeat(64),
                made_at: act().at,
            };
            let add = async || store.add_report_file(&act(), &file, "2026-03-09").await;
            assert!(add().await.unwrap());
            assert!(!add().await.unwrap());
            let all = store.schedules().await.unwrap();
            assert_eq!((all.len(), all[0].what.due.as_str()), (1, "2026-03-09"));
            let files = store.report_files().await.unwrap();
            assert_eq!((files.len(), files[0].consultation), (1, Some(c)));
            assert_eq!(store.files().await.unwrap().len(), 1);
            assert!(store.end_schedule(&act(), id).await.unwrap());
            assert!(!store.end_schedule(&act(), id).await.unwrap());
            assert!(store.schedules().await.unwrap().is_empty());
            assert_eq!(store.report_files().await.unwrap().len(), 1, "files stay");
            let later = act().at + std::time::Duration::from_secs(1);
            assert_eq!(
                store.forget_report_files(&act(), act().at).await.unwrap(),
                0
            );
            assert_eq!(store.forget_report_files(&act(), later).await.unwrap(), 1);
            assert!(store.files().await.unwrap().is_empty());
        })
        .await;
    }
}
