//! Sets of texts: what a pattern, a regular expression or a name with unknowns in it takes, and whether all texts of one set
//! are in another.

use foldhash::{HashSet, HashSetExt};

/// How many states an expression may have: a set of them is one number.
const STATES: usize = 128;
/// How many pairs of sets are looked at before the answer is that it can't be told.
const LOOKED_AT: usize = 4_000;

/// What an expression is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One character of a class.
    One(Class),
    /// One after the other.
    Row(Vec<Shape>),
    /// One of several.
    Choice(Vec<Shape>),
    /// So many times, or any number of times from there on.
    Times(Box<Shape>, usize, Option<usize>),
    /// Where the text begins.
    Start,
    /// Where it ends.
    End,
}

/// Characters, in ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Class {
    /// First and last of each range.
    pub ranges: Vec<(char, char)>,
    /// Whether all others are meant.
    pub negated: bool,
}

impl Class {
    /// All characters but these.
    pub fn but(characters: &[char]) -> Self {
        Self { ranges: characters.iter().map(|c| (*c, *c)).collect(), negated: true }
    }

    fn takes(&self, c: char) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)) != self.negated
    }
}

impl Shape {
    /// Known text.
    pub fn text(text: &str) -> Self {
        Shape::Row(text.chars().map(Shape::character).collect())
    }

    /// One character.
    pub fn character(c: char) -> Self {
        Shape::One(Class { ranges: vec![(c, c)], negated: false })
    }

    /// Any text.
    pub fn anything() -> Self {
        Shape::Times(Box::new(Shape::One(Class::but(&[]))), 0, None)
    }

    /// Any text that is not empty.
    pub fn something() -> Self {
        Shape::Times(Box::new(Shape::One(Class::but(&[]))), 1, None)
    }
}

/// A set of texts.
#[derive(Clone, Debug)]
pub struct Texts {
    states: Vec<State>,
    first: usize,
}

#[derive(Clone, Debug)]
enum State {
    Step(Class, usize),
    Either(usize, usize),
    AtStart(usize),
    AtEnd(usize),
    Done,
}

impl Texts {
    /// The texts that a shape takes as a whole; `None` where it is too large.
    pub fn of(shape: &Shape) -> Option<Self> {
        let mut texts = Texts { states: vec![State::Done], first: 0 };
        texts.first = texts.add(shape, 0)?;
        Some(texts)
    }

    fn push(&mut self, state: State) -> Option<usize> {
        self.states.push(state);
        (self.states.len() <= STATES).then(|| self.states.len() - 1)
    }

    fn add(&mut self, shape: &Shape, next: usize) -> Option<usize> {
        match shape {
            Shape::One(class) => self.push(State::Step(class.clone(), next)),
            Shape::Start => self.push(State::AtStart(next)),
            Shape::End => self.push(State::AtEnd(next)),
            Shape::Row(row) => row.iter().rev().try_fold(next, |next, shape| self.add(shape, next)),
            Shape::Choice(choice) => {
                let mut ways = choice.iter().map(|shape| self.add(shape, next)).collect::<Option<Vec<usize>>>()?;
                let last = ways.pop()?;
                ways.into_iter().rev().try_fold(last, |other, way| self.push(State::Either(way, other)))
            }
            Shape::Times(shape, least, most) => {
                let mut at = next;
                match most {
                    None => {
                        at = self.push(State::Either(next, next))?;
                        let again = self.add(shape, at)?;
                        self.states[at] = State::Either(again, next);
                    }
                    Some(most) => {
                        for _ in *least..*most {
                            let once = self.add(shape, at)?;
                            at = self.push(State::Either(once, next))?;
                        }
                    }
                }
                (0..*least).try_fold(at, |at, _| self.add(shape, at))
            }
        }
    }

    /// What is reached without a character.
    fn closed(&self, set: u128, at_start: bool, at_end: bool) -> u128 {
        let mut reached = set;
        let mut pending: Vec<usize> = (0..self.states.len()).filter(|at| set & (1 << at) != 0).collect();
        while let Some(at) = pending.pop() {
            let next = match &self.states[at] {
                State::Either(one, other) => [Some(*one), Some(*other)],
                State::AtStart(next) => [at_start.then_some(*next), None],
                State::AtEnd(next) => [at_end.then_some(*next), None],
                State::Step(..) | State::Done => [None, None],
            };
            for next in next.into_iter().flatten() {
                if reached & (1 << next) == 0 {
                    reached |= 1 << next;
                    pending.push(next);
                }
            }
        }
        reached
    }

    fn step(&self, set: u128, c: char) -> u128 {
        let mut next = 0;
        for (at, state) in self.states.iter().enumerate() {
            if let State::Step(class, to) = state
                && set & (1 << at) != 0
                && class.takes(c)
            {
                next |= 1 << to;
            }
        }
        self.closed(next, false, false)
    }

    fn accepts(&self, set: u128, at_start: bool) -> bool {
        self.closed(set, at_start, true) & 1 != 0
    }

    fn borders(&self) -> impl Iterator<Item = char> {
        let after = |c: char| char::from_u32(u32::from(c) + 1);
        self.states.iter().flat_map(move |state| {
            let ranges = if let State::Step(class, _) = state { class.ranges.as_slice() } else { &[] };
            ranges.iter().flat_map(move |(first, last)| [Some(*first), after(*last)].into_iter().flatten())
        })
    }

    /// Whether all texts of this set but some are in another one, or none is; `None` where some are, and where it can't be told.
    pub fn are_in(&self, other: &Texts, but: &[String]) -> Option<bool> {
        // Characters between two borders are all taken alike.
        let mut alphabet: Vec<char> = std::iter::once('\0').chain(self.borders()).chain(other.borders()).collect();
        alphabet.extend(but.iter().flat_map(|name| name.chars()));
        alphabet.sort_unstable();
        alphabet.dedup();
        let (first, second) = (self.closed(1 << self.first, true, false), other.closed(1 << other.first, true, false));
        let live: Vec<usize> = (0..but.len()).collect();
        let mut pending = vec![(first, second, live, 0_usize)];
        let mut seen = HashSet::new();
        let mut answer = None;
        while let Some((own, others, live, at)) = pending.pop() {
            let position = if live.is_empty() { 1.min(at) } else { at };
            if !seen.insert((own, others, live.clone(), position)) {
                continue;
            }
            if seen.len() > LOOKED_AT {
                return None;
            }
            let left_out = live.iter().any(|name| but[*name].chars().count() == at);
            if self.accepts(own, at == 0) && !left_out {
                let held = other.accepts(others, at == 0);
                if answer.is_some_and(|known| known != held) {
                    return None;
                }
                answer = Some(held);
            }
            for c in &alphabet {
                let next = self.step(own, *c);
                if next != 0 {
                    let live = live.iter().copied().filter(|name| but[*name].chars().nth(at) == Some(*c)).collect();
                    pending.push((next, other.step(others, *c), live, at + 1));
                }
            }
        }
        answer
    }
}
