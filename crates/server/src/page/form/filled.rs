//! What somebody filled in: fields come as they stand in the page, `article` or `question` and `text`
//! once a row, everything else once.

use caifeng_app::{CONSENT_VERSION, ChallengeAnswer, Comment, Handover};
use caifeng_domain::{Channel, Submitter};

use crate::error::Fault;

/// What was filled in.
#[derive(Default)]
pub(super) struct Filled {
    /// Key questions by number, and what was answered.
    pub(super) answers: Vec<(u32, String)>,
    pub(super) rows: Vec<(String, String)>,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) group: String,
    pub(super) region: String,
    pub(super) channel: String,
    pub(super) place: String,
    pub(super) key: String,
    /// When the form was served, signed.
    pub(super) served: String,
    pub(super) consent: bool,
    /// The field that only programs fill in.
    pub(super) website: String,
    /// The button that asks for another row.
    pub(super) more: bool,
    /// What was answered to a challenge.
    pub(super) challenge: ChallengeAnswer,
}

impl Filled {
    pub(super) fn read(pairs: Vec<(String, String)>) -> Self {
        let mut filled = Self::default();
        // Whether the next words answer a question.
        let mut answers = false;
        for (name, value) in pairs {
            match name.as_str() {
                "article" => {
                    filled.rows.push((value, String::new()));
                    answers = false;
                }
                "question" => {
                    if let Ok(number) = value.parse() {
                        filled.answers.push((number, String::new()));
                        answers = true;
                    }
                }
                "text" if answers => {
                    if let Some(answer) = filled.answers.last_mut() {
                        answer.1 = value;
                    }
                    answers = false;
                }
                "text" => match filled.rows.last_mut() {
                    Some(row) if row.1.is_empty() => row.1 = value,
                    _ => filled.rows.push((String::new(), value)),
                },
                "name" => filled.name = value,
                "phone" => filled.phone = value,
                "group" => filled.group = value,
                "region" => filled.region = value,
                "channel" => filled.channel = value,
                "place" => filled.place = value,
                "key" => filled.key = value,
                "served" => filled.served = value,
                "consent" => filled.consent = value == CONSENT_VERSION,
                "website" => filled.website = value,
                "more" => filled.more = true,
                "challenge" => filled.challenge.token = value,
                "work" => filled.challenge.work = value,
                "sum" => filled.challenge.sum = value,
                // A browser extension may add fields of its own.
                _ => {}
            }
        }
        filled
    }

    pub(super) fn handover(&self, slug: &str, channel: Channel) -> Result<Handover, Fault> {
        if !self.website.is_empty() {
            return Err(Fault::honeypot());
        }
        let said = |text: &&String| !text.trim().is_empty();
        let answer = |(number, text): &(u32, String)| Comment {
            article: None,
            question: Some(*number),
            text: text.clone(),
        };
        let answers = self.answers.iter().filter(|(_, text)| said(&text));
        let mut comments: Vec<Comment> = answers.map(answer).collect();
        for (article, text) in self.rows.iter().filter(|(_, text)| said(&text)) {
            let number = match article.as_str() {
                "" => None,
                number => Some(crate::api::article(number)?),
            };
            comments.push(Comment {
                article: number,
                question: None,
                text: text.clone(),
            });
        }
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(Handover {
            slug: slug.to_owned(),
            comments,
            channel,
            place: some(&self.place),
            sender: Submitter {
                name: some(&self.name),
                phone: some(&self.phone),
                identity: some(&self.group),
                region: some(&self.region),
                account: None,
            },
            consent: self.consent.then(|| CONSENT_VERSION.to_owned()),
            key: some(&self.key),
            grants: Vec::new(),
        })
    }

    /// What was said, in the order of the page.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        let answers = self.answers.iter().map(|(_, text)| text.as_str());
        let rows = self.rows.iter().map(|(_, text)| text.as_str());
        answers.chain(rows).filter(|text| !text.trim().is_empty())
    }
}
