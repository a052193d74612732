//! Deploying commands, and requests that may deploy.

use super::arguments::Arguments;
use super::bundle;
use super::cap::{self, Tasks};
use super::catalogue::{Command, ImageWord};
use super::command::Reading;
use super::environment;
use super::given;
use super::hidden;
use super::manifest;
use super::model::{Images, Kind};
use super::selector::Selected;
use super::unknown::holds_run;
use crate::shell::{Stdin, Value, Word};

impl<'d> Reading<'_, 'd> {
    pub(super) fn deploy(&self, command: &Command, arguments: &Arguments<'_>) {
        let away = self.elsewhere(arguments);
        if command.remote_only && self.invocation.remote.is_none() {
            self.run.harmless();
            return;
        }
        if command.reader.as_deref() == Some("scale") && !self.starts_again(arguments) {
            self.run.harmless();
            return;
        }
        let fetches = match command.reader.as_deref() {
            Some("lftp") => only_fetches(arguments),
            Some("sftp") => match self.only_gets(arguments) {
                Some(only_gets) => only_gets,
                // What it is told stands where it can't be read.
                None => return self.change(),
            },
            Some("capistrano") => match cap::tasks(arguments) {
                Tasks::Deploy => false,
                Tasks::Look => true,
                Tasks::Other => return self.change(),
            },
            _ => false,
        };
        if fetches {
            self.run.harmless();
            return;
        }
        // A container that is waited for and thrown away when it ends is a tool or a job; one in the background of another machine
        // serves there, whatever is done with it at its end.
        let container = command.reader.as_deref() == Some("run");
        let serves = away && (arguments.has("-d") || arguments.has("--detach"));
        if container && arguments.has("--rm") && !serves || command.remote && !away && !self.run.is_declared() {
            let told = arguments.plain_values().skip(1).chain(arguments.flag_values().map(|(_, value, _)| value));
            // What it is told to do to an image of this run stands in the container, and so does what the step declares.
            if container && (self.run.is_declared() || told.into_iter().any(holds_run)) {
                self.not_read(self.short());
            }
            return;
        }
        if self.is_for_own(arguments) {
            self.run.harmless();
            return;
        }
        let mut stated = matches!(command.reader.as_deref(), Some("settings" | "variables" | "kamal"));
        let references = match command.reader.as_deref() {
            Some("helm") => {
                let images = self.chart(arguments);
                let (own, mut kept): (Vec<_>, Vec<_>) = images.into_iter().partition(|image| !image.in_files);
                // What only files say may be about somebody else's images, too.
                stated = own.is_empty();
                kept.retain(|_| stated);
                let selected = own.into_iter().chain(kept).map(|image| image.selected);
                let mut references = self.read_references(selected.collect());
                references.iter_mut().for_each(hidden::forget_image);
                references
            }
            Some(reader @ ("settings" | "variables" | "kamal")) => {
                let given = match reader {
                    "settings" => self.given(arguments),
                    "kamal" => self.of_version(arguments).into_iter().collect(),
                    _ => given::variables(arguments),
                };
                let mut references = self.read_references(given);
                references.iter_mut().for_each(hidden::forget_image);
                references
            }
            Some("manifest") => {
                if self.is_plain_object(arguments) {
                    self.run.harmless();
                    return;
                }
                self.read_references(arguments.flag(&["--image".to_owned()]))
            }
            Some("rename") => self.read_references(self.set_images(arguments)),
            _ => {
                if self.phrase.ends_with(&["set".to_owned(), "image".to_owned()]) {
                    self.sets_containers(arguments);
                }
                self.references(command, arguments)
            }
        };
        let images = match (references.is_empty(), command.image) {
            _ if command.reader.as_deref() == Some("task") => self.task(arguments),
            _ if command.reader.as_deref() == Some("copilot") => self.workload(arguments),
            _ if command.reader.as_deref() == Some("bundle") => {
                self.images_of(bundle::dockerrun(self.scope, self.files, self.is_followed(), arguments.place()))
            }
            _ if command.reader.as_deref() == Some("file") => self.of_file(arguments),
            _ if command.reader.as_deref() == Some("ecspresso") => self.ecspresso(arguments),
            _ if command.reader.as_deref() == Some("heroku") => self.released(arguments),
            // Templates are given somebody else's images as well.
            (false, _) if stated => Images::Stated(references.clone()),
            (false, _) => Images::Known(references.clone()),
            (true, Some(ImageWord::None)) => Images::None,
            (true, Some(ImageWord::Unsaid)) => Images::Unsaid,
            (true, _) if command.reader.as_deref() == Some("manifest") => self.applied(arguments),
            (true, _) => Images::Hidden,
        };
        let mut words = self.words(&references);
        if matches!(command.reader.as_deref(), Some("copy" | "upload")) {
            let sources = copied_from(arguments);
            words.retain(|word| !sources.contains(word));
            // What a file is called where it goes tells no more than what it was called before.
            let last = arguments.plain_values().last().map(Value::to_string);
            let copied = |word: &mut String| *word = without_file(word, &sources);
            words.iter_mut().filter(|word| last.as_ref() == Some(word)).for_each(copied);
        }
        if let Some(from) = &command.from {
            let from: Vec<String> =
                from.select(arguments, self.scope).iter().map(|word| word.value.to_string()).collect();
            words.retain(|word| !from.contains(word));
        }
        let to = command.to.as_ref().map(|to| to.select(arguments, self.scope)).unwrap_or_default();
        let to = to.first().map(|to| without_user(&to.value.to_string()));
        let copies = matches!(command.reader.as_deref(), Some("copy" | "upload"))
            || matches!(self.invocation.name(), Some("rsync" | "scp"))
            || self.phrase.last().is_some_and(|word| word.starts_with("upload"));
        // A folder that is copied to where an environment is named is no report that is put away.
        let whole = ["--recursive", "-r", "-R"].iter().any(|flag| arguments.has(flag));
        let named = copies && whole && to.as_deref().is_some_and(environment::tells);
        let weak = command.weak && !named || copies && to.as_deref().is_some_and(keeps_builds);
        self.push(Kind::Deploy { images, to, weak, restart: command.restart }, self.short(), words);
    }

    /// `docker save app:1 | ssh host docker load`: the very image that was saved. Another command starts it there, so by itself it
    /// is a deployment only where an environment is declared.
    pub(super) fn loads_elsewhere(&self) -> bool {
        let Stdin::Saved(images) = &self.invocation.stdin else { return false };
        let read = |word: &Word| Selected { value: word.value().into_owned(), place: word.place };
        let images = self.read_references(images.iter().map(read).collect());
        let words = self.words(&images);
        let images = if images.is_empty() { Images::Hidden } else { Images::Known(images) };
        self.push(Kind::Deploy { images, to: None, weak: true, restart: true }, self.short(), words);
        true
    }

    /// `heroku container:release web`: what the step has pushed to the app's registry, where that is another image under a new name.
    fn released(&self, arguments: &Arguments<'_>) -> Images<'d> {
        let app = arguments.flag(&["--app".to_owned(), "-a".to_owned()]).pop();
        let kinds = arguments.plain_values().map(Value::to_string);
        let names: Vec<String> =
            kinds.filter_map(|kind| Some(format!("registry.heroku.com/{}/{kind}", app.as_ref()?.value))).collect();
        let found = self.run.found_mut();
        let own = found.effects.iter().filter_map(|effect| match &effect.kind {
            Kind::Retag { source, target: Some(target), .. } if names.contains(&target.image.to_string()) => {
                Some(source.clone())
            }
            _ => None,
        });
        match own.collect::<Option<Vec<_>>>() {
            Some(images) if !images.is_empty() && images.len() == names.len() => Images::Known(images),
            _ => Images::Hidden,
        }
    }

    /// `kubectl create secret`, `apply` of one, a namespace, a config map: nothing that runs.
    fn is_plain_object(&self, arguments: &Arguments<'_>) -> bool {
        let first = arguments.plain(1).and_then(|word| word.value.as_literal().map(str::to_owned)).unwrap_or_default();
        let kind = first.split('/').next().unwrap_or("");
        let piped = match &self.invocation.stdin {
            Stdin::Text(values) => values.iter().any(|value| manifest::prints_plain_object(&value.to_string())),
            _ => false,
        };
        manifest::is_plain_object(kind) || piped
    }

    /// A request that changes something is not followed; one that fetches is harmless.
    pub(super) fn request(&self) {
        let shown: Vec<String> = self.invocation.words.iter().map(|word| word.shown()).collect();
        let is = |word: &str, name: &str| {
            word.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        };
        let has = |names: &[&str]| shown.iter().any(|word| names.iter().any(|name| is(word, name)));
        let sends = has(&[
            "-d",
            "--data",
            "--data-raw",
            "--data-binary",
            "--json",
            "-F",
            "--form",
            "-T",
            "--upload-file",
            "--post-data",
            "--post-file",
        ]);
        // Sent by one of these it lands on the server, as with any other program for it.
        let to_server =
            |word: &String| ["ftp://", "ftps://", "sftp://", "scp://"].iter().any(|begin| word.starts_with(begin));
        let uploads = |word: &String| {
            word.strip_prefix('-')
                .and_then(|letters| letters.strip_suffix('T'))
                .is_some_and(|letters| !letters.contains('X') && letters.bytes().all(|byte| byte.is_ascii_alphabetic()))
        };
        if (has(&["-T", "--upload-file"]) || shown.iter().any(uploads)) && shown.iter().any(to_server) {
            let to = shown.iter().find(|word| to_server(word)).map(|to| without_user(to));
            let kind = Kind::Deploy { images: Images::None, to, weak: false, restart: false };
            return self.push(kind, self.short(), shown);
        }
        let method = shown.iter().any(|word| {
            matches!(
                word.trim_start_matches("-X").trim_start_matches("--request="),
                "POST" | "PUT" | "PATCH" | "DELETE"
            )
        });
        let text = shown.join(" ");
        let deploys = ["/deploy", "deployments", "formation", "/redeploy", "zipdeploy", "hooks/", "/releases"];
        let notifies = [
            "slack",
            "teams",
            "discord",
            "telegram",
            "notify",
            "sentry",
            "newrelic",
            "datadog",
            "codecov",
            "sonar",
            "mattermost",
            "rocket",
            "chat",
            "zulip",
            "webex",
            "pagerduty",
            "opsgenie",
            "jira",
            "alert",
            "monitor",
            "uptime",
            "health",
        ];
        let lower = text.to_lowercase();
        let about = |names: &[&str]| names.iter().any(|name| lower.contains(name));
        let asks = self.asks_a_hook(&shown);
        if ((sends || method) && about(&deploys) || asks) && !about(&notifies) {
            self.push(
                Kind::Deploy { images: Images::Unsaid, to: None, weak: true, restart: false },
                self.short(),
                shown,
            );
        } else if (sends || method) && self.carries_run() {
            self.not_read(self.short());
        } else if (sends || method) && !about(&notifies) {
            self.change();
        } else {
            self.run.harmless();
        }
    }
}

