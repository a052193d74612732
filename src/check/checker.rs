//! The order of the layers.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, LazyLock, OnceLock};

use super::aliased::name_aliases;
use super::files::RepositoryFiles;
use super::gather::{first_of_sets, gather};
use super::masked::hide_credentials;
use super::once::{keys_once, once_a_place};
use super::suppress::Suppression;
use super::{imports, suppress};
use crate::effect::{Catalogue, CatalogueError, Files, NoFiles};
use crate::finding::{Allowed, Finding, Findings, Layer, RuleMeta, Verdict};
use crate::pipeline::{File, Section};
use crate::plan::{Event, Plan, Planner, plans};
use crate::rules::policy::{Credentials, Hidden};
use crate::rules::{self, Flow, RuleAnswer, told_with_main};
use crate::schema;
use crate::settings::Settings;
use crate::yaml::{Document, Part};

/// Checks texts, each from its first byte to its verdict. Cheap to clone.
#[derive(Clone)]
pub struct Checker {
    settings: Arc<Settings>,
    catalogue: Option<Arc<Catalogue>>,
    files: Option<RepositoryFiles>,
    layers: Vec<Layer>,
    shared: bool,
}

/// A checked text.
#[derive(Debug)]
pub struct Checked {
    /// The document, which knows the places.
    pub document: Document,
    /// What was found, by offset, then rule.
    pub findings: Vec<Finding>,
    /// What it comes to.
    pub verdict: Verdict,
    /// Layers that could not run, and why.
    pub skipped: Vec<(Layer, String)>,
    /// What comments have allowed.
    pub allowed: Vec<Allowed>,
    /// The rules that were asked, in the order of their names.
    asked: Vec<&'static RuleMeta>,
    /// Searched for when first asked for.
    credentials: OnceLock<Credentials>,
}

impl Checked {
    /// What each rule says of the file as a whole, in the order of their names; rules of skipped layers are left out.
    pub fn answers(&self) -> impl Iterator<Item = (&'static str, RuleAnswer)> {
        self.asked.iter().map(|rule| (rule.id, self.told_by(rule.id)))
    }

    /// What one rule says; `None` where it was not asked.
    pub fn answer(&self, rule: &str) -> Option<RuleAnswer> {
        self.asked.iter().any(|asked| asked.id == rule).then(|| self.told_by(rule))
    }

    fn told_by(&self, rule: &str) -> RuleAnswer {
        let mut answer = RuleAnswer::Holds;
        self.findings.iter().filter(|finding| finding.rule == rule).for_each(|finding| answer.hear(finding.answer));
        answer
    }

    /// What looks like a credential in the text.
    pub fn credentials(&self) -> &Credentials {
        self.credentials.get_or_init(|| Credentials::of(&self.document))
    }

    /// The credentials, to be kept out of what is said about the text.
    pub fn hidden(&self) -> Hidden {
        Hidden::of_all([(&self.document, self.credentials())])
    }
}

impl Checker {
    /// A checker with settings, all layers and no files at hand.
    pub fn new(settings: Settings) -> Self {
        Self { settings: Arc::new(settings), catalogue: None, files: None, layers: Layer::ALL.to_vec(), shared: false }
    }

    /// Makes the scripts of a repository be followed.
    pub fn with_files(mut self, root: &Path) -> Self {
        self.files = Some(RepositoryFiles::new(root));
        self
    }

    /// Limits the layers.
    pub fn with_layers(mut self, layers: &[Layer]) -> Self {
        self.layers = layers.to_vec();
        self
    }

