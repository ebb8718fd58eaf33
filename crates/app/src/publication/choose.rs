//! What staff choose before they release: what to leave out, what is no personal data after all, and
//! which law came of a point.

use caifeng_domain::{Permission, PointId};
use caifeng_store::{Act, Principal};
use jiff::Timestamp;

use super::{Candidate, Choices, Laws, point_of};
use crate::{App, AppError, LibraryRequest, Refusal};

/// Articles of the library looked at for one that was named.
const NAMED: usize = 1;

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A point does not become public.
    LeaveOut(PointId),
    /// Somebody's words, such as `S-12:30-96`, do not.
    LeaveAway(PointId, String),
    /// These words are no personal data, or may be public all the same.
    Clear(PointId, String),
    /// This article of a law came of a point: 某条例第三条
    Law(PointId, String),
}

impl Choice {
    fn item(&self) -> String {
        match self {
            Self::LeaveOut(point) => point.to_string(),
            Self::LeaveAway(point, key) => format!("{point} {key}"),
            Self::Clear(point, words) => format!("{point} clear {words}"),
            Self::Law(point, _) => format!("{point} law"),
        }
    }

    const fn point(&self) -> PointId {
        match self {
            Self::LeaveOut(point)
            | Self::LeaveAway(point, _)
            | Self::Clear(point, _)
            | Self::Law(point, _) => *point,
        }
    }

    /// Whether there is anything of the kind.
    fn fits(&self, candidate: &Candidate) -> bool {
        match self {
            Self::LeaveOut(_) => true,
            Self::LeaveAway(_, key) => candidate.offered.iter().any(|o| o.key == *key),
            Self::Clear(_, words) => candidate.flags.iter().any(|f| f.words == *words),
            Self::Law(..) => candidate.is_fruitful,
        }
    }
}

impl App {
    /// Chooses something for the next release, or takes the choice back.
    pub async fn choose_for_release(
        &self,
        by: &Principal,
        slug: &str,
        choice: Choice,
        stands: bool,
    ) -> Result<(), AppError> {
        let listed = self.whole_to(by, Permission::ReadReport, slug).await?;
        if !listed.allows(by, Permission::Review) && !listed.allows(by, Permission::Publish) {
            return Err(Refusal::Forbidden.into());
        }
        let id = listed.id;
        let candidate = self.candidate(&listed, choice.point()).await?;
        if !choice.fits(&candidate) {
            return Err(Refusal::UnknownUnit.into());
        }
        let value = match &choice {
            _ if !stands => String::new(),
            Choice::Law(_, name) => self.law_named(name).await?,
            _ => "chosen".to_owned(),
        };
        let act = Act {
            actor: &by.name,
            at: Timestamp::now(),
        };
        let item = choice.item();
        Ok(self
            .store
            .choose_for_release(&act, id, &item, &value)
            .await?)
    }

    /// Key and place of an article of the library: `KEY 12`.
    async fn law_named(&self, name: &str) -> Result<String, AppError> {
        let request = LibraryRequest {
            text: name.trim().to_owned(),
            validity: Some("all".to_owned()),
            limit: NAMED,
        };
        let found = self.search_library(request).await?;
        let exact = found.hits.into_iter().find(|hit| hit.is_exact);
        let unknown = || {
            let message = format!("法律库里没有“{name}”。请写明法律名称和条号，如 某某条例第三条");
            AppError::Argument(message)
        };
        let hit = exact.ok_or_else(unknown)?;
        Ok(format!("{} {}", hit.law.key, hit.article.place))
    }

    /// The articles that staff named as what came of points.
    pub(super) async fn chosen_laws(&self, choices: &Choices) -> Result<Laws, AppError> {
        let mut laws = Laws::new();
        for (item, (value, _)) in choices {
            if !item.ends_with(" law") {
                continue;
            }
            let place = value.rsplit_once(' ');
            let (Some(point), Some((key, place))) = (point_of(item), place) else {
                continue;
            };
            let (Ok(key), Ok(place)) = (key.parse::<caifeng_domain::LawKey>(), place.parse())
            else {
                continue;
            };
            let library = self.library().await?;
            let law = library.law(key.as_str()).map(|law| law.title.clone());
            // Gone only when the library was replaced since.
            if let (Some(law), Some(article)) = (law, self.store.law_article_at(&key, place).await?)
            {
                laws.insert(point, (law, article));
            }
        }
        Ok(laws)
    }
}
