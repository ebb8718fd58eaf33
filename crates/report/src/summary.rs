//! 意见建议汇总表: its rows, as every format shows them.

use std::borrow::Cow;

use crate::{Counts, PointEntry, Report, Section, words};

/// One point in the table.
pub(crate) struct Row<'r> {
    /// 序号, from 1.
    pub(crate) number: usize,
    /// The point itself.
    pub(crate) point: &'r PointEntry,
    /// The part of the table: a chapter, or what stands before and after all of them.
    pub(crate) part: &'r str,
    /// 条款.
    pub(crate) provision: Cow<'r, str>,
    /// 草案原文.
    pub(crate) draft: &'r str,
    /// Whether it is the first of its provision.
    pub(crate) first: bool,
    /// 修改意见: staff's words, or those of senders in quotation marks; then what they would change.
    pub(crate) opinion: String,
    /// 理由.
    pub(crate) reason: &'r str,
    /// 提出人类别.
    pub(crate) identities: String,
    /// 渠道和来源.
    pub(crate) origin: String,
    /// 人数、件数、文本数.
    pub(crate) counts: Counts,
    /// 采纳情况.
    pub(crate) disposition: &'r str,
    /// Its reason.
    pub(crate) disposition_reason: &'r str,
}

/// Every point of the report in its order.
pub(crate) fn rows(report: &Report) -> impl Iterator<Item = Row<'_>> {
    let points = report
        .sections
        .iter()
        .flat_map(|s| s.points.iter().enumerate().map(move |(i, p)| (s, i, p)));
    (1..)
        .zip(points)
        .map(|(number, (section, at, point))| row(number, section, at == 0, point))
}

fn row<'r>(number: usize, section: &'r Section, first: bool, point: &'r PointEntry) -> Row<'r> {
    let origin = [
        words::tallies(&point.channels),
        words::tallies(&point.stations),
    ];
    let disposition = point.disposition.as_ref();
    Row {
        number,
        point,
        part: section.part(),
        provision: section.name(),
        draft: section.provision_text.as_deref().unwrap_or_default(),
        first,
        opinion: opinion(point),
        reason: point.reason.as_deref().unwrap_or_default(),
        identities: words::tallies(&point.identities),
        origin: origin.join("\n").trim().to_owned(),
        counts: point.counts,
        disposition: disposition.map_or("", |d| &d.word),
        disposition_reason: disposition.map_or("", |d| d.reason.as_deref().unwrap_or_default()),
    }
}

/// `【建议修改】`, the point, the changes that it asks for, and what individuals added.
fn opinion(point: &PointEntry) -> String {
    let stance = words::stance(point.stance);
    let mut parts = vec![format!("【{stance}】{}", words::point(point))];
    parts.extend(words::edits(point));
    let added = point.additions.iter();
    parts.extend(added.map(|q| {
        format!(
            "个人补充：{}（{}）",
            words::quoted(&q.text),
            words::origin(q)
        )
    }));
    parts.join("\n")
}
