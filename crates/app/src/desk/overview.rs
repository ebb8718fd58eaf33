//! A consultation at a glance: everything adds up, and every number leads on.

use std::collections::BTreeMap;

use caifeng_domain::{ArticleNo, Channel, Decision, Level, Named, Stance, Status, decided::undone};
use caifeng_report::{Counts, Tally};
use jiff::Timestamp;

use super::{Desk, Queue, SectionPlace};
use crate::{catalogue::today, report::article_name};

/// One provision on the map of the draft.
#[derive(Debug, Clone)]
pub struct Heat {
    /// Where.
    pub place: SectionPlace,
    /// 第三条（适用范围）
    pub heading: String,
    /// 3, 12-1; what fits into a small box.
    pub short: String,
    /// Whether it is a chapter's line, under which its articles stand.
    pub is_chapter: bool,
    /// Of all its points together.
    pub counts: Counts,
    /// Points.
    pub points: usize,
    /// Points that nobody looked at yet.
    pub open: usize,
    /// Submissions for and against.
    pub sides: (usize, usize),
    /// How divided people are, 0 to 1: twice the smaller share of those for and against.
    pub division: f32,
}

/// What arrived on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    /// `YYYY-MM-DD` in China.
    pub day: String,
    /// Submissions.
    pub received: usize,
}

/// What the last run learned from decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    /// 第三条
    pub article: String,
    /// Units that are linked to it because of them.
    pub units: usize,
}

/// A consultation at a glance.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Of all opinions.
    pub counts: Counts,
    /// Units and points.
    pub units: usize,
    /// See `units`.
    pub points: usize,
    /// Points that somebody found right.
    pub reviewed: usize,
    /// Points with a result, and those agreed to by a second person.
    pub settled: (usize, usize),
    /// Every provision of the draft in its order, with what has no provision before and after.
    pub map: Vec<Heat>,
    /// By day, without gaps.
    pub trend: Vec<Trend>,
    /// Submissions by channel.
    pub channels: Vec<Tally>,
    /// By station.
    pub stations: Vec<Tally>,
    /// By group of senders.
    pub identities: Vec<Tally>,
    /// How many wait in the queues that are everybody's and do not change by themselves.
    pub queued: Vec<(Queue, usize)>,
    /// What the last run learned.
    pub learned: Vec<Learned>,
    /// Whether meaning was compared without a model.
    pub is_lexical: bool,
}

/// Days of the trend at most.
const DAYS: usize = 120;

impl Desk {
    /// What came after `since`, other than by `name`: submissions, points that only they make, and
    /// decisions that hold.
    #[must_use]
    pub fn news(&self, since: Timestamp, name: &str) -> (usize, usize, usize) {
        let fresh = |place: usize| self.material.stored[place].received_at > since;
        let submissions = (0..self.material.stored.len()).filter(|&place| fresh(place));
        let points = self.points.values();
        let new = points.filter(|s| s.point.units.iter().all(|&(place, _)| fresh(place)));
        let gone = undone(&self.events);
        let decisions =
            self.events.iter().rev().take_while(|event| {
                Timestamp::from_microsecond(event.at).is_ok_and(|at| at > since)
            });
        let others = decisions.filter(|event| {
            event.actor != name
                && !gone.contains(&event.number)
                && !matches!(event.decision, Decision::Undo(_))
        });
        (submissions.count(), new.count(), others.count())
    }

    /// The overview.
    #[must_use]
    pub fn overview(&self) -> &Overview {
        self.glance.get_or_init(|| self.look())
    }

