//! Fits what is learned, and tries it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use caifeng_encode::{Encoder, Role};
use caifeng_law::cite;
use caifeng_text::units;
use caifeng_triage::{
    Batch, Models, Prepared,
    phrasing::Phrasing,
    train as fit,
    wording::{Sample, Wording},
};

use crate::{gold::Set, vectors::Remembering};

/// Invented points, besides the labelled sets.
const POINTS: &str = "corpora/points";
/// The pull of the boundary weights towards zero, in places between sentences.
const RIDGE: f64 = 2.0;

/// Fits where units begin, and writes it to `out`.
pub(crate) fn units(sets: &[PathBuf], out: &Path) -> Result<()> {
    let mut examples = Vec::new();
    for set in read(sets)? {
        for (submission, gold) in set.submissions.iter().zip(&set.gold) {
            examples.push(units::Example {
                text: submission.text.clone(),
                citations: cite::find(&submission.text, &set.draft, submission.article_hint),
                channel: submission.channel,
                units: gold.units.iter().map(|u| u.span).collect(),
            });
        }
    }
    write(out, &units::train(&examples, RIDGE).table())
}

/// Fits how units sound to the JSON Lines files of invented ones in the folders `dirs`, and writes it
/// to `out`.
pub(crate) fn wording(dirs: &[PathBuf], out: &Path) -> Result<()> {
    let encoder = Remembering::open()?;
    let mut rows = samples(dirs)?;
    let gists: Vec<&str> = rows.iter().map(|s| s.gist.as_str()).collect();
    let vectors = encoder.encode(&gists, Role::Query, &())?;
    encoder.save()?;
    for (sample, vector) in rows.iter_mut().zip(vectors.rows()) {
        sample.vector = vector.to_vec();
    }
    let wording = Wording::fit(encoder.identity(), &rows);
    write(out, &(serde_json::to_string(&wording)? + "\n"))
}

/// Fits what turns of phrase say to the same files, and writes it to `out`.
pub(crate) fn phrasing(dirs: &[PathBuf], out: &Path) -> Result<()> {
    write(out, &Phrasing::fit(&samples(dirs)?).table())
}

/// Fits the weights of triage on `sets` and writes them to `out`.
pub(crate) fn train(sets: &[PathBuf], out: &Path) -> Result<()> {
    let encoder = Remembering::open()?;
    let read = read(sets)?;
    let models = fitted(&read.iter().collect::<Vec<_>>(), &encoder)?;
    encoder.save()?;
    write(out, &(serde_json::to_string_pretty(&models)? + "\n"))
}

/// Runs the pipeline on `on` with weights from `sets`; without it, on each of `sets` with weights
/// from the others. Writes into one folder of `out` for each.
pub(crate) fn attempt(sets: &[PathBuf], on: Option<&Path>, out: &Path) -> Result<()> {
    let encoder = Remembering::open()?;
    let read = read(sets)?;
    let all: Vec<&Set> = read.iter().collect();
    let run = |set: &Path, models: &Models| {
        let folder = out.join(set.file_name().unwrap_or_default());
        caifeng_app::eval(set, &folder, &encoder, models, &())
            .map(|_| ())
            .with_context(|| format!("cannot run {}", set.display()))
    };
    if let Some(on) = on {
        run(on, &fitted(&all, &encoder)?)?;
    } else {
        for (i, left_out) in sets.iter().enumerate() {
            let mut others = all.clone();
            others.remove(i);
            run(left_out, &fitted(&others, &encoder)?)?;
        }
    }
    encoder.save()
}

fn samples(dirs: &[PathBuf]) -> Result<Vec<Sample>> {
    let read = dirs.iter().map(|dir| crate::gold::samples(dir));
    Ok(read.collect::<Result<Vec<_>>>()?.concat())
}

fn read(sets: &[PathBuf]) -> Result<Vec<Set>> {
    sets.iter().map(|dir| crate::gold::read(dir)).collect()
}

fn fitted(sets: &[&Set], encoder: &dyn Encoder) -> Result<Models> {
    let invented = crate::gold::invented_points(POINTS.as_ref())?;
    let mut labelled = prepared(sets.iter().copied(), encoder)?;
    let mut invented = prepared(invented.iter(), encoder)?;
    Ok(fit::train(&mut labelled, &mut invented))
}

fn prepared<'s>(
    sets: impl Iterator<Item = &'s Set>,
    encoder: &dyn Encoder,
) -> Result<Vec<fit::Labelled<'s>>> {
    sets.map(|set| {
        Ok(fit::Labelled {
            prepared: Prepared::new(Batch::new(&set.draft, &set.submissions), encoder, &())?,
            gold: set.gold.clone(),
        })
    })
    .collect()
}

fn write(out: &Path, text: &str) -> Result<()> {
    fs::write(out, text).with_context(|| format!("cannot write {}", out.display()))
}
