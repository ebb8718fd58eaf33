//! Any bytes are a draft or a clear refusal; a draft prints, is read again, and aligns with itself.

#![no_main]

use caifeng_law::{align, draft};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = draft::read(bytes, "草案") else {
        return;
    };
    let _ = draft::check(&read);
    let _ = align::align(&read, &read);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(first) = draft::parse(text) {
        let printed = draft::print(&first);
        let again = draft::parse(&printed).map(|draft| draft.articles().count());
        assert_eq!(again.ok(), Some(first.articles().count()), "{printed}");
    }
});
