//! Steps, items and reminders together, on a consultation of six submissions.

use std::sync::Arc;

use caifeng_domain::{
    Day, Permission, Rating, Role, Sla, StationKind, Status, StepState, Transfer, TransferAct,
    TransferKey, TransferRefusal, TransferState, UnitRef, Urgency, Visibility, Window,
};
use caifeng_store::{PlaceRow, Principal};
use tempfile::TempDir;

use super::{StepChange, this_day};
use crate::{
    App, AppError, Command, Refusal, TransferCommand,
    consultations::cli,
    testing::{config, somebody},
};

const DRAFT: &str = "某市河畔条例（草案）\n第一章　总则\n第一条　河畔步道向公众开放。\n\
                     第二条　遛犬应当束绳。\n";
const ROWS: &str = "编号,意见内容,站点\n1,第二条遛犬的绳子应当不超过两米。,东街\n\
                    2,第一条的步道晚上也应当开放。,东街\n\
                    3,我家门口的路灯坏了三个月没人修，请帮忙解决。,\n";

struct Office {
    app: App,
    _folder: TempDir,
}

fn reviewer() -> Principal {
    somebody("王审", Role::Reviewer)
}

fn command(act: TransferAct) -> TransferCommand {
    TransferCommand {
        act,
        words: "路灯已经修好".to_owned(),
        office: "某街道办事处".to_owned(),
        sla: Some(Sla::Staged),
        day: None,
        rating: Some(Rating::Content),
    }
}

