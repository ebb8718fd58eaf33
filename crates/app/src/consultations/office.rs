//! The same by officials in a browser: what they fill in, checked field by field, and done in their
//! names. A consultation is of the whole house: an account that is confined to one place neither makes
//! nor changes one.

use caifeng_domain::{Consultation, Named, Permission, StationId, Visibility, Window};
use caifeng_store::{NewTask, Principal, StoreError};

use super::{by_name, check, check_day, check_questions, check_slug, taken};
use crate::{
    App, AppError, DraftRead, Listed, Problems, Refusal,
    drafts::{first_version, kept_name},
};

/// Characters of a short name: it stands in addresses that are printed.
const MAX_SLUG: usize = 40;
/// Characters of a title.
const MAX_TITLE: usize = 200;
/// Characters of what a place is to do.
const MAX_NOTE: usize = 200;
/// What a place is to do where nobody says otherwise.
const NOTE: &str = "组织征求意见，并在截止前报送";

/// What somebody filled in for a new consultation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewConsultation {
    /// The short name in its addresses.
    pub slug: String,
    /// Title; where it is empty, that of the draft.
    pub title: String,
    /// First day, `YYYY-MM-DD`; empty, with the last one, for no window.
    pub opens: String,
    /// Last day.
    pub closes: String,
    /// Who may know of it: a name of [`Visibility`].
    pub visibility: String,
    /// Key questions, one a line.
    pub questions: String,
    /// Codes of the places that are to collect opinions.
    pub stations: Vec<String>,
    /// Hash of the draft that was uploaded.
    pub upload: String,
    /// What the draft's file is called.
    pub file_name: String,
}

/// A place that was asked to collect opinions, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationTask {
    /// Number of the task.
    pub number: u64,
    /// Names that lead to the place.
    pub path: Vec<String>,
    /// What is to be done.
    pub note: String,
    /// The last day.
    pub due: String,
    /// Whether it is done.
    pub is_done: bool,
}

/// A new consultation that can be made.
struct Checked {
    consultation: Consultation,
    read: DraftRead,
    bytes: Vec<u8>,
    places: Vec<StationId>,
}

impl App {
    /// Whether `by` may make consultations: whoever may review, everywhere.
    #[must_use]
    pub fn may_start(by: &Principal) -> bool {
        by.role.may(Permission::Review)
            && by.reach.station.is_none()
            && by.reach.consultations.is_none()
    }

    /// Whether `by` may change this one.
    #[must_use]
    pub fn may_manage(by: &Principal, listed: &Listed) -> bool {
        listed.allows(by, Permission::Review) && by.reach.station.is_none()
    }

    /// The consultation, if `by` may change it.
    pub async fn manageable(&self, by: &Principal, slug: &str) -> Result<Listed, AppError> {
        let listed = self.consultation_to(by, Permission::Review, slug).await?;
        if Self::may_manage(by, &listed) {
            Ok(listed)
        } else {
            Err(Refusal::Forbidden.into())
        }
    }

    /// What a new consultation would be, with what was read of its draft. Nothing is made yet.
    ///
    /// # Errors
    /// [`AppError::Form`] with everything that is not filled in as it should be.
    pub async fn look_at_start(
        &self,
        by: &Principal,
        new: &NewConsultation,
    ) -> Result<(Consultation, DraftRead), AppError> {
        let checked = self.checked(by, new).await?;
        Ok((checked.consultation, checked.read))
    }

    /// Makes a consultation with the first version of its draft, and asks the places that were chosen.
    /// A caller that stops waiting does not stop it halfway.
    pub async fn start_consultation(
        &self,
        by: &Principal,
        new: &NewConsultation,
    ) -> Result<Consultation, AppError> {
        let Checked {
            consultation,
            bytes,
            places,
            ..
        } = self.checked(by, new).await?;
        let (app, by, new) = (self.clone(), by.clone(), new.clone());
        let work = async move {
            let act = by_name(&by);
            let draft = first_version(kept_name(&new.file_name), bytes).await?;
            let asked = (&*places, NOTE);
            let started = app
                .store
                .start_consultation(&act, &consultation, &draft, asked);
            match started.await {
                // Somebody was faster.
                Err(StoreError::SlugTaken { slug }) => {
                    return Err(Problems::one("slug", taken(&slug).to_string()).into());
                }
                started => started?,
            };
            app.forget_upload(&new.upload).await?;
            app.catalogue.forget().await;
            Ok(consultation)
        };
        tokio::spawn(work).await?
    }

