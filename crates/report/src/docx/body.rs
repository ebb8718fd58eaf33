//! The document's text, from head to annexes.

use std::fmt::Write as _;

use super::{
    DECLARATION, MAIN, RELATIONSHIPS, chart,
    page::{self, CHARACTERS, HEAD_SPACE, SIZE_2, SIZE_3},
    styles::KAI,
    table,
};
use crate::{
    markup::escape,
    official::{Annex, Block, Chart, Document, Part, indents},
    typography, words,
};

/// The main part, and the charts that it shows in their order.
pub(super) struct Body<'d> {
    pub(super) xml: String,
    pub(super) charts: Vec<&'d Chart>,
}

/// Half points of the largest 发文机关标志.
const LARGEST_MARK: usize = 72;
/// Half a character of 三号 in twips, squeezed.
const HALF: usize = 157;
/// On the page of the next paragraph.
const TOGETHER: &str = "<w:keepNext/>";
const RED_LINE: &str = "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"12\" w:space=\"11\" \
    w:color=\"FF0000\"/></w:pBdr>";

pub(super) fn write<'d>(document: &'d Document<'_>) -> Body<'d> {
    let mut xml = format!(
        "{DECLARATION}<w:document xmlns:w=\"{MAIN}\" xmlns:r=\"{RELATIONSHIPS}\" \
         xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
         xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"><w:body>"
    );
    head(&mut xml, document);
    let title = typography::title(&document.title, title_width()).join("\n");
    paragraph(&mut xml, "Title", "", &run(&title));
    blank(&mut xml, 1);
    if let Some(recipient) = &document.letter.recipient {
        paragraph(&mut xml, "Normal", "", &run(&format!("{recipient}：")));
    }
    // The last words stay with 署名, which is not to be alone on a page.
    let last = document.blocks.len().saturating_sub(1);
    for (at, block) in document.blocks.iter().enumerate() {
        let properties = if at == last { TOGETHER } else { "" };
        match block {
            Block::Heading { level, text } => {
                paragraph(&mut xml, &format!("Heading{level}"), properties, &run(text));
            }
            Block::Body(text) => paragraph(&mut xml, "Body", properties, &run(text)),
        }
    }
    attachments(&mut xml, &document.annexes);
    signature(&mut xml, document);
    let mut charts = Vec::new();
    for (number, annex) in (1..).zip(&document.annexes) {
        write_annex(&mut xml, number, annex, &mut charts);
    }
    let rows = rows(&document.annexes);
    let _ = write!(xml, "{}</w:body></w:document>", page::turned(rows));
    Body { xml, charts }
}

/// Rows of all tables.
fn rows(annexes: &[Annex]) -> usize {
    let parts = annexes.iter().flat_map(|annex| &annex.parts);
    let rows = parts.map(|part| match part {
        Part::Table(table) => table.rows.len(),
        Part::Chart(_) => 0,
    });
    rows.sum()
}

/// How many halves of a 二号 character fit a line of 28 characters of 三号.
fn title_width() -> usize {
    2 * CHARACTERS * SIZE_3 as usize / SIZE_2 as usize
}

/// A text, each line of it on a line of its own.
pub(super) fn run(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(line).collect();
    format!("<w:r>{}</w:r>", lines.join("<w:br/>"))
}

fn line(text: &str) -> String {
    format!("<w:t xml:space=\"preserve\">{}</w:t>", escape(text))
}

pub(super) fn paragraph(xml: &mut String, style: &str, properties: &str, content: &str) {
    let _ = write!(
        xml,
        "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{properties}</w:pPr>{content}</w:p>"
    );
}

fn blank(xml: &mut String, lines: usize) {
    for _ in 0..lines {
        paragraph(xml, "Normal", "", "");
    }
}

