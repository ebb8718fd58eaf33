//! Progress bars for long work.

use std::sync::Mutex;

use caifeng_app::{Progress, Stage};
use indicatif::{ProgressBar, ProgressStyle};

/// One bar a stage, on standard error; silent where that is not a terminal.
#[derive(Default)]
pub(crate) struct Bars {
    current: Mutex<Option<ProgressBar>>,
}

impl Bars {
    /// Ends the last bar.
    pub(crate) fn finish(&self) {
        self.replace(None);
    }

    fn replace(&self, next: Option<ProgressBar>) {
        if let Ok(mut current) = self.current.lock() {
            if let Some(bar) = current.take() {
                bar.finish_and_clear();
            }
            *current = next;
        }
    }
}

impl Progress for Bars {
    fn begin(&self, stage: Stage, total: usize) {
        let style =
            ProgressStyle::with_template("{msg:<10} [{bar:32}] {pos}/{len} {per_sec} 剩余 {eta}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(total as u64)
            .with_style(style)
            .with_message(name(stage));
        self.replace(Some(bar));
    }

    fn advance(&self, done: usize) {
        if let Ok(current) = self.current.lock()
            && let Some(bar) = &*current
        {
            bar.inc(done as u64);
        }
    }
}

/// A stage as people call it.
pub(crate) fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Duplicates => "查找重复",
        Stage::Read => "阅读来件",
        Stage::Encode => "语义编码",
        Stage::Link => "关联条文",
        Stage::Points => "归纳观点",
        Stage::Label => "提取要点",
    }
}
