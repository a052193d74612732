//! Options with which a check fails less than without them, or more: what is left of it where one comes or goes.

use super::checks::is_safeguard;
use super::kinds::{Checks, checks_of, of_name, program_of, same_program};
use super::kinds_data::has;

/// Words with which tests are left out, or a check passes whatever it finds, and the programs that have them; of any program,
/// where none is named.
const HOLLOW: [(&str, &str); 9] = [
    (
        "--passWithNoTests --if-present --exit-zero --soft-fail --no-fail --suppress-exit-code --notest --list-tests \
         --listTests --version --help",
        "",
    ),
    ("-fn --fail-never", "mvn mvnw mvnd"),
    ("-m", "gradle gradlew"),
    ("-x", "newman"),
    ("--co --collect-only --fixtures --markers --setup-plan", "pytest"),
    ("--no-run", "cargo"),
    ("--list-groups --list-suites", "phpunit"),
    ("-N --show-only", "ctest"),
    ("-c", "go"),
];

/// Words with which tests are only listed or gone through; elsewhere they are what makes a check of a command.
const LISTS: &str = "--dry-run --list";

/// Words with which a check fails on more than without them, and the programs that have them.
const STRICT: [(&str, &str); 8] = [
    ("--strict --fatal-infos --fatal-warnings --warnings-as-errors --Werror -Werror --fail-on-warnings", ""),
    ("--max-warnings", ""),
    ("--fail-under --cov-fail-under", ""),
    ("--error", "semgrep"),
    ("--fail-on -f", "grype"),
    ("-s", "yamllint"),
    ("-detailed-exitcode", "terraform tofu terragrunt"),
    ("-Dsonar.qualitygate.wait", ""),
];

/// What only rewrites code, unless it is told to check: the subcommand, where there is one, and the words for that.
const REWRITES: [(&str, &str, &str); 18] = [
    ("black", "", "--check"),
    ("isort", "", "--check --check-only -c"),
    ("prettier", "", "--check -c --list-different -l"),
    ("rustfmt", "", "--check"),
    ("clang-format", "", "--Werror -Werror"),
    ("shfmt", "", "-d --diff -l --list"),
    ("yapf", "", "-d --diff"),
    ("autopep8", "", "--exit-code"),
    ("pint", "", "--test"),
    ("php-cs-fixer", "fix", "--dry-run"),
    ("cargo", "fmt", "--check"),
    ("ruff", "format", "--check --diff"),
    ("dotnet", "format", "--verify-no-changes"),
    ("dart", "format", "--set-exit-if-changed"),
    ("mix", "format", "--check-formatted"),
    ("deno", "fmt", "--check"),
    ("terraform", "fmt", "-check --check"),
    ("tofu", "fmt", "-check --check"),
];

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ')
}

/// An option without the value behind its `=`.
fn name(word: &str) -> &str {
    word.split('=').next().unwrap_or(word)
}

/// Whether a command only rewrites what it looks at: it does not fail where something was otherwise.
pub(super) fn rewrites(program: &str, rest: &[&str]) -> bool {
    let mut forms = REWRITES.iter().filter(|(own, sub, _)| *own == program && (sub.is_empty() || rest.contains(sub)));
    forms.any(|(_, _, asks)| !rest.iter().any(|word| has(asks, name(word))))
}

/// Whether a command is told to leave its tests out, or to pass whatever they find.
pub(super) fn passes_without(text: &str) -> bool {
    let all: Vec<&str> = words(text).collect();
    let program = program_of(text);
    let own = |word: &&str| {
        HOLLOW
            .iter()
            .any(|(switches, programs)| (programs.is_empty() || has(programs, program)) && has(switches, name(word)))
    };
    let tests = || checks_of(text).contains(&Checks::Test);
    // Gradle leaves a task out: `gradle build -x test`.
    let is_left_out = |pair: &[&str]| matches!(pair, ["-x" | "--exclude-task", "test" | "check"]);
    all.iter().any(own)
        || all.iter().any(|word| is_skipped(word))
        || all.iter().any(|word| has(LISTS, word)) && tests()
        || all.windows(2).any(is_left_out)
        || passes_findings(text)
        || ["kubectl", "oc"].contains(&program) && all.contains(&"--watch=false")
}

