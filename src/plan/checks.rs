//! Which commands are checks, what they check, and whether they can fail, by their words.

use super::kinds::{Checks, checks_as_much, loses, of_name};
use super::prepares::{ACTS, BUILDS, FIRST_WORDS, PREPARES, TELLS};
use super::switches::rewrites;
use super::wrapped::bare;
use crate::shell::{errexit, pipefail};

/// Words of commands that run tests.
const TESTS: [&str; 9] = ["test", "tests", "check", "verify", "validate", "e2e", "smoke", "pytest", "phpunit"];

/// Words of commands that look at the code.
const LINTS: [&str; 2] = ["lint", "typecheck"];

/// Words of commands that look for what is vulnerable.
const SCANS: [&str; 7] = ["audit", "scan", "scout", "sonar", "snyk", "trivy", "gitleaks"];

/// Words of further commands whose loss takes a check away.
const OTHERS: [&str; 2] = ["rollout", "wait"];

/// How many words of a command are looked at.
const MOST_WORDS: usize = 50;

/// Commands that only say such words.
pub(super) const SAYS: [&str; 6] = ["echo", "printf", "cat", "curl", "grep", "export"];

fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| c.is_whitespace() || [':', '-', '/', '.', '_'].contains(&c))
}

/// Whether a check is lost with a command: its failure ends the step, and it is for more than to prepare or to say something.
/// Programs that are not known as such may be of any use, and none is without one.
pub(super) fn is_safeguard(text: &str) -> bool {
    if errexit(text) == Some(true) || pipefail(text) == Some(true) {
        return true;
    }
    let member = member(text);
    if sets(member) {
        return member
            .split_once("$(")
            .is_some_and(|(_, inner)| !inner.is_empty() && of_program(inner.trim_end_matches(')')));
    }
    of_program(bare(member))
}

/// The one command of a line that may be a check: without what hears of its failure, and what reads what it prints.
fn member(text: &str) -> &str {
    let text = text.split("||").next().unwrap_or("").trim().trim_start_matches("! ");
    let mut members = text.split(" | ");
    let first = members.next().unwrap_or(text);
    // What is printed is for another command to look at.
    members.next().filter(|_| is_in(&SAYS, first)).unwrap_or(first)
}

/// Whether a command sets a variable and runs nothing by itself.
fn sets(member: &str) -> bool {
    member.split(' ').next().is_some_and(|word| word.contains('=')) && member == bare(member)
}

/// What of a line is a command that may be a check, without what stands before it.
pub(super) fn own_part(text: &str) -> Option<&str> {
    let member = member(text);
    (!sets(member)).then(|| bare(member))
}

/// Whether a check is named in a text.
pub(super) fn names_a_check(text: &str) -> bool {
    !names(text).is_empty()
}

/// Whether the name of a pipe, which stands behind its account, is one of a check.
pub(super) fn is_of_check(pipe: &str) -> bool {
    names_a_check(pipe) || !of_name(pipe).is_empty()
}

/// The checks that the words of a text name.
pub(super) fn names(text: &str) -> Vec<Checks> {
    let lists: [(&[&str], Checks); 4] =
        [(&TESTS, Checks::Test), (&LINTS, Checks::Lint), (&SCANS, Checks::Scan), (&OTHERS, Checks::Wait)];
    let named = lists.into_iter().filter(|(list, _)| words(text).any(|word| list.contains(&word)));
    named.map(|(_, checks)| checks).collect()
}

/// The same of a command without what stands before it.
fn of_program(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).take(MOST_WORDS).collect();
    let Some((first, rest)) = words.split_first() else { return false };
    let name = first.rsplit('/').next().unwrap_or(first);
    let is_asked = rest.first().is_some_and(|word| TELLS.contains(word));
    // A shell alone runs what it is sent.
    if rest.is_empty() && matches!(name, "sh" | "bash" | "dash" | "zsh") {
        return false;
    }
    let is_name = name.contains(char::is_alphanumeric) || matches!(name, "[" | "[[" | "((");
    if !is_name || rest.len() == 1 && is_asked || PREPARES.contains(&name) {
        return false;
    }
    if name == "curl" {
        return answers(rest);
    }
    if name == "git" {
        return rest.contains(&"--exit-code") || rest.first() == Some(&"diff") && rest.contains(&"--quiet");
    }
    if rewrites(name, rest) {
        return false;
    }
    if let Some(at) = runs_another(name, rest) {
        return rest.get(at..).is_some_and(|inner| !inner.is_empty() && of_program(&inner.join(" ")));
    }
    let mut does = rest.iter().filter(|word| !word.starts_with('-')).take(2);
    // What builds may have phases of such names, and comes to tests in each.
    let prepares = !BUILDS.contains(&name) && does.any(|word| FIRST_WORDS.contains(word));
    if prepares || rest.is_empty() && name == "yarn" {
        return false;
    }
    names_a_check(text) || !ACTS.contains(&name)
}

