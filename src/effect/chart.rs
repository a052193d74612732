//! Helm: the images among a chart's values, from files at hand and from what the command sets over them.

use super::arguments::Arguments;
use super::command::Reading;
use super::reference::unnamed_registry;
use super::selector::Selected;
use super::stated::{is_meant, is_whole, marked, unmarked};
use crate::shell::{Part, Place, Value, join};
use crate::yaml::{Document, Node};

/// The image of a chart that may be somebody else's.
pub(super) const FETCHED_IMAGE: &str = "the fetched chart's image";

/// The image of a chart that is at home here.
pub(super) const OWN_IMAGE: &str = "the chart's image";

/// Words of values that hold an image, or a part of its name.
const PARTS: [&str; 10] = [
    "repository",
    "name",
    "image",
    "imageRepository",
    "registry",
    "imageRegistry",
    "tag",
    "imageTag",
    "image_tag",
    "digest",
];

/// How deep the maps of a values file are read.
const DEPTH: usize = 12;

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// In the command.
    Command,
    /// In a file that the script wrote for it.
    Written,
    /// In a file of the repository, where it may be a word to be replaced, or about somebody else's image.
    Kept,
}

/// One value.
#[derive(Clone, Debug)]
struct Setting {
    key: String,
    value: Value,
    place: Place,
    source: Source,
}

impl Setting {
    fn is_kept(&self) -> bool {
        self.source == Source::Kept
    }
}

/// The values of a chart, those that win last.
#[derive(Debug, Default)]
struct Settings(Vec<Setting>);

/// An image of the values.
#[derive(Clone, Debug)]
pub(super) struct ChartImage {
    /// Its name.
    pub(super) selected: Selected,
    /// Whether all of it stands in files of the repository.
    pub(super) in_files: bool,
}

/// The images that a command or a pipe itself is told to set.
pub(super) fn set(arguments: &Arguments<'_>) -> Vec<Selected> {
    let mut settings = Settings::default();
    settings.set(arguments);
    settings.images(arguments).into_iter().map(|image| image.selected).collect()
}

impl Reading<'_, '_> {
    /// The images that a chart is deployed with.
    pub(super) fn chart(&self, arguments: &Arguments<'_>) -> Vec<ChartImage> {
        let mut settings = Settings::default();
        if self.invocation.name() == Some("helm") {
            self.chart_files(arguments, &mut settings);
        }
        settings.set(arguments);
        settings.images(arguments)
    }

    /// The values of the chart at hand, and of the files that the command names over them. One that can't be read may say
    /// anything, so what stands in those before it is not known any more.
    fn chart_files(&self, arguments: &Arguments<'_>, settings: &mut Settings) {
        // What an earlier release was given wins over the chart's own values.
        let reused = arguments.has("--reuse-values") || arguments.has("--reset-then-reuse-values");
        let unclear = ["--set-file", "--set-literal"].iter().any(|flag| arguments.has(flag));
        if unclear || !self.is_followed() {
            return;
        }
        let chart = arguments.plain(arguments.plain_count()).filter(|_| !reused);
        if let Some(chart) = chart
            && let Some((text, source)) =
                chart.value.as_literal().and_then(|chart| self.values_file(&format!("{chart}/values.yaml")))
        {
            settings.read(&text, chart.place, source);
        }
        for (_, value, place) in arguments.flag_values().filter(|(flag, ..)| matches!(*flag, "-f" | "--values")) {
            for path in value.split_on(|c| c == ',') {
                match self.values_file(&path.to_string()) {
                    Some((text, source)) => settings.read(&text, place, source),
                    None => settings.0.clear(),
                }
            }
        }
    }

    /// The text of a file that the script wrote, or that is at hand and not touched by it.
    fn values_file(&self, path: &str) -> Option<(Value, Source)> {
        match self.written(path) {
            _ if matches!(path, "-" | "/dev/stdin") => Some((self.invocation.reads.input.clone()?, Source::Written)),
            Some(text) => Some((text.clone()?, Source::Written)),
            None => Some((Value::literal(self.files.read(&self.at_hand(path)?)?), Source::Kept)),
        }
    }
}

