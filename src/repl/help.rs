//! Help, read from the table of commands.

use super::commands::{COMMANDS, Command, command, unknown};

/// The list of commands; on a screen that is too narrow for two columns each summary stands below its command.
pub fn list(width: usize) -> String {
    let left = |command: &Command| format!("/{} {}", command.name, command.arguments).trim_end().to_owned();
    let wide = COMMANDS.iter().map(|command| left(command).len()).max().unwrap_or(0);
    let mut out = String::new();
    let broad = COMMANDS.iter().all(|command| wide + 2 + command.summary.len() <= width);
    for command in COMMANDS {
        let (left, summary) = (left(command), command.summary);
        out.push_str(&if broad { format!("{left:wide$}  {summary}\n") } else { format!("{left}\n    {summary}\n") });
    }
    out.push('\n');
    out.push_str(super::commands::PROMPTS);
    out.push('\n');
    out
}

/// One command explained.
pub fn one(name: &str) -> String {
    let name = name.trim_start_matches('/').to_lowercase();
    let Some(command) = command(&name) else { return unknown(&name) + "\n" };
    let mut out = format!("/{} {}", command.name, command.arguments).trim_end().to_owned();
    out.push_str(&format!("\n{}\n", command.summary));
    if !command.more.is_empty() {
        out.push_str(&format!("{}\n", command.more));
    }
    if !command.short.is_empty() {
        let short: Vec<String> = command.short.iter().map(|short| format!("/{short}")).collect();
        out.push_str(&format!("also: {}\n", short.join(", ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_fits_eighty_columns_and_knows_every_command() {
        let text = list(80);
        assert!(list(40).contains("/accept [REVISION]\n    write a revision to the file"), "{}", list(40));
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(COMMANDS.iter().all(|command| text.contains(&format!("/{}", command.name))));
        assert!(one("/d").starts_with("/diff [A] [B]\n") && one("d").contains("also: /d"));
        assert!(one("dif").contains("did you mean `/diff`"));
    }

    /// `UPDATE_DOCS=1 cargo test --lib repl` renews the page.
    #[test]
    fn the_page_lists_what_help_lists() {
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/chat.md");
        let text = std::fs::read_to_string(&page).unwrap();
        let (head, rest) = text.split_once("## Commands\n").unwrap();
        let (_, tail) = rest.split_once("\n## Other").unwrap();
        let mut table = "\n| command | does |\n| --- | --- |\n".to_owned();
        for command in COMMANDS {
            let usage = format!("/{} {}", command.name, command.arguments).trim_end().replace('|', "\\|");
            table.push_str(&format!("| `{usage}` | {} |\n", command.summary));
        }
        let fresh = format!("{head}## Commands\n{table}\n## Other{tail}");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&page, &fresh).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&page).unwrap(), fresh);
    }
}
