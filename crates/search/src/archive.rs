//! The index of what was made public: points by their words, in memory, made anew with every release.
//!
//! **Invariant.** Whoever makes it gives it nothing but what is public, so it cannot find anything else.

use std::sync::Arc;

use caifeng_domain::Span;
use caifeng_text::segment::Segmenter;
use tantivy::{
    DocAddress, Index, IndexReader, IndexWriter, Order, ReloadPolicy, TantivyDocument, Term,
    collector::{Count, TopDocs},
    query::{AllQuery, BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery},
    schema::{FAST, Field, IndexRecordOption, STORED, STRING, Schema, Value},
};

use crate::{
    SearchError,
    highlight::highlights,
    library::{GRAM_WEIGHT, HEAD_WEIGHT, WRITER_BYTES, should},
    schema::{joined, term_options},
    terms::{Analyser, Terms},
};

/// A point to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveDocument {
    /// Where it stands: title of the draft, place in it, topics.
    pub head: String,
    /// Its words.
    pub text: String,
    /// What it can be narrowed down to, such as `article:3`.
    pub facets: Vec<String>,
}

#[derive(Clone, Copy)]
struct Fields {
    /// Its place in the list that the index was made of.
    row: Field,
    facet: Field,
    head: Field,
    words: Field,
    grams: Field,
}

/// An index that is made once and then only read.
pub struct ArchiveIndex {
    reader: IndexReader,
    fields: Fields,
    analyser: Analyser,
}

impl ArchiveIndex {
    /// An index of `documents`, which are known by their places in the list.
    ///
    /// # Errors
    /// [`SearchError::Engine`].
    pub fn create(
        segmenter: Arc<Segmenter>,
        documents: impl IntoIterator<Item = ArchiveDocument>,
    ) -> Result<Self, SearchError> {
        let mut schema = Schema::builder();
        let fields = Fields {
            row: schema.add_u64_field("row", FAST | STORED),
            facet: schema.add_text_field("facet", STRING),
            head: schema.add_text_field("head", term_options()),
            words: schema.add_text_field("words", term_options()),
            grams: schema.add_text_field("grams", term_options()),
        };
        let index = Index::create_in_ram(schema.build());
        let analyser = Analyser::new(segmenter);
        let mut writer: IndexWriter = index.writer_with_num_threads(1, WRITER_BYTES)?;
        for (row, document) in (0..).zip(documents) {
            let terms = analyser.terms(&document.text);
            let head = analyser.terms(&document.head).words;
            let mut stored = TantivyDocument::new();
            stored.add_u64(fields.row, row);
            for facet in &document.facets {
                stored.add_text(fields.facet, facet);
            }
            stored.add_text(fields.head, joined(&head));
            stored.add_text(fields.words, joined(&terms.words));
            stored.add_text(fields.grams, joined(&terms.grams));
            writer.add_document(stored)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual);
        Ok(Self {
            reader: reader.try_into()?,
            fields,
            analyser,
        })
    }

    /// The places of the documents with all of `facets` and any of the words of `text`, the best
    /// first; without words all with those facets, in the order of the list. And how many there are.
    ///
    /// # Errors
    /// [`SearchError::Engine`].
    pub fn search(
        &self,
        text: &str,
        facets: &[String],
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<usize>, usize), SearchError> {
        let terms = self.analyser.query(text);
        let query = self.query(&terms, facets);
        let searcher = self.reader.searcher();
        let top = TopDocs::with_limit(limit.max(1)).and_offset(offset);
        let (found, total): (Vec<DocAddress>, usize) = if terms.is_empty() {
            let listed = top.order_by_fast_field::<u64>("row", Order::Asc);
            let (found, total) = searcher.search(&query, &(listed, Count))?;
            (found.into_iter().map(|(_, at)| at).collect(), total)
        } else {
            let best = top.order_by_score();
            let (found, total) = searcher.search(&query, &(best, Count))?;
            (found.into_iter().map(|(_, at)| at).collect(), total)
        };
        let row = |at: DocAddress| -> Result<usize, SearchError> {
            let stored: TantivyDocument = searcher.doc(at)?;
            let row = stored.get_first(self.fields.row).and_then(|v| v.as_u64());
            Ok(row.unwrap_or_default() as usize)
        };
        let rows = found.into_iter().take(limit).map(row);
        Ok((rows.collect::<Result<_, SearchError>>()?, total))
    }

