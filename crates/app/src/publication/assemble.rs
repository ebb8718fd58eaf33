//! From a desk to what would be public: which points, in whose words, and what is suspicious in them.

use std::collections::{BTreeMap, HashSet};

use caifeng_domain::{
    ArticleNo, Disposition, LawArticle, Level, Named, PersonalData, PointId, Settled, SubmissionId,
    TransferKey,
};
use caifeng_text::personal;
use jiff::Timestamp;

use super::model::{
    Adopted, Feedback, Numbers, Participation, ReleasedPoint, Sources, Stored, told,
};
use crate::{
    Desk, SectionPlace,
    catalogue::{Listed, today},
    desk::Standing,
};

/// Quotations offered for a point.
const QUOTED: usize = 4;
/// What masks are made of: text that has it was masked already.
const MASKS: [char; 3] = ['*', '某', '×'];
/// Results of which something came.
const FRUITFUL: [&str; 2] = ["adopted", "partly"];

/// Words of somebody that may be quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Whose: `S-12:30-96`.
    pub key: String,
    /// The words, personal data masked.
    pub words: String,
    /// Whether staff left them away.
    pub is_left_away: bool,
}

/// Words that look like personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// In which text: 理由, 原话.
    pub place: &'static str,
    /// What it looks like: 姓名.
    pub kind: &'static str,
    /// The words.
    pub words: String,
    /// Who said that they are none.
    pub cleared_by: Option<String>,
}

/// A point with an approved result.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its number.
    pub id: PointId,
    /// As it would be public.
    pub point: ReleasedPoint,
    /// Words that may be quoted, those left away too.
    pub offered: Vec<Offered>,
    /// Whether staff left it out.
    pub is_left_out: bool,
    /// What is suspicious in it.
    pub flags: Vec<Flag>,
    /// Whether something may have come of it, by its result.
    pub is_fruitful: bool,
    /// The law that staff named as what came of it: 某条例第三条
    pub law: String,
}

impl Candidate {
    /// Whether it becomes public with the next release.
    #[must_use]
    pub fn goes_out(&self) -> bool {
        !self.is_left_out && !self.point.wording.is_empty()
    }

    /// How many suspicions nobody has cleared, in what goes out.
    #[must_use]
    pub fn open_flags(&self) -> usize {
        let open = self.flags.iter().filter(|flag| flag.cleared_by.is_none());
        if self.goes_out() { open.count() } else { 0 }
    }
}

/// What staff chose: who, by item.
pub(super) type Choices = BTreeMap<String, (String, String)>;

/// What candidates are made of besides the desk.
pub(super) struct Known {
    pub(super) choices: Choices,
    pub(super) taken_back: HashSet<SubmissionId>,
    pub(super) dispositions: Vec<Disposition>,
    /// Articles of laws that came of points.
    pub(super) laws: BTreeMap<PointId, (String, LawArticle)>,
}

/// What is written down, of the candidates that go out.
pub(super) fn stored(desk: &Desk, listed: &Listed, candidates: &[Candidate]) -> Stored {
    let window = listed.consultation.window.as_ref();
    let out: Vec<&Candidate> = candidates.iter().filter(|c| c.goes_out()).collect();
    let overview = desk.overview();
    let sources = out.iter().map(|candidate| {
        let shown = candidate.offered.iter().filter(|o| !o.is_left_away);
        let whose = shown.filter_map(|o| o.key.split(':').next());
        let whose = whose.map(str::to_owned).collect();
        (candidate.point.id.clone(), whose)
    });
    let sources: Sources = sources.collect();
    Stored {
        feedback: Feedback {
            draft: desk.title().to_owned(),
            opens: window.map(|window| window.opens.clone()),
            closes: window.map(|window| window.closes.clone()),
            participation: Participation {
                counts: overview.counts.into(),
                points: overview.points,
                groups: told(overview.identities.clone()),
                channels: told(overview.channels.clone()),
            },
            points: out.iter().map(|c| c.point.clone()).collect(),
        },
        sources,
    }
}

