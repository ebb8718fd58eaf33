use std::fmt::Write;

use caifeng_domain::{ArticleNo, Draft, Level};
use proptest::prelude::*;

use super::{DraftError, check as warnings, parse, print, read};
use crate::numeral;

/// One line a node: level, number, label, title, text.
fn outline(draft: &Draft) -> Vec<String> {
    let line = |n: &caifeng_domain::Node| {
        let title = n.title.as_ref().map(|t| format!("<{t}>"));
        let level = &format!("{:?}", n.level)[..3];
        format!(
            "{level}{} {}{}{}",
            n.number,
            n.label,
            title.unwrap_or_default(),
            n.text
        )
    };
    draft.nodes.iter().map(line).collect()
}

#[track_caller]
fn check(text: &str, want: &[&str]) {
    assert_eq!(outline(&parse(text).unwrap()), want, "{text}");
}

/// Everything but line numbers.
fn unlined(mut draft: Draft) -> Draft {
    for node in &mut draft.nodes {
        node.line = 0;
    }
    draft
}

#[test]
fn all_levels_nest() {
    let text = "湿地法（草案）\n第一编　总　则\n第一分编　一般规定\n第一章　目 的\n第一节　范围\n第一条　下列湿地受保护：\n\
        （一）沼泽，包括：\n1.草本沼泽；\n2.森林沼泽；\n（二）湖泊。\n前款以外的湿地参照适用。\n第二编　分　则\n第一章　规划\n第二条　略。";
    let draft = parse(text).unwrap();
    let want = [
        "Par1 第一编<总则>",
        "Sub1 第一分编<一般规定>",
        "Cha1 第一章<目的>",
        "Sec1 第一节<范围>",
        "Art1 第一条",
        "Par1 下列湿地受保护：",
        "Ite1 （一）沼泽，包括：",
        "Sub1 1.草本沼泽；",
        "Sub2 2.森林沼泽；",
        "Ite2 （二）湖泊。",
        "Par2 前款以外的湿地参照适用。",
        "Par2 第二编<分则>",
        "Cha1 第一章<规划>",
        "Art2 第二条",
        "Par1 略。",
    ];
    assert_eq!(outline(&draft), want);
    assert_eq!(draft.nodes[7].parent.unwrap().0, 6);
    assert_eq!(draft.nodes[10].parent.unwrap().0, 4);
    assert_eq!(draft.nodes[12].parent.unwrap().0, 11);
    assert_eq!(draft.nodes[9].line, 10);
}

#[test]
fn article_titles_and_numbers_in_every_form() {
    check(
        "第一条（立法目的）为了安全。",
        &["Art1 第一条<立法目的>", "Par1 为了安全。"],
    );
    check(
        "第一条 【立法 目的】 为了安全。",
        &["Art1 第一条<立法目的>", "Par1 为了安全。"],
    );
    check(
        "第一条（立法目的）\n为了安全。",
        &["Art1 第一条<立法目的>", "Par1 为了安全。"],
    );
    check(
        "### 第一条 立法目的\n\n为了安全。",
        &["Art1 第一条<立法目的>", "Par1 为了安全。"],
    );
    check("**第一条** 为了安全。", &["Art1 第一条", "Par1 为了安全。"]);
    check("第 一 条\n为了安全。", &["Art1 第一条", "Par1 为了安全。"]);
    check("第1条：为了安全。", &["Art1 第1条", "Par1 为了安全。"]);
    check("第一条为了安全。", &["Art1 第一条", "Par1 为了安全。"]);
    check(
        "第一条　（一）甲；",
        &["Art1 第一条", "Par1 ", "Ite1 （一）甲；"],
    );
    check(
        "第九条　甲。\n第九条之一　乙。\n第一千一百八十八条　丙。",
        &[
            "Art9 第九条",
            "Par1 甲。",
            "Art9-1 第九条之一",
            "Par1 乙。",
            "Art1188 第一千一百八十八条",
            "Par1 丙。",
        ],
    );
}

