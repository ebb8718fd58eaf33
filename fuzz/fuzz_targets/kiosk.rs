//! Any bytes are a batch or a clear refusal; a batch is written as it is read, and only its own key
//! opens it.

#![no_main]

use caifeng_channel::kiosk::{Clock, DeviceKey, SignedBatch};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(signed) = SignedBatch::read(body) else {
        return;
    };
    let key = DeviceKey::new([7; 32]);
    let again = SignedBatch::read(signed.to_json().as_bytes());
    assert_eq!(again.as_ref(), Ok(&signed));
    let Ok(batch) = signed.verify(&key) else {
        return;
    };
    let clock = Clock {
        sent: batch.device_time,
        received: batch.device_time,
    };
    assert_eq!(batch.submissions(&clock).len(), batch.items.len());
    let sealed = SignedBatch::sign(batch.clone(), &key);
    assert_eq!(sealed.verify(&key), Ok(batch));
});
