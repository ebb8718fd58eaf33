//! The tables, and how they come to be.

use sqlx::{
    AnyPool, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::{StoreError, db::Dialect};

const TABLES: &str = include_str!("../migrations/shared/0001_tables.sql");
const INTAKE: &str = include_str!("../migrations/shared/0003_intake.sql");
const RUNS: &str = include_str!("../migrations/shared/0004_runs.sql");
const SQLITE_GUARDS: &str = include_str!("../migrations/sqlite/0002_guards.sql");
const POSTGRES_GUARDS: &str = include_str!("../migrations/postgres/0002_guards.sql");

/// Brings the database to the newest form. Does nothing when it has it.
pub(crate) async fn run(pool: &AnyPool, dialect: Dialect) -> Result<(), StoreError> {
    let guards = match dialect {
        Dialect::Sqlite => SQLITE_GUARDS,
        Dialect::Postgres => POSTGRES_GUARDS,
    };
    let steps = [
        (1, "tables", TABLES),
        (2, "guards", guards),
        (3, "intake", INTAKE),
        (4, "runs", RUNS),
    ];
    let steps = steps.map(|(version, name, sql)| {
        let kind = MigrationType::Simple;
        Migration::new(version, name.into(), kind, sql.into_sql_str(), false)
    });
    Ok(Migrator::with_migrations(steps.into()).run(pool).await?)
}
