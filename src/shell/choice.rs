//! One of several values, where it can't be told which.

use super::value::{Part, Symbol, SymbolKind, Value};

/// Where a known text may be parted, so that what is left on both sides reads well: `<eu or us>.example/app` would not.
const PARTED_AT: [char; 6] = ['/', ':', '=', ',', '@', '\n'];

/// One of some values: an unknown that knows what it may be, with what all have in common written around it, as in
/// `<$REGISTRY or r.example>/app:latest`.
pub(super) fn one_of(values: &[&Value]) -> Value {
    if let Some(plain) = without_choices(values) {
        return one_of(&plain.iter().collect::<Vec<_>>());
    }
    let Some((first, others)) = values.split_first() else { return Value::default() };
    let (whole, within) = shared_start(first, others);
    let mut rests: Vec<Value> = values.iter().map(|value| without_start(value, whole, within)).collect();
    let end = take_shared_end(&mut rests);
    // `${X:-y}` gives the variable first, `[ -n "$X" ] || X=y` last, and both say the same.
    rests.sort_by_key(|rest| rest.as_literal().is_some());
    let mut names: Vec<String> = rests.iter().map(Value::to_string).collect();
    names.iter_mut().filter(|name| name.is_empty()).for_each(|name| name.push_str("nothing"));
    let mut joined = Value::from_parts(first.parts().iter().take(whole).cloned());
    if let Some(Part::Literal(text)) = first.parts().get(whole) {
        joined.push_literal(text.get(..within).unwrap_or(""));
    }
    let choice =
        Symbol { kind: SymbolKind::Choice, name: names.join(" or "), cut: String::new(), of: Some(rests.into()) };
    joined.extend(&Value::symbol(choice));
    joined.extend(&end);
    joined
}

/// What they may be, each written out, where a choice stands in one of them and all are not too many.
fn without_choices(values: &[&Value]) -> Option<Vec<Value>> {
    if !values.iter().any(|value| value.is_choice()) {
        return None;
    }
    let mut plain: Vec<Value> = Vec::new();
    for value in values {
        let each = value.alternatives();
        if each.is_empty() || each.iter().any(Value::is_choice) {
            return None;
        }
        for one in each {
            if !plain.contains(&one) {
                plain.push(one);
            }
        }
    }
    (plain.len() > 1 && plain.len() <= super::expand::ALTERNATIVES).then_some(plain)
}

/// How many parts all begin with, and how many bytes of the known text behind them.
fn shared_start(first: &Value, others: &[&Value]) -> (usize, usize) {
    let same = |at: &usize| others.iter().all(|other| other.parts().get(*at) == first.parts().get(*at));
    let whole = (0..first.parts().len()).take_while(same).count();
    let Some(Part::Literal(text)) = first.parts().get(whole) else { return (whole, 0) };
    let mut shared = text.as_str();
    for other in others {
        let Some(Part::Literal(text)) = other.parts().get(whole) else { return (whole, 0) };
        let length = shared.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
        shared = shared.get(..length).unwrap_or("");
    }
    (whole, shared.rfind(PARTED_AT).map_or(0, |at| at + 1))
}

fn without_start(value: &Value, whole: usize, within: usize) -> Value {
    let mut parts = value.parts().iter().skip(whole).cloned();
    let first = match parts.next() {
        Some(Part::Literal(text)) => Some(Part::Literal(text.get(within..).unwrap_or("").to_owned())),
        other => other,
    };
    Value::from_parts(first.into_iter().chain(parts))
}

/// Takes off what all end in.
fn take_shared_end(values: &mut [Value]) -> Value {
    let mut end: Vec<Part> = Vec::new();
    while let Some((first, others)) = values.split_first() {
        let Some(last) = first.parts().last() else { break };
        if others.iter().all(|other| other.parts().last() == Some(last)) {
            end.push(last.clone());
            values.iter_mut().for_each(Value::pop);
            continue;
        }
        let Some(text) = shared_text(first, others) else { break };
        let length = text.len();
        end.push(Part::Literal(text));
        values.iter_mut().for_each(|value| value.truncate_last(length));
        break;
    }
    end.reverse();
    Value::from_parts(end)
}

