//! Numbers by which a person can be reached or identified: identity card, telephone, bank card.

use std::ops::Range;

use caifeng_domain::PersonalDataKind;

use super::checks::{credit_code_check, id_card_check, id_card_structure, luhn};
use super::findings::Findings;
use super::view::View;

/// A number is read as at most this many groups of digits: `6222 0210 0000 0000 009` has five.
const MAX_GROUPS: usize = 8;

/// Digits without anything between them.
struct Group {
    range: Range<usize>,
    /// Whether one separator, and nothing else, stands between this group and the next.
    joined: bool,
}

/// Consecutive groups read as one number.
struct Number<'a> {
    digits: &'a [u8],
    /// Length of each group.
    shape: &'a [usize],
    range: Range<usize>,
}

/// Finds the telephone numbers that the channel gave, in whatever form they were given.
pub(super) fn find_known(view: &View, known: &[&str], found: &mut Findings) {
    for number in known {
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        if digits < 7 || digits * 2 < number.chars().count() {
            continue;
        }
        for (at, hit) in view.folded().match_indices(number) {
            found.add(PersonalDataKind::Phone, view.chars_of(at..at + hit.len()));
        }
    }
}

/// Finds identity cards, telephone numbers and bank cards.
pub(super) fn find(view: &View, found: &mut Findings) {
    scan(view, found, &groups(view, |c| c.to_digit(10)));
    scan(view, found, &spoken_groups(view));
}

fn scan(view: &View, found: &mut Findings, groups: &[(Group, Vec<u8>)]) {
    let mut i = 0;
    while i < groups.len() {
        i += match longest(view, groups, i) {
            Some((used, kind, range)) => {
                if let Some(kind) = kind {
                    found.add(kind, range);
                }
                used
            }
            None => 1,
        };
    }
}

/// The longest number that starts with group `first`: groups used, kind (none: harmless), place.
fn longest(
    view: &View,
    groups: &[(Group, Vec<u8>)],
    first: usize,
) -> Option<(usize, Option<PersonalDataKind>, Range<usize>)> {
    let mut digits = Vec::new();
    let mut shape = Vec::new();
    let mut best = None;
    for (used, (group, own)) in groups[first..].iter().take(MAX_GROUPS).enumerate() {
        digits.extend_from_slice(own);
        shape.push(own.len());
        let number = Number {
            digits: &digits,
            shape: &shape,
            range: groups[first].0.range.start..group.range.end,
        };
        if let Some((kind, range)) = recognise(view, &number) {
            best = Some((used + 1, kind, range));
        }
        if !group.joined || digits.len() > 24 {
            break;
        }
    }
    best
}

/// What the number is, and its exact place: a letter or a prefix may belong to it.
fn recognise(view: &View, number: &Number<'_>) -> Option<(Option<PersonalDataKind>, Range<usize>)> {
    let Range { start, end } = number.range;
    if view.previous(start) == Some('*') || view.get(end) == Some('*') {
        return None; // masked by somebody already
    }
    let named = |kind, range| Some((Some(kind), range));
    if let Some(end) = id_card(view, number) {
        return named(PersonalDataKind::IdCard, start..end);
    }
    if let Some(start) = mobile(view, number) {
        return named(PersonalDataKind::Phone, start..end);
    }
    if is_service_line(number) {
        return Some((None, start..end));
    }
    if is_landline(number) || is_local_call(view, number) {
        let start = start - usize::from(view.previous(start) == Some('(') && closes(view, start));
        return named(PersonalDataKind::Phone, start..extension(view, end));
    }
    if is_bank_card(view, number) {
        return named(PersonalDataKind::BankCard, start..end);
    }
    None
}

/// End of the identity number, whose check character may be an X behind the digits.
fn id_card(view: &View, number: &Number<'_>) -> Option<usize> {
    let Range { start, mut end } = number.range;
    let mut own = number.digits.to_vec();
    if own.len() == 17 {
        let x = |at| matches!(view.get(at), Some('x' | 'X'));
        let at = if view.get(end) == Some(' ') {
            end + 1
        } else {
            end
        };
        if !x(at) {
            return None;
        }
        own.push(b'X');
        end = at + 1;
    }
    let follows_letter = view.get(end).is_some_and(|c| c.is_ascii_alphanumeric());
    let fits = id_card_structure(&own)
        && (matches!(number.shape, [_] | [6, 8, 3 | 4] | [6, 4, 4, 3 | 4]) || id_card_check(&own));
    // What is called so is meant to be one, mistyped or not.
    let is_called_so = || matches!(own.len(), 15..=18) && view.follows_cue(start, &["身份证"]);
    (!follows_letter && (fits || is_called_so())).then_some(end)
}

/// Start of the mobile number, its country code included.
fn mobile(view: &View, number: &Number<'_>) -> Option<usize> {
    let start = number.range.start;
    let own = |digits: &[u8]| {
        digits.len() == 11 && digits[0] == b'1' && (b'3'..=b'9').contains(&digits[1])
    };
    let grouped = |shape: &[usize]| {
        matches!(
            shape,
            [11] | [3, 4, 4] | [3, 8] | [4, 4, 3] | [4, 3, 4] | [7, 4] | [3, 3, 5]
        )
    };
    let plus = usize::from(view.previous(start) == Some('+'));
    let (digits, shape) = (number.digits, number.shape);
    if own(digits) && grouped(shape) {
        return Some(start - plus);
    }
    // 86, +86 and 0086, with a separator behind or not; a lone 0 as from an old telephone.
    for code in ["86", "0086", "0"] {
        let Some(rest) = digits.strip_prefix(code.as_bytes()) else {
            continue;
        };
        let glued = shape == [digits.len()];
        if own(rest) && (glued || shape[0] == code.len() && grouped(&shape[1..])) {
            return Some(start - plus);
        }
    }
    None
}

