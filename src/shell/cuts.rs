//! Cuts of a text of which only the beginning is known: `${T#*-}`, `${T:3}`, `${T%%-*}`, `cut -d- -f2-`. Cuts that mean the
//! same for every name that the event's pattern takes are spelled the same.

use super::expansion::{trim_text, unfollowed};
use super::glob::{glob, is_text};
use super::interpret::Interpreter;
use super::kept::{freed_text, holds_kept};
use super::value::{CUT_END, Part, Symbol, Value};

impl Interpreter<'_> {
    /// The text with which a value surely begins.
    fn start(&self, value: &Value) -> String {
        let mut start = String::new();
        for part in value.parts() {
            match part {
                Part::Literal(text) => start.push_str(text),
                Part::Symbol(symbol) => {
                    start.push_str(&self.start_of(symbol));
                    break;
                }
            }
        }
        start
    }

    fn start_of(&self, symbol: &Symbol) -> String {
        if !symbol.is_bitbucket() || !symbol.cut.is_empty() && beginning(&symbol.cut).is_none() {
            return String::new();
        }
        let whole = self.host().beginning(&symbol.name);
        let gone = beginning(&symbol.cut).unwrap_or("");
        whole.strip_prefix(gone).unwrap_or("").to_owned()
    }

    /// The value without a text with which it surely begins.
    fn without(&self, value: &Value, start: &str) -> Value {
        if start.is_empty() {
            return value.clone();
        }
        let mut rest = start;
        let mut parts = Vec::new();
        for part in value.parts() {
            parts.push(match part {
                Part::Literal(text) => match text.strip_prefix(rest) {
                    Some(kept) => {
                        rest = "";
                        Part::Literal(kept.to_owned())
                    }
                    None => {
                        rest = rest.strip_prefix(text.as_str()).unwrap_or("");
                        continue;
                    }
                },
                Part::Symbol(symbol) if !rest.is_empty() => {
                    let gone = beginning(&symbol.cut).unwrap_or("");
                    let cut = format!("#{gone}{}", std::mem::take(&mut rest));
                    Part::from(Symbol { cut, ..symbol.as_ref().clone() })
                }
                part => part.clone(),
            });
        }
        Value::from_parts(parts)
    }

    /// Removes a beginning or an end.
    pub(super) fn trim(&self, value: &Value, operator: &str, pattern: &Value) -> Value {
        let how = || unfollowed(value, &format!("{operator}{pattern}"));
        let Some(pattern) = pattern.as_literal() else { return how() };
        if let Some(text) = value.as_literal() {
            return Value::literal(trim_text(text, operator, pattern));
        }
        if holds_kept(pattern) {
            return unfollowed(value, &format!("{operator}{}", freed_text(pattern)));
        }
        if operator.starts_with('#') {
            self.trim_start(value, operator, pattern)
        } else {
            self.trim_end(value, operator, pattern)
        }
    }

    fn trim_start(&self, value: &Value, operator: &str, pattern: &str) -> Value {
        let start = self.start(value);
        // The longest of several beginnings can't be told, but where all have one length.
        let first = operator == "#" || !pattern.contains('*');
        let mut ends = start.char_indices().map(|(at, _)| at).chain([start.len()]);
        if first && let Some(end) = ends.find(|end| glob(pattern, start.get(..*end).unwrap_or(""))) {
            return self.without(value, start.get(..end).unwrap_or(""));
        }
        let plain = pattern.split(['*', '?', '[']).next().unwrap_or("");
        if !start.starts_with(plain) && !plain.starts_with(&start) {
            return value.clone();
        }
        // `${X##*:}`: what is behind the last of a text that can't stand in what is not known.
        if let Some(at) = pattern.strip_prefix('*').filter(|at| is_plain(at))
            && let Some((_, after)) = value.rsplit_once(at)
            && operator == "##"
            && after.symbols().all(|symbol| symbol.lacks(at))
        {
            return after;
        }
        // One spelling for the two, where both mean one beginning.
        let operator = if first && is_plain(pattern) { "#" } else { operator };
        unfollowed(value, &format!("{operator}{pattern}"))
    }

    fn trim_end(&self, value: &Value, operator: &str, pattern: &str) -> Value {
        if let Some(at) = pattern.strip_suffix('*').filter(|at| is_plain(at)) {
            if operator == "%%"
                && let Some((before, _)) = self.start(value).split_once(at)
            {
                return Value::literal(before);
            }
            let found = if operator == "%%" { value.split_once(at) } else { value.rsplit_once(at) };
            if let Some((before, after)) = found {
                let unclear = if operator == "%%" { &before } else { &after };
                if unclear.symbols().all(|symbol| symbol.lacks(at)) {
                    return before;
                }
            }
        }
        unfollowed(value, &format!("{operator}{pattern}"))
    }

    /// `${x:offset}` and `${x:offset:length}`.
    pub(super) fn slice(&self, value: &Value, range: &str) -> Value {
        let (offset, length) = match range.split_once(':') {
            Some((offset, length)) => (offset.trim(), Some(length.trim())),
            None => (range.trim(), None),
        };
        let offset = if offset.is_empty() { Some(0) } else { offset.parse::<usize>().ok() };
        let count = length.map(str::parse::<usize>);
        if let Some(text) = value.as_literal() {
            let taken = |offset: usize| text.chars().skip(offset);
            return match (offset, count) {
                (Some(offset), None) => Value::literal(taken(offset).collect::<String>()),
                (Some(offset), Some(Ok(count))) => Value::literal(taken(offset).take(count).collect::<String>()),
                _ => unfollowed(value, &format!(":{range}")),
            };
        }
        let start = self.start(value);
        match (offset, count) {
            (Some(offset), None) if start.is_ascii() && offset <= start.len() => {
                self.without(value, start.get(..offset).unwrap_or(""))
            }
            (Some(offset), Some(Ok(count))) if start.is_ascii() && offset.saturating_add(count) <= start.len() => {
                Value::literal(start.get(offset..offset + count).unwrap_or(""))
            }
            // A commit has so many signs.
            (Some(0), Some(Ok(40..)))
                if value.as_symbol().is_some_and(|own| own.is_variable("BITBUCKET_COMMIT") && own.cut.is_empty()) =>
            {
                value.clone()
            }
            (Some(0), Some(Ok(count))) => unfollowed(value, &format!("::{count}")),
            _ => unfollowed(value, &format!(":{range}")),
        }
    }

    /// `${x/a/b}` where the first `a` stands in what is known; `first` where it has to begin the text.
    pub(super) fn replaced_at_start(&self, value: &Value, pattern: &str, with: &str, first: bool) -> Option<Value> {
        let start = self.start(value);
        let at = start.find(pattern).filter(|at| !pattern.is_empty() && (!first || *at == 0))?;
        let mut replaced = Value::literal(start.get(..at)?);
        replaced.push_literal(with);
        replaced.extend(&self.without(value, start.get(..at + pattern.len())?));
        Some(replaced)
    }

    /// Whether two cuts of one variable surely differ: they leave a text of another length.
    pub(super) fn are_other_cuts(&self, one: &Value, other: &Value) -> bool {
        let (Some(one), Some(other)) = (one.as_symbol(), other.as_symbol()) else { return false };
        let gone = |symbol: &Symbol| if symbol.cut.is_empty() { Some(0) } else { beginning(&symbol.cut).map(str::len) };
        let whole = self.host().beginning(&one.name);
        let sure = |symbol: &Symbol| whole.starts_with(beginning(&symbol.cut).unwrap_or(""));
        let lengths = (gone(one), gone(other));
        one.name == other.name
            && one.is_bitbucket()
            && sure(one)
            && sure(other)
            && matches!(lengths, (Some(one), Some(other)) if one != other)
    }

    /// What `cut -d- -f2-` prints, and `awk -F- '{print $2}'`.
    pub(super) fn field(&self, value: &Value, delimiter: &str, field: &str) -> Option<Value> {
        let (number, on) = field.strip_suffix('-').map_or((field, false), |number| (number, true));
        let number: usize = number.parse().ok()?;
        let behind = Value::literal(format!("*{delimiter}"));
        let before = Value::literal(format!("{delimiter}*"));
        // Without a delimiter the two tools differ, and so do fields that are not there.
        if !self.start(value).contains(delimiter) && value.split_once(delimiter).is_none() {
            return None;
        }
        let rest = match number {
            1 => value.clone(),
            2 => self.trim(value, "#", &behind),
            _ => return None,
        };
        Some(if on { rest } else { self.trim(&rest, "%%", &before) })
    }
}

