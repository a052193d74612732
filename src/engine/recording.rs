//! A session as a recording: what was asked and answered, and what was concluded then.

use std::collections::BTreeMap;

use super::reworded::has_same_findings;
use crate::finding::{Severity, Verdict};
use crate::model::{Backend, BackendError, Recorded, Reply, Request};
use crate::session::{Entry, Exchange, Origin, Session, Source, exchanges, surviving};
use crate::settings::{self, Settings};
use crate::yaml::Document;

/// What a recording says of one attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concluded {
    /// The number that its revision had.
    pub number: Option<usize>,
    /// The hash of the revision's text, if the attempt made one.
    pub sha256: Option<String>,
    /// The verdict, if there was one.
    pub verdict: Option<Verdict>,
    /// The rules with errors, each once, by id.
    pub errors: Vec<String>,
}

/// A recording.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The session.
    pub session: Session,
    exchanges: Vec<Exchange>,
    concluded: BTreeMap<(usize, usize), Concluded>,
    judged: bool,
    /// The last attempt, where the file broke off before what was concluded of it.
    cut: Option<(usize, usize)>,
    answers: Recorded,
    /// Answered repairs of each turn that has some.
    repairs: BTreeMap<usize, usize>,
    /// A person's edits after each turn that has some.
    edits: BTreeMap<usize, Vec<String>>,
}

impl Recording {
    /// A session as a recording.
    pub fn new(session: Session) -> Self {
        let mut concluded: BTreeMap<(usize, usize), Concluded> = BTreeMap::new();
        let mut place = (0, 0);
        let mut judged = false;
        let mut edits: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        let (mut hash, mut of) = (None, None);
        for entry in surviving(&session.entries) {
            match entry {
                Entry::Prompt { turn, origin, .. } => {
                    place = (*turn, if *origin == Origin::Repair { place.1 + 1 } else { 0 });
                    (hash, of) = (None, None);
                }
                Entry::Revision { sha256, number, source: Source::Reply, .. } => {
                    (hash, of) = (Some(sha256.clone()), Some(*number));
                }
                Entry::Revision { source: Source::Edit, text: Some(text), turn, .. } => {
                    edits.entry(*turn).or_default().push(text.clone());
                }
                Entry::Verdict { turn, verdict, findings, .. } if *turn == place.0 => {
                    judged = true;
                    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
                    let mut errors: Vec<String> = errors.map(|finding| finding.rule.clone()).collect();
                    errors.sort();
                    errors.dedup();
                    concluded
                        .insert(place, Concluded { number: of, sha256: hash.clone(), verdict: Some(*verdict), errors });
                }
                _ => {}
            }
        }
        // What a killed writer did not get to write is not known, rather than nothing.
        let torn = !session.notices.is_empty() || hash.is_some();
        let cut = (torn && !concluded.contains_key(&place)).then_some(place);
        let exchanges = exchanges(&session.entries);
        let answers = Recorded::new(session.name.clone(), exchanges.clone());
        let mut repairs = BTreeMap::new();
        for exchange in exchanges.iter().filter(|exchange| exchange.attempt > 0 && exchange.reply.is_some()) {
            *repairs.entry(exchange.turn).or_default() += 1;
        }
        Self { session, exchanges, concluded, judged, cut, answers, repairs, edits }
    }

    /// Whether each prompt and each repair in it has its reply.
    pub fn is_whole(&self) -> bool {
        self.exchanges.iter().all(|exchange| exchange.reply.is_some())
    }

    /// The prompts that are no repairs, in order.
    pub fn prompts(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter().filter(|exchange| exchange.origin != Origin::Repair)
    }

    /// The policy settings under which it was said, over the defaults; what today's program can't read of them is left out.
    pub fn settings(&self) -> Settings {
        let text = serde_json::Value::Object(self.session.header.settings.clone()).to_string();
        settings::read(&Document::read(text), &super::script::rule_ids()).0
    }

    /// How many answered repairs a turn has.
    pub fn repairs(&self, turn: usize) -> usize {
        self.repairs.get(&turn).copied().unwrap_or_default()
    }

