//! One step of the conversation.

use caifeng_domain::{Channel, Submission, Submitter};

use super::{
    Message, Open, Opinion, Reply, phrases,
    state::{State, Subject},
    words::{self, Command},
};
use crate::{date, limits::MAX_TEXT_CHARS};

/// A text that nobody asked for is an opinion from this length on; what is shorter is kept, and
/// they are asked what it is about.
const OPINION_CHARS: usize = 8;

pub(super) struct Talk<'a> {
    state: State,
    message: &'a Message,
    open: &'a [Open],
    /// Whether the last question was whether what was written should go.
    cancelling: bool,
}

impl<'a> Talk<'a> {
    pub(super) fn new(mut state: State, message: &'a Message, open: &'a [Open]) -> Self {
        state.wake(message.created);
        let cancelling = std::mem::take(&mut state.cancelling);
        let mut talk = Self {
            state,
            message,
            open,
            cancelling,
        };
        if talk.state.consultation.is_some() && talk.chosen().is_none() {
            // It has been closed since.
            talk.state.consultation = None;
            talk.state.subject = None;
        }
        if talk.state.offered.is_empty() {
            talk.take_only();
        }
        talk
    }

    pub(super) fn into_state(self) -> State {
        self.state
    }

    /// Greets a new follower, or one who scanned a code.
    pub(super) fn welcome(&mut self, scene: Option<&str>) -> Reply {
        if let Some(scene) = scene {
            self.state.scene = Some(scene.to_owned());
        }
        let next = self.ask();
        Reply::Say(format!("{}{next}", phrases::WELCOME))
    }

    /// Answers words.
    pub(super) fn hear(&mut self, text: &str) -> Reply {
        if let Some(command) = words::command(text) {
            return self.obey(command);
        }
        match self.chosen() {
            Some(draft) => self.hear_about(draft, text),
            None => self.hear_unplaced(text),
        }
    }

    fn obey(&mut self, command: Command) -> Reply {
        let words = match command {
            Command::Query(Some(code)) => return Reply::Query(code),
            Command::Finish if !self.state.pending.is_empty() && self.chosen().is_some() => {
                self.state.subject.get_or_insert(Subject::Whole);
                return self.submit();
            }
            Command::Notice => return Reply::Notice,
            Command::Query(None) => phrases::WHICH_CODE.to_owned(),
            Command::Help => format!("{}{}", phrases::HELP, self.ask()),
            Command::Greeting => format!("{}{}", phrases::WELCOME, self.ask()),
            Command::Thanks if self.idle() => phrases::THANKS.to_owned(),
            Command::Finish if self.idle() => phrases::ALL_DONE.to_owned(),
            Command::Thanks | Command::Finish => self.ask(),
            Command::Back => {
                if self.state.subject.take().is_none() {
                    self.leave();
                }
                self.ask()
            }
            Command::Switch => {
                self.leave();
                self.ask()
            }
            Command::Cancel => self.cancel(),
        };
        Reply::Say(words)
    }

    /// Leaves the choices; words that were written go only when that was confirmed.
    fn cancel(&mut self) -> String {
        if !self.state.pending.is_empty() && !self.cancelling {
            self.state.cancelling = true;
            return phrases::really(&self.state.pending);
        }
        let dropped = !std::mem::take(&mut self.state.pending).is_empty();
        self.leave();
        let done = if dropped {
            phrases::DROPPED
        } else {
            phrases::CANCELLED
        };
        done.to_owned()
    }

    /// A text while the draft is known.
    fn hear_about(&mut self, draft: &Open, text: &str) -> Reply {
        if let Some((no, words)) = words::article(text, true) {
            if !draft.articles.contains(&no) {
                return Reply::Say(phrases::no_such_article(draft, no));
            }
            self.state.subject = Some(Subject::Article(no, words));
            return self.go_on();
        }
        let mentioned = words::mentioned(text, self.open);
        if mentioned.is_some_and(|at| self.open[at].slug != draft.slug) {
            // Whoever names another draft speaks of that one from here on.
            self.state.subject = None;
            self.state.consultation = None;
            return self.hear_unplaced(text);
        }
        if self.state.subject != Some(Subject::Whole) && words::is_whole(text) {
            self.state.subject = Some(Subject::Whole);
            return self.go_on();
        }
        if let Some(refusal) = self.keep(text) {
            return refusal;
        }
        if words::cites_article(text) {
            self.state.subject.get_or_insert(Subject::Whole);
        }
        self.go_on()
    }

    /// A text while the draft is not known.
    fn hear_unplaced(&mut self, text: &str) -> Reply {
        if let Some(number) = words::number(text) {
            return self.choose_offered(number);
        }
        if let Some(draft) = self.take_only() {
            return self.hear_about(draft, text);
        }
        if let Some((no, words)) = words::article(text, false) {
            self.state.subject = Some(Subject::Article(no, words));
            return Reply::Say(self.ask());
        }
        let named = words::named(text, self.open);
        let is_opinion = named.says_more || named.drafts.is_empty();
        if let Some(refusal) = is_opinion.then(|| self.keep(text)).flatten() {
            return refusal;
        }
        match named.drafts[..] {
            [at] => self.choose(&self.open[at]),
            [] => Reply::Say(self.ask()),
            _ => Reply::Say(self.offer(named.drafts.iter().map(|at| &self.open[*at]))),
        }
    }

