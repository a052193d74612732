//! The commands of the chat: one table that parsing, help and completion read.

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// The list, or one command explained.
    Help,
    /// Two revisions, as text and as meaning.
    Diff,
    /// A revision with line numbers.
    Show,
    /// Findings of a revision or a file.
    Check,
    /// What an event does.
    Plan,
    /// The rules, or one explained.
    Rules,
    /// Sends the findings back.
    Repair,
    /// Writes a revision to the file.
    Accept,
    /// Takes the file on disk as a revision.
    Reload,
    /// Sends a prompt that was held back.
    Send,
    /// Takes turns back.
    Undo,
    /// The revisions with their verdicts.
    Revisions,
    /// Sends the last prompt again.
    Retry,
    /// The model, or another one.
    Model,
    /// The sessions of this machine.
    Sessions,
    /// The conversation as a page, as Markdown or as chat lines.
    Export,
    /// What is sent, and what is left out.
    Context,
    /// An editor for a prompt or for the draft.
    Edit,
    /// Goes on from an earlier turn.
    Fork,
    /// Ends the chat.
    Quit,
}

/// What may stand behind a command, for completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A command's name.
    Command,
    /// Numbers of revisions.
    Revision,
    /// A revision, or `force`.
    Acceptance,
    /// A turn's number.
    Turn,
    /// A file that is to be written.
    File,
    /// A revision or a file.
    RevisionOrFile,
    /// A rule's id.
    Rule,
    /// An event and its name.
    Event,
    /// A number, a name: nothing that could be completed.
    Other,
    /// `draft`.
    Draft,
}

/// One row of the table.
#[derive(Debug)]
pub struct Command {
    /// What is typed behind the slash.
    pub name: &'static str,
    /// Shorter ways to type it.
    pub short: &'static [&'static str],
    /// Its arguments, as help shows them.
    pub arguments: &'static str,
    /// One line.
    pub summary: &'static str,
    /// A few lines more.
    pub more: &'static str,
    /// What completes behind it.
    pub takes: Takes,
    /// What it does.
    pub verb: Verb,
}

const fn row(
    verb: Verb,
    name: &'static str,
    short: &'static [&'static str],
    arguments: &'static str,
    takes: Takes,
    summary: &'static str,
    more: &'static str,
) -> Command {
    Command { name, short, arguments, summary, more, takes, verb }
}

/// How prompts are written, below the list.
pub(super) const PROMPTS: &str = "\
What does not begin with a slash is a prompt; //text sends one that does.
A line that ends in \\ goes on in the next; \"\"\" opens and closes several lines.
Ctrl-C ends a reply or clears the line, Ctrl-D ends the chat.";

