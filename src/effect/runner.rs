//! Runners: `make`, `npm run` and their kin, whose targets tell more than their names.

use super::catalogue::Catalogue;
use super::command::Reading;
use super::family;
use super::model::{AtHand, Opaque};
use crate::shell::{Invocation, Leads, Value};

/// What a call of a runner means.
pub(super) enum Runs {
    /// Nothing that matters.
    Harmless,
    /// A target that can't be seen.
    Target(Opaque),
}

/// Words in a name that say that it deploys.
const DEPLOYS: [&str; 5] = ["deploy", "release", "rollout", "ship", "golive"];
/// Words in a name that say that it builds or pushes an image.
const IMAGES: [&str; 5] = ["image", "docker", "container", "push", "kaniko"];

/// Words at the end of a name that say that it is about the thing and does not do it: `docker-login.sh`, `sam-deploy-dry`.
const ABOUT: [&str; 18] = [
    "tag",
    "tags",
    "name",
    "login",
    "logout",
    "install",
    "setup",
    "check",
    "status",
    "verify",
    "lint",
    "dry",
    "plan",
    "version",
    "notify",
    "note",
    "notes",
    "changelog",
];
/// Flags of runners that take a folder, a file or a package in the next word.
const WITH_VALUE: [&str; 13] = [
    "-C",
    "--directory",
    "-f",
    "--file",
    "--cwd",
    "--prefix",
    "--dir",
    "-w",
    "--workspace",
    "--filter",
    "-F",
    "--loglevel",
    "--reporter",
];

/// Those of them that take the folder in which the runner looks for its file.
const FOLDERS: [&str; 5] = ["-C", "--directory", "--cwd", "--prefix", "--dir"];

/// Whether a word says that something is deployed.
pub(super) fn deploys(word: &str) -> bool {
    is_one_of(word, &DEPLOYS) || word.starts_with("deploy") || word.ends_with("deploy")
}

/// Whether a word says that it is about an image.
pub(super) fn is_of_images(word: &str) -> bool {
    is_one_of(word, &IMAGES)
}

fn is_one_of(word: &str, names: &[&str]) -> bool {
    names.iter().any(|name| word == *name || word.strip_suffix('s') == Some(name))
}

/// Whether the name of a script or target says that it builds or deploys.
pub(super) fn is_telling(name: &str) -> bool {
    says(name, true)
}

/// Whether the name of a task of the repository says that it builds an image, publishes or deploys.
pub(super) fn acts(name: &str) -> bool {
    family::says_deploy(name) || says(name, false)
}

/// The same; `build` alone counts only where `builds`, since that word builds anything but images for some runners.
fn says(name: &str, builds: bool) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let stem = base.rsplit_once('.').map_or(base.as_str(), |(stem, _)| stem);
    let words: Vec<&str> = base.split(|c: char| !c.is_alphanumeric()).collect();
    let last = stem.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    let acts = words.iter().any(|word| deploys(word) || is_of_images(word) || (builds && is_one_of(word, &["build"])));
    // Checking, testing or telling about a deployment is none.
    let about = words.first().is_some_and(|word| {
        matches!(
            *word,
            "check"
                | "test"
                | "verify"
                | "lint"
                | "notify"
                | "wait"
                | "print"
                | "validate"
                | "smoke"
                | "is"
                | "pre"
                | "before"
                | "after"
                | "post"
        )
    });
    !about && !ABOUT.contains(&last) && acts
}

/// The files in which a runner's targets stand, of runners that are not followed.
pub(super) fn target_files(tool: &str) -> &'static [&'static str] {
    match tool {
        "just" => &["justfile", "Justfile", ".justfile"],
        "task" => &["Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml"],
        "rake" => &["Rakefile", "rakefile"],
        "invoke" => &["tasks.py"],
        "gulp" => &["gulpfile.js", "gulpfile.ts"],
        "grunt" => &["Gruntfile.js"],
        "ant" => &["build.xml"],
        "deno" => &["deno.json", "deno.jsonc"],
        "composer" => &["composer.json"],
        _ => &[],
    }
}