    /// Takes the text for a file that other files of its repository import, which runs nothing itself.
    pub fn of_shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// Adds entries to the catalogue; JSON or YAML of its form.
    ///
    /// # Errors
    /// If the text is not of the catalogue's form.
    pub fn with_catalogue(mut self, entries: &str) -> Result<Self, CatalogueError> {
        self.catalogue = Some(Arc::new(Catalogue::extended(entries)?));
        Ok(self)
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether a rule is checked under these settings, on a file in which its layer can run.
    pub fn checks(&self, rule: &str) -> bool {
        let meta = metas().find(|meta| meta.id == rule);
        meta.is_some_and(|meta| self.wants(meta.layer)) && !self.is_off(rule)
    }

    /// Whether a layer is asked for.
    fn wants(&self, layer: Layer) -> bool {
        let policy = || self.settings.policy || rules::policy::ALL.iter().any(|rule| !self.is_off(rule.meta().id));
        self.layers.contains(&layer) && (layer != Layer::Policy || policy())
    }

    /// Whether the settings switch a rule off: by itself, or with the policy, of which only what has a severity of its own
    /// stays on. What is said of comments is no part of a policy.
    pub fn is_off(&self, rule: &str) -> bool {
        match self.settings.severities.get(rule) {
            Some(severity) => severity.is_none(),
            None => !self.settings.policy && rules::policy::ALL.iter().any(|known| known.meta().id == rule),
        }
    }

    /// Whether a comment for a rule can be told to find nothing: where the policy is off but for some rules, a comment may be
    /// about one of the others.
    fn judged(&self, ran: &[Layer], rule: &RuleMeta) -> bool {
        let by_policy = rule.layer != Layer::Policy || self.settings.policy;
        by_policy && ran.contains(&rule.layer) && !self.is_off(rule.id)
    }

    fn catalogue(&self) -> &Catalogue {
        self.catalogue.as_deref().unwrap_or_else(|| Catalogue::built_in())
    }

    fn files(&self) -> &dyn Files {
        match &self.files {
            Some(files) => files,
            None => &NoFiles,
        }
    }

    /// The plans of all classes of events; none where the file has no readable pipelines.
    pub fn plans<'d>(&self, document: &'d Document) -> Vec<Plan<'d>> {
        File::new(document).map(|file| plans(file, &self.settings, self.catalogue(), self.files())).unwrap_or_default()
    }

    /// The plans of merge queues and of what is shared.
    fn other_plans<'d>(&self, file: &File<'d>, document: &'d Document) -> Vec<Plan<'d>> {
        if file.section(Section::MergeQueues).or_else(|| file.section(Section::Shared)).is_none() {
            return Vec::new();
        }
        self.plan_with(document, |mut planner| planner.others()).unwrap_or_default()
    }

    /// The plans that are compared with those of another text: of all classes of events, of merge queues and of what is shared.
    pub(super) fn plans_to_compare<'d>(&self, document: &'d Document) -> Vec<Plan<'d>> {
        let plans = self.plan_with(document, |mut planner| {
            planner.keep_commands();
            let mut plans = planner.all();
            plans.extend(planner.others());
            plans
        });
        plans.unwrap_or_default()
    }

    /// The plans of events that another text tells apart, as its plans say, and this one does not, without those that are `known`;
    /// and the events that have no plan here since parts of them have plans of their own.
    pub(super) fn plans_of<'d>(
        &self,
        document: &'d Document,
        others: &[Plan<'_>],
        known: &[Plan<'_>],
    ) -> (Vec<Plan<'d>>, Vec<Event>) {
        // What is any other branch is for each text to say.
        let same = |event: &Event| Event { left: None, ..event.clone() };
        let mut seen: HashSet<Event> = known.iter().map(|plan| same(&plan.event)).collect();
        let fresh: Vec<&Event> =
            others.iter().map(|plan| &plan.event).filter(|event| seen.insert(same(event))).collect();
        let plans = self.plan_with(document, |mut planner| {
            planner.keep_commands();
            let plans = fresh.iter().filter_map(|event| planner.of(event)).collect();
            (plans, fresh.iter().filter(|event| planner.parts(event)).map(|event| (*event).clone()).collect())
        });
        plans.unwrap_or_default()
    }

    /// Runs something over a planner for single events; `None` where the file has no root map.
    pub fn plan_with<'d, T>(&self, document: &'d Document, run: impl FnOnce(Planner<'_, 'd>) -> T) -> Option<T> {
        let file = File::new(document)?;
        Some(run(Planner::new(file, &self.settings, self.catalogue(), self.files())))
    }

    /// Checks a text.
    pub fn check(&self, text: impl Into<String>) -> Checked {
        self.check_document(Document::read(text))
    }

    /// A document with the files at hand from which it imports pipelines.
    pub fn with_imports(&self, mut document: Document) -> Document {
        imports::join(&mut document, self.files());
        document
    }

    /// Checks a document that is read already.
    pub fn check_document(&self, document: Document) -> Checked {
        let document = self.with_imports(document);
        let (ran, mut skipped) = self.layers_for(&document);
        let credentials = OnceLock::new();
        let suppressions = suppress::read(&document);
        let (mut findings, allowed) = self.find(&document, &ran, &suppressions, &credentials);
        for part in document.parts() {
            self.find_in(part, &document, &mut findings, &mut skipped);
        }
        imports::bring_home(&document, &mut findings);
        let allowed = suppress::apply(&document, &suppressions, &mut findings, |rule| self.judged(&ran, rule), allowed);
        findings.retain(|finding| !(self.is_off(finding.rule) || self.shared && finding.rule == suppress::USED.id));
        self.apply_severities(&mut findings);
        sort(&mut findings);
        first_of_sets(&mut findings);
        gather(&mut findings);
        let asked = BY_ID.iter().copied().filter(|rule| ran.contains(&rule.layer) && !self.is_off(rule.id)).collect();
        let verdict = Verdict::of(&findings, skipped.is_empty());
        let mut checked = Checked { document, findings, verdict, skipped, allowed, asked, credentials };
        hide_credentials(&mut checked);
        checked
    }

    /// The layers that are asked for and can run, and why others can't.
    fn layers_for(&self, document: &Document) -> (Vec<Layer>, Vec<(Layer, String)>) {
        let (mut ran, mut skipped) = (Vec::new(), Vec::new());
        for layer in Layer::ALL.into_iter().filter(|layer| self.wants(*layer)) {
            match unable(layer, document) {
                Some(reason) => skipped.push((layer, reason)),
                None => ran.push(layer),
            }
        }
        (ran, skipped)
    }

    /// Adds what is wrong with a file that is imported, as places of its part, and takes out what its own comments allow. Which
    /// of them are used can't be told: there may be plans of other files.
    fn find_in(
        &self,
        part: &Part,
        importer: &Document,
        findings: &mut Vec<Finding>,
        skipped: &mut Vec<(Layer, String)>,
    ) {
        let document = part.document();
        let checker = self.clone().of_shared();
        let (ran, unable) = checker.layers_for(document);
        let suppressions = suppress::read(document);
        let (mut inside, outside): (Vec<Finding>, Vec<Finding>) =
            std::mem::take(findings).into_iter().partition(|finding| part.holds(finding.span));
        *findings = outside;
        inside.iter_mut().for_each(|finding| finding.span = part.own_span(finding.span));
        // A file may import from itself: what is wrong with it is said of it already.
        if document.text() != importer.text() {
            for (layer, reason) in unable {
                if !skipped.iter().any(|(known, _)| *known == layer) {
                    skipped.push((layer, format!("{}, from which it imports: {reason}", part.name())));
                }
            }
            let (mut own, _) = checker.find(document, &ran, &suppressions, &OnceLock::new());
            imports::leave_out_known(&mut own, &inside, importer);
            let related = own.iter_mut().flat_map(|finding| &mut finding.related);
            related.for_each(|related| related.span = part.span(related.span));
            inside.append(&mut own);
        }
        // Comments are about the findings' own places; what is related stands where it stands for the importer.
        suppress::apply(document, &suppressions, &mut inside, |rule| self.judged(&ran, rule), Vec::new());
        inside.retain(|finding| finding.rule != suppress::USED.id);
        inside.iter_mut().for_each(|finding| finding.span = part.span(finding.span));
        findings.append(&mut inside);
    }

    /// What the layers find, whatever comments allow.
    fn find(
        &self,
        document: &Document,
        ran: &[Layer],
        suppressions: &[Suppression],
        credentials: &OnceLock<Credentials>,
    ) -> (Vec<Finding>, Vec<Allowed>) {
        let mut findings = Vec::new();
        if ran.contains(&Layer::Syntax) {
            findings.extend(schema::findings(document));
        }
        if ran.contains(&Layer::Semantic) || ran.contains(&Layer::Policy) {
            let credentials = credentials.get_or_init(|| Credentials::of(document));
            self.run_rules(document, credentials, ran, &mut findings);
        }
        // Last of the layers to run, though not in the order of findings: `schema::prepare` may still be at work.
        if ran.contains(&Layer::Schema) {
            findings.extend(if self.shared { schema::check_shared(document) } else { schema::check(document) });
        }
        name_aliases(document, &mut findings);
        let allowed = suppress::allow_uses(document, suppressions, &mut findings);
        once_a_place(document, &mut findings);
        // Syntax and schema find in one walk whatever there is.
        findings.retain(|finding| !self.is_off(finding.rule));
        keys_once(&mut findings);
        (findings, allowed)
    }

    fn run_rules(&self, document: &Document, credentials: &Credentials, ran: &[Layer], findings: &mut Vec<Finding>) {
        let Some(file) = File::new(document) else { return };
        // No event runs what only others import, whatever else the file holds.
        let mut plans = if self.shared { Vec::new() } else { self.plans(document) };
        told_with_main(&mut plans, &self.settings);
        let others = self.other_plans(&file, document);
        let mut flow = Flow::new(file, &self.settings, &plans, document, credentials);
        flow.others = &others;
        flow.shared |= self.shared;
        for rule in rules::all() {
            let meta = rule.meta();
            if ran.contains(&meta.layer) && !self.is_off(meta.id) {
                rule.check(&flow, &mut Findings::new(meta, findings));
            }
        }
    }

    fn apply_severities(&self, findings: &mut [Finding]) {
        for finding in findings {
            // A note says that something can't be told, which no severity of the rule makes an error.
            let is_note = finding.answer == crate::finding::Answer::CannotTell;
            if let Some(Some(severity)) = self.settings.severities.get(finding.rule)
                && !is_note
            {
                finding.severity = *severity;
            }
        }
    }
}

