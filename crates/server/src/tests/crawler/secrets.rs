//! A data folder with everything in it that somebody might look for.

use std::{collections::BTreeSet, fmt::Write, sync::Arc};

use caifeng_app::{Choice, Command, Platform, Principal, PrincipalKind, Reach, Sorted};
use caifeng_domain::{PointId, Role};

use crate::tests::{Desk, Silent, hooks::tencent};

/// What people said of the public draft, each about a matter of its own, and what becomes of it.
const SAID: [(&str, Fate); 9] = [
    (
        "第二条遛犬绳子（联系人：王建国，电话13800000001）建议长度改为一米五。",
        Fate::Released,
    ),
    (
        "第一条的步道应当写明由哪个部门打扫落叶，联系人李小芳。",
        Fate::Quoted,
    ),
    ("第三条建议增加萤火虫栖息地的保护内容。", Fate::Nothing),
    ("第二条建议规定潜水艇模型不得下水。", Fate::Proposed),
    ("第一条建议灯塔周围五十米禁止烧烤。", Fate::LeftOut),
    ("第三条建议热气球起降另设场地。", Fate::Later),
    ("第二条建议独木舟租赁明码标价。", Fate::TakenBack),
    ("第一条建议石拱桥两侧装上护栏。", Fate::Replaced),
    (
        "我家住柳湾路18号501室，楼上漏水没人管，请派人来修。",
        Fate::Nothing,
    ),
];

/// What becomes of something that somebody said.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// Released in the sender's words.
    Released,
    /// Released in the words of the office, the sender's left away.
    Quoted,
    /// Nothing yet.
    Nothing,
    /// A result that nobody approved.
    Proposed,
    /// Left out of the release.
    LeftOut,
    /// Approved after the release.
    Later,
    /// Released, and taken back by its sender before the next release.
    TakenBack,
    /// Released at first and left out of the release that stands.
    Replaced,
}

/// What must be found, so that the search for the rest means something.
pub(super) const PUBLIC: [&str; 4] = [
    "建议长度改为一米五",
    "落叶清扫部门",
    "留待修改细则",
    "王某某",
];

/// What must not be found anywhere.
pub(super) const SECRETS: [&str; 26] = [
    // Personal data in texts and of senders.
    "王建国",
    "13800000001",
    "李小芳",
    "柳湾路",
    "501室",
    "赵测试",
    "13900000009",
    // Words that were not released, or are not any more.
    "萤火虫",
    "潜水艇",
    "灯塔",
    "热气球",
    "独木舟",
    "石拱桥",
    "打扫落叶",
    "漏水",
    // What staff think and are called.
    "内部意见",
    "暂不采纳的理由",
    "wangshen",
    "lipi",
    // Of the draft for contact points only: title, draft, opinions.
    "（inside）",
    "第三条　inside",
    "天文台",
    "改建",
    // Of another draft whose release was taken back.
    "观景台",
    "撤下的原因",
    "CAIFENG_",
];

