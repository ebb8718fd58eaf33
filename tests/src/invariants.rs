//! The invariants of triage, on the sample consultation.
//!
//! They hold whatever the encoder, so the lexical one serves. Those of storage and ledger are tested
//! where they are kept, in `store` and on the command line.

use std::collections::BTreeMap;

use caifeng_domain::{Draft, PointId, Scope, Stance, Status, Submission};
use caifeng_encode::lexical::LexicalEncoder;
use caifeng_testkit::{CountingEncoder, submission};
use caifeng_triage::{Batch, Outcome, Previous, run};

fn sample() -> (Draft, Vec<Submission>) {
    let draft = caifeng_law::draft::parse(include_str!("../../corpora/heyan/draft.txt")).unwrap();
    let lines = include_bytes!("../../corpora/heyan/submissions.jsonl");
    let import = caifeng_channel::read(lines, "submissions.jsonl").unwrap();
    assert!(import.errors.is_empty());
    (
        draft,
        import.rows.into_iter().map(|r| r.submission).collect(),
    )
}

fn triage(draft: &Draft, submissions: &[Submission], previous: &Previous) -> Outcome {
    run(
        Batch::new(draft, submissions),
        &LexicalEncoder,
        previous,
        &(),
    )
    .unwrap()
}

/// What a later run is told of an earlier one.
fn memory(outcome: &Outcome) -> Previous {
    let units = outcome.analyses.iter().enumerate();
    let units = units.flat_map(|(s, a)| a.units.iter().map(move |u| (s, u.span.start, u.point)));
    Previous::new(units.collect::<Vec<_>>(), outcome.next_point)
}

/// Invariant 1: every submission has an analysis; duplicates are counted, not dropped.
#[test]
fn nothing_is_lost() {
    let (draft, mut submissions) = sample();
    submissions.extend_from_within(..20);
    let outcome = triage(&draft, &submissions, &Previous::default());
    assert_eq!(outcome.analyses.len(), submissions.len());
    let in_points: usize = outcome.points.iter().map(|p| p.units.len()).sum();
    let in_analyses: usize = outcome.analyses.iter().map(|a| a.units.len()).sum();
    assert_eq!(in_points, in_analyses);
    let first = &outcome.analyses[..20];
    let copies = &outcome.analyses[submissions.len() - 20..];
    for (original, copy) in first.iter().zip(copies) {
        assert_eq!(original.units.len(), copy.units.len());
    }
}

/// Invariant 2: everything derived is a span of the text as delivered.
#[test]
fn every_span_is_a_piece_of_the_original() {
    let (draft, submissions) = sample();
    let outcome = triage(&draft, &submissions, &Previous::default());
    for (submission, analysis) in submissions.iter().zip(&outcome.analyses) {
        let text = &submission.text;
        let links = analysis
            .units
            .iter()
            .flat_map(|u| u.links.iter().chain(&u.candidates));
        let spans = analysis
            .units
            .iter()
            .map(|u| u.span)
            .chain(analysis.personal_data.iter().map(|p| p.span));
        let spans = spans.chain(links.flat_map(|l| l.evidence.spans.iter().copied()));
        for span in spans.chain(analysis.duplicate.additions.iter().copied()) {
            assert!(
                text.get(span.start..span.end)
                    .is_some_and(|s| !s.is_empty()),
                "{span:?} of {text}"
            );
        }
        for edit in analysis.units.iter().filter_map(|u| u.edit.as_ref()) {
            for words in [&edit.from, &edit.to].into_iter().flatten() {
                assert!(text.contains(words.as_str()), "`{words}` is not in {text}");
            }
        }
        for pair in analysis.units.windows(2) {
            assert!(
                pair[0].span.end <= pair[1].span.start,
                "units overlap in {text}"
            );
        }
    }
}

/// Invariant 4: same input, same output, whatever the number of threads.
#[test]
fn the_number_of_threads_changes_nothing() {
    let (draft, submissions) = sample();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| triage(&draft, &submissions, &Previous::default()))
    };
    assert_eq!(on(1), on(4));
}

