//! `/staff/devices`: the kiosks, what is missing of them, and new ones.

use askama::Template;
use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    http::StatusCode,
    response::Response,
};
use caifeng_app::{Device, Principal};
use jiff::{
    SignedDuration, Timestamp,
    tz::{TimeZone, offset},
};
use serde::Deserialize;

use super::{
    Failed,
    gate::{Connecting, Staff},
    html,
};
use crate::{Site, error::Fault};

/// A device whose clock is further off is shown with it, in milliseconds.
const CLOCK_OFF: u64 = 120_000;
/// A device calls several times a day, also when nobody said anything.
const SILENT: SignedDuration = SignedDuration::from_hours(24);

#[derive(Template)]
#[template(path = "devices.html")]
struct Page {
    devices: Vec<Row>,
    places: Vec<(String, String)>,
    /// Name and one-time code of the device just added.
    added: Option<(String, String)>,
    problem: Option<String>,
}

struct Row {
    id: u64,
    label: String,
    place: String,
    state: String,
    seen: Option<String>,
    missing: Option<String>,
    clock: Option<String>,
    /// Where its page is.
    address: Option<String>,
    is_silent: bool,
    doubtful: usize,
    is_gone: bool,
}

impl Row {
    fn new(device: Device, place: Option<&str>, now: Timestamp) -> Self {
        let state = match (&device.revoked_at, &device.enrolled_at) {
            (Some(_), _) => "已停用".to_owned(),
            (None, Some(_)) => "使用中".to_owned(),
            (None, None) if device.code_expires_at > now => "等待设备输入注册码".to_owned(),
            (None, None) => "注册码已过期，请停用后重新添加".to_owned(),
        };
        // `42,7-9` is "42 have come, but for 7 to 9".
        let missing = device
            .sequence
            .split_once(',')
            .map(|(_, gaps)| gaps.replace(',', "、"));
        let is_gone = device.revoked_at.is_some();
        let called = device.seen_at.or(device.enrolled_at);
        let is_silent = called.is_some_and(|at| now.duration_since(at) > SILENT);
        let is_off = device.clock_ahead_ms.unsigned_abs() > CLOCK_OFF;
        Self {
            id: device.id,
            label: device.label,
            place: device.station_name,
            state,
            seen: device.seen_at.map(local),
            missing,
            clock: is_off.then(|| off(device.clock_ahead_ms)),
            address: place
                .filter(|_| !is_gone)
                .map(|code| format!("/kiosk/{code}")),
            is_silent: is_silent && !is_gone,
            doubtful: device.doubtful,
            is_gone,
        }
    }
}

fn local(time: Timestamp) -> String {
    let china = TimeZone::fixed(offset(8));
    time.to_zoned(china)
        .strftime("%-m月%-d日 %H:%M")
        .to_string()
}

/// How wrong a clock is.
fn off(ahead_ms: i64) -> String {
    let minutes = (ahead_ms.unsigned_abs() + 30_000) / 60_000;
    let way = if ahead_ms > 0 { "慢" } else { "快" };
    format!("设备时钟{way}约 {minutes} 分钟，来件时间已自动校正")
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    place: String,
    label: String,
}

pub(super) async fn show(
    State(site): State<Site>,
    Staff(by, _): Staff<Connecting>,
) -> Result<Response, Failed> {
    Ok(html(StatusCode::OK, &page(&site, &by).await?))
}

/// Adds a device and shows its code, which is not shown again.
pub(super) async fn add(
    State(site): State<Site>,
    Staff(by, _): Staff<Connecting>,
    form: Result<Form<Wanted>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(wanted) = form?;
    let added = site.app.add_device(&by, &wanted.place, &wanted.label).await;
    let mut page = page(&site, &by).await?;
    let status = match added.map_err(Fault::from) {
        Ok(added) => {
            page.added = Some(added);
            StatusCode::OK
        }
        Err(fault) => {
            page.problem = Some(fault.detail);
            fault.status
        }
    };
    Ok(html(status, &page))
}

pub(super) async fn revoke(
    State(site): State<Site>,
    Path(id): Path<u64>,
    Staff(by, _): Staff<Connecting>,
) -> Result<Response, Failed> {
    site.app.revoke_device(&by, id).await?;
    Ok(html(StatusCode::OK, &page(&site, &by).await?))
}

async fn page(site: &Site, by: &Principal) -> Result<Page, Failed> {
    let now = Timestamp::now();
    let devices = site.app.devices(by).await?.into_iter();
    let places = site.app.stations_of(by).await?;
    let row = |device: Device| {
        let place = places.iter().find(|(place, _)| place.id == device.station);
        let code = place.map(|(place, _)| place.code.clone());
        Row::new(device, code.as_deref(), now)
    };
    Ok(Page {
        devices: devices.map(row).collect(),
        places: places
            .into_iter()
            .map(|(place, path)| (place.code, path.join(" / ")))
            .collect(),
        added: None,
        problem: None,
    })
}

#[cfg(test)]
mod tests {
    use caifeng_app::Device;
    use caifeng_domain::StationId;
    use jiff::{SignedDuration, Timestamp};

    use super::Row;

    #[test]
    fn a_device_that_has_not_called_for_a_day_is_marked_unless_it_is_out_of_use() {
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        let before = |hours| Some(now - SignedDuration::from_hours(hours));
        let marked = |enrolled_at, seen_at, revoked_at| {
            let device = Device {
                id: 1,
                label: "大厅".to_owned(),
                station: StationId::new(1).unwrap(),
                station_name: "东街".to_owned(),
                enrolled_at,
                revoked_at,
                code_expires_at: now,
                sequence: "0".to_owned(),
                seen_at,
                clock_ahead_ms: 0,
                doubtful: 0,
            };
            let row = Row::new(device, Some("ACEF2345"), now);
            assert_eq!(row.address.is_some(), revoked_at.is_none());
            row.is_silent
        };
        assert!(!marked(None, None, None), "never enrolled");
        assert!(!marked(before(2), None, None));
        assert!(marked(before(25), None, None));
        assert!(!marked(before(90), before(7), None));
        assert!(marked(before(90), before(25), None));
        assert!(!marked(before(90), before(25), before(1)));
    }
}
