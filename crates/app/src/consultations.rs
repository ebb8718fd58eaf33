//! Making, opening and closing consultations.

mod office;

use caifeng_domain::{Consultation, Visibility, Window};
use caifeng_store::{Act, Principal, StoreError};
use jiff::Timestamp;

use crate::{App, AppError};

pub use office::{NewConsultation, StationTask};

/// Key questions that people are asked at once.
const MAX_QUESTIONS: usize = 20;
/// Characters of one.
const MAX_QUESTION_CHARS: usize = 200;

impl App {
    /// Makes a consultation. Its draft comes later, by `draft import`.
    pub async fn create_consultation(
        &self,
        slug: &str,
        title: &str,
        window: Option<Window>,
        visibility: Visibility,
        questions: Vec<String>,
    ) -> Result<(), AppError> {
        let consultation = Consultation {
            slug: slug.to_owned(),
            title: title.to_owned(),
            window,
            visibility,
            closed_at: None,
            questions,
        };
        check_slug(slug)?;
        check(consultation.window.as_ref())?;
        check_questions(&consultation.questions)?;
        match self.store.create_consultation(&cli(), &consultation).await {
            Err(StoreError::SlugTaken { slug }) => return Err(taken(&slug)),
            made => made?,
        };
        self.catalogue.forget().await;
        Ok(())
    }

    /// Opens a consultation, again where it was closed. Without a window the one it has stays,
    /// unless it is over.
    pub async fn open_consultation(
        &self,
        slug: Option<&str>,
        window: Option<Window>,
    ) -> Result<Consultation, AppError> {
        self.open_as(&cli(), slug, window).await
    }

    async fn open_as(
        &self,
        act: &Act<'_>,
        slug: Option<&str>,
        window: Option<Window>,
    ) -> Result<Consultation, AppError> {
        check(window.as_ref())?;
        let chosen = self.choose(slug).await?;
        let today = crate::catalogue::today(Timestamp::now());
        let before = chosen.consultation.window.clone();
        let window = window.or(before.filter(|window| window.closes >= today));
        self.store
            .open_consultation(act, chosen.id, window.as_ref())
            .await?;
        self.catalogue.forget().await;
        Ok(Consultation {
            window,
            closed_at: None,
            ..chosen.consultation
        })
    }

    /// Says who may know of a consultation.
    pub async fn set_visibility(
        &self,
        slug: Option<&str>,
        visibility: Visibility,
    ) -> Result<(), AppError> {
        let chosen = self.choose(slug).await?;
        self.store
            .set_visibility(&cli(), chosen.id, visibility)
            .await?;
        self.catalogue.forget().await;
        Ok(())
    }

    /// The short name of the consultation that is meant: the only one, where none is named.
    pub async fn slug_of(&self, slug: Option<&str>) -> Result<String, AppError> {
        Ok(self.choose(slug).await?.consultation.slug)
    }

    /// Closes a consultation, whatever its window says.
    pub async fn close_consultation(&self, slug: Option<&str>) -> Result<Consultation, AppError> {
        let chosen = self.choose(slug).await?;
        self.store.close_consultation(&cli(), chosen.id).await?;
        self.catalogue.forget().await;
        Ok(chosen.consultation)
    }
}

fn taken(slug: &str) -> AppError {
    AppError::Argument(format!("代号 {slug} 已在使用"))
}

/// Somebody who does something now.
pub(crate) fn by_name(by: &Principal) -> Act<'_> {
    Act {
        actor: &by.name,
        at: Timestamp::now(),
    }
}

pub(crate) fn cli() -> Act<'static> {
    Act {
        actor: "cli",
        at: Timestamp::now(),
    }
}

/// Whether a day is written as it is stored and compared.
pub(crate) fn check_day(day: &str) -> Result<(), AppError> {
    let date: Result<jiff::civil::Date, _> = day.parse();
    if date.is_ok_and(|date| date.to_string() == day) {
        return Ok(());
    }
    Err(AppError::Argument(format!(
        "日期 {day} 应写作 YYYY-MM-DD，如 2026-03-01"
    )))
}

/// Whether a short name can stand in an address.
fn check_slug(slug: &str) -> Result<(), AppError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !slug.is_empty() && slug.chars().all(fits) {
        return Ok(());
    }
    Err(AppError::Argument(format!(
        "代号 {slug} 应由字母、数字和 - 组成，它会出现在网址里"
    )))
}

fn check_questions(questions: &[String]) -> Result<(), AppError> {
    if questions.len() > MAX_QUESTIONS {
        let message = format!("重点问题最多 {MAX_QUESTIONS} 个，多了没有人会逐个回答");
        return Err(AppError::Argument(message));
    }
    let fits = |question: &String| {
        let chars = question.trim().chars().count();
        (1..=MAX_QUESTION_CHARS).contains(&chars) && !question.contains(char::is_control)
    };
    if questions.iter().all(fits) {
        return Ok(());
    }
    Err(AppError::Argument(format!(
        "重点问题应有 1 至 {MAX_QUESTION_CHARS} 字，写在一行里"
    )))
}

fn check(window: Option<&Window>) -> Result<(), AppError> {
    let Some(window) = window else { return Ok(()) };
    for day in [&window.opens, &window.closes] {
        check_day(day)?;
    }
    if window.opens > window.closes {
        return Err(AppError::Argument(format!(
            "截止日期 {} 早于开始日期 {}",
            window.closes, window.opens
        )));
    }
    Ok(())
}
