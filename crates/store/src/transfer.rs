//! What was done with items for other offices: added in order, never changed.

use std::collections::BTreeMap;

use caifeng_domain::{
    ConsultationId, Rating, Sla, TransferAct, TransferEntry, TransferItem, TransferKey,
};
use sqlx::any::AnyRow;

use crate::{
    Act, Store, StoreError, audit,
    rows::{corrupt, from_wire, get, get_time, get_wire, signed, time_text, wire},
    workflow::get_day,
};

impl Store {
    /// Adds what was done with an item that had `before` entries. False where it has others:
    /// somebody did something meanwhile. What is stored is not checked here: see
    /// [`TransferItem::check`].
    pub async fn add_transfer_entry(
        &self,
        consultation: ConsultationId,
        key: TransferKey,
        before: usize,
        entry: &TransferEntry,
    ) -> Result<bool, StoreError> {
        let act = Act {
            actor: &entry.actor,
            at: jiff::Timestamp::from_microsecond(entry.at).unwrap_or_default(),
        };
        let (item, number) = (key.to_string(), before as u64 + 1);
        let mut write = self.write().await?;
        let done = sqlx::query(
            "insert into transfer_entry
                 (consultation, item, number, at, actor, act, words, office, sla, day, rating)
             select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 where $3 - 1 =
                 (select count(*) from transfer_entry where consultation = $1 and item = $2)
             on conflict do nothing",
        )
        .bind(signed(consultation.get()))
        .bind(&item)
        .bind(signed(number))
        .bind(time_text(act.at))
        .bind(act.actor)
        .bind(wire(&TransferAct::ALL, entry.act))
        .bind(&entry.words)
        .bind(entry.office.as_deref())
        .bind(entry.sla.map(|sla| wire(&Sla::ALL, sla)))
        .bind(entry.day.map(|day| day.to_string()))
        .bind(entry.rating.map(|rating| wire(&Rating::ALL, rating)))
        .execute(write.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let action = format!("transfer.{}", wire(&TransferAct::ALL, entry.act));
        audit::append_about(&mut write, &act, &action, consultation, &item).await?;
        write.commit().await?;
        Ok(true)
    }

    /// The items of a consultation with which something was done, as they stand.
    pub async fn transfers(
        &self,
        consultation: ConsultationId,
    ) -> Result<BTreeMap<TransferKey, TransferItem>, StoreError> {
        let rows = sqlx::query(
            "select * from transfer_entry where consultation = $1 order by item, number",
        )
        .bind(signed(consultation.get()))
        .fetch_all(self.pool())
        .await?;
        let mut logs: BTreeMap<TransferKey, Vec<TransferEntry>> = BTreeMap::new();
        for row in &rows {
            let item: &str = get(row, "item")?;
            let key = item.parse().map_err(|_| corrupt("item", item))?;
            logs.entry(key).or_default().push(entry(row)?);
        }
        let items = logs.into_iter().map(|(key, log)| {
            let item = TransferItem::of(log).map_err(|_| corrupt("act", &key))?;
            Ok((key, item))
        });
        items.collect()
    }
}

fn entry(row: &AnyRow) -> Result<TransferEntry, StoreError> {
    Ok(TransferEntry {
        at: get_time(row, "at")?.as_microsecond(),
        actor: get(row, "actor")?,
        act: get_wire(row, "act", &TransferAct::ALL)?,
        words: get(row, "words")?,
        office: get(row, "office")?,
        sla: maybe(row, "sla", &Sla::ALL)?,
        day: get_day(row, "day")?,
        rating: maybe(row, "rating", &Rating::ALL)?,
    })
}

/// A value by its wire name, if there is one.
fn maybe<T: Copy>(
    row: &AnyRow,
    column: &'static str,
    all: &[(T, &'static str, &'static str)],
) -> Result<Option<T>, StoreError> {
    let name: Option<&str> = get(row, column)?;
    let read = |name: &str| from_wire(all, name).ok_or_else(|| corrupt(column, name));
    name.map(read).transpose()
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{
        Rating, Sla, TransferAct, TransferEntry, TransferItem, TransferKey, TransferState,
    };

    use crate::testing::{act, new_consultation, on_every_database};

    /// The whole way of an item, with everything that can be said on it.
    fn way() -> Vec<TransferEntry> {
        let acts = [
            TransferAct::Assign,
            TransferAct::Contact,
            TransferAct::Urge,
            TransferAct::Answer,
            TransferAct::Rate,
            TransferAct::AskClosing,
            TransferAct::Close,
            TransferAct::Recheck,
        ];
        let entries = acts.iter().map(|&done| TransferEntry {
            at: act().at.as_microsecond(),
            actor: if done == TransferAct::Close {
                "李核"
            } else {
                "王审"
            }
            .into(),
            act: done,
            words: "路灯已经修好".into(),
            office: (done == TransferAct::Assign).then(|| "某街道办事处".into()),
            sla: (done == TransferAct::Assign).then_some(Sla::Staged),
            day: done.day().map(|_| "2026-05-06".parse().unwrap()),
            rating: (done == TransferAct::Rate).then_some(Rating::Content),
        });
        entries.collect()
    }

    #[tokio::test]
    async fn items_stand_as_their_entries_say_and_nobody_speaks_at_once() {
        on_every_database(async |store| {
            let here = new_consultation(&store, "c").await;
            let other = new_consultation(&store, "d").await;
            let key: TransferKey = "S-7:3-12".parse().unwrap();
            for (before, entry) in way().iter().enumerate() {
                let add = async |before| {
                    let added = store.add_transfer_entry(here, key, before, entry);
                    added.await.unwrap()
                };
                assert!(!add(before + 1).await, "not before those to come");
                assert!(add(before).await);
                assert!(!add(before).await, "somebody was faster");
            }
            let whole: TransferKey = "S-7".parse().unwrap();
            let first = &way()[0];
            assert!(
                store
                    .add_transfer_entry(here, whole, 0, first)
                    .await
                    .unwrap()
            );
            let items = store.transfers(here).await.unwrap();
            assert_eq!(items.len(), 2);
            assert_eq!(items[&key], TransferItem::of(way()).unwrap());
            assert_eq!(items[&key].state, TransferState::Closed);
            assert_eq!(items[&whole].state, TransferState::Assigned);
            assert!(store.transfers(other).await.unwrap().is_empty());
            let trail = store.audit_entries(0).await.unwrap();
            let last = &trail[trail.len() - 2];
            assert_eq!(last.action, "transfer.recheck");
            assert!(last.object.ends_with(" S-7:3-12"), "{}", last.object);
        })
        .await;
    }
}
