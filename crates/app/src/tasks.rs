//! Tasks that places do for consultations, each by its day.

use caifeng_domain::Permission;
use caifeng_store::{Act, NewTask, Principal};
use jiff::Timestamp;

use crate::{
    App, AppError, Refusal,
    catalogue::today,
    consultations::{check_day, cli},
};

/// How a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// To be done.
    Open,
    /// To have been done by now.
    Overdue,
    /// Done.
    Done,
}

impl TaskState {
    /// What readers call it.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Open => "待办",
            Self::Overdue => "已逾期",
            Self::Done => "已完成",
        }
    }
}

/// A task as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskEntry {
    /// Number.
    pub number: u64,
    /// Short name of the consultation.
    pub slug: String,
    /// Title of the draft.
    pub title: String,
    /// Name of the place.
    pub station: String,
    /// What is to be done.
    pub note: String,
    /// Key questions to be asked.
    pub questions: Vec<String>,
    /// The last day.
    pub due: String,
    /// How it stands today.
    pub state: TaskState,
}

impl App {
    /// Gives the place with this code a task and returns its number.
    pub async fn add_task(
        &self,
        slug: Option<&str>,
        station: &str,
        due: &str,
        note: &str,
    ) -> Result<u64, AppError> {
        check_day(due)?;
        if note.trim().is_empty() {
            return Err(AppError::Argument("请写明要做什么".to_owned()));
        }
        let task = NewTask {
            consultation: self.choose(slug).await?.id,
            station: self.place_by_code(station).await?.id,
            note: note.trim().to_owned(),
            due: due.to_owned(),
        };
        Ok(self.store.add_task(&cli(), &task).await?)
    }

    /// The tasks of all places, or of those that `by` may speak for.
    pub async fn tasks(&self, by: Option<&Principal>) -> Result<Vec<TaskEntry>, AppError> {
        let today = today(Timestamp::now());
        let places = match self.places_of(by).await? {
            Some(places) => places,
            None => self.store.stations().await?,
        };
        let all = self.consultations().await?;
        let entry = |task: caifeng_store::Task| {
            let what = task.what;
            let listed = all.iter().find(|listed| listed.id == what.consultation)?;
            let place = places.iter().find(|place| place.id == what.station)?;
            if by.is_some_and(|by| !listed.allows(by, Permission::Transcribe)) {
                return None;
            }
            Some(TaskEntry {
                number: task.number,
                slug: listed.consultation.slug.clone(),
                title: listed.consultation.title.clone(),
                station: place.name.clone(),
                note: what.note,
                questions: listed.consultation.questions.clone(),
                state: match task.done_at {
                    Some(_) => TaskState::Done,
                    None if what.due < today => TaskState::Overdue,
                    None => TaskState::Open,
                },
                due: what.due,
            })
        };
        Ok(self
            .store
            .tasks()
            .await?
            .into_iter()
            .filter_map(entry)
            .collect())
    }

    /// Notes that a task is done; by somebody, only one of theirs.
    pub async fn finish_task(&self, by: Option<&Principal>, number: u64) -> Result<(), AppError> {
        let mut theirs = self.tasks(by).await?.into_iter();
        if theirs.all(|task| task.number != number) {
            return Err(Refusal::UnknownTask(number).into());
        }
        let actor = by.map_or("cli", |by| &by.name);
        let at = Timestamp::now();
        // One that is done already is what was wanted.
        self.store.finish_task(&Act { actor, at }, number).await?;
        Ok(())
    }
}
