//! Pipes: a command in a variable, or an effect of their own.

use super::applied::Says;
use super::arguments::Arguments;
use super::bundle;
use super::catalogue::{Catalogue, Does, ImageWord, Pipe, Pushes};
use super::chart;
use super::collected::Unread;
use super::compare::Comparison;
use super::hidden;
use super::model::{Effect, Images, Kind, Opaque, Site};
use super::read::Run;
use super::reference::Reference;
use super::selector::{Selected, Selector};
use super::unread;
use super::world::Files;
use crate::pipeline::PipeCall;
use crate::shell::{Interpreter, Piece, Place, Value};
use crate::yaml::{Node, Span};

/// What a pipe's call comes to besides the commands that it runs.
pub(super) fn read<'d>(
    call: PipeCall<'d>,
    catalogue: &Catalogue,
    (run, files): (&Run<'d, '_>, &dyn Files),
    interpreter: &mut Interpreter<'_>,
) {
    let site = Site { node: call.identifier, range: Span::new(0, call.text().len()) };
    let name = call.name();
    let mut named: Vec<(String, Value, Place)> = Vec::new();
    for entry in call.variables() {
        let nodes: Vec<Node<'d>> =
            if entry.value.is_sequence() { entry.value.items().collect() } else { vec![entry.value] };
        for node in nodes {
            let Some(text) = node.text() else { continue };
            let piece = Piece::new(run.source(node), text);
            let values = interpreter.text(&piece);
            let value = match values.as_slice() {
                [one] => one.clone(),
                _ => Value::opaque(format!("{} of the pipe", entry.name())),
            };
            named.push((entry.name().to_owned(), value, piece.place(Span::new(0, text.len()))));
        }
    }
    let Some(pipe) = catalogue.pipe(name) else {
        if catalogue.is_pipe_of_family(name) {
            run.harmless();
            return;
        }
        let references = named.iter().filter(|(_, value, _)| unread::names_image(value));
        let references = references.map(|(_, value, place)| Reference::read(value, run.site(*place))).collect();
        let after = run.found_mut().effects.len();
        let variables = unread::bitbucket(named.iter().map(|(_, value, _)| value));
        let command = name.to_owned();
        run.found_mut().unread.push(Unread { command, references, variables, pushes: false, after, site });
        let effect = Effect {
            kind: Kind::Opaque(Opaque::Pipe { name: name.to_owned() }),
            site,
            command: name.to_owned(),
            certain: true,
            way: 0,
            failed: Vec::new(),
            calls: Vec::new(),
            remote: false,
            words: Vec::new(),
        };
        run.push(effect);
        return;
    };
    let told = |(name, value, _): &(String, Value, Place)| value.as_literal().map(|value| format!("{name}={value}"));
    if named.iter().filter_map(told).any(|told| pipe.dry.contains(&told)) {
        run.harmless();
        return;
    }
    let words = words(&named);
    if let Some(variable) = &pipe.command {
        run_command(call, pipe, variable, &named, run, interpreter);
        return;
    }
    let place = Place { source: run.source(call.identifier), span: Span::new(0, call.text().len()) };
    let arguments = Arguments::of_pipe(place, named);
    let references: Vec<Reference<'d>> = match &pipe.reference {
        Some(selector) => selector
            .select(&arguments, &interpreter.scope)
            .into_iter()
            .map(|selected| Reference::read(&selected.value, run.site(selected.place)))
            .collect(),
        None => {
            let of_chart = chart::set(&arguments).into_iter();
            let mut references: Vec<Reference<'d>> =
                of_chart.map(|selected| Reference::read(&selected.value, run.site(selected.place))).collect();
            references.iter_mut().for_each(hidden::forget_image);
            references
        }
    };
    if pipe.reader.as_deref() == Some("copy") {
        let named = |name: &str| arguments.named(&[name.to_owned()]).pop().map(|selected| selected.value);
        if let (Some(from), Some(to)) = (named("LOCAL_PATH"), named("REMOTE_PATH")) {
            interpreter.copies(&from, &to);
        }
    }
    let kinds: Vec<Kind<'d>> = match pipe.does {
        Some(Does::Build) => vec![Kind::Build { references, pushes: !matches!(pipe.pushes, Pushes::Never) }],
        Some(Does::Push) => {
            let selected = |selector: &Selector| selector.select(&arguments, &interpreter.scope).into_iter().next();
            let read = |local: Selected| Reference::read(&local.value, run.site(local.place));
            let local = pipe.source.as_ref().and_then(selected).map(read);
            let pushed: Vec<Option<Reference<'d>>> =
                if references.is_empty() { vec![None] } else { references.into_iter().map(Some).collect() };
            // What another image's local name was given to before is that image under a further name.
            let given = local.as_ref().filter(|local| is_given(local, run));
            let retags = pushed.iter().filter_map(|pushed| {
                Some(Kind::Retag { source: Some(given?.clone()), target: Some(pushed.clone()?), local: false })
            });
            let retags: Vec<Kind<'d>> = retags.collect();
            let pushes = pushed.into_iter().map(|reference| Kind::Push { reference, local: local.clone() });
            pushes.chain(retags).collect()
        }
        Some(Does::Deploy) => {
            let bundle = (pipe.reader.as_deref() == Some("bundle"))
                .then(|| bundle::dockerrun(&interpreter.scope, files, run.is_followed(), place));
            let read = |image: Selected| Reference::read(&image.value, run.site(image.place));
            let images = match (references.is_empty(), pipe.image) {
                _ if matches!(bundle, Some(Says::Nothing)) => Images::None,
                _ if let Some(Says::Images(images)) = bundle => Images::Stated(images.into_iter().map(read).collect()),
                (false, _) => Images::Known(references),
                (true, Some(ImageWord::None)) => Images::None,
                (true, Some(ImageWord::Unsaid)) => Images::Unsaid,
                (true, _) => Images::Hidden,
            };
            let to = pipe.to.as_ref().map(|to| to.select(&arguments, &interpreter.scope)).unwrap_or_default();
            let to = to.first().map(|to| to.value.to_string());
            vec![Kind::Deploy { images, to, weak: false, restart: false }]
        }
        Some(Does::Publish) => vec![Kind::Deploy { images: Images::None, to: None, weak: true, restart: true }],
        Some(Does::Opaque) => vec![Kind::Opaque(Opaque::Pipe { name: name.to_owned() })],
        _ => Vec::new(),
    };
    for kind in kinds {
        run.push(Effect {
            kind,
            site,
            command: name.to_owned(),
            certain: true,
            way: 0,
            failed: Vec::new(),
            calls: Vec::new(),
            remote: false,
            words: words.clone(),
        });
    }
}

