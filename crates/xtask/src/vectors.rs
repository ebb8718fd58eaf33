//! An encoder that remembers on disk, so that a second training takes seconds.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result};
use caifeng_encode::{EncodeError, Encoder, Role, Vectors, Watch};

/// Where the model is looked for, as the README's command installs it.
const MODEL: &str = "models/multilingual-e5-small";
/// Where vectors are kept; throw it away when the model changes.
const FILE: &str = "target/vectors.json";

/// The default model, with everything it ever encoded.
pub(crate) struct Remembering {
    inner: Box<dyn Encoder>,
    known: Mutex<HashMap<String, Vec<f32>>>,
}

impl Remembering {
    /// Opens the model and what is remembered.
    pub(crate) fn open() -> Result<Self> {
        let inner = caifeng_encode::model::open(Some(MODEL.as_ref()), None)
            .context("training needs the model: run `caifeng model install` first")?;
        let known = match fs::read(FILE) {
            Ok(bytes) => serde_json::from_slice(&bytes).context("cannot read the kept vectors")?,
            Err(_) => HashMap::new(),
        };
        Ok(Self {
            inner,
            known: Mutex::new(known),
        })
    }

    /// Writes what is remembered.
    pub(crate) fn save(&self) -> Result<()> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        fs::create_dir_all(PathBuf::from(FILE).parent().unwrap_or("".as_ref()))?;
        fs::write(FILE, serde_json::to_vec(&*known)?).context("cannot write the kept vectors")
    }
}

impl Encoder for Remembering {
    fn identity(&self) -> &str {
        self.inner.identity()
    }

    fn dimension(&self) -> usize {
        self.inner.dimension()
    }

    fn is_lexical(&self) -> bool {
        self.inner.is_lexical()
    }

    fn encode(
        &self,
        texts: &[&str],
        role: Role,
        watch: &dyn Watch,
    ) -> Result<Vectors, EncodeError> {
        let key = |text: &str| format!("{role:?} {text}");
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh: Vec<&str> = (texts.iter().copied())
            .filter(|t| !known.contains_key(&key(t)))
            .collect();
        let made = self.inner.encode(&fresh, role, watch)?;
        for (text, row) in fresh.iter().zip(made.rows()) {
            known.insert(key(text), row.to_vec());
        }
        let mut out = Vectors::new(self.inner.dimension());
        for text in texts {
            if let Some(row) = known.get(&key(text)) {
                out.push(row);
            }
        }
        Ok(out)
    }
}
