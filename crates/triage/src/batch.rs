//! What is triaged: submissions, and the version of the draft that each speaks of.

use caifeng_domain::{ArticleNo, Draft, Level, NodeId, Submission};
use caifeng_law::align::{Alignment, align};

use crate::{
    decisions::Decisions,
    read::{DraftReader, Reading},
};

/// Of the places where a provision went, those at least as sure as this are where an opinion about
/// it goes; the surest goes in any case.
const SURE: f32 = 0.5;

/// An earlier version (审次) of the draft, and what became of its provisions.
#[derive(Debug)]
pub struct Earlier {
    draft: Draft,
    alignment: Alignment,
}

impl Earlier {
    /// Lays `draft` beside the version in force.
    #[must_use]
    pub fn new(draft: Draft, in_force: &Draft) -> Self {
        Self {
            alignment: align(&draft, in_force),
            draft,
        }
    }

    /// The article in force that an opinion about this one goes to; none where it was deleted.
    #[must_use]
    pub fn carry_article(&self, old: ArticleNo, in_force: &Draft) -> Option<ArticleNo> {
        let (node, _) = self.carry(self.draft.article(old)?).next()?;
        let article = in_force.ancestor(node, Level::Article)?;
        Some(in_force.node(article).number)
    }

    /// Where a chapter of this version went.
    #[must_use]
    pub fn carry_node(&self, old: NodeId) -> Option<NodeId> {
        Some(self.carry(old).next()?.0)
    }

    /// Where an opinion about a provision of this version goes, with how sure that is.
    fn carry(&self, old: NodeId) -> impl Iterator<Item = (NodeId, f32)> {
        let places = self.alignment.carry(old).into_iter().enumerate();
        places.filter_map(|(i, place)| (i == 0 || place.1 >= SURE).then_some(place))
    }

    /// The number of the article of a provision of this version.
    fn number(&self, node: NodeId) -> Option<ArticleNo> {
        let article = self.draft.ancestor(node, Level::Article)?;
        Some(self.draft.node(article).number)
    }
}

/// Submissions about a draft.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The version in force.
    pub draft: &'a Draft,
    /// In order of arrival.
    pub submissions: &'a [Submission],
    /// Versions before it, the oldest first.
    earlier: &'a [Earlier],
    /// For each submission the number of versions that had been replaced when it arrived.
    version: &'a [usize],
    /// What people decided.
    pub(crate) decisions: &'a Decisions,
}

impl<'a> Batch<'a> {
    /// Submissions that all speak of one version.
    #[must_use]
    pub fn new(draft: &'a Draft, submissions: &'a [Submission]) -> Self {
        Self {
            draft,
            submissions,
            earlier: &[],
            version: &[],
            decisions: Decisions::none(),
        }
    }

    /// As people decided about it.
    #[must_use]
    pub const fn decided(self, decisions: &'a Decisions) -> Self {
        Self { decisions, ..self }
    }

    /// Submissions of which some speak of earlier versions: `version` holds for each its number in
    /// `earlier`, or how many there are for the version in force.
    #[must_use]
    pub const fn over_versions(self, earlier: &'a [Earlier], version: &'a [usize]) -> Self {
        Self {
            earlier,
            version,
            ..self
        }
    }

    /// Number of the version of submission `i`.
    pub(crate) fn version_of(&self, i: usize) -> usize {
        let in_force = self.earlier.len();
        (self.version.get(i)).map_or(in_force, |&version| version.min(in_force))
    }

    /// The version of submission `i`, if it is no longer in force.
    fn earlier_of(&self, i: usize) -> Option<&'a Earlier> {
        self.earlier.get(self.version_of(i))
    }

    /// In whose form submission `i` was written, where that form was of an earlier version.
    pub(crate) fn former_hint(&self, i: usize) -> Option<ArticleNo> {
        self.earlier_of(i).and(self.submissions[i].article_hint)
    }

    /// The article in force in whose form submission `i` was written.
    pub(crate) fn hint(&self, i: usize) -> Option<ArticleNo> {
        let hint = self.submissions[i].article_hint?;
        let Some(earlier) = self.earlier_of(i) else {
            return Some(hint);
        };
        let (node, _) = earlier.carry(earlier.draft.article(hint)?).next()?;
        Some(self.draft.node(node).number)
    }
}

