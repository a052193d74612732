//! Commands that surely read files of the repository, for steps that clone none: a part of `cloned-history`.

use crate::pipeline::{PREDEFINED_CACHES, ScriptItem, Step};
use crate::plan::{Plan, PlannedStep};
use crate::yaml::{Node, Span};

/// Programs that read a file of the folder they run in, each with its first words; all of them where there are none.
const BUILDERS: [(&str, &[&str]); 13] = [
    ("mvn", &["clean", "compile", "test", "package", "verify", "install", "deploy"]),
    ("gradle", &["build", "test", "assemble", "check"]),
    ("npm", &["ci", "run", "test", "start", "publish"]),
    ("yarn", &["install", "run", "test", "build"]),
    ("pnpm", &["run", "test", "build"]),
    ("make", &[]),
    ("composer", &["install"]),
    ("bundle", &["install", "exec"]),
    ("go", &["build", "test", "vet"]),
    ("cargo", &["build", "test", "clippy"]),
    ("dotnet", &["restore", "build", "test", "publish"]),
    ("sbt", &[]),
    ("terraform", &["plan", "apply", "validate"]),
];

/// Commands that bring no file of a repository into the folder.
const BRING_NONE: [&str; 16] = [
    "echo", "printf", "set", "export", "date", "sleep", "true", ":", "pwd", "ls", "whoami", "uname", "apt-get", "apt",
    "apk", "mkdir",
];

/// The first command of a step's script that surely needs a file that only a clone brings, with where it stands. Nothing where
/// anything before it may have brought one.
pub(super) fn first_need<'d>(plan: &Plan<'d>, planned: &PlannedStep<'d>) -> Option<(&'d str, Span)> {
    if brought(plan, planned) {
        return None;
    }
    for item in planned.step.script() {
        let node = match item {
            ScriptItem::Command(node) => node,
            // What is uploaded has to be there.
            ScriptItem::Pipe(call) => {
                let path = call.variable("LOCAL_PATH")?;
                return path.text().is_some_and(is_path).then(|| (call.text(), path.span()));
            }
            ScriptItem::Agent(_) | ScriptItem::Unknown(_) => return None,
        };
        let text = node.text()?;
        let mut from = 0;
        for line in text.split_inclusive('\n') {
            let (start, own) = (from + line.len() - line.trim_start().len(), line.trim());
            from += line.len();
            match judge(own) {
                Need::None => {}
                Need::File(length) => return Some((own.get(..length)?, span_of(node, start, length))),
                Need::Unclear => return None,
            }
        }
    }
    None
}

fn span_of(node: Node<'_>, start: usize, length: usize) -> Span {
    node.source_span(Span::new(start, start + length))
}

/// Whether files of other steps may be in the step's folder: their artifacts, or a cache of the file's own.
fn brought(plan: &Plan<'_>, planned: &PlannedStep<'_>) -> bool {
    let has_artifacts = |step: &Step<'_>| step.artifacts().is_some_and(|artifacts| !artifacts.paths().is_empty());
    let downloads = planned.step.artifacts().is_none_or(|artifacts| artifacts.downloads_any());
    let others = plan.steps.iter().filter(|other| other.number < planned.number);
    let shared = others.map(|other| &other.step).any(has_artifacts);
    // Whether a child pipeline gets what its parent handed on is not documented.
    let own_cache = |cache: &Node<'_>| cache.text().is_none_or(|name| !PREDEFINED_CACHES.contains(&name));
    downloads && shared || planned.child.is_some() || planned.step.caches().iter().any(own_cache)
}

/// What a line of a script needs.
#[derive(Debug, PartialEq, Eq)]
enum Need {
    /// No file, and it brings none.
    None,
    /// A file of the repository; so many bytes of the line are the command.
    File(usize),
    /// It may bring files, or what it needs is not known.
    Unclear,
}

fn judge(line: &str) -> Need {
    if line.is_empty() || line.starts_with('#') {
        return Need::None;
    }
    // What is minded where it fails, or is more than one plain command, is looked at no further.
    let end = [" && ", " | ", "; "].iter().filter_map(|end| line.find(end)).min().unwrap_or(line.len());
    let command = line.get(..end).unwrap_or(line);
    let is_open = |quote: char| line.matches(quote).count() % 2 == 1;
    if is_open('"')
        || is_open('\'')
        || line.contains("||")
        || line.contains("<<")
        || command.contains(['`', '(', '<', '\\', '{'])
    {
        return Need::Unclear;
    }
    let words: Vec<&str> = command.split_whitespace().collect();
    if needs(&words) {
        return Need::File(command.len());
    }
    let first = words.first().copied().unwrap_or("");
    let is_assignment = words.len() == 1 && first.contains('=');
    let asks_version = matches!(*words, [_, "-v" | "-V" | "--version" | "-version"]);
    let writes = command.contains('>');
    if (is_assignment || asks_version || BRING_NONE.contains(&first)) && !writes && end == line.len() {
        Need::None
    } else {
        Need::Unclear
    }
}

