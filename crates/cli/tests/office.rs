//! The report as LibreOffice prints it: 22 lines of 28 characters, margins, page numbers (GB/T
//! 9704-2012), nothing cut, numbers that agree with the table.
//!
//! Says so and does nothing where LibreOffice or poppler's `pdftotext` is not installed.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{collections::BTreeMap, fs, path::Path, process::Command};

/// Points (1/72 inch) in a millimetre.
const MM: f64 = 72.0 / 25.4;
/// What the edges of glyphs may differ from those of their cells by.
const NEAR: f64 = 1.5 * MM;
/// What may not begin a line.
const CLOSING: &str = "，。、；：？！）》〉」』】〕”’";
const LETTER: &str = "organisation = \"云泽市柳湾街道基层立法联系点\"\nnumber = \"云柳联〔2026〕3号\"\n\
    signer = \"甲某\"\ncontact = \"联系人：乙某，电话：00000000\"\ndate = \"2026-11-22\"\n";

/// Words of a page as they were printed.
#[derive(Debug, Clone)]
struct Line {
    left: f64,
    right: f64,
    middle: f64,
    text: String,
}

/// A page: its size, what stands without a space, and its lines from above.
struct Page {
    wide: f64,
    high: f64,
    words: Vec<Line>,
    lines: Vec<Line>,
}

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("-v").output().is_ok()
}

fn attribute(element: &str, name: &str) -> f64 {
    let value = element.split(&format!("{name}=\"")).nth(1).unwrap();
    value[..value.find('"').unwrap()].parse().unwrap()
}

/// The pages of a PDF, by `pdftotext -bbox`: words with their corners.
fn pages(pdf: &Path) -> Vec<Page> {
    let out = Command::new("pdftotext")
        .arg("-bbox")
        .args([pdf, Path::new("-")])
        .output()
        .unwrap();
    assert!(out.status.success());
    let text = String::from_utf8(out.stdout).unwrap();
    text.split("<page ").skip(1).map(page).collect()
}

fn page(text: &str) -> Page {
    let words: Vec<Line> = text.split("<word ").skip(1).map(word).collect();
    let mut by_height: BTreeMap<i64, Vec<Line>> = BTreeMap::new();
    for word in &words {
        // Letters of two fonts in one line are not quite as high.
        let near = (word.middle - 4.0) as i64..=(word.middle + 4.0) as i64;
        let known = by_height.range(near).next().map(|(&height, _)| height);
        let height = known.unwrap_or(word.middle as i64);
        by_height.entry(height).or_default().push(word.clone());
    }
    let lines = by_height.into_values().map(|mut words| {
        words.sort_by(|a, b| a.left.total_cmp(&b.left));
        Line {
            right: words.iter().map(|w| w.right).fold(0.0, f64::max),
            text: words.iter().map(|w| w.text.as_str()).collect(),
            ..words[0]
        }
    });
    Page {
        wide: attribute(text, "width"),
        high: attribute(text, "height"),
        lines: lines.collect(),
        words,
    }
}

fn word(text: &str) -> Line {
    Line {
        left: attribute(text, "xMin"),
        right: attribute(text, "xMax"),
        middle: f64::midpoint(attribute(text, "yMin"), attribute(text, "yMax")),
        text: text[text.find('>').unwrap() + 1..text.find("</word>").unwrap()].to_owned(),
    }
}

impl Page {
    fn is_upright(&self) -> bool {
        self.high > self.wide
    }

    /// The lines of the text, without the page number.
    fn body(&self) -> &[Line] {
        &self.lines[..self.lines.len() - 1]
    }
}

/// The sample consultation, triaged, and its report in the formats.
fn reports(folder: &Path, formats: &[&str]) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpora/heyan");
    let letter = folder.join("letter.toml");
    fs::write(&letter, LETTER).unwrap();
    let run = |args: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_caifeng"))
            .args(["--model", "lexical", "--data"])
            .arg(folder.join("data"))
            .args(args)
            .env_remove("CAIFENG_CONFIG")
            .output()
            .unwrap();
        let message = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{args:?}: {message}");
    };
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (draft, said) = (sample.join("draft.txt"), sample.join("submissions.jsonl"));
    run(&["draft", "import", &path(&draft), "--consultation", "heyan"]);
    run(&["import", &path(&said)]);
    run(&["triage"]);
    for format in formats {
        let out = path(&folder.join(format!("report.{format}")));
        let letter = path(&letter);
        run(&[
            "report", "--format", format, "--letter", &letter, "--out", &out,
        ]);
    }
}

