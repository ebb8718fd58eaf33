//! Conversations over WeChat: each message answered once, and what is remembered in between.
//!
//! **Invariant.** No OpenID stands in a table: followers and messages are known by keyed hashes, and
//! where somebody may have to be answered the OpenID is sealed.

mod forget;

use caifeng_domain::Named;
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    Act, Store, StoreError, audit,
    db::Write,
    rows::{corrupt, get, get_id, get_time, get_wire, signed, time_text, wire},
    vault::Owner,
};

const MEDIA: &str = "wechat_media";

/// What is remembered of a follower.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conversation {
    /// As it was written last; None before the first message.
    pub state: Option<String>,
    /// Version of the notice that they were shown last.
    pub notice: Option<String>,
    /// Messages answered.
    pub turn: u64,
}

/// A recording or a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Medium {
    /// What it is.
    pub kind: MediumKind,
    /// By which it is fetched from WeChat, for some days.
    pub media_id: String,
    /// Such as `amr`; empty for pictures.
    pub format: String,
    /// Code of the place whose QR code was scanned last.
    pub place: Option<String>,
    /// Short name of the consultation that was spoken of.
    pub consultation: Option<String>,
    /// Whether its words came with it: it is kept on record only.
    pub heard: bool,
}

/// What a medium is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediumKind {
    /// A recording.
    Voice,
    /// A picture.
    Image,
}

impl MediumKind {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::Voice, "voice", "语音"),
        (Self::Image, "image", "图片"),
    ];
}

impl Named for MediumKind {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// Number of a medium.
pub type MediumId = u64;

/// A medium that nobody has written down yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingMedium {
    /// Its number.
    pub id: MediumId,
    /// The WeChat account that it came to.
    pub account: String,
    /// OpenID of who sent it, unsealed.
    pub openid: String,
    /// What it is.
    pub medium: Medium,
    /// When it came.
    pub received_at: Timestamp,
}

/// A message answered.
#[derive(Debug, Clone)]
pub struct TurnRecord {
    /// Our name of the WeChat account.
    pub account: String,
    /// Who wrote.
    pub openid: String,
    /// What the message is known by.
    pub message: String,
    /// [`Conversation::turn`] that the answer was made from.
    pub turn: u64,
    /// What is to be remembered.
    pub state: String,
    /// Version of the notice that they have been shown by now.
    pub notice: Option<String>,
    /// What is answered.
    pub reply: String,
    /// What came with it.
    pub medium: Option<Medium>,
    /// Now.
    pub at: Timestamp,
}

/// What became of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// On disk.
    New,
    /// The message was answered before, so.
    Known(String),
    /// Another message of the same follower was answered meanwhile: make the answer again.
    Outrun,
}

impl Store {
    /// The number under which a message is written down: tells nothing of who sent it.
    #[must_use]
    pub fn message_key(&self, message: &str) -> String {
        self.keyed("wechat message", message)
    }

