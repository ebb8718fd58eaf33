//! Intake of files: bytes to submissions in the journal.

use caifeng_channel::{ColumnMapping, Format, Mapping, RowError, errors_csv};
use caifeng_domain::{Permission, Submission};
use caifeng_store::{Act, Arrival, Principal};

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
    /// The cells of its first rows, one a column; none of a file that is no table.
    pub preview: Vec<Vec<String>>,
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

/// Who imports, and how.
struct ImportOrder<'a> {
    actor: &'a str,
    mapping: Option<Mapping>,
    dry_run: bool,
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
        let order = ImportOrder {
            actor: "cli",
            mapping: None,
            dry_run,
        };
        self.import_as(slug, file_name, bytes, order).await
    }

    /// Keeps a file that staff chose until they confirm what its columns are. Returns its hash.
    pub async fn put_table(&self, bytes: Vec<u8>) -> Result<String, AppError> {
        self.put_upload(bytes).await
    }

    /// Reads the file that was kept under a hash as somebody says; writes it when `dry_run` is not
    /// said, and forgets it then.
    pub async fn import_table(
        &self,
        by: &Principal,
        slug: &str,
        upload: &str,
        mapping: Mapping,
        dry_run: bool,
    ) -> Result<Imported, AppError> {
        self.consultation_to(by, Permission::Transcribe, slug)
            .await?;
        let bytes = self.upload(upload).await?;
        let order = ImportOrder {
            actor: &by.name,
            mapping: Some(mapping),
            dry_run,
        };
        let imported = self.import_as(Some(slug), "", bytes, order).await?;
        if !dry_run {
            self.forget_upload(upload).await?;
        }
        Ok(imported)
    }

    async fn import_as(
        &self,
        slug: Option<&str>,
        file_name: &str,
        bytes: Vec<u8>,
        order: ImportOrder<'_>,
    ) -> Result<Imported, AppError> {
        let ImportOrder {
            actor,
            mapping,
            dry_run,
        } = order;
        let chosen = self.choose(slug).await?;
        let name = file_name.to_owned();
        let read = move || caifeng_channel::read_mapped(&bytes, &name, mapping.as_ref());
        let import = tokio::task::spawn_blocking(read).await??;
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
            preview: import.preview,
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
                actor,
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
