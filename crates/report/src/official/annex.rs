//! 附件: the table of opinions, the list of activities, the statistics with charts.

use caifeng_domain::Place;

use crate::{
    Counts, Report, Tally,
    summary::{self, Row},
    words,
};

/// Bars in a chart at most; the rest is in the table beside it.
pub(crate) const BARS: usize = 15;

/// Rows of a table after which the next provision begins another one: what LibreOffice does for a table
/// whose head is repeated grows almost with the square of its rows.
const ROWS: usize = 60;

/// What an annex holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Summary,
    Activities,
    Statistics,
}

/// One annex.
pub(crate) struct Annex {
    pub(crate) kind: Kind,
    pub(crate) title: &'static str,
    /// Stands under the title.
    pub(crate) note: Option<String>,
    pub(crate) parts: Vec<Part>,
}

pub(crate) enum Part {
    Table(Table),
    Chart(Chart),
}

pub(crate) struct Table {
    pub(crate) caption: Option<String>,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// Its share of the width of the page.
    pub(crate) share: u32,
    /// Whether it stands centred: numbers and words of one sort.
    pub(crate) centred: bool,
}

/// Bars, longest first or in the order of the draft.
pub(crate) struct Chart {
    pub(crate) title: String,
    pub(crate) bars: Vec<(String, usize)>,
}

/// 意见建议汇总表
const SUMMARY: [Column; 9] = [
    centred("序号", 5),
    text("条款", 9),
    text("草案原文", 20),
    text("修改意见", 23),
    text("理由", 9),
    text("提出人类别", 8),
    text("渠道和来源", 12),
    centred("人数/件数/文本数", 6),
    text("采纳情况", 8),
];

/// Those that there is something for, in their order.
pub(super) fn annexes(report: &Report) -> Vec<Annex> {
    let mut out = vec![summary(report)];
    if !report.activities.is_empty() {
        out.push(activities(report));
    }
    out.push(statistics(report));
    out
}

const fn text(name: &'static str, share: u32) -> Column {
    let centred = false;
    Column {
        name,
        share,
        centred,
    }
}

const fn centred(name: &'static str, share: u32) -> Column {
    let centred = true;
    Column {
        name,
        share,
        centred,
    }
}

/// A table for each chapter, continued in another one after so many rows.
fn summary(report: &Report) -> Annex {
    let mut tables: Vec<Table> = Vec::new();
    let mut part = "";
    for row in summary::rows(report) {
        let is_further = row.part == part;
        part = row.part;
        let room = |table: &&mut Table| table.rows.len() < ROWS || !row.first;
        let table = tables.last_mut().filter(|_| is_further).filter(room);
        let cells = summary_row(row);
        if let Some(table) = table {
            table.rows.push(cells);
        } else {
            let more = if is_further { "（续）" } else { "" };
            tables.push(Table {
                caption: Some(format!("{part}{more}")),
                columns: SUMMARY.to_vec(),
                rows: vec![cells],
            });
        }
    }
    Annex {
        kind: Kind::Summary,
        title: "意见建议汇总表",
        note: Some(format!(
            "修改意见一栏：引号内为提出人原话，{}；方括号内为立场。",
            words::MACHINE_MARK
        )),
        parts: tables.into_iter().map(Part::Table).collect(),
    }
}

fn summary_row(row: Row<'_>) -> Vec<String> {
    let Counts {
        submissions,
        senders,
        texts,
    } = row.counts;
    let draft = if row.first || row.draft.is_empty() {
        row.draft
    } else {
        "（同上）"
    };
    let disposition = [row.disposition, row.disposition_reason].map(str::to_owned);
    vec![
        row.number.to_string(),
        row.provision.into_owned(),
        draft.to_owned(),
        row.opinion,
        row.reason.to_owned(),
        row.identities,
        row.origin,
        format!("{senders}/{submissions}/{texts}"),
        disposition.join("\n").trim().to_owned(),
    ]
}

