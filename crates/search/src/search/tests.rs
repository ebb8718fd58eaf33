use std::{collections::BTreeSet, sync::LazyLock};

use caifeng_domain::{ArticleNo, Channel, Status};
use proptest::prelude::*;

use crate::{
    Document, Filters, Kind, Query, Reason, SearchError, SearchIndex,
    testing::{index_of, keys, submission},
};

fn with_filters(text: &str, filters: Filters) -> Query {
    Query {
        filters,
        ..Query::new(text)
    }
}

fn varied() -> Vec<Document> {
    let mut documents = vec![
        submission("a", "公示期应当延长").linked(12),
        submission("b", "公示期太短了").linked(13),
        submission("c", "公示期不必写").linked(12),
        Document::new("d", Kind::Article, "draft", "公示期不少于七日"),
        Document::new("e", Kind::Submission, "other", "公示期"),
    ];
    documents[0].channel = Some(Channel::Paper);
    documents[0].station = Some("东站".to_owned());
    documents[0].date = Some("2026-03-01".to_owned());
    documents[0].status = Some(Status::Complaint);
    documents[1].date = Some("2026-03-05".to_owned());
    documents
}

static VARIED: LazyLock<SearchIndex> = LazyLock::new(|| {
    let mut documents = varied();
    documents.push(Document::new("f", Kind::Point, "draft", "公示期应当延长"));
    index_of(&documents)
});

#[track_caller]
fn check_filters(want: &str, set: impl Fn(&mut Filters)) {
    let mut filters = Filters::default();
    set(&mut filters);
    for text in ["", "公示期"] {
        let mut got = keys(&VARIED, &with_filters(text, filters.clone()));
        got.sort();
        assert_eq!(got.concat(), want, "{text:?} {filters:?}");
    }
}

#[test]
fn every_filter_holds_with_and_without_words() {
    let some = |text: &str| Some(text.to_owned());
    check_filters("abcdef", |_| ());
    check_filters("f", |f| f.kind = Some(Kind::Point));
    check_filters("d", |f| f.kind = Some(Kind::Article));
    check_filters("abce", |f| f.kind = Some(Kind::Submission));
    check_filters("e", |f| f.consultation = some("other"));
    check_filters("ac", |f| f.article = Some(ArticleNo::new(12)));
    check_filters("a", |f| f.channel = Some(Channel::Paper));
    let places = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    check_filters("a", |f| f.stations = places(&["东站", "西站"]));
    check_filters("", |f| f.stations = places(&[]));
    check_filters("ad", |f| f.within = places(&["东站"]));
    check_filters("d", |f| f.within = places(&["西站"]));
    check_filters("a", |f| f.status = Some(Status::Complaint));
    check_filters("b", |f| f.date_from = some("2026-03-05"));
    check_filters("ab", |f| f.date_to = some("2026-03-05"));
    check_filters("a", |f| {
        f.date_from = some("2026-03-01");
        f.date_to = some("2026-03-04");
    });
}

#[test]
fn a_limit_may_count_each_kind_by_itself() {
    let mut query = Query::new("公示期");
    query.limit = 1;
    assert_eq!(keys(&VARIED, &query).len(), 1);
    query.limit_each = true;
    let answer = VARIED.search(&query).unwrap();
    let kinds: BTreeSet<Kind> = answer.hits.iter().map(|hit| hit.document.kind).collect();
    assert_eq!((answer.hits.len(), kinds.len()), (3, 3));
    let counts: Vec<usize> = answer.by_kind.into_values().collect();
    assert_eq!((counts, answer.total), (vec![4, 1, 1], 6));
}

#[track_caller]
fn check_highlights(text: &str, query: &str, want: &[&str]) {
    let answer = index_of(&[submission("a", text)])
        .search(&Query::new(query))
        .unwrap();
    let hit = &answer.hits[0];
    let got: Vec<&str> = hit.highlights.iter().map(|h| h.of(text)).collect();
    assert_eq!(got, want);
    for span in &hit.snippet.highlights {
        assert!(hit.snippet.span.contains(*span) && !span.of(text).is_empty());
    }
}

#[test]
fn highlights_are_words_of_the_text_as_delivered() {
    check_highlights("我的低保被停了", "低保", &["低保"]);
    check_highlights("關於殘疾證的問題", "残疾证", &["殘疾證"]);
    check_highlights("请打１２３４５热线", "12345", &["１２３４５"]);
    check_highlights("ＡＰＰ老是打不开", "app", &["ＡＰＰ"]);
    check_highlights("😀\u{200F}低保，低保！", "低保", &["低保", "低保"]);
    check_highlights("三轮车也算车", "车", &["车", "车"]);
}

#[test]
fn a_long_text_shows_the_piece_that_matches() {
    let text = "前言。".repeat(100) + "请提高低保标准。" + &"后话。".repeat(100);
    let index = index_of(&[submission("a", &text)]);
    let answer = index.search(&Query::new("低保标准")).unwrap();
    let snippet = &answer.hits[0].snippet;
    assert!(snippet.span.of(&text).contains("低保标准"));
    assert_eq!(snippet.span.of(&text).chars().count(), 80);
}

