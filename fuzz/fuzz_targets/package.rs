//! Any bytes are a package from another level or a clear refusal.

#![no_main]

use caifeng_channel::package;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(opened) = package::open(bytes) else {
        return;
    };
    if let Ok(verified) = opened.verified() {
        assert!(verified.content.digest().is_ok());
    }
});
