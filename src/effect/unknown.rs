//! Commands of which the catalogue has no entry: scripts of the repository, harmless tools, unknown ones.

use super::command::Reading;
use super::model::{AtHand, Kind, Opaque};
use super::program::{Program, acts, is_program_flag};
use super::runner;
use super::tool;
use crate::shell::{Leads, Symbol, Value, Word};

/// Tools that run code of the repository, or tasks that stand in a file of theirs.
const RUNS_CODE: [&str; 54] = [
    "python",
    "python2",
    "python3",
    "node",
    "deno",
    "bun",
    "ruby",
    "php",
    "perl",
    "pwsh",
    "powershell",
    "ts-node",
    "tsx",
    "go",
    "cargo",
    "dotnet",
    "java",
    "groovy",
    "mvn",
    "mvnw",
    "gradle",
    "gradlew",
    "sbt",
    "lein",
    "mix",
    "rake",
    "rails",
    "poetry",
    "uv",
    "pipenv",
    "hatch",
    "nox",
    "tox",
    "invoke",
    "npx",
    "bunx",
    "bundle",
    "composer",
    "artisan",
    "pipx",
    "nix",
    "swift",
    "dart",
    "stack",
    "cabal",
    "crystal",
    "jbang",
    "Rscript",
    "expect",
    "julia",
    "lua",
    "tclsh",
    "elixir",
    "kotlin",
];

/// Interpreters that are given a file of the repository, or a program itself.
const INTERPRETERS: [&str; 17] = [
    "python", "python2", "python3", "node", "ruby", "php", "perl", "bun", "groovy", "Rscript", "expect", "julia",
    "lua", "tclsh", "elixir", "kotlin", "scala",
];

/// Goals and tasks of such tools that touch no image, whatever they are told.
const PLAIN_GOALS: [&str; 21] = [
    "clean",
    "validate",
    "compile",
    "test",
    "package",
    "verify",
    "install",
    "site",
    "test-compile",
    "process-resources",
    "versions:set",
    "versions:commit",
    "sonar:sonar",
    "build",
    "assemble",
    "check",
    "jar",
    "bootJar",
    "war",
    "shadowJar",
    "sonar",
];

impl Reading<'_, '_> {
    /// Counts a command as one that does nothing of interest, unless it runs code and is told which commit or tag it is: then
    /// it may do anything with an image.
    pub(super) fn runs_nothing(&self) {
        let name = self.invocation.name().unwrap_or("");
        if self.carries_run() && RUNS_CODE.contains(&name) && !self.only_plain_goals() {
            self.not_read(self.short());
        } else {
            self.nothing();
        }
    }

    /// Whether a tool for Java is asked for nothing but what it does everywhere.
    fn only_plain_goals(&self) -> bool {
        let goals = self.invocation.words.iter().skip(1).map(|word| word.value());
        let mut goals = goals.filter(|word| !word.literal_prefix().starts_with('-')).peekable();
        goals.peek().is_some() && goals.all(|goal| goal.as_literal().is_some_and(|goal| PLAIN_GOALS.contains(&goal)))
    }

    /// Whether a word holds the commit or the tag of the run.
    pub(super) fn carries_run(&self) -> bool {
        let words = self.invocation.words.iter().skip(1).flat_map(|word| &word.values);
        words.into_iter().any(holds_run)
    }

