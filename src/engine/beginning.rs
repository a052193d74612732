//! The file that a prompt script's conversation begins with: named beside the prompts, read as data, never run.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path};

use super::recording::Recording;
use crate::session::{Redact, masks, sha256};
use crate::text::{Side, diff};
use crate::yaml::Limits;

/// Lines of a difference that are told; the rest is counted.
const MOST_LINES: usize = 24;

/// Whether a script may name this path: it stays in the script's folder, since what it leads to is sent to a model.
pub(super) fn stays_beside(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Reads the file that the prompt script at `script` names as `file`.
///
/// # Errors
/// Why there is no text, as a lower-case fragment: not there, outside the script's folder, too large, not UTF-8.
pub fn read_beside(script: &Path, file: &str) -> Result<String, String> {
    let said = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "is not there".to_owned(),
        _ => format!("can't be read: {error}"),
    };
    let folder = script.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A link may lead anywhere; what it leads to must lie in the folder, too.
    let folder = folder.canonicalize().map_err(said)?;
    let path = folder.join(file).canonicalize().map_err(said)?;
    if !path.starts_with(&folder) {
        return Err("leads out of the prompt script's folder".to_owned());
    }
    if !path.is_file() {
        return Err("is no file".to_owned());
    }
    let most = Limits::default().bytes as u64;
    let mut bytes = Vec::new();
    File::open(&path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(said)?;
    if bytes.len() as u64 > most {
        return Err(format!("is too large: the limit is {} MiB", most >> 20));
    }
    String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())
}

/// How the file that a recording began with differs from the one that the prompts begin with; `None` where they are one.
pub(super) fn difference(recording: &Recording, beginning: Option<&str>) -> Option<String> {
    match (recording.begins_with(), beginning) {
        (None, None) => None,
        (Some(_), None) => Some("it began with a file, and the prompts begin with none".to_owned()),
        (None, Some(_)) => Some("it began with no file, and the prompts begin with one".to_owned()),
        (Some((_, hash)), Some(now)) if hash == sha256(now.as_bytes()) => None,
        // What was a credential is masked in the recording.
        (Some((then, _)), Some(now)) if masks(then, now) => None,
        (Some((then, _)), Some(now)) => Some(told(then, now)),
    }
}

/// The lines that differ, with one around them: `-` recorded, `+` now.
fn told(then: &str, now: &str) -> String {
    let hunks = diff(then, now, 1).hunks;
    let lines = hunks.iter().flat_map(|hunk| &hunk.lines).map(|line| {
        let sign = match line.side {
            Side::Both => ' ',
            Side::Before => '-',
            Side::After => '+',
        };
        format!("{sign}{}", Redact::default().text(line.text().trim_end_matches(['\n', '\r'])))
    });
    let mut lines: Vec<String> = lines.collect();
    if lines.len() > MOST_LINES {
        let more = lines.split_off(MOST_LINES).len();
        lines.push(format!("… {more} more lines"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_names_a_file_in_its_own_folder() {
        for (path, fine) in [
            ("a.yml", true),
            ("files/a.yml", true),
            ("", false),
            ("../a.yml", false),
            ("files/../../a.yml", false),
            ("/etc/passwd", false),
        ] {
            assert_eq!(stays_beside(path), fine, "{path}");
        }
    }

    #[test]
    fn the_file_is_read_with_bounds() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("prompts/p.yaml");
        std::fs::create_dir_all(folder.path().join("prompts/below")).unwrap();
        let write = |path: &str, bytes: &[u8]| std::fs::write(folder.path().join(path), bytes).unwrap();
        write("outside.yml", b"a: 1\n");
        write("prompts/own.yml", b"\xef\xbb\xbfa: 1\r\n");
        write("prompts/latin.yml", b"a: \xe9\n");
        write("prompts/large.yml", &vec![b' '; Limits::default().bytes + 1]);
        assert_eq!(read_beside(&script, "own.yml").unwrap(), "\u{feff}a: 1\r\n", "byte for byte");
        assert_eq!(read_beside(&script, "gone.yml").unwrap_err(), "is not there");
        assert_eq!(read_beside(&script, "below").unwrap_err(), "is no file");
        assert_eq!(read_beside(&script, "latin.yml").unwrap_err(), "is not UTF-8");
        assert!(read_beside(&script, "large.yml").unwrap_err().starts_with("is too large"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("../outside.yml", folder.path().join("prompts/link.yml")).unwrap();
            assert_eq!(read_beside(&script, "link.yml").unwrap_err(), "leads out of the prompt script's folder");
        }
    }

    #[test]
    fn a_difference_is_told_in_lines_and_bounded() {
        assert_eq!(told("a\nb\nc\nd\n", "a\nb\nx\nd\n"), " b\n-c\n+x\n d");
        assert!(told("", &"x\n".repeat(100)).ends_with("\n… 76 more lines"));
    }
}
