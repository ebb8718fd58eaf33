//! Whether words are a person: a name, a role, or both.

/// A person as a label or a list has it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub name: String,
    pub role: Option<String>,
}

/// The most common surnames. Rarer ones, and those that begin many words, need more evidence: a
/// role beside them, or the list of those present.
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜\
    戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦\
    季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁耿牟卜詹柯欧阮闫";

/// Words of two or three characters that begin with a surname and are no names.
#[rustfmt::skip]
const NOT_NAMES: [&str; 58] = [
    "方案", "方面", "方式", "方法", "方针", "高度", "高效", "万一", "任务", "任何", "任期", "金额", "金融", "石油", "石材", "于是",
    "余额", "余下", "江河", "白天", "马上", "马路", "田地", "田间", "林业", "林地", "曾经", "范围", "范例", "程序", "程度", "钱款",
    "许可", "何时", "何地", "何为", "郑重", "谢谢", "周边", "周围", "周期", "董事", "夏季", "陆地", "康复", "毛病", "文本", "文化",
    "文字", "安全", "安排", "温度", "章节", "路面", "路线", "管理", "左右", "严格",
];

/// Forms of address after a surname.
#[rustfmt::skip]
const TITLES: [&str; 34] = [
    "主任", "书记", "律师", "老师", "先生", "女士", "阿姨", "大爷", "大妈", "大姐", "大哥", "大叔", "叔叔", "奶奶", "爷爷", "师傅",
    "医生", "教授", "经理", "处长", "科长", "局长", "法官", "检察官", "代表", "委员", "站长", "所长", "村长", "主席", "院长", "校长",
    "总", "同志",
];

/// What roles end with.
#[rustfmt::skip]
const ROLES: [&str; 47] = [
    "居民", "村民", "业主", "市民", "群众", "代表", "委员", "律师", "教师", "老师", "医生", "护士", "法官", "检察官", "民警", "警官",
    "书记", "主任", "经理", "站长", "所长", "科长", "处长", "局长", "院长", "校长", "会长", "主席", "村长", "组长", "网格员", "信息员",
    "调解员", "志愿者", "专家", "教授", "学者", "学生", "家长", "职工", "工人", "农民", "商户", "司机", "负责人", "工作人员", "党员",
];

/// Words of what people do not say about themselves: such a part of a line is no role.
const NO_ROLE: [&str; 9] = [
    "建议", "应当", "关于", "第", "需要", "如果", "对于", "规定", "由",
];

/// Longest name with a role.
const MAX_PERSON_CHARS: usize = 40;
const MAX_NAME_CHARS: usize = 4;
const MAX_ROLE_CHARS: usize = 20;

/// The person that `entry` names: `张某某（居民）`, `居民张某某`, `律师 李某`, `王主任`.
pub(super) fn person(entry: &str) -> Option<Person> {
    if entry.chars().nth(MAX_PERSON_CHARS).is_some() {
        return None;
    }
    let (core, role) = bracketed(entry.trim());
    if let Some((name, second)) = plain(core) {
        let role = role.map(str::to_owned).or(second);
        return Some(Person { name, role });
    }
    // With a role in brackets any short word in front of it is a name, of whatever surname.
    role.filter(|role| is_role(role) && is_han(core, 2..=MAX_NAME_CHARS))
        .map(|role| Person {
            name: core.to_owned(),
            role: Some(role.to_owned()),
        })
}

/// Splits `张某某（居民）` in two.
pub(super) fn bracketed(text: &str) -> (&str, Option<&str>) {
    let inner = text.strip_suffix(['）', ')']);
    let split = inner.and_then(|inner| inner.split_once(['（', '(']));
    match split {
        Some((core, role)) if !core.trim().is_empty() => (core.trim(), Some(role.trim())),
        _ => (text, None),
    }
}

/// A name, perhaps with a role before or after it.
fn plain(core: &str) -> Option<(String, Option<String>)> {
    if is_name(core) {
        return Some((core.to_owned(), None));
    }
    if let Some((left, right)) = core.split_once(|c: char| c.is_whitespace() || "，,".contains(c))
    {
        let (left, right) = (left.trim(), right.trim());
        return match (
            is_name(left) && is_role(right),
            is_role(left) && is_name(right),
        ) {
            (true, _) => Some((left.to_owned(), Some(right.to_owned()))),
            (_, true) => Some((right.to_owned(), Some(left.to_owned()))),
            _ => None,
        };
    }
    let cuts = core.char_indices().map(|(at, _)| at).skip(1);
    cuts.map(|at| core.split_at(at))
        .find(|(role, name)| is_role(role) && is_name(name))
        .map(|(role, name)| (name.to_owned(), Some(role.to_owned())))
}

/// Whether `text` is a role and perhaps a letter or number after it: `居民代表`, `居民A`, `村民甲`.
pub(super) fn is_role(text: &str) -> bool {
    let marks = |c: char| c.is_ascii_alphanumeric() || "甲乙丙丁戊".contains(c);
    let core = text.trim().trim_end_matches(marks);
    let chars = text.chars().count();
    (2..=MAX_ROLE_CHARS).contains(&chars)
        && ROLES.iter().any(|role| core.ends_with(role))
        && !NO_ROLE.iter().any(|word| core.contains(word))
}

/// Whether `text` is a name, or what stands for one: `张某某`, `李建国`, `王主任`, `老周`, `某甲`.
pub(super) fn is_name(text: &str) -> bool {
    if is_masked(text) {
        return true;
    }
    let surname = |text: &str| text.starts_with(|c| SURNAMES.contains(c));
    if TITLES.iter().any(|title| {
        let before = text.strip_suffix(title);
        before.is_some_and(|name| is_han(name, 1..=3) && surname(name))
    }) {
        return true;
    }
    if let Some(rest) = text.strip_prefix(['老', '小']) {
        return is_han(rest, 1..=1) && surname(rest);
    }
    is_han(text, 2..=3) && surname(text) && !NOT_NAMES.contains(&text)
}

/// Whether `text` is a name with 某 in place of a part. Nothing else looks like that.
pub(super) fn is_masked(text: &str) -> bool {
    let words = text.starts_with("某些") || text.starts_with("某个") || text.starts_with("某种");
    is_han(text, 2..=MAX_NAME_CHARS) && text.contains('某') && !words
}

fn is_han(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    let han = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '·');
    length.contains(&text.chars().count()) && text.chars().all(han)
}