#[test]
fn the_report_is_printed_as_the_standard_says() {
    if !is_installed("soffice") || !is_installed("pdftotext") {
        println!("skipped: LibreOffice (soffice) and poppler (pdftotext) are not both installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    reports(folder.path(), &["pdf", "json", "html", "md", "briefing"]);
    let pages = pages(&folder.path().join("report.pdf"));
    let upright = pages.iter().take_while(|page| page.is_upright()).count();
    assert!(
        upright > 10 && pages.len() > upright,
        "{upright} pages of text"
    );
    let (text, annexes) = pages.split_at(upright);
    text_is_the_standards(text);
    for (number, page) in (1..).zip(text) {
        number_is_the_standards(page, number);
    }
    for (number, page) in (upright + 1..).zip(annexes) {
        table_is_within_its_page(page, number);
    }
    let lines = text.iter().flat_map(Page::body);
    let printed: String = lines.map(|line| line.text.as_str()).collect();
    numbers_agree(folder.path(), &printed);
}

/// 版心 156 mm by 225 mm, 22 lines, 28 characters; what is not broken well would stand here.
#[track_caller]
fn text_is_the_standards(pages: &[Page]) {
    let (left, right) = (28.0 * MM, (210.0 - 26.0) * MM);
    let (top, bottom) = (37.0 * MM, (297.0 - 35.0) * MM);
    let (mut full_pages, mut full_lines, mut stretched_lines) = (0, 0, 0);
    // The first page has a red head, the last one a signature.
    for page in &pages[1..pages.len() - 1] {
        let body = page.body();
        assert!(body.len() <= 22, "{} lines", body.len());
        full_pages += usize::from(body.len() == 22);
        for line in body {
            let Line {
                left: from,
                right: to,
                middle,
                text,
            } = line;
            // LibreOffice takes `overflowPunct` for its opposite: a mark may hang beyond the last character.
            let hangs = text.ends_with(|c| CLOSING.contains(c));
            let end = if hangs { right + 16.0 } else { right };
            assert!(
                *from > left - NEAR && *to < end + NEAR,
                "{from} to {to}: {text}"
            );
            assert!(*middle > top && *middle < bottom, "at {middle}: {text}");
            assert!(!text.starts_with(|c| CLOSING.contains(c)), "{text}");
            let is_han = |c: char| !c.is_ascii();
            if *from < left + NEAR && (*to - right).abs() < NEAR && text.chars().all(is_han) {
                // A line before a closing mark is stretched.
                match text.chars().count() {
                    28 => full_lines += 1,
                    count => {
                        assert!(count < 28, "{text}");
                        stretched_lines += 1;
                    }
                }
            }
        }
        for pair in body.windows(2) {
            let ends = pair[0].text.chars().last().zip(pair[1].text.chars().next());
            let is_number = |c: char| c.is_ascii_digit();
            let is_torn = ends.is_some_and(|(a, b)| is_number(a) && is_number(b));
            // A paragraph may end with a number and the next one, two characters in, begin with one.
            assert!(!is_torn || pair[1].left > left + NEAR, "{pair:?}");
        }
    }
    assert!(
        full_pages > pages.len() / 3,
        "{full_pages} pages have 22 lines"
    );
    assert!(full_lines > 50, "{full_lines} lines have 28 characters");
    assert!(stretched_lines < full_lines / 4, "{stretched_lines} lines");
}

/// — 1 — 7 mm below 版心, one character from the right edge of odd pages and the left one of even ones.
#[track_caller]
fn number_is_the_standards(page: &Page, number: usize) {
    let line = page.lines.last().unwrap();
    assert_eq!(line.text, format!("—{number}—"));
    let below = line.middle - (297.0 - 35.0) * MM;
    assert!((below - 7.0 * MM).abs() < NEAR, "{} mm below", below / MM);
    let (edge, from) = if number % 2 == 1 {
        (page.wide - 26.0 * MM - 14.0, line.right)
    } else {
        (28.0 * MM + 14.0, line.left)
    };
    assert!(
        (edge - from).abs() < NEAR,
        "page {number}: {from}, not {edge}"
    );
}

/// Everything but the turned page number stands within the margins.
#[track_caller]
fn table_is_within_its_page(page: &Page, number: usize) {
    let (left, right) = (35.0 * MM, (297.0 - 37.0) * MM);
    let (margin, table): (Vec<&Line>, Vec<&Line>) =
        page.words.iter().partition(|word| word.left < left - NEAR);
    for word in table {
        assert!(word.right < right + NEAR, "page {number}: {word:?}");
    }
    let margin: String = margin.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(margin, format!("—{number}—"));
}

/// Every file says the numbers of the data, and says them of the same things.
#[track_caller]
fn numbers_agree(folder: &Path, printed: &str) {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let plain = |name: &str| {
        let text = read(name);
        text.chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
    };
    let json: serde_json::Value = serde_json::from_str(&read("report.json")).unwrap();
    let number = |pointer: &str| {
        json.pointer(pointer)
            .and_then(serde_json::Value::as_u64)
            .unwrap()
    };
    let received = number("/ledger/received");
    let (units, points) = (number("/totals/units"), number("/totals/points"));
    let sentences = [
        format!("收到来件{received}件"),
        format!("分为{units}个意见单元，归纳为{points}个观点"),
    ];
    let [html, md] = ["report.html", "report.md"].map(plain);
    for (name, text) in [("pdf", printed), ("html", &html), ("md", &md)] {
        for sentence in &sentences {
            assert!(text.contains(sentence), "{name}: {sentence}");
        }
    }
    let briefing = plain("report.briefing");
    for (count, of) in [(received, "件来件"), (points, "个观点")] {
        let (number, of) = (format!(">{count}</"), format!(">{of}</"));
        assert!(
            briefing.contains(&number) && briefing.contains(&of),
            "{number}{of}"
        );
    }
}
