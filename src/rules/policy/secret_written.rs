//! Credentials in the texts that a script writes or sends: YAML, JSON, XML and settings in a here-document, JSON in a word.

use super::secret::{Hit, is_secret_name, weigh};
use super::secret_commands::is_assignment;
use super::secret_words::unquoted;
use crate::yaml::Span;

/// From how many bytes on a value with a digit is a credential also where its key may be about the name of one: `secret: db-1`.
const RANDOM: usize = 16;

/// How long an element with its value may be, in bytes.
const NEAR: usize = 512;

/// Credentials in one line, which stands at `base` in its text; `body` tells that it is a line of a written text, and no command.
pub(super) fn in_line(line: &str, base: usize, body: bool) -> Vec<Hit> {
    let mut pairs = of_json(line);
    if body {
        let known = |(_, at, _): &(&str, usize, &str)| pairs.iter().any(|(_, own, _)| own == at);
        let plain = of_yaml(line).or_else(|| of_settings(line)).filter(|pair| !known(pair));
        pairs.extend(plain);
        pairs.extend(of_xml(line));
    }
    let hit = |(name, at, value): (&str, usize, &str)| {
        if !is_secret_name(name) || !(is_plain(name) || is_random(value)) || is_code(value) {
            return None;
        }
        let weight = weigh(value)?;
        let span = Span::new(base + at, base + at + value.len());
        Some(Hit { span, what: format!("the value of `{name}`"), weight })
    };
    pairs.into_iter().filter_map(hit).collect()
}

/// The lines of the here-documents of a text, each with its offset.
pub(super) fn bodies(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    if !text.contains("<<") {
        return lines;
    }
    let (mut base, mut end) = (0, None);
    for line in text.split_inclusive('\n') {
        match end {
            Some(word) if line.trim() == word => end = None,
            Some(_) => lines.push((base, line)),
            None => end = delimiter(line),
        }
        base += line.len();
    }
    lines
}

fn delimiter(line: &str) -> Option<&str> {
    let (_, behind) = line.split_once("<<").filter(|(_, behind)| !behind.starts_with('<'))?;
    let word = behind.trim_start_matches('-').trim_start();
    let word = word.split(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '>' | '&' | ')')).next()?;
    Some(word.trim_matches(['"', '\'', '\\'])).filter(|word| !word.is_empty())
}

/// Whether a name is about a secret itself: `secret: web-tls` may name an object that holds it.
fn is_plain(name: &str) -> bool {
    let last = name.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or(name);
    !matches!(last.to_ascii_lowercase().as_str(), "secret" | "token" | "credential" | "credentials")
}

/// Words that stand for a type or a rule where a value of that type will be.
const TYPES: [&str; 11] =
    ["string", "str", "text", "varchar", "char", "bytes", "required", "optional", "password", "any", "object"];

/// Whether a value says where the secret comes from, or what it will look like: `var.password`, `file("key")`, `vault:a/b`,
/// `Optional[str]`, a sentence.
fn is_code(value: &str) -> bool {
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let path = value.contains('.') && value.split('.').all(is_name);
    let scheme = value.split_once(':').is_some_and(|(scheme, _)| is_name(scheme));
    path || scheme
        || value.contains(['(', '[', '|', '<', '{', ' '])
        || value.starts_with('%')
        || value.ends_with(',')
        || TYPES.contains(&value.to_ascii_lowercase().as_str())
}

fn is_random(value: &str) -> bool {
    value.len() >= RANDOM && value.bytes().any(|byte| byte.is_ascii_digit())
}

/// `"password": "…"`, also with the quotes escaped.
fn of_json(line: &str) -> Vec<(&str, usize, &str)> {
    let mut pairs = Vec::new();
    // The last text in quotes, with where it ends.
    let mut before: Option<(&str, usize)> = None;
    let mut at = 0;
    while let Some(open) = line.get(at..).and_then(|rest| rest.find('"')).map(|open| at + open) {
        let Some(rest) = line.get(open + 1..) else { break };
        let Some(length) = rest.find('"') else { break };
        let text = rest.get(..length).unwrap_or("");
        let text = text.strip_suffix('\\').unwrap_or(text);
        if let Some((key, end)) = before
            && line.get(end..open).is_some_and(|between| between.trim_end_matches('\\').trim() == ":")
        {
            pairs.push((key, open + 1, text));
            before = None;
            at = open + length + 2;
            continue;
        }
        let is_key = is_assignment(text);
        before = is_key.then_some((text, open + length + 2));
        // What is no key may be the text between two that are.
        at = if is_key { open + length + 2 } else { open + 1 };
    }
    pairs
}