impl Settings {
    /// The name of an image whose repository is set without a registry of its own: the chart's values may have one.
    fn named(&self, repository: &Setting, name: Option<&Setting>) -> Value {
        let value = &repository.value;
        if let Some(name) = name.filter(|name| !std::ptr::eq(*name, repository)) {
            return join([value, &name.value], "/");
        }
        let is_registry = |setting: &Setting| {
            let last = setting.key.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
            setting.source == Source::Command && (last.contains("registry") || last.ends_with("host"))
        };
        let bare = value.as_literal().is_some_and(|text| {
            let first = text.split('/').next().unwrap_or(text);
            !first.contains(['.', ':']) && (!text.contains('/') || self.0.iter().any(is_registry))
        });
        match bare && repository.source == Source::Command {
            true => join([&unnamed_registry(), value], "/"),
            false => value.clone(),
        }
    }

    fn read(&mut self, text: &Value, place: Place, source: Source) {
        let (marked, symbols) = marked(text);
        let document = Document::read(marked);
        // What stands for lines of its own may say anything.
        if !symbols.is_empty() && !is_whole(&document) {
            return self.0.clear();
        }
        if let Some(root) = document.root() {
            self.of_map(root, "", (place, source), &symbols, 0);
        }
    }

    fn of_map(&mut self, node: Node<'_>, prefix: &str, from: (Place, Source), symbols: &[Part], depth: usize) {
        let (place, source) = from;
        for entry in node.entries() {
            let key = if prefix.is_empty() { entry.name().to_owned() } else { format!("{prefix}.{}", entry.name()) };
            if entry.value.is_mapping() {
                if depth < DEPTH {
                    self.of_map(entry.value, &key, from, symbols, depth + 1);
                }
            } else if PARTS.contains(&entry.name())
                && let Some(text) = entry.value.text()
            {
                self.0.push(Setting { key, value: unmarked(text, symbols), place, source });
            }
        }
    }

    fn set(&mut self, arguments: &Arguments<'_>) {
        // It is the weakest of what a command sets.
        for (_, json, place) in arguments.flag_values().filter(|(flag, ..)| *flag == "--set-json") {
            self.set_json(json, place);
        }
        let mut push = |key: &str, value: Value, place| {
            self.0.push(Setting { key: key.to_owned(), value, place, source: Source::Command });
        };
        for (flag, value, place) in arguments.flag_values() {
            if flag == "--kustomize-image" {
                push("", value.split_once("=").map_or_else(|| value.clone(), |(_, image)| image), place);
            }
            if !matches!(flag, "--set" | "--set-string" | "--helm-set" | "--helm-set-string" | "-p" | "--parameter") {
                continue;
            }
            for pair in value.split_on(|c| c == ',') {
                if let Some((key, value)) = pair.split_once("=")
                    && let Some(key) = key.as_literal()
                {
                    push(key, value, place);
                }
            }
        }
    }

    /// `image={"repository": "r.io/a", "tag": "1"}`, or a map of all values.
    fn set_json(&mut self, json: &Value, place: Place) {
        let named = json.split_once("=").and_then(|(key, json)| Some((key.as_literal()?.to_owned(), json)));
        let (key, json) = named.filter(|(key, _)| !key.contains('{')).unwrap_or_else(|| (String::new(), json.clone()));
        let (marked, symbols) = marked(&json);
        let document = Document::read(marked);
        let Some(root) = document.root().filter(|_| symbols.is_empty() || is_whole(&document)) else {
            return self.0.clear();
        };
        match root.text() {
            Some(text) => {
                self.0.push(Setting { key, value: unmarked(text, &symbols), place, source: Source::Command });
            }
            None => self.of_map(root, &key, (place, Source::Command), &symbols, 0),
        }
    }

    /// The value that wins.
    fn of(&self, key: &str) -> Option<&Setting> {
        self.0.iter().rev().find(|setting| setting.key == key && !(setting.is_kept() && setting.value.is_empty()))
    }

