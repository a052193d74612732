//! Commands that change how many copies run. That is no deployment: the version stays. To bring all copies down and up again
//! is a restart, which fetches the image anew.

use super::arguments::Arguments;
use super::command::Reading;
use crate::shell::Value;

/// Flags with the number of copies.
const COUNTS: [&str; 2] = ["--desired-count", "--replicas"];

impl Reading<'_, '_> {
    /// Whether the command brings up again what the step brought down before.
    pub(super) fn starts_again(&self, arguments: &Arguments<'_>) -> bool {
        let is_count = |flag: &str| COUNTS.contains(&flag);
        let count = arguments.flag_values().find(|(flag, ..)| is_count(flag)).map(|(_, value, _)| value.clone());
        let Some(count) = count else { return false };
        let others = arguments.flag_values().filter(|(flag, ..)| !is_count(flag));
        let mut of: Vec<String> = others.map(|(flag, value, _)| format!("{flag} {value}")).collect();
        of.extend(arguments.plain_values().map(Value::to_string));
        of.sort();
        let mut found = self.run.found_mut();
        if count.as_literal() == Some("0") {
            found.brought_down.push(of);
            return false;
        }
        found.brought_down.contains(&of)
    }
}
