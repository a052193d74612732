//! Findings go back to the model, as few and as short as they can be, and no more often than it helps.

use super::attempt::{Attempt, YamlKind};
use super::conversation::Conversation;
use super::error::EngineError;
use super::loss::{Loss, comments_lost};
use super::observer::Observer;
use super::options::Repairs;
use super::prompt::Prompt;
use super::regress;
use super::revision::Revision;
use super::turn::{Stop, Turn};
use crate::chat::{Foreign, foreign, patch};
use crate::finding::{Finding, Severity, Verdict};
use crate::model::Backend;
use crate::session::{Origin, Source};
use crate::yaml::Document;

/// The most findings of one repair prompt.
const MOST: usize = 12;

/// What follows after an attempt.
pub(super) enum Next {
    Ask(Prompt),
    Stop(Stop),
}

impl Conversation {
    /// Sends the findings of the last turn back once more, whatever automatic repairs came to.
    ///
    /// # Errors
    /// There is nothing to repair, or a cap forbids to ask. When the backend fails, the turn's `stop` says so.
    pub fn repair(&mut self, backend: &mut dyn Backend, observer: &mut dyn Observer) -> Result<&Turn, EngineError> {
        if self.unanswered.is_some() {
            return Err(EngineError::Unanswered);
        }
        let prompt = self.repair_prompt().ok_or(EngineError::NothingToRepair)?;
        if let Some(reason) = self.cap() {
            return Err(EngineError::Cap(reason));
        }
        let begun = self.turns.last().map_or(0, |turn| turn.attempts.len());
        match self.attempt(prompt, backend, observer) {
            Ok(()) => self.repair_loop(1, begun, backend, observer),
            Err(error) => self.stop(Stop::Failed(error)),
        }
        self.turns.last().ok_or(EngineError::NothingToRepair)
    }

    /// Goes on with the repairs that follow the last turn by themselves, those that were sent counted in.
    pub(super) fn go_on(&mut self, backend: &mut dyn Backend, observer: &mut dyn Observer) {
        self.repair_loop(self.rounds(), 1, backend, observer);
    }

    /// The repair that would be sent now; `None` where nothing is to be repaired.
    pub fn repair_prompt(&self) -> Option<Prompt> {
        let turn = self.turns.last()?;
        let last = turn.attempts.last()?;
        let text = match turn.revision.and_then(|number| self.at(number)) {
            Some(revision) => match (revision.verdict(), self.loss_of(revision.number)) {
                (Verdict::Refused | Verdict::Accepted, Some(loss)) => self.of_loss(revision, loss),
                (Verdict::Refused, None) => self.of_revision(revision),
                _ => return None,
            },
            None => self.options.flawed.replace("{{findings}}", &last.unusable()?),
        };
        Some(Prompt { origin: Origin::Repair, text: text.trim_end().to_owned() })
    }

    fn of_revision(&self, revision: &Revision) -> String {
        let findings = listed(&revision.checked.document, &revision.checked.findings);
        // The findings go in last: whatever a file says in them stays their text.
        self.options.repair.replace("{{revision}}", &revision.number.to_string()).replace("{{findings}}", &findings)
    }

    /// The repair of a revision that dropped a large part of the file: its findings are those of what it kept.
    fn of_loss(&self, revision: &Revision, loss: Loss) -> String {
        let before = self.turns.last().and_then(|turn| self.at(turn.before?));
        let comments = before.and_then(|before| comments_lost(before.text(), revision.text()));
        let comments = comments.map_or(String::new(), |comments| format!(", and {comments}"));
        let loss = format!("{loss} are gone{comments}");
        // What was wrong before the loss was not asked about.
        let old = before.map_or(&[][..], |before| &before.checked.findings);
        let is_old = |new: &Finding| old.iter().any(|old| (old.rule, &old.message) == (new.rule, &new.message));
        let new: Vec<Finding> = revision.checked.findings.iter().filter(|new| !is_old(new)).cloned().collect();
        let before = before.map_or(String::new(), |before| match before.source {
            Source::File => "as it was found, which stands in the first message".to_owned(),
            Source::Edit => "as the user has edited it, which stands in the first message".to_owned(),
            Source::Reply => format!("of revision {}, which stands in an earlier reply", before.number),
        });
        let findings = listed(&revision.checked.document, &new);
        let findings = if findings.is_empty() { "(nothing)" } else { &findings };
        let text =
            self.options.loss.replace("{{revision}}", &revision.number.to_string()).replace("{{before}}", &before);
        text.replace("{{loss}}", &loss).replace("{{findings}}", findings)
    }

    /// How many rounds of repair follow a prompt by themselves.
    pub(super) fn rounds(&self) -> usize {
        match self.options.repairs {
            Repairs::Automatic { rounds } => rounds,
            Repairs::Asked | Repairs::Off => 0,
        }
    }

