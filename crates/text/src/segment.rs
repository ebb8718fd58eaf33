//! Words of Chinese text.
//!
//! One dictionary serves the whole process: jieba's own, extended by the general vocabulary of
//! legislation in `data/legal_terms.txt`. It loads with the first use (some 0.2 s and 35 MiB).
//! Terms of one draft are kept beside it and put together from its words, since a copy of the
//! dictionary for every draft would cost tens of megabytes each.
//!
//! Texts should be normalised first: the dictionary knows simplified characters only.

mod terms;

use crate::hash::Set;
use crate::letter::is_letter;
use aho_corasick::{AhoCorasick, MatchKind};
use caifeng_domain::Span;
use jieba_rs::Jieba;
use std::sync::{Arc, LazyLock};

pub use terms::terms_of;

static DICTIONARY: LazyLock<Arc<Jieba>> = LazyLock::new(|| {
    let mut jieba = Jieba::new();
    for term in listed(include_str!("../data/legal_terms.txt")) {
        jieba.add_word(term, None, None);
    }
    Arc::new(jieba)
});

/// The dictionary, for what needs no more than its words.
pub(crate) fn dictionary() -> &'static Jieba {
    &DICTIONARY
}

static STOP_WORDS: LazyLock<Set<&str>> = LazyLock::new(|| {
    listed(include_str!("../data/stop_words.txt"))
        .chain(listed(include_str!("../data/comment_words.txt")))
        .collect()
});

/// First letters of the tags of words that can name something: nouns, verbs, abbreviations, set phrases.
const NAMING: [&str; 5] = ["n", "v", "j", "l", "i"];

