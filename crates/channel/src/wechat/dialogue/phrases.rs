//! What is said. Short, calm, one question at a time; the longest fits a reply.

use caifeng_domain::ArticleNo;

use super::{Open, state::Subject};
use crate::wechat::reply::cut;

/// Drafts in one list. Each takes at most some 130 bytes of the 2,048.
pub(super) const MAX_OFFERED: usize = 10;
/// Forty characters of a title.
const TITLE_BYTES: usize = 120;
/// Fifty characters of what somebody wrote.
const QUOTE_BYTES: usize = 150;

pub(super) const WELCOME: &str = "您好，这里是基层立法联系点，欢迎您给法律法规草案提意见。\n";
pub(super) const HELP: &str = "可以直接把意见发给我，文字、语音都行；也可以先选草案，再选条款，一步一步来。\n\
    回复“返回”回到上一步，“取消”放弃，“换草案”选别的草案，“提交”交上写好的话，“查询”加受理编号看办理情况，“告知”看个人信息怎样处理。\n";
pub(super) const THANKS: &str = "不客气，谢谢您关心立法。还有意见随时发给我。";
pub(super) const ALL_DONE: &str = "好的，没有等着提交的意见了。还有想法随时发给我。";
pub(super) const CANCELLED: &str = "好的，已经取消。想提意见时，随时发给我。";
pub(super) const DROPPED: &str = "好的，刚才写的没有提交，已经删掉。想提意见时，随时发给我。";
pub(super) const WHICH_CODE: &str = "请回复“查询”加上受理编号，编号在提交后收到的那条消息里。";
pub(super) const CLOSED: &str = "您选的这部草案已经结束征求意见。\n";
pub(super) const VOICE: &str =
    "语音收到了，我们会转给工作人员听写登记。如果方便打字，发文字会更快收到受理编号。";
pub(super) const IMAGE: &str =
    "图片收到了，我们会转给工作人员。如果方便，请把意见用文字或语音再说一遍。";
pub(super) const OTHER: &str = "这种消息暂时看不了，请用文字或语音把意见发给我。";
pub(super) const TOO_LONG: &str =
    "前面写的都记着，但加上这一段太长了，这一段没有记下。请先回复“提交”，再接着发这一段。";

/// The answer to a stored opinion.
pub(super) fn receipt(title: &str, article: Option<ArticleNo>, code: &str) -> String {
    let title = cut(title, TITLE_BYTES);
    let article = article.map(label).unwrap_or_default();
    format!(
        "收到了，谢谢您！\n草案：《{title}》{article}\n受理编号：{code}\n以后回复“查询 {code}”就能看到办理情况。\n\
         还有意见请接着发；要说别的草案，回复“换草案”。"
    )
}

/// Asks which draft, of those shown and `more` others.
pub(super) fn which_draft(shown: &[&Open], more: usize) -> String {
    if shown.is_empty() {
        return "目前没有正在征求意见的草案。您写的话会替您留着，有新的草案时再来提交。".to_owned();
    }
    let lines = (1..).zip(shown).map(|(number, draft): (usize, _)| {
        format!("{number}. {}\n", cut(&draft.title, TITLE_BYTES))
    });
    let lines: String = lines.collect();
    let more = match more {
        0 => String::new(),
        more => format!("还有{more}部，回复名称里的几个字也能选。\n"),
    };
    let list = format!("请问是哪一部草案？回复前面的数字就行：\n{lines}{more}");
    list.trim_end().to_owned()
}

/// Asks which article.
pub(super) fn which_article(draft: &Open, written: bool) -> String {
    let example = draft.articles.get(draft.articles.len() / 2);
    let example = label(example.copied().unwrap_or(ArticleNo::new(1)));
    let title = cut(&draft.title, TITLE_BYTES);
    let count = draft.articles.len();
    let go_on = if written {
        "也可以接着写"
    } else {
        "也可以直接把意见发给我"
    };
    format!(
        "草案是《{title}》，共{count}条。您想说哪一条？回复条号，比如“{example}”；不针对某一条，回复“整体”；{go_on}。"
    )
}

/// Asks for the words.
pub(super) fn your_words(draft: &Open, subject: &Subject) -> String {
    let title = cut(&draft.title, TITLE_BYTES);
    let what = match subject {
        Subject::Whole => "整体".to_owned(),
        Subject::Article(no, words) if words.is_empty() => label(*no),
        Subject::Article(_, words) => cut(words, TITLE_BYTES),
    };
    format!("好的，《{title}》{what}。请说说您的意见，写好发给我就行。")
}

/// What is kept, if anything is.
pub(super) fn kept(pending: &str) -> String {
    if pending.is_empty() {
        return String::new();
    }
    format!("您写的“{}”已经记下，还没有提交。\n", quote(pending))
}

/// Asks whether what was written should really go.
pub(super) fn really(pending: &str) -> String {
    let quote = quote(pending);
    format!("您写的“{quote}”还没有提交。要提交，回复“提交”；不要了，再回复一次“取消”。")
}

/// The draft has no such article.
pub(super) fn no_such_article(draft: &Open, no: ArticleNo) -> String {
    let (title, count) = (cut(&draft.title, TITLE_BYTES), draft.articles.len());
    let no = label(no);
    format!("《{title}》共{count}条，没有{no}。请再看看条号；不针对某一条，回复“整体”。")
}

/// No draft was offered under that number.
pub(super) fn no_such_number(number: usize) -> String {
    format!("没有序号是{number}的草案。\n")
}

fn quote(words: &str) -> String {
    cut(&words.replace('\n', " "), QUOTE_BYTES)
}

fn label(no: ArticleNo) -> String {
    match no.inserted {
        0 => format!("第{}条", no.main),
        inserted => format!("第{}条之{inserted}", no.main),
    }
}
