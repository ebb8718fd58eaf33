//! The use cases, one file each: what the command line and the server ask for.
//!
//! **Invariant.** Nothing here prints, and nothing blocks an async thread: triage, the model, the
//! index and the writing of reports run on threads of their own.

mod accounts;
mod administration;
mod audit;
mod backup;
mod bench;
mod bulk;
mod cache;
mod catalogue;
mod challenge;
mod config;
mod consent;
mod consultations;
mod decisions;
mod desk;
mod doctor;
mod drafts;
mod error;
mod eval;
mod exchange;
mod files;
mod find;
mod grants;
mod hooks;
mod identity;
mod indexing;
mod intake;
mod kiosk;
mod library;
mod materials;
mod meetings;
mod period;
mod problems;
mod publication;
mod pull;
mod reach;
mod receipts;
mod refusal;
mod report;
mod retention;
mod scans;
mod schedules;
mod seek;
mod stations;
mod submit;
mod tasks;
mod templates;
#[cfg(test)]
mod testing;
mod toml_lines;
mod totp;
mod transfers;
mod triage;
mod turnout;
mod vault;
mod wechat;
mod worker;
mod workflow;

use std::sync::{Arc, atomic::AtomicUsize};

use caifeng_domain::{Consultation, ConsultationId, Draft};
use caifeng_encode::Encoder;
use caifeng_store::{OpenOptions, Store, Writer, WriterOptions};
use tokio::sync::{OnceCell, Semaphore};

use crate::catalogue::Catalogue;

pub use accounts::{MIN_PASSWORD, NewPrincipal, roles_for};
pub use administration::DraftVersion;
pub use backup::{BackedUp, BackupError, BackupOptions, Restored, restore};
pub use bench::{BenchResult, EncodeBench, EncodeSpeeds, bench, bench_encode};
pub use bulk::{MAX_ROWS, RowOutcome};
pub use caifeng_channel as channels;
pub use caifeng_encode::{Kernel, install, model::ModelInfo, speed::Speed};
pub use caifeng_law::difference::Piece as Wording;
pub use caifeng_report as reports;
pub use caifeng_search::{Kind as FoundKind, Reason as FoundReason};
pub use caifeng_store::{
    AccountEntry, Answered, Attachment, AuditEntry, AuditFilter, ChainState, Collector, Device,
    FileKind, Hook, Job, JobState, KeyEntry, KnownIdentity, LOCKOUT, MediumKind, Meeting, Merged,
    Package, PackageDirection, PackageKind, PlacesAdded, Platform, Principal, PrincipalKind, Reach,
    RefusedPush, Release, ReleaseEnd, ReportFile, SavedSearch, SessionEntry, SignatureSuite,
    StoreError, Suite, TrackedStage, TrustedKey, VaultKey, WaitingMedium, WriterState,
};
pub use caifeng_text::traditional::in_traditional;
pub use caifeng_triage::{Models, Progress, Stage};
pub use catalogue::Listed;
pub use challenge::{Challenge, ChallengeAnswer};
pub use config::{Config, Overrides, read_key};
pub use consent::{CONSENT_TEXT, CONSENT_VERSION};
pub use consultations::{NewConsultation, StationTask};
pub use desk::{
    Above, Alarm, Answer, Command, Desk, Done, Grade, Heat, Learned, Meaning, Overview, PointCard,
    PointPage, QUEUE_PAGE, Queue, QueueItem, Redline, SENDER, SectionPage, SectionPlace, Sorted,
    Stretch, SubmissionPage, TableChange, TableChanges, TextPiece, Told, Trend, UnitLine, Uptake,
    Words, side,
};
pub use doctor::{Finding, Verdict, doctor};
pub use drafts::{ChangedArticle, Comparison, DraftImported, DraftRead, NextDraft, change_name};
pub use error::AppError;
pub use eval::eval;
pub use exchange::{
    ExchangeError, OfferedKey, OwnKey, PackageCounts, PackageLine, PackageNews, Packed, Received,
};
pub use find::{Found, SearchRequest, article_names};
pub use grants::Grant;
pub use identity::Sent;
pub use intake::Imported;
pub use kiosk::{BatchTaken, Enrolled, ItemOutcome, KioskItem};
pub use library::{
    Alike, CitedProvision, LawFacts, LawFound, LibraryAnswer, LibraryInstalled, LibraryRequest,
    Related,
};
pub use meetings::{MeetingForm, Proposal, SaidAt};
pub use period::{PERIOD_FORMATS, PeriodRequest, PeriodSpan};
pub use problems::Problems;
pub use publication::{
    ARCHIVE_PAGE, Adopted, Archive, ArchiveAnswer, ArchiveHit, ArchiveRequest, Candidate, Choice,
    Feedback, Flag, MACHINE_LABEL, Numbers, Offered, Participation, Preview, Released,
    ReleasedPoint, Share, Similar,
};
pub use pull::{PULL_PAGE, Pulled, PulledPage, PulledThing};
pub use receipts::Tracking;
pub use refusal::Refusal;
pub use report::{LetterSettings, PdfError, ReportFormat};
pub use scans::{MAX_SCAN_BYTES, MAX_SCANS, Scan};
pub use schedules::{Every, ScheduleLine, ScheduleRequest};
pub use seek::{Piece, SeekKind, SeekRequest, Seeking, SheetFormat, Sought};
pub use stations::{ListedPlace, PlaceList};
pub use submit::{Comment, Handover, MAX_COMMENTS, MAX_FIELD_CHARS, Submitted};
pub use tasks::{TaskEntry, TaskState};
pub use templates::{Rules, TemplateKind, TemplateSource};
pub use totp::one_time_code;
pub use transfers::{Mark, TransferCommand, TransferLine, TransferList};
pub use triage::Triaged;
pub use turnout::Turnout;
pub use vault::Rotated;
pub use wechat::{Transcript, WechatAnswer, WechatMode, WechatSettings};
pub use worker::Background;
pub use workflow::{
    PlaceProgress, Progressed, Reminder, StepChange, Steps, Terms, WORKFLOW_FILE, Workflow,
};