/// All commands, in the order of a day's work.
pub const COMMANDS: &[Command] = &[
    row(Verb::Help, "help", &["h", "?"], "[COMMAND]", Takes::Command, "this list, or one command explained", ""),
    row(
        Verb::Show,
        "show",
        &["s"],
        "[REVISION]",
        Takes::Revision,
        "the file as it stands, with line numbers",
        "Without a number: the newest revision.",
    ),
    row(
        Verb::Diff,
        "diff",
        &["d"],
        "[A] [B]",
        Takes::Revision,
        "what changed, as text and as meaning",
        "`/diff` compares the newest revision with the one before it, `/diff 2` revision 2 with the newest, `/diff 2 4` those two. Revision 0 is the file as it was found.",
    ),
    row(
        Verb::Check,
        "check",
        &["c"],
        "[REVISION|FILE]",
        Takes::RevisionOrFile,
        "the findings, with excerpts",
        "Without an argument: the newest revision. No model is asked.",
    ),
    row(
        Verb::Plan,
        "plan",
        &["p"],
        "EVENT [NAME]",
        Takes::Event,
        "what happens if: tag release-1.0.0, branch main, all",
        "`/plan branch main`, `/plan tag release-1.0.0`, `/plan pull-request feature/x`, `/plan custom NAME`, `/plan all`.\nThe answer is read from the newest revision; no model is asked.",
    ),
    row(Verb::Rules, "rules", &["rule"], "[ID]", Takes::Rule, "the rules, or one explained with examples", ""),
    row(
        Verb::Repair,
        "repair",
        &["r"],
        "",
        Takes::Nothing,
        "send the findings back to the model",
        "One more round, whatever the automatic rounds came to.",
    ),
    row(
        Verb::Accept,
        "accept",
        &["a"],
        "[REVISION]",
        Takes::Acceptance,
        "write a revision to the file (force: also a refused one)",
        "Only an accepted revision is written; the file is replaced whole or not at all, and not if it changed meanwhile. `/accept force` writes one that is refused, and also over a file that somebody else has changed: look at it first (`/reload`, then `/diff`). A link that leads out of the folder is never followed.",
    ),
    row(
        Verb::Reload,
        "reload",
        &[],
        "",
        Takes::Nothing,
        "take the file on disk as a revision",
        "What somebody else changed becomes a revision of its own: the model sees it with the next prompt, `/diff` compares it, and `/accept` may write over it.",
    ),
    row(
        Verb::Undo,
        "undo",
        &["u"],
        "[TURNS]",
        Takes::Other,
        "take the last turn back, with its revisions",
        "An edit by hand goes first, one at a time. The session file keeps what was said; the conversation goes on from before it.",
    ),
    row(
        Verb::Retry,
        "retry",
        &[],
        "",
        Takes::Nothing,
        "send the last prompt again",
        "After a reply that broke off or that you ended, or for another answer: the turn is taken back first.",
    ),
    row(
        Verb::Send,
        "send",
        &[],
        "",
        Takes::Nothing,
        "send a prompt that was held back",
        "A prompt is held back when a key of your environment (OPENAI_API_KEY or another that this program reads) stands in it, or in the file. What is kept and shown has the key masked; what is sent has not.",
    ),
    row(
        Verb::Fork,
        "fork",
        &[],
        "TURN",
        Takes::Turn,
        "go on from after an earlier turn",
        "`/fork 3` takes back all turns after turn 3.",
    ),
    row(
        Verb::Edit,
        "edit",
        &["e"],
        "[draft]",
        Takes::Draft,
        "write the prompt in $EDITOR, or change the draft itself",
        "`/edit` opens an empty prompt, `/edit draft` the newest revision: what you save becomes a revision of its own.",
    ),
    row(Verb::Revisions, "revisions", &["revs"], "", Takes::Nothing, "all revisions with their verdicts", ""),
    row(
        Verb::Context,
        "context",
        &[],
        "",
        Takes::Nothing,
        "what the next prompt is sent with, and what is left out",
        "",
    ),
    row(Verb::Model, "model", &["m"], "[NAME]", Takes::Other, "who answers, or choose another model", ""),
    row(
        Verb::Sessions,
        "sessions",
        &[],
        "",
        Takes::Nothing,
        "the sessions on this machine",
        "`pipewright chat --resume ID` opens one again.",
    ),
    row(
        Verb::Export,
        "export",
        &[],
        "FILE",
        Takes::File,
        "write the conversation as a page (.html), .md or .jsonl",
        "The name's ending chooses the form. Secrets are masked, and a file that is there is not overwritten.\n`pipewright sessions export` does it for any session.",
    ),
    row(Verb::Quit, "quit", &["q", "exit"], "", Takes::Nothing, "end the chat; the session stays", ""),
];

/// What a line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Nothing was said.
    Blank,
    /// A prompt for the model.
    Prompt(String),
    /// A command with its arguments.
    Command(Verb, Vec<String>),
    /// No such command: said in one line, and never sent.
    Unknown(String),
}

/// The command of that name, long or short.
pub fn command(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name || command.short.contains(&name))
}

