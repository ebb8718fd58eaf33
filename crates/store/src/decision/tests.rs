//! Contract tests of decisions, on every database.

use caifeng_domain::{
    Aim, ArticleNo, Change, Decision, Edit, EditOp, NodeId, Placing, PointId, Scope, Span, Stance,
    Status, SubmissionId, Transfer, UnitRef,
};

use super::Added;
use crate::testing::{act, new_consultation, on_every_database};

fn unit() -> UnitRef {
    UnitRef {
        submission: SubmissionId::new(7).unwrap(),
        span: Span::new(3, 12),
    }
}

fn point(n: u64) -> PointId {
    PointId::new(n).unwrap()
}

/// One of every kind.
fn all() -> Vec<Decision> {
    let chapter = Aim {
        scope: Scope::Chapter,
        chapter: Some(NodeId(4)),
        articles: Vec::new(),
    };
    let articles = Aim::at(vec![ArticleNo::new(3), ArticleNo::with_inserted(120, 1)]);
    let edit = Edit {
        op: EditOp::Replace,
        target: "第二款".into(),
        from: Some("“三日”".into()),
        to: None,
        from_in_draft: Some(true),
    };
    vec![
        Decision::Aim(
            unit(),
            Change {
                was: chapter,
                is: articles,
            },
        ),
        Decision::Stance(
            unit(),
            Change {
                was: Stance::Amend,
                is: Stance::Oppose,
            },
        ),
        Decision::Edit(
            unit(),
            Change {
                was: None,
                is: Some(edit),
            },
        ),
        Decision::Cut(
            unit().submission,
            Change {
                was: vec![Span::new(0, 9)],
                is: vec![Span::new(0, 3), Span::new(3, 9)],
            },
        ),
        Decision::Status(
            unit().submission,
            Change {
                was: Status::Spam,
                is: Status::Opinion,
            },
        ),
        Decision::Place {
            why: Placing::Split,
            units: vec![(unit(), point(1))],
            to: point(2),
        },
        Decision::Dismiss(unit(), "与草案无关".into()),
        Decision::Transfer(unit(), Transfer::Review),
        Decision::Consult(vec![point(1), point(3)], "zhao".into(), "是否合宪？".into()),
        Decision::Contest(unit(), "我说的是第十二条".into()),
        Decision::Confirm(point(2), vec![unit()]),
        Decision::Name(point(2), "期限太短".into()),
        Decision::Wording(point(2), "建议将期限延长至十五日。".into()),
        Decision::Pin(point(2), unit()),
        Decision::Assign(point(2), "王审".into()),
        Decision::Memo(point(2), "上位法没有规定期限。".into()),
        Decision::Dispose(point(2), "partly".into(), "改为十日".into()),
        Decision::Approve(point(2), 15),
        Decision::Return(point(2), 15, "理由不够".into()),
        Decision::Undo(17),
        Decision::Editorial(point(2), true),
    ]
}

#[tokio::test]
async fn every_decision_is_read_as_it_was_made() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        for (after, decision) in (0..).zip(all()) {
            let added = store
                .add_decision(&act(), consultation, after, &decision)
                .await
                .unwrap();
            assert_eq!(added, Added::As(after + 1));
        }
        let events = store.decisions(consultation, 0).await.unwrap();
        let read: Vec<Decision> = events.iter().map(|e| e.decision.clone()).collect();
        assert_eq!(read, all());
        assert_eq!(events[0].actor, "tester");
        assert_eq!(events[0].at, act().at.as_microsecond());
        let late = store.decisions(consultation, 16).await.unwrap();
        assert_eq!(
            late.iter().map(|e| e.number).collect::<Vec<_>>(),
            [17, 18, 19, 20, 21]
        );
    })
    .await;
}

#[tokio::test]
async fn who_has_not_heard_the_last_decision_adds_none() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let say = async |after, text: &str| {
            let decision = Decision::Name(point(1), text.into());
            store
                .add_decision(&act(), consultation, after, &decision)
                .await
                .unwrap()
        };
        assert_eq!(say(0, "一").await, Added::As(1));
        assert_eq!(say(0, "二").await, Added::Later);
        assert_eq!(
            say(2, "三").await,
            Added::Later,
            "nor one that is yet to come"
        );
        assert_eq!(store.desk_state(consultation).await.unwrap(), (None, 1));
        let other = new_consultation(&store, "d").await;
        assert_eq!(store.desk_state(other).await.unwrap(), (None, 0));
    })
    .await;
}

#[tokio::test]
async fn points_that_people_make_have_numbers_of_their_own() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        assert_eq!(store.take_point(consultation).await.unwrap(), point(1));
        assert_eq!(store.take_point(consultation).await.unwrap(), point(2));
        let reserved = store.reserve_run(consultation).await.unwrap();
        assert_eq!(reserved.next_point(), point(3));
    })
    .await;
}
