//! Page numbers: — 1 — in 四号 宋体 half-width, 7 mm below 版心, one character from its edge; on the
//! right of odd pages and on the left of even ones (GB/T 9704-2012, 7.5). On a turned page the number
//! stays where it is on the others when the pages are bound: turned, in the left margin.

use super::{
    DECLARATION, MAIN, RELATIONSHIPS,
    page::{BINDING, FORE_EDGE, SHORT, SIZE_4},
};

/// Where a page number stands.
#[derive(Clone, Copy)]
pub(super) struct Footer {
    /// Of its part and relationship.
    pub(super) name: &'static str,
    place: Place,
}

#[derive(Clone, Copy)]
enum Place {
    Right,
    Left,
    /// In the left margin of a turned page, at its lower end.
    Lower,
    /// There, at the upper end.
    Upper,
}

pub(super) const ODD: Footer = Footer {
    name: "footer_odd",
    place: Place::Right,
};
pub(super) const EVEN: Footer = Footer {
    name: "footer_even",
    place: Place::Left,
};
pub(super) const ANNEX_ODD: Footer = Footer {
    name: "footer_annex_odd",
    place: Place::Lower,
};
pub(super) const ANNEX_EVEN: Footer = Footer {
    name: "footer_annex_even",
    place: Place::Upper,
};
pub(super) const FOOTERS: [Footer; 4] = [ODD, EVEN, ANNEX_ODD, ANNEX_EVEN];

/// English Metric Units in a twip.
const EMU: u32 = 635;
/// One character of 四号, and the height of its line.
const CHARACTER: u32 = SIZE_4 * 10;
/// The dash is 28 mm from the left edge of the turned page, as it is from the lower edge of others.
const LEFT: u32 = 1_587 - CHARACTER / 2;
/// Length of a turned number's box: some ten characters.
const LENGTH: u32 = 2_800;

/// The part.
pub(super) fn write(footer: &Footer) -> String {
    let indent = |side: &str| {
        format!("<w:ind w:{side}Chars=\"100\" w:{side}=\"{CHARACTER}\"/><w:jc w:val=\"{side}\"/>")
    };
    let content = match footer.place {
        Place::Right => paragraph(&indent("right"), NUMBER),
        Place::Left => paragraph(&indent("left"), NUMBER),
        Place::Lower => turned(SHORT - FORE_EDGE - CHARACTER - LENGTH, &indent("right")),
        Place::Upper => turned(BINDING + CHARACTER, &indent("left")),
    };
    format!(
        "{DECLARATION}<w:ftr xmlns:w=\"{MAIN}\" xmlns:r=\"{RELATIONSHIPS}\" \
         xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" \
         xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
         xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\">\
         {content}</w:ftr>"
    )
}

const NUMBER: &str = "<w:r><w:t xml:space=\"preserve\">— </w:t></w:r>\
    <w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>\
    <w:r><w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r>\
    <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>1</w:t></w:r>\
    <w:r><w:fldChar w:fldCharType=\"end\"/></w:r>\
    <w:r><w:t xml:space=\"preserve\"> —</w:t></w:r>";

fn paragraph(properties: &str, content: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"PageNumber\"/>{properties}</w:pPr>{content}</w:p>")
}

/// A box in the left margin, from `top` on, whose text runs downwards. There is no text beside it, but
/// LibreOffice puts a box that text may run through in the corner of some short documents.
fn turned(top: u32, properties: &str) -> String {
    let [left, top, wide, long] = [LEFT, top, CHARACTER, LENGTH].map(|twips| twips * EMU);
    let number = paragraph(properties, NUMBER);
    let shape = format!(
        "<w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><wp:anchor distT=\"0\" \
         distB=\"0\" distL=\"0\" distR=\"0\" simplePos=\"0\" relativeHeight=\"1\" behindDoc=\"0\" \
         locked=\"0\" layoutInCell=\"1\" allowOverlap=\"1\"><wp:simplePos x=\"0\" y=\"0\"/>\
         <wp:positionH relativeFrom=\"page\"><wp:posOffset>{left}</wp:posOffset></wp:positionH>\
         <wp:positionV relativeFrom=\"page\"><wp:posOffset>{top}</wp:posOffset></wp:positionV>\
         <wp:extent cx=\"{wide}\" cy=\"{long}\"/><wp:wrapSquare wrapText=\"bothSides\"/>\
         <wp:docPr id=\"1\" name=\"页码\"/><a:graphic><a:graphicData \
         uri=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\"><wps:wsp>\
         <wps:cNvSpPr txBox=\"1\"/><wps:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/>\
         <a:ext cx=\"{wide}\" cy=\"{long}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/>\
         </a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>\
         <wps:txbx><w:txbxContent>{number}</w:txbxContent></wps:txbx>\
         <wps:bodyPr vert=\"vert\" lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\" anchor=\"ctr\"/>\
         </wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>\
         </mc:AlternateContent></w:r>"
    );
    paragraph("", &shape)
}
