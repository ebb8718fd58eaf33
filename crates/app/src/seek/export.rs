//! What was found as a table.

use caifeng_domain::Named;
use caifeng_report::{Table, table_to_csv, table_to_xlsx};
use caifeng_search::Reason;
use caifeng_store::{Act, Principal};
use jiff::Timestamp;

use super::{SeekRequest, Seeking, Sought};
use crate::{App, AppError, LawFound, find::article_names};

/// Rows of each kind that an export has at most.
const MAX_ROWS: usize = 5_000;

/// A form of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetFormat {
    /// UTF-8 with byte order mark.
    Csv,
    /// A workbook.
    Xlsx,
}

impl SheetFormat {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 2] =
        [(Self::Csv, "csv", "CSV"), (Self::Xlsx, "xlsx", "XLSX")];
}

impl Named for SheetFormat {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// The columns with their widths in characters.
const COLUMNS: [(&str, f64); 10] = [
    ("类型", 10.0),
    ("来源", 28.0),
    ("编号", 12.0),
    ("条文", 18.0),
    ("渠道", 10.0),
    ("站点", 16.0),
    ("日期", 12.0),
    ("类别", 10.0),
    ("为何找到", 20.0),
    ("内容", 70.0),
];

impl App {
    /// Everything that a search finds, as a file. The audit trail says how much was taken out and by
    /// whom, not what was searched for, which may be about a person.
    pub async fn export_search(
        &self,
        by: &Principal,
        request: SeekRequest,
        format: SheetFormat,
    ) -> Result<Vec<u8>, AppError> {
        let found = self.seek_from(by, request, 0, MAX_ROWS).await?;
        let table = Table {
            title: "检索结果".to_owned(),
            columns: COLUMNS.to_vec(),
            rows: rows(&found),
        };
        let act = Act {
            actor: &by.name,
            at: Timestamp::now(),
        };
        let what = format!("{} rows", table.rows.len());
        self.store.audit(&act, "search.export", &what).await?;
        let write = move || match format {
            SheetFormat::Csv => table_to_csv(&table),
            SheetFormat::Xlsx => table_to_xlsx(&table),
        };
        Ok(tokio::task::spawn_blocking(write).await??)
    }
}

fn rows(found: &Seeking) -> Vec<Vec<String>> {
    let sought = found.hits.iter().map(row);
    sought
        .chain(found.library.hits.iter().map(law_row))
        .collect()
}

fn row(hit: &Sought) -> Vec<String> {
    let reason = match &hit.reason {
        Reason::Words(words) => format!("含有：{}", words.join("、")),
        Reason::Meaning => "同义或相近".to_owned(),
        Reason::Listed => String::new(),
    };
    vec![
        hit.kind.chinese().to_owned(),
        hit.consultation.clone(),
        hit.key.clone(),
        article_names(&hit.articles),
        hit.channel
            .map(Named::chinese)
            .unwrap_or_default()
            .to_owned(),
        hit.station.clone().unwrap_or_default(),
        hit.date.clone().unwrap_or_default(),
        hit.status
            .map(Named::chinese)
            .unwrap_or_default()
            .to_owned(),
        reason,
        hit.text.clone(),
    ]
}

fn law_row(hit: &LawFound) -> Vec<String> {
    let words: Vec<&str> = hit
        .highlights
        .iter()
        .map(|h| h.of(&hit.article.text))
        .collect();
    let reason = match (hit.is_exact, words.is_empty()) {
        (true, _) => "指明的条文".to_owned(),
        (false, true) => String::new(),
        (false, false) => {
            let mut words = words;
            words.sort_unstable();
            words.dedup();
            format!("含有：{}", words.join("、"))
        }
    };
    vec![
        "法律库".to_owned(),
        hit.law.title.clone(),
        String::new(),
        hit.article.label.clone(),
        String::new(),
        String::new(),
        hit.law.version.clone().unwrap_or_default(),
        hit.law.validity.chinese().to_owned(),
        reason,
        hit.article.text.clone(),
    ]
}
