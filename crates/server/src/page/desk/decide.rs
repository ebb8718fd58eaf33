//! `POST …/desk/decide`: one decision, as a form. Pages are led back, scripts get JSON.

use axum::{
    Form, Json,
    extract::{Path, State, rejection::FormRejection},
    http::{HeaderMap, header::ACCEPT},
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{Command, Done, Principal, SectionPlace, Words};
use caifeng_domain::{
    Aim, ArticleNo, Edit, EditOp, Named, NodeId, Permission, PointId, Scope, Stance, Status,
    Transfer, UnitRef,
};
use serde_json::json;

use super::words::unit_from;
use crate::{
    Site,
    error::Fault,
    page::{
        Failed,
        gate::{Reading, Staff},
    },
};

/// What a form says, in order.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    fn text<'a>(&'a self, name: &'a str) -> &'a str {
        self.all(name).next().unwrap_or_default()
    }

    fn parsed<T>(&self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, Fault> {
        let wrong = || Fault::invalid(format!("“{name}”缺失或有误"));
        parse(self.text(name).trim()).ok_or_else(wrong)
    }

    fn point(&self, name: &str) -> Result<PointId, Fault> {
        self.parsed(name, |text| text.parse().ok())
    }

    fn unit(&self) -> Result<UnitRef, Fault> {
        self.parsed("unit", unit_from)
    }

    fn units(&self) -> Result<Vec<UnitRef>, Fault> {
        let units: Option<Vec<UnitRef>> = self.all("unit").map(unit_from).collect();
        units.ok_or_else(|| Fault::invalid("“unit”有误"))
    }

    fn named<T: Named>(&self, name: &str) -> Result<T, Fault> {
        self.parsed(name, T::from_name)
    }
}

pub(super) async fn decide(
    State(site): State<Site>,
    Path(slug): Path<String>,
    headers: HeaderMap,
    Staff(by, _): Staff<Reading>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let wants_json = headers
        .get(ACCEPT)
        .is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"));
    match decided(&site, &slug, &by, form).await {
        Ok((done, _)) if wants_json => Json(json!({
            "event": done.event,
            "what": done.what,
            "point": done.point.map(|point| point.to_string()),
        }))
        .into_response(),
        Ok((_, back)) => Redirect::to(&back).into_response(),
        Err(fault) if wants_json => fault.into_response(),
        Err(fault) => Failed(fault).into_response(),
    }
}

