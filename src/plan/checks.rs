//! Which commands are checks, what they check, and whether they can fail, by their words.

use crate::shell::errexit;

/// Words of commands that run tests.
const TESTS: [&str; 9] = ["test", "tests", "check", "verify", "validate", "e2e", "smoke", "pytest", "phpunit"];

/// Words of commands that look at the code.
const LINTS: [&str; 2] = ["lint", "typecheck"];

/// Words of commands that look for what is vulnerable.
const SCANS: [&str; 6] = ["audit", "scan", "sonar", "snyk", "trivy", "gitleaks"];

/// Words of further commands whose loss takes a check away.
const OTHERS: [&str; 3] = ["rollout", "wait", "pipefail"];

/// Commands that only say such words.
const SAYS: [&str; 6] = ["echo", "printf", "cat", "curl", "grep", "export"];

/// Words with which tests are left out, or pass whatever they find.
const HOLLOW: [&str; 12] = [
    "-DskipTests",
    "-DskipTests=true",
    "-DskipITs",
    "-DskipITs=true",
    "-Dmaven.test.skip",
    "-Dmaven.test.skip=true",
    "-Dmaven.test.failure.ignore=true",
    "-DtestFailureIgnore=true",
    "--passWithNoTests",
    "--if-present",
    "--exit-zero",
    "--soft-fail",
];

fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| c.is_whitespace() || [':', '-', '/', '.', '_'].contains(&c))
}

/// Whether a command is a check.
pub(super) fn is_safeguard(text: &str) -> bool {
    let lists: [&[&str]; 4] = [&TESTS, &LINTS, &SCANS, &OTHERS];
    errexit(text) == Some(true) || words(text).any(|word| lists.iter().any(|list| list.contains(&word)))
}

/// Whether two commands are checks of one kind, so that one may stand in the place of the other.
pub(super) fn checks_the_same(old: &str, new: &str) -> bool {
    let says = |text: &str| SAYS.contains(&text.split(' ').next().unwrap_or(""));
    let lists: [&[&str]; 3] = [&TESTS, &LINTS, &SCANS];
    let of = |text: &str, list: &[&str]| words(text).any(|word| list.contains(&word));
    !says(old) && !says(new) && lists.iter().any(|list| of(old, list) && of(new, list))
}

/// Whether a command is told to leave its tests out, or to pass whatever they find.
pub(super) fn passes_without(text: &str) -> bool {
    let all: Vec<&str> = text.split(' ').collect();
    // Gradle leaves a task out: `gradle build -x test`.
    let is_left_out = |pair: &[&str]| matches!(pair, ["-x" | "--exclude-task", "test" | "check"]);
    all.iter().any(|word| HOLLOW.contains(word)) || all.windows(2).any(is_left_out)
}

/// Whether a scan is told to fail where it finds something: `trivy image --exit-code 1 app`.
pub(super) fn fails_on_findings(text: &str) -> bool {
    let mut words = text.split([' ', '=']).skip_while(|word| *word != "--exit-code");
    words.nth(1).is_some_and(|code| code != "0" && code.bytes().all(|byte| byte.is_ascii_digit()))
}
