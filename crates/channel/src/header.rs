//! Which column is which: headers in Chinese or English, matched by name.

use std::collections::BTreeSet;

/// What a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The sender's or platform's number for the submission.
    Id,
    /// The opinion.
    Text,
    /// Reasons, where they have a column of their own.
    Reason,
    /// The provision that it is about.
    ArticleHint,
    /// The way it arrived.
    Channel,
    /// Where it was collected.
    Station,
    /// When it was sent.
    SubmittedAt,
    /// The sender's name.
    Name,
    /// The sender's telephone.
    Phone,
    /// The sender's group.
    Identity,
    /// The sender's region.
    Region,
    /// An answer to a question of a questionnaire.
    Answer,
}

impl Field {
    /// All fields with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 12] = [
        (Self::Id, "id", "编号"),
        (Self::Text, "text", "意见内容"),
        (Self::Reason, "reason", "理由"),
        (Self::ArticleHint, "article_hint", "条款"),
        (Self::Channel, "channel", "渠道"),
        (Self::Station, "station", "联系点"),
        (Self::SubmittedAt, "submitted_at", "提交时间"),
        (Self::Name, "name", "姓名"),
        (Self::Phone, "phone", "联系电话"),
        (Self::Identity, "identity", "身份"),
        (Self::Region, "region", "地区"),
        (Self::Answer, "answer", "问卷答案"),
    ];

    /// The name shown to people.
    #[must_use]
    pub fn label(self) -> &'static str {
        Self::ALL[self as usize].2
    }
}

/// Whole headers, after [`normalise`].
#[rustfmt::skip]
const EXACT: [(Field, &[&str]); 11] = [
    (Field::Id, &["id", "序号", "编号", "号码", "意见编号", "受理编号", "答卷编号", "答卷序号", "no", "no.", "number", "external_id"]),
    (Field::Text, &["text", "content", "body", "opinion", "opinions", "comment", "comments", "suggestion", "suggestions", "message",
        "意见", "建议", "内容", "正文", "留言", "意见内容", "建议内容", "留言内容", "反馈内容", "反馈意见", "意见正文", "意见建议",
        "意见建议内容", "具体意见", "具体建议", "修改意见", "修改建议", "建议修改为", "修改后", "您的意见", "您的建议", "你的意见", "你的建议"]),
    (Field::Reason, &["理由", "修改理由", "建议理由", "意见理由", "原因", "理由和依据", "修改理由和依据", "依据", "reason", "reasons"]),
    (Field::ArticleHint, &["article_hint", "article", "条款", "条文", "条号", "第几条", "针对条文", "针对条款", "所涉条款", "涉及条款",
        "涉及条文", "对应条款", "对应条文", "草案条款", "草案条文", "条款号", "条文序号", "条款序号", "所在条款", "章节条款"]),
    (Field::Channel, &["channel", "渠道", "来源方式", "提交渠道", "来源渠道", "征集渠道", "征集方式", "提出方式", "提交方式", "收集方式", "反映方式"]),
    (Field::Station, &["station", "联系点", "站点", "立法联系点", "基层立法联系点", "联系点名称", "联络站", "采集点", "收集点", "来源点", "所属联系点", "征集点"]),
    (Field::SubmittedAt, &["submitted_at", "time", "date", "timestamp", "created_at", "提交时间", "提交日期", "提交答卷时间", "时间", "日期",
        "填写时间", "填写日期", "填表日期", "收到时间", "收到日期", "收件日期", "登记日期", "登记时间", "结束答题时间", "提出时间", "反馈时间"]),
    (Field::Name, &["name", "姓名", "您的姓名", "你的姓名", "提出人", "提交人", "建议人", "意见人", "填写人", "填表人", "反映人", "联系人", "提出人姓名"]),
    (Field::Phone, &["phone", "tel", "telephone", "mobile", "联系电话", "电话", "电话号码", "手机", "手机号", "手机号码", "联系方式", "您的联系方式"]),
    (Field::Identity, &["identity", "occupation", "job", "身份", "职业", "您的身份", "您的职业", "你的身份", "你的职业", "身份类别", "人员类别", "提出人类别", "身份职业", "群体"]),
    (Field::Region, &["region", "area", "province", "地区", "地域", "区域", "省份", "所在地", "所在地区", "所在省份", "所在区县", "您所在的地区", "所属地区"]),
];

