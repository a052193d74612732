//! Images among the settings that a command is given: `-var image=…`, `--images app=…`, `--parameter-overrides Image=…`; in
//! variables (`TF_VAR_image_tag`), in files of variables, and by commands before it (`pulumi config set`, `terraform plan`).

use super::arguments::Arguments;
use super::command::Reading;
use super::selector::Selected;
use super::stated;
use crate::shell::{Place, Value, Written, join};

/// Flags whose values are images, or names with the images that they stand for.
const IMAGES: [&str; 2] = ["--images", "-i"];

/// Flags whose values are settings by name.
const SETTINGS: [&str; 9] =
    ["-var", "--var", "--parameter-overrides", "--parameters", "-p", "--param", "-c", "--context", "--config"];

/// How the names of variables begin that set those of Terraform and its kin.
const VARIABLE: &str = "TF_VAR_";

/// How those begin that set the variables of a job of Nomad.
const NOMAD_VARIABLE: &str = "NOMAD_VAR_";

/// Flags with definitions in which images stand.
const DEFINITIONS: [&str; 2] = ["--container-definitions", "--source-configuration"];

/// The image of a template or a service, which may be somebody else's.
pub(super) const UNNAMED_IMAGE: &str = "the service's image";

/// The images that a command is given; a tag alone is one of an image whose name stands elsewhere.
pub(super) fn images(arguments: &Arguments<'_>) -> Vec<Selected> {
    let mut found = Vec::new();
    for (flag, value, place) in arguments.flag_values() {
        if DEFINITIONS.contains(&flag) {
            found.extend(stated::at(value, place));
            found.extend(shorthand(value).map(|value| Selected { value, place }));
        } else if flag == "--tag" || flag == "-t" {
            found.push(Selected { value: tagged(value), place });
        } else if IMAGES.contains(&flag) {
            let images = value.split_on(|c| c == ',').into_iter();
            found.extend(images.map(|image| Selected { value: right_of(&image), place }));
        } else if are_parameters(flag) {
            found.extend(settings(value).map(|value| Selected { value, place }));
        } else if SETTINGS.contains(&flag) {
            found.extend(setting(value).map(|value| Selected { value, place }));
        }
    }
    // `--parameter-overrides A=1 B=2` has more than one word.
    if arguments.flag_values().any(|(flag, ..)| are_parameters(flag)) {
        let words = (1..=arguments.plain_count()).filter_map(|number| arguments.plain(number));
        found.extend(
            words.flat_map(|word| settings(&word.value).map(move |value| Selected { value, place: word.place })),
        );
    }
    found
}

/// The image in the short form of a definition: `ImageRepository={ImageIdentifier=r.io/a:1,ImageRepositoryType=ECR}`.
fn shorthand(definition: &Value) -> Option<Value> {
    let (_, behind) = definition.split_once("ImageIdentifier=")?;
    behind.split_on(|c| matches!(c, ',' | '}')).into_iter().next()
}

/// A setting that a command leaves for one after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// What reads it: the program, or the path of the file of a plan.
    reader: String,
    image: Value,
    /// Where it is written; nothing in a step to which a file was handed.
    place: Option<Place>,
}

impl Told {
    /// The file in which it is kept, by its path from the repository's root.
    pub fn file(&self) -> &str {
        &self.reader
    }

    /// As another step finds it.
    #[must_use]
    pub fn handed_on(&self) -> Self {
        Self { place: None, ..self.clone() }
    }
}

/// What a step finds that others left for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// The files with what stands in them.
    pub written: Written,
    /// The settings in saved plans.
    pub told: Vec<Told>,
}

impl Reading<'_, '_> {
    /// The images that a command is given by its words, and by all else from which its program takes settings.
    pub(super) fn given(&self, arguments: &Arguments<'_>) -> Vec<Selected> {
        let found = images(arguments);
        // What is written on the line stands before all else.
        match self.invocation.name() {
            _ if !found.is_empty() => found,
            Some("terraform" | "tofu" | "terragrunt") => match arguments.plain(1) {
                // A plan holds all its settings.
                Some(plan) => self.told(&self.path_of(arguments, &plan.value).to_string()),
                None => self.of_variables(arguments),
            },
            Some("pulumi") => self.told(&stack(arguments)),
            Some("nomad") => self.of_environment(NOMAD_VARIABLE),
            _ => found,
        }
    }

