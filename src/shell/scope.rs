//! Variables and functions of a script.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::rc::Rc;

use super::array::{self, Item};
use super::copied::Copied;
use super::folder::Stand;
use super::map::Map;
use super::piece::Piece;
use super::positional::Positional;
use super::value::Value;
use super::written::Written;

/// How a variable is called that a loop may have set, behind its name.
pub(super) const AFTER_LOOP: &str = " after a loop";

/// The most words of a list that are kept; `A+=("${A[@]}")` doubles them.
const ITEMS: usize = 500;

/// Variables, functions and positional parameters.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    // Shared by copies until one of them changes: each branch and subshell has a copy, and few change much.
    variables: Rc<BTreeMap<String, Vec<Value>>>,
    // What the shell has set that sent the text to another machine; nothing where none did.
    sender: Option<Rc<BTreeMap<String, Vec<Value>>>>,
    arrays: Rc<BTreeMap<String, Vec<Item>>>,
    pub(super) maps: Rc<BTreeMap<String, Map>>,
    /// The bodies that a function may have: more than one where it was defined on several ways.
    pub(super) functions: Rc<BTreeMap<String, Vec<Piece>>>,
    pub(super) aliases: Rc<BTreeMap<String, String>>,
    pub(super) positional: Positional,
    pub(super) stand: Stand,
    /// The files that were written so far.
    pub written: Rc<Written>,
    /// What was copied to other machines.
    pub(super) copied: Rc<Vec<Copied>>,
    /// What the substitution that is walked has printed so far, one text for each way; nothing outside of one.
    pub(super) printed: Vec<Value>,
}

impl Scope {
    /// Sets a variable to one of some values.
    pub fn set(&mut self, name: &str, mut values: Vec<Value>) {
        values.truncate(super::expand::ALTERNATIVES);
        Rc::make_mut(&mut self.variables).insert(name.to_owned(), values);
        if self.arrays.contains_key(name) {
            Rc::make_mut(&mut self.arrays).remove(name);
        }
        if !self.maps.is_empty() {
            self.set_over_maps(name);
        }
    }

    /// Takes a variable away.
    pub(super) fn remove(&mut self, name: &str) {
        if self.variables.contains_key(name) {
            Rc::make_mut(&mut self.variables).remove(name);
        }
        if self.arrays.contains_key(name) {
            Rc::make_mut(&mut self.arrays).remove(name);
        }
    }

    /// Goes to another machine, which has no variable of this one: what stands in the text that is sent may be filled in before,
    /// and nothing else.
    pub(super) fn go_away(&mut self) {
        let own = std::mem::take(&mut self.variables);
        self.sender = Some(match self.sender.take().filter(|sender| !sender.is_empty()) {
            Some(sender) => {
                let both = sender.iter().chain(own.iter());
                Rc::new(both.map(|(name, values)| (name.clone(), values.clone())).collect())
            }
            None => own,
        });
    }

    /// Whether this is on another machine.
    pub fn is_away(&self) -> bool {
        self.sender.is_some()
    }

    /// The values of a variable that the sender of a text set, which are not there on the other machine.
    pub fn of_sender(&self, name: &str) -> Option<&[Value]> {
        self.sender.as_ref()?.get(name).map(Vec::as_slice)
    }

    /// The values of a variable that the script set.
    pub fn get(&self, name: &str) -> Option<&[Value]> {
        self.variables.get(name).map(Vec::as_slice)
    }

    /// The variables that the script set, with what each may be.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &[Value])> {
        self.variables.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    /// Keeps a list, of one that is too long what it begins with.
    pub(super) fn set_array(&mut self, name: &str, mut items: Vec<Item>) {
        if items.len() > ITEMS {
            items.truncate(ITEMS);
            items = array::after_loop(name, &items, &items);
        }
        // The first word is what the name alone means.
        self.set(name, items.first().map_or_else(|| vec![Value::default()], |first| first.values.clone()));
        Rc::make_mut(&mut self.arrays).insert(name.to_owned(), items);
    }

    /// Makes unknown what stands in a list.
    pub(super) fn lose_list(&mut self, name: &str) {
        self.set_array(name, array::after_loop(name, &[], &[]));
    }

    pub(super) fn array(&self, name: &str) -> Option<&Vec<Item>> {
        self.arrays.get(name)
    }

