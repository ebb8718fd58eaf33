//! `/hooks/wenjuanxing/{secret}`, `/hooks/tencent/{secret}`: answers to questionnaires.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
};
use caifeng_app::Platform;
use caifeng_domain::{Channel, Named};
use serde_json::{Value, json};

use crate::{Site, error::Fault, metrics};

type Body = Result<Bytes, BytesRejection>;

pub(super) async fn wenjuanxing(
    State(site): State<Site>,
    Path(secret): Path<String>,
    body: Body,
) -> Result<Json<Value>, Fault> {
    take(&site, Platform::Wenjuanxing, &secret, &body?).await
}

pub(super) async fn tencent(
    State(site): State<Site>,
    Path(secret): Path<String>,
    body: Body,
) -> Result<Json<Value>, Fault> {
    take(&site, Platform::Tencent, &secret, &body?).await
}

async fn take(
    site: &Site,
    platform: Platform,
    secret: &str,
    body: &[u8],
) -> Result<Json<Value>, Fault> {
    let accepted = site.app.take_push(platform, secret, body).await?;
    metrics::submissions(Channel::Questionnaire.wire(), accepted);
    Ok(Json(json!({"accepted": accepted})))
}
