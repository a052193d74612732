//! Conditionals of a Makefile: `ifeq`, `ifdef`, `else`, `endif`.

use super::make_text::function;

/// A line of a conditional.
pub(super) enum Control {
    If(Test),
    Else(Option<Test>),
    End,
}

/// What a conditional asks: whether two texts are the same, or one is empty.
pub(super) struct Test {
    pub(super) sides: [String; 2],
    pub(super) same: bool,
}

/// The line of a conditional, where it is one.
pub(super) fn control(line: &str) -> Option<Control> {
    let line = line.trim();
    if line == "endif" {
        return Some(Control::End);
    }
    let behind = line.strip_prefix("else").filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
    if let Some(rest) = behind {
        let rest = rest.trim();
        return if rest.is_empty() { Some(Control::Else(None)) } else { Some(Control::Else(test(rest))) };
    }
    test(line).map(Control::If)
}

/// `ifdef NAME`, `ifeq ($(A),b)`, `ifeq "$(A)" "b"`.
fn test(line: &str) -> Option<Test> {
    let (word, rest) = line.split_once(char::is_whitespace).or_else(|| line.find('(').map(|at| line.split_at(at)))?;
    let rest = rest.trim();
    let same = match word {
        "ifdef" | "ifndef" => {
            return Some(Test { sides: [format!("$({rest})"), String::new()], same: word == "ifndef" });
        }
        "ifeq" => true,
        "ifneq" => false,
        _ => return None,
    };
    let sides = if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        sides(inner)?
    } else {
        let (first, rest) = in_quotes(rest)?;
        let (second, _) = in_quotes(rest.trim_start())?;
        [first.to_owned(), second.to_owned()]
    };
    Some(Test { sides, same })
}

/// A text in quotes, and what stands behind it.
fn in_quotes(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    text.get(1..)?.split_once(quote)
}

/// The two sides of `(a,b)`.
fn sides(inner: &str) -> Option<[String; 2]> {
    let call = format!("eq {inner}");
    match function(&call)?.1.as_slice() {
        [left, right] => Some([left, right].map(|side| side.trim().to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::makefile::tests::made;

    #[test]
    fn a_conditional_compares_two_texts_in_any_quotes() {
        for (test, shell) in [
            ("ifeq ($(A),b)", "[ \"${A}\" = \"b\" ]"),
            ("ifeq \"$(A)\" \"b\"", "[ \"${A}\" = \"b\" ]"),
            ("ifneq '' '$(A)'", "[ \"\" != \"${A}\" ]"),
            ("ifndef A", "[ \"${A}\" = \"\" ]"),
        ] {
            let script = made(&format!("{test}\nT = 1\nendif\nt:\n\tp\n"), "t").unwrap();
            assert_eq!(script.lines().next().unwrap(), format!("if {shell}; then"), "{test}");
        }
    }
}
