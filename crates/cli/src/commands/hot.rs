//! `caifeng hot`: the bundles of the articles most spoken of.

use anyhow::Result;
use caifeng_app::{
    Config,
    reports::{Counts, PointEntry, Report, Section, SectionKind},
};
use caifeng_domain::Named;

use super::triage::ledger;
use crate::{args::Hot, output::line};

/// Points shown for an article.
const POINTS: usize = 4;

pub(crate) async fn run(hot: Hot, config: Config) -> Result<()> {
    let report = super::open(config)
        .await?
        .report(hot.selected.consultation.as_deref())
        .await?;
    show(&report, hot.articles);
    Ok(())
}

fn show(report: &Report, articles: usize) {
    line(&report.title);
    line(ledger(&report.ledger));
    if let Some(note) = &report.encoder_note {
        line(format!("注意：{note}"));
    }
    let mut sections: Vec<&Section> = report
        .sections
        .iter()
        .filter(|s| s.kind == SectionKind::Article)
        .collect();
    sections.sort_by_key(|s| std::cmp::Reverse(s.counts.submissions));
    for section in sections.into_iter().take(articles) {
        line(format!("\n{}  {}", section.heading, counts(section.counts)));
        if let Some(text) = &section.provision_text {
            line(format!("  草案：{}", shorten(text, 70)));
        }
        for point in section.points.iter().take(POINTS) {
            show_point(point);
        }
        if section.points.len() > POINTS {
            line(format!("  ……另有 {} 个观点", section.points.len() - POINTS));
        }
    }
    line("\n机器归纳，供人工审核");
}

fn show_point(point: &PointEntry) {
    line(format!(
        "  · [{}] {}",
        point.stance.chinese(),
        shorten(&point.label, 80)
    ));
    line(format!(
        "      {}；{}；可信度 {:.0}%",
        counts(point.counts),
        point.evidence,
        point.confidence * 100.0
    ));
    for edit in point.edits.iter().take(2) {
        let quoted =
            |words: &Option<String>| words.as_ref().map(|w| format!("“{}”", shorten(w, 40)));
        let change = match (quoted(&edit.from), quoted(&edit.to)) {
            (Some(from), Some(to)) => format!("{from} → {to}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => continue,
        };
        line(format!(
            "      {}{} {change}（{} 件）",
            edit.op.chinese(),
            edit.target,
            edit.count
        ));
    }
}

fn counts(counts: Counts) -> String {
    format!(
        "{} 件 / {} 人 / {} 种文本",
        counts.submissions, counts.senders, counts.texts
    )
}

fn shorten(text: &str, most: usize) -> String {
    let flat = text.replace('\n', " ");
    let mut short: String = flat.chars().take(most).collect();
    if short.len() < flat.len() {
        short.push('…');
    }
    short
}