/// Whether a property leaves a check out: `-DskipTests`, `-Ddependency-check.skip=true`.
fn is_skipped(word: &str) -> bool {
    let Some(property) = word.strip_prefix("-D") else { return false };
    let (name, value) = property.split_once('=').unwrap_or((property, "true"));
    let tests = ["Tests", "ITs", "UTs", "Test", "tests"].iter().any(|end| name.ends_with(end));
    let skips = name.strip_suffix(".skip").is_some_and(|what| !of_name(what).is_empty());
    let fails = ["maven.test.failure.ignore", "testFailureIgnore"].contains(&name);
    value == "true" && (name.starts_with("skip") && tests || skips || fails)
}

/// The exit code that a command is told to end with where it finds something.
fn exit_code(text: &str) -> Option<&str> {
    let is_number = |code: &&str| !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    let mut all = text.split([' ', '=']).skip_while(|word| !matches!(*word, "--exit-code" | "--issues-exit-code"));
    all.nth(1).filter(is_number)
}

/// Whether a scan is told to fail where it finds something: `trivy image --exit-code 1 app`.
fn fails_on_findings(text: &str) -> bool {
    exit_code(text).is_some_and(|code| code != "0")
}

/// Whether one that would fail is told not to: of `trivy` nothing else is to be expected.
fn passes_findings(text: &str) -> bool {
    exit_code(text) == Some("0") && !text.contains("trivy")
}

/// Whether a check that stands in the place of another one fails on less: it may be one no more.
pub(super) fn is_laxer(old: &str, new: &str) -> bool {
    let hollow = || is_safeguard(old) && passes_without(new) && !passes_without(old);
    if hollow() || fails_on_findings(old) && !fails_on_findings(new) {
        return true;
    }
    if !same_program(old, new) || !is_safeguard(old) {
        return false;
    }
    // `curl` and `git` are checks by an option alone.
    let is_check = !checks_of(old).is_empty() || ["curl", "git"].contains(&program_of(old));
    is_check && !is_safeguard(new) || STRICT.iter().any(|row| is_dropped(row, old, new)) || allows_warnings(old, new)
}

/// Whether a strictness is gone, or lowered.
fn is_dropped((switches, programs): &(&str, &str), old: &str, new: &str) -> bool {
    if !programs.is_empty() && !words(old).any(|word| word.split(['/', ':']).any(|part| has(programs, part))) {
        return false;
    }
    match (value(switches, old), value(switches, new)) {
        (Some("false"), _) | (None, _) => false,
        (Some(_), None | Some("false")) => true,
        (Some(was), Some(is)) => match (was.parse::<f64>(), is.parse::<f64>()) {
            (Ok(was), Ok(is)) if switches.contains("max") => is > was,
            (Ok(was), Ok(is)) if switches.contains("under") => is < was,
            _ => false,
        },
    }
}

/// What an option is set to, in its own word or in the next one.
fn value<'t>(switches: &str, text: &'t str) -> Option<&'t str> {
    let mut all = words(text).skip_while(|word| !has(switches, name(word)));
    let own = all.next()?;
    Some(own.split_once('=').map(|(_, value)| value).or_else(|| all.next()).unwrap_or(""))
}

