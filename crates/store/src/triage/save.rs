//! Writing the results of a run.

use caifeng_domain::{
    Analysis, ConsultationId, DuplicateKind, Point, PointId, Scope, Stance, Status, Unit,
};
use serde::Serialize;
use sm3::{Digest, Sm3};
use sqlx::AnyConnection;

use super::{
    ReservedRun, SaveOutcome, TriageRecord,
    record::{Recorded, plain_json, to_json},
};
use crate::{
    Act, DraftId, Store, StoreError, audit,
    db::Write,
    rows::{Query, get, hex, insert_all, signed, time_text, to_id, wire},
};

/// A row of `analysis`.
#[derive(Serialize)]
struct AnalysisRow {
    submission: u64,
    place: usize,
    status: &'static str,
    status_confidence: f64,
    duplicate_group: usize,
    duplicate_kind: &'static str,
    additions: String,
    personal_data: String,
}

/// A row of `unit`.
#[derive(Serialize)]
struct UnitRow {
    submission: u64,
    number: usize,
    start_byte: usize,
    end_byte: usize,
    scope: &'static str,
    chapter: Option<i64>,
    stance: &'static str,
    stance_confidence: f64,
    point: u64,
    links: String,
    candidates: String,
    edit: Option<String>,
}

/// A row of `point`.
#[derive(Serialize)]
struct PointRow {
    id: u64,
    place: usize,
    scope: &'static str,
    stance: &'static str,
    articles: String,
    keywords: String,
    representative: String,
    units: String,
}

/// Everything that a run found, as rows.
#[derive(Serialize)]
struct Rows<'r> {
    draft: Option<u64>,
    encoder: &'r str,
    decisions: u64,
    analyses: Vec<AnalysisRow>,
    units: Vec<UnitRow>,
    points: Vec<PointRow>,
}

/// Rows written or deleted in one transaction: what was received meanwhile waits for some ten
/// milliseconds.
const SLICE: usize = 512;

impl Store {
    /// Replaces the results of a consultation by these; does nothing at all when they are the same
    /// as those in force (draft, encoder, decisions and results; times and the program's version do not
    /// count), nor when another run was put in force since this one was reserved. Written bit by
    /// bit, and put in force at once: until then, and when this is interrupted, those before stay.
    pub async fn save_triage(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
        reserved: ReservedRun,
        record: &TriageRecord,
    ) -> Result<SaveOutcome, StoreError> {
        let rows = rows(record)?;
        let digest = digest(&rows)?;
        let refused = self
            .begin_run(consultation, reserved, record, &digest)
            .await?;
        if let Some(refused) = refused {
            return Ok(refused);
        }
        let run = reserved.number;
        for rows in rows.analyses.chunks(SLICE) {
            let mut write = self.write().await?;
            insert_analyses(&mut write, run, rows).await?;
            write.commit().await?;
        }
        for rows in rows.units.chunks(SLICE) {
            let mut write = self.write().await?;
            insert_units(&mut write, run, rows).await?;
            write.commit().await?;
        }
        for rows in rows.points.chunks(SLICE) {
            let mut write = self.write().await?;
            insert_points(&mut write, run, rows).await?;
            write.commit().await?;
        }
        if !self
            .put_in_force(act, consultation, reserved, record)
            .await?
        {
            return Ok(SaveOutcome::Overtaken);
        }
        self.clear_runs(consultation).await?;
        Ok(SaveOutcome::Stored)
    }

    /// Takes a number for a run, before the journal is read for it.
    pub async fn reserve_run(
        &self,
        consultation: ConsultationId,
    ) -> Result<ReservedRun, StoreError> {
        let mut write = self.write().await?;
        let number = signed(write.take_numbers("triage_run", 1).await?);
        let base = current_run(write.db(), consultation).await?;
        let next: i64 = sqlx::query_scalar("select next_point from consultation where id = $1")
            .bind(signed(consultation.get()))
            .fetch_one(write.db())
            .await?;
        write.commit().await?;
        Ok(ReservedRun {
            number,
            base,
            next_point: to_id("next_point", next, PointId::new)?,
        })
    }

    /// The number of the run whose results count.
    pub async fn run_in_force(
        &self,
        consultation: ConsultationId,
    ) -> Result<Option<i64>, StoreError> {
        let mut db = self.pool().acquire().await?;
        current_run(&mut db, consultation).await
    }

