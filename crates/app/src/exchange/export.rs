//! Making packages: submissions on their way up, answers on their way down.

use std::collections::{BTreeMap, HashSet};

use caifeng_channel::package::{
    About, AnswerLine, Content, Count, DraftMark, FeedbackLine, Kind, Manifest, SCHEMA, Signature,
    StationMark, version_mark, write,
};
use caifeng_domain::{Named, Permission, SubmissionId};
use caifeng_store::{Answered, Package, PackageDirection, PackageKind, Principal};
use jiff::Timestamp;

use super::{ExchangeError, Exchanger, PackageCounts, PackageLine, lines::Source, written};
use crate::{App, AppError, triage::versions};

/// A package that was made.
#[derive(Debug, Clone)]
pub struct Packed {
    /// What is noted of it.
    pub line: PackageLine,
    /// How many there are of everything.
    pub count: Count,
    /// Whether the same had been made before: nothing has changed since.
    pub is_known: bool,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What a file of it is called.
    pub file_name: String,
}

/// What is going to be packed.
struct Load {
    series: String,
    /// To whom; empty: up.
    to: String,
    stations: Vec<StationMark>,
    count: Count,
    content: Content,
}

impl App {
    /// Packs the submissions of a consultation for the level above. Where nothing has changed since
    /// the last package, that one again.
    pub async fn export_package(
        &self,
        by: Option<&Principal>,
        slug: Option<&str>,
    ) -> Result<Packed, AppError> {
        let who = self.exchanger(by, slug, Permission::Review).await?;
        let slug = who.chosen.consultation.slug.clone();
        let desk = self.fresh_desk(who.id(), &slug).await?;
        let held = desk.read_owned().await;
        let drafts = self.store.drafts(who.id()).await?;
        let spoken = self.store.package_drafts(who.id()).await?;
        let withdrawn = self.store.withdrawn(who.id()).await?;
        let withdrawn: HashSet<SubmissionId> = withdrawn.into_iter().collect();
        let received = self.store.received(who.id()).await?;
        let (store, consultation) = (self.store.clone(), who.id());
        let dispositions = self.rules().await?.dispositions.clone();
        let build = move || {
            let desk = held.as_ref()?;
            let versions = versions(&drafts, &desk.material.stored, &spoken);
            let source = Source {
                desk,
                store: &store,
                consultation,
                versions: &versions,
                withdrawn: &withdrawn,
                dispositions: &dispositions,
            };
            let (submissions, count) = source.submissions(received);
            Some((submissions, source.points(), count))
        };
        let made = tokio::task::spawn_blocking(build).await?;
        let (submissions, points, mut count) = made.ok_or(AppError::NotTriaged(slug))?;
        if submissions.is_empty() {
            return Err(ExchangeError::NothingToSend.into());
        }
        count.points = points.len();
        let named = submissions
            .iter()
            .filter_map(|line| line.station.as_deref());
        let stations = self.station_marks(named.collect()).await?;
        let load = Load {
            series: self.store.package_series(who.id()),
            to: String::new(),
            stations,
            count,
            content: Content::Submissions(submissions, points),
        };
        self.pack(&who, load).await
    }

    /// Packs what became of the submissions that an organisation sent, for them to tell those who had
    /// sent them: what was decided here, and what was decided above and came here.
    pub async fn export_feedback(
        &self,
        by: Option<&Principal>,
        slug: Option<&str>,
        organisation: &str,
    ) -> Result<Packed, AppError> {
        let who = self.exchanger(by, slug, Permission::Review).await?;
        let all = self.store.packages(who.id()).await?;
        let theirs = |package: &&Package| {
            package.direction == PackageDirection::Received
                && package.kind == PackageKind::Submissions
                && package.organisation == organisation
        };
        let unknown = || ExchangeError::UnknownOrganisation(organisation.to_owned());
        let series = all.iter().find(theirs).ok_or_else(unknown)?.series.clone();
        let lines = self.feedback_lines(&who, &series).await?;
        if lines.is_empty() {
            return Err(ExchangeError::NothingToAnswer(organisation.to_owned()).into());
        }
        let count = Count {
            submissions: lines.len(),
            units: lines.iter().map(|line| line.answers.len()).sum(),
            ..Count::default()
        };
        let load = Load {
            series,
            to: organisation.to_owned(),
            stations: Vec::new(),
            count,
            content: Content::Feedback(lines),
        };
        self.pack(&who, load).await
    }

    async fn feedback_lines(
        &self,
        who: &Exchanger,
        series: &str,
    ) -> Result<Vec<FeedbackLine>, AppError> {
        let own = self.own_name().await?;
        let mut above: BTreeMap<SubmissionId, Vec<Answered>> = BTreeMap::new();
        for (id, answer) in self.store.feedback(who.id()).await? {
            above.entry(id).or_default().push(answer);
        }
        let references = self.store.references(series).await?;
        let slug = who.chosen.consultation.slug.clone();
        let desk = self.fresh_desk(who.id(), &slug).await?;
        let held = desk.read().await;
        let desk = held.as_ref().ok_or(AppError::NotTriaged(slug))?;
        let rules = self.rules().await?;
        let lines = references.into_iter().filter_map(|(id, reference)| {
            let here = desk.answers(id, false, &rules.dispositions);
            let here = here.into_iter().filter_map(|answer| {
                Some(AnswerLine {
                    by: own.clone(),
                    words: answer.words,
                    place: answer.place,
                    wording: answer.wording,
                    together: answer.together,
                    result: answer.result?,
                    reason: answer.reason.unwrap_or_default(),
                    day: answer.day?,
                })
            });
            let above = above.remove(&id).unwrap_or_default();
            let answers: Vec<AnswerLine> = above.into_iter().map(line).chain(here).collect();
            (!answers.is_empty()).then_some(FeedbackLine { reference, answers })
        });
        Ok(lines.collect())
    }

