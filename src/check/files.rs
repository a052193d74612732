//! Files of the repository at hand.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::effect::Files;
use crate::pipeline::IS_A_FOLDER;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// The most files of a folder that are listed.
const MOST: usize = 200;

/// Reads below one folder, never outside it.
#[derive(Clone, Debug)]
pub struct RepositoryFiles {
    root: PathBuf,
    /// Where the root really lies, once that was asked for.
    real: Arc<OnceLock<Option<PathBuf>>>,
}

impl RepositoryFiles {
    /// Files below `root`.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), real: Arc::default() }
    }
}

impl RepositoryFiles {
    /// Where a path leads, if that lies inside.
    fn inside(&self, path: &str) -> Option<PathBuf> {
        let path = Path::new(path);
        let inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside {
            return None;
        }
        // Most names that a script calls are no files at all, which one look tells.
        let full = self.root.join(path);
        full.symlink_metadata().ok()?;
        // A link may lead anywhere; what it leads to must lie inside, too.
        let full = full.canonicalize().ok()?;
        let root = self.real.get_or_init(|| self.root.canonicalize().ok()).as_ref()?;
        full.starts_with(root).then_some(full)
    }

    /// The text of what is there, or why it has none.
    fn text(&self, path: &str) -> Option<Result<String, &'static str>> {
        let full = self.inside(path)?;
        let metadata = full.metadata().ok()?;
        Some(match () {
            () if metadata.is_dir() => Err(IS_A_FOLDER),
            () if !metadata.is_file() => Err("is no file"),
            () if metadata.len() > LARGEST => Err("is larger than 1 MiB"),
            () => std::fs::read_to_string(full).map_err(|error| match error.kind() {
                ErrorKind::InvalidData => "is not UTF-8",
                _ => "can't be read",
            }),
        })
    }
}

impl Files for RepositoryFiles {
    fn read(&self, path: &str) -> Option<String> {
        self.text(path)?.ok()
    }

    fn unreadable(&self, path: &str) -> Option<&'static str> {
        self.text(path)?.err()
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        let entries = std::fs::read_dir(self.inside(folder)?).ok()?.take(MOST + 1);
        let mut names: Vec<String> =
            entries.map(|entry| entry.ok()?.file_name().into_string().ok()).collect::<Option<_>>()?;
        names.sort();
        (names.len() <= MOST).then_some(names)
    }
}
