//! The index of the law library: articles of laws by their words.
//!
//! Words alone, as most of those who look for a law know what it says. The texts lie in the index too,
//! so that what is alike can be compared without asking the store.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use caifeng_domain::{Named, Span, Validity};
use caifeng_text::{normalise::normalise, segment::Segmenter};
use tantivy::{
    DocAddress, Index, IndexReader, IndexWriter, ReloadPolicy, Score, TantivyDocument, Term,
    collector::{Count, TopDocs},
    query::{BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, TermQuery},
    schema::{Field, IndexRecordOption, STORED, STRING, Schema, Value},
};

use crate::{
    SearchError,
    highlight::{highlights, snippet},
    query::Snippet,
    schema::{joined, term_options},
    terms::{Analyser, Terms},
};

/// Memory that the writer fills before it starts another segment.
pub(crate) const WRITER_BYTES: usize = 64 << 20;
/// How much a word of the law's title or chapter counts beside one of the article's own.
pub(crate) const HEAD_WEIGHT: f32 = 0.6;
/// Characters and pairs of them find what the dictionary cuts otherwise, and say less than words.
pub(crate) const GRAM_WEIGHT: f32 = 0.4;
/// Words of a text that are looked for to find others like it: the rarest.
const ALIKE_WORDS: usize = 24;
/// Articles that are compared word by word with a text.
const ALIKE_CANDIDATES: usize = 80;
/// Articles that share less of their words with a text are not like it.
const ALIKE_LEAST: f32 = 0.2;

/// An article to be found.
#[derive(Debug, Clone, Copy)]
pub struct LawDocument<'a> {
    /// Key of the law.
    pub law: &'a str,
    /// Place in the law.
    pub place: u32,
    /// How the law stands.
    pub validity: Validity,
    /// The law's title.
    pub title: &'a str,
    /// Chapter and section.
    pub heading: Option<&'a str>,
    /// Its words.
    pub text: &'a str,
}

/// An article that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct LawHit {
    /// Key of the law.
    pub law: String,
    /// Place in the law.
    pub place: u32,
    /// Higher is better, comparable within one answer.
    pub score: f32,
    /// Words in common with what it was compared with, the rarest first; none for a search.
    pub shared: Vec<String>,
}

#[derive(Clone, Copy)]
struct LawFields {
    law: Field,
    place: Field,
    validity: Field,
    head: Field,
    words: Field,
    grams: Field,
    text: Field,
}

impl LawFields {
    fn new() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let fields = Self {
            law: schema.add_text_field("law", STRING | STORED),
            place: schema.add_u64_field("place", STORED),
            validity: schema.add_text_field("validity", STRING),
            head: schema.add_text_field("head", term_options()),
            words: schema.add_text_field("words", term_options()),
            grams: schema.add_text_field("grams", term_options()),
            text: schema.add_text_field("text", STORED),
        };
        (schema.build(), fields)
    }
}

/// An index that is made once and then only read.
pub struct LibraryIndex {
    reader: IndexReader,
    fields: LawFields,
    segmenter: Arc<Segmenter>,
    analyser: Analyser,
}

