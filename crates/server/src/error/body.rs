//! What is wrong with a body, so that whoever wrote it finds the place: which field, and how.
//!
//! Serde says it in English, in sentences that have been the same for years; those that are known here
//! are said in Chinese. Of what was sent only the names of fields are told back, never values.

use std::error::Error;

use axum::extract::rejection::{FormRejection, JsonRejection};
use serde_path_to_error::{Error as At, Path};

/// Characters told back of a name that a client made up.
const SHORT: usize = 40;

/// What is wrong with a JSON body. None where it could not be read at all, or was too large.
pub(super) fn wrong_json(rejection: &JsonRejection) -> Option<String> {
    match rejection {
        JsonRejection::JsonDataError(error) => {
            let at: &At<serde_json::Error> = cause(error)?;
            Some(wrong(at.path(), &at.inner().to_string()))
        }
        JsonRejection::JsonSyntaxError(error) => {
            // What follows the end of a body has no path.
            let error = cause::<At<serde_json::Error>>(error)
                .map(At::inner)
                .or_else(|| cause(error))?;
            let (line, column) = (error.line(), error.column());
            Some(format!("第 {line} 行第 {column} 个字节处不是合法的 JSON"))
        }
        JsonRejection::MissingJsonContentType(_) => {
            Some("请求头 Content-Type 应为 application/json".to_owned())
        }
        _ => None,
    }
}

/// What is wrong with a form.
pub(super) fn wrong_form(rejection: &FormRejection) -> Option<String> {
    let FormRejection::FailedToDeserializeFormBody(error) = rejection else {
        return None;
    };
    let at: &At<serde::de::value::Error> = cause(error)?;
    Some(wrong(at.path(), &at.inner().to_string()))
}

/// The error of this type behind another one.
fn cause<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// Where it is, and what serde says of it.
fn wrong(path: &Path, said: &str) -> String {
    let mut place: String = path.to_string().chars().take(3 * SHORT).collect();
    if place == "." {
        place.clear();
    }
    let (kind, rest) = said.split_once(['`', ':']).unwrap_or((said, ""));
    let name = || {
        let name = rest.split('`').next().unwrap_or_default();
        name.chars().take(SHORT).collect::<String>()
    };
    // Of a field that is missing, or one too many, serde names the object that it belongs to.
    let field = || match (&*place, name()) {
        ("", name) => name,
        (place, name) if place.ends_with(&name) => place.to_owned(),
        (place, name) => format!("{place}.{name}"),
    };
    match kind.trim() {
        "missing field" => format!("缺少字段 {}", field()),
        "unknown field" => format!("没有字段 {}", field()),
        "duplicate field" => format!("字段 {} 出现了两次", field()),
        "unknown variant" => format!("{} 应为 {} 之一", named(&place), choices(rest)),
        "invalid type" => format!("{} 应为{}", named(&place), expected(rest)),
        _ => format!("{} 的值不符合要求", named(&place)),
    }
}

fn named(place: &str) -> String {
    if place.is_empty() {
        "请求内容".to_owned()
    } else {
        format!("字段 {place}")
    }
}

/// `` x`, expected one of `a`, `b` `` → `a、b`.
fn choices(rest: &str) -> String {
    let listed = rest.split_once("expected").map_or("", |(_, listed)| listed);
    let names: Vec<&str> = listed.split('`').skip(1).step_by(2).collect();
    names.join("、")
}

/// `` integer `3`, expected a string at line 1 `` → 文字.
fn expected(rest: &str) -> &'static str {
    let wanted = rest
        .rsplit_once("expected ")
        .map_or("", |(_, wanted)| wanted);
    let wanted = wanted.split(" at line").next().unwrap_or_default();
    let word = |words: &[&str]| words.iter().any(|word| wanted.contains(word));
    if word(&["string", "str", "char"]) && !word(&["struct"]) {
        "文字"
    } else if word(&["sequence", "array", "tuple"]) {
        "列表"
    } else if word(&["struct", "map"]) {
        "对象"
    } else if word(&["boolean", "bool"]) {
        " true 或 false"
    } else if word(&["u8", "u16", "u32", "u64", "usize", "i32", "i64", "integer"]) {
        "整数"
    } else if word(&["f32", "f64", "float"]) {
        "数字"
    } else {
        "另一种形式"
    }
}

#[cfg(test)]
mod tests {
    use axum::{Json, extract::rejection::JsonRejection};
    use serde::Deserialize;

    use super::wrong_json;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read is looked at")]
    struct Body {
        rows: Vec<Row>,
        #[serde(default)]
        count: u32,
        #[serde(default)]
        certain: bool,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "likewise")]
    struct Row {
        text: String,
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Paper,
        Phone,
    }

    #[track_caller]
    fn check(body: &str, want: &str) {
        let refused: JsonRejection = Json::<Body>::from_bytes(body.as_bytes()).unwrap_err();
        assert_eq!(wrong_json(&refused).as_deref(), Some(want), "{body}");
    }

    #[test]
    fn the_field_is_named_and_what_is_wrong_with_it() {
        check("{}", "缺少字段 rows");
        check(r#"{"rows": [{"text": "甲"}, {}]}"#, "缺少字段 rows[1].text");
        check(r#"{"rows": [{"text": 3}]}"#, "字段 rows[0].text 应为文字");
        check(
            r#"{"rows": [{"text": null}]}"#,
            "字段 rows[0].text 应为文字",
        );
        check(r#"{"rows": {}}"#, "字段 rows 应为列表");
        check(r#"{"rows": ["密密"]}"#, "字段 rows[0] 应为对象");
        check(r#"{"rows": [], "count": "3"}"#, "字段 count 应为整数");
        check(r#"{"rows": [], "count": -1}"#, "字段 count 的值不符合要求");
        check(
            r#"{"rows": [], "certain": 1}"#,
            "字段 certain 应为 true 或 false",
        );
        check(r#"{"rows": [], "more": 1}"#, "没有字段 more");
        check(
            r#"{"rows": [{"text": "甲", "color": 1}]}"#,
            "没有字段 rows[0].color",
        );
        check(r#"{"rows": [], "rows": []}"#, "字段 rows 出现了两次");
        check(
            r#"{"rows": [{"text": "甲", "kind": "fax"}]}"#,
            "字段 rows[0].kind 应为 paper、phone 之一",
        );
        check("7", "请求内容 应为对象");
        check("{\"rows\":\n", "第 2 行第 0 个字节处不是合法的 JSON");
        check(r#"{"rows": []} x"#, "第 1 行第 14 个字节处不是合法的 JSON");
    }

    #[test]
    fn names_are_told_back_cut_and_values_never() {
        let long = "x".repeat(500);
        let body = format!(r#"{{"rows": [], "{long}": 1}}"#);
        let refused = Json::<Body>::from_bytes(body.as_bytes()).unwrap_err();
        assert!(wrong_json(&refused).unwrap().len() < 200);
        let secret = r#"{"rows": "13800000000"}"#;
        let refused = Json::<Body>::from_bytes(secret.as_bytes()).unwrap_err();
        assert!(!wrong_json(&refused).unwrap().contains("138"));
    }
}
