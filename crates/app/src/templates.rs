//! What an office may put in the place of what is built in: steps and deadlines, results, holidays, the
//! report. What officials uploaded goes before what the configuration names, and that before what is
//! built in.

use std::{fmt::Write, fs, sync::Arc};

use caifeng_domain::{Anchor, Day, Disposition, Named, Sla, WorkingDays};
use caifeng_report::{DEFAULT_TEMPLATE, ReportError, try_template};
use caifeng_store::{Principal, StoredTemplate};
use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::Mutex;
use toml::Spanned;

use crate::{
    App, AppError, Refusal, WORKFLOW_FILE, Workflow,
    config::DispositionEntry,
    consultations::by_name,
    toml_lines::{self, Fault},
    workflow::calendar,
};

/// Bytes of a template: the longest report has some thousand lines.
const MAX_BYTES: usize = 256 << 10;

/// What can be put in the place of what is built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TemplateKind {
    /// Steps, deadlines, terms of items for other offices.
    Workflow,
    /// Holidays and the weekends that are worked instead, which go before those of the workflow.
    Holidays,
    /// What may become of a point.
    Dispositions,
    /// The text of the official report.
    Report,
}

impl TemplateKind {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Workflow, "workflow", "工作流程：步骤、期限和转办时限"),
        (Self::Holidays, "holidays", "放假安排：放假日和调休上班日"),
        (Self::Dispositions, "dispositions", "处理结果"),
        (Self::Report, "report", "报告模板"),
    ];

    /// What its file is called.
    #[must_use]
    pub fn file_name(self) -> String {
        let ending = match self {
            Self::Report => "jinja",
            _ => "toml",
        };
        format!("{}.{ending}", self.wire())
    }
}

impl Named for TemplateKind {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// Where the template in force is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateSource {
    /// Somebody put it there, at that time.
    Own(String, Timestamp),
    /// The configuration names it.
    Configured,
    /// It came with the program.
    BuiltIn,
}

/// What is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Steps, deadlines and the calendar.
    pub workflow: Workflow,
    /// What may become of a point.
    pub dispositions: Vec<Disposition>,
    /// The organisation's report; without it the one that is built in.
    pub report: Option<String>,
}

/// What is in force, and the number of the template that was put there last.
pub(crate) type KnownRules = Mutex<Option<(i64, Arc<Rules>)>>;