/// Whether warnings that were denied are allowed: `cargo clippy -- -D warnings`.
fn allows_warnings(old: &str, new: &str) -> bool {
    let denies = |text: &str| ["-D warnings", "-Dwarnings", "--deny warnings"].iter().any(|form| text.contains(form));
    denies(old) && !denies(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_is_told_to_fail_on_less_is_laxer() {
        for (old, new) in [
            ("black --check .", "black ."),
            ("black --check .", "black --diff ."),
            ("npx prettier --check .", "npx prettier --write ."),
            ("terraform fmt -check -recursive", "terraform fmt -recursive"),
            ("cargo fmt -- --check", "cargo fmt"),
            ("ruff format --check .", "ruff format ."),
            ("isort --check-only .", "isort ."),
            ("dotnet format --verify-no-changes", "dotnet format"),
            ("clang-format --dry-run --Werror a.c", "clang-format -i a.c"),
            ("gitleaks detect", "gitleaks detect --exit-code 0"),
            ("golangci-lint run", "golangci-lint run --issues-exit-code=0"),
            ("hadolint Dockerfile", "hadolint --no-fail Dockerfile"),
            ("newman run a.json", "newman run a.json --suppress-exit-code"),
            ("mvn -B verify", "mvn -B -fn verify"),
            (
                "mvn org.owasp:dependency-check-maven:10:check",
                "mvn org.owasp:dependency-check-maven:10:check -Ddependency-check.skip=true",
            ),
            ("grype --fail-on high dir:.", "grype dir:."),
            ("semgrep --error .", "semgrep ."),
            ("cargo clippy -- -D warnings", "cargo clippy"),
            ("eslint . --max-warnings 0", "eslint ."),
            ("eslint . --max-warnings=0", "eslint . --max-warnings=50"),
            ("pytest --cov-fail-under=80 a", "pytest --cov-fail-under=10 a"),
            ("curl -fsS https://x/health", "curl -sS https://x/health"),
            ("git diff --exit-code", "git diff"),
            ("mvn sonar:sonar -Dsonar.qualitygate.wait=true", "mvn sonar:sonar -Dsonar.qualitygate.wait=false"),
            ("sonar-scanner -Dsonar.qualitygate.wait=true", "sonar-scanner"),
            ("pytest", "pytest --co"),
            ("pytest -q tests", "pytest --version"),
            ("cargo test --all", "cargo test --no-run"),
            ("phpunit", "phpunit --list-tests"),
            ("bundle exec rspec", "bundle exec rspec --dry-run"),
            ("tox", "tox --notest"),
            ("kubectl rollout status d/a", "kubectl rollout status d/a --watch=false"),
            ("trivy fs --exit-code 1 .", "trivy fs --exit-code 0 ."),
        ] {
            assert!(is_laxer(old, new), "{old} => {new}");
            assert!(!is_laxer(new, old), "{new} => {old}");
        }
    }

    #[test]
    fn other_options_leave_a_check_as_strict_as_it_was() {
        for (old, new) in [
            ("black --check .", "black --check --diff ."),
            ("prettier --check .", "prettier -c ."),
            ("trivy image a", "trivy image --exit-code 0 a"),
            ("trivy image --exit-code 1 a", "trivy image --exit-code=1 --severity HIGH a"),
            ("mvn verify", "mvn verify -Dmaven.javadoc.skip=true"),
            ("mvn verify", "mvn verify -DskipTests=false"),
            ("pytest --cov-fail-under=80 a", "pytest --cov-fail-under=90 a"),
            ("eslint . --max-warnings 10", "eslint . --max-warnings 0"),
            ("flake8 --strict", "ruff check ."),
            ("curl -f https://x", "curl -fsSL --retry 10 https://x"),
            ("cargo clippy -- -D warnings", "cargo clippy --all -- -Dwarnings"),
            ("npm run build", "npm run build --if-x"),
            ("go test ./...", "go test -race ./..."),
            ("kubectl rollout status d/a", "kubectl rollout status d/a --timeout=10s"),
            ("VERSION=$(./v.sh)", "VERSION=1"),
        ] {
            assert!(!is_laxer(old, new), "{old} => {new}");
        }
    }
}