impl Symbol {
    /// Whether it is a variable of Bitbucket.
    fn is_bitbucket(&self) -> bool {
        self.kind == super::SymbolKind::Variable && self.name.starts_with("BITBUCKET_")
    }

    /// Whether a text can't stand in it.
    fn lacks(&self, text: &str) -> bool {
        let never = match self.name.as_str() {
            _ if !self.is_bitbucket() => return false,
            "BITBUCKET_COMMIT" | "BITBUCKET_BUILD_NUMBER" => |c: char| !c.is_ascii_alphanumeric(),
            "BITBUCKET_REPO_SLUG" | "BITBUCKET_WORKSPACE" => |c: char| matches!(c, ':' | '/' | '@'),
            "BITBUCKET_TAG" | "BITBUCKET_BRANCH" | "BITBUCKET_REPO_FULL_NAME" => |c: char| matches!(c, ':'),
            _ => return false,
        };
        text.contains(never)
    }
}

/// The text that a cut takes from the beginning, where that is all that it does.
fn beginning(cut: &str) -> Option<&str> {
    cut.strip_prefix('#').filter(|text| is_plain(text) && !text.starts_with('#') && !text.contains(CUT_END))
}

/// Whether a pattern is a text, and not an empty one.
fn is_plain(pattern: &str) -> bool {
    !pattern.is_empty() && is_text(pattern)
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    /// What `p` is given; all tags begin with `rc-`.
    fn cut_to(form: &str) -> String {
        run(&format!("T=$BITBUCKET_TAG; p \"{form}\"")).pop().unwrap().replace("BITBUCKET_TAG", "T")
    }

    #[test]
    fn cuts_that_mean_the_same_are_spelled_the_same() {
        for form in [
            "${T#rc-}",
            "${T##rc-}",
            "${T#*-}",
            "${T#??-}",
            "${T#rc?}",
            "${T:3}",
            "${T/rc-/}",
            "${T/#rc-/}",
            "$(echo $T | cut -d- -f2-)",
            "$(cut -d '-' -f 2- <<< $T)",
            "$(echo $T | sed 's/^rc-//')",
            "$(echo $T | sed -E 's/^[^-]*-//')",
        ] {
            assert_eq!(cut_to(form), "p ${T#rc-}", "{form}");
        }
        assert_eq!(cut_to("${T%%-*}"), "p rc");
        assert_eq!(cut_to("$(echo $T | cut -d- -f1)"), "p rc");
        assert_eq!(cut_to("${T:0:2}"), "p rc");
        assert_eq!(cut_to("${T#release-}"), "p $T");
        assert_eq!(cut_to("${T/rc/v}"), "p v${T#rc}");
        assert_eq!(cut_to("${T##*-}"), "p ${T##*-}");
        assert_eq!(cut_to("$(echo $T | cut -d- -f2)"), "p ${${T#rc-}%%-*}");
    }

    #[test]
    fn a_text_is_cut_at_what_can_not_stand_in_its_unknown_parts() {
        assert_eq!(run("I=a/b:$BITBUCKET_TAG; p ${I%:*} ${I##*:} ${I%%:*}"), ["p a/b $BITBUCKET_TAG a/b"]);
        assert_eq!(run("I=$R/b:$BITBUCKET_COMMIT; p ${I%:*} ${I##*:}"), ["p $R/b $BITBUCKET_COMMIT"]);
        assert_eq!(run("I=a/b:$X; p ${I##*:}"), ["p <a/b:$X>"]);
    }
}
