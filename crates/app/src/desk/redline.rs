//! An article's words with the changes asked for, in place.

use caifeng_domain::{Edit, EditOp, Named};

/// Words that stay, and words that some want changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stretch {
    /// As in the draft.
    Kept(String),
    /// Changed by somebody: what goes, what comes (empty where nothing), and how many ask for it.
    Changed {
        /// Words of the draft.
        from: String,
        /// The most wanted words in their place; empty: none.
        to: String,
        /// How many ask for exactly this.
        count: usize,
    },
}

/// A text with changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Redline {
    /// In order; together with `from` of the changed ones they are the draft's words.
    pub pieces: Vec<Stretch>,
    /// Changes that have no place in the words: additions, other wishes for the same place, words
    /// that do not stand in the draft. In Chinese, with how many ask for it.
    pub others: Vec<(String, usize)>,
}

impl Redline {
    /// Lays `edits` over `text`: of those that overlap the most wanted one, then the first.
    pub fn new<'e>(text: &str, edits: impl Iterator<Item = &'e Edit>) -> Self {
        let mut wanted: Vec<(&Edit, usize)> = Vec::new();
        for edit in edits {
            let same = |w: &&mut (&Edit, usize)| {
                (w.0.op, &w.0.from, &w.0.to) == (edit.op, &edit.from, &edit.to)
            };
            match wanted.iter_mut().find(same) {
                Some(known) => known.1 += 1,
                None => wanted.push((edit, 1)),
            }
        }
        wanted.sort_by_key(|w| std::cmp::Reverse(w.1));
        let mut placed: Vec<(usize, &str, String, usize)> = Vec::new();
        let mut others = Vec::new();
        for (edit, count) in wanted {
            let at = edit.from.as_deref().filter(|from| !from.is_empty());
            let at = at.and_then(|from| Some((text.find(from)?, from)));
            let in_place = matches!(edit.op, EditOp::Replace | EditOp::Delete | EditOp::Insert);
            match at {
                Some((at, from))
                    if in_place
                        && placed.iter().all(|(start, other, ..)| {
                            at >= start + other.len() || at + from.len() <= *start
                        }) =>
                {
                    let to = match edit.op {
                        EditOp::Delete => String::new(),
                        EditOp::Insert => format!("{from}{}", edit.to.as_deref().unwrap_or("")),
                        _ => edit.to.clone().unwrap_or_default(),
                    };
                    placed.push((at, from, to, count));
                }
                _ => others.push((in_words(edit), count)),
            }
        }
        placed.sort_by_key(|p| p.0);
        let mut pieces = Vec::new();
        let mut done = 0;
        for (at, from, to, count) in placed {
            if at > done {
                pieces.push(Stretch::Kept(text[done..at].to_owned()));
            }
            done = at + from.len();
            let from = from.to_owned();
            pieces.push(Stretch::Changed { from, to, count });
        }
        if done < text.len() {
            pieces.push(Stretch::Kept(text[done..].to_owned()));
        }
        Self { pieces, others }
    }
}

/// A change in words: 将“A”修改为“B”.
pub(crate) fn in_words(edit: &Edit) -> String {
    let place = &edit.target;
    match (edit.op, edit.from.as_deref(), edit.to.as_deref()) {
        (EditOp::Replace, Some(from), Some(to)) => format!("{place}将“{from}”修改为“{to}”"),
        (EditOp::Delete, Some(from), _) => format!("{place}删除“{from}”"),
        (EditOp::Insert, _, Some(to)) => format!("{place}增加“{to}”"),
        (op, from, to) => {
            let words = from.or(to).map(|w| format!("“{w}”")).unwrap_or_default();
            format!("{place}{}{words}", op.chinese())
        }
    }
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{Edit, EditOp};

    use super::{Redline, Stretch};

    fn edit(op: EditOp, from: Option<&str>, to: Option<&str>) -> Edit {
        Edit {
            op,
            target: String::new(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            from_in_draft: Some(true),
        }
    }

    #[test]
    fn the_words_that_stay_and_go_are_the_drafts() {
        let text = "应当在三日内书面答复，并说明理由。";
        let three = edit(EditOp::Replace, Some("三日"), Some("十日"));
        let five = edit(EditOp::Replace, Some("三日内"), Some("五日内"));
        let gone = edit(EditOp::Delete, Some("书面"), None);
        let new = edit(EditOp::Insert, None, Some("免费"));
        let absent = edit(EditOp::Delete, Some("口头"), None);
        let edits = [&three, &five, &three, &gone, &new, &absent];
        let redline = Redline::new(text, edits.into_iter());
        let whole: String = (redline.pieces.iter())
            .map(|piece| match piece {
                Stretch::Kept(words) => words.as_str(),
                Stretch::Changed { from, .. } => from,
            })
            .collect();
        assert_eq!(whole, text);
        let changed = Stretch::Changed {
            from: "三日".into(),
            to: "十日".into(),
            count: 2,
        };
        assert_eq!(redline.pieces[1], changed);
        let others: Vec<&str> = redline.others.iter().map(|(w, _)| w.as_str()).collect();
        assert_eq!(
            others,
            ["将“三日内”修改为“五日内”", "增加“免费”", "删除“口头”"]
        );
    }
}
