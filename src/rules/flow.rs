//! What rules look at: the file, its plans, and the way of its images.

use std::cell::OnceCell;

use super::carries::Carries;
use super::policy::Credentials;
use super::semantic::{Site, steps};
use crate::effect::{AtHand, Comparison, Effect, EnvironmentKind, Kind, Opaque, Reference, Tag, Unread};
use crate::pipeline::{Alternative, File, Pattern, ScriptItem, Section, Selector};
use crate::plan::{Deployment, EventKind, Plan, PlannedStep};
use crate::settings::Settings;
use crate::shell::{SymbolKind, Value};
use crate::yaml::{Document, Span};

/// A file with its plans.
pub struct Flow<'d> {
    /// The document.
    pub document: &'d Document,
    /// The view on it.
    pub file: File<'d>,
    /// The settings.
    pub settings: &'d Settings,
    /// The plans of all classes of events.
    pub plans: &'d [Plan<'d>],
    /// The plans of merge queues and of the pipelines that others import, which no event of the policy runs.
    pub others: &'d [Plan<'d>],
    /// What looks like a credential in the text.
    pub credentials: &'d Credentials,
    /// Whether other files import its pipelines, and none runs here.
    pub shared: bool,
    selectors: OnceCell<Vec<Selector<'d>>>,
    steps: OnceCell<Vec<Site<'d>>>,
    scripts: OnceCell<Vec<Vec<ScriptItem<'d>>>>,
    images: OnceCell<ImageFlow<'d>>,
    deployments: OnceCell<Vec<Deployment<'d, 'd>>>,
    pub(super) carries: OnceCell<Carries>,
}

/// A thing that is built, pushed, named or deployed, with where that happens.
#[derive(Clone, Debug)]
pub struct Made<'d> {
    /// The plan.
    pub plan: &'d Plan<'d>,
    /// The step.
    pub step: &'d PlannedStep<'d>,
    /// The effect.
    pub effect: &'d Effect<'d>,
    /// The names, those that a local image gets later included.
    pub names: Vec<Reference<'d>>,
}

/// The way of images through the plans.
#[derive(Default)]
pub struct ImageFlow<'d> {
    /// What main builds.
    pub main_builds: Vec<Made<'d>>,
    /// What main puts into a registry.
    pub main_pushes: Vec<Reference<'d>>,
    /// Whether main pushes or builds something whose name is hidden.
    pub main_hidden: bool,
    /// What main runs and the catalogue does not understand.
    pub main_unread: Vec<&'d Unread<'d>>,
    /// Whether any plan is main's.
    pub has_main: bool,
}

impl ImageFlow<'_> {
    /// The command of main that carries a reference and is not understood: it may push it.
    pub fn carries(&self, reference: &Reference<'_>) -> Option<&Unread<'_>> {
        self.main_unread.iter().find(|unread| carries(unread, reference, true)).copied()
    }

    /// Whether main pushes the image of a reference under some name that can be read.
    pub fn pushes_image_of(&self, reference: &Reference<'_>) -> bool {
        self.main_pushes.iter().any(|push| push.same_image(reference, true) == Comparison::Same)
    }
}

/// Whether a branch is called as main branches are called, and the configured one otherwise.
fn is_another_main(name: &str, settings: &Settings) -> bool {
    matches!(name, "master" | "main" | "trunk") && name != settings.main_branch
}

/// Takes out the plans of which there is nothing of their own to say, in a pattern that takes main as well: `{main,develop}`
/// is `trunk-only`'s, and `{main,master}` is one branch under the name that it has or had.
pub fn told_with_main(plans: &mut Vec<Plan<'_>>, settings: &Settings) {
    let Some(main) = plans.iter().find(|plan| plan.is_main()).map(|plan| plan.selector.key.id()) else { return };
    let follows = |name: &str| {
        is_another_main(name, settings) || settings.forbidden(&Alternative { text: name.to_owned() }).is_some()
    };
    plans.retain(|plan| {
        plan.event.kind != EventKind::Branch || plan.selector.key.id() != main || !follows(&plan.event.name)
    });
}

