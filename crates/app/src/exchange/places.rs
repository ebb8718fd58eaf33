//! Places of a package in the tree of the level that receives it: below the one that sent it.

use std::collections::HashMap;

use caifeng_channel::package::{Manifest, StationMark};
use caifeng_domain::{Named, Station, StationKind};
use caifeng_store::PlaceRow;

/// Between the organisation and the place in a name that must be the only one of its kind.
const BETWEEN: char = '·';

/// Where submissions of a package belong here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    /// The place of the sending organisation, and those below it.
    pub(super) rows: Vec<PlaceRow>,
    /// The organisation's.
    own: String,
    /// By what packages call them.
    names: HashMap<String, String>,
}

impl Places {
    /// Of `organisation`, as it is called here. `known` are our own places with the names that lead to
    /// them; `said` are the places that submissions name.
    pub(super) fn new<'l>(
        organisation: &str,
        known: &[(Station, Vec<String>)],
        manifest: &Manifest,
        said: impl Iterator<Item = &'l str>,
    ) -> Self {
        let mut same = known.iter().filter(|(place, _)| place.name == organisation);
        let (base, kind) = match (same.next(), same.next()) {
            (Some((place, path)), None) => (path.clone(), place.kind),
            _ => (vec![organisation.to_owned()], StationKind::Point),
        };
        let mut places = Self {
            rows: vec![PlaceRow::Station {
                kind,
                path: base.clone(),
            }],
            own: organisation.to_owned(),
            names: HashMap::new(),
        };
        let mut tree = HashMap::from([(base.clone(), kind)]);
        for name in said {
            if !places.names.contains_key(name) {
                let here = places.put(&base, &mut tree, manifest, name);
                places.names.insert(name.to_owned(), here);
            }
        }
        places
    }

    /// What the place of a submission is called here.
    pub(super) fn name(&self, said: Option<&str>) -> String {
        let known = said.and_then(|name| self.names.get(name));
        known.unwrap_or(&self.own).clone()
    }

    /// Puts a place and those that lead to it below the organisation. What it is called here.
    fn put(
        &mut self,
        base: &[String],
        tree: &mut HashMap<Vec<String>, StationKind>,
        manifest: &Manifest,
        name: &str,
    ) -> String {
        let mut path = base.to_vec();
        for (step, wish) in leading_to(manifest, name) {
            let next = format!("{}{BETWEEN}{step}", self.own);
            let above = tree.get(&path).copied();
            let fits = |kind: &StationKind| *kind >= wish && kind.may_be_under(above);
            let levels = [StationKind::Station, StationKind::Collection];
            let Some(kind) = levels.into_iter().find(fits) else {
                // Nothing stands below a collection place: what is said to goes beside it.
                break;
            };
            path.push(next);
            if !tree.contains_key(&path) {
                tree.insert(path.clone(), kind);
                let path = path.clone();
                self.rows.push(PlaceRow::Station { kind, path });
            }
        }
        path.last().cloned().unwrap_or_else(|| self.own.clone())
    }
}

/// The names from below the sending place down to this one, with the kinds that they have there. A name
/// that several places have there, or none, stands directly below.
fn leading_to(manifest: &Manifest, name: &str) -> Vec<(String, StationKind)> {
    let is_named = |mark: &&StationMark| mark.path.last().is_some_and(|last| last == name);
    let mut all = manifest.stations.iter().filter(is_named);
    let (Some(mark), None) = (all.next(), all.next()) else {
        return vec![(name.to_owned(), StationKind::Collection)];
    };
    let mut roots = manifest.stations.iter().filter(|root| root.own);
    let skip = usize::from(roots.any(|root| mark.path.starts_with(&root.path)));
    let kind_at = |depth: usize| {
        let upper = manifest.stations.iter();
        let mut upper = upper.filter(|other| other.path[..] == mark.path[..depth]);
        let kind = upper.next().and_then(|m| StationKind::from_name(&m.kind));
        kind.unwrap_or(StationKind::Collection)
    };
    (skip..mark.path.len())
        .map(|at| (mark.path[at].clone(), kind_at(at + 1)))
        .collect()
}
