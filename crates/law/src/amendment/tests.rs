use caifeng_domain::EditOp;
use proptest::prelude::*;

use super::{is_amendment, parse, to_draft};

const SAMPLE: &str = "湖泊保护法修正案（草案）\n\n一、将第三条修改为：“湖泊保护坚持生态优先。\n“国家建立湖长制，包括：\n“（一）省级湖长；\n“（二）市级湖长。”\n\
    二、增加一条，作为第十五条：“任何人不得填湖。”\n三、删去第八条。\n四、将第十条中的“第九条”修改为“第八条”。\n\
    五、将第二十条改为第二十一条，第二款修改为：“罚款一万元。”\n六、增加一章，作为第五章：“第五章　数字湖泊\n第三十条　建立平台。\n第三十一条　共享数据。”\n\
    七、第三条增加一款，作为第三款：“湖长定期巡湖。”\n八、将第二章章名修改为“规划”。\n此外，对条文顺序作相应调整。\n本修正案自公布之日起施行。\n";

#[test]
fn each_item_says_what_happens_to_which_article() {
    #[track_caller]
    fn check(item: &str, op: EditOp, old: &[&str], new: Option<&str>, text: &[&str]) {
        let draft = parse(&format!("某法修正案（草案）\n一、{item}")).unwrap();
        let got = &draft.items[0];
        let numbers: Vec<String> = got.old.iter().map(ToString::to_string).collect();
        assert_eq!(
            (got.op, numbers.as_slice()),
            (
                op,
                &old.iter().map(ToString::to_string).collect::<Vec<_>>()[..]
            ),
            "{item}"
        );
        assert_eq!(got.new.map(|n| n.to_string()).as_deref(), new, "{item}");
        assert_eq!(got.text, text, "{item}");
    }
    use EditOp::{Delete, Insert, Merge, Move, Replace, Split};
    check("将第三条修改为：“新。”", Replace, &["3"], None, &["新。"]);
    check("第三条修改为：\"新。\"", Replace, &["3"], None, &["新。"]);
    check(
        "将第五条改为第六条，修改为：“新。”",
        Replace,
        &["5"],
        Some("6"),
        &["新。"],
    );
    check("将第五条改为第六条。", Move, &["5"], Some("6"), &[]);
    check(
        "将第五条至第八条改为第六条至第九条。",
        Move,
        &["5", "6", "7", "8"],
        Some("6"),
        &[],
    );
    check(
        "增加一条，作为第十五条：“新。”",
        Insert,
        &[],
        Some("15"),
        &["新。"],
    );
    check(
        "在第一百三十三条之一后增加一条，作为第一百三十三条之二：“新。”",
        Insert,
        &[],
        Some("133-2"),
        &["新。"],
    );
    check(
        "第十三条增加一款，作为第二款：“新。”",
        Insert,
        &["13"],
        None,
        &["新。"],
    );
    check("删去第八条、第九条。", Delete, &["8", "9"], None, &[]);
    check(
        "将第五条、第六条合并，作为第五条，修改为：“新。”",
        Merge,
        &["5", "6"],
        Some("5"),
        &["新。"],
    );
    check(
        "将第七条拆分为两条，作为第七条：“新。”",
        Split,
        &["7"],
        Some("7"),
        &["新。"],
    );
    check(
        "将第十条中的“第九条”修改为“第八条”。",
        Replace,
        &["10"],
        None,
        &[],
    );
}

#[test]
fn a_list_of_changes_is_read_item_by_item() {
    let draft = parse(SAMPLE).unwrap();
    assert_eq!(draft.title, "湖泊保护法修正案（草案）");
    let numbers: Vec<u16> = draft.items.iter().map(|i| i.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(draft.items[0].text.len(), 4);
    assert_eq!(draft.items[0].instruction, "将第三条修改为");
    assert_eq!(draft.items[5].line, 11);
    assert_eq!(draft.closing.len(), 2);
}

#[test]
fn it_becomes_a_draft_with_an_article_for_each_number() {
    let draft = to_draft(&parse(SAMPLE).unwrap());
    let articles: Vec<String> = draft
        .articles()
        .map(|(id, a)| {
            format!(
                "{} {} {}",
                a.number,
                a.title.clone().unwrap_or_default(),
                draft.full_text(id).replace('\n', "/")
            )
        })
        .collect();
    assert_eq!(
        articles,
        [
            "3 一、将第三条修改为 湖泊保护坚持生态优先。/国家建立湖长制，包括：/（一）省级湖长；/（二）市级湖长。/七、第三条增加一款，作为第三款/湖长定期巡湖。",
            "15 二、增加一条，作为第十五条 任何人不得填湖。",
            "8 三、删去第八条。 三、删去第八条。",
            "10 四、将第十条中的“第九条”修改为“第八条”。 四、将第十条中的“第九条”修改为“第八条”。",
            "21 五、将第二十条改为第二十一条，第二款修改为 罚款一万元。",
            "30 六、增加一章，作为第五章：第五章　数字湖泊 建立平台。",
            "31 六、增加一章，作为第五章：第五章　数字湖泊 共享数据。",
        ]
    );
    assert_eq!(
        draft.annex,
        [
            "八、将第二章章名修改为“规划”。",
            "此外，对条文顺序作相应调整。",
            "本修正案自公布之日起施行。"
        ]
    );
}

#[test]
fn amendments_are_told_from_full_texts() {
    assert!(is_amendment(SAMPLE));
    assert!(!is_amendment(
        "湖泊法（草案）\n第一条　甲。\n一、将第三条修改为：“乙。”"
    ));
    assert!(!is_amendment("会议纪要\n一、大家认为很好。"));
    let message = parse("\n会议纪要\n一、很好").unwrap_err().to_string();
    assert!(message.contains("第2行起没有找到修改事项"), "{message}");
}

proptest! {
    #[test]
    fn no_mix_of_fragments_panics(pieces in prop::collection::vec(prop::sample::select(vec![
        "一、", "二、", "（一）", "将第三条修改为", "增加一条", "，作为第十五条", "：", "“", "”", "\"", "\n", "删去", "第五条", "至", "第三章", "甲。", "😀", "",
    ]), 0..40)) {
        let text = pieces.concat();
        if let Ok(draft) = parse(&text) {
            prop_assert!(!draft.items.is_empty());
            let numbers: Vec<_> = to_draft(&draft).articles().map(|(_, a)| a.number).collect();
            let mut unique = numbers.clone();
            unique.sort_unstable();
            unique.dedup();
            prop_assert_eq!(numbers.len(), unique.len());
        }
    }
}
