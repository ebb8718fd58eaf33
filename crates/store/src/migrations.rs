//! The tables, and how they come to be.

use sqlx::{
    AnyPool, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::{StoreError, db::Dialect};

const TABLES: &str = include_str!("../migrations/shared/0001_tables.sql");
const INTAKE: &str = include_str!("../migrations/shared/0003_intake.sql");
const RUNS: &str = include_str!("../migrations/shared/0004_runs.sql");
const CHANNELS: &str = include_str!("../migrations/shared/0005_channels.sql");
const ACCOUNTS: &str = include_str!("../migrations/shared/0006_accounts.sql");
const IDENTITY: &str = include_str!("../migrations/shared/0007_identity.sql");
const QUESTIONS: &str = include_str!("../migrations/shared/0008_questions.sql");
const REPLACED: &str = include_str!("../migrations/shared/0010_replaced.sql");
const FOLLOWERS: &str = include_str!("../migrations/shared/0011_followers.sql");
const LIBRARY: &str = include_str!("../migrations/shared/0012_library.sql");
const DECISIONS: &str = include_str!("../migrations/shared/0013_decisions.sql");
const WORKFLOW: &str = include_str!("../migrations/shared/0014_workflow.sql");
const RELEASES: &str = include_str!("../migrations/shared/0015_releases.sql");
const EXCHANGE: &str = include_str!("../migrations/shared/0016_exchange.sql");
const SCHEDULES: &str = include_str!("../migrations/shared/0017_schedules.sql");
const MATERIALS: &str = include_str!("../migrations/shared/0020_materials.sql");
const VISITS: &str = include_str!("../migrations/shared/0021_visits.sql");
const RENAMED: &str = include_str!("../migrations/shared/0022_renamed.sql");
const TEMPLATE: &str = include_str!("../migrations/shared/0023_template.sql");
const HALF_VECTORS: &str = include_str!("../migrations/shared/0024_half_vectors.sql");
const SQLITE_GUARDS: &str = include_str!("../migrations/sqlite/0002_guards.sql");
const POSTGRES_GUARDS: &str = include_str!("../migrations/postgres/0002_guards.sql");

/// Brings the database to the newest form. Does nothing when it has it.
pub(crate) async fn run(pool: &AnyPool, dialect: Dialect) -> Result<(), StoreError> {
    Ok(Migrator::with_migrations(steps(dialect)).run(pool).await?)
}

/// Number of the last step.
pub(crate) fn newest() -> i64 {
    let versions = steps(Dialect::Sqlite).into_iter().map(|step| step.version);
    versions.max().unwrap_or_default()
}

fn steps(dialect: Dialect) -> Vec<Migration> {
    let guards = match dialect {
        Dialect::Sqlite => SQLITE_GUARDS,
        Dialect::Postgres => POSTGRES_GUARDS,
    };
    let steps = [
        (1, "tables", TABLES),
        (2, "guards", guards),
        (3, "intake", INTAKE),
        (4, "runs", RUNS),
        (5, "channels", CHANNELS),
        (6, "accounts", ACCOUNTS),
        (7, "identity", IDENTITY),
        (8, "questions", QUESTIONS),
        (10, "replaced", REPLACED),
        (11, "followers", FOLLOWERS),
        (12, "library", LIBRARY),
        (13, "decisions", DECISIONS),
        (14, "workflow", WORKFLOW),
        (15, "releases", RELEASES),
        (16, "exchange", EXCHANGE),
        (17, "schedules", SCHEDULES),
        (20, "materials", MATERIALS),
        (21, "visits", VISITS),
        (22, "renamed", RENAMED),
        (23, "template", TEMPLATE),
        (24, "half vectors", HALF_VECTORS),
    ];
    let steps = steps.map(|(version, name, sql)| {
        let kind = MigrationType::Simple;
        Migration::new(version, name.into(), kind, sql.into_sql_str(), false)
    });
    steps.into()
}

#[cfg(test)]
mod tests {
    use caifeng_domain::Visibility;
    use sqlx::{AnyPool, migrate::Migrator};

    use super::{Dialect, steps};
    use crate::Store;

    /// What a program of each step left behind: a submission triaged, staff, a run in force, a key.
    const LEFT: [(i64, &[&str]); 20] = [
        (2, &[
            "insert into consultation (id, slug, title, created_at, next_point) values (1, 'c', 't', '2026', 8)",
            "insert into submission (id, consultation, source, origin, digest, receipt, received_at, channel, text)
             values (1, 1, 'file', 'o', 'd', '2222-2222-2222', '2026-04-01T08:00:00.000000Z', 'web', '好')",
            "insert into triage_run (id, consultation, started_at, finished_at, program, encoder, submissions, digest)
             values (1, 1, '2026-04-01T08:00:00.000000Z', '2026-04-01T08:00:00.000000Z', 'p', 'e', 1, 'x')",
            "insert into analysis values (1, 1, 0, 'opinion', 1.0, 0, 'original', '[]', '[]')",
            "insert into unit values (1, 0, 1, 0, 3, 'general', null, 'support', 1.0, 7, '[]', '[]', null)",
            "insert into point values (1, 7, 0, 'general', 'support', '[]', '[]', '[0,0]', '[[0,0]]')",
        ]),
        (3, &[
            "insert into account (id, name, role, password, created_at)
             values (1, 'a', 'reviewer', 'p', '2026-04-01T08:00:00.000000Z')",
            "insert into station (id, code, kind, name, created_at)
             values (1, 's', 'point', '某区', '2026-04-01T08:00:00.000000Z')",
            "update consultation set visibility = 'contact_points'",
        ]),
        (4, &["update triage_run set kept = 1"]),
        (5, &[]),
        (6, &[]),
        (7, &[]),
        (8, &[]),
        (10, &["insert into wechat_follower (key, turn, state) values ('f', 1, 's')"]),
        (11, &[]),
        (12, &[]),
        (13, &[]),
        (14, &[]),
        (15, &[]),
        (16, &[]),
        (17, &[]),
        (20, &[]),
        (21, &[]),
        (22, &[]),
        (23, &["insert into vector values ('e', 'query', x'00', x'0000803f')"]),
        (24, &[]),
    ];

    /// A database as the program of step `last` left it is opened by this one.
    async fn comes_from(last: i64) {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/caifeng.db", dir.path().display());
        sqlx::any::install_default_drivers();
        let pool = AnyPool::connect(&format!("{url}?mode=rwc")).await.unwrap();
        for (version, left) in LEFT.iter().filter(|(version, _)| *version <= last) {
            let mut until = steps(Dialect::Sqlite);
            until.retain(|step| step.version <= *version);
            Migrator::with_migrations(until).run(&pool).await.unwrap();
            for sql in *left {
                sqlx::query(*sql).execute(&pool).await.unwrap();
            }
        }
        pool.close().await;

        let store = Store::open(&url).await.unwrap();
        assert_eq!(store.schema().await.unwrap().0, super::newest());
        let (id, consultation) = store.consultation("c").await.unwrap().unwrap();
        assert_eq!(consultation.closed_at, None);
        let inside = Visibility::ContactPoints;
        assert_eq!(consultation.visibility, inside, "nobody said public");
        let ledger = store.ledger(id).await.unwrap();
        assert!(ledger.balances() && ledger.received == 1);
        for (table, want) in [
            ("analysis", 1),
            ("unit", 1),
            ("point", 1),
            ("account", i64::from(last >= 3)),
            ("wechat_follower", i64::from(last >= 10)),
            // Of another form now.
            ("vector", 0),
        ] {
            let sql = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
            let kept: i64 = sqlx::query_scalar(sql)
                .fetch_one(store.pool())
                .await
                .unwrap();
            assert_eq!(kept, want, "{table} from step {last}");
        }
        assert_eq!(
            store.load_triage(id).await.unwrap().unwrap().analyses.len(),
            1
        );
    }

    #[tokio::test]
    async fn a_database_of_every_earlier_step_keeps_everything() {
        for (version, _) in LEFT {
            comes_from(version).await;
        }
        // A new step belongs into the table above.
        assert_eq!(LEFT.last().unwrap().0, super::newest());
    }
}
