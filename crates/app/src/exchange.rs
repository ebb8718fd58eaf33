//! Packages between levels: what people said goes up, what became of it comes down.
//!
//! What leaves is de-identified: personal data masked as in reports, no names, telephones, receipts or
//! numbers of ours; senders and submissions have names that are keyed hashes, so that only this house
//! can lead an answer back. What comes is believed only under the signature of somebody whom an
//! administrator trusts, and goes in as a whole or not at all.

mod error;
mod export;
mod feedback;
mod lines;
mod places;
mod receive;
mod trust;

use caifeng_channel::package::Manifest;
use caifeng_domain::{ConsultationId, Permission};
use caifeng_store::{Act, Package, Principal};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::{
    error::ExchangeError,
    export::Packed,
    receive::{PackageNews, Received},
    trust::{OfferedKey, OwnKey},
};
pub(crate) use self::{
    feedback::{is_about, put_beside},
    lines::Source,
};
use crate::{App, AppError, Chosen, Refusal};

/// What is noted of a package beside its numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PackageCounts {
    /// Submissions in it, or submissions that it answers.
    pub submissions: usize,
    /// Senders.
    pub senders: usize,
    /// Points, or answers.
    pub points: usize,
    /// Submissions that were new here, or were answered for the first time.
    pub new: usize,
    /// Submissions that count no more because of it.
    pub withdrawn: usize,
}

/// A package as staff see it in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageLine {
    /// What is noted of it.
    pub package: Package,
    /// How much is in it.
    pub counts: PackageCounts,
}

/// Who exchanges: somebody who signed in, or nobody in particular at the command line.
struct Exchanger {
    chosen: Chosen,
    actor: String,
}

impl Exchanger {
    fn act(&self) -> Act<'_> {
        Act {
            actor: &self.actor,
            at: Timestamp::now(),
        }
    }

    const fn id(&self) -> ConsultationId {
        self.chosen.id
    }
}

impl App {
    /// Packages that were sent and received about a consultation, the latest first.
    pub async fn packages(
        &self,
        by: Option<&Principal>,
        slug: Option<&str>,
    ) -> Result<Vec<PackageLine>, AppError> {
        let who = self.exchanger(by, slug, Permission::ReadReport).await?;
        let all = self.store.packages(who.id()).await?.into_iter();
        Ok(all.map(PackageLine::from).collect())
    }

    /// Whether somebody may exchange packages about a consultation.
    pub async fn check_exchange(&self, by: &Principal, slug: &str) -> Result<(), AppError> {
        let who = self.exchanger(Some(by), Some(slug), Permission::Review);
        who.await.map(|_| ())
    }

    /// The bytes of a package, with what is noted of it.
    pub async fn package_file(
        &self,
        by: Option<&Principal>,
        slug: Option<&str>,
        id: u64,
    ) -> Result<(PackageLine, Vec<u8>), AppError> {
        let who = self.exchanger(by, slug, Permission::ReadReport).await?;
        let found = self.store.package(id).await?;
        let found = found.filter(|package| package.consultation == who.id());
        let package = found.ok_or(Refusal::UnknownAddress)?;
        let bytes = self.file(&package.sha256).await?;
        Ok((package.into(), bytes))
    }

    /// Whoever may do this with all of a consultation. Who speaks for one place only may not.
    async fn exchanger(
        &self,
        by: Option<&Principal>,
        slug: Option<&str>,
        permission: Permission,
    ) -> Result<Exchanger, AppError> {
        let chosen = match (by, slug) {
            (Some(by), Some(slug)) => {
                let listed = self.consultation_to(by, permission, slug).await?;
                if by.reach.station.is_some() {
                    return Err(Refusal::Forbidden.into());
                }
                Chosen {
                    id: listed.id,
                    consultation: listed.consultation,
                }
            }
            (Some(_), None) => return Err(Refusal::UnknownConsultation.into()),
            (None, slug) => self.choose(slug).await?,
        };
        Ok(Exchanger {
            chosen,
            actor: by.map_or_else(|| "cli".to_owned(), |by| by.name.clone()),
        })
    }

    /// What this house calls itself in packages: 发文机关, else its only 联系点.
    pub(crate) async fn own_name(&self) -> Result<String, AppError> {
        if let Some(name) = &self.config.report.organisation {
            return Ok(name.clone());
        }
        let root = self.own_root().await?;
        root.ok_or_else(|| ExchangeError::Nameless.into())
    }

    /// The name of this house's only place that is no other house's.
    async fn own_root(&self) -> Result<Option<String>, AppError> {
        let keys = self.store.trusted_keys().await?;
        let is_own = |place: &caifeng_domain::Station| {
            place.parent.is_none() && keys.iter().all(|key| key.organisation != place.name)
        };
        let mut roots = self.store.stations().await?.into_iter().filter(is_own);
        Ok(match (roots.next(), roots.next()) {
            (Some(only), None) => Some(only.name),
            _ => None,
        })
    }
}

impl From<Package> for PackageLine {
    fn from(package: Package) -> Self {
        Self {
            // What an earlier version wrote is read as far as it goes.
            counts: serde_json::from_str(&package.counts).unwrap_or_default(),
            package,
        }
    }
}

impl PackageCounts {
    fn of(manifest: &Manifest, is_feedback: bool) -> Self {
        let counts = &manifest.counts;
        Self {
            submissions: counts.submissions,
            senders: counts.senders,
            points: if is_feedback {
                counts.units
            } else {
                counts.points
            },
            new: 0,
            withdrawn: 0,
        }
    }

    fn json(&self) -> String {
        serde_json::json!(self).to_string()
    }
}

/// A moment as packages write it: RFC 3339 with the offset of China.
pub(crate) fn written(at: Timestamp) -> String {
    let china = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    at.to_zoned(china)
        .strftime("%Y-%m-%dT%H:%M:%S+08:00")
        .to_string()
}

#[cfg(test)]
mod tests;
