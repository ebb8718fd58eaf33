//! One point as a report shows it.

use std::collections::BTreeMap;

use caifeng_domain::{ArticleNo, DuplicateKind, Edit, EvidenceKind, Named, Point, Unit};
pub(crate) use caifeng_law::titles::article_label as article_name;
use caifeng_report::{EditEntry, PointEntry, Quotation};

use super::Material;

/// Quotations shown for a point, besides its label.
const QUOTED: usize = 3;
/// Additions shown for a point.
const ADDITIONS: usize = 5;
/// A rejected article at least this probable is named as an alternative.
const ALTERNATIVE: f32 = 0.2;

impl Material {
    pub(crate) fn unit(&self, place: (usize, usize)) -> &Unit {
        &self.record.analyses[place.0].1.units[place.1]
    }

    /// The change that a unit proposes, unless its words hold personal data: what leaves the house is
    /// masked.
    pub(crate) fn edit(&self, place: (usize, usize)) -> Option<&Edit> {
        let text = &self.stored[place.0].submission.text;
        let found = &self.record.analyses[place.0].1.personal_data;
        let names_somebody = |edit: &Edit| {
            let mut words = [&edit.from, &edit.to].into_iter().flatten();
            words.any(|words| found.iter().any(|data| words.contains(data.span.of(text))))
        };
        let edit = self.unit(place).edit.as_ref();
        edit.filter(|edit| !names_somebody(edit))
    }

    pub(crate) fn point(&self, point: &Point) -> PointEntry {
        let submissions: Vec<usize> = point.units.iter().map(|u| u.0).collect();
        PointEntry {
            id: point.id,
            label: self.words(point.representative).text,
            wording: None,
            disposition: None,
            stance: point.stance,
            counts: self.counts(submissions.iter().copied()),
            keywords: point.keywords.clone(),
            reason: self.reason(point),
            quotations: self.quotations(point),
            edits: self.edits(point),
            additions: self.additions(point),
            identities: self.tally(&submissions, |s| s.submitter.identity.clone()),
            channels: self.tally(&submissions, |s| Some(s.channel.chinese().to_owned())),
            stations: self.tally(&submissions, |s| s.station.clone()),
            confidence: self.confidence(point),
            evidence: self.evidence(point),
            undecided_with: self.alternatives(point),
        }
    }

    pub(crate) fn words(&self, (submission, unit): (usize, usize)) -> Quotation {
        self.quotation(submission, self.unit((submission, unit)).span)
    }

    /// The representative first, then others of other texts.
    pub(crate) fn quotations(&self, point: &Point) -> Vec<Quotation> {
        let group = |submission: usize| self.record.analyses[submission].1.duplicate.group;
        let mut seen = vec![group(point.representative.0)];
        let mut out = vec![self.words(point.representative)];
        for &place in &point.units {
            if out.len() > QUOTED {
                break;
            }
            if !seen.contains(&group(place.0)) {
                seen.push(group(place.0));
                out.push(self.words(place));
            }
        }
        out
    }

    /// What the first who gives one calls the reason.
    fn reason(&self, point: &Point) -> Option<String> {
        let first = std::iter::once(&point.representative);
        // Masking every unit's words to look at them would take longer than all the rest.
        let gives_one = |place: &&(usize, usize)| {
            let text = &self.stored[place.0].submission.text;
            reason_in(self.unit(**place).span.of(text)).is_some()
        };
        let mut places = first.chain(&point.units).filter(gives_one);
        places.find_map(|&place| Some(reason_in(&self.words(place).text)?.to_owned()))
    }

    /// What senders of form letters added, where the letter makes this point.
    pub(crate) fn additions(&self, point: &Point) -> Vec<Quotation> {
        let letters = point.units.iter().filter(|u| {
            let duplicate = &self.record.analyses[u.0].1.duplicate;
            duplicate.kind == DuplicateKind::Campaign
        });
        let mut out: Vec<Quotation> = Vec::new();
        for &(submission, _) in letters {
            for &span in &self.record.analyses[submission].1.duplicate.additions {
                if out.len() == ADDITIONS {
                    return out;
                }
                let quotation = self.quotation(submission, span);
                if out.iter().all(|q| q.text != quotation.text) {
                    out.push(quotation);
                }
            }
        }
        out
    }

    fn edits(&self, point: &Point) -> Vec<EditEntry> {
        let mut out: Vec<EditEntry> = Vec::new();
        let says_something = |edit: &&Edit| edit.from.is_some() || edit.to.is_some();
        let edits = point.units.iter().filter_map(|&unit| self.edit(unit));
        for edit in edits.filter(says_something) {
            let same =
                |e: &&mut EditEntry| e.op == edit.op && e.from == edit.from && e.to == edit.to;
            match out.iter_mut().find(same) {
                Some(known) => known.count += 1,
                None => out.push(EditEntry {
                    op: edit.op,
                    target: edit.target.clone(),
                    from: edit.from.clone(),
                    to: edit.to.clone(),
                    count: 1,
                    from_in_draft: edit.from_in_draft,
                }),
            }
        }
        out.sort_by_key(|e| std::cmp::Reverse(e.count));
        out
    }

    /// Mean probability of the units' best links; 1 where no link is needed.
    pub(crate) fn confidence(&self, point: &Point) -> f32 {
        let best: Vec<f32> = point
            .units
            .iter()
            .filter_map(|&u| self.unit(u).links.first())
            .map(|l| l.confidence)
            .collect();
        if best.is_empty() {
            1.0
        } else {
            best.iter().sum::<f32>() / best.len() as f32
        }
    }

    pub(crate) fn evidence(&self, point: &Point) -> String {
        let mut counts: BTreeMap<EvidenceKind, usize> = BTreeMap::new();
        let mut former: BTreeMap<ArticleNo, usize> = BTreeMap::new();
        for link in point
            .units
            .iter()
            .filter_map(|&u| self.unit(u).links.first())
        {
            *counts.entry(link.evidence.kind).or_default() += 1;
            if let Some(article) = link.evidence.former {
                *former.entry(article).or_default() += 1;
            }
        }
        let kinds = counts
            .into_iter()
            .map(|(kind, n)| format!("{} {n} 处", kind.chinese()));
        let former = former
            .into_iter()
            .map(|(article, n)| format!("{n} 处按前一稿称{}", article_name(article)));
        kinds.chain(former).collect::<Vec<_>>().join("，")
    }

    pub(crate) fn alternatives(&self, point: &Point) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for &u in &point.units {
            for link in self
                .unit(u)
                .candidates
                .iter()
                .filter(|c| c.confidence >= ALTERNATIVE)
            {
                let name = article_name(link.article);
                if !out.contains(&name) {
                    out.push(name);
                }
            }
        }
        out
    }
}

/// What comes after 理由： in somebody's words.
fn reason_in(words: &str) -> Option<&str> {
    let after = words.split_once("理由")?.1;
    let after = after.strip_prefix("如下").unwrap_or(after);
    let reason = after.strip_prefix(['：', ':', '｜'])?.trim();
    Some(reason).filter(|reason| !reason.is_empty())
}

#[cfg(test)]
mod tests {
    use super::reason_in;

    #[test]
    fn a_reason_is_what_its_sender_calls_so() {
        #[track_caller]
        fn check(words: &str, want: Option<&str>) {
            assert_eq!(reason_in(words), want, "{words}");
        }
        check("建议删去第三条。理由：重复。", Some("重复。"));
        check("删去。\n理由如下：\n一是重复；", Some("一是重复；"));
        check("应当说明理由。", None);
        check("理由：", None);
    }
}
