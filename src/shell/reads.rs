//! What a command that takes manifests has to read: its input, and files that the script wrote or changed.

use std::borrow::Cow;

use super::folder::Folder;
use super::interpret::Interpreter;
use super::invocation::{Invocation, Reads, Stdin};
use super::value::{SymbolKind, Value};

/// Commands of which it is asked what they have to read.
pub(super) const TAKES: [&str; 12] = [
    "kubectl",
    "oc",
    "aws",
    "kapp",
    "gcloud",
    "kustomize",
    "ecspresso",
    "helm",
    "sftp",
    "terraform",
    "tofu",
    "terragrunt",
];

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
const KEEPS: [&str; 77] = [
    "alias",
    "basename",
    "command",
    "df",
    "dig",
    "dirname",
    "du",
    "env",
    "exit",
    "expr",
    "false",
    "free",
    "getent",
    "getopt",
    "getopts",
    "hash",
    "hostname",
    "id",
    "kill",
    "let",
    "locale",
    "lsb_release",
    "mktemp",
    "nc",
    "nproc",
    "nslookup",
    "ping",
    "printenv",
    "ps",
    "pwd",
    "readlink",
    "realpath",
    "seq",
    "sha1sum",
    "sha512sum",
    "shasum",
    "shift",
    "shopt",
    "ssh-keyscan",
    "type",
    "ulimit",
    "umask",
    "uname",
    "wget",
    "which",
    "whoami",
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

/// Subcommands of git that leave the files of the checkout as they are.
const GIT_KEEPS: [&str; 22] = [
    "add",
    "blame",
    "branch",
    "cat-file",
    "commit",
    "config",
    "describe",
    "diff",
    "fetch",
    "for-each-ref",
    "log",
    "ls-files",
    "ls-remote",
    "merge-base",
    "push",
    "remote",
    "rev-list",
    "rev-parse",
    "show",
    "show-ref",
    "status",
    "tag",
];

/// Whether a tool is asked for nothing but its version. A script of the repository may take the word for something else.
fn asks_version(invocation: &Invocation) -> bool {
    let [tool, flag] = invocation.words.as_slice() else { return false };
    let installed = tool.literal().is_some_and(|name| !name.contains('/') || name.starts_with('/'));
    installed && matches!(flag.literal(), Some("--version" | "-v" | "-V" | "-version" | "version"))
}

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
        // What a tool reads by itself.
        let ends: &[&str] = match invocation.name() {
            Some("terraform" | "tofu" | "terragrunt") => &[".auto.tfvars", "terraform.tfvars"],
            Some("kustomize") => &["kustomization.yaml", "kustomization.yml", "Kustomization"],
            _ => &[],
        };
        let here = self.scope.stand.at.told().unwrap_or_default();
        let unnamed = self.scope.written.files.keys().filter(|path| ends.iter().any(|end| path.ends_with(end)));
        let unnamed =
            unnamed.map(|path| path.strip_prefix(here).map_or(path.as_str(), |rest| rest.trim_start_matches('/')));
        for path in unnamed {
            self.note_written(Value::literal(path), &mut written);
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
        match stdin {
            Stdin::Text(values) => Some(Value::one_of(values.clone())),
            Stdin::Document { piece, expanded: false } => Some(Value::literal(&*piece.text)),
            Stdin::Document { piece, .. } => Some(self.document(piece)),
            Stdin::Edited(_) | Stdin::File(_) | Stdin::Saved(_) | Stdin::Unknown => None,
        }
    }

    /// Takes note of what stands in a file that the script wrote or changed.
    fn note_written(&self, path: Value, written: &mut Vec<(String, Option<Value>)>) {
        if let Some(text) = self.path(&path).and_then(|path| self.scope.written.of(&path)) {
            written.push((path.to_string(), text));
        }
    }
}

