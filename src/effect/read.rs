//! From a step to its effects: each command is looked up in the catalogue, each pipe too.

use std::cell::RefCell;

use super::arguments::Arguments;
use super::catalogue::{Catalogue, Command, Does, ImageWord, Pushes};
use super::model::{Effect, Images, Kind, Opaque, Site};
use super::reference::Reference;
use super::runner::{self, Runs};
use super::selector::Selected;
use super::world::{Bindings, Files, World};
use super::{hidden, pipe};
use crate::pipeline::{ScriptItem, Step};
use crate::shell::{Comparison, Interpreter, Invocation, Parses, Piece, Place, Scope, Value};
use crate::yaml::Node;

/// A test of a variable against a text, for rules about branches.
#[derive(Clone, Debug)]
pub struct BranchTest<'d> {
    /// What it is compared with.
    pub with: Vec<Value>,
    /// Where.
    pub site: Site<'d>,
}

/// What a print command writes to the log.
#[derive(Clone, Debug)]
pub struct Print<'d> {
    /// The variables whose values are printed.
    pub variables: Vec<String>,
    /// Whether it prints all variables (`env`) or all commands (`set -x`).
    pub everything: Option<&'static str>,
    /// The command.
    pub site: Site<'d>,
}

/// A call of git.
#[derive(Clone, Debug)]
pub struct GitCall<'d> {
    /// The words after `git`.
    pub words: Vec<Value>,
    /// The command.
    pub site: Site<'d>,
}

/// All that a step's scripts come to.
#[derive(Clone, Debug, Default)]
pub struct StepEffects<'d> {
    /// The effects, in order.
    pub effects: Vec<Effect<'d>>,
    /// Tests that name `BITBUCKET_BRANCH`.
    pub branch_tests: Vec<BranchTest<'d>>,
    /// What is written to the log.
    pub prints: Vec<Print<'d>>,
    /// Calls of git.
    pub git: Vec<GitCall<'d>>,
    /// How many commands ran that are known and harmless.
    pub harmless: usize,
    /// Words that choose a cluster, a project or a workspace for the commands after them.
    pub contexts: Vec<String>,
}

/// Reads steps; keeps what is parsed.
pub struct Reader<'c> {
    catalogue: &'c Catalogue,
    files: &'c dyn Files,
    parses: Parses,
}

/// What one reading collects.
pub(super) struct Run<'d> {
    sources: RefCell<Vec<Node<'d>>>,
    found: RefCell<StepEffects<'d>>,
    context: RefCell<Vec<String>>,
    declared: bool,
}

impl<'d> Run<'d> {
    /// The number of a scalar as a source.
    pub(super) fn source(&self, node: Node<'d>) -> u32 {
        let mut sources = self.sources.borrow_mut();
        let at = sources.iter().position(|known| known.id() == node.id()).unwrap_or_else(|| {
            sources.push(node);
            sources.len() - 1
        });
        u32::try_from(at).unwrap_or(0)
    }

    pub(super) fn site(&self, place: Place) -> Site<'d> {
        let sources = self.sources.borrow();
        let node = sources[(place.source as usize).min(sources.len().saturating_sub(1))];
        Site { node, range: place.span }
    }

    pub(super) fn push(&self, effect: Effect<'d>) {
        self.found.borrow_mut().effects.push(effect);
    }

    /// Walks with words around that may name an environment.
    pub(super) fn with_context(&self, words: Vec<String>, walk: impl FnOnce()) {
        let before = self.context.replace(words);
        walk();
        self.context.replace(before);
    }
}

impl<'c> Reader<'c> {
    /// A reader with a catalogue and the files at hand.
    pub fn new(catalogue: &'c Catalogue, files: &'c dyn Files) -> Self {
        Self { catalogue, files, parses: Parses::new() }
    }

