//! Writes the accepted file: whole or not at all, over what was read and nothing else, inside the repository.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use crate::session::sha256;

/// What must stand at the path for it to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Nothing.
    Absent,
    /// A text with this hash.
    Hash(String),
    /// Whatever it is: the user said so.
    Anything,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where, with links followed.
    pub path: PathBuf,
    /// The hash of what stands there now.
    pub sha256: String,
    /// Whether the file has other bytes than before.
    pub changed: bool,
}

/// Why a file was not written. Nothing has changed on disk then.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The path leaves the repository.
    #[error("{path}: leads out of {root}, so it is not written")]
    Outside {
        /// The path.
        path: String,
        /// The repository.
        root: String,
    },
    /// Something else stands there than was read.
    #[error("{path}: {reason}, so it is not overwritten; take it as a revision, or accept by force")]
    Changed {
        /// The path.
        path: String,
        /// What happened to it.
        reason: &'static str,
    },
    /// It can't be read or written.
    #[error("{path}: can't be written: {reason}")]
    Io {
        /// The path.
        path: String,
        /// Why.
        reason: io::Error,
    },
}

impl AcceptError {
    /// The same, with the path as the user named it.
    #[must_use]
    pub fn naming(mut self, name: &str) -> Self {
        match &mut self {
            Self::Outside { path, .. } | Self::Changed { path, .. } | Self::Io { path, .. } => {
                name.clone_into(path);
            }
        }
        self
    }
}

/// Writes `text` to `path` below `root`: a temporary file beside it, synced, renamed over it, and the folder synced.
///
/// The mode of a file that is there stays. A link is followed to a file inside of `root` only. Where the text stands
/// there already, nothing is written, whatever was expected.
///
/// # Errors
/// The path leads outside, another file stands there than was expected, or the disk refuses.
pub fn write_file(root: &Path, path: &Path, text: &str, expected: &Expected) -> Result<Written, AcceptError> {
    let shown = path.display().to_string();
    let fail = |reason: io::Error| AcceptError::Io { path: shown.clone(), reason };
    let outside = || AcceptError::Outside { path: shown.clone(), root: root.display().to_string() };
    if !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(outside());
    }
    let root = root.canonicalize().map_err(fail)?;
    let target = resolve(&root, path).map_err(fail)?.ok_or_else(outside)?;
    let folder = target.parent().ok_or_else(outside)?;
    let present = read(&target).map_err(fail)?;
    if present.as_deref() == Some(text.as_bytes()) {
        return Ok(Written { path: target, sha256: sha256(text.as_bytes()), changed: false });
    }
    allowed(&shown, present.as_deref(), expected)?;
    sweep(folder);
    let mut temporary = temporary(folder, &target).map_err(fail)?;
    temporary.write_all(text.as_bytes()).and_then(|()| temporary.as_file().sync_all()).map_err(fail)?;
    // Another look, as late as can be: what came between reading and now is not lost.
    allowed(&shown, read(&target).map_err(fail)?.as_deref(), expected)?;
    temporary.persist(&target).map_err(|error| fail(error.error))?;
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(fail)?;
    Ok(Written { path: target, sha256: sha256(text.as_bytes()), changed: true })
}