impl LibraryIndex {
    /// A new index of `documents` in the folder `dir`, which must be new or empty.
    ///
    /// # Errors
    /// [`SearchError::Io`] and [`SearchError::Engine`].
    pub fn create<'a>(
        dir: &Path,
        segmenter: Arc<Segmenter>,
        documents: impl IntoIterator<Item = LawDocument<'a>>,
    ) -> Result<Self, SearchError> {
        fs::create_dir_all(dir)?;
        let (schema, fields) = LawFields::new();
        let index = Index::create_in_dir(dir, schema)?;
        let analyser = Analyser::new(Arc::clone(&segmenter));
        let mut writer: IndexWriter = index.writer_with_num_threads(1, WRITER_BYTES)?;
        for document in documents {
            let head = [document.title, document.heading.unwrap_or_default()].join("\n");
            let terms = analyser.terms(document.text);
            let mut stored = TantivyDocument::new();
            stored.add_text(fields.law, document.law);
            stored.add_u64(fields.place, document.place.into());
            stored.add_text(fields.validity, document.validity.wire());
            stored.add_text(fields.head, joined(&analyser.terms(&head).words));
            stored.add_text(fields.words, joined(&terms.words));
            stored.add_text(fields.grams, joined(&terms.grams));
            stored.add_text(fields.text, document.text);
            writer.add_document(stored)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        Self::with(&index, fields, segmenter)
    }

    /// The index in the folder `dir`.
    ///
    /// # Errors
    /// [`SearchError::Engine`] where there is none.
    pub fn open(dir: &Path, segmenter: Arc<Segmenter>) -> Result<Self, SearchError> {
        let (_, fields) = LawFields::new();
        Self::with(&Index::open_in_dir(dir)?, fields, segmenter)
    }

    fn with(
        index: &Index,
        fields: LawFields,
        segmenter: Arc<Segmenter>,
    ) -> Result<Self, SearchError> {
        let reader = index.reader_builder();
        Ok(Self {
            reader: reader.reload_policy(ReloadPolicy::Manual).try_into()?,
            fields,
            analyser: Analyser::new(Arc::clone(&segmenter)),
            segmenter,
        })
    }

    /// The best articles for `text` of laws that stand so; of the laws with these keys only, where
    /// there are any. And how many have any of its words.
    ///
    /// # Errors
    /// [`SearchError::Engine`] when the index is damaged.
    pub fn search(
        &self,
        text: &str,
        validities: &[Validity],
        laws: &[&str],
        limit: usize,
    ) -> Result<(Vec<LawHit>, usize), SearchError> {
        let terms = self.analyser.query(text);
        if terms.is_empty() || limit == 0 {
            return Ok((Vec::new(), 0));
        }
        let query = self.filtered(self.any_of(&terms), validities, laws);
        let searcher = self.reader.searcher();
        let top = TopDocs::with_limit(limit).order_by_score();
        let (found, total) = searcher.search(&query, &(top, Count))?;
        let hits = found.into_iter().map(|(score, at)| {
            let (hit, _) = self.read(at, score)?;
            Ok(hit)
        });
        Ok((hits.collect::<Result<_, SearchError>>()?, total))
    }

    /// Articles that share most of what `text` speaks of, of laws that stand so. Only those that share
    /// enough: there may be none.
    ///
    /// # Errors
    /// [`SearchError::Engine`] when the index is damaged.
    pub fn alike(&self, text: &str, validities: &[Validity]) -> Result<Vec<LawHit>, SearchError> {
        let searcher = self.reader.searcher();
        let documents = searcher.num_docs() as f32;
        let rarity = |word: &str| -> Result<f32, SearchError> {
            let term = Term::from_field_text(self.fields.words, word);
            let count = searcher.doc_freq(&term)? as f32;
            Ok(if count > 0.0 {
                (documents / count).ln_1p()
            } else {
                0.0
            })
        };
        let weighted = |text: &str| -> Result<BTreeMap<String, f32>, SearchError> {
            let words = self.segmenter.content_words(&normalise(text).text);
            let words = words.into_iter().map(|word| Ok((rarity(&word)?, word)));
            let weighted =
                words.map(|pair: Result<_, SearchError>| pair.map(|(w, word)| (word, w)));
            weighted
                .filter(|pair| !matches!(pair, Ok((_, 0.0))))
                .collect()
        };
        let wanted = weighted(text)?;
        let mut rarest: Vec<(&String, &f32)> = wanted.iter().collect();
        rarest.sort_by(|a, b| b.1.total_cmp(a.1));
        rarest.truncate(ALIKE_WORDS);
        if rarest.is_empty() {
            return Ok(Vec::new());
        }
        let any = rarest
            .iter()
            .map(|(word, _)| should(self.fields.words, word, 1.0));
        let query = self.filtered(BooleanQuery::new(any.collect()), validities, &[]);
        let top = TopDocs::with_limit(ALIKE_CANDIDATES).order_by_score();
        let mut hits = Vec::new();
        for (score, at) in searcher.search(&query, &top)? {
            let (mut hit, its_text) = self.read(at, score)?;
            let has = weighted(&its_text)?;
            let mut shared: Vec<(&String, &f32)> = wanted
                .iter()
                .filter(|(word, _)| has.contains_key(*word))
                .collect();
            shared.sort_by(|a, b| b.1.total_cmp(a.1));
            hit.score = square(shared.iter().map(|(_, w)| *w))
                / (square(wanted.values()) * square(has.values())).sqrt();
            hit.shared = shared.into_iter().map(|(word, _)| word.clone()).collect();
            hits.push(hit);
        }
        hits.retain(|hit| hit.score >= ALIKE_LEAST);
        hits.sort_by(|a, b| {
            let by_score = b.score.total_cmp(&a.score);
            by_score.then_with(|| (&a.law, a.place).cmp(&(&b.law, b.place)))
        });
        Ok(hits)
    }

    /// What of `text` the `query` asks for, and the piece of it to show.
    #[must_use]
    pub fn mark(&self, query: &str, text: &str) -> (Vec<Span>, Snippet) {
        let found = highlights(&self.analyser.query(query), &self.analyser.terms(text));
        let snippet = snippet(text, &found, 0);
        (found, snippet)
    }

    fn any_of(&self, terms: &Terms) -> BooleanQuery {
        let fields = self.fields;
        let words = terms.words.iter().flat_map(|term| {
            [
                should(fields.words, &term.text, 1.0),
                should(fields.head, &term.text, HEAD_WEIGHT),
            ]
        });
        let grams = terms.grams.iter();
        let grams = grams.map(|term| should(fields.grams, &term.text, GRAM_WEIGHT));
        BooleanQuery::new(words.chain(grams).collect())
    }

    fn filtered(
        &self,
        query: BooleanQuery,
        validities: &[Validity],
        laws: &[&str],
    ) -> BooleanQuery {
        let one_of = |field: Field, values: Vec<&str>| -> (Occur, Box<dyn Query>) {
            let any = values.into_iter().map(|value| should(field, value, 1.0));
            let any = Box::new(BooleanQuery::new(any.collect()));
            (Occur::Must, Box::new(ConstScoreQuery::new(any, 0.0)))
        };
        let names = validities.iter().map(|validity| validity.wire());
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = vec![
            (Occur::Must, Box::new(query)),
            one_of(self.fields.validity, names.collect()),
        ];
        if !laws.is_empty() {
            clauses.push(one_of(self.fields.law, laws.to_vec()));
        }
        BooleanQuery::new(clauses)
    }

    fn read(&self, at: DocAddress, score: Score) -> Result<(LawHit, String), SearchError> {
        let stored: TantivyDocument = self.reader.searcher().doc(at)?;
        let text = |field| {
            let value = stored.get_first(field).and_then(|value| value.as_str());
            value.unwrap_or_default().to_owned()
        };
        let place = stored
            .get_first(self.fields.place)
            .and_then(|value| value.as_u64());
        let hit = LawHit {
            law: text(self.fields.law),
            place: place.unwrap_or_default() as u32,
            score,
            shared: Vec::new(),
        };
        Ok((hit, text(self.fields.text)))
    }
}

