//! What rules want to know of a command besides its effects: what it prints, reads, chooses, and calls of git.

use super::collected::{BranchTest, Print};
use super::command::Reading;
use super::model::{Effect, Kind, Opaque, Site};
use super::read::opaque;
use crate::shell::{Symbol, Value, read_elsewhere};

/// Variables that every machine has for itself: nobody sets them for the pipeline.
const OF_THE_MACHINE: [&str; 18] = [
    "HOME",
    "PATH",
    "PWD",
    "OLDPWD",
    "SHELL",
    "HOSTNAME",
    "TMPDIR",
    "LANG",
    "TERM",
    "RANDOM",
    "SECONDS",
    "UID",
    "EUID",
    "PPID",
    "IFS",
    "BASH_SOURCE",
    "LINENO",
    "PIPESTATUS",
];

/// Variables that a machine has for the one who logs in there.
const OF_A_USER: [&str; 5] = ["USER", "LOGNAME", "MAIL", "DISPLAY", "HOST"];

/// How many uses of variables on other machines are kept.
const SEEN: usize = 100;

/// Commands that print all that they are given.
const SHOW: [&str; 10] = ["sort", "uniq", "cat", "head", "tail", "less", "more", "column", "nl", "tee"];

impl Reading<'_, '_> {
    /// Variables that the file does not set.
    pub(super) fn note_variables(&self) {
        self.note_elsewhere();
        let mut found = self.run.found_mut();
        for word in &self.invocation.words {
            for symbol in word.values.iter().flat_map(Value::symbols) {
                let own = symbol.kind == crate::shell::SymbolKind::Variable && !symbol.name.starts_with("BITBUCKET_");
                let own = own && !OF_THE_MACHINE.contains(&symbol.name.as_str());
                let known =
                    |effect: &Effect<'_>| matches!(&effect.kind, Kind::ReadVariable { name } if *name == symbol.name);
                if own && !found.effects.iter().any(known) {
                    let site = self.run.site(word.place);
                    let kind = Kind::ReadVariable { name: symbol.name.clone() };
                    let command = format!("${}", symbol.name);
                    found.effects.push(Effect { kind, ..opaque(Opaque::Agent, site, &command) });
                }
            }
        }
    }

