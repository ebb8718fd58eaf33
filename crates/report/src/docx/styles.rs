//! Fonts and paragraph styles.

use std::fmt::Write as _;

use super::{
    DECLARATION, MAIN,
    page::{CELL_LINE, LINE, SIZE_2, SIZE_3, SIZE_4, SIZE_5, SQUEEZE},
};

/// 正文.
const FANGSONG: &str = "仿宋_GB2312";
/// 标题 and 发文机关标志.
const TITLE: &str = "方正小标宋简体";
const HEI: &str = "黑体";
/// Second headings, and the name of whoever signs.
pub(super) const KAI: &str = "楷体_GB2312";
const SONG: &str = "宋体";

/// The fonts of documents, and what to take where one is not installed, the likest first.
pub const FONTS: [(&str, &str); 5] = [
    (FANGSONG, "仿宋;FangSong;Noto Serif CJK SC"),
    (TITLE, "小标宋;Noto Serif CJK SC"),
    (HEI, "SimHei;Noto Sans CJK SC"),
    (KAI, "楷体;KaiTi;Noto Serif CJK SC"),
    (SONG, "SimSun;Noto Serif CJK SC"),
];

/// Two characters of 三号.
const TWO: &str = "<w:ind w:firstLineChars=\"200\" w:firstLine=\"628\"/>";
const AUTO: &str = "<w:spacing w:line=\"240\" w:lineRule=\"auto\"/>";

/// A style: number, name, paragraph properties, font, half points, further run properties.
struct Style(
    &'static str,
    &'static str,
    String,
    &'static str,
    u32,
    &'static str,
);

fn all() -> [Style; 14] {
    let heading = |level: u32| format!("<w:keepNext/>{TWO}<w:outlineLvl w:val=\"{level}\"/>");
    let centred = "<w:jc w:val=\"center\"/>";
    let wide = "<w:spacing w:val=\"0\"/>";
    let cell = |place: &str| {
        let line = format!("<w:spacing w:line=\"{CELL_LINE}\" w:lineRule=\"exact\"/>");
        format!("{line}<w:jc w:val=\"{place}\"/>")
    };
    [
        Style("Body", "正文缩进", TWO.into(), FANGSONG, SIZE_3, ""),
        Style("Heading1", "heading 1", heading(0), HEI, SIZE_3, ""),
        Style("Heading2", "heading 2", heading(1), KAI, SIZE_3, ""),
        Style("Heading3", "heading 3", heading(2), FANGSONG, SIZE_3, ""),
        Style("Heading4", "四级标题", TWO.into(), FANGSONG, SIZE_3, ""),
        Style("Title", "Title", centred.into(), TITLE, SIZE_2, wide),
        Style(
            "Organ",
            "发文机关标志",
            format!("<w:spacing w:line=\"240\" w:lineRule=\"auto\"/>{centred}"),
            TITLE,
            SIZE_2,
            "<w:color w:val=\"FF0000\"/><w:spacing w:val=\"0\"/>",
        ),
        Style("AnnexMark", "附件标记", String::new(), HEI, SIZE_3, ""),
        Style("Cell", "表格文字", cell("left"), FANGSONG, SIZE_5, wide),
        Style(
            "CellCentred",
            "表格居中",
            cell("center"),
            FANGSONG,
            SIZE_5,
            wide,
        ),
        Style("CellHead", "表头", cell("center"), HEI, SIZE_5, wide),
        Style(
            "Caption",
            "表题",
            "<w:keepNext/><w:spacing w:before=\"240\" w:after=\"60\" w:line=\"240\" \
             w:lineRule=\"auto\"/>"
                .into(),
            HEI,
            SIZE_4,
            wide,
        ),
        Style(
            "Figure",
            "图",
            format!("{AUTO}{centred}"),
            FANGSONG,
            SIZE_3,
            wide,
        ),
        Style(
            "PageNumber",
            "页码",
            format!("{AUTO}<w:jc w:val=\"left\"/>"),
            SONG,
            SIZE_4,
            wide,
        ),
    ]
}

/// `styles.xml`. Lines are 579 twips exactly and characters 15.7 points wide, in every program: the
/// grid of the section says the same, but LibreOffice gives a character that is wider than its
/// cell two cells, so paragraphs do not snap to it.
pub(super) fn styles() -> String {
    let mut out = format!(
        "{DECLARATION}<w:styles xmlns:w=\"{MAIN}\"><w:docDefaults><w:rPrDefault><w:rPr>{}\
         <w:kern w:val=\"2\"/><w:sz w:val=\"{SIZE_3}\"/><w:szCs w:val=\"{SIZE_3}\"/>\
         <w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/>\
         <w:qFormat/><w:pPr><w:widowControl w:val=\"0\"/><w:kinsoku/><w:overflowPunct w:val=\"0\"/>\
         <w:autoSpaceDE w:val=\"0\"/><w:autoSpaceDN w:val=\"0\"/><w:snapToGrid w:val=\"0\"/>\
         <w:spacing w:line=\"{LINE}\" w:lineRule=\"exact\"/><w:jc w:val=\"both\"/></w:pPr>\
         <w:rPr><w:spacing w:val=\"{SQUEEZE}\"/><w:sz w:val=\"{SIZE_3}\"/>\
         <w:szCs w:val=\"{SIZE_3}\"/></w:rPr></w:style>",
        fonts_of(FANGSONG)
    );
    for Style(id, name, paragraph, font, size, run) in all() {
        let _ = write!(
            out,
            "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>\
             <w:basedOn w:val=\"Normal\"/><w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{}{run}\
             <w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr></w:style>",
            fonts_of(font)
        );
    }
    out.push_str("</w:styles>");
    out
}

/// The font of both Chinese and Latin letters.
fn fonts_of(font: &str) -> String {
    format!(
        "<w:rFonts w:ascii=\"{font}\" w:hAnsi=\"{font}\" w:eastAsia=\"{font}\" w:cs=\"{font}\"/>"
    )
}

/// `fontTable.xml`.
pub(super) fn fonts() -> String {
    let fonts = FONTS.map(|(font, alternatives)| {
        format!(
            "<w:font w:name=\"{font}\"><w:altName w:val=\"{alternatives}\"/>\
             <w:charset w:val=\"86\"/><w:pitch w:val=\"variable\"/></w:font>"
        )
    });
    let fonts = fonts.concat();
    format!("{DECLARATION}<w:fonts xmlns:w=\"{MAIN}\">{fonts}</w:fonts>")
}

/// `settings.xml`: page numbers change sides, and lines do not begin with closing marks.
pub(super) fn settings() -> String {
    format!(
        "{DECLARATION}<w:settings xmlns:w=\"{MAIN}\"><w:evenAndOddHeaders/>\
         <w:drawingGridVerticalSpacing w:val=\"{LINE}\"/>\
         <w:characterSpacingControl w:val=\"compressPunctuation\"/>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" \
         w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>\
         <w:themeFontLang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:settings>"
    )
}
