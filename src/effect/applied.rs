//! What `kubectl apply`, `create`, `replace` and `patch` deploy: read from the input, from manifests at hand, from patches.

use super::arguments::Arguments;
use super::command::Reading;
use super::configured::is_filled;
use super::manifest::{holds_nothing, says_no_image};
use super::model::Images;
use super::overlay::Overlay;
use super::reference::Reference;
use super::selector::Selected;
use super::stated;
use crate::shell::{Place, Stdin, SymbolKind, Value, joined};
use crate::yaml::Span;

/// How deep folders below a folder are read.
const FOLDERS: usize = 8;

/// How many manifests of folders are read.
const MANIFESTS: usize = 400;

/// Commands that print what an overlay of kustomize comes to.
const BUILDS: [&str; 3] = ["kustomize build", "kubectl kustomize", "oc kustomize"];

/// What one source says.
pub(super) enum Says {
    /// These images.
    Images(Vec<Selected>),
    /// That nothing of it has an image.
    Nothing,
    /// Only the name of a file that is not at hand says that it has none.
    Doubtful(String),
    /// It can't be told.
    Unknown,
}

impl<'d> Reading<'_, 'd> {
    /// The images of what is applied.
    pub(super) fn applied(&self, arguments: &Arguments<'_>) -> Images<'d> {
        let flag = |names: [&str; 2]| arguments.flag(&names.map(str::to_owned));
        let patches = flag(["-p", "--patch"]).into_iter().map(|patch| patched(&patch));
        let joined = arguments.flag(&["-Rf".to_owned()]);
        let below = !joined.is_empty() || arguments.has("-R") || arguments.has("--recursive");
        let files = flag(["-f", "--filename"]).into_iter().chain(joined).flat_map(|file| {
            let paths = file.value.split_on(|c| c == ',').into_iter();
            paths.map(move |path| self.file(&Selected { value: path, place: file.place }, below))
        });
        let overlays = flag(["-k", "--kustomize"]).into_iter().map(|folder| self.overlay(&folder));
        let all: Vec<Says> = patches.chain(files).chain(overlays).collect();
        let mut images: Vec<Reference<'d>> = Vec::new();
        let (mut unknown, mut doubtful) = (all.is_empty(), None);
        for says in all {
            match says {
                Says::Images(found) => images.extend(self.read_references(found)),
                Says::Nothing => {}
                Says::Doubtful(path) => doubtful = Some(path),
                Says::Unknown => unknown = true,
            }
        }
        match (images.is_empty(), unknown, doubtful) {
            (false, ..) => Images::Stated(images),
            (true, true, _) => Images::Hidden,
            (true, false, Some(path)) => Images::Doubtful { path },
            (true, false, None) => Images::None,
        }
    }

    /// What a file, a folder or the input says; of a folder those below it as well where `below` is set.
    pub(super) fn file(&self, file: &Selected, below: bool) -> Says {
        let shown = file.value.to_string();
        if matches!(shown.as_str(), "-" | "/dev/stdin") {
            return self.input();
        }
        if let Some(Some(text)) = self.written(&shown) {
            return self
                .printed(text, file.place)
                .unwrap_or_else(|| meant(self.is_followed(), self.said(text, |_| file.place)));
        }
        let kept = self.written(&shown).is_none() && self.is_followed();
        let Some(path) = file.value.as_literal() else { return Says::Unknown };
        let at_hand = self.at_hand(path);
        if let Some(folder) = at_hand.as_ref().filter(|path| self.files.read(path).is_none())
            && self.files.list(folder).is_some()
        {
            let mut texts = Vec::new();
            let whole = self.manifests(folder, if below { FOLDERS } else { 0 }, &mut texts);
            return match whole {
                true => as_kept(kept, self.said(&Value::literal(texts.join("\n---\n")), |_| file.place)),
                false => Says::Unknown,
            };
        }
        match at_hand.and_then(|path| self.files.read(&path)) {
            Some(text) => as_kept(kept, self.said(&Value::literal(text), |_| file.place)),
            None if says_no_image(path) => Says::Doubtful(path.to_owned()),
            None => Says::Unknown,
        }
    }

    /// What the input says: a here-document, text that another command printed, a file of the repository.
    fn input(&self) -> Says {
        let place = self.invocation.place;
        match (&self.invocation.stdin, &self.invocation.reads.input) {
            (Stdin::File(path), _) => {
                let path = Selected { value: Value::literal(path.as_str()), place };
                if matches!(path.value.as_literal(), Some("-" | "/dev/stdin")) {
                    Says::Unknown
                } else {
                    self.file(&path, false)
                }
            }
            (Stdin::Edited(_), Some(text)) if self.is_followed() => match self.said(text, |_| place) {
                Says::Images(images) if !images.iter().all(|image| is_filled(&image.value)) => Says::Unknown,
                says => says,
            },
            (Stdin::Edited(_), _) => Says::Unknown,
            (Stdin::Document { piece, .. }, Some(text)) => {
                // Lines stay lines, unless a variable brings more of them.
                let same = text.to_string().lines().count() == piece.text.lines().count();
                self.said(text, |line| {
                    if same { line_of(&piece.text, line).map_or(place, |span| piece.place(span)) } else { place }
                })
            }
            (_, Some(text)) => self.printed(text, place).unwrap_or_else(|| self.said(text, |_| place)),
            _ => Says::Unknown,
        }
    }

    /// Collects the manifests of a folder, and of those below it down to a depth; false where one can't be read.
    fn manifests(&self, folder: &str, depth: usize, texts: &mut Vec<String>) -> bool {
        let Some(names) = self.files.list(folder).filter(|_| texts.len() <= MANIFESTS) else { return false };
        let mut whole = true;
        for name in &names {
            let path = format!("{folder}/{name}");
            match self.files.read(&path) {
                Some(text) if is_manifest(name) => texts.push(text),
                Some(_) => {}
                None if depth > 0 && self.files.list(&path).is_some() => {
                    whole &= self.manifests(&path, depth - 1, texts);
                }
                // It is too large, or a folder.
                None => whole &= !is_manifest(name),
            }
        }
        whole
    }

    /// What a text says that kustomize has printed as a whole; `None` for any other text.
    fn printed(&self, text: &Value, place: Place) -> Option<Says> {
        let text = text.clone().trim_newlines();
        let command = text.as_symbol().filter(|one| one.kind == SymbolKind::Command && one.cut.is_empty())?;
        let rendered = self.run.found_mut().rendered.iter().find(|rendered| rendered.command == command.name).cloned();
        if let Some(rendered) = rendered {
            let images =
                rendered.images.into_iter().map(|(value, place)| Selected { value, place }).collect::<Vec<_>>();
            return Some(if images.is_empty() { Says::Unknown } else { Says::Images(images) });
        }
        let rest = BUILDS.iter().find_map(|build| command.name.strip_prefix(build))?;
        let mut words = rest.split_whitespace();
        let mut folder = None;
        while let Some(word) = words.next() {
            match word {
                "-o" | "--output" => return Some(Says::Nothing),
                "--load-restrictor" | "-e" | "--env" | "--network-name" | "--helm-command" => drop(words.next()),
                flag if flag.starts_with('-') => {}
                path => folder = Some(path),
            }
        }
        Some(self.overlay(&Selected { value: Value::literal(folder.unwrap_or(".")), place }))
    }

    /// What a text says.
    fn said(&self, text: &Value, place: impl Fn(usize) -> Place) -> Says {
        let images = stated::images(text);
        if images.is_empty() {
            return if holds_nothing(&stated::marked(text).0) { Says::Nothing } else { Says::Unknown };
        }
        let images: Vec<Selected> =
            images.into_iter().map(|(value, line)| Selected { value, place: place(line) }).collect();
        self.notes_containers(text, &images);
        Says::Images(images)
    }

    /// What an overlay of kustomize says.
    fn overlay(&self, folder: &Selected) -> Says {
        // A folder that a variable names is none at hand; what the script renames in it is known by the same words.
        let path = folder.value.to_string();
        let path = path.as_str();
        if self.written(path).is_some() || !self.is_followed() {
            return Says::Unknown;
        }
        let Some(path) = self.at_hand(path) else { return Says::Unknown };
        let renamed = self.run.found_mut().renamed.clone();
        let overlay = Overlay::read(self.files, &path, &renamed, folder.place);
        if overlay.images.is_empty() {
            return if overlay.whole { Says::Nothing } else { Says::Unknown };
        }
        // What the script renames is meant as it is.
        match meant(
            false,
            Says::Images(overlay.images.iter().filter(|image| image.place == folder.place).cloned().collect()),
        ) {
            Says::Images(_) => Says::Images(overlay.images),
            says => says,
        }
    }

    /// What the script wrote to a path, or changed there.
    pub(super) fn written(&self, path: &str) -> Option<&Option<Value>> {
        let known = self.invocation.reads.written.iter().find(|(word, _)| word == path);
        known.map(|(_, text)| text)
    }

    /// The path from the repository's root of a file that the command names.
    pub(super) fn at_hand(&self, path: &str) -> Option<String> {
        let folder = self.invocation.reads.folder.as_deref()?;
        let outside = path.starts_with(['/', '~']) || folder.starts_with('/') || path.contains("://");
        joined(folder, path).filter(|_| !outside)
    }

    /// Whether nothing ran before in the step that could have changed the repository's files unseen.
    pub(super) fn is_followed(&self) -> bool {
        self.run.is_followed()
    }
}

