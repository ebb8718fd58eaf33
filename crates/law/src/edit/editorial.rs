//! Whether an opinion is about the wording alone (文字性意见): a slip of the pen, a mark, 的 for 地.
//!
//! Two signs are trusted, and no others, as 三十日 for 十日 is a small change too, and 应当 for 可以 as
//! well: the change leaves the same words once marks, spaces and 的地得 are left out; or the sender
//! calls it so. Staff can say otherwise of each point.

use caifeng_domain::Edit;

/// What senders call it.
const CALLED: [&str; 7] = [
    "文字性意见",
    "文字性修改",
    "错别字",
    "标点符号",
    "标点错误",
    "笔误",
    "语病",
];

/// Whether these words of a sender, who proposes this change, are about wording alone.
#[must_use]
pub fn is_editorial(words: &str, edit: Option<&Edit>) -> bool {
    let is_called_so = CALLED.iter().any(|name| words.contains(name));
    is_called_so || edit.is_some_and(keeps_the_words)
}

/// Whether only marks, spaces and 的地得 change, and something does.
fn keeps_the_words(edit: &Edit) -> bool {
    let (Some(from), Some(to)) = (&edit.from, &edit.to) else {
        return false;
    };
    let kept = |text: &str| -> String {
        let counts = |c: &char| c.is_alphanumeric() && !matches!(c, '的' | '地' | '得');
        text.chars().filter(counts).collect()
    };
    from != to && !kept(from).is_empty() && kept(from) == kept(to)
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{Edit, EditOp};

    use super::is_editorial;

    fn change(from: &str, to: &str) -> Edit {
        let words = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Edit {
            op: EditOp::Replace,
            target: String::new(),
            from: words(from),
            to: words(to),
            from_in_draft: None,
        }
    }

    #[test]
    fn marks_and_particles_are_wording_and_a_small_change_is_not() {
        #[track_caller]
        fn check(from: &str, to: &str, want: bool) {
            let edit = change(from, to);
            assert_eq!(is_editorial("建议修改", Some(&edit)), want, "{from} → {to}");
        }
        check("规划、建设和，管理", "规划、建设和管理", true);
        check("有效的保护", "有效地保护", true);
        check("沿岸 空间", "沿岸空间", true);
        check("三十日", "十日", false);
        check("应当", "可以", false);
        check("不得", "得", false);
        check("单位或者个人", "单位和个人", false);
        check("，", "。", false);
        check("二百元", "二百元", false);
        check("", "沿岸空间", false);
        check("沿岸空间", "", false);
    }

    #[test]
    fn what_its_sender_calls_so_is_wording() {
        #[track_caller]
        fn check(words: &str, want: bool) {
            assert_eq!(is_editorial(words, None), want, "{words}");
        }
        check("第三条有错别字，“帐号”应为“账号”。", true);
        check("文字性意见：第五条句式与前三项不一致。", true);
        check("条例草案的文字太专业了。", false);
        check("停车位的标点太稀。", false);
    }
}