impl<'d> Flow<'d> {
    /// A flow over plans.
    pub fn new(
        file: File<'d>,
        settings: &'d Settings,
        plans: &'d [Plan<'d>],
        document: &'d Document,
        credentials: &'d Credentials,
    ) -> Self {
        let (selectors, steps, scripts, images, deployments, carries) = Default::default();
        let shared = file.only_exports();
        Self {
            document,
            file,
            settings,
            plans,
            others: &[],
            credentials,
            shared,
            selectors,
            steps,
            scripts,
            images,
            deployments,
            carries,
        }
    }

    /// All plans, for rules that follow commands whatever starts them.
    pub(super) fn all_plans(&self) -> impl Iterator<Item = &'d Plan<'d>> + use<'d> {
        self.plans.iter().chain(self.others)
    }

    /// All pipelines, in the order of [`File::selectors`].
    pub fn selectors(&self) -> &[Selector<'d>] {
        self.selectors.get_or_init(|| self.file.selectors())
    }

    /// All steps of all pipelines, each where it is used.
    pub(super) fn steps(&self) -> &[Site<'d>] {
        self.steps.get_or_init(|| steps(self.selectors()))
    }

    /// All steps as [`Flow::steps`] has them, each with the items of its scripts.
    pub(super) fn scripts(&self) -> impl Iterator<Item = (&Site<'d>, &[ScriptItem<'d>])> {
        let items = |site: &Site<'d>| site.step.script().into_iter().chain(site.step.after_script()).collect();
        let scripts = self.scripts.get_or_init(|| self.steps().iter().map(items).collect());
        self.steps().iter().zip(scripts.iter().map(Vec::as_slice))
    }

    /// The plan of a push to main: of the pipeline that a pattern selects, else the first that a trigger starts.
    pub fn main(&self) -> Option<&'d Plan<'d>> {
        self.mains().next()
    }

    /// All plans of a push to main: triggers start pipelines beside the one that a pattern selects.
    pub fn mains(&self) -> impl Iterator<Item = &'d Plan<'d>> + use<'d> {
        self.plans.iter().filter(|plan| plan.is_main())
    }

    /// A branch with a pipeline of its own that is called like a main one, where the configured one has none.
    pub fn another_main(&self) -> Option<&'d str> {
        if self.main().is_some_and(|main| !self.follows_another_main(main)) {
            return None;
        }
        let selectors = self.file.selectors_in(Section::Branches);
        selectors.iter().map(|selector| selector.name()).find(|name| is_another_main(name, self.settings))
    }

    /// Whether no pipeline runs on a push to main, and none on a branch that is called like a main one.
    pub fn has_no_main_branch(&self) -> bool {
        self.main().is_none() && self.another_main().is_none()
    }

    /// Whether the file knows main only as any branch, and has a pipeline for another branch that is called like a main one.
    fn follows_another_main(&self, main: &Plan<'_>) -> bool {
        let by_any = main.selector.section == Section::Default
            || Pattern::new(main.selector.name()).alternatives().iter().all(|one| !one.names_something());
        by_any
            && self
                .file
                .selectors_in(Section::Branches)
                .iter()
                .any(|selector| is_another_main(selector.name(), self.settings))
    }

    /// All deployments of all plans.
    pub fn deployments(&self) -> &[Deployment<'d, 'd>] {
        let all = || self.plans.iter().flat_map(|plan| plan.deployments(self.settings)).collect();
        self.deployments.get_or_init(all)
    }

    /// The deployments to production.
    pub fn to_production(&self) -> impl Iterator<Item = Deployment<'d, 'd>> {
        self.deployments().iter().copied().filter(|site| site.kind == Some(EnvironmentKind::Production))
    }

    /// The plans of tags.
    pub fn tag_plans(&self) -> impl Iterator<Item = &'d Plan<'d>> + use<'d> {
        self.plans.iter().filter(|plan| plan.is_tag())
    }

    /// The way of images.
    pub fn images(&self) -> &ImageFlow<'d> {
        self.images.get_or_init(|| self.read_images())
    }

    fn read_images(&self) -> ImageFlow<'d> {
        let mains: Vec<&'d Plan<'d>> = self.mains().filter(|main| !self.follows_another_main(main)).collect();
        if mains.is_empty() {
            return ImageFlow::default();
        }
        let each = || mains.iter().copied();
        let hidden = each().any(|main| main.effects().any(|(_, effect)| effect.hides_push()));
        let unclear = each().any(|main| main.unknown.is_some());
        let main_unread: Vec<&Unread<'_>> =
            each().flat_map(|main| &main.steps).flat_map(|step| &step.found.unread).collect();
        let may_push = main_unread.iter().any(|unread| unread.pushes || unread.carries("BITBUCKET_COMMIT"));
        ImageFlow {
            main_builds: each().flat_map(builds).collect(),
            main_pushes: each().flat_map(pushes).collect(),
            main_hidden: hidden || unclear || may_push,
            main_unread,
            has_main: true,
        }
    }
}

