//! Answers that questionnaire platforms push.
//!
//! **Invariant.** Nothing pushed is lost: an answer that was changed goes in beside what it was
//! before, which then counts as taken back, and a push that cannot be used is kept, sealed, for
//! somebody to look at and to try again.

use std::collections::BTreeMap;

use caifeng_channel::questionnaire::{self, Push, PushError};
use caifeng_domain::{ConsultationId, Named, Submission};
use caifeng_store::{
    Accepted, Act, Arrival, Delivery, Hook, HookSettings, Platform, RefusedPush, StoreError,
    contains_nul,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{
    App, AppError, Refusal,
    consultations::cli,
    submit::{check_sender, check_text, check_was_open},
};

/// What a hook writes under: the number of an answer is unique on all platforms together.
pub(crate) const SOURCE: &str = "questionnaire";

impl From<PushError> for Refusal {
    fn from(error: PushError) -> Self {
        match error {
            PushError::TooLarge { .. } => Self::TooLarge,
            PushError::BadSignature => Self::BadSignature,
            PushError::NotJson => Self::Unreadable("不是 JSON 对象".to_owned()),
            PushError::Missing(field) => Self::Unreadable(format!("缺少字段 {field}")),
            PushError::Unusable(reason) => Self::Unreadable(reason),
        }
    }
}

impl App {
    /// Adds a hook and returns its path, which cannot be shown again. `questions` is the JSON of an
    /// object with the words of the questions by their names (`q1`).
    pub async fn add_hook(
        &self,
        slug: Option<&str>,
        name: &str,
        platform: Platform,
        key: Option<&str>,
        questions: &str,
    ) -> Result<String, AppError> {
        if platform == Platform::Wenjuanxing && key.is_none_or(str::is_empty) {
            let message = "问卷星的推送要用密钥验签，请从标准输入给出推送密钥";
            return Err(AppError::Argument(message.to_owned()));
        }
        if words(questions).is_none() {
            let message = "题目文件应是 JSON 对象，如 {\"q1\": \"您的意见\"}";
            return Err(AppError::Argument(message.to_owned()));
        }
        let settings = HookSettings {
            name,
            platform,
            consultation: self.choose(slug).await?.id,
            key: key.filter(|key| !key.is_empty()),
            questions,
        };
        match self.store.add_hook(&cli(), &settings).await {
            Err(StoreError::NameTaken { name }) => {
                Err(AppError::Argument(format!("名称 {name} 已在使用")))
            }
            secret => Ok(format!("/hooks/{}/{}", platform.wire(), secret?)),
        }
    }

    /// The hooks in use.
    pub async fn hooks(&self) -> Result<Vec<Hook>, AppError> {
        Ok(self.store.hooks().await?)
    }

    /// Ends a hook.
    pub async fn revoke_hook(&self, name: &str) -> Result<(), AppError> {
        if self.store.revoke_hook(&cli(), name).await? {
            Ok(())
        } else {
            Err(AppError::Argument(format!("没有名为 {name} 的推送地址")))
        }
    }

    /// Takes in a push to the address with this secret. How many submissions came of it.
    pub async fn take_push(
        &self,
        platform: Platform,
        secret: &str,
        body: &[u8],
    ) -> Result<usize, AppError> {
        let found = self.store.hook(platform, secret).await?;
        let (hook, key) = found.ok_or(Refusal::UnknownAddress)?;
        let now = Timestamp::now();
        match self.take_body(&hook, key.as_deref(), body, now).await? {
            Ok(count) => Ok(count),
            // Refused, it would come again and again, and in the end the platform would stop pushing
            // anything.
            Err(reason) => {
                tracing::info!(hook = hook.name, "a push was set aside");
                self.store
                    .keep_refused_push(&hook, &reason, body, now)
                    .await?;
                Ok(0)
            }
        }
    }

    /// The pushes to a hook that could not be taken in. Looking is noted.
    pub async fn refused_pushes(&self, name: &str) -> Result<Vec<RefusedPush>, AppError> {
        let (hook, _) = self.hook_named(name).await?;
        Ok(self.store.refused_pushes(&cli(), &hook).await?)
    }

    /// Tries to take in what could not be taken in when it was pushed. How many submissions came of
    /// it, and how many pushes still cannot.
    pub async fn retry_pushes(&self, name: &str) -> Result<(usize, usize), AppError> {
        let (hook, key) = self.hook_named(name).await?;
        let (mut new, mut left) = (0, 0);
        for push in self.store.refused_pushes(&cli(), &hook).await? {
            let taken = self.take_body(&hook, key.as_deref(), &push.body, push.received_at);
            match taken.await? {
                Ok(count) => {
                    new += count;
                    self.store.forget_refused_push(&cli(), push.id).await?;
                }
                Err(_) => left += 1,
            }
        }
        Ok((new, left))
    }

    async fn hook_named(&self, name: &str) -> Result<(Hook, Option<String>), AppError> {
        let found = self.store.hook_named(name).await?;
        found.ok_or_else(|| AppError::Argument(format!("没有名为 {name} 的推送地址")))
    }

    /// How many submissions come of a push that was received at `at`, or why it is to be set aside.
    async fn take_body(
        &self,
        hook: &Hook,
        key: Option<&str>,
        body: &[u8],
        at: Timestamp,
    ) -> Result<Result<usize, String>, AppError> {
        let push = match hook.platform {
            Platform::Tencent => questionnaire::tencent(body),
            Platform::Wenjuanxing => {
                let questions = words(&hook.questions).unwrap_or_default();
                let key = key.unwrap_or_default();
                questionnaire::wenjuanxing(body, key, &questions).map(Push::Answered)
            }
        };
        match push {
            Ok(Push::Answered(answer) | Push::Changed(answer)) => {
                self.take_answer(hook, answer, at).await
            }
            Ok(Push::Withdrawn { external_id }) => {
                self.withdraw_answer(hook, &external_id).await?;
                Ok(Ok(0))
            }
            Ok(Push::Nothing) => Ok(Ok(0)),
            // Most often a question left blank.
            Err(PushError::Unusable(reason)) => Ok(Err(reason)),
            // Whoever knows the address is the platform, which does not sign: perhaps of a later form.
            Err(error @ (PushError::NotJson | PushError::Missing(_)))
                if hook.platform == Platform::Tencent =>
            {
                Ok(Err(Refusal::from(error).to_string()))
            }
            Err(error) => Err(Refusal::from(error).into()),
        }
    }

    async fn take_answer(
        &self,
        hook: &Hook,
        answer: Submission,
        at: Timestamp,
    ) -> Result<Result<usize, String>, AppError> {
        let now = Timestamp::now();
        let all = self.consultations().await?;
        let listed = all.iter().find(|listed| listed.id == hook.consultation);
        let listed = listed.ok_or(Refusal::UnknownAddress)?;
        let said = answer.submitted_at.clone().unwrap_or(at.to_string());
        let checked = check_was_open(listed, Some(&said), now)
            .and_then(|()| check_text(1, &answer.text))
            .and_then(|()| check_sender(&answer.submitter));
        if let Err(refusal) = checked {
            return Ok(Err(refusal.to_string()));
        }
        if contains_nul(&answer) {
            return Ok(Err(Refusal::ControlCharacter.to_string()));
        }
        let number = answer.external_id.clone().unwrap_or_default();
        let versions = self
            .store
            .versions(hook.consultation, SOURCE, &number)
            .await?;
        let (Some(&first), Some(&last)) = (versions.first(), versions.last()) else {
            let accepted = self.deliver_answer(hook, answer, now).await?;
            return Ok(Ok(usize::from(accepted.arrival == Arrival::New)));
        };
        if self.store.submission(last).await?.is_some_and(|stored| {
            let before = &stored.submission;
            let (then, now) = (&before.submitter, &answer.submitter);
            before.text == answer.text
                && (&then.identity, &then.region) == (&now.identity, &now.region)
        }) {
            return Ok(Ok(0));
        }
        // The same answer, changed: what it was before stays, and this goes in beside it. Numbered, as
        // somebody may come back to earlier words.
        let count = versions.len();
        let changed = Submission {
            external_id: Some(format!("{number}:{count}:{}", digest(&answer))),
            ..answer
        };
        let later = self.deliver_answer(hook, changed, now).await?;
        let actor = format!("hook {}", hook.name);
        let act = Act {
            actor: &actor,
            at: now,
        };
        self.store.succeed(&act, first, later.id).await?;
        self.ask_for_triage(hook.consultation).await?;
        Ok(Ok(usize::from(later.arrival == Arrival::New)))
    }

    async fn deliver_answer(
        &self,
        hook: &Hook,
        answer: Submission,
        now: Timestamp,
    ) -> Result<Accepted, AppError> {
        let delivery = Delivery {
            consultation: hook.consultation,
            source: SOURCE.to_owned(),
            actor: format!("hook {}", hook.name),
            at: now,
            consent: None,
            answers: BTreeMap::new(),
            receipts: BTreeMap::new(),
            collector: None,
            submissions: vec![answer],
            whole: false,
        };
        let accepted = self.deliver(delivery).await?.pop();
        Ok(accepted.ok_or(Refusal::NoComments)?)
    }

    /// An answer deleted on the platform counts as taken back by its sender. It stays in the journal.
    async fn withdraw_answer(&self, hook: &Hook, external_id: &str) -> Result<(), AppError> {
        let consultation: ConsultationId = hook.consultation;
        let actor = format!("hook {}", hook.name);
        let act = Act {
            actor: &actor,
            at: Timestamp::now(),
        };
        let versions = self.store.versions(consultation, SOURCE, external_id);
        let mut any = false;
        for id in versions.await? {
            any |= self.store.withdraw(&act, id).await?;
        }
        if any {
            self.ask_for_triage(consultation).await?;
        }
        Ok(())
    }
}

/// The words of the questions by their names.
fn words(questions: &str) -> Option<BTreeMap<String, String>> {
    serde_json::from_str(questions).ok()
}

/// Tells versions of one answer apart by everything that the sender said.
fn digest(answer: &Submission) -> String {
    let submitter = &answer.submitter;
    let parts = [
        &submitter.name,
        &submitter.phone,
        &submitter.identity,
        &submitter.region,
    ];
    let mut digest = Sha256::new();
    for part in parts
        .into_iter()
        .map(|part| part.as_deref().unwrap_or_default())
    {
        digest.update(part);
        digest.update([0]);
    }
    digest.update(&answer.text);
    crate::drafts::hex(&digest.finalize()[..8])
}
