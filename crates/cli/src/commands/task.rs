//! `caifeng task`.

use anyhow::Result;
use caifeng_app::Config;

use crate::{args::TaskCommand, output::line};

pub(crate) async fn run(command: TaskCommand, config: Config) -> Result<()> {
    let app = super::open(config).await?;
    match command {
        TaskCommand::Add(add) => {
            let slug = add.selected.consultation.as_deref();
            let number = app
                .add_task(slug, &add.station, &add.due, &add.note)
                .await?;
            line(format!("已交办，编号 {number}，{} 前完成", add.due));
        }
        TaskCommand::List => {
            for task in app.tasks(None).await? {
                line(format!(
                    "{}　{}　{}　{}　{}　{}",
                    task.number,
                    task.state.chinese(),
                    task.due,
                    task.station,
                    task.title,
                    task.note
                ));
                for question in task.questions {
                    line(format!("　　重点问题：{question}"));
                }
            }
        }
        TaskCommand::Done { number } => {
            app.finish_task(None, number).await?;
            line(format!("任务 {number} 已完成"));
        }
    }
    Ok(())
}
