//! What each place of a consultation was asked to do, and what came in there (1+2+20).

use std::collections::BTreeMap;

use caifeng_domain::{Day, Named, Permission, Station, StationId, Urgency};
use caifeng_store::{CameIn, Principal, Task};
use jiff::Timestamp;

use super::this_day;
use crate::{App, AppError};

/// A place and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceProgress {
    /// Its name.
    pub name: String,
    /// 联系点, 联络站, 采集点
    pub kind: &'static str,
    /// How many places are above it.
    pub depth: usize,
    /// Tasks that are done, and all.
    pub tasks: (usize, usize),
    /// The last day of the most urgent task that is not done.
    pub due: Option<Day>,
    /// How urgent that is.
    pub urgency: Option<Urgency>,
    /// Submissions at the place itself.
    pub submissions: usize,
    /// The same with all places below it.
    pub together: usize,
    /// When the last submission came, here or below.
    pub last: Option<Timestamp>,
}

impl PlaceProgress {
    /// Whether there were tasks, and all are done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.tasks.1 > 0 && self.tasks.0 == self.tasks.1
    }
}

/// How far the places of a consultation are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progressed {
    /// Places with tasks or submissions, and those above them: parents before their children.
    pub places: Vec<PlaceProgress>,
    /// Submissions by what was written for their place, where that is no place of ours, or several
    /// have the name.
    pub elsewhere: Vec<(String, usize)>,
    /// Submissions at no place.
    pub nowhere: usize,
}

impl App {
    /// How far the places of a consultation are, as far as `by` may speak for them.
    pub async fn progress_of_places(
        &self,
        by: &Principal,
        slug: &str,
    ) -> Result<Progressed, AppError> {
        let listed = self
            .consultation_to(by, Permission::ReadReport, slug)
            .await?;
        let tasks = self.store.tasks().await?.into_iter();
        let tasks: Vec<Task> = tasks.filter(|t| t.what.consultation == listed.id).collect();
        let came_in = self.store.came_in(listed.id).await?;
        let today = this_day();
        let rules = self.rules().await?;
        let urgency = |due| rules.workflow.urgency(due, today);
        let stations = self.store.stations().await?;
        let mut places = progress(&stations, &tasks, &came_in, urgency);
        let Some(own) = self.places_of(Some(by)).await? else {
            let (elsewhere, nowhere) = elsewhere(&stations, &came_in);
            return Ok(Progressed {
                places: places.into_iter().map(|(_, place)| place).collect(),
                elsewhere,
                nowhere,
            });
        };
        // What others brought in is not theirs to see.
        places.retain(|(id, _)| own.iter().any(|station| station.id == *id));
        Ok(Progressed {
            places: places.into_iter().map(|(_, place)| place).collect(),
            ..Progressed::default()
        })
    }
}

/// The one place of this name.
fn named<'s>(stations: &'s [Station], name: &str) -> Option<&'s Station> {
    let mut all = stations.iter().filter(|station| station.name == name);
    all.next().filter(|_| all.next().is_none())
}

/// Places with tasks or submissions, and those above them. `stations` has parents before their
/// children.
fn progress(
    stations: &[Station],
    tasks: &[Task],
    came_in: &[CameIn],
    urgency: impl Fn(Day) -> Option<Urgency>,
) -> Vec<(StationId, PlaceProgress)> {
    let mut lines: BTreeMap<StationId, PlaceProgress> = BTreeMap::new();
    for station in stations {
        let above = station.parent.and_then(|parent| lines.get(&parent));
        let line = PlaceProgress {
            name: station.name.clone(),
            kind: station.kind.chinese(),
            depth: above.map_or(0, |above| above.depth + 1),
            tasks: (0, 0),
            due: None,
            urgency: None,
            submissions: 0,
            together: 0,
            last: None,
        };
        lines.insert(station.id, line);
    }
    for task in tasks {
        let Some(line) = lines.get_mut(&task.what.station) else {
            continue;
        };
        line.tasks.1 += 1;
        if task.done_at.is_some() {
            line.tasks.0 += 1;
        } else if let Ok(due) = task.what.due.parse() {
            line.due = Some(line.due.map_or(due, |other| due.min(other)));
            line.urgency = line.due.and_then(&urgency);
        }
    }
    for one in came_in {
        let name = one.station.as_deref().unwrap_or_default();
        let station = named(stations, name).map(|station| station.id);
        if let Some(line) = station.and_then(|id| lines.get_mut(&id)) {
            line.submissions += one.submissions;
            line.together += one.submissions;
            line.last = line.last.max(Some(one.last));
        }
    }
    let mut is_shown: BTreeMap<StationId, bool> = BTreeMap::new();
    for station in stations.iter().rev() {
        let Some(line) = lines.get(&station.id).cloned() else {
            continue;
        };
        let shown = is_shown.entry(station.id).or_default();
        *shown |= line.tasks.1 > 0 || line.submissions > 0;
        let shown = *shown;
        if let Some(above) = station.parent.and_then(|parent| lines.get_mut(&parent)) {
            above.together += line.together;
            above.last = above.last.max(line.last);
        }
        if let Some(parent) = station.parent {
            *is_shown.entry(parent).or_default() |= shown;
        }
    }
    let mut out = Vec::new();
    in_order(None, stations, &mut |station| {
        if is_shown.get(&station.id) == Some(&true) {
            out.extend(lines.remove(&station.id).map(|line| (station.id, line)));
        }
    });
    out
}