impl Desk {
    /// The points with an approved result, in the order of the draft, the weightiest first; or only one
    /// of them.
    pub(super) fn candidates(&self, known: &Known, only: Option<PointId>) -> Vec<Candidate> {
        let settled = |standing: &Standing| {
            let state = self.decided.points.get(&standing.point.id)?;
            let settled = state.settled.as_ref()?;
            settled.approved.is_some().then(|| settled.clone())
        };
        let mut all: Vec<(&Standing, Settled)> = (self.points.values())
            .filter(|standing| only.is_none_or(|only| standing.point.id == only))
            .filter_map(|standing| Some((standing, settled(standing)?)))
            .collect();
        all.sort_by_key(|(standing, _)| {
            let counts = standing.counts;
            let weight = (counts.senders, counts.texts, counts.submissions);
            (
                standing.section,
                std::cmp::Reverse(weight),
                standing.point.id,
            )
        });
        let draft: Vec<&str> = (self.material.draft.nodes.iter())
            .map(|node| &*node.text)
            .collect();
        let draft = draft.concat();
        let candidates = all.iter();
        candidates
            .map(|(standing, settled)| self.candidate(standing, settled, &draft, known))
            .collect()
    }

    fn candidate(
        &self,
        standing: &Standing,
        settled: &Settled,
        draft: &str,
        known: &Known,
    ) -> Candidate {
        let id = standing.point.id;
        let counting = self.going(&standing.point, &known.taken_back);
        let offered = self.offered(standing, &counting, known);
        let mut shown = offered.iter().filter(|offered| !offered.is_left_away);
        let state = self.decided.points.get(&id);
        let own = state.and_then(|state| state.wording.clone().or_else(|| state.name.clone()));
        let is_quoted = own.is_none();
        let wording = own.or_else(|| shown.next().map(|offered| offered.words.clone()));
        let submissions: Vec<usize> = counting.iter().map(|place| place.0).collect();
        let kind = known.dispositions.iter().find(|d| d.code == settled.code);
        let approved = settled.approved.as_ref().map_or(0, |(_, at)| *at);
        let point = ReleasedPoint {
            id: id.to_string(),
            article: self.article_at(standing.section).map(|no| no.to_string()),
            place: match standing.section {
                SectionPlace::Unassigned => "其他意见".to_owned(),
                place => self.place_name(place),
            },
            wording: wording.unwrap_or_default(),
            is_quoted,
            quotations: shown.map(|offered| offered.words.clone()).collect(),
            stance: standing.point.stance.chinese().to_owned(),
            counts: Numbers::from(self.material.counts(submissions.iter().copied())),
            groups: told(
                self.material
                    .tally(&submissions, |s| s.submitter.identity.clone()),
            ),
            topics: self.topics(standing),
            result_code: settled.code.clone(),
            result: kind.map_or_else(|| settled.code.clone(), |d| d.name.clone()),
            reason: settled.reason.clone(),
            decided_on: today(Timestamp::from_microsecond(approved).unwrap_or_default()),
            adopted: self.adopted(standing, settled, known),
        };
        Candidate {
            id,
            flags: flags(&point, draft, &known.choices),
            offered,
            is_left_out: known.choices.contains_key(&id.to_string()),
            is_fruitful: FRUITFUL.contains(&&*settled.code),
            law: (known.laws.get(&id)).map_or_else(String::new, |(law, article)| {
                format!("{law}{}", article.label)
            }),
            point,
        }
    }

    /// The words that stand for a point, then others of other texts.
    fn offered(
        &self,
        standing: &Standing,
        counting: &[(usize, usize)],
        known: &Known,
    ) -> Vec<Offered> {
        let first = standing.point.representative;
        let first = counting.iter().copied().filter(|place| *place == first);
        let (mut seen, mut out) = (HashSet::new(), Vec::new());
        for place in first.chain(counting.iter().copied()) {
            let group = self.material.record.analyses[place.0].1.duplicate.group;
            if out.len() >= QUOTED || !seen.insert(group) {
                continue;
            }
            let unit = self.unit_ref(place);
            let key = TransferKey {
                submission: unit.submission,
                span: Some(unit.span),
            };
            let item = format!("{} {key}", standing.point.id);
            out.push(Offered {
                key: key.to_string(),
                words: self.material.words(place).text,
                is_left_away: known.choices.contains_key(&item),
            });
        }
        out
    }

