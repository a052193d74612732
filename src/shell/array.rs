//! Lists of words: `args=(a b)`, `args+=(c)`, `"${args[@]}"`.

use super::expand::ALTERNATIVES;
use super::invocation::Word;
use super::scope::Scope;
use super::value::{Symbol, SymbolKind, Value, join};

/// One word of a list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    /// What it may be. Where it is not quoted and may be empty, it may be missing.
    pub(super) values: Vec<Value>,
    pub(super) quoted: bool,
}

impl Item {
    pub(super) fn new(values: Vec<Value>) -> Self {
        Self { values, quoted: true }
    }

    /// A word of a command, as it goes into a list.
    pub(super) fn of(word: Word) -> Self {
        Self { quoted: word.quoted, values: word.values }
    }

    /// The same word where it may be missing.
    fn optional(mut self) -> Self {
        if !self.values.contains(&Value::default()) {
            self.values.push(Value::default());
        }
        self.quoted = false;
        self
    }

    /// Words of which only this is known.
    pub(super) fn unknown(value: Value) -> Self {
        Self { values: vec![value], quoted: false }
    }

    /// Words that can't be told, however many.
    fn rest(list: &str) -> Self {
        Self::unknown(Value::opaque(format!("more of {list}")))
    }

    /// Whether it is exactly one word.
    fn is_one(&self) -> bool {
        // Blanks may be put where there were none: `${TAG//-/ }`.
        let blanks = |symbol: &Symbol| {
            matches!(symbol.kind, SymbolKind::Opaque | SymbolKind::Choice) || symbol.cut.contains(' ')
        };
        let many = |value: &Value| value.is_empty() || value.as_symbol().is_some_and(blanks);
        self.quoted || !self.values.iter().any(many)
    }

    fn begins_with_dash(&self) -> bool {
        self.values.iter().any(|value| value.literal_prefix().starts_with('-'))
    }
}

/// What a list holds behind two ways. What one way added to the other may be there.
pub(super) fn joined(list: &str, one: &[Item], other: &[Item]) -> Vec<Item> {
    let common = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let (same, one) = one.split_at(common);
    let other = other.get(common..).unwrap_or(&[]);
    let same = same.iter().cloned();
    if one.is_empty() || other.is_empty() {
        return same.chain(one.iter().chain(other).cloned().map(Item::optional)).collect();
    }
    let either = |(one, other): (&Item, &Item)| {
        let mut values = one.values.clone();
        values.extend(other.values.iter().filter(|value| !one.values.contains(value)).cloned());
        let plain = one == other || !one.begins_with_dash() && !other.begins_with_dash();
        (plain && values.len() <= ALTERNATIVES).then_some(Item { values, quoted: one.quoted && other.quoted })
    };
    let paired: Option<Vec<Item>> = one.iter().zip(other).map(either).collect();
    match paired.filter(|_| one.len() == other.len()) {
        Some(paired) => same.chain(paired).collect(),
        None => same.chain([Item::rest(list)]).collect(),
    }
}

/// What a list holds behind a loop: what it had before it, and what can't be told.
pub(super) fn after_loop(list: &str, before: &[Item], after: &[Item]) -> Vec<Item> {
    let common = before.iter().zip(after).take_while(|(before, after)| before == after).count();
    before.iter().take(common).cloned().chain([Item::rest(list)]).collect()
}

impl Scope {
    /// The words that a text such as `"${args[@]}"` stands for; `None` for any other text, and where they can't be told.
    pub(super) fn list_words(&self, raw: &str) -> Option<Vec<Item>> {
        let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
        let (name, form) = inner.strip_prefix("${")?.strip_suffix('}')?.split_once('[')?;
        let form = form.strip_prefix("@]").or_else(|| form.strip_prefix("*]").filter(|_| inner == raw))?;
        let items = self.list(name)?;
        // `${args[@]+"${args[@]}"}` and `${args[@]:-}` are for shells that take an empty list for an unset one.
        let itself = format!("\"${{{name}[@]}}\"");
        if matches!(form, "" | ":-" | "-") || form.trim_start_matches(':').strip_prefix('+') == Some(&itself) {
            return Some(items);
        }
        let mut numbers = form.strip_prefix(':')?.split(':').map(|part| part.trim().parse::<usize>().ok());
        let (from, count) = (numbers.next()??, numbers.next());
        let to = match count {
            None => items.len(),
            Some(count) => from.checked_add(count?)?.min(items.len()),
        };
        items.iter().all(Item::is_one).then(|| items.get(from.min(to)..to).unwrap_or(&[]).to_vec())
    }