    /// Whether the last turn left the errors of the file as it was found exactly as they were, and the file whole. Whoever asks for a new
    /// version of one image has not asked for another workflow.
    pub(super) fn as_found(&self) -> Option<Stop> {
        let found = self.at(0).filter(|found| found.source == Source::File)?;
        let revision = self.turns.last()?.revision.and_then(|number| self.at(number))?;
        if self.loss_of(revision.number).is_some() {
            return None;
        }
        let errors = |revision: &Revision| {
            let findings = revision.checked.findings.iter();
            let errors = findings.filter(|finding| finding.severity == Severity::Error);
            let mut errors: Vec<(&'static str, String)> =
                errors.map(|finding| (finding.rule, finding.message.clone())).collect();
            errors.sort();
            errors
        };
        let now = errors(revision);
        (!now.is_empty() && now == errors(found)).then_some(Stop::AsFound(now.len()))
    }

    /// Whether another repair is sent after `made` of `rounds`.
    pub(super) fn next(&self, made: usize, rounds: usize) -> Next {
        let Some(turn) = self.turns.last() else { return Next::Stop(Stop::NotAsked) };
        if let Some(stop) = self.settled(turn) {
            return Next::Stop(stop);
        }
        if made > 0
            && let Some(stop) = self.no_better(turn)
        {
            return Next::Stop(stop);
        }
        if made >= rounds {
            return Next::Stop(if rounds == 0 { Stop::NotAsked } else { Stop::Rounds(rounds) });
        }
        if made > 0
            && let Some(stop) = self.as_found()
        {
            return Next::Stop(stop);
        }
        if let Some(reason) = self.cap() {
            return Next::Stop(Stop::Cap(reason));
        }
        match self.repair_prompt() {
            Some(prompt) => Next::Ask(prompt),
            None => Next::Stop(Stop::NoFile),
        }
    }

    /// Whether the turn needs no repair, or could not be repaired.
    fn settled(&self, turn: &Turn) -> Option<Stop> {
        match turn.revision.and_then(|number| self.at(number)) {
            Some(revision) => match revision.verdict() {
                Verdict::Accepted => Some(Stop::Accepted),
                Verdict::Incomplete => Some(Stop::Undecided),
                Verdict::Refused => None,
            },
            None if turn.attempts.last().is_some_and(|attempt| attempt.yaml() == YamlKind::Flawed) => None,
            None => Some(Stop::NoFile),
        }
    }

    /// Whether the last repair was in vain: no file, nothing better, or a rule broken that held.
    fn no_better(&self, turn: &Turn) -> Option<Stop> {
        let last = turn.attempts.last().filter(|attempt| Self::is_repair(&attempt.prompt))?;
        let earlier = turn.attempts.iter().rev().skip(1).filter_map(|attempt| attempt.revision);
        let before = earlier.max_by_key(|number| self.rank(*number));
        let Some(revision) = last.revision.and_then(|number| self.at(number)) else {
            // Cut off once more may still end well; the very same again won't.
            let text = last.chosen().map(|candidate| &candidate.text);
            let again = turn.attempts.iter().rev().skip(1).any(|one| one.chosen().map(|c| &c.text) == text);
            if last.unusable().is_none() {
                return Some(Stop::Words);
            }
            return (last.yaml() != YamlKind::Flawed || again).then_some(Stop::NoProgress);
        };
        let before = before.and_then(|number| self.at(number))?;
        match (self.loss_of(before.number), self.loss_of(revision.number)) {
            (None, Some(loss)) => return Some(Stop::Lost(loss.to_string())),
            // What it brought back may have its own errors, which were hidden.
            (Some(_), None) => return None,
            _ => {}
        }
        let broken = regress::broken(&self.checker, before, revision);
        if !broken.is_empty() {
            return Some(Stop::Broke(broken.into_iter().map(str::to_owned).collect()));
        }
        (revision.standing() <= before.standing()).then_some(Stop::NoProgress)
    }
}

impl Attempt {
    /// Why what the reply holds in place of a file can't be taken, as a list; none where it holds words alone.
    pub(super) fn unusable(&self) -> Option<String> {
        let flaws = self.chosen().map(|candidate| candidate.flaws.as_slice()).unwrap_or_default();
        let reasons: Vec<String> = match self.yaml() {
            YamlKind::Flawed => flaws.iter().take(MOST).map(|flaw| flaw.reason.clone()).collect(),
            YamlKind::Fragment => vec!["it is a part of a pipeline file, not a whole one".to_owned()],
            YamlKind::None => vec![match (foreign(&self.reply.text), patch(&self.reply.text)) {
                (Some(Foreign { system, .. }), _) => format!("it is a file of {system}, not of Bitbucket Pipelines"),
                (None, Some(_)) => "it is a patch, not a file".to_owned(),
                (None, None) => return None,
            }],
            YamlKind::File => return None,
        };
        Some(reasons.iter().map(|reason| format!("- {reason}")).collect::<Vec<_>>().join("\n"))
    }
}

/// The findings that block, errors of the same words as one, each with rule, place, line and what would hold.
fn listed(document: &Document, findings: &[Finding]) -> String {
    let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let mut out = String::new();
    for (index, finding) in errors.iter().take(MOST).enumerate() {
        let at = document.position(finding.span.start);
        let line = document.slice(document.lines().span(document.text(), at.line)).trim();
        let line: String = line.chars().take(120).collect();
        out.push_str(&format!("{}. {} (line {}): {}\n", index + 1, finding.rule, at.line, finding.message));
        // A credential is not said again.
        if !line.is_empty() && finding.rule != "no-inline-secret" {
            out.push_str(&format!("   line: {line}\n"));
        }
        if !finding.trace.is_empty() {
            out.push_str(&format!("   when: {}\n", finding.trace.join(" > ")));
        }
        if let Some(help) = &finding.help {
            out.push_str(&format!("   mend: {}\n", help.replace('\n', "\n         ")));
        }
    }
    if errors.len() > MOST {
        out.push_str(&format!("and {} more of the kind\n", errors.len() - MOST));
    }
    out.trim_end().to_owned()
}
