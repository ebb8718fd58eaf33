//! Intake of files: bytes to submissions in the journal.

use caifeng_channel::{
    ColumnMapping, Format, Import, Mapping, Row, RowError, errors_csv, questionnaire,
};
use caifeng_domain::{Permission, Station, Submission};
use caifeng_store::{Act, Arrival, Principal};

use crate::{
    App, AppError, Chosen, Refusal, hooks, reach::check_station, submit::MAX_FIELD_CHARS, worker,
};

/// Submissions written in one transaction.
const BATCH: usize = 1_000;

/// Characters shown of a row that cannot go in.
const SHORT: usize = 200;

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
struct ImportOrder {
    actor: String,
    mapping: Option<Mapping>,
    /// Places that may be named; None: all.
    places: Option<Vec<Station>>,
    /// Number of the 问卷星 survey whose export it is.
    survey: Option<String>,
    dry_run: bool,
}

impl App {
    /// Reads `bytes` and writes the submissions to the journal; with `dry_run` only says what would
    /// happen. An export of the 问卷星 survey with the number `survey` brings only those answers that
    /// were not pushed.
    pub async fn import(
        &self,
        slug: Option<&str>,
        file_name: &str,
        bytes: Vec<u8>,
        survey: Option<&str>,
        dry_run: bool,
    ) -> Result<Imported, AppError> {
        let order = ImportOrder {
            actor: "cli".to_owned(),
            mapping: None,
            places: None,
            survey: survey.map(str::to_owned),
            dry_run,
        };
        let chosen = self.choose(slug).await?;
        self.import_as(chosen, file_name, bytes, order).await
    }

    /// Keeps a file that staff chose until they confirm what its columns are. Returns its hash.
    pub async fn put_table(&self, bytes: Vec<u8>) -> Result<String, AppError> {
        self.put_upload(bytes).await
    }

    /// Reads the file that was kept under a hash as somebody says; writes it when `dry_run` is not
    /// said, and forgets it then. A caller that stops waiting does not stop what is being written.
    pub async fn import_table(
        &self,
        by: &Principal,
        slug: &str,
        upload: &str,
        mapping: Mapping,
        survey: Option<&str>,
        dry_run: bool,
    ) -> Result<Imported, AppError> {
        self.consultation_to(by, Permission::Transcribe, slug)
            .await?;
        let bytes = self.upload(upload).await?;
        let order = ImportOrder {
            actor: by.name.clone(),
            mapping: Some(mapping),
            places: self.places_of(Some(by)).await?,
            survey: survey.map(str::to_owned),
            dry_run,
        };
        let chosen = self.choose(Some(slug)).await?;
        let (app, upload) = (self.clone(), upload.to_owned());
        let work = async move {
            let imported = app.import_as(chosen, "", bytes, order).await?;
            if !dry_run {
                app.forget_upload(&upload).await?;
            }
            Ok(imported)
        };
        tokio::spawn(work).await?
    }

    async fn import_as(
        &self,
        chosen: Chosen,
        file_name: &str,
        bytes: Vec<u8>,
        order: ImportOrder,
    ) -> Result<Imported, AppError> {
        let ImportOrder {
            actor,
            mapping,
            places,
            survey,
            dry_run,
        } = order;
        if let Some(survey) = &survey {
            check_survey(survey)?;
        }
        let name = file_name.to_owned();
        let read = move || caifeng_channel::read_mapped(&bytes, &name, mapping.as_ref());
        let mut import = tokio::task::spawn_blocking(read).await??;
        let submissions = submissions(&mut import, places.as_deref(), survey.as_deref());
        let source = match survey {
            Some(_) => hooks::SOURCE.to_owned(),
            None => import.source,
        };
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
        let intake = self.store.intake(chosen.id, &source);
        let mut intake = intake.followed_by(worker::TRIAGE, worker::TRIAGE_AFTER);
        for batch in submissions.chunks(BATCH) {
            if dry_run {
                for arrival in intake.preview(batch).await? {
                    out.count(arrival, None);
                }
                continue;
            }
            let act = Act {
                actor: &actor,
                at: jiff::Timestamp::now(),
            };
            for accepted in intake.accept(&act, batch).await? {
                out.count(accepted.arrival, Some(accepted.receipt.as_str()));
            }
        }
        Ok(out)
    }
}

