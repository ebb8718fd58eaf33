//! The tree of places where opinions are collected, and the people (信息员) who collect them.

use std::collections::HashMap;

use caifeng_domain::{CollectorId, Station, StationId, StationKind, Submitter};
use sqlx::any::AnyRow;

use crate::{
    Act, Store, StoreError, audit,
    db::Write,
    receipt::place_code,
    rows::{get, get_id, get_wire, signed, time_text, to_id, wire},
    vault::Owner,
};

/// A row of a list of places and people, with its place in the tree resolved to earlier rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceRow {
    /// A place under another one, which is known or stands in an earlier row.
    Station {
        /// Its level.
        kind: StationKind,
        /// Names from the root down to this one.
        path: Vec<String>,
    },
    /// A 信息员 of a place.
    Collector {
        /// Names from the root down to the place.
        path: Vec<String>,
        /// Name.
        name: String,
        /// Telephone.
        phone: Option<String>,
    },
}

/// What became of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlacesAdded {
    /// New places.
    pub stations: usize,
    /// New people.
    pub collectors: usize,
    /// Rows that were there already.
    pub known: usize,
}

/// One 信息员.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collector {
    /// Number.
    pub id: CollectorId,
    /// The code in their QR code.
    pub code: String,
    /// Where they collect.
    pub station: StationId,
    /// Name, unsealed.
    pub name: String,
}

impl Store {
    /// All places, parents before their children.
    pub async fn stations(&self) -> Result<Vec<Station>, StoreError> {
        sqlx::query("select id, code, kind, name, parent from station order by id")
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// All 信息员, with their names.
    pub async fn collectors(&self) -> Result<Vec<Collector>, StoreError> {
        let rows = sqlx::query("select id, code, station, sealed from collector order by id")
            .fetch_all(self.pool())
            .await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = get_id(row, "id", CollectorId::new)?;
            let mut who = Submitter::default();
            self.open_identity(Owner::Collector(id), get(row, "sealed")?, &mut who)
                .await?;
            all.push(Collector {
                id,
                code: get(row, "code")?,
                station: get_id(row, "station", StationId::new)?,
                name: who.name.unwrap_or_default(),
            });
        }
        Ok(all)
    }

    /// The place behind a QR code: its own, or that of one of its people, who is named then.
    pub async fn place_by_code(
        &self,
        code: &str,
    ) -> Result<Option<(Station, Option<CollectorId>)>, StoreError> {
        let row = sqlx::query(
            "select s.id, s.code, s.kind, s.name, s.parent, c.id as collector
             from station s left join collector c on c.station = s.id and c.code = $1
             where s.code = $1 or c.code = $1",
        )
        .bind(code)
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let collector: Option<i64> = get(&row, "collector")?;
        let collector = collector
            .map(|id| to_id("collector", id, CollectorId::new))
            .transpose()?;
        Ok(Some((read(&row)?, collector)))
    }

    /// Adds places and people in one transaction. What is known stays as it is, code and all. A row
    /// whose place neither is known nor stands before it is an error, and nothing is added.
    pub async fn add_places(
        &self,
        act: &Act<'_>,
        rows: &[PlaceRow],
    ) -> Result<PlacesAdded, StoreError> {
        let mut write = self.write().await?;
        let added = self.add_places_in(&mut write, act, rows).await?;
        write.commit().await?;
        Ok(added)
    }

    /// What [`Store::add_places`] would do: the same, taken back.
    pub async fn preview_places(
        &self,
        act: &Act<'_>,
        rows: &[PlaceRow],
    ) -> Result<PlacesAdded, StoreError> {
        let mut write = self.write().await?;
        // Not committed: it is undone when it goes out of scope.
        self.add_places_in(&mut write, act, rows).await
    }

