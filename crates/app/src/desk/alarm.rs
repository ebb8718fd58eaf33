//! What staff should know without asking.

use caifeng_domain::{Consultation, DuplicateKind, Standing};
use caifeng_text::personal;
use jiff::Timestamp;

use super::Desk;
use crate::catalogue::today;

/// Something that needs somebody's attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// What is the matter, in Chinese.
    pub text: String,
    /// Where to look: a page below that of the consultation; empty where there is none.
    pub at: String,
}

/// A day with so many times the usual number is a spike.
const SPIKE: usize = 3;
/// Fewer submissions than this are no spike, and no campaign.
const FEW: usize = 20;
/// A letter sent by more than one in this many is a flood.
const FLOOD: usize = 5;
/// Days before the last one from which on it is near.
const NEAR: i32 = 3;
/// Days after which something that waits for a second person is stuck.
const STUCK: i64 = 5;
const DAY: i64 = 86_400_000_000;

impl Desk {
    /// Everything that needs attention at this moment. `waiting`: submissions not triaged yet.
    #[must_use]
    pub fn alarms(&self, of: &Consultation, waiting: usize, now: Timestamp) -> Vec<Alarm> {
        let mut out = Vec::new();
        Self::deadline(of, now, &mut out);
        self.spike(&mut out);
        self.campaigns(&mut out);
        self.stuck(now, &mut out);
        self.personal(&mut out);
        if waiting > FEW {
            out.push(Alarm {
                text: format!("有 {waiting} 件来件还没有梳理或需要人工查看"),
                at: "queue?kind=waiting".to_owned(),
            });
        }
        out
    }

    fn deadline(of: &Consultation, now: Timestamp, out: &mut Vec<Alarm>) {
        let day = today(now);
        let open = of.standing(&day, now.as_microsecond()) == Standing::Open;
        let Some(window) = of.window.as_ref().filter(|_| open) else {
            return;
        };
        let left = || {
            let day: jiff::civil::Date = day.parse().ok()?;
            let closes: jiff::civil::Date = window.closes.parse().ok()?;
            day.until(closes).ok().map(|span| span.get_days())
        };
        if let Some(left) = left().filter(|left| *left <= NEAR) {
            out.push(Alarm {
                text: match left {
                    0 => "征求意见今天截止".to_owned(),
                    days => format!("征求意见还有 {days} 天截止"),
                },
                at: String::new(),
            });
        }
    }

    fn spike(&self, out: &mut Vec<Alarm>) {
        let trend = &self.overview().trend;
        let Some((last, before)) = trend.split_last() else {
            return;
        };
        let mut usual: Vec<usize> = before.iter().map(|day| day.received).collect();
        usual.sort_unstable();
        let usual = usual.get(usual.len() / 2).copied().unwrap_or(last.received);
        if last.received >= FEW && last.received > SPIKE * usual.max(1) {
            out.push(Alarm {
                text: format!("{} 收到 {} 件，平日约 {usual} 件", last.day, last.received),
                at: String::new(),
            });
        }
    }

    fn campaigns(&self, out: &mut Vec<Alarm>) {
        let all = self.material.record.analyses.len();
        let analyses = self.material.record.analyses.iter();
        let letters = analyses.filter(|(_, a)| a.duplicate.kind == DuplicateKind::Campaign);
        let mut groups: Vec<usize> = letters.map(|(_, a)| a.duplicate.group).collect();
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            let size = self.groups.get(&group).copied().unwrap_or(0);
            if size >= FEW && size * FLOOD > all {
                out.push(Alarm {
                    text: format!(
                        "同一份模板来信 {size} 件，占全部来件的 {} %",
                        100 * size / all
                    ),
                    at: "queue?kind=campaign".to_owned(),
                });
            }
        }
    }

    fn stuck(&self, now: Timestamp, out: &mut Vec<Alarm>) {
        let settled = self
            .decided
            .points
            .values()
            .filter_map(|p| p.settled.as_ref());
        let waits = settled.filter(|s| s.approved.is_none() && s.returned.is_none());
        let since = |number| {
            self.events
                .iter()
                .find(|e| e.number == number)
                .map(|e| e.at)
        };
        let late = |at: i64| now.as_microsecond() - at > STUCK * DAY;
        let stuck = waits.filter(|s| since(s.event).is_some_and(late)).count();
        if stuck > 0 {
            out.push(Alarm {
                text: format!("有 {stuck} 个处理结果等待审核超过 {STUCK} 天"),
                at: "queue?kind=approval".to_owned(),
            });
        }
    }

    /// Words that staff wrote and others will read must hold nobody's name or telephone.
    fn personal(&self, out: &mut Vec<Alarm>) {
        for (id, state) in &self.decided.points {
            let reason = state.settled.as_ref().map(|s| &s.reason);
            let written = [state.name.as_ref(), state.wording.as_ref(), reason];
            let suspect = |text: &&String| !personal::find(text, &[]).is_empty();
            if self.points.contains_key(id) && written.into_iter().flatten().any(|t| suspect(&t)) {
                out.push(Alarm {
                    text: format!("观点 {id} 的标题、规范表述或理由中疑似有个人信息"),
                    at: format!("points/{id}"),
                });
            }
        }
    }
}
