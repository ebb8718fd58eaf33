//! Numbers of documents and files: plates, passports and permits, case and record numbers.

use std::sync::LazyLock;

use caifeng_domain::PersonalDataKind;
use regex::Regex;

use super::findings::Findings;
use super::pattern;
use super::view::View;

/// Province, office, and five characters or six on new-energy plates; never I or O.
static PLATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使]",
        "[A-HJ-NP-Za-hj-np-z][ ·•・.-]?",
        "[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9警学挂领港澳]",
    ))
});

static PERMIT: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Z]{0,2}[0-9]{7,10}"));

/// （2025）苏0684民初1234号
static CASE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[(\[](?:19|20)[0-9]{2}[)\]][最京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼兵军][高法]{0,2}[0-9]{0,4}[\p{Han}]{1,6}(?:字第)?[0-9]{1,6}号(?:之[一二三四五六七八九十0-9]{1,2})?",
    )
});

static RECORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Za-z0-9][A-Za-z0-9-]{3,29}"));

const PERMIT_CUES: [&str; 10] = [
    "护照",
    "通行证",
    "回乡证",
    "台胞证",
    "居留证",
    "居住证",
    "永居证",
    "居留身份证",
    "证件",
    "签证",
];
const RECORD_CUES: [&str; 14] = [
    "病历",
    "病案",
    "住院",
    "门诊",
    "就诊",
    "就诊卡",
    "医保卡",
    "医保",
    "社保卡",
    "学籍",
    "学生证",
    "残疾证",
    "低保证",
    "驾驶证",
];

/// Finds case numbers. They come before the numbers that may be part of them.
pub(super) fn find_cases(view: &View, found: &mut Findings) {
    if !view.has_digits() {
        return;
    }
    for hit in CASE.find_iter(view.folded()) {
        found.add(PersonalDataKind::Record, view.chars_of(hit.range()));
    }
}

/// Finds plates, permits and record numbers.
pub(super) fn find(view: &View, found: &mut Findings) {
    if !view.has_digits() {
        return;
    }
    let text = view.folded();
    for hit in PLATE.find_iter(text) {
        let range = view.chars_of(hit.range());
        let digits = hit.as_str().bytes().filter(u8::is_ascii_digit).count();
        let ends = !view
            .get(range.end)
            .is_some_and(|c| c.is_ascii_alphanumeric());
        if ends && digits >= 3 {
            found.add(PersonalDataKind::Plate, range);
        }
    }
    for (pattern, kind, cues) in [
        (&PERMIT, PersonalDataKind::Passport, &PERMIT_CUES[..]),
        (&RECORD, PersonalDataKind::Record, &RECORD_CUES[..]),
    ] {
        for hit in pattern.find_iter(text) {
            let range = view.chars_of(hit.range());
            let glued = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '*');
            let alone = !glued(view.previous(range.start)) && !glued(view.get(range.end));
            let numbered = hit.as_str().bytes().filter(u8::is_ascii_digit).count() >= 4;
            if alone && numbered && view.follows_cue(range.start, cues) {
                found.add(kind, range);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::personal::tests::check_kind;
    use caifeng_domain::PersonalDataKind::{Passport, Plate, Record};

    #[test]
    fn plates() {
        check_kind(Plate, "车牌苏F·12A45，占道", &["苏F·12A45"]);
        check_kind(Plate, "沪AD12345堵门", &["沪AD12345"]);
        check_kind(Plate, "粤Ｂ８８８８８", &["粤Ｂ８８８８８"]);
        check_kind(Plate, "新A股上市公司，云VIPABC，苏A1234567", &[]);
    }

    #[test]
    fn permits_need_their_word() {
        check_kind(Passport, "护照号E12345678", &["E12345678"]);
        check_kind(Passport, "港澳通行证：C12345678", &["C12345678"]);
        check_kind(Passport, "型号E12345678", &[]);
    }

    #[test]
    fn case_and_record_numbers() {
        check_kind(
            Record,
            "见（2025）苏0684民初1234号判决",
            &["（2025）苏0684民初1234号"],
        );
        check_kind(Record, "病历号：ZY202500123", &["ZY202500123"]);
        check_kind(Record, "住院30天，国发（2024）3号文", &[]);
    }
}
