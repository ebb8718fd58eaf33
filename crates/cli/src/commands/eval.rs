//! `caifeng eval`.

use anyhow::Result;
use caifeng_app::{Config, Models};

use crate::{args::Eval, output::line, progress::Bars};

pub(crate) fn run(eval: &Eval, config: &Config) -> Result<()> {
    let encoder = config.open_encoder()?;
    let bars = Bars::default();
    let done = caifeng_app::eval(&eval.set, &eval.out, &*encoder, Models::committed(), &bars);
    bars.finish();
    line(format!(
        "{} 件来件，结果在 {}；编码器 {}",
        done?,
        eval.out.display(),
        encoder.identity()
    ));
    Ok(())
}
