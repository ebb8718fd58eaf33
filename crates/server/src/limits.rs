//! What one client may ask for, with the arithmetic behind each number.

use std::time::Duration;

/// Limits of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request. The longest comment, 50,000 characters, has 450,000 bytes when a form
    /// spells every byte out.
    pub body_bytes: usize,
    /// Bytes of a bulk delivery: 500 rows of some 8 KB.
    pub bulk_body_bytes: usize,
    /// Bytes of a file that staff upload: a scan of eight million, or several small ones.
    pub upload_bytes: usize,
    /// Time for a request, receiving it included. One that waits for the disk is done in a tenth of
    /// a second.
    pub timeout: Duration,
    /// Requests at work at the same time. One more is refused at once.
    pub concurrency: usize,
    /// Submissions, look-ups of receipts and sign-ins that one address, or one account, may make in
    /// a minute; a hall full of people shares an address. Zero: no limit.
    pub per_minute: u32,
    /// Whether the last address of `X-Forwarded-For` is the client's: behind a proxy of one's own.
    pub behind_proxy: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            bulk_body_bytes: 4 << 20,
            upload_bytes: 16 << 20,
            timeout: Duration::from_secs(15),
            concurrency: 512,
            per_minute: 120,
            behind_proxy: false,
        }
    }
}
