//! Whole files in, imports out.

use std::io::Write as _;

use caifeng_domain::{ArticleNo, Channel};
use encoding_rs::GB18030;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{Field, Format, Import, ImportError, errors_csv, limits, read};

#[track_caller]
fn csv(text: &str) -> Import {
    read(text.as_bytes(), "意见.csv").unwrap()
}

#[track_caller]
fn jsonl(text: &str) -> Import {
    read(text.as_bytes(), "input.jsonl").unwrap()
}

fn texts(import: &Import) -> Vec<&str> {
    let texts = import.rows.iter().map(|row| row.submission.text.as_str());
    texts.collect()
}

fn messages(import: &Import) -> Vec<&str> {
    import
        .errors
        .iter()
        .map(|error| error.message.as_str())
        .collect()
}

#[test]
fn json_lines_carry_every_field() {
    let import = jsonl(
        r#"{"id":"x1","text":" 第三条太长😀𠮷 ","channel":"kiosk","station":"柳湾联系点","submitted_at":"2026-03-25T15:27:11+08:00","article_hint":3,"submitter":{"name":"甲","phone":"19900000000","identity":"居民","region":"柳湾镇"},"ip":"10.0.0.1"}"#,
    );
    let row = &import.rows[0];
    let submission = &row.submission;
    assert_eq!(import.source, "jsonl");
    assert_eq!(row.line, 1);
    assert_eq!(submission.external_id.as_deref(), Some("x1"));
    assert_eq!(submission.text, " 第三条太长😀𠮷 ", "as delivered");
    assert_eq!(submission.channel, Channel::Kiosk);
    assert_eq!(submission.station.as_deref(), Some("柳湾联系点"));
    assert_eq!(
        submission.submitted_at.as_deref(),
        Some("2026-03-25T15:27:11+08:00")
    );
    assert_eq!(submission.article_hint, Some(ArticleNo::new(3)));
    assert_eq!(submission.submitter.phone.as_deref(), Some("19900000000"));
    assert_eq!(submission.submitter.region.as_deref(), Some("柳湾镇"));
    let dropped: Vec<_> = import.columns.iter().filter(|c| c.dropped).collect();
    assert_eq!(dropped.len(), 1);
    assert_eq!(dropped[0].header, "ip");
}

#[test]
fn broken_json_lines_are_errors_and_the_rest_goes_in() {
    let import = jsonl(concat!(
        "{\"text\":\"好\",\"article_hint\":\"第三十四条\"}\n",
        "{\"text\":\"坏\n",
        "\n",
        "[1]\n",
        "{\"text\":\"\\ud800\"}\n",
        "{\"text\":\"a\\u0000b\"}\n",
        "{\"text\":\"传真\",\"channel\":\"fax\"}\n",
        "{\"text\":[\"数组\"]}\n",
        "{\"id\":7}\n",
        "{\"text\":\"\u{202e}从右到左\",\"article_hint\":999}\n",
    ));
    assert_eq!(texts(&import), ["好", "\u{202e}从右到左"]);
    assert_eq!(
        import.rows[0].submission.article_hint,
        Some(ArticleNo::new(34))
    );
    assert_eq!(
        import.rows[1].submission.article_hint,
        Some(ArticleNo::new(999))
    );
    assert_eq!(
        messages(&import),
        [
            "第2行：JSON 不完整，这一行可能被截断",
            "第4行：应当是一个 JSON 对象，例如 {\"id\": \"1\", \"text\": \"意见内容\"}",
            "第5行：不是合法的 JSON（第 16 个字节处出错）",
            "第6行：意见内容里有空字符（NUL）",
            "第7行：渠道“fax”不认识，可以填：网页（web）、微信（wechat）、自助终端（kiosk）、\
             书面（paper）、座谈会（meeting）、电话（phone）、问卷（questionnaire）、\
             其他平台（platform）",
            "第8行：“意见内容”应当是文字",
            "第9行：意见内容为空",
        ]
    );
    assert_eq!(import.errors[4].column.as_deref(), Some("渠道"));
}