impl Reading<'_, '_> {
    /// Whether the address alone sets something off, whatever is sent there: `curl "$DEPLOY_HOOK"`, `curl https://…/deploy/http`.
    fn asks_a_hook(&self, shown: &[String]) -> bool {
        let keeps = |(at, word): (usize, &String)| {
            let short = word.starts_with('-') && !word.starts_with("--") && !word.ends_with('-');
            let kept = matches!(word.as_str(), "--output" | "--remote-name" | "--head")
                || short && word.contains(['o', 'O', 'I']);
            // What goes to the ground is not kept.
            kept && shown.get(at + 1).is_none_or(|to| to != "/dev/null")
        };
        if shown.iter().enumerate().skip(1).any(keeps) {
            return false;
        }
        let symbols = self.invocation.words.iter().flat_map(|word| &word.values).flat_map(Value::symbols);
        let hook =
            |name: &str| name.contains("HOOK") && name.split('_').any(|part| part == "DEPLOY" || part == "RELEASE");
        symbols.into_iter().any(|symbol| hook(&symbol.name)) || shown.iter().skip(1).any(|word| sets_off(word))
    }
}

/// Whether an address is one of a hook: a variable that is called so, a path that ends in `deploy` or in what is deployed, or in
/// `hook` on a host that deploys.
fn sets_off(word: &str) -> bool {
    let address = word.split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
    if let Some(name) = address.strip_prefix('$') {
        let name = name.trim_matches(['{', '}']);
        return name.split('_').any(|part| part.ends_with("HOOK"));
    }
    let Some((_, rest)) = address.split_once("://").filter(|(scheme, _)| scheme.starts_with("http")) else {
        return false;
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let parts: Vec<&str> = path.split('/').collect();
    // What a run fills in, a number of the service's own, or what a key opens; no name of a page or a file.
    let keyed = ["key=", "token=", "secret="]
        .iter()
        .any(|name| word.get(address.len()..).is_some_and(|query| query.contains(name)));
    let is_number = |part: &str| part.len() > 3 && !part.contains('.') && part.contains(|c: char| c.is_ascii_digit());
    let is_id = |part: &str| keyed || part.starts_with('$') || part == "http" || is_number(part);
    let is_hook = |part: &str| matches!(part, "hook" | "hooks" | "webhook" | "webhooks");
    match parts.as_slice() {
        [.., "deploy"] => true,
        [.., "deploy", last] => is_id(last),
        [.., hook, last] if is_hook(hook) => is_id(last),
        all => all.iter().any(|part| is_hook(part)) && host.split(['.', '-']).any(|part| part.starts_with("deploy")),
    }
}

/// The places from which a copy takes: they say where it was before, not where it goes.
fn copied_from(arguments: &Arguments<'_>) -> Vec<String> {
    let mut words: Vec<String> = arguments.plain_values().map(Value::to_string).collect();
    words.pop();
    words
}

/// The place of a copy without the name of the file that is put there: one of those that are copied, or one of their kind.
fn without_file(to: &str, sources: &[String]) -> String {
    let base = |path: &str| path.rsplit(['/', ':']).next().unwrap_or(path).to_owned();
    let kind = |name: &str| name.rsplit_once('.').map(|(_, kind)| kind.to_owned());
    let name = base(to);
    let is_file = |source: &String| {
        let own = base(source);
        !own.is_empty() && (own == name || kind(&own).is_some_and(|own| Some(own) == kind(&name)))
    };
    match to.strip_suffix(name.as_str()) {
        Some(folder) if !name.is_empty() && sources.iter().any(is_file) => folder.to_owned(),
        _ => to.to_owned(),
    }
}

/// An address without the user and the password in it.
pub(super) fn without_user(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let host = rest.split('/').next().unwrap_or(rest);
    let user = host.rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}://{}", rest.get(user..).unwrap_or(rest))
}

