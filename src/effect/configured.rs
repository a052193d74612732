//! What a tool's own file at hand says: the images that Cloud Build makes, those of a service, the task of ecspresso.

use super::applied::Says;
use super::arguments::Arguments;
use super::catalogue::Command;
use super::command::Reading;
use super::given;
use super::hidden;
use super::model::{AtHand, Images, Kind, Opaque};
use super::runner;
use super::selector::Selected;
use crate::shell::{Value, join, joined};
use crate::yaml::{Document, Node};

/// What Cloud Build finds by itself in the folder that is submitted.
const CLOUD_BUILD: [&str; 3] = ["cloudbuild.yaml", "cloudbuild.yml", "cloudbuild.json"];

/// The file by which Kamal deploys.
const KAMAL: &str = "config/deploy.yml";

/// Words in a step's image or arguments that make an image.
const BUILDERS: [&str; 7] = ["build", "buildx", "kaniko", "pack", "buildpacks", "ko", "jib"];

impl<'d> Reading<'_, 'd> {
    /// The images of the file that a command is told to deploy by.
    pub(super) fn of_file(&self, arguments: &Arguments<'_>) -> Images<'d> {
        let flags = ["--yaml", "--file", "-f"].map(str::to_owned);
        let files: Vec<Selected> = arguments.flag(&flags).into_iter().chain(arguments.plain(1)).collect();
        self.stated_in(files.first())
    }

    /// The images of the task that ecspresso is configured to run.
    pub(super) fn ecspresso(&self, arguments: &Arguments<'_>) -> Images<'d> {
        let named = arguments.flag(&["--config".to_owned()]).into_iter().next();
        let config = named.map_or_else(|| Value::literal("ecspresso.yml"), |named| named.value);
        let task = config.as_literal().and_then(|path| {
            let document = Document::read(self.files.read(&self.at_hand(path)?)?);
            let task = document.root()?.get("task_definition")?.text()?.to_owned();
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            joined(folder, &task)
                .filter(|_| task.ends_with(".json") || task.ends_with(".yaml") || task.ends_with(".yml"))
        });
        let task = task.map(|path| Selected { value: Value::literal(path), place: arguments.place() });
        self.stated_in(task.as_ref())
    }

    fn stated_in(&self, file: Option<&Selected>) -> Images<'d> {
        match file.map(|file| self.images_of(self.file(file, false))) {
            None | Some(Images::None) => Images::Hidden,
            Some(images) => images,
        }
    }

    /// The images of a file without which none can be told.
    pub(super) fn images_of(&self, says: Says) -> Images<'d> {
        match says {
            Says::Images(images) => Images::Stated(self.read_references(images)),
            Says::Nothing => Images::None,
            Says::Doubtful(_) | Says::Unknown => Images::Hidden,
        }
    }

    /// What Cloud Build does by its file, where that is at hand.
    pub(super) fn cloud_build(&self, arguments: &Arguments<'_>) {
        let tags = arguments.flag(&["--tag".to_owned(), "-t".to_owned()]);
        let named = arguments.flag(&["--config".to_owned()]).into_iter().next();
        let paths = match &named {
            Some(named) => vec![named.value.as_literal().unwrap_or("").to_owned()],
            None => CLOUD_BUILD.map(str::to_owned).to_vec(),
        };
        let text = paths.iter().filter(|_| tags.is_empty()).find_map(|path| self.files.read(&self.at_hand(path)?));
        let Some(text) = text else {
            let references = self.read_references(tags);
            self.push(Kind::Build { references, pushes: true }, self.short(), Vec::new());
            return;
        };
        let document = Document::read(text);
        let images: Vec<Value> = texts(document.root().and_then(|root| root.get("images")))
            .map(|image| substituted(image, document.root(), arguments))
            .collect();
        let steps = document.root().and_then(|root| root.get("steps"));
        let builds = steps.into_iter().flat_map(|steps| steps.items().collect::<Vec<_>>()).any(|step| {
            let words = texts(step.get("name")).chain(texts(step.get("args")));
            words.flat_map(|text| text.split(|c: char| !c.is_alphanumeric())).any(|word| BUILDERS.contains(&word))
        });
        if images.is_empty() && !builds {
            // It may do anything else, as the steps say.
            self.push(Kind::Opaque(Opaque::Command { name: self.short() }), self.short(), self.words(&[]));
            return;
        }
        let place = arguments.place();
        let images = images.into_iter().map(|value| Selected { value, place }).collect();
        let references = self.read_references(images);
        self.push(Kind::Build { references, pushes: true }, self.short(), Vec::new());
    }

    /// What Earthly builds, told by the names of the targets that it is asked for: an image where one says so or all are pushed,
    /// nothing where each only tests or looks at code, else it can't be told.
    pub(super) fn earthly(&self, command: &Command, arguments: &Arguments<'_>) {
        let targets: Vec<String> = arguments.plain_values().map(Value::to_string).collect();
        let names: Vec<&str> = targets.iter().filter_map(|word| Some(word.rsplit_once('+')?.1)).collect();
        let builds = |name: &&str| runner::is_telling(name) || name.contains('$');
        if arguments.has("--push") || names.iter().any(builds) {
            self.build(command, arguments);
        } else if names.iter().all(|name| self.catalogue.is_plain_task(name)) {
            self.nothing();
        } else {
            let name = format!("earthly {}", targets.join(" "));
            let target = Opaque::Target { name, telling: false, at_hand: AtHand::No };
            self.push(Kind::Opaque(target), self.short(), self.words(&[]));
        }
    }

    /// The image of Kamal's file, where that is at hand, with the version that it is told as its tag.
    pub(super) fn of_version(&self, arguments: &Arguments<'_>) -> Option<Selected> {
        let one = |flags: &[&str]| {
            arguments.flag(&flags.iter().map(|flag| (*flag).to_owned()).collect::<Vec<_>>()).into_iter().next()
        };
        // Without one of these it deploys what it builds itself.
        let builds = !arguments.has("--skip-push") && !arguments.has("-P");
        let version = one(&["--version"]).filter(|_| !builds)?;
        let path = one(&["-c", "--config-file"]).map_or_else(|| KAMAL.to_owned(), |path| path.value.to_string());
        let path = self.scope.leads(&Value::literal(path)).inside();
        let document = path.and_then(|path| self.files.read(&path)).map(Document::read);
        let root = document.as_ref().and_then(Document::root);
        let image = root.and_then(|root| root.get("image")?.text()).filter(|image| !image.contains("<%"));
        let server = root.and_then(|root| root.get("registry")?.get("server")?.text());
        let named = image
            .map(|image| Value::literal(server.map_or_else(|| image.to_owned(), |server| format!("{server}/{image}"))));
        let image = named.unwrap_or_else(|| Value::opaque(given::UNNAMED_IMAGE));
        Some(Selected { value: join([&image, &version.value], ":"), place: version.place })
    }

    /// Whether a build by werf is forbidden: what is not there yet makes it fail.
    pub(super) fn builds_nothing(&self) -> bool {
        ["WERF_REQUIRE_BUILT_IMAGES", "WERF_SKIP_BUILD"].iter().any(|name| {
            let own =
                self.invocation.assignments.iter().find(|(own, _)| own == name).map(|(_, values)| values.as_slice());
            let values = own.or_else(|| self.scope.get(name)).unwrap_or_default();
            values.iter().any(|value| matches!(value.as_literal(), Some("1" | "true")))
        })
    }
}

