//! Invented submissions with duplicates and campaigns of known truth.
//!
//! Texts are walks through the word pairs of the sample consultation: endless, of natural length and
//! vocabulary, and no two alike unless planted.

use std::collections::BTreeMap;

use caifeng_domain::{Channel, Draft, Submission, Submitter};
use caifeng_law::numeral;
use caifeng_text::segment::Segmenter;

use super::random::Random;

/// Generated submissions and, for each, the number of its true duplicate group.
pub(super) struct Generated {
    pub(super) submissions: Vec<Submission>,
    pub(super) group: Vec<usize>,
}

/// Of a hundred submissions: originals, exact copies, near copies; the rest are campaign letters.
const ORIGINALS: usize = 50;
const EXACT: usize = 15;
const NEAR: usize = 10;
/// Letters of one campaign.
const CAMPAIGN: usize = 200;

/// Of a hundred words so many are followed by the beginning of another sentence. Many words have only one
/// that follows them in the samples: without leaps some long runs would stand in a hundred texts, which then
/// are alike though nobody copied them, and all the more so the more texts there are.
const LEAP: usize = 20;

const SURNAMES: [&str; 10] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
const GIVEN: [&str; 10] = [
    "建国", "秀英", "志强", "桂兰", "海燕", "国庆", "玉梅", "浩然", "子涵", "晓明",
];
const PLACES: [&str; 8] = [
    "东湖街道",
    "河西社区",
    "柳林镇",
    "北门村",
    "新桥社区",
    "南苑街道",
    "石桥乡",
    "云溪社区",
];
const DEMANDS: [&str; 6] = [
    "建议删去",
    "建议修改",
    "希望明确",
    "我赞成",
    "我反对",
    "请问怎么执行",
];

/// `n` submissions about `draft` in the words of `samples`, others with another `seed`.
pub(super) fn generate(
    n: usize,
    seed: u64,
    draft: &Draft,
    samples: &[String],
    segmenter: &Segmenter,
) -> Generated {
    let mut random = Random::new(seed);
    let chain = Chain::of(samples, segmenter);
    let articles: Vec<u16> = draft.articles().map(|(_, a)| a.number.main).collect();
    let mut texts: Vec<(String, usize)> = Vec::with_capacity(n);
    let originals = n * ORIGINALS / 100;
    for group in 0..originals {
        texts.push((chain.opinion(&articles, &mut random), group));
    }
    for i in 0..n * (EXACT + NEAR) / 100 {
        let (text, group) = texts[random.below(originals.max(1))].clone();
        let copy = if i % (EXACT + NEAR) < EXACT {
            respaced(&text)
        } else {
            retyped(&text, &mut random)
        };
        texts.push((copy, group));
    }
    let mut group = originals;
    while texts.len() < n {
        let (template, article) = (chain.sentences(4, &mut random), *random.pick(&articles));
        for _ in 0..CAMPAIGN.min(n - texts.len()) {
            texts.push((letter(&template, article, &chain, &mut random), group));
        }
        group += 1;
    }
    // Arrival order mixes them (Fisher and Yates).
    for i in (1..texts.len()).rev() {
        texts.swap(i, random.below(i + 1));
    }
    let (texts, group): (Vec<String>, Vec<usize>) = texts.into_iter().unzip();
    let submissions = texts
        .into_iter()
        .map(|text| submission(text, &mut random))
        .collect();
    Generated { submissions, group }
}

fn submission(text: String, random: &mut Random) -> Submission {
    Submission {
        external_id: None,
        channel: random.pick(&Channel::ALL).0,
        station: Some((*random.pick(&PLACES)).to_owned()),
        submitted_at: None,
        article_hint: None,
        submitter: Submitter::default(),
        text,
    }
}

fn name(random: &mut Random) -> String {
    format!("{}{}", random.pick(&SURNAMES), random.pick(&GIVEN))
}

/// A campaign's letter: name and place filled in, one in three with words of the sender's own.
fn letter(template: &str, article: u16, chain: &Chain, random: &mut Random) -> String {
    let mut text = format!(
        "我是{}的居民{}。关于第{}条，{template}",
        random.pick(&PLACES),
        name(random),
        numeral::format(article)
    );
    if random.chance(33) {
        text.push_str(&chain.sentences(1, random));
    }
    text
}

/// The same text with other spacing.
fn respaced(text: &str) -> String {
    format!(" {} \n", text.replace('，', "， "))
}

/// One to four of a hundred characters dropped or doubled, as a copyist does.
fn retyped(text: &str, random: &mut Random) -> String {
    let rate = 1 + random.below(4);
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if !random.chance(rate) {
            out.push(c);
        } else if random.chance(50) {
            out.push(c);
            out.push(c);
        }
    }
    out
}

/// Which words follow which.
struct Chain {
    starts: Vec<String>,
    next: BTreeMap<String, Vec<String>>,
}

impl Chain {
    fn of(samples: &[String], segmenter: &Segmenter) -> Self {
        let mut chain = Self {
            starts: Vec::new(),
            next: BTreeMap::new(),
        };
        for sample in samples {
            for sentence in sample.split_inclusive(['。', '！', '？', '\n']) {
                let words: Vec<String> = segmenter
                    .words(sentence)
                    .iter()
                    .map(|w| w.span.of(sentence).to_owned())
                    .filter(|w| w.chars().any(char::is_alphabetic) || w == "，")
                    .collect();
                chain.starts.extend(words.first().cloned());
                for pair in words.windows(2) {
                    chain
                        .next
                        .entry(pair[0].clone())
                        .or_default()
                        .push(pair[1].clone());
                }
            }
        }
        chain
    }

    fn opinion(&self, articles: &[u16], random: &mut Random) -> String {
        let mut text = String::new();
        if random.chance(45) && !articles.is_empty() {
            let article = numeral::format(*random.pick(articles));
            text = format!("{}第{article}条：", random.pick(&DEMANDS));
        }
        let sentences = 1 + random.below(3);
        text + &self.sentences(sentences, random)
    }

    fn sentences(&self, count: usize, random: &mut Random) -> String {
        let mut text = String::new();
        for _ in 0..count {
            let Some(mut word) = (!self.starts.is_empty()).then(|| random.pick(&self.starts))
            else {
                break;
            };
            for _ in 0..10 + random.below(16) {
                text.push_str(word);
                match self.next.get(word) {
                    Some(following) if !random.chance(LEAP) => word = random.pick(following),
                    _ => word = random.pick(&self.starts),
                }
            }
            text.push('。');
        }
        text
    }
}