    /// Calls a place otherwise. What came under its name until now came from it; where another place has
    /// the name too, nobody knows from which. False where a place beside it is called so.
    pub async fn rename_station(
        &self,
        act: &Act<'_>,
        id: StationId,
        name: &str,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        // Locks the tree, as for lists.
        write.take_numbers("station", 0).await?;
        let rows = sqlx::query("select id, code, kind, name, parent from station")
            .fetch_all(write.db())
            .await?;
        let all: Vec<Station> = rows.iter().map(read).collect::<Result<_, _>>()?;
        let unknown = || StoreError::UnknownStation {
            path: id.to_string(),
        };
        let place = all.iter().find(|place| place.id == id);
        let place = place.ok_or_else(unknown)?;
        let beside = |other: &&Station| other.parent == place.parent && other.id != id;
        if all.iter().filter(beside).any(|other| other.name == name) {
            return Ok(false);
        }
        if place.name == name {
            return Ok(true);
        }
        let is_only = all.iter().filter(|other| other.name == place.name).count() == 1;
        sqlx::query("insert into station_name (name, station, until) values ($1, $2, $3)")
            .bind(&place.name)
            .bind(is_only.then(|| signed(id.get())))
            .bind(time_text(act.at))
            .execute(write.db())
            .await?;
        sqlx::query("update station set name = $1 where id = $2")
            .bind(name)
            .bind(signed(id.get()))
            .execute(write.db())
            .await?;
        let what = format!("{id}: {} -> {name}", place.name);
        audit::append(&mut write, act, "station.rename", &what).await?;
        write.commit().await?;
        Ok(true)
    }

    /// How often a place was called otherwise: names that were read before may be former ones.
    pub async fn names_changed(&self) -> Result<i64, StoreError> {
        let count = sqlx::query_scalar("select count(*) from station_name");
        Ok(count.fetch_one(self.pool()).await?)
    }

    /// What places were called before, the last first: only names by which one place alone was known.
    pub async fn former_names(&self) -> Result<Vec<(StationId, String)>, StoreError> {
        let named = "select station, name from station_name where station is not null
             order by until desc, name";
        let rows = sqlx::query(named).fetch_all(self.pool()).await?;
        rows.iter()
            .map(|row| Ok((get_id(row, "station", StationId::new)?, get(row, "name")?)))
            .collect()
    }

    /// The same in a transaction of the caller's.
    pub(crate) async fn add_places_in(
        &self,
        write: &mut Write<'_>,
        act: &Act<'_>,
        rows: &[PlaceRow],
    ) -> Result<PlacesAdded, StoreError> {
        // Locks the tree, so that two lists at once do not add the same place.
        write.take_numbers("station", 0).await?;
        let mut places = known_places(write).await?;
        let mut added = PlacesAdded::default();
        for row in rows {
            match row {
                PlaceRow::Station { kind, path } => {
                    if places.contains_key(path) {
                        added.known += 1;
                        continue;
                    }
                    let id = self.add_station(write, act, *kind, path, &places).await?;
                    places.insert(path.clone(), id);
                    added.stations += 1;
                }
                PlaceRow::Collector { path, name, phone } => {
                    let station = *places.get(path).ok_or_else(|| unknown(path))?;
                    let who = Submitter {
                        name: Some(name.clone()),
                        phone: phone.clone(),
                        ..Submitter::default()
                    };
                    let is_new = self.add_collector(write, act, station, &who).await?;
                    added.collectors += usize::from(is_new);
                    added.known += usize::from(!is_new);
                }
            }
        }
        let what = format!(
            "{} stations, {} collectors",
            added.stations, added.collectors
        );
        audit::append(write, act, "station.import", &what).await?;
        Ok(added)
    }

