use caifeng_domain::{ArticleNo, Law, LawArticle, Validity};
use sqlx::AnyPool;

use super::{LawText, read_law_package};
use crate::{
    StoreError,
    testing::{act, on_every_database},
};

fn law(key: &str, title: &str, validity: Validity, texts: &[&str]) -> LawText {
    let law = Law {
        key: key.parse().unwrap(),
        title: title.to_owned(),
        kind: "法律".to_owned(),
        field: None,
        issuer: Some("某机关".to_owned()),
        published: None,
        effective: None,
        version: Some("2020-01-01".to_owned()),
        validity,
    };
    let article = |(number, text): (u16, &&str)| LawArticle {
        place: number.into(),
        number: Some(ArticleNo::new(number)),
        label: format!("第{number}条"),
        heading: (number == 1).then(|| "第一章　总则".to_owned()),
        text: (*text).to_owned(),
    };
    (law, (1..).zip(texts).map(article).collect())
}

#[tokio::test]
async fn a_package_replaces_what_it_brought_and_nothing_else() {
    on_every_database(async |store| {
        let first = store.library_edition().await.unwrap();
        let old = [
            law("a", "甲法", Validity::InForce, &["旧的第一条。"]),
            law("b", "乙法", Validity::Former, &["乙。"]),
        ];
        let own = [law(
            "own-1",
            "丙条例",
            Validity::InForce,
            &["丙一。", "丙二。"],
        )];
        let install = async |source: &str, replace: bool, laws: &[LawText]| {
            store
                .install_laws(&act(), source, replace, laws)
                .await
                .unwrap();
        };
        install("p 1", true, &old).await;
        install("own", false, &own).await;
        let new = [law(
            "a",
            "甲法",
            Validity::Amended,
            &["新的第一条。", "第二条。"],
        )];
        install("p 1", true, &new).await;

        let laws = store.laws().await.unwrap();
        let titles: Vec<_> = laws
            .iter()
            .map(|(l, n)| (&*l.title, l.validity, *n))
            .collect();
        assert_eq!(
            titles,
            [
                ("丙条例", Validity::InForce, 2),
                ("甲法", Validity::Amended, 2)
            ]
        );
        assert_eq!(laws[1].0, new[0].0);
        let key = &new[0].0.key;
        assert_eq!(store.law_articles(key).await.unwrap(), new[0].1);
        let one = store.law_article(key, ArticleNo::new(2)).await.unwrap();
        assert_eq!(one.as_ref(), Some(&new[0].1[1]));
        assert_eq!(store.law_article_at(key, 2).await.unwrap(), one);
        assert_eq!(
            store.law_article(key, ArticleNo::new(3)).await.unwrap(),
            None
        );
        let all = store.all_law_articles().await.unwrap();
        assert_eq!(all.values().map(Vec::len).sum::<usize>(), 4);
        assert!(store.library_edition().await.unwrap() > first);
        install("own", false, &own).await;
        assert_eq!(
            store.laws().await.unwrap().len(),
            2,
            "the same key, the same law"
        );
    })
    .await;
}

/// The tables of the package, with two laws.
const PACKAGE: [&str; 4] = [
    "create table laws (law_id text primary key, law_name text not null, doc_type text, level text,
         issuing_body text, publish_date text, effective_date text, version_date text, status text,
         law_department text)",
    "create table articles (id integer primary key, law_id text not null, law_name text not null,
         law_department text, level text, status text, chapter text, section text, article_no text,
         article_no_arabic integer, article_text text, char_count integer)",
    "insert into laws values
         ('0a', '甲法', '法律', '法律', '某机关', '2020-01-01', '2020-07-01', '2021-01-01', '现行有效', '社会法'),
         ('0b', '乙修正案', null, '法律', '', null, null, null, '已废止', null)",
    "insert into articles values
         (1, '0a', '甲法', '', '', '', '第一章 总则', '第一节 任务', '第一条', 1, '一款。' || char(10) || '二款。', 6),
         (2, '0a', '甲法', '', '', '', null, null, '第一条之一', 1, '增加的。', 4),
         (3, '0b', '乙修正案', '', '', '', null, null, null, null, '修改为：……', 5)",
];

#[tokio::test]
async fn a_package_is_read_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("laws.db");
    sqlx::any::install_default_drivers();
    let url = crate::db::sqlite_url(&path, "rwc");
    let pool = AnyPool::connect(&url).await.unwrap();
    for sql in PACKAGE {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    let laws = read_law_package(&path).await.unwrap();
    let [(law, articles), (other, whole)] = &*laws else {
        panic!("{laws:?}");
    };
    assert_eq!((&*law.title, law.validity), ("甲法", Validity::InForce));
    assert_eq!(law.version.as_deref(), Some("2021-01-01"));
    assert_eq!(
        articles[0].heading.as_deref(),
        Some("第一章 总则　第一节 任务")
    );
    assert_eq!(articles[0].text, "一款。\n二款。");
    assert_eq!((&*articles[1].label, articles[1].place), ("第一条之一", 2));
    assert_eq!((&*other.kind, other.issuer.as_deref()), ("法律", None));
    assert_eq!((&*whole[0].label, &whole[0].heading), ("全文", &None));

    sqlx::query("update laws set status = '不明'")
        .execute(&pool)
        .await
        .unwrap();
    let error = read_law_package(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    let missing = read_law_package(&dir.path().join("none.db")).await;
    assert!(matches!(missing, Err(StoreError::Open { .. })));
}
