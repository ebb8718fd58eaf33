//! The one place where a failure becomes a status.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use caifeng_app::AppError;
use serde_json::json;

/// What a client is told. Clients match on `code`, not on `detail`.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    detail: String,
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        let (status, code) = match &error {
            AppError::NoConsultation(..) | AppError::NoConsultations => {
                (StatusCode::NOT_FOUND, "no_consultation")
            }
            AppError::WhichConsultation(_) => (StatusCode::BAD_REQUEST, "which_consultation"),
            AppError::NoDraft(_) => (StatusCode::CONFLICT, "no_draft"),
            AppError::NotTriaged(_) => (StatusCode::CONFLICT, "not_triaged"),
            AppError::Argument(_)
            | AppError::Draft(_)
            | AppError::Import(_)
            | AppError::Row { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_input"),
            AppError::File { .. }
            | AppError::Model(_)
            | AppError::Install(_)
            | AppError::Encode(_)
            | AppError::Triage(_)
            | AppError::Search(_)
            | AppError::Store(_)
            | AppError::Report(_)
            | AppError::Config(_)
            | AppError::Background(_) => {
                tracing::error!(error = ?error, "a request failed");
                let detail = "服务暂时不可用，请稍后再试".to_owned();
                return Self {
                    status: StatusCode::INTERNAL_SERVER_ERROR,
                    code: "internal",
                    detail,
                };
            }
        };
        Self {
            status,
            code,
            detail: error.to_string(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({"error": {"code": self.code, "detail": self.detail}});
        (self.status, Json(body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::Request,
    };
    use caifeng_app::{App, Config, Overrides};
    use tower::ServiceExt;

    #[tokio::test]
    async fn failures_have_a_status_and_a_code() {
        let dir = tempfile::tempdir().unwrap();
        let said = Overrides {
            data: Some(dir.path().to_owned()),
            ..Overrides::default()
        };
        let app = App::open(Config::load(said, None).unwrap()).await.unwrap();
        let draft = "某条例（草案）\n第一条　甲。\n第二条　乙。\n";
        app.import_draft("known", "draft.txt", draft.as_bytes())
            .await
            .unwrap();
        // (path, status, what the body has)
        let cases = [
            ("/healthz", 200, "ok"),
            (
                "/api/v1/consultations/nothing/report",
                404,
                "no_consultation",
            ),
            ("/api/v1/consultations/known/report", 409, "not_triaged"),
            ("/nowhere", 404, ""),
        ];
        for (path, status, has) in cases {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            let response = crate::router(app.clone()).oneshot(request).await.unwrap();
            assert_eq!(response.status(), status, "{path}");
            let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
            assert!(
                String::from_utf8(body.to_vec()).unwrap().contains(has),
                "{path}"
            );
        }
    }
}
