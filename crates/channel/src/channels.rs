//! Names of channels as people and platforms write them.

use caifeng_domain::Channel;

/// Other names than the wire name and the Chinese name.
#[rustfmt::skip]
const ALIASES: [(Channel, &[&str]); 8] = [
    (Channel::Web, &["网站", "网上", "官网", "互联网", "在线", "线上", "网络", "门户网站"]),
    (Channel::Wechat, &["微信公众号", "公众号", "微信小程序", "小程序", "weixin"]),
    (Channel::Kiosk, &["自助机", "一体机", "触摸屏", "终端", "机器人"]),
    (Channel::Paper, &["信件", "来信", "信函", "书信", "邮寄", "纸质", "纸质表", "书面意见", "letter"]),
    (Channel::Meeting, &["会议", "座谈", "调研", "研讨会", "论证会", "听证会", "入户走访", "走访"]),
    (Channel::Phone, &["来电", "热线", "电话热线", "手机", "tel"]),
    (Channel::Questionnaire, &["问卷调查", "调查问卷", "问卷星", "腾讯问卷"]),
    (Channel::Platform, &["平台", "其他", "其它", "电子邮件", "邮件", "email", "other"]),
];

/// The channel of that name.
pub(crate) fn parse(name: &str) -> Option<Channel> {
    let name = name.trim().to_lowercase();
    Channel::ALL
        .iter()
        .find(|(_, wire, label)| name == *wire || name == *label)
        .map(|(channel, _, _)| *channel)
        .or_else(|| {
            let other = ALIASES
                .iter()
                .find(|(_, names)| names.contains(&name.as_str()));
            other.map(|(channel, _)| *channel)
        })
}

/// The names to choose from, for a message.
pub(crate) fn allowed() -> String {
    let names = Channel::ALL.map(|(_, wire, label)| format!("{label}（{wire}）"));
    names.join("、")
}

#[cfg(test)]
mod tests {
    use super::{Channel, parse};

    #[test]
    fn channels_go_by_several_names() {
        for (name, want) in [
            ("web", Some(Channel::Web)),
            (" Kiosk ", Some(Channel::Kiosk)),
            ("座谈会", Some(Channel::Meeting)),
            ("微信公众号", Some(Channel::Wechat)),
            ("传真", None),
            ("", None),
        ] {
            assert_eq!(parse(name), want, "{name}");
        }
    }
}