impl Office {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(config(folder.path())).await.unwrap();
        let window = Window {
            opens: "2020-03-02".to_owned(),
            closes: "2020-03-20".to_owned(),
        };
        app.create_consultation(
            "heban",
            "河畔",
            Some(window),
            Visibility::Public,
            Vec::new(),
        )
        .await
        .unwrap();
        app.import_draft("heban", "draft.txt", DRAFT.as_bytes())
            .await
            .unwrap();
        let place = PlaceRow::Station {
            kind: StationKind::Point,
            path: vec!["东街".into()],
        };
        app.store.add_places(&cli(), &[place]).await.unwrap();
        Self {
            app,
            _folder: folder,
        }
    }

    async fn triaged() -> Self {
        let office = Self::new().await;
        let rows = ROWS.as_bytes().to_vec();
        let imported = office
            .app
            .import(Some("heban"), "rows.csv", rows, None, false);
        imported.await.unwrap();
        let quiet = Arc::new(());
        office.app.triage(Some("heban"), quiet).await.unwrap();
        office
    }

    /// Marks the first unit for another office.
    async fn mark(&self) -> (TransferKey, UnitRef) {
        let by = reviewer();
        let unit = self.app.at_desk(&by, "heban", |desk| {
            let first = desk.points.values().next().expect("a point");
            Ok(desk.unit_ref(first.point.units[0]))
        });
        let unit = unit.await.unwrap();
        let marked = Command::Transfer(unit, Transfer::Review);
        self.app.decide(&reviewer(), "heban", marked).await.unwrap();
        let key = TransferKey {
            submission: unit.submission,
            span: Some(unit.span),
        };
        (key, unit)
    }

    async fn act(
        &self,
        by: &Principal,
        key: TransferKey,
        act: TransferAct,
    ) -> Result<(), AppError> {
        self.app
            .act_on_transfer(by, "heban", key, &command(act))
            .await
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, AppError>) -> Refusal {
    match result.unwrap_err() {
        AppError::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn steps_are_planned_begun_once_and_changed_by_who_has_seen_them() {
    let office = Office::new().await;
    let (app, by) = (&office.app, reviewer());
    let planned = app.steps(&by, "heban").await.unwrap();
    assert!(!planned.are_begun && planned.steps.len() == 10);
    assert!(planned.steps.iter().all(|(_, urgency)| urgency.is_none()));
    assert!(app.reminders(&by).await.unwrap().is_empty());

    let expert = somebody("张专", Role::Expert);
    let may_not = app.begin_steps(&expert, "heban", None).await;
    assert_eq!(refused(may_not), Refusal::Forbidden);
    app.begin_steps(&by, "heban", None).await.unwrap();
    let again = app.begin_steps(&by, "heban", None).await;
    assert_eq!(refused(again), Refusal::Handled);

    let begun = app.steps(&by, "heban").await.unwrap();
    assert!(begun.are_begun);
    let days: Vec<_> = begun.steps.iter().map(|(step, _)| step.due).collect();
    let day = |text: &str| Some(text.parse::<Day>().unwrap());
    assert_eq!(
        days[..4],
        [
            day("2020-03-02"),
            day("2020-03-04"),
            day("2020-03-05"),
            day("2020-03-20")
        ]
    );
    assert_eq!(days[8..], [None, None]);
    let late = |reminder: &crate::Reminder| reminder.urgency == Urgency::Overdue;
    let reminders = app.reminders_in(&by, "heban").await.unwrap();
    assert_eq!(reminders.iter().filter(|r| late(r)).count(), 8);
    assert_eq!(reminders[0].at, "/staff/c/heban/workflow");
    // Who only enters what came in is not reminded of the office's steps.
    let officer = somebody("李录", Role::StationOfficer);
    assert!(app.reminders(&officer).await.unwrap().is_empty());

    let (first, _) = &begun.steps[0];
    let change = StepChange {
        number: 1,
        seen: first.changed_at,
        state: StepState::Done,
        who: " 王审 ".to_owned(),
        due: first.due,
        note: String::new(),
    };
    app.change_step(&by, "heban", change.clone()).await.unwrap();
    let stale = app.change_step(&by, "heban", change.clone()).await;
    assert_eq!(refused(stale), Refusal::Changed);
    let unknown = StepChange {
        number: 11,
        ..change
    };
    let unknown = app.change_step(&by, "heban", unknown).await;
    assert_eq!(refused(unknown), Refusal::UnknownStep(11));
    let after = app.steps(&by, "heban").await.unwrap();
    assert_eq!(
        (after.steps[0].0.who.as_str(), after.steps[0].1),
        ("王审", None)
    );
    assert_eq!(app.reminders(&by).await.unwrap().len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_marked_goes_to_an_office_and_is_closed_by_two() {
    let office = Office::triaged().await;
    let (app, by) = (&office.app, reviewer());
    let (key, _) = office.mark().await;
    let list = app.transfers(&by, "heban", None, 1).await.unwrap();
    let line = list.lines.iter().find(|line| line.key == key).unwrap();
    let mark = line.mark.as_ref().unwrap();
    assert_eq!(mark.kind, Transfer::Review);
    assert_eq!(mark.by.as_ref().unwrap().0, "王审");
    assert!(!line.words.as_ref().unwrap().is_empty());

    let early = office.act(&by, key, TransferAct::Rate).await;
    assert!(matches!(
        refused(early),
        Refusal::Transfer(TransferRefusal::OutOfTurn(..))
    ));
    let expert = somebody("张专", Role::Expert);
    let may_not = office.act(&expert, key, TransferAct::Assign).await;
    assert_eq!(refused(may_not), Refusal::Forbidden);
    let past = TransferCommand {
        day: Some("2020-01-01".parse().unwrap()),
        ..command(TransferAct::Assign)
    };
    let past = app.act_on_transfer(&by, "heban", key, &past).await;
    assert_eq!(refused(past), Refusal::PastDay);

    office.act(&by, key, TransferAct::Assign).await.unwrap();
    let line = app.transfer(&by, "heban", key).await.unwrap();
    let sixty = app
        .rules()
        .await
        .unwrap()
        .workflow
        .calendar
        .add(this_day(), 60);
    assert_eq!(line.item.due, Some(sixty), "the terms of what is hard");
    for act in [
        TransferAct::Answer,
        TransferAct::Rate,
        TransferAct::AskClosing,
    ] {
        office.act(&by, key, act).await.unwrap();
    }
    let own = office.act(&by, key, TransferAct::Close).await;
    assert_eq!(
        refused(own),
        Refusal::Transfer(TransferRefusal::SecondPerson)
    );
    assert!(!Role::Approver.may(Permission::Review));
    let second = somebody("李核", Role::Approver);
    office.act(&second, key, TransferAct::Close).await.unwrap();
    let line = app.transfer(&by, "heban", key).await.unwrap();
    assert_eq!(line.item.state, TransferState::Closed);
    let again = app
        .rules()
        .await
        .unwrap()
        .workflow
        .calendar
        .add(this_day(), 22);
    assert_eq!(line.item.recheck, Some(again));
    let closed = Some(TransferState::Closed);
    let list = app.transfers(&by, "heban", closed, 9).await.unwrap();
    assert_eq!((list.lines.len(), list.page), (1, (1, 1)));
    assert!(list.counts.contains(&(TransferState::Closed, 1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_taken_back_takes_the_item_away_unless_somebody_began_with_it() {
    let office = Office::triaged().await;
    let (app, by) = (&office.app, reviewer());
    let (key, _) = office.mark().await;
    app.decide(&by, "heban", Command::Undo(None)).await.unwrap();
    let gone = app.transfer(&by, "heban", key).await;
    assert_eq!(refused(gone), Refusal::UnknownTransfer);
    let (key, _) = office.mark().await;
    office.act(&by, key, TransferAct::Assign).await.unwrap();
    app.decide(&by, "heban", Command::Undo(None)).await.unwrap();
    let line = app.transfer(&by, "heban", key).await.unwrap();
    assert_eq!(
        (line.mark, line.item.state),
        (None, TransferState::Assigned)
    );

    // A submission that somebody takes for a complaint is one too, and its day comes near.
    let whole = TransferKey { span: None, ..key };
    let complaint = Command::Status(key.submission, Status::Complaint);
    app.decide(&by, "heban", complaint).await.unwrap();
    let line = app.transfer(&by, "heban", whole).await.unwrap();
    assert!(line.mark.unwrap().by.is_some());
    let soon = TransferCommand {
        day: Some(this_day()),
        ..command(TransferAct::Assign)
    };
    app.act_on_transfer(&by, "heban", whole, &soon)
        .await
        .unwrap();
    let reminders = app.reminders(&by).await.unwrap();
    let at = format!("/staff/c/heban/transfers/{whole}");
    let mut about = reminders.iter().filter(|reminder| reminder.at == at);
    let reminder = about.next().unwrap();
    assert_eq!(reminder.urgency, Urgency::Soon);
    assert!(about.next().is_none(), "once, not for its progress too");
}

#[tokio::test(flavor = "multi_thread")]
async fn places_are_shown_with_their_tasks_and_what_came_in() {
    let office = Office::triaged().await;
    let (app, by) = (&office.app, reviewer());
    let place = app.store.stations().await.unwrap().remove(0);
    let due = this_day().to_string();
    app.add_task(Some("heban"), &place.code, &due, "开一次座谈会")
        .await
        .unwrap();
    let progress = app.progress_of_places(&by, "heban").await.unwrap();
    let line = &progress.places[0];
    assert_eq!(
        (line.tasks, line.submissions, line.is_done()),
        ((0, 1), 2, false)
    );
    assert_eq!(line.urgency, Some(Urgency::Soon));
    assert_eq!(progress.nowhere, 1);
    let reminders = app.reminders(&by).await.unwrap();
    assert!(
        reminders.iter().any(|r| r.what == "东街：开一次座谈会"),
        "{reminders:?}"
    );
    app.finish_task(Some(&by), 1).await.unwrap();
    let progress = app.progress_of_places(&by, "heban").await.unwrap();
    assert!(progress.places[0].is_done());
    assert!(app.reminders(&by).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_for_a_place_is_reminded_of_what_came_from_there() {
    let office = Office::triaged().await;
    let (app, by) = (&office.app, reviewer());
    let soon = TransferCommand {
        day: Some(this_day()),
        ..command(TransferAct::Assign)
    };
    let mut keys = Vec::new();
    let id = app.choose(Some("heban")).await.unwrap().id;
    for stored in app.store.submissions(id).await.unwrap() {
        let key = TransferKey {
            submission: stored.id,
            span: None,
        };
        let complaint = Command::Status(key.submission, Status::Complaint);
        app.decide(&by, "heban", complaint).await.unwrap();
        app.act_on_transfer(&by, "heban", key, &soon).await.unwrap();
        keys.push((key, stored.submission.station));
    }
    assert_eq!(app.reminders(&by).await.unwrap().len(), 3);
    let place = app.store.stations().await.unwrap().remove(0);
    let theirs = Principal {
        reach: app.reach(Some(&place.code), &[]).await.unwrap(),
        ..reviewer()
    };
    let due = app.reminders(&theirs).await.unwrap();
    let at: Vec<&str> = due.iter().map(|reminder| reminder.at.as_str()).collect();
    for (key, station) in keys {
        let is_there = at.contains(&format!("/staff/c/heban/transfers/{key}").as_str());
        assert_eq!(is_there, station.is_some(), "{key}: {at:?}");
    }
}
