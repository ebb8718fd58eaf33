//! Forgetting who sent what, so many days after a consultation has ended.

use caifeng_store::Act;
use jiff::{
    Timestamp, ToSpan,
    civil::Date,
    tz::{TimeZone, offset},
};

use crate::{App, AppError};

/// The job of a day; its payload is the day in China.
pub(crate) const RETENTION: &str = "retention";

impl App {
    /// Asks for the job of the day, once for all processes.
    pub(crate) async fn plan_retention(&self, today: &str) -> Result<(), AppError> {
        let now = Timestamp::now();
        Ok(self.store.enqueue_first(RETENTION, today, now).await?)
    }

    /// Deletes the identities of the consultations whose time is over on `day`, forgets followers who
    /// were silent for as long, and removes what lies about.
    pub(crate) async fn expire(&self, day: &str) -> Result<(), AppError> {
        let now = Timestamp::now();
        self.store.forget_answers(now).await?;
        self.expire_reports().await?;
        let Some(days) = self.config.retention_days else {
            return self.sweep_files().await;
        };
        let unknown = || AppError::UnknownJob(format!("{RETENTION} {day}"));
        let today: Date = day.parse().map_err(|_| unknown())?;
        let before = today.saturating_sub(i64::from(days).days());
        let act = Act {
            actor: "retention",
            at: now,
        };
        for consultation in self
            .store
            .ended_with_identities(&before.to_string())
            .await?
        {
            let gone = self.store.expire_identities(&act, consultation).await?;
            tracing::info!(%consultation, gone, "deleted identities whose time was over");
        }
        let midnight = before.to_zoned(TimeZone::fixed(offset(8)));
        let midnight = midnight.map_err(|_| unknown())?.timestamp();
        let gone = self.store.expire_followers(&act, midnight).await?;
        tracing::info!(gone, "forgot followers who were silent for long");
        self.sweep_files().await
    }
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{Visibility, Window};
    use caifeng_store::JobState;

    use crate::{App, Config, testing::config};

    async fn desk(folder: &std::path::Path, days: Option<u32>) -> App {
        let config = Config {
            retention_days: days,
            ..config(folder)
        };
        App::open(config).await.unwrap()
    }

    #[tokio::test]
    async fn identities_go_on_the_day_after_their_last_and_only_where_that_is_configured() {
        let folder = tempfile::tempdir().unwrap();
        let app = desk(folder.path(), Some(30)).await;
        let window = Window {
            opens: "2026-03-01".into(),
            closes: "2026-04-01".into(),
        };
        app.create_consultation(
            "c",
            "某条例（草案）",
            Some(window),
            Visibility::Public,
            Vec::new(),
        )
        .await
        .unwrap();
        let file = "姓名,联系电话,意见内容\n测试甲,13800000000,很好\n";
        app.import(None, "x.csv", file.into(), None, false)
            .await
            .unwrap();
        let known = async |app: &App| {
            let found = app.find_sent("13800000000").await.unwrap();
            found.len()
        };
        assert_eq!(known(&app).await, 1);
        app.expire("2026-05-01").await.unwrap();
        assert_eq!(known(&app).await, 1);
        desk(folder.path(), None)
            .await
            .expire("2027-01-01")
            .await
            .unwrap();
        assert_eq!(known(&app).await, 1);

        app.plan_retention("2026-05-02").await.unwrap();
        app.plan_retention("2026-05-02").await.unwrap();
        while app.work_once("w").await.unwrap() {}
        assert_eq!(known(&app).await, 0);
        let jobs = app.background().await.unwrap().jobs;
        let done: Vec<_> = jobs.iter().filter(|job| job.kind == "retention").collect();
        assert_eq!(done.len(), 1);
        assert_eq!(done[0].state, JobState::Finished);
        assert_eq!(app.count_received("c").await.unwrap(), 1);
    }
}