/// Where in its words the command of another program begins that a program runs.
pub(super) fn runs_another(name: &str, rest: &[&str]) -> Option<usize> {
    let second = rest.first().copied().unwrap_or("");
    match name {
        "npx" | "bunx" | "pnpx" => Some(rest.iter().take_while(|word| word.starts_with('-')).count()),
        "npm" | "pnpm" | "yarn" | "bundle" | "composer" | "mise" if second == "exec" => Some(1),
        "pnpm" | "yarn" if second == "dlx" => Some(1),
        "poetry" | "uv" | "pipenv" | "hatch" | "rye" | "conda" | "pdm" if second == "run" => Some(1),
        "python" | "python2" | "python3" if second == "-m" => Some(1),
        "go" if second == "run" && !rest.get(1).is_none_or(|word| word.starts_with(['-', '.'])) => Some(1),
        "coverage" if second == "run" && rest.get(1) == Some(&"-m") => Some(2),
        _ => None,
    }
}

/// Whether `curl` fails where something does not answer as it should, and is for nothing else.
fn answers(rest: &[&str]) -> bool {
    const FETCHES: [&str; 8] =
        ["--output", "--remote-name", "--request", "--data", "--form", "--upload-file", ">", ">>"];
    let short = |word: &&&str| word.starts_with('-') && !word.starts_with("--");
    let letters = |of: &str| rest.iter().filter(short).any(|word| word.contains(|c: char| of.contains(c)));
    let fails = letters("f") || rest.contains(&"--fail") || rest.contains(&"--fail-with-body");
    fails && !letters("oOXdFT") && !rest.iter().any(|word| FETCHES.iter().any(|flag| word.starts_with(flag)))
}

fn is_in(list: &[&str], text: &str) -> bool {
    list.contains(&text.split(' ').next().unwrap_or(""))
}

/// Whether two commands are checks of one kind, so that one may stand in the place of the other.
pub(super) fn checks_the_same(old: &str, new: &str) -> bool {
    name_the_same(old, new) || checks_as_much(old, new)
}

/// Whether words of both name one kind of check.
pub(super) fn name_the_same(old: &str, new: &str) -> bool {
    let says = |text: &str| SAYS.contains(&text.split(' ').next().unwrap_or(""));
    let lists: [&[&str]; 3] = [&TESTS, &LINTS, &SCANS];
    let of = |text: &str, list: &[&str]| words(text).any(|word| list.contains(&word));
    !says(old) && !says(new) && !loses(old, new) && lists.iter().any(|list| of(old, list) && of(new, list))
}

/// Whether one of the commands that are not `followed` may run what another one did: unless both are named for checks, of other
/// kinds.
pub(super) fn may_be_run_by(text: &str, followed: &[String]) -> bool {
    let differ = |name: &str| names_a_check(text) && names_a_check(name) && !checks_the_same(text, name);
    followed.iter().any(|name| !differ(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_fail_and_is_for_more_than_to_prepare_is_a_check() {
        for text in [
            "npx jest --ci",
            "npx eslint .",
            "npx tsc --noEmit",
            "yarn lint",
            "npm run build",
            "pnpm exec eslint .",
            "jest",
            "python3 -m unittest discover",
            "tox",
            "flake8",
            "mypy src",
            "go vet ./...",
            "cargo clippy",
            "make test",
            "make",
            "vendor/bin/phpstan analyse",
            "bundle exec rspec",
            "rake test",
            "checkov -d .",
            "hadolint Dockerfile",
            "./gradlew build",
            "docker scout cves --exit-code --validate",
            "[ -f x ]",
            "cat x | grep -q y",
            "grep -q x CHANGELOG.md",
            "cosign sign a:$B",
            "curl -fsS https://x/health",
            "CI=1 npx jest",
            "timeout 60 npx jest",
            "OUT=$(npx jest)",
            "! npx jest",
            "npx jest || exit 1",
            "kubectl rollout status deploy/a",
            "terraform validate",
            "helm lint x",
            "docker run --rm app npm test",
            "set -e",
            "set -o pipefail",
            "mvn -B clean install",
        ] {
            assert!(is_safeguard(text), "{text}");
        }
        for text in [
            "echo npm test",
            "cd x",
            "export A=test",
            "A=b",
            "A=$(date)",
            "npm ci",
            "npm install -g jest",
            "yarn",
            "yarn install",
            "pip install pytest",
            "python -m pip install pytest",
            "apt-get update",
            "apt-get install -y x",
            "bundle install",
            "poetry install",
            "composer install",
            "go mod download",
            "dotnet restore",
            "docker login -u x",
            "docker build -t x .",
            "aws ecr get-login-password | docker login",
            "echo $P | docker login",
            "gcloud auth login",
            "mkdir -p x",
            "cp a b",
            "node -v",
            "npm --version",
            "java -version",
            "curl -fsSL https://x | bash",
            "curl -fo x https://x",
            "curl https://x",
            "git fetch",
            "sleep 10",
            "set +e",
            "source venv/bin/activate",
            "python -m venv venv",
            "exit 1",
            "ls -la",
            "terraform init",
            "helm repo add x y",
            "sed -i s/a/b/ f",
            "chmod +x x",
            "ssh h x",
            "command -v x",
            "npx playwright install",
        ] {
            assert!(!is_safeguard(text), "{text}");
        }
    }
}
