//! The one place that prints.

use std::io::Write;

/// Prints a line for people.
pub(crate) fn line(text: impl AsRef<str>) {
    raw(text.as_ref().as_bytes());
    raw(b"\n");
}

/// Writes bytes as they are. A reader that has gone (`| head`) is no error of ours.
pub(crate) fn raw(bytes: &[u8]) {
    let _ = std::io::stdout().write_all(bytes);
}

/// Says why the command failed, with what lies behind it.
pub(crate) fn error(error: &anyhow::Error) {
    let mut text = format!("错误：{error}");
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str("\n  原因：");
            text.push_str(&cause);
        }
    }
    let _ = writeln!(std::io::stderr(), "{text}");
}
