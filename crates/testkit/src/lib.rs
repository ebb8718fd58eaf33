//! What tests share: builders, and an encoder that counts.

use std::sync::atomic::{AtomicUsize, Ordering};

use caifeng_domain::{Channel, Submission, Submitter};
use caifeng_encode::{EncodeError, Encoder, Role, Vectors, Watch, lexical::LexicalEncoder};

/// A submission from the web with nothing but its words.
#[must_use]
pub fn submission(text: &str) -> Submission {
    Submission {
        external_id: None,
        channel: Channel::Web,
        station: None,
        submitted_at: None,
        article_hint: None,
        submitter: Submitter::default(),
        text: text.to_owned(),
    }
}

/// The lexical encoder, passing as a model and counting the texts that it is given.
#[derive(Debug, Default)]
pub struct CountingEncoder {
    texts: AtomicUsize,
}

impl CountingEncoder {
    /// Texts encoded so far.
    #[must_use]
    pub fn texts(&self) -> usize {
        self.texts.load(Ordering::Relaxed)
    }
}

impl Encoder for CountingEncoder {
    fn identity(&self) -> &'static str {
        "counting-1"
    }

    fn dimension(&self) -> usize {
        LexicalEncoder.dimension()
    }

    fn is_lexical(&self) -> bool {
        false
    }

    fn encode(
        &self,
        texts: &[&str],
        role: Role,
        watch: &dyn Watch,
    ) -> Result<Vectors, EncodeError> {
        self.texts.fetch_add(texts.len(), Ordering::Relaxed);
        LexicalEncoder.encode(texts, role, watch)
    }
}
