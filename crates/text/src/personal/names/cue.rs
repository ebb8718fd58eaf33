//! What stands before and behind a name.

use std::ops::Range;

use super::super::findings::Findings;
use super::super::view::{View, is_han};

/// Evidence before a name, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Left {
    /// 我叫, 姓名：, 记录人：.
    Label,
    /// 我爱人, 邻居, 同事.
    Kin,
    /// 居民, 教师, 楼组长: what the person is.
    Role,
    /// 行政部, 研一: where the person belongs.
    Unit,
    /// Start of a line or clause.
    Edge,
    /// A word ends here, no more.
    Word,
    /// Inside a word.
    Inside,
}

/// Evidence behind a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    /// A remark in brackets and a colon: the name of a speaker.
    Introduced,
    /// A colon.
    Colon,
    /// A telephone number, an age, an address.
    Contact,
    /// 先生, 大姐, 律师.
    Title,
    /// 说, 提出.
    Speech,
    /// End of a line or of the text.
    LineEnd,
    /// Punctuation, white space.
    Edge,
    /// A grammar word that may follow a name.
    Word,
    /// Anything else.
    Inside,
}

/// Words right before one's own name.
const SELF_LABELS: [&str; 11] = [
    "我叫",
    "俺叫",
    "名叫",
    "叫做",
    "人叫",
    "名字是",
    "姓名",
    "联系人",
    "署名",
    "签名",
    "本人",
];

/// Ends of words for whoever wrote or did something, before a colon.
const LABEL_ENDS: [&str; 20] = [
    "名字", "落款", "人", "者", "员", "整理", "记录", "主持", "代表", "执笔", "撰写", "提交",
    "反映", "来信", "提议", "汇报", "负责", "经办", "编辑", "签字",
];

const KIN: [&str; 44] = [
    "儿子",
    "女儿",
    "儿媳",
    "女婿",
    "父亲",
    "母亲",
    "爸爸",
    "妈妈",
    "我爸",
    "我妈",
    "爱人",
    "妻子",
    "丈夫",
    "老公",
    "老婆",
    "媳妇",
    "孙子",
    "孙女",
    "外孙",
    "外孙女",
    "哥哥",
    "弟弟",
    "姐姐",
    "妹妹",
    "我哥",
    "我弟",
    "我姐",
    "我妹",
    "大伯",
    "叔叔",
    "舅舅",
    "姑姑",
    "爷爷",
    "奶奶",
    "外公",
    "外婆",
    "侄子",
    "外甥",
    "邻居",
    "隔壁",
    "同事",
    "同学",
    "朋友",
    "老乡",
];

/// Ends of words for what somebody is.
const ROLE_ENDS: [&str; 66] = [
    "居民",
    "村民",
    "市民",
    "农民",
    "牧民",
    "渔民",
    "业主",
    "租户",
    "住户",
    "农户",
    "商户",
    "用户",
    "职工",
    "员工",
    "社工",
    "民工",
    "义工",
    "教师",
    "老师",
    "律师",
    "厨师",
    "医师",
    "技师",
    "会计",
    "出纳",
    "司机",
    "骑手",
    "保安",
    "护士",
    "医生",
    "学生",
    "代表",
    "委员",
    "队员",
    "党员",
    "社员",
    "店员",
    "职员",
    "人员",
    "网格员",
    "管理员",
    "主任",
    "书记",
    "支书",
    "村长",
    "组长",
    "站长",
    "园长",
    "校长",
    "院长",
    "所长",
    "队长",
    "班长",
    "店长",
    "科长",
    "股长",
    "处长",
    "经理",
    "老板",
    "店主",
    "群众",
    "家长",
    "人",
    "老人",
    "法官",
    "孩子",
];

/// Ends of the names of bodies and years of study.
const UNIT_ENDS: [&str; 24] = [
    "部", "科", "室", "股", "站", "所", "处", "局", "办", "院", "公司", "中心", "协会", "商会",
    "学会", "研一", "研二", "研三", "大一", "大二", "大三", "大四", "本科", "小组",
];

const TITLES: [&str; 35] = [
    "先生",
    "女士",
    "小姐",
    "大姐",
    "大哥",
    "大嫂",
    "大爷",
    "大妈",
    "大娘",
    "大伯",
    "大叔",
    "阿姨",
    "奶奶",
    "爷爷",
    "叔叔",
    "师傅",
    "小朋友",
    "老师",
    "律师",
    "医生",
    "大夫",
    "教授",
    "同志",
    "老人",
    "老汉",
    "同学",
    "书记",
    "主任",
    "代表",
    "委员",
    "经理",
    "老板",
    "会计",
    "教师",
    "等人",
];

const SPEECH: [&str; 24] = [
    "说", "讲", "问", "提出", "认为", "表示", "反映", "建议", "介绍", "补充", "发言", "告诉",
    "指出", "称", "谈到", "提议", "觉得", "希望", "回忆", "答", "主张", "呼吁", "插话", "接着",
];