impl Desk {
    async fn tell(&self, slug: &str, texts: &[&str]) {
        let mut rows = String::new();
        for (id, text) in texts.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = writeln!(
                rows,
                "{{\"id\":\"{id}\",\"text\":\"{text}\",\"channel\":\"web\",\"submitter\":\
                 {{\"name\":\"赵测试\",\"phone\":\"13900000009\",\"identity\":\"居民\"}}}}"
            );
        }
        let rows = rows.into_bytes();
        self.app
            .import(Some(slug), "rows.jsonl", rows, None, false)
            .await
            .unwrap();
        self.app.triage(Some(slug), Arc::new(Silent)).await.unwrap();
    }

    async fn decide_as(&self, name: &str, role: Role, slug: &str, command: Command) {
        let by = somebody(name, role);
        self.app.decide(&by, slug, command).await.unwrap();
    }

    /// The point of the words, the first ones of a text.
    async fn point_with(&self, slug: &str, words: &str) -> PointId {
        let by = somebody("wangshen", Role::Reviewer);
        let find = |desk: &caifeng_app::Desk| {
            let places: Vec<_> = desk.overview().map.iter().map(|heat| heat.place).collect();
            let cards = places.into_iter().flat_map(|place| {
                let section = desk.section(place, Sorted::Weight, 1);
                section.map(|section| section.points).unwrap_or_default()
            });
            let cards: Vec<_> = cards.collect();
            let said = |card: &&caifeng_app::PointCard| card.label.contains(words);
            let found = cards.iter().find(said);
            let labels: Vec<&str> = cards.iter().map(|card| &*card.label).collect();
            Ok(found.unwrap_or_else(|| panic!("{words}: {labels:?}")).id)
        };
        self.app.at_desk(&by, slug, find).await.unwrap()
    }

    async fn settle(&self, slug: &str, point: PointId) {
        let dispose = Command::Dispose(point, "kept".into(), "留待修改细则".into());
        self.decide_as("wangshen", Role::Reviewer, slug, dispose)
            .await;
        self.decide_as("lipi", Role::Approver, slug, Command::Approve(point))
            .await;
    }

    async fn publish(&self, slug: &str) -> u64 {
        let by = somebody("lipi", Role::Approver);
        let preview = self.app.preview_release(&by, slug).await.unwrap();
        let flags = preview.candidates.iter().map(|c| &c.flags);
        assert_eq!(preview.open_flags(), 0, "{:?}", flags.collect::<Vec<_>>());
        let published = self.app.publish(&by, slug, &preview.seen).await;
        published.unwrap()
    }

    async fn choose(&self, choice: Choice) {
        let by = somebody("wangshen", Role::Reviewer);
        let chosen = self.app.choose_for_release(&by, "known", choice, true);
        chosen.await.unwrap();
    }

    /// With everything in it that somebody might look for.
    pub(super) async fn with_secrets() -> Self {
        let desk = Self::new().await;
        let others = SAID.iter().filter(|(_, fate)| *fate != Fate::TakenBack);
        let texts: Vec<&str> = others.map(|(text, _)| *text).collect();
        let hook = desk
            .app
            .add_hook(Some("known"), "tx", Platform::Tencent, None, "{}");
        let hook = hook.await.unwrap();
        let taken_back = SAID.iter().find(|(_, fate)| *fate == Fate::TakenBack);
        let answer = tencent("answer.create", 7, taken_back.unwrap().0);
        desk.accepted(&hook, &answer).await;
        desk.tell("known", &texts).await;
        desk.tell("inside", &["第一条建议天文台改建为科普馆。"])
            .await;
        desk.tell("over", &["第一条建议观景台加宽到三米。"]).await;
        let mut seen = BTreeSet::new();
        let words: Vec<(PointId, Fate)> = {
            let mut all = Vec::new();
            for (key, fate) in [
                ("绳子", Fate::Released),
                ("落叶", Fate::Quoted),
                ("潜水艇", Fate::Proposed),
                ("灯塔", Fate::LeftOut),
                ("热气球", Fate::Later),
                ("独木舟", Fate::TakenBack),
                ("石拱桥", Fate::Replaced),
            ] {
                let point = desk.point_with("known", key).await;
                assert!(seen.insert(point), "{key} has a point of its own");
                all.push((point, fate));
            }
            all
        };
        for &(point, fate) in &words {
            match fate {
                Fate::Proposed => {
                    let dispose =
                        Command::Dispose(point, "not_adopted".into(), "暂不采纳的理由".into());
                    desk.decide_as("wangshen", Role::Reviewer, "known", dispose)
                        .await;
                }
                Fate::Later | Fate::Nothing => {}
                _ => desk.settle("known", point).await,
            }
            match fate {
                Fate::LeftOut => desk.choose(Choice::LeaveOut(point)).await,
                Fate::Quoted => {
                    let wording = Command::Wording(point, "写明落叶清扫部门".into());
                    desk.decide_as("wangshen", Role::Reviewer, "known", wording)
                        .await;
                    let memo = Command::Memo(point, "内部意见：再议".into());
                    desk.decide_as("zhuanjia", Role::Expert, "known", memo)
                        .await;
                    let by = somebody("lipi", Role::Approver);
                    let preview = desk.app.preview_release(&by, "known").await.unwrap();
                    let candidate = preview.candidates.into_iter().find(|c| c.id == point);
                    for offered in candidate.unwrap().offered {
                        desk.choose(Choice::LeaveAway(point, offered.key)).await;
                    }
                }
                _ => {}
            }
        }
        assert_eq!(desk.publish("known").await, 1);
        let replaced = words.iter().find(|(_, fate)| *fate == Fate::Replaced);
        desk.choose(Choice::LeaveOut(replaced.unwrap().0)).await;
        desk.accepted(&hook, &tencent("answer.delete", 7, "")).await;
        assert_eq!(desk.publish("known").await, 2);
        let later = words.iter().find(|(_, fate)| *fate == Fate::Later);
        desk.settle("known", later.unwrap().0).await;
        // Another one whose release is taken back, and one that never could be released.
        let wide = desk.point_with("over", "观景台").await;
        desk.settle("over", wide).await;
        let number = desk.publish("over").await;
        let by = somebody("lipi", Role::Approver);
        let withdrawn = desk.app.withdraw_release(&by, "over", number, "撤下的原因");
        withdrawn.await.unwrap();
        let dome = desk.point_with("inside", "天文台").await;
        desk.settle("inside", dome).await;
        let preview = desk.app.preview_release(&by, "inside").await.unwrap();
        let refused = desk.app.publish(&by, "inside", &preview.seen).await;
        refused.unwrap_err();
        desk
    }
}

fn somebody(name: &str, role: Role) -> Principal {
    Principal {
        kind: PrincipalKind::Account,
        name: name.to_owned(),
        role,
        reach: Reach::default(),
        has_factor: false,
    }
}