/// Whether the step gave a local name to an image that has another name.
fn is_given(local: &Reference<'_>, run: &Run<'_, '_>) -> bool {
    run.found_mut().effects.iter().any(|effect| match &effect.kind {
        Kind::Retag { target: Some(target), local: true, .. } => target.same(local, false) == Comparison::Same,
        _ => false,
    })
}

/// Values of variables that may name an environment: not those of credentials or images.
fn words(named: &[(String, Value, Place)]) -> Vec<String> {
    let about_images = ["IMAGE", "TAG", "KEY", "SECRET", "PASSWORD", "TOKEN", "MESSAGE"];
    let usable = named.iter().filter(|(name, ..)| !about_images.iter().any(|word| name.contains(word)));
    usable.map(|(_, value, _)| value.to_string()).collect()
}

/// Runs the command that a variable holds.
fn run_command<'d>(
    call: PipeCall<'d>,
    pipe: &Pipe,
    variable: &str,
    named: &[(String, Value, Place)],
    run: &Run<'d, '_>,
    interpreter: &mut Interpreter<'_>,
) {
    let Some(node) = call.variable(variable) else {
        return;
    };
    let Some(text) = node.text() else { return };
    let source = Piece::new(run.source(node), text);
    let context = words(named);
    let mut whole = String::new();
    let mut places = Vec::new();
    let mut append = |part: &str, at: Option<usize>| {
        for index in 0..part.len() {
            places.push(at.map_or(0, |at| at + index));
        }
        whole.push_str(part);
    };
    if let Some(prefix) = &pipe.prefix {
        append(prefix, None);
        append(" ", None);
    }
    // The script of the repository is fed to the server's shell.
    if pipe.remote.is_some() && call.variable("MODE").and_then(|mode| mode.text()) == Some("script") {
        append("bash -s < ", None);
    }
    append(text, Some(0));
    let extra = pipe.args.as_deref().and_then(|args| call.variable(args)).map(|args| {
        let items: Vec<&str> = args.items().filter_map(|item| item.text()).chain(args.text()).collect();
        items.join(" ")
    });
    if let Some(extra) = &extra {
        append(" ", None);
        append(extra, None);
    }
    if let Some(path) = pipe.apply.as_deref().and_then(|apply| call.variable(apply)).and_then(|path| path.text()) {
        append(" -f ", None);
        append(path, None);
    }
    let piece = source.edited(&whole, &places);
    run.with_context(context, || match &pipe.remote {
        Some(server) => {
            let machine = named.iter().find(|(name, ..)| name == server).map(|(_, value, _)| value.clone());
            interpreter.run_remote(&piece, machine.unwrap_or_else(|| Value::opaque("a server")));
        }
        None => {
            interpreter.run(&piece);
        }
    });
}
