//! The one place where a failure becomes a status. The codes are listed in `error-codes.md`.

mod body;

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json,
    extract::rejection::{BytesRejection, FormRejection, JsonRejection},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use caifeng_app::{
    AppError, Challenge, ExchangeError, PdfError, Refusal, StoreError,
    channels::package::PackageError,
};
use caifeng_domain::TransferRefusal;
use serde_json::json;

use crate::api::ChallengeBody;

/// Seconds after which a client whom we could not serve may try again.
const LATER: u64 = 2;

/// What a client is told. Programs match on `code`, people read `detail`.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) detail: String,
    retry_after: Option<u64>,
    challenge: Option<Challenge>,
}

impl Fault {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let later = status == StatusCode::SERVICE_UNAVAILABLE;
        Self {
            status,
            code,
            detail: detail.into(),
            retry_after: later.then_some(LATER),
            challenge: None,
        }
    }

    /// More requests at work than are let in.
    pub(crate) fn busy() -> Self {
        let detail = "现在访问的人较多，请稍后再试";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
    }

    /// It took too long. Something sent with an idempotency key may be sent again.
    pub(crate) fn timed_out() -> Self {
        let detail = "处理超时，请稍后再试";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", detail)
    }

    /// One client asked too often.
    pub(crate) fn too_often(wait: Duration) -> Self {
        let seconds = wait.as_secs() + 1;
        let detail = format!("操作过于频繁，请 {seconds} 秒后再试");
        Self {
            retry_after: Some(seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail)
        }
    }

    /// Somebody who submits much is asked to show that they are no program.
    pub(crate) fn challenge(challenge: Challenge) -> Self {
        let detail = "请先完成 challenge 中的验证，再连同答案重新提交";
        Self {
            challenge: Some(challenge),
            ..Self::new(StatusCode::FORBIDDEN, "challenge_needed", detail)
        }
    }

    /// A page that does not exist.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "没有这个页面")
    }

    /// A law or an article that the library does not have.
    pub(crate) fn no_such_law() -> Self {
        let detail = "法律库里没有这部法律或这一条";
        Self::new(StatusCode::NOT_FOUND, "no_such_law", detail)
    }

    /// A page that exists, asked for in a way in which it cannot be.
    pub(crate) fn no_such_method() -> Self {
        let detail = "这个地址不支持这种请求方法";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
    }

    /// A field that only programs fill in.
    pub(crate) fn honeypot() -> Self {
        let detail = "提交未通过检查。请把标着“请勿填写”的一栏清空后再提交";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "looks_automatic", detail)
    }

    /// A value that is not of its form.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_value", detail)
    }

    /// The database cannot be read or written just now. As this meets everybody at once, it is
    /// logged once a second.
    fn store_unavailable(error: &StoreError) -> Self {
        static LAST: Mutex<Option<Instant>> = Mutex::new(None);
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= Duration::from_secs(1)) {
            *last = Some(Instant::now());
            tracing::error!(error = ?error, "the database cannot be used");
        }
        let detail = "现在无法保存，请稍后再试。没有给出受理编号的，还没有收下";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", detail)
    }

    /// A page that could not be written; the log says why.
    pub(crate) fn unwritten() -> Self {
        let detail = "服务暂时不可用，请稍后再试";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    fn internal(error: &AppError) -> Self {
        tracing::error!(error = ?error, "a request failed");
        Self::unwritten()
    }

    /// A body of which something is wrong, in Chinese.
    fn invalid_body(wrong: String) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", wrong)
    }

    /// A status and code for something unreadable; `what` is what was expected.
    pub(crate) fn unreadable(status: StatusCode, what: &str) -> Self {
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            return Self::new(status, "too_large", "提交的内容太大，超过了这里的上限");
        }
        Self::invalid_body(format!("请求内容不是所要求的{what}"))
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        // No `_` arm: a new refusal must choose its status here.
        let (status, code) = match &refusal {
            Refusal::NotOpenYet(_) => (S::CONFLICT, "not_open_yet"),
            Refusal::Closed => (S::CONFLICT, "closed"),
            Refusal::NoComments => (S::UNPROCESSABLE_ENTITY, "no_comments"),
            Refusal::EmptyText(_) => (S::UNPROCESSABLE_ENTITY, "text_empty"),
            Refusal::LongText { .. } => (S::UNPROCESSABLE_ENTITY, "text_too_long"),
            Refusal::ManyComments(_) => (S::UNPROCESSABLE_ENTITY, "too_many_comments"),
            Refusal::UnknownArticle(_) => (S::UNPROCESSABLE_ENTITY, "no_such_article"),
            Refusal::UnknownQuestion(_) => (S::UNPROCESSABLE_ENTITY, "no_such_question"),
            Refusal::LongField { .. } => (S::UNPROCESSABLE_ENTITY, "field_too_long"),
            Refusal::ControlCharacter => (S::UNPROCESSABLE_ENTITY, "control_character"),
            Refusal::ConsentNeeded(_) => (S::UNPROCESSABLE_ENTITY, "consent_needed"),
            Refusal::BadKey => (S::UNPROCESSABLE_ENTITY, "bad_idempotency_key"),
            Refusal::KeyReused => (S::CONFLICT, "idempotency_key_reused"),
            Refusal::RowCount(_) => (S::UNPROCESSABLE_ENTITY, "row_count"),
            Refusal::BadReceipt => (S::UNPROCESSABLE_ENTITY, "bad_receipt"),
            Refusal::UnknownReceipt => (S::NOT_FOUND, "no_such_receipt"),
            Refusal::UnknownPlace => (S::NOT_FOUND, "no_such_place"),
            Refusal::UnknownTask(_) => (S::NOT_FOUND, "no_such_task"),
            Refusal::UnknownStep(_) => (S::NOT_FOUND, "no_such_step"),
            Refusal::UnknownTransfer => (S::NOT_FOUND, "no_such_transfer"),
            Refusal::Transfer(TransferRefusal::OutOfTurn(..)) => (S::CONFLICT, "out_of_turn"),
            Refusal::PastDay => (S::UNPROCESSABLE_ENTITY, "past_day"),
            Refusal::Changed => (S::CONFLICT, "changed"),
            Refusal::PlaceOutOfReach => (S::FORBIDDEN, "place_out_of_reach"),
            Refusal::Unauthenticated => (S::UNAUTHORIZED, "unauthenticated"),
            Refusal::WrongPassword => (S::UNAUTHORIZED, "wrong_password"),
            Refusal::CodeNeeded => (S::UNAUTHORIZED, "code_needed"),
            Refusal::WrongCode => (S::UNPROCESSABLE_ENTITY, "wrong_code"),
            Refusal::Disabled => (S::FORBIDDEN, "account_disabled"),
            Refusal::FactorNeeded => (S::FORBIDDEN, "second_factor_needed"),
            Refusal::Locked => (S::TOO_MANY_REQUESTS, "locked"),
            Refusal::Forbidden => (S::FORBIDDEN, "forbidden"),
            Refusal::BadSignature => (S::UNAUTHORIZED, "bad_signature"),
            Refusal::Unreadable(_) => (S::UNPROCESSABLE_ENTITY, "invalid_body"),
            Refusal::TooLarge => (S::PAYLOAD_TOO_LARGE, "too_large"),
            Refusal::UnknownAddress => (S::NOT_FOUND, "not_found"),
            Refusal::UnknownConsultation => (S::NOT_FOUND, "no_consultation"),
            Refusal::BadEnrolment => (S::NOT_FOUND, "no_such_enrolment"),
            Refusal::BadFile(_) => (S::UNPROCESSABLE_ENTITY, "bad_file"),
            Refusal::UploadGone => (S::CONFLICT, "upload_gone"),
            Refusal::BadDate | Refusal::BadPeriod => (S::UNPROCESSABLE_ENTITY, "invalid_value"),
            Refusal::BadGrant => (S::UNPROCESSABLE_ENTITY, "bad_subscription"),
            Refusal::Handled => (S::CONFLICT, "handled"),
            Refusal::UnknownPoint(_) => (S::NOT_FOUND, "no_such_point"),
            Refusal::UnknownUnit => (S::NOT_FOUND, "no_such_unit"),
            Refusal::UnknownSubmission(_) => (S::NOT_FOUND, "no_such_submission"),
            Refusal::UnknownSection => (S::NOT_FOUND, "no_such_provision"),
            Refusal::SamePoint => (S::CONFLICT, "same_point"),
            Refusal::SplitWhat => (S::UNPROCESSABLE_ENTITY, "split_what"),
            Refusal::Opposites => (S::CONFLICT, "opposites"),
            Refusal::NoWords => (S::UNPROCESSABLE_ENTITY, "no_words"),
            Refusal::UnknownWords(_) => (S::UNPROCESSABLE_ENTITY, "unknown_words"),
            Refusal::AmbiguousWords(_) => (S::UNPROCESSABLE_ENTITY, "ambiguous_words"),
            Refusal::SameWords => (S::CONFLICT, "same_words"),
            Refusal::SharedPoint => (S::FORBIDDEN, "shared_point"),
            Refusal::WholeOnly => (S::FORBIDDEN, "whole_only"),
            Refusal::UnknownDisposition => (S::UNPROCESSABLE_ENTITY, "no_such_disposition"),
            Refusal::Needed(_) | Refusal::Transfer(TransferRefusal::Needed(_)) => {
                (S::UNPROCESSABLE_ENTITY, "words_needed")
            }
            Refusal::NothingToApprove => (S::CONFLICT, "nothing_to_approve"),
            Refusal::FourEyes | Refusal::Transfer(TransferRefusal::SecondPerson) => {
                (S::FORBIDDEN, "four_eyes")
            }
            Refusal::NothingToUndo => (S::CONFLICT, "nothing_to_undo"),
            Refusal::DraftReplaced => (S::CONFLICT, "draft_replaced"),
            Refusal::Busy => (S::SERVICE_UNAVAILABLE, "busy"),
            Refusal::NotForPublic => (S::FORBIDDEN, "not_for_public"),
            Refusal::Suspicious(_) => (S::CONFLICT, "personal_data_suspected"),
            Refusal::NothingToRelease => (S::CONFLICT, "nothing_to_release"),
            Refusal::NoAnswerYet => (S::CONFLICT, "no_answer_yet"),
            Refusal::UnknownExpert => (S::UNPROCESSABLE_ENTITY, "no_such_expert"),
            Refusal::OftenClarified => (S::TOO_MANY_REQUESTS, "clarified_often"),
            Refusal::Overloaded => (S::SERVICE_UNAVAILABLE, "overloaded"),
        };
        let mut fault = Self::new(status, code, refusal.to_string());
        if refusal == Refusal::Locked {
            fault.retry_after = Some(caifeng_app::LOCKOUT.as_secs());
        }
        fault
    }
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        let (status, code) = match error {
            AppError::Refused(refusal) => return refusal.into(),
            AppError::Exchange(ref refused) => (exchange_status(refused), refused.code()),
            // Named by the client, so that the list of all names is not told.
            AppError::NoConsultation(..)
            | AppError::UnknownConsultation(_)
            | AppError::NoConsultations => {
                let detail = "没有这项征求意见任务";
                return Self::new(StatusCode::NOT_FOUND, "no_consultation", detail);
            }
            AppError::WhichConsultation(_) => (StatusCode::BAD_REQUEST, "which_consultation"),
            AppError::NoDraft(_) => (StatusCode::CONFLICT, "no_draft"),
            AppError::NotTriaged(_) => (StatusCode::CONFLICT, "not_triaged"),
            AppError::Pdf(PdfError::NotInstalled) => {
                (StatusCode::NOT_IMPLEMENTED, "pdf_unavailable")
            }
            AppError::Overtaken(_) => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            AppError::Store(ref error) if is_passing(error) => {
                return Self::store_unavailable(error);
            }
            AppError::Argument(_)
            | AppError::Form(_)
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
            | AppError::Backup(_)
            | AppError::Report(_)
            | AppError::Pdf(_)
            | AppError::Config(_)
            | AppError::Password(_)
            | AppError::UnknownJob(_)
            | AppError::Background(_) => return Self::internal(&error),
        };
        Self::new(status, code, error.to_string())
    }
}

