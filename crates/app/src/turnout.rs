//! How many people take part in a consultation, counted twice a minute at most.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use caifeng_domain::ConsultationId;
use tokio::sync::Mutex;

use crate::{App, AppError, Listed};

/// For how long a count is shown. A hundred thousand submissions take 50 ms to count.
const FRESH: Duration = Duration::from_secs(30);

/// How many take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turnout {
    /// Submissions that stand.
    pub submissions: usize,
    /// Their senders, as far as they can be told apart.
    pub senders: usize,
}

/// What was counted, and when.
#[derive(Default)]
pub(crate) struct Counted(Mutex<HashMap<ConsultationId, (Instant, Turnout)>>);

impl App {
    /// How many take part in a consultation.
    pub async fn turnout(&self, listed: &Listed) -> Result<Turnout, AppError> {
        // Held while counting: many visitors at once count once.
        let mut known = self.turnout.0.lock().await;
        if let Some((at, counted)) = known.get(&listed.id)
            && at.elapsed() < FRESH
        {
            return Ok(*counted);
        }
        let (submissions, senders) = self.store.participation(listed.id).await?;
        let counted = Turnout {
            submissions,
            senders,
        };
        known.insert(listed.id, (Instant::now(), counted));
        drop(known);
        Ok(counted)
    }
}
