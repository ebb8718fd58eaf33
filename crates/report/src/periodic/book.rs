//! The tables of a 月报 or 年报 as a workbook.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::{
    PeriodReport,
    document::{PLACES, place_cells},
};
use crate::{
    ReportError,
    xlsx::{Styles, set_up_page, write_header, write_text},
};

pub(super) fn write(report: &PeriodReport) -> Result<Vec<u8>, ReportError> {
    let mut book = Workbook::new();
    book.set_properties(&properties(report)?);
    let styles = Styles::new();
    let places: Vec<(&str, f64)> = PLACES
        .iter()
        .map(|&(name, share)| (name, f64::from(share) + 2.0))
        .collect();
    let rows = report.places.iter().map(place_cells).collect();
    sheet(&mut book, "各站点", &places, rows, &styles)?;
    let row = |measure: &super::Measure| {
        let texts = [measure.word.chinese(), measure.name, measure.rule];
        let [word, name, rule] = texts.map(str::to_owned);
        vec![word, name, measure.value.text(), rule]
    };
    let columns = [
        ("要求", 8.0),
        ("指标", 24.0),
        ("结果", 20.0),
        ("计算方法", 60.0),
    ];
    let rows = report.measures.iter().map(row).collect();
    sheet(&mut book, "指标", &columns, rows, &styles)?;
    if !report.collectors.is_empty() {
        let row = |one: &super::CollectorWork| {
            let numbers = [one.submissions, one.settled, one.adopted];
            let mut cells = vec![one.name.clone(), one.place.clone()];
            cells.extend(numbers.map(|number| number.to_string()));
            cells
        };
        let columns = [
            ("信息员", 16.0),
            ("站点", 24.0),
            ("收集（件）", 12.0),
            ("已处理的观点", 14.0),
            ("采纳", 10.0),
        ];
        let rows = report.collectors.iter().map(row).collect();
        sheet(&mut book, "信息员", &columns, rows, &styles)?;
    }
    Ok(book.save_to_buffer()?)
}

fn properties(report: &PeriodReport) -> Result<DocProperties, XlsxError> {
    let made = report.generated_at.get(..19).unwrap_or_default();
    let made =
        ExcelDateTime::parse_from_str(made).or_else(|_| ExcelDateTime::from_ymd(2000, 1, 1))?;
    let properties = DocProperties::new().set_title(report.title());
    Ok(properties.set_creation_datetime(&made))
}

/// A table with a header that stays. What is a number is written as one.
fn sheet(
    book: &mut Workbook,
    name: &str,
    columns: &[(&str, f64)],
    rows: Vec<Vec<String>>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name(name)?;
    set_up_page(sheet);
    write_header(sheet, 0, columns, styles)?;
    for (at, cells) in (1..).zip(rows) {
        for (column, text) in (0u16..).zip(cells) {
            match text.parse::<u32>() {
                Ok(number) => {
                    sheet.write_number_with_format(at, column, number, &styles.number)?;
                }
                Err(_) => write_text(sheet, (at, column), &text, &styles.text)?,
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}
