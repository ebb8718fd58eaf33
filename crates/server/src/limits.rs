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
    /// Bulk deliveries and batches of kiosks at work at the same time: 32 times 4 MiB, and some times
    /// that while they are read, fit a small machine.
    pub large_bodies: usize,
    /// Bytes of a file that staff upload: a scan of eight million, or several small ones.
    pub upload_bytes: usize,
    /// Time for a request, receiving it included. One that waits for the disk is done in a tenth of
    /// a second.
    pub timeout: Duration,
    /// The same for what staff wait for: a report of some hundred pages as PDF, a package of a hundred
    /// thousand submissions.
    pub slow_timeout: Duration,
    /// Requests at work at the same time. One more is refused at once.
    pub concurrency: usize,
    /// Submissions, look-ups of receipts and sign-ins that one address, or one account, may make in
    /// a minute; a hall full of people shares an address. Zero: no limit.
    pub per_minute: u32,
    /// What comes back sooner than this after its form was served was hardly typed: its sender is
    /// asked to show that they are no program. The same after a quarter of `per_minute`. Zero: forms
    /// are not timed.
    pub patience: Duration,
    /// Whether the last address of `X-Forwarded-For` is the client's: behind a proxy of one's own.
    pub behind_proxy: bool,
    /// Whether connections are encrypted by ourselves.
    pub tls: bool,
    /// Connections at the same time, idle ones too; a process may have 1,024 files open where nobody
    /// says otherwise. One more waits until another ends.
    pub connections: usize,
    /// Time for the head of a request, and between two requests: on the slowest line a head of 2 KB
    /// takes a second.
    pub head_timeout: Duration,
    /// Whether administrators may do nothing until they have a second factor.
    pub admins_need_factor: bool,
}

impl Limits {
    /// Whether what browsers see is encrypted.
    pub(crate) fn is_https(&self) -> bool {
        self.tls || self.behind_proxy
    }

    /// Name of the cookie that holds a session's token. With the prefix browsers take it over an
    /// encrypted connection only, and from nobody but this host.
    pub(crate) fn cookie(&self) -> &'static str {
        if self.is_https() {
            "__Host-caifeng_session"
        } else {
            "caifeng_session"
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            bulk_body_bytes: 4 << 20,
            large_bodies: 32,
            upload_bytes: 16 << 20,
            timeout: Duration::from_secs(15),
            slow_timeout: Duration::from_mins(3),
            concurrency: 512,
            per_minute: 120,
            patience: Duration::from_secs(2),
            behind_proxy: false,
            tls: false,
            connections: 768,
            head_timeout: Duration::from_secs(10),
            admins_need_factor: false,
        }
    }
}