#[test]
fn a_citation_at_the_start_of_a_line_is_no_article() {
    check(
        "第一条　甲。\n第一条第二款规定的除外。\n第二章规定的除外。\n第二条规定的除外。\n第二条　的确如此。",
        &[
            "Art1 第一条",
            "Par1 甲。",
            "Par2 第一条第二款规定的除外。",
            "Par3 第二章规定的除外。",
            "Par4 第二条规定的除外。",
            "Art2 第二条",
            "Par1 的确如此。",
        ],
    );
}

#[test]
fn hard_line_breaks_are_joined_and_paragraphs_kept_apart() {
    check(
        "第一条　国家保护湿地，\n维护生态。\n公民有权举报。\n　　单位\n\n个人",
        &[
            "Art1 第一条",
            "Par1 国家保护湿地，维护生态。",
            "Par2 公民有权举报。",
            "Par3 单位",
            "Par4 个人",
        ],
    );
    check(
        "第一条　甲，\n- 12 -\n乙。",
        &["Art1 第一条", "Par1 甲，乙。"],
    );
}

#[test]
fn the_head_is_title_note_and_preamble() {
    #[track_caller]
    fn check(head: &str, title: &str, note: Option<&str>, preamble: &[&str]) {
        let draft = parse(&format!("{head}\n第一条　甲。")).unwrap();
        assert_eq!(draft.title, title, "{head}");
        assert_eq!(draft.note.as_deref(), note, "{head}");
        assert_eq!(draft.preamble, preamble, "{head}");
    }
    check("\u{feff}湿地法", "湿地法", None, &[]);
    check(
        "# 湿 地 法\n（草案二次审议稿）",
        "湿地法（草案二次审议稿）",
        None,
        &[],
    );
    check(
        "中华人民共和国\n\n湿地法\n\n（修订草案）",
        "中华人民共和国湿地法（修订草案）",
        None,
        &[],
    );
    check("附件1\n湿地法（草案）", "湿地法（草案）", None, &[]);
    check(
        "湿地法\n（2020年1月1日通过\n2022年1月1日修正）",
        "湿地法",
        Some("2020年1月1日通过2022年1月1日修正"),
        &[],
    );
    check(
        "湿地法\n（2020年通过）\n目 录\n第一章　总则…… 1\n附　则\n序　言\n第一章　总则",
        "湿地法",
        Some("2020年通过"),
        &[],
    );
    check(
        "湿地法\n序　言\n湿地是地球之肾。",
        "湿地法",
        None,
        &["序　言", "湿地是地球之肾。"],
    );
    check(
        "湿地法\n湿地是地球之肾。",
        "湿地法",
        None,
        &["湿地是地球之肾。"],
    );
    check(
        "# 湿地法\n2020年1月1日通过\n<!-- INFO END -->",
        "湿地法",
        None,
        &["2020年1月1日通过"],
    );
    check("", "", None, &[]);
}

#[test]
fn contents_are_skipped_with_and_without_their_heading() {
    let body = "第一编　甲\n第一章　乙\n第一条　一。\n第二编　丙\n第一章　丁\n第二条　二。";
    let contents = "第一编　甲\n第一章　乙\t1\n第二编　丙\n第一章　丁 2";
    let want = unlined(parse(body).unwrap());
    for text in [
        format!("目录\n{contents}\n{body}"),
        format!("{contents}\n\n{body}"),
    ] {
        assert_eq!(unlined(parse(&text).unwrap()), want, "{text}");
    }
    check(
        "目录\n第一章　甲\n第二章　乙\n第一条　一。",
        &["Art1 第一条", "Par1 一。"],
    );
}

#[test]
fn annexes_and_explanations_end_the_body() {
    let draft =
        parse("条例\n第一条　附件所列湿地：\n附件由省政府公布。\n附件：名录\n第一条　不是条文\n12")
            .unwrap();
    assert_eq!(draft.annex, ["附件：名录", "第一条　不是条文"]);
    assert_eq!(draft.articles().count(), 1);
    let draft = parse("条例\n第一条　甲。\n关于《条例（草案）》的说明\n第一条　乙。").unwrap();
    assert_eq!(draft.annex.len(), 2);
}