    async fn add_station(
        &self,
        write: &mut Write<'_>,
        act: &Act<'_>,
        kind: StationKind,
        path: &[String],
        places: &HashMap<Vec<String>, StationId>,
    ) -> Result<StationId, StoreError> {
        let (name, above) = path.split_last().ok_or_else(|| unknown(path))?;
        let parent = match above {
            [] => None,
            above => Some(*places.get(above).ok_or_else(|| unknown(above))?),
        };
        let number = signed(write.take_numbers("station", 1).await?);
        sqlx::query(
            "insert into station (id, code, kind, name, parent, created_at)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(number)
        .bind(place_code(self.random())?)
        .bind(wire(&StationKind::ALL, kind))
        .bind(name)
        .bind(parent.map(|id| signed(id.get())))
        .bind(time_text(act.at))
        .execute(write.db())
        .await?;
        to_id("station.id", number, StationId::new)
    }

    /// False when the place has this person already.
    async fn add_collector(
        &self,
        write: &mut Write<'_>,
        act: &Act<'_>,
        station: StationId,
        who: &Submitter,
    ) -> Result<bool, StoreError> {
        let parts = [Some("collector"), who.name.as_deref(), who.phone.as_deref()];
        let key = self.vault().content_hash(parts.into_iter());
        let known = sqlx::query("select 1 from collector where station = $1 and key = $2")
            .bind(signed(station.get()))
            .bind(&key)
            .fetch_optional(write.db())
            .await?;
        if known.is_some() {
            return Ok(false);
        }
        let number = signed(write.take_numbers("collector", 1).await?);
        let id = to_id("collector.id", number, CollectorId::new)?;
        let sealed = self
            .vault()
            .seal(Owner::Collector(id), who, self.random())?;
        sqlx::query(
            "insert into collector (id, code, station, key, sealed, created_at)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(number)
        .bind(place_code(self.random())?)
        .bind(signed(station.get()))
        .bind(key)
        .bind(sealed)
        .bind(time_text(act.at))
        .execute(write.db())
        .await?;
        Ok(true)
    }
}

/// Every place by the names that lead to it.
async fn known_places(
    write: &mut Write<'_>,
) -> Result<HashMap<Vec<String>, StationId>, StoreError> {
    let rows = sqlx::query("select id, code, kind, name, parent from station order by id")
        .fetch_all(write.db())
        .await?;
    let mut paths: HashMap<StationId, Vec<String>> = HashMap::new();
    for row in &rows {
        let station = read(row)?;
        let above = station.parent.and_then(|parent| paths.get(&parent));
        let mut path = above.cloned().unwrap_or_default();
        path.push(station.name);
        paths.insert(station.id, path);
    }
    Ok(paths.into_iter().map(|(id, path)| (path, id)).collect())
}

fn unknown(path: &[String]) -> StoreError {
    StoreError::UnknownStation {
        path: path.join("/"),
    }
}

fn read(row: &AnyRow) -> Result<Station, StoreError> {
    let parent: Option<i64> = get(row, "parent")?;
    Ok(Station {
        id: get_id(row, "id", StationId::new)?,
        code: get(row, "code")?,
        kind: get_wire(row, "kind", &StationKind::ALL)?,
        name: get(row, "name")?,
        parent: parent
            .map(|id| to_id("parent", id, StationId::new))
            .transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use caifeng_domain::StationKind;

    use super::{PlaceRow, PlacesAdded};
    use crate::{
        Act, StoreError,
        testing::{act, new_consultation, on_every_database, submission},
    };

    fn station(kind: StationKind, path: &str) -> PlaceRow {
        PlaceRow::Station {
            kind,
            path: path.split('/').map(str::to_owned).collect(),
        }
    }

    fn collector(path: &str, name: &str) -> PlaceRow {
        PlaceRow::Collector {
            path: path.split('/').map(str::to_owned).collect(),
            name: name.into(),
            phone: Some("13800000000".into()),
        }
    }

    #[tokio::test]
    async fn the_same_list_twice_adds_nothing_and_codes_stay() {
        on_every_database(async |store| {
            let rows = [
                station(StationKind::Point, "某区"),
                station(StationKind::Station, "某区/东街"),
                station(StationKind::Collection, "某区/东街/社区"),
                station(StationKind::Collection, "某区/社区"),
                collector("某区/东街", "测试甲"),
                collector("某区/社区", "测试甲"),
            ];
            let would = store.preview_places(&act(), &rows).await.unwrap();
            assert!(store.stations().await.unwrap().is_empty());
            let added = store.add_places(&act(), &rows).await.unwrap();
            assert_eq!(would, added);
            let want = PlacesAdded {
                stations: 4,
                collectors: 2,
                known: 0,
            };
            assert_eq!(added, want);
            let (stations, collectors) = (
                store.stations().await.unwrap(),
                store.collectors().await.unwrap(),
            );
            let again = store.add_places(&act(), &rows).await.unwrap();
            assert_eq!((again.known, again.stations, again.collectors), (6, 0, 0));
            assert_eq!(store.stations().await.unwrap(), stations);
            assert_eq!(collectors[0].name, "测试甲");

            let found = store.place_by_code(&stations[1].code).await.unwrap();
            assert_eq!(found, Some((stations[1].clone(), None)));
            let found = store.place_by_code(&collectors[0].code).await.unwrap();
            assert_eq!(found, Some((stations[1].clone(), Some(collectors[0].id))));
            assert_eq!(store.place_by_code("none").await.unwrap(), None);
        })
        .await;
    }

    #[tokio::test]
    async fn what_came_under_a_former_name_is_shown_under_the_present_one() {
        on_every_database(async |store| {
            let rows = [
                station(StationKind::Point, "某区"),
                station(StationKind::Station, "某区/东街"),
                station(StationKind::Station, "某区/西街"),
                station(StationKind::Collection, "某区/东街/社区"),
                station(StationKind::Collection, "某区/西街/社区"),
            ];
            store.add_places(&act(), &rows).await.unwrap();
            let consultation = new_consultation(&store, "c").await;
            let at = |second: i64| Act {
                at: act().at + jiff::SignedDuration::from_secs(second),
                ..act()
            };
            let came = async |from: &str, second: i64| {
                let number = format!("{from}{second}");
                let mut one = submission(Some(&number), "好");
                one.station = Some(from.to_owned());
                let mut intake = store.intake(consultation, "test");
                intake.accept(&at(second), &[one]).await.unwrap()[0].id
            };
            let place = async |id| {
                let stored = store.submission(id).await.unwrap().unwrap();
                stored.submission.station.unwrap()
            };
            let all = store.stations().await.unwrap();
            let rename = async |which: usize, name: &str, second: i64| {
                let act = at(second);
                let renamed = store.rename_station(&act, all[which].id, name);
                renamed.await.unwrap()
            };
            let (east, unclear) = (came("东街", 1).await, came("社区", 1).await);
            assert!(!rename(1, "西街", 2).await, "there is one beside it");
            assert!(rename(1, "东街街道", 3).await);
            assert!(rename(2, "东街", 4).await, "the name is free again");
            let west = came("东街", 5).await;
            assert!(rename(1, "东门街道", 6).await);
            assert!(rename(3, "东街社区", 7).await);
            assert_eq!(place(east).await, "东门街道");
            assert_eq!(place(west).await, "东街");
            assert_eq!(place(unclear).await, "社区（同名，未能分辨）");
            let counted = store.came_in(consultation).await.unwrap();
            let names: Vec<_> = counted.iter().map(|one| one.station.as_deref()).collect();
            assert_eq!(names.len(), 3, "{names:?}");
            assert!(names.contains(&Some("东门街道")));
            assert_eq!(store.names_changed().await.unwrap(), 4);
            let former = store.former_names().await.unwrap();
            assert_eq!(former.len(), 3, "two had one of the names: {former:?}");
        })
        .await;
    }

    #[tokio::test]
    async fn a_place_under_nothing_is_refused_and_nothing_is_added() {
        on_every_database(async |store| {
            let rows = [
                station(StationKind::Point, "某区"),
                station(StationKind::Station, "别区/东街"),
            ];
            let refused = store.add_places(&act(), &rows).await;
            assert!(matches!(refused, Err(StoreError::UnknownStation { path }) if path == "别区"));
            assert!(store.stations().await.unwrap().is_empty());
        })
        .await;
    }
}
