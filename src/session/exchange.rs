//! Prompts with what answered them, as they count at the end of a session.

use std::borrow::Borrow;

use super::entry::{Entry, Origin, Usage};

/// One prompt and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The turn, from 1.
    pub turn: usize,
    /// 0 for the prompt itself, 1 and up for its repairs.
    pub attempt: usize,
    /// Who asked.
    pub origin: Origin,
    /// The prompt.
    pub prompt: String,
    /// The reply; `None` where none came.
    pub reply: Option<String>,
    /// Why the reply ended.
    pub finish: Option<String>,
    /// Its tokens.
    pub usage: Option<Usage>,
    /// How long it took.
    pub elapsed_ms: Option<u64>,
}

/// Takes off what belongs to `turn` or a later one. Turns go up in what we write, so only the end is looked at; `ordered` is
/// false in a file in which they don't.
pub(crate) fn drop_from<T>(all: &mut Vec<T>, turn: usize, ordered: bool, of: impl Fn(&T) -> usize) {
    if ordered {
        while all.pop_if(|last| of(last) >= turn).is_some() {}
    } else {
        all.retain(|one| of(one) < turn);
    }
}

/// Takes off the last revision of that number, with its verdicts and acceptances.
pub(crate) fn drop_revision<E: Borrow<Entry>>(entries: &mut Vec<E>, number: usize) {
    let is_it = |entry: &Entry| matches!(entry, Entry::Revision { number: of, .. } if *of == number);
    let Some(from) = entries.iter().rposition(|entry| is_it(entry.borrow())) else { return };
    let mut at = 0;
    entries.retain(|entry| {
        at += 1;
        let of = match entry.borrow() {
            Entry::Revision { number, .. } => Some(*number),
            Entry::Verdict { revision, .. } | Entry::Accepted { revision, .. } => Some(*revision),
            _ => None,
        };
        at <= from || of != Some(number)
    });
}

/// The exchanges of a session in order, with what was undone, asked again or replaced left out.
pub fn exchanges(entries: &[Entry]) -> Vec<Exchange> {
    let mut found: Vec<Exchange> = Vec::new();
    let mut ordered = true;
    let own = |found: &[Exchange], turn: usize, ordered: bool| {
        let of_turn = |exchange: &&Exchange| exchange.turn == turn;
        if ordered { found.iter().rev().take_while(of_turn).count() } else { found.iter().filter(of_turn).count() }
    };
    for entry in entries {
        match entry {
            Entry::Prompt { turn, origin, text } => {
                let attempt = match origin {
                    Origin::Repair => own(&found, *turn, ordered),
                    Origin::User | Origin::Script => {
                        drop_from(&mut found, *turn, ordered, |exchange| exchange.turn);
                        0
                    }
                };
                let prompt = text.clone();
                let (turn, origin) = (*turn, *origin);
                // A repair that got no answer is asked again under its number.
                if found.last().is_some_and(|last| last.turn == turn && last.attempt > 0 && last.reply.is_none()) {
                    found.pop();
                }
                ordered &= found.last().is_none_or(|last| last.turn <= turn);
                let attempt = attempt.min(own(&found, turn, ordered));
                let (reply, finish, usage, elapsed_ms) = (None, None, None, None);
                found.push(Exchange { turn, attempt, origin, prompt, reply, finish, usage, elapsed_ms });
            }
            Entry::Reply { turn, text, finish, usage, elapsed_ms } => {
                if let Some(last) = found.last_mut().filter(|last| last.turn == *turn && last.reply.is_none()) {
                    last.reply = Some(text.clone());
                    last.finish.clone_from(finish);
                    last.usage = *usage;
                    last.elapsed_ms = *elapsed_ms;
                }
            }
            Entry::Undo { turn, revision: None } => drop_from(&mut found, *turn, ordered, |exchange| exchange.turn),
            _ => {}
        }
    }
    found
}

/// The entries that count at the end: what was undone, asked again or replaced is left out.
pub fn surviving(entries: &[Entry]) -> Vec<&Entry> {
    let mut kept: Vec<&Entry> = Vec::new();
    let mut ordered = true;
    for entry in entries {
        match entry {
            Entry::Prompt { turn, origin: Origin::User | Origin::Script, .. } => {
                drop_from(&mut kept, *turn, ordered, |kept| kept.turn());
                kept.push(entry);
            }
            Entry::Undo { turn, revision: None } => drop_from(&mut kept, *turn, ordered, |kept| kept.turn()),
            Entry::Undo { revision: Some(number), .. } => drop_revision(&mut kept, *number),
            _ => {
                ordered &= kept.last().is_none_or(|last| last.turn() <= entry.turn());
                kept.push(entry);
            }
        }
    }
    kept
}
