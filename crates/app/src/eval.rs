//! `caifeng eval`: the production pipeline on a set, in the form that the scorer reads.
//!
//! Only `draft.txt`, `input.jsonl` and `queries.jsonl` are read. Labels, should they lie in the same
//! folder, are not opened.

use std::{fs, path::Path};

use caifeng_domain::{Analysis, Named, Submission, Unit};
use caifeng_encode::Encoder;
use caifeng_triage::{Batch, Models, Outcome, Previous, Progress};
use serde_json::{Value, json};

use crate::{AppError, find};

/// Runs the set in `set` with the weights in `models` and writes `result.jsonl` and, where there are queries, `search.jsonl`
/// into `out`. Returns the number of submissions.
pub fn eval(
    set: &Path,
    out: &Path,
    encoder: &dyn Encoder,
    models: &Models,
    progress: &dyn Progress,
) -> Result<usize, AppError> {
    let draft = caifeng_law::draft::read(&read(&set.join("draft.txt"))?, "draft.txt")?;
    let import = caifeng_channel::read(&read(&set.join("input.jsonl"))?, "input.jsonl")?;
    if let Some(error) = import.errors.first() {
        return Err(AppError::Row {
            line: error.line,
            message: error.message.clone(),
        });
    }
    let submissions: Vec<Submission> = import.rows.into_iter().map(|r| r.submission).collect();
    let outcome = caifeng_triage::run_with(
        models,
        Batch::new(&draft, &submissions),
        encoder,
        &Previous::default(),
        progress,
    )?;
    fs::create_dir_all(out).map_err(|source| AppError::file(out, source))?;
    write_lines(
        &out.join("result.jsonl"),
        result_lines(&submissions, &outcome),
    )?;
    let queries = set.join("queries.jsonl");
    if queries.exists() {
        let found = find::answer_queries(
            &draft,
            &submissions,
            &outcome,
            encoder,
            &query_texts(&read(&queries)?),
        )?;
        write_lines(
            &out.join("search.jsonl"),
            found
                .into_iter()
                .map(|(q, ids)| json!({"q": q, "ids": ids})),
        )?;
    }
    Ok(submissions.len())
}

fn read(path: &Path) -> Result<Vec<u8>, AppError> {
    fs::read(path).map_err(|source| AppError::file(path, source))
}

fn write_lines(path: &Path, lines: impl Iterator<Item = Value>) -> Result<(), AppError> {
    let mut text = lines
        .map(|line| line.to_string())
        .collect::<Vec<_>>()
        .join("\n");
    text.push('\n');
    fs::write(path, text).map_err(|source| AppError::file(path, source))
}

fn query_texts(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|row| row["q"].as_str().map(str::to_owned))
        .collect()
}

fn result_lines(submissions: &[Submission], outcome: &Outcome) -> impl Iterator<Item = Value> {
    submissions
        .iter()
        .zip(&outcome.analyses)
        .flat_map(move |(submission, analysis)| {
            let id = name(submission);
            let group = name(&submissions[analysis.duplicate.group]);
            let mut lines = vec![submission_line(id, group, &submission.text, analysis)];
            lines.extend(
                analysis
                    .units
                    .iter()
                    .map(|unit| unit_line(id, &submission.text, unit)),
            );
            lines
        })
}

fn name(one: &Submission) -> &str {
    one.external_id.as_deref().unwrap_or_default()
}

fn submission_line(id: &str, group: &str, text: &str, analysis: &Analysis) -> Value {
    let personal: Vec<Value> = analysis
        .personal_data
        .iter()
        .map(|p| {
            let at = p.span.in_chars(text);
            json!({"kind": p.kind.wire(), "start": at.start, "end": at.end})
        })
        .collect();
    let additions: Vec<[usize; 2]> = analysis
        .duplicate
        .additions
        .iter()
        .map(|a| a.in_chars(text))
        .map(|at| [at.start, at.end])
        .collect();
    json!({
        "type": "submission", "id": id, "status": analysis.status.wire(), "dup_group": group,
        "dup_kind": analysis.duplicate.kind.wire(), "adds": additions, "pii": personal,
    })
}

fn unit_line(id: &str, text: &str, unit: &Unit) -> Value {
    let at = unit.span.in_chars(text);
    let articles: Vec<String> = unit.links.iter().map(|l| l.article.to_string()).collect();
    let best = unit.links.first();
    json!({
        "type": "unit", "submission": id, "start": at.start, "end": at.end,
        "scope": unit.scope.wire(), "articles": articles,
        "evidence": best.map(|l| l.evidence.kind.wire()),
        "confidence": best.map(|l| l.confidence),
        "point": unit.point.to_string(), "stance": unit.stance.wire(),
        "edit": unit.edit.as_ref().map(|e| json!({
            "op": e.op.wire(), "target": e.target, "from": e.from, "to": e.to,
        })),
    })
}