/// Codes of packages are their own.
fn exchange_status(refused: &ExchangeError) -> StatusCode {
    match refused {
        ExchangeError::Package(PackageError::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
        ExchangeError::UnknownSigner { .. } | ExchangeError::RevokedSigner(_) => {
            StatusCode::FORBIDDEN
        }
        ExchangeError::UnknownKey | ExchangeError::UnknownOrganisation(_) => StatusCode::NOT_FOUND,
        ExchangeError::Replayed { .. }
        | ExchangeError::Conflicting(_)
        | ExchangeError::OtherConsultation(_)
        | ExchangeError::OtherOrganisation(_)
        | ExchangeError::OwnPackage
        | ExchangeError::Nameless
        | ExchangeError::NothingToSend
        | ExchangeError::NothingToAnswer(_)
        | ExchangeError::KnownKey => StatusCode::CONFLICT,
        ExchangeError::Package(_)
        | ExchangeError::WrongDraft(_)
        | ExchangeError::NotForUs
        | ExchangeError::UnknownReference(_)
        | ExchangeError::BadKey
        | ExchangeError::OwnKey => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Whether the same may work later.
fn is_passing(error: &StoreError) -> bool {
    matches!(error, StoreError::Batch(_) | StoreError::Database(_))
}

impl From<JsonRejection> for Fault {
    fn from(rejection: JsonRejection) -> Self {
        match body::wrong_json(&rejection) {
            Some(wrong) => Self::invalid_body(wrong),
            None => Self::unreadable(rejection.status(), " JSON"),
        }
    }
}

impl From<FormRejection> for Fault {
    fn from(rejection: FormRejection) -> Self {
        match body::wrong_form(&rejection) {
            Some(wrong) => Self::invalid_body(wrong),
            None => Self::unreadable(rejection.status(), "表单"),
        }
    }
}

impl From<BytesRejection> for Fault {
    fn from(rejection: BytesRejection) -> Self {
        Self::unreadable(rejection.status(), "形式")
    }
}

/// As JSON. Pages show faults as pages, by [`crate::page::failed`].
impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut body = json!({"error": {"code": self.code, "detail": self.detail}});
        if let Some(challenge) = &self.challenge {
            body["challenge"] = json!(ChallengeBody::from(challenge));
        }
        let mut response = (self.status, Json(body)).into_response();
        self.put_retry_after(&mut response);
        response
    }
}

impl Fault {
    /// Says when to come back, where that is known.
    pub(crate) fn put_retry_after(&self, response: &mut Response) {
        if let Some(seconds) = self.retry_after {
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
}
