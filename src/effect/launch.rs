//! Programs that the tool of a language builds and runs: `go run ./cmd/deploy`, `java -jar deployer.jar`. What they do stands in
//! code that is not followed; only their names tell.

use super::arguments::Arguments;
use super::catalogue::Command;
use super::command::Reading;
use super::family;
use super::model::{AtHand, Kind, Opaque};
use super::runner;
use super::selector::Selector;
use super::tool;
use crate::shell::{Invocation, Value};

/// The ends of files of which the text is the program, as with `python a.py`.
const SOURCES: [&str; 12] =
    [".go", ".rs", ".ts", ".js", ".mjs", ".mts", ".exs", ".dart", ".swift", ".kts", ".fsx", ".csx"];

/// Where a program stands that is called by its folder.
const MAINS: [&str; 3] = ["main.go", "Program.cs", "src/main.rs"];

impl Reading<'_, '_> {
    /// A program of which only the name can be read: one that says that it deploys is a target of its tool, one that says that it
    /// checks does nothing, and any other may be what a step declares.
    pub(super) fn launch(&self, command: &Command, arguments: &Arguments<'_>, tool: &str) {
        let named = command.from.as_ref().map(|from| from.select(arguments, self.scope)).unwrap_or_default();
        let program = named.first().map(|program| program.value.to_string());
        // `java -version`
        if program.is_none() && self.phrase.is_empty() {
            return self.runs_nothing();
        }
        if let Some(inner) = program.as_deref().and_then(|program| self.launched(program)) {
            return Reading { invocation: &inner, phrase: &[], ..*self }.read();
        }
        // Build tools take other tasks beside the one that runs the program.
        if command.reader.as_deref() == Some("goal") && self.unknown_task(tool).is_some() {
            return self.harmless_tool(tool);
        }
        let base = program.as_deref().map_or("", |program| program.rsplit('/').next().unwrap_or(program));
        let telling = runner::acts(base);
        if !telling && self.catalogue.only_checks(base) {
            return self.runs_nothing();
        }
        let short = self.short();
        let call = match &program {
            Some(program) => format!("{short}{} {program}", self.flag_before(command, program)),
            None => short.clone(),
        };
        if telling || self.is_told_to_deploy() {
            let at_hand = AtHand::of(program.as_deref().is_some_and(|program| self.has_source(program)));
            let telling = telling && !self.is_quiet(tool);
            let target = Opaque::Target { name: call.clone(), telling, at_hand };
            return self.push(Kind::Opaque(target), call, self.words(&[]));
        }
        let is_source = |path: &&str| path.contains('/') && SOURCES.iter().any(|end| path.ends_with(end));
        if let Some(path) = program.as_deref().filter(is_source) {
            let at_hand = AtHand::of(self.has_source(path));
            let script = Opaque::Script { path: path.to_owned(), telling: false, at_hand };
            return self.push(Kind::Opaque(script), path.to_owned(), self.words(&[]));
        }
        self.not_read(call);
        self.nothing();
    }