/// What was decided, and where to go on.
async fn decided(
    site: &Site,
    slug: &str,
    by: &Principal,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<(Done, String), Fault> {
    // Whoever may not know of it is not told what is wrong with a form either.
    let may = Permission::ReadReport;
    site.app.consultation_to(by, may, slug).await?;
    let Form(fields) = form?;
    let fields = Fields(fields);
    let command = command(&fields)?;
    let leads_on = matches!(command, Command::Merge(..) | Command::Split(..));
    let done = site.app.decide(by, slug, command).await?;
    let desk = format!("/staff/c/{slug}/desk");
    let back = fields.text("back");
    let back = match done.point.filter(|_| leads_on) {
        Some(point) => format!("{desk}/points/{point}"),
        // Nowhere but on this desk.
        None if back.starts_with(&desk) && !back.contains("..") => back.to_owned(),
        None => desk,
    };
    Ok((done, back))
}

fn command(fields: &Fields) -> Result<Command, Fault> {
    let text = |name| fields.text(name).to_owned();
    Ok(match fields.text("do") {
        "aim" => Command::Aim(fields.unit()?, aim(fields)?),
        "stance" => Command::Stance(fields.unit()?, fields.named::<Stance>("stance")?),
        "edit" => Command::Edit(fields.unit()?, edit(fields)?),
        "bound" => {
            let of = match fields.text("unit") {
                "" => None,
                _ => Some(fields.unit()?.span),
            };
            let submission = fields.parsed("submission", |id| id.parse().ok())?;
            Command::Bound(submission, of, words(fields)?)
        }
        "status" => Command::Status(
            fields.parsed("submission", |id| id.parse().ok())?,
            fields.named::<Status>("status")?,
        ),
        "move" => Command::Move(fields.units()?, fields.point("to")?),
        "merge" => Command::Merge(fields.point("point")?, fields.point("into")?),
        "split" => Command::Split(fields.point("point")?, fields.units()?),
        "dismiss" => Command::Dismiss(fields.unit()?, text("reason")),
        "transfer" => Command::Transfer(fields.unit()?, fields.named::<Transfer>("to")?),
        "confirm" => Command::Confirm(fields.point("point")?),
        "name" => Command::Name(fields.point("point")?, text("text")),
        "wording" => Command::Wording(fields.point("point")?, text("text")),
        "editorial" => {
            let is = |text: &str| text.parse().ok();
            Command::Editorial(fields.point("point")?, fields.parsed("is", is)?)
        }
        "pin" => Command::Pin(fields.unit()?),
        "assign" => Command::Assign(fields.point("point")?, text("to")),
        "consult" => Command::Consult(
            fields.parsed("place", SectionPlace::from_key)?,
            text("expert"),
            text("question"),
        ),
        "memo" => Command::Memo(fields.point("point")?, text("text")),
        "dispose" => Command::Dispose(fields.point("point")?, text("code"), text("reason")),
        "approve" => Command::Approve(fields.point("point")?),
        "return" => Command::Return(fields.point("point")?, text("reason")),
        "undo" => Command::Undo(match fields.text("event") {
            "" => None,
            _ => Some(fields.parsed("event", |number| number.parse().ok())?),
        }),
        _ => return Err(Fault::invalid("没有这种操作")),
    })
}

/// Words of a submission: by those that somebody wrote, else by what was marked with the pointer.
fn words(fields: &Fields) -> Result<Words, Fault> {
    let (begin, end) = (fields.text("begin"), fields.text("end"));
    if !begin.trim().is_empty() || fields.text("from").is_empty() {
        return Ok(Words::Between(begin.to_owned(), end.to_owned()));
    }
    let number = |text: &str| text.parse().ok();
    Ok(Words::Marked(
        fields.parsed("from", number)?,
        fields.parsed("to", number)?,
    ))
}

/// What a unit is about: articles `3、12-1` or 第三条, a chapter, the whole, something new.
fn aim(fields: &Fields) -> Result<Aim, Fault> {
    let scope = match fields.text("scope") {
        "" => Scope::Article,
        _ => fields.named::<Scope>("scope")?,
    };
    let chapter = match fields.text("chapter") {
        "" => None,
        _ => Some(fields.parsed("chapter", |node| node.parse().ok().map(NodeId))?),
    };
    let mut articles = Vec::new();
    if scope == Scope::Article {
        let written = fields.text("articles").split([',', '，', '、', ' ']);
        for one in written.filter(|one| !one.is_empty()) {
            let number = one.trim_start_matches('第').trim_end_matches('条');
            let article: Result<ArticleNo, _> = number.parse();
            let wrong = |_| Fault::invalid(format!("“{one}”不是条号，请写数字，如 12 或 12-1"));
            articles.push(article.map_err(wrong)?);
        }
    }
    Ok(Aim {
        scope,
        chapter,
        articles,
    })
}

/// The change that a unit proposes; without an operation none.
fn edit(fields: &Fields) -> Result<Option<Edit>, Fault> {
    if fields.text("op").is_empty() {
        return Ok(None);
    }
    let words = |name| Some(fields.text(name).trim().to_owned()).filter(|w| !w.is_empty());
    Ok(Some(Edit {
        op: fields.named::<EditOp>("op")?,
        target: fields.text("target").trim().to_owned(),
        from: words("from"),
        to: words("words"),
        from_in_draft: None,
    }))
}
