//! Aliases: a name for the beginning of a command.

use std::rc::Rc;

use super::interpret::Interpreter;
use super::invocation::{Invocation, Word};
use super::piece::Piece;
use super::positional::{Parameter, Positional};
use super::value::Value;
use super::walk::Flow;

/// What text does that is more than words.
const SYNTAX: [char; 13] = ['"', '\'', '`', '$', ';', '|', '&', '<', '>', '(', ')', '\\', '\n'];

impl Interpreter<'_> {
    /// `alias k='kubectl -n x'`. A shell that reads a script follows aliases only when told to (bash) or at once (dash);
    /// which one a script gets is not in the file, so what was meant is followed.
    pub(super) fn define_aliases(&mut self, invocation: &Invocation) {
        for word in invocation.words.iter().skip(1) {
            if let Some((name, text)) = word.value().split_once("=")
                && let Some(name) = name.as_literal().filter(|name| !name.is_empty())
            {
                let text = self.as_shell_text(&text);
                Rc::make_mut(&mut self.scope.aliases).insert(name.to_owned(), text);
            }
        }
    }

    /// `unalias k`
    pub(super) fn forget_aliases(&mut self, invocation: &Invocation) {
        for word in invocation.words.iter().skip(1) {
            match word.literal() {
                Some("-a") => Rc::make_mut(&mut self.scope.aliases).clear(),
                Some(name) => drop(Rc::make_mut(&mut self.scope.aliases).remove(name)),
                None => {}
            }
        }
    }

    /// Runs a command whose name is an alias; the name means itself in there.
    pub(super) fn aliased(&mut self, name: &str, text: &str, mut invocation: Invocation) -> Flow {
        if !self.enter() {
            return Flow::Next;
        }
        Rc::make_mut(&mut self.scope.aliases).remove(name);
        let place = invocation.words.first().map_or(invocation.place, |word| word.place);
        let flow = if text.contains(SYNTAX) {
            // `"$@"` stands for the words that follow, as in a function.
            let positional = invocation.words.into_iter().map(Parameter::from).collect();
            let before = std::mem::replace(&mut self.scope.positional, Positional::new(positional));
            let flow = self.walk_piece(&Piece::whole(invocation.place, &format!("{text} \"$@\"")));
            self.scope.positional = before;
            flow
        } else {
            let word = |text: &str| Word { values: vec![Value::literal(text)], place, quoted: false, origin: None };
            invocation.words.splice(..1, text.split_whitespace().map(word));
            if invocation.words.is_empty() { Flow::Next } else { self.dispatch(invocation) }
        };
        Rc::make_mut(&mut self.scope.aliases).insert(name.to_owned(), text.to_owned());
        self.leave();
        flow
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn aliases_are_followed() {
        assert_eq!(run("alias k='kubectl -n prod'\nk apply -f x").last().unwrap(), "kubectl -n prod apply -f x");
        assert_eq!(run("alias docker='sudo docker'\ndocker push a").last().unwrap(), "docker push a");
        assert_eq!(run("alias up='cd x && docker compose'\nup pull")[1..], ["cd x", "docker compose pull"]);
        assert_eq!(run("alias k=kubectl\nunalias k\nk apply").last().unwrap(), "k apply");
    }
}
