//! The second half of triage: decisions.

use std::sync::Arc;

use caifeng_domain::{Analysis, PointId, Stance, Status, Unit};
use rayon::prelude::*;

use crate::{
    Outcome, Previous, Progress, Stage, agree,
    decisions::{Arranged, arrange},
    describe::describe,
    finish::Sources,
    first::{Impression, impressions},
    link::Exemplars,
    models::Models,
    points::{self, Said},
    prepare::Prepared,
    status,
};

/// How often units are grouped and then heard together: what others make clear about a unit may show
/// that it belongs elsewhere.
const ROUNDS: usize = 2;

/// Decides about everything that was prepared.
pub(crate) fn decide(
    mut prepared: Prepared<'_>,
    models: &Models,
    previous: &Previous,
    progress: &dyn Progress,
) -> Outcome {
    prepared.spread(models);
    let features = std::mem::take(&mut prepared.status);
    let statuses: Vec<(Status, f32)> = (features.into_iter())
        .enumerate()
        .map(|(i, f)| match prepared.decisions.statuses.get(&i) {
            Some(&decided) => (decided, 1.0),
            None => status::decide(&f, models),
        })
        .collect();
    let units: Vec<usize> = (0..prepared.units.len())
        .filter(|&u| statuses[prepared.units[u].submission].0 == Status::Opinion)
        .collect();
    let mut seems = impressions(&prepared, &units, models);
    // What only impressions rest on makes room.
    (prepared.sounds, prepared.exemplars) = (Vec::new(), Exemplars::default());
    let owned = prepared;
    let prepared = &owned;
    hold(prepared, &units, &mut seems);
    progress.begin(Stage::Points, units.len());
    let gists: Vec<usize> = (units.iter())
        .map(|&u| prepared.units[u].mention.gist)
        .collect();
    let mut groups = Vec::new();
    for _ in 0..ROUNDS {
        let mut said = said(prepared, &units, &seems);
        let meanings = &prepared.gists.meanings;
        points::look_around(&mut said, meanings);
        groups = points::group(&said, meanings, models, progress);
        let heard = arrange(prepared, &units, &groups, &seems).groups;
        seems = agree::revise(&seems, &gists, &heard, models);
        hold(prepared, &units, &mut seems);
    }
    let groups = part_opposites(&groups, &seems);
    let arranged = arrange(prepared, &units, &groups, &seems);
    let (ids, next_point) = identify(prepared, &units, &arranged, previous);

    let mut analyses: Vec<Analysis> = statuses
        .iter()
        .enumerate()
        .map(|(i, &(status, confidence))| Analysis {
            status,
            status_confidence: confidence,
            duplicate: prepared.duplicates[i].clone(),
            personal_data: prepared.readings[i].personal_data.clone(),
            units: Vec::with_capacity(prepared.readings[i].units.len()),
        })
        .collect();
    let sources = Sources::new(prepared);
    let mut place = Vec::with_capacity(units.len());
    let mut meanings = vec![Vec::new(); prepared.readings.len()];
    let finished: Vec<Unit> = (units.par_iter().zip(seems).zip(&ids))
        .map(|((&u, seems), &id)| sources.finish(&prepared.units[u], &seems, id))
        .collect();
    for (&u, finished) in units.iter().zip(finished) {
        let unit = &prepared.units[u];
        let list = &mut analyses[unit.submission].units;
        place.push((unit.submission, list.len()));
        meanings[unit.submission].push(unit.mention.gist);
        list.push(finished);
    }
    progress.begin(Stage::Label, 0);
    let points = describe(prepared, &units, &ids, &place, &analyses);
    Outcome {
        analyses,
        points,
        next_point,
        meanings,
        vectors: owned.gists.meanings.into_given(),
    }
}

/// Holds what people decided about `units`.
fn hold(prepared: &Prepared<'_>, units: &[usize], seems: &mut [Arc<Impression>]) {
    for (&u, seems) in units.iter().zip(seems) {
        prepared.hold(&prepared.units[u], seems);
    }
}

/// What `units` say, ready to be compared.
pub(crate) fn said<'a>(
    prepared: &'a Prepared<'_>,
    units: &[usize],
    seems: &'a [Arc<Impression>],
) -> Vec<Said<'a>> {
    let below_article =
        |n: caifeng_domain::NodeId| prepared.draft.node(n).level > caifeng_domain::Level::Article;
    (units.par_iter().zip(seems))
        .map(|(&u, seems)| {
            let unit = &prepared.units[u];
            let reading = prepared.reading(unit);
            let gist = unit.mention.gist;
            let words = &*prepared.gists.list[gist].terms;
            let mut named = reading.cited.iter().map(|c| c.node);
            Said::new(
                (gist, words),
                unit.mention.group,
                seems,
                reading.edit.as_ref(),
                named.find(|&n| below_article(n)),
            )
        })
        .collect()
}

/// Those for and those against a thing share no point, whatever else they have in common: the
/// supporters of a group in which somebody opposes become a group of their own.
fn part_opposites(groups: &[usize], seems: &[Arc<Impression>]) -> Vec<usize> {
    let count = groups.iter().max().map_or(0, |m| m + 1);
    let mut opposed = vec![false; count];
    for (&group, unit) in groups.iter().zip(seems) {
        opposed[group] |= unit.stance().0 == Stance::Oppose;
    }
    (groups.iter().zip(seems))
        .map(|(&group, unit)| {
            let apart = opposed[group] && unit.stance().0 == Stance::Support;
            if apart { count + group } else { group }
        })
        .collect()
}

/// The point of each unit and the next free id.
fn identify(
    prepared: &Prepared<'_>,
    units: &[usize],
    arranged: &Arranged,
    previous: &Previous,
) -> (Vec<PointId>, PointId) {
    let groups = points::number_by_first(&arranged.groups);
    let known = (groups.iter().zip(&arranged.groups))
        .filter_map(|(&group, old)| Some((group, *arranged.points.get(old)?)));
    let known = known.collect();
    let earlier: Vec<Option<PointId>> = (units.iter())
        .map(|&u| {
            let unit = &prepared.units[u];
            previous.point_of(unit.submission, prepared.reading(unit).span)
        })
        .collect();
    let (ids, next) = points::keep_ids(&groups, &earlier, known, previous.next_point());
    (groups.into_iter().map(|g| ids[g]).collect(), next)
}
