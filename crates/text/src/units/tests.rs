use super::{Example, Model, split, split_with, train};
use caifeng_domain::{ArticleNo, Channel, Citation, CitationRole, CitedLaw, Span, Target};
use proptest::prelude::*;

#[track_caller]
fn check_in(channel: Channel, text: &str, want: &[&str]) {
    let units = split(text, &[], channel);
    let got: Vec<&str> = units.iter().map(|u| u.of(text)).collect();
    assert_eq!(got, want, "{text}");
}

#[track_caller]
fn check(text: &str, want: &[&str]) {
    check_in(Channel::Web, text, want);
}

/// A citation of each `第N条` in `text`, N being one digit.
fn citations(text: &str) -> Vec<Citation> {
    (text.match_indices('第'))
        .filter_map(|(at, _)| {
            let number: u16 = text[at + 3..]
                .chars()
                .next()?
                .to_digit(10)?
                .try_into()
                .ok()?;
            let article = Some(ArticleNo {
                main: number,
                inserted: 0,
            });
            Some(Citation {
                span: Span::new(at, at + "第1条".len()),
                law: CitedLaw::ThisDraft,
                targets: vec![Target {
                    article,
                    ..Target::default()
                }],
                nodes: Vec::new(),
                missing: Vec::new(),
                role: CitationRole::Target,
                relative: false,
                confidence: 1.0,
            })
        })
        .collect()
}

#[test]
fn numbered_points_are_units_without_their_numbers() {
    check(
        "一、公示太短。二、收费太高。",
        &["公示太短。", "收费太高。"],
    );
    check("1.公示太短\n2.收费太高", &["公示太短", "收费太高"]);
    check(
        "（1）公示太短；（2）收费太高。",
        &["公示太短；", "收费太高。"],
    );
    check("①公示太短。②收费太高。", &["公示太短。", "收费太高。"]);
    check(
        "我提两点：一是公示太短，二是收费太高。",
        &["公示太短", "收费太高。"],
    );
    check(
        "首先，公示太短。其次，收费太高。",
        &["首先,公示太短。", "其次,收费太高。"]
            .map(|s| s.replace(',', "，"))
            .each_ref()
            .map(String::as_str),
    );
    check(
        "第一，公示太短。\n第二，收费太高。",
        &["公示太短。", "收费太高。"],
    );
}

#[test]
fn a_number_that_counts_nothing_divides_nothing() {
    check("利率为1.5倍。2.5倍太高。", &["利率为1.5倍。2.5倍太高。"]);
    check("第一次去没人，白跑一趟。", &["第一次去没人，白跑一趟。"]);
}

#[test]
fn numbered_reasons_are_parts_of_one_thing() {
    check(
        "建议延长公示期。理由：一是上班族看不到；二是老人要人念。",
        &["建议延长公示期。理由：一是上班族看不到；二是老人要人念。"],
    );
}

#[test]
fn each_turn_of_a_meeting_is_a_unit() {
    let minutes = "听取意见会记录\n时间：3月5日\n甲一（居民）：公示太短，要一个月。\n乙二（律师）：收费要有上限。\n主持人：感谢各位发言。";
    check_in(
        Channel::Meeting,
        minutes,
        &["公示太短，要一个月。", "收费要有上限。"],
    );
    check_in(
        Channel::Meeting,
        "某街道院坝会，丙大嫂讲：公示太短。",
        &["公示太短。"],
    );
    check("建议：公示一个月。", &["建议：公示一个月。"]);
}

#[test]
fn what_surrounds_opinions_is_in_no_unit() {
    check(
        "尊敬的领导：\n我叫甲一，电话00000000000。\n公示太短，请改为一个月。\n谢谢！",
        &["公示太短，请改为一个月。"],
    );
    check(
        "转发：公示太短，请改为一个月。",
        &["公示太短，请改为一个月。"],
    );
    check("同意楼上，公示太短", &["公示太短"]);
    check(
        "公示太短，请改为一个月。\n联系人：甲一",
        &["公示太短，请改为一个月。"],
    );
}

