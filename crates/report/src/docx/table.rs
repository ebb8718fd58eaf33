//! Tables of the annexes, as wide as the page; their head stands again on each page.

use std::fmt::Write as _;

use super::{
    body::{paragraph, run},
    page::{CELL_LINE, SIZE_5, TURNED_HEIGHT, TURNED_WIDTH},
};
use crate::{
    official::{Column, Table},
    typography,
};

/// Half a character of 五号 in twips.
const HALF: u32 = SIZE_5 * 10 / 2;
/// From a cell's upper and lower edge to its text.
const ABOVE: u32 = 30;
/// From its sides to its text.
const BESIDE: u32 = 60;

pub(super) fn write(xml: &mut String, table: &Table) {
    if let Some(caption) = &table.caption {
        paragraph(xml, "Caption", "", &run(caption));
    }
    let widths = widths(&table.columns);
    let _ = write!(
        xml,
        "<w:tbl><w:tblPr><w:tblW w:w=\"{TURNED_WIDTH}\" w:type=\"dxa\"/><w:tblBorders>"
    );
    for side in ["top", "left", "bottom", "right", "insideH", "insideV"] {
        let _ = write!(
            xml,
            "<w:{side} w:val=\"single\" w:sz=\"4\" w:color=\"000000\"/>"
        );
    }
    let _ = write!(
        xml,
        "</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:top w:w=\"{ABOVE}\" \
         w:type=\"dxa\"/><w:left w:w=\"{BESIDE}\" w:type=\"dxa\"/><w:bottom w:w=\"{ABOVE}\" \
         w:type=\"dxa\"/><w:right w:w=\"{BESIDE}\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>\
         <w:tblGrid>"
    );
    for width in &widths {
        let _ = write!(xml, "<w:gridCol w:w=\"{width}\"/>");
    }
    xml.push_str("</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
    for (column, width) in table.columns.iter().zip(&widths) {
        cell(xml, *width, "CellHead", column.name);
    }
    xml.push_str("</w:tr>");
    let names = table.columns.iter().map(|column| column.name);
    let room = TURNED_HEIGHT - height(names, &widths);
    for row in &table.rows {
        // What does not fit on a page has to be broken, by some programs only where they may.
        let whole = if height(row.iter().map(String::as_str), &widths) <= room {
            "<w:trPr><w:cantSplit/></w:trPr>"
        } else {
            ""
        };
        let _ = write!(xml, "<w:tr>{whole}");
        for ((column, width), text) in table.columns.iter().zip(&widths).zip(row) {
            cell(xml, *width, style(column), text);
        }
        xml.push_str("</w:tr>");
    }
    xml.push_str("</w:tbl>");
    // Two tables without a paragraph between them become one.
    paragraph(xml, "Cell", "", "");
}

fn style(column: &Column) -> &'static str {
    if column.centred {
        "CellCentred"
    } else {
        "Cell"
    }
}

fn cell(xml: &mut String, width: u32, style: &str, text: &str) {
    let _ = write!(
        xml,
        "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/><w:vAlign w:val=\"center\"/></w:tcPr>"
    );
    paragraph(xml, style, "", &run(text));
    xml.push_str("</w:tc>");
}

/// The page's width shared out; the last column takes what rounding leaves.
fn widths(columns: &[Column]) -> Vec<u32> {
    let shares: u32 = columns.iter().map(|c| c.share).sum();
    let mut widths: Vec<u32> = (columns.iter())
        .map(|c| TURNED_WIDTH * c.share / shares)
        .collect();
    let left = TURNED_WIDTH - widths.iter().sum::<u32>();
    if let Some(last) = widths.last_mut() {
        *last += left;
    }
    widths
}

/// Height of a row: that of its highest cell.
fn height<'t>(row: impl Iterator<Item = &'t str>, widths: &[u32]) -> u32 {
    let lines = |(text, width): (&str, &u32)| {
        let halves = ((width - 2 * BESIDE) / HALF).max(2) as usize;
        let lines = text.split('\n');
        let lines = lines.map(|line| typography::wrap(line, halves).len().max(1));
        lines.sum::<usize>()
    };
    let highest = row.zip(widths).map(lines).max().unwrap_or(1);
    highest as u32 * CELL_LINE + 2 * ABOVE
}

#[cfg(test)]
mod tests {
    use super::{Column, TURNED_WIDTH, Table, widths, write};

    fn column(share: u32) -> Column {
        Column {
            name: "甲",
            share,
            centred: false,
        }
    }

    #[test]
    fn columns_fill_the_page() {
        for shares in [vec![1, 1, 1], vec![7, 40, 53], vec![100]] {
            let columns: Vec<_> = shares.into_iter().map(column).collect();
            assert_eq!(widths(&columns).iter().sum::<u32>(), TURNED_WIDTH);
        }
    }

    /// The turned page has 30 lines of a table, one of which is its head.
    #[test]
    fn only_rows_that_no_page_has_room_for_may_be_broken() {
        #[track_caller]
        fn check(lines: usize, is_whole: bool) {
            let table = Table {
                caption: None,
                columns: vec![column(1), column(1)],
                rows: vec![vec!["短".to_owned(), vec!["行"; lines].join("\n")]],
            };
            let mut xml = String::new();
            write(&mut xml, &table);
            let head = 1;
            let whole = xml.matches("<w:cantSplit/>").count() - head;
            assert_eq!(whole == 1, is_whole, "{lines} lines");
        }
        check(1, true);
        check(30, true);
        check(31, false);
    }
}