fn is_manifest(name: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end))
}

/// What a patch says: one without an image changes the number, the labels, the configuration.
fn patched(patch: &Selected) -> Says {
    let images = stated::at(&patch.value, patch.place);
    match patch.value.as_literal() {
        _ if !images.is_empty() => Says::Images(images),
        Some(text) if !text.to_lowercase().contains("image") => Says::Nothing,
        _ => Says::Unknown,
    }
}

/// What files of the repository say; images only where they are surely as they are kept there.
fn as_kept(kept: bool, says: Says) -> Says {
    match says {
        Says::Images(_) if !kept => Says::Unknown,
        says => meant(false, says),
    }
}

/// Images that are written out only where they are no words to be replaced; `anyway` where nothing can replace them.
pub(super) fn meant(anyway: bool, says: Says) -> Says {
    match says {
        Says::Images(images)
            if !anyway
                && images.iter().any(|image| image.value.as_literal().is_some() && !stated::is_meant(&image.value)) =>
        {
            Says::Unknown
        }
        says => says,
    }
}

/// The range of a line, without the blanks before it.
fn line_of(text: &str, line: usize) -> Option<Span> {
    let own = text.split('\n').nth(line)?;
    let start: usize = text.split('\n').take(line).map(|line| line.len() + 1).sum();
    let blanks = own.len() - own.trim_start().len();
    Some(Span::new(start + blanks, start + own.trim_end().len()))
}
