//! Dependencies point downwards only: the table of `crates/README.md` is the rule.

use std::collections::{BTreeMap, BTreeSet};

use crate::metadata::cargo_metadata;

const OURS: &str = "caifeng-";

/// Crate name → crates it may use, from the table's first and last column.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    include_str!("../../crates/README.md")
        .lines()
        .filter(|line| line.starts_with('|') && !line.starts_with("|---"))
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let names = cells[2].split(',').map(str::trim);
            let uses = names.filter(|n| *n != "–").map(str::to_owned).collect();
            (cells[0].to_owned(), uses)
        })
        .collect()
}

#[test]
fn crates_use_only_what_the_table_allows() {
    let allowed = allowed();
    let metadata = cargo_metadata();
    let mut seen = BTreeSet::new();
    for package in metadata["packages"].as_array().unwrap() {
        let Some(name) = package["name"].as_str().unwrap().strip_prefix(OURS) else {
            continue;
        };
        if name == "tests" {
            continue;
        }
        seen.insert(name.to_owned());
        let may_use = allowed
            .get(name)
            .unwrap_or_else(|| panic!("`{name}` is not in crates/README.md"));
        for dependency in package["dependencies"].as_array().unwrap() {
            let Some(used) = dependency["name"].as_str().unwrap().strip_prefix(OURS) else {
                continue;
            };
            let free = dependency["kind"] == "dev" && used == "testkit";
            assert!(
                free || may_use.contains(used),
                "`{name}` must not use `{used}`"
            );
        }
    }
    assert_eq!(
        seen,
        allowed.keys().cloned().collect(),
        "table and folders differ"
    );
}

#[test]
fn the_domain_knows_nothing_of_serialisation_or_async() {
    let metadata = cargo_metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let domain = packages
        .iter()
        .find(|p| p["name"] == "caifeng-domain")
        .unwrap();
    let names: Vec<&str> = domain["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["thiserror"]);
}
