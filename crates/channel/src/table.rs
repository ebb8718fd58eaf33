//! Rows of cells to submissions, the same for CSV and workbooks.

use std::collections::BTreeMap;

use caifeng_domain::{Channel, Submission};
use sha2::{Digest, Sha256};

use crate::{
    ColumnMapping, Field, Format, Import, ImportError, Mapping, header,
    header::Meaning,
    limits::{MAX_CELL_BYTES, MAX_HEADER_ROWS},
    questionnaire,
    record::{self, Collector, Record, hex, shortened},
};

/// Rows that somebody sees who chooses what the columns are.
const PREVIEW_ROWS: usize = 3;

/// One row of a table.
#[derive(Debug, Default)]
pub(crate) struct TableRow {
    /// Line or row, from 1.
    pub line: u32,
    /// TableRow by column; columns from 0.
    pub cells: BTreeMap<usize, String>,
    /// Why its content cannot be trusted.
    pub damage: Option<&'static str>,
}

impl TableRow {
    /// Whether no cell holds anything.
    pub(crate) fn is_blank(&self) -> bool {
        self.cells.values().all(|cell| cell.trim().is_empty())
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.cells.values().map(String::as_str)
    }
}

/// The row that names most fields among the first ones, and how many it names.
pub(crate) fn find_header(rows: &[TableRow]) -> Option<(usize, usize)> {
    let searched = rows.iter().take(MAX_HEADER_ROWS).enumerate();
    let scores = searched.map(|(at, row)| (at, header::score(row.texts())));
    // The earliest of the best: a row of data may happen to look like a header too.
    scores
        .rev()
        .max_by_key(|(_, score)| *score)
        .filter(|(_, score)| *score > 0)
}

/// Reads the rows below the header.
pub(crate) fn read(
    rows: Vec<TableRow>,
    format: Format,
    encoding: &'static str,
    mapping: Option<&Mapping>,
) -> Result<Import, ImportError> {
    let header_at = match mapping {
        Some(mapping) => mapping.header_row(&rows),
        None => find_header(&rows).map(|(at, _)| at),
    };
    let Some(header_at) = header_at else {
        return Err(match rows.iter().find(|row| !row.is_blank()) {
            None => ImportError::Empty,
            Some(first) if first.damage.is_some() => ImportError::Encoding { line: first.line },
            Some(first) => ImportError::NoHeader {
                searched: rows.len().min(MAX_HEADER_ROWS),
                first: shortened(&first.texts().collect::<Vec<_>>().join(" | ")),
            },
        });
    };
    let mut rows = rows.into_iter().skip(header_at);
    let header = rows.next().unwrap_or_default();
    let questionnaire = header::is_questionnaire(header.texts());
    let (columns, channel) = if questionnaire {
        let columns = columns(&header, said(mapping, header::question_meaning));
        (columns, Channel::Questionnaire)
    } else {
        (
            columns(&header, said(mapping, header::meaning)),
            Channel::Platform,
        )
    };
    let mut preview = Vec::new();
    let mut bytes = 0;
    let mut collector = Collector::new(source(&header), channel);
    for row in rows.filter(|row| !row.is_blank()) {
        collector.check_room()?;
        if preview.len() < PREVIEW_ROWS {
            preview.push(shown(&columns, &row));
        }
        let record = record(&columns, row.line, row.cells, questionnaire);
        bytes += record.cells.iter().map(|(_, c)| c.len()).sum::<usize>();
        if bytes > MAX_CELL_BYTES {
            // Answers with their questions are longer than the file.
            let max = MAX_CELL_BYTES as u64;
            return Err(ImportError::TooLargeUnpacked { max });
        }
        match row.damage {
            Some(damage) => collector.reject(row.line, damage, &record.raw),
            None => collector.add(record),
        }
    }
    let mappings = columns.into_values().collect();
    Ok(Import {
        preview,
        ..collector.finish(format, encoding, mappings)
    })
}

/// What somebody says a header means, or else what it says itself. What is dropped stays dropped.
fn said(mapping: Option<&Mapping>, meaning: impl Fn(&str) -> Meaning) -> impl Fn(&str) -> Meaning {
    move |header| match meaning(header) {
        Meaning::Dropped => Meaning::Dropped,
        known => mapping.and_then(|m| m.meaning(header)).unwrap_or(known),
    }
}

/// The cells of a row as somebody who chooses columns sees them.
fn shown(columns: &BTreeMap<usize, ColumnMapping>, row: &TableRow) -> Vec<String> {
    let cell = |(at, column): (&usize, &ColumnMapping)| match row.cells.get(at) {
        Some(cell) if !column.dropped => shortened(cell),
        _ => String::new(),
    };
    columns.iter().map(cell).collect()
}

/// One answer to a questionnaire: its questions and what was answered, by the same numbers.
pub(crate) fn answer(
    questions: BTreeMap<usize, String>,
    answers: BTreeMap<usize, String>,
) -> Result<Submission, String> {
    let header = TableRow {
        cells: questions,
        ..TableRow::default()
    };
    let columns = columns(&header, header::question_meaning);
    let record = record(&columns, 1, answers, true);
    record::submission(record, Channel::Questionnaire).map_err(|fault| fault.1)
}

fn columns(header: &TableRow, meaning: impl Fn(&str) -> Meaning) -> BTreeMap<usize, ColumnMapping> {
    let mut taken = Vec::new();
    let mut column = |name: &String| {
        let meaning = meaning(name);
        let field = match meaning {
            // Opinions may have several columns; of any other field the first column is the one.
            Meaning::Field(field @ (Field::Text | Field::Reason | Field::Answer)) => Some(field),
            Meaning::Field(field) if !taken.contains(&field) => {
                taken.push(field);
                Some(field)
            }
            _ => None,
        };
        ColumnMapping {
            header: name.clone(),
            field,
            dropped: meaning == Meaning::Dropped,
        }
    };
    let named = header
        .cells
        .iter()
        .filter(|(_, name)| !name.trim().is_empty());
    named.map(|(at, name)| (*at, column(name))).collect()
}

fn record(
    columns: &BTreeMap<usize, ColumnMapping>,
    line: u32,
    cells: BTreeMap<usize, String>,
    questionnaire: bool,
) -> Record {
    let mut record = Record {
        line,
        ..Record::default()
    };
    for (at, cell) in cells {
        let column = columns.get(&at);
        if cell.trim().is_empty() || column.is_some_and(|c| c.dropped) {
            continue;
        }
        if !record.raw.is_empty() {
            record.raw.push_str(" | ");
        }
        record.raw.push_str(&shortened(&cell));
        let Some((header, field)) = column.and_then(|c| Some((&c.header, c.field?))) else {
            continue;
        };
        if !questionnaire {
            record.cells.push((field, cell));
        } else if let Some(cell) = questionnaire::readable(header, field, cell) {
            record.cells.push((field, cell));
        }
    }
    record
}

/// The same form has the same header row, whatever the file is called.
fn source(header: &TableRow) -> String {
    let mut digest = Sha256::new();
    for cell in header.texts() {
        digest.update(cell.trim());
        digest.update([0]);
    }
    format!("table:{}", hex(&digest.finalize()[..6]))
}