impl Reading<'_, '_> {
    /// Whether a runner runs in a folder that can't be told.
    pub(super) fn runs_untold(&self) -> bool {
        let words = &self.invocation.words;
        let unknown = |value: &Value| self.scope.leads(value) == Leads::Unknown;
        let named = words.iter().enumerate().find_map(|(at, word)| match word.literal() {
            Some(flag) if FOLDERS.contains(&flag) => words.get(at + 1).map(|next| next.value().into_owned()),
            Some(_) => None,
            // `--prefix=$DIR`
            None => word
                .value()
                .split_once("=")
                .filter(|(flag, _)| FOLDERS.contains(&flag.literal_prefix()))
                .map(|(_, to)| to),
        });
        self.invocation.remote.is_none() && unknown(&named.unwrap_or_else(|| Value::literal(".")))
    }

    /// Whether a file lies where the command runs.
    pub(super) fn is_at_hand(&self, path: &str) -> bool {
        let path = self.scope.leads(&Value::literal(path)).inside();
        path.is_some_and(|path| self.files.read(&path).is_some())
    }
}

/// Commands of pnpm itself; any other word is a script of package.json.
const PNPM: &str = "access add approve-builds audit bin bugs c cache cat-file cat-index ci completion config create dedupe deploy \
    deprecate dislink dist-tag dlx docs doctor edit env exec fetch find-hash get help i ignored-builds import info \
    init install install-test it la licenses link list ll ln login logout ls m multi outdated owner pack patch \
    patch-commit patch-remove ping pkg prefix profile prune publish rb rebuild recursive remove repo rm root rt \
    runtime sbom search self-update set setup show stage start store t team test token un uninstall unlink unpublish \
    up update upgrade version view whoami why";

/// Commands of yarn itself, of any version.
const YARN: &str = "add audit autoclean bin cache check config constraints create dedupe dlx exec explain focus generate-lock-entry global \
    help import info init install licenses link list login logout node npm outdated owner pack patch plugin policies \
    publish rebuild remove search self-update set stage tag team test unlink unplug up upgrade upgrade-interactive \
    version versions why";

fn is_among(word: &str, words: &str) -> bool {
    let is_whole = |at: usize| {
        let around = (words[..at].chars().next_back(), words[at + word.len()..].chars().next());
        matches!(around, (None | Some(' '), None | Some(' ')))
    };
    word.is_empty() || !word.contains(' ') && memchr::memmem::find_iter(words.as_bytes(), word).any(is_whole)
}

/// Reads a call of a runner.
pub(super) fn read(invocation: &Invocation, catalogue: &Catalogue) -> Runs {
    let Some(tool) = invocation.name() else { return Runs::Harmless };
    let mut plain: Vec<String> = Vec::new();
    let mut words = invocation.words.iter().skip(1).map(|word| word.shown());
    while let Some(text) = words.next() {
        // `pnpm -w` is the root of the workspace.
        if WITH_VALUE.contains(&text.as_str()) && (tool, text.as_str()) != ("pnpm", "-w") {
            words.next();
        } else if !text.starts_with('-') && !text.contains('=') {
            plain.push(text);
        }
    }
    let first = plain.first().map(String::as_str).unwrap_or("");
    let targets: Vec<&str> = match tool {
        "npm" | "pnpm" | "bun" | "composer" | "deno" => match first {
            // `npm test` and the like by their long names.
            "run" | "run-script" if tool != "composer" && plain.get(1).is_some_and(|script| script == "test") => {
                return Runs::Harmless;
            }
            "run" | "run-script" | "task" => plain.get(1).map(String::as_str).into_iter().collect(),
            "deploy" if tool == "npm" => vec!["deploy"],
            // With a folder it copies a package there.
            "deploy" if tool == "pnpm" && plain.len() == 1 => vec!["deploy"],
            other if tool == "pnpm" && !is_among(other, PNPM) && !catalogue.is_harmless(other) => vec![other],
            _ => return Runs::Harmless,
        },
        "yarn" => match first {
            "run" => plain.get(1).map(String::as_str).into_iter().collect(),
            "workspace" | "workspaces" => {
                let mut scripts = of_workspace(&plain);
                scripts.retain(|script| !catalogue.is_harmless(script));
                scripts
            }
            own if is_among(own, YARN) || catalogue.is_harmless(own) => return Runs::Harmless,
            other => vec![other],
        },
        "npx" | "bundle" | "poetry" | "pipenv" | "uv" | "hatch" => return Runs::Harmless,
        _ => plain.iter().map(String::as_str).collect(),
    };
    if !targets.is_empty() && targets.iter().all(|target| checks(tool, target, catalogue)) {
        return Runs::Harmless;
    }
    if targets.is_empty() {
        // Without a target it makes the first, or the default one.
        let asks = invocation
            .words
            .iter()
            .any(|word| matches!(word.literal(), Some("--version" | "-v" | "--help" | "-h" | "-l" | "--list")));
        return match tool {
            "make" | "gmake" | "task" | "ant" | "rake" | "gulp" | "grunt" if !asks => {
                Runs::Target(Opaque::Target { name: tool.to_owned(), telling: false, at_hand: AtHand::No })
            }
            _ => Runs::Harmless,
        };
    }
    // Scripts of package.json and the like: `build` makes a bundle there, and rake's tasks are anything.
    let builds = matches!(tool, "make" | "gmake" | "just" | "task" | "earthly" | "invoke" | "bazel");
    let quiet = matches!(tool, "rake" | "composer");
    // A release of a package is a version, a list of changes and a tag.
    let of_package = |target: &str| !builds && matches!(target, "release" | "semantic-release");
    let telling = !quiet && targets.iter().any(|target| says(target, builds) && !of_package(target));
    let name = format!("{tool} {}", plain.join(" "));
    Runs::Target(Opaque::Target { name, telling, at_hand: AtHand::No })
}