#[test]
fn a_spreadsheet_text_file_is_mapped_by_its_headers() {
    let import = csv(concat!(
        "意见建议征集表,,,,\n",
        "序号,条款,意见建议,理由,提出人（选填）,家庭住址,备注\n",
        "1,第三条,\"第一行\n第二行\",太绕,某甲,柳湾镇1号,x\n",
        "\n",
        "2,第五条第二款,删去,,,,\n",
        "3,第六条,,,,,\n",
    ));
    assert_eq!(import.format, Format::Csv);
    assert_eq!(
        texts(&import),
        ["第一行\n第二行\n理由：太绕", "第五条第二款\n删去"]
    );
    assert_eq!(
        import.rows[1].line, 6,
        "the blank line and the quoted line break count"
    );
    assert_eq!(
        import.rows[1].submission.article_hint,
        Some(ArticleNo::new(5))
    );
    assert_eq!(messages(&import), ["第7行：只填了条款，意见内容为空"]);
    let fields: Vec<_> = import
        .columns
        .iter()
        .map(|c| (c.field, c.dropped))
        .collect();
    assert_eq!(
        fields,
        [
            (Some(Field::Id), false),
            (Some(Field::ArticleHint), false),
            (Some(Field::Text), false),
            (Some(Field::Reason), false),
            (Some(Field::Name), false),
            (None, true),
            (None, false),
        ]
    );
}

#[test]
fn delimiters_and_encodings_are_found_out() {
    let table = "姓名;意见内容;日期\n某乙;可以，很好;2026年9月3日\n";
    let tabs = table.replace(';', "\t");
    let gb = GB18030.encode(&tabs).0.into_owned();
    for (bytes, encoding) in [(table.as_bytes(), "UTF-8"), (&gb, "GB18030")] {
        let import = read(bytes, "a.txt").unwrap();
        assert_eq!(import.encoding, encoding);
        assert_eq!(texts(&import), ["可以，很好"]);
        let submission = &import.rows[0].submission;
        assert_eq!(
            submission.submitted_at.as_deref(),
            Some("2026-09-03T00:00:00+08:00")
        );
    }
}

#[test]
fn questionnaire_exports_are_questionnaires() {
    let import = csv(concat!(
        "序号,提交答卷时间,所用时间,来源,来源详情,来自IP,1、您的意见,2、您对附则的意见和建议\n",
        "1,2026/09/03 12:00:00,90秒,微信,N/A,10.0.0.1(云泽),多种树,晚点施行\n",
        "2,下周,80秒,微信,N/A,10.0.0.2(云泽),少收费,\n",
    ));
    let submission = &import.rows[0].submission;
    assert_eq!(submission.channel, Channel::Questionnaire);
    assert_eq!(submission.text, "多种树\n晚点施行");
    assert!(messages(&import)[0].starts_with("第3行：提交时间“下周”看不懂"));
    assert!(
        !import.errors[0].raw.contains("10.0.0"),
        "dropped columns stay dropped"
    );
}

#[test]
fn a_text_over_the_limit_says_how_long_it_is() {
    let long = "长".repeat(700_000);
    let import = csv(&format!("text\n{long}\n短\n"));
    assert_eq!(texts(&import), ["短"]);
    assert_eq!(
        messages(&import),
        ["第2行：意见内容有 700000 字，超过上限 50000 字，请拆成几条"]
    );
    assert!(import.errors[0].raw.chars().count() <= limits::MAX_RAW_CHARS + 1);
}

#[test]
fn more_rows_than_can_be_held_are_refused() {
    let want = ImportError::TooManyRows {
        max: limits::MAX_ROWS,
    };
    let lines = "{}\n".repeat(limits::MAX_ROWS + 1);
    assert_eq!(read(lines.as_bytes(), "a").unwrap_err(), want);
    let table = format!("意见内容,条款\n,1{}", "\n,1".repeat(limits::MAX_ROWS));
    assert_eq!(read(table.as_bytes(), "a").unwrap_err(), want);
}

#[test]
fn files_that_are_no_imports_say_what_they_are() {
    #[track_caller]
    fn check(bytes: &[u8], name: &str, want: &str) {
        let message = read(bytes, name).unwrap_err().to_string();
        assert!(message.contains(want), "{message}");
    }
    check(b"", "a.csv", "文件是空的");
    check(b" \n\t", "a.csv", "文件是空的");
    check(b"\n\n", "a.jsonl", "文件是空的");
    check(b"%PDF-1.7", "a.csv", "PDF");
    check(&[0, 159, 146, 150, 0, 1, 2], "a.csv", "二进制");
    check("甲,乙\n1,2\n".as_bytes(), "a.csv", "找不到表头");
    check(b"PK\x03\x04rubbish", "a.xlsx", "工作簿已损坏");
    check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "工作簿已损坏");
    check(&zip_of("word/document.xml", b"<w/>"), "a.docx", "Word");
    check(&zip_of("content.xml", b"<o/>"), "a.ods", "另存为 xlsx");
}

