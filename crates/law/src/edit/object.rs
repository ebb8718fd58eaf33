//! The words that an amendment verb takes out and puts in, as the sender spelt them.

use crate::{
    cite::glyph::{Glyphs, is_clause_end, is_stop},
    numeral,
    quote::{fold_letters, marks::Marked},
};
use caifeng_domain::Draft;

/// Glyphs `from..to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The letters of a draft. Put them together once for many texts.
pub struct DraftWords {
    letters: String,
}

impl DraftWords {
    /// Those of all articles of `draft`.
    #[must_use]
    pub fn of(draft: &Draft) -> Self {
        let articles = draft.articles();
        // A line break, which is no letter, keeps words from running over the end of an article.
        let letters = articles.map(|(id, _)| fold_letters(&draft.full_text(id)) + "\n");
        Self {
            letters: letters.collect(),
        }
    }

    /// Whether the draft says `said`, whatever the punctuation; with dots in it, each part.
    pub(super) fn has(&self, said: &str) -> bool {
        let mut parts = said
            .split('…')
            .map(fold_letters)
            .filter(|part| !part.is_empty())
            .peekable();
        parts.peek().is_some() && parts.all(|part| self.letters.contains(&part))
    }
}

/// The unit that is read: its glyphs and its quotations.
pub(super) struct Scene<'a> {
    pub(super) g: &'a Glyphs,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) marks: Vec<Marked>,
    pub(super) draft: &'a DraftWords,
}

/// Longer stretches without a stop are read in part only.
const LONGEST_SENTENCE: usize = 300;

/// New wording without quotation marks is at most a long sentence.
const LONGEST_CLAUSE: usize = 160;