/// Whether a target only tests or looks at code, by its name; those of a runner of tests do unless they say otherwise.
fn checks(tool: &str, target: &str, catalogue: &Catalogue) -> bool {
    match tool {
        "tox" | "nox" => !family::says_deploy(target) && !family::words(target).iter().any(|word| is_of_images(word)),
        _ => catalogue.only_checks(target),
    }
}

/// `yarn workspace NAME ship`, `yarn workspaces foreach run ship`: the script; none where it is a command of yarn itself.
fn of_workspace(plain: &[String]) -> Vec<&str> {
    let words: Vec<&str> = plain.iter().skip(if plain[0] == "workspace" { 2 } else { 1 }).map(String::as_str).collect();
    let run = words.iter().position(|word| *word == "run").map(|run| run + 1);
    let name = if plain[0] == "workspace" { words.get(run.unwrap_or(0)) } else { run.and_then(|name| words.get(name)) };
    name.filter(|name| run.is_some() || !is_among(name, YARN)).copied().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::is_telling;
    use crate::effect::Catalogue;

    #[test]
    fn what_only_checks_is_told_by_its_targets() {
        let checks = |tool: &str, target: &str| super::checks(tool, target, Catalogue::built_in());
        for (tool, target) in [
            ("npm", "lint"),
            ("npm", "test:e2e"),
            ("make", "test"),
            ("yarn", "typecheck"),
            ("make", "unit-tests"),
            ("rake", "spec"),
            ("just", "check-types"),
            ("tox", "py311,lint"),
            ("nox", "docs"),
        ] {
            assert!(checks(tool, target), "{tool} {target}");
        }
        for (tool, target) in [
            ("npm", "build"),
            ("make", "push"),
            ("npm", "test-and-push"),
            ("make", "test-image"),
            ("npm", "ci"),
            ("make", "deploy-test"),
            ("tox", "release"),
            ("nox", "publish"),
        ] {
            assert!(!checks(tool, target), "{tool} {target}");
        }
    }

    #[test]
    fn names_tell_what_they_do() {
        for name in [
            "./deploy.sh",
            "ci/build_image.sh",
            "build-and-push.sh",
            "retag-and-deploy-staging.sh",
            "release",
            "deploy:prod",
            "scripts/dockerBuild.sh/deployer",
            "push-image",
            "build.sh",
        ] {
            assert!(is_telling(name), "{name}");
        }
        for name in [
            "./scripts/load-fixtures.sh",
            "promote.sh",
            "ci/check-tag.sh",
            "test",
            "print-context.sh",
            "check-deploy.sh",
            "azure-login.sh",
            "docker-login.sh",
            "lib/docker-client-install.sh",
            "deployment-status-check.sh",
            "sam-deploy-dry",
            "release_notes.py",
            "release-changelog",
        ] {
            assert!(!is_telling(name), "{name}");
        }
    }
}