    fn look(&self) -> Overview {
        let analyses = &self.material.record.analyses;
        let opinions: Vec<usize> = (0..analyses.len())
            .filter(|&i| analyses[i].1.status == Status::Opinion)
            .collect();
        let settled = self.decided.points.iter();
        let settled = settled.filter(|(id, _)| self.points.contains_key(id));
        let settled: Vec<_> = settled.filter_map(|(_, p)| p.settled.as_ref()).collect();
        let channel = |c: Channel| Some(c.chinese().to_owned());
        Overview {
            counts: self.material.counts(opinions.iter().copied()),
            units: analyses.iter().map(|(_, a)| a.units.len()).sum(),
            points: self.points.len(),
            reviewed: self.points.values().filter(|s| self.is_reviewed(s)).count(),
            settled: (
                settled.len(),
                settled.iter().filter(|s| s.approved.is_some()).count(),
            ),
            map: self.map(),
            queued: (Queue::ALL.iter())
                .filter(|(queue, ..)| !matches!(queue, Queue::New | Queue::Mine))
                .map(|&(queue, ..)| (queue, self.queued(queue, "", Timestamp::UNIX_EPOCH)))
                .collect(),
            trend: self.trend(),
            channels: self.material.tally(&opinions, |s| channel(s.channel)),
            stations: self.material.tally(&opinions, |s| s.station.clone()),
            identities: (self.material).tally(&opinions, |s| s.submitter.identity.clone()),
            learned: (self.material.record.run.learned.iter())
                .map(|&(article, units)| Learned {
                    article: article_name(article),
                    units,
                })
                .collect(),
            is_lexical: self.material.record.run.encoder.starts_with("lexical"),
        }
    }

    /// Chapters and articles in their order, general opinions before, new articles after.
    fn map(&self) -> Vec<Heat> {
        let mut heat: BTreeMap<SectionPlace, Heat> = BTreeMap::new();
        let draft = &self.material.draft;
        let mut empty = |place, short: String, is_chapter| {
            let of = Heat {
                place,
                heading: self.place_name(place),
                short,
                is_chapter,
                counts: Counts::default(),
                points: 0,
                open: 0,
                sides: (0, 0),
                division: 0.0,
            };
            heat.entry(place).or_insert(of);
        };
        for (id, node) in draft.iter() {
            let place = SectionPlace::Provision(id);
            match node.level {
                Level::Article => empty(place, number(node.number), false),
                Level::Part | Level::Subpart | Level::Chapter | Level::Section => {
                    empty(place, node.label.clone(), true);
                }
                _ => {}
            }
        }
        for standing in self.points.values() {
            empty(standing.section, self.place_name(standing.section), true);
        }
        let mut members: BTreeMap<SectionPlace, Vec<usize>> = BTreeMap::new();
        for standing in self.points.values() {
            let Some(heat) = heat.get_mut(&standing.section) else {
                continue;
            };
            heat.points += 1;
            heat.open += usize::from(!self.is_reviewed(standing));
            match standing.point.stance {
                Stance::Support => heat.sides.0 += standing.counts.submissions,
                Stance::Oppose => heat.sides.1 += standing.counts.submissions,
                _ => {}
            }
            let units = standing
                .point
                .units
                .iter()
                .filter(|&&unit| self.counts(unit));
            let submissions = members.entry(standing.section).or_default();
            submissions.extend(units.map(|unit| unit.0));
        }
        for (place, submissions) in members {
            if let Some(heat) = heat.get_mut(&place) {
                heat.counts = self.material.counts(submissions.into_iter());
                let (pro, contra) = heat.sides;
                if pro + contra > 0 {
                    heat.division = 2.0 * pro.min(contra) as f32 / (pro + contra) as f32;
                }
            }
        }
        heat.into_values().collect()
    }

    /// Submissions by the day on which they were made, else written down; the last [`DAYS`] days.
    fn trend(&self) -> Vec<Trend> {
        let mut days: BTreeMap<jiff::civil::Date, usize> = BTreeMap::new();
        for stored in &self.material.stored {
            let said = crate::find::day(&stored.submission);
            let day = said.unwrap_or_else(|| today(stored.received_at));
            if let Ok(day) = day.parse() {
                *days.entry(day).or_default() += 1;
            }
        }
        let (Some(&first), Some(&last)) = (days.keys().next(), days.keys().next_back()) else {
            return Vec::new();
        };
        let all: Vec<jiff::civil::Date> = first
            .series(jiff::Span::new().days(1))
            .take_while(|day| *day <= last)
            .collect();
        (all.iter().skip(all.len().saturating_sub(DAYS)))
            .map(|day| Trend {
                day: day.to_string(),
                received: days.get(day).copied().unwrap_or(0),
            })
            .collect()
    }
}

fn number(article: ArticleNo) -> String {
    match article.inserted {
        0 => article.main.to_string(),
        inserted => format!("{}之{inserted}", article.main),
    }
}
