//! The report for reading.
//!
//! Order: the account, what is hottest, then section by section in the order of the report. Within
//! a point, what individual senders added to a form letter comes before the letter.

use std::fmt::Write as _;

use caifeng_domain::Place;

use crate::{
    PointEntry, Quotation, Report, Section, SectionKind, SubmissionEntry, Tally,
    words::{self, MACHINE_MARK},
};

/// Sections in the table of the hottest provisions.
const HOTTEST: usize = 10;
/// Chinese numerals for the parts of the report; there are never more.
const NUMERALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/// The report as Markdown (CommonMark with tables).
#[must_use]
pub fn to_markdown(report: &Report) -> String {
    let mut out = String::new();
    head(&mut out, report);
    let mut parts = NUMERALS.iter();
    let mut part = |out: &mut String, title: &str| {
        let numeral = parts.next().unwrap_or(&"其他");
        line(out, &format!("## {numeral}、{title}\n"));
    };
    part(&mut out, "征求意见的基本情况");
    account(&mut out, report);
    hottest(&mut out, report);
    for (title, kinds) in PARTS {
        let mut sections = report
            .sections
            .iter()
            .filter(|s| kinds.contains(&s.kind))
            .peekable();
        if sections.peek().is_some() {
            part(&mut out, title);
            sections.for_each(|s| section(&mut out, title, s));
        }
    }
    for (title, entries) in [
        ("民情诉求（转办）", &report.complaints),
        ("待人工核对", &report.waiting),
    ] {
        if !entries.is_empty() {
            part(&mut out, title);
            listing(&mut out, entries);
        }
    }
    out
}

const PARTS: [(&str, &[SectionKind]); 5] = [
    ("总体意见", &[SectionKind::General]),
    (
        "对具体条文的意见",
        &[SectionKind::Chapter, SectionKind::Article],
    ),
    ("建议新增的内容", &[SectionKind::NewArticle]),
    ("尚未归条的意见", &[SectionKind::Unassigned]),
    ("文字性意见", &[SectionKind::Wording]),
];

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn head(out: &mut String, report: &Report) {
    line(out, &format!("# {}\n", inline(&report.title)));
    line(out, &format!("- 草案：{}", inline(&report.draft_title)));
    line(
        out,
        &format!("- 生成时间：{}", words::moment(&report.generated_at)),
    );
    if let Some(note) = &report.encoder_note {
        line(out, &format!("- **{}**", inline(note)));
    }
    line(out, &format!("- 观点和条文关联为{MACHINE_MARK}。\n"));
}

fn account(out: &mut String, report: &Report) {
    let totals = &report.totals;
    line(
        out,
        &format!(
            "共收到来件 {} 件，其中意见建议 {}，分为 {} 个意见单元，归纳为 {} 个观点。\n",
            report.ledger.received,
            words::counts(totals.counts),
            totals.units,
            totals.points
        ),
    );
    line(out, "### 台账\n\n| 去向 | 件数 |\n|---|---:|");
    for (place, _, label) in Place::ALL {
        line(
            out,
            &format!("| {label} | {} |", report.ledger.count(place)),
        );
    }
    line(
        out,
        &format!("| **合计收到** | **{}** |\n", report.ledger.received),
    );
    if !report.ledger.balances() {
        line(
            out,
            "> **警告：台账不平，各去向之和不等于收到的件数，请立即核对。**\n",
        );
    }
    tally_table(out, "渠道", &totals.channels);
    tally_table(out, "联系点", &totals.stations);
    tally_table(out, "提出人类别", &totals.identities);
}

fn tally_table(out: &mut String, name: &str, tallies: &[Tally]) {
    if tallies.is_empty() {
        return;
    }
    line(
        out,
        &format!("### 按{name}\n\n| {name} | 件数 |\n|---|---:|"),
    );
    for tally in tallies {
        line(
            out,
            &format!("| {} | {} |", inline(&tally.name), tally.submissions),
        );
    }
    out.push('\n');
}

fn hottest(out: &mut String, report: &Report) {
    let mut sections: Vec<&Section> = report.sections.iter().collect();
    sections.sort_by_key(|s| std::cmp::Reverse(s.counts.submissions));
    sections.truncate(HOTTEST);
    if sections.is_empty() {
        return;
    }
    line(
        out,
        "### 意见最集中的条款\n\n| 条款 | 件数 | 人数 | 文本数 | 观点数 |\n|---|---:|---:|---:|---:|",
    );
    for section in sections {
        let counts = section.counts;
        let (heading, points) = (inline(&section.name()), section.points.len());
        let (n, senders, texts) = (counts.submissions, counts.senders, counts.texts);
        line(
            out,
            &format!("| {heading} | {n} | {senders} | {texts} | {points} |"),
        );
    }
    out.push('\n');
}

