//! Scripts of package.json at hand: found as npm finds them, from the folder and upwards, and in the packages of a workspace.

use super::world::Files;
use crate::yaml::Document;

/// How far up a package.json is looked for.
const UP: usize = 12;

/// How many packages of a workspace are looked at.
const PACKAGES: usize = 120;

/// Which packages of a workspace a call is for.
enum Of {
    /// The one in which it runs.
    Own,
    /// The one that is called so, or lies there.
    Named(String),
    /// All that have the script.
    All,
}

/// A call of npm or its kin that runs a script.
struct Call {
    of: Of,
    name: String,
    /// What the script is given.
    rest: Vec<String>,
}

/// The shell text that a call comes to; `None` where it runs no script, or one that is not at hand.
pub(super) fn script(tool: &str, arguments: &[String], files: &dyn Files) -> Option<String> {
    let call = Call::read(tool, arguments)?;
    // pnpm looks nowhere else; the others take the nearest package above.
    let up = (0..if tool == "pnpm" { 1 } else { UP }).map(|up| "../".repeat(up));
    let mut up = up.take_while(|folder| files.reaches(folder));
    let nearest = up.find_map(|folder| files.read(&format!("{folder}package.json")).map(|text| (folder, text)));
    let (folder, own) = nearest.or_else(|| workspace_of_pnpm(tool, files))?;
    match &call.of {
        Of::Own => Some(within(&folder, body(&own, &call)?)),
        of => {
            let members = members(&folder, &own, files);
            let named = |path: &str, text: &str| match of {
                Of::Named(name) => is_called(text, name) || path == name.trim_start_matches("./").trim_end_matches('/'),
                Of::Own | Of::All => true,
            };
            let own = members.iter().filter(|(path, text)| named(path, text));
            let scripts: Vec<String> =
                own.filter_map(|(path, text)| Some(within(&format!("{folder}{path}"), body(text, &call)?))).collect();
            (!scripts.is_empty()).then(|| scripts.join("\n"))
        }
    }
}

/// A workspace of pnpm may have no package at its root.
fn workspace_of_pnpm(tool: &str, files: &dyn Files) -> Option<(String, String)> {
    files.read("pnpm-workspace.yaml").filter(|_| tool == "pnpm").map(|_| (String::new(), "{}".to_owned()))
}

impl Call {
    fn read(tool: &str, arguments: &[String]) -> Option<Self> {
        let mut of = Of::Own;
        let mut words: Vec<String> = Vec::new();
        let mut arguments = arguments.iter();
        while let Some(word) = arguments.next() {
            let (flag, value) = word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
            match (tool, flag) {
                ("npm", "-w" | "--workspace") | ("pnpm" | "bun", "-F" | "--filter") => {
                    let value = value.map(str::to_owned).or_else(|| arguments.next().cloned())?;
                    // `...api`, `@acme/*`, `!api`: which these are is not followed. Nor are several.
                    let plain = !value.contains(['*', '!', '{', '[', '^', '$', '<']) && !value.contains("...");
                    of = Of::Named(value).filter(plain && matches!(of, Of::Own))?;
                }
                ("npm", "-ws" | "--workspaces") | ("pnpm", "-r" | "--recursive") if value != Some("false") => {
                    of = Of::All
                }
                _ if word == "--" => {
                    words.extend(std::iter::once(word).chain(arguments.by_ref()).cloned());
                }
                // Before the script's name a flag is the runner's own, for npm behind it as well.
                _ if word.starts_with('-') && (tool == "npm" || words.last().is_none_or(|last| is_run(last))) => {}
                _ => words.push(word.clone()),
            }
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut words = words.as_slice();
        if tool == "yarn" {
            match words {
                ["workspace", name, rest @ ..] => {
                    of = Of::Named((*name).to_owned());
                    words = rest;
                }
                ["workspaces", "foreach", rest @ ..] => {
                    of = Of::All;
                    words = rest.get(rest.iter().position(|word| *word == "run")?..)?;
                }
                ["workspaces", "run", ..] => {
                    of = Of::All;
                    words = &words[1..];
                }
                _ => {}
            }
        }
        let (name, rest) = match words {
            [run, name, rest @ ..] if is_run(run) => (name, rest),
            [name, rest @ ..] if tool != "npm" || matches!(*name, "test" | "start" | "stop" | "restart") => {
                (name, rest)
            }
            _ => return None,
        };
        let rest = rest.iter().filter(|word| **word != "--").map(|word| (*word).to_owned()).collect();
        Some(Self { of, name: (*name).to_owned(), rest })
    }
}

impl Of {
    fn filter(self, holds: bool) -> Option<Self> {
        holds.then_some(self)
    }
}

fn is_run(word: &str) -> bool {
    matches!(word, "run" | "run-script")
}

/// The packages of a workspace: their folders, seen from its root, and their package.json.
fn members(root: &str, own: &str, files: &dyn Files) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for pattern in patterns(root, own, files) {
        let pattern = pattern.trim_start_matches("./").trim_end_matches('/').to_owned();
        let paths = match pattern.split_once('*') {
            None => vec![pattern],
            Some((folder, "" | "*")) if folder.ends_with('/') || folder.is_empty() => {
                let names = files.list(&format!("{root}{folder}")).unwrap_or_default();
                names.iter().map(|name| format!("{folder}{name}")).collect()
            }
            Some(_) => Vec::new(),
        };
        for path in paths {
            if let Some(text) = files.read(&format!("{root}{path}/package.json"))
                && found.len() < PACKAGES
            {
                found.push((path, text));
            }
        }
    }
    found
}

