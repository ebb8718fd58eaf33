//! Phrases that several formats share.

use caifeng_domain::{Channel, EditOp, Stance};

use crate::{Counts, EditEntry, PointEntry, Quotation, Tally};

/// Stands wherever something was grouped, chosen or linked by the machine.
pub const MACHINE_MARK: &str = "机器归纳/机器关联，供人工审核";

/// `2026-11-21T09:00:00+08:00` as `2026-11-21 09:00`.
pub(crate) fn moment(rfc3339: &str) -> String {
    let minutes = rfc3339.get(..16).unwrap_or(rfc3339);
    minutes.replace('T', " ")
}

/// Chinese name of a stance.
pub(crate) fn stance(stance: Stance) -> &'static str {
    Stance::ALL[stance as usize].2
}

/// Chinese name of a channel.
pub(crate) fn channel(channel: Channel) -> &'static str {
    Channel::ALL[channel as usize].2
}

/// `3 件 · 2 人 · 2 个文本`
pub(crate) fn counts(counts: Counts) -> String {
    let Counts {
        submissions,
        senders,
        texts,
    } = counts;
    format!("{submissions} 件 · {senders} 人 · {texts} 个文本")
}

/// `3件（2人、2个文本）`, as the official report has it; `3件` where all three are the same.
pub(crate) fn weight(counts: Counts) -> String {
    let Counts {
        submissions,
        senders,
        texts,
    } = counts;
    if senders == submissions && texts == submissions {
        format!("{submissions}件")
    } else {
        format!("{submissions}件（{senders}人、{texts}个文本）")
    }
}

/// `3件、2人、2个文本`, for within brackets.
pub(crate) fn weights(counts: Counts) -> String {
    weight(counts).replace('（', "、").replace('）', "")
}

/// Words as they stand within quotation marks, whose own ones are single there (GB/T 15834).
pub(crate) fn within_quotes(words: &str) -> String {
    let nested = |c| match c {
        '“' => '‘',
        '”' => '’',
        '‘' => '“',
        '’' => '”',
        c => c,
    };
    words.chars().map(nested).collect()
}

/// Words in quotation marks.
pub(crate) fn quoted(words: &str) -> String {
    format!("“{}”", within_quotes(words))
}

/// Names in a sentence; the rest is in the tables.
const NAMED: usize = 8;

/// `微信2件、座谈会1件`; after eight of them `其他38类共40件`.
pub(crate) fn spread(tallies: &[Tally]) -> String {
    let (named, rest) = tallies.split_at(tallies.len().min(NAMED));
    let mut parts: Vec<String> = named
        .iter()
        .map(|t| format!("{}{}件", t.name, t.submissions))
        .collect();
    if !rest.is_empty() {
        let sum: usize = rest.iter().map(|t| t.submissions).sum();
        parts.push(format!("其他{}类共{sum}件", rest.len()));
    }
    parts.join("、")
}

/// `2026-03-01` as `2026年3月1日`: Arabic, without zeros in front (GB/T 9704). What is no such day
/// stays as it is.
pub(crate) fn day(iso: &str) -> String {
    let numbers: Vec<u32> = iso.split('-').map_while(|part| part.parse().ok()).collect();
    match numbers[..] {
        [year, month, day] => format!("{year}年{month}月{day}日"),
        _ => iso.to_owned(),
    }
}

/// `第二款：将“三十日”修改为“十五日”`
pub(crate) fn edit(edit: &EditEntry) -> String {
    format!("{}{}", target(edit), change(edit))
}

/// `第二款：`
fn target(edit: &EditEntry) -> String {
    match &*edit.target {
        "" => String::new(),
        target => format!("{target}："),
    }
}

/// `将“三十日”修改为“十五日”`
fn change(edit: &EditEntry) -> String {
    let (from, to) = (
        edit.from.as_deref().map(quoted),
        edit.to.as_deref().map(quoted),
    );
    let op = EditOp::ALL[edit.op as usize].2;
    match (edit.op, from, to) {
        (_, Some(from), Some(to)) if edit.op == EditOp::Insert => format!("在{from}处增加{to}"),
        (_, Some(from), Some(to)) => format!("将{from}{op}为{to}"),
        (EditOp::Replace, None, Some(to)) => format!("修改为{to}"),
        (_, Some(words), None) | (_, None, Some(words)) => format!("{op}{words}"),
        (_, None, None) => op.to_owned(),
    }
}

/// A point in staff's words, or in those of a sender within quotation marks.
pub(crate) fn point(point: &PointEntry) -> String {
    (point.wording.clone()).unwrap_or_else(|| quoted(&point.label))
}

/// `第二款原文：“三十日”→建议修改为：“十五日”`, where an edit has both; else `第二款：建议增加“十五日”`.
pub(crate) fn from_to(entry: &EditEntry) -> String {
    match (entry.op, &entry.from, &entry.to) {
        (EditOp::Replace, Some(from), Some(to)) => {
            let (from, to) = (quoted(from), quoted(to));
            format!("{}原文：{from}→建议修改为：{to}", entry.target)
        }
        _ => format!("{}建议{}", target(entry), change(entry)),
    }
}

