//! The table of points that staff filled in with a spreadsheet program: what it would change.

use caifeng_domain::{Permission, PointId};
use caifeng_report::{ReadBack, ReportError, read_back};
use caifeng_store::Principal;

use super::Desk;
use crate::{App, AppError, Refusal};

/// One result that a table proposes and the desk does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableChange {
    /// The point.
    pub point: PointId,
    /// What it is called.
    pub name: String,
    /// The result so far.
    pub was: Option<String>,
    /// Code of the new one, and its name.
    pub is: (String, String),
    /// The reason given to senders.
    pub reason: String,
}

/// What a table would change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableChanges {
    /// Results that are new.
    pub changes: Vec<TableChange>,
    /// Rows that cannot be used, from 1, and why.
    pub faults: Vec<(usize, String)>,
    /// Rows that say what stands already, or nothing.
    pub same: usize,
}

impl App {
    /// What a filled-in table would change. Nothing is decided yet.
    pub async fn table_changes(
        &self,
        by: &Principal,
        slug: &str,
        bytes: Vec<u8>,
    ) -> Result<TableChanges, AppError> {
        self.consultation_to(by, Permission::Review, slug).await?;
        let rules = self.rules().await?;
        let offered: Vec<String> = (rules.dispositions.iter())
            .map(|d| d.name.clone())
            .collect();
        let read = tokio::task::spawn_blocking(move || read_back(&bytes, &offered)).await?;
        let table = read.map_err(|error| {
            let message = match error {
                ReportError::NumbersMissing => {
                    "表中隐藏的“观点编号”一列不见了，无法对应到观点。请重新下载汇总表，把填好的内容复制过去"
                }
                _ => "这个文件不是本系统导出的汇总表，或者已经损坏",
            };
            Refusal::BadFile(message.to_owned())
        })?;
        if table.consultation != slug {
            let of = &table.consultation;
            let message = format!("这份表属于任务 {of}，不是 {slug}");
            return Err(Refusal::BadFile(message).into());
        }
        let show = |desk: &Desk| Ok(desk.changes(table, &rules.dispositions));
        self.at_desk(by, slug, show).await
    }
}

impl Desk {
    fn changes(
        &self,
        table: ReadBack,
        dispositions: &[caifeng_domain::Disposition],
    ) -> TableChanges {
        let faults = table.faults.into_iter();
        let mut out = TableChanges {
            faults: faults.map(|fault| (fault.row, fault.message)).collect(),
            ..TableChanges::default()
        };
        for row in table.rows {
            let word = row.disposition.as_deref();
            let known = dispositions.iter().find(|d| Some(d.name.as_str()) == word);
            let Some(known) = known else {
                out.same += 1;
                continue;
            };
            let Some(name) = self.point_name(row.point) else {
                let message = Refusal::UnknownPoint(row.point).to_string();
                out.faults.push((row.row, message));
                continue;
            };
            let reason = row.reason.unwrap_or_default();
            if known.needs_reason && reason.trim().is_empty() {
                let message = format!("“{}”须填写理由", known.name);
                out.faults.push((row.row, message));
                continue;
            }
            let state = self.decided.points.get(&row.point);
            let settled = state.and_then(|state| state.settled.as_ref());
            if settled.is_some_and(|s| s.code == known.code && s.reason == reason.trim()) {
                out.same += 1;
                continue;
            }
            let of = |code: &str| dispositions.iter().find(|d| d.code == code);
            out.changes.push(TableChange {
                point: row.point,
                name,
                was: settled.and_then(|s| Some(of(&s.code)?.name.clone())),
                is: (known.code.clone(), known.name.clone()),
                reason: reason.trim().to_owned(),
            });
        }
        out.faults.sort();
        out
    }
}
