//! 统计: by provision, channel, station and group.

use caifeng_domain::Stance;
use rust_xlsxwriter::{Chart, ChartType, Worksheet, XlsxError};

use super::{Styles, set_up_page, write_count, write_header, write_text};
use crate::{Report, Section, Tally, official::BARS};

/// Columns before those of the stances.
const COLUMNS: [(&str, f64); 5] = [
    ("条款", 28.0),
    ("件数", 9.0),
    ("人数", 9.0),
    ("文本数", 9.0),
    ("观点数", 9.0),
];
const STANCE_WIDTH: f64 = 10.0;
const SHEET: &str = "统计";
/// Where charts stand: beside the tables.
const CHARTS_COLUMN: u16 = COLUMNS.len() as u16 + Stance::ALL.len() as u16 + 1;
/// Rows that a chart covers.
const CHART_ROWS: u32 = 18;

pub(super) fn write(
    sheet: &mut Worksheet,
    report: &Report,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name(SHEET)?;
    set_up_page(sheet);
    let mut columns = COLUMNS.to_vec();
    columns.extend(Stance::ALL.map(|(_, _, label)| (label, STANCE_WIDTH)));
    write_header(sheet, 0, &columns, styles)?;
    let mut row = 1;
    for section in &report.sections {
        write_section(sheet, row, section, styles)?;
        row += 1;
    }
    let totals = &report.totals;
    let tables = [
        ("渠道", &totals.channels),
        ("联系点", &totals.stations),
        ("提出人类别", &totals.identities),
    ];
    for (at, (name, tallies)) in (0u32..).zip(tables) {
        if !tallies.is_empty() {
            let chart = chart(name, row + 2, tallies.len());
            sheet.insert_chart(at * CHART_ROWS, CHARTS_COLUMN, &chart)?;
            row = write_tallies(sheet, row + 1, name, tallies, styles)?;
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

/// Bars of the table that begins in that row, as many as can be told apart.
fn chart(name: &str, first: u32, rows: usize) -> Chart {
    let last = first + rows.min(BARS) as u32 - 1;
    let most = if rows > BARS {
        format!("前{BARS}，")
    } else {
        String::new()
    };
    let mut chart = Chart::new(ChartType::Bar);
    chart
        .add_series()
        .set_categories((SHEET, first, 0, last, 0))
        .set_values((SHEET, first, 1, last, 1));
    chart.title().set_name(&format!("按{name}（{most}件）"));
    chart.legend().set_hidden();
    chart.y_axis().set_reverse();
    chart
}

/// A provision: its three counts, its points, and how many points take each stance.
fn write_section(
    sheet: &mut Worksheet,
    row: u32,
    section: &Section,
    styles: &Styles,
) -> Result<(), XlsxError> {
    write_text(sheet, (row, 0), &section.name(), &styles.text)?;
    let counts = section.counts;
    let mut numbers = vec![
        counts.submissions,
        counts.senders,
        counts.texts,
        section.points.len(),
    ];
    let points_of = |stance| section.points.iter().filter(|p| p.stance == stance).count();
    numbers.extend(Stance::ALL.map(|(stance, _, _)| points_of(stance)));
    for (column, number) in (1u16..).zip(numbers) {
        write_count(sheet, (row, column), number, &styles.number)?;
    }
    Ok(())
}

/// A table of submissions by name, from `row` on; gives the row after it.
fn write_tallies(
    sheet: &mut Worksheet,
    mut row: u32,
    name: &str,
    tallies: &[Tally],
    styles: &Styles,
) -> Result<u32, XlsxError> {
    write_text(sheet, (row, 0), name, &styles.header)?;
    write_text(sheet, (row, 1), "件数", &styles.header)?;
    for tally in tallies {
        row += 1;
        write_text(sheet, (row, 0), &tally.name, &styles.text)?;
        write_count(sheet, (row, 1), tally.submissions, &styles.number)?;
    }
    Ok(row + 1)
}