#[test]
fn what_is_not_a_draft_is_refused_with_its_line() {
    #[track_caller]
    fn check(text: &str, want: &str) {
        let message = parse(text).unwrap_err().to_string();
        assert!(message.contains(want), "{message}");
    }
    check(" \n\u{3000}\n", "文件是空的");
    check("\n\n{\"id\": 1}\n", "第3行起没有找到条文");
    check(
        "湿地法\n第一条　甲。\n第二条　乙。\n第一条　丙。",
        "第4行：“第一条”重复，第2行",
    );
}

#[test]
fn files_are_told_by_their_content() {
    let text = "湿地法（草案）\n第一条　為了湿地𠮷。";
    let (gb, _, _) = encoding_rs::GB18030.encode(text);
    let utf16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [text.as_bytes(), &gb, &utf16] {
        assert_eq!(read(bytes, "a.txt").unwrap(), parse(text).unwrap());
    }
    let message = |bytes: &[u8]| read(bytes, "甲.bin").unwrap_err().to_string();
    assert!(message(b"%PDF-1.7").contains("这是PDF文件"));
    assert!(message(b"a\0b").contains("二进制"));
    assert!(
        message(
            "甲\n乙\n"
                .as_bytes()
                .iter()
                .chain(b"\xff\xff")
                .copied()
                .collect::<Vec<_>>()
                .as_slice()
        )
        .contains("第3行")
    );
    assert!(matches!(
        read(&vec![b' '; super::MAX_FILE_BYTES + 1], "a"),
        Err(DraftError::TooLarge { .. })
    ));
    let amendment = read(
        "湿地法修正案（草案）\n一、将第三条修改为：“新。”".as_bytes(),
        "a.txt",
    )
    .unwrap();
    assert_eq!(amendment.articles().count(), 1);
}

#[test]
fn odd_numbering_is_warned_of() {
    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let draft = parse(text).unwrap();
        let got: Vec<String> = warnings(&draft).iter().map(ToString::to_string).collect();
        assert_eq!(got, want, "{text}");
    }
    check(
        "条例\n第一章　总则\n第一条　甲。\n第二章　分则\n第二条　乙：\n（一）丙；\n（二）丁。\n第二条之一　戊。\n第三条　己。",
        &[],
    );
    check("第一条　甲。", &["第1行：没有找到标题"]);
    check(
        "条例\n第一条　甲。\n第三条　乙。",
        &["第3行：“第三条”之前缺号：应先有“二”"],
    );
    check(
        "条例\n第二条　甲：\n（一）丙；\n（三）丁。",
        &[
            "第2行：“第二条”之前缺号：应先有“一”",
            "第4行：“（三）”之前缺号：应先有“二”",
        ],
    );
    check(
        "条例\n第一条　甲。\n第二条\n第四章　乙",
        &[
            "第3行：“第二条”没有内容",
            "第4行：“第四章”之前缺号：应先有“一”",
            "第4行：“第四章”之下没有条文",
        ],
    );
    check(
        "条例\n第一条　甲。\n第三条之一　乙。\n第二条　丙。",
        &[
            "第3行：“第三条之一”之前缺号：应先有“二”",
            "第4行：“第二条”的编号没有递增，前一个是“三之一”",
        ],
    );
}

#[test]
fn a_published_form_is_printed_as_it_was() {
    let text = "湿地保护条例（草案）\n（2024年5月1日通过）\n\n序言\n湿地是地球之肾。\n\n第一章　总则\n\n第一节　目的\n\n第一条（目的）　为了保护湿地，制定本条例。\n\
        第二条　下列活动适用本条例：\n（一）保护；\n（二）利用，包括：\n1.养殖；\n2.旅游。\n前款第二项由省政府规定。\n\n第二章　附则\n\n第三条　本条例自公布之日起施行。\n\n附件：名录\n甲\n";
    assert_eq!(print(&parse(text).unwrap()), text);
}

