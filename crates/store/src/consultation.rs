//! Consultations.

use caifeng_domain::{Consultation, ConsultationId, PointId, Window};
use sqlx::any::AnyRow;

use crate::{
    Act, Store, StoreError, audit,
    rows::{get, get_id, signed, time_text},
};

impl Store {
    /// Adds a consultation. Its short name must not be in use.
    pub async fn create_consultation(
        &self,
        act: &Act<'_>,
        consultation: &Consultation,
    ) -> Result<ConsultationId, StoreError> {
        let mut write = self.write().await?;
        let number = write.take_numbers("consultation", 1).await?;
        let window = consultation.window.as_ref();
        let added = sqlx::query(
            "insert into consultation (id, slug, title, opens, closes, created_at)
             values ($1, $2, $3, $4, $5, $6) on conflict (slug) do nothing",
        )
        .bind(signed(number))
        .bind(&consultation.slug)
        .bind(&consultation.title)
        .bind(window.map(|window| window.opens.as_str()))
        .bind(window.map(|window| window.closes.as_str()))
        .bind(time_text(act.at))
        .execute(write.db())
        .await?;
        if added.rows_affected() == 0 {
            return Err(StoreError::SlugTaken {
                slug: consultation.slug.clone(),
            });
        }
        let id = crate::rows::to_id("consultation.id", signed(number), ConsultationId::new)?;
        audit::append(&mut write, act, "consultation.create", &id.to_string()).await?;
        write.commit().await?;
        Ok(id)
    }

    /// The consultation with this short name.
    pub async fn consultation(
        &self,
        slug: &str,
    ) -> Result<Option<(ConsultationId, Consultation)>, StoreError> {
        sqlx::query("select id, slug, title, opens, closes from consultation where slug = $1")
            .bind(slug)
            .fetch_optional(self.pool())
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// All consultations, in the order in which they were made.
    pub async fn consultations(&self) -> Result<Vec<(ConsultationId, Consultation)>, StoreError> {
        sqlx::query("select id, slug, title, opens, closes from consultation order by id")
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// The first number that no point of this consultation ever had. None without consultation.
    pub async fn next_point(
        &self,
        consultation: ConsultationId,
    ) -> Result<Option<PointId>, StoreError> {
        sqlx::query("select next_point from consultation where id = $1")
            .bind(signed(consultation.get()))
            .fetch_optional(self.pool())
            .await?
            .map(|row| get_id(&row, "next_point", PointId::new))
            .transpose()
    }
}

fn read(row: &AnyRow) -> Result<(ConsultationId, Consultation), StoreError> {
    let window = match (get(row, "opens")?, get(row, "closes")?) {
        (Some(opens), Some(closes)) => Some(Window { opens, closes }),
        _ => None,
    };
    let consultation = Consultation {
        slug: get(row, "slug")?,
        title: get(row, "title")?,
        window,
    };
    Ok((get_id(row, "id", ConsultationId::new)?, consultation))
}

#[cfg(test)]
mod tests {
    use crate::{
        StoreError,
        testing::{act, consultation, on_every_database},
    };

    #[tokio::test]
    async fn a_short_name_is_given_once() {
        on_every_database(async |store| {
            let first = consultation("first");
            let id = store.create_consultation(&act(), &first).await.unwrap();
            let mut second = consultation("second");
            second.window = None;
            let other = store.create_consultation(&act(), &second).await.unwrap();
            let again = store.create_consultation(&act(), &first).await;
            assert!(matches!(again, Err(StoreError::SlugTaken { slug }) if slug == "first"));

            assert_eq!(
                store.consultation("second").await.unwrap(),
                Some((other, second.clone()))
            );
            assert_eq!(store.consultation("third").await.unwrap(), None);
            let all = store.consultations().await.unwrap();
            assert_eq!(all, [(id, first), (other, second)]);
        })
        .await;
    }
}