#[test]
fn a_letter_pasted_behind_own_words_begins_anew() {
    check(
        "停车费也该管管。各位领导好！公示太短，请改为一个月。",
        &["停车费也该管管。", "公示太短，请改为一个月。"],
    );
}

#[test]
fn a_text_of_frames_is_still_something() {
    check("支持！", &["支持！"]);
    check("谢谢各位领导", &["谢谢各位领导"]);
    check("", &[]);
    check("。。。", &[]);
}

#[test]
fn another_article_is_another_unit() {
    let text = "第3条公示期限只有十五天，上班族根本看不到，请改为一个月。第8条收费没有上限，建议写明每月不超过一百元。";
    let units = split(text, &citations(text), Channel::Web);
    assert_eq!(units.len(), 2);
    assert!(units[1].of(text).starts_with("第8条"));
    let text = "第3条：不赞成。第8条：改为一年。";
    assert_eq!(split(text, &citations(text), Channel::Web).len(), 2);
}

#[test]
fn a_new_topic_is_a_new_unit_and_its_reasons_are_not() {
    check(
        "公示期限只有十五天，上班族根本看不到，请改为一个月。另外，收费没有上限，建议写明每月不超过一百元。",
        &[
            "公示期限只有十五天，上班族根本看不到，请改为一个月。",
            "另外，收费没有上限，建议写明每月不超过一百元。",
        ],
    );
    check(
        "公示期限只有十五天。建议改为一个月。\n理由：上班族根本看不到。",
        &["公示期限只有十五天。建议改为一个月。\n理由：上班族根本看不到。"],
    );
}

#[test]
fn training_learns_what_divides_the_examples() {
    let sentence = "公示太短请改为一个月。";
    let examples: Vec<Example> = ["另外收费太高。", "因为大家看不到。"]
        .map(|next| {
            let text = format!("{sentence}{next}");
            let cut = sentence.len();
            let whole = Span::new(0, text.len());
            let two = vec![Span::new(0, cut), Span::new(cut, text.len())];
            let units = if next.starts_with('另') {
                two
            } else {
                vec![whole]
            };
            Example {
                text,
                citations: Vec::new(),
                channel: Channel::Web,
                units,
            }
        })
        .into();
    let model = train(&examples, 0.01);
    for example in &examples {
        assert_eq!(
            split_with(&model, &example.text, &[], Channel::Web),
            example.units
        );
    }
    assert_eq!(Model::parse(&model.table()).table(), model.table());
}

#[test]
fn long_hostile_texts_take_linear_time() {
    for piece in [
        "一、",
        "“",
        "（",
        "1.",
        "甲：",
        "另外，",
        "😀 ",
        "\u{200F}。",
        "第1条",
    ] {
        let text = piece.repeat(60_000 / piece.len());
        let units = split(&text, &citations(&text), Channel::Meeting);
        assert!(units.len() <= text.len());
    }
}

#[test]
fn a_lone_mark_is_not_what_remains_of_a_heading() {
    let text = "建议\n（";
    let units = split(text, &[], Channel::Web);
    let words: Vec<&str> = units.iter().map(|unit| unit.of(text)).collect();
    assert!(
        matches!(words[..], [unit] if unit.starts_with("建议")),
        "{words:?}"
    );
}

proptest! {
    #[test]
    fn units_are_in_order_and_never_overlap(
        text in "([一二1②]?[、.：，。；！ \n]|第[12]条|另外|理由|谢谢|您好|甲一|（|）|“|”|😀|應當|建议[a-z]?){0,30}",
        meeting in any::<bool>(),
    ) {
        let channel = if meeting { Channel::Meeting } else { Channel::Web };
        let units = split(&text, &citations(&text), channel);
        prop_assert!(units.windows(2).all(|w| w[0].end <= w[1].start));
        for unit in &units {
            prop_assert!(!unit.is_empty() && text.get(unit.start..unit.end).is_some());
        }
        if text.contains("建议") {
            prop_assert!(!units.is_empty());
        }
    }
}
