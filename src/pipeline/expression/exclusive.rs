//! Whether two expressions can't hold in one run, as far as their form tells.

use super::{Expr, Literal, Operator};

/// An expression, or that it does not hold.
#[derive(Clone, Copy)]
struct Side<'e> {
    expr: &'e Expr,
    holds: bool,
}

/// Whether no values of the variables make both hold: `MODE == "full"` and `MODE != "full"`, or two texts for one variable. A
/// variable has one value in both.
pub fn exclude_each_other(left: &Expr, right: &Expr) -> bool {
    excludes(Side { expr: left, holds: true }, Side { expr: right, holds: true })
}

fn excludes(left: Side<'_>, right: Side<'_>) -> bool {
    // Each of several ways has to be excluded, so these are taken apart before what has to hold together.
    if let Some(ways) = left.ways() {
        return ways.into_iter().all(|way| excludes(way, right));
    }
    if let Some(ways) = right.ways() {
        return ways.into_iter().all(|way| excludes(left, way));
    }
    if let Some(parts) = left.parts() {
        return parts.into_iter().any(|part| excludes(part, right));
    }
    if let Some(parts) = right.parts() {
        return parts.into_iter().any(|part| excludes(left, part));
    }
    match (left.expr, right.expr) {
        (Expr::Not { inner, .. }, _) => excludes(Side { expr: inner, holds: !left.holds }, right),
        (_, Expr::Not { inner, .. }) => excludes(left, Side { expr: inner, holds: !right.holds }),
        (one, other) => Atom::of(one, left.holds).excludes(&Atom::of(other, right.holds)),
    }
}

impl<'e> Side<'e> {
    fn each(self, parts: &'e [Expr]) -> Vec<Side<'e>> {
        parts.iter().map(|expr| Side { expr, holds: self.holds }).collect()
    }

    /// The ways in which it may hold.
    fn ways(self) -> Option<Vec<Side<'e>>> {
        match (self.expr, self.holds) {
            (Expr::Or(parts), true) | (Expr::And(parts), false) => Some(self.each(parts)),
            _ => None,
        }
    }

    /// What holds together where it holds.
    fn parts(self) -> Option<Vec<Side<'e>>> {
        match (self.expr, self.holds) {
            (Expr::And(parts), true) | (Expr::Or(parts), false) => Some(self.each(parts)),
            _ => None,
        }
    }
}

/// What can't be taken apart, in one spelling for all ways to write it.
#[derive(PartialEq)]
struct Atom {
    text: String,
    holds: bool,
    /// The variable and the text that it equals.
    equals: Option<(String, String)>,
}

impl Atom {
    fn of(expr: &Expr, holds: bool) -> Self {
        let Expr::Compare { left, operator, right } = expr else {
            return Self { text: spelling(expr), holds, equals: None };
        };
        // The literal stands on the right.
        let (left, operator, right) = match (&**left, &**right) {
            (Expr::Literal { .. }, Expr::Variable(_)) => (right, mirrored(*operator), left),
            _ => (left, *operator, right),
        };
        let (operator, holds) = match operator {
            Operator::NotEqual => (Operator::Equal, !holds),
            Operator::LessOrEqual => (Operator::Greater, !holds),
            Operator::Less => (Operator::GreaterOrEqual, !holds),
            other => (other, holds),
        };
        let equals = match (&**left, operator, &**right) {
            (Expr::Variable(name), Operator::Equal, Expr::Literal { value: Literal::String(text), .. }) => {
                Some((name.text.clone(), text.clone()))
            }
            _ => None,
        };
        Self { text: format!("{} {operator:?} {}", spelling(left), spelling(right)), holds, equals }
    }

    fn excludes(&self, other: &Self) -> bool {
        if self.holds != other.holds {
            return self.text == other.text;
        }
        match (&self.equals, &other.equals) {
            // Whether case counts is not documented.
            (Some((one, text)), Some((two, other))) if self.holds => one == two && !text.eq_ignore_ascii_case(other),
            _ => false,
        }
    }
}

fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        same => same,
    }
}

/// An expression without its places.
fn spelling(expr: &Expr) -> String {
    let joined = |parts: &[Expr], between: &str| parts.iter().map(spelling).collect::<Vec<_>>().join(between);
    match expr {
        Expr::Or(parts) => format!("({})", joined(parts, " || ")),
        Expr::And(parts) => format!("({})", joined(parts, " && ")),
        Expr::Not { inner, .. } => format!("!{}", spelling(inner)),
        Expr::Compare { left, operator, right } => format!("({} {operator:?} {})", spelling(left), spelling(right)),
        Expr::Glob { variable, pattern, .. } => format!("glob({}, {:?})", variable.text, pattern.text),
        Expr::Call { name, arguments, .. } => format!("{}({})", name.text, joined(arguments, ", ")),
        Expr::Variable(word) => word.text.clone(),
        Expr::Literal { value, .. } => format!("{value:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn what_can_not_hold_together_is_told() {
        let exclude = |left: &str, right: &str| {
            let (left, right) = (parse(left).unwrap(), parse(right).unwrap());
            let answer = exclude_each_other(&left, &right);
            assert_eq!(answer, exclude_each_other(&right, &left), "the order does not matter");
            answer
        };
        for (left, right) in [
            ("MODE == \"full\"", "MODE != \"full\""),
            ("MODE == \"full\"", "\"full\" != MODE"),
            ("MODE == \"full\"", "MODE == \"quick\""),
            ("MODE == \"full\"", "!(MODE == \"full\")"),
            ("glob(BITBUCKET_BRANCH, \"x/*\")", "!glob(BITBUCKET_BRANCH, \"x/*\")"),
            ("A == \"1\" && B == \"1\"", "B == \"2\""),
            ("A == \"1\" && B == \"1\"", "A != \"1\" || B != \"1\""),
            ("A == \"1\" || A == \"2\"", "A == \"3\" || A == \"4\""),
            ("N > 3", "N <= 3"),
            ("3 < N", "N <= 3"),
        ] {
            assert!(exclude(left, right), "{left} and {right}");
        }
        for (left, right) in [
            ("MODE == \"full\"", "MODE == \"full\""),
            ("MODE == \"full\"", "OTHER != \"full\""),
            ("MODE != \"full\"", "MODE != \"quick\""),
            ("MODE == \"full\"", "MODE == \"Full\""),
            ("A == \"1\" || B == \"1\"", "A != \"1\""),
            ("A == \"1\" && B == \"1\"", "A == \"1\" || B != \"1\""),
            ("N > 3", "N > 4"),
        ] {
            assert!(!exclude(left, right), "{left} and {right}");
        }
    }
}
