//! What people decided holds, and teaches.

use std::collections::{BTreeMap, HashMap};

use caifeng_domain::{
    Aim, ArticleNo, Channel, Draft, EvidenceKind, PointId, Scope, Span, Stance, Status, Submission,
    Submitter,
};

use super::{Decisions, Held};
use crate::{Batch, Outcome, Previous, run};

fn draft() -> Draft {
    let text = "市湖泊保护条例\n\
        第一条　为了保护湖泊，改善生态环境，制定本条例。\n\
        第二条　湖泊保护范围由市水行政主管部门划定并向社会公布。\n\
        第三条　禁止在湖泊内使用燃油船舶从事经营活动。\n\
        第四条　违反本条例规定填湖的，处五万元以上二十万元以下罚款。";
    caifeng_law::draft::parse(text).unwrap()
}

fn submissions(texts: &[&str]) -> Vec<Submission> {
    let one = |text: &&str| Submission {
        external_id: None,
        channel: Channel::Web,
        station: None,
        submitted_at: None,
        article_hint: None,
        submitter: Submitter::default(),
        text: (*text).to_owned(),
    };
    texts.iter().map(one).collect()
}

fn triage(texts: &[&str], decisions: &Decisions, previous: &Previous) -> Outcome {
    let (draft, submissions) = (draft(), submissions(texts));
    let batch = Batch::new(&draft, &submissions).decided(decisions);
    let encoder = caifeng_encode::model::open(None, None).unwrap();
    run(batch, &*encoder, previous, &()).unwrap()
}

fn held(list: impl IntoIterator<Item = (usize, Span, Held)>) -> Decisions {
    let mut units: HashMap<usize, BTreeMap<Span, Held>> = HashMap::new();
    for (submission, span, held) in list {
        units.entry(submission).or_default().insert(span, held);
    }
    Decisions {
        units,
        ..Decisions::default()
    }
}

const TEXTS: [&str; 6] = [
    "渔民的小机动船怎么办，电动船太贵了。",
    "电动船太贵，渔民的小机动船买不起。",
    "罚款五万元太轻了，应当提高。",
    "罚款五万元太轻，应当提高到十万元。",
    "第二条的保护范围应当征求渔民意见。",
    "保护范围的划定应当征求渔民的意见。",
];

#[test]
fn a_decision_holds_against_the_machine() {
    let first = triage(&TEXTS, &Decisions::default(), &Previous::default());
    let span = first.analyses[0].units[0].span;
    let decided = Held {
        aim: Some(Aim::at(vec![ArticleNo::new(1)])),
        stance: Some(Stance::Question),
        edit: Some(None),
        point: None,
    };
    let second = triage(&TEXTS, &held([(0, span, decided)]), &Previous::default());
    let unit = &second.analyses[0].units[0];
    assert_eq!(unit.links.len(), 1);
    assert_eq!(unit.links[0].article, ArticleNo::new(1));
    assert_eq!(unit.links[0].evidence.kind, EvidenceKind::Staff);
    assert_eq!(
        (unit.scope, unit.stance),
        (Scope::Article, Stance::Question)
    );
    assert!(unit.stance_confidence > 0.99);

    let general = Held {
        aim: Some(Aim {
            scope: Scope::General,
            chapter: None,
            articles: Vec::new(),
        }),
        ..Held::default()
    };
    let third = triage(&TEXTS, &held([(0, span, general)]), &Previous::default());
    let unit = &third.analyses[0].units[0];
    assert!(unit.links.is_empty() && unit.scope == Scope::General);
}

#[test]
fn a_confirmed_link_teaches_its_neighbours() {
    let cosine = |outcome: &Outcome, article: u16| {
        let links = &outcome.analyses[1].units[0];
        let all = links.links.iter().chain(&links.candidates);
        let mut of = all.filter(|l| l.article == ArticleNo::new(article));
        of.next().map_or(0.0, |l| l.confidence)
    };
    let before = triage(&TEXTS, &Decisions::default(), &Previous::default());
    let span = before.analyses[0].units[0].span;
    let taught = Held {
        aim: Some(Aim::at(vec![ArticleNo::new(3)])),
        ..Held::default()
    };
    let after = triage(&TEXTS, &held([(0, span, taught)]), &Previous::default());
    assert!(
        cosine(&after, 3) > cosine(&before, 3) + 0.05,
        "{} {}",
        cosine(&before, 3),
        cosine(&after, 3)
    );
}

#[test]
fn who_is_put_apart_stays_apart_and_the_new_join_the_nearest() {
    let first = triage(&TEXTS[..4], &Decisions::default(), &Previous::default());
    let spans: Vec<Span> = first.analyses.iter().map(|a| a.units[0].span).collect();
    let id = |n| PointId::new(n).unwrap();
    let in_point = |i: usize, point| {
        let held = Held {
            point: Some(id(point)),
            ..Held::default()
        };
        (i, spans[i], held)
    };
    // What says the same is parted, and what differs is joined: people decide.
    let decisions = held([in_point(0, 20), in_point(1, 21), in_point(2, 20)]);
    let units = (0..4).map(|i| (i, spans[i].start, id(7)));
    let previous = Previous::new(units, id(30));
    let second = triage(&TEXTS, &decisions, &previous);
    let point = |i: usize| second.analyses[i].units[0].point;
    assert_eq!([point(0), point(1), point(2)], [id(20), id(21), id(20)]);
    assert_ne!(point(4), id(20), "another matter");
    let again = triage(&TEXTS, &decisions, &previous);
    assert_eq!(second.points, again.points);
    // The point of a decided unit holds its members.
    let members: Vec<usize> = (second.points.iter().find(|p| p.id == id(20)))
        .map(|p| p.units.iter().map(|u| u.0).collect())
        .unwrap();
    assert!(members.contains(&0) && members.contains(&2) && !members.contains(&1));
}

#[test]
fn people_cut_a_text_where_they_want() {
    let text = "渔民的小机动船怎么办。罚款五万元太轻了。";
    let middle = text.find("罚款").unwrap();
    let cut = vec![Span::new(0, middle), Span::new(middle, text.len())];
    let decisions = Decisions {
        cuts: HashMap::from([(1, cut.clone())]),
        statuses: HashMap::from([(0, Status::Complaint)]),
        ..Decisions::default()
    };
    let outcome = triage(&[TEXTS[0], text], &decisions, &Previous::default());
    let spans: Vec<Span> = outcome.analyses[1].units.iter().map(|u| u.span).collect();
    assert_eq!(spans, cut);
    let first = &outcome.analyses[0];
    assert_eq!(first.status, Status::Complaint);
    assert!(first.units.is_empty());
}
