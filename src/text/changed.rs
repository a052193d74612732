//! How many lines two texts do not share: the number alone, without the diff.

use foldhash::{HashMap, HashMapExt};
use similar::DiffableStr;

/// How many lines two texts do not share: those that [`super::diff`] counts as added and as removed, all together.
pub fn changed_lines(before: &str, after: &str) -> usize {
    let (before, after) = (lines(before), lines(after));
    let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let (before, after) = (&before[same..], &after[same..]);
    let same = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    let (before, after) = (&before[..before.len() - same], &after[..after.len() - same]);
    // A line that only one text has is changed whatever the rest is; the others are numbered.
    let mut numbers: HashMap<&str, (usize, bool)> = HashMap::new();
    for line in before {
        let number = numbers.len();
        numbers.entry(line).or_insert((number, false));
    }
    let mut theirs = Vec::new();
    for line in after {
        if let Some((number, shared)) = numbers.get_mut(line) {
            *shared = true;
            theirs.push(*number);
        }
    }
    let own = before.iter().filter_map(|line| numbers.get(line).filter(|(_, shared)| *shared));
    let own: Vec<usize> = own.map(|(number, _)| *number).collect();
    before.len() - own.len() + after.len() - theirs.len() + distance(&own, &theirs)
}

/// The lines with their breaks. Few texts have other breaks than `\n`, and those are looked for character by character.
fn lines(text: &str) -> Vec<&str> {
    if text.contains('\r') { text.tokenize_lines() } else { text.split_inclusive('\n').collect() }
}

/// The fewest removals and additions that make one list the other (Myers' greedy algorithm, without the way).
fn distance(one: &[usize], other: &[usize]) -> usize {
    let most = one.len() + other.len();
    // How far the first list is read on each diagonal; diagonal 0 stands in the middle.
    let mut reach = vec![0; 2 * most + 3];
    for edits in 0..=most {
        for at in (most - edits..=most + edits).step_by(2) {
            let down = at == most - edits || (at != most + edits && reach[at] < reach[at + 2]);
            let mut read = if down { reach[at + 2] } else { reach[at] + 1 };
            while one.get(read).is_some_and(|item| other.get(read + most - at) == Some(item)) {
                read += 1;
            }
            reach[at + 1] = read;
            if read >= one.len() && read + most - at >= other.len() {
                return edits;
            }
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_number_is_that_of_the_diff(before in "([abc]{0,2}(\n|\r\n|\r)){0,12}[ab]?", after in "([abcd]{0,2}(\n|\r\n|\r)){0,12}[ab]?") {
            let diff = super::super::diff(&before, &after, 0);
            prop_assert_eq!(changed_lines(&before, &after), diff.added + diff.removed);
            prop_assert_eq!(changed_lines(&before, &before), 0);
            let plain = [&before, &after].map(|text| text.replace('\r', ""));
            let diff = super::super::diff(&plain[0], &plain[1], 0);
            prop_assert_eq!(changed_lines(&plain[0], &plain[1]), diff.added + diff.removed);
        }
    }
}
