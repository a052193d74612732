//! Lines that are one command to the shell or several, and not as they look: YAML joins some, and a backslash others.

use super::whole_command::open_quote;
use crate::yaml::{Document, Node, Span, Style};

/// The longest text whose continued lines are looked at, in bytes: for each it is read from its beginning.
const LONGEST: usize = 32 << 10;

/// The first line of a text that YAML joins which begins a command of its own, and is read as the end of the one above: it has
/// the same program, or the one above takes no such word.
pub(super) fn run_together(document: &Document, command: Node<'_>) -> Option<Span> {
    let quote = match command.style()? {
        Style::Plain | Style::Folded => None,
        Style::Single => Some('\''),
        Style::Double => Some('"'),
        Style::Literal => return None,
    };
    let source = document.slice(command.span());
    if !source.contains('\n') {
        return None;
    }
    let folded = command.style() == Some(Style::Folded);
    let mut at = command.span().start;
    let (mut before, mut depth) = ("", None);
    for (number, line) in source.split_inclusive('\n').enumerate() {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        let text = line.trim();
        let text = if number == 0 { text.trim_start_matches(|c| Some(c) == quote) } else { text };
        // The first line may be without its indentation.
        let indent = document.position(start).column;
        // The header; an empty line, or in a folded text one that is deeper, parts what stands around it.
        if number == 0 && text.starts_with('>') || text.is_empty() {
            before = "";
            continue;
        }
        let deeper = folded && indent > *depth.get_or_insert(indent);
        // `\n` in double quotes ends a line for the shell.
        let ended = quote == Some('"') && before.ends_with("\\n");
        if !deeper && !ended && begins_again(before, text.trim_end_matches(|c| Some(c) == quote)) {
            let until = source.get(..start - command.span().start).unwrap_or("");
            if !open_quote(&unquoted(until, quote)) {
                return Some(Span::new(start, start + text.len()));
            }
        }
        before = if deeper { "" } else { text };
    }
    None
}

/// What the shell is given of the source of a text in these quotes, as far as its own quotes count.
fn unquoted(source: &str, quote: Option<char>) -> String {
    match quote {
        Some('\'') => source.get(1..).unwrap_or("").replace("''", "'"),
        Some(_) => source.get(1..).unwrap_or("").replace("\\\"", "\"").replace("\\\\", "\\"),
        None => source.to_owned(),
    }
}

/// Programs whose names are no words of a text, and no values.
const PROGRAMS: [&str; 44] = [
    "ansible-playbook",
    "apk",
    "apt",
    "apt-get",
    "aws",
    "az",
    "cargo",
    "cdk",
    "composer",
    "cp",
    "curl",
    "docker",
    "docker-compose",
    "dotnet",
    "echo",
    "eslint",
    "gcloud",
    "git",
    "gradle",
    "helm",
    "jest",
    "kubectl",
    "mkdir",
    "mvn",
    "npm",
    "npx",
    "phpunit",
    "pip",
    "pip3",
    "pnpm",
    "pytest",
    "python",
    "python3",
    "rsync",
    "scp",
    "serverless",
    "sls",
    "ssh",
    "sudo",
    "terraform",
    "unzip",
    "vercel",
    "wget",
    "yarn",
];

/// Whether a line begins a command and no end of the line before it.
fn begins_again(before: &str, line: &str) -> bool {
    let program = |text: &str| {
        let word = text.split_whitespace().next().unwrap_or("").to_owned();
        word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./_-".contains(&byte)).then_some(word)
    };
    let open = ["\\", "&&", "|", ";", ",", "(", "{"].iter().any(|end| before.ends_with(end))
        || matches!(before.split_whitespace().last(), Some("then" | "do" | "else" | "in" | "--"));
    let (Some(first), Some(own)) = (program(before), program(line)) else { return false };
    let named = own.starts_with(|c: char| c.is_ascii_alphabetic()) && !first.is_empty();
    let changes_folder = first == "cd" && before.split_whitespace().count() == 2;
    // `export A=1 export B=2` does what both would.
    let again = own == first && own != "export";
    let is_program = || PROGRAMS.contains(&own.as_str()) && line.contains(' ');
    named && !open && (again || changes_folder || ends(&first, before) && is_program())
}

/// Whether a line is a whole command of one that runs no other, and takes whatever follows it for text or names.
fn ends(first: &str, line: &str) -> bool {
    let rest = line.get(first.len()..).unwrap_or("").trim();
    match first {
        "export" => rest.contains('=') && !rest.ends_with('='),
        "set" => rest.starts_with(['-', '+']),
        // The end of a text is told by its quotes alone.
        "echo" | "printf" => rest.len() > 1 && rest.ends_with(['"', '\'']) && rest.starts_with(['"', '\'', '\\']),
        "mkdir" | "rm" | "touch" | "chmod" | "cp" | "mv" => rest.split_whitespace().any(|word| !word.starts_with('-')),
        _ => false,
    }
}

/// A backslash behind which no line goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Continued {
    /// YAML has put a blank in the place of the line's end, and the shell takes that into the next word.
    Joined(Span),
    /// A line follows that is empty, or a comment, and ends the command before its options.
    Ended(Span),
    /// A blank stands behind it, which is a word of its own.
    Blank(Span),
}

