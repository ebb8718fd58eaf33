//! What somebody says the columns of a table are, where the headers do not say it.

use std::collections::BTreeMap;

use crate::{
    Field,
    header::{self, Meaning},
    table::TableRow,
};

/// Columns by their headers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping(BTreeMap<String, Option<Field>>);

impl Mapping {
    /// Says that the column `header` holds `field`, or nothing that is wanted.
    pub fn set(&mut self, header: &str, field: Option<Field>) {
        self.0.insert(header.trim().to_owned(), field);
    }

    /// What was said about a header.
    pub(crate) fn meaning(&self, header: &str) -> Option<Meaning> {
        let said = self.0.get(header.trim())?;
        Some(said.map_or(Meaning::Unknown, Meaning::Field))
    }

    /// The header row: the first one with all the headers that were named; the one that says most;
    /// or the first one that says anything.
    pub(crate) fn header_row(&self, rows: &[TableRow]) -> Option<usize> {
        let searched = &rows[..rows.len().min(crate::limits::MAX_HEADER_ROWS)];
        let has_all = |row: &TableRow| {
            let cells: Vec<&str> = row.cells.values().map(|cell| cell.trim()).collect();
            self.0.keys().all(|header| cells.contains(&header.as_str()))
        };
        let named = searched
            .iter()
            .position(|row| !self.0.is_empty() && has_all(row));
        let scored = || {
            let scores = searched
                .iter()
                .map(|row| header::score(row.cells.values().map(String::as_str)));
            let best = scores.enumerate().rev().max_by_key(|(_, score)| *score);
            best.filter(|(_, score)| *score > 0).map(|(at, _)| at)
        };
        let first = || searched.iter().position(|row| !row.is_blank());
        named.or_else(scored).or_else(first)
    }
}

#[cfg(test)]
mod tests {
    use super::Mapping;
    use crate::{Field, ImportError, read, read_mapped};

    const TABLE: &[u8] =
        "谁\t说了什么\t怎么说的\n测试甲\t湖边多种树\t座谈会\n测试乙\t\t电话\n".as_bytes();

    #[test]
    fn a_table_whose_headers_say_nothing_is_read_as_somebody_says() {
        assert!(matches!(
            read(TABLE, "a.csv"),
            Err(ImportError::NoHeader { .. })
        ));
        let mut mapping = Mapping::default();
        let first = read_mapped(TABLE, "a.csv", Some(&mapping)).unwrap();
        let headers: Vec<&str> = first.columns.iter().map(|c| c.header.as_str()).collect();
        assert_eq!(headers, ["谁", "说了什么", "怎么说的"]);
        assert_eq!(first.preview[0], ["测试甲", "湖边多种树", "座谈会"]);
        assert_eq!((first.rows.len(), first.errors.len()), (0, 2));

        mapping.set("谁", Some(Field::Name));
        mapping.set("说了什么", Some(Field::Text));
        mapping.set("怎么说的", None);
        let import = read_mapped(TABLE, "a.csv", Some(&mapping)).unwrap();
        let submission = &import.rows[0].submission;
        assert_eq!(submission.text, "湖边多种树");
        assert_eq!(submission.submitter.name.as_deref(), Some("测试甲"));
        assert_eq!(import.errors[0].message, "第3行：意见内容为空");
    }

    #[test]
    fn what_the_headers_say_holds_unless_somebody_says_otherwise() {
        let table = "意见,备注,来自IP\n多种树,少收费,192.0.2.1\n".as_bytes();
        let mut mapping = Mapping::default();
        mapping.set("备注", Some(Field::Reason));
        let import = read_mapped(table, "a.csv", Some(&mapping)).unwrap();
        assert_eq!(import.rows[0].submission.text, "多种树\n理由：少收费");
        assert_eq!(
            import.preview[0],
            ["多种树", "少收费", ""],
            "what is dropped is not shown"
        );
    }
}