    /// Variables of Bitbucket, or that the script sets here, which another machine is left to fill in, each once for a command line.
    fn note_elsewhere(&self) {
        let only_asks = matches!(self.invocation.name(), Some("[" | "[[" | "test" | "echo" | "printf"));
        if self.invocation.remote.is_none() || only_asks {
            return;
        }
        let mut found = self.run.found_mut();
        // `${BITBUCKET_TAG:-latest}` says what holds there.
        for word in self.invocation.words.iter().filter(|word| word.values.len() == 1) {
            let names = word.values.iter().flat_map(Value::symbols).filter_map(read_elsewhere);
            let is_set_here = |name: &str| {
                self.scope.of_sender(name).is_some() && !OF_THE_MACHINE.contains(&name) && !OF_A_USER.contains(&name)
            };
            for name in names.filter(|name| name.starts_with("BITBUCKET_") || is_set_here(name)) {
                if found.elsewhere.len() == SEEN {
                    return;
                }
                let site = self.run.site(word.place);
                let known = |(own, place): &(String, Site<'_>)| own == name && place.node.id() == site.node.id();
                if !found.elsewhere.iter().any(known) {
                    found.elsewhere.push((name.to_owned(), site));
                }
            }
        }
    }

    pub(super) fn prints(&self, name: &str) {
        let site = || self.run.site(self.invocation.place);
        let prints = matches!(name, "env" | "printenv" | "echo" | "printf");
        let visible = !self.invocation.redirected || prints && self.passes_on(name);
        let words = &self.invocation.words;
        let everything = match name {
            "env" | "printenv" if words.len() == 1 && visible => Some("all variables"),
            "export" if words.len() == 2 && words[1].literal() == Some("-p") => Some("all variables"),
            "set" if words.iter().skip(1).any(|word| is_trace(word.literal().unwrap_or(""))) => Some("all commands"),
            _ => None,
        };
        let variables: Vec<String> = if matches!(name, "echo" | "printf") && visible {
            let symbols = words.iter().skip(1).flat_map(|word| word.values.iter().flat_map(Value::symbols));
            let whole = |symbol: &&Symbol| symbol.is_named() && symbol.cut.is_empty();
            symbols.filter(whole).map(|symbol| symbol.name.clone()).collect()
        } else if name == "printenv" && visible {
            words.iter().skip(1).filter_map(|word| word.literal().map(str::to_owned)).collect()
        } else {
            Vec::new()
        };
        if everything.is_some() || !variables.is_empty() {
            let print = Print { variables, everything, site: site() };
            self.run.found_mut().prints.push(print);
        }
    }

    /// Whether what a command prints goes through others that only put it in another order or shape, and then to the log:
    /// `env | sort`.
    fn passes_on(&self, name: &str) -> bool {
        let site = self.run.site(self.invocation.place);
        let text = site.node.text().unwrap_or("");
        // Of a script at hand only the call stands here.
        let is_itself = text.get(site.range.start..).is_some_and(|rest| rest.starts_with(name));
        let line = text.get(site.range.end..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let behind = line.split([';', '&']).next().unwrap_or("");
        let behind = behind.split("||").next().unwrap_or("");
        let before = text.get(..site.range.start).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
        let substitutes = before.contains("$(") || before.contains('`');
        let mut members = behind.trim_start_matches('"').split('|').map(str::trim).skip(1).peekable();
        let shows = |member: &str| matches!(member.split(' ').next(), Some(first) if SHOW.contains(&first));
        is_itself
            && !substitutes
            && !line.contains("&>")
            && !behind.contains(['>', '$', '`', ')'])
            && members.peek().is_some()
            && members.all(shows)
    }

    /// `echo "$BITBUCKET_BRANCH" | grep -q '^release/'`: a test of the branch's name.
    pub(super) fn branch_is_searched(&self, name: &str) {
        if !matches!(name, "grep" | "egrep") || !self.invocation.piped_from {
            return;
        }
        let site = self.run.site(self.invocation.place);
        let text = site.node.text().unwrap_or("");
        let before = text.get(..site.range.start).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("");
        let mut plain = self.invocation.words.iter().skip(1).filter_map(|word| word.literal());
        let pattern = plain.find(|word| !word.starts_with('-')).map(crate::shell::globs).unwrap_or_default();
        // A second word is a file, which is searched instead of the name.
        if line.contains("BITBUCKET_BRANCH") && !pattern.is_empty() && plain.next().is_none() {
            let with = pattern.into_iter().map(Value::literal).collect();
            self.run.found_mut().branch_tests.push(BranchTest { with, site });
        }
    }

    /// `kubectl config use-context production` and its kin choose for what comes after.
    pub(super) fn contexts(&self, name: &str) {
        self.makes_own(name);
        const CHOOSE: [&str; 20] = [
            "gcloud config configurations activate",
            "oc project",
            "oc config use-context",
            "firebase use",
            "eb use",
            "tofu workspace select",
            "terragrunt workspace select",
            "amplify env checkout",
            "doctl kubernetes cluster kubeconfig save",
            "gcloud container clusters get-credentials",
            "gcloud config set",
            "kubectl config use-context",
            "kubectl config set-context",
            "aws eks update-kubeconfig",
            "az aks get-credentials",
            "az account set",
            "terraform workspace select",
            "pulumi stack select",
            "docker context use",
            "cf target",
        ];
        let begins = |phrase: &&str| phrase.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
        if !CHOOSE.iter().any(begins) && !matches!(name, "kubectx" | "kubens") {
            return;
        }
        let words: Vec<String> = self.invocation.words.iter().skip(1).map(|word| word.shown()).collect();
        let line = format!("{name} {}", words.join(" "));
        if CHOOSE.iter().any(|phrase| line.starts_with(phrase)) || name == "kubectx" || name == "kubens" {
            self.run.found_mut().contexts.extend(words);
        }
        if line.starts_with("docker context use ") {
            self.uses_context();
        }
    }
}

fn is_trace(flag: &str) -> bool {
    flag == "xtrace" || (flag.starts_with('-') && !flag.starts_with("--") && flag.contains('x'))
}
