//! Three counties with letters of the same campaigns, merged as if all had come to one.

use std::{collections::HashMap, fmt::Write};

use serde_json::{Value, json};

use super::House;

const DRAFT: &str = include_str!("../../../../../corpora/heyan/draft.txt");
const SAMPLES: &str = include_str!("../../../../../corpora/heyan/submissions.jsonl");

/// The invented sample, and two campaigns whose letters came to every county.
fn rows() -> Vec<String> {
    let mut rows: Vec<String> = SAMPLES.lines().map(str::to_owned).collect();
    let names = [
        "王建国",
        "李秀英",
        "张志强",
        "刘桂兰",
        "陈海燕",
        "杨国庆",
        "赵玉梅",
    ];
    let letters = [
        "建议在第九条中明确巡查的次数和时间，并把每次巡查的结果张贴在小区门口，接受居民监督。",
        "第十二条规定的罚款太低，起不到警示作用，建议提高到五千元以上，屡教不改的加倍处罚。",
    ];
    for number in 0..60 {
        let (name, letter) = (names[number % 7], letters[number % 2]);
        let text = format!("我是东湖街道的居民{name}。{letter}");
        let row =
            json!({"id": format!("letter-{number}"), "text": text, "name": name, "channel": "web"});
        rows.push(row.to_string());
    }
    rows
}

/// Which point each unit is in: by the number of its submission and its place there.
async fn points(house: &House, name: impl Fn(&str) -> String) -> HashMap<(String, usize), u64> {
    let id = house.app.choose(Some("c")).await.unwrap().id;
    let journal = house.app.store.submissions(id).await.unwrap();
    let names: HashMap<_, _> = (journal.iter())
        .map(|s| (s.id, name(s.submission.external_id.as_deref().unwrap())))
        .collect();
    let record = house.app.store.load_triage(id).await.unwrap().unwrap();
    let units = record.analyses.iter().flat_map(|(id, analysis)| {
        let units = analysis.units.iter().enumerate();
        let name = &names[id];
        units.map(move |(at, unit)| ((name.clone(), at), unit.point.get()))
    });
    units.collect()
}

/// Agreement of two groupings of the same things (Hubert and Arabie 1985): 1 where they are the same,
/// 0 where one says nothing of the other.
fn adjusted_rand(pairs: &[(u64, u64)]) -> f64 {
    let pairs_in = |keys: Vec<(u64, u64)>| -> f64 {
        let mut sizes: HashMap<(u64, u64), f64> = HashMap::new();
        for key in keys {
            *sizes.entry(key).or_default() += 1.0;
        }
        sizes.values().map(|n| n * (n - 1.0) / 2.0).sum()
    };
    let both = pairs_in(pairs.to_vec());
    let left = pairs_in(pairs.iter().map(|(l, _)| (*l, 0)).collect());
    let right = pairs_in(pairs.iter().map(|(_, r)| (*r, 0)).collect());
    let all = pairs.len() as f64 * (pairs.len() as f64 - 1.0) / 2.0;
    let chance = left * right / all;
    (both - chance) / (f64::midpoint(left, right) - chance)
}

#[test]
fn agreement_is_one_for_the_same_and_none_for_unrelated() {
    let same: Vec<(u64, u64)> = (0..40).map(|n| (n % 4, 7 - n % 4)).collect();
    assert!((adjusted_rand(&same) - 1.0).abs() < 1e-9);
    let unrelated: Vec<(u64, u64)> = (0..1600).map(|n| (n % 4, n / 4 % 4)).collect();
    assert!(adjusted_rand(&unrelated).abs() < 0.02);
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_of_three_counties_make_the_points_of_one_import() {
    let rows = rows();
    let (city, alone) = (
        House::about("某市", DRAFT).await,
        House::about("某市", DRAFT).await,
    );
    let mut names: HashMap<String, String> = HashMap::new();
    for turn in 0..3 {
        let county = House::about(&format!("第{turn}县"), DRAFT).await;
        let mut own = String::new();
        for row in rows.iter().skip(turn).step_by(3) {
            writeln!(own, "{row}").unwrap();
        }
        county.hears(&own).await;
        city.trusts(&county, &format!("第{turn}县")).await;
        let packed = county.packs().await;
        city.takes(&packed.bytes).await.unwrap();
        let id = county.app.choose(Some("c")).await.unwrap().id;
        for stored in county.app.store.submissions(id).await.unwrap() {
            let number = stored.submission.external_id.unwrap();
            let reference = county.app.store.package_reference(stored.id);
            names.insert(reference, number);
        }
    }
    city.triage().await;
    let mut all = String::new();
    for row in &rows {
        let _: Value = serde_json::from_str(row).unwrap();
        writeln!(all, "{row}").unwrap();
    }
    alone.hears(&all).await;

    let plain = |number: &str| number.split('#').next().unwrap().to_owned();
    let merged = points(&city, |said| plain(&names[said.split('.').next().unwrap()])).await;
    let whole = points(&alone, plain).await;
    let pairs: Vec<(u64, u64)> = (merged.iter())
        .filter_map(|(unit, point)| Some((*point, *whole.get(unit)?)))
        .collect();
    let agreement = adjusted_rand(&pairs);
    let shared = pairs.len() as f64 / whole.len() as f64;
    println!(
        "{} units of {}, agreement {agreement:.3}",
        pairs.len(),
        whole.len()
    );
    assert!(shared > 0.97, "{} of {}", pairs.len(), whole.len());
    assert!(agreement >= 0.95, "{agreement}");

    // A campaign that came to all three is one text, and its senders are counted once each.
    let report = city.app.report(Some("c")).await.unwrap();
    let alone = alone.app.report(Some("c")).await.unwrap();
    assert_eq!(
        report.totals.counts.submissions,
        alone.totals.counts.submissions
    );
    assert_eq!(report.totals.counts.texts, alone.totals.counts.texts);
    let stations = report.totals.stations.iter();
    assert!(
        stations
            .clone()
            .any(|tally| tally.name.starts_with("第0县"))
    );
}
