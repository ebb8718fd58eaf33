//! `caifeng library`.

use anyhow::{Context, Result, bail};
use caifeng_app::{App, Config, LawFacts, LibraryAnswer, LibraryRequest};
use caifeng_domain::{Law, Named, Validity};
use serde_json::{Value, json};

use super::search::marked;
use crate::{
    args_library::{LibraryCommand, LibraryImport, LibraryList, LibrarySearch},
    output::line,
};

const EMPTY: &str = "法律库还是空的。请运行 caifeng library install，或用 library import 导入文件";

pub(crate) async fn run(command: LibraryCommand, config: Config) -> Result<()> {
    let app = super::open(config).await?;
    match command {
        LibraryCommand::Install { wheel } => {
            if wheel.is_none() {
                line("正在用 pip 下载法律库（约 3.4 MB）");
            }
            let done = app.install_library(wheel).await?;
            line(format!(
                "法律库已就绪：{} 部法律，{} 条",
                done.laws, done.articles
            ));
        }
        LibraryCommand::Import(import) => import_file(&app, import).await?,
        LibraryCommand::List(list) => list_laws(&app, &list).await?,
        LibraryCommand::Search(search) => search_laws(&app, search).await?,
    }
    app.finish().await;
    Ok(())
}

async fn import_file(app: &App, import: LibraryImport) -> Result<()> {
    let (bytes, name) = super::read_file(&import.file)?;
    let facts = LawFacts {
        validity: validity(&import.validity)?,
        kind: import.kind,
        issuer: import.issuer,
        published: import.published,
        effective: import.effective,
        version: import.version,
    };
    let (law, articles) = app.import_law(&name, &bytes, facts).await?;
    line(format!("已导入：{}，{articles} 条", described(&law)));
    Ok(())
}

async fn list_laws(app: &App, list: &LibraryList) -> Result<()> {
    let wanted = list.validity.as_deref().map(validity).transpose()?;
    let laws = app.laws().await?;
    if laws.is_empty() {
        bail!(EMPTY);
    }
    let laws = laws
        .iter()
        .filter(|(law, _)| wanted.is_none_or(|wanted| law.validity == wanted));
    if list.json {
        let laws: Vec<Value> = laws
            .map(|(law, articles)| law_json(law, Some(*articles)))
            .collect();
        line(json!(laws).to_string());
        return Ok(());
    }
    for (law, articles) in laws {
        line(format!("{}　{articles} 条", described(law)));
    }
    Ok(())
}

async fn search_laws(app: &App, search: LibrarySearch) -> Result<()> {
    let request = LibraryRequest {
        text: search.text,
        validity: search.validity,
        limit: search.limit,
    };
    let answer = app.search_library(request).await?;
    if !answer.is_installed {
        bail!(EMPTY);
    }
    if search.json {
        line(as_json(&answer).to_string());
    } else {
        as_text(&answer);
    }
    Ok(())
}

fn as_text(answer: &LibraryAnswer) {
    for (law, articles) in &answer.laws {
        line(format!("{}　{articles} 条", described(law)));
    }
    let named = answer.hits.iter().filter(|hit| hit.is_exact).count();
    line(format!(
        "指明的 {named} 条，另有 {} 条含有检索词",
        answer.total
    ));
    for hit in &answer.hits {
        let heading = hit.article.heading.as_deref().unwrap_or_default();
        line(format!(
            "\n{}　{}　{heading}",
            described(&hit.law),
            hit.article.label
        ));
        let text = marked(&hit.article.text, hit.snippet.span, &hit.snippet.highlights);
        line(format!("  {text}"));
    }
}

/// 《…》（现行有效，2023-03-13）
fn described(law: &Law) -> String {
    let version = law.version.as_deref().map(|version| format!("，{version}"));
    let standing = law.validity.chinese();
    format!(
        "《{}》（{standing}{}）",
        law.title,
        version.unwrap_or_default()
    )
}

fn as_json(answer: &LibraryAnswer) -> Value {
    let hits = answer.hits.iter().map(|hit| {
        let text = &hit.article.text;
        let spans = hit.highlights.iter().map(|h| h.in_chars(text));
        let spans: Vec<[usize; 2]> = spans.map(|r| [r.start, r.end]).collect();
        json!({
            "law": law_json(&hit.law, None), "place": hit.article.place,
            "article": hit.article.number.map(|number| number.to_string()),
            "label": hit.article.label, "heading": hit.article.heading, "text": text,
            "exact": hit.is_exact, "highlights": spans,
        })
    });
    let laws = answer
        .laws
        .iter()
        .map(|(law, articles)| law_json(law, Some(*articles)));
    json!({
        "laws": laws.collect::<Vec<_>>(), "hits": hits.collect::<Vec<_>>(), "total": answer.total,
    })
}

fn law_json(law: &Law, articles: Option<usize>) -> Value {
    let mut out = json!({
        "key": law.key.to_string(), "title": law.title, "kind": law.kind, "field": law.field,
        "issuer": law.issuer, "published": law.published, "effective": law.effective,
        "version": law.version, "validity": law.validity.wire(),
    });
    if let Some(articles) = articles {
        out["articles"] = json!(articles);
    }
    out
}

fn validity(name: &str) -> Result<Validity> {
    let names = Validity::ALL.map(|(_, _, chinese)| chinese).join("、");
    Validity::from_name(name).with_context(|| format!("没有时效性 {name}，应为 {names} 之一"))
}
