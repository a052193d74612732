//! Pushes of git: a deployment from source where a platform takes them, else a commit that a controller may follow.

use super::collected::GitCall;
use super::command::Reading;
use crate::shell::{Invocation, Value};

/// Options of git itself that take a value.
const VALUES: [&str; 6] = ["-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path"];

impl Reading<'_, '_> {
    /// `git push heroku` and `git push dokku@…` deploy from source.
    pub(super) fn git_deploys(&self, name: &str) -> Option<String> {
        let words = pushed(self.invocation).filter(|_| name == "git")?;
        let remote = words.into_iter().find(|word| !word.starts_with('-'))?;
        (remote.contains("heroku") || remote.starts_with("dokku")).then_some(remote)
    }

    /// Whether a call of git pushes something else than tags: what the step has made by `git tag` is one.
    pub(super) fn pushes_a_branch(&self) -> bool {
        let Some(words) = pushed(self.invocation) else { return false };
        let found = self.run.found_mut();
        let made: Vec<String> = found.git.iter().flat_map(tags_made).collect();
        let tags = |word: &String| {
            word == "tag"
                || word.contains("refs/tags/")
                || word.contains("BITBUCKET_TAG")
                || !word.is_empty() && made.contains(word)
        };
        let flag_value = |at: usize| at > 0 && matches!(words[at - 1].as_str(), "-o" | "--push-option");
        let plain = words.iter().enumerate().filter(|(at, word)| !word.starts_with('-') && !flag_value(*at));
        // The first word is the remote; `tag NAME` is a tag.
        let mut names = plain.map(|(_, word)| word).skip(1).peekable();
        match names.peek() {
            Some(_) => !names.all(tags),
            None => !words.iter().any(|word| word == "--tags"),
        }
    }
}

/// The tags that a call of `git tag` makes.
fn tags_made(call: &GitCall<'_>) -> Vec<String> {
    let is = |word: &Value, text: &str| word.as_literal() == Some(text);
    let Some(at) = call.words.iter().position(|word| is(word, "tag")).filter(|_| !call.elsewhere) else {
        return Vec::new();
    };
    let mut words = call.words.iter().skip(at + 1);
    let mut made = Vec::new();
    while let Some(word) = words.next() {
        match word.literal_prefix() {
            "-m" | "-F" | "-u" | "--message" | "--file" | "-am" | "-sm" => drop(words.next()),
            flag if flag.starts_with('-') => {}
            _ => made.push(word.to_string()),
        }
    }
    made
}

/// The words behind `git push`, and behind `git subtree push`; `git ftp push` is another command.
fn pushed(invocation: &Invocation) -> Option<Vec<String>> {
    let mut words = invocation.words.iter().skip(1).map(|word| word.shown());
    let subcommand = loop {
        let word = words.next()?;
        if VALUES.contains(&word.as_str()) {
            words.next();
        } else if !word.starts_with('-') {
            break word;
        }
    };
    match subcommand.as_str() {
        "push" => Some(words.collect()),
        "subtree" => words.any(|word| word == "push").then(|| words.collect()),
        _ => None,
    }
}
