//! Addresses below the level of street and community. The name of a city or a village is not personal.

use std::ops::Range;
use std::sync::LazyLock;

use caifeng_domain::PersonalDataKind;
use regex::Regex;

use super::findings::Findings;
use super::pattern;
use super::view::{View, is_han};

/// House numbers: `88弄6号`, `22幢401`, `3幢1单元502室`, `六组31号`, `9栋甲门105`.
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:[A-Za-z]区|(?:[0-9]{1,5}|[A-Za-z][0-9]{0,3}|[一二三四五六七八九十百零〇两]{1,5}|[甲乙丙丁东西南北])",
        r"(?:[-之][0-9]{1,4}){0,3}",
        r"(?:号楼|号院|号|栋|幢|座|楼|单元|门|室|户|层|弄|巷|组|队|社|房) ?){1,8}",
        r"(?:摊位?|铺位?|商铺|门面|[0-9]{2,4}(?:-[0-9]{1,4})?室?|[前后]楼|[东西]侧|[东西][门户间])?",
        // The last house of a village has no number: 村东头第二家.
        r"|(?:[东西南北村][头口边])第?[0-9一二三四五六七八九十]{1,2}[家户]",
    ))
});

/// How a place that has house numbers ends.
const PLACES: [&str; 43] = [
    "路", "街", "道", "巷", "弄", "里", "胡同", "村", "社区", "小区", "花园", "新村", "苑", "公寓",
    "家园", "庄", "屯", "寨", "湾", "府", "坊", "庭", "居", "阁", "院", "厦", "镇", "乡", "桥",
    "园", "城", "邨", "舍", "组", "队", "社", "场", "条", "区", "坪", "塘", "岭", "沟",
];

/// Levels above the street. A house number behind one of them is an address without further evidence.
const DIVISIONS: [&str; 10] = [
    "省", "市", "区", "县", "旗", "镇", "乡", "街道", "社区", "村",
];

const HOME_CUES: [&str; 14] = [
    "住",
    "住在",
    "家住",
    "家在",
    "住址",
    "地址",
    "现居",
    "居住在",
    "租住",
    "租住在",
    "户籍",
    "我家",
    "家里",
    "门牌",
];

/// Words that are no part of a place name when they stand alone.
const STOPS: [char; 37] = [
    '的', '了', '在', '是', '住', '址', '我', '你', '他', '她', '们', '和', '与', '及', '到', '从',
    '自', '把', '被', '给', '对', '向', '这', '那', '有', '搬', '去', '来', '叫', '往', '请', '于',
    '为', '由', '就', '也', '居',
];

/// Longest address before its first number, in characters.
const LONGEST_PLACE: usize = 40;

/// Finds addresses.
pub(super) fn find(view: &View, found: &mut Findings) {
    let mut pending: Option<Place> = None;
    for hit in NUMBERS.find_iter(view.folded()) {
        let numbers = view.chars_of(hit.range());
        let numbers = numbers.start..numbers_end(view, numbers.end);
        let start = place_start(view, numbers.start);
        match &mut pending {
            // 人民路88号润泽小区3幢: one address.
            Some(place) if start <= place.numbers.start => place.numbers.end = numbers.end,
            _ => {
                settle(view, pending.replace(Place { start, numbers }), found);
            }
        }
    }
    settle(view, pending, found);
}

/// Names of places with the numbers behind them.
struct Place {
    start: usize,
    numbers: Range<usize>,
}

/// Adds the place if it is somebody's door.
fn settle(view: &View, place: Option<Place>, found: &mut Findings) {
    if let Some(place) = place
        && is_door(view, &place)
    {
        found.add(PersonalDataKind::Address, place.start..place.numbers.end);
    }
}

/// The end of the numbers that end at `end`, without a space and without half of a longer number.
fn numbers_end(view: &View, end: usize) -> usize {
    let digit = |at: usize| view.get(at).is_some_and(|c| c.is_ascii_digit());
    let mut end = end;
    if digit(end) {
        while end > 0 && digit(end - 1) {
            end -= 1;
        }
    }
    end - usize::from(view.previous(end) == Some(' '))
}

