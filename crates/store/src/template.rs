//! What officials put in the place of what is built in, as they wrote it.

use jiff::Timestamp;

use crate::{
    Act, Store, StoreError, audit,
    rows::{get, get_time, signed, time_text},
};

/// One that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTemplate {
    /// What it is for.
    pub kind: String,
    /// All of it.
    pub text: String,
    /// Who put it there.
    pub set_by: String,
    /// When.
    pub set_at: Timestamp,
}

impl Store {
    /// Puts a template in force; without text, what is built in.
    pub async fn set_template(
        &self,
        act: &Act<'_>,
        kind: &str,
        text: Option<&str>,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let number = write.take_numbers("template", 1).await?;
        sqlx::query(
            "insert into template (number, kind, text, set_by, set_at)
             values ($1, $2, $3, $4, $5)",
        )
        .bind(signed(number))
        .bind(kind)
        .bind(text)
        .bind(act.actor)
        .bind(time_text(act.at))
        .execute(write.db())
        .await?;
        let action = match text {
            Some(_) => "template.set",
            None => "template.reset",
        };
        audit::append(&mut write, act, action, kind).await?;
        write.commit().await
    }

    /// Changes with every template that is put in force.
    pub async fn template_state(&self) -> Result<i64, StoreError> {
        let last = sqlx::query_scalar("select coalesce(max(number), 0) from template");
        Ok(last.fetch_one(self.pool()).await?)
    }

    /// Those in force that are not built in.
    pub async fn templates(&self) -> Result<Vec<StoredTemplate>, StoreError> {
        sqlx::query(
            "select kind, text, set_by, set_at from template
             where text is not null
                 and number in (select max(number) from template group by kind)
             order by kind",
        )
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| {
            Ok(StoredTemplate {
                kind: get(row, "kind")?,
                text: get(row, "text")?,
                set_by: get(row, "set_by")?,
                set_at: get_time(row, "set_at")?,
            })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{act, on_every_database};

    #[tokio::test]
    async fn the_last_of_a_kind_is_in_force_until_it_is_taken_back() {
        on_every_database(async |store| {
            let texts = async || -> Vec<String> {
                let all = store.templates().await.unwrap();
                all.into_iter().map(|one| one.text).collect()
            };
            let set = async |kind: &str, text: Option<&str>| {
                let before = store.template_state().await.unwrap();
                store.set_template(&act(), kind, text).await.unwrap();
                assert!(store.template_state().await.unwrap() > before);
            };
            assert_eq!(texts().await, [] as [&str; 0]);
            set("report", Some("甲")).await;
            set("workflow", Some("乙")).await;
            set("report", Some("丙")).await;
            assert_eq!(texts().await, ["丙", "乙"]);
            set("report", None).await;
            assert_eq!(texts().await, ["乙"]);
        })
        .await;
    }
}
