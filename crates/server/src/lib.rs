//! The HTTP edge: so far health, and the report of a consultation for programs on this machine.
//!
//! Intake, the desk and the public pages grow here. **Invariant.** A handler makes one call into
//! `app`; an internal error's text never reaches a client.

mod error;
mod health;
mod report;

use axum::{Router, routing::get};
use caifeng_app::App;

/// Builds the whole router, so that tests drive exactly what is served.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/api/v1/consultations/{slug}/report", get(report::report))
        .with_state(app)
}
