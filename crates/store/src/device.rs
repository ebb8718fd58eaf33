//! Kiosks: enrolled with a one-time code, known by a key of their own.
//!
//! The code is kept as a keyed hash, the key sealed: who has only the database can be no kiosk.

use std::time::Duration;

use caifeng_domain::{Station, StationId};
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    Act, Receipt, Store, StoreError, audit,
    rows::{get, get_id, get_time, get_usize, signed, time_text},
    vault::Owner,
};

/// For how long an enrolment code can be used: the time to walk over and type it in.
pub const ENROLMENT: Duration = Duration::from_hours(24);

const TABLE: &str = "device";

/// Number of a device. It calls itself `K-7`.
pub type DeviceId = u64;

/// A kiosk as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its number.
    pub id: DeviceId,
    /// What staff call it.
    pub label: String,
    /// Where it stands.
    pub station: StationId,
    /// Name of that place.
    pub station_name: String,
    /// When it got its key. None: its code was not used yet.
    pub enrolled_at: Option<Timestamp>,
    /// When it was shut out.
    pub revoked_at: Option<Timestamp>,
    /// When its code ends.
    pub code_expires_at: Timestamp,
    /// Which batches have come, as `42,7-9`.
    pub sequence: String,
    /// When a batch came last.
    pub seen_at: Option<Timestamp>,
    /// How far our clock was ahead of the device's then, in milliseconds.
    pub clock_ahead_ms: i64,
    /// Items whose time could only be guessed.
    pub doubtful: usize,
}

/// What a batch tells about its device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceNews<'a> {
    /// [`Device::sequence`] that `sequence` was made from.
    pub before: &'a str,
    /// Which batches have come now.
    pub sequence: &'a str,
    /// See [`Device::clock_ahead_ms`].
    pub clock_ahead_ms: i64,
    /// Further items whose time was guessed.
    pub doubtful: usize,
}

/// The columns of [`Device`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select d.id, d.label, d.station, d.code_expires_at, d.sequence, d.enrolled_at,
                 d.revoked_at, d.seen_at, d.clock_ahead_ms, d.doubtful, d.sealed,
                 s.name as station_name
             from device d join station s on s.id = d.station ",
            $rest
        )
    };
}

impl Store {
    /// Adds a device that will stand at a place, and returns its enrolment code, which is not kept.
    pub async fn add_device(
        &self,
        act: &Act<'_>,
        station: &Station,
        label: &str,
    ) -> Result<(DeviceId, String), StoreError> {
        // Of the form of a receipt: made to be typed, and a slip is noticed.
        let code = Receipt::generate(self.random())?;
        let mut write = self.write().await?;
        let id = write.take_numbers(TABLE, 1).await?;
        sqlx::query(
            "insert into device (id, label, station, code, code_expires_at, sequence, created_at)
             values ($1, $2, $3, $4, $5, '0', $6)",
        )
        .bind(signed(id))
        .bind(label)
        .bind(signed(station.id.get()))
        .bind(self.keyed("enrolment", code.as_str()))
        .bind(time_text(act.at + ENROLMENT))
        .bind(time_text(act.at))
        .execute(write.db())
        .await?;
        audit::append(&mut write, act, "device.add", &format!("K-{id}")).await?;
        write.commit().await?;
        Ok((id, code.to_string()))
    }

    /// Gives the device with this code a key, once. None: no such code, or not any more.
    pub async fn enrol_device(
        &self,
        code: &Receipt,
        at: Timestamp,
    ) -> Result<Option<(DeviceId, [u8; 32])>, StoreError> {
        let key: [u8; 32] = self.random_bytes()?;
        let code = self.keyed("enrolment", code.as_str());
        let mut write = self.write().await?;
        let row = sqlx::query(
            "update device set code = null, enrolled_at = $1
             where code = $2 and code_expires_at > $1 and revoked_at is null returning id",
        )
        .bind(time_text(at))
        .bind(code)
        .fetch_optional(write.db())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let id = get_id(&row, "id", Some)?;
        let owner = Owner::Row(TABLE, id);
        sqlx::query("update device set sealed = $1 where id = $2")
            .bind(self.vault().seal_bytes(owner, &key, self.random())?)
            .bind(signed(id))
            .execute(write.db())
            .await?;
        let name = format!("K-{id}");
        let act = Act { actor: &name, at };
        audit::append(&mut write, &act, "device.enrol", &name).await?;
        write.commit().await?;
        Ok(Some((id, key)))
    }

    /// A device that may deliver, and its key. None for one that never enrolled or was shut out.
    pub async fn device_key(&self, id: DeviceId) -> Result<Option<(Device, [u8; 32])>, StoreError> {
        let query = select!("where d.id = $1 and d.sealed is not null and d.revoked_at is null");
        let row = sqlx::query(query)
            .bind(signed(id))
            .fetch_optional(self.pool())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let sealed = get(&row, "sealed")?;
        let plain = self.open_sealed(Owner::Row(TABLE, id), sealed).await?;
        let key = <[u8; 32]>::try_from(plain);
        let key = key.map_err(|_| crate::rows::corrupt("device.sealed", "another length"))?;
        Ok(Some((read(&row)?, key)))
    }

