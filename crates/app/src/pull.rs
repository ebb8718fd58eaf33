//! What a platform of the level above reads: opinions and points as they go up in packages, in pages,
//! and what changed since a number that it remembers.
//!
//! Everything that is told has the number of its last change, given when somebody asks and something
//! has changed since it was last asked. What counts no more is told as gone, once.

use std::collections::{BTreeMap, HashSet};

use caifeng_channel::package::{PointLine, SubmissionLine};
use caifeng_domain::{Permission, PointId, SubmissionId};
use caifeng_store::{FeedEntry, FeedItem, Principal};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    App, AppError, Desk, Listed, Refusal, drafts::hex, exchange::Source, triage::versions,
};

/// Things in a page at most.
pub const PULL_PAGE: usize = 500;

/// One thing that changed, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// Number of its last change.
    pub change: u64,
    /// What it is called: the same each time.
    pub name: String,
    /// What is told of it.
    pub what: PulledThing,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PulledThing {
    /// What somebody said.
    Opinion(Box<SubmissionLine>),
    /// What many said.
    Point(Box<PointLine>),
    /// Something that counts no more, or is told of no more.
    Gone,
}

/// A page of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledPage {
    /// The changes, in order.
    pub items: Vec<Pulled>,
    /// The number to go on from.
    pub next: u64,
    /// Whether there is more.
    pub more: bool,
}

/// Everything that is told of a consultation.
struct Told {
    opinions: BTreeMap<SubmissionId, SubmissionLine>,
    points: BTreeMap<PointId, PointLine>,
}

impl App {
    /// What changed after change number `after` (0 for everything), at most `limit` things.
    pub async fn pull(
        &self,
        by: &Principal,
        slug: &str,
        after: u64,
        limit: usize,
    ) -> Result<PulledPage, AppError> {
        let listed = self.consultation_to(by, Permission::Pull, slug).await?;
        if by.reach.station.is_some() {
            return Err(Refusal::Forbidden.into());
        }
        let told = self.told(&listed, slug).await?;
        let limit = limit.clamp(1, PULL_PAGE);
        let mut entries = self.store.feed(listed.id, after, limit + 1).await?;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().map_or(after, |entry| entry.change);
        let items = entries.into_iter();
        Ok(PulledPage {
            items: items
                .filter_map(|entry| self.pulled(&told, entry))
                .collect(),
            next,
            more,
        })
    }

    /// Everything as it is now, after the feed was brought to it.
    async fn told(&self, listed: &Listed, slug: &str) -> Result<Told, AppError> {
        let (run, last) = self.store.desk_state(listed.id).await?;
        let run = run.ok_or_else(|| AppError::NotTriaged(slug.to_owned()))?;
        let withdrawn = self.store.withdrawn(listed.id).await?;
        let state = format!("{run} {last} {}", withdrawn.len());
        let told = self
            .lines(listed, slug, withdrawn.into_iter().collect())
            .await?;
        if self.store.feed_state(listed.id).await?.as_ref() != Some(&state) {
            let opinions = told.opinions.iter();
            let opinions = opinions.map(|(id, line)| item(&id.to_string(), line));
            let points = told.points.iter();
            let points = points.map(|(id, line)| item(&id.to_string(), line));
            let items: Vec<FeedItem> = opinions.chain(points).collect();
            self.store.update_feed(listed.id, &state, &items).await?;
        }
        Ok(told)
    }

    async fn lines(
        &self,
        listed: &Listed,
        slug: &str,
        withdrawn: HashSet<SubmissionId>,
    ) -> Result<Told, AppError> {
        let drafts = self.store.drafts(listed.id).await?;
        let spoken = self.store.package_drafts(listed.id).await?;
        let received = self.store.received(listed.id).await?;
        let desk = self.fresh_desk(listed.id, slug).await?;
        let held = desk.read_owned().await;
        let (store, consultation) = (self.store.clone(), listed.id);
        let dispositions = self.rules().await?.dispositions.clone();
        let build = move || {
            let desk: &Desk = held.as_ref()?;
            let versions = versions(&drafts, &desk.material.stored, &spoken);
            let source = Source {
                desk,
                store: &store,
                consultation,
                versions: &versions,
                withdrawn: &withdrawn,
                dispositions: &dispositions,
            };
            let (lines, _) = source.submissions(received);
            let ids = source.going();
            let points = source.points().into_iter();
            Some(Told {
                opinions: ids.into_iter().zip(lines).collect(),
                points: points
                    .filter_map(|line| Some((PointId::new(line.point)?, line)))
                    .collect(),
            })
        };
        let told = tokio::task::spawn_blocking(build).await?;
        told.ok_or_else(|| AppError::NotTriaged(slug.to_owned()))
    }