fn check_survey(survey: &str) -> Result<(), Refusal> {
    let is_number = !survey.is_empty() && survey.bytes().all(|b| b.is_ascii_digit());
    if is_number && survey.len() <= MAX_FIELD_CHARS {
        Ok(())
    } else {
        Err(Refusal::BadFile(
            "问卷编号应是问卷星网址里的数字".to_owned(),
        ))
    }
}

/// What goes in of a file, each with a number by which it is known again. What cannot goes to the
/// errors of `import`.
fn submissions(
    import: &mut Import,
    places: Option<&[Station]>,
    survey: Option<&str>,
) -> Vec<Submission> {
    let mut good = Vec::with_capacity(import.rows.len());
    for row in std::mem::take(&mut import.rows) {
        match submission(&row, places, survey) {
            Ok(submission) => good.push(submission),
            Err(reason) => import.errors.push(RowError {
                line: row.line,
                column: None,
                message: format!("第{}行：{reason}", row.line),
                raw: row.submission.text.chars().take(SHORT).collect(),
            }),
        }
    }
    import.errors.sort_by_key(|error| error.line);
    good
}

fn submission(
    row: &Row,
    places: Option<&[Station]>,
    survey: Option<&str>,
) -> Result<Submission, String> {
    let mut submission = row.submission.clone();
    check_station(places, &mut submission.station).map_err(|refusal| refusal.to_string())?;
    let number = &row.submission.external_id;
    submission.external_id = Some(match (survey, number) {
        (Some(survey), Some(number)) => questionnaire::wenjuanxing_id(survey, number),
        (Some(_), None) => return Err("没有序号，无法与推送来的答卷核对".to_owned()),
        // The row's own number is unique in its file only; the fingerprint everywhere.
        (None, Some(number)) => format!("{number}#{}", row.fingerprint),
        (None, None) => row.fingerprint.clone(),
    });
    Ok(submission)
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

#[cfg(test)]
mod tests {
    use std::{fmt::Write, time::Duration};

    use caifeng_channel::Mapping;
    use caifeng_domain::{Role, Visibility};
    use tokio::time::{sleep, timeout};

    use super::BATCH;
    use crate::{App, testing::config};

    /// A browser that is closed in the midst of an import does not cut it in two.
    #[tokio::test]
    async fn what_was_begun_is_taken_in_when_nobody_waits_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(config(folder.path())).await.unwrap();
        app.create_consultation("c", "某条例（草案）", None, Visibility::Public, Vec::new())
            .await
            .unwrap();
        let password = "一二三四五六七八九十";
        app.add_account("ceshi", Role::StationOfficer, password.to_owned())
            .await
            .unwrap();
        let token = app.sign_in("ceshi", password.to_owned()).await.unwrap();
        let by = app.session(&token).await.unwrap().unwrap();
        let rows = 5 * BATCH;
        let mut table = "意见内容\n".to_owned();
        for row in 0..rows {
            writeln!(table, "第{row}位居民建议多种树").unwrap();
        }
        let upload = app.put_table(table.into_bytes()).await.unwrap();
        let received = async || app.count_received("c").await.unwrap();
        let begun = async {
            while received().await == 0 {
                sleep(Duration::from_millis(1)).await;
            }
        };
        let mapping = Mapping::default();
        tokio::select! {
            _ = app.import_table(&by, "c", &upload, mapping, None, false) => {}
            () = begun => {}
        }
        let all_there = async {
            while received().await < rows || app.upload(&upload).await.is_ok() {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_mins(2), all_there).await.unwrap();
        // And it asks for triage, as every intake does.
        assert_eq!(app.background().await.unwrap().waiting, 1);
    }
}
