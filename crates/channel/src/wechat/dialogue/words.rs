//! What a message means apart from the conversation: a command, an article, the name of a draft.

use caifeng_domain::ArticleNo;

use super::Open;
use crate::article;

/// A word that steers the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Help,
    Back,
    Cancel,
    /// Choose another draft, or show which there are.
    Switch,
    /// Submit what was written.
    Finish,
    /// What became of the submission with this receipt code.
    Query(Option<String>),
    Greeting,
    Thanks,
    /// The notice about personal data.
    Notice,
}

#[rustfmt::skip]
const COMMANDS: [(Command, &[&str]); 8] = [
    (Command::Help, &["帮助", "help", "怎么用", "怎么提", "怎么提意见", "怎么弄", "使用说明", "说明", "不会用", "不会", "看不懂", "菜单"]),
    (Command::Back, &["返回", "上一步", "退回", "后退", "选错了", "错了"]),
    (Command::Cancel, &["取消", "退出", "算了", "不说了", "不提了", "重来", "重新开始", "重新来"]),
    (Command::Switch, &["换草案", "换一个", "换一部", "换个草案", "草案", "草案列表", "列表", "目录", "有哪些草案", "其他草案", "别的草案", "我要提意见", "提意见"]),
    (Command::Finish, &["提交", "确认", "确定", "完成", "发送", "是", "是的", "对", "就这些", "没有了", "没了", "说完了", "写完了"]),
    (Command::Greeting, &["你好", "您好", "您好啊", "你好啊", "在吗", "在不在", "有人吗", "早上好", "上午好", "下午好", "晚上好", "hi", "hello", "喂", "嗨"]),
    (Command::Thanks, &["谢谢", "谢谢你", "谢谢您", "多谢", "感谢", "辛苦了", "好", "好的", "嗯", "嗯嗯", "哦", "行", "收到", "知道了", "ok", "明白", "明白了", "再见"]),
    (Command::Notice, &["告知", "告知书", "隐私", "个人信息", "个人信息处理告知"]),
];

/// Words before a receipt code.
#[rustfmt::skip]
const QUERY: [&str; 7] = ["查询进度", "查进度", "查询", "查一下", "查看", "进度", "查"];

#[rustfmt::skip]
const WHOLE: [&str; 20] = [
    "整体", "整部", "全文", "全部", "总体", "整个", "整个草案", "整部草案", "对整体", "所有", "通篇", "不限", "不确定", "不知道",
    "不清楚", "没有具体条款", "都行", "随便", "都可以", "0",
];

/// What may stand around a draft's name when somebody only chooses it.
#[rustfmt::skip]
const AROUND_TITLE: [&str; 18] = [
    "我想对", "我想给", "我要对", "我要给", "我想", "我要", "关于", "提点意见", "提意见", "提建议", "意见", "草案", "选择", "选", "说说", "这部", "的", "对",
];

/// A receipt code has letters and digits and is not shorter.
const MIN_CODE_CHARS: usize = 6;
/// A part of a title that tells one draft from what else is spoken of.
const MIN_TITLE_PART: usize = 6;

/// The message without white space, quotation and end marks, in half-width lower case.
fn bare(text: &str) -> String {
    let kept = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            c => c,
        });
    let text: String = kept.flat_map(char::to_lowercase).collect();
    let marks = |c: char| "。，、.,!?;:~“”‘’\"'「」【】[]〔〕<>《》…+".contains(c);
    text.trim_matches(marks).to_owned()
}

/// The command that `text` is, if it is nothing else.
pub(super) fn command(text: &str) -> Option<Command> {
    let bare = bare(text);
    if bare.is_empty() {
        return Some(Command::Help);
    }
    let named = COMMANDS
        .iter()
        .find(|(_, names)| names.contains(&bare.as_str()));
    named
        .map(|(command, _)| command.clone())
        .or_else(|| query(&bare))
}

/// `查询 ABCD-1234`, `查询`, or a code alone. But 查询收费标准应当公开 is an opinion.
fn query(bare: &str) -> Option<Command> {
    let word = QUERY.iter().find_map(|word| bare.strip_prefix(word));
    let rest = word.unwrap_or(bare);
    let rest = rest.trim_start_matches(['受', '理', '编', '号', '码', ':', '“', '"', '<', '+']);
    if word.is_some() && rest.is_empty() {
        return Some(Command::Query(None));
    }
    let has = |test: fn(&char) -> bool| rest.chars().any(|c| test(&c));
    let code = rest.len() >= MIN_CODE_CHARS
        && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && has(char::is_ascii_digit)
        && (word.is_some() || has(char::is_ascii_alphabetic));
    code.then(|| Command::Query(Some(rest.to_ascii_uppercase())))
}

