//! Intake of files: bytes to submissions in the journal.

use caifeng_channel::{ColumnMapping, Format, RowError, errors_csv};
use caifeng_domain::Submission;
use caifeng_store::{Act, Arrival};

use crate::{App, AppError};

/// Submissions written in one transaction.
const BATCH: usize = 1_000;

/// What an import did, or would do.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The consultation's short name.
    pub slug: String,
    /// How the file was read.
    pub format: Format,
    /// Its encoding.
    pub encoding: &'static str,
    /// Its columns.
    pub columns: Vec<ColumnMapping>,
    /// Submissions that went in.
    pub new: usize,
    /// Submissions that were there already.
    pub known: usize,
    /// First and last receipt given out.
    pub receipts: Option<(String, String)>,
    /// Rows that could not be used.
    pub errors: Vec<RowError>,
    /// Sheets that were not read.
    pub skipped_sheets: Vec<String>,
}

impl Imported {
    /// The rows that could not be used, for a spreadsheet program.
    #[must_use]
    pub fn errors_csv(&self) -> Vec<u8> {
        errors_csv(&self.errors)
    }
}

impl App {
    /// Reads `bytes` and writes the submissions to the journal; with `dry_run` only says what would
    /// happen.
    pub async fn import(
        &self,
        slug: Option<&str>,
        file_name: &str,
        bytes: Vec<u8>,
        dry_run: bool,
    ) -> Result<Imported, AppError> {
        let chosen = self.choose(slug).await?;
        let name = file_name.to_owned();
        let import =
            tokio::task::spawn_blocking(move || caifeng_channel::read(&bytes, &name)).await??;
        let submissions: Vec<Submission> = import
            .rows
            .into_iter()
            .map(|row| Submission {
                // The row's own number is unique in its file only; the fingerprint everywhere.
                external_id: Some(match &row.submission.external_id {
                    Some(id) => format!("{id}#{}", row.fingerprint),
                    None => row.fingerprint,
                }),
                ..row.submission
            })
            .collect();
        let mut out = Imported {
            slug: chosen.consultation.slug.clone(),
            format: import.format,
            encoding: import.encoding,
            columns: import.columns,
            new: 0,
            known: 0,
            receipts: None,
            errors: import.errors,
            skipped_sheets: import.skipped_sheets,
        };
        let mut intake = self.store.intake(chosen.id, &import.source);
        for batch in submissions.chunks(BATCH) {
            if dry_run {
                for arrival in intake.preview(batch).await? {
                    out.count(arrival, None);
                }
                continue;
            }
            let act = Act {
                actor: "cli",
                at: jiff::Timestamp::now(),
            };
            for accepted in intake.accept(&act, batch).await? {
                out.count(accepted.arrival, Some(accepted.receipt.as_str()));
            }
        }
        if out.new > 0 {
            self.ask_for_triage(chosen.id).await?;
        }
        Ok(out)
    }
}

impl Imported {
    fn count(&mut self, arrival: Arrival, receipt: Option<&str>) {
        // A fingerprint covers the text: a row that changed has another and is new.
        if arrival != Arrival::New {
            self.known += 1;
            return;
        }
        self.new += 1;
        if let Some(receipt) = receipt {
            let first = self
                .receipts
                .take()
                .map_or_else(|| receipt.to_owned(), |r| r.0);
            self.receipts = Some((first, receipt.to_owned()));
        }
    }
}
