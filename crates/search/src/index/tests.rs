use caifeng_text::segment::Segmenter;

use crate::{
    Query, SearchError, SearchIndex,
    testing::{index_of, keys, submission},
};

#[test]
fn a_document_replaces_the_older_one_with_its_key() {
    let index = index_of(&[submission("a", "低保标准"), submission("b", "公示期")]);
    index
        .update(
            [submission("a", "审批时限")],
            &["b".to_owned(), "unknown".to_owned()],
        )
        .unwrap();
    assert_eq!(index.len(), 1);
    assert!(keys(&index, &Query::new("低保")).is_empty());
    assert_eq!(keys(&index, &Query::new("审批")), ["a"]);
    index.rebuild([submission("c", "低保")]).unwrap();
    assert_eq!(keys(&index, &Query::new("")), ["c"]);
}

#[test]
fn a_change_that_fails_changes_nothing() {
    let index = index_of(&[submission("a", "低保").meaning(&[1.0, 2.0])]);
    let wrong = [
        submission("b", "公示").meaning(&[1.0, 2.0]),
        submission("c", "时限").meaning(&[1.0]),
    ];
    let error = index.update(&wrong, &["a".to_owned()]).unwrap_err();
    assert!(
        matches!(
            error,
            SearchError::Dimension {
                found: 1,
                expected: 2
            }
        ),
        "{error}"
    );
    assert_eq!(keys(&index, &Query::new("")), ["a"]);
    index.rebuild(&wrong[1..]).unwrap();
    assert_eq!(keys(&index, &Query::new("")), ["c"]);
}

#[test]
fn an_index_on_disk_answers_as_before() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("index");
    assert!(!SearchIndex::exists(&path));
    let index = SearchIndex::create(&path, Segmenter::new()).unwrap();
    // Enough commits for segments to be merged.
    for i in 0..10_u8 {
        let text = format!("第{i}号意见：低保标准太低");
        let vector = [1.0, f32::from(i), 0.5];
        let document = submission(&i.to_string(), &text).linked(3).saying(4);
        index.update([document.meaning(&vector)], &[]).unwrap();
    }
    let query = Query {
        vector: Some(vec![0.0, 1.0, 0.0]),
        ..Query::new("低保")
    };
    let want = index.search(&query).unwrap();
    assert!(SearchIndex::exists(&path));
    let reopened = SearchIndex::open(&path, Segmenter::new()).unwrap();
    assert_eq!(reopened.search(&query).unwrap(), want);
    index.update([submission("new", "低保")], &[]).unwrap();
    assert_eq!(reopened.len(), 10);
    reopened.refresh().unwrap();
    assert_eq!(reopened.len(), 11, "what another process wrote is seen");
    drop((index, reopened));
    assert!(
        SearchIndex::create(&path, Segmenter::new())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn an_index_of_another_version_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(SearchIndex::create(dir.path(), Segmenter::new()).unwrap());
    let meta = dir.path().join("meta.json");
    let text = std::fs::read_to_string(&meta).unwrap();
    std::fs::write(&meta, text.replace("caifeng-search ", "caifeng-search 0.")).unwrap();
    match SearchIndex::open(dir.path(), Segmenter::new()) {
        Err(SearchError::Format { found, .. }) => assert!(found.contains(" 0."), "{found}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was opened"),
    }
    assert!(SearchIndex::open(&dir.path().join("none"), Segmenter::new()).is_err());
}