fn activities(report: &Report) -> Annex {
    let rows = (1..).zip(&report.activities).map(|(number, activity)| {
        vec![
            number.to_string(),
            words::day(&activity.date),
            activity.kind.clone(),
            activity.title.clone(),
            activity.place.clone(),
            (activity.people).map_or_else(|| "未记录".to_owned(), |people| people.to_string()),
            activity.submissions.to_string(),
        ]
    });
    let table = Table {
        caption: None,
        columns: vec![
            centred("序号", 6),
            centred("日期", 16),
            centred("形式", 10),
            text("名称", 30),
            text("地点", 20),
            centred("参加人数", 9),
            centred("意见件数", 9),
        ],
        rows: rows.collect(),
    };
    Annex {
        kind: Kind::Activities,
        title: "征求意见活动清单",
        note: None,
        parts: vec![Part::Table(table)],
    }
}

fn statistics(report: &Report) -> Annex {
    let mut parts = vec![Part::Table(ledger(report)), Part::Table(provisions(report))];
    let tallied = [
        ("渠道", &report.totals.channels),
        ("联系点", &report.totals.stations),
        ("提出人类别", &report.totals.identities),
    ];
    for (name, tallies) in tallied {
        if !tallies.is_empty() {
            parts.push(Part::Table(by_name(name, tallies)));
        }
    }
    parts.extend(charts(report, BARS).into_iter().map(Part::Chart));
    Annex {
        kind: Kind::Statistics,
        title: "统计表",
        note: None,
        parts,
    }
}

fn ledger(report: &Report) -> Table {
    let places = Place::ALL.iter().map(|&(place, _, name)| {
        let count = report.ledger.count(place);
        vec![name.to_owned(), count.to_string()]
    });
    let sum = vec!["合计收到".to_owned(), report.ledger.received.to_string()];
    Table {
        caption: Some("台账".to_owned()),
        columns: vec![text("去向", 70), centred("件数", 30)],
        rows: places.chain([sum]).collect(),
    }
}

fn provisions(report: &Report) -> Table {
    let rows = report.sections.iter().map(|section| {
        let counts = section.counts;
        let numbers = [
            counts.senders,
            counts.submissions,
            counts.texts,
            section.points.len(),
        ];
        let numbers = numbers.iter().map(ToString::to_string);
        [section.name().into_owned()]
            .into_iter()
            .chain(numbers)
            .collect()
    });
    Table {
        caption: Some("按条款（一件来件可能涉及几条，各条之和不等于总数）".to_owned()),
        columns: vec![
            text("条款", 40),
            centred("人数", 15),
            centred("件数", 15),
            centred("文本数", 15),
            centred("观点数", 15),
        ],
        rows: rows.collect(),
    }
}

fn by_name(name: &'static str, tallies: &[Tally]) -> Table {
    Table {
        caption: Some(format!("按{name}")),
        columns: vec![text(name, 70), centred("件数", 30)],
        rows: (tallies.iter())
            .map(|tally| vec![tally.name.clone(), tally.submissions.to_string()])
            .collect(),
    }
}

/// The charts of a report, with so many bars at most: the provisions that most is said about,
/// channels, groups, stations.
pub(crate) fn charts(report: &Report, most: usize) -> Vec<Chart> {
    let mut sections: Vec<(String, usize)> = (report.sections.iter())
        .map(|s| (s.name().into_owned(), s.counts.submissions))
        .collect();
    sections.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let tallied = |tallies: &[Tally]| -> Vec<_> {
        (tallies.iter().map(|t| (t.name.clone(), t.submissions))).collect()
    };
    let totals = &report.totals;
    let charts = [
        ("意见最集中的条款", sections),
        ("来件渠道", tallied(&totals.channels)),
        ("提出人类别", tallied(&totals.identities)),
        ("来件联系点", tallied(&totals.stations)),
    ];
    let charts = charts.into_iter().filter(|(_, bars)| !bars.is_empty());
    charts
        .map(|(title, mut bars)| {
            let all = bars.len();
            bars.truncate(most);
            let title = if all > most {
                format!("{title}（前{most}，件）")
            } else {
                format!("{title}（件）")
            };
            Chart { title, bars }
        })
        .collect()
}