impl Scene<'_> {
    /// Whether `i` lies inside quotation marks.
    pub(super) fn is_quoted(&self, i: usize) -> bool {
        let next = self.marks.partition_point(|marked| marked.close < i);
        self.marks.get(next).is_some_and(|marked| marked.open <= i)
    }

    /// The quotations in `from..to`.
    pub(super) fn marked(
        &self,
        from: usize,
        to: usize,
    ) -> impl DoubleEndedIterator<Item = Words> + '_ {
        let first = self.marks.partition_point(|marked| marked.open < from);
        let last = self
            .marks
            .partition_point(|marked| marked.close < to)
            .max(first);
        let inside = self.marks[first..last].iter();
        inside.map(|marked| Words {
            from: marked.open + 1,
            to: marked.close,
        })
    }

    /// The last quotation in `from..to` of words of the draft, else the last one.
    pub(super) fn marked_before(&self, from: usize, to: usize) -> Option<Words> {
        let of_draft = |words: &Words| self.draft.has(&self.g.words(words.from, words.to));
        let last = self.marked(from, to).next_back();
        self.marked(from, to).rev().find(of_draft).or(last)
    }

    /// The last quotation of words of the draft before `i`, if one of the nearest is.
    pub(super) fn draft_words_before(&self, i: usize) -> Option<Words> {
        const NEAREST: usize = 4;
        let mut nearest = self.marked(self.from, i).rev().take(NEAREST);
        nearest.find(|words| self.draft.has(&self.g.words(words.from, words.to)))
    }

    /// Where the sentence around `i` begins.
    pub(super) fn sentence_start(&self, i: usize) -> usize {
        let stop = |&k: &usize| is_stop(self.g.at(k)) && !self.is_quoted(k);
        let earliest = i.saturating_sub(LONGEST_SENTENCE).max(self.from);
        (earliest..i).rev().find(stop).map_or(earliest, |k| k + 1)
    }

    /// Where the sentence around `i` ends.
    pub(super) fn sentence_end(&self, i: usize) -> usize {
        let stop = |&k: &usize| is_stop(self.g.at(k)) && !self.is_quoted(k);
        let latest = self.to.min(i + LONGEST_SENTENCE);
        (i..latest).find(stop).unwrap_or(latest)
    }

    /// What follows a verb as new wording: a quotation, or what stands after a colon.
    pub(super) fn after(&self, i: usize) -> Option<Words> {
        /// 增加一款，作为第二款，内容为“…”
        const LONGEST_LEAD: usize = 12;
        let end = self.sentence_end(i);
        let quote = self.marked(i, end).next().filter(|quote| {
            let mark = quote.from - 1;
            // 补充一款，内容为“…”
            let colon = matches!(self.g.before(mark), ':' | '为' | '是');
            // 改为五倍，……“…” has another thing in between.
            let clauses = (i..mark).filter(|&k| self.g.at(k) == ',').count();
            (colon && clauses <= 2) || (clauses == 0 && mark - i <= LONGEST_LEAD)
        });
        quote.or_else(|| self.after_colon(i))
    }

    /// What follows 改为 and its like: also a value (五倍) or the rest of the clause.
    pub(super) fn after_into(&self, i: usize) -> Option<Words> {
        const LONGEST_PHRASE: usize = 30;
        self.after(i).or_else(|| self.value(i)).or_else(|| {
            let end = self.g.until(i, LONGEST_PHRASE, is_clause_end).min(self.to);
            let to = self.before_plea(i, end);
            (to > i + 1 && (to < end || is_clause_end(self.g.at(end))))
                .then_some(Words { from: i, to })
        })
    }

    /// Where in `from..to` the words of the law end and the sender asks again: 十公里嘛, 三十分钟行不行啊.
    fn before_plea(&self, from: usize, to: usize) -> usize {
        let plea = |k: &usize| {
            matches!(
                self.g.at(*k),
                '嘛' | '啊' | '呀' | '噻' | '撒' | '啦' | '喽'
            ) || self.g.after_any(*k, &PLEAS).is_some()
        };
        let mut end = (from + 1..to).find(plea).unwrap_or(to);
        while end > from + 1 && matches!(self.g.before(end), '吧' | '吗' | '呢' | '了') {
            end -= 1;
        }
        end
    }

    /// What stands between two gaps, the first of which is next: 加一句吧 公园内应当有直饮水点 天热.
    pub(super) fn after_gap(&self, i: usize) -> Option<Words> {
        const NEXT: usize = 3;
        const LEAST: usize = 6;
        let from = (i..self.to.min(i + NEXT)).find(|&k| self.g.gap(k))?;
        let ends = |&k: &usize| self.g.gap(k) || is_clause_end(self.g.at(k));
        let to = (from + 1..self.to.min(from + LONGEST_CLAUSE))
            .find(ends)
            .unwrap_or(self.to);
        (to - from >= LEAST).then_some(Words { from, to })
    }

    /// The provision that follows 一句 and a comma: 补一句，救助工作应当尊重人格尊严，不得歧视。 Other sentences go on with
    /// what the sender has to say.
    pub(super) fn after_sentence(&self, i: usize) -> Option<Words> {
        let comma = i + usize::from(self.g.at(i) == '话');
        if self.g.before(i) != '句' || self.g.at(comma) != ',' {
            return None;
        }
        let (from, to) = (comma + 1, self.sentence_end(comma));
        let provides = (from..to).any(|k| self.g.after_any(k, &NORMS).is_some());
        (provides && to - from <= LONGEST_CLAUSE).then_some(Words { from, to })
    }

    /// What stands from `i` to the end of the clause or the cell, without pleas.
    pub(super) fn cell(&self, i: usize) -> Option<Words> {
        let ends = |c: char| is_clause_end(c) || matches!(c, '|' | '(');
        let end = self.g.until(i, LONGEST_CLAUSE, ends).min(self.to);
        let to = self.before_plea(i, end);
        (to > i).then_some(Words { from: i, to })
    }

    /// The sentence after a colon that follows `i` in its clause: 加一句：本法施行前在岗的，可以继续.
    fn after_colon(&self, i: usize) -> Option<Words> {
        const LONGEST_LEAD: usize = 16;
        let colon = (i..(i + LONGEST_LEAD).min(self.to))
            .find(|&k| self.g.at(k) == ':' || self.g.starts(k, "~~"))?;
        if (i..colon).any(|k| is_stop(self.g.at(k))) {
            return None;
        }
        let from = (colon + 1..self.to).find(|&k| !matches!(self.g.at(k), '\n' | '~'))?;
        let stop = |c: char| matches!(c, '。' | '!' | '?' | '\n');
        let latest = self.to.min(from + LONGEST_CLAUSE);
        // The last sentence of a text may have no stop.
        let last = (latest == self.to).then_some(latest);
        let to = (from..latest).find(|&k| stop(self.g.at(k))).or(last)?;
        (to > from + 1).then_some(Words { from, to })
    }

    /// A number with what is counted: 五倍, 三十日, 2026年7月1日, 十倍以上二十倍以下, 三分之一.
    pub(super) fn value(&self, i: usize) -> Option<Words> {
        let number = |c: char| numeral::is_numeral(c) || c == '.';
        if !number(self.g.at(i)) || self.is_quoted(i) {
            return None;
        }
        let part = |c: char| number(c) || MEASURES.contains(&c);
        let end = (i..self.to.min(i + 24))
            .find(|&k| !part(self.g.at(k)))
            .unwrap_or(self.to.min(i + 24));
        let measured = (i..end).any(|k| MEASURES.contains(&self.g.at(k)));
        (measured && end - i >= 2).then_some(Words { from: i, to: end })
    }

    /// The last value in `from..to` that counts the same thing as `like`.
    pub(super) fn value_like(&self, from: usize, to: usize, like: Words) -> Option<Words> {
        let kind = |words: Words| -> String {
            let said = words.from..words.to;
            said.map(|k| self.g.at(k))
                .filter(|&c| !numeral::is_numeral(c))
                .collect()
        };
        let like = kind(like);
        let mut last = None;
        let mut k = from.max(to.saturating_sub(LONGEST_SENTENCE));
        while k < to {
            match self.value(k) {
                Some(words) if words.to <= to => {
                    if kind(words) == like {
                        last = Some(words);
                    }
                    k = words.to;
                }
                _ => k += 1,
            }
        }
        last
    }

    /// Where an earlier quotation of the draft has the words of `from` in it and ends as `to` does, its
    /// words from there on: “可以听取意见”……“可以”太软，改为“应当听取意见” replaces all of it.
    pub(super) fn widened(&self, from: Words, to: Words) -> Words {
        const LEAST: usize = 2;
        let alike = |words: &Words| {
            let backwards = (words.from..words.to).rev().zip((to.from..to.to).rev());
            let same = backwards.take_while(|&(k, j)| self.g.at(k) == self.g.at(j));
            same.count()
        };
        let same = |at: usize, other: usize| self.g.at(at) == self.g.at(other);
        let from_there = |words: Words| {
            let rest = words.to.checked_sub(from.to - from.from)?;
            let mut starts = words.from..=rest;
            let start = starts.find(|&k| (from.from..from.to).zip(k..).all(|(j, k)| same(j, k)))?;
            let whole = (0..LEAST).all(|k| same(words.from + k, to.from + k));
            let start = if whole { words.from } else { start };
            Some(Words {
                from: start,
                ..words
            })
        };
        let fits = |words: &Words| {
            alike(words) >= LEAST.max(alike(&from) + 1)
                && self.draft.has(&self.g.words(words.from, words.to))
        };
        let mut earlier = self.marked(self.from, from.from).filter_map(from_there);
        earlier.rfind(fits).unwrap_or(from)
    }

    /// The words of `from` that `to` replaces: of a quotation with dots the part most like it, of a longer one the end that
    /// begins and ends alike.
    pub(super) fn replaced(&self, from: Words, to: Words) -> Words {
        let common = |part: &Words| {
            (part.from..part.to)
                .filter(|&k| (to.from..to.to).any(|j| self.g.at(j) == self.g.at(k)))
                .count()
        };
        let dots: Vec<usize> = (from.from..from.to)
            .filter(|&k| self.g.at(k) == '…')
            .collect();
        let starts = std::iter::once(from.from).chain(dots.iter().map(|k| k + 1));
        let ends = dots.iter().copied().chain([from.to]);
        let parts = starts.zip(ends).map(|(from, to)| Words { from, to });
        let from = parts.max_by_key(common).unwrap_or(from);
        let (len, new) = (from.to - from.from, to.to - to.from);
        let same_end = self.g.before(from.to) == self.g.before(to.to);
        let begins_alike = |k: &usize| {
            self.g.at(*k) == self.g.at(to.from) && self.g.at(k + 1) == self.g.at(to.from + 1)
        };
        if new < 3 || new > len || !same_end {
            return from;
        }
        match (from.from..from.to - 1).find(begins_alike) {
            // 十日 inside 三十日 is another number.
            Some(start) if !numeral::is_numeral(self.g.at(start)) => Words {
                from: start,
                ..from
            },
            _ => from,
        }
    }

    /// The last words of the draft in `from..to` that begin and end as `new` does, or begin so and go on with another
    /// value: 每年提供一次体检……改为每年提供两次体检.
    pub(super) fn counterpart(&self, from: usize, to: usize, new: Words) -> Option<Words> {
        const ALIKE: usize = 2;
        let len = new.to - new.from;
        if len < 2 * ALIKE {
            return None;
        }
        let g = self.g;
        let same = |at: usize, other: usize| (0..ALIKE).all(|k| g.at(at + k) == g.at(other + k));
        let of_draft = |words: &Words| self.draft.has(&g.words(words.from, words.to));
        let starts = (from.max(to.saturating_sub(LONGEST_SENTENCE))..to).rev();
        let mut starts = starts.filter(|&k| same(k, new.from));
        let ends_alike = |start: usize| {
            let ends = start + len.div_ceil(2)..=to.min(start + 2 * len);
            let ends = ends.rev().filter(|&end| same(end - ALIKE, new.to - ALIKE));
            ends.map(|end| Words {
                from: start,
                to: end,
            })
            .find(of_draft)
        };
        let other_value = |start: usize| {
            let at = (new.from..new.to).find(|&k| self.value(k).is_some())?;
            let shared = (new.from..at).zip(start..).all(|(j, k)| g.at(j) == g.at(k));
            let value = self.value(start + at - new.from).filter(|_| shared)?;
            Some(Words {
                from: start,
                to: value.to,
            })
            .filter(|words| words.to <= to && of_draft(words))
        };
        starts.find_map(|start| ends_alike(start).or_else(|| other_value(start)))
    }

    /// The longest clause in `from..to` that stands in the draft: 非独生子女的护理假不超过五日，这句取消算了.
    pub(super) fn draft_clause(&self, from: usize, to: usize) -> Option<Words> {
        const LEAST: usize = 6;
        let begins = |&k: &usize| k == from || is_clause_end(self.g.before(k));
        let clause = |start: usize| {
            let ends = (start + LEAST..=to)
                .rev()
                .filter(|&end| is_clause_end(self.g.at(end)) || end == to || self.g.gap(end));
            let mut words = ends.map(|end| Words {
                from: start,
                to: end,
            });
            words.find(|words| self.draft.has(&self.g.words(words.from, words.to)))
        };
        let clauses = (from..to).filter(begins).filter_map(clause);
        clauses.max_by_key(|words| words.to - words.from)
    }

    /// The longest words of the draft that end at `to` in its clause or cell: what stands before an arrow.
    pub(super) fn draft_words_until(&self, from: usize, to: usize) -> Option<Words> {
        const LEAST: usize = 2;
        let start = (from..to)
            .rev()
            .find(|&k| is_clause_end(self.g.at(k)) || self.g.at(k) == '|')
            .map_or(from, |k| k + 1);
        (start..to.saturating_sub(LEAST - 1))
            .map(|from| Words { from, to })
            .find(|words| self.draft.has(&self.g.words(words.from, words.to)))
    }

    /// Whether two stretches of words are two versions of one thing: half of the shorter is in the other.
    pub(super) fn alike(&self, a: Words, b: Words) -> bool {
        let (short, long) = if a.to - a.from <= b.to - b.from {
            (a, b)
        } else {
            (b, a)
        };
        let within = |k: &usize| (long.from..long.to).any(|j| self.g.at(j) == self.g.at(*k));
        2 * (short.from..short.to).filter(within).count() >= short.to - short.from
    }

    /// What `把…改为`, `由…改为` names between the preposition and the verb, where it is a short phrase.
    pub(super) fn between(&self, from: usize, verb: usize) -> Option<Words> {
        const LONGEST_PHRASE: usize = 30;
        let start = (from..verb)
            .rev()
            .take(LONGEST_PHRASE)
            .take_while(|&k| !is_clause_end(self.g.at(k)))
            .find(|&k| matches!(self.g.at(k), '将' | '把' | '由' | '从'))?;
        let inner = (start + 1..verb)
            .rev()
            .find(|&k| matches!(self.g.at(k), '的' | '中' | '里'))
            .map_or(start + 1, |k| k + 1);
        let words = Words {
            from: inner,
            to: verb,
        };
        (words.to > words.from + 1).then_some(words)
    }

    /// 擅自两个字, 擅自二字: the words before, in `from..to`.
    pub(super) fn counted_letters(&self, from: usize, to: usize) -> Option<Words> {
        let counted = |k: &usize| {
            self.g.starts(*k, "个字") || (self.g.at(*k) == '字' && self.g.before(*k) != '个')
        };
        let at = (from..to).find(counted)?;
        let digit = at
            .checked_sub(1)
            .filter(|&k| k >= from && numeral::is_numeral(self.g.at(k)))?;
        let count = usize::from(numeral::parse(&self.g.words(digit, at))?);
        let end = if matches!(self.g.before(digit), '这' | '那') {
            digit - 1
        } else {
            digit
        };
        let start = end
            .checked_sub(count)
            .filter(|&start| start >= from && count > 0)?;
        let plain = (start..end).all(|k| self.g.at(k).is_alphabetic());
        plain.then_some(Words {
            from: start,
            to: end,
        })
    }
}

/// Words of provisions.
const NORMS: [&str; 5] = ["应当", "不得", "可以", "禁止", "有权"];

/// What follows new words that stand without quotation marks.
const PLEAS: [&str; 18] = [
    "行不行",
    "中不中",
    "好不好",
    "可不可以",
    "可以吗",
    "好伐",
    "好吧",
    "行吗",
    "好吗",
    "成不成",
    "足够",
    "就行",
    "就好",
    "才对",
    "为好",
    "比较好",
    "麻烦",
    "谢谢",
];

/// Characters that belong to a value.
const MEASURES: [char; 50] = [
    '元', '日', '天', '月', '年', '倍', '岁', '户', '人', '个', '工', '作', '名', '万', '亿', '千',
    '百', '分', '之', '%', '以', '上', '下', '至', '到', '周', '米', '度', '小', '时', '次', '张',
    '钟', '公', '里', '吨', '升', '毫', '克', '斤', '平', '方', '学', '课', '层', '级', '辆', '贝',
    '竿', '座',
];
