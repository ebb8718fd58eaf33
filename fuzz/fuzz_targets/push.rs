//! Any bytes are an answer pushed by a questionnaire platform or a clear refusal.

#![no_main]

use std::collections::BTreeMap;

use caifeng_channel::questionnaire::{tencent, wenjuanxing};
use libfuzzer_sys::fuzz_target;

/// Signs activity 1, answer 2 with this key.
const KEY: &str = "k";
/// SHA-1 of `12k`.
const SIGN: &str = "10bec2497a8fd4cdcacd232fea00335b7b9271d7";

fuzz_target!(|body: &[u8]| {
    let _ = tencent(body);
    let questions = BTreeMap::from([("q1".to_owned(), "对第一条的意见".to_owned())]);
    let _ = wenjuanxing(body, KEY, &questions);
    // What stands behind a signature that fits.
    let Ok(rest) = str::from_utf8(body) else {
        return;
    };
    let signed = format!(r#"{{"activity":"1","index":"2","sign":"{SIGN}",{rest}}}"#);
    let _ = wenjuanxing(signed.as_bytes(), KEY, &questions);
});
