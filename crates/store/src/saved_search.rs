//! Searches that members of staff keep, each their own.

use crate::{
    Store, StoreError,
    rows::{get, signed, time_text},
};
use jiff::Timestamp;

/// Kept searches that an account may have; the oldest goes when there is one more.
const MAX_KEPT: i64 = 50;

/// A search that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    /// Number.
    pub number: u64,
    /// What its owner calls it.
    pub name: String,
    /// What was asked, as in the page's address.
    pub query: String,
}

impl Store {
    /// Keeps a search for an account; one of the same name is replaced.
    pub async fn save_search(
        &self,
        account: &str,
        name: &str,
        query: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let number = write.take_numbers("saved_search", 1).await?;
        sqlx::query(
            "insert into saved_search (id, account, name, query, created_at)
             select $1, id, $2, $3, $4 from account where name = $5
             on conflict (account, name) do update set query = excluded.query",
        )
        .bind(signed(number))
        .bind(name)
        .bind(query)
        .bind(time_text(at))
        .bind(account)
        .execute(write.db())
        .await?;
        sqlx::query(
            "delete from saved_search
             where account = (select id from account where name = $1) and id not in (
                 select id from saved_search
                 where account = (select id from account where name = $1)
                 order by id desc limit $2)",
        )
        .bind(account)
        .bind(MAX_KEPT)
        .execute(write.db())
        .await?;
        write.commit().await
    }

    /// The searches of an account by name.
    pub async fn saved_searches(&self, account: &str) -> Result<Vec<SavedSearch>, StoreError> {
        sqlx::query(
            "select * from saved_search
             where account = (select id from account where name = $1) order by name",
        )
        .bind(account)
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| {
            Ok(SavedSearch {
                number: get::<i64>(row, "id")?.cast_unsigned(),
                name: get(row, "name")?,
                query: get(row, "query")?,
            })
        })
        .collect()
    }

    /// Forgets a search of an account. Those of others stay, whatever the number.
    pub async fn forget_search(&self, account: &str, number: u64) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "delete from saved_search
             where id = $1 and account = (select id from account where name = $2)",
        )
        .bind(signed(number))
        .bind(account)
        .execute(write.db())
        .await?;
        write.commit().await
    }
}

#[cfg(test)]
mod tests {
    use caifeng_domain::Role;

    use super::MAX_KEPT;
    use crate::{
        Principal, PrincipalKind, Reach,
        testing::{act, on_every_database},
    };

    #[tokio::test]
    async fn searches_are_kept_by_name_each_for_its_owner() {
        on_every_database(async |store| {
            for name in ["a", "b"] {
                let owner = Principal {
                    kind: PrincipalKind::Account,
                    name: name.to_owned(),
                    role: Role::Reviewer,
                    reach: Reach::default(),
                    has_factor: false,
                };
                store.add_account(&act(), &owner, "p").await.unwrap();
            }
            let save = async |account: &str, name: &str, query: &str| {
                let saved = store.save_search(account, name, query, act().at).await;
                saved.unwrap();
            };
            let kept = async |account: &str| store.saved_searches(account).await.unwrap();
            save("a", "停车", "q=1").await;
            save("a", "停车", "q=2").await;
            save("b", "停车", "q=3").await;
            let [one] = &*kept("a").await else { panic!() };
            assert_eq!((&*one.name, &*one.query), ("停车", "q=2"));
            store.forget_search("b", one.number).await.unwrap();
            assert_eq!(kept("a").await.len(), 1, "somebody else's");
            store.forget_search("a", one.number).await.unwrap();
            assert_eq!(kept("a").await, []);
            for number in 0..=MAX_KEPT {
                save("a", &format!("{number:03}"), "q").await;
            }
            let names: Vec<String> = kept("a").await.into_iter().map(|s| s.name).collect();
            assert_eq!(i64::try_from(names.len()), Ok(MAX_KEPT));
            assert_eq!(names[0], "001");
        })
        .await;
    }
}