/// 版头: the red name, 发文字号 on the left and 签发人 on the right, the red line.
fn head(xml: &mut String, document: &Document<'_>) {
    let letter = document.letter;
    let (Some(organisation), Some(number)) = (&letter.organisation, &letter.number) else {
        return;
    };
    // All of the name in one line: a half character of so many half points has five times as many twips.
    let fits = CHARACTERS * 2 * HALF / (5 * typography::width(organisation).max(1));
    let size = fits.min(LARGEST_MARK);
    let mark = format!(
        "<w:r><w:rPr><w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr>\
         <w:t>{}</w:t></w:r>",
        escape(organisation)
    );
    let space = format!("<w:spacing w:before=\"{HEAD_SPACE}\"/>");
    paragraph(xml, "Organ", &space, &mark);
    blank(xml, 2);
    // One character from either edge, which the red line reaches.
    let content = match &letter.signer {
        Some(signer) => format!(
            "{}<w:r><w:tab/></w:r>{}<w:r><w:rPr><w:rFonts w:ascii=\"{KAI}\" w:hAnsi=\"{KAI}\" \
             w:eastAsia=\"{KAI}\"/></w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r>",
            run(&format!("\u{3000}{number}")),
            run("签发人："),
            escape(signer)
        ),
        None => run(number),
    };
    let end = (CHARACTERS - 1) * 2 * HALF;
    let properties = match letter.signer {
        Some(_) => format!(
            "{RED_LINE}<w:tabs><w:tab w:val=\"right\" w:pos=\"{end}\"/></w:tabs>\
             <w:jc w:val=\"left\"/>"
        ),
        None => format!("{RED_LINE}<w:jc w:val=\"center\"/>"),
    };
    paragraph(xml, "Normal", &properties, &content);
    blank(xml, 2);
}

/// 附件说明: one line below the text, two characters in, later ones under the first, without a full
/// stop.
fn attachments(xml: &mut String, annexes: &[Annex]) {
    paragraph(xml, "Normal", TOGETHER, "");
    for (number, annex) in (1..).zip(annexes) {
        let (words, indent) = match (annexes.len(), number) {
            (1, _) => (format!("附件：{}", annex.title), 4),
            (_, 1) => (format!("附件：1.{}", annex.title), 4),
            _ => (format!("{number}.{}", annex.title), 10),
        };
        let properties = format!("{TOGETHER}{}", from_left(indent));
        paragraph(xml, "Normal", &properties, &run(&words));
    }
}

/// 署名、成文日期 and 附注. With the last of them the section of the text ends.
fn signature(xml: &mut String, document: &Document<'_>) {
    let letter = document.letter;
    let date = words::day(&letter.date);
    let mut lines = Vec::new();
    match letter.organisation.as_deref() {
        Some(name) => {
            let at = indents(name, &date);
            lines.push((from_right(at.name), name.to_owned()));
            lines.push((from_right(at.date), date));
        }
        None => lines.push((from_right(4), date)),
    }
    if let Some(contact) = &letter.contact {
        lines.push((from_left(4), format!("（{contact}）")));
    }
    paragraph(xml, "Normal", TOGETHER, "");
    let last = lines.len() - 1;
    for (at, (mut properties, text)) in lines.into_iter().enumerate() {
        if at == last {
            properties.push_str(&page::upright());
        } else {
            properties.insert_str(0, TOGETHER);
        }
        paragraph(xml, "Normal", &properties, &run(&text));
    }
}

/// So many halves of a character from the left edge.
fn from_left(halves: usize) -> String {
    let (hundredths, twips) = (halves * 50, halves * HALF);
    format!("<w:ind w:leftChars=\"{hundredths}\" w:left=\"{twips}\"/>")
}

/// So many halves of a character from the right edge, flush with it.
fn from_right(halves: usize) -> String {
    let (hundredths, twips) = (halves * 50, halves * HALF);
    format!("<w:ind w:rightChars=\"{hundredths}\" w:right=\"{twips}\"/><w:jc w:val=\"right\"/>")
}

fn write_annex<'d>(xml: &mut String, number: usize, annex: &'d Annex, charts: &mut Vec<&'d Chart>) {
    let new_page = if number == 1 {
        ""
    } else {
        "<w:pageBreakBefore/>"
    };
    paragraph(xml, "AnnexMark", new_page, &run(&format!("附件{number}")));
    paragraph(xml, "Title", "", &run(annex.title));
    if let Some(note) = &annex.note {
        paragraph(xml, "Cell", "", &run(note));
    }
    for part in &annex.parts {
        match part {
            Part::Table(table) => table::write(xml, table),
            Part::Chart(chart) => {
                charts.push(chart);
                chart::place(xml, charts.len(), chart);
            }
        }
    }
}
