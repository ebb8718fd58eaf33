//! From token ids of texts to batches: long texts in windows, windows sorted by length, batches by
//! number of tokens.
//!
//! Batches depend on the set of windows alone, not on their order, nor on the number of threads.
//! So equal input gives equal vectors, bit by bit. Between two different sets the matrix products
//! may add in another order; what differs then is rounding, about 1e-6.

use std::ops::Range;

use crate::engine::{BATCH_TOKENS, Window};

/// The special tokens around a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) begin: u32,
    pub(super) end: u32,
}

/// Cuts the tokens of text number `text` into windows of at most `max_tokens`. An empty text has
/// one window too.
pub(super) fn windows(
    text: usize,
    ids: &[u32],
    frame: Frame,
    max_tokens: usize,
) -> impl Iterator<Item = Window> {
    let size = max_tokens - 2;
    (0..ids.len().div_ceil(size).max(1)).map(move |index| {
        let part = &ids[index * size..ids.len().min((index + 1) * size)];
        let mut framed = Vec::with_capacity(part.len() + 2);
        framed.push(frame.begin);
        framed.extend_from_slice(part);
        framed.push(frame.end);
        Window {
            length: framed.len(),
            ids: framed,
            text,
        }
    })
}

/// Sorts `windows` and says which of them go together.
pub(super) fn batches(windows: &mut [Window]) -> Vec<Range<usize>> {
    windows.sort_unstable();
    let mut batches = Vec::new();
    let (mut start, mut tokens) = (0, 0);
    for (index, window) in windows.iter().enumerate() {
        if tokens > 0 && tokens + window.length > BATCH_TOKENS {
            batches.push(start..index);
            (start, tokens) = (index, 0);
        }
        tokens += window.length;
    }
    if tokens > 0 {
        batches.push(start..windows.len());
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { begin: 0, end: 2 };

    #[track_caller]
    fn check(n_ids: u32, max_tokens: usize, want: &[&[u32]]) {
        let ids: Vec<u32> = (10..10 + n_ids).collect();
        let got: Vec<_> = windows(0, &ids, FRAME, max_tokens).map(|w| w.ids).collect();
        assert_eq!(got, want);
    }

    #[test]
    fn a_text_is_cut_where_a_pass_is_full() {
        check(0, 5, &[&[0, 2]]);
        check(2, 5, &[&[0, 10, 11, 2]]);
        check(3, 5, &[&[0, 10, 11, 12, 2]]);
        check(4, 5, &[&[0, 10, 11, 12, 2], &[0, 13, 2]]);
    }

    #[test]
    fn batches_depend_on_the_set_and_not_on_the_order() {
        let lengths = [300, 20, 700, 20, 150, 90, 1];
        let make = |order: &[usize]| -> Vec<Vec<Vec<u32>>> {
            let mut windows: Vec<Window> = order
                .iter()
                .flat_map(|i| {
                    let ids: Vec<u32> = (0..lengths[*i]).collect();
                    windows(*i, &ids, FRAME, 512).collect::<Vec<_>>()
                })
                .collect();
            let batches = batches(&mut windows);
            let ids = |range: Range<usize>| windows[range].iter().map(|w| w.ids.clone()).collect();
            batches.into_iter().map(ids).collect()
        };
        let want = make(&[0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(want.iter().map(Vec::len).collect::<Vec<_>>(), [6, 1, 1]);
        assert_eq!(make(&[6, 2, 4, 0, 3, 5, 1]), want);
    }

    #[test]
    fn no_window_is_left_out_and_batches_are_full_but_not_over() {
        let mut all: Vec<Window> = (0..500usize)
            .flat_map(|i| {
                let ids = vec![7; i % 130];
                windows(i, &ids, FRAME, 512).collect::<Vec<_>>()
            })
            .collect();
        let batches = batches(&mut all);
        assert_eq!(batches.first().unwrap().start, 0);
        assert_eq!(batches.last().unwrap().end, all.len());
        for pair in batches.windows(2) {
            assert_eq!(pair[0].end, pair[1].start);
            let tokens: usize = all[pair[0].clone()].iter().map(|w| w.length).sum();
            assert!(
                tokens <= BATCH_TOKENS && tokens > BATCH_TOKENS - 132,
                "{tokens}"
            );
        }
    }
}
