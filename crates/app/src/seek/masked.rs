//! Hits as they may be seen: personal data masked, and no word shown as found that lies in it.

use caifeng_domain::{PersonalData, Span};
use caifeng_search::{Hit, Kind, Reason};
use caifeng_text::personal;

use super::Sought;
use crate::catalogue::Listed;

/// A stretch of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its words.
    pub text: String,
    /// Whether the query asked for them.
    pub is_marked: bool,
}

/// The hit without what is nobody's business. None where nothing but personal data was found.
pub(super) fn shown(listed: &Listed, hit: Hit, data: &[PersonalData]) -> Option<Sought> {
    let document = hit.document;
    let is_free = |span: &&Span| data.iter().all(|data| !overlap(data.span, **span));
    let reason = match hit.reason {
        Reason::Words(_) => {
            let free = hit.highlights.iter().filter(is_free);
            let mut words: Vec<String> = free.map(|h| h.of(&document.text).to_owned()).collect();
            words.sort();
            words.dedup();
            Some(Reason::Words(words)).filter(|reason| *reason != Reason::Words(Vec::new()))?
        }
        other => other,
    };
    let mut articles: Vec<_> = document
        .parts
        .iter()
        .flat_map(|p| p.articles.clone())
        .collect();
    articles.sort_unstable();
    articles.dedup();
    let mut points: Vec<_> = document
        .parts
        .iter()
        .filter_map(|part| part.point)
        .collect();
    points.sort_unstable();
    points.dedup();
    let marked: Vec<Span> = hit
        .snippet
        .highlights
        .iter()
        .filter(is_free)
        .copied()
        .collect();
    let key = match (document.kind, articles.first()) {
        (Kind::Article, Some(number)) => number.to_string(),
        _ => document.key,
    };
    Some(Sought {
        kind: document.kind,
        slug: listed.consultation.slug.clone(),
        consultation: listed.consultation.title.clone(),
        key,
        heading: document.title,
        articles,
        points,
        channel: document.channel,
        station: document.station,
        date: document.date,
        status: document.status,
        reason,
        pieces: pieces(&document.text, hit.snippet.span, &marked, data),
        is_cut: hit.snippet.span.len() < document.text.len(),
        text: personal::redact(&document.text, data),
        cited: Vec::new(),
    })
}

/// The stretch of `text` in pieces: what is `marked`, and the rest with `data` masked.
fn pieces(text: &str, stretch: Span, marked: &[Span], data: &[PersonalData]) -> Vec<Piece> {
    let masks = personal::replacements(text, data).into_iter();
    let masks = masks.filter(|(span, _)| overlap(*span, stretch));
    let mut special: Vec<(Span, Piece)> = masks
        .map(|(span, text)| {
            (
                span,
                Piece {
                    text,
                    is_marked: false,
                },
            )
        })
        .collect();
    special.extend(marked.iter().map(|span| {
        let text = span.of(text).to_owned();
        (
            *span,
            Piece {
                text,
                is_marked: true,
            },
        )
    }));
    special.sort_by_key(|(span, _)| *span);
    let mut out: Vec<Piece> = Vec::new();
    let plain = |out: &mut Vec<Piece>, from: usize, to: usize| {
        if from < to {
            let text = Span::new(from, to).of(text).to_owned();
            out.push(Piece {
                text,
                is_marked: false,
            });
        }
    };
    let mut at = stretch.start;
    for (span, piece) in special {
        plain(&mut out, at, span.start);
        out.push(piece);
        at = span.end;
    }
    plain(&mut out, at, stretch.end);
    out
}

fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

#[cfg(test)]
mod tests {
    use caifeng_domain::Span;
    use caifeng_text::personal;

    use super::pieces;

    #[test]
    fn masks_and_marks_stand_in_their_places() {
        let text = "我叫王建国，电话13800000001，停车难。";
        let data = personal::find(text, &[]);
        let at = text.find("停车").unwrap();
        let all = Span::new(0, text.len());
        let shown = pieces(text, all, &[Span::new(at, at + 6)], &data);
        let words: Vec<(&str, bool)> = shown.iter().map(|p| (&*p.text, p.is_marked)).collect();
        assert_eq!(
            words,
            [
                ("我叫", false),
                ("王某某", false),
                ("，电话", false),
                ("138****0001", false),
                ("，", false),
                ("停车", true),
                ("难。", false),
            ]
        );
        // A stretch that ends within a number shows no digit of it.
        let cut = Span::new(0, text.find("0001").unwrap());
        let shown: String = pieces(text, cut, &[], &data)
            .into_iter()
            .map(|p| p.text)
            .collect();
        assert_eq!(shown, "我叫王某某，电话138****0001");
    }
}
