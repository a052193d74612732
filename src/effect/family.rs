//! Families: what the name of a command, a pipe or a download says, where no entry of the catalogue has it.

use serde::Deserialize;

use super::built_in;
use super::catalogue::Catalogue;
use super::command::Reading;
use super::runner;
use crate::shell::{Stdin, Value};

/// Words by which a thing that no entry names is known to change nothing outside the build container.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Families {
    /// Of a command's name: `license-check`.
    #[serde(default)]
    command: Vec<String>,
    /// Of a pipe's name: `acme/slack-notify`.
    #[serde(default)]
    pipe: Vec<String>,
    /// Of a word that a tool is asked for, whatever runs it: `test:unit`.
    #[serde(default)]
    check: Vec<String>,
    /// The same of a tool of which compiling makes no image: `assemble`.
    #[serde(default)]
    task: Vec<String>,
    /// Of an address whose text is run: `https://acme.example/install.sh`.
    #[serde(default)]
    download: Vec<String>,
}

impl Families {
    /// Whether a command's name says that it only looks at code, tests or tells.
    pub(super) fn has_command(&self, name: &str) -> bool {
        says_only(name, &self.command)
    }

    /// The same of a pipe's name, which stands behind its account.
    pub(super) fn has_pipe(&self, name: &str) -> bool {
        name.rsplit_once('/').is_some_and(|(_, own)| says_only(own, &self.pipe))
    }

    /// Whether an address is one of a script that brings a tool to the machine on which it is run.
    pub(super) fn has_download(&self, address: &str) -> bool {
        let address = address.split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
        let Some((_, rest)) = address.split_once("://") else { return false };
        let (host, file) = (rest.split(['/', '.']).next().unwrap_or(""), rest.rsplit('/').next().unwrap_or(""));
        let words = words(file);
        let named = |word: &String| self.download.contains(word);
        !words.iter().any(|word| runner::deploys(word)) && (words.iter().any(named) || named(&host.to_owned()))
    }
}

impl Catalogue {
    /// Whether a command that no entry names says by its name that it does nothing of that kind.
    pub(super) fn is_of_family(&self, command: &str) -> bool {
        self.families().any(|families| families.has_command(command))
    }

    /// The same of a pipe.
    pub(super) fn is_pipe_of_family(&self, pipe: &str) -> bool {
        self.families().any(|families| families.has_pipe(pipe))
    }

    /// Whether the name of a task says that it only tests or looks at code, whatever runs it.
    pub(super) fn only_checks(&self, task: &str) -> bool {
        let words = words(task);
        let own = |word: &String| self.families().any(|families| families.check.contains(word));
        words.iter().any(own) && !words.iter().any(|word| word == "and" || acts(word))
    }

    /// Whether an address says that what is fetched there installs a tool.
    pub(super) fn installs(&self, address: &str) -> bool {
        self.families().any(|families| families.has_download(address))
    }

    /// Whether a word that a tool is asked for says that it tests, checks or compiles.
    pub(super) fn is_plain_task(&self, task: &str) -> bool {
        if self.families().any(|families| says_only(task, &families.command)) {
            return true;
        }
        let mut words = words(task);
        let images = words.iter().any(|word| runner::is_of_images(word));
        // A kind of build: `testReleaseUnitTest`.
        if words.first().is_some_and(|word| word != "release") {
            words.retain(|word| word != "release");
        }
        let own = |word: &String| {
            self.families().any(|families| families.task.contains(word) || families.check.contains(word))
        };
        !images && !says_deploy(&words.join("-")) && words.iter().any(own)
    }

    fn families(&self) -> impl Iterator<Item = &Families> {
        let built_in = self.built_in.then(built_in::families);
        std::iter::once(&self.families).chain(built_in.map(|catalogue| &catalogue.families))
    }
}

/// Whether a name says one thing, which is of a family: `image-scan` and `license_check` do, `scan-and-push` does not, and
/// `deploy-test` deploys.
fn says_only(name: &str, family: &[String]) -> bool {
    let words = words(name);
    let own = |word: &String| {
        family.contains(word) || word.strip_suffix('s').is_some_and(|one| family.iter().any(|name| name == one))
    };
    let last = words.last().is_some_and(|last| own(last) && !last.starts_with("test"));
    !words.iter().any(|word| word == "and") && words.iter().any(own) && (last || !words.iter().any(|word| acts(word)))
}

