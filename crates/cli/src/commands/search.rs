//! `caifeng search`.

use anyhow::Result;
use caifeng_app::{Config, Found, SearchRequest};
use caifeng_domain::{Named, Span};
use serde_json::json;

use crate::{args::Search, output::line};

pub(crate) async fn run(search: Search, config: Config) -> Result<()> {
    let request = SearchRequest {
        text: search.text,
        article: search.article,
        channel: search.channel,
        station: search.station,
        from: search.from,
        to: search.to,
        status: search.status,
        limit: search.limit,
    };
    let found = super::open(config)
        .await?
        .search(search.selected.consultation.as_deref(), request)
        .await?;
    if search.json {
        line(as_json(&found).to_string());
    } else {
        as_text(&found);
    }
    Ok(())
}

fn as_text(found: &Found) {
    if found.lexical {
        line("注意：未安装语言模型，只按词面检索");
    }
    line(format!("共 {} 条", found.answer.total));
    for hit in &found.answer.hits {
        let document = &hit.document;
        let mut articles: Vec<String> = document
            .parts
            .iter()
            .flat_map(|p| &p.articles)
            .map(ToString::to_string)
            .collect();
        articles.dedup();
        let whence: Vec<String> = [
            document.title.clone(),
            document.channel.map(|c| c.chinese().to_owned()),
            document.station.clone(),
            document.date.clone(),
            (!articles.is_empty()).then(|| format!("条 {}", articles.join("、"))),
        ]
        .into_iter()
        .flatten()
        .collect();
        line(format!("\n{}  {}", document.key, whence.join(" · ")));
        line(format!(
            "  {}",
            marked(&document.text, hit.snippet.span, &hit.snippet.highlights)
        ));
    }
}

/// The snippet with matched words in 【】.
pub(super) fn marked(text: &str, snippet: Span, highlights: &[Span]) -> String {
    let mut out = String::new();
    let mut at = snippet.start;
    for h in highlights {
        out.push_str(Span::new(at, h.start).of(text));
        out.push('【');
        out.push_str(h.of(text));
        out.push('】');
        at = h.end;
    }
    out.push_str(Span::new(at, snippet.end).of(text));
    out.replace('\n', " ")
}

fn as_json(found: &Found) -> serde_json::Value {
    let hits: Vec<serde_json::Value> = found
        .answer
        .hits
        .iter()
        .map(|hit| {
            let document = &hit.document;
            let spans: Vec<[usize; 2]> =
                hit.highlights.iter().map(|h| h.in_chars(&document.text)).map(|r| [r.start, r.end]).collect();
            json!({
                "key": document.key, "kind": document.kind.wire(), "score": hit.score, "text": document.text,
                "channel": document.channel.map(Named::wire), "station": document.station, "date": document.date,
                "status": document.status.map(Named::wire), "highlights": spans,
                "articles": document.parts.iter().flat_map(|p| &p.articles).map(ToString::to_string).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({"total": found.answer.total, "lexical": found.lexical, "hits": hits})
}