    async fn checked(&self, by: &Principal, new: &NewConsultation) -> Result<Checked, AppError> {
        if !Self::may_start(by) {
            return Err(Refusal::Forbidden.into());
        }
        let mut problems = Problems::default();
        let slug = new.slug.trim();
        problems.hear("slug", self.check_free(slug).await)?;
        let window = window(&mut problems, &new.opens, &new.closes)?;
        if window.is_none() && !new.stations.is_empty() && problems.of("closes").is_none() {
            problems.add("closes", "选了站点的，请填写截止日，站点要按这一天报送");
        }
        let visibility = visibility(&new.visibility);
        let visibility = problems.hear("visibility", visibility)?;
        let questions = questions(&new.questions);
        problems.hear("questions", check_questions(&questions))?;
        let mut places = Vec::new();
        for code in &new.stations {
            let place = self.place_by_code(code).await;
            places.extend(problems.hear("stations", place)?.map(|place| place.id));
        }
        let file = self.read_upload(&new.upload).await;
        let file = problems.hear("file", file)?;
        let read = file.as_ref().map(|(read, _)| read.title.as_str());
        let title = match new.title.trim() {
            "" => read,
            title => Some(title),
        };
        // Without a file nobody knows yet whether a title is missing.
        if let Some(title) = title {
            problems.hear("title", check_title(title))?;
        }
        let title = title.unwrap_or_default().to_owned();
        match (visibility, file) {
            (Some(visibility), Some((read, bytes))) if problems.is_empty() => {
                let consultation = Consultation {
                    slug: slug.to_owned(),
                    title,
                    window,
                    visibility,
                    closed_at: None,
                    questions,
                };
                Ok(Checked {
                    consultation,
                    read,
                    bytes,
                    places,
                })
            }
            _ => Err(problems.into()),
        }
    }

    async fn check_free(&self, slug: &str) -> Result<(), AppError> {
        if slug.is_empty() {
            return Err(AppError::Argument("请填写代号".to_owned()));
        }
        check_slug(slug)?;
        if slug.len() > MAX_SLUG {
            let message = format!("代号最多 {MAX_SLUG} 个字母");
            return Err(AppError::Argument(message));
        }
        match self.store.consultation(slug).await? {
            Some(_) => Err(taken(slug)),
            None => Ok(()),
        }
    }

    /// Changes the days of a consultation; without days it is open until it is closed by hand. One that
    /// was closed by hand stays closed.
    pub async fn change_window(
        &self,
        by: &Principal,
        slug: &str,
        opens: &str,
        closes: &str,
    ) -> Result<(), AppError> {
        let listed = self.manageable(by, slug).await?;
        let mut problems = Problems::default();
        let window = window(&mut problems, opens, closes)?;
        problems.settle()?;
        let act = by_name(by);
        self.store
            .set_window(&act, listed.id, window.as_ref())
            .await?;
        self.catalogue.forget().await;
        Ok(())
    }

    /// Opens a consultation that was closed, as [`App::open_consultation`] does.
    pub async fn reopen(&self, by: &Principal, slug: &str) -> Result<(), AppError> {
        self.manageable(by, slug).await?;
        self.open_as(&by_name(by), Some(slug), None).await?;
        Ok(())
    }

    /// Closes a consultation now.
    pub async fn close_now(&self, by: &Principal, slug: &str) -> Result<(), AppError> {
        let listed = self.manageable(by, slug).await?;
        self.store
            .close_consultation(&by_name(by), listed.id)
            .await?;
        self.catalogue.forget().await;
        Ok(())
    }

    /// Says who may know of a consultation.
    pub async fn change_visibility(
        &self,
        by: &Principal,
        slug: &str,
        name: &str,
    ) -> Result<(), AppError> {
        let listed = self.manageable(by, slug).await?;
        let mut problems = Problems::default();
        let found = problems.hear("visibility", visibility(name))?;
        problems.settle()?;
        if let Some(visibility) = found {
            self.store
                .set_visibility(&by_name(by), listed.id, visibility)
                .await?;
            self.catalogue.forget().await;
        }
        Ok(())
    }

