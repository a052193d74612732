//! The data: what was said and concluded, in the order in which it happened.

use super::Shown;
use crate::check::difference;
use crate::engine::{Conversation, Played, Revision, Turn, YamlKind};
use crate::finding::{Finding, Layer, Severity, Verdict};
use crate::plan::Change;
use crate::report::{Counts, masked_text, trace};
use crate::rules::RuleAnswer;
use crate::session::{Header, Origin, Redact, Source};
use crate::text::{Diff, diff};

/// Lines around a change.
const CONTEXT: usize = 3;

/// A conversation, told.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// What it is called: its prompt script, else the first words of its first prompt.
    pub title: String,
    /// What is known of it, as label and value: who answered, when, which file.
    pub facts: Vec<(&'static str, String)>,
    /// The pipeline file's name.
    pub path: String,
    /// The file as it was found, where there was one.
    pub begun_with: Option<ToldRevision>,
    /// The turns.
    pub turns: Vec<ToldTurn>,
    /// The number and the verdict of the revision that stands at the end.
    pub stands: Option<(usize, Verdict)>,
    /// Why it ended before its end, if it did.
    pub ended: Option<String>,
}

/// A turn, told.
#[derive(Clone, Debug, Default)]
pub struct ToldTurn {
    /// Its number, from 1.
    pub number: usize,
    /// Its name in a prompt script.
    pub id: Option<String>,
    /// The answer to its prompt, and those to the repairs.
    pub attempts: Vec<ToldAttempt>,
    /// Why no further repair was sent, where there is something to say.
    pub stop: Option<String>,
    /// Expectations that were not met.
    pub failures: Vec<String>,
    /// Conclusions that differ from the recorded ones.
    pub drift: Vec<String>,
    /// A person's own edits after the answer.
    pub edits: Vec<ToldRevision>,
}

/// A prompt and its reply, told.
#[derive(Clone, Debug)]
pub struct ToldAttempt {
    /// Who asked.
    pub origin: Origin,
    /// The words of the prompt.
    pub prompt: String,
    /// The reply, Markdown; the file that it brought stands apart.
    pub reply: Vec<Said>,
    /// Why the reply's file was not taken: cut off, parts left out.
    pub flaws: Vec<String>,
    /// The revision that the reply came to.
    pub revision: Option<ToldRevision>,
    /// The number of a revision that stood before, where the reply repeats it.
    pub repeats: Option<usize>,
}

/// A part of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Words, Markdown.
    Words(String),
    /// The file that counts: which revision it is.
    File(usize),
}

/// A revision, told.
#[derive(Clone, Debug)]
pub struct ToldRevision {
    /// Its number.
    pub number: usize,
    /// Where its text came from.
    pub source: Source,
    /// Its verdict.
    pub verdict: Verdict,
    /// How many findings it has.
    pub counts: Counts,
    /// Rules with an error, each once, by id.
    pub violated: Vec<&'static str>,
    /// Rules that held in the revision before and are violated here.
    pub broke: Vec<&'static str>,
    /// Its text, credentials masked.
    pub text: String,
    /// Its findings, by place.
    pub findings: Vec<ToldFinding>,
    /// What differs from the revision before; everything in the first.
    pub diff: Diff,
    /// What that means; nothing in the first.
    pub changes: Vec<Change>,
}

/// A finding, told.
#[derive(Clone, Debug)]
pub struct ToldFinding {
    /// The rule.
    pub rule: &'static str,
    /// Its layer.
    pub layer: Layer,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The next edit.
    pub help: Option<String>,
    /// How an event gets there.
    pub trace: Option<String>,
    /// Where it begins: line and column, from 1.
    pub start: (usize, usize),
    /// Where it ends; the column is the first after it.
    pub end: (usize, usize),
}

/// Tells a conversation; `played` adds what a replay knows, `header` who answered and when.
pub fn told(conversation: &Conversation, header: Option<&Header>, played: &[Played], redact: &Redact) -> Told {
    let teller = Teller { conversation, redact };
    let turns: Vec<ToldTurn> = conversation.turns().iter().map(|turn| teller.turn(turn, played)).collect();
    let first = conversation.revisions().first().filter(|first| first.source == Source::File);
    let first_words = turns.first().and_then(|turn| turn.attempts.first()).map(|first| words(&first.prompt, 72));
    let script = header.and_then(|header| header.script.clone());
    Told {
        title: script.or(first_words).unwrap_or_else(|| "A conversation in which nothing was said".to_owned()),
        facts: header.map(facts).unwrap_or_default(),
        path: conversation.options().path.clone(),
        begun_with: first.map(|first| teller.revision(first, None)),
        turns,
        stands: conversation.present().map(|present| (present.number, present.verdict())),
        ended: conversation
            .unanswered()
            .map(|prompt| format!("the prompt \"{}\" got no reply", redact.text(&words(&prompt.text, 72)))),
    }
}

fn facts(header: &Header) -> Vec<(&'static str, String)> {
    let created = header.created.replace('T', " ");
    let when = created.strip_suffix('Z').map_or(created.clone(), |time| format!("{time} UTC"));
    let known = [("model", header.model.clone()), ("begun", Some(when)), ("session", Some(header.id.clone()))];
    known.into_iter().filter_map(|(label, value)| Some((label, value.filter(|value| !value.is_empty())?))).collect()
}

