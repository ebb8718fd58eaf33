//! Personal data in whole texts.

use caifeng_domain::PersonalDataKind;
use proptest::prelude::*;

use super::{find, redact, replacements};
use PersonalDataKind::{Address, BankCard, IdCard, Name, OtherPersonName, Phone, Plate};

/// All finds of one kind, as their words.
#[track_caller]
pub(super) fn check_kind(kind: PersonalDataKind, text: &str, want: &[&str]) {
    let found = find(text, &[]);
    let got: Vec<&str> = found
        .iter()
        .filter(|item| item.kind == kind)
        .map(|item| item.span.of(text))
        .collect();
    assert_eq!(got, want, "{text}: {found:?}");
}

/// All finds, as kind and words.
#[track_caller]
fn check(text: &str, want: &[(PersonalDataKind, &str)]) {
    let found = find(text, &[]);
    let got: Vec<_> = found
        .iter()
        .map(|item| (item.kind, item.span.of(text)))
        .collect();
    assert_eq!(got, want, "{text}");
}

#[test]
fn identity_cards() {
    check(
        "身份证号：11010519491231002x，",
        &[(IdCard, "11010519491231002x")],
    );
    check("440524 18800101 0014", &[(IdCard, "440524 18800101 0014")]);
    check(
        "１１０１０１１９９００３０７００１１",
        &[(IdCard, "１１０１０１１９９００３０７００１１")],
    );
    check("旧证110105491231002", &[(IdCard, "110105491231002")]);
    check(
        "身份证990101197802210011。",
        &[(IdCard, "990101197802210011")],
    );
    check("项目编号990101197802210011。", &[]);
    check(
        "110101\u{200b}199003070011",
        &[(IdCard, "110101\u{200b}199003070011")],
    );
    check(
        "代码91110000101623741K，911101066976941872，91350100M000100Y43",
        &[],
    );
}

#[test]
fn telephones() {
    for own in [
        "13800000001",
        "138-0000-0001",
        "138 0000 0001",
        "+8613800000001",
        "+86 138 0000 0001",
        "0086-13800000001",
        "幺三八零零零零零零零一",
        "１３８０００００００１",
        "0513-82210000",
        "１３８０００００００１",
        "(0513)82210000",
        "010-82210000-801",
        "051382210000",
        "02582210000转801",
    ] {
        check(&format!("请打{own}。"), &[(Phone, own)]);
    }
    check("电话82210000", &[(Phone, "82210000")]);
    check("vx同号13800000001QQ", &[(Phone, "13800000001")]);
}

#[test]
fn numbers_of_other_kinds_stay() {
    for text in [
        "拨打12345或者12348",
        "400-800-8000，8008201234",
        "订单1138000000012",
        "2024-07-16 13:55:54",
        "1995-10-01 123",
        "投资82210000元",
        "138****0001",
        "第一千二百六十条",
        "1000 1500 2000 2500",
    ] {
        check(text, &[]);
    }
}

#[test]
fn bank_cards() {
    check(
        "卡号6222021000000000009",
        &[(BankCard, "6222021000000000009")],
    );
    check(
        "6217 0012 3456 7890 122",
        &[(BankCard, "6217 0012 3456 7890 122")],
    );
    check("账号是1234567890123", &[(BankCard, "1234567890123")]);
    check("流水1234567890123456", &[]);
}

#[test]
fn names_of_the_sender() {
    for text in [
        "我叫王建国，今年七十。",
        "我是村民王建国。支持。",
        "联系人：王建国 ",
        "姓名:王建国",
        "同意。\n——王建国",
        "同意草案。王建国",
    ] {
        check_kind(Name, text, &["王建国"]);
    }
    check_kind(Name, "我叫欧阳文秀，", &["欧阳文秀"]);
    check_kind(Name, "我叫丁红，", &["丁红"]);
}

#[test]
fn the_judgement_needs_cues_or_characters() {
    for name in [
        "白改革",
        "钟宇",
        "朱俊",
        "唐知行",
        "阎平安",
        "欧阳修远",
        "曾祥瑞",
    ] {
        check_kind(
            OtherPersonName,
            &format!("网格员{name}：电梯停了。"),
            &[name],
        );
        check_kind(Name, &format!("以上请考虑。\n——{name}"), &[name]);
    }
}

#[test]
fn names_of_others() {
    for (text, want) in [
        ("张桂芳（居民）：路灯要修。", vec!["张桂芳"]),
        (
            "1.张桂芳：路灯要修。\n2.李强：同意。",
            vec!["张桂芳", "李强"],
        ),
        ("王秀英说路灯不亮。", vec!["王秀英"]),
        ("我爱人李桂兰在家。", vec!["李桂兰"]),
        ("邻居陈国富把路占了，陈国富不让。", vec!["陈国富", "陈国富"]),
        ("居民张芳、李强和王磊都来了。", vec!["张芳", "李强", "王磊"]),
        ("褚阿姨说楼道太黑", vec!["褚阿姨"]),
        ("我同事老裘调解过。", vec!["老裘"]),
    ] {
        check_kind(OtherPersonName, text, &want);
    }
}

