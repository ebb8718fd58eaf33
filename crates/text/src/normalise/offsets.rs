//! The way between a text and its normal form.

use caifeng_domain::Span;

/// A character of the normal form and the bytes of the original that it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mapped {
    pub(super) c: char,
    pub(super) source: Span,
}

impl Mapped {
    pub(super) const fn new(c: char, source: Span) -> Self {
        Self { c, source }
    }
}

/// Pieces in the order of both texts. What lies between two pieces of the original was removed;
/// the normal form has no such holes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct OffsetMap {
    pieces: Vec<Piece>,
}

/// A stretch of the normal form and where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    normalised: Span,
    original: Span,
    /// Byte `i` of one is byte `i` of the other. Otherwise the piece counts only as a whole.
    parallel: bool,
}

/// Writes out the text and the map for `chars`, which stand in the order of the original.
/// Characters that came from the same bytes follow each other.
pub(super) fn build(chars: &[Mapped]) -> (String, OffsetMap) {
    let mut text = String::with_capacity(chars.len() * 3);
    let mut pieces: Vec<Piece> = Vec::new();
    for m in chars {
        let at = text.len();
        text.push(m.c);
        let normalised = Span::new(at, text.len());
        let parallel = normalised.len() == m.source.len();
        match pieces.last_mut() {
            Some(last) if last.original.contains(m.source) => {
                // One original character gave several, or several gave several.
                last.normalised.end = normalised.end;
                last.parallel = false;
            }
            Some(last) if parallel && last.parallel && last.original.end == m.source.start => {
                last.normalised.end = normalised.end;
                last.original.end = m.source.end;
            }
            _ => pieces.push(Piece {
                normalised,
                original: m.source,
                parallel,
            }),
        }
    }
    (text, OffsetMap { pieces })
}

impl OffsetMap {
    pub(super) fn original(&self, span: Span) -> Span {
        self.translate(span, |p| (p.normalised, p.original))
    }

    pub(super) fn normalised(&self, span: Span) -> Span {
        self.translate(span, |p| (p.original, p.normalised))
    }

    /// Carries `span` from the first side that `sides` gives to the second.
    fn translate(&self, span: Span, sides: impl Fn(&Piece) -> (Span, Span)) -> Span {
        // The first piece that ends behind the start, and the last that begins before the end.
        let first = (self.pieces).partition_point(|p| sides(p).0.end <= span.start);
        let behind = (self.pieces).partition_point(|p| sides(p).0.start < span.end);
        let Some(piece) = self.pieces.get(first) else {
            let end = self.pieces.last().map_or(0, |p| sides(p).1.end);
            return Span::new(end, end);
        };
        let (from, to) = sides(piece);
        let start = if piece.parallel {
            to.start + span.start.saturating_sub(from.start)
        } else {
            to.start
        };
        if span.is_empty() || behind <= first {
            return Span::new(start, start);
        }
        let piece = &self.pieces[behind - 1];
        let (from, to) = sides(piece);
        let end = if piece.parallel {
            to.start + (span.end - from.start).min(to.len())
        } else {
            to.end
        };
        Span::new(start, end)
    }
}
