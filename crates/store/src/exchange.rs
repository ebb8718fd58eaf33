//! Packages between levels: who is believed, what was sent and received, what came of it.

mod feedback;
mod merge;
mod trust;

use caifeng_domain::{ConsultationId, Named, SubmissionId};
use jiff::Timestamp;
use sqlx::any::AnyRow;

pub use self::{
    feedback::{Answered, FeedbackImport},
    merge::{Merged, PackageImport, PackageItem},
    trust::TrustedKey,
};
use crate::{
    Act, SenderId, Store, StoreError, audit,
    db::Write,
    rows::{corrupt, get, get_id, get_time, get_wire, signed, time_text, wire},
};

/// Which way a package went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackageDirection {
    /// To somebody else.
    Sent,
    /// From somebody else.
    Received,
}

impl PackageDirection {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::Sent, "sent", "发出"),
        (Self::Received, "received", "收到"),
    ];
}

impl Named for PackageDirection {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// What is in a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackageKind {
    /// What people said, on its way up.
    Submissions,
    /// What became of it, on its way down.
    Feedback,
}

impl PackageKind {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::Submissions, "submissions", "上报包"),
        (Self::Feedback, "feedback", "反馈包"),
    ];
}

impl Named for PackageKind {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// A package that was sent or received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Number.
    pub id: u64,
    /// About what.
    pub consultation: ConsultationId,
    /// Which way.
    pub direction: PackageDirection,
    /// What is in it.
    pub kind: PackageKind,
    /// Whose submissions.
    pub series: String,
    /// Which version of the series, from 1.
    pub version: u32,
    /// Its own name.
    pub package: String,
    /// Hash of what is in it.
    pub content: String,
    /// The other side; empty for what goes up.
    pub organisation: String,
    /// When it was made.
    pub exported_at: Timestamp,
    /// When it was sent or received here.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// JSON of the caller's: what is in it, and what it did.
    pub counts: String,
    /// Hash of its bytes.
    pub sha256: String,
}

/// Whether a package was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It was, or would be.
    Done(T),
    /// The very same was taken in before.
    Known,
    /// A later one of its series was, of this version; or another one that says to be of the same.
    Older(u32),
}

impl Store {
    /// What packages call all of a consultation's submissions that leave this house.
    #[must_use]
    pub fn package_series(&self, consultation: ConsultationId) -> String {
        self.vault().package_name("series", &[consultation.get()])
    }

    /// What packages call a sender: the same in every package of the series.
    #[must_use]
    pub fn package_sender(&self, consultation: ConsultationId, sender: SenderId) -> String {
        let numbers = [consultation.get(), sender.get()];
        self.vault().package_name("sender", &numbers)
    }

    /// What packages call a submission. Nobody else can make anything of it.
    #[must_use]
    pub fn package_reference(&self, id: SubmissionId) -> String {
        self.vault().package_name("submission", &[id.get()])
    }

    /// Random hexadecimal digits for a package.
    pub fn new_package_name(&self) -> Result<String, StoreError> {
        let mut bytes = [0; 16];
        self.random().fill(&mut bytes)?;
        Ok(crate::rows::hex(&bytes))
    }

