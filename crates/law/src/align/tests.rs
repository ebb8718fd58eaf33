use std::fmt::Write;

use caifeng_domain::{ArticleNo, Draft, NodeId};
use proptest::prelude::*;

use super::{ChangeKind, align};
use crate::draft::parse;
use crate::numeral;

/// Provisions of an invented law on lakes, each about something else.
const WORDS: [&str; 12] = [
    "为了保护湖泊，改善水环境，保障供水安全，制定本法。",
    "湖泊保护坚持生态优先、科学规划、严格监管、公众参与的原则。",
    "县级以上人民政府应当将湖泊保护经费列入本级财政预算。",
    "国家实行湖长制，各级湖长负责组织领导相应湖泊的管理和巡查工作。",
    "编制湖泊保护规划，应当征求有关部门、专家和公众的意见。",
    "禁止围湖造地、填湖建房；已经围垦的，应当限期退田还湖。",
    "在湖泊从事养殖的，应当取得养殖证，不得投放化肥、粪便等肥水物质。",
    "机动船舶应当安装油水分离设备，防止油污直接排入水体。",
    "任何单位和个人有权举报破坏湖泊的行为，接到举报的部门应当及时核实处理。",
    "水行政主管部门应当建立监测站网，定期公布水位、水质和水生生物信息。",
    "违反本法规定填湖建房的，责令限期拆除，处五万元以上五十万元以下罚款。",
    "本法自公布之日起施行，此前的有关规定与本法不一致的，以本法为准。",
];

/// A draft with `chapters`, articles numbered through.
fn draft(chapters: &[(&str, &[&str])]) -> Draft {
    let mut text = "湖泊保护法（草案）\n".to_owned();
    let mut number = 0;
    for (at, (title, articles)) in (1..).zip(chapters) {
        writeln!(text, "第{}章　{title}", numeral::format(at)).unwrap();
        for article in *articles {
            number += 1;
            writeln!(text, "第{}条　{article}", numeral::format(number)).unwrap();
        }
    }
    parse(&text).unwrap()
}

fn plain(articles: &[&str]) -> Draft {
    draft(&[("总则", articles)])
}

/// `old→new kind` of every pair, `*` for a move.
fn summary(old: &Draft, new: &Draft) -> Vec<String> {
    let number = |draft: &Draft, id: Option<NodeId>| {
        id.map_or("-".to_owned(), |id| draft.node(id).number.to_string())
    };
    align(old, new)
        .pairs
        .iter()
        .map(|pair| {
            assert!((0.0..=1.0).contains(&pair.confidence), "{pair:?}");
            let (_, wire, _) = ChangeKind::ALL
                .into_iter()
                .find(|(kind, ..)| *kind == pair.kind)
                .unwrap();
            let star = if pair.moved { "*" } else { "" };
            format!(
                "{}→{} {wire}{star}",
                number(old, pair.old),
                number(new, pair.new)
            )
        })
        .collect()
}

#[track_caller]
fn check(old: &[&str], new: &[&str], want: &[&str]) {
    assert_eq!(summary(&plain(old), &plain(new)), want);
}

#[test]
fn additions_and_deletions_renumber_without_moving() {
    check(
        &WORDS[..4],
        &[WORDS[0], WORDS[7], WORDS[1], WORDS[3]],
        &[
            "1→1 unchanged",
            "-→2 new",
            "2→3 unchanged",
            "3→- deleted",
            "4→4 unchanged",
        ],
    );
}

#[test]
fn changed_words_are_recognised() {
    let changed = WORDS[6]
        .replace("养殖证", "水域养殖许可证")
        .replace("粪便等", "");
    check(
        &WORDS[5..9],
        &[WORDS[5], &changed, WORDS[7], WORDS[8]],
        &[
            "1→1 unchanged",
            "2→2 changed",
            "3→3 unchanged",
            "4→4 unchanged",
        ],
    );
}

