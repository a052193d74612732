//! Associative arrays: `declare -A m=([main]=prod)`, `m[x]=y`, `${m[$BITBUCKET_BRANCH]}`.

use std::rc::Rc;

use tree_sitter::Node;

use super::array::Item;
use super::bounds::word_end;
use super::condition::span;
use super::expansion::Form;
use super::interpret::{Comparison, Found, Interpreter};
use super::piece::{Piece, Place};
use super::scope::Scope;
use super::value::Value;
use crate::yaml::Span;

/// What is known of one associative array.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Map {
    entries: Vec<Entry>,
    /// Whether something was put into it, or taken out, that can't be told.
    lost: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    key: Value,
    values: Vec<Value>,
    /// Where the key is written.
    place: Place,
}

/// A text such as `m[key]`: the name, the key between the brackets, and the offset behind them.
struct Subscript<'t> {
    name: &'t str,
    key: Span,
    end: usize,
}

impl<'t> Subscript<'t> {
    fn read(raw: &'t str) -> Option<Self> {
        let open = raw.find('[').filter(|open| super::plain_word::is_name(raw.get(..*open).unwrap_or("")))?;
        let end = closing(raw, open)?;
        Some(Self { name: raw.get(..open)?, key: Span::new(open + 1, end - 1), end })
    }
}