/// Every edit of a point with how many ask for it.
pub(crate) fn edits(point: &PointEntry) -> Vec<String> {
    let lines = point.edits.iter();
    let lines = lines.map(|entry| format!("{}（{} 件{}）", edit(entry), entry.count, known(entry)));
    lines.collect()
}

/// A warning where the draft does not have the words that are to be changed.
pub(crate) fn known(edit: &EditEntry) -> &'static str {
    match edit.from_in_draft {
        Some(false) => "，原文未见此表述",
        _ => "",
    }
}

/// `居民 12、律师 1`
pub(crate) fn tallies(tallies: &[Tally]) -> String {
    let parts = tallies
        .iter()
        .map(|t| format!("{} {}", t.name, t.submissions));
    parts.collect::<Vec<_>>().join("、")
}

/// `S-42，居民，柳湾联系点，微信`
pub(crate) fn origin(quotation: &Quotation) -> String {
    format!("{}，{}", quotation.submission, group(quotation))
}

/// `居民，柳湾联系点，微信`
pub(crate) fn group(quotation: &Quotation) -> String {
    let mut parts = Vec::new();
    parts.extend(quotation.identity.as_deref());
    parts.extend(quotation.station.as_deref());
    parts.push(channel(quotation.channel));
    parts.join("，")
}

/// A probability as people write it: 87%.
pub(crate) fn percent(probability: f32) -> String {
    format!("{:.0}%", probability * 100.0)
}

/// The form in which a spreadsheet does not run a text as a formula: with an apostrophe before it.
pub(crate) fn formula_guarded(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{Channel, EditOp, Stance};

    use super::{day, edit, formula_guarded, percent, quoted, spread, weight, weights};
    use crate::{Counts, EditEntry, Tally};

    #[test]
    fn tables_of_names_are_in_the_order_of_their_variants() {
        for (index, (value, _, _)) in Stance::ALL.into_iter().enumerate() {
            assert_eq!(value as usize, index);
        }
        for (index, (value, _, _)) in Channel::ALL.into_iter().enumerate() {
            assert_eq!(value as usize, index);
        }
        for (index, (value, _, _)) in EditOp::ALL.into_iter().enumerate() {
            assert_eq!(value as usize, index);
        }
    }

    #[test]
    fn edits_read_as_sentences() {
        #[track_caller]
        fn check(op: EditOp, target: &str, from: Option<&str>, to: Option<&str>, want: &str) {
            let entry = EditEntry {
                op,
                target: target.to_owned(),
                from: from.map(str::to_owned),
                to: to.map(str::to_owned),
                count: 1,
                from_in_draft: None,
            };
            assert_eq!(edit(&entry), want);
        }
        check(
            EditOp::Replace,
            "第二款",
            Some("甲"),
            Some("乙"),
            "第二款：将“甲”修改为“乙”",
        );
        check(EditOp::Replace, "", None, Some("乙"), "修改为“乙”");
        check(EditOp::Delete, "", Some("甲"), None, "删除“甲”");
        check(
            EditOp::Insert,
            "",
            Some("甲"),
            Some("乙"),
            "在“甲”处增加“乙”",
        );
        check(
            EditOp::Insert,
            "第三款",
            None,
            Some("乙"),
            "第三款：增加“乙”",
        );
        check(EditOp::Clarify, "", None, None, "明确");
    }

    #[test]
    fn marks_within_quotation_marks_are_single() {
        assert_eq!(
            quoted("“全部岸线”太绝对，见‘附图’"),
            "“‘全部岸线’太绝对，见“附图””"
        );
    }

    #[test]
    fn equal_numbers_are_said_once() {
        let counts = |submissions, senders, texts| Counts {
            submissions,
            senders,
            texts,
        };
        assert_eq!(weight(counts(2, 2, 2)), "2件");
        assert_eq!(weights(counts(2, 2, 2)), "2件");
        assert_eq!(weight(counts(3, 3, 2)), "3件（3人、2个文本）");
        assert_eq!(weights(counts(3, 3, 2)), "3件、3人、2个文本");
    }

    #[test]
    fn days_have_no_zeros_in_front() {
        assert_eq!(day("2026-03-01"), "2026年3月1日");
        assert_eq!(day("某日"), "某日");
    }

    #[test]
    fn long_lists_are_summed_up() {
        let tallies: Vec<Tally> = (1..=10)
            .map(|n| Tally {
                name: "某".to_owned(),
                submissions: n,
            })
            .collect();
        assert_eq!(spread(&tallies[..2]), "某1件、某2件");
        assert!(spread(&tallies).ends_with("、某8件、其他2类共19件"));
    }

    #[test]
    fn formulas_are_guarded_and_probabilities_rounded() {
        assert_eq!(formula_guarded("=1+1"), "'=1+1");
        assert_eq!(formula_guarded("第1条"), "第1条");
        assert_eq!(percent(0.876), "88%");
    }
}
