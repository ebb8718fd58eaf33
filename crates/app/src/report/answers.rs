//! What was answered to the key questions (重点征求问题) of a consultation.

use std::collections::BTreeMap;

use caifeng_domain::{Span, Status, SubmissionId};
use caifeng_report::{Counts, Quotation};

use super::Material;
use crate::{App, AppError};

/// A key question and what was answered to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAnswers {
    /// Its number, from 1.
    pub number: u32,
    /// Its words.
    pub question: String,
    /// Answers that are neither spam nor taken back.
    pub counts: Counts,
    /// Some of them in full, each of another text, personal data masked: those that came most often
    /// first, then as they came.
    pub quotations: Vec<Quotation>,
}

impl App {
    /// The key questions of a consultation in order, with what was answered to each as of the last
    /// triage, and at most `most` answers in their words.
    pub async fn key_answers(
        &self,
        slug: Option<&str>,
        most: usize,
    ) -> Result<Vec<KeyAnswers>, AppError> {
        let chosen = self.choose(slug).await?;
        let answers = self.store.answers(chosen.id).await?;
        let (_, material) = self.material(&chosen.consultation.slug).await?;
        let questions = chosen.consultation.questions;
        let build = move || {
            let numbered = (1..).zip(questions);
            let answered = numbered
                .map(|(number, question)| material.answers_to(number, question, &answers, most));
            answered.collect()
        };
        Ok(tokio::task::spawn_blocking(build).await?)
    }
}

impl Material {
    fn answers_to(
        &self,
        number: u32,
        question: String,
        answers: &BTreeMap<SubmissionId, u32>,
        most: usize,
    ) -> KeyAnswers {
        let analyses = self.record.analyses.iter().enumerate();
        let counted: Vec<usize> = analyses
            .filter(|(i, (id, analysis))| {
                answers.get(id) == Some(&number)
                    && analysis.status != Status::Spam
                    && !self.stored[*i].withdrawn
            })
            .map(|(i, _)| i)
            .collect();
        KeyAnswers {
            number,
            question,
            counts: self.counts(counted.iter().copied()),
            quotations: self.answers_quoted(&counted, most),
        }
    }

    fn answers_quoted(&self, answers: &[usize], most: usize) -> Vec<Quotation> {
        // The first answer of each text, and how often it came.
        let mut texts: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for &i in answers {
            let group = self.record.analyses[i].1.duplicate.group;
            texts.entry(group).or_insert((i, 0)).1 += 1;
        }
        let mut texts: Vec<(usize, usize)> = texts.into_values().collect();
        texts.sort_by_key(|&(first, count)| (std::cmp::Reverse(count), first));
        let quoted = texts.into_iter().take(most).map(|(first, _)| {
            let whole = Span::new(0, self.stored[first].submission.text.len());
            self.quotation(first, whole)
        });
        quoted.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use caifeng_domain::{Channel, Submitter, Visibility};

    use crate::{App, CONSENT_VERSION, Comment, Handover, testing::config};

    async fn answer(app: &App, phone: &str, question: Option<u32>, text: &str) -> String {
        let handover = Handover {
            slug: "c".into(),
            comments: vec![Comment {
                article: None,
                question,
                text: text.into(),
            }],
            channel: Channel::Web,
            place: None,
            sender: Submitter {
                phone: Some(phone.into()),
                ..Submitter::default()
            },
            consent: Some(CONSENT_VERSION.into()),
            key: None,
            grants: Vec::new(),
        };
        app.submit(None, handover).await.unwrap().receipts.remove(0)
    }

    #[tokio::test]
    async fn answers_stand_under_their_questions_counted_and_masked() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(config(folder.path())).await.unwrap();
        let questions = ["绳子多长合适？", "步道几点关灯？", "还有什么？"];
        app.create_consultation(
            "c",
            "某市河畔条例（草案）",
            None,
            Visibility::Public,
            questions.map(str::to_owned).to_vec(),
        )
        .await
        .unwrap();
        let draft = "某市河畔条例（草案）\n第一条　遛犬应当束绳。\n第二条　步道夜间关灯。\n";
        app.import_draft("c", "draft.txt", draft.as_bytes())
            .await
            .unwrap();
        let long = "建议绳子不超过两米，太长了会绊到老人和孩子。";
        answer(
            &app,
            "13800000001",
            Some(1),
            "建议遛犬的绳子以一米半为宜，我的手机号是13900000009。",
        )
        .await;
        answer(&app, "13800000002", Some(1), long).await;
        answer(&app, "13800000003", Some(1), long).await;
        answer(&app, "13800000004", Some(2), "建议步道晚上十点关灯。").await;
        answer(&app, "13800000005", None, "建议步道多设几张长椅。").await;
        app.triage(Some("c"), Arc::new(())).await.unwrap();

        let all = app.key_answers(Some("c"), 5).await.unwrap();
        let counts = |at: usize| {
            let counts = all[at].counts;
            (counts.submissions, counts.senders, counts.texts)
        };
        assert_eq!(
            [counts(0), counts(1), counts(2)],
            [(3, 3, 2), (1, 1, 1), (0, 0, 0)]
        );
        assert_eq!((all[0].number, &*all[0].question), (1, questions[0]));
        let quoted: Vec<&str> = all[0].quotations.iter().map(|q| &*q.text).collect();
        assert_eq!(quoted[0], long, "what came twice stands first");
        assert!(quoted[1].starts_with("建议遛犬的绳子") && !quoted[1].contains("13900000009"));
        assert!(all[2].quotations.is_empty());
        let few = app.key_answers(Some("c"), 1).await.unwrap();
        assert_eq!(few[0].quotations.len(), 1);
        assert_eq!(few[0].counts, all[0].counts);
    }
}