/// What encoders are opened as: shared with blocking threads.
pub type SharedEncoder = Arc<dyn Encoder>;

/// Deliveries that may wait to be written: about half a second of the fastest intake.
const QUEUE: usize = 1_024;

/// The program at work on one data folder. Cheap to clone.
#[derive(Clone)]
pub struct App {
    config: Arc<Config>,
    store: Store,
    writer: Writer,
    catalogue: Arc<Catalogue>,
    encoder: Arc<OnceCell<SharedEncoder>>,
    /// Submissions taken in by this process.
    taken_in: Arc<AtomicUsize>,
    /// Followers who are being answered, by keyed hash.
    followers: Arc<wechat::Followers>,
    /// One sign-in is checked at a time.
    sign_ins: Arc<Semaphore>,
    wechat: Arc<wechat::Accounts>,
    desks: Arc<desk::Desks>,
    /// LibreOffice runs once at a time.
    offices: Arc<Semaphore>,
    library: Arc<library::Shelf>,
    shelf: Arc<publication::Shelf>,
    indexes: Arc<seek::Indexes>,
    turnout: Arc<turnout::Counted>,
    rules: Arc<templates::KnownRules>,
}

/// A consultation that was asked for, with the draft in force.
pub(crate) struct Chosen {
    pub(crate) id: ConsultationId,
    pub(crate) consultation: Consultation,
}

impl App {
    /// Opens the data folder, making it when it is not there.
    pub async fn open(config: Config) -> Result<Self, AppError> {
        let wechat = Arc::new(wechat::accounts(&config.wechat)?);
        std::fs::create_dir_all(&config.data)
            .map_err(|source| AppError::file(&config.data, source))?;
        let options = OpenOptions {
            identity_key: config.identity_key.clone(),
            key_file: Some(config.key_file()),
            ..OpenOptions::default()
        };
        let store = Store::open_with(&config.database_url(), options).await?;
        let options = WriterOptions {
            capacity: QUEUE,
            follow_up: Some((worker::TRIAGE, worker::TRIAGE_AFTER)),
        };
        Ok(Self {
            config: Arc::new(config),
            writer: Writer::start(store.clone(), options),
            store,
            catalogue: Arc::default(),
            encoder: Arc::default(),
            taken_in: Arc::default(),
            followers: Arc::default(),
            sign_ins: Arc::new(Semaphore::new(1)),
            offices: Arc::new(Semaphore::new(1)),
            wechat,
            desks: Arc::default(),
            library: Arc::default(),
            shelf: Arc::default(),
            indexes: Arc::default(),
            turnout: Arc::default(),
            rules: Arc::default(),
        })
    }

    /// Lets nothing more in, writes what was let in, and closes the database.
    pub async fn finish(&self) {
        self.writer.finish().await;
        self.store.close().await;
    }

    /// The encoder, opened when it is first needed.
    pub(crate) async fn encoder(&self) -> Result<SharedEncoder, AppError> {
        let open = async || {
            let config = Arc::clone(&self.config);
            tokio::task::spawn_blocking(move || config.open_encoder()).await?
        };
        Ok(Arc::clone(self.encoder.get_or_try_init(open).await?))
    }

    /// The consultation with this short name; without one, the only one there is.
    pub(crate) async fn choose(&self, slug: Option<&str>) -> Result<Chosen, AppError> {
        let mut all = self.store.consultations().await?;
        let names = || {
            all.iter()
                .map(|(_, c)| c.slug.clone())
                .collect::<Vec<_>>()
                .join("、")
        };
        let at = match slug {
            Some(slug) => all
                .iter()
                .position(|(_, c)| c.slug == slug)
                .ok_or_else(|| AppError::NoConsultation(slug.to_owned(), names()))?,
            None => match all.len() {
                0 => return Err(AppError::NoConsultations),
                1 => 0,
                _ => return Err(AppError::WhichConsultation(names())),
            },
        };
        let (id, consultation) = all.swap_remove(at);
        Ok(Chosen { id, consultation })
    }

    /// The latest version of a consultation's draft, read back.
    pub(crate) async fn draft(
        &self,
        chosen: &Chosen,
    ) -> Result<(caifeng_store::DraftId, Draft), AppError> {
        let stored = self.store.latest_draft(chosen.id).await?;
        let stored = stored.ok_or_else(|| AppError::NoDraft(chosen.consultation.slug.clone()))?;
        Ok((stored.id, caifeng_law::draft::parse(&stored.record.text)?))
    }
}