/// The known text in which all end.
fn shared_text(first: &Value, others: &[Value]) -> Option<String> {
    let Some(Part::Literal(text)) = first.parts().last() else { return None };
    let mut shared = text.as_str();
    for other in others {
        let Some(Part::Literal(text)) = other.parts().last() else { return None };
        let length = shared.bytes().rev().zip(text.bytes().rev()).take_while(|(a, b)| a == b).count();
        shared = shared.get(shared.len() - length..).unwrap_or("");
    }
    shared.find(PARTED_AT).map(|at| shared[at..].to_owned())
}

impl Symbol {
    /// What it may be, where that is one of some values and nothing was cut from it; else nothing.
    pub fn choices(&self) -> &[Value] {
        match &self.of {
            Some(of) if self.cut.is_empty() => of,
            _ => &[],
        }
    }
}

impl Value {
    /// One of some values; of equal ones the value itself.
    pub fn one_of(mut values: Vec<Value>) -> Value {
        values.sort();
        values.dedup();
        match values.as_slice() {
            [one] => one.clone(),
            many => one_of(&many.iter().collect::<Vec<_>>()),
        }
    }

    /// Whether which of some values stands in it can't be told.
    pub fn is_choice(&self) -> bool {
        self.symbols().any(|symbol| symbol.kind == SymbolKind::Choice)
    }

    /// What it may be, each written out: itself alone where no choice stands in it, nothing where they are too many.
    pub fn alternatives(&self) -> Vec<Value> {
        let mut all = vec![Value::default()];
        for part in self.parts() {
            let choices = match part {
                Part::Symbol(symbol) => symbol.choices(),
                Part::Literal(_) => &[],
            };
            if all.len() * choices.len() > super::expand::ALTERNATIVES {
                return Vec::new();
            }
            match choices {
                [] => all.iter_mut().for_each(|value| value.extend(&Value::from_parts([part.clone()]))),
                many => {
                    let longer = |value: &Value, choice: &Value| {
                        let mut longer = value.clone();
                        longer.extend(choice);
                        longer
                    };
                    all = all.iter().flat_map(|value| many.iter().map(move |choice| longer(value, choice))).collect();
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(values: &[&[&str]]) -> Value {
        let part = |text: &&str| match text.strip_prefix('$') {
            Some(name) => Part::from(Symbol::variable(name)),
            None => Part::Literal((*text).to_owned()),
        };
        let values: Vec<Value> = values.iter().map(|parts| Value::from_parts(parts.iter().map(part))).collect();
        one_of(&values.iter().collect::<Vec<_>>())
    }

    #[test]
    fn what_all_have_in_common_stands_once() {
        let shown = |values: &[&[&str]]| chosen(values).to_string();
        assert_eq!(shown(&[&["$REG", "/app:latest"], &["r.example/app:latest"]]), "<$REG or r.example>/app:latest");
        assert_eq!(shown(&[&["r.example/app:latest"], &["r.example/app:", "$TAG"]]), "r.example/app:<$TAG or latest>");
        assert_eq!(
            shown(&[&["app=eu.example/app:1"], &["app=us.example/app:1"]]),
            "app=<eu.example or us.example>/app:1"
        );
        assert_eq!(shown(&[&["r.example/app"], &["r.example/api"]]), "r.example/<app or api>");
        assert_eq!(shown(&[&["$A", "/app"], &["/app"]]), "<$A or nothing>/app");
        assert_eq!(shown(&[&["docker"], &["podman"]]), "<docker or podman>");
    }

    #[test]
    fn a_choice_among_choices_is_one_choice() {
        let inner = chosen(&[&["a"], &["b"]]);
        assert_eq!(one_of(&[&inner, &Value::literal("c"), &Value::literal("a")]).to_string(), "<a or b or c>");
    }

    #[test]
    fn the_alternatives_are_what_it_was_made_of() {
        let value = chosen(&[&["$REG", "/app:latest"], &["r.example/app:latest"]]);
        let shown: Vec<String> = value.alternatives().iter().map(Value::to_string).collect();
        assert_eq!(shown, ["$REG/app:latest", "r.example/app:latest"]);
        assert_eq!(Value::variable("A").alternatives(), [Value::variable("A")]);
    }
}
