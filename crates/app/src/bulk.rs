//! Taking in what another platform collected: many rows at once, each with an answer of its own.

use std::collections::BTreeMap;

use caifeng_domain::{Permission, Submission};
use caifeng_store::{Accepted, Arrival, Delivery, Principal, contains_nul};
use jiff::Timestamp;

use crate::{
    App, AppError, Refusal,
    catalogue::Listed,
    reach::check_station,
    submit::{check_article, check_open, check_sender, check_text, check_was_open, source},
};

/// Rows in one delivery: some 200 KB, written in one transaction of a few tens of milliseconds.
pub const MAX_ROWS: usize = 500;

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// Written down.
    New {
        /// Its receipt.
        receipt: String,
    },
    /// Delivered before.
    Known {
        /// Its receipt.
        receipt: String,
    },
    /// Not usable as it is; the other rows are not affected.
    Refused(Refusal),
}

impl App {
    /// Takes in rows of a platform. Each has the platform's own number as its `external_id`, by
    /// which a repeated delivery is known again. One outcome a row, in order.
    pub async fn submit_bulk(
        &self,
        by: &Principal,
        slug: &str,
        rows: Vec<Submission>,
    ) -> Result<Vec<RowOutcome>, AppError> {
        if !by.role.may(Permission::BulkIntake) {
            return Err(Refusal::Forbidden.into());
        }
        let listed = self
            .consultation_to(by, Permission::BulkIntake, slug)
            .await?;
        let now = Timestamp::now();
        if rows.is_empty() || rows.len() > MAX_ROWS {
            return Err(Refusal::RowCount(MAX_ROWS).into());
        }
        let closed = check_open(&listed, now).err();
        let places = self.places_of(Some(by)).await?;
        let mut outcomes: Vec<Option<RowOutcome>> = Vec::with_capacity(rows.len());
        let (mut good, mut doubtful) = (Vec::new(), Vec::new());
        for (number, mut row) in (1..).zip(rows) {
            let checked = check_was_open(&listed, row.submitted_at.as_deref(), now)
                .and_then(|()| check(&listed, number, &row))
                .and_then(|()| check_station(places.as_deref(), &mut row.station));
            match checked {
                Ok(()) => {
                    outcomes.push(None);
                    good.push(row);
                }
                Err(refusal) => {
                    outcomes.push(Some(RowOutcome::Refused(refusal)));
                    doubtful.push((number - 1, row));
                }
            }
        }
        let delivery = |submissions| Delivery {
            consultation: listed.id,
            source: source(Some(by)),
            actor: by.name.clone(),
            at: now,
            consent: None,
            answers: BTreeMap::new(),
            receipts: BTreeMap::new(),
            collector: None,
            submissions,
            whole: false,
        };
        // What was accepted before keeps its receipt, whatever has changed since.
        doubtful.retain(|(_, row)| !contains_nul(row));
        let (places, doubtful): (Vec<usize>, Vec<Submission>) = doubtful.into_iter().unzip();
        let recalled = self.store.recall(&delivery(doubtful)).await?;
        for (place, known) in places.into_iter().zip(recalled) {
            if let Some(known) = known {
                outcomes[place] = Some(answer(&known));
            }
        }
        let is_refused =
            |outcome: &Option<RowOutcome>| matches!(outcome, Some(RowOutcome::Refused(_)));
        if let Some(closed) = closed
            && outcomes.iter().all(is_refused)
        {
            return Err(closed.into());
        }
        let accepted = if good.is_empty() {
            Vec::new()
        } else {
            self.deliver(delivery(good)).await?
        };
        let mut accepted = accepted.iter().map(answer);
        let outcome = |outcome: Option<RowOutcome>| outcome.or_else(|| accepted.next());
        Ok(outcomes.into_iter().filter_map(outcome).collect())
    }
}

fn answer(accepted: &Accepted) -> RowOutcome {
    let receipt = accepted.receipt.to_string();
    match accepted.arrival {
        Arrival::New => RowOutcome::New { receipt },
        Arrival::Known => RowOutcome::Known { receipt },
        Arrival::Changed => RowOutcome::Refused(Refusal::KeyReused),
    }
}

fn check(listed: &Listed, number: usize, row: &Submission) -> Result<(), Refusal> {
    check_text(number, &row.text)?;
    if let Some(article) = row.article_hint {
        check_article(listed, article)?;
    }
    check_sender(&row.submitter)?;
    for (field, value) in [
        ("编号", &row.external_id),
        ("站点", &row.station),
        ("提交时间", &row.submitted_at),
    ] {
        let max = crate::submit::MAX_FIELD_CHARS;
        if value.as_ref().is_some_and(|v| v.chars().count() > max) {
            return Err(Refusal::LongField { field, max });
        }
    }
    if contains_nul(row) {
        return Err(Refusal::ControlCharacter);
    }
    Ok(())
}