/// Reads what was typed.
pub fn parse(text: &str) -> Line {
    let text = text.trim_matches(['\n', '\r']);
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Line::Blank;
    }
    let Some(line) = trimmed.strip_prefix('/') else { return Line::Prompt(text.to_owned()) };
    if line.starts_with('/') {
        return Line::Prompt(line.to_owned());
    }
    if let Some((first, _)) = line.split_once('\n') {
        let first: String = first.chars().take(40).collect();
        let why = "is a command, and a command is one line; `//…` sends all of it as a prompt";
        return Line::Unknown(format!("`/{}` {why}", first.trim_end()));
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let name = words.next().unwrap_or_default();
    match command(&name.to_lowercase()) {
        Some(command) => Line::Command(command.verb, words.collect()),
        None => Line::Unknown(unknown(&name)),
    }
}

/// One line about a name that no command has.
pub fn unknown(name: &str) -> String {
    let shown: String = name.chars().take(40).collect();
    let near = nearest(name, COMMANDS.iter().map(|command| command.name));
    let near = near.map_or_else(|| "`/help` lists them".to_owned(), |near| format!("did you mean `/{near}`?"));
    format!("there is no command `/{shown}`; {near} (`//…` sends a prompt that begins with a slash)")
}

/// The word among `words` that `name` is probably meant to be.
pub fn nearest<'w>(name: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let name: String = name.to_lowercase().chars().take(64).collect();
    let score = |word: &str| strsim::jaro_winkler(&name, word);
    words
        .map(|word| (score(word), word))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_verb_has_its_row() {
        let mut names: Vec<_> = COMMANDS.iter().flat_map(|c| c.short.iter().copied().chain([c.name])).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        let mut verbs: Vec<_> = COMMANDS.iter().map(|c| c.verb).collect();
        verbs.sort_unstable();
        verbs.dedup();
        assert_eq!(verbs.len(), COMMANDS.len());
    }

    #[test]
    fn a_slash_makes_a_command_and_nothing_else_does() {
        assert_eq!(parse("  /diff 2 4 "), Line::Command(Verb::Diff, vec!["2".into(), "4".into()]));
        assert_eq!(parse("/Q"), Line::Command(Verb::Quit, vec![]));
        assert_eq!(parse("//etc is a path"), Line::Prompt("/etc is a path".into()));
        assert_eq!(parse("add /diff"), Line::Prompt("add /diff".into()));
        assert_eq!(parse("two\nlines\n"), Line::Prompt("two\nlines".into()));
        assert_eq!(parse(" \n"), Line::Blank);
        assert!(
            matches!(parse("/accept\nand more"), Line::Unknown(why) if why.starts_with("`/accept` is a command, and"))
        );
        assert_eq!(parse("//accept\nand more"), Line::Prompt("/accept\nand more".into()));
    }

    /// What stands between backquotes and begins with a slash.
    fn examples(text: &str) -> impl Iterator<Item = &str> {
        text.split('`').skip(1).step_by(2).filter(|example| example.starts_with('/'))
    }

    #[test]
    fn every_example_of_the_table_is_a_command() {
        let texts = COMMANDS.iter().flat_map(|command| [command.summary, command.more]);
        let found: Vec<&str> = texts.flat_map(examples).collect();
        assert!(found.len() > 10, "{found:?}");
        for example in found {
            assert!(matches!(parse(example), Line::Command(..)), "{example}");
        }
    }

    #[test]
    fn every_name_is_offered_for_a_slip_of_it() {
        for command in COMMANDS.iter().filter(|command| command.name.len() > 3) {
            let slip = format!("{}{}", command.name, &command.name[command.name.len() - 1..]);
            let said = unknown(&slip);
            assert!(examples(&said).any(|example| example == format!("/{}", command.name)), "{said}");
        }
    }

    #[test]
    fn a_slip_is_told_with_the_nearest_name() {
        let Line::Unknown(line) = parse("/acept now") else { panic!("not unknown") };
        assert_eq!(
            line,
            "there is no command `/acept`; did you mean `/accept`? (`//…` sends a prompt that begins with a slash)"
        );
        assert!(matches!(parse("/zzz"), Line::Unknown(line) if line.contains("`/help` lists them")));
        assert!(matches!(parse("/"), Line::Unknown(_)));
    }
}
