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
    }

    #[test]
    fn a_shell_reads_the_command_as_it_was_given() {
        let words = ["eval", "my suite.yaml", "--only", "it's", "--shard=1/2", "$HOME", ""];
        assert_eq!(command(&words), r"pipewright eval 'my suite.yaml' --only 'it'\''s' --shard=1/2 '$HOME' ''");
    }
}
