//! `caifeng doctor`: looks at everything that must be right, and says what to do where it is not.

mod contents;
mod machine;
#[cfg(test)]
mod tests;

use caifeng_domain::Named;

use crate::{App, Config};

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Works, but somebody should look.
    Attention,
    /// Does not work, or is about to lose something.
    Wrong,
}

impl Named for Verdict {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Good, "good", "正常"),
        (Self::Attention, "attention", "注意"),
        (Self::Wrong, "wrong", "错误"),
    ];
}

/// One thing looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub what: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do about it; empty where nothing is to be done.
    pub advice: String,
}

impl Finding {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self::new(what, Verdict::Good, found, "")
    }

    fn attention(what: &'static str, found: impl Into<String>, advice: &str) -> Self {
        Self::new(what, Verdict::Attention, found, advice)
    }

    fn wrong(what: &'static str, found: impl Into<String>, advice: &str) -> Self {
        Self::new(what, Verdict::Wrong, found, advice)
    }

    fn new(what: &'static str, verdict: Verdict, found: impl Into<String>, advice: &str) -> Self {
        Self {
            what,
            verdict,
            found: found.into(),
            advice: advice.to_owned(),
        }
    }
}

/// Looks at folder, key, model, database, index, jobs and audit trail. Makes no new database.
pub async fn doctor(config: Config) -> Vec<Finding> {
    let mut findings = machine::look(&config);
    if config.database_file().is_some_and(|file| !file.exists()) {
        findings.push(Finding::attention(
            "数据库",
            "还没有数据库",
            "首次使用属正常；否则请检查 --data 指向的目录",
        ));
        return findings;
    }
    match App::open(config).await {
        Ok(app) => {
            findings.extend(contents::look(&app).await);
            app.finish().await;
        }
        Err(error) => findings.push(Finding::wrong(
            "数据库",
            told(&error),
            "按上面的原因处理；若提示由更新的版本写成，请装回新版本；若文件损坏，请恢复备份",
        )),
    }
    findings
}

/// An error with what lies behind it.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push('：');
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