    /// The effects of a step in one plan. `declared` tells whether the step or its stage declares an environment.
    pub fn read<'d>(&mut self, step: &Step<'d>, bindings: &Bindings, declared: bool) -> StepEffects<'d> {
        let run = Run { sources: RefCell::default(), found: RefCell::default(), context: RefCell::default(), declared };
        for items in [step.script(), step.after_script()] {
            self.read_items(&items, bindings, &run);
        }
        run.found.into_inner()
    }

    fn read_items<'d>(&mut self, items: &[ScriptItem<'d>], bindings: &Bindings, run: &Run<'d>) {
        let mut world = World { bindings, files: self.files };
        let (catalogue, files) = (self.catalogue, self.files);
        let mut emit = |scope: &Scope, invocation: &Invocation| {
            let command = Reading { catalogue, files, run, scope, invocation };
            command.read();
        };
        let mut interpreter = Interpreter::new(&mut world, &mut self.parses, &mut emit);
        for item in items {
            match item {
                ScriptItem::Command(node) => {
                    let piece = Piece::new(run.source(*node), node.text().unwrap_or(""));
                    if !interpreter.run(&piece) {
                        break;
                    }
                }
                ScriptItem::Pipe(call) => pipe::read(*call, catalogue, run, &mut interpreter),
                ScriptItem::Agent(node) => {
                    let node = node.get("agent").unwrap_or(*node);
                    let site = run.site(Piece::new(run.source(node), "").place(crate::yaml::Span::default()));
                    run.push(opaque(Opaque::Agent, site, "agent"));
                }
                ScriptItem::Unknown(_) => {}
            }
        }
        for Comparison { with, place } in interpreter.branch_tests() {
            let site = run.site(place);
            run.found.borrow_mut().branch_tests.push(BranchTest { with, site });
        }
        if interpreter.exhausted()
            && let Some(node) = run.sources.borrow().first().copied()
        {
            let site = Site { node, range: crate::yaml::Span::default() };
            run.found.borrow_mut().effects.push(opaque(Opaque::Exhausted, site, "the script"));
        }
    }
}

fn opaque<'d>(what: Opaque, site: Site<'d>, command: &str) -> Effect<'d> {
    Effect {
        kind: Kind::Opaque(what),
        site,
        command: command.to_owned(),
        certain: true,
        calls: Vec::new(),
        remote: false,
        words: Vec::new(),
    }
}

/// One command on its way to effects.
struct Reading<'a, 'd> {
    catalogue: &'a Catalogue,
    files: &'a dyn Files,
    run: &'a Run<'d>,
    scope: &'a Scope,
    invocation: &'a Invocation,
}

