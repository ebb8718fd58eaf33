//! The official report for the browser, with a style sheet that prints it as GB/T 9704 lays it out.

use askama::Template;

use crate::{
    Report, ReportError, canvas,
    official::{self, Block, Document, Part},
    typography, words,
};

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'d> {
    document: &'d Document<'d>,
    title: Vec<String>,
    date: String,
}

impl Page<'_> {
    /// Columns' widths in percent.
    fn percent(columns: &[official::Column]) -> Vec<u32> {
        let all: u32 = columns.iter().map(|c| c.share).sum();
        columns.iter().map(|c| c.share * 100 / all.max(1)).collect()
    }
}

/// Halves of a 二号 character in a line of 156 mm.
const TITLE_HALVES: usize = 40;

/// The report as one page without scripts or anything to load.
pub fn to_html(report: &Report) -> Result<String, ReportError> {
    write(&official::document(report)?)
}

/// A document laid out.
pub(crate) fn write(document: &Document<'_>) -> Result<String, ReportError> {
    let page = Page {
        title: typography::title(&document.title, TITLE_HALVES),
        date: words::day(&document.letter.date),
        document,
    };
    Ok(page.render()?)
}

#[cfg(test)]
mod tests {
    use super::to_html;
    use crate::sample;

    #[test]
    fn words_of_senders_are_no_markup() {
        let html = to_html(&sample::report()).unwrap();
        assert!(html.contains("我家等了|两个月&#60;br&#62;"), "{html}");
        assert!(!html.contains("两个月<br>"));
        assert!(!html.contains("<script"));
    }

    #[test]
    fn it_has_head_text_and_annexes() {
        let html = to_html(&sample::report()).unwrap();
        for part in [
            "云柳联〔2026〕3号",
            "<h2>一、征求意见的基本情况</h2>",
            "附件：1.意见建议汇总表",
            "<p class=\"date\">2026年11月6日</p>",
            "<svg ",
        ] {
            assert!(html.contains(part), "{part}");
        }
    }
}
