//! `/staff/admin/templates`: what an office puts in the place of what is built in, each looked at before
//! it goes in force.

use askama::Template;
use axum::{
    Form,
    extract::{
        Multipart, Path, Query, State,
        multipart::MultipartRejection,
        rejection::{FormRejection, QueryRejection},
    },
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{Principal, TemplateKind, TemplateSource};
use caifeng_domain::Named;
use serde::Deserialize;

use super::consultation::told;
use crate::{
    Site,
    error::Fault,
    page::{
        Failed,
        gate::{Reviewing, Staff},
        html, moment,
    },
    upload::Uploaded,
};

#[derive(Template)]
#[template(path = "admin/templates.html")]
struct Page {
    rows: Vec<Row>,
    problem: Option<(TemplateKind, String)>,
    done: Option<&'static str>,
}

struct Row {
    kind: TemplateKind,
    wire: &'static str,
    name: &'static str,
    file_name: String,
    source: String,
    is_own: bool,
}

impl Row {
    fn new((kind, source): (TemplateKind, TemplateSource)) -> Self {
        Self {
            kind,
            wire: kind.wire(),
            name: kind.chinese(),
            file_name: kind.file_name(),
            is_own: matches!(source, TemplateSource::Own(..)),
            source: match source {
                TemplateSource::Own(by, at) => format!("本单位的，{by} 于 {} 换上", moment(at)),
                TemplateSource::Configured => "配置文件里指定的".to_owned(),
                TemplateSource::BuiltIn => "随程序自带的".to_owned(),
            },
        }
    }
}

#[derive(Template)]
#[template(path = "admin/template_check.html")]
struct Check {
    wire: &'static str,
    name: &'static str,
    file_name: String,
    upload: String,
    lines: Vec<String>,
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    done: String,
}

fn kind(name: &str) -> Result<TemplateKind, Fault> {
    let known = TemplateKind::ALL.iter().find(|(_, wire, _)| *wire == name);
    known.map(|(kind, ..)| *kind).ok_or_else(Fault::not_found)
}

pub(super) async fn show(
    State(site): State<Site>,
    Staff(by, _): Staff<Reviewing>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let done = match asked
        .map(|Query(asked)| asked)
        .unwrap_or_default()
        .done
        .as_str()
    {
        "set" => Some("已换上，立即生效。"),
        "reset" => Some("已恢复，立即生效。"),
        _ => None,
    };
    page(&site, &by, None, done).await
}

async fn page(
    site: &Site,
    by: &Principal,
    problem: Option<(TemplateKind, String)>,
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let sources = site.app.template_sources(by).await?;
    let status = match problem {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let rows = sources.into_iter().map(Row::new).collect();
    let page = Page {
        rows,
        problem,
        done,
    };
    Ok(html(status, &page))
}

/// The file in force.
pub(super) async fn file(
    State(site): State<Site>,
    Path(name): Path<String>,
    Staff(by, _): Staff<Reviewing>,
) -> Result<Response, Failed> {
    let kind = kind(&name)?;
    let text = site.app.template_text(&by, kind).await?;
    let name = format!("attachment; filename=\"{}\"", kind.file_name());
    let head = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((head, text).into_response())
}

/// Shows what a file would bring. It is not in force yet.
pub(super) async fn look(
    State(site): State<Site>,
    Path(name): Path<String>,
    Staff(by, _): Staff<Reviewing>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    let kind = kind(&name)?;
    // Whoever may not is not told what is wrong with a file either.
    site.app.template_sources(&by).await?;
    let uploaded = Uploaded::read(form).await?;
    let file_name = uploaded.file_name().to_owned();
    let file = match uploaded.only() {
        Ok(file) => file,
        Err(fault) => return page(&site, &by, Some((kind, fault.detail)), None).await,
    };
    match site.app.look_at_template(&by, kind, file).await {
        Ok((upload, lines)) => {
            let check = Check {
                wire: kind.wire(),
                name: kind.chinese(),
                file_name,
                upload,
                lines,
            };
            Ok(html(StatusCode::OK, &check))
        }
        Err(error) => page(&site, &by, Some((kind, told(error)?)), None).await,
    }
}

#[derive(Deserialize)]
pub(super) struct Confirmed {
    /// Hash of the file; empty to go back to what is built in.
    upload: String,
}

/// Puts in force what was looked at, or what is built in.
pub(super) async fn confirm(
    State(site): State<Site>,
    Path(name): Path<String>,
    Staff(by, _): Staff<Reviewing>,
    form: Result<Form<Confirmed>, FormRejection>,
) -> Result<Response, Failed> {
    let kind = kind(&name)?;
    site.app.template_sources(&by).await?;
    let Form(Confirmed { upload }) = form?;
    let (done, what) = if upload.is_empty() {
        (site.app.reset_template(&by, kind).await, "reset")
    } else {
        (site.app.set_template(&by, kind, &upload).await, "set")
    };
    match done {
        Ok(()) => {
            let at = format!("/staff/admin/templates?done={what}");
            Ok(Redirect::to(&at).into_response())
        }
        Err(error) => page(&site, &by, Some((kind, told(error)?)), None).await,
    }
}
