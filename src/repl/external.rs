//! A person's own editor, for a prompt or for the draft. It is named by the environment, never by a repository.

use std::io::{self, Read, Seek, Write};
use std::process::Command;

/// The editor that the environment names: `VISUAL`, then `EDITOR`, then `vi`.
pub fn editor(variable: impl Fn(&str) -> Option<String>) -> String {
    ["VISUAL", "EDITOR"]
        .iter()
        .filter_map(|name| variable(name))
        .find(|value| !value.trim().is_empty())
        .unwrap_or_else(|| "vi".to_owned())
}

/// Opens `text` in the editor and gives what was saved; none where the editor ends with a failure.
///
/// # Errors
/// The editor can't be started, or what it left can't be read.
pub fn edit(editor: &str, text: &str, suffix: &str) -> io::Result<Option<String>> {
    let mut file = tempfile::Builder::new().prefix("pipewright-").suffix(suffix).tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let ended = Command::new(program)
        .args(words)
        .arg(file.path())
        .status()
        .map_err(|error| io::Error::new(error.kind(), format!("`{program}` can't be started: {error}")))?;
    if !ended.success() {
        return Ok(None);
    }
    // Editors replace the file as often as they write into it.
    let mut saved = String::new();
    match std::fs::File::open(file.path()) {
        Ok(mut file) => file.read_to_string(&mut saved)?,
        Err(_) => {
            file.rewind()?;
            file.read_to_string(&mut saved)?
        }
    };
    Ok(Some(saved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_the_editor() {
        let with = |pairs: &'static [(&str, &str)]| {
            editor(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(with(&[("EDITOR", "nano"), ("VISUAL", "code --wait")]), "code --wait");
        assert_eq!(with(&[("EDITOR", "nano"), ("VISUAL", " ")]), "nano");
        assert_eq!(with(&[]), "vi");
    }

    #[test]
    fn what_was_saved_comes_back() {
        assert_eq!(edit("true", "text", ".md").unwrap(), Some("text".to_owned()));
        assert_eq!(edit("sed -i s/text/other/", "text", ".md").unwrap(), Some("other".to_owned()));
        assert_eq!(edit("false", "text", ".md").unwrap(), None);
        assert!(edit("no-such-editor-here", "text", ".md").unwrap_err().to_string().contains("can't be started"));
    }
}
