//! A consultation (征求意见任务): one draft put before the people for a time.

/// The days on which submissions are invited, both included, as `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub opens: String,
    /// Last day.
    pub closes: String,
}

/// One consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consultation {
    /// Short name used on the command line: `helpan`.
    pub slug: String,
    /// The draft's title.
    pub title: String,
    /// When it is open. None: until it is closed by hand.
    pub window: Option<Window>,
}
