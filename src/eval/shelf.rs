//! Where suites, scripts and recordings are read from: the disk, or what is compiled in.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use crate::engine::{embedded, read_beside};
use crate::session::LIMIT;

/// A place to read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// What is compiled in.
    Embedded,
    /// The disk; relative paths count from this folder.
    Disk(PathBuf),
}

/// How deep folders are searched for recordings.
const DEEP: usize = 8;

impl Shelf {
    /// The bytes of a file, or why there are none, as a lower-case fragment.
    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if let Self::Disk(root) = self
            && let Ok(about) = root.join(path).metadata()
            && !about.is_file()
            && !about.is_dir()
        {
            // A pipe to which nobody writes is opened for ever.
            return Err("is no regular file".to_owned());
        }
        self.read_named(path)
    }

    /// The same as text.
    pub(super) fn read_text(&self, path: &str) -> Result<String, String> {
        String::from_utf8(self.read(path)?).map_err(|_| "is not UTF-8".to_owned())
    }

    /// The bytes of a file that somebody has named, who may mean a pipe.
    pub(super) fn read_named(&self, path: &str) -> Result<Vec<u8>, String> {
        match self {
            Self::Embedded => {
                embedded::file(path).map(|text| text.as_bytes().to_vec()).ok_or("is not compiled in".to_owned())
            }
            Self::Disk(root) => bounded(&root.join(path)).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => "there is no such file".to_owned(),
                io::ErrorKind::IsADirectory => "is a folder, not a file".to_owned(),
                io::ErrorKind::FileTooLarge => format!("is larger than {} MiB", LIMIT >> 20),
                _ => error.to_string(),
            }),
        }
    }

    /// The text of a file that the prompt script at `path` begins with, or why there is none.
    pub(super) fn read_beside(&self, path: &str, file: &str) -> Result<String, String> {
        match self {
            Self::Embedded => embedded::beside(path, file),
            Self::Disk(root) => read_beside(&root.join(path), file),
        }
    }

    /// Whether a path is one of a folder.
    pub(super) fn is_folder(&self, path: &str) -> bool {
        matches!(self, Self::Disk(root) if root.join(path).is_dir())
    }

    /// The files that a pattern means, in order.
    pub(super) fn expand(&self, pattern: &str) -> Vec<String> {
        let mut found = match self {
            Self::Embedded => {
                let names = embedded::FILES.iter().map(|(name, _)| (*name).to_owned());
                names.filter(|name| fast_glob::glob_match(pattern, name)).collect()
            }
            Self::Disk(root) => {
                let fixed = fixed_part(pattern);
                let mut found = Vec::new();
                walk(root, &fixed, pattern, DEEP, &mut found);
                found
            }
        };
        found.sort();
        found
    }
}

