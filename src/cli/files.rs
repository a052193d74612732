//! Which files are meant, and their texts: every failure is a name and a reason.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

use super::World;
use super::settings_file::REPOSITORY_FILE;
use crate::engine::leads_out;
use crate::settings::DEFAULT_FILE;
use crate::yaml::{Limits, Lines};

/// Folders that never hold a pipeline of the repository at hand.
const PASSED_OVER: [&str; 4] = [".git", "node_modules", "target", "vendor"];

/// What standard input is called.
pub(super) const STDIN: &str = "<stdin>";

/// One text to be checked.
#[derive(Debug)]
pub(super) struct Input {
    /// The path as the user named it; `<stdin>` for standard input.
    pub(super) name: String,
    /// The text, or why there is none.
    pub(super) text: Result<String, String>,
}

/// The places that arguments mean, each once: folders are searched, the rest is taken as it is.
pub(super) fn places(arguments: &[PathBuf], directory: &Path) -> Vec<Result<PathBuf, Input>> {
    let mut places = Vec::new();
    for argument in arguments {
        let path = directory.join(argument);
        if argument.as_os_str() == "-" || !path.is_dir() {
            places.push(Ok(argument.clone()));
            continue;
        }
        let mut found = Found::default();
        search(&path, argument, &mut found, 0);
        if found.files.is_empty() && found.unreadable.is_empty() {
            // A collection of pipeline files, each named as its owner likes.
            found.files = collection(&path, argument);
        }
        if found.files.is_empty() && found.unreadable.is_empty() {
            let reason = format!("is a folder with no `{DEFAULT_FILE}` in it");
            places.push(Err(Input { name: argument.display().to_string(), text: Err(reason) }));
        }
        let mut files: Vec<_> = found.files.into_iter().map(Ok).collect();
        keep_within(&path, directory, &mut files);
        places.append(&mut files);
        for (name, error) in found.unreadable {
            places.push(Err(Input { name: name.display().to_string(), text: Err(reason(&error)) }));
        }
    }
    let mut known = HashSet::new();
    places.retain(|place| {
        let named = |path: &Path| if path.as_os_str() == "-" { path.to_owned() } else { plain(&directory.join(path)) };
        place.as_ref().map_or(true, |path| known.insert(named(path)))
    });
    places
}

/// Leaves out files that nobody has named and that a link leads to, out of `folder`.
pub(super) fn keep_within(folder: &Path, directory: &Path, places: &mut [Result<PathBuf, Input>]) {
    for place in places {
        let Ok(path) = place else { continue };
        if let Some(reason) = leads_out(folder, &directory.join(&path)) {
            *place = Err(Input { name: path.display().to_string(), text: Err(reason) });
        }
    }
}

/// What is said of a file whose name is nearly the one that is read.
pub(super) const MISNAMED: &str = "Bitbucket reads `bitbucket-pipelines.yml` alone: rename it";

/// What is wrong with the name of a file that means to be the pipeline file.
pub(super) fn misnamed(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_string_lossy();
    let (stem, extension) = name.rsplit_once('.')?;
    let letters: String = stem.chars().filter(char::is_ascii_alphanumeric).collect();
    let meant = ["bitbucketpipelines", "bitbucketpipeline"].contains(&letters.to_lowercase().as_str());
    (meant && ["yml", "yaml"].contains(&extension.to_lowercase().as_str()) && name != DEFAULT_FILE).then_some(MISNAMED)
}

/// A file beside the one that is missing whose name is nearly its own.
pub(super) fn beside(missing: &Path) -> Option<String> {
    let entries = missing.parent()?.read_dir().ok()?.flatten();
    let mut near: Vec<String> = entries
        .filter(|entry| misnamed(&entry.path()).is_some() && entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    near.sort();
    near.into_iter().next()
}

/// The top of the repository in which a folder lies, as the folder sees it: `../..`. None at the top itself, and outside of
/// any repository.
pub(super) fn top_from(directory: &Path) -> Option<PathBuf> {
    let is_top = |folder: &Path| folder.join(".git").exists() || folder.join(REPOSITORY_FILE).is_file();
    let up = directory.ancestors().take(64).position(is_top)?;
    (up > 0).then(|| std::iter::repeat_n("..", up).collect())
}

/// A file as a server calls it: from the top of the repository in which the program runs, or from the current folder where
/// that is in none. A repository within it, as a submodule is, has no report of its own. What lies outside is called as it
/// was named.
pub(super) fn from_top(name: &str, directory: &Path) -> String {
    let full = plain(&directory.join(name));
    let top = directory.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(directory);
    let inside = full.strip_prefix(plain(top)).ok().and_then(Path::to_str);
    inside.map_or_else(|| name.to_owned(), slashed)
}

/// A path with `/` between its parts. Where another sign parts them, as on Windows, a name can't hold it.
fn slashed(path: &str) -> String {
    if MAIN_SEPARATOR == '/' { path.to_owned() } else { path.replace(MAIN_SEPARATOR, "/") }
}

/// A path without `.` and `..`, by its words alone: links are not followed.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut full = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                full.pop();
            }
            part => full.push(part),
        }
    }
    full
}