    /// What `${args[1]}` or `${args[*]}` stands for, without its braces.
    pub(super) fn list_text(&self, raw: &str) -> Option<Vec<Value>> {
        let (name, index) = raw.split_once('[')?;
        let index = index.strip_suffix(']')?;
        let items = self.list(name)?;
        if matches!(index, "@" | "*") {
            let ones: Option<Vec<&Value>> = items
                .iter()
                .map(|item| match item.values.as_slice() {
                    [one] => Some(one),
                    _ => None,
                })
                .collect();
            return Some(vec![join(ones?, " ")]);
        }
        let index: isize = index.parse().ok()?;
        let at = if index < 0 { items.len().checked_sub(index.unsigned_abs())? } else { index.unsigned_abs() };
        if !items.iter().all(Item::is_one) {
            return Some(vec![Value::opaque(format!("${{{raw}}}"))]);
        }
        Some(items.get(at).map_or_else(|| vec![Value::default()], |item| item.values.clone()))
    }

    /// The words of a variable as a list: a text is a list of one.
    pub(super) fn list(&self, name: &str) -> Option<Vec<Item>> {
        match self.array(name) {
            Some(items) => Some(items.clone()),
            None => self.get(name).map(|values| vec![Item::new(values.to_vec())]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn a_cut_that_puts_blanks_is_no_one_word() {
        assert!(!run("a=(${BITBUCKET_TAG//-/ }); p ${a[1]}").contains(&"p ".to_owned()));
        assert!(!run("a=(${BITBUCKET_TAG//-/ }); p ${a[0]}").contains(&"p ${BITBUCKET_TAG//-/ }".to_owned()));
    }

    #[test]
    fn what_is_appended_comes_behind_what_was_there() {
        for script in [
            "a=(build -t x); a+=(.); docker \"${a[@]}\"",
            "a=(docker build); a+=(-t x); a+=(.)\n\"${a[@]}\"",
            "a=(); a+=(build -t x .); docker ${a[@]+\"${a[@]}\"}",
            "a=(-t x .); docker build ${a[*]}",
            "a=(y -t x .); docker build \"${a[@]:1}\"",
            "a=(y x); docker build -t \"${a[1]}\" .",
            "a=(x); a=(-t \"${a[@]}\" .); docker build \"${a[@]}\"",
            "a=(bash -c 'docker build -t x .'); \"${a[@]}\"",
            "a=build; a+=(-t x .); docker \"${a[@]}\"",
        ] {
            assert_eq!(run(script), ["docker build -t x ."], "{script}");
        }
    }

    #[test]
    fn what_may_be_appended_may_be_there() {
        for script in [
            "a=(-t x); if [ -n \"$X\" ]; then a+=(--push); fi; docker build \"${a[@]}\" .",
            "a=(-t x); [ -n \"$X\" ] && a+=(--push); docker build \"${a[@]}\" .",
            "a=(-t x); [ -n \"$X\" ] && a+=(--push) || true; docker build \"${a[@]}\" .",
        ] {
            assert_eq!(run(script).last().unwrap(), "docker build -t x --push .", "{script}");
        }
        assert_eq!(
            run("if [ -n \"$X\" ]; then a=(build x); else a=(build y); fi; docker \"${a[@]}\""),
            ["docker build <x or y>"]
        );
    }

    #[test]
    fn what_cannot_be_told_of_a_list_is_unknown() {
        for (script, told) in [
            ("a=(build); for x in $L; do a+=(-t $x); done; docker \"${a[@]}\"", "docker build <more of a>"),
            ("a=(build); while read x; do a+=($x); done; docker \"${a[@]}\"", "docker build <more of a>"),
            ("if [ -n \"$X\" ]; then a=(push x); else a=(build -t y .); fi; docker \"${a[@]}\"", "docker <more of a>"),
            ("a=(x); mapfile -t a < t; docker push \"${a[@]}\"", "docker push <what is read into a>"),
            ("a=(x y); a[1]=$Z; docker push \"${a[1]}\"", "docker push <${a[1]}>"),
        ] {
            assert_eq!(run(script).last().unwrap(), told, "{script}");
        }
    }
}