pub(crate) fn should(field: Field, text: &str, weight: f32) -> (Occur, Box<dyn Query>) {
    let term = Term::from_field_text(field, text);
    let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
    (
        Occur::Should,
        Box::new(BoostQuery::new(Box::new(query), weight)),
    )
}

fn square<'w>(weights: impl Iterator<Item = &'w f32>) -> f32 {
    weights.map(|weight| weight * weight).sum()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use caifeng_domain::Validity;
    use caifeng_text::segment::Segmenter;

    use super::{LawDocument, LibraryIndex};

    const ARTICLES: [(&str, Validity, &str, &str); 5] = [
        (
            "a",
            Validity::InForce,
            "甲市公园条例",
            "公园管理单位应当设置遛犬区域，遛犬应当束绳。",
        ),
        (
            "a",
            Validity::InForce,
            "甲市公园条例",
            "公园夜间照明时间由管理单位公布。",
        ),
        (
            "b",
            Validity::InForce,
            "甲市养犬条例",
            "携犬出户应当使用束犬绳，由成年人牵领，并避让老年人和儿童。",
        ),
        (
            "c",
            Validity::Repealed,
            "甲市养犬规定",
            "携犬出户应当束绳。",
        ),
        (
            "b",
            Validity::InForce,
            "甲市养犬条例",
            "违反本条例规定的，由公安机关处二百元罚款。",
        ),
    ];

    fn index() -> (tempfile::TempDir, LibraryIndex) {
        let dir = tempfile::tempdir().unwrap();
        let documents = (1..)
            .zip(ARTICLES)
            .map(|(place, (law, validity, title, text))| LawDocument {
                law,
                place,
                validity,
                title,
                heading: None,
                text,
            });
        let segmenter = Arc::new(Segmenter::new());
        LibraryIndex::create(dir.path(), Arc::clone(&segmenter), documents).unwrap();
        let index = LibraryIndex::open(dir.path(), segmenter).unwrap();
        (dir, index)
    }

    #[test]
    fn articles_are_found_by_words_and_title_among_the_laws_wanted() {
        let (_dir, index) = index();
        let check = |text: &str, validities: &[Validity], laws: &[&str], want: &[u32]| {
            let (hits, total) = index.search(text, validities, laws, 9).unwrap();
            let places: Vec<u32> = hits.iter().map(|hit| hit.place).collect();
            assert_eq!(places, want, "{text}");
            assert_eq!(total, want.len(), "{text}");
        };
        let in_force = [Validity::InForce];
        check("照明", &in_force, &[], &[2]);
        check("罚款", &in_force, &["a"], &[]);
        check("束绳", &[Validity::Repealed], &[], &[4]);
        check("养犬 罚款", &in_force, &["b"], &[5, 3]);
        check("？！", &in_force, &[], &[]);
        let (words, snippet) = index.mark("照明", ARTICLES[1].3);
        assert_eq!(words[0].of(ARTICLES[1].3), "照明");
        assert_eq!(snippet.highlights, words);
    }

    #[test]
    fn what_is_alike_shares_rare_words_and_nothing_is_like_everything() {
        let (_dir, index) = index();
        let alike = |text: &str| index.alike(text, &[Validity::InForce]).unwrap();
        let found = alike("在河边携犬散步的，应当用束犬绳牵领，避让行人。");
        assert_eq!(found[0].place, 3, "{found:?}");
        assert!(
            found[0].shared.iter().any(|word| word == "牵领"),
            "{found:?}"
        );
        assert!(
            found.iter().all(|hit| hit.place != 4),
            "not what is repealed"
        );
        assert!(alike("预算由财政部门核定。").is_empty());
    }
}
