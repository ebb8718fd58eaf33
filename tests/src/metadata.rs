//! What cargo knows of the workspace.

use std::process::Command;

use serde_json::Value;

/// Packages of other platforms are not downloaded, so they cannot be asked about.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// The answer of `cargo metadata`, without touching the network.
pub(crate) fn cargo_metadata() -> Value {
    let out = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--locked",
            "--filter-platform",
            PLATFORM,
        ])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    serde_json::from_slice(&out.stdout).unwrap()
}
