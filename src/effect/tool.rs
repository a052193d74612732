//! Tools that are started by another one: out of a package, or as a container.

use super::arguments::Arguments;
use super::catalogue::Catalogue;
use crate::shell::{Invocation, Value, Word};

/// Packages whose command is called otherwise.
const PACKAGES: [(&str, &str); 9] = [
    ("firebase-tools", "firebase"),
    ("netlify-cli", "netlify"),
    ("aws-cdk", "cdk"),
    ("@cloudflare/wrangler", "wrangler"),
    ("@railway/cli", "railway"),
    ("@zuplo/cli", "zuplo"),
    ("@sentry/cli", "sentry-cli"),
    ("@lhci/cli", "lhci"),
    ("conventional-changelog-cli", "conventional-changelog"),
];

/// Tools that look at images or code and change neither. Other harmless tools (`php`, `node`) have names that one's own image
/// may have as well.
const LOOK: [&str; 16] = [
    "trivy",
    "grype",
    "syft",
    "dive",
    "dockle",
    "cosign",
    "snyk",
    "hadolint",
    "semgrep",
    "checkov",
    "gitleaks",
    "tfsec",
    "shellcheck",
    "sonar-scanner",
    "container-structure-test",
    "clair-scanner",
];

/// The command behind a runner of packages: `npx firebase-tools@13 deploy`, `bundle exec cap production deploy`.
pub(super) fn behind(invocation: &Invocation) -> Option<Invocation> {
    let second = invocation.words.get(1).and_then(|word| word.literal());
    let skip = match (invocation.name()?, second) {
        // `gcloud docker -- push x`
        ("gcloud", Some("docker")) => 1,
        // A release track has the commands of the tool, early ones among them.
        ("gcloud", Some("alpha" | "beta")) => return Some(without_track(invocation)),
        ("bash" | "sh", Some(path)) if matches!(path.rsplit('/').next(), Some("gradlew" | "mvnw")) => 1,
        ("python" | "python3" | "python2", Some("-m")) => 2,
        ("python" | "python3" | "python2" | "php", Some(path))
            if matches!(path.rsplit('/').next(), Some("manage.py" | "artisan" | "console")) || is_of_packages(path) =>
        {
            1
        }
        ("php", Some(path)) if path.ends_with(".phar") => 1,
        ("pipx", Some("run")) => 2,
        ("npx" | "bunx" | "pnpx" | "uvx", _) => 1,
        ("npm" | "pnpm" | "yarn" | "bun", Some("exec" | "dlx" | "x")) => 2,
        ("bundle" | "poetry" | "pipenv" | "uv" | "hatch" | "mise" | "asdf", Some("exec" | "run")) => 2,
        _ => return None,
    };
    let mut words = invocation.words.get(skip..)?.iter().peekable();
    while let Some(flag) = words.peek().and_then(|word| word.literal()).filter(|text| text.starts_with('-')) {
        let takes_value = matches!(flag, "-p" | "--package" | "--with" | "--from" | "--spec" | "--python");
        words.next();
        if takes_value {
            words.next();
        }
    }
    let mut words: Vec<_> = words.cloned().collect();
    let first = words.first_mut()?;
    let text = first.literal()?.to_owned();
    let at = text.get(1..).and_then(|rest| rest.find('@')).map_or(text.len(), |at| at + 1);
    let name = text.get(..at)?;
    let called = match name {
        _ if name.ends_with(".phar") => name.strip_suffix(".phar")?.rsplit('/').next()?,
        // The package of Capacitor, and no gem.
        "cap" if matches!(invocation.name(), Some("npx" | "bunx" | "pnpx" | "npm" | "pnpm" | "yarn" | "bun")) => {
            "capacitor"
        }
        // The package that builds packages of Python.
        "build" if matches!(invocation.name(), Some("pipx" | "uvx")) => "pyproject-build",
        _ => PACKAGES.into_iter().find(|(package, _)| *package == name).map_or(name, |(_, command)| command),
    };
    first.values = vec![Value::literal(called)];
    Some(Invocation { words, ..invocation.clone() })
}