    /// Notes a run, unless there is a reason not to.
    pub(super) async fn begin_run(
        &self,
        consultation: ConsultationId,
        reserved: ReservedRun,
        record: &TriageRecord,
        digest: &str,
    ) -> Result<Option<SaveOutcome>, StoreError> {
        let mut write = self.write().await?;
        let last = sqlx::query(
            "select triage_run.id, digest from triage_run
             join consultation on current_run = triage_run.id
             where consultation.id = $1",
        )
        .bind(signed(consultation.get()))
        .fetch_optional(write.db())
        .await?;
        if let Some(last) = last {
            if get::<&str>(&last, "digest")? == digest {
                return Ok(Some(SaveOutcome::Unchanged));
            }
            if Some(get::<i64>(&last, "id")?) != reserved.base {
                return Ok(Some(SaveOutcome::Overtaken));
            }
        }
        insert_run(&mut write, consultation, reserved.number, record, digest).await?;
        write.commit().await?;
        Ok(None)
    }

    /// Makes a run the one whose results count, unless another one was meanwhile, or somebody made a
    /// point, whose number a point of this run has too.
    pub(super) async fn put_in_force(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
        reserved: ReservedRun,
        record: &TriageRecord,
    ) -> Result<bool, StoreError> {
        let last = record.points.iter().map(|point| point.id.get()).max();
        let run = reserved.number;
        let mut write = self.write().await?;
        let done = sqlx::query(
            "update consultation set current_run = $1,
                 next_point = case when next_point > $2 then next_point else $2 end
             where id = $3 and coalesce(current_run, 0) = $4 and next_point = $5",
        )
        .bind(run)
        .bind(signed(last.unwrap_or(0) + 1))
        .bind(signed(consultation.get()))
        .bind(reserved.base.unwrap_or(0))
        .bind(signed(reserved.next_point.get()))
        .execute(write.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let what = format!("run {run}, {} submissions", record.analyses.len());
        audit::append_about(&mut write, act, "triage.save", consultation, &what).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Deletes the results that are not in force any more, those of interrupted runs too.
    async fn clear_runs(&self, consultation: ConsultationId) -> Result<(), StoreError> {
        let old = sqlx::query_scalar::<_, i64>(
            "select triage_run.id from triage_run join consultation on consultation.id = $1
             where consultation = $1 and kept = 1 and triage_run.id < current_run",
        )
        .bind(signed(consultation.get()))
        .fetch_all(self.pool())
        .await?;
        for run in old {
            for sql in [
                "delete from unit where run = $1 and submission in
                     (select submission from unit where run = $1 limit $2)",
                "delete from analysis where run = $1 and submission in
                     (select submission from analysis where run = $1 limit $2)",
                "delete from point where run = $1 and id in
                     (select id from point where run = $1 limit $2)",
            ] {
                while self.slice(sql, run).await? > 0 {}
            }
            self.slice(
                "update triage_run set kept = 0 where id = $1 and kept < $2",
                run,
            )
            .await?;
        }
        Ok(())
    }

    /// Runs a statement on at most [`SLICE`] rows of a run. How many there were.
    async fn slice(&self, sql: &'static str, run: i64) -> Result<u64, StoreError> {
        let mut write = self.write().await?;
        let query: Query<'_> = sqlx::query(sql).bind(run).bind(signed(SLICE as u64));
        let done = query.execute(write.db()).await?;
        write.commit().await?;
        Ok(done.rows_affected())
    }
}

async fn current_run(
    db: &mut AnyConnection,
    consultation: ConsultationId,
) -> Result<Option<i64>, StoreError> {
    let row = sqlx::query("select current_run from consultation where id = $1")
        .bind(signed(consultation.get()))
        .fetch_optional(db)
        .await?;
    row.map_or(Ok(None), |row| get(&row, "current_run"))
}

fn digest(rows: &Rows<'_>) -> Result<String, StoreError> {
    let json = serde_json::to_vec(rows).map_err(StoreError::Unstorable)?;
    Ok(hex(&Sm3::digest(json)))
}

fn rows(record: &TriageRecord) -> Result<Rows<'_>, StoreError> {
    let mut rows = Rows {
        draft: record.run.draft.map(DraftId::get),
        encoder: &record.run.encoder,
        decisions: record.run.decisions,
        analyses: Vec::with_capacity(record.analyses.len()),
        units: Vec::new(),
        points: Vec::with_capacity(record.points.len()),
    };
    for (place, (id, analysis)) in record.analyses.iter().enumerate() {
        rows.analyses.push(analysis_row(id.get(), place, analysis)?);
        for (number, unit) in analysis.units.iter().enumerate() {
            rows.units.push(unit_row(id.get(), number, unit)?);
        }
    }
    for (place, point) in record.points.iter().enumerate() {
        rows.points.push(point_row(place, point)?);
    }
    Ok(rows)
}

fn analysis_row(
    submission: u64,
    place: usize,
    analysis: &Analysis,
) -> Result<AnalysisRow, StoreError> {
    let duplicate = &analysis.duplicate;
    Ok(AnalysisRow {
        submission,
        place,
        status: wire(&Status::ALL, analysis.status),
        status_confidence: analysis.status_confidence.into(),
        duplicate_group: duplicate.group,
        duplicate_kind: wire(&DuplicateKind::ALL, duplicate.kind),
        additions: to_json(&duplicate.additions)?,
        personal_data: to_json(&analysis.personal_data)?,
    })
}

fn unit_row(submission: u64, number: usize, unit: &Unit) -> Result<UnitRow, StoreError> {
    let edit = unit.edit.as_ref().map(Recorded::to_record);
    Ok(UnitRow {
        submission,
        number,
        start_byte: unit.span.start,
        end_byte: unit.span.end,
        scope: wire(&Scope::ALL, unit.scope),
        chapter: unit.chapter.map(|node| node.0.into()),
        stance: wire(&Stance::ALL, unit.stance),
        stance_confidence: unit.stance_confidence.into(),
        point: unit.point.get(),
        links: to_json(&unit.links)?,
        candidates: to_json(&unit.candidates)?,
        edit: edit.as_ref().map(plain_json).transpose()?,
    })
}

fn point_row(place: usize, point: &Point) -> Result<PointRow, StoreError> {
    Ok(PointRow {
        id: point.id.get(),
        place,
        scope: wire(&Scope::ALL, point.scope),
        stance: wire(&Stance::ALL, point.stance),
        articles: to_json(&point.articles)?,
        keywords: plain_json(&point.keywords)?,
        representative: plain_json(&point.representative)?,
        units: plain_json(&point.units)?,
    })
}

async fn insert_run(
    write: &mut Write<'_>,
    consultation: ConsultationId,
    id: i64,
    record: &TriageRecord,
    digest: &str,
) -> Result<(), StoreError> {
    let run = &record.run;
    let learned = run.learned.iter();
    let learned: Vec<(String, usize)> = learned.map(|(a, n)| (a.to_string(), *n)).collect();
    sqlx::query(
        "insert into triage_run (id, consultation, draft, started_at, finished_at, program,
             encoder, submissions, digest, decisions, learned)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(id)
    .bind(signed(consultation.get()))
    .bind(run.draft.map(|draft| signed(draft.get())))
    .bind(time_text(run.started_at))
    .bind(time_text(run.finished_at))
    .bind(&run.program)
    .bind(&run.encoder)
    .bind(signed(record.analyses.len() as u64))
    .bind(digest)
    .bind(signed(run.decisions))
    .bind(plain_json(&learned)?)
    .execute(write.db())
    .await?;
    Ok(())
}

async fn insert_analyses(
    write: &mut Write<'_>,
    run: i64,
    rows: &[AnalysisRow],
) -> Result<(), StoreError> {
    insert_all(
        write.db(),
        "insert into analysis (run, submission, place, status, status_confidence,
             duplicate_group, duplicate_kind, additions, personal_data)",
        9,
        "",
        rows,
        |query, row| {
            query
                .bind(run)
                .bind(signed(row.submission))
                .bind(signed(row.place as u64))
                .bind(row.status)
                .bind(row.status_confidence)
                .bind(signed(row.duplicate_group as u64))
                .bind(row.duplicate_kind)
                .bind(&row.additions)
                .bind(&row.personal_data)
        },
    )
    .await
}

