//! Decisions on the invented sample: they show at once, are undone, and outlive triage.

use std::sync::Arc;

use caifeng_domain::{Aim, ArticleNo, Permission, PointId, Role, Stance, UnitRef, Visibility};
use caifeng_store::Principal;
use jiff::Timestamp;
use tempfile::TempDir;

use super::{Command, Desk, Meaning, Queue, SectionPlace, Sorted};
use crate::{
    App, AppError, Refusal,
    testing::{config, somebody},
};

const DRAFT: &[u8] = include_bytes!("../../../../corpora/heyan/draft.txt");
const SECOND: &[u8] = include_bytes!("../../../../corpora/heyan/draft-2.txt");
const SUBMISSIONS: &[u8] = include_bytes!("../../../../corpora/heyan/submissions.jsonl");

struct Office {
    app: App,
    _folder: TempDir,
}

impl Office {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(config(folder.path())).await.unwrap();
        app.import_draft("heyan", "draft.txt", DRAFT).await.unwrap();
        app.import(
            Some("heyan"),
            "submissions.jsonl",
            SUBMISSIONS.to_vec(),
            None,
            false,
        )
        .await
        .unwrap();
        let office = Self {
            app,
            _folder: folder,
        };
        office.triage().await;
        office
    }

    async fn triage(&self) {
        self.app.triage(Some("heyan"), Arc::new(())).await.unwrap();
    }

    async fn at<T>(&self, show: impl FnOnce(&Desk) -> T) -> T {
        let by = somebody("看", Role::Reviewer);
        let show = |desk: &Desk| Ok(show(desk));
        self.app.at_desk(&by, "heyan", show).await.unwrap()
    }

    async fn decide(&self, command: Command) -> Result<super::Done, AppError> {
        let by = somebody("王审", Role::Reviewer);
        self.app.decide(&by, "heyan", command).await
    }

    /// Two points of one provision, neither for nor against, the second with several units.
    async fn two_points(&self) -> (PointId, PointId) {
        self.at(|desk| {
            let open = |s: &&super::Standing| s.point.stance == Stance::Amend;
            let all: Vec<_> = desk.points.values().filter(open).collect();
            let large = all.iter().filter(|s| s.point.units.len() > 2);
            let pair = large.flat_map(|b| all.iter().map(move |a| (a, b)));
            let mut fitting =
                pair.filter(|(a, b)| a.section == b.section && a.point.id != b.point.id);
            let (a, b) = fitting.next().expect("the sample has such points");
            (a.point.id, b.point.id)
        })
        .await
    }

    async fn members(&self, point: PointId) -> Vec<UnitRef> {
        self.at(|desk| {
            let standing = desk.points.get(&point);
            let units = standing.iter().flat_map(|s| &s.point.units);
            units.map(|&unit| desk.unit_ref(unit)).collect()
        })
        .await
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, AppError>) -> Refusal {
    match result.unwrap_err() {
        AppError::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Invariant 3: people decide. A re-run of triage replays it and never contradicts it.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_shows_at_once_and_outlives_triage() {
    let office = Office::new().await;
    let (small, large) = office.two_points().await;
    let (few, many) = (office.members(small).await, office.members(large).await);

    office.decide(Command::Merge(small, large)).await.unwrap();
    let merged = office.members(large).await;
    assert_eq!(merged.len(), few.len() + many.len());
    assert!(office.members(small).await.is_empty());
    let split = office
        .decide(Command::Split(large, vec![many[0]]))
        .await
        .unwrap();
    let new = split.point.unwrap();
    assert_eq!(office.members(new).await, [many[0]]);

    let far = Aim::at(vec![ArticleNo::new(1)]);
    office
        .decide(Command::Aim(many[1], far.clone()))
        .await
        .unwrap();
    office
        .decide(Command::Name(large, "一个标题".into()))
        .await
        .unwrap();
    office
        .decide(Command::Dismiss(few[0], "与本法无关".into()))
        .await
        .unwrap();
    let state = async || {
        let mut out = Vec::new();
        for point in [small, large, new] {
            let mut members = office.members(point).await;
            members.sort_unstable();
            out.push(members);
        }
        let aim = office
            .at(|desk| Aim::of(desk.material.unit(desk.unit_at(many[1]).unwrap())))
            .await;
        let name = office.at(|desk| desk.point_name(large)).await;
        let counted = office
            .at(|desk| desk.counts(desk.unit_at(few[0]).unwrap()))
            .await;
        (out, aim, name, counted)
    };
    let before = state().await;
    assert_eq!(before.1, far);
    assert_eq!(before.2.as_deref(), Some("一个标题"));
    assert!(!before.3);
    office.triage().await;
    let after = state().await;
    assert_eq!(before, after);
    office.app.desks.kept.lock().await.clear();
    assert_eq!(after, state().await, "and without memory of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_restores_what_was_before_and_after_a_triage() {
    let office = Office::new().await;
    let (small, large) = office.two_points().await;
    let (few, many) = (office.members(small).await, office.members(large).await);
    let merge = office.decide(Command::Merge(small, large)).await.unwrap();
    let undo = office.decide(Command::Undo(None)).await.unwrap();
    assert_eq!(office.members(small).await, few);
    assert_eq!(office.members(large).await, many);
    // Undoing is undone.
    office
        .decide(Command::Undo(Some(undo.event)))
        .await
        .unwrap();
    assert_eq!(office.members(large).await.len(), few.len() + many.len());
    office.triage().await;
    office
        .decide(Command::Undo(Some(merge.event)))
        .await
        .unwrap();
    assert_eq!(office.members(small).await, few);
    office.triage().await;
    assert_eq!(office.members(small).await, few);
    assert_eq!(office.members(large).await, many);
    let again = office.decide(Command::Undo(Some(merge.event))).await;
    assert_eq!(refused(again), Refusal::NothingToUndo);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_moved_again_stays_when_the_first_move_is_undone() {
    let office = Office::new().await;
    let (small, large) = office.two_points().await;
    let unit = office.members(large).await[0];
    let first = office
        .decide(Command::Move(vec![unit], small))
        .await
        .unwrap();
    let second = office
        .decide(Command::Split(small, vec![unit]))
        .await
        .unwrap();
    let new = second.point.unwrap();
    office.triage().await;
    office
        .decide(Command::Undo(Some(first.event)))
        .await
        .unwrap();
    assert_eq!(office.members(new).await, [unit]);
    office.app.desks.kept.lock().await.clear();
    assert_eq!(
        office.members(new).await,
        [unit],
        "and without memory of it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_needs_a_reason_and_a_second_person() {
    let office = Office::new().await;
    let (point, _) = office.two_points().await;
    let dispose = |code: &str, reason: &str| Command::Dispose(point, code.into(), reason.into());
    let without = office.decide(dispose("kept", " ")).await;
    assert_eq!(refused(without), Refusal::Needed("理由"));
    let unknown = office.decide(dispose("none", "理由")).await;
    assert_eq!(refused(unknown), Refusal::UnknownDisposition);
    office.decide(dispose("partly", "改为十日")).await.unwrap();

    let answers = async |preview| {
        let unit = office.members(point).await[0];
        let all = office.app.rules().await.unwrap().dispositions.clone();
        office
            .at(|desk| desk.answers(unit.submission, preview, &all))
            .await
    };
    let result = |answers: Vec<super::Answer>| answers.into_iter().find_map(|a| a.result);
    assert_eq!(result(answers(false).await), None, "nobody agreed yet");
    assert_eq!(result(answers(true).await).as_deref(), Some("部分采纳"));

    let mut both = somebody("王审", Role::Approver);
    let approve = async |by: &Principal| {
        office
            .app
            .decide(by, "heyan", Command::Approve(point))
            .await
    };
    assert_eq!(refused(approve(&both).await), Refusal::FourEyes);
    assert_eq!(
        refused(office.decide(Command::Approve(point)).await),
        Refusal::Forbidden
    );
    both.name = "李核".into();
    approve(&both).await.unwrap();
    assert_eq!(refused(approve(&both).await), Refusal::Handled);
    let told = answers(false).await;
    let told = told.iter().find(|a| a.result.is_some()).unwrap();
    assert_eq!(told.reason.as_deref(), Some("改为十日"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_adds_up_and_leads_on() {
    let office = Office::new().await;
    let by = somebody("看", Role::Reviewer);
    let (of, ledger, _) = office.app.standing_of(&by, "heyan").await.unwrap();
    assert!(ledger.balances());
    let now = Timestamp::now();
    office
        .at(|desk| {
            let overview = desk.overview();
            let points: usize = overview.map.iter().map(|heat| heat.points).sum();
            assert_eq!(points, overview.points);
            let received: usize = overview.trend.iter().map(|day| day.received).sum();
            assert_eq!(received, ledger.received, "no days are cut off here");
            let mut units = 0;
            for heat in overview.map.iter().filter(|heat| heat.points > 0) {
                let section = desk.section(heat.place, Sorted::Weight, 1).unwrap();
                assert_eq!(section.points.len(), heat.points);
                for card in &section.points {
                    let page = desk.point(card.id, 1).unwrap();
                    units += page.card.units;
                    for line in &page.units {
                        let found = desk.submission(line.unit.submission).unwrap();
                        assert!(found.units.iter().any(|(u, ..)| u.unit == line.unit));
                    }
                }
            }
            assert_eq!(units, overview.units);
            for (queue, ..) in Queue::ALL {
                let (items, all) = desk.queue(queue, "看", now, 1);
                assert!(items.len() <= all);
                for item in items {
                    assert!(item.submission.is_some() || item.point.is_some());
                }
            }
            let alarms = desk.alarms(&of, 0, now);
            assert!(alarms.iter().all(|alarm| !alarm.text.is_empty()));
            assert!(
                SectionPlace::from_key("n99999")
                    .is_some_and(|place| { desk.section(place, Sorted::Weight, 1).is_err() })
            );
        })
        .await;
    let late = r#"{"id": "late", "text": "第三条应当写明时间。", "channel": "web"}"#;
    let file = late.as_bytes().to_vec();
    let import = office
        .app
        .import(Some("heyan"), "late.jsonl", file, None, false);
    import.await.unwrap();
    let (_, later, _) = office.app.standing_of(&by, "heyan").await.unwrap();
    assert_eq!(later.received, ledger.received + 1);
    assert!(later.balances());
    let nobody = somebody("信息员", Role::Collector);
    assert!(!nobody.role.may(Permission::ReadReport));
    let seen = office.app.at_desk(&nobody, "heyan", |_| Ok(())).await;
    assert_eq!(refused(seen), Refusal::Forbidden);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_carried_to_the_next_version_of_the_draft() {
    let office = Office::new().await;
    let (point, _) = office.two_points().await;
    let unit = office.members(point).await[0];
    let last = office
        .at(|desk| {
            desk.material
                .draft
                .articles()
                .last()
                .map(|(_, node)| node.number)
        })
        .await
        .unwrap();
    office
        .decide(Command::Aim(unit, Aim::at(vec![last])))
        .await
        .unwrap();
    office
        .app
        .import_draft("heyan", "draft-2.txt", SECOND)
        .await
        .unwrap();
    office.triage().await;
    let (aim, closing) = office
        .at(|desk| {
            let place = desk.unit_at(unit).unwrap();
            let closing = desk
                .material
                .draft
                .articles()
                .last()
                .map(|(_, node)| node.number);
            (Aim::of(desk.material.unit(place)), closing)
        })
        .await;
    // 施行日期 is the last article of both.
    assert_eq!(aim.articles, [closing.unwrap()]);
}

/// A sender knows what was meant, and staff decide what stands.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_sender_meant_counts_until_staff_decide() {
    let office = Office::new().await;
    let public = Visibility::Public;
    let app = &office.app;
    app.set_visibility(Some("heyan"), public).await.unwrap();
    let (point, _) = office.two_points().await;
    let unit = office.members(point).await[0];
    let receipt = office
        .at(|desk| desk.submission(unit.submission).unwrap().receipt)
        .await;
    let about = |article| Meaning::About(Aim::at(vec![ArticleNo::new(article)]));
    let say = async |meaning: Meaning| office.app.clarify(&receipt, unit.span, &meaning).await;
    let aim = async || {
        let of = |desk: &Desk| Aim::of(desk.known(unit).unwrap());
        office.at(of).await.articles
    };
    let waiting = async || {
        let queue = |desk: &Desk| desk.queued(Queue::Contested, "", Timestamp::now());
        office.at(queue).await
    };
    say(about(2)).await.unwrap();
    assert_eq!(aim().await, [ArticleNo::new(2)]);
    assert_eq!(waiting().await, 1);
    office.triage().await;
    assert_eq!(aim().await, [ArticleNo::new(2)], "triage holds to it");

    let staff = Command::Aim(unit, Aim::at(vec![ArticleNo::new(3)]));
    office.decide(staff).await.unwrap();
    assert_eq!(waiting().await, 0, "somebody looked at it");
    say(about(2)).await.unwrap();
    assert_eq!(aim().await, [ArticleNo::new(3)], "staff decide");
    assert_eq!(waiting().await, 1, "and are told");
    say(Meaning::Right).await.unwrap();
    let unknown = say(about(999)).await;
    assert_eq!(
        refused(unknown),
        Refusal::UnknownArticle(ArticleNo::new(999))
    );
    let empty = say(Meaning::Other(" ".into())).await;
    assert_eq!(refused(empty), Refusal::Needed("您的意思"));
    for _ in 0..7 {
        say(Meaning::Other("不是这个意思".into())).await.unwrap();
    }
    let often = say(Meaning::Other("不是这个意思".into())).await;
    assert_eq!(refused(often), Refusal::OftenClarified);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expert_is_sent_the_points_of_an_article_and_answers() {
    let office = Office::new().await;
    let (point, _) = office.two_points().await;
    let place = office
        .at(|desk| desk.points.get(&point).map(|s| s.section))
        .await;
    let consult =
        |who: &str| Command::Consult(place.unwrap(), who.into(), "这样写是否妥当？".into());
    let nobody = office.decide(consult("zhao")).await;
    assert_eq!(refused(nobody), Refusal::UnknownExpert);
    for (name, role) in [("zhao", Role::Expert), ("qian", Role::Reviewer)] {
        let password = "一二三四五六七八九十".to_owned();
        office.app.add_account(name, role, password).await.unwrap();
    }
    let not_expert = office.decide(consult("qian")).await;
    assert_eq!(refused(not_expert), Refusal::UnknownExpert);
    let waiting = async || {
        let mine = |desk: &Desk| desk.queued(Queue::Mine, "zhao", Timestamp::now());
        office.at(mine).await
    };
    assert_eq!(waiting().await, 0);
    let asked = office.decide(consult("zhao")).await.unwrap();
    let all = waiting().await;
    assert!(all >= 2, "all points of the article: {all}");
    let zhao = somebody("zhao", Role::Expert);
    let memo = Command::Memo(point, "妥当".into());
    office.app.decide(&zhao, "heyan", memo).await.unwrap();
    assert_eq!(waiting().await, all - 1);
    office
        .decide(Command::Undo(Some(asked.event)))
        .await
        .unwrap();
    assert_eq!(waiting().await, 0, "asked no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_whose_result_is_to_pass_it_on_becomes_an_item() {
    let office = Office::new().await;
    let (point, _) = office.two_points().await;
    let by = somebody("看", Role::Reviewer);
    let items = async || {
        let list = office.app.transfers(&by, "heyan", None, 1).await.unwrap();
        list.counts.iter().map(|(_, count)| count).sum::<usize>()
    };
    let before = items().await;
    let code = caifeng_domain::disposition::TRANSFERRED;
    let result = Command::Dispose(point, code.into(), "请水务部门研究".into());
    office.decide(result).await.unwrap();
    assert_eq!(items().await, before, "nobody agreed yet");
    let second = somebody("李核", Role::Approver);
    let agree = Command::Approve(point);
    office.app.decide(&second, "heyan", agree).await.unwrap();
    assert_eq!(items().await, before + 1);
}

/// Confirmed links teach, and the run says how much they did (DESIGN §6).
#[tokio::test(flavor = "multi_thread")]
async fn a_run_says_how_many_units_it_learned_from_decisions() {
    let office = Office::new().await;
    let by = somebody("王审", Role::Reviewer);
    // All that is said about the article most spoken of belongs to one of which nobody speaks.
    let (spoken, other) = office
        .at(|desk| {
            let map = &desk.overview().map;
            let articles = || map.iter().filter(|heat| !heat.is_chapter);
            let most = articles()
                .max_by_key(|heat| heat.points)
                .map(|heat| heat.place);
            let none = articles()
                .find(|heat| heat.points == 0)
                .map(|heat| heat.place);
            let number = |place| {
                let place = desk.section(place, Sorted::Weight, 1).unwrap();
                place.article.unwrap()
            };
            (most.unwrap(), number(none.unwrap()))
        })
        .await;
    let units = office
        .at(|desk| {
            let here = desk.points.values().filter(|s| s.section == spoken);
            let units = here.flat_map(|s| &s.point.units);
            units.map(|&unit| desk.unit_ref(unit)).collect::<Vec<_>>()
        })
        .await;
    for unit in units.iter().step_by(2) {
        let command = Command::Aim(*unit, Aim::at(vec![other]));
        office.app.decide(&by, "heyan", command).await.unwrap();
    }
    let learned = async || office.at(|desk| desk.overview().learned.clone()).await;
    assert_eq!(learned().await, [], "by the run before them");
    office.triage().await;
    let told = learned().await;
    let to_it = told
        .iter()
        .find(|one| one.article == crate::report::article_name(other));
    let count = to_it.map_or(0, |one| one.units);
    assert!(
        (1..=units.len() / 2).contains(&count),
        "{told:?} of {}",
        units.len()
    );
}
