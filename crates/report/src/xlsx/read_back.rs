//! 汇总表 as it comes back with 采纳情况 and 理由 filled in.
//!
//! Rows may have been sorted, filtered, deleted; columns moved or added. What counts is the head of
//! each column and the hidden number of the point.

use std::{
    collections::BTreeMap,
    io::{self, Cursor, Read as _},
};

use caifeng_domain::PointId;
use calamine::{Data, Range, Reader as _, Xlsx};
use zip::ZipArchive;

use super::points::{DISPOSITION, KEY, REASON, SHEET};
use crate::ReportError;

/// Bytes that a workbook may unfold to.
const MAX_UNPACKED: u64 = 256 << 20;
/// Rows among which the header is looked for.
const HEADER_WITHIN: usize = 10;

/// What a table that came back says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBack {
    /// Short name of the consultation that it was made for.
    pub consultation: String,
    /// Every point of it, in its order, filled in or not.
    pub rows: Vec<Filled>,
    /// Rows that say nothing usable.
    pub faults: Vec<RowFault>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// The row in the sheet, from 1.
    pub row: usize,
    /// The point.
    pub point: PointId,
    /// 采纳情况: the word as it stands there, none where the cell is empty.
    pub disposition: Option<String>,
    /// Its reason.
    pub reason: Option<String>,
}

/// What is wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The row in the sheet, from 1.
    pub row: usize,
    /// What is wrong, in Chinese.
    pub message: String,
}

/// Reads the table of [`super::to_xlsx`] with what was filled in. Only the words that `offered` has
/// are dispositions.
pub fn read_back(bytes: &[u8], offered: &[String]) -> Result<ReadBack, ReportError> {
    check_size(bytes)?;
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes))
        .map_err(|e: calamine::XlsxError| wrong(&e))?;
    let sheet = book.worksheet_range(SHEET).map_err(|e| wrong(&e))?;
    let (header, columns) = header(&sheet)?;
    let first = sheet.start().map_or(0, |(row, _)| row as usize);
    let mut out = ReadBack {
        consultation: columns.consultation.clone(),
        rows: Vec::new(),
        faults: Vec::new(),
    };
    let mut seen: BTreeMap<PointId, usize> = BTreeMap::new();
    for (at, cells) in sheet.rows().enumerate().skip(header + 1) {
        let row = first + at + 1;
        match read_row(cells, &columns, offered) {
            Ok(None) => {}
            Err(message) => out.faults.push(RowFault { row, message }),
            Ok(Some((point, disposition, reason))) => match seen.insert(point, row) {
                Some(before) => out.faults.push(RowFault {
                    row,
                    message: format!("观点 {point} 在第 {before} 行已经出现"),
                }),
                None => out.rows.push(Filled {
                    row,
                    point,
                    disposition,
                    reason,
                }),
            },
        }
    }
    Ok(out)
}

fn wrong(error: &dyn ToString) -> ReportError {
    ReportError::NotOurTable {
        detail: error.to_string(),
    }
}

/// Refuses what unfolds beyond measure, by unpacking it into nothing: declared sizes may lie.
fn check_size(bytes: &[u8]) -> Result<(), ReportError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| wrong(&e))?;
    let mut left = MAX_UNPACKED;
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(|e| wrong(&e))?;
        let unpacked =
            io::copy(&mut file.take(left + 1), &mut io::sink()).map_err(|e| wrong(&e))?;
        left = (left.checked_sub(unpacked)).ok_or_else(|| wrong(&"too large when unpacked"))?;
    }
    Ok(())
}

struct Columns {
    consultation: String,
    key: usize,
    disposition: usize,
    reason: usize,
}

/// The header's row and what stands where.
fn header(sheet: &Range<Data>) -> Result<(usize, Columns), ReportError> {
    for (at, cells) in sheet.rows().enumerate().take(HEADER_WITHIN) {
        let names: Vec<String> = cells.iter().map(text).collect();
        let column = |name: &str| names.iter().position(|found| found == name);
        let key = names.iter().position(|name| name.starts_with(KEY));
        if let (Some(key), Some(disposition), Some(reason)) =
            (key, column(DISPOSITION), column(REASON))
        {
            let columns = Columns {
                consultation: names[key][KEY.len()..].to_owned(),
                key,
                disposition,
                reason,
            };
            return Ok((at, columns));
        }
    }
    Err(wrong(&"no header row with the point numbers and 采纳情况"))
}

fn text(cell: &Data) -> String {
    cell.to_string().trim().to_owned()
}