/// All rules that a check can answer, those of the schema and of suppressions too.
pub fn metas() -> impl Iterator<Item = &'static RuleMeta> {
    let own = [&suppress::REASON, &suppress::USED];
    schema::rules().iter().copied().chain(rules::all().iter().map(|rule| rule.meta())).chain(own)
}

/// The same in the order of their names.
static BY_ID: LazyLock<Vec<&'static RuleMeta>> = LazyLock::new(|| {
    let mut metas: Vec<_> = metas().collect();
    metas.sort_by_key(|meta| meta.id);
    metas
});

/// Why a layer can't run on a document.
fn unable(layer: Layer, document: &Document) -> Option<String> {
    if layer == Layer::Syntax {
        return None;
    }
    let Some(root) = document.root() else {
        let empty = document.problems().is_empty();
        if empty && layer == Layer::Schema {
            return None;
        }
        let reason = if empty { "the file is empty" } else { "the text could not be read as YAML to its end" };
        return Some(reason.to_owned());
    };
    match layer {
        Layer::Syntax | Layer::Schema => None,
        Layer::Semantic => (!root.is_mapping()).then(|| "the file is no map".to_owned()),
        Layer::Policy => {
            let Some(file) = File::new(document) else { return Some("the file is no map".to_owned()) };
            if file.only_exports() {
                return None;
            }
            let readable = file.selectors().iter().any(|selector| {
                let pipeline = selector.pipeline();
                pipeline.import().is_some() || pipeline.items().next().is_some()
            });
            (!readable).then(|| "no pipeline in the file can be read".to_owned())
        }
    }
}

fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        (a.span.start, a.rule, a.span.end, &a.message).cmp(&(b.span.start, b.rule, b.span.end, &b.message))
    });
}