    pub(super) fn unknown(&self, name: &str) {
        let words = &self.invocation.words;
        let path = words.first().and_then(|word| word.literal()).unwrap_or(name);
        if only_parses(name, words) {
            self.run.harmless();
            return;
        }
        let reads = INTERPRETERS.contains(&name) || matches!(name, "pwsh" | "powershell");
        let program = reads.then(|| self.program(name)).flatten();
        let called = match name {
            "bash" | "sh" | "dash" | "zsh" | "ash" | "ksh" | "source" | "." | "pwsh" | "powershell"
                if self.runs_installers() =>
            {
                self.nothing();
                return;
            }
            // `bash <(curl …)`: it is no file.
            "bash" | "sh" | "zsh" | "source" | "." if words.iter().any(is_substituted) => {
                let shell = if matches!(name, "source" | ".") { "source" } else { name };
                self.push(Kind::Opaque(Opaque::Command { name: shell.to_owned() }), shell.to_owned(), self.words(&[]));
                return;
            }
            // `curl … | bash -s -- --version 1`: the words are for the script on the input.
            "bash" | "sh" | "dash" | "zsh" | "ash" | "ksh"
                if words.get(1).and_then(|word| word.literal()) == Some("-s") =>
            {
                None
            }
            // A program in the command line or on the input is no script of the repository.
            _ if reads
                && (words.iter().skip(1).filter_map(|word| word.literal()).any(|flag| is_program_flag(name, flag))
                    || program.is_some()) =>
            {
                match &program {
                    Some(Program::Written(text)) if name == "expect" || acts(text) => {
                        let what = Opaque::Command { name: name.to_owned() };
                        self.push(Kind::Opaque(what), name.to_owned(), self.words(&[]));
                        return;
                    }
                    Some(Program::File(path)) => Some(path.as_str()),
                    _ => None,
                }
            }
            _ if reads
                || matches!(
                    name,
                    "bash" | "sh" | "dash" | "zsh" | "ash" | "ksh" | "source" | "." | "ts-node" | "tsx"
                ) =>
            {
                words.iter().skip(1).filter_map(|word| word.literal()).find(|text| !text.starts_with('-'))
            }
            // What lies in a folder outside of the checkout was brought there: an installer, unless its name says more.
            _ if path.starts_with("./") && self.scope.is_outside() && !runner::is_telling(path) => None,
            _ if is_repository_path(path) => Some(path),
            _ => None,
        };
        // What the step fetched does what it is called, and is nowhere to be read.
        if let Some((path, installs)) = called.and_then(|path| Some((path, self.is_fetched(path)?))) {
            let tool = path.rsplit('/').next().unwrap_or(path);
            let what = match name {
                _ if installs || self.catalogue.is_harmless(tool) => return self.nothing(),
                "source" | "." => Opaque::Values { path: path.to_owned() },
                _ => Opaque::Command { name: path.to_owned() },
            };
            self.push(Kind::Opaque(what), path.to_owned(), self.words(&[]));
            return;
        }
        let script = called.filter(|path| is_script(path, name));
        // What lies on another machine has no text to be followed, and a name that may say what it does.
        let there = called.unwrap_or(path);
        if script.is_none()
            && self.invocation.remote.is_some()
            && (there.contains('/') || there.ends_with(".sh"))
            && runner::is_telling(there)
        {
            let what = Opaque::Script { path: there.to_owned(), telling: true, at_hand: AtHand::No };
            self.push(Kind::Opaque(what), there.to_owned(), self.words(&[]));
            return;
        }
        // `bash ./gradlew test`
        let tool = called
            .filter(|path| is_repository_path(path) || matches!(name, "bash" | "sh"))
            .and_then(|path| path.rsplit('/').next());
        if script.is_none() && tool.is_some_and(|tool| self.catalogue.is_harmless(tool)) {
            match tool == Some(name) {
                true => self.harmless_tool(name),
                false => self.runs_nothing(),
            }
            return;
        }
        if let Some(path) = script {
            let leads = self.scope.leads(&Value::literal(path));
            let runs_file = is_repository_path(path) || matches!(name, "bash" | "sh" | "source" | ".");
            let untold = leads == Leads::Unknown && self.invocation.remote.is_none();
            // A script is called by its path from the repository where the step went to a folder of it.
            let from_root = leads.inside().filter(|_| self.scope.folder().is_some());
            let path = from_root.as_deref().unwrap_or(path);
            if matches!(name, "source" | ".") && is_values(path) {
                self.push(Kind::Opaque(Opaque::Values { path: path.to_owned() }), path.to_owned(), Vec::new());
                return;
            }
            let what = Opaque::Script {
                path: path.to_owned(),
                telling: runner::is_telling(path),
                at_hand: if untold {
                    AtHand::Untold
                } else {
                    AtHand::of(self.files.read(path.trim_start_matches("./")).is_some())
                },
            };
            if matches!(name, "source" | ".") {
                self.run.found_mut().unseen_functions = true;
            }
            if runs_file || runner::is_telling(path) {
                self.push(Kind::Opaque(what), path.to_owned(), self.words(&[]));
                return;
            }
            self.not_read(path.to_owned());
        }
        // A known tool of which no entry fits does nothing that the catalogue knows of.
        let harmless = self.catalogue.is_harmless(name);
        if !harmless && self.catalogue.has_commands(name) {
            self.of_known_tool(false);
            return;
        }
        if harmless {
            self.harmless_tool(name);
            return;
        }
        if tool::is_of_packages(path) {
            self.of_package(name);
            return;
        }
        let is_shell = matches!(name, "bash" | "sh" | "zsh" | "dash" | "ash" | "ksh");
        if is_shell && self.invocation.words.len() > 1 && called.is_none() && !self.is_given_unknown() {
            // `bash --version` and the like.
            let told = !self.invocation.piped_from;
            if told {
                self.runs_nothing();
                return;
            }
        }
        if self.catalogue.is_of_family(name) {
            self.runs_nothing();
            return;
        }
        // The file that may define it is told of. Programs have no such sign in their names, and functions of shared files often do.
        let is_function = || path.contains('_') && path.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_shell && self.run.found_mut().unseen_functions && is_function() {
            self.not_read(name.to_owned());
            return;
        }
        self.push(Kind::Opaque(Opaque::Command { name: name.to_owned() }), name.to_owned(), self.words(&[]));
    }
}

