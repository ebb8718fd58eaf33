//! The official report as a Word document (WordprocessingML), in the format of GB/T 9704-2012.
//!
//! Written directly: a section that turns the page, page numbers that change sides and a grid of 22
//! lines by 28 characters are a few elements each, and the bytes are the same every time.

mod body;
mod chart;
mod footer;
mod page;
mod styles;
mod table;

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};

use zip::{DateTime, ZipWriter, write::SimpleFileOptions};

pub use self::styles::FONTS;
use crate::{Report, ReportError, markup::escape, official};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
const CHART: &str = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml";

/// The report as a document that Word, WPS and LibreOffice edit.
pub fn to_docx(report: &Report) -> Result<Vec<u8>, ReportError> {
    write(&official::document(report)?, &report.generated_at)
}

/// A document laid out, with the moment at which it was made (RFC 3339).
pub(crate) fn write(document: &official::Document<'_>, made: &str) -> Result<Vec<u8>, ReportError> {
    let body = body::write(document);
    let mut package = Package::new();
    for (name, content) in footer::FOOTERS.map(|f| (f.name, footer::write(&f))) {
        package.part(name, "footer", &format!("{WORD}.footer+xml"), &content)?;
    }
    for (name, content) in [
        ("styles", styles::styles()),
        ("settings", styles::settings()),
        ("fontTable", styles::fonts()),
    ] {
        package.part(name, name, &format!("{WORD}.{name}+xml"), &content)?;
    }
    for (number, chart) in (1..).zip(&body.charts) {
        let name = format!("chart{number}");
        package.part(&name, "chart", CHART, &chart::write(chart))?;
    }
    package.finish(&body.xml, &core(made, &document.title))
}

/// Title and moment, as file managers show them.
fn core(made: &str, title: &str) -> String {
    let made = made.get(..19).unwrap_or_default();
    let title = escape(title);
    let made = escape(made);
    format!(
        "{DECLARATION}<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{title}</dc:title>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{made}Z</dcterms:created>\
         </cp:coreProperties>"
    )
}

/// A part's relationship is named as the part: `footer_odd`, `chart2`.
struct Package {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    types: String,
    relationships: String,
}

impl Package {
    fn new() -> Self {
        Self {
            zip: ZipWriter::new(Cursor::new(Vec::new())),
            types: String::new(),
            relationships: String::new(),
        }
    }

    fn part(
        &mut self,
        name: &str,
        relation: &str,
        content_type: &str,
        content: &str,
    ) -> Result<(), ReportError> {
        let _ = write!(
            self.types,
            "<Override PartName=\"/word/{name}.xml\" ContentType=\"{content_type}\"/>"
        );
        let _ = write!(
            self.relationships,
            "<Relationship Id=\"{name}\" Type=\"{RELATIONSHIPS}/{relation}\" Target=\"{name}.xml\"/>"
        );
        self.file(&format!("word/{name}.xml"), content)
    }

    fn finish(mut self, document: &str, core: &str) -> Result<Vec<u8>, ReportError> {
        self.file("word/document.xml", document)?;
        self.file("docProps/core.xml", core)?;
        let relationships = std::mem::take(&mut self.relationships);
        self.file(
            "word/_rels/document.xml.rels",
            &format!(
                "{DECLARATION}<Relationships xmlns=\"{PACKAGE}/relationships\">{relationships}\
                 </Relationships>"
            ),
        )?;
        self.file(
            "_rels/.rels",
            &format!(
                "{DECLARATION}<Relationships xmlns=\"{PACKAGE}/relationships\">\
                 <Relationship Id=\"document\" Type=\"{RELATIONSHIPS}/officeDocument\" \
                 Target=\"word/document.xml\"/><Relationship Id=\"core\" \
                 Type=\"{PACKAGE}/relationships/metadata/core-properties\" \
                 Target=\"docProps/core.xml\"/></Relationships>"
            ),
        )?;
        let types = std::mem::take(&mut self.types);
        self.file(
            "[Content_Types].xml",
            &format!(
                "{DECLARATION}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
                 ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                 <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
                 <Override PartName=\"/word/document.xml\" ContentType=\"{WORD}.document.main+xml\"/>\
                 <Override PartName=\"/docProps/core.xml\" \
                 ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>\
                 {types}</Types>"
            ),
        )?;
        Ok(self.zip.finish()?.into_inner())
    }

    /// All files have the same time, so that the same report gives the same bytes.
    fn file(&mut self, name: &str, content: &str) -> Result<(), ReportError> {
        let options = SimpleFileOptions::default().last_modified_time(DateTime::default());
        self.zip.start_file(name, options)?;
        self.zip.write_all(content.as_bytes())?;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
