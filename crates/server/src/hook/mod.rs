//! `/hooks`: where other platforms call us. They sign, or know an address that nobody guesses.

mod questionnaire;
mod wechat;

use axum::{
    Router,
    routing::{get, post},
};

use crate::Site;

pub(crate) fn router() -> Router<Site> {
    let wechat = get(wechat::check).post(wechat::answer);
    Router::new()
        .route("/hooks/wechat/{account}", wechat)
        .route(
            "/hooks/wenjuanxing/{secret}",
            post(questionnaire::wenjuanxing),
        )
        .route("/hooks/tencent/{secret}", post(questionnaire::tencent))
}
