//! The audit trail, newest first, and what was done at the wish of people whose data it is.

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use caifeng_app::{AuditEntry, AuditFilter};
use serde::Deserialize;

use crate::{
    Site,
    page::{
        Failed,
        gate::{Auditing, Staff},
        html, moment,
    },
};

/// Entries on one page.
const ENTRIES: usize = 100;

/// Kinds of acts: how their names begin, and what readers call them.
const KINDS: [(&str, &str); 21] = [
    ("", "全部"),
    ("session.", "登录"),
    ("account.", "账号"),
    ("api_key.", "接口密钥"),
    ("identity.", "个人信息"),
    ("vault.", "数据密钥"),
    ("consultation.", "征求意见任务"),
    ("draft.", "草案"),
    ("submission.", "来件"),
    ("attachment.", "扫描件"),
    ("meeting.", "会议记录"),
    ("triage.", "梳理"),
    ("decision.", "审阅决定"),
    ("satisfaction.", "满意度"),
    ("release.", "公布反馈"),
    ("step.", "流程步骤"),
    ("transfer.", "转办"),
    ("station.", "站点"),
    ("task.", "交办任务"),
    ("device.", "自助终端"),
    ("job.", "后台任务"),
];

/// What was done with personal data, by the names in the trail.
const PRIVACY: [(&str, &str); 6] = [
    ("identity.show", "查询"),
    ("identity.find", "按电话查找"),
    ("identity.correct", "更正"),
    ("identity.delete", "删除"),
    ("identity.expire", "到期删除"),
    ("submission.withdraw", "撤回来件"),
];

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    actor: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    object: String,
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct Page {
    asked: AuditFilter,
    kinds: [(&'static str, &'static str); 21],
    lines: Vec<Line>,
    /// The number before which older entries are.
    older: Option<u64>,
}

#[derive(Template)]
#[template(path = "admin/privacy.html")]
struct Privacy {
    retention: Option<u32>,
    lines: Vec<Line>,
}

struct Line {
    seq: u64,
    when: String,
    who: String,
    /// In Chinese, where readers have a name for it.
    kind: &'static str,
    action: String,
    object: String,
}

impl From<AuditEntry> for Line {
    fn from(entry: AuditEntry) -> Self {
        let exact = PRIVACY.iter().find(|(action, _)| *action == entry.action);
        let kinds = KINDS.iter().skip(1);
        let kind = exact.or_else(|| {
            kinds
                .clone()
                .find(|(start, _)| entry.action.starts_with(start))
        });
        Self {
            seq: entry.seq,
            when: moment(entry.at),
            who: entry.actor,
            kind: kind.map_or("其他", |(_, name)| name),
            action: entry.action,
            object: entry.object,
        }
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    _: Staff<Auditing>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let filter = AuditFilter {
        actor: asked.actor.trim().to_owned(),
        action: asked.action.trim().to_owned(),
        object: asked.object.trim().to_owned(),
    };
    let before = asked.before.unwrap_or(u64::MAX);
    let found = site.app.newest_audit(before, &filter, ENTRIES).await?;
    let page = Page {
        older: (found.last().filter(|_| found.len() == ENTRIES)).map(|entry| entry.seq),
        lines: found.into_iter().map(Line::from).collect(),
        asked: filter,
        kinds: KINDS,
    };
    Ok(html(StatusCode::OK, &page))
}

pub(super) async fn privacy(
    State(site): State<Site>,
    _: Staff<Auditing>,
) -> Result<Response, Failed> {
    let mut found = Vec::new();
    for start in ["identity.", "submission.withdraw"] {
        let filter = AuditFilter {
            action: start.to_owned(),
            ..AuditFilter::default()
        };
        found.extend(site.app.newest_audit(u64::MAX, &filter, ENTRIES).await?);
    }
    found.sort_by_key(|entry| std::cmp::Reverse(entry.seq));
    found.truncate(ENTRIES);
    let page = Privacy {
        retention: site.app.retention_days(),
        lines: found.into_iter().map(Line::from).collect(),
    };
    Ok(html(StatusCode::OK, &page))
}