/// As [`str::split_once`], for lines most of which are not split.
fn split_once<'t>(line: &'t str, at: &str) -> Option<(&'t str, &'t str)> {
    let found = memchr::memmem::find(line.as_bytes(), at.as_bytes())?;
    Some((line.get(..found)?, line.get(found + at.len()..)?))
}

/// `password: …`
fn of_yaml(line: &str) -> Option<(&str, usize, &str)> {
    let (head, rest) = split_once(line, ": ")?;
    let name = unquoted(head.trim_start().trim_start_matches("- ").trim()).0;
    let from = head.len() + 2;
    let value = rest.split(" #").next().unwrap_or(rest);
    one_word(line, name, from, value)
}

/// `password = …`
fn of_settings(line: &str) -> Option<(&str, usize, &str)> {
    let (head, rest) = split_once(line, " = ")?;
    // Without quotes it is a name in most languages.
    let quoted = rest.trim_start().starts_with(['"', '\'']);
    one_word(line, head.trim(), head.len() + 3, rest).filter(|(.., value)| quoted || is_random(value))
}

fn one_word<'t>(line: &'t str, name: &'t str, from: usize, value: &'t str) -> Option<(&'t str, usize, &'t str)> {
    let start = from + (value.len() - value.trim_start().len());
    let (inner, offset) = unquoted(value.trim());
    let opens = inner.starts_with(['|', '>', '{', '[', '&', '*', '!', '(']) && offset == 0;
    let is_one = offset == 1 || !inner.contains(char::is_whitespace);
    let value = line.get(start + offset..start + offset + inner.len())?;
    (is_assignment(name) && !opens && is_one).then_some((name, start + offset, value))
}

/// `<password>…</password>`
fn of_xml(line: &str) -> Vec<(&str, usize, &str)> {
    let element = |(at, _): (usize, &str)| {
        let end = line.len().min(at + NEAR);
        let (name, rest) = line.get(at + 1..end)?.split_once('>')?;
        let value = rest.get(..rest.find("</")?)?;
        let closes = rest.get(value.len() + 2..)?.starts_with(name);
        (is_assignment(name) && closes).then_some((name, at + name.len() + 2, value))
    };
    line.match_indices('<').filter_map(element).collect()
}

#[cfg(test)]
mod tests {
    use super::super::secret_commands::in_commands;

    fn found(text: &str) -> Vec<String> {
        in_commands(text).iter().map(|hit| text[hit.span.start..hit.span.end].to_owned()).collect()
    }

    #[test]
    fn what_a_here_document_writes_is_searched_as_what_it_is() {
        for body in [
            "password: k9-Zt41",
            "  - db_password: 'k9-Zt41' # of the database",
            "\"password\": \"k9-Zt41\"",
            "{\"user\": \"ci\", \"password\":\"k9-Zt41\"}",
            "<password>k9-Zt41</password>",
            "<server><id>x</id><password>k9-Zt41</password></server>",
            "db_password = \"k9-Zt41\"",
            "export DB_PASSWORD=k9-Zt41",
        ] {
            assert_eq!(found(&format!("cat > f <<'EOF'\nuser: ci\n{body}\nEOF\necho")), ["k9-Zt41"], "{body}");
        }
        for body in [
            "password: $DB_PASSWORD",
            "password: \"${DB_PASSWORD}\"",
            "secret: web-tls-2024",
            "token: default",
            "secretName: web",
            "passwordSecretRef: {name: a, key: k9-Zt41}",
            "password: &p",
            "password: asked for twice",
            "<password>${env.PASSWORD}</password>",
            "<token/><x>y</x>",
            "password = var.db_password",
            "password = getpass.getpass()",
            "private_key = file(\"~/.ssh/id_rsa\")",
            "password: process.env.DB_PASSWORD,",
            "password: Optional[str]",
            "password: required|min:8",
            "\"password\": \"string\"",
            "password: ENC[AES256_GCM,data:x]",
            "password: vault:secret/data/db#pw",
            "password: \"%env(DB_PASSWORD)%\"",
            "password: 'The password of the user'",
        ] {
            assert_eq!(found(&format!("cat > f <<EOF\n{body}\nEOF")), [""; 0], "{body}");
        }
        assert_eq!(found("echo password: k9-Zt41"), [""; 0], "no written text");
    }

    #[test]
    fn json_may_stand_in_a_word() {
        assert_eq!(found("curl -d '{\"user\": \"me\", \"password\": \"k9-Zt41\"}' u"), ["k9-Zt41"]);
        assert_eq!(found("curl -d \"{\\\"password\\\": \\\"k9-Zt41\\\"}\" u"), ["k9-Zt41"]);
        assert_eq!(found("curl -d \"{\\\"password\\\": \\\"$P\\\"}\" u"), [""; 0]);
        assert_eq!(found(&format!("cat <<E\n{}\nE", "<password>".repeat(20_000))), [""; 0]);
    }
}
