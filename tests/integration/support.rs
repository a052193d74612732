//! Runs the program in an empty folder with an empty environment, and shows what came of it as one block; and tells what the
//! checker says of a text.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pipewright::check::Checker;
use pipewright::settings::Settings;

/// A run of the program that is being prepared.
pub(crate) struct Run {
    folder: tempfile::TempDir,
    command: Command,
    input: String,
}

/// What a run came to.
pub(crate) struct Ended {
    /// Standard output, paths scrubbed.
    pub(crate) out: String,
    /// Standard error, paths scrubbed.
    pub(crate) err: String,
    /// The exit code.
    pub(crate) code: Option<i32>,
    folder: tempfile::TempDir,
}

/// The program in a folder of its own: nothing of the machine's environment or configuration reaches it.
pub(crate) fn pipewright() -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir_all(folder.path().join("home")).expect("a home");
    std::fs::create_dir_all(folder.path().join("work")).expect("a work folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipewright"));
    command.env_clear();
    command.env("HOME", folder.path().join("home"));
    command.env("XDG_CONFIG_HOME", folder.path().join("home"));
    command.current_dir(folder.path().join("work"));
    Run { folder, command, input: String::new() }
}

impl Run {
    /// Adds arguments.
    pub(crate) fn args<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Writes a file into the current folder.
    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        write(&self.path(path), content.as_ref());
        self
    }

    /// Writes a person's own configuration.
    pub(crate) fn user_config(self, content: &str) -> Self {
        write(&self.folder.path().join("home/pipewright/config.yaml"), content.as_bytes());
        self
    }

    /// What stands on standard input.
    pub(crate) fn say(mut self, input: &str) -> Self {
        self.input.push_str(input);
        self
    }

    /// Runs in a folder below.
    pub(crate) fn at(mut self, folder: &str) -> Self {
        let path = self.path(folder);
        std::fs::create_dir_all(&path).expect("a folder");
        self.command.current_dir(path);
        self
    }

    /// A path in the current folder.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("work").join(path)
    }

    /// Runs the program to its end.
    pub(crate) fn run(mut self) -> Ended {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("standard input");
        let input = self.input;
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().expect("the program ends");
        // A program that does not read its input closes it: no mistake.
        let _ = writer.join().expect("the writer ends");
        let scrub = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("the program writes UTF-8");
            let folder = self.folder.path().display().to_string();
            text.replace(&folder, "[FOLDER]")
        };
        Ended { out: scrub(output.stdout), err: scrub(output.stderr), code: output.status.code(), folder: self.folder }
    }
}

impl Ended {
    /// Standard output, standard error and exit code as one block.
    pub(crate) fn block(&self) -> String {
        let code = self.code.map_or("killed".to_owned(), |code| code.to_string());
        format!("{}--- stderr\n{}--- exit {code}\n", self.out, self.err)
    }
    /// Whether a file is in the current folder.
    pub(crate) fn exists(&self, path: &str) -> bool {
        self.folder.path().join("work").join(path).exists()
    }

    /// The paths of all files below the current folder, seen from there.
    pub(crate) fn files(&self) -> Vec<String> {
        fn below(folder: &std::path::Path, root: &std::path::Path, found: &mut Vec<String>) {
            for entry in folder.read_dir().expect("a folder").flatten() {
                match entry.path() {
                    path if path.is_dir() => below(&path, root, found),
                    path => found.push(path.strip_prefix(root).expect("below").display().to_string()),
                }
            }
        }
        let root = self.folder.path().join("work");
        let mut found = Vec::new();
        below(&root, &root, &mut found);
        found
    }

    /// The text of a file in the current folder.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.path().join("work").join(path)).expect("the file is there")
    }

    /// The text of all sessions that were kept.
    pub(crate) fn sessions(&self) -> String {
        let folder = self.folder.path().join("home/.local/state/pipewright/sessions");
        let entries = folder.read_dir().into_iter().flatten();
        entries.map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).expect("a session")).collect()
    }
}

fn write(path: &Path, content: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, content).expect("a file");
}

/// What is told of a text by itself: of each finding its severity, its rule and its message.
pub(crate) fn told(text: &str) -> Vec<String> {
    let found = Checker::new(Settings::default()).check(text).findings;
    found.iter().map(|finding| format!("{} {}: {}", finding.severity.word(), finding.rule, finding.message)).collect()
}
