//! `/staff/wechat`: recordings and pictures that came over WeChat, to be listened to and written down.
//!
//! Nothing leaves the machine, so nobody fetches them for us: staff open them in the platform's own
//! back office (公众平台 → 消息管理) and write down what they hear.

use askama::Template;
use axum::{
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::StatusCode,
    response::Response,
};
use caifeng_app::{MediumKind, Principal, Transcript, WaitingMedium};
use caifeng_domain::{Channel, Named};
use jiff::tz::{TimeZone, offset};

use super::{
    Failed,
    gate::{Staff, Transcribing},
    html,
};
use crate::{Site, error::Fault, metrics, upload::Uploaded};

#[derive(Template)]
#[template(path = "media.html")]
struct Page {
    media: Vec<Waiting>,
    drafts: Vec<(String, String)>,
    done: Option<String>,
    problem: Option<String>,
}

/// A medium as the page shows it.
struct Waiting {
    id: u64,
    kind: &'static str,
    format: String,
    received: String,
    account: String,
    media_id: String,
    slug: String,
    text: String,
}

impl Waiting {
    fn new(medium: WaitingMedium) -> Self {
        let china = TimeZone::fixed(offset(8));
        let received = medium.received_at.to_zoned(china);
        Self {
            id: medium.id,
            kind: medium.medium.kind.chinese(),
            format: match medium.medium.kind {
                MediumKind::Voice => medium.medium.format,
                MediumKind::Image => String::new(),
            },
            received: received.strftime("%-m月%-d日 %H:%M").to_string(),
            account: medium.account,
            media_id: medium.medium.media_id,
            slug: medium.medium.consultation.unwrap_or_default(),
            text: String::new(),
        }
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    Staff(by, _): Staff<Transcribing>,
) -> Result<Response, Failed> {
    Ok(html(StatusCode::OK, &page(&site, &by).await?))
}

/// Takes in what was written down, or notes that there is nothing.
pub(super) async fn end(
    State(site): State<Site>,
    Path(id): Path<u64>,
    Staff(by, _): Staff<Transcribing>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    let written = Uploaded::read(form).await?;
    let text = written.text("text").to_owned();
    let ended = write_down(&site, &by, id, written).await;
    let mut page = page(&site, &by).await?;
    let status = match ended {
        Ok(done) => {
            page.done = Some(done);
            StatusCode::OK
        }
        Err(fault) => {
            // What was typed is shown again: nobody has to listen twice.
            if let Some(medium) = page.media.iter_mut().find(|medium| medium.id == id) {
                medium.text = text;
            }
            page.problem = Some(fault.detail);
            fault.status
        }
    };
    Ok(html(status, &page))
}

async fn write_down(
    site: &Site,
    by: &Principal,
    id: u64,
    written: Uploaded,
) -> Result<String, Fault> {
    // The button of somebody who found nothing to write down.
    if !written.text("dismiss").is_empty() {
        site.app.dismiss_medium(by, id).await?;
        return Ok("已标记为不登记。".to_owned());
    }
    let transcript = Transcript {
        slug: written.text("slug").to_owned(),
        article: match written.text("article").trim() {
            "" => None,
            number => Some(crate::api::article(number)?),
        },
        text: written.text("text").to_owned(),
        files: written.files,
    };
    let receipt = site.app.transcribe_medium(by, id, transcript).await?;
    metrics::submissions(Channel::Wechat.wire(), 1);
    Ok(format!("已登记，受理编号 {receipt}。"))
}

async fn page(site: &Site, by: &Principal) -> Result<Page, Failed> {
    let media = site.app.waiting_media(by).await?;
    let open = site.app.open_to_transcribe(by, &media).await?.into_iter();
    let drafts = open.map(|listed| (listed.consultation.slug, listed.consultation.title));
    Ok(Page {
        drafts: drafts.collect(),
        media: media.into_iter().map(Waiting::new).collect(),
        done: None,
        problem: None,
    })
}