/// The file that a path means, links followed; `None` when it is outside of `root` or a link to nothing.
fn resolve(root: &Path, path: &Path) -> io::Result<Option<PathBuf>> {
    let joined = root.join(path);
    let target = match joined.symlink_metadata() {
        // A link that leads nowhere could lead anywhere once it does.
        Ok(metadata) if metadata.is_symlink() => joined.canonicalize().ok(),
        Ok(_) => Some(joined.canonicalize()?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match (joined.parent(), joined.file_name()) {
            (Some(folder), Some(name)) => Some(folder.canonicalize()?.join(name)),
            _ => None,
        },
        Err(error) => return Err(error),
    };
    Ok(target.filter(|target| target.starts_with(root)))
}

/// Why a file is not read unless a person has named it: it is no plain file, or a link on the way to it leads out of `root`, and whoever made the
/// link is not who is asked.
pub fn leads_out(root: &Path, path: &Path) -> Option<String> {
    let real = root.canonicalize().ok()?;
    let target = root.join(path).canonicalize().ok()?;
    // A pipe or a device may never end.
    if target.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        return Some("is no plain file, so it is not read".to_owned());
    }
    let shown = root.display();
    (!target.starts_with(real))
        .then(|| format!("leads out of {shown}, so it is not read; name the file that it leads to"))
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn allowed(path: &str, present: Option<&[u8]>, expected: &Expected) -> Result<(), AcceptError> {
    let reason = match (present, expected) {
        (_, Expected::Anything) | (None, Expected::Absent) => return Ok(()),
        (Some(bytes), Expected::Hash(hash)) if sha256(bytes) == *hash => return Ok(()),
        (Some(_), Expected::Absent) => "there is a file now that was not there before",
        (Some(_), Expected::Hash(_)) => "it has changed since it was read",
        (None, Expected::Hash(_)) => "it was there when it was read and is gone",
    };
    Err(AcceptError::Changed { path: path.to_owned(), reason })
}

/// How the temporary file is called that becomes the pipeline file; in between stand characters that chance chooses.
const TEMPORARY: (&str, &str) = (".bitbucket-pipelines-", ".tmp");

/// A temporary file of this age has lost its program.
const LOST: Duration = Duration::from_secs(60);

/// Takes away what a program that was killed while it wrote has left in the folder: files with our own kind of name
/// that are older than a minute and that no other program has locked.
pub fn sweep(folder: &Path) {
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let middle = name.to_str().and_then(|name| name.strip_prefix(TEMPORARY.0)?.strip_suffix(TEMPORARY.1));
        let ours = middle.is_some_and(|chance| chance.len() == 6 && chance.bytes().all(|c| c.is_ascii_alphanumeric()));
        let lost = |metadata: std::fs::Metadata| {
            metadata.is_file() && metadata.modified().is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LOST))
        };
        // A link's own metadata are looked at: it is no file.
        if ours && entry.metadata().is_ok_and(lost) {
            let free = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
            if free {
                // What can't be taken away is no reason not to write.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

/// A file beside the target, with its mode if it is there and the usual one if not; locked while it is ours.
fn temporary(folder: &Path, target: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let temporary = builder.tempfile_in(folder)?;
    // Not every file system has locks; the age is looked at besides.
    let _ = temporary.as_file().try_lock();
    if let Ok(metadata) = target.metadata() {
        temporary.as_file().set_permissions(metadata.permissions())?;
    }
    Ok(temporary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::tempdir;

    const FILE: &str = "bitbucket-pipelines.yml";

    fn write(root: &Path, text: &str, expected: &Expected) -> Result<Written, AcceptError> {
        write_file(root, Path::new(FILE), text, expected)
    }

    #[test]
    fn a_file_is_written_over_what_was_read_only() {
        let root = tempdir().unwrap();
        let path = root.path().join(FILE);
        let first = write(root.path(), "one\n", &Expected::Absent).unwrap();
        assert!(first.changed && fs::read_to_string(&path).unwrap() == "one\n");
        assert!(matches!(write(root.path(), "two\n", &Expected::Absent), Err(AcceptError::Changed { .. })));
        write(root.path(), "two\n", &Expected::Hash(first.sha256.clone())).unwrap();
        let error = write(root.path(), "three\n", &Expected::Hash(first.sha256.clone())).unwrap_err();
        insta::assert_snapshot!(error, @"bitbucket-pipelines.yml: it has changed since it was read, so it is not overwritten; take it as a revision, or accept by force");
        fs::remove_file(&path).unwrap();
        assert!(write(root.path(), "three\n", &Expected::Hash(first.sha256)).is_err());
        assert!(!path.exists());
        write(root.path(), "three\n", &Expected::Anything).unwrap();
        assert!(!write(root.path(), "three\n", &Expected::Anything).unwrap().changed);
        assert!(!write(root.path(), "three\n", &Expected::Absent).unwrap().changed, "the same text harms nothing");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_a_killed_program_left_is_taken_away_and_nothing_else() {
        let root = tempdir().unwrap();
        let old = std::time::SystemTime::now() - Duration::from_secs(120);
        let make = |name: &str| {
            let file = File::create(root.path().join(name)).unwrap();
            file.set_modified(old).unwrap();
            file
        };
        let _ = make(".bitbucket-pipelines-aB3xYz.tmp");
        let _ = make(".bitbucket-pipelines-mine.tmp.yml");
        let _ = make(".bitbucket-pipelines-a-b-c.tmp");
        let _ = File::create(root.path().join(".bitbucket-pipelines-n3wn3w.tmp")).unwrap();
        let held = make(".bitbucket-pipelines-h3ldon.tmp");
        held.lock().unwrap();
        write(root.path(), "one\n", &Expected::Absent).unwrap();
        let left: std::collections::BTreeSet<String> =
            fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        let left: Vec<&str> = left.iter().map(String::as_str).collect();
        assert_eq!(
            left,
            [
                ".bitbucket-pipelines-a-b-c.tmp",
                ".bitbucket-pipelines-h3ldon.tmp",
                ".bitbucket-pipelines-mine.tmp.yml",
                ".bitbucket-pipelines-n3wn3w.tmp",
                FILE,
            ]
        );
    }

    #[test]
    fn a_path_stays_inside() {
        let root = tempdir().unwrap();
        for path in ["../x.yml", "/etc/x.yml", "a/../../x.yml"] {
            let error = write_file(root.path(), Path::new(path), "x", &Expected::Anything);
            assert!(matches!(error, Err(AcceptError::Outside { .. })), "{path}");
        }
        assert!(matches!(
            write_file(root.path(), Path::new("none/x.yml"), "x", &Expected::Absent),
            Err(AcceptError::Io { .. })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_inside_and_never_out() {
        use std::os::unix::fs::symlink;
        let (root, other) = (tempdir().unwrap(), tempdir().unwrap());
        fs::write(other.path().join("secret"), "kept").unwrap();
        symlink(other.path().join("secret"), root.path().join(FILE)).unwrap();
        assert!(matches!(write(root.path(), "x", &Expected::Anything), Err(AcceptError::Outside { .. })));
        symlink(other.path(), root.path().join("folder")).unwrap();
        assert!(leads_out(root.path(), Path::new(FILE)).is_some());
        assert!(leads_out(root.path(), Path::new("folder/secret")).is_some_and(|why| why.contains("is not read")));
        assert_eq!(leads_out(root.path(), Path::new("nothing-here.yml")), None);
        let through = write_file(root.path(), Path::new("folder/secret"), "x", &Expected::Anything);
        assert!(matches!(through, Err(AcceptError::Outside { .. })));
        assert_eq!(fs::read_to_string(other.path().join("secret")).unwrap(), "kept");
        fs::remove_file(root.path().join(FILE)).unwrap();
        symlink(root.path().join("nowhere"), root.path().join(FILE)).unwrap();
        assert!(write(root.path(), "x", &Expected::Anything).is_err(), "a link to nothing");
        fs::remove_file(root.path().join(FILE)).unwrap();
        fs::create_dir(root.path().join("ci")).unwrap();
        fs::write(root.path().join("ci/real.yml"), "old").unwrap();
        symlink("ci/real.yml", root.path().join(FILE)).unwrap();
        write(root.path(), "new", &Expected::Hash(sha256(b"old"))).unwrap();
        assert_eq!(fs::read_to_string(root.path().join("ci/real.yml")).unwrap(), "new");
        assert_eq!(leads_out(root.path(), Path::new(FILE)), None);
        assert!(root.path().join(FILE).symlink_metadata().unwrap().is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_stays() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempdir().unwrap();
        let path = root.path().join(FILE);
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        write(root.path(), "new", &Expected::Anything).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        fs::set_permissions(root.path(), PermissionsExt::from_mode(0o755)).unwrap();
        fs::remove_file(&path).unwrap();
        write(root.path(), "new", &Expected::Absent).unwrap();
        assert_ne!(fs::metadata(&path).unwrap().permissions().mode() & 0o044, 0, "others can read a new file");
    }
}
