//! Showing that one is no program: a small proof of work, which a browser does by itself, or a sum
//! in words for whoever has no scripts. No pictures to be made out, and nothing is kept by us.
//!
//! **Invariant.** A challenge is signed, ends, and belongs to one idempotency key: as a key takes in
//! one delivery, so does a challenge that was met.

use std::time::Duration;

use caifeng_store::Store;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::App;

/// Zero bits that begin SHA-256 of `TOKEN:WORK`: sixteen thousand tries, a second of an old telephone.
const BITS: u32 = 14;
/// People are interrupted.
const LASTS: Duration = Duration::from_hours(2);
/// Hexadecimal digits of a signature: 160 bits, and a token is short enough for an idempotency key.
const SIGNATURE: usize = 40;

const NUMERALS: [&str; 11] = [
    "零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十",
];

/// What somebody is asked to do, one or the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// To be sent back with the answer.
    pub token: String,
    /// Zero bits that SHA-256 of `TOKEN:WORK` must begin with.
    pub bits: u32,
    /// A sum in words: `三加五等于几`.
    pub question: String,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChallengeAnswer {
    /// [`Challenge::token`].
    pub token: String,
    /// The work.
    pub work: String,
    /// The sum, in any numerals.
    pub sum: String,
}

impl App {
    /// A new challenge for what is sent with the idempotency key `key`.
    #[must_use]
    pub fn challenge(&self, key: &str, now: Timestamp) -> Challenge {
        let ends = (now + LASTS).as_second();
        let token = format!("{ends}-{}", sign(&self.store, "challenge", key, ends));
        let (a, b) = summands(&self.store, &token);
        Challenge {
            question: format!("{}加{}等于几", NUMERALS[a], NUMERALS[b]),
            bits: BITS,
            token,
        }
    }

    /// Whether a challenge for this key was met, and has not ended.
    #[must_use]
    pub fn is_met(&self, key: &str, answer: &ChallengeAnswer, now: Timestamp) -> bool {
        let Some(ends) = signed(&self.store, "challenge", key, &answer.token) else {
            return false;
        };
        let (a, b) = summands(&self.store, &answer.token);
        now.as_second() <= ends
            && (is_number(&answer.sum, a + b) || is_work(&answer.token, &answer.work))
    }

    /// What a form carries that is served now: when that was, signed.
    #[must_use]
    pub fn stamp(&self, key: &str, now: Timestamp) -> String {
        let at = now.as_millisecond();
        format!("{at}-{}", sign(&self.store, "form", key, at))
    }

    /// For how long somebody had the form with this key and stamp. None: it is not one of ours.
    #[must_use]
    pub fn had_for(&self, key: &str, stamp: &str, now: Timestamp) -> Option<Duration> {
        let at = signed(&self.store, "form", key, stamp)?;
        let had = now.as_millisecond().saturating_sub(at);
        Some(Duration::from_millis(u64::try_from(had).unwrap_or(0)))
    }
}

fn sign(store: &Store, purpose: &str, key: &str, number: i64) -> String {
    let mut signature = store.signature(purpose, &format!("{key}\n{number}"));
    signature.truncate(SIGNATURE);
    signature
}

/// The number of `NUMBER-SIGNATURE`, if the signature is ours.
fn signed(store: &Store, purpose: &str, key: &str, token: &str) -> Option<i64> {
    let (number, signature) = token.split_once('-')?;
    let number = number.parse().ok()?;
    let ours = sign(store, purpose, key, number);
    // All of it is compared, so that the time it takes tells nothing.
    let pairs = ours.bytes().zip(signature.bytes());
    let differs = pairs.fold(0, |differs, (a, b)| differs | (a ^ b));
    (differs == 0 && signature.len() == ours.len()).then_some(number)
}