/// What says which folders are packages.
fn patterns(root: &str, own: &str, files: &dyn Files) -> Vec<String> {
    let json: serde_json::Value = serde_json::from_str(own).unwrap_or_default();
    let listed = json.get("workspaces").map(|listed| listed.get("packages").unwrap_or(listed));
    if let Some(listed) = listed.and_then(|listed| listed.as_array()) {
        return listed.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect();
    }
    let Some(text) = files.read(&format!("{root}pnpm-workspace.yaml")) else { return Vec::new() };
    let document = Document::read(text);
    let packages = document.root().and_then(|root| root.get("packages"));
    packages.into_iter().flat_map(|packages| packages.items()).filter_map(|one| one.text().map(str::to_owned)).collect()
}

fn is_called(text: &str, name: &str) -> bool {
    let json: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    json.get("name").and_then(|own| own.as_str()) == Some(name)
}

fn body(text: &str, call: &Call) -> Option<String> {
    package(text, &call.name, &call.rest)
}

/// A text that runs in another folder.
fn within(folder: &str, text: String) -> String {
    let folder = folder.trim_end_matches('/');
    if folder.is_empty() { text } else { format!("(\ncd '{}'\n{text}\n)", folder.replace('\'', "")) }
}

/// A script of package.json or composer.json, with what runs before and behind it.
pub(super) fn package(text: &str, name: &str, rest: &[String]) -> Option<String> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let scripts = json.get("scripts")?;
    let body = |name: &str| match scripts.get(name)? {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Array(lines) => {
            Some(lines.iter().filter_map(|line| line.as_str()).collect::<Vec<_>>().join("\n"))
        }
        _ => None,
    };
    let main = body(name)?;
    let mut parts: Vec<String> = body(&format!("pre{name}")).map(of_its_own).into_iter().collect();
    parts.push(of_its_own(if rest.is_empty() { main } else { format!("{main} {}", rest.join(" ")) }));
    parts.extend(body(&format!("post{name}")).map(of_its_own));
    Some(parts.join("\n"))
}

/// The largest package.json that such a runner is followed in, and how many scripts it may have.
const BYTES: usize = 64 << 10;
const SCRIPTS: usize = 200;

/// The scripts that `run-s`, `run-p` and `npm-run-all` run by their names or by patterns of them, `image:*`.
pub(super) fn all(words: &[String], files: &dyn Files) -> Option<String> {
    let text = files.read("package.json")?;
    let json: serde_json::Value = serde_json::from_str(&text).ok()?;
    let names: Vec<&String> = json.get("scripts")?.as_object()?.keys().collect();
    if text.len() > BYTES || names.len() > SCRIPTS {
        return None;
    }
    let mut found = Vec::new();
    for word in words.iter().filter(|word| !word.starts_with('-')) {
        // What is behind a blank is for the script.
        let mut parts = word.split_whitespace().map(str::to_owned);
        let pattern = parts.next()?.replace(':', "/");
        let rest: Vec<String> = parts.collect();
        let before = found.len();
        for name in names.iter().filter(|name| fast_glob::glob_match(&pattern, name.replace(':', "/"))) {
            found.push(package(&text, name, &rest)?);
        }
        if found.len() == before {
            return None;
        }
    }
    (!found.is_empty()).then(|| found.join("\n"))
}