/// Whether the numbers lead to somebody's door, and not only to a street or a building.
fn is_door(view: &View, Place { start, numbers }: &Place) -> bool {
    let place = view.slice(*start..numbers.start);
    if place.is_empty() || place.ends_with('第') {
        return false;
    }
    let behind = view.after(numbers.end, 3);
    let behind = behind.trim_start_matches('的');
    let resident = ["业主", "住户", "居民", "租户"]
        .iter()
        .any(|w| behind.starts_with(w));
    let cued = resident || view.follows_cue(*start, &HOME_CUES);
    let named = PLACES.iter().any(|p| place.ends_with(p)) && place.chars().count() >= 3;
    let divided = DIVISIONS.iter().any(|d| {
        place
            .find(d)
            .is_some_and(|at| at > 0 && at + d.len() < place.len())
    });
    let own = view.slice(numbers.clone());
    let has = |units: &[&str]| units.iter().any(|u| own.contains(u));
    let door = has(&["室", "户", "房", "单元", "摊", "铺", "门面", "家"])
        || own.ends_with(|c: char| c.is_ascii_digit());
    let house = has(&["号", "后楼", "前楼", "头第"]) && !own.contains("号楼");
    let road = ["路", "街", "道", "巷", "弄", "胡同"]
        .iter()
        .any(|r| place.ends_with(r));
    let building = has(&["号楼", "栋", "幢", "座", "楼", "门"]);
    let group = has(&["组", "队", "社"]);
    if cued {
        (named || divided) && (door || house || building || group) || door && building
    } else {
        named && (door && (building || house) || house && (divided || group || road))
    }
}

/// Walks left from the first number over the names of places.
fn place_start(view: &View, numbers: usize) -> usize {
    let floor = numbers.saturating_sub(LONGEST_PLACE);
    let mut start = numbers;
    while start > floor {
        let c = view.chars[start - 1];
        let alone = || view.is_word_boundary(start - 1) && view.is_word_boundary(start);
        if !is_han(c) && !c.is_ascii_digit() || STOPS.contains(&c) && alone() {
            break;
        }
        start -= 1;
    }
    // 我家 and 家 before a place are words about it.
    if view.get(start) == Some('家')
        && matches!(view.previous(start), Some('我' | '他' | '她' | '们'))
    {
        start += 1;
    }
    // The number of something else is no place: 第3组翠湖苑.
    while start < numbers && view.chars[start].is_ascii_digit() {
        start += 1;
    }
    cue_end(view, start, numbers).unwrap_or(start)
}

/// Behind the last word for "living at" within the place, if there is one.
fn cue_end(view: &View, start: usize, numbers: usize) -> Option<usize> {
    let place = view.slice(start..numbers);
    HOME_CUES
        .iter()
        .chain(["位于", "坐落", "来自", "楼上", "楼下", "隔壁", "对面"].iter())
        .filter(|cue| cue.chars().count() > 1)
        .filter_map(|cue| place.rfind(cue).map(|at| at + cue.len()))
        .max()
        .map(|bytes| start + place[..bytes].chars().count())
}

#[cfg(test)]
mod tests {
    use crate::personal::tests::check_kind;
    use caifeng_domain::PersonalDataKind::Address;

    #[test]
    fn doors_are_personal() {
        for (text, want) in [
            (
                "家住东江市江北区桂花弄38号301室，谢谢",
                "东江市江北区桂花弄38号301室",
            ),
            (
                "我家在翠湖苑17号楼2单元602室，楼上漏水",
                "翠湖苑17号楼2单元602室",
            ),
            ("住和平镇上寨村四组17号", "和平镇上寨村四组17号"),
            ("住柳溪街道锦绣里9栋甲门105。", "柳溪街道锦绣里9栋甲门105"),
            ("地址：海门区人民路１２号", "海门区人民路１２号"),
        ] {
            check_kind(Address, text, &[want]);
        }
    }

    #[test]
    fn places_are_not() {
        for text in [
            "我住在海门区和平镇上寨村",
            "我们小区3号楼电梯坏了",
            "住六楼的老人",
            "国道旁边第三组说要修路",
            "参照国发3号文件和第12号令",
        ] {
            check_kind(Address, text, &[]);
        }
    }
}