fn zip_of(name: &str, content: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer
        .start_file(name, SimpleFileOptions::default())
        .unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_zip_bomb_is_refused() {
    // A gibibyte of spaces, as far as the archive's directory says.
    let (truth, lie) = (54_321u32.to_le_bytes(), (1u32 << 30).to_le_bytes());
    let mut bomb = zip_of("xl/workbook.xml", &vec![b' '; 54_321]);
    for at in 0..bomb.len() - 4 {
        if bomb[at..at + 4] == truth {
            bomb[at..at + 4].copy_from_slice(&lie);
        }
    }
    let max = limits::MAX_UNPACKED_BYTES;
    assert_eq!(
        read(&bomb, "bomb.xlsx").unwrap_err(),
        ImportError::TooLargeUnpacked { max }
    );
}

#[test]
fn a_cell_in_the_far_corner_costs_nothing() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "意见内容").unwrap();
    sheet.write(1_048_575, 0, "最后一行").unwrap();
    sheet.write(1_048_575, 16_383, "角落").unwrap();
    let import = read(&book.save_to_buffer().unwrap(), "a.xlsx").unwrap();
    assert_eq!(texts(&import), ["最后一行"]);
    assert_eq!(import.rows[0].line, 1_048_576);
}

#[test]
fn workbooks_are_read_below_their_title_rows() {
    let mut book = Workbook::new();
    book.add_worksheet()
        .set_name("说明")
        .unwrap()
        .write(0, 0, "填表说明")
        .unwrap();
    let sheet = book.add_worksheet();
    sheet.set_name("意见").unwrap();
    sheet.write(0, 0, "云泽市意见汇总").unwrap();
    for (column, header) in (0u16..).zip(["编号", "您的意见", "手机号", "收件日期", "渠道"])
    {
        sheet.write(2, column, header).unwrap();
    }
    let date = CellFormat::new().set_num_format("yyyy/m/d h:mm");
    let at = ExcelDateTime::parse_from_str("2026-09-03T12:05:07").unwrap();
    sheet.write(4, 0, 17).unwrap();
    sheet.write(4, 1, "=不是公式，是意见").unwrap();
    sheet.write(4, 2, 19_900_000_000_f64).unwrap();
    sheet.write_with_format(4, 3, &at, &date).unwrap();
    sheet.write(4, 4, "来信").unwrap();
    sheet.write(5, 0, 18).unwrap();
    let import = read(&book.save_to_buffer().unwrap(), "a.xlsx").unwrap();
    assert_eq!(import.skipped_sheets, ["说明"]);
    let row = &import.rows[0];
    assert_eq!(row.line, 5);
    assert_eq!(row.submission.external_id.as_deref(), Some("17"));
    assert_eq!(row.submission.text, "=不是公式，是意见");
    assert_eq!(
        row.submission.submitter.phone.as_deref(),
        Some("19900000000")
    );
    assert_eq!(
        row.submission.submitted_at.as_deref(),
        Some("2026-09-03T12:05:07+08:00")
    );
    assert_eq!(row.submission.channel, Channel::Paper);
    assert_eq!(messages(&import), ["第6行：意见内容为空"]);
}

/// Importing the same file twice must be recognisable, and nothing else taken for it.
#[test]
fn fingerprints_are_stable_and_tell_rows_apart() {
    let prints = |text: &str| {
        let import = csv(text);
        import
            .rows
            .into_iter()
            .map(|row| row.fingerprint)
            .collect::<Vec<_>>()
    };
    let old = prints("序号,意见内容,姓名\n1,同意,甲\n2,同意,甲\n2,同意,甲\n");
    let longer = prints("序号,意见内容,姓名\n1,同意,甲\n2,同意,甲\n2,同意,甲\n3,同意,甲\n");
    assert_eq!(old, longer[..3], "a longer export keeps the old ones");
    let mut distinct = longer.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(
        distinct.len(),
        4,
        "rows that agree in everything are still several"
    );
    assert_ne!(
        old[0],
        prints("序号,意见内容,电话\n1,同意,甲\n")[0],
        "another form"
    );
}

