//! One reply, read: what it holds, and which of it counts.

use serde::{Deserialize, Serialize};

use super::prompt::Prompt;
use crate::chat::{Candidate, Choice, Ending, Foreign, choose, extract_beside, foreign, patch};
use crate::model::{Finish, Reply};
use crate::yaml::Document;

/// What YAML a reply holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum YamlKind {
    /// None of a pipeline file.
    None,
    /// A part of one.
    Fragment,
    /// A whole one.
    File,
    /// One that is cut off or leaves parts out.
    Flawed,
}

impl YamlKind {
    /// The lower-case word.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Fragment => "fragment",
            Self::File => "file",
            Self::Flawed => "flawed",
        }
    }
}

/// Why a reply may end before its end.
const LIMIT: &str = "the server ended it at its limit of tokens";

/// A prompt, its reply, and what the reply came to.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The turn, from 1.
    pub turn: usize,
    /// 0 for the prompt itself, 1 and up for repairs.
    pub number: usize,
    /// What was asked.
    pub prompt: Prompt,
    /// What was answered.
    pub reply: Reply,
    /// The YAML in the reply.
    pub candidates: Vec<Candidate>,
    /// Which of it counts.
    pub choice: Choice,
    /// The revision that the reply came to; one that stood before where the reply repeats its text.
    pub revision: Option<usize>,
}

impl Attempt {
    /// Reads a reply. The document of the file that counts goes along, unless it is the `present` one again.
    pub(super) fn read(
        turn: usize,
        number: usize,
        prompt: Prompt,
        reply: Reply,
        present: Option<&Document>,
    ) -> (Self, Option<Document>) {
        let found = extract_beside(&reply.text, ending(&reply.finish), present);
        let (candidates, mut documents): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let choice = choose(&candidates);
        let document = match choice {
            Choice::File { index, .. } => documents.swap_remove(index),
            Choice::Nothing | Choice::Fragment(_) | Choice::Flawed(_) => None,
        };
        (Self { turn, number, prompt, reply, candidates, choice, revision: None }, document)
    }

    /// What YAML the reply holds.
    pub fn yaml(&self) -> YamlKind {
        match self.choice {
            Choice::Nothing => YamlKind::None,
            Choice::Fragment(_) => YamlKind::Fragment,
            Choice::File { .. } => YamlKind::File,
            Choice::Flawed(_) => YamlKind::Flawed,
        }
    }

    /// What the reply holds, in words.
    pub fn held(&self) -> String {
        let lines = self.chosen().map_or(0, |candidate| candidate.text.lines().count());
        let lines = format!("{lines} line{}", if lines == 1 { "" } else { "s" });
        match &self.choice {
            Choice::Nothing => match foreign(&self.reply.text) {
                Some(Foreign { system, line }) => {
                    format!("a file of {system} at line {line}, no YAML of a pipeline file")
                }
                None => match patch(&self.reply.text) {
                    Some(line) => format!("a patch at line {line}, no YAML of a pipeline file"),
                    None => "no YAML of a pipeline file".to_owned(),
                },
            },
            Choice::Fragment(_) => format!("a fragment of {lines}, not a whole file"),
            Choice::Flawed(_) => {
                let flaws = self.chosen().map_or(&[][..], |candidate| &candidate.flaws);
                let flaws: Vec<&str> = flaws.iter().map(|flaw| flaw.reason.as_str()).collect();
                format!("a file that is not whole ({})", flaws.join("; "))
            }
            Choice::File { reason: None, .. } => format!("a file of {lines}"),
            Choice::File { reason: Some(reason), .. } => format!("a file of {lines} ({reason})"),
        }
    }

    /// The same in a sentence, where a person should know it: of a reply that brought no revision of its own though there
    /// is a file of another CI, a patch, a part or a flaw in it, of one that brought several files, or of one that the
    /// server ended.
    pub fn remark(&self) -> Option<String> {
        let ended = self.reply.finish == Finish::Length;
        if let Choice::File { reason, .. } = &self.choice {
            return reason.as_ref().map(|_| format!("the reply holds {}", self.held()));
        }
        let held = self.unusable().map(|_| format!("no revision: the reply holds {}", self.held()));
        match held {
            Some(held) if ended => Some(format!("{held}; {LIMIT}")),
            None if ended => Some(format!("the reply is not whole: {LIMIT}")),
            held => held,
        }
    }

    /// The candidate that counts.
    pub fn chosen(&self) -> Option<&Candidate> {
        match self.choice {
            Choice::Nothing => None,
            Choice::Fragment(index) | Choice::Flawed(index) | Choice::File { index, .. } => self.candidates.get(index),
        }
    }
}

/// How sure it is that a reply is whole.
fn ending(finish: &Finish) -> Ending {
    match finish {
        Finish::Stop => Ending::Whole,
        Finish::Length | Finish::Interrupted => Ending::Cut,
        Finish::Other(_) | Finish::Unknown => Ending::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chat_and_replay_word_what_a_reply_holds_alike() {
        let read = |text: &str| {
            let reply = Reply { text: text.to_owned(), finish: Finish::Stop, ..Reply::default() };
            let (attempt, _) = Attempt::read(1, 0, Prompt::user("p"), reply, None);
            (attempt.held(), attempt.remark())
        };
        let file = "```yaml\npipelines:\n  default:\n    - step: {script: [make]}\n```\n";
        assert_eq!(read("No."), ("no YAML of a pipeline file".to_owned(), None));
        assert_eq!(read(file), ("a file of 3 lines".to_owned(), None));
        let remarked = [
            "```yaml\n- step: {script: [make]}\n```\n".to_owned(),
            "```yaml\npipelines:\n  default:\n    # ... rest unchanged\n```\n".to_owned(),
            "```yaml\non: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n```\n".to_owned(),
            "```diff\n-  - make\n+  - make test\n```\n".to_owned(),
            format!("{file}or\n{file}"),
            file.replace("```yaml", "```yaml ../../.bashrc"),
        ];
        let said: Vec<String> = remarked
            .iter()
            .map(|text| read(text))
            .map(|(held, remark)| {
                let remark = remark.expect("a remark");
                assert!(remark.ends_with(&format!("the reply holds {held}")), "{remark}");
                remark
            })
            .collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        no revision: the reply holds a fragment of 1 line, not a whole file
        no revision: the reply holds a file that is not whole (`# ... rest unchanged` at line 3 stands for a part that is left out)
        no revision: the reply holds a file of GitHub Actions at line 1, no YAML of a pipeline file
        no revision: the reply holds a patch at line 1, no YAML of a pipeline file
        the reply holds a file of 3 lines (2 files in the reply; the one at line 7 counts, the last one)
        the reply holds a file of 3 lines (it is named `../../.bashrc` there, and taken as the pipeline file)
        ");
    }
}
