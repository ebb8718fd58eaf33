//! Fits the weights of triage.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use caifeng_triage::{Prepared, train as fit};

/// Where the model is looked for, as the README's command installs it.
const MODEL: &str = "models/multilingual-e5-small";

/// Trains on `sets` and writes `out`.
pub(crate) fn train(sets: &[PathBuf], out: &Path) -> Result<()> {
    let encoder = caifeng_encode::model::open(Some(Path::new(MODEL)))
        .context("training needs the model: run `caifeng model install` first")?;
    let read: Vec<_> = sets
        .iter()
        .map(|dir| crate::gold::read(dir))
        .collect::<Result<_>>()?;
    let mut labelled = read
        .iter()
        .map(|set| {
            Ok(fit::Labelled {
                prepared: Prepared::new(&set.draft, &set.submissions, &*encoder, &())?,
                gold: set.gold.clone(),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let models = fit::train(&mut labelled);
    let mut json = serde_json::to_string_pretty(&models)?;
    json.push('\n');
    fs::write(out, json).with_context(|| format!("cannot write {}", out.display()))
}
