//! Sealing anew, with the newest key, what older ones sealed.

use caifeng_domain::{CollectorId, SubmissionId};

use crate::{
    Act, Store, StoreError, audit,
    rows::{get, to_id},
    vault::{HEADER_BYTES, Owner},
};

/// Values sealed anew in one transaction: a few hundredths of a second, so that intake goes on.
const PAGE: i64 = 256;

/// Where sealed values are: table, its number, and whose they are.
type Place = (
    &'static str,
    &'static str,
    fn(i64) -> Result<Owner, StoreError>,
);

const PLACES: [Place; 6] = [
    ("identity", "submission", |number| {
        to_id("identity.submission", number, SubmissionId::new).map(Owner::Sender)
    }),
    ("collector", "id", |number| {
        to_id("collector.id", number, CollectorId::new).map(Owner::Collector)
    }),
    ("device", "id", |number| row("device", number)),
    ("hook", "id", |number| row("hook", number)),
    ("hook_refusal", "id", |number| row("hook_refusal", number)),
    ("wechat_media", "id", |number| row("wechat_media", number)),
];

fn row(table: &'static str, number: i64) -> Result<Owner, StoreError> {
    to_id(table, number, Some).map(|id| Owner::Row(table, id))
}

impl Store {
    /// How many values are not sealed with the newest key.
    pub async fn sealed_before(&self) -> Result<usize, StoreError> {
        let header = self.vault().header();
        let mut count = 0;
        for (table, _, _) in PLACES {
            let sql = format!(
                "select count(*) from {table} where substr(sealed, 1, {HEADER_BYTES}) <> $1"
            );
            let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                .bind(header.clone())
                .fetch_one(self.pool())
                .await?;
            count += found.unsigned_abs() as usize;
        }
        Ok(count)
    }

    /// Seals with the newest key what older ones sealed, a page at a time, while everything else
    /// goes on. May be broken off at any time and begun again. `done` hears of each page.
    pub async fn reseal(
        &self,
        act: &Act<'_>,
        done: &(dyn Fn(usize) + Sync),
    ) -> Result<usize, StoreError> {
        self.refresh_keys().await?;
        let mut all = 0;
        for place in PLACES {
            let mut after = 0;
            while let Some((last, count)) = self.reseal_page(place, after).await? {
                after = last;
                all += count;
                done(all);
            }
        }
        let mut write = self.write().await?;
        audit::append(&mut write, act, "vault.reseal", &format!("{all} values")).await?;
        write.commit().await?;
        Ok(all)
    }

    /// Number of the last one looked at, and how many were sealed anew. None after the last one.
    async fn reseal_page(
        &self,
        (table, number, owner): Place,
        after: i64,
    ) -> Result<Option<(i64, usize)>, StoreError> {
        let mut write = self.write().await?;
        let sql = format!(
            "select {number} as number, sealed from {table}
             where {number} > $1 and substr(sealed, 1, {HEADER_BYTES}) <> $2
             order by {number} limit {PAGE}"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(after)
            .bind(self.vault().header())
            .fetch_all(write.db())
            .await?;
        let mut last = None;
        for row in &rows {
            let id: i64 = get(row, "number")?;
            let owner = owner(id)?;
            let before: Vec<u8> = get(row, "sealed")?;
            let plain = self.open_sealed(owner, &before).await?;
            let after = self.vault().seal_bytes(owner, &plain, self.random())?;
            // One that was corrected or forgotten meanwhile stays as it is now.
            let sql = format!("update {table} set sealed = $1 where {number} = $2 and sealed = $3");
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(after)
                .bind(id)
                .bind(before)
                .execute(write.db())
                .await?;
            last = Some(id);
        }
        write.commit().await?;
        Ok(last.map(|last| (last, rows.len())))
    }
}