    fn choose_offered(&mut self, number: usize) -> Reply {
        let slug = number
            .checked_sub(1)
            .and_then(|at| self.state.offered.get(at));
        let draft = slug.and_then(|slug| self.find(slug));
        match (draft, slug) {
            (Some(draft), _) => self.choose(draft),
            (None, Some(_)) => {
                self.take_only();
                Reply::Say(format!("{}{}", phrases::CLOSED, self.ask()))
            }
            (None, None) if self.state.offered.is_empty() => Reply::Say(self.ask()),
            (None, None) => {
                let none = phrases::no_such_number(number);
                Reply::Say(format!("{none}{}", self.ask()))
            }
        }
    }

    fn choose(&mut self, draft: &Open) -> Reply {
        self.state.consultation = Some(draft.slug.clone());
        self.state.offered.clear();
        match self.state.subject {
            Some(Subject::Article(no, _)) if !draft.articles.contains(&no) => {
                self.state.subject = None;
                Reply::Say(phrases::no_such_article(draft, no))
            }
            _ => self.go_on(),
        }
    }

    /// Submits what is complete, or asks for what is missing.
    fn go_on(&mut self) -> Reply {
        let written = self.state.pending.chars().count();
        if written >= OPINION_CHARS {
            self.state.subject.get_or_insert(Subject::Whole);
        }
        if written > 0 && self.state.subject.is_some() {
            return self.submit();
        }
        Reply::Say(self.ask())
    }

    fn submit(&mut self) -> Reply {
        let Some(draft) = self.chosen() else {
            return Reply::Say(self.ask());
        };
        let pending = std::mem::take(&mut self.state.pending);
        let (article, text) = match self.state.subject.take() {
            Some(Subject::Article(no, words)) if !words.is_empty() => {
                (Some(no), format!("{words}\n{pending}"))
            }
            Some(Subject::Article(no, _)) => (Some(no), pending),
            Some(Subject::Whole) | None => (None, pending),
        };
        Reply::Submit(Box::new(Opinion {
            slug: draft.slug.clone(),
            title: draft.title.clone(),
            submission: Submission {
                external_id: Some(self.message.key()),
                channel: Channel::Wechat,
                station: self.state.scene.clone(),
                submitted_at: date::from_unix(self.message.created),
                article_hint: article,
                submitter: Submitter::default(),
                text,
            },
        }))
    }

    /// Adds words to those that wait. A refusal when they are too many.
    fn keep(&mut self, text: &str) -> Option<Reply> {
        let pending = &mut self.state.pending;
        if pending.chars().count() + text.chars().count() >= MAX_TEXT_CHARS {
            return Some(Reply::Say(phrases::TOO_LONG.to_owned()));
        }
        if !pending.is_empty() {
            pending.push('\n');
        }
        pending.push_str(text);
        None
    }

    /// The question for what is missing.
    fn ask(&mut self) -> String {
        let kept = phrases::kept(&self.state.pending);
        let question = match (self.chosen(), &self.state.subject) {
            (Some(draft), None) => phrases::which_article(draft, !self.state.pending.is_empty()),
            (Some(draft), Some(subject)) => phrases::your_words(draft, subject),
            (None, _) => self.offer(self.open.iter()),
        };
        format!("{kept}{question}")
    }

    /// Offers drafts by number.
    fn offer(&mut self, drafts: impl Iterator<Item = &'a Open>) -> String {
        let drafts: Vec<&Open> = drafts.collect();
        let shown = &drafts[..drafts.len().min(phrases::MAX_OFFERED)];
        self.state.offered = shown.iter().map(|draft| draft.slug.clone()).collect();
        phrases::which_draft(shown, drafts.len() - shown.len())
    }

    /// Forgets which draft it was; with a single one there is no other.
    fn leave(&mut self) {
        self.state.subject = None;
        self.state.consultation = None;
        self.take_only();
    }

    /// Chooses the draft if there is a single one.
    fn take_only(&mut self) -> Option<&'a Open> {
        let [only] = self.open else {
            return None;
        };
        self.state.consultation = Some(only.slug.clone());
        self.state.offered.clear();
        Some(only)
    }

    fn idle(&self) -> bool {
        self.state.subject.is_none() && self.state.pending.is_empty()
    }

    fn chosen(&self) -> Option<&'a Open> {
        self.find(self.state.consultation.as_deref()?)
    }

    fn find(&self, slug: &str) -> Option<&'a Open> {
        self.open.iter().find(|draft| draft.slug == slug)
    }
}
