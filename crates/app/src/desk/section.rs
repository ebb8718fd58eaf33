//! The points of one provision together (意见包), as staff read them.

use std::collections::BTreeMap;

use caifeng_domain::{ArticleNo, Level, NodeId, Point, Scope, Stance};
use caifeng_report::Counts;

use super::{Desk, PointCard, Redline, Standing};
use crate::{AppError, Refusal, report::Material};

/// Where a point stands: general first, chapters before their articles, then what has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SectionPlace {
    /// The draft as a whole.
    General,
    /// A chapter or an article, by document order.
    Provision(NodeId),
    /// Articles that do not exist yet.
    NewArticle,
    /// The article is not known.
    Unassigned,
}

impl SectionPlace {
    /// Where a point of a consultation stands.
    pub(crate) fn of(material: &Material, point: &Point) -> Self {
        let units = || point.units.iter().map(|&place| material.unit(place));
        match point.scope {
            Scope::General => Self::General,
            Scope::NewArticle => Self::NewArticle,
            Scope::Chapter => {
                let chapter = most(units().filter_map(|unit| unit.chapter));
                chapter.map_or(Self::Unassigned, Self::Provision)
            }
            Scope::Article => {
                let first = units().filter_map(|unit| unit.links.first());
                let article = most(first.map(|link| link.article));
                let node = article.and_then(|article| material.draft.article(article));
                node.map_or(Self::Unassigned, Self::Provision)
            }
        }
    }

    /// How it is named in addresses: `general`, `n12`, `new`, `unassigned`.
    #[must_use]
    pub fn key(self) -> String {
        match self {
            Self::General => "general".to_owned(),
            Self::Provision(node) => format!("n{}", node.0),
            Self::NewArticle => "new".to_owned(),
            Self::Unassigned => "unassigned".to_owned(),
        }
    }

    /// What [`SectionPlace::key`] wrote.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Some(match key {
            "general" => Self::General,
            "new" => Self::NewArticle,
            "unassigned" => Self::Unassigned,
            node => Self::Provision(NodeId(node.strip_prefix('n')?.parse().ok()?)),
        })
    }
}

/// The most frequent value, the least of equals.
pub(crate) fn most<T: Ord>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let counts = counts.into_iter().rev();
    counts.max_by_key(|(_, n)| *n).map(|(value, _)| value)
}

/// Points on one page.
const POINTS_A_PAGE: usize = 60;

/// One provision's page.
#[derive(Debug, Clone)]
pub struct SectionPage {
    /// Where.
    pub place: SectionPlace,
    /// 第三条（适用范围）
    pub heading: String,
    /// The article, for one.
    pub article: Option<ArticleNo>,
    /// Its words with the changes asked for.
    pub redline: Option<Redline>,
    /// Of all points together; not their sum.
    pub counts: Counts,
    /// Points of this page in the order wished for.
    pub points: Vec<PointCard>,
    /// How many of all have been looked at.
    pub reviewed: usize,
    /// Number of this page, from 1, and of pages.
    pub page: (usize, usize),
    /// Neighbouring provisions that have points.
    pub before: Option<SectionPlace>,
    /// See `before`.
    pub after: Option<SectionPlace>,
}

/// In which order points are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sorted {
    /// Most senders first.
    #[default]
    Weight,
    /// Newest words first.
    Novelty,
    /// Those that nobody has looked at, the least certain first.
    Doubt,
}

impl Desk {
    /// A provision with a page of its points, counted from 1.
    pub fn section(
        &self,
        place: SectionPlace,
        sorted: Sorted,
        page: usize,
    ) -> Result<SectionPage, AppError> {
        let node = match place {
            SectionPlace::Provision(node) => Some(node),
            _ => None,
        };
        if node.is_some_and(|node| node.0 as usize >= self.material.draft.nodes.len()) {
            return Err(Refusal::UnknownSection.into());
        }
        let mut here: Vec<&Standing> = self
            .points
            .values()
            .filter(|s| s.section == place)
            .collect();
        self.sort(&mut here, sorted);
        let units = || here.iter().flat_map(|s| s.point.units.iter().copied());
        let article = node.filter(|&n| self.material.draft.node(n).level == Level::Article);
        let mut others: Vec<SectionPlace> = self.points.values().map(|s| s.section).collect();
        others.sort_unstable();
        others.dedup();
        let pages = here.len().div_ceil(POINTS_A_PAGE).max(1);
        let page = page.clamp(1, pages);
        let shown = here.iter().skip((page - 1) * POINTS_A_PAGE);
        Ok(SectionPage {
            page: (page, pages),
            place,
            heading: self.place_name(place),
            article: article.map(|node| self.material.draft.node(node).number),
            redline: article.map(|node| {
                let edits = units().filter(|&unit| self.counts(unit));
                let edits = edits.filter_map(|unit| self.material.unit(unit).edit.as_ref());
                Redline::new(&self.material.draft.full_text(node), edits)
            }),
            counts: self
                .material
                .counts(units().filter(|&u| self.counts(u)).map(|u| u.0)),
            reviewed: here.iter().filter(|s| self.is_reviewed(s)).count(),
            points: (shown.take(POINTS_A_PAGE)).map(|s| self.card(s)).collect(),
            before: others.iter().rev().find(|other| **other < place).copied(),
            after: others.iter().find(|other| **other > place).copied(),
        })
    }

    /// What a place is called.
    #[must_use]
    pub fn place_name(&self, place: SectionPlace) -> String {
        match place {
            SectionPlace::General => "总体意见".to_owned(),
            SectionPlace::NewArticle => "建议新增的条文".to_owned(),
            SectionPlace::Unassigned => "未能归条的意见".to_owned(),
            SectionPlace::Provision(node) => self.heading(node),
        }
    }

    /// Whether somebody found the point right, or decided what becomes of it.
    pub(crate) fn is_reviewed(&self, standing: &Standing) -> bool {
        let state = self.decided.points.get(&standing.point.id);
        state.is_some_and(|state| state.confirmed.is_some() || state.settled.is_some())
    }

    fn sort(&self, points: &mut [&Standing], sorted: Sorted) {
        let weight = |s: &Standing| (s.counts.senders, s.counts.texts, s.counts.submissions);
        let newest = |s: &Standing| s.point.units.last().map(|unit| unit.0);
        points.sort_by(|a, b| {
            let by_weight = weight(b).cmp(&weight(a));
            match sorted {
                Sorted::Weight => by_weight,
                Sorted::Novelty => newest(b).cmp(&newest(a)),
                Sorted::Doubt => (self.is_reviewed(a).cmp(&self.is_reviewed(b)))
                    .then_with(|| self.sureness(a).total_cmp(&self.sureness(b))),
            }
            .then(by_weight)
            .then(a.point.id.cmp(&b.point.id))
        });
    }

    /// Mean probability of the links of a point's units; 1 where none is needed.
    pub(crate) fn sureness(&self, standing: &Standing) -> f32 {
        self.material.confidence(&standing.point)
    }
}

/// Points for, against, and what else is said: read side by side.
#[must_use]
pub fn side(stance: Stance) -> &'static str {
    match stance {
        Stance::Support => "for",
        Stance::Oppose => "against",
        _ => "other",
    }
}
