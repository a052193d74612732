//! What a command that takes manifests has to read: its input, and files that the script wrote or changed.

use super::folder::Folder;
use super::interpret::Interpreter;
use super::invocation::{Invocation, Reads, Stdin};
use super::value::{SymbolKind, Value};

/// Commands that read the files which they are given, or only change who may read them.
pub(super) const READS: [&str; 47] = [
    ".",
    "source",
    "cat",
    "grep",
    "egrep",
    "fgrep",
    "head",
    "tail",
    "wc",
    "ls",
    "test",
    "[",
    "echo",
    "printf",
    "export",
    "read",
    "chmod",
    "chown",
    "cut",
    "awk",
    "tr",
    "sort",
    "uniq",
    "jq",
    "base64",
    "md5sum",
    "sha256sum",
    "diff",
    "cmp",
    "stat",
    "file",
    "envsubst",
    "docker",
    "kubectl",
    "helm",
    "aws",
    "gcloud",
    "az",
    "curl",
    "scp",
    "rsync",
    "zip",
    "tar",
    "xargs",
    "terraform",
    "tofu",
    "terragrunt",
];

/// Further commands that leave the files of the repository as they are.
const KEEPS: [&str; 31] = [
    "cd",
    "pushd",
    "popd",
    "set",
    "unset",
    ":",
    "true",
    "sleep",
    "date",
    "mkdir",
    "tee",
    "oc",
    "apk",
    "apt-get",
    "apt",
    "pip",
    "crane",
    "skopeo",
    "gke-gcloud-auth-plugin",
    "doctl",
    "kubelogin",
    "kubectx",
    "kubens",
    "wait",
    "trap",
    "kubeconform",
    "kubeval",
    "kapp",
    "kbld",
    "ytt",
    "ecspresso",
];

impl Interpreter<'_> {
    /// What a command has to read.
    pub(super) fn reads(&mut self, invocation: &Invocation) -> Reads {
        let input = match &invocation.stdin {
            Stdin::Edited(text) => Some(text.clone()),
            stdin => self.input_text(stdin),
        };
        if self.is_elsewhere() {
            return Reads { input, ..Reads::default() };
        }
        let mut written = Vec::new();
        for value in invocation.words.iter().skip(1).flat_map(|word| &word.values) {
            let right = value.split_once("=").map(|(_, right)| right);
            for path in [Some(value.clone()), right].into_iter().flatten().flat_map(|path| path.split_on(|c| c == ','))
            {
                if invocation.name() == Some("helm") {
                    let mut values = path.clone();
                    values.push_literal("/values.yaml");
                    self.note_written(values, &mut written);
                }
                self.note_written(path.strip_prefix("file://").unwrap_or(path), &mut written);
            }
        }
        // `kustomize build overlay | kubectl apply -f -`: what printed it has read files, too.
        let texts = input.iter().chain(written.iter().filter_map(|(_, text)| text.as_ref()));
        let printed = texts.flat_map(Value::symbols).filter(|symbol| symbol.kind == SymbolKind::Command);
        let words: Vec<Value> =
            printed.flat_map(|command| command.name.split_whitespace()).map(Value::literal).collect();
        words.into_iter().for_each(|word| self.note_written(word, &mut written));
        let folder = match &self.scope.stand.at {
            Folder::At(folder) => Some(folder.clone()),
            Folder::Lost => None,
        };
        Reads { input, written, folder }
    }

    /// What stands on an input that is one text of the script's own.
    pub(super) fn input_text(&mut self, stdin: &Stdin) -> Option<Value> {
        let one = |values: &[Value]| match values {
            [one] => Some(one.clone()),
            _ => None,
        };
        match stdin {
            Stdin::Text(values) => one(values),
            Stdin::Document { piece, expanded: false } => Some(Value::literal(&*piece.text)),
            Stdin::Document { piece, .. } => one(&self.text(piece)),
            Stdin::Edited(_) | Stdin::File(_) | Stdin::Saved(_) | Stdin::Unknown => None,
        }
    }

    /// Takes note of what stands in a file that the script wrote or changed.
    fn note_written(&self, path: Value, written: &mut Vec<(String, Option<Value>)>) {
        if let Some(text) = self.path(&path).and_then(|path| self.written.of(&path)) {
            written.push((path.to_string(), text));
        }
    }
}

/// Whether a command may change files that it does not name, or that can't be told: all but those that surely leave the
/// repository as it is.
pub(super) fn changes_unseen(name: &str, invocation: &Invocation) -> bool {
    let word = |at: usize, text: &str| invocation.words.get(at).and_then(|word| word.literal()) == Some(text);
    match name {
        "sed" | "yq" => invocation.edits_in_place(),
        // Overlays are read with the images that it sets in them.
        "kustomize" if word(1, "edit") => !(word(2, "set") && word(3, "image")),
        // It prints what it builds, unless it is told where to write.
        "kustomize" => {
            let has = |flag: &str| invocation.words.iter().any(|word| word.value().literal_prefix().starts_with(flag));
            !word(1, "build") || has("-o") || has("--output")
        }
        "xargs" => true,
        // What it brings about may be files; all else of it leaves them as they are.
        "terraform" | "tofu" | "terragrunt" => {
            let is_change = |text: &str| text.contains("apply") || text == "destroy" || text == "fmt";
            invocation.words.iter().any(|word| word.literal().is_some_and(is_change))
        }
        _ => !READS.contains(&name) && !KEEPS.contains(&name),
    }
}