    fn images(&self, arguments: &Arguments<'_>) -> Vec<ChartImage> {
        let mut found = Vec::new();
        for setting in &self.0 {
            let key = setting.key.as_str();
            let (prefix, last) = key.rsplit_once('.').map_or(("", key), |(prefix, last)| (prefix, last));
            let wins = self.of(key).is_some_and(|own| std::ptr::eq(own, setting));
            let sibling = |name: &str| match prefix {
                "" => self.of(name),
                _ => self.of(&format!("{prefix}.{name}")),
            };
            match last {
                "" => found.push(image(setting.value.clone(), setting, [])),
                // The version of a subchart's own image: nobody tags what is built here by hand.
                "tag" if !setting.is_kept() && of_subchart(prefix) && is_version(&setting.value) => {}
                "tag" | "imageTag" | "image_tag" | "digest" if wins => {
                    let repository = ["repository", "name", "image", "imageRepository"].into_iter().find_map(sibling);
                    // The image that a file names is known where it is one for sure.
                    let repository = repository.filter(|own| !own.is_kept() || is_meant(&own.value));
                    let registry = sibling("registry")
                        .or_else(|| self.of("global.imageRegistry"))
                        .or_else(|| self.of("global.registry"));
                    let between = if last == "digest" { "@" } else { ":" };
                    let name = match (registry, repository) {
                        (Some(registry), Some(repository)) => join([&registry.value, &repository.value], "/"),
                        (None, Some(repository)) => self.named(repository, sibling("name")),
                        // A tag of which a file does not say the image may be of any.
                        _ if setting.is_kept() => continue,
                        _ => Value::opaque(chart_image(arguments)),
                    };
                    found.push(image(join([&name, &setting.value], between), setting, [registry, repository]));
                }
                "image" if wins && (setting.value.literal_contains(":") || setting.value.literal_contains("/")) => {
                    let tagged = sibling("tag").is_some() || sibling("imageTag").is_some();
                    // Without a tag it may get the chart's version.
                    let whole = setting.source == Source::Command || setting.value.literal_contains(":");
                    if !tagged && whole {
                        found.push(image(setting.value.clone(), setting, []));
                    }
                }
                _ => {}
            }
        }
        found.retain(|image| !image.in_files || is_meant(&image.selected.value));
        found
    }
}

/// Whether a prefix names more than the image: `postgresql.image`.
fn of_subchart(prefix: &str) -> bool {
    let outer = prefix.rsplit_once('.').map_or("", |(outer, _)| outer);
    !outer.is_empty() && outer != "global"
}

/// Whether a tag is written out as a version.
fn is_version(tag: &Value) -> bool {
    tag.as_literal().is_some_and(|tag| tag.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit()))
}

fn image<const N: usize>(value: Value, setting: &Setting, parts: [Option<&Setting>; N]) -> ChartImage {
    let in_files = setting.is_kept() && parts.iter().flatten().all(|part| part.is_kept());
    ChartImage { selected: Selected { value, place: setting.place }, in_files }
}

