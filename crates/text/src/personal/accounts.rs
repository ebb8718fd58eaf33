//! Accounts: e-mail, QQ, WeChat.

use std::sync::LazyLock;

use caifeng_domain::PersonalDataKind;
use regex::Regex;

use super::findings::Findings;
use super::pattern;
use super::view::View;

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[0-9A-Za-z][0-9A-Za-z._%+-]{0,63}@[0-9A-Za-z-]{1,63}(?:\.[0-9A-Za-z-]{1,63})*\.[A-Za-z]{2,12}",
    )
});

/// A run of characters that account names are made of.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9A-Za-z_][0-9A-Za-z_-]{4,63}"));

const QQ_CUES: [&str; 5] = ["QQ", "qq", "Qq", "扣扣", "企鹅"];
const WECHAT_CUES: [&str; 24] = [
    "微信",
    "微信同",
    "威信",
    "薇信",
    "vx",
    "VX",
    "Vx",
    "wx",
    "WX",
    "V信",
    "v信",
    "加V",
    "加v",
    "+V",
    "+v",
    "V",
    "加我",
    "加微",
    "微",
    "微信ID",
    "微信id",
    "wechat",
    "WeChat",
    "薇",
];

/// Finds e-mail addresses. They come before the numbers that may be part of them.
pub(super) fn find_emails(view: &View, found: &mut Findings) {
    if view.folded().contains('@') {
        for hit in EMAIL.find_iter(view.folded()) {
            found.add(PersonalDataKind::Email, view.chars_of(hit.range()));
        }
    }
}

/// Finds accounts.
pub(super) fn find(view: &View, found: &mut Findings) {
    for hit in TOKEN.find_iter(view.folded()) {
        let range = view.chars_of(hit.range());
        if is_account(view, range.start, range.end, hit.as_str()) {
            found.add(PersonalDataKind::Wechat, range);
        }
    }
}

fn is_account(view: &View, start: usize, end: usize, token: &str) -> bool {
    let linked = |c: Option<char>| {
        matches!(
            c,
            Some('/' | '.' | '@' | '=' | '\\' | '&' | '?' | '#' | '%')
        )
    };
    if linked(view.previous(start)) || matches!(view.get(end), Some('/' | '@' | '=' | '\\')) {
        return false; // part of a web address
    }
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    if digits == token.len() {
        return (5..=11).contains(&digits) && view.follows_cue(start, &QQ_CUES);
    }
    if !token.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    is_openid(token)
        || is_wechat_id(token)
            && (view.follows_cue(start, &WECHAT_CUES) && is_no_word(token) || looks_invented(token))
}

/// The identifier that WeChat gives a follower of an account.
fn is_openid(token: &str) -> bool {
    let has = |f: fn(&u8) -> bool| token.bytes().any(|b| f(&b));
    token.len() == 28
        && token.starts_with('o')
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
}

fn is_wechat_id(token: &str) -> bool {
    (6..=20).contains(&token.len())
}

/// Not the name of the service itself.
fn is_no_word(token: &str) -> bool {
    !["wechat", "weixin", "wechatpay"].contains(&token.to_ascii_lowercase().as_str())
}

/// Nobody writes such a thing for a word: lower case letters, tied to digits or to more letters by a
/// hyphen or an underscore. Product and standard names begin with capitals.
fn looks_invented(token: &str) -> bool {
    let letters = token.bytes().filter(u8::is_ascii_lowercase).count();
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    token.len() >= 8
        && token.starts_with(|c: char| c.is_ascii_lowercase())
        && letters >= 3
        && (token.contains('_') && !token.ends_with('_') || digits >= 2 || token[1..].contains('-'))
}

#[cfg(test)]
mod tests {
    use crate::personal::tests::check_kind;
    use caifeng_domain::PersonalDataKind::{Email, Wechat};

    #[test]
    fn mail_addresses() {
        check_kind(
            Email,
            "邮箱ou_li@heng.example，谢谢",
            &["ou_li@heng.example"],
        );
        check_kind(Email, "ｌｉ＠ａ．ｃｎ", &["ｌｉ＠ａ．ｃｎ"]);
        check_kind(Email, "价格@每个 a@b 无", &[]);
    }

    #[test]
    fn accounts_need_a_cue_or_an_odd_shape() {
        check_kind(Wechat, "QQ：1234567，群里说", &["1234567"]);
        check_kind(Wechat, "补贴1234567元", &[]);
        check_kind(Wechat, "我的微信号是liwei0214，找我", &["liwei0214"]);
        check_kind(Wechat, "加V  zhang-san", &["zhang-san"]);
        check_kind(Wechat, "下载微信WeChat办理", &[]);
        check_kind(Wechat, "优惠多多 fuli_888 速来", &["fuli_888"]);
        check_kind(
            Wechat,
            "openid oT3st-abcDEF0123456789_xyzAB",
            &["oT3st-abcDEF0123456789_xyzAB"],
        );
        check_kind(Wechat, "见 https://example.org/some-page_12", &[]);
        check_kind(Wechat, "GB18030和COVID-19", &[]);
    }
}
