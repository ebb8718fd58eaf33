//! Any bytes are minutes or a clear refusal; what was said lies in the text, in its order, and nothing is
//! said twice.

#![no_main]

use caifeng_channel::minutes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = minutes::read(bytes) else {
        return;
    };
    let mut end = 0;
    for speech in &read.speeches {
        assert!(!speech.span.of(&read.text).trim().is_empty());
        assert!(speech.span.start >= end);
        end = speech.span.end;
    }
    for rest in &read.rest {
        assert!(!rest.of(&read.text).is_empty());
    }
    assert!(read.submissions().len() <= read.speeches.len());
});
