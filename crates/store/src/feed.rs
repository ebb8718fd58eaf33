//! What other platforms read, each thing with the number of its last change: whoever remembers the last
//! number seen misses nothing and reads nothing twice.

use std::collections::HashMap;

use caifeng_domain::ConsultationId;

use crate::{
    Store, StoreError,
    rows::{get, insert_all, signed},
};

/// Something that is told, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedItem {
    /// `S-12`, `P-3`.
    pub item: String,
    /// Hash of what is told of it.
    pub digest: String,
}

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// Number of its last change.
    pub change: u64,
    /// `S-12`, `P-3`.
    pub item: String,
    /// Whether it is not told any more.
    pub is_gone: bool,
}

impl Store {
    /// For what state of a consultation its feed was made.
    pub async fn feed_state(
        &self,
        consultation: ConsultationId,
    ) -> Result<Option<String>, StoreError> {
        let query = sqlx::query_scalar("select state from feed_state where consultation = $1")
            .bind(signed(consultation.get()));
        Ok(query.fetch_optional(self.pool()).await?)
    }

    /// Gives everything that changed since the feed was last made a number, in the order of `items`;
    /// then what is not among them any more.
    pub async fn update_feed(
        &self,
        consultation: ConsultationId,
        state: &str,
        items: &[FeedItem],
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        // Locked before looking, so that numbers are in the order of commits.
        write.take_numbers("change", 0).await?;
        let rows = sqlx::query("select item, digest from feed where consultation = $1")
            .bind(signed(consultation.get()))
            .fetch_all(write.db())
            .await?;
        let mut known: HashMap<String, String> = HashMap::with_capacity(rows.len());
        for row in &rows {
            known.insert(get(row, "item")?, get(row, "digest")?);
        }
        let mut changed: Vec<(String, String)> = Vec::new();
        for one in items {
            if known.remove(&one.item).as_ref() != Some(&one.digest) {
                changed.push((one.item.clone(), one.digest.clone()));
            }
        }
        let mut gone: Vec<String> = (known.into_iter())
            .filter(|(_, digest)| !digest.is_empty())
            .map(|(item, _)| item)
            .collect();
        gone.sort_unstable();
        changed.extend(gone.into_iter().map(|item| (item, String::new())));
        let first = write.take_numbers("change", changed.len()).await?;
        let rows: Vec<(i64, (String, String))> = (signed(first)..).zip(changed).collect();
        insert_all(
            write.db(),
            "insert into feed (consultation, item, digest, change)",
            4,
            "on conflict (consultation, item) do update
                 set digest = excluded.digest, change = excluded.change",
            &rows,
            |query, (change, (item, digest))| {
                query
                    .bind(signed(consultation.get()))
                    .bind(item)
                    .bind(digest)
                    .bind(*change)
            },
        )
        .await?;
        sqlx::query(
            "insert into feed_state (consultation, state) values ($1, $2)
             on conflict (consultation) do update set state = excluded.state",
        )
        .bind(signed(consultation.get()))
        .bind(state)
        .execute(write.db())
        .await?;
        write.commit().await
    }

    /// At most `limit` things that changed after change number `after`, in the order of their changes.
    pub async fn feed(
        &self,
        consultation: ConsultationId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        sqlx::query(
            "select change, item, digest from feed where consultation = $1 and change > $2
             order by change limit $3",
        )
        .bind(signed(consultation.get()))
        .bind(signed(after.min(i64::MAX as u64)))
        .bind(signed(limit as u64))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| {
            Ok(FeedEntry {
                change: get::<i64>(row, "change")?.cast_unsigned(),
                item: get(row, "item")?,
                is_gone: get::<&str>(row, "digest")?.is_empty(),
            })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::FeedItem;
    use crate::testing::{new_consultation, on_every_database};

    fn items(all: &[(&str, &str)]) -> Vec<FeedItem> {
        let item = |(item, digest): &(&str, &str)| FeedItem {
            item: (*item).into(),
            digest: (*digest).into(),
        };
        all.iter().map(item).collect()
    }

    #[tokio::test]
    async fn whoever_remembers_the_last_change_reads_each_once() {
        on_every_database(async |store| {
            let (c, d) = (
                new_consultation(&store, "c").await,
                new_consultation(&store, "d").await,
            );
            let update = async |state, all: &[_]| {
                store.update_feed(c, state, &items(all)).await.unwrap();
            };
            let read = async |after| -> Vec<(String, bool)> {
                let all = store.feed(c, after, 10).await.unwrap();
                all.into_iter().map(|e| (e.item, e.is_gone)).collect()
            };
            let item = |name: &str, gone| (name.to_owned(), gone);
            assert_eq!(store.feed_state(c).await.unwrap(), None);
            update("1", &[("S-1", "a"), ("S-2", "b"), ("P-1", "c")]).await;
            assert_eq!(store.feed_state(c).await.unwrap().as_deref(), Some("1"));
            let first = store.feed(c, 0, 2).await.unwrap();
            assert_eq!(first.len(), 2);
            assert_eq!(read(first[1].change).await, [item("P-1", false)]);
            let last = store.feed(c, 0, 9).await.unwrap()[2].change;
            store
                .update_feed(d, "1", &items(&[("S-9", "z")]))
                .await
                .unwrap();

            update("2", &[("S-1", "a"), ("S-2", "other"), ("S-3", "d")]).await;
            let want = [item("S-2", false), item("S-3", false), item("P-1", true)];
            assert_eq!(read(last).await, want);
            let last = store.feed(c, last, 9).await.unwrap()[2].change;
            update("3", &[("S-1", "a"), ("S-2", "other"), ("S-3", "d")]).await;
            assert!(read(last).await.is_empty(), "nothing changed");
            update(
                "4",
                &[("S-1", "a"), ("S-2", "other"), ("S-3", "d"), ("P-1", "c")],
            )
            .await;
            assert_eq!(read(last).await, [item("P-1", false)], "back again");
            assert_eq!(read(0).await.len(), 4);
        })
        .await;
    }
}
