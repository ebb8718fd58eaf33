//! The workbook that goes with a report upward: 意见建议汇总表, 台账, 活动清单 and 统计.
//!
//! All texts are written as strings, so that none of them is ever run as a formula.

mod activities;
mod ledger;
mod points;
mod read_back;
mod statistics;
mod table;

pub use self::read_back::{Filled, ReadBack, RowFault, read_back};

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::{Report, ReportError};

pub use table::table_to_xlsx;

/// Characters that a cell can hold.
const MAX_CELL_CHARS: usize = 32_767;
const CUT: &str = "……（单元格放不下，后略）";
/// Paper size A4 in the numbering of OOXML.
const A4: u8 = 9;
const FONT: &str = "仿宋";
/// Width of a Chinese character at 11 points, in the widths of a digit that columns are measured in.
const HAN_WIDTH: f64 = 2.2;
/// Height of a line at 11 points.
const LINE_POINTS: f64 = 15.0;
/// The greatest height that a row can have.
const MAX_ROW_POINTS: f64 = 409.0;

/// The report as a workbook.
pub fn to_xlsx(report: &Report) -> Result<Vec<u8>, ReportError> {
    let mut book = Workbook::new();
    book.set_properties(&properties(report)?);
    let styles = Styles::new();
    points::write(book.add_worksheet(), report, &styles)?;
    ledger::write(book.add_worksheet(), report, &styles)?;
    if !report.activities.is_empty() {
        activities::write(book.add_worksheet(), report, &styles)?;
    }
    statistics::write(book.add_worksheet(), report, &styles)?;
    Ok(book.save_to_buffer()?)
}

/// Without a date of its own the library would write the present one: same input, same output.
fn properties(report: &Report) -> Result<DocProperties, XlsxError> {
    let made = report.generated_at.get(..19).unwrap_or_default();
    let made =
        ExcelDateTime::parse_from_str(made).or_else(|_| ExcelDateTime::from_ymd(2000, 1, 1))?;
    let properties = DocProperties::new()
        .set_title(&report.title)
        .set_creation_datetime(&made);
    Ok(properties)
}

/// Looks of cells.
pub(crate) struct Styles {
    pub(crate) title: Format,
    pub(crate) note: Format,
    pub(crate) header: Format,
    pub(crate) text: Format,
    pub(crate) number: Format,
}

impl Styles {
    pub(crate) fn new() -> Self {
        let base = Format::new().set_font_name(FONT).set_font_size(11);
        let cell = base.clone().set_border(FormatBorder::Thin).set_text_wrap();
        let header = cell.clone().set_bold().set_align(FormatAlign::Center);
        Self {
            title: base.clone().set_bold().set_font_size(16),
            note: base,
            header: header
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color("#E7EDF3"),
            text: cell.clone().set_align(FormatAlign::Top),
            number: cell
                .set_align(FormatAlign::Top)
                .set_align(FormatAlign::Center),
        }
    }
}

/// Sets a sheet up for printing: A4 landscape, one page wide, numbered.
pub(crate) fn set_up_page(sheet: &mut Worksheet) {
    sheet
        .set_paper_size(A4)
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_footer("&C第 &P 页，共 &N 页");
}

/// Writes a header row with the widths (in characters) of its columns.
pub(crate) fn write_header(
    sheet: &mut Worksheet,
    row: u32,
    columns: &[(&str, f64)],
    styles: &Styles,
) -> Result<(), XlsxError> {
    for (column, (name, width)) in (0u16..).zip(columns) {
        sheet.set_column_width(column, *width)?;
        sheet.write_string_with_format(row, column, *name, &styles.header)?;
    }
    Ok(())
}

/// Makes a row high enough for its texts, each with the width (in characters) of its column. Programs
/// other than Excel do not do it by themselves.
fn fit_row<'t>(
    sheet: &mut Worksheet,
    row: u32,
    cells: impl Iterator<Item = (f64, &'t str)>,
) -> Result<(), XlsxError> {
    let lines = cells.map(|(width, text)| lines(width, text)).max();
    let height = lines.unwrap_or(1) as f64 * LINE_POINTS;
    sheet.set_row_height(row, height.min(MAX_ROW_POINTS))?;
    Ok(())
}

/// Lines that `text` takes in a column so wide.
fn lines(width: f64, text: &str) -> usize {
    let of = |line: &str| {
        let (mut count, mut used) = (1, 0.0);
        for c in line.chars() {
            let wide = if c.is_ascii() { 1.0 } else { HAN_WIDTH };
            if used + wide > width {
                (count, used) = (count + 1, 0.0);
            }
            used += wide;
        }
        count
    };
    text.lines().map(of).sum::<usize>().max(1)
}

/// Writes a text, cut where a cell ends.
pub(crate) fn write_text(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    style: &Format,
) -> Result<(), XlsxError> {
    let fits = text.chars().count() <= MAX_CELL_CHARS;
    let keep = if fits {
        usize::MAX
    } else {
        MAX_CELL_CHARS - CUT.chars().count()
    };
    let mut cell: String = text.chars().take(keep).collect();
    if !fits {
        cell.push_str(CUT);
    }
    sheet.write_string_with_format(row, column, cell, style)?;
    Ok(())
}

fn write_count(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    count: usize,
    style: &Format,
) -> Result<(), XlsxError> {
    sheet.write_number_with_format(row, column, count as f64, style)?;
    Ok(())
}

#[cfg(test)]
mod tests;
