//! Whole conversations, as tables: what somebody sends, and what must be in the answer.

use caifeng_domain::ArticleNo;
use proptest::prelude::*;

use super::{Content, Media, Message, Open, Opinion, Reply, State, Turn, answer};
use crate::wechat::reply::MAX_TEXT_BYTES;

const LAKE: &str = "云泽市湖泊保护条例（草案）";
const BINS: &str = "云泽市生活垃圾分类管理条例（草案二次审议稿）";

fn open(drafts: &[(&str, &str, u16)]) -> Vec<Open> {
    let drafts = drafts.iter().map(|(slug, title, articles)| Open {
        slug: (*slug).to_owned(),
        title: (*title).to_owned(),
        articles: (1..=*articles).map(ArticleNo::new).collect(),
    });
    drafts.collect()
}

fn two() -> Vec<Open> {
    open(&[("lake", LAKE, 40), ("bins", BINS, 12)])
}

fn one() -> Vec<Open> {
    open(&[("lake", LAKE, 40)])
}

fn message(number: u64, content: Content) -> Message {
    Message {
        to: "gh_1".to_owned(),
        from: "o1".to_owned(),
        created: 1_795_219_200 + number.cast_signed() * 60,
        id: Some(number),
        content,
    }
}

/// A conversation whose state goes through its written form after every message.
struct Follower {
    state: String,
    sent: u64,
    open: Vec<Open>,
}

impl Follower {
    fn new(open: Vec<Open>) -> Self {
        let state = State::default().to_string();
        Self {
            state,
            sent: 0,
            open,
        }
    }

    fn send(&mut self, content: Content) -> Turn {
        self.sent += 1;
        let state = self.state.parse().unwrap();
        let turn = answer(&state, &message(self.sent, content), &self.open);
        self.state = turn.state.to_string();
        turn
    }

    fn say(&mut self, text: &str) -> Reply {
        self.send(Content::Text(text.to_owned())).reply
    }

