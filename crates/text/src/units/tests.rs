use super::split;
use caifeng_domain::Channel;

#[test]
fn numbered_points_are_units_without_their_numbers() {
    let text = "各位领导：一、公示太短。二、收费太高。谢谢！";
    let units = split(text, &[], Channel::Web);
    let got: Vec<&str> = units.iter().map(|u| u.of(text)).collect();
    assert_eq!(got, ["公示太短。", "收费太高。"]);
}
