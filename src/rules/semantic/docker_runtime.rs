//! `docker-runtime`: a docker command runs on a version of the runtime that can run it.

use super::refused::hides_runtime;
use super::site::{Told, docker_everywhere, labels, runtime_version};
use crate::effect::{Effect, Kind};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::{ScriptItem, Step};
use crate::rules::{Flow, Rule};
use crate::yaml::Entry;

static META: RuleMeta = meta!("docker-runtime", Warning, "a docker command needs another version of the runtime");

pub(super) struct DockerRuntime;

/// Official images that hold no docker client.
const WITHOUT_DOCKER: [&str; 20] = [
    "alpine",
    "amazoncorretto",
    "composer",
    "debian",
    "eclipse-temurin",
    "golang",
    "gradle",
    "httpd",
    "maven",
    "nginx",
    "node",
    "openjdk",
    "perl",
    "php",
    "postgres",
    "python",
    "ruby",
    "rust",
    "swift",
    "ubuntu",
];

impl Rule for DockerRuntime {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        own_daemons(flow, &mut told, out);
        for plan in flow.all_plans() {
            for planned in plan.steps.iter().filter(|planned| !planned.is_imported()) {
                let local = |effect: &&Effect<'_>| matches!(effect.kind, Kind::Docker) && !effect.remote;
                let mut commands = planned.found.effects.iter().filter(local).peekable();
                if commands.peek().is_none()
                    || !labels(&planned.step, &flow.file).is_empty()
                    || hides_runtime(&planned.step, &flow.file)
                {
                    continue;
                }
                let version_3 = runtime_version(&planned.step, &flow.file) == Some("3");
                let without = if version_3 { image_without_docker(&planned.step, flow) } else { None };
                for effect in commands {
                    let (message, help) = match without {
                        Some(image) if effect.command.starts_with("docker") => (
                            format!(
                                "`{}` has no client: version 3 of the runtime mounts none, and `{image}` holds none",
                                effect.command
                            ),
                            "take an image that holds docker, such as `docker:27`, or install it before",
                        ),
                        None if !version_3 => match refused(effect) {
                            Some(what) => (
                                format!("`{what}` is refused on version 2 of the runtime, which the step has"),
                                "set `runtime: {cloud: {version: \"3\"}}` and an image that holds docker",
                            ),
                            None => continue,
                        },
                        _ => continue,
                    };
                    if told.first(effect.site.span()) {
                        out.violated(effect.site.span(), message)
                            .help(help)
                            .trace(plan.trace_to(planned, effect))
                            .through(planned.step.node());
                    }
                    if without.is_some() {
                        break;
                    }
                }
            }
        }
    }
}

/// Tells of an image of one's own for the docker service, which only version 3 and runners of one's own start.
fn own_daemons(flow: &Flow<'_>, told: &mut Told, out: &mut Findings<'_>) {
    let services = flow.file.definitions().services();
    let daemons: Vec<(&str, Entry<'_>)> = services
        .iter()
        .filter(|service| service.is_docker())
        .filter_map(|service| Some((service.name(), service.node.entry("image")?)))
        .collect();
    for site in flow.steps().iter().filter(|_| !daemons.is_empty()) {
        let runtime = site.step.get("runtime").or_else(|| flow.file.option("runtime"));
        let is_own = runtime.is_some_and(|runtime| runtime.get("self-hosted").is_some());
        let version_3 = runtime_version(&site.step, &flow.file) == Some("3");
        if is_own || version_3 || !labels(&site.step, &flow.file).is_empty() || hides_runtime(&site.step, &flow.file) {
            continue;
        }
        let asked = site.step.services();
        let everywhere = docker_everywhere(&flow.file) && !site.step.is_child();
        let uses = |name: &str| everywhere && name == "docker" || asked.iter().any(|own| own.text() == Some(name));
        for (name, image) in daemons.iter().filter(|(name, _)| uses(name)) {
            if told.first(image.key.span()) {
                let step =
                    site.step.name().map_or_else(|| "a step that uses it".to_owned(), |name| format!("`{name}`"));
                let message = format!(
                    "an `image` for `{name}` needs version 3 of the runtime or a runner of your own, and {step} has neither"
                );
                site.tell(
                    out.violated(image.key.span(), message)
                        .help("set `runtime: {cloud: {version: \"3\"}}`, or remove `image`"),
                );
            }
        }
    }
}

/// The image of a step where it is one that surely has no docker, and the script installs none.
fn image_without_docker<'d>(step: &Step<'d>, flow: &Flow<'d>) -> Option<&'d str> {
    let image = step.image().or_else(|| flow.file.image())?;
    let name = image.get("name").unwrap_or(image).text()?;
    let base = name.split([':', '@']).next().unwrap_or(name);
    let known = WITHOUT_DOCKER.contains(&base.strip_prefix("library/").unwrap_or(base));
    // A line that names docker and does not begin with it may install it: `apk add docker-cli`, `curl https://get.docker.com`.
    let installs =
        |text: &str| text.lines().any(|line| line.contains("docker") && !line.trim_start().starts_with("docker"));
    (known && !step.script().iter().filter_map(ScriptItem::command_text).any(installs)).then_some(name)
}

/// What version 2 refuses of a docker command.
fn refused(effect: &Effect<'_>) -> Option<&'static str> {
    let range = effect.site.range;
    let text = effect.site.node.text()?.get(range.start..range.end)?;
    let mut words = text.split_whitespace();
    let has = |flag: &str| {
        text.split_whitespace()
            .any(|word| word.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest == "=true"))
    };
    match effect.command.as_str() {
        "docker run" | "docker container run" | "docker create" if has("--privileged") => Some("--privileged"),
        "docker buildx build" | "docker buildx b" | "docker buildx bake" => Some("docker buildx"),
        // The runner's own platform needs nothing that is refused.
        "docker build" | "docker image build" => match words.find_map(|word| word.strip_prefix("--platform"))? {
            "" => words.next(),
            value => value.strip_prefix('='),
        }
        .filter(|platform| !["linux/amd64", "amd64"].contains(&platform.trim_matches(['"', '\''])))
        .map(|_| "--platform"),
        _ => None,
    }
}
