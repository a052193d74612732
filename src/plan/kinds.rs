//! What a command is told to check, by its program, its subcommand, its goals or its script, and whether another one checks as
//! much: a word that both have says nothing of that.

use super::checks::{SAYS, is_safeguard, names, own_part, runs_another};
use super::kinds_data::{INNER, INTERPRETERS, LIFECYCLES, PROGRAMS, SCRIPTS, TOOLS, VALUES, has};
use super::prepares::PREPARES;
use super::switches::passes_without;

/// How many words of a command are looked at.
const MOST_WORDS: usize = 50;

/// What a check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checks {
    /// What the code does.
    Test,
    /// How it is written.
    Lint,
    /// How it is laid out.
    Format,
    /// What is vulnerable in it.
    Scan,
    /// Whether what was deployed comes up.
    Wait,
}

/// One thing that a command is told to check.
#[derive(Debug)]
struct Task<'t> {
    name: &'t str,
    checks: Vec<Checks>,
    /// Its lifecycle, and how far it goes there: a later phase runs those before it.
    phase: Option<(usize, usize)>,
}

impl Task<'_> {
    fn is_done_by(&self, other: &Task<'_>) -> bool {
        match (self.phase, other.phase) {
            (Some((one, far)), Some((another, further))) if one == another => further >= far,
            _ => self.name == other.name || self.checks.iter().any(|check| other.checks.contains(check)),
        }
    }
}

/// The program that a command runs in the end, and the words behind it.
struct Asked<'t> {
    program: &'t str,
    rest: Vec<&'t str>,
}

impl<'t> Asked<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let own = own_part(text)?;
        let mut words: Vec<&str> = own.split(' ').filter(|word| !word.is_empty()).take(MOST_WORDS).collect();
        for _ in 0..MOST_WORDS {
            let (first, rest) = words.split_first()?;
            let program = base(first);
            let inner = runs_another(program, rest).or_else(|| script_at(program, rest)).filter(|at| *at < rest.len());
            match inner {
                Some(at) => words = rest[at..].iter().skip_while(|word| word.starts_with('-')).copied().collect(),
                None => return Some(Self { program, rest: rest.to_vec() }),
            }
        }
        None
    }

    /// Words that are neither options nor their values nor paths; `-- …` is for another program.
    /// With `any`, what looks like a value, too.
    fn plain(&self, any: bool) -> impl Iterator<Item = &'t str> + '_ {
        let is_value = move |at: usize| !any && at > 0 && self.rest.get(at - 1).is_some_and(|word| has(VALUES, word));
        let own = self.rest.iter().enumerate().take_while(|(_, word)| **word != "--");
        let is_plain = |word: &str| !word.starts_with(['-', '+', '.', '$', '>', '<', '/']) && !word.contains('=');
        own.filter(move |(at, word)| is_plain(word) && !is_value(*at)).map(|(_, word)| *word)
    }

    /// What it is told to check; with `any`, as far as one of its words may say so.
    fn tasks(&self, any: bool) -> Vec<Task<'t>> {
        let program = self.program;
        if SAYS.contains(&program) || PREPARES.contains(&program) {
            return Vec::new();
        }
        let task = |name: &'t str, checks: Vec<Checks>| Task { name, checks, phase: None };
        let first = if any { MOST_WORDS } else { 1 };
        if let Some((_, own)) = TOOLS.iter().find(|(name, _)| *name == program) {
            let of = |word: &'t str| {
                let head = word.split(':').next().unwrap_or(word);
                own.iter().find(|(names, _)| has(names, head)).map(|(_, checks)| task(word, vec![*checks]))
            };
            return self.plain(any).take(first).filter_map(of).collect();
        }
        if let Some(at) = LIFECYCLES.iter().position(|(names, _)| has(names, program)) {
            let phases = LIFECYCLES[at].1;
            let of = |word: &'t str| {
                let end = word.rsplit(':').next().unwrap_or(word);
                match phases.split(' ').position(|phase| phase == end && (at > 0 || !word.contains(':'))) {
                    Some(far) => Task { name: word, checks: vec![Checks::Test], phase: Some((at, far)) },
                    None => task(word, of_name(end)),
                }
            };
            let all: Vec<Task<'t>> = self.plain(any).map(of).filter(|task| !task.checks.is_empty()).collect();
            // The last phase runs those before it.
            let last = all.iter().filter_map(|task| task.phase).max();
            return all.into_iter().filter(|task| task.phase.is_none() || task.phase == last).collect();
        }
        let inner = self.rest.iter().position(|word| ["run", "exec", "up"].contains(word));
        if has(INNER, program) {
            let Some(inner) = inner else { return Vec::new() };
            let behind = Self { program, rest: self.rest[inner + 1..].to_vec() };
            return behind
                .plain(any)
                .map(|word| task(word, of_name(word)))
                .filter(|one| !one.checks.is_empty())
                .collect();
        }
        let own = of_name(program);
        if !own.is_empty() {
            return vec![task(program, own)];
        }
        let first = if has(SCRIPTS, program) { MOST_WORDS } else { first };
        let words = self.plain(any).take(first).filter(|word| !word.contains(['/', '.']));
        words.map(|word| task(word, of_name(word))).filter(|one| !one.checks.is_empty()).collect()
    }
}

/// The program's name without its folder.
fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Where the script stands that an interpreter is given: `php artisan test`, `python manage.py test`.
fn script_at(program: &str, rest: &[&str]) -> Option<usize> {
    let word = rest.first().filter(|_| has(INTERPRETERS, program))?;
    (!word.starts_with('-') && (word.contains(['.', '/']) || *word == "artisan")).then_some(0)
}

