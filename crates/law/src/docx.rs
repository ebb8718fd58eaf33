//! The paragraphs of a docx (ECMA-376): `word/document.xml` in a zip archive.
//!
//! Published drafts carry their numbers as literal text, so list numbering is not computed. Cells of tables are paragraphs
//! like others. Deleted text of tracked changes is left out, inserted text is kept.

use std::io::{self, Cursor, Read};

use quick_xml::{
    Reader,
    escape::resolve_xml_entity,
    events::{BytesRef, Event},
};
use zip::{ZipArchive, result::ZipError};

use crate::draft::DraftError;

/// Where the text is.
const DOCUMENT: &str = "word/document.xml";
/// What the document may unpack to. The longest code has 3 MB of XML; a zip bomb is cut off here.
pub const MAX_DOCUMENT_BYTES: u64 = 64 << 20;

/// The paragraphs of the docx `bytes`, empty ones included, so that the index + 1 is what Word counts. Forced line
/// breaks are `\n`. `file_name` is for messages only.
///
/// # Errors
/// [`DraftError::Docx`], [`DraftError::Unpack`] and [`DraftError::TooLarge`].
pub fn paragraphs(bytes: &[u8], file_name: &str) -> Result<Vec<String>, DraftError> {
    let damaged = |detail: String| DraftError::Docx {
        name: file_name.to_owned(),
        detail,
    };
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged("压缩包已损坏".to_owned()))?;
    let entry = archive.by_name(DOCUMENT).map_err(|err| match err {
        ZipError::FileNotFound => damaged(format!("缺少{DOCUMENT}")),
        other => damaged(format!("无法打开{DOCUMENT}（{other}）")),
    })?;
    let xml = unpack(entry, MAX_DOCUMENT_BYTES, file_name)?;
    read_paragraphs(&xml).map_err(|err| damaged(format!("{DOCUMENT}的格式有误（{err}）")))
}

/// Unpacks with a limit on what comes out, whatever the archive's directory claims.
fn unpack(entry: impl Read, max: u64, file_name: &str) -> Result<String, DraftError> {
    let mut xml = Vec::new();
    let failed = |source: io::Error| DraftError::Unpack {
        name: file_name.to_owned(),
        source,
    };
    entry.take(max + 1).read_to_end(&mut xml).map_err(failed)?;
    if xml.len() as u64 > max {
        return Err(DraftError::TooLarge {
            name: file_name.to_owned(),
            max,
        });
    }
    String::from_utf8(xml).map_err(|_| DraftError::Encoding {
        name: file_name.to_owned(),
        line: 1,
    })
}

/// Collects the text runs of each `w:p`. Paragraphs of text boxes lie inside other paragraphs and come first.
fn read_paragraphs(xml: &str) -> Result<Vec<String>, quick_xml::Error> {
    let mut reader = Reader::from_str(xml);
    let (mut done, mut open) = (Vec::new(), Vec::<String>::new());
    let mut in_text = false;
    loop {
        match reader.read_event()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "p" => open.push(String::new()),
                "t" => in_text = true,
                // The same content again for old readers, and where moved text came from.
                "Fallback" | "moveFrom" => {
                    reader.read_to_end(tag.name())?;
                }
                _ => {}
            },
            Event::Empty(tag) => match tag.local_name().as_ref() {
                "p" => done.push(String::new()),
                "tab" => push(&mut open, "\t"),
                "br" | "cr" => push(&mut open, "\n"),
                "noBreakHyphen" => push(&mut open, "-"),
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "p" => done.extend(open.pop()),
                "t" => in_text = false,
                _ => {}
            },
            Event::Text(text) if in_text => push(&mut open, &text.xml10_content()),
            Event::CData(text) if in_text => push(&mut open, &text.xml10_content()),
            Event::GeneralRef(reference) if in_text => push(&mut open, &resolve(&reference)?),
            Event::Eof => return Ok(done),
            _ => {}
        }
    }
}

fn push(open: &mut [String], text: &str) {
    if let Some(paragraph) = open.last_mut() {
        paragraph.push_str(text);
    }
}

/// The character of `&amp;` or `&#20013;`. Other entities would need a DTD, which a docx may not have: they are left out.
fn resolve(reference: &BytesRef<'_>) -> Result<String, quick_xml::Error> {
    if let Some(c) = reference.resolve_char_ref()? {
        return Ok(c.to_string());
    }
    Ok(resolve_xml_entity(reference).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::{DraftError, paragraphs, unpack};
    use zip::{ZipWriter, write::SimpleFileOptions};

    fn zipped(name: &str, content: &[u8]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
        zip.finish().unwrap().into_inner()
    }

    fn docx(body: &str) -> Vec<u8> {
        let xml = format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="w"><w:body>{body}</w:body></w:document>"#
        );
        zipped("word/document.xml", xml.as_bytes())
    }

    #[test]
    fn runs_of_a_paragraph_are_joined_and_markup_is_left_out() {
        #[track_caller]
        fn check(body: &str, want: &[&str]) {
            assert_eq!(paragraphs(&docx(body), "a.docx").unwrap(), want, "{body}");
        }
        check(
            "<w:p><w:r><w:t>第一</w:t></w:r><w:r><w:t xml:space=\"preserve\">条 </w:t></w:r></w:p><w:p/>",
            &["第一条 ", ""],
        );
        check(
            "<w:p><w:r><w:t>甲&amp;&#20057;</w:t><w:tab/><w:t>丙</w:t><w:br/><w:t>丁</w:t></w:r></w:p>",
            &["甲&乙\t丙\n丁"],
        );
        check(
            "<w:p><w:r><w:instrText>PAGE</w:instrText><w:delText>旧</w:delText><w:t>新</w:t></w:r></w:p>",
            &["新"],
        );
        check(
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>一</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>二</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
            &["一", "二"],
        );
        check(
            "<w:p><mc:Fallback><w:p><w:r><w:t>重</w:t></w:r></w:p></mc:Fallback><w:r><w:t>正</w:t></w:r></w:p>",
            &["正"],
        );
    }

    #[test]
    fn damaged_files_and_bombs_are_refused() {
        let message = |bytes: &[u8]| paragraphs(bytes, "a.docx").unwrap_err().to_string();
        assert!(message(b"PK\x03\x04junk").contains("压缩包已损坏"));
        assert!(message(&zipped("a.txt", b"a")).contains("缺少word/document.xml"));
        assert!(message(&zipped("word/document.xml", b"<a><b></a>")).contains("格式有误"));
        assert!(message(&zipped("word/document.xml", b"\xff\xfe")).contains("无法识别"));
        let endless = std::io::repeat(b' ');
        assert!(matches!(
            unpack(endless, 1000, "a.docx"),
            Err(DraftError::TooLarge { max: 1000, .. })
        ));
    }
}
