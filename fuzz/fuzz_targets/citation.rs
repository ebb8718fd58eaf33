//! Every citation found in any text lies in the text and names nodes of the draft.

#![no_main]

use std::sync::LazyLock;

use caifeng_law::{cite, draft};
use libfuzzer_sys::fuzz_target;

const DRAFT: &str = "湖泊保护法（草案）\n第一章　总则\n第一条　为了保护湖泊，制定本法。\n第二条　湖泊包括：\n（一）天然湖泊；\n\
    （二）人工湖泊，包括：\n1.水库；\n2.景观湖。\n前款规定以外的水体参照适用本法。\n第二章　附则\n第三条　本法自公布之日起施行。";

fuzz_target!(|text: &str| {
    static PARSED: LazyLock<caifeng_domain::Draft> =
        LazyLock::new(|| draft::parse(DRAFT).expect("the sample is a draft"));
    for citation in cite::find(text, &PARSED, None) {
        assert!(!citation.span.of(text).is_empty());
        for id in citation.nodes {
            let _ = PARSED.node(id);
        }
    }
});
