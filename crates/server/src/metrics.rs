//! What Prometheus reads.

use std::{sync::OnceLock, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Renders what was counted. All routers of a process share one.
pub(crate) type Handle = Option<PrometheusHandle>;

/// Seconds: around the bar of 150 ms.
const SECONDS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 1.0, 5.0];

const REQUESTS: &str = "caifeng_http_requests_total";
const REQUEST_SECONDS: &str = "caifeng_http_request_seconds";
const SUBMISSIONS: &str = "caifeng_submissions_total";
const QUEUE: &str = "caifeng_intake_queue";

/// The process's recorder, set up at the first call. None when something else set up its own.
pub(crate) fn handle() -> Handle {
    static HANDLE: OnceLock<Handle> = OnceLock::new();
    let install = || {
        PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full(REQUEST_SECONDS.to_owned()), &SECONDS)
            .and_then(PrometheusBuilder::install_recorder)
            .inspect_err(|error| tracing::warn!(%error, "there will be no metrics"))
            .ok()
    };
    HANDLE.get_or_init(install).clone()
}

/// Counts a request.
pub(crate) fn request(route: &str, status: u16, took: Duration) {
    let route = route.to_owned();
    metrics::counter!(REQUESTS, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!(REQUEST_SECONDS, "route" => route).record(took);
}

/// Counts submissions that were written down.
pub(crate) fn submissions(channel: &'static str, count: usize) {
    metrics::counter!(SUBMISSIONS, "channel" => channel).increment(count as u64);
}

/// Notes how many deliveries wait.
pub(crate) fn queue(waiting: usize) {
    metrics::gauge!(QUEUE).set(waiting as f64);
}

/// Folds what was measured into its buckets, for ever: unread, it would pile up.
pub async fn upkeep() {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        if let Some(handle) = handle() {
            handle.run_upkeep();
        }
    }
}
