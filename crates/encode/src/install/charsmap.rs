//! Compiles the normalisation table into the form SentencePiece and `tokenizers` read: a
//! double-array trie over UTF-8 bytes (Darts) in front of the replacements.
//!
//! A node is one 32-bit unit: bits 0 to 7 the byte that leads to it, bit 8 whether a value hangs
//! on it, bits 10 to 30 the distance (by exclusive or) to the block of its children. The child
//! for byte `b` stands at `block ^ b`, the value at `block ^ 0` with bit 31 set.

use std::collections::BTreeSet;

use super::packed::Rule;

const HAS_VALUE: u32 = 1 << 8;
const IS_VALUE: u32 = 1 << 31;
const DISTANCE_SHIFT: u32 = 10;

/// The map as stored in `tokenizer.json`: size of the trie in bytes, trie, zero-ended replacements.
pub(super) fn compile(rules: &[Rule]) -> Vec<u8> {
    let mut replacements = String::new();
    let mut keys = Vec::with_capacity(rules.len());
    for rule in rules {
        keys.push((
            rule.from.to_string().into_bytes(),
            replacements.len() as u32,
        ));
        replacements.push_str(&rule.to);
        replacements.push('\0');
    }
    keys.sort_unstable();
    let mut trie = Trie::default();
    trie.reserve(0);
    trie.taken[0] = true;
    trie.place(0, &keys, 0);
    let mut map = ((trie.units.len() * size_of::<u32>()) as u32)
        .to_le_bytes()
        .to_vec();
    map.extend(trie.units.iter().flat_map(|unit| unit.to_le_bytes()));
    map.extend(replacements.into_bytes());
    map
}

#[derive(Default)]
struct Trie {
    units: Vec<u32>,
    taken: Vec<bool>,
    /// Two nodes with one block would own each other's children.
    blocks: BTreeSet<usize>,
    /// Below this block everything was full when last looked at.
    first_free: usize,
}

impl Trie {
    /// Puts the children of `node` into the array. All `keys` agree in their first `depth` bytes,
    /// which lead to `node`, and are sorted.
    fn place(&mut self, node: usize, keys: &[(Vec<u8>, u32)], depth: usize) {
        let (value, longer) = match keys {
            [(key, value), rest @ ..] if key.len() == depth => (Some(*value), rest),
            _ => (None, keys),
        };
        let children: Vec<_> = longer.chunk_by(|a, b| a.0[depth] == b.0[depth]).collect();
        let mut labels: Vec<u8> = children.iter().map(|keys| keys[0].0[depth]).collect();
        if value.is_some() {
            labels.push(0);
        }
        let block = self.find_block(&labels);
        self.units[node] |= ((node ^ block) as u32) << DISTANCE_SHIFT;
        for label in &labels {
            let child = block ^ usize::from(*label);
            self.taken[child] = true;
            self.units[child] = u32::from(*label);
        }
        if let Some(value) = value {
            self.units[node] |= HAS_VALUE;
            self.units[block] = IS_VALUE | value;
        }
        for keys in children {
            self.place(block ^ usize::from(keys[0].0[depth]), keys, depth + 1);
        }
    }

    /// The first block that nobody has and whose places for `labels` are free.
    fn find_block(&mut self, labels: &[u8]) -> usize {
        while self.taken.get(self.first_free).copied().unwrap_or(false)
            && self.blocks.contains(&self.first_free)
        {
            self.first_free += 1;
        }
        let mut block = self.first_free;
        loop {
            self.reserve(block);
            let fits = labels.iter().all(|b| !self.taken[block ^ usize::from(*b)]);
            if fits && self.blocks.insert(block) {
                return block;
            }
            block += 1;
        }
    }

    /// Readers look at any `block ^ byte` without asking, so the array grows by 256.
    fn reserve(&mut self, block: usize) {
        let length = (block | 0xff) + 1;
        if self.units.len() < length {
            self.units.resize(length, 0);
            self.taken.resize(length, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokenizers::normalizers::Precompiled;

    use super::*;

    fn rules(pairs: &[(char, &str)]) -> Vec<Rule> {
        let rule = |&(from, to): &(char, &str)| Rule {
            from,
            to: to.to_owned(),
        };
        pairs.iter().map(rule).collect()
    }

    #[test]
    fn the_reader_finds_each_replacement() {
        let map = compile(&rules(&[
            ('\u{1}', ""),
            ('\t', " "),
            ('①', "1"),
            ('Ａ', "A"),
            ('㍿', "株式会社"),
            ('\u{1d400}', "A"),
        ]));
        let map = Precompiled::from(&map).unwrap();
        assert_eq!(map.normalize_string("\u{1}Ａ\t①㍿𝐀b法"), "A 1株式会社Ab法");
    }

    proptest! {
        #[test]
        fn a_character_is_replaced_if_and_only_if_there_is_a_rule(
            table in proptest::collection::btree_map(any::<char>(), "[a-z]{0,3}", 0..300),
            others in proptest::collection::vec(any::<char>(), 0..100),
        ) {
            // The reader ends its search at a zero byte, so zero cannot be replaced.
            let rules: Vec<Rule> = table
                .iter()
                .filter(|(from, _)| **from != '\0')
                .map(|(from, to)| Rule { from: *from, to: to.clone() })
                .collect();
            let map = Precompiled::from(&compile(&rules)).unwrap();
            for c in others.iter().filter(|c| **c != '\0').chain(rules.iter().map(|rule| &rule.from)) {
                let want = rules.iter().find(|rule| rule.from == *c).map(|rule| rule.to.as_str());
                prop_assert_eq!(map.transform(c.encode_utf8(&mut [0; 4])), want);
            }
        }
    }
}
