//! The contract of stored results.

use caifeng_domain::{
    Analysis, ArticleNo, ConsultationId, Duplicate, DuplicateKind, Edit, EditOp, Evidence,
    EvidenceKind, Link, NodeId, PersonalData, PersonalDataKind, Point, PointId, Scope, Span,
    Stance, Status, SubmissionId, Unit,
};
use proptest::{
    collection::vec, option, prelude::*, sample::select, strategy::ValueTree,
    test_runner::TestRunner,
};

use super::{SaveOutcome, TriageRecord, TriageRun};
use crate::{
    Store, StoreError,
    testing::{act, fill, new_consultation, on_every_database},
};

fn spans() -> impl Strategy<Value = Vec<Span>> {
    vec(
        (0..99_usize, 0..99_usize).prop_map(|(a, b)| Span::new(a, b)),
        0..3,
    )
}

/// One of the values of a domain table.
fn one_of<T: Copy + std::fmt::Debug + 'static, const N: usize>(
    all: [(T, &'static str, &'static str); N],
) -> impl Strategy<Value = T> {
    select(all.map(|(value, _, _)| value).to_vec())
}

fn article() -> impl Strategy<Value = ArticleNo> {
    (1..2_000_u16, 0..3_u16).prop_map(|(main, inserted)| ArticleNo { main, inserted })
}

fn link() -> impl Strategy<Value = Link> {
    let neighbours = vec(0..9_usize, 0..3);
    let evidence = (
        one_of(EvidenceKind::ALL),
        spans(),
        neighbours,
        option::of(article()),
    );
    (article(), option::of(0..99_u32), evidence, 0.0..=1.0_f32).prop_map(
        |(article, node, (kind, spans, neighbours, former), confidence)| Link {
            article,
            node: node.map(NodeId),
            evidence: Evidence {
                kind,
                spans,
                neighbours,
                former,
            },
            confidence,
        },
    )
}

fn edit() -> impl Strategy<Value = Edit> {
    // What people quote contains quotes, backslashes and characters beyond the BMP.
    let words = || option::of("[\"\\\\“”甲𠮷\n]{0,5}");
    let flag = option::of(any::<bool>());
    (one_of(EditOp::ALL), "[第二款]{0,3}", words(), words(), flag).prop_map(
        |(op, target, from, to, from_in_draft)| Edit {
            op,
            target,
            from,
            to,
            from_in_draft,
        },
    )
}

fn unit() -> impl Strategy<Value = Unit> {
    let where_to = (
        one_of(Scope::ALL),
        option::of(0..9_u32),
        vec(link(), 0..3),
        vec(link(), 0..3),
    );
    let what = (
        one_of(Stance::ALL),
        0.0..=1.0_f32,
        option::of(edit()),
        1..50_u64,
    );
    (0..99_usize, 0..99_usize, where_to, what).prop_map(
        |(start, end, (scope, chapter, links, candidates), (stance, p, edit, point))| Unit {
            span: Span::new(start, end),
            scope,
            chapter: chapter.map(NodeId),
            links,
            candidates,
            stance,
            stance_confidence: p,
            edit,
            point: PointId::new(point).unwrap(),
        },
    )
}

fn analysis() -> impl Strategy<Value = Analysis> {
    let personal =
        (one_of(PersonalDataKind::ALL), 0..9_usize, 0..9_usize).prop_map(|(kind, a, b)| {
            PersonalData {
                kind,
                span: Span::new(a, b),
            }
        });
    let duplicate =
        (0..9_usize, one_of(DuplicateKind::ALL), spans()).prop_map(|(group, kind, additions)| {
            Duplicate {
                group,
                kind,
                additions,
            }
        });
    let parts = (duplicate, vec(personal, 0..3), vec(unit(), 0..4));
    (one_of(Status::ALL), 0.0..=1.0_f32, parts).prop_map(
        |(status, status_confidence, (duplicate, personal_data, units))| Analysis {
            status,
            status_confidence,
            duplicate,
            personal_data,
            units,
        },
    )
}

fn point(id: u64) -> impl Strategy<Value = Point> {
    let place = || (0..9_usize, 0..9_usize);
    let texts = (vec(article(), 0..3), vec("[甲\"]{0,3}", 0..3));
    (
        one_of(Scope::ALL),
        one_of(Stance::ALL),
        texts,
        place(),
        vec(place(), 0..4),
    )
        .prop_map(
            move |(scope, stance, (articles, keywords), representative, units)| Point {
                id: PointId::new(id).unwrap(),
                scope,
                articles,
                stance,
                keywords,
                representative,
                units,
            },
        )
}

fn run() -> TriageRun {
    TriageRun {
        draft: None,
        started_at: act().at,
        finished_at: act().at,
        program: "0.1.0".into(),
        encoder: "lexical/1".into(),
        decisions: 0,
        learned: vec![(ArticleNo::new(2), 3)],
    }
}

fn record(ids: &[SubmissionId]) -> impl Strategy<Value = TriageRecord> + use<> {
    let ids = ids.to_vec();
    // Points out of the order of their ids, as triage may have them.
    let points = (point(7), point(3), point(40)).prop_map(|(a, b, c)| vec![a, b, c]);
    (vec(analysis(), ids.len()), points).prop_map(move |(analyses, points)| TriageRecord {
        run: run(),
        analyses: ids.iter().copied().zip(analyses).collect(),
        points,
    })
}

async fn save(
    store: &Store,
    consultation: ConsultationId,
    record: &TriageRecord,
) -> Result<SaveOutcome, StoreError> {
    let reserved = store.reserve_run(consultation).await?;
    store
        .save_triage(&act(), consultation, reserved, record)
        .await
}

