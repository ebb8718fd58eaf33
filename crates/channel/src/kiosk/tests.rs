//! Batches in, submissions out.

use std::collections::BTreeSet;

use caifeng_domain::{ArticleNo, Submitter};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{
    Arrival, Batch, Clock, ClockState, DeviceKey, Item, KioskError, Sequence, SignedBatch, Ulid,
};
use crate::limits::{MAX_BATCH_BYTES, MAX_BATCH_ITEMS};

const KEY: DeviceKey = DeviceKey::new([7; 32]);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn batch() -> Batch {
    Batch {
        device: "K-07".to_owned(),
        id: "01KAG0D5T07ZQ4M8V2X3N6B9CE".parse().unwrap(),
        sequence: 42,
        device_time: at("2026-11-21T08:00:00Z"),
        items: vec![Item {
            id: "01KAG0D5T07ZQ4M8V2X3N6B9CF".parse().unwrap(),
            consultation: "lake".to_owned(),
            text: "湖边多种树".to_owned(),
            article: Some(ArticleNo::new(12)),
            question: None,
            written_at: at("2026-11-21T07:58:10.25Z"),
            submitter: Submitter {
                identity: Some("居民".to_owned()),
                ..Submitter::default()
            },
            consent: None,
            receipt: None,
        }],
    }
}

#[test]
fn a_batch_comes_out_as_it_went_in() {
    let body = SignedBatch::sign(batch(), &KEY).to_json();
    let signed = SignedBatch::read(body.as_bytes()).unwrap();
    assert_eq!(signed.device(), "K-07");
    assert_eq!(signed.verify(&KEY), Ok(batch()));
}