#[test]
fn an_article_put_elsewhere_is_moved_even_when_changed() {
    check(
        &WORDS[..5],
        &[WORDS[1], WORDS[2], WORDS[3], WORDS[4], WORDS[0]],
        &[
            "2→1 unchanged",
            "3→2 unchanged",
            "4→3 unchanged",
            "5→4 unchanged",
            "1→5 moved*",
        ],
    );
    let changed = WORDS[0].replace("改善水环境", "改善水生态环境");
    check(
        &WORDS[..5],
        &[WORDS[1], WORDS[2], WORDS[3], WORDS[4], &changed],
        &[
            "2→1 unchanged",
            "3→2 unchanged",
            "4→3 unchanged",
            "5→4 unchanged",
            "1→5 changed*",
        ],
    );
}

#[test]
fn a_divided_article_is_a_split_and_joined_ones_a_merger() {
    let joined = [WORDS[5], WORDS[6]].join("\n");
    let three = [WORDS[3], WORDS[4], WORDS[9]].join("\n");
    check(
        &[WORDS[0], &joined, &three],
        &[WORDS[0], WORDS[5], WORDS[6], WORDS[3], WORDS[4], WORDS[9]],
        &[
            "1→1 unchanged",
            "2→2 split",
            "2→3 split",
            "3→4 split",
            "3→5 split",
            "3→6 split",
        ],
    );
    check(
        &[WORDS[0], WORDS[5], WORDS[6], WORDS[8]],
        &[WORDS[0], &joined, WORDS[8]],
        &["1→1 unchanged", "2→2 merged", "3→2 merged", "4→3 unchanged"],
    );
}

#[test]
fn a_reworded_article_is_found_by_its_place() {
    check(
        &[WORDS[0], "国家设立湖长，巡查湖泊。", WORDS[2]],
        &[WORDS[0], WORDS[3], WORDS[2]],
        &["1→1 unchanged", "2→2 changed", "3→3 unchanged"],
    );
}

#[test]
fn an_unrelated_article_in_the_same_place_is_new() {
    check(
        &[WORDS[0], WORDS[7], WORDS[2]],
        &[WORDS[0], WORDS[8], WORDS[2]],
        &["1→1 unchanged", "2→- deleted", "-→2 new", "3→3 unchanged"],
    );
}

#[test]
fn swapped_chapters_move_the_shorter_one_and_carry_opinions() {
    let old = draft(&[
        ("总则", &WORDS[..3]),
        ("保护", &WORDS[3..8]),
        ("监督", &WORDS[8..10]),
    ]);
    let new = draft(&[
        ("总则", &WORDS[..3]),
        ("监督", &WORDS[8..10]),
        ("保护", &WORDS[3..8]),
    ]);
    let want = [
        "1→1 unchanged",
        "2→2 unchanged",
        "3→3 unchanged",
        "9→4 moved*",
        "10→5 moved*",
        "4→6 unchanged",
        "5→7 unchanged",
        "6→8 unchanged",
        "7→9 unchanged",
        "8→10 unchanged",
    ];
    assert_eq!(summary(&old, &new), want);
    let alignment = align(&old, &new);
    let chapter = |draft: &Draft, title: &str| {
        draft
            .iter()
            .find(|(_, n)| n.title.as_deref() == Some(title))
            .unwrap()
            .0
    };
    assert_eq!(
        alignment.carry(chapter(&old, "监督")),
        [(chapter(&new, "监督"), 1.0)]
    );
    let article = |draft: &Draft, no: u16| draft.article(ArticleNo::new(no)).unwrap();
    assert_eq!(alignment.carry(article(&old, 9)), [(article(&new, 4), 1.0)]);
}

