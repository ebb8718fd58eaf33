//! Taking in what another platform collected: many rows at once, each with an answer of its own.

use caifeng_domain::{Permission, Submission};
use caifeng_store::{Accepted, Arrival, Delivery, Principal};
use jiff::Timestamp;

use crate::{
    App, AppError, Refusal,
    catalogue::Listed,
    submit::{check_article, check_open, check_sender, check_text, source},
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
        let restricted = by.role.may(Permission::SeeRestricted);
        let listed = self.consultation(slug, restricted).await?;
        let now = Timestamp::now();
        check_open(&listed, now)?;
        if rows.is_empty() || rows.len() > MAX_ROWS {
            return Err(Refusal::RowCount(MAX_ROWS).into());
        }
        let checked: Vec<Result<(), Refusal>> = (1..)
            .zip(&rows)
            .map(|(i, row)| check(&listed, i, row))
            .collect();
        let good = rows.into_iter().zip(&checked);
        let submissions = good
            .filter(|(_, c)| c.is_ok())
            .map(|(row, _)| row)
            .collect();
        let delivery = Delivery {
            consultation: listed.id,
            source: source(Some(by)),
            actor: by.name.clone(),
            at: now,
            consent: None,
            collector: None,
            submissions,
        };
        let mut accepted = self.deliver(delivery).await?.into_iter();
        let outcome = |check: Result<(), Refusal>| match check {
            Err(refusal) => Some(RowOutcome::Refused(refusal)),
            Ok(()) => accepted.next().map(|one| answer(&one)),
        };
        Ok(checked.into_iter().filter_map(outcome).collect())
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
    if caifeng_store::contains_nul(row) {
        return Err(Refusal::ControlCharacter);
    }
    Ok(())
}
