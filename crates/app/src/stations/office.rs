//! Places and people by officials in a browser: one added below another, or a list that is looked at
//! and then taken in as a whole.

use caifeng_domain::{Named, Permission, Station, StationKind};
use caifeng_store::{PlaceRow, PlacesAdded, Principal};

use super::read;
use crate::{App, AppError, Problems, Refusal, consultations::by_name};

/// Rows of one list: some ten thousand people of a large city's points.
const MAX_ROWS: usize = 20_000;
/// Characters of a place's name: it stands on posters.
const MAX_NAME: usize = 60;

/// A row of a list as it would go in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPlace {
    /// Its line in the file.
    pub line: u64,
    /// 联络站, …, 信息员, or whatever stands there.
    pub kind: String,
    /// Name.
    pub name: String,
    /// What it is below.
    pub parent: String,
    /// Why it cannot go in.
    pub problem: Option<String>,
}

/// A list of places and people, looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceList {
    /// Every row.
    pub rows: Vec<ListedPlace>,
    /// Rows that cannot go in. While there are any, none goes in.
    pub wrong: usize,
    /// What would be added.
    pub would: PlacesAdded,
}

impl App {
    /// Adds a place of this kind below the one with the code `parent`; below nothing, a 联系点, only by
    /// whoever is not confined to a place.
    ///
    /// # Errors
    /// [`AppError::Form`] with what is wrong with `kind`, `name` and `parent`.
    pub async fn add_place(
        &self,
        by: &Principal,
        kind: &str,
        name: &str,
        parent: &str,
    ) -> Result<(), AppError> {
        let theirs = self.connected(by).await?;
        let mut problems = Problems::default();
        let name = name.trim();
        if let Some(problem) = wrong_name(name) {
            problems.add("name", problem);
        }
        let kind = StationKind::from_name(kind);
        if kind.is_none() {
            problems.add("kind", "请选择站点的类型");
        }
        let above = match parent {
            "" => None,
            code => {
                let found = theirs.iter().find(|(station, _)| station.code == code);
                if found.is_none() {
                    problems.add("parent", "没有这个上级站点");
                }
                found
            }
        };
        if parent.is_empty() && by.reach.station.is_some() {
            problems.add("parent", "请选择上级站点");
        }
        let above_kind = above.map(|(station, _)| station.kind);
        if let Some(kind) = kind
            && problems.of("parent").is_none()
            && !kind.may_be_under(above_kind)
        {
            let message = match above_kind {
                None => format!("{}应有上级站点，请选择", kind.chinese()),
                Some(above) => format!("{}不能放在{}之下", kind.chinese(), above.chinese()),
            };
            problems.add("parent", message);
        }
        let Some(kind) = kind.filter(|_| problems.is_empty()) else {
            return Err(problems.into());
        };
        let above = above.map(|(_, path)| path.clone()).unwrap_or_default();
        let path = [above, vec![name.to_owned()]].concat();
        let row = PlaceRow::Station { kind, path };
        let added = self.store.add_places(&by_name(by), &[row]).await?;
        if added.stations == 0 {
            return Err(Problems::one("name", "同一处上级之下已经有这个名称").into());
        }
        Ok(())
    }

    /// Calls one of the places that `by` looks after otherwise.
    ///
    /// # Errors
    /// [`AppError::Form`] with what is wrong with `name`.
    pub async fn rename_place(
        &self,
        by: &Principal,
        code: &str,
        name: &str,
    ) -> Result<(), AppError> {
        let theirs = self.connected(by).await?;
        let known = theirs.iter().any(|(station, _)| station.code == code);
        if !known {
            return Err(Refusal::UnknownPlace.into());
        }
        self.rename(&by_name(by), code, name).await
    }

    /// Keeps a list that somebody chose until they confirm it. Returns its hash.
    pub async fn put_places(&self, bytes: Vec<u8>) -> Result<String, AppError> {
        self.put_upload(bytes).await
    }

