//! How values are written on the pages of the desk.

use caifeng_app::{SectionPlace, UnitLine};
use caifeng_domain::{Decision, Event, Span, UnitRef};
use jiff::{
    Timestamp,
    tz::{TimeZone, offset},
};

/// `S-12:30-96`: the submission and the bytes of its text.
pub(super) fn unit_key(unit: UnitRef) -> String {
    format!("{}:{}-{}", unit.submission, unit.span.start, unit.span.end)
}

/// What [`unit_key`] wrote.
pub(super) fn unit_from(key: &str) -> Option<UnitRef> {
    let (submission, span) = key.split_once(':')?;
    let (start, end) = span.split_once('-')?;
    let (start, end): (usize, usize) = (start.parse().ok()?, end.parse().ok()?);
    Some(UnitRef {
        submission: submission.parse().ok()?,
        span: (start < end).then(|| Span::new(start, end))?,
    })
}

/// A moment in China: 3月5日 14:20.
pub(super) fn moment(microseconds: i64) -> String {
    let time = Timestamp::from_microsecond(microseconds).unwrap_or_default();
    let china = time.to_zoned(TimeZone::fixed(offset(8)));
    china.strftime("%-m月%-d日 %H:%M").to_string()
}

/// A probability: 87 %.
pub(super) fn percent(p: f32) -> String {
    format!("{} %", (100.0 * p).round())
}

/// The address of a provision below a consultation's desk.
pub(super) fn address(place: SectionPlace) -> String {
    format!("s/{}", place.key())
}

/// A unit's articles with how sure they are: 第三条 87 %（引用条号）.
pub(super) fn links(unit: &UnitLine) -> String {
    let one = |(article, p, why): &(_, f32, &str)| {
        let name = caifeng_app::article_names(&[*article]);
        format!("{name} {}（{why}）", percent(*p))
    };
    match unit.links.as_slice() {
        [] => "未归条".to_owned(),
        links => links.iter().map(one).collect::<Vec<_>>().join("，"),
    }
}

/// Other articles that it may mean.
pub(super) fn alternatives(unit: &UnitLine) -> String {
    let one = |(article, p): &(_, f32)| {
        let name = caifeng_app::article_names(&[*article]);
        format!("{name} {}", percent(*p))
    };
    unit.alternatives
        .iter()
        .map(one)
        .collect::<Vec<_>>()
        .join("，")
}

/// A line of history.
pub(super) struct Past {
    pub(super) number: u64,
    pub(super) when: String,
    pub(super) who: String,
    pub(super) what: &'static str,
    pub(super) words: String,
    pub(super) holds: bool,
}

impl From<(Event, bool)> for Past {
    fn from((event, holds): (Event, bool)) -> Self {
        Self {
            number: event.number,
            when: moment(event.at),
            what: event.decision.names().1,
            words: said(&event.decision),
            who: event.actor,
            holds,
        }
    }
}

/// What a decision says in words.
fn said(decision: &Decision) -> String {
    match decision {
        Decision::Aim(_, change) => {
            let names = |aim: &caifeng_domain::Aim| match aim.articles.as_slice() {
                [] => caifeng_domain::Named::chinese(aim.scope).to_owned(),
                articles => caifeng_app::article_names(articles),
            };
            format!("{} → {}", names(&change.was), names(&change.is))
        }
        Decision::Stance(_, change) => {
            let name = caifeng_domain::Named::chinese;
            format!("{} → {}", name(change.was), name(change.is))
        }
        Decision::Place { units, to, .. } => format!("{} 段 → {to}", units.len()),
        Decision::Cut(_, change) => format!("{} 段 → {} 段", change.was.len(), change.is.len()),
        Decision::Confirm(_, units) => format!("{} 段", units.len()),
        Decision::Dismiss(_, words)
        | Decision::Contest(_, words)
        | Decision::Name(_, words)
        | Decision::Wording(_, words)
        | Decision::Assign(_, words)
        | Decision::Memo(_, words)
        | Decision::Dispose(_, _, words)
        | Decision::Return(_, _, words) => words.clone(),
        Decision::Consult(points, expert, question) => {
            format!("{expert}，{} 个观点：{question}", points.len())
        }
        Decision::Transfer(_, to) => caifeng_domain::Named::chinese(*to).to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{unit_from, unit_key};

    #[test]
    fn units_are_named_as_they_are_read() {
        let key = "S-12:30-96";
        assert_eq!(unit_key(unit_from(key).unwrap()), key);
        for bad in ["", "S-12", "S-12:96-30", "S-0:1-2", "S-12:a-b", "12:1-2"] {
            assert!(unit_from(bad).is_none(), "{bad}");
        }
    }
}