/// The texts of a list, or one text.
fn texts<'d>(node: Option<Node<'d>>) -> impl Iterator<Item = &'d str> {
    let nodes = node.into_iter().flat_map(|node| node.items().chain([node]).collect::<Vec<_>>());
    nodes.filter_map(|node| node.text())
}

/// An image's name with what Cloud Build puts in the place of `$PROJECT_ID`, `$COMMIT_SHA` and `$_OWN`. Of the names that it knows
/// by itself those of the commit are empty where nothing gives them, so they can't be told.
fn substituted(image: &str, root: Option<Node<'_>>, arguments: &Arguments<'_>) -> Value {
    let given: Vec<(String, Value)> = arguments
        .flag(&["--substitutions".to_owned()])
        .into_iter()
        .flat_map(|flag| flag.value.split_on(|c| c == ','))
        .filter_map(|pair| pair.split_once("="))
        .filter_map(|(name, value)| Some((name.as_literal()?.to_owned(), value)))
        .chain(root.and_then(|root| root.get("substitutions")).into_iter().flat_map(|map| {
            map.entries()
                .filter_map(|entry| Some((entry.name().to_owned(), Value::literal(entry.value.text()?))))
                .collect::<Vec<_>>()
        }))
        .chain(arguments.flag(&["--project".to_owned()]).into_iter().map(|flag| ("PROJECT_ID".to_owned(), flag.value)))
        .chain([("PROJECT_ID".to_owned(), Value::variable("PROJECT_ID"))])
        .collect();
    hidden::interpolated_or(image, |name| {
        given
            .iter()
            .find(|(own, _)| own == name)
            .map_or_else(|| Value::opaque(format!("${name} of Cloud Build")), |(_, value)| value.clone())
    })
}

/// Whether an image that was filled in has nothing left in it that stands for something else.
pub(super) fn is_filled(image: &Value) -> bool {
    !["{", "}", "<", ">", "__", "$", "%", "@@"].iter().any(|mark| image.literal_contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cloud_build_puts_what_it_is_given_in_the_place_of_its_names() {
        let document = Document::read("substitutions: {_REGION: eu}");
        let image = |text: &str| {
            let place = crate::shell::Place { source: 0, span: crate::yaml::Span::default() };
            let none = Arguments::of_pipe(place, Vec::new());
            substituted(text, document.root(), &none).to_string()
        };
        assert_eq!(image("${_REGION}.gcr.io/$PROJECT_ID/app:v1"), "eu.gcr.io/$PROJECT_ID/app:v1");
        assert_eq!(image("a:$SHORT_SHA"), "a:<$SHORT_SHA of Cloud Build>");
    }

    #[test]
    fn what_is_left_to_be_filled_in_is_no_image() {
        assert!(is_filled(&Value::literal("r.io/App:rc-1")));
        for text in ["r.io/app:__TAG__", "{{IMAGE}}", "app:${TAG}", "app:<tag>"] {
            assert!(!is_filled(&Value::literal(text)), "{text}");
        }
    }
}
