//! Filters of the desk's templates.
#![expect(
    clippy::inline_always,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    unreachable_pub,
    reason = "the form that the macro wants, and what it makes"
)]

use caifeng_domain::Named;

/// Characters of words where there is little room.
const BRIEF: usize = 60;

/// The Chinese name of a value.
#[askama::filter_fn]
pub(super) fn chinese<T: Named>(value: &T, _: &dyn askama::Values) -> askama::Result<&'static str> {
    Ok((*value).chinese())
}

/// The Chinese names of values: 姓名、电话.
#[askama::filter_fn]
pub(super) fn chinese_list<T: Named>(
    values: &[T],
    _: &dyn askama::Values,
) -> askama::Result<String> {
    let names: Vec<&str> = values.iter().map(|value| value.chinese()).collect();
    Ok(names.join("、"))
}

/// Words one after the other: 期限、答复.
#[askama::filter_fn]
pub(super) fn listed(words: &[String], _: &dyn askama::Values) -> askama::Result<String> {
    Ok(words.join("、"))
}

/// The beginning of words.
#[askama::filter_fn]
pub(super) fn brief(words: &str, _: &dyn askama::Values) -> askama::Result<String> {
    let mut out: String = words.chars().take(BRIEF).collect();
    if out.len() < words.len() {
        out.push('…');
    }
    Ok(out)
}
