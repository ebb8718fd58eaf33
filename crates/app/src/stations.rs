//! Lists of places and people as CSV, and what hangs on the wall.

mod office;

use std::{borrow::Cow, collections::HashMap};

use caifeng_domain::{Named, Station, StationId, StationKind};
use caifeng_store::{Act, Collector, PlaceRow, PlacesAdded, Principal};

use crate::{App, AppError, Problems, consultations::cli};

pub use office::{ListedPlace, PlaceList};

/// What readers call the people in the column 类型.
const COLLECTOR: &str = "信息员";

impl App {
    /// Adds the places and people of a CSV file (UTF-8 or GB18030) with the columns 类型, 名称, 上级
    /// and, for 信息员, 电话. 上级 is a name, or names from the root joined by `/` where one name is
    /// not enough. The file goes in as a whole or not at all.
    pub async fn import_stations(&self, bytes: &[u8]) -> Result<PlacesAdded, AppError> {
        let known = self.stations().await?;
        let rows = read(bytes, &known)?.into_iter().map(|row| {
            row.place.map_err(|message| AppError::Row {
                line: u32::try_from(row.line).unwrap_or(u32::MAX),
                message: format!("第{}行：{message}", row.line),
            })
        });
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(self.store.add_places(&cli(), &rows).await?)
    }

    /// Calls the place of this code otherwise.
    pub async fn rename_station(&self, code: &str, name: &str) -> Result<(), AppError> {
        self.rename(&cli(), code, name).await
    }

    async fn rename(&self, act: &Act<'_>, code: &str, name: &str) -> Result<(), AppError> {
        let name = name.trim();
        if let Some(problem) = office::wrong_name(name) {
            return Err(Problems::one("name", problem).into());
        }
        let place = self.place_by_code(code).await?;
        if !self.store.rename_station(act, place.id, name).await? {
            return Err(Problems::one("name", "同一处上级之下已经有这个名称").into());
        }
        // What is searched names places too.
        for (_, consultation) in self.store.consultations().await? {
            self.index_of(&consultation.slug).forget();
        }
        self.renew_indexes().await
    }

    /// Every place with the names that lead to it, parents first.
    pub async fn stations(&self) -> Result<Vec<(Station, Vec<String>)>, AppError> {
        let mut paths: HashMap<StationId, Vec<String>> = HashMap::new();
        let mut out = Vec::new();
        for station in self.store.stations().await? {
            let above = station.parent.and_then(|parent| paths.get(&parent));
            let mut path = above.cloned().unwrap_or_default();
            path.push(station.name.clone());
            paths.insert(station.id, path.clone());
            out.push((station, path));
        }
        Ok(out)
    }

    /// The places that `by` may speak for, as [`App::stations`] has them.
    pub async fn stations_of(
        &self,
        by: &Principal,
    ) -> Result<Vec<(Station, Vec<String>)>, AppError> {
        let mut all = self.stations().await?;
        if let Some(within) = self.places_of(Some(by)).await? {
            all.retain(|(station, _)| within.iter().any(|one| one.id == station.id));
        }
        Ok(all)
    }

    /// Every 信息员.
    pub async fn collectors(&self) -> Result<Vec<Collector>, AppError> {
        Ok(self.store.collectors().await?)
    }

    /// The place behind a code.
    pub async fn place_by_code(&self, code: &str) -> Result<Station, AppError> {
        let place = self.store.place_by_code(code).await?;
        Ok(place.ok_or(crate::Refusal::UnknownPlace)?.0)
    }
}

/// The places known so far, while a list is read.
struct Tree {
    kinds: HashMap<Vec<String>, StationKind>,
    by_name: HashMap<String, Vec<Vec<String>>>,
}

impl Tree {
    fn add(&mut self, path: Vec<String>, kind: StationKind) {
        if self.kinds.insert(path.clone(), kind).is_none()
            && let Some(name) = path.last()
        {
            self.by_name.entry(name.clone()).or_default().push(path);
        }
    }

    /// The place that 上级 names.
    fn find(&self, named: &str) -> Result<Vec<String>, String> {
        let path: Vec<String> = named
            .split('/')
            .map(|name| name.trim().to_owned())
            .collect();
        if self.kinds.contains_key(&path) {
            return Ok(path);
        }
        match self.by_name.get(named).map_or(&[][..], Vec::as_slice) {
            [one] => Ok(one.clone()),
            [] => Err(format!("上级“{named}”不在名单里，也没有排在这一行之前")),
            _ => Err(format!(
                "叫“{named}”的不止一处，请写全，如 某区/某街道/{named}"
            )),
        }
    }
}

/// UTF-8 with or without byte order mark, else GB18030 as spreadsheet programs write it.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let utf8 = encoding_rs::UTF_8.decode_with_bom_removal(bytes);
    match utf8 {
        (text, false) => text,
        (_, true) => encoding_rs::GB18030.decode_without_bom_handling(bytes).0,
    }
}

/// A row of a list: where it stands, what it says, and what it is or why it is nothing.
struct Row {
    line: u64,
    kind: String,
    name: String,
    parent: String,
    place: Result<PlaceRow, String>,
}