/// Parts of a header that make it a question for an opinion: questionnaires ask in sentences.
#[rustfmt::skip]
const OPINION_PARTS: [&str; 15] = [
    "意见建议", "意见和建议", "意见或建议", "意见或者建议", "意见与建议", "意见及建议", "意见、建议", "修改意见", "修改建议",
    "您的意见", "您的建议", "什么意见", "哪些意见", "什么建议", "哪些建议",
];
/// Columns about what the office did with an opinion are not the opinion.
const OFFICE_PARTS: [&str; 5] = ["采纳", "办理", "处理", "答复", "回复"];

/// Personal data that a consultation does not need (PIPL art. 6: the smallest scope).
#[rustfmt::skip]
const DROPPED_PARTS: [&str; 26] = [
    "身份证", "证件号", "住址", "地址", "邮箱", "电子邮件", "微信号", "微信昵称", "qq", "银行卡", "车牌", "地理位置", "经纬度", "浏览器", "设备",
    "来源详情", "定位", "昵称", "头像", "操作系统", "openid", "email", "e-mail", "address", "useragent", "user_agent",
];
const DROPPED_WHOLE: [&str; 9] = [
    "ip",
    "ua",
    "来自ip",
    "提交ip",
    "ip归属地",
    "wechat",
    "idcard",
    "referrer",
    "自定义字段",
];

/// Headers that only questionnaire platforms write; their presence tells the default channel.
const PLATFORM_HEADERS: [&str; 5] = [
    "提交答卷时间",
    "所用时间",
    "来自ip",
    "答题时长",
    "开始答题时间",
];

/// Questions about the person, whose answers are no opinion.
#[rustfmt::skip]
const PERSONAL_PARTS: [&str; 11] = [
    "性别", "年龄", "学历", "文化程度", "政治面貌", "民族", "收入", "婚姻", "户籍", "工作单位", "年限",
];
/// Remarks in brackets after a question that are for those who fill it in.
const FORM_REMARKS: [&str; 5] = ["选", "填", "必答", "限", "题"];

/// Questions may be longer, up to here: each answer has its question in front.
const MAX_QUESTION_CHARS: usize = 300;

/// A longer header is a row of data.
const MAX_HEADER_CHARS: usize = 60;

/// What a header means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Field(Field),
    Dropped,
    Unknown,
}

/// Finds what a header means.
pub(crate) fn meaning(header: &str) -> Meaning {
    if header.chars().count() > MAX_HEADER_CHARS {
        return Meaning::Unknown;
    }
    let name = normalise(header);
    let exact = EXACT
        .iter()
        .find(|(_, names)| names.contains(&name.as_str()));
    if let Some((field, _)) = exact {
        return Meaning::Field(*field);
    }
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if DROPPED_WHOLE.contains(&name.as_str()) || has(&DROPPED_PARTS) {
        Meaning::Dropped
    } else if has(&OPINION_PARTS) && !has(&OFFICE_PARTS) {
        Meaning::Field(Field::Text)
    } else {
        Meaning::Unknown
    }
}

/// What a header of a questionnaire means: what else it asks is an answer too.
pub(crate) fn question_meaning(header: &str) -> Meaning {
    match meaning(header) {
        Meaning::Unknown if is_question(header) => Meaning::Field(Field::Answer),
        known => known,
    }
}

/// Whether a header is a numbered question that is not about the person.
fn is_question(header: &str) -> bool {
    let name = header.trim();
    let numbered = strip_number(name).len() < name.len();
    let short = name.chars().nth(MAX_QUESTION_CHARS).is_none();
    numbered && short && !PERSONAL_PARTS.iter().any(|part| name.contains(part))
}

/// The words of a question: without its number, remarks on how to fill it in, and end marks.
pub(crate) fn wording(header: &str) -> &str {
    let mut words = strip_number(header.trim()).trim();
    loop {
        let trimmed = words.trim_end_matches([':', '：', '?', '？', '*', '＊', ' ']);
        let open = trimmed
            .ends_with(['）', ')', '】', ']'])
            .then(|| trimmed.rfind(['（', '(', '【', '[']))
            .flatten()
            .filter(|at| *at > 0 && FORM_REMARKS.iter().any(|r| trimmed[*at..].contains(r)));
        let kept = open.map_or(trimmed, |at| &trimmed[..at]);
        if kept.len() == words.len() {
            return words;
        }
        words = kept;
    }
}

/// How many different fields a row names if it is a header; zero without an opinion column. The
/// questions of a questionnaire are opinion columns.
pub(crate) fn score<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
    let cells: Vec<&str> = cells.collect();
    let asks = is_questionnaire(cells.iter().copied());
    let meaning = if asks { question_meaning } else { meaning };
    let fields: BTreeSet<Field> = cells
        .into_iter()
        .filter_map(|cell| match meaning(cell) {
            Meaning::Field(field) => Some(field),
            Meaning::Dropped | Meaning::Unknown => None,
        })
        .collect();
    if fields.contains(&Field::Text) || fields.contains(&Field::Answer) {
        fields.len()
    } else {
        0
    }
}

