//! `/c/{slug}/texts/{number}`: a text beside a draft (说明, 解读); `/staff/c/{slug}/texts`: where staff
//! put them there.

use askama::Template;
use axum::{
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::Principal;
use caifeng_domain::{MaterialKind, Named, Permission};

use super::{
    Failed,
    gate::{Reviewing, Staff},
    html, kept,
};
use crate::{Site, error::Fault, upload::Uploaded};

/// What an uploaded file is called in messages.
const UPLOADED: &str = "您上传的文件";

#[derive(Template)]
#[template(path = "text.html")]
struct Page {
    slug: String,
    title: String,
    kind: &'static str,
    heading: String,
    paragraphs: Vec<String>,
}

pub(super) async fn show(
    State(site): State<Site>,
    Path((slug, number)): Path<(String, u64)>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let make = async || {
        let listed = site.app.consultation_for(None, &slug).await?;
        let all = site.app.materials(&listed).await?;
        let found = all.into_iter().find(|(known, _)| *known == number);
        let (_, material) = found.ok_or_else(Fault::not_found)?;
        Ok(Page {
            slug: slug.clone(),
            title: listed.consultation.title.clone(),
            kind: material.kind.chinese(),
            heading: material.title,
            paragraphs: material.paragraphs,
        })
    };
    let name = format!("/c/{slug}/texts/{number}");
    kept::current(&site, &headers, name, make).await
}

#[derive(Template)]
#[template(path = "texts.html")]
struct List {
    slug: String,
    title: String,
    kinds: [(MaterialKind, &'static str, &'static str); 3],
    texts: Vec<(u64, &'static str, String)>,
    problem: Option<String>,
}

pub(super) async fn list(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reviewing>,
) -> Result<Response, Failed> {
    page(&site, &by, &slug, None).await
}

/// Adds the file of a form, or removes what its button names.
pub(super) async fn change(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reviewing>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    // Whoever may not know of it is not told what is wrong with a form either.
    let may = Permission::Review;
    site.app.consultation_to(&by, may, &slug).await?;
    let uploaded = Uploaded::read(form).await?;
    let done = if let Ok(number) = uploaded.text("remove").parse() {
        site.app.remove_material(Some(&by), &slug, number).await
    } else {
        let kind = MaterialKind::from_name(uploaded.text("kind"));
        let kind = kind.ok_or_else(|| Fault::invalid("请选择材料的种类"))?;
        let title = uploaded.text("title").to_owned();
        let file = uploaded.only()?;
        let added = site
            .app
            .add_material(Some(&by), &slug, kind, &title, (UPLOADED, &file));
        added.await.map(|_| ())
    };
    match done.map_err(Fault::from) {
        Ok(()) => Ok(Redirect::to(&format!("/staff/c/{slug}/texts")).into_response()),
        Err(fault) => page(&site, &by, &slug, Some(fault)).await,
    }
}

async fn page(
    site: &Site,
    by: &Principal,
    slug: &str,
    problem: Option<Fault>,
) -> Result<Response, Failed> {
    let listed = site
        .app
        .consultation_to(by, Permission::Review, slug)
        .await?;
    let all = site.app.materials(&listed).await?.into_iter();
    let status = problem
        .as_ref()
        .map_or(StatusCode::OK, |fault| fault.status);
    let page = List {
        slug: slug.to_owned(),
        title: listed.consultation.title,
        kinds: MaterialKind::ALL,
        texts: all
            .map(|(number, material)| (number, material.kind.chinese(), material.title))
            .collect(),
        problem: problem.map(|fault| fault.detail),
    };
    Ok(html(status, &page))
}
