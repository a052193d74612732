//! Programs that stand in a pipeline: in an interpreter's command line, or on its input.

use super::command::Reading;
use super::runner;
use crate::shell::{Stdin, Word};

/// What an interpreter is given to run where it is no file of the command line.
pub(super) enum Program {
    /// This text.
    Written(String),
    /// What stands in this file, which is its input.
    File(String),
}

/// What starts other programs.
const STARTS: [&str; 8] =
    ["subprocess", "os.system", "os.popen", "child_process", "shell_exec", "passthru", "proc_open", "system"];

/// Libraries that change what runs somewhere: of clouds, of clusters, of docker, of other machines.
const CLIENTS: [&str; 20] = [
    "boto3",
    "botocore",
    "aws-sdk",
    "Aws::",
    "google.cloud",
    "googleapiclient",
    "@google-cloud",
    "azure.mgmt",
    "@azure/arm",
    "import kubernetes",
    "from kubernetes",
    "@kubernetes/",
    "import docker",
    "dockerode",
    "paramiko",
    "import fabric",
    "from fabric",
    "Net::SSH",
    "phpseclib",
    "hvac",
];

/// Requests that change something; one that fetches is harmless, as `curl` is.
const REQUESTS: [&str; 20] = [
    "requests.post(",
    "requests.put(",
    "requests.patch(",
    "requests.delete(",
    "httpx.post(",
    "httpx.put(",
    "axios.post(",
    "axios.put(",
    "axios.patch(",
    "axios.delete(",
    "method: 'POST'",
    "method: \"POST\"",
    "method='POST'",
    "method=\"POST\"",
    "method: 'PUT'",
    "method: \"PUT\"",
    "method='PUT'",
    "method=\"PUT\"",
    "Net::HTTP::P",
    "CURLOPT_POST",
];

impl Reading<'_, '_> {
    /// The program that an interpreter is given in its command line or on its input.
    pub(super) fn program(&self, name: &str) -> Option<Program> {
        let words = &self.invocation.words;
        let is_flag = |word: &Word| word.literal().is_some_and(|flag| is_program_flag(name, flag));
        if let Some(at) = words.iter().skip(1).position(is_flag) {
            let written = words.iter().skip(at + 2).find(|word| word.quoted);
            return written.map(|word| Program::Written(word.shown()));
        }
        if words.iter().skip(1).any(|word| !word.value().literal_prefix().starts_with('-')) {
            return None;
        }
        match &self.invocation.stdin {
            Stdin::Document { piece, .. } => Some(Program::Written(piece.text.to_string())),
            Stdin::Text(values) => Some(Program::Written(values.iter().map(ToString::to_string).collect())),
            Stdin::File(path) => Some(Program::File(path.clone())),
            Stdin::Unknown | Stdin::Edited(_) | Stdin::Saved(_) => None,
        }
    }
}

/// Whether a program may change something outside: it starts other programs, talks to what runs elsewhere, or runs a file or a
/// function that says so by its name.
pub(super) fn acts(program: &str) -> bool {
    STARTS.iter().chain(&CLIENTS).chain(&REQUESTS).any(|sign| program.contains(sign))
        || brings(program).any(|name| DATA.iter().all(|end| !name.ends_with(end)) && runner::acts(name))
        || calls_deploy(program)
}

/// Whether a program calls what says that it deploys: `deployApp()`.
fn calls_deploy(program: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    program
        .match_indices("deploy")
        .any(|(at, _)| !program[..at].ends_with(is_word) && program[at..].trim_start_matches(is_word).starts_with('('))
}

/// Ends of files that are read and not run.
const DATA: [&str; 4] = [".json", ".yml", ".yaml", ".toml"];

/// The names behind the words with which a program takes in another one: `import deploy`, `require('./deploy')`.
fn brings(program: &str) -> impl Iterator<Item = &str> {
    const WORDS: [&str; 8] =
        ["import", "from", "require", "require_relative", "require_once", "include", "include_once", "load"];
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let is_name = move |c: char| is_word(c) || matches!(c, '.' | '/' | '-' | '@');
    WORDS.into_iter().flat_map(move |word| {
        program.match_indices(word).filter_map(move |(at, _)| {
            let (before, behind) = (&program[..at], &program[at + word.len()..]);
            let name = behind.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '\'' | '\\'));
            let whole = !before.ends_with(is_word) && name.len() < behind.len();
            whole.then(|| &name[..name.find(|c| !is_name(c)).unwrap_or(name.len())])
        })
    })
}

/// Flags behind which a program or an installed module stands.
pub(super) fn is_program_flag(name: &str, flag: &str) -> bool {
    match name {
        "node" => matches!(flag, "-e" | "-p" | "-pe" | "--eval" | "--print"),
        "python" | "python2" | "python3" => matches!(flag, "-c" | "-m"),
        "ruby" | "perl" | "groovy" | "julia" | "Rscript" | "lua" | "elixir" | "kotlin" | "scala" | "bun" => {
            matches!(flag, "-e" | "-ne" | "-pe" | "-E" | "--eval" | "--print")
        }
        "php" => flag == "-r",
        _ => matches!(flag, "-c" | "-Command"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Opaque;
    use super::super::tests::effects;

    #[test]
    fn a_program_that_acts_is_not_followed_and_one_that_computes_does_nothing() {
        let opaque = |name: &str| [format!("{:?}", Opaque::Command { name: name.to_owned() })];
        for (script, name) in [
            ("python3 -c \"import boto3; boto3.client('ecs').update_service()\"", "python3"),
            ("python - <<'PY'\nimport subprocess\nsubprocess.check_call(['docker', 'build', '.'])\nPY", "python"),
            ("node <<JS\nfetch('https://a.example', {method: 'POST'})\nJS", "node"),
            ("echo \"require 'aws-sdk-ecs'\" | ruby -", "ruby"),
            ("php -r 'shell_exec(\"make\");'", "php"),
            ("python -c \"import deploy; deploy.run()\"", "python"),
            ("python -c 'from ci.deploy import run; run()'", "python"),
            ("node -e \"require('./deploy')()\"", "node"),
            ("php -r \"require 'deploy.php';\"", "php"),
            ("Rscript -e 'rsconnect::deployApp()'", "Rscript"),
            ("julia -e 'include(\"ci/deploy.jl\")'", "julia"),
            ("expect -c 'spawn ssh u@h; interact'", "expect"),
            ("expect <<'EOF'\nspawn scp a u@h:b\nEOF", "expect"),
        ] {
            assert_eq!(effects(script), opaque(name), "{script}");
        }
        for script in [
            "python3 -c \"import json; print(json.load(open('a.json'))['version'])\"",
            "python3 - <<'PY'\nprint('a')\nPY",
            "node -p \"require('./package.json').version\"",
            "python3 -m pytest",
            "node -p \"require('./deploy.json').version\"",
            "python -c 'import json; print(json.load(open(\"deploy.json\"))[\"from\"])'",
            "ruby -e 'require \"yaml\"; puts YAML.load_file(\"release.yml\")'",
            "python -c 'import platform; print(platform.release())'",
            "julia --project=. -e 'using Pkg; Pkg.test()'",
        ] {
            assert_eq!(effects(script), [""; 0], "{script}");
        }
        assert!(format!("{:?}", effects("python3 - < ci/deploy.py")).contains("ci/deploy.py"));
    }
}
