//! `caifeng model`.

use anyhow::{Result, bail};
use caifeng_app::{Config, ModelInfo, install};

use crate::{args::ModelCommand, output::line};

pub(crate) fn run(command: ModelCommand, config: &Config) -> Result<()> {
    match command {
        ModelCommand::Install => {
            let dir = install::install(&config.models, &|step| line(format!("{step}")))?;
            line(format!("模型已就绪：{}", dir.display()));
        }
        ModelCommand::Verify => match config.model_dir() {
            Some(dir) => {
                let info = install::verify(&dir)?;
                line(format!("校验通过：{}", describe(&info)));
            }
            None => line("当前设置不使用模型（lexical）"),
        },
        ModelCommand::List => {
            let models = install::list(&config.models);
            if models.is_empty() {
                bail!(
                    "{} 中没有模型。请运行 caifeng model install",
                    config.models.display()
                );
            }
            for info in &models {
                line(describe(info));
            }
        }
    }
    Ok(())
}

fn describe(info: &ModelInfo) -> String {
    format!("{}（{} 维）", info.identity, info.dimension)
}
