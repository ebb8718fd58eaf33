//! The amendment patterns of the survey (A1–A5, D1–D4, I1–I8, M1–M6, C1–C5, R1–R5, T1) and what proposes nothing.

use super::{DraftWords, find};
use crate::{cite, draft};
use caifeng_domain::{Draft, Edit, EditOp, Span};
use proptest::prelude::*;
use std::sync::LazyLock;

static DRAFT: LazyLock<Draft> = LazyLock::new(|| {
    let text = "公园条例（草案）\n\
        第一条 为了保护公园，制定本条例。\n\
        第二条 市人民政府可以安排养护经费。\n\
        公园应当有公共厕所。\n\
        第三条 擅自采挖花草、树木的，处五百元以下罚款。\n\
        第四条 公园在三十日内公布票价，必要时可以听取意见。\n";
    draft::parse(text).unwrap()
});

fn edit(text: &str) -> Option<Edit> {
    find(
        text,
        Span::new(0, text.len()),
        &cite::find(text, &DRAFT, None),
        &DraftWords::of(&DRAFT),
    )
}

/// `replace 可以→应当`, `delete 擅自→`, `insert →…`.
#[track_caller]
fn check(text: &str, want: &str) {
    let got = edit(text).map(|edit| {
        let op = EditOp::ALL
            .iter()
            .find(|(op, ..)| *op == edit.op)
            .unwrap()
            .1;
        let words = |words: Option<String>| words.unwrap_or_default();
        format!("{op} {}→{}", words(edit.from), words(edit.to))
    });
    assert_eq!(got.unwrap_or_default(), want, "{text}");
}

#[test]
fn replacements_name_old_and_new_words() {
    check(
        "建议将第二条第一款中的“可以”修改为“应当”。",
        "replace 可以→应当",
    );
    check(
        "把“可以安排”这种话换成“应当安排”",
        "replace 可以安排→应当安排",
    );
    check("第二条“可以”应改为“应当”", "replace 可以→应当");
    check(
        "第四条写“必要时可以听取意见”。“可以”太软，建议改为“应当听取意见”。",
        "replace 可以听取意见→应当听取意见",
    );
    check(
        "第四条写“必要时可以听取意见”。“可以”太软，建议改为“必要时应当听取意见”。",
        "replace 必要时可以听取意见→必要时应当听取意见",
    );
    check(
        "第四条写“必要时可以听取意见”。“可以”太软，建议改为“应当”。",
        "replace 可以→应当",
    );
    check(
        "第二条里的“可以”务必写成“必须”，不然落空。",
        "replace 可以→必须",
    );
    check("第二条第一款，“可以”宜为“应当”。", "replace 可以→应当");
    check(
        "罚款由“五百元以下”提高到“一千元以下”",
        "replace 五百元以下→一千元以下",
    );
    check(
        "“可以”两个字等于没写，建议改成“应当”。",
        "replace 可以→应当",
    );
    check("“可以”能不能改成“应当”？", "replace 可以→应当");
    check("第二條“可以”請改為“應當”", "replace 可以→應當");
    check(
        "“公园在三十日内公布票价”建议改为“公布收费”。",
        "replace 公园在三十日内公布票价→公布收费",
    );
    check(
        "“三十日内公布票价”建议改为“十日内公布票价”。",
        "replace 三十日内公布票价→十日内公布票价",
    );
    check("把“可以”变成“应当”", "replace 可以→应当");
    check(
        "“擅自……处五百元以下罚款”太轻，改为“处一千元以下罚款”",
        "replace 处五百元以下罚款→处一千元以下罚款",
    );
}

#[test]
fn values_are_replaced_without_quotation_marks() {
    check("第四条三十日改为六十日", "replace 三十日→六十日");
    check("第三条罚款五百元改一千元吧", "replace 五百元→一千元");
    check(
        "公布时间是三十日，太短，建议延长到六十日。",
        "replace 三十日→六十日",
    );
    check(
        "现在写的2026年1月1日太急，建议延到2026年7月1日。",
        "replace 2026年1月1日→2026年7月1日",
    );
}

