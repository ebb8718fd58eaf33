//! What is asked for, checked against what whoever asks may see.

use caifeng_domain::{ArticleNo, Channel, Named, PersonalDataKind, Status};
use caifeng_search::{Filters, Kind};
use caifeng_store::Principal;
use caifeng_text::personal;

use crate::{App, AppError, Refusal, consultations::check_day, reach::below};

/// Kinds of personal data that are numbers and addresses: they are taken out of what is searched for.
const NUMBERS: [PersonalDataKind; 7] = [
    PersonalDataKind::Phone,
    PersonalDataKind::IdCard,
    PersonalDataKind::BankCard,
    PersonalDataKind::Passport,
    PersonalDataKind::Wechat,
    PersonalDataKind::Email,
    PersonalDataKind::Plate,
];

/// What kind of thing is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeekKind {
    /// 来件
    Submission,
    /// 观点
    Point,
    /// Articles of drafts.
    Article,
    /// Articles of the law library.
    Law,
}

impl SeekKind {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Submission, "submission", "来件"),
        (Self::Point, "point", "观点"),
        (Self::Article, "article", "草案条文"),
        (Self::Law, "law", "法律库"),
    ];

    /// What it is in the indexes of consultations; laws are not there.
    pub(super) fn indexed(self) -> Option<Kind> {
        match self {
            Self::Submission => Some(Kind::Submission),
            Self::Point => Some(Kind::Point),
            Self::Article => Some(Kind::Article),
            Self::Law => None,
        }
    }
}

impl Named for SeekKind {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// A search as it was asked for. Empty texts are as if not said.
#[derive(Debug, Clone, Default)]
pub struct SeekRequest {
    /// Words, a question, or the name of a law with the number of an article.
    pub text: String,
    /// None: everything.
    pub kind: Option<SeekKind>,
    /// Short name of a consultation.
    pub consultation: Option<String>,
    /// 34 or 120-1
    pub article: Option<ArticleNo>,
    /// How it came.
    pub channel: Option<Channel>,
    /// Code of a place; what lies below it counts.
    pub station: Option<String>,
    /// First day, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Last day, `YYYY-MM-DD`.
    pub to: Option<String>,
    /// What triage made of it.
    pub status: Option<Status>,
    /// How laws stand, by either name, or `all`.
    pub validity: Option<String>,
    /// From 0.
    pub page: usize,
}

/// A request that was checked.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) text: String,
    /// All conditions but the kind.
    pub(super) filters: Filters,
    /// Whether the law library is asked too.
    pub(super) reaches_laws: bool,
}

impl App {
    pub(super) async fn understood(
        &self,
        by: &Principal,
        request: &SeekRequest,
    ) -> Result<Asked, AppError> {
        for day in [&request.from, &request.to].into_iter().flatten() {
            check_day(day)?;
        }
        let within = self.places_of(Some(by)).await?;
        let stations = match &request.station {
            None => None,
            Some(code) => {
                let root = self.place_by_code(code).await?;
                if within
                    .as_ref()
                    .is_some_and(|within| !within.contains(&root))
                {
                    return Err(Refusal::PlaceOutOfReach.into());
                }
                let below = below(root.id, self.store.stations().await?);
                Some(below.into_iter().map(|station| station.name).collect())
            }
        };
        let filters = Filters {
            kind: None,
            consultation: None,
            article: request.article,
            channel: request.channel,
            stations,
            within: self.names_of(Some(by)).await?,
            date_from: request.from.clone(),
            date_to: request.to.clone(),
            status: request.status,
        };
        let only_drafts = Filters {
            within: None,
            ..filters.clone()
        };
        // Conditions that no law can fulfil do not matter to whoever wants laws only.
        let is_free = only_drafts == Filters::default() || request.kind == Some(SeekKind::Law);
        Ok(Asked {
            text: without_numbers(&request.text),
            reaches_laws: is_free && !request.text.trim().is_empty(),
            filters,
        })
    }
}

/// A text without telephone numbers and the like, which must not find whose they are.
fn without_numbers(text: &str) -> String {
    let mut out = text.to_owned();
    let found = personal::find(text, &[]).into_iter().rev();
    for data in found.filter(|data| NUMBERS.contains(&data.kind)) {
        out.replace_range(data.span.start..data.span.end, " ");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_numbers;

    #[test]
    fn a_telephone_number_is_not_searched_for() {
        assert_eq!(
            without_numbers("停车 13800000001 收费").replace(' ', ""),
            "停车收费"
        );
        assert_eq!(without_numbers("第三十四条 停车"), "第三十四条 停车");
    }
}
