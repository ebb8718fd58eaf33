//! `caifeng draft`.

use anyhow::Result;
use caifeng_app::{Comparison, Config, DraftImported, change_name};
use caifeng_domain::{Draft, Level, NodeId, Visibility};

use crate::{
    args::{DraftCommand, DraftImport},
    output::line,
};

pub(crate) async fn run(command: DraftCommand, config: Config) -> Result<()> {
    match command {
        DraftCommand::Import(import) => self::import(import, config).await,
        DraftCommand::Show(selected) => {
            let app = super::open(config).await?;
            show(&app.show_draft(selected.consultation.as_deref()).await?);
            Ok(())
        }
        DraftCommand::Compare(selected) => {
            let app = super::open(config).await?;
            compare(&app.compare_drafts(selected.consultation.as_deref()).await?);
            Ok(())
        }
    }
}

async fn import(import: DraftImport, config: Config) -> Result<()> {
    let (bytes, name) = super::read_file(&import.file)?;
    let slug = import.consultation.unwrap_or_else(|| {
        let stem = import.file.file_stem();
        stem.map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default()
    });
    let app = super::open(config).await?;
    let done = app.import_draft(&slug, &name, &bytes).await?;
    if import.public {
        app.set_visibility(Some(&slug), Visibility::Public).await?;
    }
    describe(&done);
    Ok(())
}

fn describe(done: &DraftImported) {
    let draft = &done.draft;
    let count = |level| draft.nodes.iter().filter(|n| n.level == level).count();
    line(format!(
        "《{}》 任务 {}，第 {} 稿{}：{} 章 {} 条 {} 款 {} 项",
        draft.title,
        done.slug,
        done.version,
        if done.known {
            "（此前已导入）"
        } else {
            ""
        },
        count(Level::Chapter),
        count(Level::Article),
        count(Level::Paragraph),
        count(Level::Item),
    ));
    for warning in &done.warnings {
        line(format!("  注意：{warning}"));
    }
    if let Some(comparison) = &done.comparison {
        line("与上一稿对照：");
        compare(comparison);
    }
}

fn show(draft: &Draft) {
    line(&draft.title);
    for (id, node) in draft.iter() {
        let indent = "  ".repeat(depth(draft, id));
        let title = node.title.as_deref().unwrap_or_default();
        let start: String = node.text.chars().take(40).collect();
        let label = if node.level == Level::Paragraph {
            format!("第{}款", node.number)
        } else {
            node.label.clone()
        };
        line(format!("{indent}{label} {title}{start}"));
    }
}

fn depth(draft: &Draft, id: NodeId) -> usize {
    std::iter::successors(draft.node(id).parent, |&p| draft.node(p).parent).count()
}

fn compare(comparison: &Comparison) {
    for pair in &comparison.alignment.pairs {
        let label = |draft: &Draft, id: Option<NodeId>| {
            id.map_or("（无）".to_owned(), |id| draft.node(id).label.clone())
        };
        line(format!(
            "  {} → {}  {}（{:.0}%）",
            label(&comparison.old, pair.old),
            label(&comparison.new, pair.new),
            change_name(pair.kind),
            pair.confidence * 100.0
        ));
    }
}
