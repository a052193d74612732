//! Numbers in sentences.

/// A number with its noun: `1 step`, `2 steps`.
pub fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// How many items of a list are named.
const NAMED: usize = 3;

/// Items as a sentence names them: `a, b and c`, and of more than three the first ones with the number of the others.
pub fn named(items: &[String]) -> String {
    let (first, others) = items.split_at(items.len().min(NAMED));
    match (first, others.len()) {
        ([before @ .., last], 0) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        (first, 0) => first.join(", "),
        (first, more) => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_list_ends_in_its_last_item_or_in_a_number() {
        let told = |items: &str| named(&items.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(
            ["", "a", "a b", "a b c", "a b c d e"].map(told),
            ["", "a", "a and b", "a, b and c", "a, b, c and 2 more"]
        );
    }
}
