//! The HTTP edge: a JSON API under `/api/v1`, pages that work without scripts, and what operators
//! watch.
//!
//! The tree of files is the tree of routes. **Invariants.** A handler extracts, authorises, makes
//! one call into `app` and answers. An internal error's text never reaches a client. No raw path is
//! logged, as it may hold a receipt. A consultation for contact points only shows on no page and in
//! no list that needs no signing in.

mod api;
mod auth;
mod error;
mod guard;
mod health;
mod hook;
mod humane;
mod limits;
mod linger;
mod listen;
mod metrics;
mod page;
mod rate;
mod upload;

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, middleware};
use caifeng_app::App;
use tokio::sync::Semaphore;

pub use api::openapi;
pub use limits::Limits;
pub use listen::{Tls, TlsError, listen};
pub use metrics::upkeep;

/// What every handler can reach.
#[derive(Clone)]
pub(crate) struct Site {
    app: App,
    limits: Arc<Limits>,
    rates: Arc<rate::Rates>,
    permits: Arc<Semaphore>,
    /// For bodies of [`Limits::bulk_body_bytes`].
    large: Arc<Semaphore>,
    metrics: metrics::Handle,
    /// What is public, as it was written last.
    pages: Arc<page::Pages>,
    /// The same of drafts, for a second.
    drafts: Arc<page::Pages>,
}

/// Builds the whole router, so that tests drive exactly what is served.
pub fn router(app: App, limits: Limits) -> Router {
    let site = Site {
        app,
        rates: Arc::default(),
        permits: Arc::new(Semaphore::new(limits.concurrency)),
        large: Arc::new(Semaphore::new(limits.large_bodies)),
        metrics: metrics::handle(),
        pages: Arc::default(),
        drafts: Arc::default(),
        limits: Arc::new(limits),
    };
    api::router(site.limits.bulk_body_bytes)
        .merge(page::router(&site.limits))
        .merge(hook::router())
        .merge(health::router())
        .fallback(page::not_found)
        .layer(DefaultBodyLimit::max(site.limits.body_bytes))
        .layer(middleware::from_fn(page::look::in_their_characters))
        .layer(middleware::from_fn_with_state(site.clone(), guard::guard))
        .with_state(site)
}

#[cfg(test)]
mod tests;