/// What a chart's own image is called. A chart with a version of its own comes from a repository of charts.
fn chart_image(arguments: &Arguments<'_>) -> &'static str {
    let fetched = arguments.has("--version") || arguments.has("--repo");
    if fetched { FETCHED_IMAGE } else { OWN_IMAGE }
}

#[cfg(test)]
mod tests {
    use super::super::Files;
    use super::super::model::{Images, Kind};
    use super::super::tests::read_with;

    struct Repository;

    impl Files for Repository {
        fn read(&self, path: &str) -> Option<String> {
            let text = match path {
                "chart/values.yaml" => {
                    "image: {repository: r.io/a, tag: ''}\ncache: {image: {repository: redis, tag: 7.2}}\n"
                }
                "old/values.yaml" => "app: {image: {registry: r.io, repository: a, tag: latest}}\n",
                "one/values.yaml" => "image: r.io/a:1.0\n",
                "env/live.yaml" => "image:\n  tag: 1.4\n",
                "env/filled.yaml" => "image: {tag: IMAGE_TAG}\n",
                "env/whole.yaml" => "image: {repository: r.io/b, tag: latest}\n",
                _ => return None,
            };
            Some(text.to_owned())
        }
    }

    /// The images of the last deployment; those that only files say in brackets.
    fn deployed(script: &str) -> String {
        let names =
            |images: &Images<'_>| images.references().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        read_with(&Repository, script, |found| {
            let images = found.effects.iter().rev().find_map(|effect| match &effect.kind {
                Kind::Deploy { images, .. } => Some(images),
                _ => None,
            });
            match images.unwrap() {
                stated @ Images::Stated(_) => format!("[{}]", names(stated)),
                Images::Hidden => "?".to_owned(),
                known => names(known),
            }
        })
    }

    #[test]
    fn values_at_hand_say_what_the_command_does_not() {
        for (command, told) in [
            ("helm upgrade x chart --set image.tag=$T", "r.io/a:$T"),
            ("helm upgrade x ./chart -f env/live.yaml", "[redis:7.2 r.io/a:1.4]"),
            ("helm upgrade x ./chart -f env/live.yaml --set image.tag=$T", "r.io/a:$T"),
            ("helm upgrade x chart -f env/live.yaml -f env/whole.yaml", "[redis:7.2 r.io/b:latest]"),
            ("helm upgrade x chart --values=env/whole.yaml,env/live.yaml", "[redis:7.2 r.io/b:1.4]"),
            ("helm upgrade x old --set-string app.image.tag=$T", "r.io/a:$T"),
            ("helm upgrade x old", "[r.io/a:latest]"),
            ("cd old && helm upgrade x .", "[r.io/a:latest]"),
            ("helm install x one", "[r.io/a:1.0]"),
            ("helm upgrade x chart --set image.tag=$T,postgresql.image.tag=16.4.0", "r.io/a:$T"),
            ("helm upgrade x acme/chart -f env/whole.yaml", "[r.io/b:latest]"),
            // The chart may have the registry of a name without one.
            ("helm upgrade x acme/c --set image.repository=a,image.tag=$T", "<the account's registry>/a:$T"),
            (
                "helm upgrade x acme/c --set registry=r.io,image.repository=a/b,image.tag=$T",
                "<the account's registry>/a/b:$T",
            ),
            ("helm upgrade x acme/c --set image.repository=r.io,image.name=a,image.tag=$T", "r.io/a:$T"),
            ("helm template x old | kubectl apply -f -", "[r.io/a:latest]"),
            (
                "printf 'image:\\n  repository: r.io/c\\n  tag: main\\n' > v.yaml\nhelm upgrade x chart -f v.yaml",
                "r.io/c:main",
            ),
            ("cat > v.yaml <<E\nimage:\n  tag: \"$T\"\nE\nhelm upgrade x chart -f v.yaml", "r.io/a:$T"),
            (
                "cat > v.yaml <<E\nimage: {tag: $T}\nE\nhelm upgrade x acme/x --version 1 -f v.yaml",
                "<the fetched chart's image>:$T",
            ),
            ("helm upgrade x acme/c --set-json 'image={\"repository\":\"r.io/c\",\"tag\":\"1\"}'", "r.io/c:1"),
            ("echo 'image: r.io/c:1' | helm upgrade x acme/x -f -", "r.io/c:1"),
            ("echo \"image: r.io/c:$T\" > v.yaml\nhelm upgrade x acme/x -f v.yaml", "r.io/c:$T"),
        ] {
            assert_eq!(deployed(command), told, "{command}");
        }
    }

    #[test]
    fn what_may_be_set_elsewhere_is_not_told() {
        for (command, told) in [
            ("helm upgrade x old --reuse-values", "?"),
            ("helm upgrade x chart --reuse-values --set image.tag=$T", "<the chart's image>:$T"),
            ("helm upgrade x old -f $ENV.yaml", "?"),
            ("helm upgrade x old -f env/none.yaml --set app.image.tag=$T", "<the chart's image>:$T"),
            ("helm upgrade x chart -f env/filled.yaml", "[redis:7.2]"),
            ("helm upgrade x acme/chart -f env/live.yaml", "?"),
            ("helm upgrade x old --set-file app.image.tag=tag.txt", "?"),
            ("yq -i '.app.image.tag = \"x\"' old/values.yaml\nhelm upgrade x old", "?"),
            ("unknown-tool\nhelm upgrade x old", "?"),
            ("cat > v.yaml <<E\na: b\n$MORE\nE\nhelm upgrade x old -f v.yaml", "?"),
            ("cat > v.yaml <<E\n$KEY: b\nE\nhelm upgrade x old -f v.yaml", "?"),
            ("echo $VALUES > v.yaml; helm upgrade x old -f v.yaml", "?"),
            ("make-values > v.yaml; helm upgrade x old -f v.yaml", "?"),
        ] {
            assert_eq!(deployed(command), told, "{command}");
        }
    }
}