    /// The known tool that a program is: one that is fetched by its module, or by the name of its archive.
    fn launched(&self, program: &str) -> Option<Invocation> {
        let path = program.split('@').next().unwrap_or(program);
        let name = match path.strip_suffix(".jar") {
            Some(path) => path.rsplit('/').next()?,
            None => path.rsplit('/').next().filter(|_| program.contains('@'))?,
        };
        // `liquibase-4.2.1.jar`
        let version = name.match_indices('-').find(|(at, _)| name[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
        let name = version.and_then(|(at, _)| name.get(..at)).unwrap_or(name);
        let at = self.invocation.words.iter().position(|word| word.value().to_string() == program)?;
        let mut words = self.invocation.words.get(at..)?.to_vec();
        let as_tool = |name: &str| {
            words.first_mut()?.values = vec![Value::literal(name)];
            let inner = Invocation { words: words.clone(), ..self.invocation.clone() };
            let known = !self.catalogue.find(&inner).is_empty();
            (known || self.catalogue.is_harmless(name) && !self.carries_run()).then_some(inner)
        };
        [name, name.trim_end_matches("-cli"), name.trim_end_matches("-all")].into_iter().find_map(as_tool)
    }

    /// Whether the words for a program say that it deploys: `cargo run -- deploy`, `dotnet cake --target=Deploy`. A release is a
    /// kind of build, too.
    fn is_told_to_deploy(&self) -> bool {
        let says = |text: &str| {
            let words = family::words(text);
            words.iter().any(|word| word != "release" && runner::deploys(word))
                && !words.iter().any(|word| word == "no")
        };
        let told = |word: &str| match word.split_once('=') {
            Some((_, value)) => says(value),
            None => !word.starts_with('-') && !word.contains('/') && says(word),
        };
        self.invocation.words.iter().skip(1).filter_map(|word| word.literal()).any(told)
    }

    /// The flag by which a program is named, with a blank before it.
    fn flag_before(&self, command: &Command, program: &str) -> String {
        let names = |flag: &str| command.from.iter().flat_map(Selector::flags).any(|own| own == flag);
        let pairs = self.invocation.words.windows(2).filter(|pair| pair[1].value().to_string() == program);
        let mut flags = pairs.filter_map(|pair| pair[0].literal()).filter(|flag| names(flag));
        flags.next().map(|flag| format!(" {flag}")).unwrap_or_default()
    }

    /// Whether what a program is made of lies where the command runs.
    fn has_source(&self, program: &str) -> bool {
        let bare = program.trim_end_matches('/');
        self.is_at_hand(program) || MAINS.iter().any(|file| self.is_at_hand(&format!("{bare}/{file}")))
    }
}

/// Runners of packages: what they run is a tool of somebody, which is known or is not.
const OF_PACKAGES: [&str; 9] = ["npx", "bunx", "pnpx", "npm", "pnpm", "yarn", "bun", "pipx", "uvx"];

impl Reading<'_, '_> {
    /// Reads a command that another one runs: a runner of packages, a release track. Whether that told what it does.
    pub(super) fn by_another(&self, name: &str) -> bool {
        let Some(inner) = tool::behind(self.invocation) else { return false };
        let known = inner.name().is_none_or(|name| self.catalogue.is_harmless(name));
        // What is told which commit or tag it is may do more than its name says.
        if !self.catalogue.find(&inner).is_empty() || known && !self.carries_run() || tool::is_installed(&inner) {
            Reading { invocation: &inner, phrase: &[], ..*self }.read();
            return true;
        }
        if let (false, true, Some(tool)) = (known, OF_PACKAGES.contains(&name), tool::package(&inner)) {
            let task = inner.words.get(1).and_then(|word| word.literal()).filter(|word| !word.starts_with('-'));
            let command = task.map_or_else(|| tool.to_owned(), |task| format!("{tool} {task}"));
            self.push(Kind::Opaque(Opaque::Command { name: tool.to_owned() }), command, Vec::new());
            return true;
        }
        let Some(called) = inner.name().filter(|called| !known && runner::acts(called)) else { return false };
        let before = self.invocation.words.len().saturating_sub(inner.words.len());
        let words = self.invocation.words.iter().take(before).map(|word| word.shown());
        let call = words.chain([called.to_owned()]).collect::<Vec<_>>().join(" ");
        let target = Opaque::Target { name: call.clone(), telling: true, at_hand: AtHand::No };
        self.push(Kind::Opaque(target), call, self.words(&[]));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{effects, unread};

    #[test]
    fn a_program_says_by_its_name_what_it_does() {
        for (script, name, telling) in [
            ("go run ./cmd/deploy -env production", "go run ./cmd/deploy", true),
            ("cargo run --release --bin deploy -- production", "cargo run --bin deploy", true),
            ("java -Xmx1g -jar ci/deployer.jar --env=production", "java -jar ci/deployer.jar", true),
            ("dotnet run --project src/Deploy -c Release", "dotnet run --project src/Deploy", true),
            ("nix run .#deploy -- prod", "nix run .#deploy", true),
            ("deno run -A deploy.ts", "deno run deploy.ts", true),
            ("mvn -B exec:java -Dexec.mainClass=com.acme.Deploy", "mvn exec:java com.acme.Deploy", false),
            ("dotnet run --project build -- --target=Deploy", "dotnet run --project build", false),
            ("dotnet cake --target=Deploy", "dotnet cake", false),
            ("./gradlew run --args='deploy production'", "gradlew run", false),
        ] {
            let due = format!("Target {{ name: \"{name}\", telling: {telling}, at_hand: No }}");
            assert_eq!(effects(script), [due], "{script}");
        }
        for (script, path) in
            [("Rscript deploy.R", "deploy.R"), ("bun deploy.ts", "deploy.ts"), ("expect deploy.exp", "deploy.exp")]
        {
            let due = format!("Script {{ path: \"{path}\", telling: true, at_hand: No }}");
            assert_eq!(effects(script), [due], "{script}");
        }
        for (script, name) in [("pipx run ship-it", "ship-it"), ("uvx ship-it prod", "ship-it")] {
            assert_eq!(effects(script), [format!("Command {{ name: \"{name}\" }}")], "{script}");
        }
    }

    #[test]
    fn a_program_that_says_nothing_may_be_what_a_step_declares() {
        for (script, call) in [
            ("go run ./cmd/gen", "go run ./cmd/gen"),
            ("cargo run --release", "cargo run"),
            ("dotnet run -c Release", "dotnet run"),
            ("java -cp 'lib/*' com.acme.Main", "java com.acme.Main"),
            ("sbt run", "sbt run"),
            ("groovy x.groovy", "x.groovy"),
        ] {
            assert_eq!(effects(script), [""; 0], "{script}");
            let [told] = unread(script).try_into().unwrap();
            assert!(told.starts_with(&format!("{call}: ")), "{script}");
        }
    }

    #[test]
    fn a_tool_is_a_tool_however_it_is_started() {
        for script in [
            "go run golang.org/x/lint/golint@latest ./...; go run ./cmd/lint; go version; go build ./cmd/deploy",
            "java -version; java -jar sonar-scanner-4.8.jar; java -jar liquibase-4.2.1.jar update; java -jar checkstyle-10-all.jar x",
            "pipx run ruff check; pipx run build; uvx cookiecutter x; pipx install deploy-tool; bun install; bun test; bun build ./src/deploy.ts --outdir d",
            "dotnet ef database update; mix ecto.migrate; julia -e 'using Pkg; Pkg.test()'; Rscript -e 'devtools::test()'",
        ] {
            assert_eq!(effects(script), [""; 0], "{script}");
            assert_eq!(unread(script), [""; 0], "{script}");
        }
        let promotes = "go run github.com/google/go-containerregistry/cmd/crane@v0.19.1 tag r/x:1 2";
        assert_eq!(effects(promotes), ["retag r/x:1 -> r/x:2"]);
    }
}