#[test]
fn the_notice_that_a_sender_was_shown_is_signed_too() {
    let mut with = batch();
    with.items[0].consent = Some("2026-11".to_owned());
    let body = SignedBatch::sign(with.clone(), &KEY).to_json();
    let verify = |body: &str| SignedBatch::read(body.as_bytes()).unwrap().verify(&KEY);
    assert_eq!(verify(&body), Ok(with));
    for other in [
        body.replace("2026-11", "2027-01"),
        body.replace(r#","consent":"2026-11""#, ""),
    ] {
        assert_ne!(other, body);
        assert_eq!(verify(&other), Err(KioskError::BadSignature));
    }
}

#[test]
fn the_receipt_that_a_sender_holds_is_signed_too() {
    let mut with = batch();
    with.items[0].consent = Some("2026-11".to_owned());
    with.items[0].receipt = Some("2345-6789-ACEJ".to_owned());
    let body = SignedBatch::sign(with.clone(), &KEY).to_json();
    let verify = |body: &str| SignedBatch::read(body.as_bytes()).unwrap().verify(&KEY);
    assert_eq!(verify(&body), Ok(with.clone()));
    for other in [
        body.replace("6789", "6788"),
        body.replace(r#","receipt":"2345-6789-ACEJ""#, ""),
        body.replace(r#","consent":"2026-11""#, ""),
    ] {
        assert_ne!(other, body);
        assert_eq!(verify(&other), Err(KioskError::BadSignature));
    }
    // Made apart from this code, as below.
    let signed = SignedBatch::sign(with, &KEY).to_json();
    assert!(
        signed.contains("8638345e41467fb0198d23e8d521a3eb913db1a3af689b43a87316fcbb8460d8"),
        "{signed}"
    );
}

#[test]
fn the_key_question_that_was_answered_is_signed_too() {
    let mut with = batch();
    with.items[0].question = Some(2);
    let body = SignedBatch::sign(with.clone(), &KEY).to_json();
    let verify = |body: &str| SignedBatch::read(body.as_bytes()).unwrap().verify(&KEY);
    assert_eq!(verify(&body), Ok(with));
    for other in [
        body.replace(r#""question":2"#, r#""question":1"#),
        body.replace(r#""question":2,"#, ""),
    ] {
        assert_ne!(other, body);
        assert_eq!(verify(&other), Err(KioskError::BadSignature));
    }
}

#[test]
fn the_order_of_the_json_does_not_matter() {
    let body = SignedBatch::sign(batch(), &KEY).to_json();
    let value: serde_json::Value = serde_json::from_str(&body).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    assert_ne!(pretty, body);
    let signed = SignedBatch::read(pretty.as_bytes()).unwrap();
    assert_eq!(signed.verify(&KEY), Ok(batch()));
}

/// Made apart from this code, by Python's hmac and hashlib, over the fields with their lengths.
#[test]
fn the_signature_is_the_one_that_other_programs_make() {
    let body = SignedBatch::sign(batch(), &KEY).to_json();
    assert!(
        body.contains("43008d04d210ba4e86cf11e130c51f5b9105fec7032e483e0127e748f104ca6a"),
        "{body}"
    );
}

#[test]
fn whatever_is_changed_the_signature_fails() {
    #[track_caller]
    fn check(change: impl Fn(&mut Batch)) {
        let body = SignedBatch::sign(batch(), &KEY).to_json();
        let signature = body.split('"').rev().nth(1).unwrap();
        let mut changed = batch();
        change(&mut changed);
        assert_ne!(changed, batch());
        let forged = SignedBatch::sign(changed, &KEY).to_json();
        let own = forged.split('"').rev().nth(1).unwrap();
        let forged = forged.replace(own, signature);
        let signed = SignedBatch::read(forged.as_bytes()).unwrap();
        assert_eq!(signed.verify(&KEY), Err(KioskError::BadSignature));
    }
    check(|b| b.device.push('1'));
    check(|b| b.sequence += 1);
    check(|b| b.device_time += SignedDuration::from_millis(1));
    check(|b| b.id = b.items[0].id);
    check(|b| b.items.clear());
    check(|b| b.items.push(b.items[0].clone()));
    check(|b| b.items[0].id = b.id);
    check(|b| b.items[0].text.push('。'));
    check(|b| b.items[0].consultation.push('s'));
    check(|b| b.items[0].article = None);
    check(|b| b.items[0].written_at -= SignedDuration::from_millis(1));
    check(|b| b.items[0].submitter.identity = None);
    check(|b| {
        let submitter = &mut b.items[0].submitter;
        submitter.region = submitter.identity.take();
    });

    let other = DeviceKey::new([8; 32]);
    let signed = SignedBatch::sign(batch(), &KEY);
    assert_eq!(signed.verify(&other), Err(KioskError::BadSignature));
    let body = SignedBatch::sign(batch(), &KEY).to_json();
    let signature = body.split('"').rev().nth(1).unwrap().to_owned();
    for wrong in ["", "zz", "é", "abc", &signature[2..]] {
        let body = body.replace(&signature, wrong);
        let signed = SignedBatch::read(body.as_bytes()).unwrap();
        assert_eq!(
            signed.verify(&KEY),
            Err(KioskError::BadSignature),
            "{wrong}"
        );
    }
    assert_eq!(format!("{KEY:?}"), "DeviceKey", "keys are not printed");
}

#[test]
fn what_is_no_batch_is_refused() {
    #[track_caller]
    fn check(from: &str, to: &str, want: &str) {
        let body = SignedBatch::sign(batch(), &KEY).to_json();
        assert!(body.contains(from), "{body}");
        let error = SignedBatch::read(body.replace(from, to).as_bytes());
        let error = error.unwrap_err().to_string();
        assert!(error.contains(want), "{error}");
    }
    check("{\"batch\"", "[\"batch\"", "malformed");
    check("\"sequence\":42", "\"sequence\":\"42\"", "malformed");
    check("\"sequence\":42", "\"sequence\":42,\"more\":1", "malformed");
    check("\"sequence\":42", "\"sequence\":0", "`sequence`");
    check("K-07", "", "`device`");
    check("K-07", "a\\nb", "`device`");
    check("\"12\"", "\"0\"", "`article`");
    check("9CE", "9CU", "`id`");
    check("2026-11-21T08:00:00Z", "昨天", "`device_time`");
    let huge = vec![b' '; MAX_BATCH_BYTES + 1];
    let error = SignedBatch::read(&huge).unwrap_err();
    assert!(matches!(error, KioskError::TooLarge { .. }));
    let mut many = batch();
    many.items = vec![many.items[0].clone(); MAX_BATCH_ITEMS + 1];
    let error = SignedBatch::read(SignedBatch::sign(many, &KEY).to_json().as_bytes());
    assert_eq!(error.unwrap_err(), KioskError::Invalid("items"));
}

#[test]
fn items_become_submissions() {
    let clock = Clock {
        sent: batch().device_time,
        received: at("2026-11-21T08:00:01Z"),
    };
    let [(consultation, state, submission)] = &batch().submissions(&clock)[..] else {
        panic!("one item");
    };
    assert_eq!((consultation.as_str(), *state), ("lake", ClockState::Right));
    assert_eq!(
        submission.external_id.as_deref(),
        Some("kiosk:K-07:01KAG0D5T07ZQ4M8V2X3N6B9CF")
    );
    assert_eq!(
        submission.submitted_at.as_deref(),
        Some("2026-11-21T15:58:10+08:00")
    );
    assert_eq!(submission.article_hint, Some(ArticleNo::new(12)));
    assert_eq!(submission.text, "湖边多种树");
}

#[test]
fn a_wrong_clock_is_seen_and_corrected() {
    #[track_caller]
    fn check(written: &str, sent: &str, received: &str, want: &str, state: ClockState) {
        let clock = Clock {
            sent: at(sent),
            received: at(received),
        };
        assert_eq!(clock.best_time(at(written)), (at(want), state));
    }
    let (noon, said) = ("2026-11-21T12:00:00Z", "2026-11-21T09:00:00Z");
    check(said, noon, "2026-11-21T12:00:30Z", said, ClockState::Right);
    // An hour behind, a year ahead, and at 1970 since the battery went.
    let right = "2026-11-21T10:00:00Z";
    check(
        said,
        noon,
        "2026-11-21T13:00:00Z",
        right,
        ClockState::Corrected,
    );
    let right = "2025-11-21T09:00:00Z";
    check(
        said,
        noon,
        "2025-11-21T12:00:00Z",
        right,
        ClockState::Corrected,
    );
    let epoch = "1970-01-01T00:00:00Z";
    check(
        epoch,
        "1970-01-01T03:00:00Z",
        noon,
        said,
        ClockState::Corrected,
    );
    // Set right between saying and sending.
    check(epoch, noon, noon, noon, ClockState::Doubtful);
    check(
        "2027-01-01T00:00:00Z",
        noon,
        noon,
        noon,
        ClockState::Doubtful,
    );
    // A little ahead of its own sending, and of us: rounding.
    check("2026-11-21T12:00:01Z", noon, noon, noon, ClockState::Right);
    check(
        "2026-11-21T12:00:50Z",
        "2026-11-21T12:01:00Z",
        noon,
        noon,
        ClockState::Right,
    );
}

#[test]
fn gaps_are_found_and_filled() {
    let mut seen = Sequence::default();
    for (number, want, state) in [
        (1, Arrival::Next, "1"),
        (1, Arrival::Again, "1"),
        (5, Arrival::Ahead(2..=4), "5,2-4"),
        (3, Arrival::Late, "5,2,4"),
        (3, Arrival::Again, "5,2,4"),
        (8, Arrival::Ahead(6..=7), "8,2,4,6-7"),
        (6, Arrival::Late, "8,2,4,7"),
        (2, Arrival::Late, "8,4,7"),
        (9, Arrival::Next, "9,4,7"),
    ] {
        assert_eq!(seen.arrive(number), want, "{number}");
        assert_eq!(seen.to_string(), state);
        assert_eq!(state.parse(), Ok(seen.clone()));
    }
    assert_eq!(seen.missing().collect::<Vec<_>>(), [4..=4, 7..=7]);
    assert_eq!(
        Sequence::default().arrive(u64::MAX),
        Arrival::Ahead(1..=u64::MAX - 1)
    );
    for wrong in ["", "a", "5,", "5,0", "5,5", "5,3-2", "5,2,3", "5,4,2", "-1"] {
        assert!(wrong.parse::<Sequence>().is_err(), "{wrong}");
    }
}

#[test]
fn ulids_have_one_form() {
    // The example of the specification.
    let ulid: Ulid = "01ARYZ6S41TSV4RRFFQ69G5FAV".parse().unwrap();
    assert_eq!(ulid.millis(), 1_469_918_176_385);
    for wrong in [
        "",
        "01aryz6s41tsv4rrffq69g5fav",
        "81ARYZ6S41TSV4RRFFQ69G5FAV",
        "01ARYZ6S41TSV4RRFFQ69G5FA",
        "O1ARYZ6S41TSV4RRFFQ69G5FAV",
        "0１RYZ6S41TSV4RRFFQ69G5FA",
    ] {
        assert!(wrong.parse::<Ulid>().is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn ulids_print_as_they_parse(text in "[0-7][0-9A-HJKMNP-TV-Z]{25}") {
        prop_assert_eq!(text.parse::<Ulid>().unwrap().to_string(), text);
    }

    #[test]
    fn sequences_agree_with_a_set(numbers in prop::collection::vec(1u64..30, 0..40)) {
        let (mut seen, mut set) = (Sequence::default(), BTreeSet::new());
        for number in numbers {
            prop_assert_eq!(seen.arrive(number) != Arrival::Again, set.insert(number));
            let highest = set.last().copied().unwrap_or(0);
            let missing: Vec<u64> = (1..highest).filter(|n| !set.contains(n)).collect();
            prop_assert_eq!(seen.missing().flatten().collect::<Vec<_>>(), missing);
            prop_assert_eq!(seen.highest(), highest);
            prop_assert_eq!(seen.to_string().parse(), Ok(seen.clone()));
        }
    }

    #[test]
    fn no_body_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "(\\PC|\"|\\{|\\}|:|,){0,60}") {
        let _ = SignedBatch::read(&bytes);
        let _ = SignedBatch::read(text.as_bytes());
    }

    #[test]
    fn no_time_is_after_receipt(written in any::<i32>(), sent in any::<i32>(), received in any::<i32>()) {
        let time = |seconds: i32| Timestamp::from_second(seconds.into()).unwrap();
        let clock = Clock { sent: time(sent), received: time(received) };
        prop_assert!(clock.best_time(time(written)).0 <= clock.received);
    }
}
