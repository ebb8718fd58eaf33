//! Any bytes are a message or a clear refusal; a message has an answer that fits, and its state is
//! read as it was written.

#![no_main]

use caifeng_channel::wechat::{
    Message,
    dialogue::{Open, Reply, State, answer},
    reply,
};
use caifeng_domain::ArticleNo;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(message) = Message::read(body) else {
        return;
    };
    let open = ["湖泊保护条例（草案）", "垃圾分类条例（草案）"].map(|title| Open {
        slug: title.to_owned(),
        title: title.to_owned(),
        articles: (1..9).map(ArticleNo::new).collect(),
    });
    let turn = answer(&State::default(), &message, &open);
    assert_eq!(turn.state.to_string().parse(), Ok(turn.state));
    if let Reply::Say(words) = turn.reply {
        assert!(words.len() <= reply::MAX_TEXT_BYTES);
        let xml = reply::text(&message, &words, 0);
        assert!(Message::read(xml.as_bytes()).is_ok(), "{xml}");
    }
});
