//! A journal filled with invented submissions, many in one transaction, and none of them triaged.

use caifeng_domain::{Submission, Submitter};
use caifeng_store::Act;
use caifeng_text::segment::Segmenter;
use jiff::Timestamp;

use super::{DRAFT, SEED, generate::generate, samples};
use crate::{App, AppError};

/// Submissions in one transaction.
const BATCH: usize = 10_000;

impl App {
    /// Writes `n` invented submissions, each of a sender of its own, into a consultation that it
    /// makes. `done` hears how many there are.
    pub async fn fill(&self, slug: &str, n: usize, done: &dyn Fn(usize)) -> Result<(), AppError> {
        self.import_draft(slug, "draft.txt", DRAFT.as_bytes())
            .await?;
        let chosen = self.choose(Some(slug)).await?;
        let mut intake = self.store.intake(chosen.id, "fill");
        for first in (0..n).step_by(BATCH) {
            let last = n.min(first + BATCH);
            let invent = move || invent(first, last);
            let batch = tokio::task::spawn_blocking(invent).await??;
            let act = Act {
                actor: "bench",
                at: Timestamp::now(),
            };
            intake.accept(&act, &batch).await?;
            done(last);
        }
        Ok(())
    }
}

/// Those numbered from `first` to before `last`.
fn invent(first: usize, last: usize) -> Result<Vec<Submission>, AppError> {
    let draft = caifeng_law::draft::parse(DRAFT)?;
    let seed = SEED + first as u64;
    let generated = generate(last - first, seed, &draft, &samples()?, &Segmenter::new());
    let signed = |(number, submission): (usize, Submission)| Submission {
        external_id: Some(format!("{number:x}-{seed:x}")),
        submitter: Submitter {
            name: Some(format!("测试{number}")),
            phone: Some(format!("139{number:08}")),
            ..Submitter::default()
        },
        ..submission
    };
    Ok((first..).zip(generated.submissions).map(signed).collect())
}

#[cfg(test)]
mod tests {
    use crate::{App, Config, testing::config};

    #[tokio::test]
    async fn what_is_filled_in_is_received_and_put_off_where_it_is_too_much() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            triage_at_most: 29,
            ..config(folder.path())
        };
        let app = App::open(config).await.unwrap();
        app.fill("many", 30, &|_| ()).await.unwrap();
        app.fill("few", 29, &|_| ()).await.unwrap();
        for (slug, count, is_triaged) in [("many", 30, false), ("few", 29, true)] {
            assert_eq!(app.count_received(slug).await.unwrap(), count);
            let id = app.choose(Some(slug)).await.unwrap().id;
            app.ask_for_triage(id).await.unwrap();
            while app.work_once("w").await.unwrap() {}
            assert_eq!(app.background().await.unwrap().failed, 0);
            let run = app.store.run_in_force(id).await.unwrap();
            assert_eq!(run.is_some(), is_triaged, "{slug}");
        }
    }
}
