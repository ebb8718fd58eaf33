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
            !units.is_empty() && units.iter().all(is_editorial)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use caifeng_domain::{PointId, Role, SubmissionId};
    use caifeng_report::{Report, SectionKind};

    use crate::{App, Command, testing};

    const DRAFT: &str = "某市河畔条例（草案）\n第一章　总则\n第一条　河畔步道向公众开放。\n\
                         第二条　遛犬应当束绳，绳长不超过二米。\n第三条　车辆停放收费由市政府定价。\n\
                         第四条　任何人可以举报违法行为。\n";
    const ROWS: &str = "{\"text\":\"第三条有错别字，“停放收费”建议修改为“停车收费”。\"}\n\
        {\"text\":\"建议将第二条“束绳，绳长”修改为“束绳、绳长”。\"}\n\
        {\"text\":\"建议将第一条“河畔步道”修改为“河畔步道和绿地”，请联系13800000001。\"}\n\
        {\"text\":\"建议在第四条中增加“举报电话13800000002”。\"}\n";

    /// Kind, heading and label of every point, in order.
    fn told(report: &Report) -> Vec<(SectionKind, &str, &str)> {
        let sections = report.sections.iter();
        sections
            .flat_map(|s| s.points.iter().map(|p| (s.kind, &*s.heading, &*p.label)))
            .collect()
    }

    fn point_of(report: &Report, words: &str) -> PointId {
        let mut points = report.sections.iter().flat_map(|s| &s.points);
        points.find(|p| p.label.contains(words)).unwrap().id
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn wording_comes_last_unless_staff_say_otherwise_and_what_does_not_count_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(testing::config(folder.path())).await.unwrap();
        app.import_draft("c", "d.txt", DRAFT.as_bytes())
            .await
            .unwrap();
        let rows = ROWS.as_bytes().to_vec();
        let imported = app.import(Some("c"), "rows.jsonl", rows, None, false);
        imported.await.unwrap();
        app.triage(Some("c"), Arc::new(())).await.unwrap();
        let by = testing::somebody("王审", Role::Reviewer);

        let report = app.report(Some("c")).await.unwrap();
        let kinds: Vec<_> = told(&report)
            .iter()
            .map(|(kind, at, _)| (*kind, *at))
            .collect();
        assert_eq!(
            kinds,
            [
                (SectionKind::Article, "第一条"),
                (SectionKind::Article, "第四条"),
                (SectionKind::Wording, "第二条"),
                (SectionKind::Wording, "第三条"),
            ],
            "{:?}",
            told(&report)
        );
        let edits = |at: usize| report.sections[at].points[0].edits.len();
        assert_eq!((edits(0), edits(1)), (1, 0), "what names somebody stays");

        // Staff know better, both ways, and can undo it.
        let (slip, green) = (point_of(&report, "错别字"), point_of(&report, "绿地"));
        let decide = async |command| app.decide(&by, "c", command).await.unwrap();
        decide(Command::Editorial(slip, false)).await;
        decide(Command::Editorial(green, true)).await;
        let report = app.report(Some("c")).await.unwrap();
        let kind_of = |report: &Report, words: &str| {
            let found = told(report).into_iter().find(|told| told.2.contains(words));
            found.map(|told| told.0)
        };
        assert_eq!(kind_of(&report, "错别字"), Some(SectionKind::Article));
        assert_eq!(kind_of(&report, "绿地"), Some(SectionKind::Wording));
        decide(Command::Undo(None)).await;
        let report = app.report(Some("c")).await.unwrap();
        assert_eq!(kind_of(&report, "绿地"), Some(SectionKind::Article));

        // What staff dismiss and what senders take back is neither counted nor quoted.
        let unit = app.at_desk(&by, "c", |desk| {
            Ok(desk.unit_ref(desk.standing(green)?.point.units[0]))
        });
        let unit = unit.await.unwrap();
        decide(Command::Dismiss(unit, "与草案无关".into())).await;
        let act = crate::consultations::cli();
        let first = SubmissionId::new(1).unwrap();
        app.store.withdraw(&act, first).await.unwrap();
        let report = app.report(Some("c")).await.unwrap();
        assert_eq!(kind_of(&report, "绿地"), None);
        assert_eq!(kind_of(&report, "错别字"), None);
        assert_eq!((report.totals.points, report.sections.len()), (2, 2));
        assert_eq!(report.totals.counts.submissions, 3, "the dismissed one too");
        assert!(report.ledger.balances());
    }
}