/// Two numbers from 1 to 9.
fn summands(store: &Store, token: &str) -> (usize, usize) {
    let drawn = store.signature("sum", token);
    let mut numbers = drawn.bytes().map(|digit| usize::from(digit) % 9 + 1);
    (
        numbers.next().unwrap_or(1),
        numbers.next_back().unwrap_or(1),
    )
}

/// Whether somebody wrote this number, of at most 18: `8`, `８` or `八`.
fn is_number(text: &str, number: usize) -> bool {
    let half = |c| match c {
        '０'..='９' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        c => c,
    };
    let text: String = text.trim().chars().map(half).collect();
    let words = match number {
        0..=10 => NUMERALS[number].to_owned(),
        _ => format!("十{}", NUMERALS[number % 10]),
    };
    text == number.to_string() || text == words
}

fn is_work(token: &str, work: &str) -> bool {
    let is_short = (1..=20).contains(&work.len()) && work.bytes().all(|b| b.is_ascii_digit());
    let hash = Sha256::digest(format!("{token}:{work}"));
    let head = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    is_short && head.leading_zeros() >= BITS
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::{ChallengeAnswer, LASTS, NUMERALS, is_number, is_work};
    use crate::{App, testing::config};

    async fn app() -> (App, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let app = App::open(config(dir.path())).await.unwrap();
        (app, dir)
    }

    /// The sum that is asked for.
    fn sum(question: &str) -> usize {
        let numeral = |text: &str| NUMERALS.iter().position(|n| *n == text).unwrap();
        let (a, rest) = question.split_once('加').unwrap();
        numeral(a) + numeral(rest.strip_suffix("等于几").unwrap())
    }

    #[tokio::test]
    async fn either_answer_will_do_for_its_own_key_and_in_time() {
        let (app, _dir) = app().await;
        let now = Timestamp::now();
        let challenge = app.challenge("schluessel", now);
        let answer = |work: &str, sum: &str| ChallengeAnswer {
            token: challenge.token.clone(),
            work: work.to_owned(),
            sum: sum.to_owned(),
        };
        let right = answer("", &sum(&challenge.question).to_string());
        let found = (0_u32..).map(|n| n.to_string());
        let work = found
            .clone()
            .find(|work| is_work(&challenge.token, work))
            .unwrap();
        let idle = found.clone().find(|work| !is_work(&challenge.token, work));
        assert!(app.is_met("schluessel", &right, now), "the sum");
        assert!(app.is_met("schluessel", &answer(&work, ""), now), "work");
        assert!(!app.is_met("schluessel", &answer(&idle.unwrap(), "99"), now));
        assert!(!app.is_met("another", &right, now), "of another delivery");
        let late = now + LASTS + Duration::from_secs(1);
        assert!(!app.is_met("schluessel", &right, late));
        let forged = ChallengeAnswer {
            token: challenge.token.replacen(|_| true, "9", 1),
            ..right
        };
        assert!(!app.is_met("schluessel", &forged, now), "made to last");
        assert!(!app.is_met("schluessel", &ChallengeAnswer::default(), now));
    }

    #[tokio::test]
    async fn a_form_says_when_it_was_served() {
        let (app, _dir) = app().await;
        let now = Timestamp::now();
        let stamp = app.stamp("schluessel", now);
        let later = now + Duration::from_secs(5);
        let five = Some(Duration::from_secs(5));
        assert_eq!(app.had_for("schluessel", &stamp, later), five);
        assert_eq!(app.had_for("another", &stamp, later), None);
        assert_eq!(app.had_for("schluessel", "1-0", later), None);
        assert_eq!(app.had_for("schluessel", "", later), None);
    }

    #[test]
    fn a_number_may_be_written_in_any_way() {
        for (text, number, want) in [
            ("8", 8, true),
            (" ８ ", 8, true),
            ("八", 8, true),
            ("十", 10, true),
            ("十八", 18, true),
            ("１８", 18, true),
            ("十", 11, false),
            ("", 8, false),
        ] {
            assert_eq!(is_number(text, number), want, "{text}");
        }
    }
}
