//! `caifeng bench`.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use caifeng_app::{BenchResult, Config, EncodeBench, EncodeSpeeds, Speed, Stage};
use serde_json::{Value, json};

use crate::{
    args::{Bench, BenchEncode},
    output::line,
    progress::{Bars, name},
};

pub(crate) fn run(bench: &Bench, config: &Config) -> Result<()> {
    let encoder = config.open_encoder()?;
    let bars = Bars::default();
    let done = caifeng_app::bench(bench.submissions, &*encoder, &bars);
    bars.finish();
    show(&done?, encoder.identity());
    Ok(())
}

/// `caifeng bench encode`.
pub(crate) fn encode(command: &BenchEncode, config: &Config) -> Result<()> {
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path);
        let text = text.with_context(|| format!("无法读取 {}", path.display()))?;
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        Ok::<_, anyhow::Error>(lines.map(str::to_owned).collect::<Vec<_>>())
    };
    let texts = command.texts.as_ref().map(read).transpose()?;
    if texts.as_ref().is_some_and(Vec::is_empty) {
        bail!("文件里没有文本，应每行一个");
    }
    let bench = EncodeBench {
        texts,
        threads: command.threads.map(usize::from),
        rounds: command.rounds.into(),
        accuracy: command.accuracy,
    };
    let result = caifeng_app::bench_encode(bench, config)?;
    if command.json {
        line(json(&result));
        return Ok(());
    }
    line(format!(
        "{} 个文本（平均 {:.0} 字），模型 {}",
        result.texts,
        result.chars as f64 / result.texts.max(1) as f64,
        result.model
    ));
    for speed in &result.speeds {
        let share = speed.peak.map_or(String::new(), |peak| {
            format!("，为实测上限的 {:.0}%", 100.0 * speed.operations / peak)
        });
        line(format!(
            "  {:<7} {} 线程  每秒 {:>6.1} 个文本、{:>6.0} 个词元，{:>5.0} GFLOP/s{share}",
            speed.kernel.name(),
            speed.threads,
            speed.texts,
            speed.tokens,
            speed.operations / 1e9,
        ));
    }
    for (kernel, cosine) in &result.least_cosines {
        line(format!("  {kernel} 与 32 位浮点的余弦最小 {cosine:.6}"));
    }
    if let Some(bytes) = result.peak_memory {
        line(format!("内存峰值 {} MiB", bytes / (1 << 20)));
    }
    Ok(())
}

fn json(result: &EncodeSpeeds) -> String {
    let speed = |speed: &Speed| {
        json!({
            "kernel": speed.kernel.name(),
            "threads": speed.threads,
            "texts_per_second": speed.texts,
            "tokens_per_second": speed.tokens,
            "operations_per_second": speed.operations,
            "peak_operations_per_second": speed.peak,
        })
    };
    let speeds: Vec<Value> = result.speeds.iter().map(speed).collect();
    json!({
        "model": result.model,
        "texts": result.texts,
        "characters": result.chars,
        "least_cosines": result.least_cosines.iter().map(|(kernel, cosine)| (kernel.name(), cosine)).collect::<BTreeMap<_, _>>(),
        "peak_memory_bytes": result.peak_memory,
        "speeds": speeds,
    })
    .to_string()
}

fn show(result: &BenchResult, encoder: &str) {
    line(format!(
        "{} 件虚构来件，编码器 {encoder}",
        result.submissions
    ));
    for (stage, time) in &result.stages {
        line(format!(
            "  {:<6} {:>8.2} 秒",
            name(*stage),
            time.as_secs_f64()
        ));
    }
    let rest = result.time_without_encoding().as_secs_f64();
    line(format!(
        "除编码外 {rest:.2} 秒，每秒 {:.0} 件",
        result.submissions as f64 / rest
    ));
    let encode = result.time(Stage::Encode).as_secs_f64();
    line(format!(
        "编码 {} 个不同文本（平均 {:.0} 字），每秒 {:.1} 个",
        result.encoded,
        result.encoded_chars as f64 / result.encoded.max(1) as f64,
        result.encoded as f64 / encode
    ));
    line(format!(
        "重复件：查出 {:.2}% 的重复对，所归重复对中 {:.2}% 属实",
        result.pairs_found * 100.0,
        result.pairs_right * 100.0
    ));
    if let Some(bytes) = result.peak_memory {
        line(format!("内存峰值 {} MiB", bytes / (1 << 20)));
    }
}
