//! Tables of the annexes, as wide as the page; their head stands again on each page.

use std::fmt::Write as _;

use super::{
    body::{paragraph, run},
    page::TURNED_WIDTH,
};
use crate::{
    official::{Column, Table},
    typography,
};

/// A row with more lines than this may be broken between pages.
const WHOLE_ROW_LINES: usize = 12;
/// Half a character of 五号 in twips.
const HALF: u32 = 105;

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
    xml.push_str(
        "</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:top w:w=\"30\" \
         w:type=\"dxa\"/><w:left w:w=\"60\" w:type=\"dxa\"/><w:bottom w:w=\"30\" \
         w:type=\"dxa\"/><w:right w:w=\"60\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>",
    );
    for width in &widths {
        let _ = write!(xml, "<w:gridCol w:w=\"{width}\"/>");
    }
    xml.push_str("</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
    for (column, width) in table.columns.iter().zip(&widths) {
        cell(xml, *width, "CellHead", column.name);
    }
    xml.push_str("</w:tr>");
    for row in &table.rows {
        let whole = if lines(row, &widths) <= WHOLE_ROW_LINES {
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
    for line in text.split('\n') {
        paragraph(xml, style, "", &run(line));
    }
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

/// Lines of the row's highest cell.
fn lines(row: &[String], widths: &[u32]) -> usize {
    let of = |(text, width): (&String, &u32)| {
        let halves = (width / HALF).max(2) as usize;
        let lines = text.split('\n');
        lines
            .map(|line| typography::width(line).div_ceil(halves).max(1))
            .sum()
    };
    row.iter().zip(widths).map(of).max().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::{Column, TURNED_WIDTH, widths};

    #[test]
    fn columns_fill_the_page() {
        let column = |share| Column {
            name: "",
            share,
            centred: false,
        };
        for shares in [vec![1, 1, 1], vec![7, 40, 53], vec![100]] {
            let columns: Vec<_> = shares.into_iter().map(column).collect();
            assert_eq!(widths(&columns).iter().sum::<u32>(), TURNED_WIDTH);
        }
    }
}
