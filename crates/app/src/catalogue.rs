//! The consultations and their drafts, read once a second at most instead of for every visitor.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use caifeng_domain::{Consultation, ConsultationId, Draft, Standing, Visibility};
use caifeng_store::{DraftId, Store};
use jiff::{
    Timestamp,
    tz::{TimeZone, offset},
};
use tokio::sync::Mutex;

use crate::{App, AppError};

/// For how long what was read is taken for true. What another process changes shows after this.
const FRESH: Duration = Duration::from_secs(1);

/// A consultation as visitors meet it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its number.
    pub id: ConsultationId,
    /// What it is.
    pub consultation: Consultation,
    /// The latest version of its draft.
    pub draft: Option<Arc<Draft>>,
    /// Whether there is a draft that cannot be read. Opinions are taken all the same.
    pub is_unreadable: bool,
    pub(crate) version: Option<DraftId>,
}

impl Listed {
    /// Where it stands today, by the calendar in China.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        self.consultation
            .standing(&today(now), now.as_microsecond())
    }

    /// Whether everybody may know of it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.consultation.visibility == Visibility::Public
    }
}

/// The day in China, `YYYY-MM-DD`.
pub(crate) fn today(now: Timestamp) -> String {
    let china = TimeZone::fixed(offset(8));
    now.to_zoned(china).strftime("%Y-%m-%d").to_string()
}

/// What was read last, and when.
#[derive(Default)]
pub(crate) struct Catalogue(Mutex<Option<(Instant, Arc<Vec<Listed>>)>>);

impl Catalogue {
    async fn current(&self, store: &Store) -> Result<Arc<Vec<Listed>>, AppError> {
        let mut held = self.0.lock().await;
        let before = match &*held {
            Some((read_at, all)) if read_at.elapsed() < FRESH => return Ok(Arc::clone(all)),
            Some((_, all)) => Arc::clone(all),
            None => Arc::default(),
        };
        let all = Arc::new(read(store, &before).await?);
        *held = Some((Instant::now(), Arc::clone(&all)));
        Ok(all)
    }

    /// Makes the next visitor read again.
    pub(crate) async fn forget(&self) {
        *self.0.lock().await = None;
    }
}

async fn read(store: &Store, before: &[Listed]) -> Result<Vec<Listed>, AppError> {
    let versions = store.latest_drafts().await?;
    let parsed: HashMap<DraftId, Option<Arc<Draft>>> = before
        .iter()
        .filter_map(|listed| Some((listed.version?, listed.draft.clone())))
        .collect();
    let mut all = Vec::new();
    for (id, consultation) in store.consultations().await? {
        let version = versions.get(&id).copied();
        let draft = match version {
            None => None,
            Some(version) => match parsed.get(&version) {
                Some(draft) => draft.clone(),
                None => load(store, id).await?,
            },
        };
        all.push(Listed {
            id,
            consultation,
            is_unreadable: version.is_some() && draft.is_none(),
            draft,
            version,
        });
    }
    Ok(all)
}

/// None where the draft cannot be read: that concerns its own consultation and no other.
async fn load(store: &Store, id: ConsultationId) -> Result<Option<Arc<Draft>>, AppError> {
    let Some(stored) = store.latest_draft(id).await? else {
        return Ok(None);
    };
    let parse = move || caifeng_law::draft::parse(&stored.record.text);
    let parsed = tokio::task::spawn_blocking(parse).await?;
    let noted = parsed.inspect_err(|error| {
        tracing::error!(consultation = %id, ?error, "a draft cannot be read");
    });
    Ok(noted.ok().map(Arc::new))
}

impl App {
    /// Every consultation, for contact points only ones too.
    pub async fn consultations(&self) -> Result<Arc<Vec<Listed>>, AppError> {
        self.catalogue.current(&self.store).await
    }

    /// The consultation with this short name, if it is public or `restricted` ones may be known.
    /// To everybody else a restricted one does not exist.
    pub async fn consultation(&self, slug: &str, restricted: bool) -> Result<Listed, AppError> {
        let all = self.consultations().await?;
        all.iter()
            .find(|listed| listed.consultation.slug == slug)
            .filter(|listed| restricted || listed.is_public())
            .cloned()
            .ok_or_else(|| AppError::UnknownConsultation(slug.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use caifeng_domain::Visibility;
    use caifeng_store::DraftRecord;

    use crate::{App, Config, Overrides, consultations::cli};

    #[tokio::test]
    async fn a_draft_that_cannot_be_read_concerns_its_own_consultation_only() {
        let folder = tempfile::tempdir().unwrap();
        let said = Overrides {
            data: Some(folder.path().to_owned()),
            ..Overrides::default()
        };
        let app = App::open(Config::load(said, None).unwrap()).await.unwrap();
        for slug in ["good", "bad"] {
            app.create_consultation(slug, slug, None, Visibility::Public, Vec::new())
                .await
                .unwrap();
        }
        app.import_draft("good", "d.txt", "某条例\n第一条　甲。\n".as_bytes())
            .await
            .unwrap();
        let (bad, _) = app.store.consultation("bad").await.unwrap().unwrap();
        let record = DraftRecord {
            version: "第1稿".into(),
            file_name: "d.txt".into(),
            source_sha256: "x".into(),
            text: "这不是草案".into(),
        };
        app.store.add_draft(&cli(), bad, &record).await.unwrap();
        app.catalogue.forget().await;
        let all = app.consultations().await.unwrap();
        let states: Vec<_> = all
            .iter()
            .map(|listed| (listed.draft.is_some(), listed.is_unreadable))
            .collect();
        assert_eq!(states, [(true, false), (false, true)]);
        assert_eq!(app.background().await.unwrap().unreadable_drafts, 1);
    }
}
