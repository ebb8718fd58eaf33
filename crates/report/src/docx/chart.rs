//! Bar charts that office programs draw and can restyle (DrawingML).

use std::fmt::Write as _;

use super::{DECLARATION, RELATIONSHIPS, body::paragraph};
use crate::{markup::escape, official::Chart};

/// English Metric Units in a millimetre.
const EMU: usize = 36_000;
/// Width of a chart in millimetres.
const WIDTH: usize = 200;
/// Height of a chart without its bars.
const HEIGHT: usize = 25;
/// Height of a bar.
const BAR: usize = 8;

/// Puts the chart of this number into the text.
pub(super) fn place(xml: &mut String, number: usize, chart: &Chart) {
    let (wide, high) = (WIDTH * EMU, (HEIGHT + BAR * chart.bars.len()) * EMU);
    let title = escape(&chart.title);
    let drawing = format!(
        "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">\
         <wp:extent cx=\"{wide}\" cy=\"{high}\"/><wp:docPr id=\"{number}\" name=\"图{number}\" \
         descr=\"{title}\"/><a:graphic><a:graphicData \
         uri=\"http://schemas.openxmlformats.org/drawingml/2006/chart\">\
         <c:chart r:id=\"chart{number}\"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    );
    paragraph(xml, "Figure", "", &drawing);
}

/// The chart's part.
pub(super) fn write(chart: &Chart) -> String {
    let count = chart.bars.len();
    let (mut names, mut values) = (String::new(), String::new());
    for (at, (name, value)) in chart.bars.iter().enumerate() {
        let name = escape(name);
        let _ = write!(names, "<c:pt idx=\"{at}\"><c:v>{name}</c:v></c:pt>");
        let _ = write!(values, "<c:pt idx=\"{at}\"><c:v>{value}</c:v></c:pt>");
    }
    let last = count + 1;
    let title = escape(&chart.title);
    format!(
        "{DECLARATION}<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
         xmlns:r=\"{RELATIONSHIPS}\"><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r>\
         <a:rPr lang=\"zh-CN\" sz=\"1200\" b=\"0\"/><a:t>{title}</a:t></a:r></a:p></c:rich></c:tx>\
         <c:overlay val=\"0\"/></c:title><c:autoTitleDeleted val=\"0\"/><c:plotArea><c:layout/>\
         <c:barChart><c:barDir val=\"bar\"/><c:grouping val=\"clustered\"/><c:varyColors val=\"0\"/>\
         <c:ser><c:idx val=\"0\"/><c:order val=\"0\"/><c:spPr><a:solidFill>\
         <a:srgbClr val=\"3B6EA5\"/></a:solidFill></c:spPr><c:invertIfNegative val=\"0\"/>\
         <c:dLbls><c:showLegendKey val=\"0\"/><c:showVal val=\"1\"/><c:showCatName val=\"0\"/>\
         <c:showSerName val=\"0\"/><c:showPercent val=\"0\"/><c:showBubbleSize val=\"0\"/></c:dLbls>\
         <c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f><c:strCache>\
         <c:ptCount val=\"{count}\"/>{names}</c:strCache></c:strRef></c:cat>\
         <c:val><c:numRef><c:f>Sheet1!$B$2:$B${last}</c:f><c:numCache>\
         <c:formatCode>0</c:formatCode><c:ptCount val=\"{count}\"/>{values}</c:numCache></c:numRef>\
         </c:val></c:ser><c:gapWidth val=\"60\"/><c:axId val=\"1\"/><c:axId val=\"2\"/></c:barChart>\
         <c:catAx><c:axId val=\"1\"/><c:scaling><c:orientation val=\"maxMin\"/></c:scaling>\
         <c:delete val=\"0\"/><c:axPos val=\"l\"/><c:majorTickMark val=\"none\"/>\
         <c:minorTickMark val=\"none\"/><c:tickLblPos val=\"nextTo\"/><c:crossAx val=\"2\"/>\
         </c:catAx><c:valAx><c:axId val=\"2\"/><c:scaling><c:orientation val=\"minMax\"/>\
         <c:min val=\"0\"/></c:scaling><c:delete val=\"1\"/><c:axPos val=\"t\"/>\
         <c:crossAx val=\"1\"/></c:valAx></c:plotArea><c:plotVisOnly val=\"1\"/></c:chart>\
         </c:chartSpace>"
    )
}
