//! One row a point, for whoever works on in a spreadsheet.

use crate::{PointEntry, Report, ReportError, Section, words};

/// Byte order mark: without it Excel takes UTF-8 for the system's code page.
const BOM: &str = "\u{feff}";

const HEADER: [&str; 17] = [
    "序号",
    "观点编号",
    "条款",
    "立场",
    "观点（机器归纳，供人工审核）",
    "件数",
    "人数",
    "文本数",
    "修改意见",
    "理由",
    "原话",
    "关键词",
    "提出人类别",
    "渠道",
    "来源",
    "关联把握（机器关联）",
    "关联依据",
];

/// The points as CSV: UTF-8 with byte order mark, comma, CRLF.
pub fn to_csv(report: &Report) -> Result<Vec<u8>, ReportError> {
    let mut writer = writer();
    writer.write_record(HEADER)?;
    let points = report
        .sections
        .iter()
        .flat_map(|s| s.points.iter().map(move |p| (s, p)));
    for (number, (section, point)) in (1..).zip(points) {
        writer.write_record(row(number, section, point).map(|c| words::formula_guarded(&c)))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|e| csv::Error::from(e.into_error()))?;
    Ok(bytes)
}

/// A writer of the form that spreadsheets read.
pub(crate) fn writer() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BOM.as_bytes().to_vec())
}

fn row(number: usize, section: &Section, point: &PointEntry) -> [String; HEADER.len()] {
    let quotations = point.additions.iter().chain(&point.quotations);
    let quotations: Vec<String> = quotations
        .map(|q| format!("“{}”（{}）", q.text, words::origin(q)))
        .collect();
    [
        number.to_string(),
        point.id.to_string(),
        section.name().into_owned(),
        words::stance(point.stance).to_owned(),
        point.label.clone(),
        point.counts.submissions.to_string(),
        point.counts.senders.to_string(),
        point.counts.texts.to_string(),
        words::edits(point).join("\n"),
        point.reason.clone().unwrap_or_default(),
        quotations.join("\n"),
        point.keywords.join("、"),
        words::tallies(&point.identities),
        words::tallies(&point.channels),
        words::tallies(&point.stations),
        words::percent(point.confidence),
        evidence(point),
    ]
}

/// What the link rests on, and what it may be instead.
fn evidence(point: &PointEntry) -> String {
    if point.undecided_with.is_empty() {
        point.evidence.clone()
    } else {
        format!(
            "{}；另可能属于{}",
            point.evidence,
            point.undecided_with.join("、")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{HEADER, to_csv};
    use crate::sample;

    #[test]
    fn every_point_is_a_row_and_no_row_a_formula() {
        let file = to_csv(&sample::report()).unwrap();
        let text = std::str::from_utf8(&file).unwrap();
        let body = text.strip_prefix('\u{feff}').unwrap();
        let mut reader = csv::Reader::from_reader(body.as_bytes());
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), HEADER);
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(&rows[0][4], "'=1+1 支持立法");
        assert_eq!(
            rows[1].iter().collect::<Vec<_>>(),
            [
                "2",
                "P-2",
                "第三条（适用范围）",
                "建议修改",
                "建议把三十日改为十五日",
                "3",
                "2",
                "2",
                "第二款：将“三十日”修改为“十五日”（2 件）\n删除“等”（1 件，原文未见此表述）",
                "时间太长",
                "“我家等了|两个月<br>\n# 太久”（S-3，居民，微信）\n\
                 “建议把三十日改为十五日”（S-2，律师，柳湾联系点，座谈会）",
                "三十日、期限",
                "居民 2、律师 1",
                "微信 2、座谈会 1",
                "柳湾联系点 1",
                "90%",
                "引用条号 2 件；另可能属于第五条",
            ]
        );
    }
}
