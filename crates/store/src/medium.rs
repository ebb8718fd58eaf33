//! Who is writing a recording or picture down: one person at a time.

use std::time::Duration;

use crate::{
    Act, MediumId, Store, StoreError,
    rows::{signed, time_text},
};

/// For how long a medium is somebody's: the time of a delivery, many times over. After it whoever
/// was interrupted, or somebody else, may write it down.
const CLAIM: Duration = Duration::from_mins(1);

impl Store {
    /// Takes a waiting medium for whoever writes it down now. False when somebody else does, or did.
    pub async fn claim_medium(&self, act: &Act<'_>, id: MediumId) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let claimed = sqlx::query(
            "update wechat_media set handled_at = $1, handled_by = $2
             where id = $3 and state = 'waiting'
                 and (handled_at is null or handled_at <= $4 or handled_at > $1)",
        )
        .bind(time_text(act.at))
        .bind(act.actor)
        .bind(signed(id))
        .bind(time_text(act.at - CLAIM))
        .execute(write.db())
        .await?;
        write.commit().await?;
        Ok(claimed.rows_affected() > 0)
    }

    /// Gives a claimed medium back, as it could not be written down.
    pub async fn release_medium(&self, act: &Act<'_>, id: MediumId) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "update wechat_media set handled_at = null, handled_by = null
             where id = $1 and state = 'waiting' and handled_by = $2",
        )
        .bind(signed(id))
        .bind(act.actor)
        .execute(write.db())
        .await?;
        write.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::CLAIM;
    use crate::{
        Act, Medium, MediumKind, TurnRecord,
        testing::{act, on_every_database},
    };

    #[tokio::test]
    async fn a_medium_is_one_persons_at_a_time() {
        on_every_database(async |store| {
            let medium = Medium {
                kind: MediumKind::Voice,
                media_id: "m".into(),
                format: "amr".into(),
                place: None,
                consultation: None,
                heard: false,
            };
            let turn = TurnRecord {
                account: "a".into(),
                openid: "o".into(),
                message: "1".into(),
                turn: 0,
                state: "{}".into(),
                notice: None,
                reply: "好".into(),
                medium: Some(medium),
                at: act().at,
            };
            let mut write = store.write().await.unwrap();
            store.save_turns(&mut write, &[turn]).await.unwrap();
            write.commit().await.unwrap();
            let id = store.waiting_media().await.unwrap()[0].id;
            let (first, second) = (
                act(),
                Act {
                    actor: "other",
                    ..act()
                },
            );
            assert!(store.claim_medium(&first, id).await.unwrap());
            assert!(!store.claim_medium(&second, id).await.unwrap());
            store.release_medium(&second, id).await.unwrap();
            assert!(!store.claim_medium(&second, id).await.unwrap());
            store.release_medium(&first, id).await.unwrap();
            assert!(store.claim_medium(&second, id).await.unwrap());
            let later = Act {
                at: act().at + CLAIM,
                ..first
            };
            assert!(store.claim_medium(&later, id).await.unwrap(), "left behind");
            store.end_medium(&later, id, true).await.unwrap();
            let late = Act {
                at: later.at + CLAIM,
                ..later
            };
            assert!(
                !store.claim_medium(&late, id).await.unwrap(),
                "written down"
            );
        })
        .await;
    }
}
