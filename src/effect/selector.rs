//! Selectors: where in a command a reference stands.

use super::arguments::Arguments;
use crate::shell::{Place, Scope, Value, join};

/// A template over a command's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selector {
    parts: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Atom(Atom),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Atom {
    /// A plain word, from 1.
    Word(usize),
    /// The last plain word.
    Last,
    /// Each plain word from a number on.
    Words(usize),
    /// The values of a flag.
    Flag(Vec<String>),
    /// What is right of `=` in plain words.
    Assigned,
    /// `-Dname=value`, or `-Pname=value`, or `--name=value`.
    Property(Vec<String>),
    /// A variable.
    Variable(String),
    /// A variable of a pipe, the first that is there.
    Named(Vec<String>),
}

/// A value with the word that it comes from.
#[derive(Clone, Debug)]
pub(super) struct Selected {
    pub(super) value: Value,
    pub(super) place: Place,
}

impl Selected {
    /// One for each tag: oras takes several behind one name, as in `app:1,2`, and a comma stands in none.
    pub(super) fn each_tag(self) -> Vec<Selected> {
        let place = self.place;
        let tags = self.value.rsplit_once(":").map(|(name, tags)| (name, tags.split_on(|c| c == ',')));
        let Some((name, tags)) = tags.filter(|(_, tags)| tags.len() > 1) else { return vec![self] };
        let of = |tag: Value| Selected { value: join([&name, &tag], ":"), place };
        tags.into_iter().map(of).collect()
    }
}

impl Selector {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let Some(close) = rest.get(open..).and_then(|rest| rest.find('}')).map(|close| open + close) else {
                return Err(format!("`{text}` has an open brace"));
            };
            if open > 0 {
                parts.push(Piece::Text(rest.get(..open).unwrap_or("").to_owned()));
            }
            parts.push(Piece::Atom(Atom::read(rest.get(open + 1..close).unwrap_or(""))?));
            rest = rest.get(close + 1..).unwrap_or("");
        }
        if parts.is_empty() {
            parts.push(Piece::Atom(Atom::read(text)?));
        } else if !rest.is_empty() {
            parts.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// The flags whose values it takes.
    pub(super) fn flags(&self) -> impl Iterator<Item = &str> {
        let atoms = self.parts.iter().filter_map(|part| match part {
            Piece::Atom(Atom::Flag(names)) => Some(names),
            _ => None,
        });
        atoms.flatten().map(String::as_str)
    }

    /// How many plain words it reads at least, and whether it reads all that follow.
    pub(super) fn wants(&self) -> (usize, bool) {
        let of = |part: &Piece| match part {
            Piece::Atom(Atom::Word(number)) => (*number, false),
            Piece::Atom(Atom::Words(from)) => (*from, true),
            Piece::Text(_) | Piece::Atom(_) => (0, false),
        };
        let both = |one: (usize, bool), other: (usize, bool)| (one.0.max(other.0), one.1 || other.1);
        self.parts.iter().map(of).fold((0, false), both)
    }

    /// All values; one that depends on a word which is not there gives none.
    pub(super) fn select(&self, arguments: &Arguments<'_>, scope: &Scope) -> Vec<Selected> {
        let fallback = arguments.place();
        let mut found: Vec<(Value, Option<Place>)> = vec![(Value::default(), None)];
        for part in &self.parts {
            let choices: Vec<Selected> = match part {
                Piece::Text(text) => vec![Selected { value: Value::literal(text.as_str()), place: fallback }],
                Piece::Atom(atom) => atom.select(arguments, scope),
            };
            let from_word = matches!(part, Piece::Atom(_));
            found = found
                .into_iter()
                .flat_map(|(before, place)| {
                    choices.iter().map(move |choice| {
                        let mut value = before.clone();
                        value.extend(&choice.value);
                        (value, if from_word { place.or(Some(choice.place)) } else { place })
                    })
                })
                .collect();
            found.truncate(64);
        }
        found.into_iter().map(|(value, place)| Selected { value, place: place.unwrap_or(fallback) }).collect()
    }
}

impl Atom {
    fn read(text: &str) -> Result<Self, String> {
        let names = |text: &str| text.split('|').map(|name| name.trim().to_owned()).collect::<Vec<_>>();
        if text == "last" {
            return Ok(Atom::Last);
        }
        if text == "*" {
            return Ok(Atom::Words(1));
        }
        if text == "=*" {
            return Ok(Atom::Assigned);
        }
        if let Some(name) = text.strip_prefix('$') {
            return Ok(Atom::Variable(name.to_owned()));
        }
        if let Some(list) = text.strip_prefix("-D ") {
            return Ok(Atom::Property(names(list)));
        }
        if text.starts_with('-') {
            return Ok(Atom::Flag(names(text)));
        }
        if let Some(from) = text.strip_suffix('*').and_then(|number| number.parse().ok()) {
            return Ok(Atom::Words(from));
        }
        if let Ok(number) = text.parse() {
            return Ok(Atom::Word(number));
        }
        if text.is_empty() {
            return Err("an empty selector".to_owned());
        }
        Ok(Atom::Named(names(text)))
    }

    fn select(&self, arguments: &Arguments<'_>, scope: &Scope) -> Vec<Selected> {
        match self {
            Atom::Word(number) => arguments.plain(*number).into_iter().collect(),
            Atom::Last => arguments.plain(arguments.plain_count()).into_iter().collect(),
            Atom::Words(from) => (*from..=arguments.plain_count()).filter_map(|n| arguments.plain(n)).collect(),
            Atom::Flag(names) => arguments.flag(names),
            Atom::Assigned => {
                let words = (1..=arguments.plain_count()).filter_map(|n| arguments.plain(n));
                words
                    .filter_map(|word| match word.value.split_once("=") {
                        Some((_, value)) => Some(Selected { value, place: word.place }),
                        None => word.value.literal_contains(":").then_some(word),
                    })
                    .collect()
            }
            Atom::Property(names) => arguments.property(names),
            Atom::Variable(name) => match arguments.variable(name, scope) {
                Some(value) => vec![Selected { value, place: arguments.place() }],
                None => Vec::new(),
            },
            Atom::Named(names) => arguments.named(names),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::effects;

    #[test]
    fn a_target_may_have_several_tags() {
        assert_eq!(effects("oras cp r/x:1 r/x:2,3"), ["retag r/x:1 -> r/x:2", "retag r/x:1 -> r/x:3"]);
        assert_eq!(effects("oras cp h:5000/x:1 h:5000/x"), ["retag h:5000/x:1 -> h:5000/x"]);
    }
}