/// The first words of a text, at most so many characters.
fn words(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let short: String = line.chars().take(most - 1).collect();
    format!("{}…", short.trim_end())
}

struct Teller<'c> {
    conversation: &'c Conversation,
    redact: &'c Redact,
}

impl Teller<'_> {
    fn turn(&self, turn: &Turn, played: &[Played]) -> ToldTurn {
        let played = played.iter().find(|played| played.turn == turn.number);
        let revisions = self.conversation.revisions().iter();
        let edits = revisions.filter(|revision| revision.source == Source::Edit && revision.turn == turn.number);
        ToldTurn {
            number: turn.number,
            id: played.map(|played| played.id.clone()),
            attempts: turn.attempts.iter().map(|attempt| self.attempt(attempt)).collect(),
            stop: turn.stop.words(),
            failures: played.map(|played| played.failures.clone()).unwrap_or_default(),
            drift: played.map_or_else(Vec::new, |played| played.drift.iter().map(|one| one.text.clone()).collect()),
            edits: edits.map(|edit| self.revision(edit, self.before(edit))).collect(),
        }
    }

    fn attempt(&self, attempt: &crate::engine::Attempt) -> ToldAttempt {
        let revision = attempt.revision.and_then(|number| self.conversation.revision(number).ok());
        let (own, other): (Option<&Revision>, Option<&Revision>) = match revision {
            Some(one) if (one.turn, one.attempt) == (attempt.turn, attempt.number) => (Some(one), None),
            other => (None, other),
        };
        let chosen = attempt.chosen();
        let flawed = chosen.filter(|_| attempt.yaml() == YamlKind::Flawed);
        ToldAttempt {
            origin: attempt.prompt.origin,
            prompt: self.redact.text(&attempt.prompt.text).into_owned(),
            reply: self.reply(&attempt.reply.text, chosen.map(|chosen| chosen.range.clone()).zip(attempt.revision)),
            flaws: flawed.map_or_else(Vec::new, |candidate| {
                let flaws = candidate.flaws.iter();
                flaws.map(|flaw| self.redact.text(&flaw.reason).into_owned()).collect()
            }),
            revision: own.map(|own| self.revision(own, self.before(own))),
            repeats: other.map(|other| other.number),
        }
    }

    /// A reply in parts: the block of the file is told as the revision that it became.
    fn reply(&self, text: &str, file: Option<(std::ops::Range<usize>, usize)>) -> Vec<Said> {
        let words = |part: &str| (!part.trim().is_empty()).then(|| Said::Words(self.redact.text(part).into_owned()));
        let split = file.and_then(|(range, number)| Some((text.get(..range.start)?, number, text.get(range.end..)?)));
        match split {
            None => words(text).into_iter().collect(),
            Some((before, number, after)) => {
                words(before).into_iter().chain([Said::File(number)]).chain(words(after)).collect()
            }
        }
    }

    /// The revision before another one.
    fn before(&self, revision: &Revision) -> Option<&Revision> {
        self.conversation.revisions().iter().rev().find(|before| before.number < revision.number)
    }

    fn revision(&self, revision: &Revision, before: Option<&Revision>) -> ToldRevision {
        let checker = self.conversation.checker();
        let text = self.text(revision);
        let checked = &revision.checked;
        let mut violated: Vec<&'static str> = errors(&checked.findings).map(|finding| finding.rule).collect();
        violated.sort_unstable();
        violated.dedup();
        let held =
            |rule: &&&'static str| before.is_some_and(|before| before.checked.answer(rule) == Some(RuleAnswer::Holds));
        let changes = before.map_or_else(Vec::new, |before| {
            let read = |one: &Revision| one.checked.document.root().is_some_and(|root| root.is_mapping());
            if !read(before) || !read(revision) {
                return Vec::new();
            }
            difference((checker, &before.checked), (checker, checked))
        });
        ToldRevision {
            number: revision.number,
            source: revision.source,
            verdict: revision.verdict(),
            counts: Counts::of(&checked.findings),
            broke: violated.iter().filter(held).copied().collect(),
            violated,
            findings: checked.findings.iter().map(|finding| self.finding(finding, revision)).collect(),
            diff: diff(&before.map(|before| self.text(before)).unwrap_or_default(), &text, CONTEXT),
            text,
            changes,
        }
    }

    fn finding(&self, finding: &Finding, revision: &Revision) -> ToldFinding {
        let document = &revision.checked.document;
        let (start, end) = (document.position(finding.span.start), document.position(finding.span.end));
        ToldFinding {
            rule: finding.rule,
            layer: finding.layer,
            severity: finding.severity,
            message: self.redact.text(&finding.message).into_owned(),
            help: finding.help.as_ref().map(|help| self.redact.text(help).into_owned()),
            trace: trace(finding),
            start: (start.line, start.column),
            end: (end.line, end.column),
        }
    }

    /// The text of a revision, what the checker holds to be a credential and what looks like one masked.
    fn text(&self, revision: &Revision) -> String {
        self.redact.text(&masked_text(&Shown::revision(revision).report())).into_owned()
    }
}

fn errors(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.severity == Severity::Error)
}