    /// What of `text` the words of `query` are.
    #[must_use]
    pub fn mark(&self, query: &str, text: &str) -> Vec<Span> {
        highlights(&self.analyser.query(query), &self.analyser.terms(text))
    }

    fn query(&self, terms: &Terms, facets: &[String]) -> BooleanQuery {
        let fields = self.fields;
        let wanted = facets.iter().map(|facet| -> (Occur, Box<dyn Query>) {
            let term = Term::from_field_text(fields.facet, facet);
            let has = TermQuery::new(term, IndexRecordOption::Basic);
            (
                Occur::Must,
                Box::new(ConstScoreQuery::new(Box::new(has), 0.0)),
            )
        });
        let words = terms.words.iter().flat_map(|term| {
            [
                should(fields.words, &term.text, 1.0),
                should(fields.head, &term.text, HEAD_WEIGHT),
            ]
        });
        let grams = terms.grams.iter();
        let grams = grams.map(|term| should(fields.grams, &term.text, GRAM_WEIGHT));
        let said: Box<dyn Query> = if terms.is_empty() {
            Box::new(AllQuery)
        } else {
            Box::new(BooleanQuery::new(words.chain(grams).collect()))
        };
        let said = std::iter::once((Occur::Must, said));
        BooleanQuery::new(said.chain(wanted).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use caifeng_text::segment::Segmenter;

    use super::{ArchiveDocument, ArchiveIndex};

    fn index() -> ArchiveIndex {
        let document = |head: &str, text: &str, facets: &[&str]| ArchiveDocument {
            head: head.to_owned(),
            text: text.to_owned(),
            facets: facets.iter().map(|&facet| facet.to_owned()).collect(),
        };
        let documents = [
            document(
                "公园条例 遛犬",
                "遛犬的绳子不应超过两米",
                &["article:2", "result:adopted"],
            ),
            document(
                "公园条例 照明",
                "步道夜间应当有照明",
                &["article:1", "result:kept"],
            ),
            document(
                "停车条例 收费",
                "停车收费标准应当公示",
                &["article:2", "result:kept"],
            ),
        ];
        ArchiveIndex::create(Arc::new(Segmenter::new()), documents).unwrap()
    }

    #[test]
    fn points_are_found_by_words_and_narrowed_by_facets() {
        let index = index();
        let check = |text: &str, facets: &[&str], want: &[usize]| {
            let facets: Vec<String> = facets.iter().map(|&facet| facet.to_owned()).collect();
            let (rows, total) = index.search(text, &facets, 0, 9).unwrap();
            assert_eq!(rows, want, "{text} {facets:?}");
            assert_eq!(total, want.len(), "{text} {facets:?}");
        };
        check("绳子", &[], &[0]);
        check("遛犬照明", &["article:1"], &[1]);
        check("停车条例", &["result:kept", "article:2"], &[2]);
        check("", &["article:2"], &[0, 2]);
        check("，。", &[], &[0, 1, 2]);
        check("绳子", &["result:kept"], &[]);
        check("绳子", &["result:adopted OR result:kept"], &[]);
        check("* OR article:1 AND", &[], &[]);
        let (second, total) = index.search("", &[], 1, 1).unwrap();
        assert_eq!((&*second, total), (&[1][..], 3));
    }

    #[test]
    fn marks_are_words_of_the_text() {
        let text = "遛犬的绳子不应超过两米";
        let marks = index().mark("绳子多长", text);
        let words: Vec<&str> = marks.iter().map(|span| span.of(text)).collect();
        assert_eq!(words, ["绳子"]);
    }
}