/// Visits the places below `parent`, each followed by those below it.
fn in_order<'s>(
    parent: Option<StationId>,
    stations: &'s [Station],
    visit: &mut impl FnMut(&'s Station),
) {
    for station in stations.iter().filter(|station| station.parent == parent) {
        visit(station);
        in_order(Some(station.id), stations, visit);
    }
}

/// Submissions whose place is none of ours, by its name, and those without one.
fn elsewhere(stations: &[Station], came_in: &[CameIn]) -> (Vec<(String, usize)>, usize) {
    let (mut places, mut nowhere) = (Vec::new(), 0);
    for one in came_in {
        match &one.station {
            Some(name) if named(stations, name).is_some() => {}
            Some(name) => places.push((name.clone(), one.submissions)),
            None => nowhere += one.submissions,
        }
    }
    (places, nowhere)
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{ConsultationId, Station, StationId, StationKind, Urgency};
    use caifeng_store::{CameIn, NewTask, Task};
    use jiff::Timestamp;

    use super::{elsewhere, progress};

    fn station(number: u64, kind: StationKind, name: &str, parent: Option<u64>) -> Station {
        Station {
            id: StationId::new(number).unwrap(),
            code: number.to_string(),
            kind,
            name: name.into(),
            parent: parent.and_then(StationId::new),
        }
    }

    fn tree() -> Vec<Station> {
        vec![
            station(1, StationKind::Point, "某区", None),
            station(2, StationKind::Station, "东街", Some(1)),
            station(3, StationKind::Station, "西街", Some(1)),
            station(4, StationKind::Collection, "甲社区", Some(2)),
            station(5, StationKind::Collection, "乙社区", Some(3)),
            station(6, StationKind::Collection, "乙社区", Some(2)),
        ]
    }

    fn task(station: u64, due: &str, done: bool) -> Task {
        Task {
            number: 1,
            what: NewTask {
                consultation: ConsultationId::new(1).unwrap(),
                station: StationId::new(station).unwrap(),
                note: "开一次座谈会".into(),
                due: due.into(),
            },
            done_at: done.then_some(Timestamp::UNIX_EPOCH),
        }
    }

    fn came_in(station: Option<&str>, submissions: usize) -> CameIn {
        CameIn {
            station: station.map(str::to_owned),
            submissions,
            last: Timestamp::from_second(submissions.try_into().unwrap()).unwrap(),
        }
    }

    #[test]
    fn sums_go_up_the_tree_and_who_has_nothing_to_do_is_not_shown() {
        let tasks = [
            task(4, "2026-03-20", true),
            task(4, "2026-03-09", false),
            task(4, "2026-03-11", false),
            task(2, "2026-03-20", true),
        ];
        let counts = [
            came_in(Some("甲社区"), 5),
            came_in(Some("某区"), 2),
            came_in(Some("乙社区"), 7),
            came_in(Some("外地"), 1),
            came_in(None, 3),
        ];
        let late = |day: caifeng_domain::Day| {
            (day.to_string().as_str() < "2026-03-10").then_some(Urgency::Overdue)
        };
        let lines = progress(&tree(), &tasks, &counts, late);
        let lines: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
        let sums: Vec<_> = lines
            .iter()
            .map(|l| (l.name.as_str(), l.depth, l.submissions, l.together, l.tasks))
            .collect();
        let want = [
            ("某区", 0, 2, 7, (0, 0)),
            ("东街", 1, 0, 5, (1, 1)),
            ("甲社区", 2, 5, 5, (1, 3)),
        ];
        assert_eq!(sums, want);
        assert_eq!(lines[2].due.unwrap().to_string(), "2026-03-09");
        assert_eq!(lines[2].urgency, Some(Urgency::Overdue));
        assert!(lines[1].is_done() && !lines[0].is_done() && !lines[2].is_done());
        assert_eq!(lines[0].last.unwrap().as_second(), 5);
        // Two places of one name: nobody knows which.
        let want = vec![("乙社区".to_owned(), 7), ("外地".to_owned(), 1)];
        assert_eq!(elsewhere(&tree(), &counts), (want, 3));
    }
}
