//! What can go wrong, for logs. Messages for users are made above.

use std::path::PathBuf;

/// Why the store did not do what was asked. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Neither `sqlite://PATH` nor `postgres://…`. The address itself may hold a password.
    #[error("a database address starts with `sqlite://` or `postgres://`")]
    Address,
    /// No connection.
    #[error("cannot open the database `{place}`")]
    Open {
        /// File, or `PostgreSQL`.
        place: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The tables could not be brought to the form that this version needs.
    #[error("cannot migrate the database; was it written by a later version?")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// PostgreSQL has no place beside it for a key file.
    #[error("this database needs an identity key to be configured")]
    KeyNeeded,
    /// The key file could not be read or written, or holds something else.
    #[error("cannot use the identity key file `{}`", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Identities were sealed with a key that is not there any more.
    #[error("the identity key file `{}` is missing: restore it from its backup", path.display())]
    KeyLost {
        /// Where it should be.
        path: PathBuf,
    },
    /// Identities were sealed with another key.
    #[error("the identity key is not the one that this database was written with")]
    WrongKey,
    /// A sealed identity was altered.
    #[error("the sealed identity of {owner} cannot be opened")]
    Unsealable {
        /// Whose.
        owner: String,
    },
    /// The operating system has no randomness.
    #[error("no randomness from the operating system")]
    Random(#[from] getrandom::Error),
    /// The short name is in use.
    #[error("there is already a consultation `{slug}`")]
    SlugTaken {
        /// The name.
        slug: String,
    },
    /// The name of the account or key is in use.
    #[error("there is already an account or key `{name}`")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A list names a place that neither is known nor stands before.
    #[error("there is no station `{path}`")]
    UnknownStation {
        /// Names from the root down.
        path: String,
    },
    /// PostgreSQL cannot store U+0000, so no database does.
    #[error("submission {row} of the batch contains the character U+0000")]
    NulCharacter {
        /// Index in the batch.
        row: usize,
    },
    /// A value that this version does not write.
    #[error("column `{column}` holds `{value}`")]
    Corrupt {
        /// Table and column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// A result that cannot be written down, such as a probability that is not a number.
    #[error("a result cannot be stored")]
    Unstorable(#[source] serde_json::Error),
    /// The worker's time for the job had run out and another one has it.
    #[error("{job} is no longer this worker's")]
    LeaseLost {
        /// The job.
        job: String,
    },
    /// More is waiting to be written than is let in. Nothing is wrong: come back later.
    #[error("the intake queue is full")]
    Overloaded,
    /// The process is ending.
    #[error("the intake has stopped")]
    Stopped,
    /// The transaction that this was part of failed.
    #[error("the batch could not be written")]
    Batch(#[source] std::sync::Arc<StoreError>),
    /// Something that only SQLite does here.
    #[error("PostgreSQL is backed up by its own tools")]
    NotSqlite,
    /// The file of the database is broken.
    #[error("the database file is damaged: {what}")]
    Damaged {
        /// What SQLite says.
        what: String,
    },
    /// The database refused.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}
