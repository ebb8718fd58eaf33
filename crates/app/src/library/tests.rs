//! The library with a few invented laws.

use std::sync::Arc;

use caifeng_domain::{ArticleNo, Validity};
use caifeng_law::draft;

use super::{LawFacts, LibraryAnswer, LibraryRequest};
use crate::{App, Config, Overrides};

const PARKS: &str = "甲市公园条例\n第一章　总则\n第一条　为了加强公园管理，制定本条例。\n\
                     第二章　游园\n第二条　遛犬应当束绳，并避让行人。\n第三条　公园夜间照明时间由管理单位公布。\n";
const DOGS: &str = "甲市养犬条例\n第一条　携犬出户应当束犬绳，由成年人牵领，避让老年人和儿童。\n";
const DOGS_BEFORE: &str = "甲市养犬条例\n第一条　携犬出户应当束绳。\n第二条　犬只应当登记。\n";
const DRAFT: &str = "甲市河畔条例（草案）\n第一条　携犬在河畔散步的，应当束犬绳，由成年人牵领，避让行人。\n\
                     第二条　违反本条例的，依照《甲市养犬条例》第一条和甲市公园条例第九条处理。\n";

async fn filled(folder: &tempfile::TempDir) -> App {
    let said = Overrides {
        data: Some(folder.path().to_owned()),
        model: Some("lexical".into()),
        ..Overrides::default()
    };
    let app = App::open(Config::load(said, None).unwrap()).await.unwrap();
    for (text, validity, version) in [
        (PARKS, Validity::Amended, "2015-01-01"),
        (DOGS, Validity::InForce, "2024-06-01"),
        (DOGS_BEFORE, Validity::Former, "2010-06-01"),
    ] {
        let facts = LawFacts {
            validity,
            kind: "地方性法规".into(),
            issuer: None,
            published: None,
            effective: None,
            version: Some(version.into()),
        };
        let imported = app.import_law("law.txt", text.as_bytes(), facts).await;
        imported.unwrap();
    }
    app
}

async fn look(app: &App, text: &str, validity: Option<&str>) -> LibraryAnswer {
    let request = LibraryRequest {
        text: text.to_owned(),
        validity: validity.map(str::to_owned),
        limit: 9,
    };
    app.search_library(request).await.unwrap()
}

/// Year of the law's text, label of the article, and whether it was named.
fn places(answer: &LibraryAnswer) -> Vec<(String, String, bool)> {
    let hits = answer.hits.iter();
    hits.map(|hit| {
        let version = hit.law.version.clone().unwrap_or_default();
        (
            version[..4].to_owned(),
            hit.article.label.clone(),
            hit.is_exact,
        )
    })
    .collect()
}

#[tokio::test]
async fn what_is_named_comes_first_and_words_find_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let app = filled(&folder).await;
    let check = async |text: &str, validity: Option<&str>, want: &[(&str, &str, bool)]| {
        let got = places(&look(&app, text, validity).await);
        let got: Vec<_> = got.iter().map(|(y, l, e)| (&**y, &**l, *e)).collect();
        assert_eq!(got, want, "{text}");
    };
    let (now, former) = (("2024", "第一条", true), ("2010", "第一条", true));
    check("甲市养犬条例第一条", None, &[now, former]).await;
    check("养犬条例 1", None, &[now, former]).await;
    check("《甲市养犬条例》第一条", Some("历史版本"), &[former]).await;
    check("照明", None, &[("2015", "第三条", false)]).await;
    check("登记", None, &[]).await;
    check("登记", Some("all"), &[("2010", "第二条", false)]).await;
    check("养犬条例 登记", None, &[("2010", "第二条", false)]).await;
    let found = look(&app, "公园条例", None).await;
    assert_eq!(found.laws.len(), 1, "{:?}", found.laws);
    assert!(found.is_installed);
    let refused = LibraryRequest {
        validity: Some("大概有效".into()),
        ..LibraryRequest::default()
    };
    assert!(app.search_library(refused).await.is_err());
}