    /// The places that submissions name and those that lead to them, parents first.
    async fn station_marks(&self, named: HashSet<&str>) -> Result<Vec<StationMark>, AppError> {
        let all = self.stations().await?;
        let is_named = |path: &Vec<String>| path.last().is_some_and(|name| named.contains(&**name));
        let wanted: Vec<&Vec<String>> = (all.iter().map(|(_, path)| path))
            .filter(|path| is_named(path))
            .collect();
        let leads = |path: &Vec<String>| wanted.iter().any(|wanted| wanted.starts_with(path));
        let marks = all.iter().filter(|(_, path)| leads(path));
        let own = self.own_root().await?;
        let former = self.store.former_names().await?;
        // A name that a place has now is no other's former one.
        let is_free = |name: &String| all.iter().all(|(place, _)| place.name != *name);
        let mark = |(place, path): &(caifeng_domain::Station, Vec<String>)| StationMark {
            kind: place.kind.wire().to_owned(),
            own: place.parent.is_none() && Some(&place.name) == own.as_ref(),
            former: (former.iter())
                .filter(|(id, name)| *id == place.id && is_free(name))
                .map(|(_, name)| name.clone())
                .collect(),
            path: path.clone(),
        };
        Ok(marks.map(mark).collect())
    }

    /// Signs a load, keeps it and notes it. The same load as last time is the same package.
    async fn pack(&self, who: &Exchanger, load: Load) -> Result<Packed, AppError> {
        let content = load.content.digest().map_err(ExchangeError::from)?;
        let kind = match load.content.kind() {
            Kind::Submissions => PackageKind::Submissions,
            Kind::Feedback => PackageKind::Feedback,
        };
        let earlier = self.store.packages_of(&load.series).await?;
        let last = earlier.into_iter().rev().find(|package| {
            package.direction == PackageDirection::Sent
                && package.kind == kind
                && package.organisation == load.to
        });
        if let Some(last) = last.as_ref().filter(|last| last.content == content) {
            let bytes = self.file(&last.sha256).await?;
            return Ok(packed(who, last.clone(), load.count, true, bytes));
        }
        let now = Timestamp::now();
        let manifest = Manifest {
            format: load.content.kind().wire().to_owned(),
            schema: SCHEMA,
            package: self.store.new_package_name()?,
            series: load.series,
            version: last.map_or(1, |last| last.version + 1),
            exported_at: written(now),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            organisation: self.own_name().await?,
            consultation: About {
                slug: who.chosen.consultation.slug.clone(),
                title: who.chosen.consultation.title.clone(),
            },
            drafts: self.draft_marks(who).await?,
            questions: who.chosen.consultation.questions.clone(),
            stations: load.stations,
            counts: load.count,
            entries: Vec::new(),
        };
        let mut package = Package {
            id: 0,
            consultation: who.id(),
            direction: PackageDirection::Sent,
            kind,
            series: manifest.series.clone(),
            version: manifest.version,
            package: manifest.package.clone(),
            content,
            organisation: load.to,
            exported_at: now,
            at: now,
            actor: who.actor.clone(),
            counts: PackageCounts::of(&manifest, kind == PackageKind::Feedback).json(),
            sha256: String::new(),
        };
        let key = self
            .store
            .signing_key(&who.act(), self.config.signature)
            .await?;
        let content = load.content;
        let seal = move || {
            write::<ExchangeError>(manifest, &content, |bytes| {
                let public = key.public();
                Ok(Signature {
                    algorithm: public.suite.wire().to_owned(),
                    public_key: public.to_hex(),
                    signature: crate::drafts::hex(&key.sign(bytes)),
                })
            })
        };
        let bytes = tokio::task::spawn_blocking(seal).await??;
        package.sha256 = self.put_file(bytes.clone()).await?;
        if !self.store.note_sent(&who.act(), &package).await? {
            return Err(crate::Refusal::Changed.into());
        }
        Ok(packed(who, package, load.count, false, bytes))
    }

    /// The versions of the draft, by their words.
    pub(super) async fn draft_marks(&self, who: &Exchanger) -> Result<Vec<DraftMark>, AppError> {
        let drafts = self.store.drafts(who.id()).await?;
        let mark = |draft: &caifeng_store::Draft| {
            let record = &draft.record;
            version_mark(&record.version, &record.text)
        };
        Ok(drafts.iter().map(mark).collect())
    }
}

fn line(answer: Answered) -> AnswerLine {
    AnswerLine {
        by: answer.organisation,
        words: answer.words,
        place: answer.place,
        wording: answer.wording,
        together: answer.together,
        result: answer.result,
        reason: answer.reason,
        day: answer.day,
    }
}

fn packed(
    who: &Exchanger,
    package: Package,
    count: Count,
    is_known: bool,
    bytes: Vec<u8>,
) -> Packed {
    let kind = package.kind.wire();
    Packed {
        // Short names of consultations are letters, digits and dashes.
        file_name: format!(
            "{}-{kind}-v{}.zip",
            who.chosen.consultation.slug, package.version
        ),
        line: package.into(),
        count,
        is_known,
        bytes,
    }
}