/// The bytes of a file that is not larger than a session may be.
fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    // A sparse file costs nothing on disk and all of memory.
    let long = file.metadata()?.len();
    if long > LIMIT {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(long).unwrap_or_default());
    file.take(LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The folder of a pattern in which the search begins.
fn fixed_part(pattern: &str) -> String {
    let plain: Vec<&str> = pattern.split('/').take_while(|part| !part.contains(['*', '?', '[', '{'])).collect();
    plain.join("/")
}

fn walk(root: &Path, at: &str, pattern: &str, deep: usize, found: &mut Vec<String>) {
    let path = root.join(at);
    // A link that leads nowhere, a pipe: what can't be judged is not passed over.
    if path.exists() && !path.is_dir() || path.is_symlink() && !path.exists() {
        // What broke off, and what a new recording took the place of, are meant by their names alone.
        let is_aside = at.ends_with(".part") || at.ends_with(".old");
        if at == pattern || !is_aside && fast_glob::glob_match(pattern, at) {
            found.push(at.to_owned());
        }
        return;
    }
    let Ok(entries) = path.read_dir() else { return };
    if deep == 0 {
        return;
    }
    for entry in entries.filter_map(Result::ok) {
        let file = entry.file_name();
        let name = file.to_string_lossy();
        let below = if at.is_empty() { name.to_string() } else { format!("{}/{name}", at.trim_end_matches('/')) };
        // A name that is no text can't be opened by what is told of it, and is told all the same.
        if file.to_str().is_none() {
            found.extend(fast_glob::glob_match(pattern, &below).then_some(below));
            continue;
        }
        walk(root, &below, pattern, deep - 1, found);
    }
}

/// A path that a file names, seen from where that file stands; `..` is taken away where it can be.
pub(super) fn beside(file: &str, path: &str) -> String {
    let joined = Path::new(file).parent().unwrap_or(Path::new("")).join(path);
    let mut out = PathBuf::new();
    for part in joined.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out.to_string_lossy().replace('\\', "/")
}

/// A path on the shelf, seen from where a file stands: what [`beside`] makes this path of. An absolute one stays.
pub(super) fn seen_from(file: &str, path: &str) -> String {
    let folder = beside(file, ".");
    let parts = |path: &str| -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
    };
    if path.starts_with('/') != folder.starts_with('/') {
        return path.to_owned();
    }
    let (folder, path) = (parts(&folder), parts(path));
    let common = folder.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let up = folder.iter().skip(common).map(|_| "..");
    up.chain(path.iter().skip(common).map(String::as_str)).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_nobody_writes_to_is_told_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let made = std::process::Command::new("mkfifo").arg(folder.path().join("a.jsonl")).status().unwrap();
        assert!(made.success());
        let disk = Shelf::Disk(folder.path().to_owned());
        assert_eq!(disk.expand("*.jsonl"), ["a.jsonl"]);
        assert_eq!(disk.read("a.jsonl").unwrap_err(), "is no regular file");
    }

    #[test]
    fn a_path_is_called_the_same_from_any_folder() {
        for (file, path) in [
            ("evals/a.yaml", "evals/r/x"),
            ("a.yaml", "r/x"),
            ("/w/evals/a.yaml", "/w/evals/r/x"),
            ("../e/a.yaml", "../e/r/x"),
        ] {
            assert_eq!(seen_from(file, path), "r/x");
        }
        for (file, path) in [("evals/a.yaml", "rec/x"), ("/w/e/a.yaml", "/w/rec/x"), ("a.yaml", "../rec/x")] {
            assert_eq!(seen_from(file, path), "../rec/x");
        }
        assert_eq!(seen_from("../../e/a.yaml", "../../../rec/x"), "../../rec/x");
        assert_eq!(seen_from("e/a.yaml", "/rec/x"), "/rec/x");
    }

    #[test]
    fn paths_are_seen_from_the_suite() {
        assert_eq!(beside("evals/a.yaml", "../prompts/x.yaml"), "prompts/x.yaml");
        assert_eq!(beside("a.yaml", "r/*.jsonl"), "r/*.jsonl");
        assert_eq!(beside("a.yaml", "../../x"), "../../x");
        assert_eq!(beside("/e/a.yaml", "../x"), "/x");
    }

    #[test]
    fn a_file_without_bounds_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        File::create(folder.path().join("r.jsonl")).unwrap().set_len(LIMIT + 1).unwrap();
        let disk = Shelf::Disk(folder.path().to_owned());
        assert_eq!(disk.read("r.jsonl"), Err("is larger than 256 MiB".to_owned()));
        assert_eq!(disk.read("."), Err("is a folder, not a file".to_owned()));
    }

    #[test]
    fn a_pattern_means_the_same_on_disk_and_compiled_in() {
        let disk = Shelf::Disk(PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        for pattern in ["evals/recordings/node-ecs/2026-11-22*.jsonl", "evals/recordings/node-ecs/2026-11-22.jsonl"] {
            assert_eq!(disk.expand(pattern), ["evals/recordings/node-ecs/2026-11-22.jsonl"], "{pattern}");
            assert_eq!(Shelf::Embedded.expand(pattern), disk.expand(pattern));
        }
        assert_eq!(disk.expand("evals/none/*.jsonl"), [""; 0]);
    }
}
