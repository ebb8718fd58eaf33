//! The account of what was received and where it is, computed by the database.

use caifeng_domain::{ConsultationId, Ledger, Place};

use crate::{
    Store, StoreError,
    rows::{corrupt, from_wire, get, get_usize, signed},
};

/// One statement, so that it is one moment. What was received is counted in the journal alone, and
/// not as the sum of the places: else it could never fail to balance.
const LEDGER_SQL: &str = "
    select 'received' as place, count(*) as amount from submission where consultation = $1
    union all
    select place, count(*) as amount from (
        select case
            when w.submission is not null then 'withdrawn'
            when a.status = 'spam' then 'spam'
            when a.status = 'complaint' then 'complaint'
            when u.bundled is null then 'waiting'
            when u.bundled = 1 then 'bundled'
            else 'general'
        end as place
        from submission s
        left join withdrawal w on w.submission = s.id
        join consultation c on c.id = s.consultation
        left join analysis a on a.run = c.current_run and a.submission = s.id
        left join (
            select submission, max(case when scope = 'general' then 0 else 1 end) as bundled
            from unit where run = (select current_run from consultation where id = $1)
            group by submission
        ) u on u.submission = s.id
        where s.consultation = $1
    ) placed
    group by place";

impl Store {
    /// How many submissions a consultation has received.
    pub async fn received(&self, consultation: ConsultationId) -> Result<usize, StoreError> {
        let row = sqlx::query("select count(*) as amount from submission where consultation = $1")
            .bind(signed(consultation.get()))
            .fetch_one(self.pool())
            .await?;
        get_usize(&row, "amount")
    }

    /// Whether a consultation has received more than so many. Counts no further than that, as it is
    /// asked again and again.
    pub async fn received_over(
        &self,
        consultation: ConsultationId,
        most: usize,
    ) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "select count(*) as amount from
                 (select 1 from submission where consultation = $1 limit $2) counted",
        )
        .bind(signed(consultation.get()))
        .bind(signed(most as u64 + 1))
        .fetch_one(self.pool())
        .await?;
        Ok(get_usize(&row, "amount")? > most)
    }

    /// What the ledger follows from: the run in force, how many submissions there are, and how many
    /// were taken back anywhere. While these are the same, so is the ledger.
    pub async fn ledger_state(
        &self,
        consultation: ConsultationId,
    ) -> Result<(i64, usize, usize), StoreError> {
        let row = sqlx::query(
            "select coalesce(current_run, 0) as run,
                 (select count(*) from submission where consultation = $1) as received,
                 (select count(*) from withdrawal) as withdrawn
             from consultation where id = $1",
        )
        .bind(signed(consultation.get()))
        .fetch_one(self.pool())
        .await?;
        Ok((
            get(&row, "run")?,
            get_usize(&row, "received")?,
            get_usize(&row, "withdrawn")?,
        ))
    }

    /// Where everything is. Zero received for a consultation that does not exist.
    pub async fn ledger(&self, consultation: ConsultationId) -> Result<Ledger, StoreError> {
        let rows = sqlx::query(LEDGER_SQL)
            .bind(signed(consultation.get()))
            .fetch_all(self.pool())
            .await?;
        let mut ledger = Ledger::default();
        for row in rows {
            let (name, amount) = (get::<&str>(&row, "place")?, get_usize(&row, "amount")?);
            if name == "received" {
                ledger.received = amount;
                continue;
            }
            let place = from_wire(&Place::ALL, name).ok_or_else(|| corrupt("place", name))?;
            for _ in 0..amount {
                ledger.put(place);
            }
        }
        Ok(ledger)
    }
}

#[cfg(test)]
mod tests;
