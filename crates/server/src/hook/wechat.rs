//! `/hooks/wechat/{account}`: messages of a WeChat account.
//!
//! Calls come from a few addresses of WeChat and are signed, so they are not counted by address.

use axum::{
    body::Bytes,
    extract::{
        Path, Query, State,
        rejection::{BytesRejection, QueryRejection},
    },
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use caifeng_app::{Refusal, channels::wechat};
use caifeng_domain::{Channel, Named};
use serde::Deserialize;

use crate::{Site, error::Fault, metrics};

/// What stands in the address of a call.
#[derive(Deserialize)]
pub(super) struct Signed {
    signature: String,
    timestamp: String,
    nonce: String,
    #[serde(default)]
    echostr: String,
    encrypt_type: Option<String>,
    msg_signature: Option<String>,
}

impl Signed {
    fn query(&self) -> wechat::Query<'_> {
        wechat::Query {
            signature: &self.signature,
            timestamp: &self.timestamp,
            nonce: &self.nonce,
            encrypt_type: self.encrypt_type.as_deref(),
            msg_signature: self.msg_signature.as_deref(),
        }
    }
}

type Asked = Result<Query<Signed>, QueryRejection>;

/// Says back what WeChat said, to whoever knows the token.
pub(super) async fn check(
    State(site): State<Site>,
    Path(account): Path<String>,
    asked: Asked,
) -> Result<String, Fault> {
    let signed = signed(&site, &account, asked)?;
    site.app.check_wechat(&account, &signed.query())?;
    Ok(signed.echostr)
}

/// Answers a message, once it is on disk.
pub(super) async fn answer(
    State(site): State<Site>,
    Path(account): Path<String>,
    asked: Asked,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Fault> {
    let signed = signed(&site, &account, asked)?;
    let body = body?;
    let query = signed.query();
    let answer = site.app.answer_wechat(&account, &query, &body).await?;
    if answer.accepted > 0 {
        metrics::submissions(Channel::Wechat.wire(), answer.accepted);
    }
    let kind = if answer.body.starts_with('<') {
        "text/xml; charset=utf-8"
    } else {
        "text/plain; charset=utf-8"
    };
    Ok(([(CONTENT_TYPE, kind)], answer.body).into_response())
}

/// A call without the parameters of a signature is one with a wrong signature; where no account is
/// configured there is no such address.
fn signed(site: &Site, account: &str, asked: Asked) -> Result<Signed, Fault> {
    if !site.app.has_wechat(account) {
        return Err(Refusal::UnknownAddress.into());
    }
    let signed = asked.map(|Query(signed)| signed);
    signed.map_err(|_| Refusal::BadSignature.into())
}