/// The first backslash of a command that is meant to continue its line, and does not.
pub(super) fn continued(document: &Document, command: Node<'_>) -> Option<Continued> {
    let text = command.text()?;
    if !text.contains('\\') {
        return None;
    }
    if matches!(command.style(), Some(Style::Plain | Style::Single | Style::Folded)) {
        let found = text.match_indices("\\ ").map(|(at, _)| at).filter(|at| is_odd(text, *at)).find_map(|at| {
            let place = command.source_span(Span::new(at, at + 1));
            let rest = document.text().get(place.end..command.span().end)?;
            let is_end = document.slice(place) == "\\" && rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
            is_end.then_some(Continued::Joined(place))
        });
        if found.is_some() {
            return found;
        }
    }
    // What a here-document holds is no command, and nobody looks at the lines of a text as long as this.
    if text.contains("<<") || text.len() > LONGEST {
        return None;
    }
    let mut at = 0;
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        let whole = line.trim_end();
        let begin = at;
        at += line.len() + 1;
        let comes = |line: &&str| is_option(line);
        if !whole.ends_with('\\') || !is_odd(line, whole.len() - 1) || open_quote(text.get(..begin).unwrap_or("")) {
            continue;
        }
        if whole.trim_start().starts_with('#') || open_quote(line) {
            continue;
        }
        let place = || command.source_span(Span::new(begin + whole.len() - 1, begin + whole.len()));
        if whole.len() < line.trim_end_matches('\r').len() {
            if lines.peek().is_some_and(|next| is_option(next)) {
                return Some(Continued::Blank(place()));
            }
            continue;
        }
        let is_no_command = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
        if lines.peek().is_some_and(|next| is_no_command(next))
            && text
                .get(at..)
                .unwrap_or("")
                .split('\n')
                .find(|line| !is_no_command(line))
                .is_some_and(|line| comes(&line))
        {
            return Some(Continued::Ended(place()));
        }
    }
    None
}

/// Whether a line begins with an option, as no command does.
fn is_option(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('-') && line.trim_start_matches('-').starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Whether a backslash is one that takes what stands behind it: of two the first takes the second.
fn is_odd(text: &str, at: usize) -> bool {
    let before = text.get(..=at).unwrap_or("");
    (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_item<T>(item: &str, find: impl Fn(&Document, Node<'_>) -> T) -> T {
        let document = Document::read(format!("a:\n  - {item}\n"));
        let node = document.root().unwrap().get("a").unwrap().items().next().unwrap();
        find(&document, node)
    }

    #[test]
    fn commands_that_yaml_joins_are_found() {
        let found = |item: &str| {
            of_item(item, |document, node| run_together(document, node).map(|span| document.slice(span).to_owned()))
        };
        for (item, line) in [
            (">\n    npm ci\n    npm test", "npm test"),
            ("npm ci\n    npm test", "npm test"),
            (">-\n    cd app\n    make", "make"),
            (">\n    docker build -t a .\n    docker push a\n", "docker push a"),
            (">\n    set -e\n    npm ci", "npm ci"),
            (">\n    export A=b\n    echo $A", "echo $A"),
            (">\n    echo \"start\"\n    npm ci", "npm ci"),
            ("mkdir -p a\n    docker build .", "docker build ."),
            ("'npm ci\n    npm test'", "npm test'"),
            ("\"echo \\\"it's\\\"\n    npm test\"", "npm test\""),
        ] {
            assert_eq!(found(item).as_deref(), Some(line), "{item}");
        }
        for item in [
            "|\n    npm ci\n    npm test",
            ">\n    npm ci &&\n    npm test",
            ">\n    npm ci\n\n    npm test",
            ">\n    npm ci\n      npm test",
            ">\n    docker run\n    --rm docker:27 docker ps",
            "aws s3 sync a\n    s3://b",
            "export A=1\n    export B=2",
            "echo \"it runs\n    npm ci\"",
            "echo start of\n    npm ci",
            "set -e;\n    npm ci",
            "rm -rf docker\n    npm",
            "\"npm ci\\n\n    npm test\"",
            "\"npm ci \\\n    npm test\"",
            "'bash -c \"npm ci\n    npm test\"'",
            "bash -c 'npm ci\n    npm test'",
            ">\n    cd app && make\n    all",
        ] {
            assert_eq!(found(item), None, "{item}");
        }
    }

    #[test]
    fn backslashes_that_continue_nothing_are_found() {
        let found = |item: &str| of_item(item, continued);
        for joined in
            ["docker build \\\n    -t x .", "'curl x \\\n    -d y'", ">\n    aws s3 sync . s3://x \\\n    --delete"]
        {
            assert!(matches!(found(joined), Some(Continued::Joined(_))), "{joined}");
        }
        for ended in ["|\n    docker build \\\n\n      -t x .", "|\n    docker build \\\n      # tag\n      -t x ."] {
            assert!(matches!(found(ended), Some(Continued::Ended(_))), "{ended}");
        }
        assert!(matches!(found("|\n    docker build \\ \n      -t x ."), Some(Continued::Blank(_))));
        for sound in [
            "|\n    docker build \\\n      -t x .",
            "\"docker build \\\n    -t x .\"",
            ">\n    docker build \\\n      -t x .",
            "|\n    docker build . \\\n\n    npm test",
            "|\n    echo 'a \\\n\n    -t x'",
            "|\n    cat <<E\n    a \\\n\n    -t x\n    E",
            "ls My\\ Files",
            "printf a\\\\\n    b",
        ] {
            assert_eq!(found(sound), None, "{sound}");
        }
    }
}