/// Every row, those that cannot be used too.
///
/// # Errors
/// Only where the columns are not those that are needed.
fn read(bytes: &[u8], known: &[(Station, Vec<String>)]) -> Result<Vec<Row>, AppError> {
    // Counted by the second sign of a line's end, the first one of which ends a record: lines of files
    // from spreadsheet programs would be one off.
    let text = decode(bytes).replace("\r\n", "\n");
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let wrong = |line: u64, message: &str| AppError::Row {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        message: format!("第{line}行：{message}"),
    };
    let header = table
        .headers()
        .map_err(|e| wrong(1, &e.to_string()))?
        .clone();
    let column = |name: &str| header.iter().position(|h| h == name);
    let (Some(kind), Some(name), Some(parent)) = (column("类型"), column("名称"), column("上级"))
    else {
        return Err(wrong(
            1,
            "表头应有“类型”“名称”“上级”三列，信息员另有“电话”列",
        ));
    };
    let phone = column("电话");
    let mut tree = Tree {
        kinds: HashMap::new(),
        by_name: HashMap::new(),
    };
    for (station, path) in known {
        tree.add(path.clone(), station.kind);
    }
    let mut rows = Vec::new();
    for record in table.records() {
        let record = record.map_err(|e| {
            wrong(
                e.position().map_or(0, csv::Position::line),
                "不是有效的 CSV",
            )
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let phone = phone.map(cell).filter(|phone| !phone.is_empty());
        rows.push(Row {
            line,
            kind: cell(kind).to_owned(),
            name: cell(name).to_owned(),
            parent: cell(parent).to_owned(),
            place: row(&mut tree, cell(kind), cell(name), cell(parent), phone),
        });
    }
    Ok(rows)
}

fn row(
    tree: &mut Tree,
    kind: &str,
    name: &str,
    parent: &str,
    phone: Option<&str>,
) -> Result<PlaceRow, String> {
    if name.is_empty() || name.contains('/') {
        return Err("“名称”不能为空，也不能含有 /".to_owned());
    }
    let above = match parent {
        "" => Vec::new(),
        parent => tree.find(parent)?,
    };
    if kind == COLLECTOR {
        return if above.is_empty() {
            Err("信息员应写明“上级”，即所在的站点".to_owned())
        } else {
            Ok(PlaceRow::Collector {
                path: above,
                name: name.to_owned(),
                phone: phone.map(str::to_owned),
            })
        };
    }
    let kind = StationKind::from_name(kind)
        .ok_or_else(|| format!("类型“{kind}”应为 联系点、联络站、采集点 或 信息员"))?;
    if !kind.may_be_under(tree.kinds.get(&above).copied()) {
        return Err(format!("{}不能直接放在“{parent}”之下", kind.chinese()));
    }
    let path = [above, vec![name.to_owned()]].concat();
    tree.add(path.clone(), kind);
    Ok(PlaceRow::Station { kind, path })
}

#[cfg(test)]
mod tests {
    use super::{Row, read};

    fn rows(csv: &[u8]) -> Vec<Row> {
        read(csv, &[]).unwrap()
    }

    /// The message for a list that is wrong in one row.
    #[track_caller]
    fn check(lines: &str, want: &str) {
        let csv = format!("类型,名称,上级,电话\n{lines}\n");
        let rows = rows(csv.as_bytes());
        let wrong: Vec<String> = (rows.into_iter())
            .filter_map(|row| Some(format!("第{}行：{}", row.line, row.place.err()?)))
            .collect();
        assert!(wrong.len() == 1 && wrong[0].contains(want), "{wrong:?}");
    }

    #[test]
    fn a_list_becomes_a_tree() {
        let csv = "类型,名称,上级,电话\n联系点,某区,,\n联络站,东街,某区,\n联络站,西街,某区,\n\
                   采集点,社区,东街,\n采集点,社区,某区/西街,\n信息员,测试甲,某区/西街/社区,13800000000\n";
        let good = |bytes: &[u8]| rows(bytes).iter().filter(|row| row.place.is_ok()).count();
        assert_eq!(good(csv.as_bytes()), 6);
        let (gb, ..) = encoding_rs::GB18030.encode(csv);
        assert_eq!(good(&gb), 6);
    }

    #[test]
    fn each_mistake_names_its_line() {
        check("联络站,东街,某区,", "第2行：上级“某区”不在名单里");
        check("商店,东街,,", "第2行：类型“商店”");
        check("联络站,东街,,", "第2行：联络站不能直接放在");
        check(
            "联系点,甲,,\n采集点,乙,甲,\n采集点,丙,乙,",
            "第4行：采集点不能",
        );
        check("联系点,甲,,\n信息员,测试甲,,", "第3行：信息员应写明");
        check(
            "联系点,甲,,\n联络站,乙,甲,\n采集点,丁,甲,\n采集点,丁,乙,\n信息员,测试甲,丁,",
            "第6行：叫“丁”的不止一处",
        );
    }
}
