//! Texts beside a draft: 说明, 解读.

use caifeng_domain::{ConsultationId, Material, MaterialKind};

use crate::{
    Act, Store, StoreError, audit,
    rows::{get, get_wire, signed, time_text, wire},
};

impl Store {
    /// Puts a text beside a draft and returns its number.
    pub async fn add_material(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
        material: &Material,
    ) -> Result<u64, StoreError> {
        let mut write = self.write().await?;
        let number = write.take_numbers("material", 1).await?;
        sqlx::query(
            "insert into material (id, consultation, kind, title, body, added_at)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(signed(number))
        .bind(signed(consultation.get()))
        .bind(wire(&MaterialKind::ALL, material.kind))
        .bind(&material.title)
        .bind(material.paragraphs.join("\n"))
        .bind(time_text(act.at))
        .execute(write.db())
        .await?;
        let what = format!("material {number}");
        audit::append_about(&mut write, act, "material.add", consultation, &what).await?;
        write.commit().await?;
        Ok(number)
    }

    /// Takes a text away from a draft. False where it was not there.
    pub async fn remove_material(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
        number: u64,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "update material set removed_at = $1
             where id = $2 and consultation = $3 and removed_at is null",
        )
        .bind(time_text(act.at))
        .bind(signed(number))
        .bind(signed(consultation.get()))
        .execute(write.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let what = format!("material {number}");
        audit::append_about(&mut write, act, "material.remove", consultation, &what).await?;
        write.commit().await?;
        Ok(true)
    }

    /// The texts beside a draft with their numbers, as they were added.
    pub async fn materials(
        &self,
        consultation: ConsultationId,
    ) -> Result<Vec<(u64, Material)>, StoreError> {
        sqlx::query(
            "select id, kind, title, body from material
             where consultation = $1 and removed_at is null order by id",
        )
        .bind(signed(consultation.get()))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| {
            let body: &str = get(row, "body")?;
            let material = Material {
                kind: get_wire(row, "kind", &MaterialKind::ALL)?,
                title: get(row, "title")?,
                paragraphs: body.lines().map(str::to_owned).collect(),
            };
            Ok((get::<i64>(row, "id")?.cast_unsigned(), material))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{Material, MaterialKind};

    use crate::testing::{act, new_consultation, on_every_database};

    #[tokio::test]
    async fn texts_come_and_go() {
        on_every_database(async |store| {
            let here = new_consultation(&store, "c").await;
            let there = new_consultation(&store, "d").await;
            let text = Material {
                kind: MaterialKind::Reading,
                title: "一图读懂".into(),
                paragraphs: vec!["第一段。".into(), "第二段。".into()],
            };
            let number = store.add_material(&act(), here, &text).await.unwrap();
            let all = store.materials(here).await.unwrap();
            assert_eq!(all, [(number, text)]);
            assert!(store.materials(there).await.unwrap().is_empty());
            let remove = async |of| store.remove_material(&act(), of, number).await.unwrap();
            assert!(!remove(there).await, "another consultation's");
            assert!(remove(here).await);
            assert!(!remove(here).await, "only once");
            assert!(store.materials(here).await.unwrap().is_empty());
        })
        .await;
    }
}