    /// Packages of a consultation, the latest first.
    pub async fn packages(&self, consultation: ConsultationId) -> Result<Vec<Package>, StoreError> {
        sqlx::query("select * from package where consultation = $1 order by id desc")
            .bind(signed(consultation.get()))
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// The package with this number.
    pub async fn package(&self, id: u64) -> Result<Option<Package>, StoreError> {
        let row = sqlx::query("select * from package where id = $1")
            .bind(signed(id))
            .fetch_optional(self.pool())
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The packages of a series in any consultation, the first first.
    pub async fn packages_of(&self, series: &str) -> Result<Vec<Package>, StoreError> {
        sqlx::query("select * from package where series = $1 order by id")
            .bind(series)
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// Notes a package that goes out. False when another one of its version was noted meanwhile.
    pub async fn note_sent(&self, act: &Act<'_>, package: &Package) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let noted = insert(&mut write, act, package).await?;
        if noted.is_some() {
            write.commit().await?;
        }
        Ok(noted.is_some())
    }

    /// What was withdrawn of a consultation, by number.
    pub async fn withdrawn(
        &self,
        consultation: ConsultationId,
    ) -> Result<Vec<SubmissionId>, StoreError> {
        sqlx::query(
            "select s.id from submission s join withdrawal w on w.submission = s.id
             where s.consultation = $1 order by s.id",
        )
        .bind(signed(consultation.get()))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| get_id(row, "id", SubmissionId::new))
        .collect()
    }
}

/// Writes a package down. Its number; none where there is one of its version.
async fn insert(
    write: &mut Write<'_>,
    act: &Act<'_>,
    package: &Package,
) -> Result<Option<u64>, StoreError> {
    let id = write.take_numbers("package", 1).await?;
    let done = sqlx::query(
        "insert into package (id, consultation, direction, kind, series, version, package, content,
             organisation, exported_at, at, actor, counts, sha256)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         on conflict do nothing",
    )
    .bind(signed(id))
    .bind(signed(package.consultation.get()))
    .bind(wire(&PackageDirection::ALL, package.direction))
    .bind(wire(&PackageKind::ALL, package.kind))
    .bind(&package.series)
    .bind(i64::from(package.version))
    .bind(&package.package)
    .bind(&package.content)
    .bind(&package.organisation)
    .bind(time_text(package.exported_at))
    .bind(time_text(act.at))
    .bind(act.actor)
    .bind(&package.counts)
    .bind(&package.sha256)
    .execute(write.db())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    let (way, kind) = (package.direction.wire(), package.kind.wire());
    let what = format!("package {id} {kind} version {}", package.version);
    let action = format!("package.{way}");
    audit::append_about(write, act, &action, package.consultation, &what).await?;
    Ok(Some(id))
}

/// What stands against taking in a package of this kind and version from this side.
async fn before(
    write: &mut Write<'_>,
    package: &Package,
) -> Result<Option<Outcome<()>>, StoreError> {
    // Locked before looking, so that the same is not taken in twice at once.
    write.take_numbers("package", 0).await?;
    let row = sqlx::query(
        "select version, package from package
         where direction = 'received' and kind = $1 and series = $2 and organisation = $3
         order by version desc limit 1",
    )
    .bind(wire(&PackageKind::ALL, package.kind))
    .bind(&package.series)
    .bind(&package.organisation)
    .fetch_optional(write.db())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let last = get::<i64>(&row, "version")?;
    let is_same = get::<&str>(&row, "package")? == package.package;
    Ok(match last.cmp(&i64::from(package.version)) {
        std::cmp::Ordering::Less => None,
        std::cmp::Ordering::Equal if is_same => Some(Outcome::Known),
        _ => Some(Outcome::Older(version(last)?)),
    })
}

fn version(stored: i64) -> Result<u32, StoreError> {
    u32::try_from(stored).map_err(|_| corrupt("package.version", &stored))
}

fn read(row: &AnyRow) -> Result<Package, StoreError> {
    Ok(Package {
        id: get::<i64>(row, "id")?.cast_unsigned(),
        consultation: get_id(row, "consultation", ConsultationId::new)?,
        direction: get_wire(row, "direction", &PackageDirection::ALL)?,
        kind: get_wire(row, "kind", &PackageKind::ALL)?,
        series: get(row, "series")?,
        version: version(get(row, "version")?)?,
        package: get(row, "package")?,
        content: get(row, "content")?,
        organisation: get(row, "organisation")?,
        exported_at: get_time(row, "exported_at")?,
        at: get_time(row, "at")?,
        actor: get(row, "actor")?,
        counts: get(row, "counts")?,
        sha256: get(row, "sha256")?,
    })
}

#[cfg(test)]
mod tests;
