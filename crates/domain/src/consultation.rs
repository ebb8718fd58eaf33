//! A consultation (征求意见任务): one draft put before the people for a time.

/// The days on which submissions are invited, both included, as `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub opens: String,
    /// Last day.
    pub closes: String,
}

/// Who may know of a consultation. Contact points see some drafts before the public does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Contact points and their people: on no public page, list or search.
    ContactPoints,
}

impl Visibility {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::Public, "public", "公开"),
        (Self::ContactPoints, "contact_points", "仅联系点"),
    ];
}

/// Whether submissions are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Its first day is still to come.
    Upcoming,
    /// Submissions are taken.
    Open,
    /// Its last day is over, or it was closed by hand.
    Closed,
}

impl Standing {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Upcoming, "upcoming", "尚未开始"),
        (Self::Open, "open", "正在征求意见"),
        (Self::Closed, "closed", "已经截止"),
    ];
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
    /// Who may know of it.
    pub visibility: Visibility,
    /// Since when it is closed by hand, whatever the window says: microseconds since 1970.
    pub closed_at: Option<i64>,
    /// Key questions (重点征求问题), which answers name by their number from 1.
    pub questions: Vec<String>,
}

impl Consultation {
    /// The key question of this number.
    #[must_use]
    pub fn question(&self, number: u32) -> Option<&str> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        self.questions.get(at).map(String::as_str)
    }

    /// Where it stood at a moment, in microseconds since 1970, of a day, `YYYY-MM-DD`: dates of that
    /// form sort as text.
    #[must_use]
    pub fn standing(&self, today: &str, moment: i64) -> Standing {
        match &self.window {
            _ if self.closed_at.is_some_and(|closed| closed <= moment) => Standing::Closed,
            Some(window) if today < window.opens.as_str() => Standing::Upcoming,
            Some(window) if today > window.closes.as_str() => Standing::Closed,
            _ => Standing::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Consultation, Standing, Visibility, Window};

    #[test]
    fn the_window_includes_both_its_days() {
        let mut consultation = Consultation {
            slug: "c".into(),
            title: "某条例（草案）".into(),
            window: Some(Window {
                opens: "2026-03-01".into(),
                closes: "2026-03-31".into(),
            }),
            visibility: Visibility::Public,
            closed_at: None,
            questions: Vec::new(),
        };
        for (today, want) in [
            ("2026-02-28", Standing::Upcoming),
            ("2026-03-01", Standing::Open),
            ("2026-03-31", Standing::Open),
            ("2026-04-01", Standing::Closed),
        ] {
            assert_eq!(consultation.standing(today, 0), want, "{today}");
        }
        consultation.closed_at = Some(7);
        for (moment, want) in [(6, Standing::Open), (7, Standing::Closed)] {
            assert_eq!(consultation.standing("2026-03-15", moment), want);
        }
        (consultation.closed_at, consultation.window) = (None, None);
        assert_eq!(consultation.standing("1999-01-01", 7), Standing::Open);
    }
}
