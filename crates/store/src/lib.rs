//! The only SQL: migrations, repositories, job queue, audit chain, identity vault.
//!
//! One code for SQLite (one file, the default) and PostgreSQL (several processes). Every method of
//! [`Store`] is one use, every use has its own file, and every write is one transaction that also
//! appends to the audit chain where somebody did something.
//!
//! **Invariants.** What arrived is never changed or deleted: triggers forbid it. Names and telephone
//! numbers are stored sealed and in their own table. Time and randomness are passed in.

mod account;
mod attachment;
mod audit;
mod consultation;
mod db;
mod decision;
mod device;
mod draft;
mod error;
mod exchange;
mod feed;
mod grant;
mod hook;
mod identity;
mod job;
mod journal;
mod key;
mod keyring;
mod ledger;
mod library;
mod material;
mod medium;
mod meeting;
mod migrations;
mod random;
mod receipt;
mod release;
mod reseal;
mod retention;
mod rows;
mod satisfaction;
mod saved_search;
mod schedule;
mod signing;
mod snapshot;
mod station;
mod submission;
mod task;
mod template;
#[cfg(test)]
mod testing;
mod transfer;
mod triage;
mod vault;
mod vector;
mod visit;
mod wechat;
mod workflow;
mod writer;

pub use account::{
    AccountEntry, Credentials, KeyEntry, LOCKOUT, Principal, PrincipalKind, Reach, SessionEntry,
};
pub use attachment::{Attachment, FileKind};
pub use audit::{Act, AuditEntry, AuditFilter, ChainState};
pub use db::{OpenOptions, Store};
pub use decision::Added;
pub use device::{Device, DeviceId, DeviceNews, ENROLMENT};
pub use draft::{Draft, DraftId, DraftRecord};
pub use error::StoreError;
pub use exchange::{
    Answered, FeedbackImport, Merged, Outcome, Package, PackageDirection, PackageImport,
    PackageItem, PackageKind, TrustedKey,
};
pub use feed::{FeedEntry, FeedItem};
pub use grant::Grant;
pub use hook::{Hook, HookSettings, Platform, RefusedPush};
pub use identity::{IdentityAt, KnownIdentity};
pub use job::{Job, JobId, JobState, LEASE, MAX_ATTEMPTS, Progress};
pub use journal::{Accepted, Arrival, Intake, contains_nul};
pub use key::IdentityKey;
pub use keyring::VaultKey;
pub use library::{LawText, read_law_package};
pub use meeting::{Meeting, MeetingRow};
pub use random::{OsRandom, Random};
pub use receipt::{Receipt, ReceiptError};
pub use release::{Release, ReleaseChoice, ReleaseEnd};
pub use saved_search::SavedSearch;
pub use schedule::{NewSchedule, ReportFile, Schedule};
pub use signing::{PublicKey, SignatureSuite, SigningKey};
pub use snapshot::{Snapshot, inspect};
pub use station::{Collector, PlaceRow, PlacesAdded};
pub use submission::{SenderId, StoredSubmission, Tracked, TrackedStage};
pub use task::{NewTask, Task};
pub use template::StoredTemplate;
pub use triage::{ReservedRun, SaveOutcome, TriageRecord, TriageRun};
pub use vault::Suite;
pub use vector::{TextHash, text_hash};
pub use wechat::{Conversation, Medium, MediumId, MediumKind, Saved, TurnRecord, WaitingMedium};
pub use workflow::CameIn;
pub use writer::{Delivery, STALLED, Writer, WriterOptions, WriterState};