#[tokio::test]
async fn an_article_stands_in_its_chapter_and_keeps_its_heading() {
    let folder = tempfile::tempdir().unwrap();
    let app = filled(&folder).await;
    let found = look(&app, "公园条例第二条", None).await;
    let hit = &found.hits[0];
    assert_eq!(hit.article.heading.as_deref(), Some("第二章 游园"));
    let chapter = app.law_chapter(&hit.law.key, 2).await.unwrap().unwrap().1;
    let labels: Vec<&str> = chapter.iter().map(|article| &*article.label).collect();
    assert_eq!(labels, ["第二条", "第三条"]);
    assert_eq!(app.law_chapter(&hit.law.key, 9).await.unwrap(), None);
}

#[tokio::test]
async fn what_a_text_names_is_looked_up_and_its_standing_said() {
    let folder = tempfile::tempdir().unwrap();
    let app = filled(&folder).await;
    let draft = Arc::new(draft::parse(DRAFT).unwrap());
    let text = "建议与《甲市养犬条例》第一条、甲市公园条例第二条衔接；《甲市养犬条例》（2010年修正）\
                第二条有登记，养犬条例第七条没有。本条例第一条和乙法第三条不论。";
    let cited = app.cited_laws(text, &draft).await.unwrap();
    let got: Vec<(&str, String, Option<&str>)> = cited
        .iter()
        .map(|cited| {
            let article = cited.number.map(|number| number.to_string());
            let year = &cited.law.version.as_deref().unwrap()[..4];
            (year, article.unwrap_or_default(), cited.warning.as_deref())
        })
        .collect();
    let amended = "这部法律已被修改，库中的文本不是最新的，请核对现行规定";
    let former = "引用的是历史版本，现行文本为 2024-06-01 版";
    let want = [
        ("2024", "1", None),
        ("2015", "2", Some(amended)),
        ("2010", "2", Some(former)),
        ("2024", "7", Some("库中的文本没有第七条")),
    ];
    let want = want.map(|(year, article, warning)| (year, article.to_owned(), warning));
    assert_eq!(got, want);
}

#[tokio::test]
async fn beside_an_article_stands_what_it_names_and_what_is_alike() {
    let folder = tempfile::tempdir().unwrap();
    let app = filled(&folder).await;
    let draft = Arc::new(draft::parse(DRAFT).unwrap());
    let related = app.related(&draft, ArticleNo::new(1)).await.unwrap();
    assert_eq!(related.cited, []);
    let first = &related.alike[0];
    assert_eq!(
        (&*first.law.title, first.article.place),
        ("甲市养犬条例", 1)
    );
    assert!(first.shared.iter().any(|word| word == "牵领"), "{first:?}");
    let related = app.related(&draft, ArticleNo::new(2)).await.unwrap();
    let cited: Vec<_> = related.cited.iter().map(|c| c.article.is_some()).collect();
    assert_eq!(cited, [true, false], "the second has no article 9");
    // A law is not beside the draft that replaces it.
    let own = DOGS.replace("条例", "条例（修订草案）");
    let own = Arc::new(draft::parse(&own).unwrap());
    let related = app.related(&own, ArticleNo::new(1)).await.unwrap();
    assert!(
        related
            .alike
            .iter()
            .all(|alike| alike.law.title != "甲市养犬条例")
    );
    assert!(app.related(&own, ArticleNo::new(5)).await.is_err());
}

#[tokio::test]
async fn an_index_is_made_anew_where_it_is_missing_and_an_empty_library_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let app = filled(&folder).await;
    let other = || {
        let said = Overrides {
            data: Some(folder.path().to_owned()),
            ..Overrides::default()
        };
        App::open(Config::load(said, None).unwrap())
    };
    let dirs = || {
        std::fs::read_dir(folder.path().join("library"))
            .unwrap()
            .count()
    };
    assert_eq!(dirs(), 1, "of the last edition only");
    std::fs::remove_dir_all(folder.path().join("library")).unwrap();
    let again = other().await.unwrap();
    assert_eq!(look(&again, "照明", None).await.hits.len(), 1);
    assert_eq!(dirs(), 1);
    app.finish().await;

    let empty = tempfile::tempdir().unwrap();
    let said = Overrides {
        data: Some(empty.path().to_owned()),
        ..Overrides::default()
    };
    let app = App::open(Config::load(said, None).unwrap()).await.unwrap();
    let answer = look(&app, "照明", None).await;
    assert!(!answer.is_installed && answer.hits.is_empty());
    let draft = Arc::new(draft::parse(DRAFT).unwrap());
    let related = app.related(&draft, ArticleNo::new(2)).await.unwrap();
    assert!(!related.is_installed && related.cited.is_empty());
}
