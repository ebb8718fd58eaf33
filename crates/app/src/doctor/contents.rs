//! What is in the database, and the index made from it.

use std::sync::Arc;

use caifeng_search::SearchIndex;
use caifeng_store::{ChainState, JobState};
use jiff::{SignedDuration, Timestamp};

use super::{Finding, told};
use crate::{App, AppError, catalogue::Listed, find};

/// How far the last entry may lie ahead: two machines on one PostgreSQL differ a little.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

pub(super) async fn look(app: &App) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (what, looked) in [
        ("数据库", file(app).await),
        ("身份库", vault(app).await),
        ("扫描件和原件", originals(app).await),
        ("时钟", clock(app).await),
        ("后台任务", jobs(app).await),
        ("审计记录", audit(app).await),
    ] {
        findings.push(looked.unwrap_or_else(|error| failed(what, &error)));
    }
    match app.consultations().await {
        Ok(all) => {
            for listed in all.iter() {
                let ledger = ledger(app, listed).await;
                findings.push(ledger.unwrap_or_else(|error| failed("台账", &error)));
                match app.is_put_off(listed.id).await {
                    Ok(false) => {}
                    Ok(true) => findings.push(put_off(app, listed)),
                    Err(error) => findings.push(failed("梳理", &error)),
                }
                let index = index(app, listed).await;
                findings.push(index.unwrap_or_else(|error| failed("检索索引", &error)));
            }
        }
        Err(error) => findings.push(failed("征求意见任务", &error)),
    }
    findings
}

fn failed(what: &'static str, error: &AppError) -> Finding {
    Finding::wrong(
        what,
        told(error),
        "请查看日志；若反复出现，请恢复最近的备份",
    )
}

async fn file(app: &App) -> Result<Finding, AppError> {
    let what = "数据库";
    if let Some(damage) = app.store.damage().await? {
        let advice = "数据库文件已损坏。请停止服务，保留现场，恢复最近的备份";
        return Ok(Finding::wrong(what, damage, advice));
    }
    let (have, newest) = app.store.schema().await?;
    let kind = if app.store.is_postgres() {
        "PostgreSQL"
    } else {
        "SQLite，文件完好"
    };
    Ok(if have == newest {
        Finding::good(what, format!("{kind}，结构版本 {have}"))
    } else {
        let found = format!("{kind}，结构版本 {have}，本程序为 {newest}");
        Finding::attention(what, found, "另有更新的程序用过此库，请统一版本")
    })
}

async fn vault(app: &App) -> Result<Finding, AppError> {
    let what = "身份库";
    let (keys, before) = app.vault().await?;
    let found = format!("{} 把数据密钥", keys.len());
    Ok(if keys.len() > 1 && before > 0 {
        let found = format!("{found}，{before} 条仍由旧密钥加密");
        Finding::attention(what, found, "运行 caifeng vault rotate 完成更换")
    } else {
        Finding::good(what, found)
    })
}

async fn originals(app: &App) -> Result<Finding, AppError> {
    let what = "扫描件和原件";
    let (names, folder) = (app.store.files().await?, app.config.data.join("files"));
    let all = names.len();
    let count = move || {
        names
            .iter()
            .filter(|name| !folder.join(name).exists())
            .count()
    };
    let missing = tokio::task::spawn_blocking(count).await?;
    Ok(if missing > 0 {
        let found = format!("{all} 个，其中 {missing} 个不在数据目录的 files 里");
        Finding::wrong(what, found, "请从最近的备份恢复 files 目录")
    } else {
        Finding::good(what, format!("{all} 个，都在"))
    })
}

async fn clock(app: &App) -> Result<Finding, AppError> {
    let what = "时钟";
    let now = Timestamp::now();
    let shown = now.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    Ok(match app.store.last_written().await? {
        Some(last) if last > now + SKEW => {
            let found = format!("现在是 {shown}，而库中最后一条记录写于 {last}");
            Finding::wrong(what, found, "系统时间倒退了，请启用 NTP 校时")
        }
        _ => Finding::good(what, shown),
    })
}

