//! From a step to its effects: each command is looked up in the catalogue, each pipe too.

use std::cell::{OnceCell, RefCell, RefMut};
use std::rc::Rc;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::catalogue::Catalogue;
use super::collected::{BranchTest, Filled, StepEffects};
use super::command::Reading;
use super::consulted::{Answers, Consulted};
use super::given::Given;
use super::model::{Effect, Images, Kind, Opaque, Site};
use super::pipe;
use super::reference::Reference;
use super::world::{Bindings, Files, World};
use crate::pipeline::{ScriptItem, Step};
use crate::shell::{
    Comparison, Interpreter, Invocation, Lookup, Parses, Piece, Place, Scope, Word, Written, open_compounds,
};
use crate::yaml::{Node, NodeId, Span};

/// How many readings of one script are kept; more differ by each event's name, and are not met again.
const KEPT: usize = 16;

/// How many commands of a step are kept as they run, and how many words of each.
const MOST_FILLED: usize = 2000;
const MOST_WORDS: usize = 200;

/// The variable that holds the name of the branch.
const BRANCH: &str = "BITBUCKET_BRANCH";

/// Reads steps, and keeps what they come to.
pub struct Reader<'c, 'd> {
    catalogue: &'c Catalogue,
    files: &'c dyn Files,
    parses: Parses,
    kept: HashMap<Scripts, Vec<Kept<'d>>>,
    /// Whether it keeps the commands as they run.
    keeps_commands: bool,
}

/// The scripts of a step as nodes, each with the alias that leads to it; whether the step declares an environment, and whether
/// it runs on Windows.
type Scripts = ([Option<(NodeId, Option<Span>)>; 2], bool, bool);

/// A reading, with what it stands on: the answers, and what stood in the files that other steps handed on.
struct Kept<'d> {
    answers: Answers,
    given: Given,
    effects: Rc<StepEffects<'d>>,
}

/// What one reading collects.
pub(super) struct Run<'d, 'b> {
    sources: RefCell<Vec<Node<'d>>>,
    found: RefCell<StepEffects<'d>>,
    context: RefCell<Vec<String>>,
    declared: bool,
    consulted: Consulted<'b>,
}

impl<'d> Run<'d, '_> {
    /// Whether all tags of the plan begin with a text.
    pub(super) fn tag_begins(&self, prefix: &str) -> bool {
        self.consulted.tag_begins(prefix)
    }

    /// Whether nothing ran before in the step that could have changed the repository's files unseen.
    pub(super) fn is_followed(&self) -> bool {
        let found = self.found_mut();
        found.unread.is_empty() && !found.effects.iter().any(Effect::hides_effects)
    }

    /// A variable that the script itself does not set.
    pub(super) fn variable(&self, name: &str) -> Lookup {
        self.consulted.variable(name)
    }

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

    pub(super) fn found_mut(&self) -> RefMut<'_, StepEffects<'d>> {
        self.found.borrow_mut()
    }

    /// Counts a command that does nothing of interest.
    pub(super) fn harmless(&self) {
        self.found.borrow_mut().harmless += 1;
    }

    pub(super) fn is_declared(&self) -> bool {
        self.declared
    }

    pub(super) fn context_words(&self) -> Vec<String> {
        self.context.borrow().clone()
    }

    /// Walks with words around that may name an environment.
    pub(super) fn with_context(&self, words: Vec<String>, walk: impl FnOnce()) {
        let before = self.context.replace(words);
        walk();
        self.context.replace(before);
    }
}

impl<'c, 'd> Reader<'c, 'd> {
    /// A reader with a catalogue and the files at hand.
    pub fn new(catalogue: &'c Catalogue, files: &'c dyn Files) -> Self {
        Self { catalogue, files, parses: Parses::new(), kept: HashMap::new(), keeps_commands: false }
    }

    /// Keeps the commands as they run, which only a comparison asks for.
    pub fn keep_commands(&mut self) {
        self.keeps_commands = true;
    }

