//! Every verb of a unit with its objects: the changes among which the main one is chosen.

use super::{
    object::{Scene, Words},
    verb::{self, Frame, Said, Verb},
};
use caifeng_domain::EditOp;

/// One change that a unit may mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) op: EditOp,
    pub(super) from: Option<Words>,
    pub(super) to: Option<Words>,
}

impl Candidate {
    /// Whether it says all that its kind of change needs.
    fn is_whole(&self) -> bool {
        self.spelt_out().0 == 3
    }

    /// Whether it puts other words in the place of the draft's.
    fn changes_draft(&self, scene: &Scene<'_>) -> bool {
        let has = |words: Words| scene.draft.has(&scene.g.words(words.from, words.to));
        let (Some(from), Some(to)) = (self.from, self.to) else {
            return false;
        };
        self.op == EditOp::Replace && has(from) && !has(to) && scene.alike(from, to)
    }

    /// How much of the text it gives: both sides, the new words, the old ones; then how definite its verb is.
    pub(super) fn spelt_out(&self) -> (u8, u8) {
        let text = match (self.op, self.from, self.to) {
            (EditOp::Clarify, ..) | (_, None, None) => 0,
            (EditOp::Replace, _, None) => 1,
            (EditOp::Replace, None, _) => 2,
            _ => 3,
        };
        let verb = match self.op {
            EditOp::Clarify => 0,
            EditOp::Move | EditOp::Merge | EditOp::Split => 2,
            _ => 1,
        };
        (text, verb)
    }
}

/// Shorter words of the draft are quoted as often to name a matter as to find fault with them.
const LEAST_WANTING: usize = 4;

/// All proposals of a unit in order.
pub(super) fn all(scene: &Scene<'_>) -> Vec<Candidate> {
    let mut out = Vec::new();
    let mut i = scene.from;
    while i < scene.to {
        match Some(i)
            .filter(|&i| !scene.is_quoted(i))
            .and_then(|i| verb::at(scene, i))
        {
            Some(verb) => {
                let said = verb::said(scene, &verb);
                let candidate = candidate(scene, &verb).filter(|candidate| match said {
                    Said::Proposed => true,
                    // Who tells how a value of the draft becomes another one wants it.
                    Said::Told => candidate.changes_draft(scene),
                    Said::Refused => false,
                });
                out.extend(candidate);
                i = verb.to;
            }
            None => i += 1,
        }
    }
    out.extend(contrasted(scene).filter(|_| !out.iter().any(Candidate::is_whole)));
    out
}

/// “三十日”太短，“六十日”还差不多: words of the draft and others like them, both quoted, and no verb.
fn contrasted(scene: &Scene<'_>) -> Option<Candidate> {
    let of_draft = |words: &Words| scene.draft.has(&scene.g.words(words.from, words.to));
    let quotations: Vec<Words> = scene.marked(scene.from, scene.to).collect();
    let (pair, []) = quotations.as_chunks::<2>() else {
        return None;
    };
    let [[a, b]] = pair else { return None };
    let wanted = of_draft(a) && !of_draft(b) && scene.alike(*a, *b) && !verb::is_against(scene);
    wanted.then_some(Candidate {
        op: EditOp::Replace,
        from: Some(*a),
        to: Some(*b),
    })
}

fn candidate(scene: &Scene<'_>, verb: &Verb) -> Option<Candidate> {
    let op = verb.op;
    match verb.frame {
        Frame::Into => into(scene, verb),
        Frame::Value => revalued(scene, verb),
        Frame::Away => Some(Candidate {
            op,
            from: away(scene, verb),
            to: None,
        }),
        Frame::Add => Some(added(scene, verb)),
        Frame::Say => said(scene, verb),
        Frame::Whole => Some(Candidate {
            op,
            from: None,
            to: None,
        }),
        Frame::Arrow => arrow(scene, verb),
    }
}

/// A → B, quoted or not.
fn arrow(scene: &Scene<'_>, verb: &Verb) -> Option<Candidate> {
    let quoted = |from: usize, to: usize| scene.marked(from, to).next();
    let from = scene
        .marked(scene.from, verb.from)
        .next_back()
        .filter(|words| words.to + 1 == verb.from)
        .or_else(|| scene.draft_words_until(scene.from, verb.from))?;
    let to = quoted(verb.to, scene.to)
        .filter(|words| words.from == verb.to + 1)
        .or_else(|| scene.cell(verb.to))?;
    Some(Candidate {
        op: EditOp::Replace,
        from: Some(from),
        to: Some(to),
    })
}