/// The builds of a plan, each with all its names.
pub(super) fn builds<'d>(plan: &'d Plan<'d>) -> Vec<Made<'d>> {
    let mut found = Vec::new();
    for (at, step) in plan.steps.iter().enumerate() {
        for effect in &step.found.effects {
            if let Kind::Build { references, .. } = &effect.kind {
                let mut names = references.clone();
                add_local_names(step, &mut names);
                let later = plan.steps.iter().skip(at + 1).filter(|later| later.found.loads);
                later.for_each(|later| add_local_names(later, &mut names));
                found.push(Made { plan, step, effect, names });
            }
        }
    }
    found
}

/// `docker build -t app .` and `docker tag app registry/app:1`, or a pipe that pushes `app`, build registry/app.
fn add_local_names<'d>(step: &'d PlannedStep<'d>, names: &mut Vec<Reference<'d>>) {
    for effect in &step.found.effects {
        let (local, name) = match &effect.kind {
            Kind::Retag { source: Some(source), target: Some(target), local: true } => (source, target),
            Kind::Push { reference: Some(pushed), local: Some(local) } => (local, pushed),
            _ => continue,
        };
        if names.iter().any(|known| known.same(local, false) == Comparison::Same) {
            names.push(name.clone());
        }
    }
}

/// What a plan puts into registries by name. A local name counts where a push of it is seen, or where the push is hidden.
pub(super) fn pushes<'d>(plan: &'d Plan<'d>) -> Vec<Reference<'d>> {
    plan.effects().flat_map(|(_, effect)| effect.pushed().into_iter().cloned()).collect()
}

/// What hides the names of images in plans: a command that is not followed, else one that names them elsewhere.
pub(super) fn not_followed<'p, 'd: 'p>(plans: impl IntoIterator<Item = &'p Plan<'d>>) -> Option<&'p Effect<'d>> {
    let effects: Vec<&Effect<'_>> = plans.into_iter().flat_map(Plan::effects).map(|(_, effect)| effect).collect();
    let nameless =
        |effect: &&Effect<'_>| matches!(&effect.kind, Kind::Build { references, .. } if references.is_empty());
    let find = |wanted: &dyn Fn(&&Effect<'d>) -> bool| effects.iter().copied().find(wanted);
    find(&|effect| effect.hides_effects()).or_else(|| find(&|effect| effect.hides_push() || nameless(effect)))
}

/// What would settle what such a command hides.
pub(super) fn settles(hidden: &Effect<'_>) -> &'static str {
    match &hidden.kind {
        Kind::Opaque(Opaque::Script { at_hand: AtHand::Yes, .. } | Opaque::Target { at_hand: AtHand::Yes, .. }) => {
            "show its commands in the file or in a shell script, where they are followed"
        }
        Kind::Opaque(
            Opaque::Script { at_hand: AtHand::Untold, .. } | Opaque::Target { at_hand: AtHand::Untold, .. },
        ) => FOLDER_TOLD,
        Kind::Opaque(Opaque::Script { .. } | Opaque::Target { .. }) => {
            "show its commands in the file, or keep the script in the repository"
        }
        Kind::Opaque(Opaque::Manifest { .. }) => "keep its manifest in the repository, where it can be read",
        Kind::Opaque(Opaque::Untold { .. }) => "write the options of the call out, each as a word of its own",
        Kind::Opaque(_) => "tell what it does under `catalogue` in pipewright.yaml",
        _ if hidden.command.contains("compose") => {
            "name the image in this command, or keep the file that names it in the repository"
        }
        _ => "name the image in this command, where it can be read",
    }
}

/// What settles in which folder something runs.
pub(super) const FOLDER_TOLD: &str =
    "go to that folder by its name, or begin the path with `$BITBUCKET_CLONE_DIR`, so that it can be followed";

/// Whether a command that is not understood carries a reference. `across` tells that they stand in runs of different events.
pub(super) fn carries(unread: &Unread<'_>, reference: &Reference<'_>, across: bool) -> bool {
    unread.references.iter().any(|carried| carried.same(reference, across) == Comparison::Same)
}

/// What settles a value that steps hand on.
pub(super) const HAND_ON: &str =
    "write it with `echo \"NAME=…\" >> $BITBUCKET_PIPELINES_VARIABLES_PATH`, where it can be followed";

/// The step that hands on a part of a reference whose value is not followed: where it says so, and words for it.
pub(super) fn handed_on(plan: &Plan<'_>, reference: &Reference<'_>) -> Option<(Span, String)> {
    let tag = match &reference.tag {
        Tag::Known(value) | Tag::Digest(value) => Some(value),
        Tag::None | Tag::Unknown => None,
    };
    let symbols = reference.image.symbols().chain(tag.into_iter().flat_map(Value::symbols));
    let mut handed = symbols.filter(|symbol| symbol.kind == SymbolKind::Handed);
    handed.find_map(|symbol| {
        let names = plan
            .steps
            .iter()
            .rev()
            .flat_map(|step| step.step.output_variables().into_iter().map(move |name| (step, name)));
        let (step, name) = names.into_iter().find(|(_, name)| name.text() == Some(&symbol.name))?;
        let words = format!("`${}` is handed on by {}, and its value is not followed", symbol.name, step.shown());
        Some((name.span(), words))
    })
}

/// What a plan gives a new name: retags in a registry, and local ones.
pub(super) fn retags<'d>(plan: &'d Plan<'d>) -> Vec<(&'d PlannedStep<'d>, &'d Effect<'d>)> {
    let is_retag = |(_, effect): &(&PlannedStep<'d>, &Effect<'d>)| matches!(effect.kind, Kind::Retag { .. });
    plan.effects().filter(is_retag).collect()
}

