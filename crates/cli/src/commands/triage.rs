//! `caifeng triage`.

use std::sync::Arc;

use anyhow::Result;
use caifeng_app::Config;
use caifeng_domain::{Ledger, Named, Place};

use crate::{args::Selected, output::line, progress::Bars};

pub(crate) async fn run(selected: Selected, config: Config) -> Result<()> {
    let bars = Arc::new(Bars::default());
    let app = super::open(config).await?;
    let done = app
        .triage(selected.consultation.as_deref(), Arc::clone(&bars) as _)
        .await;
    bars.finish();
    let done = done?;
    if done.lexical {
        line(
            "注意：未安装语言模型，语义关联按词面比对得出，准确度较低。可运行 caifeng model install",
        );
    }
    line(format!(
        "任务 {}：{} 件来件，{} 个意见单元，归纳为 {} 个观点{}",
        done.slug,
        done.submissions,
        done.units,
        done.points,
        if done.changed {
            ""
        } else {
            "；与上次结果相同，未作改动"
        }
    ));
    line(ledger(&done.ledger));
    Ok(())
}

/// The account in one line, with an alarm when it does not add up.
pub(crate) fn ledger(ledger: &Ledger) -> String {
    let places: Vec<String> = Place::ALL
        .iter()
        .map(|(place, ..)| format!("{} {}", place.chinese(), ledger.count(*place)))
        .collect();
    let sum = format!("台账：收到 {} = {}", ledger.received, places.join(" + "));
    if ledger.balances() {
        sum
    } else {
        format!("{sum}  【警告：台账不平，请检查】")
    }
}