/// Whether a questionnaire platform wrote this header row.
pub(crate) fn is_questionnaire<'a>(mut cells: impl Iterator<Item = &'a str>) -> bool {
    cells.any(|cell| PLATFORM_HEADERS.contains(&normalise(cell).as_str()))
}

/// A header without white space, question number, remarks in brackets and end marks, in lower
/// case: `1、您的意见（必填）：` is `您的意见`.
fn normalise(header: &str) -> String {
    let mut name: String = header
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{feff}' | '\u{200b}' | '*' | '＊'))
        .flat_map(char::to_lowercase)
        .collect();
    let unnumbered = strip_number(&name);
    name.drain(..name.len() - unnumbered.len());
    loop {
        let trimmed = name.trim_end_matches([':', '：', '?', '？', '。']);
        let open = match trimmed.chars().last() {
            Some('）' | ')') => trimmed.rfind(['（', '(']),
            Some('】' | ']') => trimmed.rfind(['【', '[']),
            _ => None,
        };
        let keep = open.filter(|at| *at > 0).unwrap_or(trimmed.len());
        if keep == name.len() {
            return name;
        }
        name.truncate(keep);
    }
}

/// Without `1、`, `1.`, `q1:`, `（1）` or `第1题：` in front.
fn strip_number(name: &str) -> &str {
    let after_lead = name.trim_start_matches(['q', 'Q', '第', '（', '(']);
    let rest = after_lead.trim_start_matches(|c: char| c.is_ascii_digit());
    let sign = rest.trim_start_matches(['、', '.', '．', ':', '：', '）', ')', '题']);
    let numbered = rest.len() < after_lead.len() && sign.len() < rest.len() && !sign.is_empty();
    if numbered { sign } else { name }
}

#[cfg(test)]
mod tests {
    use super::{Field, Meaning, is_questionnaire, meaning, question_meaning, wording};

    #[test]
    fn headers_are_matched_by_name() {
        #[track_caller]
        fn check(header: &str, want: Meaning) {
            assert_eq!(meaning(header), want, "{header}");
        }
        check("意见内容", Meaning::Field(Field::Text));
        check("1、您的意见", Meaning::Field(Field::Text));
        check("Q3：您的姓名（选填）", Meaning::Field(Field::Name));
        check("（2） 联系电话*", Meaning::Field(Field::Phone));
        check("第4题：您的职业【单选】", Meaning::Field(Field::Identity));
        check("5.您对草案有哪些意见和建议？", Meaning::Field(Field::Text));
        check("修改意见（建议修改为）", Meaning::Field(Field::Text));
        check("Submitted_At", Meaning::Field(Field::SubmittedAt));
        check("第几条", Meaning::Field(Field::ArticleHint));
        check("来自IP", Meaning::Dropped);
        check("您的身份证号码", Meaning::Dropped);
        check("家庭住址", Meaning::Dropped);
        check("来源", Meaning::Unknown);
        check("意见建议采纳情况", Meaning::Unknown);
        check("2026", Meaning::Unknown);
    }

    #[test]
    fn questions_are_told_from_what_the_platform_adds() {
        #[track_caller]
        fn check(header: &str, want: Meaning, words: &str) {
            assert_eq!(question_meaning(header), want, "{header}");
            assert_eq!(wording(header), words);
        }
        let answer = Meaning::Field(Field::Answer);
        check("1、您赞成第十二条吗？（单选）*", answer, "您赞成第十二条吗");
        check("Q2.停车（含充电）收费", answer, "停车（含充电）收费");
        check("3、您的年龄", Meaning::Unknown, "您的年龄");
        check("所用时间", Meaning::Unknown, "所用时间");
        check("4、您的意见", Meaning::Field(Field::Text), "您的意见");
        check("地理位置省", Meaning::Dropped, "地理位置省");
    }

    #[test]
    fn field_labels_are_in_the_order_of_the_fields() {
        for (index, (field, _, label)) in Field::ALL.into_iter().enumerate() {
            assert_eq!(field as usize, index);
            assert_eq!(field.label(), label);
        }
    }

    #[test]
    fn questionnaire_exports_are_recognised() {
        assert!(is_questionnaire(
            ["序号", "提交答卷时间", "1、您的意见"].into_iter()
        ));
        assert!(!is_questionnaire(
            ["序号", "提交时间", "意见内容"].into_iter()
        ));
    }
}
