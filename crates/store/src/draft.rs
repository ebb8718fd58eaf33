//! Versions (审次) of a consultation's draft, as text.

use std::{collections::HashMap, fmt};

use caifeng_domain::ConsultationId;
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    Act, Store, StoreError, audit,
    db::Write,
    rows::{get, get_id, get_time, signed, time_text},
};

/// One imported version of a draft. Shown as `D-42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DraftId(u64);

impl DraftId {
    /// Wraps a row number. Zero is not one.
    #[must_use]
    pub const fn new(raw: u64) -> Option<Self> {
        if raw == 0 { None } else { Some(Self(raw)) }
    }

    /// The stored form.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for DraftId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "D-{}", self.0)
    }
}

/// A version to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRecord {
    /// 一审稿, 二次审议稿, or whatever it is called.
    pub version: String,
    /// Name of the file, without folders.
    pub file_name: String,
    /// SHA-256 of the file, hexadecimal. The same file is stored once.
    pub source_sha256: String,
    /// The parsed draft printed as text.
    pub text: String,
}

/// A stored version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its number. Later versions have greater ones.
    pub id: DraftId,
    /// What was imported.
    pub record: DraftRecord,
    /// When.
    pub imported_at: Timestamp,
}

impl Store {
    /// The number of the latest version of each consultation that has one.
    pub async fn latest_drafts(&self) -> Result<HashMap<ConsultationId, DraftId>, StoreError> {
        sqlx::query("select consultation, max(id) as id from draft group by consultation")
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(|row| {
                Ok((
                    get_id(row, "consultation", ConsultationId::new)?,
                    get_id(row, "id", DraftId::new)?,
                ))
            })
            .collect()
    }

    /// Adds a version. A file that the consultation already has keeps its number and everything
    /// that was stored with it first.
    pub async fn add_draft(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
        record: &DraftRecord,
    ) -> Result<DraftId, StoreError> {
        let mut write = self.write().await?;
        let id = add_draft(&mut write, act, consultation, record).await?;
        write.commit().await?;
        Ok(id)
    }

    /// All versions of a consultation's draft, oldest first.
    pub async fn drafts(&self, consultation: ConsultationId) -> Result<Vec<Draft>, StoreError> {
        sqlx::query("select * from draft where consultation = $1 order by id")
            .bind(signed(consultation.get()))
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// How many versions were imported.
    pub async fn count_drafts(&self, consultation: ConsultationId) -> Result<usize, StoreError> {
        let count: i64 = sqlx::query_scalar("select count(*) from draft where consultation = $1")
            .bind(signed(consultation.get()))
            .fetch_one(self.pool())
            .await?;
        Ok(count.cast_unsigned() as usize)
    }

    /// The version imported last.
    pub async fn latest_draft(
        &self,
        consultation: ConsultationId,
    ) -> Result<Option<Draft>, StoreError> {
        sqlx::query("select * from draft where consultation = $1 order by id desc limit 1")
            .bind(signed(consultation.get()))
            .fetch_optional(self.pool())
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }
}

/// The same in a transaction of the caller's.
pub(crate) async fn add_draft(
    write: &mut Write<'_>,
    act: &Act<'_>,
    consultation: ConsultationId,
    record: &DraftRecord,
) -> Result<DraftId, StoreError> {
    let number = write.take_numbers("draft", 1).await?;
    let row = sqlx::query("select id from draft where consultation = $1 and source_sha256 = $2")
        .bind(signed(consultation.get()))
        .bind(&record.source_sha256)
        .fetch_optional(write.db())
        .await?;
    if let Some(row) = row {
        return get_id(&row, "id", DraftId::new);
    }
    sqlx::query(
        "insert into draft
             (id, consultation, version, file_name, source_sha256, text, imported_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(signed(number))
    .bind(signed(consultation.get()))
    .bind(&record.version)
    .bind(&record.file_name)
    .bind(&record.source_sha256)
    .bind(&record.text)
    .bind(time_text(act.at))
    .execute(write.db())
    .await?;
    let id = crate::rows::to_id("draft.id", signed(number), DraftId::new)?;
    audit::append_about(write, act, "draft.import", consultation, &id.to_string()).await?;
    Ok(id)
}

fn read(row: &AnyRow) -> Result<Draft, StoreError> {
    Ok(Draft {
        id: get_id(row, "id", DraftId::new)?,
        record: DraftRecord {
            version: get(row, "version")?,
            file_name: get(row, "file_name")?,
            source_sha256: get(row, "source_sha256")?,
            text: get(row, "text")?,
        },
        imported_at: get_time(row, "imported_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::DraftRecord;
    use crate::testing::{act, new_consultation, on_every_database};

    fn record(version: &str, sha: &str) -> DraftRecord {
        DraftRecord {
            version: version.into(),
            file_name: "草案.txt".into(),
            source_sha256: sha.into(),
            text: format!("第一条　{version}"),
        }
    }

    #[tokio::test]
    async fn the_same_file_is_one_version() {
        on_every_database(async |store| {
            let here = new_consultation(&store, "here").await;
            let there = new_consultation(&store, "there").await;
            assert_eq!(store.latest_draft(here).await.unwrap(), None);
            let add = async |to, version, sha| {
                let record = record(version, sha);
                store.add_draft(&act(), to, &record).await.unwrap()
            };
            let first = add(here, "一审稿", "aa").await;
            let second = add(here, "二审稿", "bb").await;
            assert_eq!(add(here, "再来", "aa").await, first);
            assert_ne!(add(there, "一审稿", "aa").await, first);

            let drafts = store.drafts(here).await.unwrap();
            let ids: Vec<_> = drafts.iter().map(|draft| draft.id).collect();
            assert_eq!(ids, [first, second]);
            assert_eq!(store.count_drafts(here).await.unwrap(), 2);
            assert_eq!(drafts[0].record, record("一审稿", "aa"));
            assert_eq!(drafts[0].imported_at, act().at);
            assert_eq!(store.latest_draft(here).await.unwrap().unwrap(), drafts[1]);
        })
        .await;
    }
}
