//! Average-linkage clustering by the nearest-neighbour chain.

use rayon::prelude::*;

/// Groups `n` things so that the mean affinity between the halves of every merge is at least
/// `threshold`. Returns the group of each thing, numbered by first member.
///
/// `affinity` is symmetric; a merge between things whose affinity is `f32::NEG_INFINITY` never
/// happens, however near the rest is. Time and memory are quadratic: for some thousand things.
#[must_use]
pub fn average_linkage(
    n: usize,
    threshold: f32,
    affinity: impl Fn(usize, usize) -> f32 + Sync,
) -> Vec<usize> {
    let mut tree = Merging::new(n, affinity);
    let mut chain: Vec<usize> = Vec::new();
    loop {
        if chain.is_empty() {
            match (0..n).find(|&i| tree.open[i]) {
                Some(first) => chain.push(first),
                None => break,
            }
        }
        let top = chain[chain.len() - 1];
        let previous = chain.len().checked_sub(2).map(|i| chain[i]);
        match tree.nearest(top, previous) {
            // No partner is near enough: this group is finished. Merging others can only lower
            // the mean affinity to it below what was best before, so it stays finished.
            Some((_, best)) if best < threshold => {
                tree.close(top);
                chain.clear();
            }
            None => {
                tree.close(top);
                chain.clear();
            }
            Some((next, _)) if Some(next) == previous => {
                chain.truncate(chain.len() - 2);
                tree.merge(top.min(next), top.max(next));
            }
            Some((next, _)) => chain.push(next),
        }
    }
    tree.groups()
}

struct Merging {
    n: usize,
    /// Mean affinity between live groups, full matrix. To itself and to groups taken out a group is not
    /// near at all.
    mean: Vec<f32>,
    size: Vec<usize>,
    /// Whether the group led by this thing can still grow.
    open: Vec<bool>,
    leader: Vec<usize>,
}

impl Merging {
    fn new(n: usize, affinity: impl Fn(usize, usize) -> f32 + Sync) -> Self {
        let mut mean = vec![f32::NEG_INFINITY; n * n];
        mean.par_chunks_exact_mut(n.max(1))
            .enumerate()
            .for_each(|(i, row)| {
                for (j, cell) in row[..i].iter_mut().enumerate() {
                    *cell = affinity(i, j);
                }
            });
        for i in 0..n {
            for j in 0..i {
                mean[j * n + i] = mean[i * n + j];
            }
        }
        Self {
            n,
            mean,
            size: vec![1; n],
            open: vec![true; n],
            leader: (0..n).collect(),
        }
    }

    /// The live group nearest to `of`; `favoured` wins ties, then the lowest number.
    fn nearest(&self, of: usize, favoured: Option<usize>) -> Option<(usize, f32)> {
        let row = &self.mean[of * self.n..][..self.n];
        let best = greatest(row);
        if best == f32::NEG_INFINITY {
            return None;
        }
        let favoured = favoured.filter(|&f| row[f] >= best);
        let at = favoured.or_else(|| row.iter().position(|&a| a >= best))?;
        Some((at, best))
    }

    fn merge(&mut self, keep: usize, drop: usize) {
        let (a, b) = (self.size[keep] as f32, self.size[drop] as f32);
        for i in 0..self.n {
            let joined =
                (a * self.mean[keep * self.n + i] + b * self.mean[drop * self.n + i]) / (a + b);
            self.mean[keep * self.n + i] = joined;
            self.mean[i * self.n + keep] = joined;
        }
        self.size[keep] += self.size[drop];
        self.close(drop);
        for leader in &mut self.leader {
            if *leader == drop {
                *leader = keep;
            }
        }
    }

    /// Takes a group out: it is near to none any more.
    fn close(&mut self, group: usize) {
        self.open[group] = false;
        for i in 0..self.n {
            self.mean[i * self.n + group] = f32::NEG_INFINITY;
        }
    }

    fn groups(&self) -> Vec<usize> {
        let mut number = vec![usize::MAX; self.n];
        let mut next = 0;
        self.leader
            .iter()
            .map(|&leader| {
                if number[leader] == usize::MAX {
                    number[leader] = next;
                    next += 1;
                }
                number[leader]
            })
            .collect()
    }
}

/// The greatest of `values`, found in lanes, which the compiler turns into vector instructions.
fn greatest(values: &[f32]) -> f32 {
    const LANES: usize = 16;
    let greater = |a: f32, b: f32| if b > a { b } else { a };
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder().iter().copied();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = greater(*lane, value);
        }
    }
    rest.chain(lanes).fold(f32::NEG_INFINITY, greater)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::average_linkage;

    /// The textbook way: always merge the best pair of all.
    fn naive(n: usize, threshold: f32, affinity: &dyn Fn(usize, usize) -> f32) -> Vec<usize> {
        let mut groups: Vec<Vec<usize>> = (0..n).map(|i| vec![i]).collect();
        loop {
            let mut best: Option<(f32, usize, usize)> = None;
            for a in 0..groups.len() {
                for b in a + 1..groups.len() {
                    let pairs = groups[a]
                        .iter()
                        .flat_map(|&x| groups[b].iter().map(move |&y| (x, y)));
                    let sum: f32 = pairs.map(|(x, y)| affinity(x, y)).sum();
                    let mean = sum / (groups[a].len() * groups[b].len()) as f32;
                    if mean >= threshold && best.is_none_or(|(m, ..)| mean > m) {
                        best = Some((mean, a, b));
                    }
                }
            }
            let Some((_, a, b)) = best else { break };
            let moved = groups.remove(b);
            groups[a].extend(moved);
        }
        let mut of = vec![0; n];
        groups.sort_by_key(|g| g.iter().min().copied());
        for (number, group) in groups.iter().enumerate() {
            for &member in group {
                of[member] = number;
            }
        }
        of
    }

    proptest! {
        #[test]
        fn agrees_with_merging_the_best_pair(points in prop::collection::vec(0.0f32..1.0, 0..14), threshold in 0.1f32..0.9) {
            let affinity = |i: usize, j: usize| 1.0 - (points[i] - points[j]).abs();
            prop_assert_eq!(
                average_linkage(points.len(), threshold, affinity),
                naive(points.len(), threshold, &affinity)
            );
        }
    }

    #[test]
    fn what_must_not_meet_never_meets() {
        // 0 and 1 are forbidden; 2 is near to both.
        let groups = average_linkage(
            3,
            0.5,
            |i, j| if i + j == 1 { f32::NEG_INFINITY } else { 0.9 },
        );
        assert_ne!(groups[0], groups[1]);
    }
}