/// The entries of a word list: one a line, `#` begins a comment.
fn listed(file: &'static str) -> impl Iterator<Item = &'static str> {
    (file.lines().map(str::trim)).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Divides text into words. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Segmenter {
    jieba: Arc<Jieba>,
    terms: Option<AhoCorasick>,
}

/// A word and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word {
    /// Its bytes.
    pub span: Span,
    /// Characters before it in the text: the position for a search index. Words of a phrase keep
    /// their distance however the text around them is divided.
    pub position: usize,
}

impl Default for Segmenter {
    fn default() -> Self {
        Self::new()
    }
}

impl Segmenter {
    /// A segmenter with the general dictionary.
    #[must_use]
    pub fn new() -> Self {
        Self {
            jieba: Arc::clone(&DICTIONARY),
            terms: None,
        }
    }

    /// A segmenter that also knows `terms`, such as those of [`terms_of`] a draft. Where a term
    /// begins and ends between words it becomes one word; of two that overlap the first wins, then
    /// the longer.
    #[must_use]
    pub fn with_terms(terms: impl IntoIterator<Item = String>) -> Self {
        let terms: Vec<String> = terms.into_iter().filter(|t| !t.is_empty()).collect();
        // Building fails only for gigabytes of terms; then the general dictionary must do.
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&terms)
            .ok();
        Self {
            terms: automaton.filter(|_| !terms.is_empty()),
            ..Self::new()
        }
    }

    /// The words of `text` in order, without white space and punctuation.
    #[must_use]
    pub fn words(&self, text: &str) -> Vec<Word> {
        let tokens = self.jieba.cut(text, true);
        let tokens = tokens.iter().map(|t| Word {
            span: Span::new(t.byte_start, t.byte_end),
            position: t.start,
        });
        let mut words = match &self.terms {
            None => tokens.collect(),
            Some(terms) => merged(&tokens.collect::<Vec<_>>(), terms, text),
        };
        words.retain(|w| is_word(w.span.of(text)));
        words
    }

    /// The words of `text` that say what it is about, in order, with repeats, in lower case.
    /// Dropped are function words, bare numbers, citations, and what people write around any
    /// opinion (建议, 草案, 应当: `data/comment_words.txt`).
    #[must_use]
    pub fn content_words(&self, text: &str) -> Vec<String> {
        self.words(text)
            .iter()
            .map(|w| w.span.of(text))
            .filter(|w| !STOP_WORDS.contains(w) && !is_number(w))
            .map(lower)
            .collect()
    }

    /// Whether `word` can say what an opinion is about: a term, or a word of the dictionary that is a
    /// noun, a verb or a set phrase. What was put together from its sound alone (俺村、地是) cannot.
    #[must_use]
    pub fn can_name(&self, word: &str) -> bool {
        let is_term = |terms: &AhoCorasick| {
            let found = terms.find(word);
            found.is_some_and(|found| found.range() == (0..word.len()))
        };
        if self.terms.as_ref().is_some_and(is_term) {
            return true;
        }
        if word.chars().nth(1).is_none() || !self.jieba.has_word(word) {
            return false;
        }
        // Terms of ours have no tag.
        let tags = self.jieba.tag(word, false);
        tags.first().is_some_and(|tag| {
            tag.word == word && (tag.tag.is_empty() || NAMING.contains(&&tag.tag[..1]))
        })
    }

    /// The words of `text` for a search index: each word, and the dictionary words of at least two
    /// characters within it, ordered by place, shorter first. A text and a query for a part of it
    /// get the same words at the same distances, wherever the part is divided alike.
    #[must_use]
    pub fn search_words(&self, text: &str) -> Vec<Word> {
        let mut out = self.words(text);
        let whole = out.len();
        for token in self.jieba.cut_all(text) {
            let span = Span::new(token.byte_start, token.byte_end);
            let behind = out[..whole].partition_point(|w| w.span.start <= span.start);
            let within = behind > 0 && out[behind - 1].span.contains(span);
            if within && token.end - token.start >= 2 {
                out.push(Word {
                    span,
                    position: token.start,
                });
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}

/// Joins the words that make up a term.
fn merged(words: &[Word], terms: &AhoCorasick, text: &str) -> Vec<Word> {
    let mut out = Vec::with_capacity(words.len());
    let mut next = 0;
    for found in terms.find_iter(text) {
        while next < words.len() && words[next].span.start < found.start() {
            out.push(words[next]);
            next += 1;
        }
        let count = (words[next..].iter())
            .take_while(|w| w.span.end <= found.end())
            .count();
        let fits = words
            .get(next)
            .is_some_and(|w| w.span.start == found.start())
            && count > 0
            && words[next + count - 1].span.end == found.end();
        if fits {
            out.push(Word {
                span: Span::new(found.start(), found.end()),
                position: words[next].position,
            });
            next += count;
        }
    }
    out.extend_from_slice(&words[next..]);
    out
}

fn is_word(word: &str) -> bool {
    word.contains(is_letter)
}

/// In lower case. Chinese characters have none, and asking each of them takes its time.
fn lower(word: &str) -> String {
    if word.chars().all(|c| matches!(c, '\u{4E00}'..='\u{9FFF}')) {
        word.to_owned()
    } else {
        word.to_lowercase()
    }
}

/// A number or the number of a provision: 15, 三十, 第三十四条, 2024年, 百分之五.
fn is_number(word: &str) -> bool {
    let core = word.strip_prefix('第').unwrap_or(word);
    let core = core.trim_end_matches([
        '条', '款', '项', '目', '章', '节', '编', '年', '月', '日', '%', '个', '元', '万',
    ]);
    core.chars().all(|c| {
        c.is_ascii_digit()
            || ".%".contains(c)
            || "〇零一二三四五六七八九十百千万亿两百分之".contains(c)
    })
}

#[cfg(test)]
mod tests {
    use super::Segmenter;
    use proptest::prelude::*;

    #[track_caller]
    fn check(segmenter: &Segmenter, text: &str, want: &str) {
        let words = segmenter.words(text);
        let got: Vec<&str> = words.iter().map(|w| w.span.of(text)).collect();
        assert_eq!(got.join("/"), want);
    }

    #[test]
    fn the_general_dictionary_knows_legislation() {
        let s = Segmenter::new();
        check(
            &s,
            "县级以上人民政府应当公开。",
            "县级以上人民政府/应当/公开",
        );
        check(&s, "征求意见稿第十二条", "征求意见稿/第十二条");
        check(&s, "", "");
    }

    #[test]
    fn terms_of_the_draft_become_words() {
        let s = Segmenter::with_terms(["社会救助管理部门".to_owned(), "代耕代种".to_owned()]);
        check(
            &s,
            "由社会救助管理部门公示,代耕代种",
            "由/社会救助管理部门/公示/代耕代种",
        );
        let none = Segmenter::with_terms([String::new()]);
        check(&none, "公示", "公示");
    }

    #[test]
    fn content_words_leave_out_what_every_opinion_says() {
        #[track_caller]
        fn check(text: &str, want: &str) {
            assert_eq!(Segmenter::new().content_words(text).join(" "), want);
        }
        check("我建议第三十四条的15日改为30日,工资偏低", "工资 偏低");
        check("请在APP上公示", "app 公示");
        check("第十二条第二款第(三)项", "");
    }

    #[test]
    fn words_of_the_dictionary_and_terms_can_name_something() {
        let segmenter = Segmenter::with_terms(["沿岸空间".to_owned()]);
        for word in ["路灯", "审核", "沿岸空间", "最低生活保障"] {
            assert!(segmenter.can_name(word), "{word}");
        }
        for word in ["俺村", "地是", "非常", "灯", "沿岸空间的", ""] {
            assert!(!segmenter.can_name(word), "{word}");
        }
    }

    #[test]
    fn a_query_finds_its_words_at_their_distance() {
        let s = Segmenter::new();
        let at = |text: &str| -> Vec<(String, usize)> {
            (s.search_words(text).iter())
                .map(|w| (w.span.of(text).to_owned(), w.position))
                .collect()
        };
        let text = at("县级以上人民政府公示");
        for (word, position) in at("人民政府公示") {
            assert!(text.contains(&(word.clone(), position + 4)), "{word}");
        }
        assert!(text.contains(&("人民".to_owned(), 4)), "{text:?}");
    }

    proptest! {
        #[test]
        fn words_lie_in_order_and_positions_count_characters(text in "[社会救助管理部门的，。 a1😀\u{20BB7}]{0,40}") {
            let s = Segmenter::with_terms(["社会救助管理部门".to_owned(), "救助管理".to_owned()]);
            let words = s.words(&text);
            prop_assert!(words.windows(2).all(|w| w[0].span.end <= w[1].span.start));
            for w in words.into_iter().chain(s.search_words(&text)) {
                prop_assert_eq!(text[..w.span.start].chars().count(), w.position);
                prop_assert!(!w.span.of(&text).is_empty());
            }
        }
    }
}
