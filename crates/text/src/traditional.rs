//! Simplified to traditional characters, for readers of those.

use std::sync::LazyLock;

use ferrous_opencc::{OpenCC, config::BuiltinConfig};

static CONVERTER: LazyLock<Option<OpenCC>> =
    LazyLock::new(|| OpenCC::from_config(BuiltinConfig::S2t).ok());

/// `text` in traditional characters, by phrases: 头发 is 頭髮 and 发展 is 發展.
///
/// ```
/// assert_eq!(caifeng_text::traditional::in_traditional("头发和发展"), "頭髮和發展");
/// ```
#[must_use]
pub fn in_traditional(text: &str) -> String {
    // The dictionary is compiled in, so there is one.
    let converter = CONVERTER.as_ref();
    converter.map_or_else(|| text.to_owned(), |converter| converter.convert(text))
}
