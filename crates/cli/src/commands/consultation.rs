//! `caifeng consultation`.

use anyhow::{Result, bail};
use caifeng_app::{App, Config};
use caifeng_domain::{Consultation, MaterialKind, Named, Visibility, Window};

use crate::{
    args_consultation::{ConsultationCommand, ConsultationText, Days},
    output::line,
};

pub(crate) async fn run(command: ConsultationCommand, config: Config) -> Result<()> {
    let app = super::open(config).await?;
    match command {
        ConsultationCommand::Create(create) => {
            let visibility = if create.contact_points_only {
                Visibility::ContactPoints
            } else {
                Visibility::Public
            };
            let (slug, title) = (&create.slug, &create.title);
            app.create_consultation(
                slug,
                title,
                window(create.days),
                visibility,
                create.questions,
            )
            .await?;
            line(format!(
                "已新建任务 {slug}：{title}（{}）",
                visibility.chinese()
            ));
        }
        ConsultationCommand::List => list(&app).await?,
        ConsultationCommand::Open(open) => {
            let slug = open.selected.consultation.as_deref();
            let opened = app.open_consultation(slug, window(open.days)).await?;
            let visibility = match (open.public, open.contact_points_only) {
                (true, _) => Visibility::Public,
                (_, true) => Visibility::ContactPoints,
                _ => opened.visibility,
            };
            if visibility != opened.visibility {
                app.set_visibility(slug, visibility).await?;
            }
            line(format!(
                "任务 {} 已开放（{}）{}",
                opened.slug,
                visibility.chinese(),
                days(&opened)
            ));
        }
        ConsultationCommand::Close(selected) => {
            let closed = app
                .close_consultation(selected.consultation.as_deref())
                .await?;
            line(format!("任务 {} 已截止，不再接收意见", closed.slug));
        }
        ConsultationCommand::Text(text) => publish(&app, text).await?,
    }
    Ok(())
}

async fn publish(app: &App, text: ConsultationText) -> Result<()> {
    let Some(kind) = MaterialKind::from_name(&text.kind) else {
        let kinds = MaterialKind::ALL.map(|(_, _, name)| name).join("、");
        bail!("没有“{}”这种材料，可以是：{kinds}", text.kind);
    };
    let (bytes, name) = super::read_file(&text.file)?;
    let slug = app.slug_of(text.selected.consultation.as_deref()).await?;
    let file = (name.as_str(), bytes.as_slice());
    let number = app
        .add_material(None, &slug, kind, &text.title, file)
        .await?;
    line(format!(
        "已公布{}，网页 /c/{slug}/texts/{number}",
        kind.chinese()
    ));
    Ok(())
}

async fn list(app: &App) -> Result<()> {
    let now = jiff::Timestamp::now();
    for listed in app.consultations().await?.iter() {
        let consultation = &listed.consultation;
        let received = app.count_received(&consultation.slug).await?;
        line(format!(
            "{}　{}　{}　{}{}　收到 {received} 件",
            consultation.slug,
            consultation.title,
            listed.standing(now).chinese(),
            consultation.visibility.chinese(),
            days(consultation)
        ));
    }
    Ok(())
}

fn window(days: Days) -> Option<Window> {
    Some(Window {
        opens: days.from?,
        closes: days.to?,
    })
}

fn days(consultation: &Consultation) -> String {
    let window = consultation.window.as_ref();
    window.map_or_else(String::new, |window| {
        format!("　{} 至 {}", window.opens, window.closes)
    })
}