    /// Why a turn has a repair that was sent and got no reply; `None` where each got its own.
    pub(super) fn lacks_repair(&self, turn: usize) -> Option<BackendError> {
        let unanswered =
            |exchange: &&Exchange| exchange.turn == turn && exchange.attempt > 0 && exchange.reply.is_none();
        let exchange = self.exchanges.iter().find(unanswered)?;
        self.answers.answering(turn, exchange.attempt, &exchange.prompt).err()
    }

    /// Whether it broke off in the middle of a line, or before what was concluded of its last reply.
    pub fn is_torn(&self) -> bool {
        !self.session.notices.is_empty() || self.cut.is_some()
    }

    /// What was concluded then. `None` where that is not known: a recording of another program has no verdicts at all, a torn
    /// one lacks the last.
    pub fn concluded(&self, turn: usize, attempt: usize) -> Option<Concluded> {
        let known = self.judged && self.cut != Some((turn, attempt));
        known.then(|| self.concluded.get(&(turn, attempt)).cloned().unwrap_or_default())
    }

    /// The number that an attempt's revision had; numbers of revisions that were taken back are left out.
    pub(super) fn number(&self, turn: usize, attempt: usize) -> usize {
        self.concluded.get(&(turn, attempt)).and_then(|then| then.number).unwrap_or(0)
    }

    /// The file with which the conversation began, and the hash of its own bytes: credentials are masked in the text.
    pub fn begins_with(&self) -> Option<(&str, &str)> {
        self.session.entries.iter().find_map(|entry| match entry {
            Entry::Revision { source: Source::File, text: Some(text), sha256, .. } => {
                Some((text.as_str(), sha256.as_str()))
            }
            _ => None,
        })
    }

    /// A person's edits after a turn, in order.
    pub fn edits(&self, turn: usize) -> &[String] {
        self.edits.get(&turn).map(Vec::as_slice).unwrap_or_default()
    }

    /// What it is called where a person reads it: its id, who answered, and the day.
    pub fn title(&self) -> String {
        let header = &self.session.header;
        let model = header.model.as_deref().unwrap_or("an unnamed model");
        let day = header.created.split('T').next().unwrap_or_default();
        let day = if day.is_empty() { String::new() } else { format!(", {day}") };
        format!("{} ({model}{day})", header.id)
    }

    /// Its replies, each with the one prompt that it answers.
    pub(super) fn answers(&self) -> &Recorded {
        &self.answers
    }

    /// The backend that answers from it.
    pub fn backend(&self) -> Player {
        let repairs = self.exchanges.iter().filter(|exchange| exchange.attempt > 0);
        let repairs = repairs.map(|exchange| ((exchange.turn, exchange.attempt), exchange.prompt.clone())).collect();
        Player { recorded: self.answers.clone(), repairs, title: self.title(), reworded: None }
    }
}

/// Answers from a recording. A prompt of a person or a script must be the recorded one. A repair is a conclusion of
/// ours: where its words differ today, the recorded reply still answers the repair of this very file. The difference is
/// drift where the findings are others.
pub struct Player {
    recorded: Recorded,
    repairs: BTreeMap<(usize, usize), String>,
    title: String,
    /// How the last repair differs, if it does.
    pub(super) reworded: Option<Reworded>,
}

/// How a repair of today differs from the recorded one.
pub(super) enum Reworded {
    /// The words of its findings differ, and nothing else.
    Words,
    /// It says something else; the words that differ.
    Otherwise(String),
}

impl Backend for Player {
    fn reply(&mut self, request: &Request, on_delta: &mut dyn FnMut(&str)) -> Result<Reply, BackendError> {
        self.reworded = None;
        match self.recorded.reply(request, on_delta) {
            Err(BackendError::Stale { diff, .. }) if request.attempt > 0 => {
                self.reworded = Some(Reworded::Otherwise(diff));
                let mut then = request.clone();
                if let (Some(last), Some(prompt)) =
                    (then.messages.last_mut(), self.repairs.get(&(request.turn, request.attempt)))
                {
                    if has_same_findings(prompt, &last.text) {
                        self.reworded = Some(Reworded::Words);
                    }
                    last.text.clone_from(prompt);
                }
                self.recorded.reply(&then, on_delta)
            }
            answer => answer,
        }
    }

    fn name(&self) -> String {
        self.title.clone()
    }
}
