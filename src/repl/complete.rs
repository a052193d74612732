//! What the tab key offers: commands, and behind them rules, revisions, events and files.

use std::path::{Path, PathBuf};

use super::commands::{COMMANDS, Takes, command};

/// The words that can be completed at present.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// Ids of rules.
    pub rules: Vec<String>,
    /// How many turns there are.
    pub turns: usize,
    /// Numbers of revisions.
    pub revisions: Vec<usize>,
    /// Events that the file speaks about, such as `branch main` or `tag release-1.0.0`.
    pub events: Vec<String>,
    /// Where files are looked for.
    pub directory: PathBuf,
}

/// The start of the word at the end of `line`, and what it can become.
pub fn complete(line: &str, words: &Words) -> (usize, Vec<String>) {
    let Some(rest) = line.strip_prefix('/') else { return (line.len(), Vec::new()) };
    let Some((name, behind)) = rest.split_once(' ') else {
        let names = COMMANDS.iter().map(|command| format!("/{}", command.name));
        return (0, settled(names.filter(|name| name.starts_with(line)).collect()));
    };
    let Some(command) = command(name) else { return (line.len(), Vec::new()) };
    let from = line.rfind(' ').map_or(line.len(), |at| at + 1);
    let begun = line.get(from..).unwrap_or_default();
    let mut offers: Vec<String> = match command.takes {
        Takes::Nothing | Takes::Other => Vec::new(),
        Takes::Command => COMMANDS.iter().map(|command| command.name.to_owned()).collect(),
        Takes::Revision => words.revisions.iter().map(usize::to_string).collect(),
        Takes::Acceptance => words.revisions.iter().map(usize::to_string).chain(["force".to_owned()]).collect(),
        Takes::Turn => (0..=words.turns).map(|turn| turn.to_string()).collect(),
        Takes::File => files(&words.directory, begun),
        Takes::RevisionOrFile => {
            words.revisions.iter().map(usize::to_string).chain(files(&words.directory, begun)).collect()
        }
        Takes::Rule => words.rules.clone(),
        Takes::Event => {
            let kind = behind.trim_start().split_once(' ').map(|(kind, _)| kind);
            let named = |event: &String| Some(event.split_once(' ').filter(|(of, _)| Some(*of) == kind)?.1.to_owned());
            match kind {
                Some(_) => words.events.iter().filter_map(named).collect(),
                None => ["all", "branch ", "tag ", "pull-request ", "custom "].map(str::to_owned).to_vec(),
            }
        }
        Takes::Draft => vec!["draft".to_owned()],
    };
    offers.retain(|offer| offer.starts_with(begun));
    offers.dedup();
    (from, settled(offers))
}

/// The only offer is a whole word: a blank follows, and what comes next can be typed at once.
fn settled(mut offers: Vec<String>) -> Vec<String> {
    if let [only] = offers.as_mut_slice()
        && !only.ends_with([' ', '/'])
    {
        only.push(' ');
    }
    offers
}

/// Files and folders that begin with `begun`; hidden ones only when asked for.
fn files(directory: &Path, begun: &str) -> Vec<String> {
    let (folder, name) = begun.rsplit_once('/').map_or(("", begun), |(folder, name)| (folder, name));
    let at = if begun.starts_with('/') && folder.is_empty() { PathBuf::from("/") } else { directory.join(folder) };
    let prefix = begun.strip_suffix(name).unwrap_or_default();
    let Ok(entries) = std::fs::read_dir(at) else { return Vec::new() };
    let mut found: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            let slash = if entry.path().is_dir() { "/" } else { "" };
            Some((entry.file_name().into_string().ok()?, slash))
        })
        .filter(|(file, _)| file.starts_with(name) && (!file.starts_with('.') || name.starts_with('.')))
        .filter(|(file, _)| !file.contains(|c: char| c.is_control() || c.is_whitespace()))
        .map(|(file, slash)| format!("{prefix}{file}{slash}"))
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers(line: &str) -> (usize, Vec<String>) {
        let words = Words {
            rules: vec!["build-once".into(), "manual-production".into()],
            turns: 2,
            revisions: vec![0, 1, 12],
            events: vec!["branch main".into(), "tag release-1.0.0".into()],
            directory: PathBuf::from("tests"),
        };
        complete(line, &words)
    }

    #[test]
    fn commands_and_what_stands_behind_them() {
        assert_eq!(offers("/re"), (0, vec!["/repair".into(), "/reload".into(), "/retry".into(), "/revisions".into()]));
        assert_eq!(offers("/diff 1"), (6, vec!["1".into(), "12".into()]));
        assert_eq!(offers("/rules "), (7, vec!["build-once".into(), "manual-production".into()]));
        assert_eq!(offers("/plan t"), (6, vec!["tag ".into()]));
        assert_eq!(offers("/plan tag "), (10, vec!["release-1.0.0 ".into()]));
        assert_eq!(offers("/accept f"), (8, vec!["force ".into()]));
        assert_eq!(offers("/fork "), (6, ["0", "1", "2"].map(str::to_owned).to_vec()));
        assert_eq!(offers("/export fix"), (8, vec!["fixtures/".into()]));
        assert!(offers("/check fixtures/ser").1.contains(&"fixtures/server/".to_owned()));
        assert!(offers("plain text /re").1.is_empty());
        assert!(offers("/nothing x").1.is_empty());
    }

    #[test]
    fn the_only_word_is_followed_by_a_blank_and_a_folder_is_not() {
        assert_eq!(offers("/acc"), (0, vec!["/accept ".into()]));
        assert_eq!(offers("/quit"), (0, vec!["/quit ".into()]));
        assert_eq!(offers("/rules man"), (7, vec!["manual-production ".into()]));
        assert_eq!(offers("/plan tag r"), (10, vec!["release-1.0.0 ".into()]));
        assert_eq!(offers("/plan cus"), (6, vec!["custom ".into()]));
        assert_eq!(offers("/check fix"), (7, vec!["fixtures/".into()]));
        assert_eq!(offers("/check fixtures/server/crlf"), (7, vec!["fixtures/server/crlf.sse ".into()]));
    }
}
