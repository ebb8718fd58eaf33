//! The way of an item, and everything off it.

use super::{
    Rating, Sla, TransferAct as A, TransferEntry, TransferItem, TransferKey, TransferRefusal,
    TransferState as S,
};
use crate::{Day, Named};

fn day() -> Day {
    "2026-03-20".parse().unwrap()
}

/// With everything that the act needs.
fn entry(actor: &str, act: A) -> TransferEntry {
    TransferEntry {
        at: 0,
        actor: actor.into(),
        act,
        words: act.words().unwrap_or_default().into(),
        office: (act == A::Assign).then(|| "某街道办事处".into()),
        sla: (act == A::Assign).then_some(Sla::Short),
        day: act.day().map(|_| day()),
        rating: (act == A::Rate).then_some(Rating::Mostly),
    }
}

fn after(acts: &[A]) -> TransferItem {
    let log = acts.iter().map(|&act| match act {
        A::Close | A::Refuse => entry("李核", act),
        act => entry("王审", act),
    });
    TransferItem::of(log.collect()).unwrap()
}

#[test]
fn only_what_is_in_the_table_can_be_done() {
    use A::{Answer, AskClosing, Assign, Close, Contact, Rate, Recheck, Refuse, Reopen, Urge};
    let may: [(S, &[(A, S)]); 7] = [
        (S::Collected, &[(Assign, S::Assigned)]),
        (
            S::Assigned,
            &[
                (Assign, S::Assigned),
                (Urge, S::Urged),
                (Answer, S::Answered),
            ],
        ),
        (
            S::Urged,
            &[
                (Assign, S::Assigned),
                (Urge, S::Urged),
                (Answer, S::Answered),
            ],
        ),
        (S::Answered, &[(Urge, S::Urged), (Rate, S::Rated)]),
        (S::Rated, &[(Urge, S::Urged), (AskClosing, S::Closing)]),
        (
            S::Closing,
            &[(Urge, S::Urged), (Close, S::Closed), (Refuse, S::Rated)],
        ),
        (S::Closed, &[(Recheck, S::Closed), (Reopen, S::Assigned)]),
    ];
    for (state, may) in may {
        for (act, ..) in A::ALL {
            let want = may.iter().find(|(a, _)| *a == act).map(|(_, next)| *next);
            let want = want.or((act == Contact).then_some(state));
            assert_eq!(state.after(act), want, "{state:?} {act:?}");
        }
    }
}

#[test]
fn an_item_goes_its_way_to_the_end_and_back() {
    let whole = [
        A::Assign,
        A::Contact,
        A::Urge,
        A::Answer,
        A::Rate,
        A::AskClosing,
        A::Close,
    ];
    let closed = after(&whole);
    assert_eq!((closed.state, closed.recheck), (S::Closed, Some(day())));
    assert_eq!(closed.rating, Some(Rating::Mostly));
    assert_eq!(closed.log.len(), 7);
    let mut again = closed;
    again.hear(entry("王审", A::Reopen)).unwrap();
    assert_eq!((again.state, again.recheck), (S::Assigned, None));
    assert_eq!(again.office, "某街道办事处");
    let acts: Vec<A> = again.acts().collect();
    assert_eq!(acts, [A::Answer, A::Assign, A::Urge, A::Contact]);
}

#[test]
fn who_asks_to_close_cannot_agree() {
    let asked = after(&[A::Assign, A::Answer, A::Rate, A::AskClosing]);
    let own = asked.check(&entry("王审", A::Close)).unwrap_err();
    assert_eq!(own, TransferRefusal::SecondPerson);
    assert_eq!(asked.check(&entry("李核", A::Close)), Ok(S::Closed));
    // Nor whoever asked the second time.
    let mut back = asked;
    back.hear(entry("李核", A::Refuse)).unwrap();
    back.hear(entry("李核", A::AskClosing)).unwrap();
    assert!(back.check(&entry("李核", A::Close)).is_err());
    assert!(back.check(&entry("王审", A::Close)).is_ok());
}

#[test]
fn what_is_missing_is_asked_for_in_chinese() {
    let ready = |act| match act {
        A::Assign | A::Contact => after(&[]),
        A::Urge | A::Answer => after(&[A::Assign]),
        A::Rate => after(&[A::Assign, A::Answer]),
        A::AskClosing => after(&[A::Assign, A::Answer, A::Rate]),
        A::Close | A::Refuse => after(&[A::Assign, A::Answer, A::Rate, A::AskClosing]),
        A::Recheck | A::Reopen => after(&[A::Assign, A::Answer, A::Rate, A::AskClosing, A::Close]),
    };
    for (act, want) in [
        (A::Assign, "承办单位"),
        (A::Urge, "督办要求"),
        (A::Answer, "反馈内容"),
        (A::Rate, "满意度"),
        (A::AskClosing, "销号依据"),
        (A::Close, "回头看日期"),
        (A::Refuse, "退回的理由"),
        (A::Recheck, "回头看情况"),
        (A::Reopen, "重新办理的理由"),
        (A::Contact, "联系情况"),
    ] {
        let item = ready(act);
        assert!(item.check(&entry("李核", act)).is_ok(), "{act:?}");
        let bare = TransferEntry {
            words: " ".into(),
            office: None,
            sla: None,
            day: None,
            rating: None,
            ..entry("李核", act)
        };
        let refusal = item.check(&bare).unwrap_err();
        assert_eq!(refusal.to_string(), format!("请填写{want}"));
    }
    let early = after(&[]).check(&entry("王审", A::Rate)).unwrap_err();
    let want = "这件转办事项现在待交办，不能登记测评。请刷新页面";
    assert_eq!(early.to_string(), want);
    assert_eq!(S::Collected.chinese(), "待交办");
}

#[test]
fn items_are_named_as_they_are_read() {
    for text in ["S-12", "S-12:30-96"] {
        assert_eq!(text.parse::<TransferKey>().unwrap().to_string(), text);
    }
    for bad in ["", "12", "S-0", "S-12:", "S-12:9-3", "S-12:3-3", "S-12:a-b"] {
        assert!(bad.parse::<TransferKey>().is_err(), "{bad}");
    }
}