type Said = (PointId, Option<String>, Option<String>);

/// None: an empty row.
fn read_row(cells: &[Data], columns: &Columns, offered: &[String]) -> Result<Option<Said>, String> {
    let cell = |column: usize| cells.get(column).map(text).filter(|text| !text.is_empty());
    let (key, disposition, reason) = (
        cell(columns.key),
        cell(columns.disposition),
        cell(columns.reason),
    );
    let Some(key) = key else {
        return if disposition.is_none() && reason.is_none() {
            Ok(None)
        } else {
            Err("缺少观点编号，无法对应，请从导出的表中重新填写这一行".to_owned())
        };
    };
    let point = key
        .parse()
        .map_err(|_| format!("观点编号 {key} 无法识别"))?;
    match &disposition {
        Some(word) if !offered.contains(word) => Err(format!(
            "采纳情况“{word}”不在可选范围：{}",
            offered.join("、")
        )),
        None if reason.is_some() => Err("填了理由但没有填采纳情况".to_owned()),
        _ => Ok(Some((point, disposition, reason))),
    }
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::Workbook;

    use super::{Filled, RowFault, read_back};
    use crate::{Disposition, Report, ReportError, sample, to_xlsx};

    fn offered() -> Vec<String> {
        sample::report().dispositions
    }

    #[test]
    fn what_was_exported_comes_back() {
        let report = sample::report();
        let back = read_back(&to_xlsx(&report).unwrap(), &offered()).unwrap();
        assert_eq!(back.consultation, "yunze");
        assert_eq!(back.faults, []);
        let points = report.sections.iter().flat_map(|s| &s.points);
        let want: Vec<Filled> = (4..)
            .zip(points)
            .map(|(row, point)| Filled {
                row,
                point: point.id,
                disposition: point.disposition.as_ref().map(|d| d.word.clone()),
                reason: point.disposition.as_ref().and_then(|d| d.reason.clone()),
            })
            .collect();
        assert_eq!(back.rows, want);
    }

    /// As staff would: sorted, with a column of their own, one row of their own.
    #[test]
    fn a_table_that_was_worked_on_is_read_by_its_heads_and_numbers() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.set_name("汇总表").unwrap();
        let rows = [
            [
                "备注",
                "采纳情况的理由",
                "观点编号（请勿改动）：yunze",
                "采纳情况",
            ],
            ["甲", "理由乙", "P-7", "未采纳"],
            ["", "", "P-3", " 采纳 "],
            ["", "", "P-4", ""],
            ["", "", "P-3", "采纳"],
            ["", "", "七", "采纳"],
            ["", "", "P-9", "或许"],
            ["", "只有理由", "P-10", ""],
            ["", "", "", "采纳"],
            ["", "", "", ""],
        ];
        for (row, cells) in (0u32..).zip(rows) {
            for (column, cell) in (0u16..).zip(cells) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
        let back = read_back(&book.save_to_buffer().unwrap(), &offered()).unwrap();
        let filled: Vec<_> = (back.rows.iter())
            .map(|f| {
                (
                    f.row,
                    f.point.get(),
                    f.disposition.as_deref(),
                    f.reason.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            filled,
            [
                (2, 7, Some("未采纳"), Some("理由乙")),
                (3, 3, Some("采纳"), None),
                (4, 4, None, None),
            ]
        );
        let faults: Vec<_> = back.faults.iter().map(|f: &RowFault| f.row).collect();
        assert_eq!(faults, [5, 6, 7, 8, 9]);
        assert!(back.faults[0].message.contains("第 3 行"));
        assert!(back.faults[2].message.contains("或许"));
    }

    #[test]
    fn other_files_are_refused() {
        let other = Workbook::new().save_to_buffer().unwrap();
        for bytes in [b"no workbook".to_vec(), other, Vec::new()] {
            let error = read_back(&bytes, &offered()).unwrap_err();
            assert!(
                matches!(error, ReportError::NotOurTable { .. }),
                "{error:?}"
            );
        }
    }

    #[test]
    fn a_decision_made_before_is_shown_to_be_changed() {
        let mut report: Report = sample::report();
        report.sections[0].points[0].disposition = Some(Disposition {
            word: "未采纳".to_owned(),
            reason: Some("=已有规定".to_owned()),
        });
        let back = read_back(&to_xlsx(&report).unwrap(), &offered()).unwrap();
        assert_eq!(back.rows[0].disposition.as_deref(), Some("未采纳"));
        assert_eq!(back.rows[0].reason.as_deref(), Some("=已有规定"));
    }
}
