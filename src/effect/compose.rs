//! What compose files say: the images of their services, with what the shell and files of variables put into them.

use std::collections::{HashMap, HashSet};

use super::arguments::Arguments;
use super::command::Reading;
use super::hidden;
use super::selector::Selected;
use super::stated::{marked, unmarked};
use crate::shell::{Lookup, Part, Value, of_other_shell};
use crate::yaml::Document;

/// The files that compose takes by itself: the first of these, and what stands over it.
const COMPOSE: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDES: [&str; 4] =
    ["compose.override.yaml", "compose.override.yml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// The file of variables that it takes by itself.
const ENV: &str = ".env";

/// How deep defaults of defaults are filled in.
const DEPTH: usize = 8;

/// A service of compose files, of which a later one stands over an earlier one.
struct Service {
    name: String,
    image: Option<Value>,
    builds: bool,
    tags: Vec<Value>,
}

/// A file of variables.
struct Variables {
    values: HashMap<String, Value>,
    /// Whether the script wrote it.
    written: bool,
}

impl Reading<'_, '_> {
    /// The images of the compose files at hand, for the services that the command names; `made` are those that it builds and
    /// pushes. `None` where no such file is at hand.
    pub(super) fn composed(&self, arguments: &Arguments<'_>, made: bool) -> Option<Vec<Selected>> {
        let flags = ["-f", "--file", "-c", "--compose-file"].map(str::to_owned);
        let named = arguments.flag(&flags);
        let mut paths: Vec<String> =
            named.iter().filter_map(|path| path.value.as_literal().map(str::to_owned)).collect();
        if named.is_empty() {
            // On another machine lies what was copied there, before anything that the repository keeps.
            let first = |names: &[&str]| {
                let copied = names.iter().find(|path| self.copied_file(path, true).is_some());
                let found = copied.or_else(|| names.iter().find(|path| self.compose_file(path).is_some()));
                found.map(|path| (*path).to_owned())
            };
            paths = first(&COMPOSE).into_iter().chain(first(&OVERRIDES)).collect();
        }
        let services = read_services(paths.iter().filter_map(|path| self.compose_file(path)));
        if services.is_empty() {
            return None;
        }
        // A stack is deployed whole: the word behind is its name, not a service's. It takes no file of variables.
        let whole = arguments.phrase().first().is_some_and(|word| word == "stack");
        let variables = if whole { Vec::new() } else { self.variables_of(arguments, paths.first()) };
        let wanted: Vec<&str> = arguments.plain_values().filter(|_| !whole).filter_map(Value::as_literal).collect();
        let chosen = |service: &&Service| {
            (wanted.is_empty() || wanted.contains(&service.name.as_str())) && (!made || service.builds)
        };
        let names = |service: &Service| {
            let tags = if made { service.tags.clone() } else { Vec::new() };
            service.image.clone().into_iter().chain(tags).collect::<Vec<_>>()
        };
        let images = services.iter().filter(chosen).flat_map(names);
        let filled = |image: Value| Selected {
            value: self.filled_in(&image, arguments, &variables, 0),
            place: arguments.place(),
        };
        Some(images.map(filled).collect())
    }

    /// The text of a compose file: as the script wrote it, as it was copied to the machine, or as the repository keeps it.
    fn compose_file(&self, path: &str) -> Option<Value> {
        self.file_of_machine(path, true)
    }

    /// The text of a file on the machine on which the command runs. A file of the repository itself (`kept`) may lie there too,
    /// and an unseen change of it is not looked for.
    fn file_of_machine(&self, path: &str, kept: bool) -> Option<Value> {
        let own = || self.file_here(&self.scope.leads(&Value::literal(path)).inside()?, kept);
        self.copied_file(path, kept).or_else(|| own().filter(|_| kept || !self.scope.is_away()))
    }

    /// The text of a file that was copied to the machine on which the command runs.
    fn copied_file(&self, path: &str, kept: bool) -> Option<Value> {
        if !self.scope.is_away() {
            return None;
        }
        self.scope.copied_from(path).iter().find_map(|path| self.file_here(path, kept))
    }

    fn file_here(&self, path: &str, kept: bool) -> Option<Value> {
        match self.scope.written.text(path) {
            Some(text) => text.clone(),
            None if kept || self.is_followed() => self.files.read(path).map(Value::literal),
            None => None,
        }
    }

    /// The files of variables that are read, the strongest first.
    fn variables_of(&self, arguments: &Arguments<'_>, compose: Option<&String>) -> Vec<Variables> {
        let named = arguments.flag(&["--env-file".to_owned()]);
        let beside = || {
            let folder = arguments.flag(&["--project-directory".to_owned()]).pop();
            let folder = folder.map(|folder| folder.value.to_string());
            let folder = folder.or_else(|| Some(compose?.rsplit_once('/')?.0.to_owned()));
            folder.map_or_else(|| ENV.to_owned(), |folder| format!("{folder}/{ENV}"))
        };
        let paths: Vec<String> = match named.as_slice() {
            [] => vec![beside()],
            named => named.iter().rev().map(|path| path.value.to_string()).collect(),
        };
        let read = |path: &String| {
            let text = self.file_of_machine(path, false)?;
            let own = self.scope.leads(&Value::literal(path.as_str())).inside();
            let written = own.is_some_and(|own| matches!(self.scope.written.text(&own), Some(Some(_))));
            Some(Variables { values: set_by(&text), written })
        };
        paths.iter().filter_map(read).collect()
    }

    /// A text as compose fills it in.
    fn filled_in(&self, text: &Value, arguments: &Arguments<'_>, variables: &[Variables], depth: usize) -> Value {
        let mut filled = Value::default();
        for part in text.parts() {
            match part {
                Part::Symbol(_) => filled.push(part.clone()),
                Part::Literal(text) if depth < DEPTH => filled.extend(&hidden::replaced(text, |name, expression| {
                    let operator = expression.get(name.len()..).unwrap_or("");
                    self.filled_name(name, operator, arguments, variables, depth)
                })),
                Part::Literal(text) => filled.push_literal(text),
            }
        }
        filled
    }

    /// What stands in the place of `${NAME}`, `${NAME:-default}` and their kin.
    fn filled_name(
        &self,
        name: &str,
        operator: &str,
        arguments: &Arguments<'_>,
        variables: &[Variables],
        depth: usize,
    ) -> Value {
        let default = operator.strip_prefix(":-").or_else(|| operator.strip_prefix('-'));
        let default = || default.map(|text| self.filled_in(&Value::literal(text), arguments, variables, depth + 1));
        let or_default = |value: Value| match default() {
            Some(default) => Value::one_of(vec![value, default]),
            None => value,
        };
        if operator.trim_start_matches(':').starts_with('+') {
            return Value::opaque(format!("${{{name}{operator}}}"));
        }
        if let Some(values) = arguments.known(name, self.scope) {
            let each = values.iter().map(|value| match default() {
                Some(default) if value.is_empty() && operator.starts_with(':') => default,
                _ => value.clone(),
            });
            return Value::one_of(each.collect());
        }
        if let Some((value, written)) =
            variables.iter().find_map(|own| Some((own.values.get(name)?.clone(), own.written)))
        {
            let value = match value.as_literal() {
                // The file is filled in, too, from what stands before.
                Some(text) if text.contains('$') => self.filled_in(&value, arguments, &[], depth + 1),
                Some("") if operator.starts_with(':') => default().unwrap_or(value),
                _ => value,
            };
            // A variable of the environment stands over what the repository keeps, and that may be edited unseen.
            return if written { value } else { Value::one_of(vec![Value::variable(name), value]) };
        }
        if self.scope.is_away() {
            // Another machine may have a value for each name, and has none of what is set here.
            return match operator {
                "" => of_other_shell(name),
                operator => of_other_shell(&format!("{{{name}{operator}}}")),
            };
        }
        match self.run.variable(name) {
            Lookup::Unset => default().unwrap_or_else(|| Value::variable(name)),
            Lookup::Set => Value::variable(name),
            Lookup::Known(values) => Value::one_of(values),
            Lookup::Handed(value) => or_default(value),
            Lookup::Unknown => or_default(Value::variable(name)),
        }
    }
}

/// The services of some files, in order.
fn read_services(texts: impl Iterator<Item = Value>) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for text in texts {
        let (text, symbols) = marked(&text);
        let document = Document::read(text);
        let value = |text: &str| unmarked(text, &symbols);
        let Some(found) = document.root().and_then(|root| root.get("services")) else { continue };
        for entry in found.entries() {
            let at = *places.entry(entry.name().to_owned()).or_insert_with(|| {
                services.push(Service { name: entry.name().to_owned(), image: None, builds: false, tags: Vec::new() });
                services.len() - 1
            });
            let Some(service) = services.get_mut(at) else { continue };
            let build = entry.value.get("build");
            let image = entry.value.get("image").and_then(|image| image.text()).map(value);
            service.image = image.or_else(|| service.image.take());
            service.builds |= build.is_some();
            let tags = build.and_then(|build| build.get("tags")).into_iter().flat_map(|tags| tags.items());
            service.tags.extend(tags.filter_map(|tag| tag.text()).map(value));
        }
    }
    services
}

