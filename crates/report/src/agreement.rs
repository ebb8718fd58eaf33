//! Numbers agree everywhere: added up from the files as they leave the house.

use std::io::Cursor;

use calamine::{Range, Reader as _, Xlsx};

use crate::{docx, sample, to_docx, to_html, to_json, to_xlsx};

/// The tables of an annex document, cell by cell.
fn tables(xml: &str) -> Vec<Vec<Vec<String>>> {
    let cell = |cell: &str| {
        let texts = cell.split("<w:t xml:space=\"preserve\">").skip(1);
        let texts: String = texts.map(|t| &t[..t.find("</w:t>").unwrap()]).collect();
        texts
    };
    let row = |row: &str| row.split("<w:tc>").skip(1).map(cell).collect();
    let table = |table: &str| {
        let table = &table[..table.find("</w:tbl>").unwrap()];
        table.split("<w:tr>").skip(1).map(row).collect()
    };
    xml.split("<w:tbl>").skip(1).map(table).collect()
}

fn column(table: &[Vec<String>], at: usize) -> Vec<usize> {
    table[1..]
        .iter()
        .map(|row| row[at].parse().unwrap())
        .collect()
}

/// All numbers that stand directly before `unit` within a text.
fn before(text: &str, unit: &str) -> Vec<usize> {
    let number = |(at, _): (usize, &str)| {
        let head = &text[..at];
        let digits = head.len() - head.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        head[head.len() - digits..].parse().ok()
    };
    text.match_indices(unit).filter_map(number).collect()
}

fn sheet(file: &[u8], name: &str) -> Range<calamine::Data> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file)).unwrap();
    book.worksheet_range(name).unwrap()
}

fn sum(sheet: &Range<calamine::Data>, column: u32, rows: std::ops::Range<u32>) -> usize {
    let cells = rows.map(|row| sheet.get_value((row, column)).unwrap().to_string());
    cells.map(|cell| cell.parse::<usize>().unwrap()).sum()
}

#[test]
fn numbers_agree_everywhere() {
    let report = sample::report();
    let docx = docx::tests::part(&to_docx(&report).unwrap(), "word/document.xml");
    let xlsx = to_xlsx(&report).unwrap();
    let tables = tables(&docx);
    let is_summary = |table: &&Vec<Vec<String>>| table[0][0] == "序号" && table[0][1] == "条款";
    let parts = tables.iter().take_while(is_summary).count();
    assert_eq!(parts, 3, "the whole draft, a chapter, wording");
    let (summary, rest) = tables.split_at(parts);
    let summary: Vec<_> = summary.iter().flat_map(|table| &table[1..]).collect();
    let [activities, ledger, provisions, channels, ..] = rest else {
        panic!("{} tables", tables.len());
    };

    // What was received is the sum of where it is: in both tables and in the sentence.
    let mut places = column(ledger, 1);
    let received = places.pop().unwrap();
    assert_eq!(places.iter().sum::<usize>(), received);
    let accounts = sheet(&xlsx, "台账");
    assert_eq!(sum(&accounts, 1, 1..7), received);
    assert_eq!(sum(&accounts, 1, 7..8), received);
    let from = docx.find("共收到来件").unwrap();
    let sentence = &docx[from..from + docx[from..].find("</w:t>").unwrap()];
    let numbers = before(sentence, "件");
    // The first 件 is the one of 来件, which no number stands before.
    assert_eq!(numbers[0], received);
    assert_eq!(numbers[1..], places);

    // Every point is one row of the table, in the document and in the workbook, with the same counts.
    let points: usize = column(provisions, 4).iter().sum();
    assert_eq!(summary.len(), points);
    let stances = &docx[docx.find(&format!(">{points}个观点中")).unwrap()..];
    let stances = before(&stances[..stances.find("</w:t>").unwrap()], "个");
    assert_eq!(stances[0], points);
    assert_eq!(stances[1..].iter().sum::<usize>(), points);
    let table = sheet(&xlsx, "汇总表");
    let rows = 3..3 + points as u32;
    for (at, counts) in [(7, 0), (8, 1), (9, 2)] {
        let of_row = |row: &&Vec<String>| {
            let count = row[7].split('/').nth(counts).unwrap();
            count.parse::<usize>().unwrap()
        };
        let document: usize = summary.iter().map(of_row).sum();
        assert_eq!(sum(&table, at, rows.clone()), document);
    }

    // Channels add up to the opinions that the text speaks of.
    let opinions = report.totals.counts.submissions;
    assert_eq!(column(channels, 1).iter().sum::<usize>(), opinions);
    assert!(docx.contains(&format!("其中对草案的意见建议{opinions}件（")));
    let meetings = sheet(&xlsx, "活动清单");
    assert_eq!(
        sum(&meetings, 6, 1..3),
        column(activities, 6).iter().sum::<usize>()
    );
}

/// The page for the browser has the very tables of the document.
#[test]
fn the_page_and_the_document_have_the_same_tables() {
    let report = sample::report();
    let docx = docx::tests::part(&to_docx(&report).unwrap(), "word/document.xml");
    let html = to_html(&report).unwrap();
    let cells = |row: &str| -> Vec<String> {
        let cells = row.split("<td").skip(1).map(|cell| {
            let cell = &cell[cell.find('>').unwrap() + 1..cell.find("</td>").unwrap()];
            cell.replace('\n', "")
                .replace("&#60;", "<")
                .replace("&#62;", ">")
        });
        cells.collect()
    };
    let page: Vec<Vec<String>> = html
        .split("<tr>")
        .map(cells)
        .filter(|row| !row.is_empty())
        .collect();
    let document = tables(&docx.replace("&lt;", "<").replace("&gt;", ">"));
    let document: Vec<_> = document
        .into_iter()
        .flat_map(|table| table.into_iter().skip(1))
        .collect();
    assert_eq!(page, document);
}

#[test]
fn json_has_the_same_totals() {
    let report = sample::report();
    let json: serde_json::Value = serde_json::from_str(&to_json(&report).unwrap()).unwrap();
    let points = json["sections"].as_array().unwrap().iter();
    let points: usize = points.map(|s| s["points"].as_array().unwrap().len()).sum();
    assert_eq!(json["totals"]["points"], points);
    assert_eq!(json["ledger"]["balances"], true);
}
