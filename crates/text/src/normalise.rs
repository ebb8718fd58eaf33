//! One written form for many, with a way back to the original.
//!
//! The steps, in this order:
//!
//! 1. Control, zero-width and directional characters go (also variation selectors and fillers).
//! 2. Compatibility normalisation (NFKC) of every base character with its marks: full-width letters
//!    and digits become half-width, `㈠` becomes `(一)`. Circled numbers stay as they are, since
//!    people write them to number their points and `①十五天` must not become `1十五天`.
//! 3. Punctuation takes its **half-width** form, the one that NFKC gives for most of it: `，` is
//!    `,`, `（` is `(`, every kind of double quotation mark is `"`, every dash is `-`, `【` is `[`.
//!    `。`, `、`, `《` and `》` have no half-width equal and stay.
//! 4. Traditional characters become simplified ones, character by character.
//! 5. A run of white space becomes one space, or one line feed where it contains a line break. At
//!    both ends of the text it goes.
//!
//! Case is kept. Normalising twice changes nothing more, and the time is linear in the text.

mod offsets;
mod simplify;

#[cfg(test)]
mod tests;

use caifeng_domain::Span;
use offsets::{Mapped, OffsetMap};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

/// A normalised text that knows where each part of it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalised {
    /// The normalised text.
    pub text: String,
    offsets: OffsetMap,
}

impl Normalised {
    /// The stretch of the original that `span` of the normalised text came from. Half a character
    /// counts as the whole; an empty span stays empty.
    #[must_use]
    pub fn original_span(&self, span: Span) -> Span {
        self.offsets.original(span)
    }

    /// The stretch of the normalised text that came from `span` of the original. Empty where all
    /// of it was removed.
    #[must_use]
    pub fn normalised_span(&self, span: Span) -> Span {
        self.offsets.normalised(span)
    }
}

/// Normalises `original` as the module describes.
#[must_use]
pub fn normalise(original: &str) -> Normalised {
    let mut chars = compose(original);
    simplify::simplify(&mut chars);
    let chars = collapse_white_space(chars);
    let (text, offsets) = offsets::build(&chars);
    Normalised { text, offsets }
}

/// What two texts share if they say the same word for word: normalised, in lower case, without
/// white space and punctuation. Emoji and other signs stay. Empty for a text of punctuation only.
#[must_use]
pub fn comparison_key(text: &str) -> String {
    let mut chars = compose(text);
    simplify::simplify(&mut chars);
    chars
        .iter()
        .map(|m| m.c)
        .filter(|&c| !c.is_whitespace() && !is_punctuation(c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether `c` is punctuation, in any width. Letters, numbers, currency and pictures are not.
#[must_use]
pub fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c,
            '\u{A1}' | '\u{A7}' | '\u{AB}' | '\u{B6}' | '\u{B7}' | '\u{BB}' | '\u{BF}'
            | '\u{2010}'..='\u{205E}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{301F}'
            | '\u{3030}' | '\u{30FB}' | '\u{FE10}'..='\u{FE6B}' | '\u{FF01}'..='\u{FF0F}'
            | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}')
}

/// Steps 1 to 3: the characters in their normal form, each with the bytes that it came from.
fn compose(original: &str) -> Vec<Mapped> {
    let mut out = Vec::with_capacity(original.len() / 3 + 8);
    let mut cluster = String::new();
    let mut source = Span::new(0, 0);
    let mut chars = original.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        // Nearly every character is plain, and the next one as well: nothing to compose.
        if let Some(normal) = alone(c)
            && chars.peek().is_none_or(|&(_, next)| alone(next).is_some())
        {
            flush(&cluster, source, &mut out);
            cluster.clear();
            out.push(Mapped::new(half_width(normal), Span::new(at, end)));
            continue;
        }
        if is_invisible(c) {
            continue;
        }
        if starts_cluster(c) {
            flush(&cluster, source, &mut out);
            cluster.clear();
            source.start = at;
        }
        cluster.push(c);
        source.end = end;
    }
    flush(&cluster, source, &mut out);
    out
}

/// The normal form of a character that composes with nothing before it. Not of all of them: only of the frequent
/// ones, for speed.
fn alone(c: char) -> Option<char> {
    match c {
        ' '..='~'
        | '\t'
        | '\n'
        | '\r'
        | '\u{2018}'..='\u{201D}'
        | '\u{2460}'..='\u{2473}'
        | '\u{3001}'..='\u{3002}'
        | '\u{3008}'..='\u{3011}'
        | '\u{4E00}'..='\u{9FFF}' => Some(c),
        // Full width.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        _ => None,
    }
}

/// Appends the normal form of one base character with its marks.
fn flush(cluster: &str, source: Span, out: &mut Vec<Mapped>) {
    let mut chars = cluster.chars();
    match (chars.next(), chars.next()) {
        (None, _) => {}
        (Some(c), None) if is_plain(c) => out.push(Mapped::new(half_width(c), source)),
        _ => out.extend(
            (cluster.nfkc().filter(|&c| !is_invisible(c)))
                .map(|c| Mapped::new(half_width(c), source)),
        ),
    }
}

/// Characters that compatibility normalisation leaves alone and that take no part in composing
/// with what stands before them. Not all of them: only the frequent ones, for speed.
fn is_plain(c: char) -> bool {
    matches!(c, '\0'..='\u{7F}' | '\u{3001}' | '\u{3002}' | '\u{4E00}'..='\u{9FFF}' | '\u{2460}'..='\u{2473}')
}

/// Whether composing can safely begin anew at `c`.
fn starts_cluster(c: char) -> bool {
    if is_plain(c) {
        return true;
    }
    // Some base characters decompose into a mark first (half-width Japanese voicing marks).
    let mut first = None;
    decompose_compatible(c, |d| {
        first.get_or_insert(d);
    });
    canonical_combining_class(first.unwrap_or(c)) == 0
}

/// Step 1: what has no width and no meaning here.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Step 3: the half-width form of punctuation that has several.
fn half_width(c: char) -> char {
    match c {
        '，' => ',',
        '“' | '”' | '„' | '‟' | '「' | '」' | '『' | '』' | '〝' | '〞' | '〟' => {
            '"'
        }
        '‘' | '’' | '‚' | '‛' | '′' | '‵' => '\'',
        '‐'..='―' | '−' | '─' | '━' | '〜' => '-',
        '【' | '〔' | '〖' => '[',
        '】' | '〕' | '〗' => ']',
        '〈' | '‹' => '<',
        '〉' | '›' => '>',
        '•' | '‧' | '・' | '∙' | '⋅' => '·',
        _ => c,
    }
}

/// Step 5.
fn collapse_white_space(chars: Vec<Mapped>) -> Vec<Mapped> {
    let mut out: Vec<Mapped> = Vec::with_capacity(chars.len());
    let mut gap: Option<Mapped> = None;
    for next in chars {
        if next.c.is_whitespace() {
            let c = if is_line_break(next.c) { '\n' } else { ' ' };
            gap = Some(match gap {
                None => Mapped { c, ..next },
                Some(so_far) => Mapped {
                    c: if c == '\n' { c } else { so_far.c },
                    source: Span::new(so_far.source.start, next.source.end),
                },
            });
        } else {
            if let Some(gap) = gap.take()
                && !out.is_empty()
            {
                out.push(gap);
            }
            out.push(next);
        }
    }
    out
}

fn is_line_break(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}
