//! Places of a package in the tree of the level that receives it: below the one that sent it.

use std::collections::HashMap;

use caifeng_channel::package::{Manifest, StationMark};
use caifeng_domain::{Named, Station, StationId, StationKind};
use caifeng_store::PlaceRow;

/// Between the organisation and the place in a name that must be the only one of its kind.
const BETWEEN: char = '·';

/// Our own places.
pub(super) struct Known {
    /// With the names that lead to them.
    pub(super) places: Vec<(Station, Vec<String>)>,
    /// What they were called before, the last first.
    pub(super) former: Vec<(StationId, String)>,
}

impl Known {
    /// The one that is called so, or was, among the `places` that may be meant.
    fn find<'k>(
        &'k self,
        name: &str,
        may_be: impl Fn(&[String]) -> bool,
    ) -> Option<&'k (Station, Vec<String>)> {
        let may_be = |place: &&(Station, Vec<String>)| may_be(&place.1);
        let mut now = self.places.iter().filter(may_be);
        now.find(|(place, _)| place.name == name).or_else(|| {
            let was = |id: StationId| self.former.iter().any(|f| f.0 == id && f.1 == name);
            let mut places = self.places.iter().filter(may_be);
            places.find(|(place, _)| was(place.id))
        })
    }

    /// What the place that these names lead to is called.
    fn called(&self, path: &[String]) -> Called {
        let now = path.last().cloned().unwrap_or_default();
        let place = self.places.iter().find(|(_, known)| known == path);
        let named = |f: &&(StationId, String)| place.is_some_and(|(place, _)| place.id == f.0);
        let first = self.former.iter().rev().find(named);
        Called {
            first: first.map_or_else(|| now.clone(), |f| f.1.clone()),
            now,
        }
    }
}

/// What a place is called here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Called {
    /// Now.
    pub(super) now: String,
    /// At first: what submissions of it are known again by.
    pub(super) first: String,
}

/// Where submissions of a package belong here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    /// The place of the sending organisation, and those below it.
    pub(super) rows: Vec<PlaceRow>,
    /// The organisation's.
    own: Called,
    /// By what packages call them.
    names: HashMap<String, Called>,
}

impl Places {
    /// Of `organisation`, as those call it who believe it. `said` are the places that submissions name.
    pub(super) fn new<'l>(
        organisation: &str,
        known: &Known,
        manifest: &Manifest,
        said: impl Iterator<Item = &'l str>,
    ) -> Self {
        let so_called = known.places.iter();
        let so_called = so_called.filter(|(place, _)| place.name == organisation);
        let is_clear = so_called.count() < 2;
        let (base, kind) = match known.find(organisation, |_| is_clear) {
            Some((place, path)) => (path.clone(), place.kind),
            None => (vec![organisation.to_owned()], StationKind::Point),
        };
        let mut places = Self {
            rows: vec![PlaceRow::Station {
                kind,
                path: base.clone(),
            }],
            own: known.called(&base),
            names: HashMap::new(),
        };
        let mut tree = HashMap::from([(base.clone(), kind)]);
        for name in said {
            if !places.names.contains_key(name) {
                let steps = leading_to(manifest, name);
                let here = places.put(organisation, &base, &mut tree, known, steps);
                places.names.insert(name.to_owned(), known.called(&here));
            }
        }
        places
    }

    /// What the place of a submission is called here.
    pub(super) fn called(&self, said: Option<&str>) -> &Called {
        let known = said.and_then(|name| self.names.get(name));
        known.unwrap_or(&self.own)
    }

    /// Puts a place and those that lead to it below the organisation. The names that lead to it here.
    fn put(
        &mut self,
        organisation: &str,
        base: &[String],
        tree: &mut HashMap<Vec<String>, StationKind>,
        known: &Known,
        steps: Vec<Step>,
    ) -> Vec<String> {
        let mut path = base.to_vec();
        for step in steps {
            let called = |name: &String| format!("{organisation}{BETWEEN}{name}");
            let is_below = |place: &[String]| place.split_last().is_some_and(|(_, up)| up == path);
            let mut names = step.names.iter();
            if let Some((place, here)) = names.find_map(|n| known.find(&called(n), is_below)) {
                path.clone_from(here);
                tree.entry(path.clone()).or_insert(place.kind);
                continue;
            }
            let above = tree.get(&path).copied();
            let fits = |kind: &StationKind| *kind >= step.kind && kind.may_be_under(above);
            let levels = [StationKind::Station, StationKind::Collection];
            let Some(kind) = levels.into_iter().find(fits) else {
                // Nothing stands below a collection place: what is said to goes beside it.
                break;
            };
            path.extend(step.names.first().map(called));
            if !tree.contains_key(&path) {
                tree.insert(path.clone(), kind);
                let path = path.clone();
                self.rows.push(PlaceRow::Station { kind, path });
            }
        }
        path
    }
}

/// A place on the way to another, as its house has it.
struct Step {
    /// What it is called, and was before.
    names: Vec<String>,
    kind: StationKind,
}

/// The places from below the sending one down to this one. A name that several have there, or none, stands
/// directly below.
fn leading_to(manifest: &Manifest, name: &str) -> Vec<Step> {
    let is_named = |mark: &&StationMark| mark.path.last().is_some_and(|last| last == name);
    let mut all = manifest.stations.iter().filter(is_named);
    let (Some(mark), None) = (all.next(), all.next()) else {
        return vec![Step {
            names: vec![name.to_owned()],
            kind: StationKind::Collection,
        }];
    };
    let mut roots = manifest.stations.iter().filter(|root| root.own);
    let skip = usize::from(roots.any(|root| mark.path.starts_with(&root.path)));
    let step = |depth: usize| {
        let mut upper = manifest.stations.iter();
        let upper = upper.find(|other| other.path[..] == mark.path[..depth]);
        let kind = upper.and_then(|m| StationKind::from_name(&m.kind));
        let former = upper.into_iter().flat_map(|m| &m.former);
        Step {
            names: mark.path[depth - 1..depth]
                .iter()
                .chain(former)
                .cloned()
                .collect(),
            kind: kind.unwrap_or(StationKind::Collection),
        }
    };
    (skip + 1..=mark.path.len()).map(step).collect()
}
