//! The contract of the ledger.

use caifeng_domain::{
    Analysis, Duplicate, DuplicateKind, Ledger, Place, PointId, Scope, Span, Stance, Status, Unit,
};

use crate::{
    TriageRecord, TriageRun,
    testing::{act, fill, new_consultation, on_every_database},
};

fn unit(scope: Scope) -> Unit {
    Unit {
        span: Span::new(0, 3),
        scope,
        chapter: None,
        links: Vec::new(),
        candidates: Vec::new(),
        stance: Stance::Amend,
        stance_confidence: 1.0,
        edit: None,
        point: PointId::new(1).unwrap(),
    }
}

fn analysis(status: Status, scopes: &[Scope]) -> Analysis {
    Analysis {
        status,
        status_confidence: 1.0,
        duplicate: Duplicate {
            group: 0,
            kind: DuplicateKind::Original,
            additions: Vec::new(),
        },
        personal_data: Vec::new(),
        units: scopes.iter().map(|&scope| unit(scope)).collect(),
    }
}

/// Invariant 1: nothing is lost.
#[tokio::test]
async fn every_submission_is_in_exactly_one_place() {
    use Place::{Bundled, Complaint, General, Spam, Waiting, Withdrawn};
    let cases: [(Status, &[Scope], Place); 9] = [
        (Status::Opinion, &[Scope::Article], Bundled),
        (Status::Opinion, &[Scope::General, Scope::Chapter], Bundled),
        (
            Status::Opinion,
            &[Scope::NewArticle, Scope::General],
            Bundled,
        ),
        (Status::Opinion, &[Scope::General, Scope::General], General),
        (Status::Opinion, &[], Waiting),
        (Status::Complaint, &[], Complaint),
        (Status::Complaint, &[Scope::Article], Complaint),
        (Status::Spam, &[Scope::General], Spam),
        (Status::Opinion, &[Scope::Article], Withdrawn),
    ];
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let other = new_consultation(&store, "other").await;
        fill(&store, other, 5).await;
        // One more than cases: it arrives after triage.
        let ids = fill(&store, consultation, cases.len() + 1).await;
        let analyses = cases.map(|(status, scopes, _)| analysis(status, scopes));
        let record = TriageRecord {
            run: TriageRun {
                draft: None,
                started_at: act().at,
                finished_at: act().at,
                program: String::new(),
                encoder: String::new(),
                decisions: 0,
                learned: Vec::new(),
            },
            analyses: ids.iter().copied().zip(analyses).collect(),
            points: Vec::new(),
        };
        let waiting = store.ledger(consultation).await.unwrap();
        assert_eq!(waiting.count(Waiting), ids.len());
        let reserved = store.reserve_run(consultation).await.unwrap();
        store
            .save_triage(&act(), consultation, reserved, &record)
            .await
            .unwrap();
        let gone = ids[cases.len() - 1];
        assert!(store.withdraw(&act(), gone).await.unwrap());
        assert!(!store.withdraw(&act(), gone).await.unwrap(), "only once");

        let mut want = Ledger::new(ids.len());
        for (_, _, place) in cases {
            want.put(place);
        }
        want.put(Waiting);
        let ledger = store.ledger(consultation).await.unwrap();
        assert_eq!(ledger, want);
        assert!(ledger.balances());
        let left = store.submissions_for_triage(consultation).await.unwrap();
        assert!(left.iter().all(|stored| stored.id != gone) && left.len() == cases.len());
        assert!(store.submission(gone).await.unwrap().unwrap().withdrawn);
    })
    .await;
}
