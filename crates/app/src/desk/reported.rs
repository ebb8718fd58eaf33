//! Points as they leave the house: in reports, packages and releases.

use std::collections::HashSet;

use caifeng_domain::{Point, SubmissionId};

use super::{Desk, SectionPlace, Standing};

/// A point with the units that count.
pub(crate) struct Reported {
    /// Where it stands.
    pub(crate) place: SectionPlace,
    /// Whether it is about wording alone (文字性意见).
    pub(crate) is_editorial: bool,
    /// Without the other units.
    pub(crate) point: Point,
}

impl Desk {
    /// The units of a point that count for others: neither dismissed nor passed on nor taken back.
    pub(crate) fn going(
        &self,
        point: &Point,
        withdrawn: &HashSet<SubmissionId>,
    ) -> Vec<(usize, usize)> {
        let goes = |place: &(usize, usize)| {
            self.counts(*place) && !withdrawn.contains(&self.material.stored[place.0].id)
        };
        point.units.iter().copied().filter(goes).collect()
    }

    /// Every point that somebody still makes.
    pub(crate) fn reported(&self, withdrawn: &HashSet<SubmissionId>) -> Vec<Reported> {
        let reported = |standing: &Standing| {
            let units = self.going(&standing.point, withdrawn);
            let first = *units.first()?;
            let stands = units.contains(&standing.point.representative);
            Some(Reported {
                place: standing.section,
                is_editorial: self.is_editorial(&standing.point, &units),
                point: Point {
                    representative: if stands {
                        standing.point.representative
                    } else {
                        first
                    },
                    units,
                    ..standing.point.clone()
                },
            })
        };
        self.points.values().filter_map(reported).collect()
    }

    /// Whether a point, of whose units these count, is about wording alone: as people say, else where
    /// each of them is.
    pub(crate) fn is_editorial(&self, point: &Point, units: &[(usize, usize)]) -> bool {
        let said = (self.decided.points.get(&point.id)).and_then(|state| state.editorial);
        said.unwrap_or_else(|| {
            let is_editorial = |&place: &(usize, usize)| {
                let unit = self.material.unit(place);
                let words = unit.span.of(&self.material.stored[place.0].submission.text);
                caifeng_law::edit::is_editorial(words, unit.edit.as_ref())
            };
            units.iter().all(is_editorial)
        })
    }
}