/// Whether a word is a path below the folder that a step begins in.
fn is_path(word: &str) -> bool {
    !word.is_empty() && !word.starts_with(['/', '~', '-', '$', '"', '\'']) && !word.contains(['$', '*', ':'])
}

/// The word behind one of these options.
fn behind<'w>(words: &[&'w str], options: &[&str]) -> Option<&'w str> {
    let at = words.iter().position(|word| options.contains(word))?;
    words.get(at + 1).copied()
}

/// Whether a command surely reads a file of the folder it runs in.
fn needs(words: &[&str]) -> bool {
    match *words {
        ["source" | ".", file, ..] => is_path(file) && file.contains('/'),
        ["kubectl", "apply" | "create" | "replace", ref rest @ ..] => behind(rest, &["-f", "-k"]).is_some_and(is_path),
        ["helm", "upgrade" | "install", ref rest @ ..] => rest.iter().any(|word| word.starts_with("./")),
        ["aws", "s3", "sync" | "cp", from, to, ..] => is_path(from) && to.starts_with("s3://"),
        ["rsync" | "scp", ref rest @ ..] => {
            let mut plain = rest.iter().filter(|word| !word.starts_with('-'));
            plain.next().is_some_and(|from| is_path(from) && from.contains('/'))
                && plain.next_back().is_some_and(|to| to.contains(':'))
        }
        [first, ..] if first.starts_with("./") => is_path(first),
        ["bash" | "sh", script, ..] => is_path(script) && script.ends_with(".sh"),
        ["cat", file] => is_path(file),
        ["docker", "build", .., folder] => {
            let has_other = words.iter().any(|word| *word == "-" || word.starts_with("--build-context"));
            folder == "." && !has_other
        }
        ["pip" | "pip3", "install", "-r", file, ..] => is_path(file),
        [program, ref rest @ ..] => BUILDERS.iter().any(|(name, asks)| {
            // Another folder may be meant by an option of any name, by its path.
            let elsewhere = |word: &&&str| {
                matches!(**word, "-C" | "-f" | "--prefix" | "--cwd" | "--file" | "--help")
                    || word.starts_with("-chdir")
                    || word.contains(['/', '$', '~']) && !word.starts_with("./")
            };
            let asked = asks.is_empty() && rest.iter().all(|word| !word.starts_with('-'))
                || rest.iter().find(|word| !word.starts_with('-')).is_some_and(|word| asks.contains(word));
            *name == program && asked && rest.iter().find(elsewhere).is_none()
        }),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Need, judge};

    #[test]
    fn a_line_needs_a_file_brings_none_or_is_unclear() {
        for needs in [
            "./build.sh --all",
            "bash ci/test.sh",
            "cat package.json",
            "docker build -t app .",
            "mvn -B clean package",
            "npm ci",
            "npm run build",
            "make",
            "make test",
            "go test",
            "pip install -r requirements.txt",
            "./gradlew build",
            "go build ./...",
            "kubectl apply -f k8s/",
            "helm upgrade x ./chart",
            "terraform apply -auto-approve",
            "source ./env.sh",
            "rsync -a dist/ u@h:/x",
            "aws s3 sync dist s3://x",
        ] {
            assert_eq!(judge(needs), Need::File(needs.len()), "{needs}");
        }
        assert_eq!(judge("npm ci && npm test"), Need::File(6));
        for none in
            ["echo hi", "export A=1", "A=1", "apt-get install -y git", "# npm ci", "", "node -v", "mvn --version"]
        {
            assert_eq!(judge(none), Need::None, "{none}");
        }
        for unclear in [
            "git clone https://a/b .",
            "curl -O https://a/b.sh",
            "echo '{}' > package.json",
            "npm ci || true",
            "cat /etc/hosts",
            "cat $FILE",
            "docker build -t app https://a/b.git",
            "docker build - < Dockerfile",
            "npm install -g serverless",
            "npm init -y",
            "echo \"a",
            "make -C /src",
            "npm --prefix /app ci",
            "[ -f a.sh ] && ./a.sh",
            "cd /app",
            "echo a && tar xf a.tar",
            "bash -c 'x'",
            "aws s3 cp s3://a/b .",
            "kubectl apply -f https://a/b.yaml",
            "kubectl apply -f -",
            "helm upgrade x bitnami/redis",
            "terraform -chdir=/infra apply",
            "rsync -a u@h:/x/ dist/",
            "source /etc/profile",
            "ssh u@h ./deploy.sh",
        ] {
            assert_eq!(judge(unclear), Need::Unclear, "{unclear}");
        }
    }
}