/// 将“A”改为“B”, “A”……改为“B”, 三十日改为六十日.
fn into(scene: &Scene<'_>, verb: &Verb) -> Option<Candidate> {
    let to = scene.after_into(verb.to);
    let start = scene.sentence_start(verb.from);
    let value = || {
        let like = to.filter(|to| scene.value(to.from) == Some(*to))?;
        scene.value_like(scene.from, verb.from, like)
    };
    let from = scene
        .marked_before(start, verb.from)
        .or_else(value)
        .or_else(|| scene.between(start, verb.from).filter(|_| to.is_some()))
        .or_else(|| scene.counterpart(scene.from, verb.from, to?))
        .or_else(|| scene.draft_words_before(start));
    let from = match (from, to) {
        (Some(from), Some(to)) => Some(scene.replaced(scene.widened(from, to), to)),
        (from, _) => from,
    };
    (from.is_some() || to.is_some()).then_some(Candidate {
        op: EditOp::Replace,
        from,
        to,
    })
}

/// 五百元太低，至少一千元: only for a value of the draft, since 至少 and 应 count much else.
fn revalued(scene: &Scene<'_>, verb: &Verb) -> Option<Candidate> {
    let to = scene.value(verb.to)?;
    let start = scene.sentence_start(verb.from);
    let of_draft = |words: &Words| scene.draft.has(&scene.g.words(words.from, words.to));
    let value = scene.value_like(scene.from, verb.from, to).filter(of_draft);
    let from = value.or_else(|| scene.draft_words_before(start))?;
    let (from, to) = (Some(from), Some(to));
    Some(Candidate {
        op: EditOp::Replace,
        from,
        to,
    })
}

/// 删去“A”, 把“A”删去, “A”……这几个字删掉, A两个字去掉.
fn away(scene: &Scene<'_>, verb: &Verb) -> Option<Words> {
    const NEXT: usize = 24;
    let start = scene.sentence_start(verb.from);
    let end = scene.sentence_end(verb.to).min(verb.to + NEXT);
    scene
        .marked(verb.to, scene.sentence_end(verb.to))
        .next()
        .filter(|words| words.from <= end)
        .or_else(|| scene.marked_before(start, verb.from))
        .or_else(|| scene.counted_letters(verb.from.saturating_sub(NEXT).max(start), verb.from))
        .or_else(|| scene.counted_letters(verb.to, end))
        .or_else(|| scene.draft_words_before(start))
        .or_else(|| scene.draft_clause(start, verb.from))
        .or_else(|| {
            let colon = usize::from(scene.g.at(verb.to) == ':');
            scene.draft_clause(verb.to + colon, scene.sentence_end(verb.to))
        })
}

/// 增加“B”, 加一句：B, 把“B”写进. Without new words, but with words of the draft found wanting, those should change:
/// “依法处罚”太空，请补上数额.
fn added(scene: &Scene<'_>, verb: &Verb) -> Candidate {
    let taken = || {
        let start = scene.sentence_start(verb.from);
        let mut taken = (start..verb.from)
            .rev()
            .filter(|&k| matches!(scene.g.at(k), '把' | '将'));
        scene.marked(taken.next()?, verb.from).next_back()
    };
    let to = (scene.after(verb.to))
        .or_else(taken)
        .or_else(|| scene.after_sentence(verb.to))
        .or_else(|| scene.after_gap(verb.to));
    // 在“A”后增加 only says where.
    let anchor = |words: &Words| matches!(scene.g.at(words.to + 1), '后' | '前' | '之');
    let wanting = scene
        .draft_words_before(verb.from)
        .filter(|words| to.is_none() && words.to - words.from >= LEAST_WANTING && !anchor(words));
    Candidate {
        op: wanting.map_or(verb.op, |_| EditOp::Replace),
        from: wanting,
        to,
    }
}

/// 明确…: without new words a clarification; 写明：B, 量化：B are more. A question asks for an answer, not for words.
fn said(scene: &Scene<'_>, verb: &Verb) -> Option<Candidate> {
    let from = scene.draft_words_before(verb.from);
    // 条文写“应当”的 quotes the draft.
    let new = |words: &Words| !scene.draft.has(&scene.g.words(words.from, words.to));
    let to = scene
        .after(verb.to)
        .filter(|words| verb.to - verb.from > 1 || new(words));
    let op = match (from, to) {
        (Some(_), Some(_)) => EditOp::Replace,
        (None, Some(_)) => EditOp::Insert,
        _ => EditOp::Clarify,
    };
    let asked = scene.g.at(scene.sentence_end(verb.to)) == '?';
    (to.is_some() || !asked).then_some(Candidate {
        op,
        from: from.filter(|_| op != EditOp::Insert),
        to,
    })
}