#[tokio::test]
async fn what_is_saved_is_loaded_and_replaces_what_was_before() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        assert_eq!(store.load_triage(consultation).await.unwrap(), None);
        let mut ids = fill(&store, consultation, 12).await;
        // The order of the batch is not the order of the numbers.
        ids.reverse();
        let mut runner = TestRunner::deterministic();
        for _ in 0..20 {
            let record = record(&ids).new_tree(&mut runner).unwrap().current();
            let saved = save(&store, consultation, &record).await;
            assert_eq!(saved.unwrap(), SaveOutcome::Stored);
            let loaded = store.load_triage(consultation).await.unwrap();
            assert_eq!(loaded.as_ref(), Some(&record));
            assert!(store.ledger(consultation).await.unwrap().balances());
        }
        for sql in [
            "select count(distinct run) from analysis",
            "select count(distinct run) from point",
            "select count(*) from triage_run where kept = 1",
        ] {
            let runs: i64 = sqlx::query_scalar(sql)
                .fetch_one(store.pool())
                .await
                .unwrap();
            assert_eq!(runs, 1, "what is not in force is gone: {sql}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let ids = fill(&store, consultation, 3).await;
        let mut runner = TestRunner::deterministic();
        let first = record(&ids).new_tree(&mut runner).unwrap().current();
        let save = async |record: &TriageRecord| save(&store, consultation, record).await.unwrap();
        assert_eq!(save(&first).await, SaveOutcome::Stored);
        let audited = store.audit_entries(0).await.unwrap().len();
        let mut later = first.clone();
        later.run.program = "0.2.0".into();
        later.run.finished_at = "2026-05-01T00:00:00Z".parse().unwrap();
        assert_eq!(save(&later).await, SaveOutcome::Unchanged);
        assert_eq!(store.load_triage(consultation).await.unwrap(), Some(first));
        assert_eq!(store.audit_entries(0).await.unwrap().len(), audited);

        later.run.encoder = "model/1".into();
        assert_eq!(save(&later).await, SaveOutcome::Stored);
        later.analyses[0].1.status_confidence += 0.5;
        assert_eq!(save(&later).await, SaveOutcome::Stored);
    })
    .await;
}

#[tokio::test]
async fn point_numbers_are_never_given_again() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let next = async || {
            store
                .reserve_run(consultation)
                .await
                .unwrap()
                .next_point()
                .get()
        };
        assert_eq!(next().await, 1);
        let mut runner = TestRunner::deterministic();
        let mut record = record(&[]).new_tree(&mut runner).unwrap().current();
        save(&store, consultation, &record).await.unwrap();
        assert_eq!(next().await, 41);
        record.points.truncate(1);
        save(&store, consultation, &record).await.unwrap();
        assert_eq!(next().await, 41, "P-40 is gone, its number is not free");
    })
    .await;
}

#[tokio::test]
async fn a_result_that_cannot_be_stored_leaves_the_last_one_alone() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let ids = fill(&store, consultation, 1).await;
        let good = TriageRecord {
            run: run(),
            analyses: Vec::new(),
            points: Vec::new(),
        };
        save(&store, consultation, &good).await.unwrap();
        let mut runner = TestRunner::deterministic();
        let mut bad = record(&ids).new_tree(&mut runner).unwrap().current();
        let mut unit = unit().new_tree(&mut runner).unwrap().current();
        let mut link = link().new_tree(&mut runner).unwrap().current();
        link.confidence = f32::NAN;
        unit.links = vec![link];
        bad.analyses[0].1.units = vec![unit];
        let refused = save(&store, consultation, &bad).await;
        assert!(matches!(refused, Err(StoreError::Unstorable(_))));
        assert_eq!(store.load_triage(consultation).await.unwrap(), Some(good));
    })
    .await;
}

/// The process may end anywhere in between, and another run may overtake it at any time.
#[tokio::test]
async fn a_run_counts_when_all_of_it_is_there_and_no_other_came_between() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let ids = fill(&store, consultation, 5).await;
        let mut runner = TestRunner::deterministic();
        let mut next = || record(&ids).new_tree(&mut runner).unwrap().current();
        let (first, slow, later, last) = (next(), next(), next(), next());
        save(&store, consultation, &first).await.unwrap();
        let reserve = async || store.reserve_run(consultation).await.unwrap();
        let (begun, not_begun, newer) = (reserve().await, reserve().await, reserve().await);
        let refused = store.begin_run(consultation, begun, &slow, "slow").await;
        assert_eq!(refused.unwrap(), None);
        let load = async || store.load_triage(consultation).await.unwrap();
        assert_eq!(load().await.as_ref(), Some(&first));
        let saved = store.save_triage(&act(), consultation, newer, &later).await;
        assert_eq!(saved.unwrap(), SaveOutcome::Stored);
        let is_in_force = store.put_in_force(&act(), consultation, begun, &slow).await;
        assert!(!is_in_force.unwrap(), "it read less of the journal");
        let saved = store
            .save_triage(&act(), consultation, not_begun, &slow)
            .await;
        assert_eq!(saved.unwrap(), SaveOutcome::Overtaken);
        assert_eq!(load().await.as_ref(), Some(&later));
        assert_eq!(
            store.run_in_force(consultation).await.unwrap(),
            Some(newer.number)
        );
        let saved = save(&store, consultation, &last).await.unwrap();
        assert_eq!(saved, SaveOutcome::Stored);
    })
    .await;
}
