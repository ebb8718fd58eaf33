//! From the named cells of a line to a submission, the same for every format.

use std::collections::{HashMap, HashSet};

use caifeng_domain::{ArticleNo, Channel, Submission, Submitter};
use sha2::{Digest, Sha256};

use crate::{
    ColumnMapping, Field, Format, Import, ImportError, Row, RowError, article, channels, date,
    limits::{MAX_RAW_CHARS, MAX_ROWS, MAX_TEXT_CHARS},
};

/// One line, its cells named.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// Line or row, from 1.
    pub line: u32,
    /// Non-empty cells in the order of the columns.
    pub cells: Vec<(Field, String)>,
    /// The line as an error would repeat it.
    pub raw: String,
}

/// What is wrong with a line: the column, if it is one, and the complaint without the line number.
pub(crate) struct Fault(pub Option<Field>, pub String);

/// Gathers rows and errors of one file.
pub(crate) struct Collector {
    source: String,
    default_channel: Channel,
    rows: Vec<Row>,
    errors: Vec<RowError>,
    ids: HashSet<String>,
    occurrences: HashMap<String, u32>,
}

impl Collector {
    /// A collector for a file of `source`, whose rows are of `default_channel` where they do not
    /// say otherwise.
    pub(crate) fn new(source: String, default_channel: Channel) -> Self {
        Self {
            source,
            default_channel,
            rows: Vec::new(),
            errors: Vec::new(),
            ids: HashSet::new(),
            occurrences: HashMap::new(),
        }
    }

    /// An error once the file has more lines than can be held.
    pub(crate) fn check_room(&self) -> Result<(), ImportError> {
        if self.rows.len() + self.errors.len() < MAX_ROWS {
            Ok(())
        } else {
            Err(ImportError::TooManyRows { max: MAX_ROWS })
        }
    }

    /// Takes a line in, as a row or as an error.
    pub(crate) fn add(&mut self, record: Record) {
        let (line, raw) = (record.line, record.raw.clone());
        match submission(record, self.default_channel) {
            Ok(submission) => self.add_row(line, submission),
            Err(Fault(field, complaint)) => {
                self.reject(line, &complaint, &raw);
                if let Some(error) = self.errors.last_mut() {
                    error.column = field.map(|f| f.label().to_owned());
                }
            }
        }
    }

    /// Notes a line that cannot be read at all.
    pub(crate) fn reject(&mut self, line: u32, complaint: &str, raw: &str) {
        self.errors.push(RowError {
            line,
            column: None,
            message: format!("第{line}行：{complaint}"),
            raw: shortened(raw),
        });
    }

    /// The file, read.
    pub(crate) fn finish(
        self,
        format: Format,
        encoding: &'static str,
        columns: Vec<ColumnMapping>,
    ) -> Import {
        Import {
            format,
            encoding,
            source: self.source,
            columns,
            preview: Vec::new(),
            rows: self.rows,
            errors: self.errors,
            skipped_sheets: Vec::new(),
        }
    }

    fn add_row(&mut self, line: u32, mut submission: Submission) {
        // A number column that repeats itself (tables pasted under each other) is no identity.
        submission.external_id = submission
            .external_id
            .filter(|id| self.ids.insert(id.clone()));
        let content = fingerprint(&self.source, &submission, 0);
        let occurrence = self.occurrences.entry(content).or_default();
        *occurrence += 1;
        let fingerprint = fingerprint(&self.source, &submission, *occurrence);
        self.rows.push(Row {
            line,
            fingerprint,
            submission,
        });
    }
}

/// What a line says.
pub(crate) fn submission(record: Record, default_channel: Channel) -> Result<Submission, Fault> {
    let mut submission = Submission {
        external_id: None,
        channel: default_channel,
        station: None,
        submitted_at: None,
        article_hint: None,
        submitter: Submitter::default(),
        text: String::new(),
    };
    let (mut texts, mut reasons, mut provision) = (Vec::new(), Vec::new(), None);
    for (field, cell) in record.cells {
        if cell.contains('\0') {
            return Err(Fault(
                Some(field),
                format!("{}里有空字符（NUL）", field.label()),
            ));
        }
        let value = Some(cell.trim().to_owned());
        match field {
            Field::Text | Field::Answer => texts.push(cell),
            Field::Reason => reasons.push(cell),
            Field::ArticleHint => {
                let hint = article::parse(&cell);
                submission.article_hint = hint.article.or(submission.article_hint);
                provision = hint.says_more.then_some(cell).or(provision);
            }
            Field::Channel => submission.channel = channel(&cell)?,
            Field::SubmittedAt => submission.submitted_at = Some(time(&cell)?),
            Field::Id => submission.external_id = value,
            Field::Station => submission.station = value,
            Field::Name => submission.submitter.name = value,
            Field::Phone => submission.submitter.phone = value,
            Field::Identity => submission.submitter.identity = value,
            Field::Region => submission.submitter.region = value,
        }
    }
    submission.text = whole_text(&texts, reasons, provision, submission.article_hint)?;
    Ok(submission)
}