    /// Keeps what `terraform plan -out=FILE` or `pulumi config set` leaves for the command that deploys.
    pub(super) fn tells(&self, arguments: &Arguments<'_>) {
        let told = if self.invocation.name() == Some("pulumi") {
            let words: Vec<Selected> = (1..=arguments.plain_count()).filter_map(|at| arguments.plain(at)).collect();
            let pair = match words.as_slice() {
                [name, value] => Some(Selected { value: join([&name.value, &value.value], "="), place: value.place }),
                _ => None,
            };
            let image = pair.and_then(|pair| Some((setting(&pair.value)?, pair.place)));
            let reader = stack(arguments);
            image.into_iter().map(|(image, place)| Told { reader: reader.clone(), image, place: Some(place) }).collect()
        } else {
            let Some(plan) = arguments.flag(&["-out".to_owned(), "--out".to_owned()]).pop() else { return };
            let reader = self.path_of(arguments, &plan.value).to_string();
            let mut images = images(arguments);
            if images.is_empty() {
                images = self.of_variables(arguments);
            }
            let told = |image: Selected| Told { reader: reader.clone(), image: image.value, place: Some(image.place) };
            images.into_iter().map(told).collect::<Vec<Told>>()
        };
        // What is set anew stands in the place of what was.
        let mut found = self.run.found_mut();
        found.told.retain(|one| !told.iter().any(|new| new.reader == one.reader));
        found.told.extend(told);
    }

    fn told(&self, reader: &str) -> Vec<Selected> {
        let found = self.run.found_mut();
        let own = found.told.iter().filter(|told| told.reader == reader);
        let here = self.invocation.place;
        own.map(|told| Selected { value: told.image.clone(), place: told.place.unwrap_or(here) }).collect()
    }

    /// What variables of the environment and files of variables set.
    fn of_variables(&self, arguments: &Arguments<'_>) -> Vec<Selected> {
        let place = self.invocation.place;
        let of_file = |file: &Value, place: Place| {
            let text = self.file_text(&in_folder(arguments, file));
            let pairs: Vec<Value> = text.iter().flat_map(assignments).collect();
            let images = pairs.into_iter().filter_map(|pair| Some(Selected { value: setting(&pair)?, place }));
            images.collect::<Vec<Selected>>()
        };
        // The strongest first.
        let named = arguments.flag(&["-var-file".to_owned(), "--var-file".to_owned()]);
        let named: Vec<Selected> = named.iter().flat_map(|file| of_file(&file.value, file.place)).collect();
        if !named.is_empty() {
            return named;
        }
        let loaded = self.loaded(arguments).into_iter().rev().map(|name| of_file(&Value::literal(name), place));
        loaded.into_iter().find(|images| !images.is_empty()).unwrap_or_else(|| self.of_environment(VARIABLE))
    }

    /// What variables of the environment set whose names begin so.
    fn of_environment(&self, begin: &str) -> Vec<Selected> {
        let place = self.invocation.place;
        let own = self.invocation.assignments.iter().map(|(name, values)| (name.as_str(), values.as_slice()));
        let set = self.scope.variables().filter(|(name, _)| !own.clone().any(|(before, _)| before == *name));
        let variables = own.clone().chain(set).filter_map(|(name, values)| {
            let pair = join_pair(name.strip_prefix(begin)?, &Value::one_of(values.to_vec()));
            Some(Selected { value: setting(&pair)?, place })
        });
        variables.collect()
    }

    /// The files of variables at hand which Terraform loads without being told, the weakest first.
    fn loaded(&self, arguments: &Arguments<'_>) -> Vec<String> {
        let folder = in_folder(arguments, &Value::literal("."));
        let folder = folder.as_literal().and_then(|path| self.at_hand(path));
        let mut names = folder.and_then(|folder| self.files.list(&folder)).unwrap_or_default();
        // Those that the script wrote are there, too.
        let below = in_folder(arguments, &Value::default()).to_string();
        let written = self.invocation.reads.written.iter().filter_map(|(path, _)| path.strip_prefix(&below));
        names.extend(written.filter(|name| !name.contains('/')).map(str::to_owned));
        names.sort();
        names.dedup();
        let by_itself = names.into_iter().filter(|name| name.ends_with(".auto.tfvars"));
        std::iter::once("terraform.tfvars".to_owned()).chain(by_itself).collect()
    }

    /// The path of a file that a command of Terraform names, from the repository's root where that can be told.
    fn path_of(&self, arguments: &Arguments<'_>, file: &Value) -> Value {
        let path = in_folder(arguments, file);
        path.as_literal().and_then(|path| self.at_hand(path)).map_or(path, Value::literal)
    }

    /// The text of a file that the script wrote, or that is at hand as it is kept.
    fn file_text(&self, path: &Value) -> Option<Value> {
        match self.written(&path.to_string()) {
            Some(text) => text.clone(),
            None if self.is_followed() => {
                self.at_hand(path.as_literal()?).and_then(|path| self.files.read(&path)).map(Value::literal)
            }
            None => None,
        }
    }
}

