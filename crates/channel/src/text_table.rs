//! CSV and its relatives: comma, tab or semicolon, fields quoted with `"`.

use std::collections::{BTreeMap, HashSet};

use csv::{ReaderBuilder, StringRecord};

use crate::{
    Format, Import, ImportError, Mapping,
    encoding::Decoded,
    limits::{MAX_COLUMNS, MAX_HEADER_ROWS, MAX_ROWS},
    table::{self, TableRow},
};

/// In the order of preference when several fit equally.
const DELIMITERS: [u8; 3] = [b',', b'\t', b';'];

/// Reads with the delimiter under which the header row names most fields.
pub(crate) fn read(decoded: &Decoded, mapping: Option<&Mapping>) -> Result<Import, ImportError> {
    let fields = |delimiter: &u8| {
        let head = rows(decoded, *delimiter, MAX_HEADER_ROWS);
        match table::find_header(&head) {
            Some((_, score)) => (score, 0),
            // Without a header that says anything: the delimiter that there is.
            None => (0, head.iter().map(|row| row.cells.len()).max().unwrap_or(0)),
        }
    };
    let best = DELIMITERS
        .into_iter()
        .rev()
        .max_by_key(fields)
        .unwrap_or(b',');
    // One more than fits, so that an overlong file is seen to be one.
    let limit = MAX_HEADER_ROWS + MAX_ROWS + 1;
    let rows = rows(decoded, best, limit);
    table::read(rows, Format::Csv, decoded.encoding, mapping)
}

fn rows(decoded: &Decoded, delimiter: u8, limit: usize) -> Vec<TableRow> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(decoded.text.as_bytes());
    let bad: HashSet<u32> = decoded.bad_lines.iter().copied().collect();
    let mut rows = Vec::new();
    let mut record = StringRecord::new();
    // Reading from memory, and text that is valid UTF-8: the only errors left are none.
    while rows.len() < limit && reader.read_record(&mut record).unwrap_or(false) {
        let start = record
            .position()
            .map_or(1, |at| first_line(&decoded.text, at));
        let end = reader.position().line().max(start + 1);
        let lines = start as u32..end as u32;
        let damaged = !bad.is_empty() && lines.clone().any(|line| bad.contains(&line));
        let row = TableRow {
            line: lines.start,
            cells: cells(&record),
            damage: damaged.then_some("有无法识别的字节，文字编码可能损坏"),
        };
        if !row.is_blank() {
            rows.push(row);
        }
    }
    rows
}

/// Line of a record's first character: the reader skips blank lines, its position does not.
fn first_line(text: &str, at: &csv::Position) -> u64 {
    let rest = &text.as_bytes()[at.byte() as usize..];
    let skipped = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n'));
    at.line() + skipped.filter(|b| **b == b'\n').count() as u64
}

fn cells(record: &StringRecord) -> BTreeMap<usize, String> {
    let cells = record.iter().take(MAX_COLUMNS).enumerate();
    cells
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(at, cell)| (at, cell.to_owned()))
        .collect()
}
