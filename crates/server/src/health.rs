//! Whether the process is alive.

/// Always `ok`: that it answers is the answer.
pub(crate) async fn healthz() -> &'static str {
    "ok"
}