/// A path that is seen from the folder which `-chdir` names.
fn in_folder(arguments: &Arguments<'_>, path: &Value) -> Value {
    match arguments.flag(&["-chdir".to_owned()]).pop() {
        Some(folder) => join([&folder.value, path], "/"),
        None => path.clone(),
    }
}

/// What a stack of Pulumi is told under.
fn stack(arguments: &Arguments<'_>) -> String {
    let named = arguments.flag(&["--stack".to_owned(), "-s".to_owned()]).pop();
    format!("pulumi {}", named.map_or_else(String::new, |stack| stack.value.to_string()))
}

/// `name = "value"`, line by line, as `name=value`.
fn assignments(text: &Value) -> Vec<Value> {
    let lines = text.split_on(|c| c == '\n').into_iter();
    let pair = |line: Value| {
        let (name, value) = line.split_once("=")?;
        let name = name.as_literal()?.trim().to_owned();
        if name.starts_with(['#', '/']) {
            return None;
        }
        let value = value.split_on(|c| c == '"' || c.is_whitespace());
        match value.as_slice() {
            [value] => Some(join_pair(&name, value)),
            _ => None,
        }
    };
    lines.filter_map(pair).collect()
}

fn join_pair(name: &str, value: &Value) -> Value {
    join([&Value::literal(name), value], "=")
}

/// The images among Ansible's variables, of which a word may hold more than one: `-e "image=r.io/a:1 env=staging"`, `-e
/// '{"image": "r.io/a:1"}'`.
pub(super) fn variables(arguments: &Arguments<'_>) -> Vec<Selected> {
    let words = arguments.flag(&["-e".to_owned(), "--extra-vars".to_owned()]);
    let pairs = |word: &Value| {
        if word.literal_prefix().starts_with('{') {
            stated::pairs(word).into_iter().map(|(name, value)| join_pair(&name, &value)).collect()
        } else {
            word.split_on(char::is_whitespace)
        }
    };
    let settings = words.iter().flat_map(|word| {
        pairs(&word.value).into_iter().filter_map(|pair| {
            let tag = pair.split_once("=").filter(|(name, _)| name.as_literal() == Some("tag"));
            let value = setting(&pair).or_else(|| Some(tagged(&tag?.1)))?;
            Some(Selected { value, place: word.place })
        })
    });
    settings.collect()
}

/// Whether a flag is one of which a word may hold several settings, with blanks between them: `"Image=r.io/a:1 Stage=staging"`.
fn are_parameters(flag: &str) -> bool {
    SETTINGS.contains(&flag) && flag.trim_start_matches('-').starts_with('p')
}

/// The images that the settings of a word are about.
fn settings(word: &Value) -> impl Iterator<Item = Value> + use<> {
    word.split_on(char::is_whitespace).into_iter().filter_map(|pair| setting(&pair))
}

/// The image that one setting is about: by its name, a whole reference or a tag.
fn setting(pair: &Value) -> Option<Value> {
    // `ParameterKey=Image,ParameterValue=r.io/a:1`
    let long = pair.strip_prefix("ParameterKey=").and_then(|rest| rest.split_once(",ParameterValue="));
    let (name, value) = long.or_else(|| pair.split_once("="))?;
    let name: String =
        name.as_literal()?.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    if name.ends_with("imagetag") || name.ends_with("imageversion") {
        return Some(tagged(&value));
    }
    let whole = ["image", "imageuri", "imageurl", "imagename", "dockerimage", "containerimage"]
        .iter()
        .any(|end| name.ends_with(end));
    // A name without a tag may be put together with one elsewhere.
    (whole && value.literal_contains(":")).then_some(value)
}

fn tagged(tag: &Value) -> Value {
    join([&Value::opaque(UNNAMED_IMAGE), tag], ":")
}

fn right_of(pair: &Value) -> Value {
    pair.split_once("=").map_or_else(|| pair.clone(), |(_, image)| image)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_an_image_by_its_name() {
        let read = |text: &str| setting(&Value::literal(text)).map(|value| value.to_string());
        assert_eq!(read("image=r.io/a:1").as_deref(), Some("r.io/a:1"));
        assert_eq!(read("ApiImageUri=r.io/a:1").as_deref(), Some("r.io/a:1"));
        assert_eq!(read("ParameterKey=Image,ParameterValue=r.io/a:1").as_deref(), Some("r.io/a:1"));
        assert_eq!(read("image_tag=1").as_deref(), Some("<the service's image>:1"));
        for none in ["image=r.io/a", "Env=a:b", "imagePullPolicy=x:y", "image"] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