/// 400 and 800 numbers belong to organisations.
fn is_service_line(number: &Number<'_>) -> bool {
    let digits = number.digits;
    digits.len() == 10
        && (digits.starts_with(b"400") || digits.starts_with(b"800"))
        && matches!(
            number.shape,
            [10] | [3, 7] | [3, 3, 4] | [3, 4, 3] | [4, 3, 3] | [4, 6]
        )
}

/// Area code and number: 010 and 02x have three digits, all others four.
fn is_landline(number: &Number<'_>) -> bool {
    let digits = number.digits;
    let area = match digits {
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => 3,
        [b'0', b'3'..=b'9', ..] => 4,
        _ => return false,
    };
    let Some(own) = digits.get(area..) else {
        return false;
    };
    let shape = match number.shape {
        [n] => *n == digits.len(),
        [a, rest @ ..] => *a == area && matches!(rest, [7 | 8] | [3 | 4, 4] | [4, 3]),
        [] => false,
    };
    shape && (7..=8).contains(&own.len()) && (b'2'..=b'8').contains(&own[0])
}

/// Seven or eight digits right behind a word for telephone.
fn is_local_call(view: &View, number: &Number<'_>) -> bool {
    const CUES: [&str; 8] = ["电话", "座机", "手机", "拨打", "致电", "tel", "Tel", "TEL"];
    (7..=8).contains(&number.digits.len())
        && matches!(number.shape, [_] | [3 | 4, 4])
        && (b'2'..=b'8').contains(&number.digits[0])
        && !number.digits.starts_with(b"400")
        && view.follows_cue(number.range.start, &CUES)
}

/// 转 801, 分机801 and -801 belong to the number before.
fn extension(view: &View, end: usize) -> usize {
    let rest = view.after(end, 8);
    let digits = |s: &str| s.chars().take_while(char::is_ascii_digit).count();
    for lead in ["转分机", "转", "分机", "-"] {
        if let Some(own) = rest.strip_prefix(lead) {
            let n = digits(own);
            if (1..=5).contains(&n) {
                return end + lead.chars().count() + n;
            }
        }
    }
    end
}

/// Whether the bracket before `start` closes right behind the area code.
fn closes(view: &View, start: usize) -> bool {
    matches!(
        (view.get(start + 3), view.get(start + 4)),
        (Some(')'), _) | (_, Some(')'))
    )
}

/// A card by its issuer and length, by its check digit, or by the word before it.
fn is_bank_card(view: &View, number: &Number<'_>) -> bool {
    const CUES: [&str; 10] = [
        "卡号",
        "账户",
        "账号",
        "帐号",
        "帐户",
        "银行卡",
        "储蓄卡",
        "信用卡",
        "存折",
        "银行",
    ];
    let digits = number.digits;
    let glued = |at: Option<char>| at.is_some_and(|c| c.is_ascii_alphabetic());
    if glued(view.get(number.range.end)) || credit_code_check(digits) {
        return false;
    }
    if number.shape.iter().rev().skip(1).any(|&n| n < 3) {
        return false;
    }
    let cued = || view.follows_cue(number.range.start, &CUES);
    match digits.len() {
        16..=19 => {
            let issuer = digits.starts_with(b"62");
            let network = matches!(digits[0], b'3'..=b'6' | b'9');
            issuer || network && luhn(digits) || cued()
        }
        12..=15 | 20..=22 => cued(),
        _ => false,
    }
}

/// Groups of ASCII digits.
fn groups(view: &View, digit: impl Fn(char) -> Option<u32>) -> Vec<(Group, Vec<u8>)> {
    let mut out: Vec<(Group, Vec<u8>)> = Vec::new();
    let mut i = 0;
    while i < view.len() {
        let start = i;
        let mut own = Vec::new();
        while let Some(d) = view.get(i).and_then(&digit) {
            own.push(b'0' + d as u8);
            i += 1;
        }
        if own.is_empty() {
            i += 1;
            continue;
        }
        let joined = joins(view, i)
            && view
                .get(i + 1 + usize::from(is_wide(view, i)))
                .is_some_and(|c| digit(c).is_some());
        out.push((
            Group {
                range: start..i,
                joined,
            },
            own,
        ));
    }
    out
}

/// Whether what stands at `at` may separate two groups of one number.
fn joins(view: &View, at: usize) -> bool {
    matches!(view.get(at), Some(' ' | '-' | '.' | ')' | '·' | '_'))
}

/// Two separators in a row: `(0755) 2771`, `138 - 0000`.
fn is_wide(view: &View, at: usize) -> bool {
    joins(view, at) && joins(view, at + 1)
}

/// Numbers spelt out: 幺三八零零零零一二三四. Shorter runs are ordinary numerals.
fn spoken_groups(view: &View) -> Vec<(Group, Vec<u8>)> {
    let digit = |c| {
        Some(match c {
            '零' | '〇' | '洞' => 0,
            '一' | '幺' | '壹' => 1,
            '二' | '两' | '贰' => 2,
            '三' | '叁' => 3,
            '四' | '肆' => 4,
            '五' | '伍' => 5,
            '六' | '陆' => 6,
            '七' | '柒' | '拐' => 7,
            '八' | '捌' => 8,
            '九' | '玖' | '勾' => 9,
            _ => return None,
        })
    };
    groups(view, digit)
}