impl<'d> Reading<'_, 'd> {
    fn read(&self) {
        self.note_variables();
        let Some(name) = self.invocation.name() else {
            let shown = self.invocation.words.first().map(|word| word.value().to_string()).unwrap_or_default();
            self.push(Kind::Opaque(Opaque::Command { name: shown.clone() }), shown, Vec::new());
            return;
        };
        self.prints(name);
        if name == "git" {
            let words = self.invocation.words.iter().skip(1).map(|word| word.value()).collect();
            let call = GitCall { words, site: self.run.site(self.invocation.place) };
            self.run.found.borrow_mut().git.push(call);
        }
        self.contexts(name);
        if let Some(target) = self.git_deploys(name) {
            self.push(
                Kind::Deploy { images: Images::None, weak: false, restart: false },
                "git push".to_owned(),
                vec![target],
            );
            return;
        }
        let entries = self.catalogue.find(self.invocation);
        if entries.is_empty() {
            self.unknown(name);
            return;
        }
        for (command, arguments) in entries {
            self.entry(command, &arguments, name);
        }
    }

    /// Variables that the file does not set.
    fn note_variables(&self) {
        let mut found = self.run.found.borrow_mut();
        for word in &self.invocation.words {
            for symbol in word.values.iter().flat_map(Value::symbols) {
                let own = symbol.kind == crate::shell::SymbolKind::Variable && !symbol.name.starts_with("BITBUCKET_");
                let known =
                    |effect: &Effect<'_>| matches!(&effect.kind, Kind::ReadVariable { name } if *name == symbol.name);
                if own && !found.effects.iter().any(known) {
                    let site = self.run.site(word.place);
                    let kind = Kind::ReadVariable { name: symbol.name.clone() };
                    let command = format!("${}", symbol.name);
                    found.effects.push(Effect { kind, ..opaque(Opaque::Agent, site, &command) });
                }
            }
        }
    }

    fn prints(&self, name: &str) {
        let site = || self.run.site(self.invocation.place);
        let visible = !self.invocation.redirected;
        let words = &self.invocation.words;
        let everything = match name {
            "env" | "printenv" if words.len() == 1 && visible => Some("all variables"),
            "export" if words.len() == 2 && words[1].literal() == Some("-p") => Some("all variables"),
            "set" if words.iter().skip(1).any(|word| is_trace(word.literal().unwrap_or(""))) => Some("every command"),
            _ => None,
        };
        let variables: Vec<String> = if matches!(name, "echo" | "printf") && visible {
            let symbols = words.iter().skip(1).flat_map(|word| word.values.iter().flat_map(Value::symbols));
            symbols.filter(|symbol| symbol.cut.is_empty()).map(|symbol| symbol.name.clone()).collect()
        } else if name == "printenv" && visible {
            words.iter().skip(1).filter_map(|word| word.literal().map(str::to_owned)).collect()
        } else {
            Vec::new()
        };
        if everything.is_some() || !variables.is_empty() {
            let print = Print { variables, everything, site: site() };
            self.run.found.borrow_mut().prints.push(print);
        }
    }

    /// `kubectl config use-context production` and its kin choose for what comes after.
    fn contexts(&self, name: &str) {
        const CHOOSE: [&str; 9] = [
            "gcloud container clusters get-credentials",
            "gcloud config set",
            "kubectl config use-context",
            "kubectl config set-context",
            "aws eks update-kubeconfig",
            "az aks get-credentials",
            "az account set",
            "terraform workspace select",
            "docker context use",
        ];
        let words: Vec<String> = self.invocation.words.iter().skip(1).map(|word| word.value().to_string()).collect();
        let line = format!("{name} {}", words.join(" "));
        if CHOOSE.iter().any(|phrase| line.starts_with(phrase)) || name == "kubectx" || name == "kubens" {
            self.run.found.borrow_mut().contexts.extend(words);
        }
    }

    /// `git push heroku` and `git push dokku@…` deploy from source.
    fn git_deploys(&self, name: &str) -> Option<String> {
        let words: Vec<String> = self.invocation.words.iter().skip(1).map(|word| word.value().to_string()).collect();
        let at = words.iter().position(|word| word == "push")?;
        let remote = words.iter().skip(at + 1).find(|word| !word.starts_with('-'))?;
        let deploys = name == "git" && (remote.contains("heroku") || remote.starts_with("dokku"));
        deploys.then(|| remote.clone())
    }

    fn unknown(&self, name: &str) {
        let words = &self.invocation.words;
        let path = words.first().and_then(|word| word.literal()).unwrap_or(name);
        let called = match name {
            "bash" | "sh" | "dash" | "zsh" | "ash" | "ksh" | "source" | "." | "python" | "python3" | "python2"
            | "node" | "ruby" | "php" | "perl" | "pwsh" | "powershell" | "ts-node" | "tsx" => {
                words.iter().skip(1).filter_map(|word| word.literal()).find(|text| !text.starts_with('-'))
            }
            _ if is_repository_path(path) => Some(path),
            _ => None,
        };
        let script = called.filter(|path| is_script(path, name));
        if let Some(path) = script {
            let what = Opaque::Script { path: path.to_owned(), telling: runner::is_telling(path) };
            let runs_file = is_repository_path(path) || matches!(name, "bash" | "sh" | "source" | ".");
            if runs_file || runner::is_telling(path) {
                self.push(Kind::Opaque(what), path.to_owned(), self.words(&[]));
                return;
            }
        }
        // A known tool of which no entry fits does nothing that the catalogue knows of.
        let known = self.catalogue.harmless.contains(name) || self.catalogue.commands.contains_key(name);
        if known || path.contains("node_modules/.bin/") || path.contains("vendor/bin/") {
            self.run.found.borrow_mut().harmless += 1;
            return;
        }
        if matches!(name, "bash" | "sh" | "zsh" | "dash" | "ash" | "ksh")
            && self.invocation.words.len() > 1
            && called.is_none()
        {
            // `bash --version` and the like.
            let told = !self.invocation.piped_from;
            if told {
                self.run.found.borrow_mut().harmless += 1;
                return;
            }
        }
        self.push(Kind::Opaque(Opaque::Command { name: name.to_owned() }), name.to_owned(), self.words(&[]));
    }

    fn entry(&self, command: &Command, arguments: &Arguments<'_>, name: &str) {
        let machine = command.machine && self.invocation.remote.is_none() && !self.elsewhere(arguments);
        if machine {
            self.push(Kind::Docker, self.short(), Vec::new());
        }
        let dry = arguments.has("--dry-run") || arguments.has("-dry-run");
        match command.does {
            Does::Harmless => self.run.found.borrow_mut().harmless += usize::from(!command.machine),
            Does::Login => self.push(Kind::Login, self.short(), Vec::new()),
            Does::Opaque => {
                self.push(Kind::Opaque(Opaque::Command { name: name.to_owned() }), self.short(), self.words(&[]))
            }
            Does::Runner => match runner::read(self.invocation) {
                Runs::Harmless => self.run.found.borrow_mut().harmless += 1,
                Runs::Target(target) => self.push(Kind::Opaque(target), self.short(), self.words(&[])),
            },
            Does::Request => self.request(),
            Does::Pull => {
                let references = self.references(command, arguments);
                self.each(references, |reference| Kind::Pull { reference });
            }
            Does::Push => {
                let references = self.references(command, arguments);
                self.each(references, |reference| Kind::Push { reference });
            }
            Does::Build => self.build(command, arguments),
            Does::Retag => self.retag(command, arguments),
            Does::Deploy if dry => self.run.found.borrow_mut().harmless += 1,
            Does::Deploy => self.deploy(command, arguments),
        }
    }

    /// Whether a docker command talks to the daemon of another machine.
    fn elsewhere(&self, arguments: &Arguments<'_>) -> bool {
        let assigned = self.invocation.assignments.iter().any(|(name, _)| name == "DOCKER_HOST");
        let own_host = self.scope.get("DOCKER_HOST").is_some_and(|values| {
            values.iter().all(|value| {
                value.literal_prefix().starts_with("ssh://") || value.literal_prefix().starts_with("tcp://")
            })
        });
        assigned
            || own_host
            || ["-H", "--host", "--context"].iter().any(|flag| arguments.has(flag))
            || self.context_flag()
    }

    /// `docker --context x`, `docker -c x`: flags before the subcommand.
    fn context_flag(&self) -> bool {
        let second = self.invocation.words.get(1).and_then(|word| word.literal()).unwrap_or("");
        matches!(second, "-c" | "--context" | "-H" | "--host")
            || second.starts_with("--context=")
            || second.starts_with("--host=")
    }

    fn references(&self, command: &Command, arguments: &Arguments<'_>) -> Vec<Reference<'d>> {
        let builds = command.does == Does::Build;
        let found = match command.reader.as_deref() {
            Some("compose") => hidden::compose(arguments, self.scope, self.files, builds),
            _ => command.reference.as_ref().map(|selector| selector.select(arguments, self.scope)).unwrap_or_default(),
        };
        self.read_references(found)
    }

    fn read_references(&self, found: Vec<Selected>) -> Vec<Reference<'d>> {
        let read = |selected: Selected| Reference::read(&selected.value, self.run.site(selected.place));
        found.into_iter().filter(|selected| !selected.value.is_empty()).map(read).collect()
    }

    fn each(&self, references: Vec<Reference<'d>>, kind: impl Fn(Option<Reference<'d>>) -> Kind<'d>) {
        if references.is_empty() {
            self.push(kind(None), self.short(), Vec::new());
        }
        for reference in references {
            self.push(kind(Some(reference)), self.short(), Vec::new());
        }
    }

    fn build(&self, command: &Command, arguments: &Arguments<'_>) {
        let pushes = match &command.pushes {
            Pushes::Always => true,
            Pushes::Never => false,
            Pushes::With(flags) => {
                flags.iter().any(|flag| arguments.has(flag)) || hidden::outputs_to_registry(arguments)
            }
        };
        let references = self.references(command, arguments);
        self.push(Kind::Build { references, pushes }, self.short(), Vec::new());
    }

    fn retag(&self, command: &Command, arguments: &Arguments<'_>) {
        let all = |selector: &Option<super::selector::Selector>| {
            let found = selector.as_ref().map(|selector| selector.select(arguments, self.scope)).unwrap_or_default();
            self.read_references(found)
        };
        let source = all(&command.source).into_iter().next();
        let mut targets = all(&command.target);
        if let (Some(selector), Some(source)) = (&command.target_tag, &source) {
            for selected in selector.select(arguments, self.scope) {
                targets.push(source.with_tag(selected.value, self.run.site(selected.place)));
            }
        }
        let kind = |target| Kind::Retag { source: source.clone(), target, local: command.local };
        if targets.is_empty() {
            self.push(kind(None), self.short(), Vec::new());
        }
        for target in targets {
            self.push(kind(Some(target)), self.short(), Vec::new());
        }
    }

    fn deploy(&self, command: &Command, arguments: &Arguments<'_>) {
        let away = self.invocation.remote.is_some() || self.elsewhere(arguments);
        if command.remote_only && self.invocation.remote.is_none() {
            self.run.found.borrow_mut().harmless += 1;
            return;
        }
        if command.remote && !away && !self.run.declared {
            return;
        }
        let mut tag_only = false;
        let references = match command.reader.as_deref() {
            Some("helm") => {
                let found = hidden::helm(arguments);
                tag_only = !found.is_empty() && found.iter().all(|found| found.tag_only);
                let mut references = self.read_references(found.into_iter().map(|found| found.selected).collect());
                references.iter_mut().for_each(hidden::forget_image);
                references
            }
            Some("manifest") => {
                if self.is_plain_object(arguments) {
                    self.run.found.borrow_mut().harmless += 1;
                    return;
                }
                self.read_references(arguments.flag(&["--image".to_owned()]))
            }
            _ => self.references(command, arguments),
        };
        let images = match (references.is_empty(), command.image) {
            (false, _) => Images::Known(references.clone()),
            (true, Some(ImageWord::None)) => Images::None,
            (true, _) => Images::Hidden,
        };
        let _ = tag_only;
        let words = self.words(&references);
        self.push(Kind::Deploy { images, weak: command.weak, restart: command.restart }, self.short(), words);
    }

    /// `kubectl create secret`, `apply` of one, a namespace, a config map: nothing that runs.
    fn is_plain_object(&self, arguments: &Arguments<'_>) -> bool {
        const OBJECTS: [&str; 16] = [
            "secret",
            "configmap",
            "cm",
            "namespace",
            "ns",
            "serviceaccount",
            "sa",
            "role",
            "rolebinding",
            "clusterrole",
            "clusterrolebinding",
            "token",
            "quota",
            "priorityclass",
            "ingress",
            "service",
        ];
        let first = arguments.plain(1).and_then(|word| word.value.as_literal().map(str::to_owned)).unwrap_or_default();
        let kind = first.split('/').next().unwrap_or("");
        let piped = match &self.invocation.stdin {
            crate::shell::Stdin::Text(values) => values.iter().any(|value| {
                let text = value.to_string();
                OBJECTS.iter().any(|object| text.contains(&format!("create {object}")))
            }),
            _ => false,
        };
        OBJECTS.contains(&kind) || piped
    }

    /// A request that changes something is not followed; one that fetches is harmless.
    fn request(&self) {
        let shown: Vec<String> = self.invocation.words.iter().map(|word| word.value().to_string()).collect();
        let has = |names: &[&str]| {
            shown.iter().any(|word| names.iter().any(|name| word == name || word.starts_with(&format!("{name}="))))
        };
        let sends = has(&[
            "-d",
            "--data",
            "--data-raw",
            "--data-binary",
            "--json",
            "-F",
            "--form",
            "-T",
            "--upload-file",
            "--post-data",
            "--post-file",
        ]);
        let method = shown.iter().any(|word| {
            matches!(
                word.trim_start_matches("-X").trim_start_matches("--request="),
                "POST" | "PUT" | "PATCH" | "DELETE"
            )
        });
        let text = shown.join(" ");
        let deploys = ["/deploy", "deployments", "formation", "/redeploy", "webhooks/deploy", "/hooks/", "/releases"];
        let notifies =
            ["slack", "teams", "discord", "telegram", "notify", "sentry", "newrelic", "datadog", "codecov", "sonar"];
        let about = |names: &[&str]| names.iter().any(|name| text.contains(name));
        if (sends || method) && about(&deploys) && !about(&notifies) {
            self.push(Kind::Deploy { images: Images::Hidden, weak: true, restart: false }, self.short(), shown);
        } else {
            self.run.found.borrow_mut().harmless += 1;
        }
    }

    /// Words that may name an environment: all but references and secrets.
    fn words(&self, references: &[Reference<'d>]) -> Vec<String> {
        let images: Vec<String> = references.iter().map(Reference::to_string).collect();
        let mut words: Vec<String> = Vec::new();
        let mut skip_next = false;
        for word in self.invocation.words.iter().skip(1) {
            let text = word.value().to_string();
            if std::mem::take(&mut skip_next) {
                continue;
            }
            skip_next = matches!(
                text.as_str(),
                "--image" | "--set" | "--set-string" | "-i" | "--token" | "--description" | "-m"
            );
            let names_image = images.iter().any(|image| text.contains(image.as_str()));
            if !names_image && !text.starts_with("--image=") && !text.starts_with("--set") {
                words.push(text);
            }
        }
        words.extend(self.invocation.remote.iter().map(Value::to_string));
        words.extend(self.run.context.borrow().iter().cloned());
        words
    }

    /// The command's name with its subcommands.
    fn short(&self) -> String {
        let mut words = Vec::new();
        for word in &self.invocation.words {
            let Some(text) = word.literal() else { break };
            let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '/'));
            if text.starts_with('-') || !plain || words.len() == 3 {
                break;
            }
            words.push(text.rsplit('/').next().unwrap_or(text).to_owned());
        }
        words.join(" ")
    }

    fn push(&self, kind: Kind<'d>, command: String, words: Vec<String>) {
        self.run.push(Effect {
            kind,
            site: self.run.site(self.invocation.place),
            command,
            certain: self.invocation.certain,
            calls: self.invocation.calls.clone(),
            remote: self.invocation.remote.is_some(),
            words,
        });
    }
}

fn is_trace(flag: &str) -> bool {
    flag == "xtrace" || (flag.starts_with('-') && !flag.starts_with("--") && flag.contains('x'))
}

/// Whether a path leads into the repository.
fn is_repository_path(path: &str) -> bool {
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
    matches!(name, "bash" | "sh" | "source" | ".")
        || !matches!(name, "python" | "python3" | "python2" | "node" | "ruby" | "php" | "perl" | "ts-node" | "tsx")
        || base.contains('.')
}
