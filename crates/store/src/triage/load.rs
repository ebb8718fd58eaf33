//! Reading the results of the last run.

use std::collections::HashMap;

use caifeng_domain::{
    Analysis, ArticleNo, ConsultationId, Duplicate, DuplicateKind, NodeId, PersonalData, Point,
    PointId, Scope, Span, Stance, Status, SubmissionId, Unit,
};
use sqlx::{AnyConnection, any::AnyRow};

use super::{
    TriageRecord, TriageRun,
    record::{Recorded, from_json, plain_value, unreadable},
};
use crate::{
    DraftId, Store, StoreError,
    rows::{corrupt, get, get_id, get_time, get_usize, get_wire, select_all, signed, to_id},
};

impl Store {
    /// The results of the last run, exactly as they were saved. None before the first one.
    pub async fn load_triage(
        &self,
        consultation: ConsultationId,
    ) -> Result<Option<TriageRecord>, StoreError> {
        let mut tx = self.read().await?;
        let current = sqlx::query(
            "select triage_run.* from triage_run join consultation on current_run = triage_run.id
             where consultation.id = $1",
        )
        .bind(signed(consultation.get()))
        .fetch_optional(&mut *tx)
        .await?;
        let Some(current) = current else {
            return Ok(None);
        };
        let (number, run) = (get(&current, "id")?, run(&current)?);
        let mut analyses = all(
            &mut tx,
            "select * from analysis where run = $1 order by place",
            number,
            analysis,
        )
        .await?;
        let units = all(
            &mut tx,
            "select * from unit where run = $1 order by submission, number",
            number,
            unit,
        )
        .await?;
        let places: HashMap<SubmissionId, usize> = (0..)
            .zip(&analyses)
            .map(|(place, (id, _))| (*id, place))
            .collect();
        for (id, unit) in units {
            // A foreign key holds them together.
            if let Some(&place) = places.get(&id) {
                analyses[place].1.units.push(unit);
            }
        }
        let points = all(
            &mut tx,
            "select * from point where run = $1 order by place",
            number,
            point,
        )
        .await?;
        Ok(Some(TriageRecord {
            run,
            analyses,
            points,
        }))
    }

    /// What the last run found of personal data in these submissions. One that it did not read is
    /// not in the answer.
    pub async fn personal_data(
        &self,
        consultation: ConsultationId,
        submissions: &[SubmissionId],
    ) -> Result<HashMap<SubmissionId, Vec<PersonalData>>, StoreError> {
        let mut db = self.pool().acquire().await?;
        let found = select_all(
            &mut db,
            "select submission, personal_data
             from wanted join analysis on submission = wanted.key
             where run = (select current_run from consultation where id = $1)",
            1,
            submissions,
            |query| query.bind(signed(consultation.get())),
            |query, id| query.bind(signed(id.get())),
            |row| {
                let data = from_json("personal_data", get(row, "personal_data")?)?;
                Ok((get_id(row, "submission", SubmissionId::new)?, data))
            },
        )
        .await?;
        Ok(found.into_iter().collect())
    }
}

async fn all<T>(
    db: &mut AnyConnection,
    sql: &'static str,
    run: i64,
    read: impl Fn(&AnyRow) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let query = sqlx::query(sql).bind(run);
    query.fetch_all(db).await?.iter().map(read).collect()
}

fn run(row: &AnyRow) -> Result<TriageRun, StoreError> {
    let draft: Option<i64> = get(row, "draft")?;
    Ok(TriageRun {
        draft: draft
            .map(|id| to_id("draft", id, DraftId::new))
            .transpose()?,
        started_at: get_time(row, "started_at")?,
        finished_at: get_time(row, "finished_at")?,
        program: get(row, "program")?,
        encoder: get(row, "encoder")?,
        decisions: get::<i64>(row, "decisions")?.cast_unsigned(),
        learned: learned(get(row, "learned")?)?,
    })
}

fn learned(json: &str) -> Result<Vec<(ArticleNo, usize)>, StoreError> {
    let records: Vec<(String, usize)> = plain_value("learned", json)?;
    records
        .into_iter()
        .map(|(article, units)| Some((ArticleNo::from_record(article)?, units)))
        .collect::<Option<_>>()
        .ok_or_else(|| unreadable("learned"))
}

/// Without its units.
fn analysis(row: &AnyRow) -> Result<(SubmissionId, Analysis), StoreError> {
    let analysis = Analysis {
        status: get_wire(row, "status", &Status::ALL)?,
        status_confidence: get::<f64>(row, "status_confidence")? as f32,
        duplicate: Duplicate {
            group: get_usize(row, "duplicate_group")?,
            kind: get_wire(row, "duplicate_kind", &DuplicateKind::ALL)?,
            additions: from_json("additions", get(row, "additions")?)?,
        },
        personal_data: from_json("personal_data", get(row, "personal_data")?)?,
        units: Vec::new(),
    };
    Ok((get_id(row, "submission", SubmissionId::new)?, analysis))
}

fn unit(row: &AnyRow) -> Result<(SubmissionId, Unit), StoreError> {
    let chapter: Option<i64> = get(row, "chapter")?;
    let chapter = chapter.map(|id| u32::try_from(id).map_err(|_| corrupt("chapter", &id)));
    let edit: Option<&str> = get(row, "edit")?;
    let edit = edit.map(|json| {
        Recorded::from_record(plain_value("edit", json)?).ok_or_else(|| unreadable("edit"))
    });
    let unit = Unit {
        span: Span::new(get_usize(row, "start_byte")?, get_usize(row, "end_byte")?),
        scope: get_wire(row, "scope", &Scope::ALL)?,
        chapter: chapter.transpose()?.map(NodeId),
        links: from_json("links", get(row, "links")?)?,
        candidates: from_json("candidates", get(row, "candidates")?)?,
        stance: get_wire(row, "stance", &Stance::ALL)?,
        stance_confidence: get::<f64>(row, "stance_confidence")? as f32,
        edit: edit.transpose()?,
        point: get_id(row, "point", PointId::new)?,
    };
    Ok((get_id(row, "submission", SubmissionId::new)?, unit))
}

fn point(row: &AnyRow) -> Result<Point, StoreError> {
    Ok(Point {
        id: get_id(row, "id", PointId::new)?,
        scope: get_wire(row, "scope", &Scope::ALL)?,
        articles: from_json("articles", get(row, "articles")?)?,
        stance: get_wire(row, "stance", &Stance::ALL)?,
        keywords: plain_value("keywords", get(row, "keywords")?)?,
        representative: plain_value("representative", get(row, "representative")?)?,
        units: plain_value("units", get(row, "units")?)?,
    })
}
