//! Documents taken apart again: the numbers of the standard, and what the text says.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::to_docx;
use crate::{Letter, Report, sample};

/// A part of the package.
pub(crate) fn part(file: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(file)).unwrap();
    let mut text = String::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

fn document(report: &Report) -> String {
    part(&to_docx(report).unwrap(), "word/document.xml")
}

/// The value of an attribute of the first element that begins with `element`.
fn number(xml: &str, element: &str, attribute: &str) -> i64 {
    let element = &xml[xml.find(element).unwrap()..];
    let element = &element[..element.find('>').unwrap()];
    let value = element.split(&format!(" {attribute}=\"")).nth(1).unwrap();
    value[..value.find('"').unwrap()].parse().unwrap()
}

/// Whether so many twips are so many millimetres, give or take so many tenths of one: 1440 twips are
/// 25.4 mm.
fn near(twips: i64, mm: i64, tenths: i64) -> bool {
    (twips * 254 - mm * 10 * 1440).abs() <= tenths * 1440
}

/// GB/T 9704-2012: A4; 天头 37 ± 1 mm, 订口 28 ± 1 mm, 版心 156 mm × 225 mm; 22 lines of 28
/// characters; the page number 7 mm below.
#[test]
fn the_page_is_the_standards() {
    let file = to_docx(&sample::report()).unwrap();
    let xml = part(&file, "word/document.xml");
    let margin = |side: &str| number(&xml, "<w:pgMar", &format!("w:{side}"));
    let (wide, high) = (
        number(&xml, "<w:pgSz", "w:w"),
        number(&xml, "<w:pgSz", "w:h"),
    );
    assert!(near(wide, 210, 1) && near(high, 297, 1));
    assert!(near(margin("top"), 37, 10));
    assert!(near(margin("left"), 28, 10));
    let room = (
        wide - margin("left") - margin("right"),
        high - margin("top") - margin("bottom"),
    );
    assert!(near(room.0, 156, 1) && near(room.1, 225, 1));
    assert!(xml.contains("<w:docGrid w:type=\"linesAndChars\""));
    assert_eq!(room.1 / number(&xml, "<w:docGrid", "w:linePitch"), 22);
    // A character of 16 points and the grid's extra space, in 4096ths of a point; 20 twips a point.
    let character = 16 * 4096 + number(&xml, "<w:docGrid", "w:charSpace");
    assert_eq!(room.0 * 4096 / (20 * character), 28);
    // The same for programs that do not keep to the grid.
    let styles = part(&file, "word/styles.xml");
    assert_eq!(room.1 / number(&styles, "<w:spacing w:line", "w:line"), 22);
    let squeezed = 320 + number(&styles, "<w:spacing w:val", "w:val");
    assert_eq!(room.0 / squeezed, 28);
    // The dash is in the middle of 14 points.
    let dash = margin("bottom") - margin("footer") - 7 * 20;
    assert!(near(dash, 7, 1), "{dash}");
}

#[test]
fn sizes_and_fonts_are_the_standards() {
    let styles = part(&to_docx(&sample::report()).unwrap(), "word/styles.xml");
    for (style, font, half_points) in [
        ("Body", "仿宋_GB2312", 32),
        ("Heading1", "黑体", 32),
        ("Heading2", "楷体_GB2312", 32),
        ("Heading3", "仿宋_GB2312", 32),
        ("Heading4", "仿宋_GB2312", 32),
        ("Title", "方正小标宋简体", 44),
        ("PageNumber", "宋体", 28),
    ] {
        let from = styles.find(&format!("w:styleId=\"{style}\"")).unwrap();
        let one = &styles[from..];
        let one = &one[..one.find("</w:style>").unwrap()];
        assert!(one.contains(&format!("w:eastAsia=\"{font}\"")), "{style}");
        assert_eq!(number(one, "<w:sz ", "w:val"), half_points, "{style}");
    }
}

#[test]
fn page_numbers_change_sides_and_annexes_lie_across() {
    let file = to_docx(&sample::report()).unwrap();
    assert!(part(&file, "word/settings.xml").contains("<w:evenAndOddHeaders/>"));
    for (name, side) in [("odd", "right"), ("even", "left")] {
        let footer = part(&file, &format!("word/footer_{name}.xml"));
        assert!(
            footer.contains(&format!("<w:jc w:val=\"{side}\"/>")),
            "{name}"
        );
        assert!(footer.contains(">— </w:t>") && footer.contains("> —</w:t>"));
        assert!(footer.contains(" PAGE "));
    }
    let xml = part(&file, "word/document.xml");
    let turned = &xml[xml.rfind("<w:sectPr>").unwrap()..];
    assert!(turned.contains("w:orient=\"landscape\""));
    assert!(number(turned, "<w:pgSz", "w:w") > number(turned, "<w:pgSz", "w:h"));
    assert_eq!(
        xml.matches("<w:tblHeader/>").count(),
        xml.matches("<w:tbl>").count()
    );
}

