//! Labelled sets: the form of `bench/train` (see the head of its scorer).

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use caifeng_domain::{
    ArticleNo, Channel, Draft, Named, Scope, Span, Stance, Status, Submission, Submitter,
};
use caifeng_triage::{
    read::gist_of,
    train::{Gold, GoldUnit},
    wording::Sample,
};
use serde_json::Value;

/// A set as it lies on disk.
pub(crate) struct Set {
    pub(crate) draft: Draft,
    pub(crate) submissions: Vec<Submission>,
    pub(crate) gold: Vec<Gold>,
}

/// Reads a set.
pub(crate) fn read(dir: &Path) -> Result<Set> {
    let bytes = |name: &str| {
        fs::read(dir.join(name)).with_context(|| format!("cannot read {name} of {}", dir.display()))
    };
    let draft = caifeng_law::draft::read(&bytes("draft.txt")?, "draft.txt")?;
    let import = caifeng_channel::read(&bytes("input.jsonl")?, "input.jsonl")?;
    let submissions: Vec<Submission> = import.rows.into_iter().map(|r| r.submission).collect();
    let points: HashMap<String, (usize, Value)> = rows(&bytes("points.jsonl")?)?
        .into_iter()
        .enumerate()
        .filter_map(|(i, p)| Some((p["point"].as_str()?.to_owned(), (i, p))))
        .collect();
    let labels: HashMap<String, Value> = rows(&bytes("gold.jsonl")?)?
        .into_iter()
        .filter_map(|g| Some((g["id"].as_str()?.to_owned(), g)))
        .collect();
    let gold = submissions
        .iter()
        .map(|s| {
            let id = s
                .external_id
                .as_deref()
                .context("a submission without id")?;
            let label = labels
                .get(id)
                .with_context(|| format!("no label for {id}"))?;
            Ok(Gold {
                status: status(label),
                units: units(label, &points, &s.text),
            })
        })
        .collect::<Result<_>>()?;
    Ok(Set {
        draft,
        submissions,
        gold,
    })
}

/// The invented points in the files of a folder, each file a set: its articles are the draft, each text
/// is a submission with one unit.
pub(crate) fn invented_points(dir: &Path) -> Result<Vec<Set>> {
    json_lines(dir)?
        .into_iter()
        .map(|path| {
            let articles = rows(&fs::read(&path)?)?;
            of_points(&articles).with_context(|| format!("cannot read {}", path.display()))
        })
        .collect()
}

fn of_points(articles: &[Value]) -> Result<Set> {
    let text = |value: &Value| value.as_str().map(str::to_owned).context("not a text");
    let list = |value: &Value| value.as_array().cloned().context("not a list");
    let mut draft = "条例（草案）\n".to_owned();
    for article in articles {
        draft += &text(&article["article"])?;
        draft.push('\n');
    }
    let draft = caifeng_law::draft::parse(&draft)?;
    let numbers: Vec<ArticleNo> = (draft.articles()).map(|(_, node)| node.number).collect();
    if numbers.len() != articles.len() {
        bail!(
            "{} articles, of which {} were read",
            articles.len(),
            numbers.len()
        );
    }
    let (mut submissions, mut gold, mut point) = (Vec::new(), Vec::new(), 0);
    for (article, number) in articles.iter().zip(numbers) {
        for said in list(&article["points"])? {
            let stance = Stance::from_name(&text(&said["stance"])?).context("not a stance")?;
            for words in list(&said["texts"])? {
                let words = text(&words)?;
                gold.push(Gold {
                    status: Status::Opinion,
                    units: vec![GoldUnit {
                        span: Span::new(0, words.len()),
                        articles: vec![number],
                        scope: Scope::Article,
                        stance,
                        point,
                    }],
                });
                submissions.push(Submission {
                    external_id: None,
                    channel: Channel::Web,
                    station: None,
                    submitted_at: None,
                    article_hint: None,
                    submitter: Submitter::default(),
                    text: words,
                });
            }
            point += 1;
        }
    }
    Ok(Set {
        draft,
        submissions,
        gold,
    })
}

/// The JSON Lines files of a folder, by name.
fn json_lines(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<_> =
        (fs::read_dir(dir)?.map(|entry| Ok(entry?.path()))).collect::<Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|e| e == "jsonl"));
    files.sort();
    Ok(files)
}

/// The invented units and texts in the files of a folder, still without vectors.
pub(crate) fn samples(dir: &Path) -> Result<Vec<Sample>> {
    // They belong to no draft; any will do to recognise what they cite.
    let draft = caifeng_law::draft::parse("条例（草案）\n第一条 为了规范行为，制定本条例。\n")?;
    let unit = |row: &Value| {
        let stance = Stance::from_name(row["stance"].as_str()?)?;
        Some((stance, Scope::from_name(row["scope"].as_str()?)?))
    };
    let mut out = Vec::new();
    for path in json_lines(dir)? {
        let bytes = fs::read(&path)?;
        for row in rows(&bytes).with_context(|| format!("cannot read {}", path.display()))? {
            let sample = || {
                Some(Sample {
                    gist: gist_of(row["text"].as_str()?, &draft),
                    vector: Vec::new(),
                    unit: unit(&row),
                    status: match row["status"].as_str() {
                        Some(name) => Status::from_name(name)?,
                        None => unit(&row).map(|_| Status::Opinion)?,
                    },
                })
            };
            out.push(sample().with_context(|| format!("not a unit: {row}"))?);
        }
    }
    Ok(out)
}

fn rows(bytes: &[u8]) -> Result<Vec<Value>> {
    let text = std::str::from_utf8(bytes)?;
    text.lines()
        .filter(|l| !l.trim().is_empty())
        .map(|l| Ok(serde_json::from_str(l)?))
        .collect()
}

fn status(label: &Value) -> Status {
    if label["spam"] == true {
        Status::Spam
    } else if label["off_topic"].is_string() {
        Status::Complaint
    } else {
        Status::Opinion
    }
}

/// Units whose quote stands in the text word for word; a retyped copy's do not, and are left out.
fn units(label: &Value, points: &HashMap<String, (usize, Value)>, text: &str) -> Vec<GoldUnit> {
    let list = label["units"].as_array().map_or(&[][..], Vec::as_slice);
    list.iter()
        .filter_map(|unit| {
            let quote = unit["quote"].as_str()?;
            let start = text.find(quote)?;
            let (number, point) = points.get(unit["point"].as_str()?)?;
            let scope = point["scope"].as_str()?.split(':').next()?;
            let stance = unit["stance"].as_str().or(point["stance"].as_str())?;
            Some(GoldUnit {
                span: Span::new(start, start + quote.len()),
                articles: point["articles"]
                    .as_array()?
                    .iter()
                    .filter_map(article)
                    .collect(),
                scope: Scope::from_name(scope)?,
                stance: Stance::from_name(stance)?,
                point: *number,
            })
        })
        .collect()
}

fn article(value: &Value) -> Option<ArticleNo> {
    match value {
        Value::Number(n) => n
            .as_u64()
            .and_then(|n| u16::try_from(n).ok())
            .map(ArticleNo::new),
        Value::String(s) => s.parse().ok(),
        _ => None,
    }
}