    /// Makes unknown what is not as it was before a loop: how often the loop ran can't be told.
    pub(super) fn forget_changes(&mut self, before: &Scope) {
        if self.printed != before.printed {
            self.printed = vec![Value::opaque("what a loop prints")];
        }
        self.lose_maps(before);
        if Rc::ptr_eq(&self.variables, &before.variables) {
            return;
        }
        let lists = self.changed_lists(before);
        let changed = self.variables.iter().filter(|(name, values)| before.variables.get(*name) != Some(values));
        let names: Vec<String> = changed.map(|(name, _)| name.clone()).collect();
        for name in names {
            self.set(&name, vec![Value::opaque(format!("{name}{AFTER_LOOP}"))]);
        }
        for name in lists {
            let was = before.list(&name).unwrap_or_default();
            let items = array::after_loop(&name, &was, &self.list(&name).unwrap_or_default());
            self.set_array(&name, items);
        }
    }

    /// The lists that are not as they are in another scope.
    fn changed_lists(&self, other: &Scope) -> Vec<String> {
        if Rc::ptr_eq(&self.arrays, &other.arrays) {
            return Vec::new();
        }
        let names = self.arrays.keys().chain(other.arrays.keys().filter(|name| !self.arrays.contains_key(*name)));
        names.filter(|name| self.arrays.get(*name) != other.arrays.get(*name)).cloned().collect()
    }

    /// What holds after one of several ways was gone; `missing` gives the value of a variable that a way did not set.
    pub(super) fn join(ways: Vec<Scope>, missing: impl Fn(&str) -> Option<Value>) -> Scope {
        let mut ways = ways.into_iter();
        let Some(mut joined) = ways.next() else { return Scope::default() };
        for way in ways {
            let mut lists: Vec<(String, Vec<Item>)> = Vec::new();
            for name in joined.changed_lists(&way) {
                let (here, there) = (joined.list(&name).unwrap_or_default(), way.list(&name).unwrap_or_default());
                lists.push((name.clone(), array::joined(&name, &here, &there)));
            }
            let mut names: Vec<String> = Vec::new();
            if !Rc::ptr_eq(&way.variables, &joined.variables) {
                names.extend(way.variables.keys().chain(joined.variables.keys()).cloned());
            }
            for name in names {
                let (here, there) = (joined.variables.get(&name), way.variables.get(&name));
                if here == there {
                    continue;
                }
                let (here, there) = (here.cloned(), there.cloned());
                let sent = joined.of_sender(&name).map(<[Value]>::to_vec);
                let or_missing = |values: Option<Vec<Value>>| match values.or_else(|| sent.clone()) {
                    Some(values) => values,
                    None => missing(&name).into_iter().collect(),
                };
                let mut values = or_missing(here);
                for value in or_missing(there) {
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                joined.set(&name, values);
            }
            lists.into_iter().for_each(|(name, items)| joined.set_array(&name, items));
            joined.lose_maps(&way);
            joined.may_have_printed(way.printed);
            if !Rc::ptr_eq(&way.written, &joined.written) && way.written != joined.written {
                joined.written = Rc::new(joined.written.or(&way.written));
            }
            if way.copied.len() > joined.copied.len() {
                joined.copied = way.copied;
            }
            if way.stand != joined.stand {
                joined.stand.lose();
            }
            if way.positional != joined.positional {
                joined.positional.lose();
            }
            add(&mut joined.functions, way.functions, |bodies, others| {
                let new = |other: &Piece| !bodies.iter().any(|body| body.is(other));
                let new: Vec<Piece> = others.into_iter().filter(new).collect();
                bodies.extend(new);
                bodies.truncate(super::expand::ALTERNATIVES);
            });
            add(&mut joined.aliases, way.aliases, |text, other| *text = other);
        }
        joined
    }
}

/// Adds what another map has to one that may be shared; `both` joins what has the same name.
fn add<T: Clone>(to: &mut Rc<BTreeMap<String, T>>, other: Rc<BTreeMap<String, T>>, both: impl Fn(&mut T, T)) {
    if Rc::ptr_eq(to, &other) || other.is_empty() {
        return;
    }
    let to = Rc::make_mut(to);
    for (name, value) in Rc::unwrap_or_clone(other) {
        match to.entry(name) {
            Entry::Vacant(entry) => _ = entry.insert(value),
            Entry::Occupied(entry) => both(entry.into_mut(), value),
        }
    }
}