/// Invariant 4: a second run keeps every id, and ten per cent more data leave old points as they were.
#[test]
fn point_ids_are_stable() {
    let (draft, submissions) = sample();
    let (old, all) = (
        &submissions[..submissions.len() * 10 / 11],
        &submissions[..],
    );
    let before = triage(&draft, old, &Previous::default());
    assert_eq!(
        triage(&draft, old, &memory(&before)),
        before,
        "a second run changes nothing"
    );

    let after = triage(&draft, all, &memory(&before));
    let mut pairs = Vec::new();
    for (a, b) in before.analyses.iter().zip(&after.analyses) {
        for (x, y) in a.units.iter().zip(&b.units) {
            pairs.push((x.point, y.point));
        }
    }
    assert!(adjusted_rand(&pairs) >= 0.9, "{}", adjusted_rand(&pairs));
    let kept = pairs.iter().filter(|(x, y)| x == y).count();
    assert!(
        kept * 10 >= pairs.len() * 9,
        "{kept} of {} units kept their point's id",
        pairs.len()
    );
}

/// Adjusted Rand index of two groupings (Hubert and Arabie 1985).
fn adjusted_rand(pairs: &[(PointId, PointId)]) -> f64 {
    fn choose2<K: Ord>(keys: impl Iterator<Item = K>) -> f64 {
        let mut sizes: BTreeMap<K, f64> = BTreeMap::new();
        for key in keys {
            *sizes.entry(key).or_default() += 1.0;
        }
        sizes.values().map(|n| n * (n - 1.0) / 2.0).sum()
    }
    let both = choose2(pairs.iter().copied());
    let (a, b) = (
        choose2(pairs.iter().map(|p| p.0)),
        choose2(pairs.iter().map(|p| p.1)),
    );
    let n = pairs.len() as f64;
    let expected = a * b / (n * (n - 1.0) / 2.0);
    (both - expected) / (f64::midpoint(a, b) - expected)
}

/// Invariant 5: no point holds units for and against.
#[test]
fn opposites_never_share_a_point() {
    let (draft, submissions) = sample();
    let outcome = triage(&draft, &submissions, &Previous::default());
    let mut seen = [false; 2];
    for point in &outcome.points {
        let stances: Vec<Stance> = point
            .units
            .iter()
            .map(|u| outcome.analyses[u.0].units[u.1].stance)
            .collect();
        let (for_it, against) = (
            stances.contains(&Stance::Support),
            stances.contains(&Stance::Oppose),
        );
        assert!(!(for_it && against), "{}", point.id);
        seen = [seen[0] || for_it, seen[1] || against];
    }
    assert_eq!(
        seen,
        [true, true],
        "the sample has both, or this shows nothing"
    );
}

/// Invariant 8: an accepted link has evidence and a probability; an unassigned unit is told apart
/// from one that hangs between articles.
#[test]
fn every_link_is_explained() {
    let (draft, submissions) = sample();
    let outcome = triage(&draft, &submissions, &Previous::default());
    let mut links = 0;
    for analysis in &outcome.analyses {
        assert!((0.0..=1.0).contains(&analysis.status_confidence));
        assert!(analysis.units.is_empty() || analysis.status == Status::Opinion);
        for unit in &analysis.units {
            assert!(unit.scope == Scope::Article || unit.links.is_empty());
            for link in unit.links.iter().chain(&unit.candidates) {
                links += 1;
                assert!((0.0..=1.0).contains(&link.confidence));
                assert!(draft.article(link.article).is_some());
            }
        }
    }
    assert!(links > 100);
}

/// Only distinct texts are encoded.
#[test]
fn copies_cost_no_vectors() {
    let (draft, submissions) = sample();
    let texts = |submissions: &[Submission]| {
        let encoder = CountingEncoder::default();
        let batch = Batch::new(&draft, submissions);
        run(batch, &encoder, &Previous::default(), &()).unwrap();
        encoder.texts()
    };
    let mut twice = submissions.clone();
    twice.extend(submissions.iter().cloned());
    assert_eq!(texts(&submissions), texts(&twice));
}

/// Hostile texts: nothing panics and every one is somewhere.
#[test]
fn odd_texts_pass_through() {
    let (draft, _) = sample();
    let texts = [
        "",
        " ",
        "\u{202e}第九百九十九条\u{202c}",
        "😀𠮷𪚥",
        "\0",
        "第第第条条条",
        "“”“”",
        "一、\n二、\n三、",
        "：：：",
        "(((((",
        "第一条第二款第三项至第九十九条",
        "12.2.3",
        "建议将“A”修改为“",
        "\u{feff}\u{200b}",
    ];
    let mut submissions: Vec<Submission> = texts.iter().map(|t| submission(t)).collect();
    submissions.push(submission(&"第二十一条，".repeat(1_000)));
    submissions.push(submission(&"水".repeat(5_000)));
    let outcome = triage(&draft, &submissions, &Previous::default());
    assert_eq!(outcome.analyses.len(), submissions.len());
}