#[test]
fn a_code_of_thirteen_hundred_articles_keeps_its_numbers() {
    let mut text = "大法典（草案）\n".to_owned();
    for part in 1..=13u16 {
        writeln!(text, "第{}编　编名", numeral::format(part)).unwrap();
        for chapter in 1..=10u16 {
            writeln!(text, "第{}章　章名", numeral::format(chapter)).unwrap();
            for article in 1..=10 {
                let number = (part - 1) * 100 + (chapter - 1) * 10 + article;
                writeln!(text, "第{}条　内容。", numeral::format(number)).unwrap();
            }
        }
    }
    let draft = parse(&text).unwrap();
    let numbers: Vec<u16> = draft.articles().map(|(_, a)| a.number.main).collect();
    assert_eq!(numbers, (1..=1300).collect::<Vec<_>>());
    assert_eq!(
        draft
            .iter()
            .filter(|(_, n)| n.level == Level::Chapter)
            .count(),
        130
    );
    let last = draft.article(ArticleNo::new(1300)).unwrap();
    assert_eq!(
        draft
            .ancestor(last, Level::Part)
            .map(|p| draft.node(p).number.main),
        Some(13)
    );
}

/// Drafts as text in random layouts, made of legal pieces.
fn draft_text() -> impl Strategy<Value = String> {
    let sentence = "[国家公民应当保护湿地有权]{1,12}[。；：]?";
    let line = prop_oneof![
        4 => sentence.prop_map(|s| format!("{s}\n")),
        2 => (1..5u16, sentence).prop_map(|(n, s)| format!("（{}）{s}\n", numeral::format(n))),
        1 => (1..4u16, sentence).prop_map(|(n, s)| format!("{n}.{s}\n")),
        1 => Just("\n".to_owned()),
        1 => (1..30u16, sentence).prop_map(|(n, s)| format!("第{}条规定的{s}\n", numeral::format(n))),
        1 => sentence.prop_map(|s| format!("（{s}）{s}\n")),
    ];
    let article = (prop::collection::vec(line, 0..6), 0..5usize, any::<bool>());
    let chapter = prop::collection::vec(article, 0..4);
    prop::collection::vec(chapter, 1..4).prop_map(|chapters| {
        let (mut out, mut number, mut before) = ("试验法（草案）\n".to_owned(), 0, None);
        for (chapter, articles) in (1..).zip(chapters) {
            writeln!(out, "第{}章　章 名", numeral::format(chapter)).unwrap();
            for (lines, separator, inserted) in articles {
                let suffix = if inserted && number > 0 && before == Some(number) {
                    before = None;
                    "之一"
                } else {
                    number += 1;
                    before = Some(number);
                    ""
                };
                let label = format!("第{}条{suffix}", numeral::format(number));
                let separator = ["　", "\n", "（目的）", " 【目的】　", "："][separator];
                writeln!(out, "{label}{separator}{}", lines.concat()).unwrap();
            }
        }
        out
    })
}

proptest! {
    #[test]
    fn printing_and_reading_again_changes_nothing(text in draft_text()) {
        if let Ok(draft) = parse(&text) {
            let printed = print(&draft);
            let again = parse(&printed);
            prop_assert!(again.is_ok(), "{printed}");
            prop_assert_eq!(unlined(again.unwrap()), unlined(draft), "{}", printed);
        }
    }

    #[test]
    fn no_mix_of_fragments_panics(pieces in prop::collection::vec(prop_oneof![
        prop::sample::select(vec![
            "第一条", "第一条之二", "第 二 章", "第三编", "第一分编", "第", "条", "（一）", "1.", "（", "）", "目录", "附件", "附：", "序言",
            "\n", "\n\n", "　", "**", "#", "：“", "”", "一、将第三条修改为：", "<!--", "\u{202e}", "\u{feff}", "😀", "𠮷", "。", "草案",
        ]).prop_map(str::to_owned),
        any::<String>(),
    ], 0..40)) {
        let text = pieces.concat();
        if let Ok(draft) = parse(&text) {
            let _ = parse(&print(&draft));
            let _ = warnings(&draft);
        }
        let _ = read(text.as_bytes(), "a.txt");
    }
}