/// Whether a plan that gives other images new tags leaves this one, which main pushes, as it is.
pub(super) fn is_forgotten(flow: &Flow<'_>, plan: &Plan<'_>, reference: &Reference<'_>) -> bool {
    let touches = |name: &Option<Reference<'_>>| match name {
        Some(name) => name.same_image(reference, false) != Comparison::Different,
        None => true,
    };
    let retagged = retags(plan).iter().any(|(_, effect)| match &effect.kind {
        Kind::Retag { source, target, .. } => touches(source) || touches(target),
        _ => false,
    });
    !retagged && flow.images().pushes_image_of(reference)
}

/// Whether a retag only names a local image that the same plan builds and pushes under no other name: no promotion.
pub(super) fn only_names_build(plan: &Plan<'_>, effect: &Effect<'_>) -> bool {
    let Kind::Retag { source, local: true, .. } = &effect.kind else { return false };
    let pushed = plan.effects().flat_map(|(_, effect)| effect.pushed());
    let is_pushed = source
        .as_ref()
        .is_some_and(|source| pushed.into_iter().any(|push| push.same(source, false) == Comparison::Same));
    !is_pushed && names_own_build(plan, source.as_ref()) && !is_pulled(plan, source.as_ref())
}

/// Whether the plan pulls a reference: `docker pull X || docker build -t X .` promotes what is there already.
fn is_pulled(plan: &Plan<'_>, source: Option<&Reference<'_>>) -> bool {
    let Some(source) = source else { return false };
    plan.effects().any(|(_, effect)| match &effect.kind {
        Kind::Pull { reference: Some(pull) } => pull.same(source, false) == Comparison::Same,
        _ => false,
    })
}

/// Whether a retag's source is what the same plan builds.
pub(super) fn names_own_build(plan: &Plan<'_>, source: Option<&Reference<'_>>) -> bool {
    let Some(source) = source else { return false };
    plan.effects().any(|(_, effect)| match &effect.kind {
        Kind::Build { references, .. } => references.iter().any(|name| name.same(source, false) == Comparison::Same),
        _ => false,
    })
}

/// Whether an image is surely none that this file builds, pushes or promotes.
pub(super) fn is_foreign(flow: &Flow<'_>, reference: &Reference<'_>) -> bool {
    let mut known = 0;
    for (_, effect) in flow.plans.iter().flat_map(Plan::effects) {
        let names: Vec<&Reference<'_>> = match &effect.kind {
            Kind::Build { references, .. } => references.iter().collect(),
            Kind::Push { reference, .. } => reference.iter().collect(),
            Kind::Retag { source, target, .. } => source.iter().chain(target).collect(),
            _ => continue,
        };
        known += names.len();
        if names.iter().any(|name| name.same_image(reference, false) != Comparison::Different) {
            return false;
        }
    }
    known > 0
}