/// Reads each submission as about the version that its sender knew.
pub(crate) struct Reader<'a> {
    batch: Batch<'a>,
    /// Of all versions, the one in force last.
    readers: Vec<DraftReader<'a>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(batch: Batch<'a>) -> Self {
        let drafts = batch.earlier.iter().map(|e| &e.draft).chain([batch.draft]);
        Self {
            readers: drafts.map(DraftReader::new).collect(),
            batch,
        }
    }

    /// What submission `i` says of the draft in force.
    pub(crate) fn read(&self, i: usize, cuts: &[caifeng_domain::Span]) -> Reading {
        let submission = &self.batch.submissions[i];
        let decided = |machine| self.batch.decisions.spans(i, machine);
        let reading = self.readers[self.batch.version_of(i)].read(submission, cuts, decided);
        match self.batch.earlier_of(i) {
            None => reading,
            Some(earlier) => {
                reading.carried(|node| earlier.carry(node), |node| earlier.number(node))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{ArticleNo, Channel, Draft, EvidenceKind, Submission, Submitter};

    use super::{Batch, Earlier};

    fn draft(articles: &[&str]) -> Draft {
        let lines = (1..).zip(articles);
        let lines: Vec<String> = lines
            .map(|(n, words)| format!("第{}条　{words}", caifeng_law::numeral::format(n)))
            .collect();
        caifeng_law::draft::parse(&format!("市湖泊保护条例\n{}", lines.join("\n"))).unwrap()
    }

    fn submission(text: &str, hint: Option<u16>) -> Submission {
        Submission {
            external_id: None,
            channel: Channel::Web,
            station: None,
            submitted_at: None,
            article_hint: hint.map(ArticleNo::new),
            submitter: Submitter::default(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn what_was_said_of_an_earlier_version_is_carried_to_the_one_in_force() {
        let lakes = "湖泊保护范围由市水行政主管部门划定并向社会公布。";
        let fines = "违反本条例规定填湖的，处五万元以上二十万元以下罚款。";
        let purpose = "为了保护湖泊，改善生态环境，制定本条例。";
        let boats = "禁止在湖泊内使用燃油船舶从事经营活动。";
        let old = draft(&[purpose, lakes, boats, fines]);
        let new = draft(&[
            purpose,
            "县级以上人民政府应当加强对湖泊保护工作的领导。",
            lakes,
            fines,
        ]);
        let submissions = [
            submission("第二条的保护范围应当征求渔民意见。", None),
            submission("罚得太轻，起不到作用。", Some(4)),
            submission("第三条的保护范围应当征求渔民意见。", None),
            submission("第三条禁止燃油船舶，我家的船怎么办？", None),
        ];
        let earlier = [Earlier::new(old, &new)];
        let batch = Batch::new(&new, &submissions).over_versions(&earlier, &[0, 0, 1, 0]);
        let encoder = caifeng_encode::model::open(None, None).unwrap();
        let found = crate::run(batch, &*encoder, &crate::Previous::default(), &()).unwrap();
        let link = |i: usize| &found.analyses[i].units[0].links[0];
        assert_eq!(link(0).article, ArticleNo::new(3));
        assert_eq!(link(0).evidence.kind, EvidenceKind::Citation);
        assert_eq!(link(0).evidence.former, Some(ArticleNo::new(2)));
        assert_eq!(batch.hint(1), Some(ArticleNo::new(4)));
        assert_eq!(link(2).article, ArticleNo::new(3));
        assert_eq!(link(2).evidence.former, None);
        let cites = |i: usize| {
            let links = found.analyses[i].units.iter().flat_map(|u| &u.links);
            links
                .filter(|l| l.evidence.kind == EvidenceKind::Citation)
                .count()
        };
        assert_eq!(
            cites(3),
            0,
            "the article was deleted, so nothing in force is named"
        );
    }
}