#[test]
fn everyday_words_are_no_names() {
    for text in [
        "老人高兴，老师方便，村民安全感强。",
        "代表和家长都同意，任何人应当遵守。",
        "马上修改，金融业、石油城、江苏省、张家港市。",
        "主持人：请发言。\n指导老师：好。\n理由：时间不够。\n方案：如下。",
        "居民委员会组织法第十条，王某某不服。",
        "富余老师，尊敬的立法机关同志：",
        "我叫了车，我是高中生，我叫外卖，",
        "小时、小区、老百姓、老党员都说好",
        "根据《中华人民共和国民法典》和《安全生产法》",
    ] {
        check(text, &[]);
    }
}

#[test]
fn what_the_channel_knows_is_found_everywhere() {
    let text = "本来占广财不想说。占广财，2683190";
    let found = find(text, &["占广财", "2683190", "丰禾合作社"]);
    let got: Vec<_> = found
        .iter()
        .map(|item| (item.kind, item.span.of(text)))
        .collect();
    assert_eq!(
        got,
        [(Name, "占广财"), (Name, "占广财"), (Phone, "2683190")]
    );
}

#[test]
fn a_letter_is_masked_as_a_whole() {
    let text = "我叫王建国，住海门区桂花弄38号301室，身份证110101199003070011，电话138-0000-0001，车牌苏F12A45。";
    let found = find(text, &[]);
    let kinds: Vec<_> = found.iter().map(|item| item.kind).collect();
    assert_eq!(kinds, [Name, Address, IdCard, Phone, Plate]);
    assert_eq!(
        redact(text, &found),
        "我叫王某某，住海门区××，身份证110101************，电话138****0001，车牌苏F*****。"
    );
    assert_eq!(replacements(text, &found).len(), 5);
}

#[test]
fn hostile_texts_cost_linear_time() {
    for piece in [
        "1",
        "一",
        "王建国：",
        "138 ",
        "a@",
        "住1号",
        "路1号",
        "(",
        "a",
        "😀",
        "\u{202e}",
    ] {
        let text = piece.repeat(60_000 / piece.len());
        let found = find(&text, &["王建国"]);
        assert!(redact(&text, &found).len() <= 2 * text.len(), "{piece}");
    }
}

fn is_number(kind: PersonalDataKind) -> bool {
    matches!(kind, Phone | IdCard | BankCard)
}

proptest! {
    #[test]
    fn any_text_is_safe(text in any::<String>(), known in any::<String>()) {
        check_invariants(&text, &[&known]);
    }

    #[test]
    fn texts_full_of_personal_data_are_safe(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("我叫王建国"), Just("电话"), Just("13800000001"), Just("138"), Just("0001"), Just(" "),
                Just("-"), Just("，"), Just("110101199003070011"), Just("X"), Just("6222021000000000009"),
                Just("卡号"), Just("0513"), Just("82210000"), Just("li@a.cn"), Just("住海门区桂花弄38号"),
                Just("幺三八"), Just("零零零零"), Just("微信"), Just("abc_123456"), Just("*"), Just("("),
                Just(")"), Just("+86"), Just("苏F12A45"), Just("（2025）苏0684民初1234号"), Just("\n"),
            ],
            0..14,
        ),
    ) {
        check_invariants(&pieces.concat(), &[]);
    }

    #[test]
    fn no_runs_of_digits_survive_masking(text in "[0-9 幺一二三八零*xX().-]{0,60}") {
        check_invariants(&text, &[]);
    }
}

#[track_caller]
fn check_invariants(text: &str, known: &[&str]) {
    let found = find(text, known);
    let masked = redact(text, &found);
    let mut at = 0;
    let mut rest = masked.as_str();
    for (span, mask) in replacements(text, &found) {
        assert!(span.start >= at && !span.is_empty(), "{text}: {found:?}");
        let untouched = &text[at..span.start];
        rest = rest
            .strip_prefix(untouched)
            .and_then(|rest| rest.strip_prefix(mask.as_str()))
            .expect("the words between the finds, then the mask");
        at = span.end;
    }
    assert_eq!(rest, &text[at..]);
    let mut left = find(&masked, &[]);
    left.retain(|item| is_number(item.kind));
    assert!(left.is_empty(), "{text} -> {masked}: {left:?}");
}

#[test]
fn an_address_takes_no_half_of_a_number() {
    check_invariants("住海门区桂花弄38号051313800000001", &[]);
    check_kind(
        Address,
        "住桃源镇下湾村16号　6222021000000000009",
        &["桃源镇下湾村16号"],
    );
}
