//! Whatever somebody writes is read: units, personal data, quotations and edits lie in the text, in order
//! where they have one.

#![no_main]

use std::sync::LazyLock;

use caifeng_domain::{Channel, Draft};
use caifeng_law::{cite, draft, edit, quote};
use caifeng_text::{personal, units};
use libfuzzer_sys::fuzz_target;

const DRAFT: &str = "湖泊保护法（草案）\n第一条　为了保护湖泊，制定本法。\n第二条　禁止在湖泊内网箱养殖，违者处二千元以上一万元以下罚款。\n第三条　湖泊保护规划应当每五年修订一次，并向社会公布。";

struct Known {
    draft: Draft,
    quotes: quote::DraftIndex,
    words: edit::DraftWords,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let draft = draft::parse(DRAFT).expect("the sample is a draft");
    Known {
        quotes: quote::DraftIndex::new(&draft),
        words: edit::DraftWords::of(&draft),
        draft,
    }
});

fuzz_target!(|said: (&str, u8)| {
    let (text, channel) = said;
    let channel = Channel::ALL[usize::from(channel) % Channel::ALL.len()].0;
    for found in personal::find(text, &["王某"]) {
        assert!(!found.span.of(text).is_empty());
    }
    for quotation in quote::find(text, &KNOWN.quotes) {
        assert!(!quotation.span.of(text).is_empty());
    }
    let citations = cite::find(text, &KNOWN.draft, None);
    let mut end = 0;
    for unit in units::split(text, &citations, channel) {
        assert!(unit.start >= end && !unit.of(text).is_empty());
        end = unit.end;
        let _ = edit::find(text, unit, &citations, &KNOWN.words);
    }
});