/// A path as a folder sees it: below it, or in a folder above. Any other stays as it is.
pub(super) fn seen_from(path: &Path, directory: &Path) -> PathBuf {
    if let Ok(below) = path.strip_prefix(directory) {
        return below.to_owned();
    }
    let above = path.parent().and_then(|folder| directory.ancestors().position(|above| above == folder));
    match (above, path.file_name()) {
        (Some(up), Some(name)) => std::iter::repeat_n(Path::new(".."), up).chain([Path::new(name)]).collect(),
        _ => path.to_owned(),
    }
}

/// The YAML files that stand in a folder itself, in the order of their names.
fn collection(folder: &Path, shown: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let is_yaml = |path: &PathBuf| path.extension().is_some_and(|end| end == "yml" || end == "yaml");
    let mut names: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| is_yaml(path) && path.is_file()).collect();
    names.sort();
    names.iter().filter_map(|path| Some(shown.join(path.file_name()?))).collect()
}

/// What a search came upon.
#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    /// Folders that can't be read; the search goes on beside them.
    unreadable: Vec<(PathBuf, io::Error)>,
}

/// All pipeline files below a folder, in the order of their names. Links to folders are not followed.
fn search(folder: &Path, shown: &Path, found: &mut Found, depth: usize) {
    let listed = folder.read_dir().and_then(|entries| {
        let typed = entries.map(|entry| entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))));
        typed.collect::<io::Result<Vec<_>>>()
    });
    let mut entries = match listed {
        Ok(entries) => entries,
        Err(error) => {
            found.unreadable.push((shown.to_owned(), error));
            return;
        }
    };
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    for (name, kind) in entries {
        let passed_over = PASSED_OVER.iter().any(|folder| name == *folder);
        if name == DEFAULT_FILE && !kind.is_dir() {
            found.files.push(shown.join(name));
        } else if kind.is_dir() && !passed_over && depth < 64 {
            search(&folder.join(&name), &shown.join(&name), found, depth + 1);
        }
    }
}

/// The text of standard input.
pub(super) fn standard_input(world: &mut World<'_>) -> Input {
    Input { name: STDIN.to_owned(), text: take(&mut *world.input) }
}

/// The text of a file, or why there is none.
pub(super) fn read(path: &Path) -> Result<String, String> {
    if path.is_dir() {
        return Err("is a folder: name a file in it".to_owned());
    }
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound if path.symlink_metadata().is_ok() => "is a link that leads nowhere".to_owned(),
        _ => reason(&error),
    })?;
    if let Ok(metadata) = file.metadata()
        && metadata.len() > limit()
    {
        return Err(too_large(Some(metadata.len())));
    }
    take(file)
}

fn take(from: impl Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    from.take(limit() + 1).read_to_end(&mut bytes).map_err(|error| reason(&error))?;
    if bytes.len() as u64 > limit() {
        return Err(too_large(None));
    }
    String::from_utf8(bytes).map_err(|error| match error.as_bytes() {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "is not UTF-8 but UTF-16: save it as UTF-8".to_owned(),
        bytes => {
            let before = bytes.get(..error.utf8_error().valid_up_to()).unwrap_or(bytes);
            let before = String::from_utf8_lossy(before);
            let at = Lines::new(&before).position(&before, before.len());
            format!("is not UTF-8: line {}, column {} can't be read; save it as UTF-8", at.line, at.column)
        }
    })
}

fn limit() -> u64 {
    Limits::default().bytes as u64
}

fn too_large(bytes: Option<u64>) -> String {
    let of = bytes.map_or(String::new(), |bytes| format!(" ({} MiB)", bytes >> 20));
    format!("is too large{of}: the limit is {} MiB", limit() >> 20)
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "is not there".to_owned(),
        io::ErrorKind::PermissionDenied => "may not be read: permission denied".to_owned(),
        _ => format!("can't be read: {error}"),
    }
}