#[test]
fn whoever_makes_the_same_point_is_found_in_whatever_words() {
    let index = index_of(&[
        submission("a", "有车就不能吃低保，不合理")
            .linked(20)
            .saying(1),
        submission("b", "三轮是拉菜卖的，这也算")
            .linked(20)
            .saying(1),
        submission("c", "公示期太短").linked(30).saying(2),
        submission("d", "支持立法"),
    ]);
    let answer = index.search(&Query::new("有车能不能吃低保")).unwrap();
    let found: Vec<(&str, bool)> = answer
        .hits
        .iter()
        .map(|h| (h.document.key.as_str(), h.reason == Reason::Meaning))
        .collect();
    assert_eq!(found, [("a", false), ("b", true)]);
    assert_eq!(answer.total, 1, "one has the words");
}

#[test]
fn an_article_that_the_query_names_comes_first() {
    let index = index_of(&[
        submission("a", "罚款太重"),
        submission("b", "罚款太轻").linked(67),
        submission("c", "同意").linked(67),
        submission("d", "同意"),
    ]);
    let query = Query {
        boost_articles: vec![ArticleNo::new(67)],
        ..Query::new("罚款")
    };
    assert_eq!(keys(&index, &query), ["b", "c", "a"]);
}

#[test]
fn meaning_finds_what_shares_no_word() {
    let index = index_of(&[
        submission("a", "老人不会用手机").meaning(&[1.0, 0.1, 0.0]),
        submission("b", "审批太慢").meaning(&[0.0, 1.0, 0.2]),
        submission("c", "标准太低").meaning(&[0.1, 0.0, 1.0]),
    ]);
    let query = |vector: &[f32]| Query {
        vector: Some(vector.to_vec()),
        ..Query::new("智能设备")
    };
    let answer = index.search(&query(&[2.0, 0.0, 0.0])).unwrap();
    assert_eq!(answer.hits[0].document.key, "a");
    assert_eq!(answer.hits[0].reason, Reason::Meaning);
    assert!(answer.hits[0].document.parts[0].vector.is_empty());
    let error = index.search(&query(&[1.0])).unwrap_err();
    assert!(
        matches!(
            error,
            SearchError::Dimension {
                found: 1,
                expected: 3
            }
        ),
        "{error}"
    );
}

#[test]
fn of_duplicates_only_the_best_is_shown_when_asked() {
    let mut documents = varied();
    for document in &mut documents[..3] {
        document.group = Some(7);
    }
    let index = index_of(&documents);
    let query = Query {
        collapse_duplicates: true,
        ..Query::new("公示期")
    };
    assert_eq!(keys(&index, &query).len(), 3);
    assert_eq!(keys(&index, &Query { limit: 2, ..query }).len(), 2);
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    let mut documents = varied();
    let query = Query::new("公示期太短");
    let want = index_of(&documents).search(&query).unwrap();
    documents.reverse();
    let one_by_one = index_of(&[]);
    for document in &documents {
        one_by_one.update([document], &[]).unwrap();
    }
    assert_eq!(one_by_one.search(&query).unwrap(), want);
    assert_eq!(
        one_by_one.search(&query).unwrap(),
        want,
        "nor does asking again"
    );
}

#[test]
fn odd_queries_are_plain_words() {
    let index = index_of(&varied());
    let odd = [
        "\"公示期",
        "(公示期",
        "公示期 AND",
        "OR 公示期",
        "text:公示期",
        "公示期*",
        "-公示期",
        "第十二条 公示期",
        "公示期\u{0}",
        "《公示期》",
        "+公示期^99999",
        "[公示期 TO",
    ];
    for text in odd {
        let found = keys(&index, &Query::new(text));
        assert_eq!(found.len(), 5, "{text:?}");
    }
    let page = "公示期太短。".repeat(400_000);
    assert_eq!(keys(&index, &Query::new(page)).len(), 5);
}

proptest! {
    #[test]
    fn no_query_fails(text in r#"[\PC"()\[\]{}:^~*?/\\+\-!&|第三条 ANDORT]{0,40}"#) {
        prop_assert!(VARIED.search(&Query::new(text)).is_ok());
    }
}

proptest! {
    // Every case builds an index.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_two_neighbouring_characters_find_their_text(
        text in "[一-龥Ａ-Ｚa-z0-9，。 、後裡髮😀]{2,40}",
        others in prop::collection::vec("[一-龥]{0,12}", 0..4),
    ) {
        let mut documents = vec![submission("wanted", &text)];
        for (i, other) in others.iter().enumerate() {
            documents.push(submission(&format!("other {i}"), other));
        }
        let index = index_of(&documents);
        let chars: Vec<char> = text.chars().collect();
        for pair in chars.windows(2) {
            let found = keys(&index, &Query::new(pair.iter().collect::<String>()));
            prop_assert!(found.contains(&"wanted".to_owned()), "{pair:?}");
        }
    }
}
