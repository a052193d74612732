//! A command of ours as a person may paste it.

/// The words of a command with further options, which stand before words that look like options and are none.
pub fn with<'w>(words: impl IntoIterator<Item = &'w str>, options: impl IntoIterator<Item = &'w str>) -> Vec<&'w str> {
    let words: Vec<&str> = words.into_iter().collect();
    match words.iter().position(|word| *word == "--") {
        Some(at) => {
            let (before, after) = words.split_at(at);
            before.iter().copied().chain(options).chain(after.iter().copied()).collect()
        }
        None => words.iter().copied().chain(options).collect(),
    }
}

/// An option with its value: in one word where the value would be read as another option.
pub fn option(name: &str, value: &str) -> Vec<String> {
    if value.starts_with('-') { vec![format!("{name}={value}")] } else { vec![name.to_owned(), value.to_owned()] }
}

/// The words of a command with files behind them, as files also where they look like options.
pub fn with_files<'w>(words: impl IntoIterator<Item = &'w str>, files: &'w [impl AsRef<str>]) -> Vec<&'w str> {
    let files = || files.iter().map(AsRef::as_ref);
    let apart = files().any(|file| file.starts_with('-')).then_some("--");
    words.into_iter().chain(apart).chain(files()).collect()
}

/// The command with these words after the program's name, as a shell takes it.
pub fn command(arguments: &[impl AsRef<str>]) -> String {
    format!("pipewright {}", words(arguments))
}

/// Words as a shell takes them.
pub fn words(words: &[impl AsRef<str>]) -> String {
    let plain = |word: &str| {
        let harmless = |char: char| char.is_alphanumeric() || "-_./=:,+@%".contains(char);
        !word.is_empty() && word.chars().all(harmless)
    };
    let quoted = words.iter().map(AsRef::as_ref).map(|word| match word {
        word if plain(word) => word.to_owned(),
        word => format!("'{}'", word.replace('\'', r"'\''")),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_stand_before_what_only_looks_like_one() {
        assert_eq!(with(["eval", "a.yaml"], ["--live"]), ["eval", "a.yaml", "--live"]);
        assert_eq!(with(["eval", "--", "-a.yaml"], ["--live"]), ["eval", "--live", "--", "-a.yaml"]);
        assert_eq!(with_files(["eval"], &["b", "-a"]), ["eval", "--", "b", "-a"]);
        assert_eq!(with_files(["eval"], &["b"]), ["eval", "b"]);
        assert_eq!(
            (option("--only", "a b"), option("--only", "-x")),
            (vec!["--only".to_owned(), "a b".to_owned()], vec!["--only=-x".to_owned()])
        );
    }

    #[test]
    fn a_shell_reads_the_command_as_it_was_given() {
        let words = ["eval", "my suite.yaml", "--only", "it's", "--shard=1/2", "$HOME", ""];
        assert_eq!(command(&words), r"pipewright eval 'my suite.yaml' --only 'it'\''s' --shard=1/2 '$HOME' ''");
    }
}