/// What a name says of a check: of a program, of a script, of an image.
pub(super) fn of_name(name: &str) -> Vec<Checks> {
    let known = |part: &str| PROGRAMS.iter().find(|(_, names)| has(names, part)).map(|(checks, _)| *checks);
    let parts = || name.split(['/', ':', '@']);
    // `testOnly`, `testDebugUnitTest`.
    if name.strip_prefix("test").is_some_and(|rest| rest.starts_with(char::is_uppercase)) {
        return vec![Checks::Test];
    }
    match known(name).or_else(|| parts().find_map(known)) {
        Some(checks) => vec![checks],
        None => names(name),
    }
}

/// What a command checks.
pub(super) fn checks_of(text: &str) -> Vec<Checks> {
    let asked = Asked::of(text);
    asked.iter().flat_map(|asked| asked.tasks(false)).flat_map(|task| task.checks).collect()
}

/// The program that a command runs in the end: behind `npx`, `bundle exec`, `python -m`.
pub(super) fn program_of(text: &str) -> &str {
    Asked::of(text).map_or("", |asked| asked.program)
}

/// Whether two commands run one program, of which one may stand in a folder.
pub(super) fn same_program(old: &str, new: &str) -> bool {
    let program = program_of(old);
    !program.is_empty() && program == program_of(new)
}

/// Whether a command that stands in the place of a check does not check what that one did: its subcommand, its goal or its
/// module is another one.
pub(super) fn loses(old: &str, new: &str) -> bool {
    let Some(asked) = Asked::of(old).filter(|_| is_safeguard(old) && !passes_without(old)) else { return false };
    let was = asked.tasks(false);
    if was.is_empty() {
        return false;
    }
    let is = Asked::of(new).map(|asked| asked.tasks(true)).unwrap_or_default();
    let is_same = same_program(old, new);
    // How another program is told to check can't always be told, but for the words that say so.
    let said = if is_same { Vec::new() } else { names(&words_without_paths(new)) };
    let is_kept = |task: &Task<'_>| {
        is.iter().any(|other| task.is_done_by(other)) || task.checks.iter().any(|check| said.contains(check))
    };
    !was.iter().all(is_kept) || !is_same && !is_safeguard(new)
}

fn words_without_paths(text: &str) -> String {
    text.split(' ').filter(|word| !word.contains('/')).collect::<Vec<_>>().join(" ")
}

/// Whether a command checks all that another one does, whatever program does it.
pub(super) fn checks_as_much(old: &str, new: &str) -> bool {
    !checks_of(old).is_empty() && !loses(old, new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_task_of_the_same_program_loses_the_check() {
        for (old, new) in [
            ("mvn -B verify", "mvn -B compile"),
            ("mvn verify", "mvn test"),
            ("mvn -B verify sonar:sonar", "mvn -B verify"),
            ("go test ./...", "go vet ./..."),
            ("go test ./...", "go build ./..."),
            ("cargo test", "cargo check"),
            ("python -m pytest", "python -m pip list"),
            ("python -m unittest", "python -m compileall ."),
            ("python manage.py test", "python manage.py check"),
            ("deno test", "deno check main.ts"),
            ("nx affected -t test", "nx affected -t build"),
            ("npx cypress run", "npx cypress verify"),
            ("snyk test", "snyk monitor"),
            ("npm run test", "npm run build"),
            ("npm run lint", "npm run test"),
            ("ruff check .", "ruff format --check ."),
            ("kubectl rollout status deploy/a", "kubectl get deploy/a"),
            ("docker run --rm app npm test", "docker run --rm app npm run build"),
            ("./ci.sh test --all", "./ci.sh build --all"),
            ("gradle :app:test", "gradle :app:assemble"),
        ] {
            assert!(loses(old, new), "{old} => {new}");
        }
    }

    #[test]
    fn what_checks_as_much_loses_nothing() {
        for (old, new) in [
            ("mvn verify", "mvn install"),
            ("mvn -B clean verify", "mvn -B deploy"),
            ("mvn package", "mvn install"),
            ("./gradlew test", "./gradlew build"),
            ("gradle check", "./gradlew :app:build"),
            ("cargo test", "cargo nextest run"),
            ("go test ./...", "gotestsum ./..."),
            ("bundle exec rspec", "bin/rspec"),
            ("pytest", "tox -e py312"),
            ("python -m pytest", "poetry run pytest"),
            ("npm run lint", "npx eslint ."),
            ("npm test", "npx jest --ci"),
            ("npm run test:ci", "npm run test:unit"),
            ("npm test", "docker compose up --exit-code-from test"),
            ("go test ./...", "go run gotest.tools/gotestsum@latest ./..."),
            ("pytest", "uv run --frozen pytest"),
            ("sbt test", "sbt testOnly"),
            ("./gradlew test", "./gradlew testDebugUnitTest"),
            ("flake8", "ruff check ."),
            ("black --check .", "ruff format --check ."),
            ("eslint test", "eslint src"),
            ("kubectl rollout status deploy/a", "kubectl -n shop rollout status deploy/a"),
            ("kubectl rollout status deploy/a", "kubectl wait --for=condition=Available deploy/a"),
            ("make test", "make check"),
            ("docker run --rm aquasec/trivy:1 image a", "docker run --rm ghcr.io/aquasecurity/trivy:2 image a"),
            ("curl -f https://test.example", "curl -f https://example/x"),
            ("npm run build", "npm run compile"),
            ("docker build -t acme/test .", "docker build -t acme/app ."),
            ("cargo build --bin test", "cargo build"),
            ("VERSION=$(./test.sh)", "VERSION=1"),
        ] {
            assert!(!loses(old, new), "{old} => {new}");
        }
    }
}