    /// Notes what a batch told. False when another batch of the device came in between: read again.
    pub async fn note_batch(
        &self,
        id: DeviceId,
        news: &DeviceNews<'_>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let noted = sqlx::query(
            "update device set sequence = $1, clock_ahead_ms = $2, doubtful = doubtful + $3,
                 seen_at = $4
             where id = $5 and sequence = $6",
        )
        .bind(news.sequence)
        .bind(news.clock_ahead_ms)
        .bind(signed(news.doubtful as u64))
        .bind(time_text(at))
        .bind(signed(id))
        .bind(news.before)
        .execute(write.db())
        .await?;
        write.commit().await?;
        Ok(noted.rows_affected() > 0)
    }

    /// All devices, the newest first.
    pub async fn devices(&self) -> Result<Vec<Device>, StoreError> {
        sqlx::query(select!("order by d.id desc"))
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// Shuts a device out for good. False when it is not there, or was shut out before.
    pub async fn revoke_device(&self, act: &Act<'_>, id: DeviceId) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let revoked = sqlx::query(
            "update device set revoked_at = $1, sealed = null, code = null
             where id = $2 and revoked_at is null",
        )
        .bind(time_text(act.at))
        .bind(signed(id))
        .execute(write.db())
        .await?;
        if revoked.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut write, act, "device.revoke", &format!("K-{id}")).await?;
        write.commit().await?;
        Ok(true)
    }
}

fn read(row: &AnyRow) -> Result<Device, StoreError> {
    Ok(Device {
        id: get_id(row, "id", Some)?,
        label: get(row, "label")?,
        station: get_id(row, "station", StationId::new)?,
        station_name: get(row, "station_name")?,
        enrolled_at: time(row, "enrolled_at")?,
        revoked_at: time(row, "revoked_at")?,
        code_expires_at: get_time(row, "code_expires_at")?,
        sequence: get(row, "sequence")?,
        seen_at: time(row, "seen_at")?,
        clock_ahead_ms: get(row, "clock_ahead_ms")?,
        doubtful: get_usize(row, "doubtful")?,
    })
}

/// A time that may be missing.
fn time(row: &AnyRow, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
    let text: Option<&str> = get(row, column)?;
    text.map(|_| get_time(row, column)).transpose()
}

#[cfg(test)]
mod tests {
    use caifeng_domain::StationKind;

    use super::{DeviceNews, ENROLMENT};
    use crate::{
        PlaceRow, Store,
        testing::{act, on_every_database},
    };

    async fn add(store: &Store) -> (u64, crate::Receipt) {
        let path = vec!["某区".to_owned()];
        let kind = StationKind::Point;
        let row = PlaceRow::Station { kind, path };
        store.add_places(&act(), &[row]).await.unwrap();
        let station = store.stations().await.unwrap().remove(0);
        let (id, code) = store.add_device(&act(), &station, "大厅").await.unwrap();
        (id, code.parse().unwrap())
    }

    #[tokio::test]
    async fn a_code_is_good_once_and_for_a_day() {
        on_every_database(async |store| {
            let (id, code) = add(&store).await;
            let late = act().at + ENROLMENT;
            assert_eq!(store.enrol_device(&code, late).await.unwrap(), None);
            assert!(store.device_key(id).await.unwrap().is_none());
            let (enrolled, key) = store.enrol_device(&code, act().at).await.unwrap().unwrap();
            assert_eq!(enrolled, id);
            assert_eq!(store.enrol_device(&code, act().at).await.unwrap(), None);
            let (device, kept) = store.device_key(id).await.unwrap().unwrap();
            assert_eq!((kept, &*device.station_name), (key, "某区"));
            assert!(store.revoke_device(&act(), id).await.unwrap());
            assert!(!store.revoke_device(&act(), id).await.unwrap());
            assert!(store.device_key(id).await.unwrap().is_none());
        })
        .await;
    }

    #[tokio::test]
    async fn of_two_batches_at_once_one_is_noted_after_the_other() {
        on_every_database(async |store| {
            let (id, _) = add(&store).await;
            let news = |before, sequence| DeviceNews {
                before,
                sequence,
                clock_ahead_ms: -1_500,
                doubtful: 1,
            };
            assert!(
                store
                    .note_batch(id, &news("0", "1"), act().at)
                    .await
                    .unwrap()
            );
            assert!(
                !store
                    .note_batch(id, &news("0", "2,1"), act().at)
                    .await
                    .unwrap()
            );
            assert!(
                store
                    .note_batch(id, &news("1", "2"), act().at)
                    .await
                    .unwrap()
            );
            let device = store.devices().await.unwrap().remove(0);
            assert_eq!((&*device.sequence, device.doubtful), ("2", 2));
            assert_eq!(
                (device.clock_ahead_ms, device.seen_at),
                (-1_500, Some(act().at))
            );
        })
        .await;
    }
}
