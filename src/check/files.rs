//! Files of the repository at hand.

use std::path::{Component, Path, PathBuf};

use crate::effect::Files;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Reads below one folder, never outside it.
#[derive(Clone, Debug)]
pub struct RepositoryFiles {
    root: PathBuf,
}

impl RepositoryFiles {
    /// Files below `root`.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }
}

impl Files for RepositoryFiles {
    fn read(&self, path: &str) -> Option<String> {
        let path = Path::new(path);
        let inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside {
            return None;
        }
        // A link may lead anywhere; what it leads to must lie inside, too.
        let root = self.root.canonicalize().ok()?;
        let full = root.join(path).canonicalize().ok()?;
        let metadata = full.metadata().ok()?;
        if !full.starts_with(&root) || !metadata.is_file() || metadata.len() > LARGEST {
            return None;
        }
        std::fs::read_to_string(full).ok()
    }
}
