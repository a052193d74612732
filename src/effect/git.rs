//! Pushes of git: a deployment from source where a platform takes them, else a commit that a controller may follow.

use super::command::Reading;
use crate::shell::Invocation;

/// Options of git itself that take a value.
const VALUES: [&str; 6] = ["-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path"];

impl Reading<'_, '_> {
    /// `git push heroku` and `git push dokku@…` deploy from source.
    pub(super) fn git_deploys(&self, name: &str) -> Option<String> {
        let words = pushed(self.invocation).filter(|_| name == "git")?;
        let remote = words.into_iter().find(|word| !word.starts_with('-'))?;
        (remote.contains("heroku") || remote.starts_with("dokku")).then_some(remote)
    }
}

/// Whether a call of git pushes something else than tags.
pub(super) fn pushes_a_branch(invocation: &Invocation) -> bool {
    let tags = |word: &String| word == "--tags" || word.contains("refs/tags/") || word.contains("BITBUCKET_TAG");
    pushed(invocation).is_some_and(|words| !words.iter().any(tags))
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