/// A line that has a shell of its own: where it goes to another folder, the next one does not.
pub(super) fn of_its_own(line: String) -> String {
    if line.contains("cd ") || line.contains("pushd ") { format!("(\n{line}\n)") } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Repository(&'static str);

    impl Files for Repository {
        fn read(&self, path: &str) -> Option<String> {
            let path = crate::shell::joined(self.0, path)?;
            let text = match path.as_str() {
                "package.json" => {
                    "{\"workspaces\": [\"packages/*\", \"web\"], \"scripts\": {\"prebuild\": \"echo a\", \"build\": \"tsc\", \"ship\": \"root\"}}"
                }
                "packages/api/package.json" => "{\"name\": \"@acme/api\", \"scripts\": {\"ship\": \"ship api\"}}",
                "packages/ui/package.json" => "{\"name\": \"ui\", \"scripts\": {\"ship\": \"ship ui\"}}",
                "web/package.json" => "{\"name\": \"web\"}",
                "p/pnpm-workspace.yaml" => "packages: [apps/*]\n",
                "p/apps/one/package.json" => "{\"name\": \"one\", \"scripts\": {\"ship\": \"ship one\"}}",
                _ => return None,
            };
            Some(text.to_owned())
        }

        fn list(&self, folder: &str) -> Option<Vec<String>> {
            let names: &[&str] = match crate::shell::joined(self.0, folder)?.as_str() {
                "packages" => &["api", "ui"],
                "p/apps" => &["one"],
                _ => return None,
            };
            Some(names.iter().map(|name| (*name).to_owned()).collect())
        }
    }

    fn run(folder: &'static str, line: &str) -> Option<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        script(&words[0], &words[1..], &Repository(folder)).map(|text| text.replace(['\n', '\''], " "))
    }

    #[test]
    fn package_scripts_come_with_their_hooks() {
        assert_eq!(run("", "npm run build -- --watch").as_deref(), Some("echo a tsc --watch"));
        assert_eq!(run("", "npm --silent run build").as_deref(), Some("echo a tsc"));
        assert_eq!(run("", "yarn build").as_deref(), Some("echo a tsc"));
        assert_eq!(run("", "npm ci"), None);
    }

    #[test]
    fn a_runner_of_many_scripts_runs_each() {
        let run = |line: &str| {
            let text = r#"{"scripts": {"b": "docker build .", "i:a": "x a", "i:b": "x b", "c": "clean"}}"#;
            let files = Text(text);
            all(&line.split(' ').map(str::to_owned).collect::<Vec<_>>(), &files)
        };
        assert_eq!(run("c b").as_deref(), Some("clean\ndocker build ."));
        assert_eq!(run("--parallel i:*").as_deref(), Some("x a\nx b"));
        assert_eq!(run("c none"), None);
    }

    struct Text(&'static str);

    impl Files for Text {
        fn read(&self, path: &str) -> Option<String> {
            (path == "package.json").then(|| self.0.to_owned())
        }
    }

    #[test]
    fn the_nearest_package_has_the_script_or_nobody() {
        assert_eq!(run("docs/en", "npm run build").as_deref(), Some("( cd  ../..  echo a tsc )"));
        assert_eq!(run("packages/api", "npm run ship").as_deref(), Some("ship api"));
        assert_eq!(run("packages/api/src", "yarn ship").as_deref(), Some("( cd  ..  ship api )"));
        assert_eq!(run("packages/api", "npm run build"), None);
        assert_eq!(run("docs", "pnpm run build"), None);
    }

    #[test]
    fn packages_of_a_workspace_are_found_by_name_and_by_path() {
        for call in [
            "npm run ship -w @acme/api",
            "npm --workspace=packages/api run ship",
            "npm -w ./packages/api run ship",
            "yarn workspace @acme/api ship",
            "yarn workspace @acme/api run ship",
            "pnpm --filter @acme/api ship",
            "pnpm -F ./packages/api run ship",
        ] {
            assert_eq!(run("", call).as_deref(), Some("( cd  packages/api  ship api )"), "{call}");
        }
        let all = "( cd  packages/api  ship api ) ( cd  packages/ui  ship ui )";
        for call in
            ["npm run ship --workspaces --if-present", "yarn workspaces foreach -A run ship", "pnpm -r run ship"]
        {
            assert_eq!(run("", call).as_deref(), Some(all), "{call}");
        }
        assert_eq!(run("p", "pnpm --filter one ship").as_deref(), Some("( cd  apps/one  ship one )"));
        for call in
            ["npm run ship -w none", "pnpm --filter one... ship", "npm run build -w web", "npm run ship -w ui -w web"]
        {
            assert_eq!(run("", call), None, "{call}");
        }
    }
}
