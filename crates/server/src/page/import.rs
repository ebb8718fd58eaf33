//! `/staff/c/{slug}/import`: a spreadsheet, uploaded; what its columns are; what would happen; confirmed.

use askama::Template;
use axum::{
    Form,
    extract::{Multipart, Path, State, multipart::MultipartRejection, rejection::FormRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use caifeng_app::{
    Imported, Principal,
    channels::{ColumnMapping, Field, Mapping, RowError},
};
use caifeng_domain::{Channel, Named, Permission};

use super::{
    Failed,
    gate::{Staff, Transcribing},
    html,
};
use crate::{Site, error::Fault, metrics, upload::Uploaded};

/// Row errors on the page. All of them are in the file.
const SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "import.html")]
struct Start {
    slug: String,
    title: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "import_check.html")]
struct Check {
    slug: String,
    title: String,
    upload: String,
    survey: String,
    columns: Vec<Column>,
    /// Whether nobody has said yet, and it could not be seen, where the words are.
    needs_text: bool,
    fields: Vec<(&'static str, &'static str)>,
    done: bool,
    new: usize,
    known: usize,
    receipts: Option<(String, String)>,
    errors: Vec<RowError>,
    more_errors: usize,
    skipped: Vec<String>,
}

/// A column as the page shows it.
struct Column {
    header: String,
    /// Wire name of its field, or empty.
    field: &'static str,
    dropped: bool,
    cells: Vec<String>,
}

/// What somebody says about the columns, and what to do.
#[derive(Default)]
struct Asked {
    upload: String,
    mapping: Mapping,
    /// Number of the 问卷星 survey, where it is an export of one.
    survey: String,
    action: Action,
}

/// What a page of columns carries on from the one before it.
#[derive(Default)]
struct Shown {
    upload: String,
    survey: String,
    done: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Action {
    #[default]
    Check,
    Confirm,
    Errors,
}

impl Asked {
    /// Each column has `header`, then `field`.
    fn read(pairs: Vec<(String, String)>) -> Self {
        let (mut asked, mut header) = (Self::default(), String::new());
        for (name, value) in pairs {
            match name.as_str() {
                "upload" => asked.upload = value,
                "survey" => value.trim().clone_into(&mut asked.survey),
                "header" => header = value,
                "field" => asked.mapping.set(&header, field(&value)),
                "action" => {
                    asked.action = match value.as_str() {
                        "confirm" => Action::Confirm,
                        "errors" => Action::Errors,
                        _ => Action::Check,
                    }
                }
                _ => {}
            }
        }
        asked
    }
}

fn field(wire: &str) -> Option<Field> {
    let found = Field::ALL.iter().find(|(_, name, _)| *name == wire);
    found.map(|(field, _, _)| *field)
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Transcribing>,
) -> Result<Response, Failed> {
    start(&site, &by, &slug, None).await
}

/// Shows what a file would bring. Nothing goes in yet.
pub(super) async fn upload(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Transcribing>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    let read = async {
        let file = Uploaded::read(form).await?.only()?;
        let upload = site.app.put_table(file).await?;
        let mapping = Mapping::default();
        let imported = site
            .app
            .import_table(&by, &slug, &upload, mapping, None, true)
            .await?;
        Ok::<_, Fault>((upload, imported))
    };
    match read.await {
        Ok((upload, imported)) => {
            let shown = Shown {
                upload,
                ..Shown::default()
            };
            checked(&site, &by, &slug, shown, imported).await
        }
        Err(fault) if fault.status.is_client_error() => start(&site, &by, &slug, Some(fault)).await,
        Err(fault) => Err(Failed(fault)),
    }
}

/// Tries what somebody says the columns are, or does it.
pub(super) async fn check(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Transcribing>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(pairs) = form?;
    let Asked {
        upload,
        mapping,
        survey,
        action,
    } = Asked::read(pairs);
    let dry_run = action != Action::Confirm;
    let number = Some(&*survey).filter(|survey| !survey.is_empty());
    let imported = site
        .app
        .import_table(&by, &slug, &upload, mapping, number, dry_run);
    let imported = imported.await.map_err(Fault::from);
    match imported {
        Ok(imported) if action == Action::Errors => Ok(errors(&imported)),
        Ok(imported) => {
            if !dry_run {
                metrics::submissions(Channel::Platform.wire(), imported.new);
            }
            let shown = Shown {
                upload,
                survey,
                done: !dry_run,
            };
            checked(&site, &by, &slug, shown, imported).await
        }
        Err(fault) if fault.status.is_client_error() => start(&site, &by, &slug, Some(fault)).await,
        Err(fault) => Err(Failed(fault)),
    }
}

/// The rows that cannot be used, for a spreadsheet program.
fn errors(imported: &Imported) -> Response {
    let head = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"errors.csv\"",
        ),
    ];
    (head, imported.errors_csv()).into_response()
}

async fn start(
    site: &Site,
    by: &Principal,
    slug: &str,
    fault: Option<Fault>,
) -> Result<Response, Failed> {
    let listed = site
        .app
        .consultation_to(by, Permission::Transcribe, slug)
        .await?;
    let status = fault.as_ref().map_or(StatusCode::OK, |fault| fault.status);
    let page = Start {
        slug: slug.to_owned(),
        title: listed.consultation.title,
        problem: fault.map(|fault| fault.detail),
    };
    Ok(html(status, &page))
}

async fn checked(
    site: &Site,
    by: &Principal,
    slug: &str,
    shown: Shown,
    imported: Imported,
) -> Result<Response, Failed> {
    let listed = site
        .app
        .consultation_to(by, Permission::Transcribe, slug)
        .await?;
    let preview = &imported.preview;
    let is_text =
        |column: &ColumnMapping| matches!(column.field, Some(Field::Text | Field::Answer));
    let needs_text = !imported.columns.is_empty() && !imported.columns.iter().any(is_text);
    let column = |(at, column): (usize, ColumnMapping)| Column {
        cells: preview
            .iter()
            .filter_map(|row| row.get(at).cloned())
            .collect(),
        field: column
            .field
            .map_or("", |field| Field::ALL[field as usize].1),
        header: column.header,
        dropped: column.dropped,
    };
    let fields = Field::ALL
        .iter()
        .filter(|(field, _, _)| *field != Field::Answer);
    let page = Check {
        slug: slug.to_owned(),
        title: listed.consultation.title,
        upload: shown.upload,
        survey: shown.survey,
        columns: imported
            .columns
            .into_iter()
            .enumerate()
            .map(column)
            .collect(),
        needs_text,
        fields: fields.map(|(_, wire, label)| (*wire, *label)).collect(),
        done: shown.done,
        new: imported.new,
        known: imported.known,
        receipts: imported.receipts,
        more_errors: imported.errors.len().saturating_sub(SHOWN),
        errors: imported.errors.into_iter().take(SHOWN).collect(),
        skipped: imported.skipped_sheets,
    };
    Ok(html(StatusCode::OK, &page))
}
