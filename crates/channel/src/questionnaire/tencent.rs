//! The webhook of 腾讯问卷: an answer was created, updated or deleted.
//!
//! The platform does not sign: whoever sets the hook up must give it an address that cannot be
//! guessed. Where in `payload` the questions stand differs between the platform's versions, so they
//! are taken wherever an object has a title and an answer; nothing else of it is.

use serde_json::{Map, Value};

use super::push::{self, Answer, Push, PushError, text};

/// Reads one call of the webhook.
pub fn read(body: &[u8]) -> Result<Push, PushError> {
    let call = push::object(body)?;
    let action = text(&call, "action").ok_or(PushError::Missing("action"))?;
    let (create, delete) = match action.as_str() {
        "answer.create" => (true, false),
        "answer.update" => (false, false),
        "answer.delete" => (false, true),
        _ => return Ok(Push::Nothing),
    };
    let payload = call.get("payload").and_then(Value::as_object);
    let payload = payload.ok_or(PushError::Missing("payload"))?;
    let survey = text(payload, "survey_id").ok_or(PushError::Missing("survey_id"))?;
    let answer = text(payload, "answer_id").ok_or(PushError::Missing("answer_id"))?;
    let external_id = format!("txwj:{survey}:{answer}");
    if delete {
        return Ok(Push::Withdrawn { external_id });
    }
    let mut answers = Vec::new();
    payload
        .values()
        .for_each(|part| collect(part, &mut answers));
    let time = text(payload, "ended_at").or_else(|| text(&call, "created_at"));
    let submission = push::submission(answers, external_id, time.as_deref())?;
    Ok(if create {
        Push::Answered(submission)
    } else {
        Push::Changed(submission)
    })
}

/// Gathers the answered questions below `part`, in order.
fn collect(part: &Value, answers: &mut Vec<Answer>) {
    match part {
        Value::Array(parts) => parts.iter().for_each(|part| collect(part, answers)),
        Value::Object(object) => match (text(object, "title"), words(object)) {
            (Some(question), Some(words)) => answers.push(Answer { question, words }),
            _ => object.values().for_each(|part| collect(part, answers)),
        },
        _ => {}
    }
}

/// What was answered: the options that are checked, or words.
fn words(question: &Map<String, Value>) -> Option<String> {
    if let Some(Value::Array(options)) = question.get("options") {
        let options = options.iter().filter_map(Value::as_object);
        let checked = options.filter(|o| o.get("checked").is_some_and(is_true));
        let texts: Vec<String> = checked.filter_map(|o| text(o, "text")).collect();
        if !texts.is_empty() {
            return Some(texts.join("┋"));
        }
    }
    ["text", "answer", "value"]
        .into_iter()
        .find_map(|name| text(question, name))
}

fn is_true(value: &Value) -> bool {
    matches!(value, Value::Bool(true)) || value.as_i64() == Some(1) || value.as_str() == Some("1")
}