    /// What a list would bring. Nothing goes in yet.
    pub async fn look_at_places(
        &self,
        by: &Principal,
        upload: &str,
    ) -> Result<PlaceList, AppError> {
        let (rows, good) = self.listed(by, upload).await?;
        let wrong = rows.iter().filter(|row| row.problem.is_some()).count();
        let would = if wrong == 0 {
            self.store.preview_places(&by_name(by), &good).await?
        } else {
            PlacesAdded::default()
        };
        Ok(PlaceList { rows, wrong, would })
    }

    /// Takes a list in: all of it, or nothing where a row cannot go in.
    pub async fn confirm_places(
        &self,
        by: &Principal,
        upload: &str,
    ) -> Result<PlacesAdded, AppError> {
        let (rows, good) = self.listed(by, upload).await?;
        let wrong = rows.iter().find_map(|row| {
            let problem = row.problem.as_ref()?;
            Some(AppError::Row {
                line: u32::try_from(row.line).unwrap_or(u32::MAX),
                message: format!("第{}行：{problem}", row.line),
            })
        });
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
        let (app, by, upload) = (self.clone(), by.clone(), upload.to_owned());
        let work = async move {
            let added = app.store.add_places(&by_name(&by), &good).await?;
            app.forget_upload(&upload).await?;
            Ok(added)
        };
        tokio::spawn(work).await?
    }

    /// The places that `by` may look after.
    async fn connected(&self, by: &Principal) -> Result<Vec<(Station, Vec<String>)>, AppError> {
        if by.role.may(Permission::Connect) {
            self.stations_of(by).await
        } else {
            Err(Refusal::Forbidden.into())
        }
    }

    /// Every row of a list, and those that can go in.
    async fn listed(
        &self,
        by: &Principal,
        upload: &str,
    ) -> Result<(Vec<ListedPlace>, Vec<PlaceRow>), AppError> {
        let theirs = self.connected(by).await?;
        let own = by.reach.station.is_some();
        let bytes = self.upload(upload).await?;
        let known = self.stations().await?;
        let read = move || read(&bytes, &known);
        let read = tokio::task::spawn_blocking(read).await??;
        if read.is_empty() {
            return Err(AppError::Argument("名单里没有内容，只有表头".to_owned()));
        }
        if read.len() > MAX_ROWS {
            let message = format!("名单有 {} 行，一次最多 {MAX_ROWS} 行", read.len());
            return Err(AppError::Argument(message));
        }
        let is_theirs = |path: &[String]| {
            let within = |(_, own): &(Station, Vec<String>)| path.starts_with(own);
            !own || theirs.iter().any(within)
        };
        let (mut rows, mut good) = (Vec::with_capacity(read.len()), Vec::new());
        for row in read {
            let place = row.place.and_then(|place| match &place {
                PlaceRow::Station { path, .. } | PlaceRow::Collector { path, .. }
                    if !is_theirs(path) =>
                {
                    Err("不在您负责的站点之下".to_owned())
                }
                PlaceRow::Collector { name, .. } => wrong_name(name).map_or(Ok(place), Err),
                PlaceRow::Station { .. } => wrong_name(&row.name).map_or(Ok(place), Err),
            });
            let (place, problem) = match place {
                Ok(place) => (Some(place), None),
                Err(problem) => (None, Some(problem)),
            };
            good.extend(place);
            rows.push(ListedPlace {
                line: row.line,
                kind: row.kind,
                name: row.name,
                parent: row.parent,
                problem,
            });
        }
        Ok((rows, good))
    }
}

/// What is wrong with the name of a place or person.
pub(super) fn wrong_name(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("请填写名称".to_owned());
    }
    if name.contains('/') || name.contains(char::is_control) {
        return Some("名称里不能有 / 和换行".to_owned());
    }
    let is_long = name.chars().count() > MAX_NAME;
    is_long.then(|| format!("名称最多 {MAX_NAME} 字"))
}
