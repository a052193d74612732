//! Hears what happens in the conversation: the session gets it, and the screen shows it.

use std::io;

use super::answers;
use super::judged::Judged;
use super::opening::Heard;
use super::screen::Screen;
use crate::check::Checker;
use crate::engine::{Attempted, Observer, Revision, YamlKind, lost};
use crate::finding::{Layer, Severity};
use crate::session::{Entry, Origin, Writer};
use crate::text::diff;
use crate::transcript::Shown;

/// Findings that are shown below a verdict; `/check` shows all.
const SHOWN: usize = 5;

/// The session of a chat. What was concluded before anything was said waits: a chat in which nothing is said leaves no
/// file.
#[derive(Debug, Default)]
pub(super) struct Book {
    writer: Option<Writer>,
    waiting: Vec<Entry>,
    begun: bool,
}

impl Book {
    /// A session that is written by `writer`; `begun` where it has prompts already.
    pub(super) fn new(writer: Option<Writer>, begun: bool) -> Self {
        Self { writer, waiting: Vec::new(), begun }
    }

    /// The file of the session, once there is one.
    pub(super) fn path(&self) -> Option<&std::path::Path> {
        self.writer.as_ref().filter(|_| self.begun).map(Writer::path)
    }

    /// Writes an entry; a trouble is told once and stops nothing.
    fn note(&mut self, entry: &Entry) -> Option<String> {
        self.begun |= matches!(entry, Entry::Prompt { .. } | Entry::Accepted { .. });
        let writer = self.writer.as_mut()?;
        if !self.begun {
            self.waiting.push(entry.clone());
            return None;
        }
        let mut trouble = None;
        for entry in self.waiting.drain(..).chain([entry.clone()]) {
            if let Err(error) = writer.write(&entry) {
                trouble.get_or_insert(format!("{error}; the chat goes on, and what is said is kept in memory"));
            }
        }
        trouble
    }
}

impl Observer for Book {
    fn entry(&mut self, entry: &Entry) {
        // Told when there is a screen to tell it on: the next entry fails again.
        let _ = self.note(entry);
    }
}

/// Screen and session together.
pub(super) struct Keeper<'k, 'w> {
    pub(super) screen: &'k mut Screen<'w>,
    pub(super) book: &'k mut Book,
    /// Who answers.
    pub(super) who: String,
    /// What the backend has said meanwhile.
    pub(super) heard: Heard,
    /// What revisions are compared with.
    checker: &'k Checker,
    /// The first trouble with the screen.
    pub(super) broken: io::Result<()>,
}

impl<'k, 'w> Keeper<'k, 'w> {
    pub(super) fn new(screen: &'k mut Screen<'w>, book: &'k mut Book, who: String, checker: &'k Checker) -> Self {
        Self { screen, book, who, heard: Heard::default(), checker, broken: Ok(()) }
    }

    fn show(&mut self, act: impl FnOnce(&mut Screen<'w>, &str) -> io::Result<()>) {
        if self.broken.is_ok() {
            self.broken = act(self.screen, &self.who);
        }
    }
}

impl Observer for Keeper<'_, '_> {
    fn entry(&mut self, entry: &Entry) {
        if let Some(trouble) = self.book.note(entry) {
            self.show(|screen, _| {
                screen.stop_waiting()?;
                screen.trouble(&trouble)
            });
        }
        match entry {
            Entry::Prompt { origin, .. } => self.show(|screen, who| {
                if *origin == Origin::Repair {
                    screen.note("the findings go back to the model")?;
                }
                screen.reply_begins(who)
            }),
            Entry::Reply { .. } | Entry::Failure { .. } => self.show(|screen, _| screen.reply_ends()),
            _ => {}
        }
    }

    fn delta(&mut self, text: &str) {
        let heard = self.heard.take();
        self.show(|screen, _| {
            heard.iter().try_for_each(|line| screen.aside(line))?;
            screen.reply_grows(text)
        });
    }

    fn attempted(&mut self, attempted: Attempted<'_>) {
        let checker = self.checker;
        let remark = attempted.attempt.remark();
        self.show(|screen, _| {
            match (&remark, attempted.attempt.yaml()) {
                (Some(remark), YamlKind::Flawed | YamlKind::None) => screen.trouble(remark)?,
                (Some(remark), _) => screen.note(remark)?,
                (None, _) => {}
            }
            let Attempted { revision, before, ground, .. } = attempted;
            revision.map_or(Ok(()), |revision| judged(screen, checker, revision, [before, ground], SHOWN))
        });
    }
}

/// The verdict line of a revision, and below it the first findings. It is held against the revision `before` it, and what
/// it takes away also against the one that stands on disk.
pub(super) fn judged(
    screen: &mut Screen<'_>,
    checker: &Checker,
    revision: &Revision,
    [before, ground]: [Option<&Revision>; 2],
    most: usize,
) -> io::Result<()> {
    line(screen, revision, before)?;
    if before.is_some_and(|before| before.number == revision.number) {
        return screen.note("the file in this reply is the one that stands already");
    }
    let told = before.map(|before| lost(checker, before, revision)).unwrap_or_default();
    for line in &told {
        screen.warning(line)?;
    }
    let ground = ground.filter(|ground| before.is_some_and(|before| before.number != ground.number));
    let gone = ground.map(|ground| lost(checker, ground, revision)).unwrap_or_default();
    for line in gone.iter().filter(|line| !told.contains(line)) {
        screen.warning(&format!("against the file on disk: {line}"))?;
    }
    holds_key(screen, revision)?;
    let before = before.map(Shown::revision);
    answers::first_findings(screen, &Shown::revision(revision), before.as_ref(), most)
}

/// A word about a revision in which a key of the environment stands.
pub(super) fn holds_key(screen: &mut Screen<'_>, revision: &Revision) -> io::Result<()> {
    if !screen.hides(revision.text()) {
        return Ok(());
    }
    screen.trouble(&format!(
        "revision {} holds a key of your environment; take it out, and use a secured variable instead",
        revision.number
    ))
}

/// The verdict line alone.
pub(super) fn line(screen: &mut Screen<'_>, revision: &Revision, before: Option<&Revision>) -> io::Result<()> {
    let again = before.is_some_and(|before| before.number == revision.number);
    let changes = diff(before.map_or("", Revision::text), revision.text(), 0);
    let violated = violated(revision);
    screen.verdict(&Judged {
        revision: revision.number,
        verdict: revision.verdict(),
        errors: revision.count(Severity::Error),
        warnings: revision.count(Severity::Warning),
        notes: revision.count(Severity::Note),
        lines: (!again).then_some((changes.added, changes.removed)),
        violated: &violated,
    })
}

/// Rules with errors, each once: those of the policy first, they say most.
pub(super) fn violated(revision: &Revision) -> Vec<&'static str> {
    let mut rules: Vec<(bool, &'static str)> = Vec::new();
    for finding in revision.checked.findings.iter().filter(|finding| finding.severity == Severity::Error) {
        let rule = (finding.layer != Layer::Policy, finding.rule);
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    rules.sort_by_key(|(later, _)| *later);
    rules.into_iter().map(|(_, rule)| rule).collect()
}