    /// The effects of a step in one plan. `declared` tells whether the step or its stage declares an environment, `given`
    /// what other steps hand to it.
    pub fn read(&mut self, step: &Step<'d>, bindings: &Bindings, declared: bool, given: &Given) -> Rc<StepEffects<'d>> {
        let nodes = ["script", "after-script"].map(|key| step.get(key).map(|node| (node.id(), node.alias())));
        let scripts = (nodes, declared, step.runs_on_windows());
        let holds = |kept: &&Kept<'d>| kept.given == *given && kept.answers.hold_for(bindings);
        if let Some(kept) = self.kept.get(&scripts).and_then(|kept| kept.iter().find(holds)) {
            return Rc::clone(&kept.effects);
        }
        let (mut effects, answers) = self.read_scripts(step, bindings, declared, given);
        // A test of the branch is one also where this event never gets to it, or knows how it ends.
        if answers.as_ref().is_none_or(|answers| answers.tell(BRANCH)) {
            let any = Bindings { branch: None, by_hand: true, ..bindings.clone() };
            let (of_any, _) = self.read_scripts(step, &any, declared, given);
            let place = |test: &BranchTest<'d>| (test.site.node.id(), test.site.range);
            let known: HashSet<_> = effects.branch_tests.iter().map(place).collect();
            let more: Vec<_> = of_any.branch_tests.into_iter().filter(|test| !known.contains(&place(test))).collect();
            effects.branch_tests.extend(more);
        }
        let effects = Rc::new(effects);
        if let Some(answers) = answers {
            let kept = self.kept.entry(scripts).or_default();
            if kept.len() < KEPT {
                kept.push(Kept { answers, given: given.clone(), effects: Rc::clone(&effects) });
            }
        }
        effects
    }

    fn read_scripts(
        &mut self,
        step: &Step<'d>,
        bindings: &Bindings,
        declared: bool,
        given: &Given,
    ) -> (StepEffects<'d>, Option<Answers>) {
        let consulted = Consulted::new(bindings);
        let run = Run {
            sources: RefCell::default(),
            found: RefCell::new(StepEffects { told: given.told.clone(), ..StepEffects::default() }),
            context: RefCell::default(),
            declared,
            consulted,
        };
        let mut written = given.written.clone();
        for items in [step.script(), step.after_script()] {
            written = self.read_items(&items, step.runs_on_windows(), &run, written);
        }
        let mut found = run.found.into_inner();
        settle_pushes(&mut found);
        settle_pulls(&mut found);
        found.ran.sources = run.sources.into_inner();
        (StepEffects { written, ..found }, run.consulted.answers())
    }

    fn read_items(&mut self, items: &[ScriptItem<'d>], windows: bool, run: &Run<'d, '_>, written: Written) -> Written {
        if items.is_empty() {
            return written;
        }
        let mut world = World { consulted: &run.consulted, files: self.files, followed: Vec::new() };
        let (catalogue, files, keeps_commands) = (self.catalogue, self.files, self.keeps_commands);
        let mut emit = |scope: &Scope, invocation: &Invocation| {
            if !invocation.certain {
                run.found_mut().ran.unsure.push(invocation.place);
            }
            if keeps_commands && run.found_mut().ran.filled.len() < MOST_FILLED {
                let filled = filled(invocation);
                run.found_mut().ran.filled.push((invocation.place, filled));
            }
            let command = Reading { catalogue, files, run, scope, invocation, phrase: &[] };
            command.read();
        };
        let mut interpreter = Interpreter::new(&mut world, &mut self.parses, &mut emit);
        interpreter.scope.written = Rc::new(written);
        let mut rest = items;
        let opened = OnceCell::new();
        while let Some((item, behind)) = rest.split_first() {
            rest = behind;
            match item {
                ScriptItem::Command(node) => {
                    let at = items.len() - behind.len();
                    let more = if windows { 0 } else { goes_on_for(*node, &opened, items, at) };
                    let (with, behind) = behind.split_at(more);
                    rest = behind;
                    let texts = std::iter::once(item).chain(with).filter_map(ScriptItem::command);
                    let texts: Vec<_> = texts.map(|node| (run.source(node), node.text().unwrap_or(""))).collect();
                    let piece = match texts.as_slice() {
                        [(source, text)] => Piece::new(*source, text),
                        several => Piece::joined(several),
                    };
                    let piece = if windows { piece.from_powershell() } else { piece };
                    if !interpreter.run(&piece) {
                        break;
                    }
                }
                ScriptItem::Pipe(call) => pipe::read(*call, catalogue, (run, files), &mut interpreter),
                ScriptItem::Agent(node) => {
                    let node = node.get("agent").unwrap_or(*node);
                    let site = run.site(Piece::new(run.source(node), "").place(Span::default()));
                    run.push(opaque(Opaque::Agent, site, "agent"));
                }
                // What a colon has made a map of does something, and nothing says what.
                ScriptItem::Unknown(node) if node.is_mapping() => {
                    let site = run.site(Piece::new(run.source(*node), "").place(Span::default()));
                    run.push(opaque(Opaque::Agent, site, "a command that is a map"));
                    interpreter.doubt_files();
                }
                ScriptItem::Unknown(_) => {}
            }
        }
        interpreter.finish();
        for Comparison { with, place } in interpreter.branch_tests() {
            let site = run.site(place);
            run.found.borrow_mut().branch_tests.push(BranchTest { with, site });
        }
        run.found_mut().ran.places.append(&mut interpreter.take_ran());
        if interpreter.exhausted()
            && let Some(node) = run.sources.borrow().first().copied()
        {
            let site = Site { node, range: Span::default() };
            run.found.borrow_mut().effects.push(opaque(Opaque::Exhausted, site, "the script"));
        }
        let written = interpreter.take_files();
        run.found_mut().followed.append(&mut world.followed);
        written
    }
}

/// A command as it runs.
fn filled(invocation: &Invocation) -> Filled {
    let whole = invocation.words.len() <= MOST_WORDS;
    let elsewhere = invocation.remote.is_some() || invocation.container.is_some();
    let set = invocation.assignments.iter().map(|(name, values)| format!("{name}={values:?}"));
    let before = set.chain(elsewhere.then(|| format!("{:?} {:?}", invocation.remote, invocation.container)));
    // A sign that is none of a variable's is told from one.
    let shown = |word: &Word| word.literal().map_or_else(|| word.shown(), |text| text.replace('$', "\\$"));
    let words = before.chain(invocation.words.iter().take(MOST_WORDS).map(shown));
    Filled {
        text: words.collect::<Vec<_>>().join(" "),
        certain: invocation.certain && whole,
        called: !invocation.calls.is_empty(),
    }
}

/// Takes out pushes of which it can't be told whether they are made where the same image is pushed by name: a tool whose own settings
/// may say that it pushes what it builds.
fn settle_pushes(found: &mut StepEffects<'_>) {
    let hidden = |effect: &Effect<'_>| matches!(effect.kind, Kind::Push { reference: None, .. });
    if !found.effects.iter().any(hidden) {
        return;
    }
    let pushed: Vec<_> = found.effects.iter().flat_map(|effect| effect.pushed().into_iter().cloned()).collect();
    let named = |effect: &Effect<'_>| match &effect.kind {
        Kind::Build { references, .. } => {
            let is_pushed =
                |name: &Reference<'_>| pushed.iter().any(|push| push.same(name, false) == super::Comparison::Same);
            !references.is_empty() && references.iter().all(is_pushed)
        }
        _ => false,
    };
    let settled: Vec<Span> =
        found.effects.iter().filter(|effect| named(effect)).map(|effect| effect.site.span()).collect();
    found.effects.retain(|effect| !(hidden(effect) && settled.contains(&effect.site.span())));
}

/// Gives what a machine elsewhere pulls to the command that starts its service anew, where nothing there starts an image by name:
/// `ssh host 'docker pull acme/app:1 && systemctl restart app'`. Both stand in one command line, and the service is called as the
/// image is.
fn settle_pulls<'d>(found: &mut StepEffects<'d>) {
    let starts = |effect: &Effect<'_>| match &effect.kind {
        Kind::Deploy { images, .. } => effect.remote && !matches!(images, Images::None),
        _ => false,
    };
    if found.effects.iter().any(starts) {
        return;
    }
    let mut pulled: Vec<(Reference<'d>, Site<'d>)> = Vec::new();
    for effect in found.effects.iter_mut().filter(|effect| effect.remote) {
        match &mut effect.kind {
            Kind::Pull { reference: Some(name) } if pulled.len() < PULLS => pulled.push((name.clone(), effect.site)),
            Kind::Deploy { images, weak: true, .. } => {
                let runs = |(name, site): &(Reference<'d>, Site<'d>)| {
                    let line = site.node.text().and_then(|text| text.get(site.range.end..effect.site.range.end));
                    let service = name.image.to_string();
                    let service = service.rsplit('/').next().unwrap_or("");
                    site.node.id() == effect.site.node.id()
                        && line.is_some_and(|line| !line.contains("ssh "))
                        && effect.words.iter().any(|word| word.contains(service))
                };
                let own: Vec<_> = pulled.iter().filter(|pull| runs(pull)).map(|(name, _)| name.clone()).collect();
                if !own.is_empty() {
                    *images = Images::Known(own);
                }
            }
            _ => {}
        }
    }
}

