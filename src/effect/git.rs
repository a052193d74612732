//! Calls of git: a push is a deployment from source where a platform takes it, else a commit that a controller may follow, with
//! what was written into files before it.

use super::collected::{Edited, GitCall};
use super::command::Reading;
use super::deploy;
use super::environment;
use super::unknown::holds_run;
use crate::shell::{Invocation, Value, Word, join};

impl GitCall<'_> {
    /// Whether it clones a repository that is not the pipeline's own.
    pub fn clones_another(&self) -> bool {
        // `$BITBUCKET_REPO_SLUG-state` is another one.
        let of_own = |word: &Value| {
            let shown = word.to_string();
            let plain = shown.trim_end_matches(".git").trim_end_matches('}');
            ["BITBUCKET_GIT_", "BITBUCKET_REPO_FULL_NAME"].iter().any(|name| shown.contains(name))
                || plain.ends_with("BITBUCKET_REPO_SLUG")
        };
        self.words.iter().any(|word| word.as_literal() == Some("clone")) && !self.words.iter().any(of_own)
    }
}

/// Remotes that are called after a platform, which builds and runs what it takes.
const PLATFORMS: [&str; 7] = ["azure", "wpengine", "pantheon", "acquia", "platform", "scalingo", "clever"];

/// Hosts of repositories, in the words of an address.
const HOSTS: [&str; 6] = ["github", "gitlab", "bitbucket", "dev.azure", "visualstudio", "codecommit"];

/// Options of git itself that take a value.
const VALUES: [&str; 6] = ["-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path"];

impl Reading<'_, '_> {
    /// `git push heroku` and `git push dokku@…` deploy from source: the remote, with its address where the script says it.
    pub(super) fn git_deploys(&self, name: &str) -> Option<Vec<String>> {
        let remote = if name == "git" { self.pushed_to()? } else { return None };
        let is_platform = |remote: &String| {
            remote.contains("heroku") || remote.starts_with("dokku") || remote.contains(".azurewebsites.net")
        };
        remote.iter().any(is_platform).then_some(remote)
    }

    /// Whether a push goes to a remote that is called after a platform which builds and runs what it takes and is a host of
    /// repositories as well, or after an environment: a server may put there in place what it gets.
    pub(super) fn may_take_source(&self) -> bool {
        let remote = self.pushed_to().unwrap_or_default();
        let hosted = remote.iter().any(|word| HOSTS.iter().any(|host| word.contains(host)));
        remote.iter().any(|word| PLATFORMS.contains(&word.as_str()))
            || !hosted && remote.iter().any(|word| environment::tells(word))
    }

    /// The remote to which a push goes, with the address that the script gave it.
    fn pushed_to(&self) -> Option<Vec<String>> {
        let remote = pushed(self.invocation)?.into_iter().find(|word| !word.starts_with('-'))?;
        let found = self.run.found_mut();
        let added = found.git.iter().rev().find_map(|call| match call.words.as_slice() {
            [.., add, name, address]
                if matches!(add.as_literal(), Some("add" | "set-url")) && name.to_string() == remote =>
            {
                Some(deploy::without_user(&address.to_string()))
            }
            _ => None,
        });
        Some(std::iter::once(remote).chain(added).collect())
    }

    /// The remote that `heroku git:remote -a APP` makes, kept as the call of git that would make it.
    fn heroku_remote(&self) -> Option<[Value; 4]> {
        let words: Vec<&Word> = self.invocation.words.iter().skip(1).collect();
        let flag = |names: [&str; 2]| {
            let at = words.iter().position(|word| word.literal().is_some_and(|word| names.contains(&word)));
            let behind = at.and_then(|at| words.get(at + 1)).map(|word| word.value().into_owned());
            let joined = || {
                words.iter().find_map(|word| {
                    word.value().split_once("=").filter(|(flag, _)| flag.as_literal() == Some(names[1]))
                })
            };
            behind.or_else(|| joined().map(|(_, value)| value))
        };
        words.first().filter(|word| word.literal() == Some("git:remote"))?;
        let address = join([&Value::literal("https://git.heroku.com/"), &flag(["-a", "--app"])?], "");
        let name = flag(["-r", "--remote"]).unwrap_or_else(|| Value::literal("heroku"));
        Some([Value::literal("remote"), Value::literal("add"), name, address])
    }

    /// Keeps a call of git, and a command that writes an image into a file.
    pub(super) fn of_repositories(&self, name: &str) {
        let site = || self.run.site(self.invocation.place);
        if name == "git" {
            let words = self.invocation.words.iter().skip(1).map(|word| word.value().into_owned()).collect();
            let elsewhere = self.invocation.remote.is_some() || self.invocation.container.is_some();
            let folder = self.scope.stands().map(str::to_owned);
            self.run.found_mut().git.push(GitCall { words, site: site(), elsewhere, folder });
        } else if let Some(words) = Some(name).filter(|name| *name == "heroku").and_then(|_| self.heroku_remote()) {
            let call = GitCall { words: words.to_vec(), site: site(), elsewhere: false, folder: None };
            self.run.found_mut().git.push(call);
        } else if self.writes_an_image(name) {
            let mut found = self.run.found_mut();
            let after = found.effects.len();
            found.edited.push(Edited { command: name.to_owned(), after, site: site() });
        }
    }

    /// Whether a command edits a file in place by a word about an image, a tag, or what the run has of its own.
    fn writes_an_image(&self, name: &str) -> bool {
        matches!(name, "sed" | "yq" | "perl")
            && self.invocation.edits_in_place()
            && self.invocation.words.iter().skip(1).flat_map(|word| &word.values).any(says_image)
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

/// Whether a text speaks of an image: by that word, by what the run has of its own, or by a path with a tag behind it.
fn says_image(text: &Value) -> bool {
    let with_tag = |part: &str| {
        let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let rest = part.trim_end_matches(of_name);
        rest.len() < part.len() && rest.strip_suffix('/').is_some_and(|host| host.ends_with(|c| of_name(c) || c == '}'))
    };
    let shown = text.to_string();
    // `staging` has no tag in it.
    let is_tag = |at: usize| !shown[..at].ends_with(|c: char| c.is_ascii_alphabetic());
    ["image", "Tag"].iter().any(|word| shown.contains(word))
        || shown.match_indices("tag").any(|(at, _)| is_tag(at))
        || shown.match_indices(':').any(|(at, _)| with_tag(&shown[..at]))
        || holds_run(text)
        || text.symbols().any(|symbol| symbol.is_variable("BITBUCKET_BUILD_NUMBER"))
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
