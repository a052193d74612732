//! The names of one map's keys: the second one of a name is found.

use std::borrow::Cow;

use foldhash::{HashMap, HashMapExt};

use super::node::NodeId;

/// Up to how many names are compared one by one: most maps have fewer, and are read without a table.
const FEW: usize = 12;

/// Names with the key that has each.
#[derive(Default)]
pub(super) struct Seen<'t> {
    few: Vec<(Cow<'t, str>, NodeId)>,
    many: HashMap<Cow<'t, str>, NodeId>,
}

impl<'t> Seen<'t> {
    /// The key of a name.
    pub(super) fn get(&self, name: &str) -> Option<NodeId> {
        if self.many.is_empty() {
            return self.few.iter().find(|(own, _)| own == name).map(|(_, key)| *key);
        }
        self.many.get(name).copied()
    }

    /// Adds a name that is not there yet.
    pub(super) fn add(&mut self, name: Cow<'t, str>, key: NodeId) {
        if !self.many.is_empty() {
            self.many.insert(name, key);
            return;
        }
        self.few.push((name, key));
        if self.few.len() > FEW {
            self.many = HashMap::with_capacity(2 * FEW);
            self.many.extend(self.few.drain(..));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_names_are_found_again() {
        let mut seen = Seen::default();
        for number in 0..3 * FEW as u32 {
            assert_eq!(seen.get(&number.to_string()), None);
            seen.add(number.to_string().into(), NodeId(number));
        }
        assert!((0..3 * FEW as u32).all(|number| seen.get(&number.to_string()) == Some(NodeId(number))));
    }
}