/// Whether a word in a name says that it changes something.
fn acts(word: &str) -> bool {
    runner::deploys(word)
        || runner::is_of_images(word)
        || matches!(word, "build" | "publish" | "upload" | "promote" | "apply" | "migrate" | "sync")
}

/// Whether a name says that something is brought to where others use it.
pub(super) fn says_deploy(name: &str) -> bool {
    let acts =
        |word: &String| runner::deploys(word) || matches!(word.as_str(), "publish" | "upload" | "submit" | "golive");
    words(name).iter().any(acts)
}

/// The words of a name in lower case: `InstallAzureCLIDeb`, `license_check`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (small && c.is_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        small = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

impl Reading<'_, '_> {
    /// Whether a shell is given nothing to run but what installs tools: `curl https://…/install.sh | bash`.
    pub(super) fn runs_installers(&self) -> bool {
        let given: Vec<String> = match &self.invocation.stdin {
            Stdin::Text(values) => values.iter().map(Value::to_string).collect(),
            _ => self.invocation.words.iter().map(|word| word.value().to_string()).collect(),
        };
        installs(&given.join(" "), self.catalogue)
    }
}

/// Whether a text fetches scripts that install tools, and fetches nothing else.
pub(super) fn installs(text: &str, catalogue: &Catalogue) -> bool {
    let fetches = ["curl", "wget", "irm", "iwr", "Invoke-RestMethod", "Invoke-WebRequest"];
    let words = || text.split(|c: char| c.is_whitespace() || "\"'`()<>;|$".contains(c)).filter(|word| !word.is_empty());
    let mut addresses = words().filter(|word| word.contains("://")).peekable();
    words().any(|word| fetches.contains(&word))
        && addresses.peek().is_some()
        && addresses.all(|address| catalogue.installs(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in() -> &'static Catalogue {
        Catalogue::built_in()
    }

    #[test]
    fn a_name_says_what_a_command_only_does() {
        for name in [
            "license_check",
            "check-env-vars",
            "tfsec-analysis-terraform",
            "terraform-plan-validator",
            "docker-scan",
            "deploy-check",
            "acme-lint",
            "dependabot-run-updates",
            "run-tests",
            "reportCoverage",
        ] {
            assert!(built_in().is_of_family(name), "{name}");
        }
        for name in [
            "acme-deploy",
            "deploy-test",
            "check-and-deploy",
            "scan-push",
            "build-report-image",
            "acme",
            "checkout",
            "lint-publish",
            "migrate-check-db",
            "pipe.sh",
        ] {
            assert!(!built_in().is_of_family(name), "{name}");
        }
    }

    #[test]
    fn a_name_says_what_a_pipe_only_does() {
        for name in ["acme/slack-notify", "acme/image-scan", "acme/sonar-quality-gate", "acme/coverage-report"] {
            assert!(built_in().is_pipe_of_family(name), "{name}");
        }
        for name in ["acme/deploy-pipe", "acme/notify-and-deploy", "scan", "notify/deployer", "acme/review-notes"] {
            assert!(!built_in().is_pipe_of_family(name), "{name}");
        }
    }

    #[test]
    fn an_address_says_that_it_brings_a_tool() {
        for text in [
            "curl -sL https://deb.nodesource.com/setup_20.x",
            "curl -fsSL https://get.docker.com",
            "wget -qO- https://raw.githubusercontent.com/nvm-sh/nvm/v0.40.1/install.sh",
            "<(curl -s https://x.example/get-helm-3?raw=1)",
            "$(curl -sL https://aka.ms/InstallAzureCLIDeb)",
            "irm https://astral.sh/uv/install.ps1 | iex",
        ] {
            assert!(installs(text, built_in()), "{text}");
        }
        for text in [
            "curl -fsSL https://acme.example/deploy.sh",
            "curl -fsSL https://acme.example/install-and-deploy.sh",
            "curl https://x.example/install.sh https://x.example/run.sh",
            "curl $INSTALLER",
            "cat https://x.example/install.sh",
        ] {
            assert!(!installs(text, built_in()), "{text}");
        }
    }
}
