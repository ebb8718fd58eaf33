//! `caifeng bench`.

use anyhow::Result;
use caifeng_app::{BenchResult, Config, Stage};

use crate::{
    args::Bench,
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

/// `caifeng bench --encode`.
pub(crate) fn encode(bench: &Bench, config: &Config) -> Result<()> {
    let result = caifeng_app::bench_encode(bench.submissions, config)?;
    line(format!(
        "{} 个不同文本（平均 {:.0} 字），模型 {}",
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
    Ok(())
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
