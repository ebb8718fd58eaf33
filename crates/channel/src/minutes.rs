//! Minutes of a meeting (座谈会记录): who said what, as a proposal for somebody to review.
//!
//! [`read`] takes docx or text. It finds the head (what, when, where, how many) and every speaker's
//! turns: `张某某（居民）：…`, `1. 李某：`, `社区书记赵某认为，…`, over as many paragraphs as they go
//! on. **Invariant.** Every line of the minutes that says something is in the head, in a speech or
//! in [`Minutes::rest`], so that the reviewer sees what was not understood.
//!
//! ```
//! let file = "湖泊条例座谈会\n时间：2026年9月3日\n张某某（居民）：第三条太长。\n还应多种树。\n";
//! let minutes = caifeng_channel::minutes::read(file.as_bytes())?;
//! assert_eq!(minutes.head.date.as_deref(), Some("2026-09-03"));
//! let speech = &minutes.speeches[0];
//! assert_eq!(speech.role.as_deref(), Some("居民"));
//! assert_eq!(speech.span.of(&minutes.text), "第三条太长。\n还应多种树。");
//! # Ok::<(), caifeng_channel::minutes::MinutesError>(())
//! ```

mod docx;
mod file;
mod head;
mod name;
mod speaker;

use caifeng_domain::{Channel, Span, Submission, Submitter};

pub use file::MinutesError;
pub use head::Head;

/// Minutes, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minutes {
    /// The text, one paragraph a line; cells of a table row are apart by tabs.
    pub text: String,
    /// What stands in front.
    pub head: Head,
    /// What was said, in order. One person may speak several times.
    pub speeches: Vec<Speech>,
    /// Lines that belong to neither, in order.
    pub rest: Vec<Span>,
}

/// One turn of one speaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speech {
    /// The name as the minutes have it. None where they only have a role (居民代表：).
    pub name: Option<String>,
    /// The speaker's role, where it is given: here or in the list of those present.
    pub role: Option<String>,
    /// Whether this is who led the meeting, whose words are hardly ever an opinion.
    pub host: bool,
    /// What was said, of [`Minutes::text`].
    pub span: Span,
}

impl Minutes {
    /// The speeches of all but the host, as submissions to be reviewed.
    #[must_use]
    pub fn submissions(&self) -> Vec<Submission> {
        let speeches = self.speeches.iter().filter(|speech| !speech.host);
        let submission = |speech: &Speech| Submission {
            external_id: None,
            channel: Channel::Meeting,
            station: None,
            submitted_at: self.head.date.as_deref().and_then(crate::date::parse),
            article_hint: None,
            submitter: Submitter {
                name: speech.name.clone(),
                identity: speech.role.clone(),
                ..Submitter::default()
            },
            text: speech.span.of(&self.text).to_owned(),
        };
        speeches.map(submission).collect()
    }
}

/// Reads minutes: docx, or text in UTF-8, UTF-16 or GB18030.
pub fn read(bytes: &[u8]) -> Result<Minutes, MinutesError> {
    file::text(bytes).map(parse)
}

/// Takes the text of minutes apart.
fn parse(text: String) -> Minutes {
    let mut reader = Reader::default();
    let mut start = 0;
    for line in text.split('\n') {
        let span = Span::new(start, start + line.len()).trimmed(&text, |_| false);
        if !span.is_empty() {
            reader.line(&text, span);
        }
        start += line.len() + 1;
    }
    reader.close();
    Minutes {
        text,
        head: reader.head.finish(),
        speeches: reader.speeches,
        rest: reader.rest,
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    head: head::HeadReader,
    /// The turn that is going on, and the line of its label.
    open: Option<(Speech, Span)>,
    speeches: Vec<Speech>,
    rest: Vec<Span>,
}

impl Reader {
    fn line(&mut self, text: &str, mut span: Span) {
        let begun = self.open.is_some() || !self.speeches.is_empty();
        if !begun {
            let taken = self.head.line(span.of(text));
            span = Span::new(span.start + taken, span.end).trimmed(text, |_| false);
            if span.is_empty() {
                return;
            }
        }
        let line = span.of(text);
        if let Some(label) = speaker::label(line, self.head.present()) {
            self.close();
            let words = Span::new(span.start + label.length, span.end).trimmed(text, |_| false);
            let speech = Speech {
                name: label.name,
                role: label.role,
                host: label.host,
                span: words,
            };
            self.open = Some((speech, span));
        } else if speaker::ends_speeches(line) {
            self.close();
            self.rest.push(span);
        } else if let Some((speech, _)) = &mut self.open {
            if speech.span.is_empty() {
                speech.span = span;
            }
            speech.span.end = span.end;
        } else if begun || !self.head.sentence(line) {
            self.rest.push(span);
        }
    }

    /// Ends the turn that is going on. A label that nothing follows is no speech.
    fn close(&mut self) {
        match self.open.take() {
            Some((speech, _)) if !speech.span.is_empty() => self.speeches.push(speech),
            Some((_, line)) => self.rest.push(line),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests;
