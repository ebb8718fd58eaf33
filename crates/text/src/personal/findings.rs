//! What the recognisers have found so far. Whoever comes first keeps the characters.

use std::ops::Range;

use caifeng_domain::PersonalDataKind;

/// Finds in the order in which they were made, in characters of the view.
pub(super) struct Findings {
    items: Vec<(PersonalDataKind, Range<usize>)>,
    taken: Vec<Option<PersonalDataKind>>,
}

impl Findings {
    /// For a view of `len` characters.
    pub(super) fn new(len: usize) -> Self {
        Self {
            items: Vec::new(),
            taken: vec![None; len],
        }
    }

    /// Adds a find, unless it is empty or part of it is taken. Says whether it was added.
    pub(super) fn add(&mut self, kind: PersonalDataKind, range: Range<usize>) -> bool {
        let free = !range.is_empty() && range.clone().all(|at| !self.is_taken(at));
        if free {
            self.taken[range.clone()].fill(Some(kind));
            self.items.push((kind, range));
        }
        free
    }

    /// Whether the character at `at` belongs to a find.
    pub(super) fn is_taken(&self, at: usize) -> bool {
        self.kind_at(at).is_some()
    }

    /// Of what kind the find is that the character at `at` belongs to.
    pub(super) fn kind_at(&self, at: usize) -> Option<PersonalDataKind> {
        self.taken.get(at).copied().flatten()
    }

    /// All finds in the order of the text.
    pub(super) fn into_sorted(mut self) -> Vec<(PersonalDataKind, Range<usize>)> {
        self.items.sort_by_key(|(_, range)| range.start);
        self.items
    }
}
