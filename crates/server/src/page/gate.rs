//! Who gets at the pages of staff.

use std::marker::PhantomData;

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::Principal;
use caifeng_domain::Permission;

use super::Failed;
use crate::{Site, auth::Caller};

/// What a page is for.
pub(super) trait Task {
    /// What whoever sees it must be allowed to.
    const NEEDS: Permission;
}

/// Writing down what others say.
pub(super) enum Transcribing {}
/// Connecting devices.
pub(super) enum Connecting {}
/// Looking after accounts.
pub(super) enum Managing {}
/// Reading what was said.
pub(super) enum Reading {}
/// Deciding what becomes of what was said.
pub(super) enum Reviewing {}
/// Watching what runs in the background.
pub(super) enum Watching {}
/// Reading the audit trail.
pub(super) enum Auditing {}
/// Answering those whose personal data we have.
pub(super) enum Answering {}

impl Task for Transcribing {
    const NEEDS: Permission = Permission::Transcribe;
}

impl Task for Connecting {
    const NEEDS: Permission = Permission::Connect;
}

impl Task for Managing {
    const NEEDS: Permission = Permission::ManageAccounts;
}

impl Task for Reading {
    const NEEDS: Permission = Permission::ReadReport;
}

impl Task for Reviewing {
    const NEEDS: Permission = Permission::Review;
}

impl Task for Watching {
    const NEEDS: Permission = Permission::SeeJobs;
}

impl Task for Answering {
    const NEEDS: Permission = Permission::AnswerRequests;
}

impl Task for Auditing {
    const NEEDS: Permission = Permission::ReadAudit;
}

/// Whoever signed in and may do this. Others are shown the way to sign in, or refused by a page,
/// before anything that they send is read.
pub(super) struct Staff<T>(pub(super) Principal, pub(super) PhantomData<T>);

impl<T: Task> FromRequestParts<Site> for Staff<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let caller = Caller::from_request_parts(parts, site).await;
        let caller = caller.map_err(|fault| Failed(fault).into_response())?;
        if caller.0.is_none() {
            return Err(Redirect::to("/staff/login").into_response());
        }
        let by = caller.require(T::NEEDS);
        by.map(|by| Self(by, PhantomData))
            .map_err(|fault| Failed(fault).into_response())
    }
}
