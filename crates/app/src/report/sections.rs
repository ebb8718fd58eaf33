//! Points in the order of the draft.

use std::collections::BTreeMap;

use caifeng_domain::{ArticleNo, Draft, Level, NodeId, Point, Scope};
use caifeng_report::{Section, SectionKind};

use super::{Material, points::article_name};

/// Where a section stands: general first, chapters before their articles, then what has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    General,
    /// A chapter or an article, by document order.
    Provision(NodeId),
    NewArticle,
    Unassigned,
}

pub(super) fn sections(material: &Material) -> Vec<Section> {
    let mut by_place: BTreeMap<Order, Vec<&Point>> = BTreeMap::new();
    for point in &material.record.points {
        by_place
            .entry(order(material, point))
            .or_default()
            .push(point);
    }
    by_place
        .into_iter()
        .map(|(order, points)| section(material, order, &points))
        .collect()
}

fn order(material: &Material, point: &Point) -> Order {
    match point.scope {
        Scope::General => Order::General,
        Scope::NewArticle => Order::NewArticle,
        Scope::Chapter => {
            let chapters = point.units.iter().filter_map(|&u| material.unit(u).chapter);
            most(chapters).map_or(Order::Unassigned, Order::Provision)
        }
        Scope::Article => {
            let first = point
                .units
                .iter()
                .filter_map(|&u| material.unit(u).links.first())
                .map(|l| l.article);
            let node = most(first).and_then(|a: ArticleNo| material.draft.article(a));
            node.map_or(Order::Unassigned, Order::Provision)
        }
    }
}

/// The most frequent value, the least of equals.
fn most<T: Ord>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts
        .into_iter()
        .rev()
        .max_by_key(|(_, n)| *n)
        .map(|(value, _)| value)
}

/// The chapter that a provision is or stands in.
fn chapter(draft: &Draft, id: NodeId) -> Option<String> {
    let within = std::iter::successors(Some(id), |&id| draft.node(id).parent);
    let node = (within.map(|id| draft.node(id))).find(|node| node.level == Level::Chapter)?;
    let title = node.title.as_deref().unwrap_or_default();
    Some(format!("{}{title}", node.label))
}

fn section(material: &Material, order: Order, points: &[&Point]) -> Section {
    let draft = &material.draft;
    let chapter = match order {
        Order::Provision(id) => chapter(draft, id),
        _ => None,
    };
    let (kind, heading, provision_text) = match order {
        Order::General => (SectionKind::General, "总体意见".to_owned(), None),
        Order::NewArticle => (SectionKind::NewArticle, "建议新增的条文".to_owned(), None),
        Order::Unassigned => (SectionKind::Unassigned, "未能归条的意见".to_owned(), None),
        Order::Provision(id) => {
            let node = draft.node(id);
            let title = node.title.as_deref();
            if draft.article_of(id) == Some(id) {
                let name = article_name(node.number);
                let heading = title.map_or_else(|| name.clone(), |t| format!("{name}（{t}）"));
                (SectionKind::Article, heading, Some(draft.full_text(id)))
            } else {
                (
                    SectionKind::Chapter,
                    format!("{} {}", node.label, title.unwrap_or_default()),
                    None,
                )
            }
        }
    };
    let mut entries: Vec<_> = points.iter().map(|p| material.point(p)).collect();
    entries.sort_by(|a, b| {
        let weight = |c: &caifeng_report::Counts| (c.senders, c.texts, c.submissions);
        weight(&b.counts)
            .cmp(&weight(&a.counts))
            .then(a.id.cmp(&b.id))
    });
    let submissions = points.iter().flat_map(|p| p.units.iter().map(|u| u.0));
    Section {
        kind,
        heading,
        chapter,
        provision_text,
        counts: material.counts(submissions),
        points: entries,
    }
}
