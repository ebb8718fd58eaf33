//! The passive reply: what is answered to a call itself.

use super::Message;

/// What a text reply may have: more is cut off by WeChat, or the whole reply is.
pub const MAX_TEXT_BYTES: usize = 2048;

/// The body that says "taken, nothing to say": any other makes WeChat call again.
pub const NOTHING: &str = "success";

/// A text reply to `message`, as plain XML. `now` in seconds since 1970.
#[must_use]
pub fn text(message: &Message, words: &str, now: i64) -> String {
    let (to, from) = (section(&message.from), section(&message.to));
    let content = section(&cut(words, MAX_TEXT_BYTES));
    format!(
        "<xml><ToUserName>{to}</ToUserName><FromUserName>{from}</FromUserName>\
         <CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType>\
         <Content>{content}</Content></xml>"
    )
}

/// The start of `words` in at most `max` bytes, with `…` where something is missing.
#[must_use]
pub fn cut(words: &str, max: usize) -> String {
    const MORE: &str = "…";
    if words.len() <= max {
        return words.to_owned();
    }
    let end = words.floor_char_boundary(max.saturating_sub(MORE.len()));
    format!("{}{MORE}", &words[..end])
}

/// A CDATA section: without characters that XML has not, and not ended by its own content.
fn section(text: &str) -> String {
    let allowed =
        |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..) && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let text: String = text.chars().filter(allowed).collect();
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}