#[test]
fn deletions_name_the_words() {
    check("建议删去“擅自”。", "delete 擅自→");
    check("“擅自采挖花草”中的“擅自”应予删除。", "delete 擅自→");
    check("擅自两个字去掉", "delete 擅自→");
    check("删去擅自二字", "delete 擅自→");
    check(
        "第四条有“必要时可以”，我怕。请把这几个字删掉。",
        "delete 必要时可以→",
    );
    check("“花草、”这三个字建议删掉", "delete 花草、→");
    check("第三条没有必要，建议删除", "delete →");
}

#[test]
fn insertions_take_quoted_words_or_the_clause_after_a_colon() {
    check("建议增加“公园免费开放”。", "insert →公园免费开放");
    check("在“公共厕所”后增加“和母婴室”", "insert →和母婴室");
    check(
        "第二条增加一款，作为第三款：“公园应当免费开放。”",
        "insert →公园应当免费开放。",
    );
    check(
        "请加一句：本条例施行前在册的摊位，可以继续经营。谢谢。",
        "insert →本条例施行前在册的摊位，可以继续经营",
    );
    check(
        "希望在第二条后面补一句，公园应当向老人免费开放。谢谢。",
        "insert →公园应当向老人免费开放",
    );
    check("希望在第二条后面补一句，大家心里也踏实。", "insert →");
    check("应当把“免费开放”写进去", "insert →免费开放");
    check("建议增加一章，专门规定志愿服务", "insert →");
    check(
        "“处五百元以下罚款”太软，请补上没收工具",
        "replace 处五百元以下罚款→",
    );
}

#[test]
fn whole_provisions_move_merge_and_split() {
    check("建议第三条移至第四条之后", "move →");
    check("建议第二条与第三条合并", "merge →");
    check("建议拆分为两条", "split →");
    check("该款建议单独成条", "split →");
}

#[test]
fn clarifications_have_no_new_words() {
    check("建议进一步明确养护的标准", "clarify →");
    check("请细化听取意见的程序", "clarify →");
    check("“必要时可以”请界定清楚", "clarify 必要时可以→");
    check(
        "“公园应当有公共厕所”建议量化：每公顷不少于两座。",
        "replace 公园应当有公共厕所→每公顷不少于两座",
    );
}

#[test]
fn tables_of_old_and_new_wording_are_read() {
    check(
        "条款｜第二条\n现文｜可以安排\n建议｜应当安排\n理由｜太软",
        "replace 可以安排→应当安排",
    );
}

#[test]
fn what_proposes_no_wording_has_no_edit() {
    for text in [
        "第三条很好，赞成。",
        "不赞成把“可以”改为“应当”。",
        "千万别删“擅自”。",
        "“擅自”不能删",
        "我们那里的门票从十元提高到三十元，谁去？",
        "这几年公园增加了不少。",
        "费用增加，负担重",
        "规定得不明确。",
        "有人要求增加“不得遛狗”，我反对。",
        "养狗算不算擅自采挖？说清楚点行不行？",
        "“可以”两个字到了下面就变成“必须”",
        "",
    ] {
        check(text, "");
    }
}

#[test]
fn the_target_is_the_paragraph_as_written_and_old_words_are_looked_up() {
    let found = edit("第二条第一款的“可以”改为“应当”，不要“免费”。").unwrap();
    assert_eq!(
        (found.target.as_str(), found.from_in_draft),
        ("第一款", Some(true))
    );
    let found = edit("第二条的“免费”改为“收费”").unwrap();
    assert_eq!(
        (found.target.as_str(), found.from_in_draft),
        ("", Some(false))
    );
}

proptest! {
    #[test]
    fn any_mix_is_read_without_panic(text in "([将把改为删去增加明确“”：:。，\n一二三十元日第条款字个…😀]|建议|修改为|删除){0,60}") {
        if let Some(edit) = edit(&text) {
            for words in edit.from.iter().chain(&edit.to) {
                prop_assert!(text.contains(words.as_str()));
            }
        }
    }
}