impl Reading<'_, '_> {
    /// Whether a shell is given a script whose path can't be told.
    fn is_given_unknown(&self) -> bool {
        let is_flag = |word: &&Word| word.value().literal_prefix().starts_with(['-', '+']);
        let first = self.invocation.words.iter().skip(1).find(|word| !is_flag(word));
        first.is_some_and(|word| word.literal().is_none())
    }
}

/// Whether a text holds the commit or the tag of the run.
pub(super) fn holds_run(value: &Value) -> bool {
    let own = |symbol: &Symbol| symbol.is_variable("BITBUCKET_TAG") || symbol.is_variable("BITBUCKET_COMMIT");
    value.symbols().any(own)
}

/// Whether a word is the output of a command as a file: `<(curl …)`.
fn is_substituted(word: &Word) -> bool {
    word.value().first_symbol().is_some_and(|symbol| symbol.name.starts_with("<("))
}

/// Whether a script is only looked at for errors: `php -l a.php`, `bash -n a.sh`.
fn only_parses(name: &str, words: &[Word]) -> bool {
    let flags = words.iter().skip(1).map_while(|word| word.literal()).take_while(|word| word.starts_with('-'));
    let looks: &[&str] = match name {
        "bash" | "sh" | "dash" | "zsh" | "ksh" => &["-n"],
        "php" => &["-l", "--syntax-check"],
        "ruby" | "perl" => &["-c", "-wc"],
        "node" => &["-c", "--check"],
        _ => return false,
    };
    flags.into_iter().any(|flag| looks.contains(&flag))
}

/// Whether a path leads into the repository.
fn is_repository_path(path: &str) -> bool {
    // `C:/Program Files/…` on Windows.
    if path.get(1..3).is_some_and(|drive| matches!(drive, ":/" | ":\\")) {
        return false;
    }
    let inside =
        path.starts_with("./") || path.starts_with("../") || (path.contains('/') && !path.starts_with(['/', '~', '$']));
    inside || path.starts_with("$BITBUCKET_CLONE_DIR/") || path.starts_with("${BITBUCKET_CLONE_DIR}/")
}

/// Whether a called file is a script of the repository rather than a tool that was installed there.
fn is_script(path: &str, name: &str) -> bool {
    let base = path.rsplit('/').next().unwrap_or(path);
    let installed = ["node_modules/", "vendor/bin/", ".venv/", "venv/", "target/", "/usr/", "/opt/", "/tmp/"];
    if installed.iter().any(|part| path.contains(part)) || path.starts_with('/') || path.starts_with('~') {
        return false;
    }
    // Where the archive of the tool is unpacked by its own instructions.
    if path.ends_with("aws/install") {
        return false;
    }
    if matches!(
        base,
        "gradlew"
            | "mvnw"
            | "artisan"
            | "manage.py"
            | "console"
            | "setup.py"
            | "activate"
            | "cc-test-reporter"
            | "phpunit"
            | "rails"
            | "rake"
            | "rspec"
    ) {
        return false;
    }
    !(INTERPRETERS.contains(&name) || matches!(name, "ts-node" | "tsx")) || base.contains('.')
}

/// Whether a sourced file holds values by its name.
fn is_values(path: &str) -> bool {
    let base = path.rsplit('/').next().unwrap_or(path);
    base.starts_with(".env") || [".env", ".vars", ".properties", ".conf", ".cfg"].iter().any(|end| base.ends_with(end))
}
