//! Group commit: single deliveries share a transaction, so that they share its flush to disk.
//!
//! One task writes. It takes what waits in a bounded queue, writes it in one transaction, and
//! answers each delivery when all of it is on disk. While it writes, the next group gathers: the
//! busier it is, the larger the groups, and nobody waits for a group to fill.

mod health;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use caifeng_domain::{CollectorId, ConsultationId, Submission};
use jiff::Timestamp;
use tokio::{
    sync::{Mutex, Notify, mpsc, oneshot},
    task::JoinHandle,
};

use self::health::Health;
pub use self::health::{STALLED, WriterState};
use crate::{
    Accepted, Act, Arrival, Store, StoreError, job,
    journal::{Incoming, Together, contains_nul},
};

/// What one sender or platform hands over at once. It goes in as a whole or not at all.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Where to.
    pub consultation: ConsultationId,
    /// Name of the source, within which `external_id` of a submission is unique.
    pub source: String,
    /// Who hands it over, for the audit trail.
    pub actor: String,
    /// When it was received.
    pub at: Timestamp,
    /// Version of the consent text that the sender saw.
    pub consent: Option<String>,
    /// Who wrote it down for the sender.
    pub collector: Option<CollectorId>,
    /// The words. Each has an `external_id`: a second delivery with it is known again.
    pub submissions: Vec<Submission>,
    /// Whether they are all new or all known: where one of them, or their number, has changed since
    /// they came first, all of them are [`Arrival::Changed`] or known, and none is written.
    pub whole: bool,
}

/// How a writer works.
#[derive(Debug, Clone, Copy)]
pub struct WriterOptions {
    /// Deliveries that may wait. One more is refused at once.
    pub capacity: usize,
    /// The kind of job that new submissions call for, with `C-42` as its payload, and how long after
    /// them: those of a burst share one.
    pub follow_up: Option<(&'static str, Duration)>,
}

/// Deliveries in one transaction: enough to share the flush, few enough to be written in a few
/// tens of milliseconds.
const GROUP: usize = 256;

type Answer = Result<Vec<Accepted>, StoreError>;

struct Order {
    delivery: Delivery,
    reply: oneshot::Sender<Answer>,
}

/// The way into the journal for single deliveries. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Order>,
    stop: Arc<Notify>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
    health: Arc<Health>,
    store: Store,
}

impl Writer {
    /// Starts the task that writes. It ends when the last clone is dropped, or by
    /// [`Writer::finish`].
    #[must_use]
    pub fn start(store: Store, options: WriterOptions) -> Self {
        let (queue, mut inbox) = mpsc::channel(options.capacity);
        let stop = Arc::new(Notify::new());
        let stopped = Arc::clone(&stop);
        let health = Arc::new(Health::default());
        let (writes, watch) = (store.clone(), Arc::clone(&health));
        let task = tokio::spawn(async move {
            let mut group = Vec::with_capacity(GROUP);
            loop {
                tokio::select! {
                    () = stopped.notified() => inbox.close(),
                    taken = inbox.recv_many(&mut group, GROUP) => {
                        if taken == 0 {
                            break;
                        }
                        watch.begin();
                        let is_written = answer(&writes, options.follow_up, &mut group).await;
                        watch.end(is_written);
                    }
                }
            }
        });
        Self {
            queue,
            stop,
            task: Arc::new(Mutex::new(Some(task))),
            health,
            store,
        }
    }

    /// Writes a delivery together with whatever else waits. When this returns, it is on disk. A
    /// caller that stops waiting does not take it back.
    pub async fn accept(&self, delivery: Delivery) -> Answer {
        if let Some(row) = delivery.submissions.iter().position(contains_nul) {
            // Found out here, so that nobody else's delivery fails with it.
            return Err(StoreError::NulCharacter { row });
        }
        let (reply, answer) = oneshot::channel();
        self.queue
            .try_send(Order { delivery, reply })
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
                mpsc::error::TrySendError::Closed(_) => StoreError::Stopped,
            })?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    /// Deliveries that wait now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Lets nothing more in and waits until everything that was let in is written and answered.
    pub async fn finish(&self) {
        self.stop.notify_one();
        if let Some(task) = self.task.lock().await.take() {
            // The task does not panic; if it did, there would be nothing left to wait for.
            let _ = task.await;
        }
    }
}

/// Writes a group and answers its members. Whether it could be written.
async fn answer(
    store: &Store,
    follow_up: Option<(&'static str, Duration)>,
    group: &mut Vec<Order>,
) -> bool {
    let orders = std::mem::take(group);
    let deliveries: Vec<&Delivery> = orders.iter().map(|order| &order.delivery).collect();
    match store.accept_group(&deliveries, follow_up).await {
        Ok(accepted) => {
            for (order, accepted) in orders.into_iter().zip(accepted) {
                // Whoever has gone asks again with the same number, or does without.
                let _ = order.reply.send(Ok(accepted));
            }
            true
        }
        Err(error) => {
            let error = Arc::new(error);
            for order in orders {
                let _ = order.reply.send(Err(StoreError::Batch(Arc::clone(&error))));
            }
            false
        }
    }
}

impl Store {
    /// Those of a delivery that came before just as they are now, in its order. Writes nothing.
    pub async fn recall(&self, delivery: &Delivery) -> Result<Vec<Option<Accepted>>, StoreError> {
        let batch: Vec<Incoming<'_>> = incoming(delivery, 0).collect();
        let mut intake = self.intake(delivery.consultation, &delivery.source);
        intake.recall(&batch).await
    }

    /// Writes deliveries in one transaction. One list of answers a delivery, in order.
    pub(crate) async fn accept_group(
        &self,
        deliveries: &[&Delivery],
        follow_up: Option<(&'static str, Duration)>,
    ) -> Result<Vec<Vec<Accepted>>, StoreError> {
        // What has consultation, source and actor in common is written by common statements.
        let mut alike: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (i, delivery) in deliveries.iter().enumerate() {
            let key = (delivery.consultation, &*delivery.source, &*delivery.actor);
            alike.entry(key).or_default().push(i);
        }
        let mut answers = vec![Vec::new(); deliveries.len()];
        let mut write = self.write().await?;
        for ((consultation, source, actor), members) in alike {
            let mut batch: Vec<Incoming<'_>> = Vec::new();
            for &i in &members {
                batch.extend(incoming(deliveries[i], batch.len()));
            }
            let at = batch.iter().map(|incoming| incoming.at).max();
            let Some(at) = at else { continue };
            let mut intake = self.intake(consultation, source);
            let act = Act { actor, at };
            let mut accepted = intake.accept_in(&mut write, &act, &batch).await?;
            let is_new = accepted.iter().any(|one| one.arrival == Arrival::New);
            if let (true, Some((kind, after))) = (is_new, follow_up) {
                let payload = consultation.to_string();
                job::enqueue_once(&mut write, kind, &payload, at, at + after).await?;
            }
            for i in members {
                let rest = accepted.split_off(deliveries[i].submissions.len());
                answers[i] = std::mem::replace(&mut accepted, rest);
            }
        }
        write.commit().await?;
        Ok(answers)
    }
}

/// `first`: how many stand before them in the batch.
fn incoming(delivery: &Delivery, first: usize) -> impl Iterator<Item = Incoming<'_>> {
    let count = delivery.submissions.len();
    delivery.submissions.iter().map(move |submission| Incoming {
        submission,
        at: delivery.at,
        consent: delivery.consent.as_deref(),
        collector: delivery.collector,
        together: delivery.whole.then_some(Together { first, count }),
    })
}

#[cfg(test)]
mod tests;