async fn insert_units(write: &mut Write<'_>, run: i64, rows: &[UnitRow]) -> Result<(), StoreError> {
    insert_all(
        write.db(),
        "insert into unit (run, submission, number, start_byte, end_byte, scope, chapter,
             stance, stance_confidence, point, links, candidates, edit)",
        13,
        "",
        rows,
        |query, row| {
            query
                .bind(run)
                .bind(signed(row.submission))
                .bind(signed(row.number as u64))
                .bind(signed(row.start_byte as u64))
                .bind(signed(row.end_byte as u64))
                .bind(row.scope)
                .bind(row.chapter)
                .bind(row.stance)
                .bind(row.stance_confidence)
                .bind(signed(row.point))
                .bind(&row.links)
                .bind(&row.candidates)
                .bind(&row.edit)
        },
    )
    .await
}

async fn insert_points(
    write: &mut Write<'_>,
    run: i64,
    rows: &[PointRow],
) -> Result<(), StoreError> {
    insert_all(
        write.db(),
        "insert into point (run, id, place, scope, stance, articles, keywords,
             representative, units)",
        9,
        "",
        rows,
        |query, row| {
            query
                .bind(run)
                .bind(signed(row.id))
                .bind(signed(row.place as u64))
                .bind(row.scope)
                .bind(row.stance)
                .bind(&row.articles)
                .bind(&row.keywords)
                .bind(&row.representative)
                .bind(&row.units)
        },
    )
    .await
}
