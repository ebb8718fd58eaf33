//! What is wrong with a file in TOML, in Chinese and with the line, for whoever wrote it.

use serde::de::DeserializeOwned;
use toml::Spanned;

/// Something wrong at a place of a file.
pub(crate) struct Fault {
    byte: usize,
    what: String,
}

impl Fault {
    pub(crate) fn at<T>(place: &Spanned<T>, what: String) -> Self {
        let byte = place.span().start;
        Self { byte, what }
    }

    /// With the number of its line in the file.
    pub(crate) fn on_line_of(&self, text: &str) -> String {
        let before = text.get(..self.byte).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        format!("第 {line} 行：{}", self.what)
    }
}

/// What a file says.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| {
        let what = in_chinese(error.message());
        match error.span() {
            Some(span) => Fault {
                byte: span.start,
                what,
            }
            .on_line_of(text),
            None => what,
        }
    })
}

fn in_chinese(message: &str) -> String {
    let named = message.split('`').nth(1).unwrap_or_default();
    let known = [
        ("unknown field", format!("不认识“{named}”这一项")),
        ("missing field", format!("缺少“{named}”这一项")),
        ("duplicate", "同一项写了两次".to_owned()),
        (
            "invalid type",
            "填的不是这里该有的内容，请对照默认的写法".to_owned(),
        ),
    ];
    let found = known
        .into_iter()
        .find(|(begins, _)| message.starts_with(begins));
    found.map_or_else(
        || "不符合 TOML 的写法，请检查引号、方括号和等号".to_owned(),
        |(_, what)| what,
    )
}