    fn pulled(&self, told: &Told, entry: FeedEntry) -> Option<Pulled> {
        // Of what was told of a moment ago and is not any more, the next change tells.
        let (name, what) = if let Ok(id) = entry.item.parse::<SubmissionId>() {
            let line = told.opinions.get(&id).filter(|_| !entry.is_gone);
            let what = line.map(|line| PulledThing::Opinion(Box::new(line.clone())));
            (self.store.package_reference(id), what)
        } else {
            let id: PointId = entry.item.parse().ok()?;
            let line = told.points.get(&id).filter(|_| !entry.is_gone);
            let what = line.map(|line| PulledThing::Point(Box::new(line.clone())));
            (entry.item, what)
        };
        Some(Pulled {
            change: entry.change,
            name,
            what: what.unwrap_or(PulledThing::Gone),
        })
    }
}

fn item(name: &str, line: &impl Serialize) -> FeedItem {
    let text = serde_json::json!(line).to_string();
    FeedItem {
        item: name.to_owned(),
        digest: hex(&Sha256::digest(text.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use caifeng_domain::{Role, Visibility};
    use caifeng_store::Principal;

    use super::{PulledPage, PulledThing};
    use crate::{App, AppError, Refusal, testing};

    const DRAFT: &str = "某条例（草案）\n第一条　步道向公众开放。\n第二条　遛犬应当束绳。\n";
    const ROWS: &str = "{\"id\":\"1\",\"text\":\"第二条的绳子应当写明长度，我叫王建国。\",\"phone\":\"13800000001\"}\n\
        {\"id\":\"2\",\"text\":\"第一条的步道夜里太黑，应当装灯。\"}\n";

    struct House {
        app: App,
        by: Principal,
        _folder: tempfile::TempDir,
    }

    impl House {
        async fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let app = App::open(testing::config(folder.path())).await.unwrap();
            app.create_consultation("c", "某条例（草案）", None, Visibility::Public, Vec::new())
                .await
                .unwrap();
            app.import_draft("c", "d.txt", DRAFT.as_bytes())
                .await
                .unwrap();
            Self {
                app,
                by: testing::somebody("省平台", Role::Observer),
                _folder: folder,
            }
        }

        async fn hears(&self, rows: &str) {
            let rows = rows.as_bytes().to_vec();
            self.app
                .import(Some("c"), "r.jsonl", rows, None, false)
                .await
                .unwrap();
            self.app.triage(Some("c"), Arc::new(())).await.unwrap();
        }

        async fn reads(&self, after: u64, limit: usize) -> PulledPage {
            self.app.pull(&self.by, "c", after, limit).await.unwrap()
        }
    }

    fn opinions(page: &PulledPage) -> usize {
        let is_one = |what: &PulledThing| matches!(what, PulledThing::Opinion(_));
        page.items.iter().filter(|item| is_one(&item.what)).count()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn pages_lead_through_everything_and_then_only_changes_are_told() {
        let house = House::new().await;
        let early = house.app.pull(&house.by, "c", 0, 9).await;
        assert!(matches!(early, Err(AppError::NotTriaged(_))));
        house.hears(ROWS).await;
        let all = house.reads(0, 500).await;
        assert!(!all.more);
        assert_eq!(opinions(&all), 2);
        let (mut after, mut seen) = (0, Vec::new());
        loop {
            let page = house.reads(after, 1).await;
            after = page.next;
            seen.extend(page.items);
            if !page.more {
                break;
            }
        }
        assert_eq!(seen, all.items);
        let text = format!("{seen:?}");
        assert!(text.contains("王某某") && !text.contains("建国") && !text.contains("13800000001"));
        assert!(house.reads(after, 9).await.items.is_empty());

        house
            .hears("{\"id\":\"3\",\"text\":\"第二条的绳子应当写明长度和粗细。\"}\n")
            .await;
        let news = house.reads(after, 500).await;
        assert_eq!(opinions(&news), 1, "{news:?}");
        let id = house.app.choose(Some("c")).await.unwrap().id;
        let journal = house.app.store.submissions(id).await.unwrap();
        let act = crate::consultations::cli();
        house.app.store.withdraw(&act, journal[0].id).await.unwrap();
        let gone = house.reads(news.next, 500).await;
        let name = house.app.store.package_reference(journal[0].id);
        let told = gone.items.iter().find(|item| item.name == name).unwrap();
        assert_eq!(told.what, PulledThing::Gone);
        assert!(house.reads(gone.next, 500).await.items.is_empty());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn only_whoever_may_pull_does() {
        let house = House::new().await;
        house.hears(ROWS).await;
        let mut confined = house.by.clone();
        confined.reach.station = caifeng_domain::StationId::new(1);
        let mut elsewhere = house.by.clone();
        elsewhere.reach.consultations =
            Some([caifeng_domain::ConsultationId::new(9).unwrap()].into());
        for by in [
            confined,
            elsewhere,
            testing::somebody("平台", Role::Platform),
        ] {
            let refused = house.app.pull(&by, "c", 0, 9).await;
            assert!(
                matches!(refused, Err(AppError::Refused(Refusal::Forbidden))),
                "{by:?}"
            );
        }
    }
}
