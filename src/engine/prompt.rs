//! What is sent: the system prompt, all prompts of the user, replies without superseded files, the present file whole.

use super::attempt::YamlKind;
use super::conversation::Conversation;
use super::options::Options;
use super::revision::Revision;
use super::turn::Turn;
use crate::chat::{Message, Role};
use crate::session::{Origin, Source, sha256};
use crate::settings::Settings;

/// What is asked, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// Who asks.
    pub origin: Origin,
    /// The words.
    pub text: String,
}

impl Prompt {
    /// A person's prompt.
    pub fn user(text: impl Into<String>) -> Self {
        Self { origin: Origin::User, text: text.into() }
    }

    /// A prompt script's.
    pub fn script(text: impl Into<String>) -> Self {
        Self { origin: Origin::Script, text: text.into() }
    }
}

/// What would be sent with the next prompt, and what is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// All messages but the prompt.
    pub messages: Vec<Message>,
    /// What is sent whole beside the present file, in words.
    pub kept: Vec<String>,
    /// What is left out, in words.
    pub left_out: Vec<String>,
    /// Characters of the messages.
    pub characters: usize,
}

impl Context {
    /// Tokens, by the rule of thumb of four characters each.
    pub fn tokens(&self) -> usize {
        self.characters.div_ceil(4)
    }
}

/// The hash of the prompts that are no user's: a recording with another one was made with other words. The prompt about a
/// loss is not in it: it stands in for the repair prompt in a case of its own.
pub fn hash_of_prompts(options: &Options) -> String {
    sha256(format!("{}\0{}\0{}", options.system, options.repair, options.flawed).as_bytes())
}

impl Conversation {
    /// What would be sent with the next prompt.
    pub fn context(&self) -> Context {
        let mut context = self.assembled(true);
        context.characters = context.messages.iter().map(|message| message.text.chars().count()).sum();
        context
    }

    /// The same, uncounted; what is left out is told where it is asked for.
    ///
    /// This walks over all turns at each request, so what no longer fits is not copied.
    fn assembled(&self, told: bool) -> Context {
        let mut context = Context::default();
        let mut shown = false;
        let mut budget = self.options.context;
        let kept = self.kept();
        let mut beside = Vec::new();
        for revision in kept.iter().filter_map(|number| self.at(*number)) {
            let from_reply = revision.source == Source::Reply;
            // What stands in a reply is sent there, and counted there.
            let fits = from_reply || revision.text().len() <= budget;
            if told {
                let words = match revision.source {
                    Source::File => "the file as it was found".to_owned(),
                    _ => format!("revision {}", revision.number),
                };
                if fits { &mut context.kept } else { &mut context.left_out }.push(words);
            }
            if fits && !from_reply {
                budget -= revision.text().len();
                beside.push(revision);
            }
        }
        let mut turns = Vec::with_capacity(self.turns.len());
        for turn in self.turns.iter().rev() {
            turns.push(self.exchange(turn, &mut budget, &mut shown, &kept, told.then_some(&mut context.left_out)));
        }
        let system = self.system_prompt(!shown, &beside);
        context.messages.push(Message { role: Role::System, text: system });
        context.messages.extend(turns.into_iter().rev().flatten().flatten());
        context.left_out.reverse();
        context
    }

    /// All that is sent with a prompt, the prompt last.
    pub(super) fn messages(&self, prompt: &Prompt) -> Vec<Message> {
        let mut messages = self.assembled(false).messages;
        messages.push(Message { role: Role::User, text: prompt.text.clone() });
        messages
    }

