//! Lists of what there is: stations, consultations with their drafts, keys, jobs.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use caifeng_app::{DraftVersion, Job, Listed, Reach};
use caifeng_domain::{Named, Permission};
use jiff::Timestamp;

use crate::{
    Site,
    page::{
        Failed, day,
        gate::{Connecting, Managing, Staff, Watching},
        html, moment,
    },
};

#[derive(Template)]
#[template(path = "admin/list.html")]
struct Page {
    title: &'static str,
    /// What to know about it, and how to change it.
    intro: String,
    tables: Vec<Table>,
}

struct Table {
    caption: &'static str,
    head: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

struct Cell {
    text: String,
    /// Where it leads. Empty: nowhere.
    at: String,
}

fn text(text: impl Into<String>) -> Cell {
    Cell {
        text: text.into(),
        at: String::new(),
    }
}

fn link(text: impl Into<String>, at: String) -> Cell {
    Cell {
        text: text.into(),
        at,
    }
}

pub(super) async fn stations(
    State(site): State<Site>,
    Staff(by, _): Staff<Connecting>,
) -> Result<Response, Failed> {
    let mut all = site.app.stations_of(&by).await?;
    // Each followed by those below it.
    all.sort_by(|(_, a), (_, b)| a.cmp(b));
    let collectors = site.app.collectors().await?;
    let rows = all.iter().map(|(station, path)| {
        let theirs = collectors.iter().filter(|one| one.station == station.id);
        let depth = path.len().saturating_sub(1);
        vec![
            text(format!("{}{}", "　".repeat(depth), station.name)),
            text(station.kind.chinese()),
            text(theirs.count().to_string()),
            link(station.code.clone(), format!("/p/{}", station.code)),
            link("二维码海报", format!("/p/{}/poster", station.code)),
        ]
    });
    let page = Page {
        title: "站点",
        intro: "增加站点和信息员：把名单存成 CSV，运行 caifeng station import 名单.csv。"
            .to_owned(),
        tables: vec![Table {
            caption: "站点和信息员人数",
            head: vec!["名称", "类型", "信息员", "代码", "海报"],
            rows: rows.collect(),
        }],
    };
    Ok(html(StatusCode::OK, &page))
}

pub(super) async fn consultations(
    State(site): State<Site>,
    Staff(by, _): Staff<Watching>,
) -> Result<Response, Failed> {
    let now = Timestamp::now();
    let row = |(listed, drafts): &(Listed, Vec<DraftVersion>)| {
        let of = &listed.consultation;
        let title = if listed.allows(&by, Permission::ReadReport) {
            link(of.title.clone(), format!("/staff/c/{}/workflow", of.slug))
        } else {
            text(of.title.clone())
        };
        let window = of.window.as_ref();
        let window = window.map(|w| format!("{}至{}", day(&w.opens), day(&w.closes)));
        let versions = drafts.iter().map(|draft| {
            format!(
                "{}（{}，{}）",
                draft.version,
                draft.file_name,
                moment(draft.imported_at)
            )
        });
        vec![
            title,
            text(of.slug.clone()),
            text(listed.standing(now).chinese()),
            text(window.unwrap_or_else(|| "没有定期限".to_owned())),
            text(of.visibility.chinese()),
            text(versions.collect::<Vec<_>>().join("；")),
        ]
    };
    let all = site.app.consultations_with_drafts(&by).await?;
    let page = Page {
        title: "征求意见任务和草案",
        intro:
            "新建、开放、截止：caifeng consultation；导入草案或下一次审议稿：caifeng draft import。"
                .to_owned(),
        tables: vec![Table {
            caption: "任务和草案的各个版本",
            head: vec![
                "任务",
                "代号",
                "状态",
                "征求意见期限",
                "公开范围",
                "草案版本",
            ],
            rows: all.iter().map(row).collect(),
        }],
    };
    Ok(html(StatusCode::OK, &page))
}

pub(super) async fn keys(State(site): State<Site>, _: Staff<Managing>) -> Result<Response, Failed> {
    let api = site.app.api_keys().await?;
    let (vault, before) = site.app.vault().await?;
    let api = api.into_iter().map(|key| {
        vec![
            text(key.principal.name),
            text(key.principal.role.chinese()),
            text(reach(&key.principal.reach)),
            text(moment(key.created_at)),
        ]
    });
    let vault = vault.into_iter().map(|key| {
        vec![
            text(key.id.to_string()),
            text(key.suite.chinese()),
            text(moment(key.created_at)),
            text(if key.in_use {
                "使用中"
            } else {
                "只用来打开旧数据"
            }),
        ]
    });
    let intro = format!(
        "密钥本身不显示。发放和停用接口密钥：caifeng key；更换数据密钥：caifeng vault rotate。\
         还有 {before} 项数据没有改用最新的数据密钥。"
    );
    let page = Page {
        title: "密钥",
        intro,
        tables: vec![
            Table {
                caption: "接口密钥",
                head: vec!["名称", "角色", "范围", "发放时间"],
                rows: api.collect(),
            },
            Table {
                caption: "数据密钥",
                head: vec!["编号", "算法", "启用时间", "状态"],
                rows: vault.collect(),
            },
        ],
    };
    Ok(html(StatusCode::OK, &page))
}

/// Where a key may be used.
fn reach(reach: &Reach) -> &'static str {
    match (&reach.station, &reach.consultations) {
        (None, None) => "不限",
        (Some(_), None) => "限一处站点",
        (None, Some(_)) => "限部分任务",
        (Some(_), Some(_)) => "限一处站点的部分任务",
    }
}

pub(super) async fn jobs(State(site): State<Site>, _: Staff<Watching>) -> Result<Response, Failed> {
    let now = site.app.background().await?;
    let row = |job: Job| {
        let progress = match (job.progress.done, job.progress.total) {
            (_, 0) => String::new(),
            (done, total) => format!("{done} / {total}（{} %）", 100 * done / total),
        };
        vec![
            text(job.id.to_string()),
            text(job_name(&job.kind)),
            text(job.payload),
            text(job.state.chinese()),
            text(progress),
            text(job.attempts.to_string()),
            text(job.error.unwrap_or_default()),
        ]
    };
    let page = Page {
        title: "后台任务",
        intro: format!(
            "等待 {} 个，失败 {} 个；{} 件来件正等待写入。失败的任务会自动再试几次。",
            now.waiting, now.failed, now.queue
        ),
        tables: vec![Table {
            caption: "最近的任务",
            head: vec![
                "编号",
                "做什么",
                "对象",
                "状态",
                "进度",
                "次数",
                "上次失败的原因",
            ],
            rows: now.jobs.into_iter().map(row).collect(),
        }],
    };
    Ok(html(StatusCode::OK, &page))
}

/// What a job does.
fn job_name(kind: &str) -> String {
    match kind {
        "triage" => "梳理",
        "retention" => "到期删除个人信息",
        other => other,
    }
    .to_owned()
}