/// LibreOffice would take minutes for a thousand turned numbers.
#[test]
fn page_numbers_of_very_long_tables_stand_below_them() {
    let mut report = sample::report();
    let section = &mut report.sections[1];
    section.points = vec![section.points[0].clone(); 1_001];
    let file = to_docx(&report).unwrap();
    let xml = part(&file, "word/document.xml");
    assert!(!xml.contains("footer_annex"));
    let turned = &xml[xml.rfind("<w:sectPr>").unwrap()..];
    let margin = |side: &str| number(turned, "<w:pgMar", &format!("w:{side}"));
    let dash = margin("bottom") - margin("footer") - 7 * 20;
    assert!(near(dash, 7, 1), "{dash}");
}

/// The words of paragraphs in a style.
fn paragraphs<'x>(xml: &'x str, style: &str) -> Vec<String> {
    let words = |paragraph: &'x str| {
        let texts = paragraph.split("<w:t xml:space=\"preserve\">").skip(1);
        texts.map(|t| &t[..t.find("</w:t>").unwrap()]).collect()
    };
    let style = format!("<w:pStyle w:val=\"{style}\"/>");
    let all = xml.split("<w:p>").filter(|p| p.contains(&style));
    all.map(words).collect()
}

#[test]
fn the_official_parts_are_there_in_their_form() {
    let xml = document(&sample::report());
    assert_eq!(
        paragraphs(&xml, "Title")[0],
        "关于《云泽市河湖条例（草案）》征求意见情况的报告"
    );
    let plain = paragraphs(&xml, "Normal")
        .into_iter()
        .filter(|p| !p.is_empty());
    assert_eq!(
        plain.collect::<Vec<_>>(),
        [
            "\u{3000}云柳联〔2026〕3号签发人：甲某",
            "全国人大常委会法制工作委员会：",
            "附件：1.意见建议汇总表",
            "2.征求意见活动清单",
            "3.统计表",
            "云泽市柳湾基层立法联系点",
            "2026年11月6日",
            "（联系人：乙某，电话：00000000）",
        ]
    );
    assert_eq!(
        paragraphs(&xml, "Heading1"),
        [
            "一、征求意见的基本情况",
            "二、总体评价",
            "三、主要意见和建议",
            "四、其他意见"
        ]
    );
}

#[test]
fn without_a_letter_it_still_is_a_report() {
    let mut report = sample::report();
    report.letter = Letter {
        date: "2026-11-06".to_owned(),
        ..Letter::default()
    };
    (report.activities, report.questions, report.sections) = (vec![], vec![], vec![]);
    let xml = document(&report);
    assert!(!xml.contains("FF0000"), "no red head");
    let plain = paragraphs(&xml, "Normal")
        .into_iter()
        .filter(|p| !p.is_empty());
    assert_eq!(
        plain.collect::<Vec<_>>(),
        ["附件：1.意见建议汇总表", "2.统计表", "2026年11月6日"]
    );
}

#[test]
fn what_staff_wrote_stands_instead_of_what_the_template_says() {
    let mut report = sample::report();
    let written = "各方面总体赞成。\n<也>有不同意见。".to_owned();
    report.letter.texts.insert("总体评价".to_owned(), written);
    let body = paragraphs(&document(&report), "Body");
    let at = body.iter().position(|p| p == "各方面总体赞成。").unwrap();
    assert_eq!(body[at + 1], "&lt;也&gt;有不同意见。");
    assert!(!body.iter().any(|p| p.contains("（机器归纳）")));
}

/// Every sentence of a machine's choice is quoted; staff's are not.
#[test]
fn points_are_quoted_unless_staff_worded_them() {
    let headings = paragraphs(&document(&sample::report()), "Heading4");
    assert!(
        headings
            .iter()
            .any(|h| h.starts_with("（1）“建议把三十日改为十五日”（建议修改；3件"))
    );
    assert!(
        headings
            .iter()
            .any(|h| h.starts_with("（1）统一使用“其他”")),
        "{headings:?}"
    );
}

#[test]
fn the_whole_text() {
    let xml = document(&sample::report());
    // Of lines of one paragraph each begins a line here too.
    let xml = xml.replace("</w:t><w:br/><w:t xml:space=\"preserve\">", "\n");
    let mut text = String::new();
    for paragraph in xml.split("<w:p>").skip(1) {
        let words = paragraph.split("<w:t xml:space=\"preserve\">").skip(1);
        let words: String = words.map(|t| &t[..t.find("</w:t>").unwrap()]).collect();
        if !words.is_empty() {
            text.push_str(&words);
            text.push('\n');
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let report = sample::report();
    assert_eq!(to_docx(&report).unwrap(), to_docx(&report).unwrap());
}