/// A template that can be put in force.
enum Checked {
    Workflow(Workflow),
    Holidays(WorkingDays),
    Dispositions(Vec<Disposition>),
    Report(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDispositions {
    dispositions: Vec<Spanned<DispositionEntry>>,
}

impl App {
    /// What is in force. Whether somebody put another template there is looked up each time.
    pub async fn rules(&self) -> Result<Arc<Rules>, AppError> {
        let state = self.store.template_state().await?;
        let mut known = self.rules.lock().await;
        if let Some((of, rules)) = known.as_ref()
            && *of == state
        {
            return Ok(Arc::clone(rules));
        }
        let own = self.store.templates().await?;
        let rules = Arc::new(self.ruled(&own)?);
        *known = Some((state, Arc::clone(&rules)));
        Ok(rules)
    }

    fn ruled(&self, own: &[StoredTemplate]) -> Result<Rules, AppError> {
        let config = &self.config;
        let mut rules = Rules {
            workflow: config.workflow.clone(),
            dispositions: config.dispositions.clone(),
            report: None,
        };
        // Holidays go before those of the workflow.
        for (kind, ..) in TemplateKind::ALL {
            let Some(own) = own.iter().find(|own| own.kind == kind.wire()) else {
                continue;
            };
            let wrong = |what| AppError::Config(format!("{}：{what}", kind.chinese()));
            match check(kind, &own.text).map_err(wrong)? {
                Checked::Workflow(workflow) => rules.workflow = workflow,
                Checked::Holidays(calendar) => rules.workflow.calendar = calendar,
                Checked::Dispositions(dispositions) => rules.dispositions = dispositions,
                Checked::Report(_) => rules.report = Some(own.text.clone()),
            }
        }
        Ok(rules)
    }

    /// Every kind of template with where the one in force is from.
    pub async fn template_sources(
        &self,
        by: &Principal,
    ) -> Result<Vec<(TemplateKind, TemplateSource)>, AppError> {
        check_may(by)?;
        let own = self.store.templates().await?;
        let source = |kind: TemplateKind| {
            let own = own.iter().find(|own| own.kind == kind.wire());
            let is_configured = match kind {
                TemplateKind::Workflow => self.config.workflow_text.is_some(),
                TemplateKind::Holidays => false,
                TemplateKind::Dispositions => self.config.dispositions != Disposition::usual(),
                TemplateKind::Report => self.config.report.template.is_some(),
            };
            match own {
                Some(own) => TemplateSource::Own(own.set_by.clone(), own.set_at),
                None if is_configured => TemplateSource::Configured,
                None => TemplateSource::BuiltIn,
            }
        };
        let kinds = TemplateKind::ALL.iter();
        Ok(kinds.map(|(kind, ..)| (*kind, source(*kind))).collect())
    }

    /// The file in force: to be read, and to begin with.
    pub async fn template_text(
        &self,
        by: &Principal,
        kind: TemplateKind,
    ) -> Result<String, AppError> {
        check_may(by)?;
        let mut own = self.store.templates().await?.into_iter();
        if let Some(own) = own.find(|own| own.kind == kind.wire()) {
            return Ok(own.text);
        }
        let rules = self.rules().await?;
        Ok(match kind {
            TemplateKind::Workflow => {
                let configured = self.config.workflow_text.clone();
                configured.unwrap_or_else(|| WORKFLOW_FILE.to_owned())
            }
            TemplateKind::Holidays => holidays_file(&rules.workflow.calendar),
            TemplateKind::Dispositions => dispositions_file(&rules.dispositions),
            TemplateKind::Report => match &self.config.report.template {
                Some(path) => {
                    fs::read_to_string(path).map_err(|source| AppError::file(path, source))?
                }
                None => DEFAULT_TEMPLATE.to_owned(),
            },
        })
    }

    /// Keeps a file until it is confirmed, and says what it would bring, line by line.
    ///
    /// # Errors
    /// [`AppError::Argument`] with what is wrong with which of its lines.
    pub async fn look_at_template(
        &self,
        by: &Principal,
        kind: TemplateKind,
        bytes: Vec<u8>,
    ) -> Result<(String, Vec<String>), AppError> {
        check_may(by)?;
        let checked = check(kind, &text_of(&bytes)?).map_err(AppError::Argument)?;
        let upload = self.put_upload(bytes).await?;
        Ok((upload, checked.lines()))
    }

    /// Puts a file that was looked at in force.
    pub async fn set_template(
        &self,
        by: &Principal,
        kind: TemplateKind,
        upload: &str,
    ) -> Result<(), AppError> {
        check_may(by)?;
        let text = text_of(&self.upload(upload).await?)?;
        check(kind, &text).map_err(AppError::Argument)?;
        let act = by_name(by);
        let store = &self.store;
        store.set_template(&act, kind.wire(), Some(&text)).await?;
        self.forget_upload(upload).await
    }

    /// Goes back to what the configuration names, else to what is built in.
    pub async fn reset_template(&self, by: &Principal, kind: TemplateKind) -> Result<(), AppError> {
        check_may(by)?;
        let act = by_name(by);
        Ok(self.store.set_template(&act, kind.wire(), None).await?)
    }
}

/// They are of the whole house, as consultations are.
fn check_may(by: &Principal) -> Result<(), AppError> {
    if App::may_start(by) {
        Ok(())
    } else {
        Err(Refusal::Forbidden.into())
    }
}

fn text_of(bytes: &[u8]) -> Result<String, AppError> {
    let wrong = |what: &str| AppError::Argument(what.to_owned());
    if bytes.len() > MAX_BYTES {
        return Err(wrong("文件太大，最多 256 KB"));
    }
    let text = str::from_utf8(bytes).map_err(|_| wrong("文件应是 UTF-8 编码的文本"))?;
    if text.contains('\0') {
        return Err(Refusal::ControlCharacter.into());
    }
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Reads a template, or says what is wrong with which of its lines.
fn check(kind: TemplateKind, text: &str) -> Result<Checked, String> {
    Ok(match kind {
        TemplateKind::Workflow => Checked::Workflow(Workflow::of(text)?),
        TemplateKind::Holidays => Checked::Holidays(calendar(text)?),
        TemplateKind::Dispositions => Checked::Dispositions(dispositions(text)?),
        TemplateKind::Report => {
            Checked::Report(try_template(text).map_err(|error| match error {
                ReportError::Template { line, detail } => {
                    format!("第 {line} 行：写法有误（{detail}）")
                }
                ReportError::NoTitle => "没有标题：应有一行以“# ”开头".to_owned(),
                other => other.to_string(),
            })?)
        }
    })
}

fn dispositions(text: &str) -> Result<Vec<Disposition>, String> {
    let written: WrittenDispositions = toml_lines::read(text)?;
    let mut out = Vec::new();
    for entry in written.dispositions {
        let added = entry.get_ref().clone().add_to(&mut out);
        added.map_err(|what| Fault::at(&entry, what).on_line_of(text))?;
    }
    if out.is_empty() {
        return Err("至少应有一种处理结果".to_owned());
    }
    Ok(out)
}

impl Checked {
    /// What it says, for people.
    fn lines(&self) -> Vec<String> {
        match self {
            Self::Workflow(flow) => {
                let step = |(at, step): (usize, &caifeng_domain::PlannedStep)| {
                    let due = match step.due {
                        None => "没有固定期限".to_owned(),
                        Some((Anchor::Start, days)) => format!("任务开始后 {days} 个工作日"),
                        Some((Anchor::End, days)) if days < 0 => {
                            format!("征集截止前 {} 个工作日", -days)
                        }
                        Some((Anchor::End, days)) => format!("征集截止后 {days} 个工作日"),
                    };
                    format!("步骤 {}：{}（{}），{due}", at + 1, step.name, step.office)
                };
                let terms = Sla::ALL.iter().map(|&(sla, _, name)| {
                    format!("转办（{name}）：{} 个工作日办结", flow.terms(sla).days)
                });
                let steps = flow.steps.iter().enumerate().map(step);
                let days = days_in_words(&flow.calendar);
                steps.chain(terms).chain(days).collect()
            }
            Self::Holidays(calendar) => days_in_words(calendar).collect(),
            Self::Dispositions(all) => {
                let line = |one: &Disposition| {
                    let owed = if one.needs_reason {
                        "须写理由"
                    } else {
                        "可以不写理由"
                    };
                    format!("{}（{}），{owed}", one.name, one.code)
                };
                all.iter().map(line).collect()
            }
            Self::Report(lines) => lines.clone(),
        }
    }
}

fn days_in_words(calendar: &WorkingDays) -> impl Iterator<Item = String> {
    let off = stretches(calendar.holidays.iter().copied());
    let off = off.into_iter().map(|(first, last)| {
        if first == last {
            format!("放假：{first}")
        } else {
            format!("放假：{first} 至 {last}")
        }
    });
    let worked: Vec<String> = calendar.worked.iter().map(Day::to_string).collect();
    off.chain((!worked.is_empty()).then(|| format!("调休上班：{}", worked.join("、"))))
}

/// Days in a row as first and last ones.
fn stretches(days: impl Iterator<Item = Day>) -> Vec<(Day, Day)> {
    let mut out: Vec<(Day, Day)> = Vec::new();
    for day in days {
        match out.last_mut() {
            Some((_, last)) if last.plus(1) == day => *last = day,
            _ => out.push((day, day)),
        }
    }
    out
}

fn holidays_file(calendar: &WorkingDays) -> String {
    let off: Vec<String> = stretches(calendar.holidays.iter().copied())
        .into_iter()
        .map(|(first, last)| {
            if first == last {
                format!("    \"{first}\",\n")
            } else {
                format!("    \"{first}/{last}\",\n")
            }
        })
        .collect();
    let worked: Vec<String> = calendar
        .worked
        .iter()
        .map(|day| format!("    \"{day}\",\n"))
        .collect();
    format!(
        "# 放假日；连着几天的写成 第一天/最后一天。\nholidays = [\n{}]\n\
         # 调休上班的周末。\nworked = [\n{}]\n",
        off.concat(),
        worked.concat()
    )
}

fn dispositions_file(all: &[Disposition]) -> String {
    let mut out =
        "# 处理结果：code 是代号（字母、数字和 _），用过的不要改；name 是大家看到的名称；\n\
                   # needs_reason 是不是必须写理由。\n"
            .to_owned();
    for one in all {
        let (name, code) = (toml::Value::from(one.name.as_str()), &one.code);
        let reason = one.needs_reason;
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "\n[[dispositions]]\ncode = \"{code}\"\nname = {name}\nneeds_reason = {reason}\n"
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{Disposition, Named};
    use caifeng_report::DEFAULT_TEMPLATE;

    use super::{Checked, TemplateKind, check, dispositions_file, holidays_file};
    use crate::{WORKFLOW_FILE, Workflow};

    fn usual(kind: TemplateKind) -> String {
        match kind {
            TemplateKind::Workflow => WORKFLOW_FILE.to_owned(),
            TemplateKind::Holidays => holidays_file(&Workflow::read(None).unwrap().calendar),
            TemplateKind::Dispositions => dispositions_file(&Disposition::usual()),
            TemplateKind::Report => DEFAULT_TEMPLATE.to_owned(),
        }
    }

    #[test]
    fn what_is_handed_out_can_be_put_back_and_says_the_same() {
        for (kind, ..) in TemplateKind::ALL {
            let read = check(kind, &usual(kind)).unwrap();
            assert!(!read.lines().is_empty(), "{}", kind.chinese());
            match read {
                Checked::Workflow(flow) => assert_eq!(flow, Workflow::read(None).unwrap()),
                Checked::Holidays(days) => {
                    assert_eq!(days, Workflow::read(None).unwrap().calendar);
                }
                Checked::Dispositions(all) => assert_eq!(all, Disposition::usual()),
                Checked::Report(lines) => assert!(lines[0].contains("征求意见")),
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        #[track_caller]
        fn check_wrong(kind: TemplateKind, (from, to): (&str, &str), says: &str) {
            let text = usual(kind);
            assert!(text.contains(from), "{from}");
            let error = check(kind, &text.replacen(from, to, 1)).err().unwrap();
            assert!(error.contains(says), "{error}");
        }
        let (flow, days) = (TemplateKind::Workflow, TemplateKind::Holidays);
        check_wrong(flow, ("days = 0", "days = 9999"), "第 15 行：9999");
        check_wrong(flow, ("office =", "offices ="), "第 13 行：不认识“offices”");
        check_wrong(
            flow,
            ("remind_days = 2", "remind_days = \"二\""),
            "填的不是",
        );
        check_wrong(
            days,
            ("2026-01-01/2026-01-03", "2026-01-01/2026-02-31"),
            "第 3 行",
        );
        check_wrong(days, ("worked = [", "worked = "), "第 ");
        let results = TemplateKind::Dispositions;
        check_wrong(
            results,
            ("\"partly\"", "\"adopted\""),
            "第 9 行：代号 adopted 重复",
        );
        check_wrong(results, ("name = \"采纳\"", ""), "缺少“name”");
        let report = TemplateKind::Report;
        check_wrong(report, ("# 关于", "关于"), "没有标题");
        check_wrong(report, ("{% macro points", "{% makro points"), "第 4 行");
    }
}
