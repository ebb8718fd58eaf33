//! JSON Lines: one object a line, with the keys `id`, `text`, `channel`, `station`, `submitted_at`,
//! `article_hint` and `submitter` (`name`, `phone`, `identity`, `region`), or any header that a
//! table may have.

use std::collections::{BTreeMap, HashSet};

use caifeng_domain::Channel;
use serde_json::{Map, Value};

use crate::{
    ColumnMapping, Field, Format, Import, ImportError,
    encoding::Decoded,
    header::{self, Meaning},
    limits::MAX_COLUMNS,
    record::{Collector, Record},
};

/// Reads every line by itself.
pub(crate) fn read(decoded: &Decoded) -> Result<Import, ImportError> {
    let mut collector = Collector::new("jsonl".to_owned(), Channel::Platform);
    let bad: HashSet<u32> = decoded.bad_lines.iter().copied().collect();
    let mut keys = BTreeMap::new();
    for (number, line) in (1u32..).zip(decoded.text.split('\n')) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        collector.check_room()?;
        let record = if bad.contains(&number) {
            Err("有无法识别的字节，文字编码可能损坏".to_owned())
        } else {
            record(number, line, &mut keys)
        };
        match record {
            Ok(record) => collector.add(record),
            Err(complaint) => collector.reject(number, &complaint, line),
        }
    }
    let import = collector.finish(Format::JsonLines, decoded.encoding, columns(keys));
    if import.rows.is_empty() && import.errors.is_empty() {
        return Err(ImportError::Empty);
    }
    Ok(import)
}

/// Keys seen, with their meaning and the order in which they were first seen.
type Keys = BTreeMap<String, (usize, Meaning)>;

fn columns(keys: Keys) -> Vec<ColumnMapping> {
    let mut keys: Vec<_> = keys.into_iter().collect();
    keys.sort_by_key(|(_, (order, _))| *order);
    let columns = keys
        .into_iter()
        .map(|(header, (_, meaning))| ColumnMapping {
            header,
            field: match meaning {
                Meaning::Field(field) => Some(field),
                Meaning::Dropped | Meaning::Unknown => None,
            },
            dropped: meaning == Meaning::Dropped,
        });
    columns.collect()
}

fn record(line: u32, raw: &str, keys: &mut Keys) -> Result<Record, String> {
    let object: Map<String, Value> =
        serde_json::from_str(raw).map_err(|error| complaint(&error))?;
    let mut record = Record {
        line,
        cells: Vec::new(),
        raw: raw.to_owned(),
    };
    for (key, value) in object {
        match value {
            Value::Object(inner) if key == "submitter" => {
                for (key, value) in inner {
                    put(&mut record, keys, key, value)?;
                }
            }
            value => put(&mut record, keys, key, value)?,
        }
    }
    Ok(record)
}

fn put(record: &mut Record, keys: &mut Keys, key: String, value: Value) -> Result<(), String> {
    let known = keys.get(&key).map(|(_, meaning)| *meaning);
    let meaning = known.unwrap_or_else(|| header::meaning(&key));
    if known.is_none() && keys.len() < MAX_COLUMNS {
        keys.insert(key, (keys.len(), meaning));
    }
    let Meaning::Field(field) = meaning else {
        return Ok(());
    };
    let cell = match value {
        Value::Null => return Ok(()),
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            return Err(format!("“{}”应当是文字", field.label()));
        }
    };
    // An empty opinion is a complaint of its own; other empty strings mean nothing.
    if field == Field::Text || !cell.trim().is_empty() {
        record.cells.push((field, cell));
    }
    Ok(())
}

fn complaint(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let column = error.column();
    match error.classify() {
        Category::Eof => "JSON 不完整，这一行可能被截断".to_owned(),
        Category::Data => {
            "应当是一个 JSON 对象，例如 {\"id\": \"1\", \"text\": \"意见内容\"}".to_owned()
        }
        Category::Syntax | Category::Io => format!("不是合法的 JSON（第 {column} 个字节处出错）"),
    }
}
