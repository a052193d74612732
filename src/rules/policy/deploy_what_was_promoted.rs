//! `deploy-what-was-promoted`: what is deployed is what was built, or what was given this tag.

use super::{meta, page};
use crate::effect::{Comparison, Effect, Images, Kind, Reference, Tag};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::plan::{Plan, PlannedStep};
use crate::rules::alternatives::judge_each;
use crate::rules::flow::{
    HAND_ON, carries, handed_on, is_foreign, is_forgotten, not_followed, only_names_build, retags, settles,
};
use crate::rules::{Carries, Flow, Rule};
use crate::shell::{Part, Symbol, SymbolKind, Value};

static META: RuleMeta = meta(
    "deploy-what-was-promoted",
    Severity::Error,
    "a deployment takes another image than the one that was built or promoted",
    page!("deploy-what-was-promoted"),
);

pub(super) struct DeployWhatWasPromoted;

impl Rule for DeployWhatWasPromoted {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        for plan in flow.plans.iter().filter(|plan| !plan.is_main() && !plan.is_tag()) {
            constants(flow, plan, out);
        }
        for plan in flow.plans.iter().filter(|plan| plan.is_main() || plan.is_tag()) {
            let expected = Expected::of(plan);
            for step in &plan.steps {
                let deploying = step.deploying();
                for (at, effect) in deploying.iter().copied().enumerate() {
                    // What a manifest says of the image is overruled by a command after it that names one.
                    let named = deploying[at + 1..].iter().filter_map(|later| match &later.kind {
                        Kind::Deploy { images: Images::Known(references), .. } => Some(references),
                        _ => None,
                    });
                    let named: Vec<&Reference<'_>> = named.flatten().collect();
                    let overruled = !named.is_empty();
                    let Kind::Deploy { images, .. } = &effect.kind else { continue };
                    match images {
                        Images::None | Images::Doubtful { .. } => {}
                        Images::Hidden | Images::Unsaid if overruled => {}
                        // It deploys what it builds itself.
                        Images::Hidden if builds_too(step, effect) => {}
                        Images::Unsaid if flow.carries() == Carries::Nothing => {}
                        Images::Hidden | Images::Unsaid => hidden(plan, step, effect, out),
                        Images::Known(references) | Images::Stated(references) => {
                            // A manifest of another container stays as it is.
                            let stays = |stated: &&Reference<'_>| {
                                !matches!(images, Images::Stated(_))
                                    || !named.iter().any(|name| is_replaced(step, stated, name))
                            };
                            for reference in references.iter().filter(stays) {
                                judge_each(reference, out, |reference, out| {
                                    judge(flow, &expected, plan, step, effect, reference, out);
                                });
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How many containers of one step are told apart.
const MOST_CONTAINERS: usize = 60;

/// Whether a command that names an image puts it in the place of one that a manifest says: in the same container, or where the
/// containers can't be told, for the same image.
fn is_replaced(step: &PlannedStep<'_>, stated: &Reference<'_>, name: &Reference<'_>) -> bool {
    // Of very many the images' own names tell.
    let containers = step.found.containers.get(..).filter(|all| all.len() <= MOST_CONTAINERS).unwrap_or_default();
    let of = |reference| containers.iter().filter(move |container| container.is_of(reference));
    let answers: Vec<Option<bool>> =
        of(stated).flat_map(|own| of(name).map(|other| own.is_replaced_by(other))).collect();
    match answers.as_slice() {
        [] => stated.same_image(name, false) != Comparison::Different,
        answers if answers.contains(&Some(true)) => true,
        answers if answers.contains(&None) => stated.same_image(name, false) != Comparison::Different,
        _ => false,
    }
}

/// Whether the same command builds as well: `gcloud run deploy --source .`.
fn builds_too(step: &PlannedStep<'_>, effect: &Effect<'_>) -> bool {
    let same =
        |other: &Effect<'_>| other.site.node.id() == effect.site.node.id() && other.site.range == effect.site.range;
    step.found.effects.iter().any(|other| matches!(other.kind, Kind::Build { .. }) && same(other))
}

/// Constant tags of the file's own images that a plan of neither main nor a tag deploys: there is nothing else to compare with.
fn constants<'d>(flow: &Flow<'_>, plan: &Plan<'d>, out: &mut Findings<'_>) {
    for step in &plan.steps {
        for effect in step.deploying() {
            let Kind::Deploy { images: Images::Known(references), .. } = &effect.kind else { continue };
            for reference in references {
                judge_each(reference, out, |reference, out| {
                    let Some(constant) = reference.constant_tag().filter(|tag| !tag.contains('$')) else { return };
                    if is_foreign(flow, reference) || reference.of_fetched_chart() {
                        return;
                    }
                    out.violated(reference.site.span(), deployed_constant(reference, constant))
                        .trace(plan.trace_to(step, effect))
                        .help("deploy a tag that says which commit runs: `IMAGE:$BITBUCKET_COMMIT`");
                });
            }
        }
    }
}

fn deployed_constant(reference: &Reference<'_>, constant: &str) -> String {
    match reference.tag {
        Tag::None => format!("`{reference}` has no tag, so `latest` is deployed"),
        _ => format!("`{constant}` is deployed: a constant tag does not say which commit runs"),
    }
}

/// What a plan may deploy.
struct Expected<'p> {
    references: Vec<Reference<'p>>,
    /// What main builds, each with the item and the number of its step.
    made: Vec<(&'p Reference<'p>, usize, usize)>,
    /// Something that is built or promoted has a hidden name.
    incomplete: bool,
    /// The items and the numbers of the steps in which such may be made.
    hidden: Vec<(usize, usize)>,
    /// The plan has something to compare with.
    comparable: bool,
    verb: &'static str,
}

impl<'p> Expected<'p> {
    fn of(plan: &'p Plan<'_>) -> Self {
        let mut references = Vec::new();
        let mut incomplete = plan.unknown.is_some();
        let mut comparable = false;
        let mut made = Vec::new();
        let opaque = plan.steps.iter().filter(|step| step.has_opaque());
        let mut hidden: Vec<(usize, usize)> = opaque.map(|step| (step.item, step.number)).collect();
        for (step, effect) in plan.effects() {
            match &effect.kind {
                Kind::Build { references: names, .. } if plan.is_main() => {
                    comparable = true;
                    incomplete |= names.is_empty();
                    hidden.extend(names.is_empty().then_some((step.item, step.number)));
                    references.extend(names.iter().cloned());
                    made.extend(names.iter().map(|name| (name, step.item, step.number)));
                }
                Kind::Push { reference, .. } if plan.is_main() => {
                    incomplete |= reference.is_none();
                    hidden.extend(reference.is_none().then_some((step.item, step.number)));
                    comparable = true;
                    references.extend(reference.clone());
                }
                _ => {}
            }
        }
        for (_, effect) in retags(plan) {
            let Kind::Retag { source, target, .. } = &effect.kind else { continue };
            if plan.is_tag() && only_names_build(plan, effect) {
                continue;
            }
            comparable = true;
            incomplete |= target.is_none();
            references.extend(target.clone());
            // The source by commit is the same digest.
            references
                .extend(source.clone().filter(|source| source.by_commit() || matches!(source.tag, Tag::Digest(_))));
        }
        let verb = if plan.is_main() { "built" } else { "promoted" };
        Self { references, made, incomplete, hidden, comparable, verb }
    }

    /// What makes a reference, where all that makes it stands in steps behind one or beside it.
    fn made_later(&self, step: &PlannedStep<'_>, reference: &Reference<'_>) -> Option<&'p Reference<'p>> {
        let is_later = |item: usize, number: usize| item > step.item || item == step.item && number != step.number;
        // What has no name may be it, where it does not stand behind.
        if !self.hidden.iter().all(|(item, number)| is_later(*item, *number)) {
            return None;
        }
        let mut makers = self.made.iter().filter(|(own, ..)| own.same(reference, false) == Comparison::Same).peekable();
        let (first, ..) = *makers.peek()?;
        makers.all(|(_, item, number)| is_later(*item, *number)).then_some(first)
    }

    fn has(&self, reference: &Reference<'_>) -> Comparison {
        let answers: Vec<Comparison> = self.references.iter().map(|own| own.same(reference, false)).collect();
        if answers.contains(&Comparison::Same) {
            Comparison::Same
        } else if answers.contains(&Comparison::CannotTell) {
            Comparison::CannotTell
        } else {
            Comparison::Different
        }
    }
}

fn judge<'d>(
    flow: &Flow<'_>,
    expected: &Expected<'_>,
    plan: &Plan<'d>,
    step: &PlannedStep<'d>,
    effect: &Effect<'d>,
    reference: &Reference<'d>,
    out: &mut Findings<'_>,
) {
    let trace = plan.trace_to(step, effect);
    let place = reference.site.span();
    let answer = expected.has(reference);
    let hidden = plan.hidden_before(step, Some(effect)).next().map(|(_, hidden)| hidden);
    let incomplete = expected.incomplete || hidden.is_some();
    // In the pipeline of one tag that tag is written out.
    let own = |tag: &&str| plan.is_tag() && plan.event.name == *tag;
    if let Some(constant) = reference.constant_tag().filter(|tag| !own(tag)) {
        // What is run with a terminal, or until it ends, may be somebody else's tool of any tag.
        let tool = effect.command.ends_with(" run");
        let foreign = (constant != "latest" || tool) && is_foreign(flow, reference);
        if constant != "latest" && reference.of_fetched_chart() {
            out.cannot_tell(
                place,
                format!("whether `{constant}` is the tag of an image of this repository can't be told"),
            )
            .trace(trace)
            .help("name the image beside the tag, where the command can");
        } else if constant.contains('$') {
            let message = format!(
                "`{constant}` is deployed as it stands: nothing is filled in behind a backslash or in single quotes"
            );
            out.violated(place, message)
                .trace(trace)
                .help("put what holds a variable in double quotes, without a backslash");
        } else if !foreign {
            let near = expected.references.iter().find(|own| own.same_image(reference, false) == Comparison::Same);
            out.violated(place, deployed_constant(reference, constant))
                .trace(trace)
                .help(advice(plan, reference, near));
        }
        return;
    }
    if answer == Comparison::Same
        && let Some(maker) = expected.made_later(step, reference)
    {
        let message = format!("`{reference}` is deployed before it is surely built");
        out.violated(place, message)
            .trace(trace)
            .related(maker.site.span(), "made here, in a step behind it or beside it")
            .help("deploy in a step behind the one that builds and pushes");
        return;
    }
    // An image that the plan's retags pass over is what `retag-not-rebuild` tells.
    let forgotten = plan.is_tag() && is_forgotten(flow, plan, reference);
    if answer == Comparison::Same || !expected.comparable || forgotten {
        return;
    }
    // A command that is not understood and carries this very reference may have made it.
    let carried = plan.unread_before(step, Some(effect)).any(|unread| carries(unread, reference, false));
    let unclear = answer == Comparison::CannotTell || incomplete || carried || reference.tag_unclear();
    let other_image = expected.references.iter().all(|own| own.same_image(reference, false) == Comparison::Different);
    if unclear || (other_image && has_hidden_image(reference, expected)) {
        let draft =
            out.cannot_tell(place, format!("whether `{reference}` is what was {} can't be told", expected.verb));
        let draft = draft.trace(trace);
        if let Some((from, why)) = handed_on(plan, reference) {
            let _ = draft.related(from, why).help(HAND_ON);
            return;
        }
        if let Some(name) = reference.left_elsewhere() {
            let help =
                format!("hand it on, `ssh HOST \"{name}=${name} …\"`, where nothing on the other machine sets it");
            let _ = draft.help(help);
            return;
        }
        let hidden = hidden.or_else(|| not_followed([plan]).filter(|_| expected.incomplete));
        let _ = match hidden.filter(|_| !carried) {
            Some(hidden) => {
                draft.related(hidden.site.span(), format!("`{}` is not followed", hidden.command)).help(settles(hidden))
            }
            None => {
                let help = match reference.is_of_chart() || reference.is_of_template() {
                    true => beside_tag(&effect.command),
                    false => "use the same words for the reference where it is made and where it is deployed",
                };
                let near =
                    expected.references.iter().find(|own| own.same_image(reference, false) != Comparison::Different);
                match near {
                    Some(near) => {
                        draft.help(help).related(near.site.span(), format!("`{near}` is what was {}", expected.verb))
                    }
                    None => draft.help(help),
                }
            }
        };
        return;
    }
    let near = expected.references.iter().find(|own| own.same_image(reference, false) == Comparison::Same);
    let message = match near {
        Some(near) => format!("`{reference}` is deployed, and `{near}` is what was {}", expected.verb),
        None => format!("`{reference}` is deployed, and nothing before it is {} under that name", expected.verb),
    };
    let mut draft = out.violated(place, message).trace(trace).help(advice(plan, reference, near));
    if let Some(near) = near {
        draft = draft.related(near.site.span(), format!("{} here", expected.verb));
    }
    let _ = draft;
}

/// `near` is what was built or promoted of the same image.
fn advice(plan: &Plan<'_>, deployed: &Reference<'_>, near: Option<&Reference<'_>>) -> String {
    let of_commit = near.filter(|near| near.constant_tag().is_none());
    let image = near.map_or_else(|| "IMAGE".to_owned(), |near| near.image.to_string());
    match (of_commit, plan.is_main()) {
        (Some(near), true) => format!("deploy the image of the commit: `{near}`"),
        (Some(near), false) => format!("deploy what was retagged: `{near}`"),
        (None, true) if near.is_some() => {
            format!("build and push `{image}:$BITBUCKET_COMMIT`, and deploy that")
        }
        (None, true) => "deploy the image of the commit: `IMAGE:$BITBUCKET_COMMIT`".to_owned(),
        (None, false) if deployed.tag_has("BITBUCKET_TAG") => {
            format!("give the image of the commit this tag in a step before: `{deployed}`")
        }
        (None, false) => format!("deploy what was retagged: `{image}:$BITBUCKET_TAG`"),
    }
}

/// Whether an unknown stands in the name of an image, so that it may be another name for what is expected.
fn has_hidden_image(reference: &Reference<'_>, expected: &Expected<'_>) -> bool {
    let is_known = |symbol: &Symbol| symbol.kind == SymbolKind::Variable && symbol.name.starts_with("BITBUCKET_");
    reference.image.symbols().any(|symbol| !is_known(symbol))
        && !expected.references.iter().any(|own| differ_behind(&own.image, &reference.image))
}

/// Whether two names begin with the same words and variables, and go on with paths that are written out: `$ORG/api` and
/// `$ORG/web` are two images whatever the variable is.
fn differ_behind(left: &Value, right: &Value) -> bool {
    fn split(value: &Value) -> Option<(&[Part], &[Part])> {
        let last = value.parts().iter().rposition(|part| matches!(part, Part::Symbol(_)))?;
        let only_variables = value.symbols().all(|symbol| symbol.kind == SymbolKind::Variable);
        let (begin, rest) = value.parts().split_at(last + 1);
        let path = matches!(rest, [Part::Literal(text)] if text.starts_with('/'));
        (only_variables && path).then_some((begin, rest))
    }
    match (split(left), split(right)) {
        (Some((begin, rest)), Some((other, others))) => begin == other && rest != others,
        _ => false,
    }
}

fn hidden<'d>(plan: &Plan<'d>, step: &PlannedStep<'d>, effect: &Effect<'d>, out: &mut Findings<'_>) {
    let command = &effect.command;
    let message = match command.split(' ').next() {
        // It is something else that deploys: a controller, a service that is asked.
        Some("git") => format!("`{command}` may set off a deployment, and which image that deploys can't be read here"),
        Some("curl" | "wget" | "http" | "https" | "xh") => {
            format!("`{command}` asks for a deployment, and which image that deploys can't be read from it")
        }
        _ => format!("which image `{command}` deploys can't be read from it"),
    };
    out.cannot_tell(effect.site.span(), message).trace(plan.trace_to(step, effect)).help(naming(&effect.command));
}

/// How a deployment of this kind can name the image together with its tag.
fn beside_tag(command: &str) -> &'static str {
    match command.split(' ').next() {
        Some("terraform" | "tofu" | "terragrunt" | "nomad" | "nomad-pack" | "levant") => {
            "name the image beside the tag: `-var \"image=REPOSITORY:TAG\"`"
        }
        Some("cdk") => "name the image beside the tag: `-c image=REPOSITORY:TAG`",
        Some("kamal") => "keep `config/deploy.yml` in the repository, where the image can be read from it",
        _ => "name the image beside the tag, where the command can",
    }
}

/// How a deployment of this kind can name its image.
fn naming(command: &str) -> &'static str {
    let begins = |tools: &[&str]| tools.iter().any(|tool| command.starts_with(tool));
    if begins(&["kubectl", "oc "]) {
        "name the image in the command, with `kubectl set image`"
    } else if command.contains("helm") || begins(&["argocd app set"]) {
        "name the tag in the command, with `--set image.tag=…`"
    } else if begins(&["aws ecs", "atlassian/aws-ecs-deploy", "ecs deploy", "ecs update"]) {
        "the image stands in the task definition, which is not read; `ecs-deploy --image` names it in the command"
    } else if begins(&["kamal"]) {
        "name the version, `--version TAG`, and keep `config/deploy.yml` in the repository"
    } else if begins(&["eb ", "aws elasticbeanstalk", "atlassian/aws-elasticbeanstalk"]) {
        "write the image into `Dockerrun.aws.json` in the step, or keep that file in the repository"
    } else if begins(&["docker stack", "docker compose", "docker-compose"]) {
        "keep the compose file in the repository, where it can be read"
    } else {
        "deploy with a command that names the image, where the tool has one"
    }
}
