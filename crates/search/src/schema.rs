//! How a document lies in tantivy: two inverted fields for its words, the record as stored bytes.
//!
//! Everything else that ranking and filters need is read from the records into memory, see
//! [`crate::catalogue`].

use tantivy::{
    TantivyDocument,
    schema::{
        Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value,
    },
};

use crate::{
    Document, SearchError, record,
    terms::{Term, Terms},
};

/// Written with every commit; an index that says otherwise is refused. Raise it with any change to
/// the fields, the record or the way texts are cut into terms.
pub(crate) const FORMAT: &str = "caifeng-search 4";

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// The key, whole: for replacing and deleting.
    pub(crate) key: Field,
    /// Words of title and text.
    pub(crate) words: Field,
    /// Characters and pairs of neighbouring characters of title and text.
    pub(crate) grams: Field,
    record: Field,
    vectors: Field,
}

impl Fields {
    /// The schema and its fields.
    pub(crate) fn new() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let fields = Self {
            key: schema.add_text_field("key", STRING),
            words: schema.add_text_field("words", term_options()),
            grams: schema.add_text_field("grams", term_options()),
            record: schema.add_bytes_field("record", STORED),
            vectors: schema.add_bytes_field("vectors", STORED),
        };
        (schema.build(), fields)
    }

    /// The stored form of `document`, whose words are `terms`.
    pub(crate) fn encode(
        self,
        document: &Document,
        terms: &Terms,
    ) -> Result<TantivyDocument, SearchError> {
        let (json, vectors) = record::encode(document)?;
        let mut stored = TantivyDocument::new();
        stored.add_text(self.key, &document.key);
        stored.add_text(self.words, joined(&terms.words));
        stored.add_text(self.grams, joined(&terms.grams));
        stored.add_bytes(self.record, &json);
        stored.add_bytes(self.vectors, &vectors);
        Ok(stored)
    }

    /// The document back, with the vectors of its parts.
    pub(crate) fn decode(self, stored: &TantivyDocument) -> Result<Document, SearchError> {
        let bytes = |field| stored.get_first(field).and_then(|value| value.as_bytes());
        record::decode(
            bytes(self.record).unwrap_or_default(),
            bytes(self.vectors).unwrap_or_default(),
        )
    }
}

/// Terms come ready-made, with spaces between them (see [`joined`]). Tantivy would also take a list of tokens,
/// but carries it to its writer as JSON, which takes longer than everything else.
pub(crate) fn term_options() -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("whitespace")
            .set_index_option(IndexRecordOption::WithFreqs),
    )
}

/// Terms in the order given, none of which has a space in it.
pub(crate) fn joined(terms: &[Term]) -> String {
    let mut joined = String::with_capacity(terms.iter().map(|term| term.text.len() + 1).sum());
    for term in terms {
        joined.push_str(&term.text);
        joined.push(' ');
    }
    joined
}