/// How far the folder in which a tool runs tells what it deploys to.
pub(super) enum OfFolder {
    /// Its folder is what it deploys: any word of the path tells.
    All,
    /// It deploys what stands there, mostly: a folder tells that has an environment's name and nothing more.
    OfName,
    /// Not at all.
    No,
}

/// How far the folder of a tool tells what it deploys to.
pub(super) fn of_folder(name: &str) -> OfFolder {
    match name {
        "terraform" | "tofu" | "terragrunt" | "pulumi" | "cdk" => OfFolder::All,
        "kubectl" | "oc" | "helm" | "helmfile" | "docker" | "docker-compose" | "serverless" | "sls" | "sam"
        | "ansible-playbook" => OfFolder::OfName,
        _ => OfFolder::No,
    }
}

/// Whether a path leads to where packages put their programs.
pub(super) fn is_of_packages(path: &str) -> bool {
    path.contains("vendor/bin/") || path.contains("node_modules/.bin/")
}

/// The same of the command of an invocation.
pub(super) fn is_installed(invocation: &Invocation) -> bool {
    invocation.words.first().and_then(|word| word.literal()).is_some_and(is_of_packages)
}

/// `gcloud beta run deploy` is `gcloud run deploy`.
fn without_track(invocation: &Invocation) -> Invocation {
    let words = invocation.words.iter().enumerate().filter(|(number, _)| *number != 1);
    Invocation { words: words.map(|(_, word)| word.clone()).collect(), ..invocation.clone() }
}

/// What a runner of packages runs: the package's whole name where it has a scope, else the command.
pub(super) fn package(inner: &Invocation) -> Option<&str> {
    inner.words.first()?.literal().filter(|text| text.starts_with('@')).or_else(|| inner.name())
}

/// The command that a container is started for: `docker run --rm quay.io/skopeo/stable copy a b` is `skopeo copy a b`,
/// `docker run google/cloud-sdk gcloud run deploy` is `gcloud run deploy`. Only where the catalogue knows it, or where the
/// image is one of a tool that only looks: `docker run aquasec/trivy image a`.
pub(super) fn contained(
    invocation: &Invocation,
    arguments: &Arguments<'_>,
    catalogue: &Catalogue,
) -> Option<Invocation> {
    let image = arguments.plain(1)?;
    let (image_word, rest) = arguments.words_from(1, invocation)?.split_first()?;
    let entry = arguments.flag(&["--entrypoint".to_owned()]).into_iter().next_back();
    let mut names: Vec<String> = Vec::new();
    match entry.as_ref().and_then(|entry| entry.value.as_literal()) {
        Some(entry) => names.push(entry.to_owned()),
        None => {
            let name = image.value.to_string();
            let name = name.split('@').next().unwrap_or("");
            let tag = name.rfind(':').filter(|colon| !name.get(*colon..).unwrap_or("").contains('/'));
            let name = name.get(..tag.unwrap_or(name.len())).unwrap_or("");
            // The image is called after its tool, or its folder is: `bitnami/kubectl`, `quay.io/skopeo/stable`.
            let parts = name.split('/').rev().take(2);
            names.extend(parts.map(|part| part.strip_suffix("-cli").unwrap_or(part).to_owned()));
        }
    }
    let call = |words: Vec<Word>| Invocation { words, ..invocation.clone() };
    let named = |name: &str| {
        let mut first = image_word.clone();
        first.values = vec![Value::literal(name)];
        call(std::iter::once(first).chain(rest.iter().cloned()).collect())
    };
    let itself = entry.is_none().then(|| call(rest.to_vec()));
    let mut commands =
        itself.into_iter().chain(names.iter().map(|name| named(name))).filter(|inner| inner.words.len() > 1);
    let looks = |name: &&String| LOOK.contains(&name.as_str());
    commands
        .find(|inner| !catalogue.find(inner).is_empty())
        .or_else(|| names.iter().find(looks).map(|name| named(name)))
}
