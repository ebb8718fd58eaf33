use super::{comparison_key, normalise};
use caifeng_domain::Span;
use proptest::prelude::*;

#[test]
fn what_is_taken_alone_has_the_form_that_composing_gives() {
    let frequent = ('\0'..=char::MAX).filter_map(|c| super::alone(c).map(|normal| (c, normal)));
    for (c, normal) in frequent {
        let mut composed = Vec::new();
        super::flush(&c.to_string(), Span::new(0, c.len_utf8()), &mut composed);
        let composed: Vec<char> = composed.iter().map(|m| m.c).collect();
        assert_eq!(composed, [super::half_width(normal)], "{c:?}");
        assert!(super::starts_cluster(c) && !super::is_invisible(c), "{c:?}");
    }
}

#[test]
fn unifies_the_written_form() {
    #[track_caller]
    fn check(original: &str, want: &str) {
        assert_eq!(normalise(original).text, want);
    }
    check(
        "第１２条，“应当”：（一）ＡＢＣ！",
        "第12条,\"应当\":(一)ABC!",
    );
    check("第12条,\"应当\":(一)ABC!", "第12条,\"应当\":(一)ABC!");
    check("「應當」開居民會議", "\"应当\"开居民会议");
    check("乾淨的乾坤", "干净的乾坤");
    check("著名作家", "著名作家");
    check("①十五天 ㈠一个月", "①十五天 (一)一个月");
    check("\u{200F}我\u{200B}们\u{FEFF}\u{0007}好\u{202E}", "我们好");
    check(" \u{3000}上\t \u{A0}下 \r\n\r\n 末 \n", "上 下\n末");
    check("一——二－三–四", "一--二-三-四");
    check("e\u{301}\u{FF76}\u{FF9E}", "é\u{30AC}");
    check("𠮷😀", "𠮷😀");
    check("", "");
}

#[test]
fn offsets_lead_back_to_the_original_words() {
    #[track_caller]
    fn check(original: &str, part: &str, want: &str) {
        let n = normalise(original);
        let start = n.text.find(part).unwrap();
        let span = Span::new(start, start + part.len());
        let back = n.original_span(span);
        assert_eq!(back.of(original), want);
        assert_eq!(n.normalised_span(back), span, "and forward again");
    }
    check("　第１２条，應當", "12", "１２");
    check("　第１２条，應當", "条,应", "条，應");
    check("甲\u{200B}乙丙", "乙", "乙");
    check("甲\u{200B}乙丙", "甲乙", "甲\u{200B}乙");
    check("上 \r\n 下", "\n", " \r\n ");
    check("x㈠y", "(一)", "㈠");
    check("𠮷應，😀", "应,😀", "應，😀");
}

#[test]
fn a_part_of_an_expanded_character_counts_as_the_whole() {
    let n = normalise("x㈠y");
    let start = n.text.find('一').unwrap();
    assert_eq!(
        n.original_span(Span::new(start, start + 3)).of("x㈠y"),
        "㈠"
    );
}

#[test]
fn removed_characters_have_no_place_in_the_normal_form() {
    let original = "甲\u{200B}\u{200B}乙";
    let n = normalise(original);
    let removed = n.normalised_span(Span::new(3, 9));
    assert_eq!(removed, Span::new(3, 3));
}

#[test]
fn comparison_key_ignores_case_spacing_and_punctuation() {
    #[track_caller]
    fn check(one: &str, other: &str) {
        assert_eq!(comparison_key(one), comparison_key(other));
    }
    check("建议，改为“App公示”。", " 建议改为\"ＡＰＰ公示\"\n");
    check("應當公開！", "应当公开");
    assert_ne!(comparison_key("👍"), comparison_key("👎"));
    assert_eq!(comparison_key("？！……"), "");
}

#[test]
fn a_megabyte_of_marks_take_linear_time() {
    let hostile = "e\u{301}\u{200F}".repeat(1000) + &"\u{301}\u{323}".repeat(250_000);
    assert!(!normalise(&hostile).text.is_empty());
}

/// Characters that the steps treat differently, besides any character at all.
fn tricky() -> impl Strategy<Value = String> {
    let c = prop_oneof![
        4 => proptest::sample::select("，。；：“”（）\"' \n\t\r\u{3000}\u{200B}\u{200F}\u{301}\u{338}\u{344}１2ａ①㈠…"
            .chars().collect::<Vec<_>>()),
        3 => proptest::char::range('\u{4E00}', '\u{9FFF}'),
        1 => proptest::char::range('\u{1100}', '\u{11FF}'),
        1 => proptest::char::range('\u{FF61}', '\u{FFBE}'),
        2 => any::<char>(),
    ];
    proptest::collection::vec(c, 0..40).prop_map(|v| v.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn normalising_twice_changes_nothing_more(original in tricky()) {
        let once = normalise(&original).text;
        prop_assert_eq!(&normalise(&once).text, &once);
    }

    #[test]
    fn every_stretch_maps_back_to_a_stretch_that_normalises_to_it(
        original in tricky(), from in 0usize..40, count in 1usize..20,
    ) {
        let n = normalise(&original);
        let bounds: Vec<usize> =
            n.text.char_indices().map(|(i, _)| i).chain([n.text.len()]).collect();
        let from = from.min(bounds.len() - 1);
        let to = (from + count).min(bounds.len() - 1);
        let span = Span::new(bounds[from], bounds[to]);
        let back = n.original_span(span);
        prop_assert!(original.get(back.start..back.end).is_some(), "on boundaries");
        prop_assert!(n.normalised_span(back).contains(span));
        // Cut out, the original stretch normalises to the same words, but for phrases that the
        // cut broke and for white space at its ends.
        let alone = normalise(back.of(&original)).text.chars().count();
        prop_assert!(alone <= n.normalised_span(back).of(&n.text).chars().count());
    }

    #[test]
    fn spans_of_the_original_keep_their_order(original in tricky(), a in 0usize..60, b in 0usize..60) {
        let n = normalise(&original);
        let (a, b) = (a.min(original.len()), b.min(original.len()));
        let (a, b) = (a.min(b), a.max(b));
        let forward = n.normalised_span(Span::new(a, b));
        prop_assert!(forward.end <= n.text.len());
        prop_assert!(n.normalised_span(Span::new(0, a)).start <= forward.start);
    }
}