    fn system_prompt(&self, with_file: bool, beside: &[&Revision]) -> String {
        let mut system = self.options.system.trim_end().to_owned();
        system.push_str(&of_settings(self.checker.settings()));
        let path = &self.options.path;
        for revision in beside {
            let (head, what) = match revision.source {
                Source::File => ("as it was found", "as it stands in the repository"),
                _ => ("before the last turn", "as the user had edited it"),
            };
            system.push_str(&format!(
                "\n\n# The file {head}\n\nThis is `{path}`, {what}. A newer text of it stands in the conversation and was not \
                 written yet; what it left out can be taken from here"
            ));
            fence(revision.text(), &mut system);
        }
        if with_file && let Some(revision) = self.present() {
            system.push_str(&format!("\n\n# The file as it stands\n\nThis is `{path}`, "));
            system.push_str(match revision.source {
                Source::File => "as it was found in the repository",
                Source::Edit => "as the user has edited it",
                Source::Reply => "as the conversation has it",
            });
            fence(revision.text(), &mut system);
        }
        system
    }

    /// The prompt of a turn and its best attempt's answer, without a file that no longer counts.
    fn exchange(
        &self,
        turn: &Turn,
        budget: &mut usize,
        shown: &mut bool,
        kept: &[usize],
        mut left_out: Option<&mut Vec<String>>,
    ) -> [Option<Message>; 2] {
        let attempts = turn.attempts.iter().rev();
        let best = attempts.clone().find(|attempt| turn.revision.is_none() || attempt.revision == turn.revision);
        let (Some(first), Some(best)) = (turn.attempts.first(), best) else { return [None, None] };
        let text = best.reply.text.as_str();
        let present = best.revision.is_some() && best.revision == self.present && !*shown;
        *shown |= present;
        // A file that could not be taken is shown once, to the repair that asks for it whole.
        let open = best.yaml() == YamlKind::Flawed && turn.number == self.turns.len();
        let open = open || best.revision.is_some_and(|number| kept.contains(&number));
        let stale = best.chosen().filter(|_| !present && !open && best.yaml() >= YamlKind::File);
        let what = || best.revision.map_or("a file that could not be taken".to_owned(), |n| format!("revision {n}"));
        if let (Some(_), Some(left_out)) = (stale, &mut left_out) {
            left_out.push(format!("{}, of turn {}", what(), turn.number));
        }
        let size = text.len() - stale.map_or(0, |candidate| candidate.range.len());
        let text = if size > *budget && !present {
            if let Some(left_out) = left_out {
                left_out.push(format!("the reply of turn {}", turn.number));
            }
            "(This reply is left out to save space.)".to_owned()
        } else if let Some(candidate) = stale {
            let before = text.get(..candidate.range.start).unwrap_or("");
            let after = text.get(candidate.range.end..).unwrap_or("");
            format!("{before}(Here stood {}, which no longer counts.)\n{after}", what())
        } else {
            text.to_owned()
        };
        *budget = budget.saturating_sub(size);
        let message = |role, text| Some(Message { role, text });
        [message(Role::User, first.prompt.text.clone()), message(Role::Assistant, text)]
    }
}

/// Where this repository's settings differ from what the system prompt says.
fn of_settings(settings: &Settings) -> String {
    let usual = Settings::default();
    let mut lines = Vec::new();
    if settings.main_branch != usual.main_branch {
        lines.push(format!("- The one long-lived branch is `{}`, not `main`.", settings.main_branch));
    }
    for (own, usual, what) in [
        (&settings.tags.candidate, &usual.tags.candidate, "Tags of release candidates begin with"),
        (&settings.tags.release, &usual.tags.release, "Tags of releases begin with"),
        (&settings.environments.candidate, &usual.environments.candidate, "The environment of candidates is"),
        (&settings.environments.release, &usual.environments.release, "The environment of releases is"),
    ] {
        if own != usual {
            lines.push(format!("- {what} `{own}`, not `{usual}`."));
        }
    }
    if !settings.policy {
        lines.push("- The delivery policy is not checked in this repository.".to_owned());
    }
    if lines.is_empty() { String::new() } else { format!("\n\n# In this repository\n\n{}", lines.join("\n")) }
}

/// Appends a file in a block of its own.
fn fence(text: &str, out: &mut String) {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    out.push_str(&format!(":\n\n{fence}yaml\n{}\n{fence}", text.trim_end()));
}

/// The longest run of backticks in a text.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
