//! The text of a docx: its paragraphs as lines, the cells of a table row apart by tabs.

use std::io::{Cursor, Read as _};

use quick_xml::{Reader, escape::resolve_xml_entity, events::Event};
use zip::ZipArchive;

use super::{MinutesError, file::too_large};
use crate::limits::{MAX_MINUTES_BYTES, MAX_ZIP_ENTRIES};

const DOCUMENT: &str = "word/document.xml";

/// Reads the text. What unpacks beyond the limit is refused, whatever the archive declares.
pub(super) fn text(bytes: &[u8]) -> Result<String, MinutesError> {
    let damaged = |detail| MinutesError::Damaged { detail };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged("压缩包打不开"))?;
    if archive.len() > MAX_ZIP_ENTRIES {
        return Err(too_large());
    }
    let document = archive.by_name(DOCUMENT);
    let document = document.map_err(|_| damaged("里面没有正文"))?;
    let mut xml = Vec::new();
    let read = document
        .take(MAX_MINUTES_BYTES as u64 + 1)
        .read_to_end(&mut xml);
    read.map_err(|_| damaged("正文解压失败"))?;
    if xml.len() > MAX_MINUTES_BYTES {
        return Err(too_large());
    }
    let xml = String::from_utf8(xml).map_err(|_| damaged("正文不是 UTF-8"))?;
    words(&xml).map_err(|_| damaged("正文的格式有误"))
}

/// What is shown of the document: neither deleted words nor the second copy of what stands in a
/// shape.
fn words(xml: &str) -> Result<String, quick_xml::Error> {
    let mut reader = Reader::from_str(xml);
    let mut text = String::new();
    let mut shown = false;
    loop {
        match reader.read_event()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "t" => shown = true,
                "Fallback" | "moveFrom" => {
                    reader.read_to_end(tag.name())?;
                }
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => shown = false,
                "p" => text.push('\n'),
                "tc" => end_with(&mut text, '\t'),
                "tr" => end_with(&mut text, '\n'),
                _ => {}
            },
            Event::Empty(tag) => match tag.local_name().as_ref() {
                "tab" => text.push('\t'),
                "br" | "cr" | "p" => text.push('\n'),
                _ => {}
            },
            Event::Text(words) if shown => text.push_str(&words.xml10_content()),
            Event::CData(words) if shown => text.push_str(&words.xml10_content()),
            Event::GeneralRef(reference) if shown => {
                let named = resolve_xml_entity(&reference).unwrap_or_default();
                match reference.resolve_char_ref()? {
                    Some(c) => text.push(c),
                    None => text.push_str(named),
                }
            }
            Event::Eof => return Ok(text),
            _ => {}
        }
    }
}

/// Puts `mark` in place of the end of the last paragraph.
fn end_with(text: &mut String, mark: char) {
    if text.ends_with(['\n', '\t']) {
        text.pop();
    }
    text.push(mark);
}