/// Whether the address of a copy is one of a store, by its words: builds, reports and backups are kept there, and nothing runs.
pub(super) fn keeps_builds(address: &str) -> bool {
    const STORES: [&str; 11] = [
        "builds",
        "artifact",
        "artifacts",
        "report",
        "reports",
        "coverage",
        "backup",
        "backups",
        "archive",
        "archives",
        "logs",
    ];
    let is_store = address.split(|c: char| !c.is_alphanumeric()).any(|word| STORES.contains(&word));
    is_store && !environment::tells(address)
}

/// Whether what lftp is told in the command line puts nothing anywhere.
fn only_fetches(arguments: &Arguments<'_>) -> bool {
    let told = arguments.flag(&["-c".to_owned(), "-e".to_owned()]);
    let puts = |told: &str| {
        let mut words = told.split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|'));
        words.any(|word| matches!(word, "put" | "mput" | "mv" | "rm" | "mrm" | "-R" | "--reverse" | "source" | "-f"))
    };
    !told.is_empty() && !arguments.has("-f") && !told.iter().any(|told| puts(&told.value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::effects;

    #[test]
    fn an_image_that_is_sent_to_another_machine_is_deployed_there() {
        for sends in [
            "docker save r/x:1 | ssh u@h docker load",
            "docker image save --platform linux/amd64 r/x:1 | gzip -9 | ssh -C u@h 'gunzip | docker load'",
            "podman save r/x:1 | pv | ssh u@h 'sudo podman load && echo done'",
            "docker save r/x:1 | bzip2 | ssh u@h \"bunzip2 | docker load\"",
        ] {
            assert_eq!(effects(sends), ["remote deploy r/x:1"], "{sends}");
        }
        assert_eq!(effects("docker save r/x:1 r/y:2 | docker -H ssh://h load"), ["deploy r/x:1 r/y:2"]);
        for keeps in [
            "docker save r/x:1 | gzip > x.tgz",
            "docker save r/x:1 | docker load",
            "docker save -o x.tar r/x:1 | ssh u@h docker load",
            "ssh u@h docker save r/x:1 | docker load",
        ] {
            assert!(!effects(keeps).iter().any(|effect| effect.contains("deploy r/")), "{keeps}");
        }
    }
}
