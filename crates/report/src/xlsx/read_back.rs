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
        if let (Some(disposition), Some(reason)) = (column(DISPOSITION), column(REASON)) {
            let key = names.iter().position(|name| name.starts_with(KEY));
            let key = key.ok_or(ReportError::NumbersMissing)?;
            let columns = Columns {
                consultation: names[key][KEY.len()..].to_owned(),
                key,
                disposition,
                reason,
            };
            return Ok((at, columns));
        }
    }
    Err(wrong(&"no header row with 采纳情况 and its reason"))
}

/// A cell as people see it: programs make a day of what is typed like one.
fn text(cell: &Data) -> String {
    if let Data::DateTime(day) = cell {
        let (year, month, day, ..) = day.to_ymd_hms_milli();
        return format!("{year}年{month}月{day}日");
    }
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
    use std::io::{Cursor, Write as _};

    use rust_xlsxwriter::Workbook;
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::{Filled, ReadBack, RowFault, read_back};
    use crate::{Disposition, Report, ReportError, sample, to_xlsx};

    fn offered() -> Vec<String> {
        sample::report().dispositions
    }

    /// Row, point, result and reason of what was filled in.
    fn filled_in(back: &ReadBack) -> Vec<(usize, u64, Option<&str>, Option<&str>)> {
        let rows = back.rows.iter();
        rows.map(|f| {
            (
                f.row,
                f.point.get(),
                f.disposition.as_deref(),
                f.reason.as_deref(),
            )
        })
        .collect()
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
        let filled = filled_in(&back);
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

    /// A workbook with these rows and words that cells name by number, as other programs write it.
    fn workbook(rows: &str, shared: &str) -> Vec<u8> {
        const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
        let relationships = |list: &str| {
            format!("<Relationships xmlns=\"{PACKAGE}/relationships\">{list}</Relationships>")
        };
        let relationship = |id: u8, kind: &str, target: &str| {
            format!("<Relationship Id=\"r{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>")
        };
        let parts = [
            (
                "[Content_Types].xml",
                format!("<Types xmlns=\"{PACKAGE}/content-types\"/>"),
            ),
            (
                "_rels/.rels",
                relationships(&relationship(1, "officeDocument", "xl/workbook.xml")),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                relationships(
                    &[
                        relationship(1, "worksheet", "worksheets/sheet1.xml"),
                        relationship(2, "sharedStrings", "sharedStrings.xml"),
                        relationship(3, "styles", "styles.xml"),
                    ]
                    .concat(),
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>\
                     <sheet name=\"汇总表\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
                ),
            ),
            (
                "xl/styles.xml",
                format!(
                    "<styleSheet xmlns=\"{MAIN}\"><cellXfs><xf numFmtId=\"0\"/>\
                     <xf numFmtId=\"14\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"
                ),
            ),
            (
                "xl/sharedStrings.xml",
                format!("<sst xmlns=\"{MAIN}\">{shared}</sst>"),
            ),
            (
                "xl/worksheets/sheet1.xml",
                format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>"),
            ),
        ];
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// Words in several fonts, words that stand in the cell, a day where a reason was typed, empty
    /// rows between and below, columns in another order, some of them gone.
    #[test]
    fn what_other_programs_write_is_read() {
        let shared = "<si><t>观点编号（请勿改动）：yunze</t></si>\
            <si><r><t>采纳</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\">情况 </t></r></si>\
            <si><t>采纳情况的理由</t></si><si><t>P-7</t></si>\
            <si><r><rPr><sz val=\"9\"/></rPr><t>未采</t></r><r><t>纳</t></r></si>";
        let rows = "<row r=\"3\"><c r=\"B3\" t=\"s\"><v>2</v></c><c r=\"C3\" t=\"s\"><v>0</v></c>\
            <c r=\"E3\" t=\"s\"><v>1</v></c></row>\
            <row r=\"4\"><c r=\"B4\" s=\"1\"><v>46347</v></c><c r=\"C4\" t=\"s\"><v>3</v></c>\
            <c r=\"E4\" t=\"s\"><v>4</v></c></row>\
            <row r=\"5\"><c r=\"B5\" s=\"1\"/><c r=\"C5\"/></row>\
            <row r=\"8\"><c r=\"C8\" t=\"inlineStr\"><is><t>P-9</t></is></c>\
            <c r=\"E8\" t=\"inlineStr\"><is><t>采纳</t></is></c></row>\
            <row r=\"900\"><c r=\"C900\"/></row>";
        let back = read_back(&workbook(rows, shared), &offered()).unwrap();
        assert_eq!((&*back.consultation, &*back.faults), ("yunze", &[][..]));
        let said = filled_in(&back);
        assert_eq!(
            said,
            [
                (4, 7, Some("未采纳"), Some("2026年11月21日")),
                (8, 9, Some("采纳"), None),
            ]
        );
    }

    #[test]
    fn a_table_without_its_hidden_column_says_so() {
        let shared = "<si><t>采纳情况</t></si><si><t>采纳情况的理由</t></si>";
        let rows =
            "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>";
        let error = read_back(&workbook(rows, shared), &offered()).unwrap_err();
        assert!(matches!(error, ReportError::NumbersMissing), "{error:?}");
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
