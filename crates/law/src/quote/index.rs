//! A draft's words as one row of characters with all its suffixes in order, so that any run is found by bisection.

use super::{SHORT, fold::letters};
use caifeng_domain::{Draft, NodeId};
use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

/// Stands between articles and equals no letter: no run crosses it.
const WALL: char = '\u{0}';

/// Where a draft's words are found. Build it once per draft.
pub struct DraftIndex {
    /// Letters and digits of all provisions, articles apart.
    row: Vec<char>,
    /// The provision of each character, and its article.
    owner: Vec<(NodeId, u32)>,
    /// Beginnings of suffixes, sorted by what follows.
    suffixes: Vec<u32>,
    parents: Vec<Option<NodeId>>,
    /// `ln(articles / articles with the pair)` of neighbouring characters.
    pair_weight: HashMap<(char, char), f32>,
    /// A bit for each hash of [`SHORT`] letters in a row: most of what people say stands nowhere in the draft, and one
    /// look shows it.
    short_runs: Vec<u64>,
}

impl DraftIndex {
    /// Indexes the words of all articles. Punctuation, spaces and width do not count.
    #[must_use]
    pub fn new(draft: &Draft) -> Self {
        let (mut row, mut owner) = (Vec::new(), Vec::new());
        let mut count = 0;
        for (article, _) in draft.articles() {
            for id in draft.subtree(article) {
                let folded = letters(&draft.node(id).text);
                owner.extend(folded.iter().map(|_| (id, count)));
                row.extend(folded.iter().map(|letter| letter.folded));
            }
            row.push(WALL);
            owner.push((article, count));
            count += 1;
        }
        let mut suffixes: Vec<u32> = (0..row.len() as u32)
            .filter(|&at| row[at as usize] != WALL)
            .collect();
        // Beyond this length suffixes are taken as equal: no quotation is told apart by what follows so late.
        suffixes.sort_by(|&a, &b| tail(&row, a).cmp(tail(&row, b)).then(a.cmp(&b)));
        let pair_weight = pair_weights(&row, &owner, count);
        let mut short_runs = vec![0; (row.len() * BITS_A_RUN).div_ceil(64).next_power_of_two()];
        for run in row.windows(SHORT) {
            let (word, bit) = place(run, short_runs.len());
            short_runs[word] |= 1 << bit;
        }
        let parents = draft.nodes.iter().map(|node| node.parent).collect();
        Self {
            row,
            owner,
            suffixes,
            parents,
            pair_weight,
            short_runs,
        }
    }

    /// Whether the draft may say these [`SHORT`] letters; where it does not, hardly ever.
    pub(super) fn may_say(&self, run: &[char]) -> bool {
        let (word, bit) = place(run, self.short_runs.len());
        self.short_runs[word] >> bit & 1 == 1
    }

    /// The longest beginning of `said` that stands in the draft: its length, and the suffixes that begin with it.
    pub(super) fn longest(&self, said: &[char]) -> (usize, Range<usize>) {
        let mut range = 0..self.suffixes.len();
        for (depth, &c) in said.iter().take(LONGEST_RUN).enumerate() {
            let next = |at: &u32| self.row.get(*at as usize + depth).copied().unwrap_or(WALL);
            let inside = &self.suffixes[range.clone()];
            let low = range.start + inside.partition_point(|at| next(at) < c);
            let high = range.start + inside.partition_point(|at| next(at) <= c);
            if low == high {
                return (depth, range);
            }
            range = low..high;
        }
        (said.len().min(LONGEST_RUN), range)
    }

    /// The articles in which these suffixes begin, by their place; `None` where they are more than `limit`.
    pub(super) fn articles(&self, range: Range<usize>, limit: usize) -> Option<BTreeSet<u32>> {
        let mut out = BTreeSet::new();
        // An article may say a thing several times.
        for &at in self.suffixes[range].iter().take(limit * 8 + 1) {
            out.insert(self.owner[at as usize].1);
            if out.len() > limit {
                return None;
            }
        }
        Some(out)
    }

    /// The most specific provisions that hold the whole run of `len` characters at each of these suffixes.
    pub(super) fn provisions(&self, range: Range<usize>, len: usize) -> BTreeSet<NodeId> {
        const MOST: usize = 40;
        let runs = self.suffixes[range]
            .iter()
            .take(MOST)
            .map(|&at| at as usize);
        runs.map(|at| self.common(self.owner[at].0, self.owner[at + len - 1].0))
            .collect()
    }

    /// The provision around both, whose id comes first because parents come first.
    fn common(&self, mut a: NodeId, mut b: NodeId) -> NodeId {
        while a != b {
            let (later, other) = if a > b { (a, b) } else { (b, a) };
            match self.parents.get(later.0 as usize).copied().flatten() {
                Some(parent) => (a, b) = (parent, other),
                None => return other,
            }
        }
        a
    }

    /// The article in this place.
    pub(super) fn article_at(&self, place: u32) -> Option<NodeId> {
        let wall = self
            .owner
            .partition_point(|(_, article)| *article <= place)
            .checked_sub(1)?;
        self.owner.get(wall).map(|(id, _)| *id)
    }

    /// How much a run tells: the rarity of its pairs of characters, summed.
    pub(super) fn content(&self, said: &[char]) -> f32 {
        let pairs = said.windows(2).map(|pair| (pair[0], pair[1]));
        pairs.filter_map(|pair| self.pair_weight.get(&pair)).sum()
    }
}

/// Bits of the table of short runs for each of them: one run in so many is looked up in vain.
const BITS_A_RUN: usize = 32;

/// Word and bit of a run in a table of `words` words, a power of two: multiply and fold after each letter.
fn place(run: &[char], words: usize) -> (usize, u64) {
    let hash = run.iter().fold(0, |hash: u64, &c| {
        let mixed = (hash ^ u64::from(u32::from(c))).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    });
    ((hash >> 6) as usize & (words - 1), hash & 63)
}

/// Longer runs are taken in pieces.
const LONGEST_RUN: usize = 64;

fn tail(row: &[char], at: u32) -> &[char] {
    let at = at as usize;
    &row[at..row.len().min(at + LONGEST_RUN)]
}

fn pair_weights(
    row: &[char],
    owner: &[(NodeId, u32)],
    articles: u32,
) -> HashMap<(char, char), f32> {
    let mut seen: HashMap<(char, char), (u32, u32)> = HashMap::new();
    for (pair, (_, article)) in row.windows(2).zip(owner) {
        let entry = seen.entry((pair[0], pair[1])).or_insert((u32::MAX, 0));
        if entry.0 != *article {
            *entry = (*article, entry.1 + 1);
        }
    }
    let weight = |count: u32| (articles as f32 / count as f32).ln();
    seen.into_iter()
        .map(|(pair, (_, count))| (pair, weight(count)))
        .collect()
}
