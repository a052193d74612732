//! Prompt scripts, suites and recordings that are compiled into the program, so that it shows its work with no files.

/// The prompt script that `replay` plays when none is named.
pub const SCRIPT: &str = "prompts/flask-gke.yaml";
/// The recording that answers it.
pub const RECORDING: &str = "evals/recordings/flask-gke/2026-11-23-repaired.jsonl";

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        /// All files that are compiled in, by their path in the repository.
        pub const FILES: &[(&str, &str)] = &[$(($path, include_str!(concat!("../../", $path)))),*];
    };
}

files![
    "evals/authored.yaml",
    "evals/engineers.yaml",
    "evals/flask-gke.yaml",
    "evals/recorded-chats.yaml",
    "evals/recordings/authored/control-sequences.jsonl",
    "evals/recordings/authored/cut-off.jsonl",
    "evals/recordings/authored/half-yaml.jsonl",
    "evals/recordings/authored/injection.jsonl",
    "evals/recordings/authored/nested-fences.jsonl",
    "evals/recordings/authored/no-fence.jsonl",
    "evals/recordings/authored/other-dialects.jsonl",
    "evals/recordings/authored/placeholders.jsonl",
    "evals/recordings/authored/reasoning.jsonl",
    "evals/recordings/authored/several-files.jsonl",
    "evals/recordings/flask-gke/2026-11-23-b.jsonl",
    "evals/recordings/flask-gke/2026-11-23-repaired.jsonl",
    "evals/recordings/flask-gke/2026-11-23.jsonl",
    "evals/recordings/go-cloud-run/2026-11-24-untold.jsonl",
    "evals/recordings/go-cloud-run/2026-11-24.jsonl",
    "evals/recordings/java-aks/2026-11-22.jsonl",
    "evals/recordings/java-aks/2026-11-24-untold.jsonl",
    "evals/recordings/java-aks/2026-11-24.jsonl",
    "evals/recordings/monorepo/2026-11-24-untold.jsonl",
    "evals/recordings/monorepo/2026-11-24.jsonl",
    "evals/recordings/node-ecs/2026-11-22.jsonl",
    "evals/recordings/node-ecs/2026-11-24-untold.jsonl",
    "evals/recordings/node-ecs/2026-11-24.jsonl",
    "evals/recordings/php-ssh/2026-11-24-untold.jsonl",
    "evals/recordings/php-ssh/2026-11-24.jsonl",
    "evals/recordings/react-cdn/2026-11-24-untold.jsonl",
    "evals/recordings/react-cdn/2026-11-24.jsonl",
    "prompts/flask-gke.yaml",
    "prompts/go-cloud-run.yaml",
    "prompts/java-aks.yaml",
    "prompts/monorepo.yaml",
    "prompts/node-ecs.yaml",
    "prompts/php-ssh.yaml",
    "prompts/react-cdn.yaml",
];

/// The text of a file that is compiled in.
pub fn file(path: &str) -> Option<&'static str> {
    FILES.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}

/// The text of a file that is compiled in, seen from the folder of another.
///
/// # Errors
/// There is none, as a lower-case fragment.
pub fn beside(path: &str, file: &str) -> Result<String, String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    self::file(&format!("{folder}/{file}")).map(str::to_owned).ok_or_else(|| "is not compiled in".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_beside_another() {
        assert_eq!(beside("prompts/node-ecs.yaml", "flask-gke.yaml").ok().as_deref(), file(SCRIPT));
        assert_eq!(beside("evals/flask-gke.yaml", "node-ecs.yaml").unwrap_err(), "is not compiled in");
    }
}
