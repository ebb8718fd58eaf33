//! The decisions of staff: added in order, read in order, never changed.

mod record;

use caifeng_domain::{ConsultationId, Decision, Event, EventNo, PointId};
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    Act, Store, StoreError, audit,
    rows::{get, get_time, signed, time_text},
    triage::record::{Recorded, plain_json, plain_value, unreadable},
};

/// Whether a decision was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// With this number.
    As(EventNo),
    /// Somebody decided something meanwhile: it must be heard first.
    Later,
}

impl Store {
    /// Adds a decision after event `after`, which must be the last one.
    pub async fn add_decision(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
        after: EventNo,
        decision: &Decision,
    ) -> Result<Added, StoreError> {
        let (kind, number) = (decision.names().0, after + 1);
        let mut write = self.write().await?;
        let done = sqlx::query(
            "insert into decision (consultation, number, at, actor, kind, body)
             select $1, $2, $3, $4, $5, $6 where $2 - 1 =
                 (select coalesce(max(number), 0) from decision where consultation = $1)
             on conflict do nothing",
        )
        .bind(signed(consultation.get()))
        .bind(signed(number))
        .bind(time_text(act.at))
        .bind(act.actor)
        .bind(kind)
        .bind(plain_json(&decision.to_record())?)
        .execute(write.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(Added::Later);
        }
        let action = format!("decision.{kind}");
        let what = format!("event {number}");
        audit::append_about(&mut write, act, &action, consultation, &what).await?;
        write.commit().await?;
        Ok(Added::As(number))
    }

    /// The decisions after event `after` (0 for all), in order.
    pub async fn decisions(
        &self,
        consultation: ConsultationId,
        after: EventNo,
    ) -> Result<Vec<Event>, StoreError> {
        sqlx::query(
            "select number, at, actor, body from decision
             where consultation = $1 and number > $2 order by number",
        )
        .bind(signed(consultation.get()))
        .bind(signed(after))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(event)
        .collect()
    }

    /// The run in force and the number of the last decision: what readers show follows from both.
    pub async fn desk_state(
        &self,
        consultation: ConsultationId,
    ) -> Result<(Option<i64>, EventNo), StoreError> {
        let row = sqlx::query(
            "select current_run, (select coalesce(max(number), 0) from decision
                 where consultation = $1) as last
             from consultation where id = $1",
        )
        .bind(signed(consultation.get()))
        .fetch_one(self.pool())
        .await?;
        Ok((
            get(&row, "current_run")?,
            get::<i64>(&row, "last")?.cast_unsigned(),
        ))
    }

    /// Takes a number for a point that somebody makes.
    pub async fn take_point(&self, consultation: ConsultationId) -> Result<PointId, StoreError> {
        let mut write = self.write().await?;
        let next: i64 = sqlx::query_scalar(
            "update consultation set next_point = next_point + 1 where id = $1
             returning next_point - 1",
        )
        .bind(signed(consultation.get()))
        .fetch_one(write.db())
        .await?;
        write.commit().await?;
        crate::rows::to_id("next_point", next, PointId::new)
    }
}

fn event(row: &AnyRow) -> Result<Event, StoreError> {
    let at: Timestamp = get_time(row, "at")?;
    let body = plain_value("body", get(row, "body")?)?;
    Ok(Event {
        number: get::<i64>(row, "number")?.cast_unsigned(),
        at: at.as_microsecond(),
        actor: get(row, "actor")?,
        decision: Decision::from_record(body).ok_or_else(|| unreadable("body"))?,
    })
}

#[cfg(test)]
mod tests;