async fn jobs(app: &App) -> Result<Finding, AppError> {
    let what = "后台任务";
    let failed = app.store.count_jobs(JobState::Failed).await?;
    let waiting = app.store.count_jobs(JobState::Waiting).await?;
    let running = app.store.count_jobs(JobState::Running).await?;
    let found = format!("等待 {waiting}，进行中 {running}，失败 {failed}");
    let now = Timestamp::now();
    let late = app.store.jobs(20).await?.into_iter().any(|job| {
        let open = matches!(job.state, JobState::Waiting | JobState::Running);
        open && job.due_at + SignedDuration::from_mins(10) < now
    });
    Ok(if late {
        let advice = "有任务到期十分钟仍无人处理。请确认 caifeng serve 或 caifeng worker 在运行";
        Finding::attention(what, found, advice)
    } else if failed > 0 {
        Finding::attention(
            what,
            found,
            "请在日志中查找 a job failed 的原因；重新梳理可运行 caifeng triage",
        )
    } else {
        Finding::good(what, found)
    })
}

async fn audit(app: &App) -> Result<Finding, AppError> {
    let what = "审计记录";
    Ok(match app.verify_audit().await? {
        ChainState::Intact { entries, .. } => Finding::good(what, format!("{entries} 条，链完整")),
        ChainState::Broken { seq } => Finding::wrong(
            what,
            format!("第 {seq} 条缺失或被改动"),
            "请停止改动，保留现场，并与最近的备份比对",
        ),
    })
}

fn put_off(app: &App, listed: &Listed) -> Finding {
    let (slug, most) = (&listed.consultation.slug, app.config.triage_at_most);
    Finding::attention(
        "梳理",
        format!("{slug}：超过 {most} 件，后台不自动梳理，收件不受影响"),
        "请在内存充足的机器上运行 caifeng triage，或在配置文件中调高 triage_at_most",
    )
}

async fn ledger(app: &App, listed: &Listed) -> Result<Finding, AppError> {
    let ledger = app.store.ledger(listed.id).await?;
    let found = format!("{}：收到 {} 件", listed.consultation.slug, ledger.received);
    Ok(if ledger.balances() {
        Finding::good("台账", format!("{found}，账目相符"))
    } else {
        let advice = "各去处之和与收到的不符。请保留现场并联系维护人员";
        Finding::wrong("台账", format!("{found}，账目不符"), advice)
    })
}

async fn index(app: &App, listed: &Listed) -> Result<Finding, AppError> {
    let what = "检索索引";
    let slug = &listed.consultation.slug;
    let Some(draft) = &listed.draft else {
        return Ok(Finding::good(what, format!("{slug}：没有草案，不需要索引")));
    };
    if !app.store.received_over(listed.id, 0).await? {
        return Ok(Finding::good(
            what,
            format!("{slug}：还没有来件，不需要索引"),
        ));
    }
    let (dir, draft) = (app.config.index(slug), Arc::clone(draft));
    let opened = tokio::task::spawn_blocking(move || {
        if !SearchIndex::exists(&dir) {
            return Ok(None);
        }
        SearchIndex::open(&dir, find::segmenter(&draft)).map(|index| Some(index.len()))
    });
    Ok(match opened.await? {
        Ok(Some(documents)) => Finding::good(what, format!("{slug}：{documents} 篇")),
        Ok(None) => Finding::attention(
            what,
            format!("{slug}：没有索引"),
            "运行 caifeng triage，或等后台梳理完成",
        ),
        Err(error) => Finding::wrong(
            what,
            format!("{slug}：{}", told(&error)),
            "删除数据目录下的 index 后运行 caifeng triage 重建，不影响来件",
        ),
    })
}
