//! The use cases, one file each: what the command line and the server ask for.
//!
//! **Invariant.** Nothing here prints, and nothing blocks an async thread: triage, the model, the
//! index and the writing of reports run on threads of their own.

mod bench;
mod cache;
mod config;
mod drafts;
mod error;
mod eval;
mod find;
mod intake;
mod report;
mod triage;

use std::sync::Arc;

use caifeng_domain::{Consultation, ConsultationId, Draft};
use caifeng_encode::Encoder;
use caifeng_store::Store;

pub use bench::{BenchResult, bench};
pub use caifeng_encode::{install, model::ModelInfo};
pub use caifeng_report as reports;
pub use caifeng_triage::{Models, Progress, Stage};
pub use config::{Config, Overrides};
pub use drafts::{Comparison, DraftImported, change_name};
pub use error::AppError;
pub use eval::eval;
pub use find::{Found, SearchRequest};
pub use intake::Imported;
pub use triage::Triaged;

/// What encoders are opened as: shared with blocking threads.
pub type SharedEncoder = Arc<dyn Encoder>;

/// The program at work on one data folder.
#[derive(Clone)]
pub struct App {
    config: Arc<Config>,
    store: Store,
}

/// A consultation that was asked for, with the draft in force.
pub(crate) struct Chosen {
    pub(crate) id: ConsultationId,
    pub(crate) consultation: Consultation,
}

impl App {
    /// Opens the data folder, making it when it is not there.
    pub async fn open(config: Config) -> Result<Self, AppError> {
        std::fs::create_dir_all(&config.data)
            .map_err(|source| AppError::file(&config.data, source))?;
        let store = Store::open(&config.database_url()).await?;
        Ok(Self {
            config: Arc::new(config),
            store,
        })
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