/// How many pulls of a step are looked at.
const PULLS: usize = 20;

/// How many items are looked at for the end of what one opens.
const TOGETHER: usize = 200;

/// How many of the items that follow a command are needed to end what it opens: the items are one script to the shell.
/// `opened` is what each of all items leaves open, counted once; `from` is the place of the first that follows.
fn goes_on_for(
    command: Node<'_>,
    opened: &OnceCell<Vec<Option<isize>>>,
    items: &[ScriptItem<'_>],
    from: usize,
) -> usize {
    let mut open = open_compounds(command.text().unwrap_or(""));
    if open <= 0 {
        return 0;
    }
    let opened = opened.get_or_init(|| items.iter().map(|item| item.command_text().map(open_compounds)).collect());
    for (at, item) in opened.iter().skip(from).take(TOGETHER).enumerate() {
        let Some(item) = item else { return 0 };
        open += item;
        if open <= 0 {
            return at + 1;
        }
    }
    0
}

pub(super) fn opaque<'d>(what: Opaque, site: Site<'d>, command: &str) -> Effect<'d> {
    Effect {
        kind: Kind::Opaque(what),
        site,
        command: command.to_owned(),
        certain: true,
        way: 0,
        failed: Vec::new(),
        calls: Vec::new(),
        remote: false,
        words: Vec::new(),
    }
}
