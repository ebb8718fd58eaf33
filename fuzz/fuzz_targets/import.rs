//! Any bytes are submissions, rows with errors, or a clear refusal.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for name in ["意见.csv", "意见.jsonl", "意见"] {
        let _ = caifeng_channel::read(bytes, name);
    }
});