#[test]
fn a_repeated_number_is_no_identity() {
    let import = csv("序号,意见内容\n1,甲\n1,乙\n");
    let ids: Vec<_> = import
        .rows
        .iter()
        .map(|r| r.submission.external_id.as_deref())
        .collect();
    assert_eq!(ids, [Some("1"), None]);
}

#[test]
fn the_error_file_opens_in_excel_without_running_anything() {
    let import = csv("意见内容,渠道\n好,=cmd\n");
    let file = String::from_utf8(errors_csv(&import.errors)).unwrap();
    let (head, row) = file.split_once('\n').unwrap();
    assert_eq!(head, "\u{feff}行号,列,问题,原始内容");
    assert!(row.starts_with("2,渠道,第2行：渠道“=cmd”不认识"), "{row}");
    let import = jsonl("=1+1\n");
    let file = String::from_utf8(errors_csv(&import.errors)).unwrap();
    assert!(file.ends_with(",'=1+1\n"), "{file}");
}

#[test]
fn the_sample_consultation_goes_in() {
    let read = |bytes: &[u8]| read(bytes, "sample").unwrap();
    let all = read(include_bytes!("../../../corpora/heyan/submissions.jsonl"));
    assert_eq!((all.rows.len(), all.errors.len()), (217, 0));

    let survey = read(include_bytes!("../../../corpora/heyan/submissions.csv"));
    assert_eq!(survey.encoding, "GB18030");
    assert_eq!(messages(&survey), ["第4行：只填了条款，意见内容为空"]);
    assert!(
        survey
            .rows
            .iter()
            .any(|row| row.submission.text.contains('㙟'))
    );

    let station = read(include_bytes!("../../../corpora/heyan/submissions.xlsx"));
    assert_eq!((station.rows.len(), station.errors.len()), (20, 0));
    let first = &station.rows[0].submission;
    assert_eq!(
        first.submitted_at.as_deref(),
        Some("2026-09-02T00:00:00+08:00")
    );
    assert_eq!(first.channel, Channel::Meeting);
    assert!(first.text.ends_with("理由：涉及集体土地和居民利益"));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0usize..5) {
        let heads: [&[u8]; 5] = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{", "意见,id\n".as_bytes()];
        let file = [heads[kind], &bytes].concat();
        let _ = read(&file, "a.csv");
        let _ = read(&file, "a.jsonl");
    }

    #[test]
    fn every_json_line_is_a_row_or_an_error(
        lines in prop::collection::vec(json_line(), 1..20)
    ) {
        // After a line of its own, so that no line is taken for a byte order mark.
        let file = format!("{{}}\n{}", lines.join("\n"));
        let import = read(file.as_bytes(), "a.jsonl").unwrap();
        let errors = import.errors.iter().map(|e| e.line);
        let mut got: Vec<u32> = import.rows.iter().map(|r| r.line).chain(errors).collect();
        got.sort_unstable();
        let filled = (2u32..).zip(&lines).filter(|(_, line)| !line.trim().is_empty());
        let want: Vec<u32> = std::iter::once(1).chain(filled.map(|(n, _)| n)).collect();
        prop_assert_eq!(got, want);
    }

    #[test]
    fn every_table_row_is_a_row_or_an_error(
        cells in prop::collection::vec(("(\\PC|\n){0,12}", "(\\PC|\n){0,12}", "[a-z0-9年/]{0,6}"), 1..12)
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["条款", "意见内容", "提交时间"]).unwrap();
        for (a, b, c) in &cells {
            writer.write_record([a, b, c]).unwrap();
        }
        let import = read(&writer.into_inner().unwrap(), "a.csv").unwrap();
        let blank = cells.iter().filter(|(a, b, c)| [a, b, c].iter().all(|x| x.trim().is_empty()));
        prop_assert_eq!(import.rows.len() + import.errors.len(), cells.len() - blank.count());
    }
}

/// A line of JSON Lines: whole, cut short, or no JSON at all.
fn json_line() -> impl Strategy<Value = String> {
    let object = ("\\PC{0,20}", "\\PC{0,9}", any::<i32>(), 0usize..100).prop_map(
        |(text, station, hint, cut)| {
            let line = serde_json::json!({
                "text": text, "station": station, "article_hint": hint, "submitter": {"name": station},
            });
            let line = line.to_string();
            line.chars().take(cut.max(2)).collect::<String>()
        },
    );
    prop_oneof![object, "\\PC{0,30}", Just(String::new())]
}
