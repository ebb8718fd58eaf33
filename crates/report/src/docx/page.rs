//! The numbers of GB/T 9704-2012 in twips (1 mm = 56.69 twips), and the sections made of them.

use super::footer::{ANNEX_EVEN, ANNEX_ODD, EVEN, Footer, ODD};

/// A4: 210 mm by 297 mm.
pub(super) const SHORT: u32 = 11_906;
/// See [`SHORT`].
pub(super) const LONG: u32 = 16_838;
/// 天头: 37 mm.
pub(super) const TOP: u32 = 2_098;
/// What 天头 and 版心 (225 mm) leave: 35 mm.
pub(super) const BOTTOM: u32 = 1_984;
/// 订口: 28 mm.
pub(super) const BINDING: u32 = 1_588;
/// What 订口 and 版心 (156 mm) leave: 26 mm.
pub(super) const FORE_EDGE: u32 = 1_474;
/// A line: a twenty-second of the height of 版心, rounded down, so that 22 fit.
pub(super) const LINE: u32 = 579;
/// The grid's pitch of characters less 16 points, in 4096ths of a point: 156 mm / 28 − 16 pt,
/// rounded down.
pub(super) const CHARACTER_SPACE: i32 = -849;
/// The same for programs that do not squeeze characters into a grid, in twips: 15.7 points a
/// character, 28 of which fit 156 mm.
pub(super) const SQUEEZE: i32 = -6;
/// 三号: 16 points, in half points.
pub(super) const SIZE_3: u32 = 32;
/// 二号: 22 points.
pub(super) const SIZE_2: u32 = 44;
/// 四号: 14 points.
pub(super) const SIZE_4: u32 = 28;
/// 五号: 10.5 points, in tables.
pub(super) const SIZE_5: u32 = 21;
/// A line of a table: 14 points exactly, whatever the font, so that pages are the same in every program.
pub(super) const CELL_LINE: u32 = 280;
/// From the page number's lower edge to 版心: its dash, in the middle of 14 points, is 7 mm below.
const BELOW: u32 = 397 + SIZE_4 * 10 / 2;
/// From the lower edge of the paper to that of the page number.
const FOOTER: u32 = BOTTOM - BELOW;
/// 发文机关标志 begins 35 mm below the upper edge of 版心.
pub(super) const HEAD_SPACE: u32 = 1_984;
/// Width of 版心 in 三号 characters.
pub(super) const CHARACTERS: usize = 28;
/// Width of the turned page's 版心.
pub(super) const TURNED_WIDTH: u32 = LONG - TOP - BOTTOM;
/// Its height.
pub(super) const TURNED_HEIGHT: u32 = SHORT - BINDING - FORE_EDGE;
/// Rows of tables up to which the page numbers of turned pages are turned too. Such a number is a box
/// on each page, and for every page LibreOffice looks at those of all pages: at a thousand pages it
/// takes minutes over nothing else.
const FEW_ROWS: usize = 1_000;

/// The pages of the text.
pub(super) fn upright() -> String {
    let size = format!("<w:pgSz w:w=\"{SHORT}\" w:h=\"{LONG}\"/>");
    let margins = [TOP, FORE_EDGE, BOTTOM, BINDING];
    section([&ODD, &EVEN], &size, margins, FOOTER)
}

/// The pages of the annexes, turned so that bound into the rest their head is on the left, with so many
/// rows of tables.
pub(super) fn turned(rows: usize) -> String {
    let size = format!("<w:pgSz w:w=\"{LONG}\" w:h=\"{SHORT}\" w:orient=\"landscape\"/>");
    let margins = [BINDING, TOP, FORE_EDGE, BOTTOM];
    if rows <= FEW_ROWS {
        section([&ANNEX_ODD, &ANNEX_EVEN], &size, margins, FOOTER)
    } else {
        section([&ODD, &EVEN], &size, margins, FORE_EDGE - BELOW)
    }
}

fn section(footers: [&Footer; 2], size: &str, margins: [u32; 4], footer: u32) -> String {
    let [odd, even] = footers.map(|footer| footer.name);
    let [top, right, bottom, left] = margins;
    format!(
        "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"{odd}\"/>\
         <w:footerReference w:type=\"even\" r:id=\"{even}\"/><w:type w:val=\"nextPage\"/>{size}\
         <w:pgMar w:top=\"{top}\" w:right=\"{right}\" w:bottom=\"{bottom}\" w:left=\"{left}\" \
         w:header=\"851\" w:footer=\"{footer}\" w:gutter=\"0\"/>\
         <w:docGrid w:type=\"linesAndChars\" w:linePitch=\"{LINE}\" \
         w:charSpace=\"{CHARACTER_SPACE}\"/></w:sectPr>"
    )
}
