//! The law library: texts of laws, article by article. What a package brought is replaced when it is
//! installed again; what staff imported stays.

mod package;

use std::collections::BTreeMap;

use caifeng_domain::{ArticleNo, Law, LawArticle, LawKey, Validity};
use sqlx::any::AnyRow;

use crate::{
    Act, Store, StoreError, audit,
    rows::{corrupt, get, get_usize, get_wire, insert_all, wire},
};

pub use package::read_law_package;

/// A law with its articles in order.
pub type LawText = (Law, Vec<LawArticle>);

impl Store {
    /// Puts laws into the library: in place of those of the same `source` where `replace` says so, and
    /// in place of those with the same key always.
    pub async fn install_laws(
        &self,
        act: &Act<'_>,
        source: &str,
        replace: bool,
        laws: &[LawText],
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        // Its edition first: nobody else writes until this one has.
        write.take_numbers("library", 1).await?;
        if replace {
            sqlx::query(
                "delete from library_article
                 where law in (select key from library_law where source = $1)",
            )
            .bind(source)
            .execute(write.db())
            .await?;
            sqlx::query("delete from library_law where source = $1")
                .bind(source)
                .execute(write.db())
                .await?;
        }
        for (law, articles) in laws {
            for sql in [
                "delete from library_article where law = $1",
                "delete from library_law where key = $1",
            ] {
                let query = sqlx::query(sql).bind(law.key.as_str());
                query.execute(write.db()).await?;
            }
            sqlx::query(
                "insert into library_law
                 (key, title, kind, field, issuer, published, effective, version, validity, source)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(law.key.as_str())
            .bind(&law.title)
            .bind(&law.kind)
            .bind(law.field.as_deref())
            .bind(law.issuer.as_deref())
            .bind(law.published.as_deref())
            .bind(law.effective.as_deref())
            .bind(law.version.as_deref())
            .bind(wire(&Validity::ALL, law.validity))
            .bind(source)
            .execute(write.db())
            .await?;
            insert_all(
                write.db(),
                "insert into library_article (law, place, number, label, heading, text)",
                6,
                "",
                articles,
                |query, article| {
                    query
                        .bind(law.key.as_str())
                        .bind(i64::from(article.place))
                        .bind(article.number.map(|number| number.to_string()))
                        .bind(&article.label)
                        .bind(article.heading.as_deref())
                        .bind(&article.text)
                },
            )
            .await?;
        }
        let what = format!("{} laws from {source}", laws.len());
        audit::append(&mut write, act, "library.install", &what).await?;
        write.commit().await
    }

    /// Changes with every change of the library.
    pub async fn library_edition(&self) -> Result<i64, StoreError> {
        let row = sqlx::query("select next from counter where name = 'library'");
        get(&row.fetch_one(self.pool()).await?, "next")
    }

    /// All laws by title, the latest text of each first, with the number of their articles.
    pub async fn laws(&self) -> Result<Vec<(Law, usize)>, StoreError> {
        sqlx::query(
            "select library_law.*,
                 (select count(*) from library_article where law = library_law.key) as articles
             from library_law order by title, version desc, key",
        )
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| Ok((law(row)?, get_usize(row, "articles")?)))
        .collect()
    }

    /// The articles of one law in order; none where it is not there.
    pub async fn law_articles(&self, key: &LawKey) -> Result<Vec<LawArticle>, StoreError> {
        sqlx::query("select * from library_article where law = $1 order by place")
            .bind(key.as_str())
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(article)
            .collect()
    }

    /// One article by its place in the law.
    pub async fn law_article_at(
        &self,
        key: &LawKey,
        place: u32,
    ) -> Result<Option<LawArticle>, StoreError> {
        sqlx::query("select * from library_article where law = $1 and place = $2")
            .bind(key.as_str())
            .bind(i64::from(place))
            .fetch_optional(self.pool())
            .await?
            .map(|row| article(&row))
            .transpose()
    }

    /// One article by its number: the first of several.
    pub async fn law_article(
        &self,
        key: &LawKey,
        number: ArticleNo,
    ) -> Result<Option<LawArticle>, StoreError> {
        sqlx::query(
            "select * from library_article where law = $1 and number = $2 order by place limit 1",
        )
        .bind(key.as_str())
        .bind(number.to_string())
        .fetch_optional(self.pool())
        .await?
        .map(|row| article(&row))
        .transpose()
    }

    /// Every article of every law, by law.
    pub async fn all_law_articles(&self) -> Result<BTreeMap<LawKey, Vec<LawArticle>>, StoreError> {
        let rows = sqlx::query("select * from library_article order by law, place")
            .fetch_all(self.pool())
            .await?;
        let mut all: BTreeMap<LawKey, Vec<LawArticle>> = BTreeMap::new();
        for row in &rows {
            all.entry(key(row, "law")?).or_default().push(article(row)?);
        }
        Ok(all)
    }
}

fn key(row: &AnyRow, column: &'static str) -> Result<LawKey, StoreError> {
    let text: &str = get(row, column)?;
    text.parse().map_err(|_| corrupt(column, text))
}

fn law(row: &AnyRow) -> Result<Law, StoreError> {
    Ok(Law {
        key: key(row, "key")?,
        title: get(row, "title")?,
        kind: get(row, "kind")?,
        field: get(row, "field")?,
        issuer: get(row, "issuer")?,
        published: get(row, "published")?,
        effective: get(row, "effective")?,
        version: get(row, "version")?,
        validity: get_wire(row, "validity", &Validity::ALL)?,
    })
}

fn article(row: &AnyRow) -> Result<LawArticle, StoreError> {
    let place: i64 = get(row, "place")?;
    let number: Option<&str> = get(row, "number")?;
    let number = number.map(|text| text.parse().map_err(|_| corrupt("number", text)));
    Ok(LawArticle {
        place: u32::try_from(place).map_err(|_| corrupt("place", &place))?,
        number: number.transpose()?,
        label: get(row, "label")?,
        heading: get(row, "heading")?,
        text: get(row, "text")?,
    })
}

#[cfg(test)]
mod tests;
