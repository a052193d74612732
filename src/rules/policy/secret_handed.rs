//! Credentials that come to their flag by a variable: `P=…; docker login -p "$P"`.

use super::secret::{Hit, weigh};
use super::secret_commands::{is_assignment, password_flag};
use super::secret_lines::telling_lines;
use super::secret_words::{Token, tokenize, unquoted};
use crate::yaml::Span;

/// How many variables are looked for; nobody has as many passwords.
const MOST: usize = 50;

/// The values of variables that texts of one script hand to a flag for a password; each with the number of its text.
pub(super) fn handed(texts: &[&str]) -> Vec<(usize, Hit)> {
    let lines = texts.iter().flat_map(|text| telling_lines(text)).filter(|(_, line)| line.contains('$'));
    let tokens: Vec<Vec<Token<'_>>> = lines.map(|(_, line)| tokenize(line)).collect();
    values_of(&names_in(tokens.iter().map(Vec::as_slice)), texts)
}

/// The variables that lines hand to a flag for a password.
pub(super) fn names_in<'t, 'l>(lines: impl Iterator<Item = &'l [Token<'t>]>) -> Vec<&'t str>
where
    't: 'l,
{
    let mut names: Vec<&str> = lines.flat_map(read).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(MOST);
    names
}

/// The values that texts give to such variables, each with the number of its text.
pub(super) fn values_of(names: &[&str], texts: &[&str]) -> Vec<(usize, Hit)> {
    let mut hits = Vec::new();
    if names.is_empty() {
        return hits;
    }
    for (number, text) in texts.iter().enumerate() {
        let mut base = 0;
        for line in text.split_inclusive('\n') {
            let sets = names.iter().any(|name| line.contains(name)) && line.contains('=');
            for token in if sets { tokenize(line) } else { Vec::new() } {
                let Some((name, value)) = token.text.split_once('=').filter(|(name, _)| names.contains(name)) else {
                    continue;
                };
                let (inner, offset) = unquoted(value);
                if let Some(weight) = weigh(inner) {
                    let start = base + token.start + name.len() + 1 + offset;
                    let span = Span::new(start, start + inner.len());
                    hits.push((number, Hit { span, what: format!("`{name}`, a password by its use,"), weight }));
                }
            }
            base += line.len();
        }
    }
    hits
}

/// The variables behind flags for passwords.
fn read<'t>(tokens: &[Token<'t>]) -> Vec<&'t str> {
    let value = |(at, token): (usize, &Token<'t>)| {
        let command = || tokens.iter().filter(|other| other.command == token.command).map(|other| other.text);
        if let Some((flag, value)) = token.text.split_once('=').filter(|(flag, _)| password_flag(flag, command())) {
            return variable(value).filter(|_| flag.starts_with("--"));
        }
        let next = tokens.get(at + 1).filter(|next| next.command == token.command)?;
        variable(next.text).filter(|_| password_flag(token.text, command()))
    };
    tokens.iter().enumerate().filter_map(value).collect()
}

/// The name in `$NAME`, `"${NAME}"`.
fn variable(word: &str) -> Option<&str> {
    let name = unquoted(word).0.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    (is_assignment(name) && !name.contains(['-', '.'])).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::handed;

    #[test]
    fn a_variable_that_is_used_as_a_password_holds_one() {
        let found = |texts: &[&str]| {
            let shown = |(text, hit): &(usize, super::Hit)| texts[*text][hit.span.start..hit.span.end].to_owned();
            handed(texts).iter().map(shown).collect::<Vec<_>>()
        };
        assert_eq!(found(&["P=k9-Zt41; docker login r -u ci -p \"$P\""]), ["k9-Zt41"]);
        assert_eq!(found(&["export P='k9-Zt41'", "npm ci", "docker login -u ci --password=${P} r"]), ["k9-Zt41"]);
        for none in [
            &["P=$HUB; docker login -u ci -p \"$P\" r"][..],
            &["P=k9-Zt41; docker run -p \"$P\" r"],
            &["P=k9-Zt41; docker run -p \"$P\" r login"],
            &["P=k9-Zt41; docker login -u \"$P\" -p \"$Q\" r"],
            &["P=k9-Zt41"],
        ] {
            assert_eq!(found(none), [""; 0], "{none:?}");
        }
    }
}
