//! The text of a 月报 or 年报, and its annexes.

use std::fmt::Write as _;

use super::{Measure, PeriodReport, PlaceWork, Value, Word, Work};
use crate::{
    official::{Annex, Block, Chart, Column, Document, Kind, Part, Table},
    words,
};

/// Places in the chart at most; all of them are in the table.
const BARS: usize = 15;

pub(super) fn document(report: &PeriodReport) -> Document<'_> {
    let mut blocks = Vec::new();
    let mut numbers = ["一", "二", "三", "四"].into_iter();
    let mut heading = |blocks: &mut Vec<Block>, words: &str| {
        let number = numbers.next().unwrap_or_default();
        let text = format!("{number}、{words}");
        blocks.push(Block::Heading { level: 1, text });
    };
    let all = report.places.first().map(|place| place.together);
    let all = all.unwrap_or_default();
    heading(&mut blocks, "总体情况");
    blocks.push(Block::Body(activity(report, &all)));
    if report.consultations.len() > 1 {
        let titles: Vec<String> = (report.consultations.iter())
            .map(|title| format!("《{title}》"))
            .collect();
        blocks.push(Block::Body(format!("所涉草案：{}。", titles.join("、"))));
    }
    heading(&mut blocks, "处理和采纳情况");
    blocks.push(Block::Body(adoption(&all)));
    heading(&mut blocks, "及时、广泛、真实、有序");
    for (word, name) in Word::ALL {
        let of_word = report.measures.iter().filter(|m| m.word == word);
        let (known, unknown): (Vec<&Measure>, Vec<_>) =
            of_word.partition(|measure| measure.value.is_known());
        let mut parts: Vec<String> = (known.into_iter())
            .map(|measure| format!("{}{}", measure.name, said(measure.value)))
            .collect();
        if !unknown.is_empty() {
            let names: Vec<&str> = unknown.into_iter().map(|measure| measure.name).collect();
            parts.push(format!("本期没有可以计算“{}”的事项", names.join("”“")));
        }
        if !parts.is_empty() {
            blocks.push(Block::Body(format!("{name}：{}。", parts.join("，"))));
        }
    }
    Document {
        letter: &report.letter,
        title: report.title(),
        blocks,
        annexes: annexes(report),
    }
}

/// A result within a sentence.
fn said(value: Value) -> String {
    match value {
        Value::Count(count) => format!("{count}个"),
        other => other.text().replace(' ', ""),
    }
}

fn activity(report: &PeriodReport, all: &Work) -> String {
    let period = &report.period;
    let (from, to) = (words::day(&period.opens), words::day(&period.closes));
    // Writing to a string does not fail.
    let mut out = format!("{from}至{to}，{}", report.place);
    if all.submissions == 0 && all.meetings == 0 {
        out.push_str("没有收到来件，也没有组织活动。");
        return out;
    }
    let _ = write!(
        out,
        "就{}项征求意见任务收到来件{}件，{}人提出，不重复的文本{}份",
        report.consultations.len(),
        all.submissions,
        all.senders,
        all.texts
    );
    if all.meetings > 0 {
        let _ = write!(out, "；组织座谈等活动{}场", all.meetings);
        if all.present > 0 {
            let _ = write!(out, "，{}人参加", all.present);
        }
    }
    if report.active_collectors > 0 {
        let _ = write!(out, "；{}名信息员代为收集", report.active_collectors);
    }
    out.push('。');
    out
}

fn adoption(all: &Work) -> String {
    if all.settled == 0 {
        return "本期没有形成经审核的处理结果。".to_owned();
    }
    format!(
        "本期对所提意见归成的{}个观点形成了经审核的处理结果，其中采纳和部分采纳{}个。",
        all.settled, all.adopted
    )
}

fn annexes(report: &PeriodReport) -> Vec<Annex> {
    let chart = Some(chart(report)).filter(|chart| !chart.bars.is_empty());
    let of_places = chart.map(Part::Chart).into_iter();
    let mut out = vec![
        Annex {
            kind: Kind::Statistics,
            title: "各站点情况",
            note: None,
            parts: of_places.chain([Part::Table(places(report))]).collect(),
        },
        Annex {
            kind: Kind::Statistics,
            title: "指标和计算方法",
            note: None,
            parts: vec![Part::Table(measures(report))],
        },
    ];
    if !report.collectors.is_empty() {
        out.push(Annex {
            kind: Kind::Statistics,
            title: "信息员情况",
            note: None,
            parts: vec![Part::Table(collectors(report))],
        });
    }
    out
}

fn chart(report: &PeriodReport) -> Chart {
    let own = report
        .places
        .iter()
        .filter(|place| place.own.submissions > 0);
    let mut bars: Vec<(String, usize)> = own
        .map(|place| (place.name.clone(), place.own.submissions))
        .collect();
    bars.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    bars.truncate(BARS);
    Chart {
        title: "本站来件（件）".to_owned(),
        bars,
    }
}

const fn column(name: &'static str, share: u32, centred: bool) -> Column {
    Column {
        name,
        share,
        centred,
    }
}

/// Names of the columns of places, with their shares of the width.
pub(super) const PLACES: [(&str, u32); 10] = [
    ("站点", 22),
    ("来件", 8),
    ("连同下级", 10),
    ("人", 8),
    ("文本", 8),
    ("活动", 8),
    ("参加人次", 10),
    ("到期任务", 10),
    ("按期完成", 10),
    ("采纳/处理", 12),
];

/// A place's line. All numbers but the first count what is below it too.
pub(super) fn place_cells(place: &PlaceWork) -> Vec<String> {
    let all = &place.together;
    let name = format!("{}{}", "　".repeat(place.depth), place.name);
    let numbers = [
        place.own.submissions,
        all.submissions,
        all.senders,
        all.texts,
        all.meetings,
        all.present,
        all.tasks,
        all.tasks_in_time,
    ];
    let mut cells = vec![name];
    cells.extend(numbers.map(|number| number.to_string()));
    cells.push(format!("{}/{}", all.adopted, all.settled));
    cells
}

fn places(report: &PeriodReport) -> Table {
    let columns = PLACES.iter().enumerate();
    Table {
        caption: Some("除“来件”外，各列连同下级计算".to_owned()),
        columns: columns
            .map(|(at, &(name, share))| column(name, share, at > 0))
            .collect(),
        rows: report.places.iter().map(place_cells).collect(),
    }
}

fn measures(report: &PeriodReport) -> Table {
    let row = |measure: &super::Measure| {
        vec![
            measure.word.chinese().to_owned(),
            measure.name.to_owned(),
            measure.value.text(),
            measure.rule.to_owned(),
        ]
    };
    Table {
        caption: None,
        columns: vec![
            column("要求", 8, true),
            column("指标", 22, false),
            column("结果", 20, true),
            column("计算方法", 50, false),
        ],
        rows: report.measures.iter().map(row).collect(),
    }
}

fn collectors(report: &PeriodReport) -> Table {
    let row = |one: &super::CollectorWork| {
        vec![
            one.name.clone(),
            one.place.clone(),
            one.submissions.to_string(),
            one.settled.to_string(),
            one.adopted.to_string(),
        ]
    };
    Table {
        caption: Some("按采纳、再按收集件数排列".to_owned()),
        columns: vec![
            column("信息员", 20, false),
            column("站点", 30, false),
            column("收集（件）", 16, true),
            column("已处理的观点", 17, true),
            column("采纳", 17, true),
        ],
        rows: report.collectors.iter().map(row).collect(),
    }
}
