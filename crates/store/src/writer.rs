//! Group commit: single deliveries, and turns of conversations, share a transaction, so that they
//! share its flush to disk.
//!
//! One task writes. It takes what waits in a bounded queue, writes it in one transaction, and
//! answers each order when all of it is on disk. While it writes, the next group gathers: the
//! busier it is, the larger the groups, and nobody waits for a group to fill.

mod fold;
mod health;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use caifeng_domain::{CollectorId, ConsultationId, Submission};
use jiff::Timestamp;
use tokio::{
    sync::{Mutex, Notify, mpsc, oneshot},
    task::{JoinHandle, JoinSet},
};

use self::health::Health;
pub use self::health::{STALLED, WriterState};
use crate::{
    Accepted, Act, Arrival, Receipt, Saved, Store, StoreError, TurnRecord,
    db::Write,
    job,
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
    /// Of those that answer a key question, by place in `submissions`: its number.
    pub answers: BTreeMap<usize, u32>,
    /// Of those whose senders hold a receipt already, by place in `submissions`: that receipt. It is
    /// kept but where another submission has it.
    pub receipts: BTreeMap<usize, Receipt>,
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

/// What is to be written, and who waits for it.
enum Order {
    Delivery(Delivery, oneshot::Sender<Answer>),
    Turn(TurnRecord, oneshot::Sender<Result<Saved, StoreError>>),
}

/// The way into the journal for single deliveries. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Order>,
    stop: Arc<Notify>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
    /// What keeps the log short. Ends with the last clone.
    folding: Arc<Mutex<JoinSet<()>>>,
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
        let mut folding = JoinSet::new();
        folding.spawn(fold::keep_short(store.clone()));
        Self {
            queue,
            stop,
            task: Arc::new(Mutex::new(Some(task))),
            folding: Arc::new(Mutex::new(folding)),
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
        self.order(|reply| Order::Delivery(delivery, reply)).await
    }

    /// Writes a turn of a conversation down, likewise.
    pub async fn save_turn(&self, turn: TurnRecord) -> Result<Saved, StoreError> {
        self.order(|reply| Order::Turn(turn, reply)).await
    }

    /// Hands an order to the task and waits for its answer.
    async fn order<T>(
        &self,
        order: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Order,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue
            .try_send(order(reply))
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
                mpsc::error::TrySendError::Closed(_) => StoreError::Stopped,
            })?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    /// Deliveries and turns that wait now.
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
        self.folding.lock().await.shutdown().await;
    }
}

/// Writes a group and answers its members. Whether it could be written.
async fn answer(
    store: &Store,
    follow_up: Option<(&'static str, Duration)>,
    group: &mut Vec<Order>,
) -> bool {
    let (mut deliveries, mut turns) = (Vec::new(), Vec::new());
    let (mut senders, mut followers) = (Vec::new(), Vec::new());
    for order in group.drain(..) {
        match order {
            Order::Delivery(delivery, reply) => {
                deliveries.push(delivery);
                senders.push(reply);
            }
            Order::Turn(turn, reply) => {
                turns.push(turn);
                followers.push(reply);
            }
        }
    }
    let written = store.write_group(&deliveries, &turns, follow_up).await;
    let is_written = written.is_ok();
    let (accepted, saved) = shared(written);
    reply_all(senders, accepted);
    reply_all(followers, saved);
    is_written
}

type Shared<T> = Result<Vec<T>, Arc<StoreError>>;

/// A failure meets everybody in the group.
fn shared<A, B>(written: Result<(Vec<A>, Vec<B>), StoreError>) -> (Shared<A>, Shared<B>) {
    match written {
        Ok((first, second)) => (Ok(first), Ok(second)),
        Err(error) => {
            let error = Arc::new(error);
            (Err(Arc::clone(&error)), Err(error))
        }
    }
}

fn reply_all<T>(waiting: Vec<oneshot::Sender<Result<T, StoreError>>>, answers: Shared<T>) {
    match answers {
        Ok(answers) => {
            for (reply, answer) in waiting.into_iter().zip(answers) {
                // Whoever has gone asks again with the same number, or does without.
                let _ = reply.send(Ok(answer));
            }
        }
        Err(error) => {
            for reply in waiting {
                let _ = reply.send(Err(StoreError::Batch(Arc::clone(&error))));
            }
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

    /// Writes deliveries and turns in one transaction. One answer each, in order.
    pub(crate) async fn write_group(
        &self,
        deliveries: &[Delivery],
        turns: &[TurnRecord],
        follow_up: Option<(&'static str, Duration)>,
    ) -> Result<(Vec<Vec<Accepted>>, Vec<Saved>), StoreError> {
        let mut write = self.write().await?;
        // In this order in every process, so that no two wait for each other.
        let accepted = self.accept_group(&mut write, deliveries, follow_up).await?;
        let saved = self.save_turns(&mut write, turns).await?;
        write.commit().await?;
        Ok((accepted, saved))
    }

    async fn accept_group(
        &self,
        write: &mut Write<'_>,
        deliveries: &[Delivery],
        follow_up: Option<(&'static str, Duration)>,
    ) -> Result<Vec<Vec<Accepted>>, StoreError> {
        // What has consultation, source and actor in common is written by common statements.
        let mut alike: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (i, delivery) in deliveries.iter().enumerate() {
            let key = (delivery.consultation, &*delivery.source, &*delivery.actor);
            alike.entry(key).or_default().push(i);
        }
        let mut answers = vec![Vec::new(); deliveries.len()];
        for ((consultation, source, actor), members) in alike {
            let mut batch: Vec<Incoming<'_>> = Vec::new();
            for &i in &members {
                batch.extend(incoming(&deliveries[i], batch.len()));
            }
            let at = batch.iter().map(|incoming| incoming.at).max();
            let Some(at) = at else { continue };
            let mut intake = self.intake(consultation, source);
            let act = Act { actor, at };
            let mut accepted = intake.accept_in(write, &act, &batch).await?;
            let is_new = accepted.iter().any(|one| one.arrival == Arrival::New);
            if let (true, Some((kind, after))) = (is_new, follow_up) {
                let payload = consultation.to_string();
                job::enqueue_once(write, kind, &payload, at, at + after).await?;
            }
            for i in members {
                let rest = accepted.split_off(deliveries[i].submissions.len());
                answers[i] = std::mem::replace(&mut accepted, rest);
            }
        }
        Ok(answers)
    }
}

/// `first`: how many stand before them in the batch.
fn incoming(delivery: &Delivery, first: usize) -> impl Iterator<Item = Incoming<'_>> {
    let count = delivery.submissions.len();
    let numbered = delivery.submissions.iter().enumerate();
    numbered.map(move |(i, submission)| Incoming {
        submission,
        at: delivery.at,
        consent: delivery.consent.as_deref(),
        collector: delivery.collector,
        question: delivery.answers.get(&i).copied(),
        receipt: delivery.receipts.get(&i),
        together: delivery.whole.then_some(Together { first, count }),
        foreign: None,
    })
}

#[cfg(test)]
mod tests;