    /// Changes the key questions, one a line. Answers name a question by its number, so after the first
    /// submission those that are there stay as they are, and others only come after them.
    pub async fn change_questions(
        &self,
        by: &Principal,
        slug: &str,
        text: &str,
    ) -> Result<(), AppError> {
        let listed = self.manageable(by, slug).await?;
        let new = questions(text);
        let mut problems = Problems::default();
        problems.hear("questions", check_questions(&new))?;
        problems.settle()?;
        let act = by_name(by);
        if !self.store.set_questions(&act, listed.id, &new).await? {
            let message = "已经收到意见，原有的问题不能改、不能删、不能换次序，\
                           只能在后面增加：已有的回答是按次序对应的";
            return Err(Problems::one("questions", message).into());
        }
        self.catalogue.forget().await;
        Ok(())
    }

    /// The places that were asked to collect opinions, those not done first.
    pub async fn station_tasks(
        &self,
        by: &Principal,
        slug: &str,
    ) -> Result<Vec<StationTask>, AppError> {
        let listed = self.manageable(by, slug).await?;
        let places = self.stations().await?;
        let tasks = self.store.tasks().await?.into_iter();
        let task = |task: caifeng_store::Task| {
            let place = places.iter().find(|(one, _)| one.id == task.what.station)?;
            Some(StationTask {
                number: task.number,
                path: place.1.clone(),
                note: task.what.note,
                due: task.what.due,
                is_done: task.done_at.is_some(),
            })
        };
        Ok(tasks
            .filter(|task| task.what.consultation == listed.id)
            .filter_map(task)
            .collect())
    }

    /// Asks places, by their codes, to collect opinions until a day.
    pub async fn ask_stations(
        &self,
        by: &Principal,
        slug: &str,
        codes: &[String],
        due: &str,
        note: &str,
    ) -> Result<usize, AppError> {
        let listed = self.manageable(by, slug).await?;
        let mut problems = Problems::default();
        problems.hear("due", check_day(due.trim()))?;
        let note = match note.trim() {
            "" => NOTE,
            note => note,
        };
        if note.chars().count() > MAX_NOTE || note.contains(char::is_control) {
            problems.add("note", format!("最多 {MAX_NOTE} 字，写在一行里"));
        }
        if codes.is_empty() {
            problems.add("stations", "请至少选择一处站点");
        }
        let mut places = Vec::new();
        for code in codes {
            let place = self.place_by_code(code).await;
            places.extend(problems.hear("stations", place)?);
        }
        problems.settle()?;
        for place in &places {
            let task = NewTask {
                consultation: listed.id,
                station: place.id,
                note: note.to_owned(),
                due: due.trim().to_owned(),
            };
            self.store.add_task(&by_name(by), &task).await?;
        }
        Ok(places.len())
    }

    /// Takes back what a place was asked and has not done.
    pub async fn withdraw_task(
        &self,
        by: &Principal,
        slug: &str,
        number: u64,
    ) -> Result<(), AppError> {
        let listed = self.manageable(by, slug).await?;
        if self
            .store
            .remove_task(&by_name(by), listed.id, number)
            .await?
        {
            Ok(())
        } else {
            Err(Refusal::Handled.into())
        }
    }
}

/// The window of two days that were filled in; none where neither was.
fn window(problems: &mut Problems, opens: &str, closes: &str) -> Result<Option<Window>, AppError> {
    let (opens, closes) = (opens.trim(), closes.trim());
    match (opens, closes) {
        ("", "") => return Ok(None),
        ("", _) => problems.add("opens", "请填写开始日；不定期限的，两天都不填"),
        (_, "") => problems.add("closes", "请填写截止日；不定期限的，两天都不填"),
        _ => {
            let first = problems.hear("opens", check_day(opens))?;
            let last = problems.hear("closes", check_day(closes))?;
            let window = Window {
                opens: opens.to_owned(),
                closes: closes.to_owned(),
            };
            if first.and(last).is_some() {
                let fits = problems.hear("closes", check(Some(&window)))?;
                return Ok(fits.map(|()| window));
            }
        }
    }
    Ok(None)
}

fn visibility(name: &str) -> Result<Visibility, AppError> {
    let found = Visibility::from_name(name);
    found.ok_or_else(|| AppError::Argument("请选择公开范围".to_owned()))
}

/// Key questions as they are written in a text area.
fn questions(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

fn check_title(title: &str) -> Result<(), AppError> {
    let fits = (1..=MAX_TITLE).contains(&title.chars().count());
    if fits && !title.contains(char::is_control) {
        return Ok(());
    }
    let message = format!("标题应有 1 至 {MAX_TITLE} 字，写在一行里");
    Err(AppError::Argument(message))
}
