//! Masking: what is shown in place of personal data.

use caifeng_domain::{PersonalData, PersonalDataKind, Span};

use super::names;

/// `text` with every find masked; everything else is untouched.
///
/// ```
/// let text = "我叫王建国，电话13800000001。";
/// let found = caifeng_text::personal::find(text, &[]);
/// assert_eq!(caifeng_text::personal::redact(text, &found), "我叫王某某，电话138****0001。");
/// ```
#[must_use]
pub fn redact(text: &str, found: &[PersonalData]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (span, mask) in replacements(text, found) {
        out.push_str(Span::new(at, span.start).of(text));
        out.push_str(&mask);
        at = span.end;
    }
    out.push_str(Span::new(at, text.len()).of(text));
    out
}

/// What stands in place of each find, in the order of `found`: for callers that mask a text in which
/// other spans must survive.
#[must_use]
pub fn replacements(text: &str, found: &[PersonalData]) -> Vec<(Span, String)> {
    found
        .iter()
        .map(|item| (item.span, mask(item.kind, item.span.of(text))))
        .collect()
}

fn mask(kind: PersonalDataKind, own: &str) -> String {
    match kind {
        PersonalDataKind::Name | PersonalDataKind::OtherPersonName => name(own),
        PersonalDataKind::Phone => phone(own),
        PersonalDataKind::IdCard => keep(own, 6, 0),
        PersonalDataKind::BankCard => keep(own, 0, 4),
        PersonalDataKind::Plate => keep(own, 2, 0),
        PersonalDataKind::Passport | PersonalDataKind::Wechat => {
            own.chars().take(1).chain("***".chars()).collect()
        }
        PersonalDataKind::Email => own.chars().take(1).chain("***@***".chars()).collect(),
        PersonalDataKind::Address => address(own),
        PersonalDataKind::Record => own
            .chars()
            .map(|c| {
                if c.is_alphanumeric() && !super::view::is_han(c) {
                    '*'
                } else {
                    c
                }
            })
            .collect(),
    }
}

/// Keeps the first `head` and last `tail` letters and digits, the rest becomes `*`; separators go.
fn keep(own: &str, head: usize, tail: usize) -> String {
    let chars: Vec<char> = own.chars().filter(|c| c.is_alphanumeric()).collect();
    let last = chars.len().saturating_sub(tail);
    chars
        .iter()
        .enumerate()
        .map(|(i, &c)| if i < head || i >= last { c } else { '*' })
        .collect()
}

/// 138****0001, without country code; fewer digits are kept of a shorter number.
fn phone(own: &str) -> String {
    let own = ["+86", "0086"]
        .iter()
        .find_map(|code| own.strip_prefix(code))
        .unwrap_or(own);
    match own.chars().filter(|c| c.is_alphanumeric()).count() {
        11.. => keep(own, 3, 4),
        _ => keep(own, 2, 2),
    }
}

/// The surname stays: 王某某, 王某, 欧阳某. 老裘 becomes 老某.
fn name(own: &str) -> String {
    let chars: Vec<char> = own.chars().collect();
    let kept = names::surname_len(&chars)
        .min(chars.len().saturating_sub(1))
        .max(1);
    let rest = chars.len().saturating_sub(kept).clamp(1, 2);
    chars
        .into_iter()
        .take(kept)
        .chain(std::iter::repeat_n('某', rest))
        .collect()
}

/// District, town and street stay: 东江市江北区××.
fn address(own: &str) -> String {
    let end = ["省", "市", "区", "县", "旗", "镇", "乡", "街道"]
        .iter()
        .filter_map(|level| {
            let at = own.rfind(level)?;
            // 沁园小区, 开发小区: no district, but somebody's estate.
            let estate = own[..at].ends_with(['小', '社']);
            (!estate && at > 0).then_some(at + level.len())
        })
        .max()
        .unwrap_or(0);
    format!("{}××", &own[..end])
}

#[cfg(test)]
mod tests {
    use super::mask;
    use caifeng_domain::PersonalDataKind::{
        self, Address, BankCard, Email, IdCard, Name, OtherPersonName, Phone, Plate, Record, Wechat,
    };

    #[track_caller]
    fn check(kind: PersonalDataKind, own: &str, want: &str) {
        assert_eq!(mask(kind, own), want);
    }

    #[test]
    fn masks_keep_what_cannot_identify() {
        check(Phone, "138-0000-0001", "138****0001");
        check(Phone, "+86 13800000001", "138****0001");
        check(Phone, "１３８０００００００１", "１３８****０００１");
        check(Phone, "0513-82210000", "051*****0000");
        check(Phone, "82210000", "82****00");
        check(IdCard, "11010519491231002X", "110105************");
        check(BankCard, "6222 0210 0000 0000 009", "***************0009");
        check(Name, "王建国", "王某某");
        check(Name, "欧阳修", "欧阳某");
        check(OtherPersonName, "老裘", "老某");
        check(OtherPersonName, "褚阿姨", "褚某某");
        check(Plate, "苏F12A45", "苏F*****");
        check(Email, "li@heng.example", "l***@***");
        check(Wechat, "liwei0214", "l***");
        check(Address, "东江市江北区桂花弄38号301室", "东江市江北区××");
        check(Address, "柳溪街道荷塘小区22幢401", "柳溪街道××");
        check(Address, "后秦村六组31号", "××");
        check(
            Record,
            "（2025）苏0684民初1234号",
            "（****）苏****民初****号",
        );
    }
}
