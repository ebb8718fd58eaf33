//! A small invented report with everything that is hard to lay out: templates and formats are tried
//! with it.

use caifeng_domain::{Channel, EditOp, Ledger, Place, PointId, Stance};

use crate::{
    Activity, AnswerEntry, Counts, Disposition, EditEntry, Letter, Period, PointEntry,
    QuestionEntry, Quotation, Report, Section, SectionKind, SubmissionEntry, Tally, Totals,
};

/// Points are counted from one.
const fn number(id: u64) -> PointId {
    match PointId::new(id) {
        Some(id) => id,
        None => panic!("zero is no point"),
    }
}

pub(crate) fn report() -> Report {
    let mut ledger = Ledger::new(6);
    for place in [Place::Bundled; 3] {
        ledger.put(place);
    }
    for place in [Place::General, Place::Complaint, Place::Waiting] {
        ledger.put(place);
    }
    Report {
        consultation: "yunze".to_owned(),
        period: Some(Period {
            opens: "2026-10-08".to_owned(),
            closes: "2026-11-06".to_owned(),
        }),
        letter: letter(),
        activities: activities(),
        questions: vec![QuestionEntry {
            text: "三十日的期限是否合适？".to_owned(),
            counts: counts(2, 2, 2),
            points: vec![AnswerEntry {
                id: number(2),
                label: "建议把三十日改为十五日".to_owned(),
                counts: counts(2, 2, 2),
            }],
        }],
        dispositions: ["采纳", "部分采纳", "未采纳"].map(str::to_owned).to_vec(),
        title: "关于《云泽市河湖条例（草案）》征求意见情况的汇总".to_owned(),
        draft_title: "云泽市河湖条例（草案）".to_owned(),
        generated_at: "2026-11-21T09:00:00+08:00".to_owned(),
        encoder_note: Some("词面模式：没有安装语义模型".to_owned()),
        ledger,
        totals: Totals {
            counts: counts(4, 3, 3),
            units: 5,
            points: 3,
            channels: tallies(&[("微信", 3), ("座谈会", 1)]),
            stations: tallies(&[("柳湾联系点", 1)]),
            identities: Vec::new(),
        },
        sections: sections(),
        complaints: vec![entry("S-5", "楼下路灯坏了", "反映个案，转有关部门")],
        waiting: vec![entry("S-6", "@@\n??", "是否为意见拿不准")],
    }
}

fn letter() -> Letter {
    Letter {
        organisation: Some("云泽市柳湾基层立法联系点".to_owned()),
        number: Some("云柳联〔2026〕3号".to_owned()),
        recipient: Some("全国人大常委会法制工作委员会".to_owned()),
        signer: Some("甲某".to_owned()),
        contact: Some("联系人：乙某，电话：00000000".to_owned()),
        date: "2026-11-06".to_owned(),
        ..Letter::default()
    }
}

fn activities() -> Vec<Activity> {
    let activity = |date: &str, kind: &str, people, submissions| Activity {
        date: date.to_owned(),
        kind: kind.to_owned(),
        title: "柳湾河湖条例座谈".to_owned(),
        place: "柳湾联系点".to_owned(),
        people,
        submissions,
    };
    vec![
        activity("2026-10-12", "座谈会", Some(12), 1),
        activity("2026-10-13", "走访", None, 0),
    ]
}

fn sections() -> Vec<Section> {
    let article = Section {
        kind: SectionKind::Article,
        heading: "第三条（适用范围）".to_owned(),
        chapter: Some("第一章 总则".to_owned()),
        provision_text: Some("本条例适用于本市河湖。\n法律另有规定的，从其规定。".to_owned()),
        counts: counts(3, 2, 2),
        points: vec![amendment()],
    };
    let mut wording = point(3, "“其它”应为“其他”", Stance::Amend, counts(1, 1, 1));
    wording.confidence = 0.5;
    wording.wording = Some("统一使用“其他”".to_owned());
    wording.disposition = Some(Disposition {
        word: "部分采纳".to_owned(),
        reason: Some("二审稿已改两处".to_owned()),
    });
    vec![
        Section {
            kind: SectionKind::General,
            heading: "总体意见".to_owned(),
            chapter: None,
            provision_text: None,
            counts: counts(1, 1, 1),
            points: vec![point(1, "=1+1 支持立法", Stance::Support, counts(1, 1, 1))],
        },
        article,
        Section {
            kind: SectionKind::Wording,
            heading: "第三条（适用范围）".to_owned(),
            chapter: None,
            provision_text: None,
            counts: counts(1, 1, 1),
            points: vec![wording],
        },
    ]
}

fn amendment() -> PointEntry {
    let edit = |op, target: &str, from: &str, to: Option<&str>, count, known| EditEntry {
        op,
        target: target.to_owned(),
        from: Some(from.to_owned()),
        to: to.map(str::to_owned),
        count,
        from_in_draft: Some(known),
    };
    PointEntry {
        keywords: vec!["三十日".to_owned(), "期限".to_owned()],
        reason: Some("时间太长".to_owned()),
        quotations: vec![Quotation {
            identity: Some("律师".to_owned()),
            station: Some("柳湾联系点".to_owned()),
            channel: Channel::Meeting,
            ..quotation("S-2", "建议把三十日改为十五日")
        }],
        edits: vec![
            edit(EditOp::Replace, "第二款", "三十日", Some("十五日"), 2, true),
            edit(EditOp::Delete, "", "等", None, 1, false),
        ],
        additions: vec![Quotation {
            identity: Some("居民".to_owned()),
            ..quotation("S-3", "我家等了|两个月<br>\n# 太久")
        }],
        identities: tallies(&[("居民", 2), ("律师", 1)]),
        channels: tallies(&[("微信", 2), ("座谈会", 1)]),
        stations: tallies(&[("柳湾联系点", 1)]),
        confidence: 0.9,
        evidence: "引用条号 2 件".to_owned(),
        undecided_with: vec!["第五条".to_owned()],
        ..point(2, "建议把三十日改为十五日", Stance::Amend, counts(3, 2, 2))
    }
}

fn point(id: u64, label: &str, stance: Stance, counts: Counts) -> PointEntry {
    PointEntry {
        id: number(id),
        label: label.to_owned(),
        wording: None,
        disposition: None,
        stance,
        counts,
        keywords: Vec::new(),
        reason: None,
        quotations: Vec::new(),
        edits: Vec::new(),
        additions: Vec::new(),
        identities: Vec::new(),
        channels: Vec::new(),
        stations: Vec::new(),
        confidence: 1.0,
        evidence: "语义相近 1 件".to_owned(),
        undecided_with: Vec::new(),
    }
}

fn quotation(submission: &str, text: &str) -> Quotation {
    Quotation {
        text: text.to_owned(),
        submission: submission.to_owned(),
        station: None,
        identity: None,
        channel: Channel::Wechat,
    }
}

fn entry(submission: &str, text: &str, reason: &str) -> SubmissionEntry {
    SubmissionEntry {
        quotation: quotation(submission, text),
        reason: reason.to_owned(),
    }
}

fn counts(submissions: usize, senders: usize, texts: usize) -> Counts {
    Counts {
        submissions,
        senders,
        texts,
    }
}

fn tallies(of: &[(&str, usize)]) -> Vec<Tally> {
    let tallies = of.iter().map(|(name, n)| Tally {
        name: (*name).to_owned(),
        submissions: *n,
    });
    tallies.collect()
}
