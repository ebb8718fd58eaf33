//! The patterns by which people cite, numbered as in the project's survey of legal citations, and what must not fire.

use super::find;
use caifeng_domain::{
    ArticleNo, Citation, CitationRole, CitedLaw, Draft, Level, Node, NodeId, ParagraphNo, Target,
};
use proptest::prelude::*;
use std::sync::LazyLock;

static DRAFT: LazyLock<Draft> = LazyLock::new(build);

/// 1,200 articles in six chapters, the chapters in two parts. Each article has three paragraphs, the second of them four
/// items, the third of these three subitems. There is a 第一百二十条之一.
fn build() -> Draft {
    let mut draft = Draft {
        title: "中华人民共和国消费者权益保障法（草案）".to_owned(),
        annex: vec!["附表一".to_owned()],
        ..Draft::default()
    };
    let mut article = 0;
    let mut part = None;
    for (chapter, title) in (1..).zip([
        "总则",
        "消费者的权利",
        "经营者的义务",
        "争议的解决",
        "法律责任",
        "附则",
    ]) {
        if chapter % 3 == 1 {
            part = Some(add(
                &mut draft,
                Level::Part,
                ArticleNo::new(chapter / 3 + 1),
                None,
            ));
        }
        let id = add(&mut draft, Level::Chapter, ArticleNo::new(chapter), part);
        draft.nodes[id.0 as usize].title = Some(title.to_owned());
        let section = add(&mut draft, Level::Section, ArticleNo::new(1), Some(id));
        add(&mut draft, Level::Section, ArticleNo::new(2), Some(id));
        for _ in 0..200 {
            article += 1;
            add_article(&mut draft, ArticleNo::new(article), section);
            if article == 120 {
                add_article(&mut draft, ArticleNo::with_inserted(120, 1), section);
            }
        }
    }
    draft
}

fn add_article(draft: &mut Draft, number: ArticleNo, parent: NodeId) {
    let article = add(draft, Level::Article, number, Some(parent));
    for paragraph in 1..=3 {
        let id = add(
            draft,
            Level::Paragraph,
            ArticleNo::new(paragraph),
            Some(article),
        );
        for item in (1..=4).filter(|_| paragraph == 2) {
            let id = add(draft, Level::Item, ArticleNo::new(item), Some(id));
            for subitem in (1..=3).filter(|_| item == 3) {
                add(draft, Level::Subitem, ArticleNo::new(subitem), Some(id));
            }
        }
    }
}

fn add(draft: &mut Draft, level: Level, number: ArticleNo, parent: Option<NodeId>) -> NodeId {
    let id = NodeId(draft.nodes.len() as u32);
    draft.nodes.push(Node {
        level,
        number,
        label: String::new(),
        title: None,
        text: String::new(),
        parent,
        children: Vec::new(),
        line: 1,
    });
    if let Some(parent) = parent {
        draft.nodes[parent.0 as usize].children.push(id);
    }
    id
}

/// `12/2/3/1`: article, paragraph, item, subitem; `ch3/2`: chapter, section; `?` for a level left out.
fn show(target: &Target) -> String {
    let mut levels = vec![target.article.map_or_else(
        || target.chapter.map_or("?".to_owned(), |n| format!("ch{n}")),
        |number| number.to_string(),
    )];
    levels.extend(target.section.map(|n| n.to_string()));
    levels.push(
        target
            .paragraph
            .map_or("?".to_owned(), |paragraph| match paragraph {
                ParagraphNo::Number(n) => n.to_string(),
                ParagraphNo::Last => "last".to_owned(),
            }),
    );
    levels.push(target.item.map_or("?".to_owned(), |n| n.to_string()));
    levels.push(target.subitem.map_or("?".to_owned(), |n| n.to_string()));
    while levels.len() > 1 && levels.last().is_some_and(|level| level == "?") {
        levels.pop();
    }
    levels.join("/")
}

