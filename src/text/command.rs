//! A command of ours as a person may paste it.

/// The command with these words after the program's name, as a shell takes it.
pub fn command(words: &[impl AsRef<str>]) -> String {
    let plain = |word: &str| {
        let harmless = |char: char| char.is_alphanumeric() || "-_./=:,+@%".contains(char);
        !word.is_empty() && word.chars().all(harmless)
    };
    let quoted = words.iter().map(AsRef::as_ref).map(|word| match word {
        word if plain(word) => word.to_owned(),
        word => format!("'{}'", word.replace('\'', r"'\''")),
    });
    std::iter::once("pipewright".to_owned()).chain(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_command_as_it_was_given() {
        let words = ["eval", "my suite.yaml", "--only", "it's", "--shard=1/2", "$HOME", ""];
        assert_eq!(command(&words), r"pipewright eval 'my suite.yaml' --only 'it'\''s' --shard=1/2 '$HOME' ''");
    }
}