/// What a file of variables sets, on each way on which it may have been written.
fn set_by(text: &Value) -> HashMap<String, Value> {
    let of_line = |line: &Value| {
        let (own, value) = line.split_once("=")?;
        let own = own.as_literal()?.trim();
        Some((own.strip_prefix("export ").unwrap_or(own).trim().to_owned(), without_quotes(value)))
    };
    let set = |text: &Value| text.lines().iter().filter_map(of_line).collect::<HashMap<String, Value>>();
    let ways: Vec<HashMap<String, Value>> = text.alternatives().iter().map(set).collect();
    let names: HashSet<&String> = ways.iter().flat_map(HashMap::keys).collect();
    let value = |name: &String| {
        let each = ways.iter().map(|way| way.get(name).cloned().unwrap_or_else(|| Value::variable(name)));
        Value::one_of(each.collect())
    };
    names.into_iter().map(|name| (name.clone(), value(name))).collect()
}

/// A value without the quotes around it, or without the comment behind it.
fn without_quotes(value: Value) -> Value {
    for quote in ["\"", "'"] {
        let inner = value.strip_prefix(quote).and_then(|rest| rest.rsplit_once(quote));
        if let Some((inner, _)) = inner {
            return inner;
        }
    }
    match value.split_once(" #") {
        Some((before, _)) => before,
        None => value,
    }
}
