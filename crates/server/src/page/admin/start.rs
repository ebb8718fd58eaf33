//! `/staff/admin/start`: a new consultation, from the file of its draft to what it will be, confirmed.

use askama::Template;
use axum::{
    Form,
    extract::{Multipart, State, multipart::MultipartRejection, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{App, AppError, DraftRead, NewConsultation, Principal, Problems, Refusal};
use caifeng_domain::{Consultation, Named, Visibility};

use super::{Choice, places};
use crate::{
    Site,
    error::Fault,
    page::{
        Failed, day,
        gate::{Reviewing, Staff},
        html,
    },
    upload::{Texts, Uploaded},
};

#[derive(Template)]
#[template(path = "admin/start.html")]
struct Page {
    filled: NewConsultation,
    visibilities: Vec<Choice>,
    places: Vec<Choice>,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "admin/start_check.html")]
struct Check {
    slug: String,
    /// Everything that was filled in, to be sent again.
    fields: Vec<(&'static str, String)>,
    read: DraftRead,
    title: String,
    window: Option<String>,
    visibility: &'static str,
    questions: Vec<String>,
    /// Names of the places that are asked.
    asked: Vec<String>,
}

pub(super) async fn show(
    State(site): State<Site>,
    Staff(by, _): Staff<Reviewing>,
) -> Result<Response, Failed> {
    may(&by)?;
    page(&site, &by, NewConsultation::default(), Problems::default()).await
}

/// Reads the file and looks everything over. Nothing is made yet.
pub(super) async fn look(
    State(site): State<Site>,
    Staff(by, _): Staff<Reviewing>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    may(&by)?;
    let uploaded = Uploaded::read(form).await?;
    let mut filled = read(&uploaded.texts);
    if !uploaded.files.is_empty() {
        // Another file than the one before, if it can be used.
        (filled.upload, filled.file_name) = (String::new(), uploaded.file_name().to_owned());
        match site
            .app
            .put_draft(&filled.file_name, uploaded.only()?)
            .await
        {
            Ok(upload) => filled.upload = upload,
            Err(AppError::Form(problems)) => return page(&site, &by, filled, problems).await,
            Err(error) => return Err(error.into()),
        }
    }
    match site.app.look_at_start(&by, &filled).await {
        Ok((consultation, read)) => check(&site, &by, filled, consultation, read).await,
        Err(AppError::Form(problems)) => page(&site, &by, filled, problems).await,
        Err(error) => Err(error.into()),
    }
}

/// Makes it, or goes back to the form with everything that was filled in.
pub(super) async fn confirm(
    State(site): State<Site>,
    Staff(by, _): Staff<Reviewing>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    may(&by)?;
    let Form(pairs) = form?;
    let texts = Texts::from(pairs);
    let filled = read(&texts);
    if texts.one("act") != "confirm" {
        return page(&site, &by, filled, Problems::default()).await;
    }
    match site.app.start_consultation(&by, &filled).await {
        Ok(made) => {
            let at = format!("/staff/admin/consultations/{}?done=start", made.slug);
            Ok(Redirect::to(&at).into_response())
        }
        Err(AppError::Form(problems)) => page(&site, &by, filled, problems).await,
        Err(error) => Err(error.into()),
    }
}

/// Before anything that was sent is read.
fn may(by: &Principal) -> Result<(), Fault> {
    if App::may_start(by) {
        Ok(())
    } else {
        Err(Refusal::Forbidden.into())
    }
}

fn read(texts: &Texts) -> NewConsultation {
    let text = |name| texts.one(name).to_owned();
    NewConsultation {
        slug: text("slug"),
        title: text("title"),
        opens: text("opens"),
        closes: text("closes"),
        visibility: text("visibility"),
        questions: text("questions"),
        stations: texts.all("stations"),
        upload: text("upload"),
        file_name: text("file_name"),
    }
}

async fn page(
    site: &Site,
    by: &Principal,
    mut filled: NewConsultation,
    problems: Problems,
) -> Result<Response, Failed> {
    // What was kept is gone after a day, or was never there.
    if problems.of("file").is_some() {
        filled.upload.clear();
    }
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = Page {
        visibilities: Choice::all::<Visibility>(std::slice::from_ref(&filled.visibility)),
        places: places(site, by, &filled.stations).await?,
        filled,
        problems,
    };
    Ok(html(status, &page))
}

async fn check(
    site: &Site,
    by: &Principal,
    filled: NewConsultation,
    consultation: Consultation,
    read: DraftRead,
) -> Result<Response, Failed> {
    let window = consultation.window.as_ref();
    let chosen = places(site, by, &filled.stations).await?.into_iter();
    let page = Check {
        read,
        title: consultation.title,
        window: window.map(|w| format!("{}至{}", day(&w.opens), day(&w.closes))),
        visibility: consultation.visibility.chinese(),
        questions: consultation.questions,
        asked: (chosen.filter(|place| place.is_chosen))
            .map(|place| place.name)
            .collect(),
        slug: consultation.slug,
        fields: fields(filled),
    };
    Ok(html(StatusCode::OK, &page))
}

/// What the form had, field by field.
fn fields(filled: NewConsultation) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("upload", filled.upload),
        ("file_name", filled.file_name),
        ("title", filled.title),
        ("slug", filled.slug),
        ("opens", filled.opens),
        ("closes", filled.closes),
        ("visibility", filled.visibility),
        ("questions", filled.questions),
    ];
    let stations = filled.stations.into_iter();
    fields.extend(stations.map(|code| ("stations", code)));
    fields
}
