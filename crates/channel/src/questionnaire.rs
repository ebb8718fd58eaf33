//! Questionnaire platforms: 问卷星 and 腾讯问卷.
//!
//! Their exports are tables, which [`crate::read`] recognises by their headers; this module makes
//! their answers readable. Their pushes, one answer each, are read by [`wenjuanxing`] and
//! [`tencent`]. Network address, browser and position of those who answered are never taken in.

mod push;
mod tencent;
mod wenjuanxing;

pub use push::{Push, PushError};
pub use tencent::read as tencent;
pub use wenjuanxing::{external_id as wenjuanxing_id, read as wenjuanxing};

use crate::{Field, header};

/// Stands between the options of one answer.
const BETWEEN: char = '┋';
/// What the platforms write where nothing was answered.
const UNANSWERED: [&str; 4] = ["(空)", "(跳过)", "（空）", "（跳过）"];

/// The answer `cell` to the question `header` as a line of an opinion; None where nothing was
/// answered. Free words to an open question stay as they are; where the question says more than
/// "your opinion", as every choice does and every question on an article, it stands in front.
pub(crate) fn readable(header: &str, field: Field, cell: String) -> Option<String> {
    if UNANSWERED.contains(&cell.trim()) {
        return None;
    }
    let question = header::wording(header);
    let on_provision = question.contains('第') && question.contains(['条', '章', '节']);
    let chosen = cell.contains(BETWEEN) || cell.contains('〖');
    Some(match field {
        Field::Answer => format!("{question}：{}", options(&cell)),
        Field::Text if on_provision || chosen => format!("{question}：{}", options(&cell)),
        _ => cell,
    })
}

/// `停车┋其他〖充电〗` as `停车；其他（充电）`.
fn options(cell: &str) -> String {
    let options = cell.split(BETWEEN).map(str::trim).filter(|o| !o.is_empty());
    let options: Vec<&str> = options.collect();
    options.join("；").replace('〖', "（").replace('〗', "）")
}

#[cfg(test)]
mod tests;