    fn article_at(&self, place: SectionPlace) -> Option<ArticleNo> {
        let SectionPlace::Provision(node) = place else {
            return None;
        };
        let node = self.material.draft.node(node);
        (node.level == Level::Article).then_some(node.number)
    }

    /// A point's key words, without those that stand in anybody's personal data.
    fn topics(&self, standing: &Standing) -> Vec<String> {
        let mut topics = standing.point.keywords.clone();
        for &(submission, _) in &standing.point.units {
            let text = &self.material.stored[submission].submission.text;
            for data in &self.material.record.analyses[submission].1.personal_data {
                let secret = data.span.of(text);
                topics.retain(|topic| !secret.contains(&**topic) && !topic.contains(secret));
            }
        }
        topics
    }

    fn adopted(&self, standing: &Standing, settled: &Settled, known: &Known) -> Option<Adopted> {
        if !FRUITFUL.contains(&&*settled.code) {
            return None;
        }
        let words = |place| match place {
            SectionPlace::Provision(node) => Some(self.material.draft.full_text(node)),
            _ => None,
        };
        if let Some((law, article)) = known.laws.get(&standing.point.id) {
            return Some(Adopted {
                source: format!("{law}{}", article.label),
                words: article.text.clone(),
                former: self
                    .article_at(standing.section)
                    .and_then(|_| words(standing.section)),
            });
        }
        let uptake = self.uptake(standing)?;
        let article = self.article_at(standing.section)?;
        Some(Adopted {
            source: format!("{}{}", self.title(), crate::report::article_name(article)),
            words: words(standing.section)?,
            former: Some(uptake.former),
        })
    }
}

/// What in the texts of a point looks like personal data.
fn flags(point: &ReleasedPoint, draft: &str, choices: &Choices) -> Vec<Flag> {
    let wording = if point.is_quoted { "原话" } else { "表述" };
    let mut texts = vec![(wording, &point.wording), ("理由", &point.reason)];
    texts.extend(point.quotations.iter().map(|text| ("原话", text)));
    // A single word looks like a name easily, but not where the draft has it.
    let topics = point
        .topics
        .iter()
        .filter(|topic| !draft.contains(&***topic));
    texts.extend(topics.map(|text| ("主题词", text)));
    texts.extend(point.groups.iter().map(|group| ("群体", &group.name)));
    let mut out: Vec<Flag> = Vec::new();
    for (place, text) in texts {
        let found: Vec<PersonalData> = personal::find(text, &[]);
        for data in found {
            let words = data.span.of(text);
            let known = out.iter().any(|flag| flag.words == words);
            if known || words.contains(MASKS) {
                continue;
            }
            let item = format!("{} clear {words}", point.id);
            out.push(Flag {
                place,
                kind: data.kind.chinese(),
                words: words.to_owned(),
                cleared_by: choices.get(&item).map(|(_, who)| who.clone()),
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Choices, flags};
    use crate::publication::model::{Numbers, ReleasedPoint};

    #[test]
    fn suspicions_are_raised_in_every_text_until_a_person_clears_them() {
        let point = ReleasedPoint {
            id: "P-3".into(),
            article: None,
            place: "总体意见".into(),
            wording: "建议公布名单，我叫王某某，电话138****0001".into(),
            is_quoted: true,
            quotations: vec!["请打13800000002找我".into()],
            stance: "建议修改".into(),
            counts: Numbers::default(),
            groups: Vec::new(),
            topics: vec!["步道".into(), "王建国".into()],
            result_code: "kept".into(),
            result: "留作研究".into(),
            reason: "已与联系人：李建国商量".into(),
            decided_on: String::new(),
            adopted: None,
        };
        let mut choices = Choices::default();
        let found = |choices: &Choices| {
            let all = flags(&point, "步道全天开放", choices).into_iter();
            all.map(|flag| (flag.place, flag.words, flag.cleared_by.is_some()))
                .collect::<Vec<_>>()
        };
        let want = |cleared| {
            vec![
                ("理由", "李建国".to_owned(), cleared),
                ("原话", "13800000002".to_owned(), false),
                ("主题词", "王建国".to_owned(), false),
            ]
        };
        assert_eq!(found(&choices), want(false));
        choices.insert("P-3 clear 李建国".into(), ("x".into(), "王审".into()));
        assert_eq!(found(&choices), want(true));
    }
}