impl Interpreter<'_> {
    /// What `cp`, `rm` and their kin leave at the paths that they name is not known any more; nothing else changes.
    pub(super) fn forget_named(&mut self, name: &str, words: &[Cow<'_, Value>]) {
        self.forget(words);
        let paths: Vec<_> = words.iter().filter(|word| !word.literal_prefix().starts_with('-')).collect();
        // Only the last one is written to, where no flag names another.
        let of_last = matches!(name, "cp" | "ln") && paths.len() > 1 && !words.iter().any(|word| names_target(word));
        for word in paths.iter().skip(if of_last { paths.len() - 1 } else { 0 }) {
            let is_one = word.as_literal().is_some_and(|path| !path.contains(['*', '?', '[', '{']));
            let path = self.path(word).filter(|path| is_one && !path.is_empty());
            self.files_mut().lose(path);
        }
    }
}

/// `-t DIR`, `--target-directory=DIR`
fn names_target(word: &Value) -> bool {
    let flag = word.literal_prefix();
    flag.starts_with("-t") || flag.starts_with("--target")
}

/// Whether a command may change files that it does not name, or that can't be told: all but those that surely leave the
/// repository as it is.
pub(super) fn changes_unseen(name: &str, invocation: &Invocation) -> bool {
    if asks_version(invocation) {
        return false;
    }
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
        "git" => {
            let mut words = invocation.words.iter().skip(1).filter_map(|word| word.literal());
            let subcommand = loop {
                match words.next() {
                    Some("-C" | "-c" | "--git-dir" | "--work-tree") => drop(words.next()),
                    Some(flag) if flag.starts_with('-') => {}
                    subcommand => break subcommand,
                }
            };
            !subcommand.is_some_and(|subcommand| GIT_KEEPS.contains(&subcommand))
        }
        // They fill a folder of their own.
        "npm" | "yarn" | "pnpm" => {
            !(word(1, "ci") || word(1, "install") || word(1, "i") || name == "yarn" && invocation.words.len() == 1)
        }
        // What it brings about may be files; all else of it leaves them as they are.
        "terraform" | "tofu" | "terragrunt" => {
            let is_change = |text: &str| text.contains("apply") || text == "destroy" || text == "fmt";
            invocation.words.iter().any(|word| word.literal().is_some_and(is_change))
        }
        _ => !READS.contains(&name) && !KEEPS.contains(&name),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::World;
    use super::super::{Interpreter, Invocation, Parses, Piece, Scope};

    /// Whether a file of the repository is still known to be as it is kept where `kubectl` reads it.
    fn is_kept(script: &str) -> bool {
        let mut kept = false;
        let mut emit = |_: &Scope, invocation: &Invocation| {
            if invocation.name() == Some("kubectl") {
                kept = invocation.reads.written.is_empty();
            }
        };
        let (mut world, mut parses) = (World, Parses::new());
        let script = format!("{script}\nkubectl apply -f k8s/d.yaml");
        Interpreter::new(&mut world, &mut parses, &mut emit).run(&Piece::new(0, &script));
        kept
    }

    #[test]
    fn what_only_prints_or_names_its_files_leaves_the_others() {
        for command in [
            "uname -s",
            "id -u",
            "umask 022",
            "which kubectl || true",
            "node --version",
            "git --no-pager log -1",
            "git -C . rev-parse HEAD",
            "npm ci",
            "yarn",
            "wget -q https://x.example/t",
            "rm -rf dist",
            "cp a b",
            "cp k8s/d.yaml /tmp/d.yaml",
            "touch .env",
            "f() { shift; }; f a",
        ] {
            assert!(is_kept(command), "{command}");
        }
        for command in [
            "./render.sh",
            "./render.sh --version",
            "git checkout other",
            "npm run render",
            "rm -rf k8s",
            "cp d.yaml k8s/",
            "cp -r out/. k8s",
            "cp -t k8s d.yaml",
            "cp *.yaml .",
            "mv k8s/d.yaml x",
            "touch k8s/*",
            "node render.js",
        ] {
            assert!(!is_kept(command), "{command}");
        }
    }
}
