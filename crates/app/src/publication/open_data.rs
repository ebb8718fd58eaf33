//! What is public as a table for spreadsheets.

use caifeng_report::{Table, table_to_csv};

use super::{MACHINE_LABEL, archive::Released, model::Share};
use crate::AppError;

impl Released {
    /// The points as CSV: UTF-8 with byte order mark, a point a row, its quotations below each other
    /// in one cell.
    pub fn to_csv(&self) -> Result<Vec<u8>, AppError> {
        let columns = [
            "征求意见",
            "编号",
            "条款",
            "条号",
            "观点",
            "观点是否为原话",
            "原话",
            "态度",
            "件数",
            "人数",
            "文本数",
            "提出人类别",
            "主题词",
            "结果代码",
            "处理结果",
            "理由",
            "结果日期",
            "采纳后的出处",
            "采纳后的文字",
            "说明",
        ];
        let shares = |shares: &[Share]| {
            let shares = shares.iter();
            let shares = shares.map(|share| format!("{} {}", share.name, share.submissions));
            shares.collect::<Vec<_>>().join("、")
        };
        let note = format!("观点归并、主题词为{MACHINE_LABEL}");
        let rows = self.feedback.points.iter().map(|point| {
            let adopted = point.adopted.as_ref();
            vec![
                self.title.clone(),
                point.id.clone(),
                point.place.clone(),
                point.article.clone().unwrap_or_default(),
                point.wording.clone(),
                if point.is_quoted { "是" } else { "否" }.to_owned(),
                point.quotations.join("\n"),
                point.stance.clone(),
                point.counts.submissions.to_string(),
                point.counts.senders.to_string(),
                point.counts.texts.to_string(),
                shares(&point.groups),
                point.topics.join("、"),
                point.result_code.clone(),
                point.result.clone(),
                point.reason.clone(),
                point.decided_on.clone(),
                adopted.map_or_else(String::new, |adopted| adopted.source.clone()),
                adopted.map_or_else(String::new, |adopted| adopted.words.clone()),
                note.clone(),
            ]
        });
        let table = Table {
            title: self.title.clone(),
            columns: columns.map(|name| (name, 0.0)).to_vec(),
            rows: rows.collect(),
        };
        Ok(table_to_csv(&table)?)
    }
}
