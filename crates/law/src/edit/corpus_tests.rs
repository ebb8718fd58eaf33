//! Proposals invented by people who had not seen the grammar, which then learned from them: `corpora/edits`.

use std::{fs, path::Path};

use caifeng_domain::{EditOp, Span};
use serde_json::Value;

use super::{DraftWords, find};
use crate::{cite, draft};

/// Of the proposals so many are found word for word, of the other texts as many have none.
const FOUND: f64 = 0.9;

#[test]
fn proposals_are_found_word_for_word_and_what_only_sounds_so_is_none() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpora/edits");
    let (mut proposals, mut found, mut others, mut none) = (0, 0, 0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let file: Value =
            serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
        let draft = draft::parse(file["draft"].as_str().unwrap()).unwrap();
        let words = DraftWords::of(&draft);
        for item in file["items"].as_array().unwrap() {
            let text = item["text"].as_str().unwrap();
            let citations = cite::find(text, &draft, None);
            let edit = find(text, Span::new(0, text.len()), &citations, &words);
            let Some(op) = item["op"].as_str() else {
                others += 1;
                none += u32::from(edit.is_none_or(|edit| edit.op == EditOp::Clarify));
                continue;
            };
            let plain = |words: &str| words.trim_end_matches(['。', '；', '，']).to_owned();
            let want = (
                item["from"].as_str().map(plain),
                item["to"].as_str().map(plain),
            );
            proposals += 1;
            found += u32::from(edit.is_some_and(|edit| {
                let name = EditOp::ALL.iter().find(|known| known.0 == edit.op);
                let has = (
                    edit.from.as_deref().map(plain),
                    edit.to.as_deref().map(plain),
                );
                name.is_some_and(|name| name.1 == op) && has == want
            }));
        }
    }
    let share = |part: u32, all: u32| f64::from(part) / f64::from(all);
    assert_eq!((proposals, others), (204, 36));
    assert!(share(found, proposals) >= FOUND, "{found} of {proposals}");
    assert!(share(none, others) >= FOUND, "{none} of {others}");
}