const CONTACT: [&str; 24] = [
    "电话",
    "手机",
    "身份证",
    "联系",
    "微信",
    "邮箱",
    "座机",
    "住",
    "家住",
    "现住",
    "今年",
    "现年",
    "男",
    "女",
    "年龄",
    "QQ",
    "地址",
    "住址",
    "卡号",
    "车牌",
    "汉族",
    "退休",
    "执业",
    "户籍",
];

/// Grammar words that may stand right behind a name.
const FOLLOWERS: &str =
    "的把被在是家住和与也就从到去来对给要想因由没不都还又却将曾当为这那跟同向于且及等今昨已";

/// The evidence before `at`.
pub(super) fn left(view: &View, at: usize) -> Left {
    let gap = view.chars[..at]
        .iter()
        .rev()
        .take(3)
        .take_while(|c| **c == ' ')
        .count();
    let before = view.before(at - gap, 6);
    let ends = |words: &[&str]| words.iter().any(|w| before.ends_with(w));
    if ends(&SELF_LABELS) {
        return Left::Label;
    }
    if let Some(label) = before.strip_suffix(':')
        && (LABEL_ENDS
            .iter()
            .chain(&SELF_LABELS)
            .any(|w| label.trim_end().ends_with(w)))
    {
        return Left::Label;
    }
    let word = view.is_word_boundary(at);
    if word && ends(&KIN) {
        return Left::Kin;
    }
    // ——王建国
    if before.ends_with("--") {
        return Left::Role;
    }
    if word {
        if ends(&ROLE_ENDS) || is_agent(view, at - gap, "员师民户匠医者") {
            return Left::Role;
        }
        // These also end verbs: 产生, 延长, 动手.
        if ends(&UNIT_ENDS) || is_agent(view, at - gap, "长手工商生主") {
            return Left::Unit;
        }
    }
    match view.previous(at) {
        _ if at == 0 => Left::Edge,
        Some(c) if is_edge(c) => Left::Edge,
        // 我王建国
        Some('我' | '俺') if word => Left::Unit,
        // 孩子叫梅子涵
        Some('叫' | '是') if word => Left::Unit,
        _ if word => Left::Word,
        _ => Left::Inside,
    }
}

/// A word of two or more characters before `end` whose last is one of `marks`: 保洁员, 户主.
fn is_agent(view: &View, end: usize, marks: &str) -> bool {
    let word = view.word_before(end);
    word.len() >= 2
        && view.slice(word) != "或者"
        && view.previous(end).is_some_and(|c| marks.contains(c))
}

/// The evidence behind `at`. `found` holds the numbers, accounts and addresses.
pub(super) fn right(view: &View, at: usize, found: &Findings) -> Right {
    let Some(next) = view.get(at) else {
        return Right::LineEnd;
    };
    let rest = view.after(at, 24);
    let starts = |rest: &str, words: &[&str]| words.iter().any(|w| rest.starts_with(w));
    let titled = TITLES
        .iter()
        .find(|title| rest.starts_with(**title))
        .is_some_and(|title| view.is_word_boundary(at + title.chars().count()));
    if titled {
        return Right::Title;
    }
    if starts(rest, &SPEECH) {
        return Right::Speech;
    }
    if !is_edge(next) && !next.is_ascii_alphanumeric() {
        return if is_follower(next) || !is_han(next) {
            Right::Word
        } else {
            Right::Inside
        };
    }
    if next == '('
        && let Some((_, behind)) = rest.split_once(')')
    {
        if behind.trim_start_matches([')', ' ']).starts_with(':') {
            return Right::Introduced;
        }
    }
    if rest.trim_start().starts_with(':') {
        return Right::Colon;
    }
    let gap = rest.chars().take(3).take_while(|c| is_gap(*c)).count();
    let behind = view.after(at + gap, 8);
    if found.is_taken(at + gap) || starts(behind, &CONTACT) || tells_age(behind) {
        return Right::Contact;
    }
    if next == '\n' {
        Right::LineEnd
    } else {
        Right::Edge
    }
}

/// Whether `c` may be the word right behind a name.
pub(super) fn is_follower(c: char) -> bool {
    FOLLOWERS.contains(c)
}

/// 六十九岁, 69岁
fn tells_age(text: &str) -> bool {
    let digits: usize = text
        .chars()
        .take_while(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c))
        .map(char::len_utf8)
        .sum();
    digits > 0 && text[digits..].starts_with('岁')
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | ',' | '、' | '(' | ';' | '。')
}

/// White space and punctuation.
pub(super) fn is_edge(c: char) -> bool {
    c.is_whitespace()
        || c.is_ascii_punctuation()
        || "。、“”‘’《》〈〉「」『』…—·•①②③④⑤⑥⑦⑧⑨".contains(c)
}

/// The part of the line before `at`.
pub(super) fn line_head(view: &View, at: usize, longest: usize) -> Option<Range<usize>> {
    let floor = at.saturating_sub(longest);
    let start = (floor..at)
        .rev()
        .find(|&i| view.chars[i] == '\n')
        .map(|i| i + 1);
    start.or((floor == 0).then_some(0)).map(|start| start..at)
}
