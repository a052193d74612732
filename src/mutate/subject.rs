//! The file that is changed, and the places in it that operators look for.

use super::edit::Edit;
use crate::effect::{Effect, EnvironmentKind, Images, Kind, Reference};
use crate::pipeline::{File, Section, Selector, Step};
use crate::plan::{Deployment, Plan, PlannedStep, TagKind};
use crate::settings::Settings;
use crate::yaml::{Document, Node, Span};

/// Changes that make one mutant, together.
pub(super) type Edits = Vec<Edit>;

/// An accepted file.
pub(super) struct Subject<'s> {
    pub(super) document: &'s Document,
    pub(super) plans: &'s [Plan<'s>],
    pub(super) settings: &'s Settings,
}

/// A command of a plan.
pub(super) type Command<'s> = (&'s Plan<'s>, &'s PlannedStep<'s>, &'s Effect<'s>);

impl<'s> Subject<'s> {
    pub(super) fn file(&self) -> Option<File<'s>> {
        File::new(self.document)
    }

    /// The pipelines of a section.
    pub(super) fn selectors(&self, section: Section) -> Vec<Selector<'s>> {
        self.file().map(|file| file.selectors_in(section)).unwrap_or_default()
    }

    /// The pipelines of tags of a kind.
    pub(super) fn tags(&self, kind: TagKind) -> Vec<Selector<'s>> {
        let prefix = match kind {
            TagKind::Candidate => &self.settings.tags.candidate,
            _ => &self.settings.tags.release,
        };
        let all = self.selectors(Section::Tags).into_iter();
        all.filter(|selector| selector.name().starts_with(prefix.as_str())).collect()
    }

    /// The pipeline that main's own pattern selects.
    pub(super) fn main(&self) -> Option<Selector<'s>> {
        let all = self.selectors(Section::Branches).into_iter();
        all.into_iter().find(|selector| selector.name() == self.settings.main_branch)
    }

    /// Every step as it is written, each once.
    pub(super) fn steps(&self) -> Vec<Step<'s>> {
        let mut steps: Vec<Step<'s>> = Vec::new();
        let selectors = self.file().map(|file| file.selectors()).unwrap_or_default();
        for step in selectors.iter().flat_map(|selector| selector.pipeline().steps()) {
            if !steps.iter().any(|known| known.node().id() == step.node().id()) {
                steps.push(step);
            }
        }
        steps
    }

    /// The deployments of plans to a kind of environment.
    pub(super) fn deployments(
        &self,
        which: impl Fn(&Plan<'s>) -> bool,
        kind: EnvironmentKind,
    ) -> Vec<Deployment<'s, 's>> {
        let plans = self.plans.iter().filter(|plan| which(plan));
        plans.flat_map(|plan| plan.deployments(self.settings)).filter(|site| site.kind == Some(kind)).collect()
    }

    /// Commands of a kind in plans that stand as such in a script; pipes and what hides in them are left alone.
    pub(super) fn commands(
        &self,
        which: impl Fn(&Plan<'s>) -> bool,
        kind: impl Fn(&Kind<'_>) -> bool,
    ) -> Vec<Command<'s>> {
        let is_command = |step: &PlannedStep<'s>, effect: &Effect<'s>| {
            let items = step.step.script().into_iter().chain(step.step.after_script());
            let mut nodes = items.filter_map(|item| item.command());
            std::ptr::eq(effect.site.node.document(), self.document)
                && nodes.any(|node| node.id() == effect.site.node.id())
        };
        let mut found = Vec::new();
        for plan in self.plans.iter().filter(|plan| which(plan)) {
            let own = plan.effects().filter(|(step, effect)| kind(&effect.kind) && is_command(step, effect));
            found.extend(own.map(|(step, effect)| (plan, step, effect)));
        }
        found
    }

    /// The text of a command as it is written.
    pub(super) fn text(&self, effect: &Effect<'_>) -> &'s str {
        self.document.slice(effect.site.span())
    }

    /// A reference with another tag, where it is written: `$BITBUCKET_COMMIT` and `$BITBUCKET_TAG` give way.
    pub(super) fn with_tag(&self, reference: &Reference<'_>, tag: &str) -> Option<Edit> {
        if !std::ptr::eq(reference.site.node.document(), self.document) {
            return None;
        }
        let span = reference.site.span();
        let text = self.document.slice(span);
        for name in ["BITBUCKET_COMMIT", "BITBUCKET_TAG"] {
            if let Some(range) = variable(text, name) {
                return Some(Edit::replace(Span::new(span.start + range.start, span.start + range.end), tag));
            }
        }
        // Behind a variable of the script stands the whole reference: it is written out.
        let plain = reference
            .image
            .symbols()
            .all(|symbol| symbol.kind == crate::shell::SymbolKind::Variable && symbol.cut.is_empty());
        let quoted = text.starts_with("\"$") && text.ends_with('"');
        let bare = text.starts_with('$') && !text.contains([':', '/', '"']);
        (plain && (quoted || bare)).then(|| Edit::replace(span, format!("{}:{tag}", reference.image)))
    }

    /// The references that a deploying command deploys.
    pub(super) fn deployed(kind: &'s Kind<'s>) -> &'s [Reference<'s>] {
        match kind {
            Kind::Deploy { images: Images::Known(references), restart: false, .. } => references,
            _ => &[],
        }
    }

    /// Scalars in an entry of steps: `image`, `services`.
    pub(super) fn in_steps(&self, key: &str) -> Vec<Node<'s>> {
        let steps = self.steps();
        let lists = steps.iter().filter_map(|step| step.entry(key)).filter(|entry| entry.merged.is_none());
        lists.flat_map(|entry| entry.value.items().collect::<Vec<_>>()).collect()
    }
}

/// Where a text reads a variable, cut or not.
fn variable(text: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let plain = format!("${name}");
    if let Some(start) = text.find(&plain) {
        return Some(start..start + plain.len());
    }
    let start = text.find(&format!("${{{name}"))?;
    let end = text.get(start..)?.find('}')?;
    Some(start..start + end + 1)
}
