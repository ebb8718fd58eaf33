//! The flat XML of a call: `<xml>` around fields with text.
//!
//! **Invariant.** Nothing is ever looked up or expanded: a DOCTYPE or an entity of one is refused.

use std::{borrow::Cow, collections::BTreeMap};

use quick_xml::{
    Reader,
    escape::resolve_xml_entity,
    events::{BytesRef, Event},
};

use super::WechatError;
use crate::limits::MAX_WECHAT_BYTES;

/// Fields by name. Of fields with the same name the first counts.
pub(super) type Fields = BTreeMap<String, String>;

/// Some events nest lists in a field, two deep.
const MAX_DEPTH: usize = 8;

/// Reads the fields of `body`.
pub(super) fn fields(body: &[u8]) -> Result<Fields, WechatError> {
    if body.len() > MAX_WECHAT_BYTES {
        return Err(WechatError::TooLarge { bytes: body.len() });
    }
    let text = std::str::from_utf8(body).map_err(|_| WechatError::BadXml("not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    // Only what cannot be read as it is gets repaired: a citizen may well write `< ![CDATA[`.
    parse(text).or_else(|error| match (error, repaired(text)) {
        (WechatError::BadXml(_), Some(text)) => parse(&text),
        (error, _) => Err(error),
    })
}

fn parse(text: &str) -> Result<Fields, WechatError> {
    let mut reader = Reader::from_str(text);
    let mut fields = Fields::new();
    let mut path: Vec<String> = Vec::new();
    let mut field = Field::default();
    let mut roots = 0;
    loop {
        let event = reader
            .read_event()
            .map_err(|_| WechatError::BadXml("malformed"))?;
        match event {
            Event::Start(tag) => {
                path.push(tag.name().as_ref().to_owned());
                roots += usize::from(path.len() == 1);
                if path.len() > MAX_DEPTH {
                    return Err(WechatError::BadXml("nested too deep"));
                }
            }
            Event::End(_) => {
                let name = path.pop().ok_or(WechatError::BadXml("malformed"))?;
                if path.len() == 1 {
                    let value = std::mem::take(&mut field).value()?;
                    fields.entry(name).or_insert(value);
                }
            }
            Event::Text(text) if path.len() == 2 => field.plain.push_str(&text.xml10_content()),
            Event::CData(text) if path.len() == 2 => {
                field
                    .marked
                    .get_or_insert_default()
                    .push_str(&text.xml10_content());
            }
            Event::GeneralRef(reference) => {
                let c = resolve(&reference)?;
                if path.len() == 2 {
                    field.plain.push_str(&c);
                }
            }
            Event::DocType(_) => return Err(WechatError::BadXml("has a DOCTYPE")),
            Event::Eof if path.is_empty() && roots == 1 => return Ok(fields),
            Event::Eof => return Err(WechatError::BadXml("is cut short or has no root")),
            _ => {}
        }
    }
}

/// The text of a field. Beside a CDATA section there is only white space.
#[derive(Default)]
struct Field {
    plain: String,
    marked: Option<String>,
}

impl Field {
    fn value(self) -> Result<String, WechatError> {
        let value = self.marked.unwrap_or(self.plain);
        if value.contains('\0') {
            return Err(WechatError::BadXml("has a NUL"));
        }
        Ok(value)
    }
}

/// The character of `&amp;` or `&#20013;`.
fn resolve(reference: &BytesRef<'_>) -> Result<Cow<'static, str>, WechatError> {
    let refused = WechatError::BadXml("has an entity");
    match reference.resolve_char_ref() {
        Ok(Some(c)) => Ok(c.to_string().into()),
        Ok(None) => resolve_xml_entity(reference).map(Cow::from).ok_or(refused),
        Err(_) => Err(refused),
    }
}

/// With the brackets of sections closed up: the platform's own samples have `< ![CDATA[x] ]>`.
/// None when there is nothing to repair.
fn repaired(text: &str) -> Option<String> {
    const OPEN: &str = "![CDATA[";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let inner = tag[1..].trim_start();
        let Some(content) = inner.strip_prefix(OPEN) else {
            out.push('<');
            rest = &tag[1..];
            continue;
        };
        let (content, after) = section_end(content)?;
        out.push_str("<![CDATA[");
        out.push_str(content);
        out.push_str("]]>");
        changed |= tag.len() - after.len() != "<![CDATA[]]>".len() + content.len();
        rest = after;
    }
    out.push_str(rest);
    changed.then_some(out)
}

/// Splits at the first `]`, `]`, `>` with nothing but white space between them.
fn section_end(content: &str) -> Option<(&str, &str)> {
    content.match_indices(']').find_map(|(at, _)| {
        let second = content[at + 1..].trim_start().strip_prefix(']')?;
        let after = second.trim_start().strip_prefix('>')?;
        Some((&content[..at], after))
    })
}
