//! A report of 150 articles and 3,000 points: document and table in less than ten seconds of work and
//! 500 megabytes, in a process of its own.
//!
//! The files stay in cargo's folder for such things, to be opened and looked at.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{fs, path::Path, time::Instant};

use caifeng_domain::{Channel, EditOp, Ledger, Place, PointId, Stance};
use caifeng_report::{
    Activity, Counts, EditEntry, Letter, Period, PointEntry, Quotation, Report, Section,
    SectionKind, Tally, Totals, to_briefing, to_docx, to_html, to_xlsx,
};

/// Articles, and points of each.
const LARGE: (usize, usize) = (150, 20);
/// As many as can be looked through.
const SMALL: (usize, usize) = (12, 7);
const MAX_SECONDS: f64 = 10.0;
const MAX_MEBIBYTES: u64 = 500;

fn tally(name: &str, submissions: usize) -> Tally {
    Tally {
        name: name.to_owned(),
        submissions,
    }
}

fn point(id: usize) -> PointEntry {
    let weight = 1 + id % 7;
    let words = format!(
        "建议把第{id}项所说的期限写明确，并公布受理的单位和电话，方便居民查询办理到了哪一步。"
    );
    let quotation = |number: usize| Quotation {
        text: format!("{words}我们小区等了{number}个月，没有人答复。"),
        submission: format!("S-{}", id * 10 + number),
        station: Some("柳湾联系点".to_owned()),
        identity: Some("居民".to_owned()),
        channel: Channel::Wechat,
    };
    PointEntry {
        id: PointId::new(id as u64).unwrap(),
        label: words.clone(),
        wording: None,
        disposition: None,
        stance: Stance::Amend,
        counts: Counts {
            submissions: weight,
            senders: weight,
            texts: weight,
        },
        keywords: vec!["期限".to_owned(), "受理".to_owned()],
        reason: Some("时间太长，居民不知道该找谁。".to_owned()),
        quotations: (1..4).map(quotation).collect(),
        edits: vec![EditEntry {
            op: EditOp::Replace,
            target: "第二款".to_owned(),
            from: Some("三十日".to_owned()),
            to: Some("十五日".to_owned()),
            count: 1,
            from_in_draft: Some(true),
        }],
        additions: Vec::new(),
        identities: vec![tally("居民", weight)],
        channels: vec![tally("微信", weight)],
        stations: vec![tally("柳湾联系点", weight)],
        confidence: 0.9,
        evidence: "引用条号 1 处".to_owned(),
        undecided_with: Vec::new(),
    }
}

fn section(article: usize, each: usize) -> Section {
    let points: Vec<PointEntry> = (1..=each)
        .map(|n| point((article - 1) * each + n))
        .collect();
    let sum = points.iter().map(|p| p.counts.submissions).sum();
    Section {
        kind: SectionKind::Article,
        heading: format!("第{article}条"),
        chapter: Some(format!("第{}章 河湖", 1 + article / 16)),
        provision_text: Some("本条例适用于本市行政区域内的河湖。".repeat(12)),
        counts: Counts {
            submissions: sum,
            senders: sum,
            texts: sum,
        },
        points,
    }
}

fn report((articles, each): (usize, usize)) -> Report {
    let sections: Vec<Section> = (1..=articles).map(|n| section(n, each)).collect();
    let all: usize = sections.iter().map(|s| s.counts.submissions).sum();
    let mut ledger = Ledger::new(all);
    (0..all).for_each(|_| ledger.put(Place::Bundled));
    Report {
        consultation: "yunze".to_owned(),
        title: "关于《云泽市河湖条例（草案）》征求意见情况的汇总".to_owned(),
        draft_title: "云泽市河湖条例（草案）".to_owned(),
        generated_at: "2026-11-21T09:00:00+08:00".to_owned(),
        period: Some(Period {
            opens: "2026-10-08".to_owned(),
            closes: "2026-11-06".to_owned(),
        }),
        letter: Letter {
            organisation: Some("云泽市柳湾基层立法联系点".to_owned()),
            number: Some("云柳联〔2026〕3号".to_owned()),
            recipient: Some("全国人大常委会法制工作委员会".to_owned()),
            signer: Some("甲某".to_owned()),
            contact: Some("联系人：乙某，电话：00000000".to_owned()),
            date: "2026-11-06".to_owned(),
            ..Letter::default()
        },
        encoder_note: None,
        ledger,
        totals: Totals {
            counts: Counts {
                submissions: all,
                senders: all,
                texts: all,
            },
            units: all,
            points: articles * each,
            channels: vec![tally("微信", all)],
            stations: vec![tally("柳湾联系点", all)],
            identities: vec![tally("居民", all)],
        },
        activities: vec![Activity {
            date: "2026-10-12".to_owned(),
            kind: "座谈会".to_owned(),
            title: "柳湾河湖条例座谈".to_owned(),
            place: "柳湾联系点".to_owned(),
            people: Some(12),
            submissions: 0,
        }],
        questions: Vec::new(),
        dispositions: vec!["采纳".to_owned(), "未采纳".to_owned()],
        sections,
        complaints: Vec::new(),
        waiting: Vec::new(),
    }
}

/// The most memory that this process has held, in MiB; none where the system does not say.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

/// Seconds of work that this process has done; where the system does not say, those gone by. Other
/// programs at work do not count.
fn worked(begun: Instant) -> f64 {
    let ticks = || {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        // After the name in brackets: user and system time are the twelfth and thirteenth field.
        let fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
        let ticks = fields.take(2).map(|field| field.parse::<f64>().ok());
        ticks.sum::<Option<f64>>()
    };
    // A hundred ticks a second on every Linux.
    ticks().map_or_else(|| begun.elapsed().as_secs_f64(), |ticks| ticks / 100.0)
}

#[test]
fn three_thousand_points_take_seconds() {
    let (report, small) = (report(LARGE), report(SMALL));
    let begun = Instant::now();
    let before = worked(begun);
    let docx = to_docx(&report).unwrap();
    let docx_done = worked(begun) - before;
    let xlsx = to_xlsx(&report).unwrap();
    let all_done = worked(begun) - before;
    let peak = peak();
    println!(
        "docx {docx_done:.2} s, {} KiB; xlsx {:.2} s, {} KiB; peak {peak:?} MiB",
        docx.len() / 1024,
        all_done - docx_done,
        xlsx.len() / 1024,
    );
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::write(folder.join("large.docx"), docx).unwrap();
    fs::write(folder.join("large.xlsx"), xlsx).unwrap();
    fs::write(folder.join("small.docx"), to_docx(&small).unwrap()).unwrap();
    fs::write(folder.join("small.html"), to_html(&small).unwrap()).unwrap();
    fs::write(
        folder.join("small-briefing.html"),
        to_briefing(&small).unwrap(),
    )
    .unwrap();
    assert!(all_done < MAX_SECONDS, "{all_done} s");
    assert!(peak.is_none_or(|peak| peak < MAX_MEBIBYTES), "{peak:?} MiB");
}
