//! Points in the order of the draft.

use std::collections::BTreeMap;

use caifeng_domain::{Draft, Level, NodeId, Point, Stance};
use caifeng_report::{Section, SectionKind};

use super::{Material, Reported, points::article_name};
use crate::SectionPlace;

/// 文字性意见 come last, provision by provision like the rest.
pub(super) fn sections(material: &Material, points: &[Reported]) -> Vec<Section> {
    let mut by_place: BTreeMap<(bool, SectionPlace), Vec<&Point>> = BTreeMap::new();
    for reported in points {
        let place = (reported.is_editorial, reported.place);
        by_place.entry(place).or_default().push(&reported.point);
    }
    by_place
        .into_iter()
        .map(|((is_editorial, place), points)| {
            let section = section(material, place, &points);
            if !is_editorial {
                return section;
            }
            Section {
                kind: SectionKind::Wording,
                chapter: None,
                ..section
            }
        })
        .collect()
}

/// 第三条（适用范围）, 第二章 管理
pub(crate) fn heading(draft: &Draft, id: NodeId) -> String {
    let node = draft.node(id);
    let title = node.title.as_deref();
    if draft.article_of(id) == Some(id) {
        let name = article_name(node.number);
        title.map_or_else(|| name.clone(), |t| format!("{name}（{t}）"))
    } else {
        format!("{} {}", node.label, title.unwrap_or_default())
    }
}

/// The chapter that a provision is or stands in.
fn chapter(draft: &Draft, id: NodeId) -> Option<String> {
    let within = std::iter::successors(Some(id), |&id| draft.node(id).parent);
    let node = (within.map(|id| draft.node(id))).find(|node| node.level == Level::Chapter)?;
    let title = node.title.as_deref().unwrap_or_default();
    Some(format!("{}{title}", node.label))
}

fn section(material: &Material, place: SectionPlace, points: &[&Point]) -> Section {
    let draft = &material.draft;
    let chapter = match place {
        SectionPlace::Provision(id) => chapter(draft, id),
        _ => None,
    };
    let (kind, heading, provision_text) = match place {
        SectionPlace::General => (SectionKind::General, "总体意见".to_owned(), None),
        SectionPlace::NewArticle => (SectionKind::NewArticle, "建议新增的条文".to_owned(), None),
        SectionPlace::Unassigned => (SectionKind::Unassigned, "未能归条的意见".to_owned(), None),
        SectionPlace::Provision(id) if draft.article_of(id) == Some(id) => {
            let text = Some(draft.full_text(id));
            (SectionKind::Article, heading(draft, id), text)
        }
        SectionPlace::Provision(id) => (SectionKind::Chapter, heading(draft, id), None),
    };
    let mut entries: Vec<_> = points.iter().map(|p| material.point(p)).collect();
    entries.sort_by(|a, b| {
        let weight = |c: &caifeng_report::Counts| (c.senders, c.texts, c.submissions);
        // Of the same weight, what would change words of the draft comes before what likes them.
        weight(&b.counts)
            .cmp(&weight(&a.counts))
            .then(a.edits.is_empty().cmp(&b.edits.is_empty()))
            .then((a.stance == Stance::Support).cmp(&(b.stance == Stance::Support)))
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