/// The opinion. Where a table spreads it over several cells (what, why, on which paragraph), they
/// are put on lines of one text, so that no word is lost.
fn whole_text(
    texts: &[String],
    reasons: Vec<String>,
    provision: Option<String>,
    article: Option<ArticleNo>,
) -> Result<String, Fault> {
    let opinion = texts.join("\n");
    if opinion.trim().is_empty() && reasons.is_empty() {
        let what = match (provision, article) {
            (None, None) => "意见内容为空",
            _ => "只填了条款，意见内容为空",
        };
        return Err(Fault(Some(Field::Text), what.to_owned()));
    }
    let reasons = reasons.into_iter().map(|reason| {
        let labelled = reason.trim_start().starts_with("理由");
        if labelled {
            reason
        } else {
            format!("理由：{reason}")
        }
    });
    let opinion = Some(opinion).filter(|opinion| !opinion.is_empty());
    let parts: Vec<String> = provision
        .into_iter()
        .chain(opinion)
        .chain(reasons)
        .collect();
    let text = parts.join("\n");
    let chars = text.chars().count();
    if chars > MAX_TEXT_CHARS {
        let complaint = format!("意见内容有 {chars} 字，超过上限 {MAX_TEXT_CHARS} 字，请拆成几条");
        return Err(Fault(Some(Field::Text), complaint));
    }
    Ok(text)
}

fn channel(cell: &str) -> Result<Channel, Fault> {
    channels::parse(cell).ok_or_else(|| {
        let (cell, allowed) = (shortened(cell), channels::allowed());
        Fault(
            Some(Field::Channel),
            format!("渠道“{cell}”不认识，可以填：{allowed}"),
        )
    })
}

fn time(cell: &str) -> Result<String, Fault> {
    let serial = || cell.trim().parse().ok().and_then(date::from_serial);
    date::parse(cell).or_else(serial).ok_or_else(|| {
        let complaint = format!(
            "提交时间“{}”看不懂，请写成 2026-09-03、2026/09/03 12:00 或 2026年9月3日",
            shortened(cell)
        );
        Fault(Some(Field::SubmittedAt), complaint)
    })
}

/// Digest of what makes a row itself, 32 hex digits. `occurrence` tells apart rows of one file that
/// agree in everything.
///
/// Name and telephone enter by a single byte of their digest: enough to keep two senders of one
/// form letter apart, too little to find a person from the fingerprint once the identity has been
/// deleted.
fn fingerprint(source: &str, submission: &Submission, occurrence: u32) -> String {
    let Submission {
        external_id,
        channel,
        station,
        submitted_at,
        article_hint,
        submitter,
        text,
    } = submission;
    let mut sender = Sha256::new();
    for part in [&submitter.name, &submitter.phone] {
        put(&mut sender, part.as_deref().unwrap_or_default());
    }
    let mut digest = Sha256::new();
    digest.update([sender.finalize()[0], *channel as u8]);
    digest.update(occurrence.to_le_bytes());
    put(&mut digest, source);
    for part in [
        external_id,
        station,
        submitted_at,
        &submitter.identity,
        &submitter.region,
    ] {
        put(&mut digest, part.as_deref().unwrap_or_default());
    }
    put(
        &mut digest,
        &article_hint.map(|a| a.to_string()).unwrap_or_default(),
    );
    put(&mut digest, text);
    hex(&digest.finalize()[..16])
}

/// Adds a part with its length, so that neighbouring parts cannot run into each other.
fn put(digest: &mut Sha256, part: &str) {
    digest.update((part.len() as u64).to_le_bytes());
    digest.update(part);
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The start of `raw`, on one line.
pub(crate) fn shortened(raw: &str) -> String {
    let mut chars = raw.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = chars.by_ref().take(MAX_RAW_CHARS).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}
