//! What a command that takes manifests has to read: its input, and files that the script wrote or changed.

use super::interpret::Interpreter;
use super::invocation::{Invocation, Reads, Stdin};
use super::value::Value;
use super::written::{Folder, READS};

/// Further commands that leave the files of the repository as they are.
const KEEPS: [&str; 27] = [
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
];

impl Interpreter<'_> {
    /// What a command has to read.
    pub(super) fn reads(&mut self, invocation: &Invocation) -> Reads {
        let input = match &invocation.stdin {
            Stdin::Document { piece, expanded: false } => Some(Value::literal(&*piece.text)),
            Stdin::Document { piece, .. } => match self.text(&piece.clone()).as_slice() {
                [one] => Some(one.clone()),
                _ => None,
            },
            Stdin::Text(values) => match values.as_slice() {
                [one] => Some(one.clone()),
                _ => None,
            },
            Stdin::File(_) | Stdin::Unknown => None,
        };
        if self.remote.is_some() || self.foreign {
            return Reads { input, ..Reads::default() };
        }
        let mut written = Vec::new();
        for value in invocation.words.iter().skip(1).flat_map(|word| &word.values) {
            let right = value.split_once("=").map(|(_, right)| right);
            for path in [Some(value.clone()), right].into_iter().flatten().flat_map(|path| path.split_on(|c| c == ','))
            {
                if let Some(text) = self.path(&path).and_then(|path| self.written.of(&path)) {
                    written.push((path.to_string(), text));
                }
            }
        }
        let folder = match &self.scope.folder {
            Folder::At(folder) => Some(folder.clone()),
            Folder::Lost => None,
        };
        Reads { input, written, folder }
    }
}

/// Whether a command may change files that it does not name, or that can't be told: all but those that surely leave the
/// repository as it is.
pub(super) fn changes_unseen(name: &str, invocation: &Invocation) -> bool {
    match name {
        "sed" | "yq" => invocation.words.iter().any(|word| word.value().literal_prefix().starts_with("-i")),
        "xargs" => true,
        _ => !READS.contains(&name) && !KEEPS.contains(&name),
    }
}
