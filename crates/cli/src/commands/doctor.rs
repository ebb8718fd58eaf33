//! `caifeng doctor`.

use anyhow::{Result, ensure};
use caifeng_app::{Config, Verdict};
use caifeng_domain::Named;

use crate::output::line;

pub(crate) async fn run(config: Config) -> Result<()> {
    let findings = caifeng_app::doctor(config).await;
    for finding in &findings {
        line(format!(
            "{}　{}：{}",
            finding.verdict.chinese(),
            finding.what,
            finding.found
        ));
        if !finding.advice.is_empty() {
            line(format!("　　　→ {}", finding.advice));
        }
    }
    let wrong = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Wrong);
    let wrong = wrong.count();
    ensure!(wrong == 0, "有 {wrong} 处错误，请按上面的提示处理");
    Ok(())
}
