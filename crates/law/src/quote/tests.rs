//! Quotations on a small invented draft.

use super::{DraftIndex, find};
use crate::draft;
use caifeng_domain::{ArticleNo, Draft};
use proptest::prelude::*;
use std::sync::LazyLock;

static DRAFT: LazyLock<Draft> = LazyLock::new(|| {
    let text = "公园条例（草案）\n\
        第一章 总则\n\
        第一条 为了保护公园，制定本条例。\n\
        第二条 县级以上人民政府应当将公园建设纳入规划。\n\
        县级以上人民政府应当保障养护经费。\n\
        第三条 县级以上人民政府应当每年公布公园名录。\n\
        第四条 在公园内不得有下列行为：\n\
        （一）擅自采挖花草树木；\n\
        （二）在水体中游泳、垂钓。\n\
        第五条 公园应当每日开放不少于十二小时，夏季可以延长开放时间。\n\
        第六条 县级以上人民政府应当受理投诉，并在十五日内答复。\n";
    draft::parse(text).unwrap()
});
static INDEX: LazyLock<DraftIndex> = LazyLock::new(|| DraftIndex::new(&DRAFT));

/// The words found with the labels of their provisions: `每日开放=5`, `擅自采挖=4（一）`.
#[track_caller]
fn check(text: &str, want: &[&str]) {
    let found: Vec<String> = find(text, &INDEX)
        .iter()
        .map(|quotation| {
            let places = quotation.nodes.iter().map(|&id| {
                let article = DRAFT.node(DRAFT.article_of(id).unwrap()).number;
                format!("{article}{}", DRAFT.node(id).label)
            });
            let places: Vec<_> = places.collect();
            format!("{}={}", quotation.span.of(text), places.join(","))
        })
        .collect();
    assert_eq!(found, want, "{text}");
}

#[test]
fn rare_words_name_their_article() {
    check("“擅自采挖”太笼统", &["擅自采挖=4（一）"]);
    check(
        "为什么每日开放不少于十二小时？",
        &["每日开放不少于十二小时=5"],
    );
    check("夏季可以 延长，开放时间", &["夏季可以 延长，开放时间=5"]);
    check("“在水体中游泳,垂钓”一项", &["在水体中游泳,垂钓=4（二）"]);
}

#[test]
fn what_many_articles_say_names_none() {
    check("县级以上人民政府应当多栽树", &[]);
    check("“县级以上人民政府”怎么落实", &[]);
    check("我家门口的公园很好", &[]);
}

#[test]
fn words_quoted_from_memory_are_recognised() {
    check(
        "“公园应当每日开放不少于十二个小时”做不到",
        &["公园应当每日开放不少于十二个小时=5第五条"],
    );
    check(
        "“公园应当每日开放……夏季可以延长”好",
        &["公园应当每日开放……夏季可以延长=5第五条"],
    );
    check("“公园应当配备自动体外除颤设备”", &[]);
}

#[test]
fn longer_runs_weigh_more() {
    let weigh = |text: &str| find(text, &INDEX)[0].weight;
    assert!(weigh("“擅自采挖花草树木”") > weigh("“擅自采挖”"));
    assert!(weigh("“擅自采挖花草树木”") <= 1.0);
}

proptest! {
    #[test]
    fn any_piece_of_an_article_in_marks_is_found_there(from in 0usize..20, len in 12usize..16) {
        let article = DRAFT.article(ArticleNo::new(5)).unwrap();
        let words: String = DRAFT.full_text(article).chars().filter(|c| c.is_alphanumeric()).skip(from).take(len).collect();
        prop_assume!(words.chars().count() >= 4);
        let text = format!("我认为“{words}”不妥");
        let found = find(&text, &INDEX);
        prop_assert!(found.iter().any(|quotation| quotation.nodes.iter().any(|&id| DRAFT.article_of(id) == Some(article))));
    }

    #[test]
    fn any_text_gives_ordered_spans(text in "[公园应当每日开放不少于十二小时县级“”\"。\n😀]{0,60}") {
        let mut start = 0;
        for quotation in find(&text, &INDEX) {
            prop_assert!(start <= quotation.span.start && text.get(quotation.span.start..quotation.span.end).is_some());
            prop_assert!(!quotation.nodes.is_empty());
            start = quotation.span.start;
        }
    }
}
