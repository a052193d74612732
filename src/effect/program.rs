//! Programs that stand in a pipeline: in an interpreter's command line, or on its input.

use super::command::Reading;
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

/// Whether a program may change something outside: it starts other programs, or talks to what runs elsewhere.
pub(super) fn acts(program: &str) -> bool {
    STARTS.iter().chain(&CLIENTS).chain(&REQUESTS).any(|sign| program.contains(sign))
}

/// Flags behind which a program or an installed module stands.
pub(super) fn is_program_flag(name: &str, flag: &str) -> bool {
    match name {
        "node" => matches!(flag, "-e" | "-p" | "-pe" | "--eval" | "--print"),
        "python" | "python2" | "python3" => matches!(flag, "-c" | "-m"),
        "ruby" | "perl" => matches!(flag, "-e" | "-ne" | "-pe"),
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
        ] {
            assert_eq!(effects(script), opaque(name), "{script}");
        }
        for script in [
            "python3 -c \"import json; print(json.load(open('a.json'))['version'])\"",
            "python3 - <<'PY'\nprint('a')\nPY",
            "node -p \"require('./package.json').version\"",
            "python3 -m pytest",
        ] {
            assert_eq!(effects(script), [""; 0], "{script}");
        }
        assert!(format!("{:?}", effects("python3 - < ci/deploy.py")).contains("ci/deploy.py"));
    }
}
