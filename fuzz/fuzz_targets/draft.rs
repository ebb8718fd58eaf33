//! Any bytes are a draft or a clear refusal; a draft prints, and aligns with itself.

#![no_main]

use caifeng_law::{align, draft};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = draft::read(bytes, "草案") else {
        return;
    };
    let _ = draft::check(&read);
    let _ = draft::parse(&draft::print(&read));
    let aligned = align::align(&read, &read);
    assert!(aligned.pairs.len() >= read.articles().count());
});
