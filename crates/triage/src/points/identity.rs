//! Point ids that survive re-runs.

use std::collections::{BTreeMap, BTreeSet};

use caifeng_domain::PointId;

/// Gives each group the id of the earlier point with which it shares most units, each id once;
/// groups without one get new ids, counting from `next`. Returns the ids and the next free number.
///
/// `earlier` says for each unit of the present run which point it was in before, if any; `groups`
/// its group now, numbered from 0. Groups in `known` have the id that people gave them.
#[must_use]
pub fn keep_ids(
    groups: &[usize],
    earlier: &[Option<PointId>],
    known: BTreeMap<usize, PointId>,
    next: PointId,
) -> (Vec<PointId>, PointId) {
    let count = groups.iter().max().map_or(0, |m| m + 1);
    let mut shared: BTreeMap<(usize, PointId), usize> = BTreeMap::new();
    for (&group, id) in groups.iter().zip(earlier) {
        if let Some(id) = id {
            *shared.entry((group, *id)).or_default() += 1;
        }
    }
    let mut claims: Vec<((usize, PointId), usize)> = shared.into_iter().collect();
    claims.sort_by(|a, b| {
        b.1.cmp(&a.1)
            .then(a.0.1.cmp(&b.0.1))
            .then(a.0.0.cmp(&b.0.0))
    });
    let mut ids: Vec<Option<PointId>> = vec![None; count];
    let mut taken: BTreeSet<PointId> = known.values().copied().collect();
    for (group, id) in known {
        ids[group] = Some(id);
    }
    for ((group, id), _) in claims {
        if ids[group].is_none() && taken.insert(id) {
            ids[group] = Some(id);
        }
    }
    let mut free = next;
    let ids = ids
        .into_iter()
        .map(|id| {
            id.unwrap_or_else(|| {
                let id = free;
                free = PointId::new(free.get() + 1).unwrap_or(free);
                id
            })
        })
        .collect();
    (ids, free)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use caifeng_domain::PointId;

    use super::keep_ids;

    #[test]
    fn a_group_keeps_the_id_of_most_of_its_units() {
        let id = |n| PointId::new(n).unwrap();
        // Group 0 was mostly P-7; group 1 has the remaining unit of P-7 and is new; group 2 is P-3.
        let groups = [0, 0, 1, 0, 2];
        let earlier = [
            Some(id(7)),
            Some(id(7)),
            Some(id(7)),
            Some(id(3)),
            Some(id(3)),
        ];
        let (ids, next) = keep_ids(&groups, &earlier, BTreeMap::new(), id(10));
        assert_eq!(ids, [id(7), id(10), id(3)]);
        assert_eq!(next, id(11));
        let known = BTreeMap::from([(1, id(7))]);
        let (ids, _) = keep_ids(&groups, &earlier, known, id(10));
        assert_eq!(ids, [id(3), id(7), id(10)]);
    }
}