#[test]
fn opinions_on_paragraphs_and_items_go_to_the_words_they_meant() {
    let old = plain(&[
        WORDS[0],
        &[
            WORDS[5],
            WORDS[6],
            "湖泊包括：\n（一）天然湖泊；\n（二）人工湖泊。",
        ]
        .join("\n"),
    ]);
    let new = plain(&[
        WORDS[0],
        &["湖泊包括：\n（一）人工湖泊。", WORDS[5]].join("\n"),
        WORDS[6],
    ]);
    let alignment = align(&old, &new);
    let node = |draft: &Draft, text: &str| draft.iter().find(|(_, n)| n.text == text).unwrap().0;
    for text in [WORDS[5], WORDS[6], "人工湖泊。"] {
        let (to, confidence) = alignment.carry(node(&old, text))[0];
        assert_eq!(to, node(&new, text), "{text}");
        assert!(confidence > 0.5, "{text}: {confidence}");
    }
    let gone = node(&old, "天然湖泊；");
    assert_ne!(alignment.carry(gone), [], "it still belongs to the article");
    let deleted = align(&old, &plain(&[WORDS[0]]));
    assert_eq!(deleted.carry(node(&old, WORDS[5])), []);
}

#[test]
fn thirteen_hundred_articles_take_no_time() {
    // Articles that share boilerplate and differ in rare words, as in a code; every tenth is changed, ten are new.
    let article = |n: u32, changed: bool| {
        let rare: String = (0..40)
            .filter_map(|k| char::from_u32(0x4e00 + (n * 97 + k * k * 31) % 3000))
            .collect();
        let extra = if changed {
            "但是法律另有规定的除外。"
        } else {
            ""
        };
        format!(
            "县级以上人民政府应当依照本法规定对{rare}实施监督管理，违反规定的，依法承担责任。{extra}"
        )
    };
    let old: Vec<String> = (0..1300).map(|n| article(n, false)).collect();
    let new: Vec<String> = (0..1310).map(|n| article(n, n % 10 == 0)).collect();
    let as_draft = |texts: &[String]| plain(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let (old, new) = (as_draft(&old), as_draft(&new));
    let alignment = align(&old, &new);
    let count = |kind| {
        alignment
            .pairs
            .iter()
            .filter(|pair| pair.kind == kind)
            .count()
    };
    assert_eq!(count(ChangeKind::Unchanged), 1170);
    assert_eq!(count(ChangeKind::Changed), 130);
    assert_eq!(count(ChangeKind::New), 10);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_draft_is_unchanged_against_itself(picks in prop::collection::vec((0..WORDS.len(), 0..WORDS.len()), 1..20)) {
        let articles: Vec<String> = picks.iter().map(|&(a, b)| [WORDS[a], WORDS[b]].join("\n")).collect();
        let draft = plain(&articles.iter().map(String::as_str).collect::<Vec<_>>());
        let alignment = align(&draft, &draft);
        for pair in &alignment.pairs {
            prop_assert_eq!((pair.old, pair.kind, pair.confidence), (pair.new, ChangeKind::Unchanged, 1.0));
        }
        for (id, _) in draft.iter() {
            prop_assert_eq!(alignment.carry(id), vec![(id, 1.0)]);
        }
    }

    #[test]
    fn every_article_of_both_versions_is_accounted_for(
        old in prop::collection::vec(prop::sample::subsequence(WORDS.to_vec(), 0..4), 1..10),
        new in prop::collection::vec(prop::sample::subsequence(WORDS.to_vec(), 0..4), 1..10),
    ) {
        let as_draft = |picks: &[Vec<&str>]| plain(&picks.iter().map(|p| p.join("\n")).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>());
        let (old, new) = (as_draft(&old), as_draft(&new));
        let alignment = align(&old, &new);
        let mut seen: Vec<NodeId> = alignment.pairs.iter().filter_map(|p| p.old).collect();
        seen.sort_unstable();
        seen.dedup();
        prop_assert_eq!(seen, old.articles().map(|(id, _)| id).collect::<Vec<_>>());
        let mut seen: Vec<NodeId> = alignment.pairs.iter().filter_map(|p| p.new).collect();
        prop_assert!(seen.is_sorted());
        seen.dedup();
        prop_assert_eq!(seen, new.articles().map(|(id, _)| id).collect::<Vec<_>>());
    }
}