    /// What was answered to the message of this [`Store::message_key`].
    pub async fn answered(&self, key: &str) -> Result<Option<String>, StoreError> {
        let query = "select reply from wechat_message where key = $1";
        let row = sqlx::query(query)
            .bind(key)
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| get(&row, "reply")).transpose()
    }

    /// What is remembered of a follower.
    pub async fn conversation(
        &self,
        account: &str,
        openid: &str,
    ) -> Result<Conversation, StoreError> {
        let row = sqlx::query("select state, turn, notice from wechat_follower where key = $1")
            .bind(self.follower(account, openid))
            .fetch_optional(self.pool())
            .await?;
        let Some(row) = row else {
            return Ok(Conversation::default());
        };
        Ok(Conversation {
            state: Some(get(&row, "state")?),
            notice: get(&row, "notice")?,
            turn: get::<i64>(&row, "turn")?.cast_unsigned(),
        })
    }

    /// Writes answers down. One outcome a turn, in order.
    pub(crate) async fn save_turns(
        &self,
        write: &mut Write<'_>,
        turns: &[TurnRecord],
    ) -> Result<Vec<Saved>, StoreError> {
        let Some(last) = turns.iter().map(|turn| turn.at).max() else {
            return Ok(Vec::new());
        };
        // Rows are locked in one order, so that two processes never wait for each other: followers
        // by their keys, then the counter of media.
        let key = |(i, turn): (usize, &TurnRecord)| (self.follower(&turn.account, &turn.openid), i);
        let mut order: Vec<(String, usize)> = turns.iter().enumerate().map(key).collect();
        order.sort_unstable();
        let mut saved = vec![Saved::Outrun; turns.len()];
        for (follower, i) in order {
            saved[i] = self.save_turn(write, &turns[i], &follower).await?;
        }
        for (turn, saved) in turns.iter().zip(&saved) {
            if let (Some(medium), Saved::New) = (&turn.medium, saved) {
                self.add_medium(write, turn, medium).await?;
            }
        }
        forget::old_answers(write, last).await?;
        Ok(saved)
    }

    async fn save_turn(
        &self,
        write: &mut Write<'_>,
        turn: &TurnRecord,
        follower: &str,
    ) -> Result<Saved, StoreError> {
        let key = self.message_key(&turn.message);
        let known = sqlx::query("select reply from wechat_message where key = $1")
            .bind(&key)
            .fetch_optional(write.db())
            .await?;
        if let Some(row) = known {
            return Ok(Saved::Known(get(&row, "reply")?));
        }
        let moved = sqlx::query(
            "insert into wechat_follower (key, turn, state, notice, seen_at)
             values ($1, $2, $3, $4, $5)
             on conflict (key) do update
                 set turn = excluded.turn, state = excluded.state, notice = excluded.notice,
                     seen_at = excluded.seen_at
             where wechat_follower.turn = $6",
        )
        .bind(follower)
        .bind(signed(turn.turn + 1))
        .bind(&turn.state)
        .bind(&turn.notice)
        .bind(time_text(turn.at))
        .bind(signed(turn.turn))
        .execute(write.db())
        .await?;
        if moved.rows_affected() == 0 {
            return Ok(Saved::Outrun);
        }
        sqlx::query(
            "insert into wechat_message (key, reply, answered_at, follower) values ($1, $2, $3, $4)",
        )
        .bind(&key)
        .bind(&turn.reply)
        .bind(time_text(turn.at))
        .bind(follower)
        .execute(write.db())
        .await?;
        Ok(Saved::New)
    }

    async fn add_medium(
        &self,
        write: &mut Write<'_>,
        turn: &TurnRecord,
        medium: &Medium,
    ) -> Result<(), StoreError> {
        let id = write.take_numbers(MEDIA, 1).await?;
        let owner = Owner::Row(MEDIA, id);
        let sealed = self
            .vault()
            .seal_bytes(owner, turn.openid.as_bytes(), self.random())?;
        let state = if medium.heard { "heard" } else { "waiting" };
        sqlx::query(
            "insert into wechat_media (id, message, account, sealed, kind, media_id, format,
                 place, consultation, received_at, state, follower)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(signed(id))
        .bind(self.message_key(&turn.message))
        .bind(&turn.account)
        .bind(sealed)
        .bind(wire(&MediumKind::ALL, medium.kind))
        .bind(&medium.media_id)
        .bind(&medium.format)
        .bind(&medium.place)
        .bind(&medium.consultation)
        .bind(time_text(turn.at))
        .bind(state)
        .bind(self.follower(&turn.account, &turn.openid))
        .execute(write.db())
        .await?;
        Ok(())
    }

    /// The media that wait for somebody to write them down, oldest first.
    pub async fn waiting_media(&self) -> Result<Vec<WaitingMedium>, StoreError> {
        let query = "select * from wechat_media where state = 'waiting' order by id limit 200";
        let rows = sqlx::query(query).fetch_all(self.pool()).await?;
        let mut media = Vec::with_capacity(rows.len());
        for row in &rows {
            media.push(self.read_medium(row).await?);
        }
        Ok(media)
    }

    /// The medium of this number, while it waits.
    pub async fn waiting_medium(&self, id: MediumId) -> Result<Option<WaitingMedium>, StoreError> {
        let query = "select * from wechat_media where state = 'waiting' and id = $1";
        let row = sqlx::query(query)
            .bind(signed(id))
            .fetch_optional(self.pool())
            .await?;
        match row {
            Some(row) => Ok(Some(self.read_medium(&row).await?)),
            None => Ok(None),
        }
    }

    /// Notes that a medium was written down, or that nothing was said in it.
    pub async fn end_medium(
        &self,
        act: &Act<'_>,
        id: MediumId,
        written_down: bool,
    ) -> Result<(), StoreError> {
        let (state, action) = if written_down {
            ("written", "wechat.transcribe")
        } else {
            ("dismissed", "wechat.dismiss")
        };
        let mut write = self.write().await?;
        let ended = sqlx::query(
            "update wechat_media set state = $1, handled_at = $2, handled_by = $3
             where id = $4 and state = 'waiting'",
        )
        .bind(state)
        .bind(time_text(act.at))
        .bind(act.actor)
        .bind(signed(id))
        .execute(write.db())
        .await?;
        if ended.rows_affected() > 0 {
            audit::append(&mut write, act, action, &format!("medium {id}")).await?;
        }
        write.commit().await
    }

    async fn read_medium(&self, row: &AnyRow) -> Result<WaitingMedium, StoreError> {
        let id = get_id(row, "id", Some)?;
        let openid = self
            .open_sealed(Owner::Row(MEDIA, id), get(row, "sealed")?)
            .await?;
        Ok(WaitingMedium {
            id,
            account: get(row, "account")?,
            openid: String::from_utf8(openid).map_err(|_| corrupt("sealed", "not text"))?,
            medium: Medium {
                kind: get_wire(row, "kind", &MediumKind::ALL)?,
                media_id: get(row, "media_id")?,
                format: get(row, "format")?,
                place: get(row, "place")?,
                consultation: get(row, "consultation")?,
                heard: false,
            },
            received_at: get_time(row, "received_at")?,
        })
    }

    fn follower(&self, account: &str, openid: &str) -> String {
        self.keyed("wechat follower", &format!("{account}\n{openid}"))
    }
}

#[cfg(test)]
mod tests;
