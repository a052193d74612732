//! One command: the entries of the catalogue that hold for it, and what they make of its words.

use super::arguments::Arguments;
use super::catalogue::{Catalogue, Command, Does, Pushes};
use super::compare::Comparison;
use super::daemon::Daemon;
use super::deploy;
use super::hidden;
use super::model::{AtHand, Effect, Images, Kind, Opaque};
use super::read::Run;
use super::reference::Reference;
use super::runner::{self, Runs};
use super::selector::Selected;
use super::tool;
use super::world::Files;
use crate::shell::{Invocation, Scope, Value, rejoin};

/// One command on its way to effects.
pub(super) struct Reading<'a, 'd> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) files: &'a dyn Files,
    pub(super) run: &'a Run<'d, 'a>,
    pub(super) scope: &'a Scope,
    pub(super) invocation: &'a Invocation,
    /// The subcommands by which the entry that holds names the command.
    pub(super) phrase: &'a [String],
}

impl<'d> Reading<'_, 'd> {
    pub(super) fn read(&self) {
        if self.invocation.container.is_some_and(|container| self.is_of_container(container)) {
            return;
        }
        if let Some(plain) = self.by_plain_path() {
            Reading { invocation: &plain, phrase: &[], ..*self }.read();
            return;
        }
        let Some(name) = self.invocation.name() else {
            self.note_variables();
            self.nameless();
            return;
        };
        if let Some(plain) = self.without_version(name) {
            Reading { invocation: &plain, phrase: &[], ..*self }.read();
            return;
        }
        self.note_variables();
        self.prints(name);
        self.fetches(name);
        self.branch_is_searched(name);
        self.of_repositories(name);
        self.contexts(name);
        if let Some(remote) = self.git_deploys(name) {
            let to = remote.first().map(|remote| deploy::without_user(remote));
            let kind = Kind::Deploy { images: Images::None, to, weak: false, restart: false };
            return self.push(kind, "git push".to_owned(), remote);
        }
        if self.writes_what_is_sent(name) || self.by_another(name) {
            return;
        }
        if name == "git" && self.pushes_a_branch() {
            // A commit that a controller follows deploys; in a step that declares an environment it is meant to.
            self.push(
                Kind::Deploy { images: Images::Unsaid, to: None, weak: true, restart: !self.may_take_source() },
                "git push".to_owned(),
                Vec::new(),
            );
            return;
        }
        let entries = self.catalogue.find(self.invocation);
        if entries.is_empty() {
            self.unknown(name);
            return;
        }
        if entries.iter().all(|(_, arguments)| arguments.phrase().is_empty())
            && let Some(inner) = self.past_options()
            && self.catalogue.find(&inner).iter().any(|(_, arguments)| !arguments.phrase().is_empty())
        {
            Reading { invocation: &inner, phrase: &[], ..*self }.read();
            return;
        }
        for (command, arguments) in entries {
            Reading { phrase: arguments.phrase(), ..*self }.entry(command, &arguments, name);
        }
    }

    fn entry(&self, command: &Command, arguments: &Arguments<'_>, name: &str) {
        // What runs in a container has flags of its own, behind the name of that.
        let contained = matches!(command.reader.as_deref(), Some("run" | "exec")) && arguments.plain_count() > 0;
        let asks_version = || match self.invocation.words.as_slice() {
            [_, word] => matches!(word.literal(), Some("--version" | "-v" | "-V" | "-h")),
            _ => false,
        };
        if !contained && (arguments.has("--help") || arguments.has("-help") || asks_version()) {
            self.run.harmless();
            return;
        }
        let daemon = command.machine.then(|| self.daemon(arguments));
        let machine = daemon.is_some_and(|daemon| daemon != Daemon::Elsewhere);
        // With no subcommand it shows its version or what it can do.
        if daemon == Some(Daemon::Service) && !(command.rest && arguments.plain_count() == 0) {
            self.push(Kind::Docker, self.short(), Vec::new());
        }
        if command.reader.as_deref() == Some("exec") {
            self.executed(arguments, machine);
            return;
        }
        if command.reader.as_deref() == Some("run")
            && let Some(inner) = tool::contained(self.invocation, arguments, self.catalogue)
        {
            Reading { invocation: &inner, phrase: &[], ..*self }.read();
            return;
        }
        if matches!(command.does, Does::Build | Does::Push | Does::Pull | Does::Retag | Does::Deploy)
            && arguments.is_dry(command)
        {
            self.run.harmless();
            return;
        }
        match command.reader.as_deref() {
            Some("template") => self.renders(arguments),
            Some("rename") => self.renames(arguments),
            Some("tell") => self.tells(arguments),
            Some("load") if self.elsewhere(arguments) && self.loads_elsewhere() => return,
            Some("load") => self.run.found_mut().loads = true,
            _ => {}
        }
        match command.does {
            Does::Harmless if command.rest => self.of_known_tool(machine),
            Does::Harmless if self.phrase.is_empty() && self.hides_subcommand(name) => self.of_known_tool(machine),
            Does::Harmless => self.nothing(),
            Does::Publish => self.publish(),
            Does::Change => self.change(),
            Does::Login => self.push(Kind::Login, self.short(), Vec::new()),
            Does::Opaque => {
                let words = std::iter::once(name).chain(self.phrase.iter().map(String::as_str));
                let name = words.collect::<Vec<_>>().join(" ");
                self.push(Kind::Opaque(Opaque::Command { name }), self.short(), self.words(&[]))
            }
            Does::Runner => match runner::read(self.invocation, self.catalogue) {
                Runs::Harmless => self.runs_nothing(),
                Runs::Target(Opaque::Target { name: target, telling, .. }) => {
                    let at_hand = if self.runs_untold() {
                        AtHand::Untold
                    } else {
                        AtHand::of(runner::target_files(name).iter().any(|path| self.is_at_hand(path)))
                    };
                    let target = Opaque::Target { name: target, telling, at_hand };
                    self.push(Kind::Opaque(target), self.short(), self.words(&[]));
                }
                Runs::Target(target) => self.push(Kind::Opaque(target), self.short(), self.words(&[])),
            },
            Does::Program => self.launch(command, arguments, name),
            Does::Request => self.request(),
            Does::Pull => {
                let references = self.references(command, arguments);
                self.each(references, |reference| Kind::Pull { reference });
            }
            Does::Push => {
                let mut references = self.references(command, arguments);
                if command.reader.as_deref() == Some("all-tags") {
                    references = self.local_names(&references);
                }
                // `podman push a docker://b` names it first.
                if command.reader.as_deref() == Some("destination")
                    && let (Some(source), 2) = (arguments.plain(1), arguments.plain_count())
                {
                    let source = self.read_references(vec![source]).into_iter().next();
                    let kind = |target| Kind::Retag { source: source.clone(), target, local: true };
                    self.each(references.clone(), kind);
                }
                self.each(references, |reference| Kind::Push { reference, local: None });
            }
            Does::Build if command.reader.as_deref() == Some("copilot") => self.workload_build(arguments),
            Does::Build if command.reader.as_deref() == Some("cloudbuild") => self.cloud_build(arguments),
            Does::Build if command.reader.as_deref() == Some("werf") && self.builds_nothing() => self.nothing(),
            Does::Build if command.reader.as_deref() == Some("earthly") => self.earthly(command, arguments),
            Does::Build if command.reader.as_deref() == Some("bake") => self.bake(command, arguments),
            Does::Build => self.build(command, arguments),
            Does::Retag if self.only_moves(command, arguments) => self.nothing(),
            Does::Retag => self.retag(command, arguments),
            Does::Deploy => self.deploy(command, arguments),
        }
    }

    pub(super) fn references(&self, command: &Command, arguments: &Arguments<'_>) -> Vec<Reference<'d>> {
        let made = matches!(command.does, Does::Build | Does::Push);
        let found = match command.reader.as_deref() {
            Some("bake") => self.baked_otherwise(arguments),
            Some("compose") => self.composed(arguments, made).unwrap_or_default(),
            _ => command.reference.as_ref().map(|selector| selector.select(arguments, self.scope)).unwrap_or_default(),
        };
        self.read_references(found)
    }

    pub(super) fn read_references(&self, found: Vec<Selected>) -> Vec<Reference<'d>> {
        let read = |selected: Selected| Reference::read(&self.rejoined(&selected.value), self.run.site(selected.place));
        found.into_iter().filter(|selected| !selected.value.is_empty()).map(read).collect()
    }

    /// `release-${BITBUCKET_TAG#release-}` is the tag again, where all tags of the plan begin so.
    fn rejoined(&self, value: &Value) -> Value {
        rejoin(value, |symbol, prefix| symbol.is_variable("BITBUCKET_TAG") && self.run.tag_begins(prefix))
    }

    fn each(&self, references: Vec<Reference<'d>>, kind: impl Fn(Option<Reference<'d>>) -> Kind<'d>) {
        if references.is_empty() {
            self.push(kind(None), self.short(), Vec::new());
        }
        for reference in references {
            self.push(kind(Some(reference)), self.short(), Vec::new());
        }
    }

    /// The names that the daemon has of an image: those that the step gave it so far; none where some can't be read.
    fn local_names(&self, images: &[Reference<'d>]) -> Vec<Reference<'d>> {
        let found = self.run.found_mut();
        let mut names: Vec<Reference<'d>> = Vec::new();
        for effect in &found.effects {
            match &effect.kind {
                Kind::Build { references, .. } if !references.is_empty() => names.extend(references.iter().cloned()),
                Kind::Retag { target: Some(name), local: true, .. } | Kind::Pull { reference: Some(name) } => {
                    names.push(name.clone());
                }
                Kind::Build { .. } | Kind::Pull { .. } | Kind::Retag { local: true, .. } => return Vec::new(),
                _ if effect.hides_effects() => return Vec::new(),
                _ => {}
            }
        }
        let of_image = |name: &&Reference<'d>| images.iter().any(|own| own.same_image(name, false) == Comparison::Same);
        let unclear =
            names.iter().any(|name| images.iter().any(|own| own.same_image(name, false) == Comparison::CannotTell));
        if unclear { Vec::new() } else { names.iter().filter(of_image).cloned().collect() }
    }

    /// Whether a build leaves no image that could go anywhere: it exports files, or what it makes on the build machine has no
    /// name by which it could be pushed.
    fn leaves_no_image(&self, command: &Command, arguments: &Arguments<'_>) -> bool {
        let has = |flags: &[&str]| flags.iter().any(|flag| arguments.has(flag));
        match command.reader.as_deref() {
            Some("buildx") if hidden::outputs_files(arguments) => true,
            // A stage that is built to see whether it can be, such as one that tests.
            Some("buildx") => {
                has(&["--target"])
                    && !has(&["-t", "--tag", "-q", "--quiet", "--iidfile", "--push", "-o", "--output"])
                    && !self.invocation.redirected
                    && !self.elsewhere(arguments)
            }
            Some("compose") => {
                let made = self.composed(arguments, true);
                made.is_some_and(|made| made.is_empty()) && !self.elsewhere(arguments) && !self.run.is_declared()
            }
            _ => false,
        }
    }

    pub(super) fn build(&self, command: &Command, arguments: &Arguments<'_>) {
        if self.leaves_no_image(command, arguments) {
            return self.nothing();
        }
        let pushes = match &command.pushes {
            Pushes::Always => true,
            Pushes::Never => false,
            // Told of the build's names, which are as hidden.
            Pushes::May => !arguments.has("--load"),
            Pushes::With(flags) => {
                flags.iter().any(|flag| arguments.has(flag)) || hidden::outputs_to_registry(arguments)
            }
        };
        let mut references = self.references(command, arguments);
        if command.reader.as_deref() == Some("buildx") {
            references.extend(self.read_references(hidden::named_outputs(arguments)));
        }
        if command.reader.as_deref() == Some("goal") && references.is_empty() {
            references = self.read_references(arguments.flag(&["--imageName".to_owned(), "--image".to_owned()]));
        }
        if command.reader.as_deref() == Some("tags") {
            references.extend(self.read_references(arguments.flag(&["--tag".to_owned(), "-t".to_owned()])));
        }
        if let Some(first) = references.first().cloned() {
            // `-Djib.to.tags=a,b` names it again.
            let more = arguments.property(&["jib.to.tags".to_owned()]).into_iter().flat_map(|tags| {
                tags.value.split_on(|c| c == ',').into_iter().map(move |value| Selected { value, place: tags.place })
            });
            references.extend(more.map(|tag| first.with_tag(self.rejoined(&tag.value), self.run.site(tag.place))));
        }
        self.push(Kind::Build { references, pushes }, self.short(), Vec::new());
    }

    fn retag(&self, command: &Command, arguments: &Arguments<'_>) {
        let selectors = [&command.source, &command.target, &command.target_tag];
        let Some(arguments) = &arguments.settled(selectors.into_iter().flatten()) else {
            self.push(Kind::Retag { source: None, target: None, local: command.local }, self.short(), Vec::new());
            return;
        };
        let all = |selector: &Option<super::selector::Selector>| {
            let found = selector.as_ref().map(|selector| selector.select(arguments, self.scope)).unwrap_or_default();
            self.read_references(found)
        };
        let (source, mut targets) = match self.by_parts(command, arguments) {
            Some((source, target)) => (source, Vec::from_iter(target)),
            None => {
                let source = all(&command.source).into_iter().next().filter(|source| !self.is_unnamed(source));
                let targets = command.target.iter().flat_map(|target| target.select(arguments, self.scope));
                (source, self.read_references(targets.flat_map(Selected::each_tag).collect()))
            }
        };
        if let (Some(selector), Some(source)) = (&command.target_tag, &source) {
            for selected in selector.select(arguments, self.scope) {
                let tag = self.rejoined(&selected.value);
                targets.push(source.with_tag(tag, self.run.site(selected.place)));
            }
        }
        if command.reader.as_deref() == Some("tag")
            && let Some(source) = &source
        {
            targets.iter_mut().for_each(|target| *target = target.as_tag_of(source));
        }
        let kind = |target| Kind::Retag { source: source.clone(), target, local: command.local };
        if targets.is_empty() {
            self.push(kind(None), self.short(), Vec::new());
        }
        for target in targets {
            self.push(kind(Some(target)), self.short(), Vec::new());
        }
    }

    /// Whether an image stands in a file that no retag of the step made: it has no name that could move.
    fn is_unnamed(&self, source: &Reference<'d>) -> bool {
        let made = |effect: &Effect<'d>| match &effect.kind {
            Kind::Retag { target: Some(target), .. } => target.same(source, false) == Comparison::Same,
            _ => false,
        };
        source.is_file() && !self.run.found_mut().effects.iter().any(made)
    }

    /// The command's name with its subcommands: those that the catalogue knows, else the plain words at its beginning.
    pub(super) fn short(&self) -> String {
        if let Some(name) = self.invocation.name()
            && !self.phrase.is_empty()
        {
            return format!("{name} {}", self.phrase.join(" "));
        }
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

    pub(super) fn push(&self, kind: Kind<'d>, command: String, words: Vec<String>) {
        let Some(kind) = self.told_to_run(kind, &command) else { return };
        if matches!(&kind, Kind::Opaque(what) if !matches!(what, Opaque::Manifest { .. })) {
            self.not_read(command.clone());
        }
        let failed = match kind {
            Kind::Build { .. } => self.invocation.failed.iter().map(|place| self.run.site(*place)).collect(),
            _ => Vec::new(),
        };
        self.run.push(Effect {
            kind,
            site: self.run.site(self.invocation.place),
            command,
            certain: self.invocation.certain,
            way: self.invocation.way,
            failed,
            calls: self.invocation.calls.clone(),
            remote: self.invocation.remote.is_some(),
            words,
        });
    }
}