/// One citation a word: its targets joined by `,`, before them the law unless it is the draft, behind them the role
/// unless it is the target, `!` where the draft lacks one.
fn shown(citations: &[Citation]) -> String {
    let each = citations.iter().map(|citation| {
        let law = match &citation.law {
            CitedLaw::ThisDraft => String::new(),
            CitedLaw::OtherReading(reading) => {
                format!("v{}:", reading.map_or("?".to_owned(), |n| n.to_string()))
            }
            CitedLaw::InForce => "old:".to_owned(),
            CitedLaw::Other(name) => format!("{name}:"),
        };
        let targets: Vec<_> = citation.targets.iter().map(show).collect();
        let missing = if citation.missing.is_empty() { "" } else { "!" };
        let role = match (citation.role, &citation.law) {
            (CitationRole::Target, _) | (_, CitedLaw::Other(_)) => "",
            (CitationRole::Comparison, _) => "=",
            (CitationRole::Destination, _) => ">",
        };
        format!("{law}{}{missing}{role}", targets.join(","))
    });
    each.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(text: &str, want: &str) {
    check_in(text, None, want);
}

/// With the form of article `hint`.
#[track_caller]
fn check_in(text: &str, hint: Option<u16>, want: &str) {
    let citations = find(text, &DRAFT, hint.map(ArticleNo::new));
    assert_eq!(shown(&citations), want, "{text}");
    for citation in &citations {
        assert!(
            citation.law == CitedLaw::ThisDraft || citation.nodes.is_empty(),
            "{text}"
        );
    }
}

#[test]
fn patterns_1_to_20_name_one_provision() {
    check("第十二条", "12"); // 1
    check("第12条", "12"); // 2
    check("第１２条", "12"); // 3
    check("12条", "12"); // 4
    check("草案12条", "12");
    check("草案3条", "3");
    check("第 十二 条", "12"); // 5
    check("第 十 二 条", "12");
    check("第一百零五条", "105"); // 6
    check("第一百〇五条", "105"); // 7
    check("第一〇五条", "105");
    check("第一百一十条", "110"); // 8
    check("第一百十条", "110");
    check("第二百条", "200"); // 9
    check("第一千一百八十八条", "1188"); // 10
    check("第一百二十条之一", "120-1"); // 11
    check("第120条之1", "120-1");
    check("第十二条第二款", "12/2"); // 12
    check("第十二条第2款", "12/2"); // 13
    check("第12条第二款", "12/2");
    check("12条2款", "12/2"); // 14
    check("第十二条第二款第（三）项", "12/2/3"); // 15
    check("第十二条第二款第三项", "12/2/3"); // 16
    check("第十二条第(三)项", "12/?/3"); // 17
    check("第十二条（三）", "12/?/3");
    check("第十二条第㈢项", "12/?/3");
    check("第12条第2款第3项", "12/2/3"); // 18
    check("第十二条第三项第2目", "12/?/3/2"); // 19
    check("见12.2.3的规定", "12/2/3"); // 20
}

#[test]
fn patterns_21_to_30_are_lists_and_inherit() {
    check_in("第二款第一项", Some(12), "12/2/1"); // 21
    check("第八、九条", "8,9"); // 22
    check("第八条、第九条", "8,9"); // 23
    check("第八条和第十条", "8,10"); // 24
    check("第8、10条", "8,10");
    check("第八条至第十条", "8,9,10"); // 25
    check("第8-10条", "8,9,10");
    check("8～10条", "8,9,10");
    check("八到十条", "8,9,10");
    check("从第八条到十条", "8,9,10");
    check("第十二条第一、二款", "12/1,12/2"); // 26
    check("第十二条第一款至第三款", "12/1,12/2,12/3"); // 27
    check("第十二条第（一）至（四）项", "12/?/1,12/?/2,12/?/3,12/?/4"); // 28
    check("第十二条第二款和第十五条第一款", "12/2,15/1"); // 29
    check("第十二条第一款，第二款第三项", "12/1,12/2/3"); // 30
    check("三、第十五条第二款", "15/2");
    check("其一，第三条", "3");
    check("2、34条第二款", "34/2");
}

#[test]
fn patterns_31_to_42_are_structural() {
    check("第三章", "ch3"); // 31
    check("第3章", "ch3");
    check("第三章第二节", "ch3/2"); // 32
    check("第二编第四章", "ch4"); // 33
    check("总则", "ch1"); // 34
    check("总则部分", "ch1");
    check("第一章总则", "ch1");
    check("第五章“法律责任”", "ch5");
    check("附则", "ch6"); // 35
    check("法律责任那章", "ch5"); // 36
    check("法律责任一章", "ch5");
    check("“法律责任”这一章", "ch5");
    check("罚则部分", "ch5");
    check("经营者义务那章写得虚", "ch3");
    check("义务那一整章写得虚", "ch3");
    check("最后一章", "ch6"); // 37
    check("最后一条的施行日期", "1200");
    check("倒数第二条", "1199");
    check("附表一", "?"); // 40
    check("修改后的第十五条", "15"); // 42, 61
    check("增加的第十五条", "15");
}

#[test]
fn patterns_43_to_50_depend_on_context() {
    check_in("本条", Some(12), "12"); // 43
    check("第十二条很好，但该条没有罚则", "12 12");
    check("看了第十二条，这一条落不了地", "12 12");
    check_in("前款", Some(12), "12"); // 44
    check("第十二条第二款与前款不同", "12/2 12/1=");
    check("第十二条第三款不清，该款应删", "12/3 12/3");
    check_in("上一条", Some(12), "11"); // 45
    check_in("下一条", Some(12), "13"); // 46
    check_in("上一条", Some(1), "");
    check("从第六十八条往上看，上一条里罚得太轻", "68= 67");
    check("第十二条第一款不好，上述规定应删", "12/1 12"); // 47
    check("第十二条没写。同条第三款", "12 12/3"); // 48
    check("第十二条第二款最后一句", "12/2"); // 50
    check("第十六条最后一款", "16/last");
    check("第十二条中的“有关部门”", "12"); // 51
    check("本条", "");
    check("第二款", "");
}

#[test]
fn patterns_55_to_71_tell_versions_and_other_laws_apart() {
    check("草案第三十条", "30"); // 55
    check("《消费者权益保障法（草案）》第三十条", "30");
    check("《消费者权益保障法》第三十条", "30");
    check("消费者权益保障法第三十条", "30");
    check("消保法第三十条", "30");
    check("消费者保障法第三十条", "30");
    check("草案二审稿第三十条", "v2:30"); // 56
    check("二次审议稿第30条", "v2:30");
    check("一审稿的第二十八条", "v1:28"); // 57
    check("修订草案第四十一条第一款", "41/1"); // 58
    check("征求意见稿第十条", "10"); // 59
    check("现行法第二十一条", "old:21"); // 60
    check("原法第21条", "old:21");
    check("原第十条", "old:10");
    check("现行《消费者权益保障法》第十条", "old:10");
    check("《民法典》第一千零三十四条", "民法典:1034"); // 63
    check("民法典1034条", "民法典:1034"); // 64
    check("民法典第1034条", "民法典:1034");
    check("甲市养犬条例第五条", "甲市养犬条例:5");
    check("按照养犬条例5条和第六条", "养犬条例:5,6");
    check("按刑法第五条处理", "刑法:5");
    check("我市条例第五条", "5");
    check("新条例第五条", "5");
    check("刑法第二百八十七条之二", "刑法:287-2"); // 65
    check("宪法第四十九条", "宪法:49"); // 66
    check("上位法第八条", "上位法:8"); // 67
    check("《海门市公园条例》第八条", "海门市公园条例:8");
    check(
        "《教育法》第五十五条、第五十六条的“两个提高”",
        "教育法:55,56",
    );
    check("《行政诉讼法》（2017年修正）第十二条", "行政诉讼法:12");
    check("《行政诉讼法》在第十二条中规定", "行政诉讼法:12");
    check("《公司法》规定得细，其第十条", "公司法:10");
    check("《公司法》规定得细。该法第十条", "公司法:10");
    check("该法第十条", "10");
    check("《公司法》第十条写了，该条第二款", "公司法:10 公司法:?/2");
    check(
        "参照《保险法》第二十五条，建议本法第十九条明确",
        "保险法:25 19",
    ); // 68
    check(
        "《土地管理法》第七十五条和本法第六十七条都罚",
        "土地管理法:75 67",
    );
    check("第三十条与第四十条重复", "30 40="); // 69
    check("与第八条矛盾", "8=");
    check("与第六条缩小差距的目标相悖", "6=");
    check("第二十五条与第三十七条、第五十一条的关系", "25 37,51=");
    check("第十六条与第十七条都应当删除", "16,17");
    check("与之相连的第54条", "54");
    check("第十二条（二审稿第十四条）", "12 v2:14"); // 70
    check("对照表第6页第十二条", "12"); // 71
}

#[test]
fn patterns_72_to_77_are_oral_foreign_or_none() {
    check("P12第3行", ""); // 72
    check("第12页第二段", "");
    check("art. 12", "12"); // 73
    check("Article 12", "12");
    check("第12條", "12");
    check("第十二條第二項", "12/?/2");
    check("12 条 2 款 2 项、3 项", "12/2/2,12/2/3"); // 74
    check("十二条二款", "12/2"); // 75
    check("二十六条里的“移交”", "26");
    check("四十七条的秸秆", "47");
    check("67条对老百姓松一点", "67");
    check("第时二条", "12"); // 76
    check("第十二跳", "12");
    check("第12调", "12");
    check("第十二条第二宽", "12/2");
    check("⑫①", ""); // 77
    check("第九千九百九十九条", "9999!");
}

#[test]
fn counts_ordinals_and_other_words_are_no_citations() {
    for text in [
        "第一，删。第二，改。",
        "第一条意见",
        "第一条建议",
        "第一条建议是删掉",
        "我有三条建议",
        "提两点",
        "一条街",
        "一条路",
        "第三条路",
        "两款软件",
        "第一款软件",
        "第三方机构",
        "第三人",
        "第一时间",
        "第一责任人",
        "第一产业",
        "第十四届全国人大第三次会议",
        "一审法院",
        "二审判决",
        "条例第几条",
        "12条意见",
        "八项规定",
        "五条措施",
        "第3季度",
        "一条龙",
        "提了十六条",
        "一共七十条",
        "第四届",
        "第一章程",
        "第一编辑",
        "第二节课",
        "第三项目部",
        "第一条件",
        "2026.11.21",
        "电话 138.12.3",
        "版本1.2.3版",
        "v1.2.3",
        "这条街",
        "这一条建议我赞成",
        "以上条款",
        "本条例",
        "第三调解室",
    ] {
        check(text, "");
    }
}

#[test]
fn what_follows_tells_an_article_from_a_count() {
    check("第三十七条建议保留", "37");
    check("第三条建议删除", "3");
    check("第四十一条建议把“及时”改掉", "41");
    check("第三条街道办事处应当", "3");
    check("第六十三条线索须核实", "63");
    check("第三条例外情形", "3");
    check("第十项目的不明", "");
}

#[test]
fn destinations_are_no_targets() {
    check("将第八条移至第四十条之后", "8 40>");
    check("增加一条作为第十三条", "13>");
    check("在第十三条后增加一条", "13");
    check("第八条调整到第三章", "8 ch3>");
}

#[test]
fn spans_fit_the_text_as_delivered() {
    let text = "😀关于《民法典》 第 １２ 條，与本法第十二条。";
    let spans: Vec<_> = find(text, &DRAFT, None)
        .iter()
        .map(|citation| citation.span.of(text))
        .collect();
    assert_eq!(spans, ["《民法典》 第 １２ 條", "本法第十二条"]);
}

#[test]
fn hostile_texts_take_linear_time() {
    for seed in [
        "第",
        "一",
        "1、",
        "第一条、",
        "《",
        "第1-65535条",
        "法",
        "这一",
        "》第一条",
        "章",
        "一章",
    ] {
        let text = seed.repeat(60_000 / seed.len());
        assert!(find(&text, &DRAFT, None).len() <= text.len());
    }
}

proptest! {
    #[test]
    fn any_mix_gives_ordered_spans_on_boundaries(
        text in "([第条款项目章节编本该前最后一二十百千之至、，。《》（）()0-9.~法草案稿与和 \n😀]|[\u{200f}\u{202e}\u{20000}A-Za-z]){0,60}"
    ) {
        let mut end = 0;
        for citation in find(&text, &DRAFT, Some(ArticleNo::new(3))) {
            let span = citation.span;
            prop_assert!(end <= span.start && span.start < span.end && text.get(span.start..span.end).is_some());
            prop_assert!(!citation.targets.is_empty() && citation.nodes.len() + citation.missing.len() <= citation.targets.len());
            end = span.end;
        }
    }

    #[test]
    fn every_article_is_found_in_every_script(n in 1u16..=1200, spaced: bool) {
        let chinese = crate::numeral::format(n);
        let wide: String = n.to_string().chars().filter_map(|c| char::from_u32(c as u32 - '0' as u32 + '０' as u32)).collect();
        for number in [chinese, n.to_string(), wide] {
            for unit in ["条", "條"] {
                let gap = if spaced { " " } else { "" };
                let text = format!("我对第{gap}{number}{gap}{unit}不赞成");
                prop_assert_eq!(shown(&find(&text, &DRAFT, None)), n.to_string());
            }
        }
    }
}
