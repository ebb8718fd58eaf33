//! Who may do what where: the one place where role and reach are put together.

use std::collections::BTreeSet;

use caifeng_domain::{Permission, Station, StationId};
use caifeng_store::Principal;

use crate::{App, AppError, Refusal, catalogue::Listed};

impl Listed {
    /// Whether `by` may do this here.
    #[must_use]
    pub fn allows(&self, by: &Principal, permission: Permission) -> bool {
        let consultations = by.reach.consultations.as_ref();
        by.role.may(permission) && consultations.is_none_or(|ids| ids.contains(&self.id))
    }

    /// Whether whoever asks may know of it: everybody of public ones.
    #[must_use]
    pub fn is_known_to(&self, by: Option<&Principal>) -> bool {
        self.is_public() || by.is_some_and(|by| self.allows(by, Permission::SeeRestricted))
    }
}

impl App {
    /// The consultation with this short name, if whoever asks may know of it. To everybody else it
    /// does not exist.
    pub async fn consultation_for(
        &self,
        by: Option<&Principal>,
        slug: &str,
    ) -> Result<Listed, AppError> {
        let listed = self.consultation(slug, true).await?;
        if listed.is_known_to(by) {
            Ok(listed)
        } else {
            Err(AppError::UnknownConsultation(slug.to_owned()))
        }
    }

    /// The same, if they may do this there.
    pub async fn consultation_to(
        &self,
        by: &Principal,
        permission: Permission,
        slug: &str,
    ) -> Result<Listed, AppError> {
        let listed = self.consultation_for(Some(by), slug).await?;
        if listed.allows(by, permission) {
            Ok(listed)
        } else {
            Err(Refusal::Forbidden.into())
        }
    }

    /// The same, of what is about all places at once: reports and releases quote everybody.
    pub async fn whole_to(
        &self,
        by: &Principal,
        permission: Permission,
        slug: &str,
    ) -> Result<Listed, AppError> {
        let listed = self.consultation_to(by, permission, slug).await?;
        if by.reach.station.is_some() {
            return Err(Refusal::WholeOnly.into());
        }
        Ok(listed)
    }

    /// The places that `by` may speak for, their own first. None: all of them.
    pub(crate) async fn places_of(
        &self,
        by: Option<&Principal>,
    ) -> Result<Option<Vec<Station>>, AppError> {
        let Some(root) = by.and_then(|by| by.reach.station) else {
            return Ok(None);
        };
        Ok(Some(below(root, self.store.stations().await?)))
    }
}

impl App {
    /// What the places that `by` may speak for are called. A name that a place of others has too is left
    /// out: nobody knows from where what came under it came. None: they may speak for all.
    pub(crate) async fn names_of(
        &self,
        by: Option<&Principal>,
    ) -> Result<Option<BTreeSet<String>>, AppError> {
        let Some(own) = self.places_of(by).await? else {
            return Ok(None);
        };
        let mut names: BTreeSet<String> = own.iter().map(|place| place.name.clone()).collect();
        for other in self.store.stations().await? {
            if own.iter().all(|place| place.id != other.id) {
                names.remove(&other.name);
            }
        }
        Ok(Some(names))
    }

    /// Where something belongs that `by` says was at `place`, a name in their own words: one of their
    /// places by its name, their own place for any other word, and never somebody else's place.
    pub(crate) async fn station_of(
        &self,
        by: &Principal,
        place: &str,
    ) -> Result<Option<String>, AppError> {
        let said = Some(place.to_owned()).filter(|place| !place.is_empty());
        let Some(within) = self.places_of(Some(by)).await? else {
            return Ok(said);
        };
        if within.iter().any(|station| station.name == place) {
            return Ok(said);
        }
        let all = self.store.stations().await?;
        if all.iter().any(|station| station.name == place) {
            return Err(Refusal::PlaceOutOfReach.into());
        }
        Ok(within.into_iter().next().map(|own| own.name))
    }
}

/// Whoever speaks for some places only names one of them, or means their own.
pub(crate) fn check_station(
    places: Option<&[Station]>,
    station: &mut Option<String>,
) -> Result<(), Refusal> {
    let Some(places) = places else { return Ok(()) };
    let Some(named) = station else {
        *station = places.first().map(|own| own.name.clone());
        return Ok(());
    };
    if places.iter().any(|place| place.name == *named) {
        Ok(())
    } else {
        Err(Refusal::PlaceOutOfReach)
    }
}

/// The place `root` and all below it; `stations` has parents before their children.
pub(crate) fn below(root: StationId, stations: Vec<Station>) -> Vec<Station> {
    let mut within: Vec<Station> = Vec::new();
    for station in stations {
        let has_parent = |parent| within.iter().any(|other| other.id == parent);
        if station.id == root || station.parent.is_some_and(has_parent) {
            within.push(station);
        }
    }
    within
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{Station, StationId, StationKind};

    use super::below;

    #[test]
    fn a_place_reaches_down_and_neither_up_nor_aside() {
        let id = |number| StationId::new(number).unwrap();
        let station = |number, parent: Option<u64>| Station {
            id: id(number),
            code: number.to_string(),
            kind: StationKind::Station,
            name: number.to_string(),
            parent: parent.map(id),
        };
        let tree = vec![
            station(1, None),
            station(2, Some(1)),
            station(3, Some(1)),
            station(4, Some(2)),
            station(5, Some(4)),
        ];
        let names = |root| -> Vec<u64> {
            let within = below(id(root), tree.clone());
            within.iter().map(|station| station.id.get()).collect()
        };
        assert_eq!(names(1), [1, 2, 3, 4, 5]);
        assert_eq!(names(2), [2, 4, 5]);
        assert_eq!(names(3), [3]);
        assert_eq!(names(9), [] as [u64; 0]);
    }
}