/// `part` is the heading that the section stands under, and need not be repeated.
fn section(out: &mut String, part: &str, section: &Section) {
    if section.heading != part {
        line(out, &format!("### {}\n", inline(&section.heading)));
    }
    let (counts, points) = (words::counts(section.counts), section.points.len());
    line(out, &format!("{counts}，{points} 个观点\n"));
    if let Some(text) = &section.provision_text {
        // A line of a quotation ends where the draft's paragraph ends.
        let paragraphs: Vec<String> = text.lines().map(inline).collect();
        line(out, &format!("> {}\n", paragraphs.join("  \n> ")));
    }
    for entry in &section.points {
        point(out, entry);
    }
}

fn point(out: &mut String, point: &PointEntry) {
    let (id, stance, label) = (point.id, words::stance(point.stance), inline(&point.label));
    line(out, &format!("#### {id}【{stance}】{label}\n"));
    line(out, &format!("- **{}**", words::counts(point.counts)));
    let mut item = |name: &str, text: String| {
        if !text.is_empty() {
            line(out, &format!("- {name}：{}", inline(&text)));
        }
    };
    item("关键词", point.keywords.join("、"));
    item("提出人", words::tallies(&point.identities));
    item("渠道", words::tallies(&point.channels));
    item("来源", words::tallies(&point.stations));
    item("理由", point.reason.clone().unwrap_or_default());
    let (confidence, evidence) = (words::percent(point.confidence), &point.evidence);
    item("关联", format!("把握 {confidence}（机器关联）；{evidence}"));
    item("另可能属于", point.undecided_with.join("、"));
    quotations(out, "个人补充", &point.additions);
    quotations(out, "原话", &point.quotations);
    if !point.edits.is_empty() {
        line(out, "- 修改建议：");
        for edit in words::edits(point) {
            line(out, &format!("    - {}", inline(&edit)));
        }
    }
    out.push('\n');
}

fn quotations(out: &mut String, name: &str, quotations: &[Quotation]) {
    if quotations.is_empty() {
        return;
    }
    line(out, &format!("- {name}："));
    for quotation in quotations {
        let (text, origin) = (inline(&quotation.text), inline(&words::origin(quotation)));
        line(out, &format!("    - “{text}”（{origin}）"));
    }
}

fn listing(out: &mut String, entries: &[SubmissionEntry]) {
    line(out, "| 来件 | 内容 | 原因 |\n|---|---|---|");
    for entry in entries {
        let origin = inline(&words::origin(&entry.quotation));
        let (text, reason) = (inline(&entry.quotation.text), inline(&entry.reason));
        line(out, &format!("| {origin} | {text} | {reason} |"));
    }
    out.push('\n');
}

/// Text that Markdown shows as it is, on one line: line breaks become `<br>`, everything that could
/// be markup or HTML is escaped.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                out.push_str("<br>");
            }
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' | '$' | '('
            | ')' => {
                let _ = write!(out, "\\{c}");
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    // A heading or list item that starts like a list would open one.
    match out.chars().next() {
        Some('-' | '+' | '=') => out.insert(0, '\\'),
        Some('0'..='9') => {
            let end = out.len() - out.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            if out[end..].starts_with('.') {
                out.insert(end, '\\');
            }
        }
        _ => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use caifeng_domain::Ledger;

    use super::{inline, to_markdown};
    use crate::sample;

    #[test]
    fn text_cannot_become_markup() {
        #[track_caller]
        fn check(text: &str, want: &str) {
            assert_eq!(inline(text), want);
        }
        check("甲|乙", "甲\\|乙");
        check(
            "<script>a&b</script>",
            "&lt;script&gt;a&amp;b&lt;/script&gt;",
        );
        check("一\r\n二\n三", "一<br>二<br>三");
        check(
            "# 标题 *强* `码` [链](u) ~~删~~",
            "\\# 标题 \\*强\\* \\`码\\` \\[链\\]\\(u\\) \\~\\~删\\~\\~",
        );
        check("1. 第一", "1\\. 第一");
        check("- 列表", "\\- 列表");
        check("a\\|b", "a\\\\\\|b");
        check("😀𠮷\u{202e}", "😀𠮷\u{202e}");
    }

    #[test]
    fn an_unbalanced_ledger_is_an_alarm() {
        let mut report = sample::report();
        assert!(!to_markdown(&report).contains("台账不平"));
        report.ledger = Ledger::new(99);
        assert!(to_markdown(&report).contains("台账不平"));
    }

    #[test]
    fn the_whole_report() {
        insta::assert_snapshot!(to_markdown(&sample::report()));
    }
}