/// Whether `text` says that an opinion is on no particular article.
pub(super) fn is_whole(text: &str) -> bool {
    WHOLE.contains(&bare(text).as_str())
}

/// The number that `text` is, and nothing else: `2`, `二`, `第2个`, `选2`.
pub(super) fn number(text: &str) -> Option<usize> {
    let bare = bare(text);
    let core = bare.trim_start_matches(['第', '选', '(']);
    let core = core.trim_end_matches(['个', '部', '号', ')']);
    let (number, rest) = article::numeral(core)?;
    rest.is_empty().then_some(usize::from(number))
}

/// An article that `text` names and nothing else, with the words where they say more than its
/// number: `第十二条`, `12条`, `第十二条第二款`; with `alone` also `12` and `十二`.
pub(super) fn article(text: &str, alone: bool) -> Option<(ArticleNo, String)> {
    let bare = bare(text);
    let provision = |c: char| "第条款项目之、和与及至到-()".contains(c) || article::numeral_char(c);
    let core = ["我想说", "关于", "针对", "对", "草案"]
        .into_iter()
        .fold(bare.as_str(), |rest, lead| {
            rest.strip_prefix(lead).unwrap_or(rest)
        });
    if core.is_empty() || !core.chars().all(provision) || !(alone || core.contains('条')) {
        return None;
    }
    let hint = article::parse(core);
    let (no, says_more) = match hint.article {
        Some(no) => (no, hint.says_more),
        None if core.contains('条') => return None,
        None => (article::parse(&format!("{core}条")).article?, false),
    };
    let words = if says_more { text.trim() } else { "" };
    Some((no, words.to_owned()))
}

/// Whether `text` itself says which article it is about.
pub(super) fn cites_article(text: &str) -> bool {
    text.split('第').skip(1).any(|after| {
        let number = article::numeral(after.trim_start());
        number.is_some_and(|(_, rest)| rest.trim_start().starts_with('条'))
    })
}

/// Which drafts a message means.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// Indices into the drafts.
    pub drafts: Vec<usize>,
    /// Whether the message says more than the name.
    pub says_more: bool,
}

/// The drafts that `text` names, or a part of whose title it is.
pub(super) fn named(text: &str, open: &[Open]) -> Named {
    let said = core(text);
    let cores: Vec<String> = open.iter().map(|o| core(strip_remark(&o.title))).collect();
    let find = |test: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let found = cores.iter().enumerate().filter(|(_, core)| test(core));
        found.map(|(at, _)| at).collect()
    };
    let part_of = find(&|core| said.chars().count() >= 2 && core.contains(&said));
    if !part_of.is_empty() {
        return Named {
            drafts: part_of,
            says_more: false,
        };
    }
    let drafts = find(&|core| mention(&said, core).is_some());
    let rest = drafts.first().and_then(|at| mention(&said, &cores[*at]));
    Named {
        says_more: rest.is_some_and(|part| says_more(&said, part)),
        drafts,
    }
}

/// The single draft whose title `text` has in it, where it is not one of several.
pub(super) fn mentioned(text: &str, open: &[Open]) -> Option<usize> {
    let said = core(text);
    let mut found = (0..open.len()).filter(|at| {
        let title = core(strip_remark(&open[*at].title));
        mention(&said, &title).is_some()
    });
    found.next().filter(|_| found.next().is_none())
}

/// Whether `said` says more than that `title` is meant.
fn says_more(said: &str, title: &str) -> bool {
    let rest = said.replacen(title, "", 1);
    let rest = AROUND_TITLE
        .iter()
        .fold(rest, |rest, word| rest.replace(word, ""));
    rest.chars().count() > 2
}

/// The longest end of a title that `said` contains: people leave out the place's name in front.
fn mention<'a>(said: &str, title: &'a str) -> Option<&'a str> {
    let ends = title.char_indices().map(|(at, _)| &title[at..]);
    ends.take_while(|end| end.chars().count() >= MIN_TITLE_PART)
        .find(|end| said.contains(end))
}

/// Letters and digits only.
fn core(text: &str) -> String {
    bare(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A title without `（草案二次审议稿）` at its end.
fn strip_remark(title: &str) -> &str {
    let title = title.trim();
    let open = title
        .ends_with(['）', ')'])
        .then(|| title.rfind(['（', '(']))
        .flatten();
    open.filter(|at| *at > 0).map_or(title, |at| &title[..at])
}