/// The offset behind the bracket that closes the one at `open`; quotes and braces in between are passed over.
fn closing(raw: &str, open: usize) -> Option<usize> {
    let mut at = open + 1;
    let mut depth = 1_usize;
    while let Some(byte) = raw.as_bytes().get(at) {
        match byte {
            b'[' => depth += 1,
            b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'"' | b'\'' | b'$' | b'`' | b'\\' => {
                // As long as the word goes on, up to the bracket.
                let to = raw.get(at..)?.find(']').map_or(raw.len(), |to| at + to);
                let end = word_end(raw.get(..to)?, at);
                at = if end > at { end } else { at + 1 };
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

impl Map {
    fn set(&mut self, entry: Entry) {
        self.entries.retain(|own| own.key != entry.key);
        self.entries.push(entry);
    }
}

impl Scope {
    fn map_mut(&mut self, name: &str) -> Option<&mut Map> {
        self.maps.contains_key(name).then(|| Rc::make_mut(&mut self.maps).get_mut(name)).flatten()
    }

    fn declare_map(&mut self, name: &str) {
        Rc::make_mut(&mut self.maps).entry(name.to_owned()).or_default();
    }

    /// Makes unknown what an assignment reaches that sets a variable, or an entry of a map, by its name.
    pub(super) fn set_over_maps(&mut self, name: &str) {
        if let Some((list, _)) = name.split_once('[') {
            if let Some(map) = self.map_mut(list) {
                map.lost = true;
            }
        } else if self.maps.contains_key(name) {
            Rc::make_mut(&mut self.maps).remove(name);
        }
    }

    /// Makes unknown each map that is not as it is in another scope.
    pub(super) fn lose_maps(&mut self, other: &Scope) {
        if Rc::ptr_eq(&self.maps, &other.maps) {
            return;
        }
        let lost = || Map { lost: true, ..Map::default() };
        let maps = Rc::make_mut(&mut self.maps);
        maps.iter_mut().filter(|(name, map)| other.maps.get(*name) != Some(map)).for_each(|(_, map)| *map = lost());
        for name in other.maps.keys() {
            maps.entry(name.clone()).or_insert_with(lost);
        }
    }

    /// The words of `"${!m[@]}"` and `"${m[@]}"`; `None` for any other text, and where they can't be told.
    pub(super) fn map_words(&self, raw: &str) -> Option<Vec<Item>> {
        if self.maps.is_empty() {
            return None;
        }
        let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
        let name = inner.strip_prefix("${")?.strip_suffix("[@]}")?;
        let (keys, name) = name.strip_prefix('!').map_or((false, name), |name| (true, name));
        let map = self.maps.get(name).filter(|map| !map.lost)?;
        let words = |entry: &Entry| if keys { vec![entry.key.clone()] } else { entry.values.clone() };
        Some(map.entries.iter().map(|entry| Item::new(words(entry))).collect())
    }
}

impl Interpreter<'_> {
    /// `declare -A m` and `declare -A m=(…)`: what is assigned, is so by others.
    pub(super) fn declare_maps(&mut self, node: Node<'_>, piece: &Piece) {
        let mut cursor = node.walk();
        let mut maps = false;
        for child in node.named_children(&mut cursor) {
            let text = piece.text.get(child.byte_range()).unwrap_or("");
            match child.kind() {
                "word" if text.starts_with('-') => maps |= text.contains('A'),
                "variable_name" if maps => self.scope.declare_map(text),
                "variable_assignment" if maps => {
                    let name = child.child_by_field_name("name").and_then(|name| piece.text.get(name.byte_range()));
                    name.into_iter().for_each(|name| self.scope.declare_map(name));
                }
                _ => {}
            }
        }
    }

    /// `m[key]=value` and `m=([key]=value …)`: false where it is no assignment to a map.
    pub(super) fn assign_map(&mut self, name: Span, value: Node<'_>, appends: bool, piece: &Piece) -> bool {
        if self.scope.maps.is_empty() {
            return false;
        }
        let text = piece.text.clone();
        let raw = text.get(name.start..name.end).unwrap_or("");
        if let Some(Subscript { name: list, key, .. }) = Subscript::read(raw)
            && self.scope.maps.contains_key(list)
        {
            let end = word_end(&text, value.start_byte()).max(value.end_byte());
            let written = (Span::new(name.start + key.start, name.start + key.end), Span::new(value.start_byte(), end));
            self.put(list, written, appends, piece);
            return true;
        }
        if value.kind() != "array" || !self.scope.maps.contains_key(raw) {
            return false;
        }
        if let Some(map) = self.scope.map_mut(raw).filter(|_| !appends) {
            *map = Map::default();
        }
        let mut cursor = value.walk();
        let mut read_to = 0;
        for item in value.named_children(&mut cursor).filter(|item| item.kind() != "comment") {
            if item.start_byte() < read_to {
                continue;
            }
            let whole = Span::new(item.start_byte(), word_end(&text, item.start_byte()).max(item.end_byte()));
            read_to = whole.end;
            let written = text.get(whole.start..whole.end).unwrap_or("");
            let end = closing(written, 0).filter(|_| written.starts_with('['));
            match end.filter(|end| written.get(*end..).is_some_and(|rest| rest.starts_with('='))) {
                Some(end) => {
                    let key = Span::new(whole.start + 1, whole.start + end - 1);
                    self.put(raw, (key, Span::new(whole.start + end + 1, whole.end)), false, piece);
                }
                None => self.scope.set_over_maps(&format!("{raw}[")),
            }
        }
        true
    }

    fn put(&mut self, name: &str, (key, value): (Span, Span), appends: bool, piece: &Piece) {
        let keys = self.expand(piece, key);
        let values = self.expand(piece, value);
        let place = piece.place(key);
        let Some(map) = self.scope.map_mut(name) else { return };
        match keys.as_slice() {
            [key] if !appends => map.set(Entry { key: key.clone(), values, place }),
            _ => map.lost = true,
        }
    }

    /// `unset m[key]`: false where it is no entry of a map.
    pub(super) fn unset_entry(&mut self, word: Span, piece: &Piece) -> bool {
        let text = piece.text.clone();
        let raw = text.get(word.start..word.end).unwrap_or("");
        let inner = raw.trim_matches(['"', '\'']);
        let Some(Subscript { name, key, .. }) = Subscript::read(inner) else { return false };
        let from = word.start + usize::from(inner.len() < raw.len());
        let keys = self.expand(piece, Span::new(from + key.start, from + key.end));
        if let Some(map) = self.scope.map_mut(name) {
            match keys.as_slice() {
                [key] if key.as_literal().is_some() && map.entries.iter().all(|own| own.key.as_literal().is_some()) => {
                    map.entries.retain(|own| own.key != *key);
                }
                _ => map.lost = true,
            }
        }
        true
    }

    /// What `${m[key]…}` stands for, without its braces; `None` where it is no entry of a map.
    pub(super) fn entry(&mut self, piece: &Piece, within: Span) -> Option<Vec<Value>> {
        if self.scope.maps.is_empty() {
            return None;
        }
        let text = piece.text.clone();
        let raw = text.get(within.start..within.end)?;
        let Subscript { name, key, end } = Subscript::read(raw)?;
        let form = format!("{name}{}", raw.get(end..)?);
        let (form, operand) = Form::read(&form)?;
        let found = self.look_up(name, Span::new(within.start + key.start, within.start + key.end), piece)?;
        let operand = within.start + operand + (end - name.len());
        Some(self.apply(&form, found, piece, Span::new(operand, within.end)))
    }

    /// Whether `m[key]` exists, for `-v`; `None` where that can't be told.
    pub(super) fn has_entry(&mut self, piece: &Piece, written: Span) -> Option<bool> {
        let text = piece.text.clone();
        let Subscript { name, key, .. } = Subscript::read(text.get(written.start..written.end)?)?;
        let key = Span::new(written.start + key.start, written.start + key.end);
        let found = self.look_up(name, key, piece)?;
        if found.is_surely_unset() { Some(false) } else { found.is_surely_set(self.host()).then_some(true) }
    }

    /// What stands under a key; `None` where the name is no map's.
    fn look_up(&mut self, name: &str, key: Span, piece: &Piece) -> Option<Found<'static, 'static>> {
        let map = self.scope.maps.get(name)?.clone();
        let keys = self.expand(piece, key);
        if self.tests_branch(piece, key, &keys) {
            let comparison = |entry: &Entry| Comparison { with: vec![entry.key.clone()], place: entry.place };
            self.compared.extend(map.entries.iter().map(comparison));
        }
        let raw = piece.text.get(key.start..key.end).unwrap_or("");
        let unknown = || Found::under_key(Some(vec![Value::opaque(format!("${{{name}[{raw}]}}"))]));
        let [key] = keys.as_slice() else { return Some(unknown()) };
        if map.lost || matches!(raw, "@" | "*") {
            return Some(unknown());
        }
        for entry in map.entries.iter().rev() {
            match self.is_key(key, &entry.key) {
                Some(true) => return Some(Found::under_key(Some(entry.values.clone()))),
                Some(false) => {}
                None => return Some(unknown()),
            }
        }
        Some(Found::under_key(None))
    }

    fn is_key(&self, key: &Value, own: &Value) -> Option<bool> {
        let plain = |text: &str| !text.contains(['*', '?', '[', '(']);
        match (key.as_literal(), own.as_literal()) {
            (Some(key), Some(own)) => Some(key == own),
            (None, Some(own)) => self.host().compares(key, own).filter(|_| plain(own)),
            (Some(key), None) => self.host().compares(own, key).filter(|_| plain(key)),
            (None, None) => (key == own).then_some(true),
        }
    }

    /// Unsets variables and entries of maps.
    pub(super) fn unset(&mut self, node: Node<'_>, piece: &Piece) {
        let mut cursor = node.walk();
        let mut read_to = 0;
        for child in node.named_children(&mut cursor) {
            if child.start_byte() < read_to {
                continue;
            }
            let word = Span::new(child.start_byte(), word_end(&piece.text, child.start_byte()).max(span(child).end));
            read_to = word.end;
            if !self.unset_entry(word, piece) {
                let name = piece.text.get(word.start..word.end).unwrap_or("").trim_matches(['"', '\'']).to_owned();
                self.scope.set(&name, vec![Value::default()]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    /// What `p` is given behind a map of two.
    fn given(script: &str) -> String {
        let map = "declare -A m=([main]=a [\"x y\"]='b c')";
        run(&format!("{map}\n{script}")).pop().unwrap_or_default()
    }

    #[test]
    fn entries_are_found_by_their_keys() {
        for (script, told) in [
            ("p ${m[main]} \"${m[x y]}\" x${m[other]}", "p a b c x"),
            ("K=main; p \"${m[$K]}\" ${m[\"$K\"]} ${m[${K}]:-d} ${m[none]:-d} ${m[$K]:+e}", "p a a a d e"),
            ("m[main]=d; m[new]=e; p ${m[main]} ${m[new]}", "p d e"),
            ("m+=([new]=e); p ${m[main]} ${m[new]}", "p a e"),
            ("m=([new]=e); p x${m[main]} ${m[new]}", "p x e"),
            ("unset m[main]; p x${m[main]}", "p x"),
            ("unset 'm[main]'; p x${m[main]}", "p x"),
            ("m[$BITBUCKET_TAG]=t; p ${m[$BITBUCKET_TAG]}", "p t"),
            ("for k in \"${!m[@]}\"; do p \"$k\" \"${m[$k]}\"; done", "p x y b c"),
            ("if [[ -v m[main] ]]; then p a; else p b; fi", "p a"),
            ("if [[ -v \"m[$BITBUCKET_BRANCH]\" ]]; then p a; else p b; fi", "p b"),
            ("[ -n \"${m[$BITBUCKET_BRANCH]}\" ] || p b", "p b"),
            ("f() { local -A n=([k]=v); p ${n[k]}; }; f", "p v"),
        ] {
            assert_eq!(given(script), told, "{script}");
        }
    }

    #[test]
    fn what_cannot_be_told_of_a_map_is_unknown() {
        for (script, told) in [
            ("p ${m[$X]}", "p <${m[$X]}>"),
            ("m[$X]=e; p ${m[main]}", "p <${m[main]}>"),
            ("[ -n \"$X\" ] && m[main]=e; p ${m[main]}", "p <${m[main]}>"),
            ("while read k v; do m[$k]=$v; done < f; p ${m[main]}", "p <${m[main]}>"),
            ("unset m[$X]; p ${m[main]}", "p <${m[main]}>"),
            ("read -r m[main]; p ${m[main]}", "p <${m[main]}>"),
            ("if [[ -v m[$X] ]]; then p a; fi", "? p a"),
            ("a=(x y); if [[ -v a[1] ]]; then p a; fi", "? p a"),
        ] {
            assert_eq!(given(script), told, "{script}");
        }
    }
}