    #[track_caller]
    fn expect(&mut self, text: &str, want: &str) {
        match self.say(text) {
            Reply::Say(words) => assert!(words.contains(want), "{text}: {words}"),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[track_caller]
    fn submits(&mut self, text: &str) -> Opinion {
        match self.say(text) {
            Reply::Submit(opinion) => *opinion,
            other => panic!("{text}: {other:?}"),
        }
    }
}

/// Sends all but the last; the last must submit `(slug, article, text)`.
#[track_caller]
fn check(open: Vec<Open>, talk: &[(&str, &str)], last: &str, want: (&str, u16, &str)) {
    let mut follower = Follower::new(open);
    for (text, reply) in talk {
        follower.expect(text, reply);
    }
    let opinion = follower.submits(last);
    let article = opinion.submission.article_hint.map_or(0, |no| no.main);
    let got = (
        opinion.slug.as_str(),
        article,
        opinion.submission.text.as_str(),
    );
    assert_eq!(got, want);
    let state: State = follower.state.parse().unwrap();
    assert_eq!(state.pending(), "", "it goes in once");
}

#[test]
fn step_by_step() {
    check(
        two(),
        &[
            ("你好", "1. 云泽市湖泊保护条例（草案）\n2. 云泽市生活垃圾"),
            ("2", "共12条"),
            ("第八条", "第8条。请说说"),
        ],
        "删去“等”字",
        ("bins", 8, "删去“等”字"),
    );
    check(
        two(),
        &[
            ("您好！", "哪一部"),
            ("第一部", "共40条"),
            ("整体", "整体。请说说"),
        ],
        "同意",
        ("lake", 0, "同意"),
    );
    check(
        one(),
        &[("12", "第12条"), ("十三", "第13条")],
        "删除",
        ("lake", 13, "删除"),
    );
    check(
        one(),
        &[("第十二条第二款", "第十二条第二款。请说说")],
        "太绕",
        ("lake", 12, "第十二条第二款\n太绕"),
    );
}

#[test]
fn a_long_text_at_any_time_is_an_opinion() {
    let long = "湖边的健身器材都锈了，建议写上谁来修。";
    check(one(), &[], long, ("lake", 0, long));
    check(one(), &[("第3条", "第3条")], long, ("lake", 3, long));
    check(two(), &[(long, "已经记下")], "1", ("lake", 0, long));
    check(two(), &[(long, "已经记下")], "垃圾分类", ("bins", 0, long));
    let choose = [("1", "哪一部"), ("1", "共40条")];
    check(two(), &choose, long, ("lake", 0, long));
    // Commands are whole messages, never the beginning of an opinion.
    for text in [
        "取消这一条的罚款规定吧",
        "查询收费标准应当公开透明",
        "帮助老人的条款太少了点",
    ] {
        check(one(), &[], text, ("lake", 0, text));
    }
}

#[test]
fn a_draft_may_be_named_in_the_opinion() {
    let long = "生活垃圾分类管理条例里，桶放得太远了。";
    check(two(), &[], long, ("bins", 0, long));
    check(
        two(),
        &[("我想对湖泊的条例提意见", "哪一部")],
        "湖泊",
        ("lake", 0, "我想对湖泊的条例提意见"),
    );
    check(
        two(),
        &[("我想对《云泽市湖泊保护条例》提意见", "共40条")],
        "水里不要再投肥了",
        ("lake", 0, "水里不要再投肥了"),
    );
    check(
        two(),
        &[
            ("条例", "1. 云泽市湖泊"),
            ("湖泊", "共40条"),
            ("3", "第3条"),
        ],
        "好极了",
        ("lake", 3, "好极了"),
    );
}

#[test]
fn whoever_names_another_draft_speaks_of_that_one() {
    let long = "云泽市生活垃圾分类管理条例里，桶放得太远了。";
    let choose = [("列表", "哪一部"), ("1", "共40条"), ("第30条", "第30条")];
    check(two(), &choose, long, ("bins", 0, long));
    let mut talk = choose.to_vec();
    talk.push(("云泽市生活垃圾分类管理条例", "共12条"));
    check(two(), &talk, "第3条删去", ("bins", 0, "第3条删去"));
    let same = "湖泊保护条例和生活垃圾分类管理条例都很好";
    check(two(), &choose, same, ("lake", 30, same));
}

#[test]
fn a_short_text_that_names_its_article_is_complete() {
    check(one(), &[], "同意第3条", ("lake", 0, "同意第3条"));
    check(one(), &[], "第 三 条删掉", ("lake", 0, "第 三 条删掉"));
    let change = [("第3条", "第3条"), ("整体", "整体。请说说")];
    check(one(), &change, "同意", ("lake", 0, "同意"));
}

#[test]
fn short_words_are_kept_until_it_is_clear_what_they_mean() {
    check(
        one(),
        &[("太贵了", "“太贵了”已经记下，还没有提交")],
        "第十条",
        ("lake", 10, "太贵了"),
    );
    check(
        one(),
        &[("太贵了", "已经记下"), ("真的", "“太贵了 真的”")],
        "提交",
        ("lake", 0, "太贵了\n真的"),
    );
    check(
        two(),
        &[
            ("太贵了", "哪一部"),
            ("取消", "再回复一次"),
            ("帮助", "返回"),
            ("9", "没有序号是9"),
            ("2", "共12条"),
            ("第13条", "没有第13条"),
        ],
        "随便",
        ("bins", 0, "太贵了"),
    );
    check(
        two(),
        &[
            ("第20条", "哪一部"),
            ("2", "没有第20条"),
            ("返回", "哪一部"),
            ("1", "共40条"),
        ],
        "这样就好，不用再改了",
        ("lake", 0, "这样就好，不用再改了"),
    );
}

#[test]
fn what_was_written_goes_only_when_that_was_said_twice() {
    let mut follower = Follower::new(two());
    follower.expect("桶放得太远了，老人走不动", "哪一部");
    follower.expect("取消", "还没有提交");
    follower.expect("等等", "桶放得太远了，老人走不动 等等");
    follower.expect("取消", "再回复一次");
    follower.expect("取消", "已经删掉");
    follower.expect("取消", "已经取消");
    follower.expect("提交", "没有等着提交");
}

#[test]
fn steps_can_be_taken_back() {
    let mut follower = Follower::new(two());
    follower.expect("列表", "哪一部");
    follower.expect("1", "共40条");
    follower.expect("第三条", "第3条");
    follower.expect("返回", "想说哪一条");
    follower.expect("返回", "哪一部");
    follower.expect("二", "共12条");
    follower.expect("换草案", "哪一部");
    follower.expect("谢谢", "不客气");
}

#[test]
fn codes_are_looked_up() {
    for (text, code) in [
        ("查询 ab12-cd34", "AB12-CD34"),
        ("查询：ＡＢ１２ＣＤ３４", "AB12CD34"),
        ("查一下 受理编号 AB12CD", "AB12CD"),
        ("“ab12-cd34”", "AB12-CD34"),
        ("进度12345678", "12345678"),
    ] {
        let reply = Follower::new(two()).say(text);
        assert_eq!(reply, Reply::Query(code.to_owned()), "{text}");
    }
    Follower::new(two()).expect("查询", "受理编号");
}

#[test]
fn the_receipt_names_draft_article_and_code() {
    let mut follower = Follower::new(one());
    follower.send(Content::Scan {
        scene: "liuwan".to_owned(),
    });
    follower.expect("第12条", "第12条");
    let opinion = follower.submits("改短");
    let receipt = opinion.receipt("AB12-CD34");
    assert!(
        receipt.contains("《云泽市湖泊保护条例（草案）》第12条\n受理编号：AB12-CD34"),
        "{receipt}"
    );
    let submission = opinion.submission;
    assert_eq!(submission.external_id.as_deref(), Some("wechat:gh_1:3"));
    assert_eq!(submission.station.as_deref(), Some("liuwan"));
    assert_eq!(
        submission.submitted_at.as_deref(),
        Some("2026-11-21T08:03:00+08:00")
    );
}

#[test]
fn recordings_and_pictures_are_kept() {
    let voice = |recognition: Option<&str>| Content::Voice {
        media_id: "m".to_owned(),
        format: "amr".to_owned(),
        recognition: recognition.map(str::to_owned),
    };
    let media = Some(Media::Voice {
        media_id: "m".to_owned(),
        format: "amr".to_owned(),
    });
    let mut follower = Follower::new(one());
    let turn = follower.send(voice(Some("湖边应该多种一些树。")));
    assert_eq!(turn.media, media);
    assert!(matches!(turn.reply, Reply::Submit(_)));
    let turn = follower.send(voice(None));
    assert_eq!(turn.media, media);
    assert!(matches!(turn.reply, Reply::Say(words) if words.contains("听写")));
    let turn = follower.send(Content::Image {
        media_id: "p".to_owned(),
    });
    assert!(matches!(turn.media, Some(Media::Image { .. })));
    assert!(matches!(turn.reply, Reply::Say(_)));
    for content in [Content::Unsubscribe, Content::Other("VIEW".to_owned())] {
        let event = Message {
            id: None,
            ..message(9, content)
        };
        let turn = answer(&State::default(), &event, &one());
        assert_eq!(turn.reply, Reply::Silence);
    }
}

#[test]
fn drafts_open_and_close_under_a_conversation() {
    let mut follower = Follower::new(two());
    follower.expect("列表", "1. 云泽市湖泊");
    follower.open.remove(0);
    follower.expect("1", "已经结束");
    follower.open.clear();
    follower.expect("还是想说几句，桶放远了", "目前没有");
    follower.open = two();
    follower.expect("列表", "“还是想说几句，桶放远了”");
    assert_eq!(
        follower.submits("2").submission.text,
        "还是想说几句，桶放远了"
    );

    // A number means what it meant in the list that was shown.
    let mut follower = Follower::new(two());
    follower.expect("列表", "2. 云泽市生活垃圾");
    follower.open.reverse();
    follower.expect("2", "垃圾分类管理条例");

    // Next week, a new choice.
    let mut follower = Follower::new(two());
    follower.expect("列表", "哪一部");
    follower.expect("1", "共40条");
    follower.sent += 2000;
    follower.expect("改得好", "哪一部");
}

#[test]
fn the_longest_answers_fit() {
    let title = "很长的名称".repeat(30);
    let many: Vec<_> = (0..30).map(|_| ("slug", title.as_str(), 99)).collect();
    let mut follower = Follower::new(open(&many));
    follower.expect(&"话".repeat(600), "还有20部");
    let Reply::Say(words) = follower.say("帮助") else {
        panic!("help is words");
    };
    assert!(words.len() <= MAX_TEXT_BYTES, "{}", words.len());
}

#[test]
fn more_than_a_submission_holds_is_refused_and_nothing_forgotten() {
    let mut follower = Follower::new(two());
    let part = "长".repeat(20_000);
    follower.expect(&part, "已经记下");
    follower.expect(&part, "已经记下");
    follower.expect(&part, "没有记下");
    assert_eq!(
        follower.submits("1").submission.text.chars().count(),
        40_001
    );
}

#[test]
fn a_state_is_read_as_it_was_written_or_refused() {
    let mut follower = Follower::new(two());
    follower.expect("第3条之1", "哪一部");
    follower.expect("“引号”\n换行", "哪一部");
    let state: State = follower.state.parse().unwrap();
    assert_eq!(state.to_string(), follower.state);
    assert_eq!(state.pending(), "“引号”\n换行");
    for wrong in ["", "null", "[]", "[2,null,[],null,null,\"\",false,0]"] {
        assert!(wrong.parse::<State>().is_err(), "{wrong}");
    }
}

proptest! {
    /// Whatever is said, in any order: every text that is not a command or a choice is submitted or
    /// kept, word for word.
    #[test]
    fn no_words_are_lost(
        talk in prop::collection::vec(
            prop_oneof![
                Just("1".to_owned()), Just("第3条".to_owned()), Just("整体".to_owned()), Just("返回".to_owned()),
                Just("换草案".to_owned()), Just("帮助".to_owned()), Just("提交".to_owned()),
                "[湖桶]{1,12}[水路]{3}".prop_map(|s| format!("话{s}")),
            ],
            1..20,
        ),
        two_open in any::<bool>(),
    ) {
        let mut follower = Follower::new(if two_open { two() } else { one() });
        let mut submitted = Vec::new();
        for text in &talk {
            if let Reply::Submit(opinion) = follower.say(text) {
                submitted.push(opinion.submission.text);
            }
        }
        let state: State = follower.state.parse().unwrap();
        submitted.push(state.pending().to_owned());
        let all = submitted.join("\n");
        let got: Vec<&str> = all.split('\n').filter(|line| line.starts_with('话')).collect();
        let said: Vec<&str> = talk.iter().map(String::as_str).filter(|t| t.starts_with('话')).collect();
        prop_assert_eq!(got, said);
    }

    #[test]
    fn nothing_said_panics(texts in prop::collection::vec("(\\PC|第|条|查询|[0-9]|《|》|款){0,12}", 1..6)) {
        let mut follower = Follower::new(two());
        for text in &texts {
            if let Reply::Say(words) = follower.say(text) {
                prop_assert!(words.len() <= MAX_TEXT_BYTES);
            }
        }
    }
}
