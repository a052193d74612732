//! Places for values: a format's verbs, a template's braces. They stand where a value will be, and are none.

/// Whether a text is made of places for values, and of nothing else that could be one: `%s`, `{}`, `@TOKEN@`, `<%= x %>`,
/// `env(TOKEN)`.
pub(super) fn is_template(text: &str) -> bool {
    let (mut rest, mut places) = (text, 0);
    while let Some(first) = rest.chars().next() {
        if let Some(length) = place(rest).or_else(|| lookup(rest).filter(|length| *length == rest.len())) {
            places += 1;
            rest = rest.get(length..).unwrap_or("");
            continue;
        }
        if let Some(length) = escape(rest) {
            rest = rest.get(length..).unwrap_or("");
            continue;
        }
        if first.is_alphanumeric() || first == '\\' {
            return false;
        }
        rest = rest.get(first.len_utf8()..).unwrap_or("");
    }
    places > 0
}

/// The length of `\n` and its kin at the start of a text.
fn escape(text: &str) -> Option<usize> {
    ["\\n", "\\r", "\\t", "\\\"", "\\'"].into_iter().find(|escape| text.starts_with(escape)).map(str::len)
}

/// The length of a place for a value at the start of a text.
fn place(text: &str) -> Option<usize> {
    let enclosed = |open: &str, close: &str, inner: fn(&str) -> bool| {
        let after = text.strip_prefix(open)?;
        let end = after.find(close)?;
        inner(&after[..end]).then_some(open.len() + end + close.len())
    };
    enclosed("<%", "%>", |_| true)
        .or_else(|| enclosed("{%", "%}", |_| true))
        .or_else(|| enclosed("\\(", ")", |_| true))
        .or_else(|| enclosed("{", "}", |name| name.chars().all(|c| c.is_alphanumeric() || "_.!:[]".contains(c))))
        .or_else(|| enclosed("@", "@", is_name))
        .or_else(|| enclosed("%", "%", is_name))
        .or_else(|| enclosed("__", "__", is_name))
        .or_else(|| enclosed("#{", "}", |_| true))
        .or_else(|| verb(text))
        .or_else(|| {
            // What a group of a pattern matched.
            let digit = text.strip_prefix('\\')?.chars().next()?;
            digit.is_ascii_digit().then_some(2)
        })
}

/// The length of a verb of printf: `%s`, `%-10q`, `%1$s`.
fn verb(text: &str) -> Option<usize> {
    let after = text.strip_prefix('%')?;
    let flags = after.find(|c: char| !(c.is_ascii_digit() || "-+ #.*$".contains(c)))?;
    let last = after[flags..].chars().next()?;
    // A verb ends a word: `%select` is none.
    let ends = after[flags + 1..].chars().next().is_none_or(|c| !c.is_alphanumeric());
    ("sqbdvxXuifgecp".contains(last) && ends).then_some(1 + flags + 1)
}

/// The length of a text that asks for a variable: `env(TOKEN)`, `ENV["TOKEN"]`, `process.env.TOKEN`.
fn lookup(text: &str) -> Option<usize> {
    let begins =
        ["strenv(", "env(", "getenv(", "envOr(", "ENV[", "ENV.fetch(", "os.environ[", "os.getenv(", "process.env."];
    let after = begins.into_iter().find_map(|begin| text.strip_prefix(begin))?;
    let name = after.trim_end_matches([')', ']']).trim_matches(['"', '\'', '\\']);
    is_name(name).then_some(text.len())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::is_template;

    #[test]
    fn places_for_values_are_no_values() {
        for template in [
            "%s",
            "'%s'",
            "'%s'\\n",
            "%q",
            "%1$s",
            "%-10s\\n",
            "%s:%s",
            "{}",
            "{0}",
            "{name}",
            "{{}}",
            "@TOKEN@",
            "%TOKEN%",
            "__TOKEN__",
            "<%= token %>",
            "{% token %}",
            "#{token}",
            "\\(.token)",
            "\\1",
            "env(TOKEN)",
            "strenv(DB_PASSWORD)",
            "process.env.TOKEN",
            "ENV[\"TOKEN\"]",
        ] {
            assert!(is_template(template), "{template}");
        }
        for value in ["hunter2", "p%ssword", "{hunter2", "abc%s", "s3cr3t{}", "%select", "hunter(2)", "_x_", "\\x"] {
            assert!(!is_template(value), "{value}");
        }
    }
}
