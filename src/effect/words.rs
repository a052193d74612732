//! The words of a command that may name an environment.

use super::command::Reading;
use super::environment;
use super::reference::Reference;
use super::tool::{self, OfFolder};
use crate::shell::{SymbolKind, Value};

impl<'d> Reading<'_, 'd> {
    /// Words that may name an environment: all but references and secrets.
    pub(super) fn words(&self, references: &[Reference<'d>]) -> Vec<String> {
        let images: Vec<String> = references.iter().map(Reference::to_string).collect();
        let mut words: Vec<String> = self.invocation.remote.iter().map(Value::to_string).collect();
        words.extend(self.run.context_words());
        let is_docker = matches!(self.invocation.name(), Some("docker" | "docker-compose"));
        let hosts = if is_docker { self.hosts() } else { Vec::new() };
        let told_by_host = hosts.iter().any(|host| environment::is_told_by(host));
        words.extend(hosts);
        words.extend(self.chosen());
        words.extend(self.rendered_from());
        // `compose.prod.yml` is what differs from a developer's machine, on whichever host: it tells nothing against a host or a
        // declaration.
        let tells =
            |words: &[String]| words.iter().chain(&self.run.found_mut().contexts).any(|word| environment::tells(word));
        let passes_file = is_docker && (self.run.is_declared() || told_by_host || tells(&words));
        let mut skip_next = false;
        for word in self.invocation.words.iter().skip(1) {
            let text = word.shown();
            if std::mem::take(&mut skip_next) {
                continue;
            }
            if text.starts_with("--image=")
                || text.starts_with("--set") && text.contains(' ')
                || passes_file && (text.starts_with("--file=") || text.starts_with("--compose-file="))
            {
                continue;
            }
            skip_next = match text.as_str() {
                "--image" | "--set" | "--helm-set" | "--set-string" | "--token" | "--description" | "-m" => true,
                // An inventory is a group of machines, and all else an image.
                "-i" => self.invocation.name() != Some("ansible-playbook"),
                "-f" | "--file" | "-c" | "--compose-file" => passes_file,
                _ => false,
            };
            // A flag's name, such as `--stage`, is about environments in general.
            let text = match text.split_once('=') {
                Some((flag, value)) if flag.starts_with('-') => value.to_owned(),
                // So is a parameter's: `Stage=$STAGE`.
                Some((name, value)) if environment::is_general(name) => value.to_owned(),
                // A project of its own for staging has its production, too.
                None if self.is_of_production(&text) && !self.run.is_declared() => "production".to_owned(),
                None if text.starts_with('-') => continue,
                _ => text,
            };
            let text = environment::without_modes(text);
            let names_image = images.iter().any(|image| text.contains(image.as_str()));
            if !names_image {
                words.push(text);
            }
        }
        // What such a tool deploys is what stands in its folder: `cd live/prod` is `-chdir=live/prod`, where nothing else tells.
        if let Some(folder) = self.scope.folder()
            && let Some(name) = self.invocation.name()
            && !tells(&words)
        {
            match tool::of_folder(name) {
                // `live` holds all environments, by a habit of Terragrunt's users.
                OfFolder::All if folder == "live" => {}
                OfFolder::All => words.push(folder.to_owned()),
                OfFolder::OfName => {
                    let is_name = |part: &&str| part.chars().all(char::is_alphanumeric);
                    words.extend(folder.split('/').filter(is_name).map(str::to_owned));
                }
                OfFolder::No => {}
            }
        }
        words
    }

    /// What variables of a tool choose for it: a cluster, an account, a workspace.
    fn chosen(&self) -> Vec<String> {
        let variable = match self.invocation.name().unwrap_or("") {
            "kubectl" | "oc" | "helm" | "helmfile" | "flux" | "kapp" | "skaffold" => "KUBECONFIG",
            "aws" | "sam" | "cdk" | "serverless" | "sls" | "copilot" | "eb" => "AWS_PROFILE",
            "terraform" | "tofu" => "TF_WORKSPACE",
            _ => return Vec::new(),
        };
        self.seen(variable).unwrap_or(&[]).iter().map(Value::to_string).collect()
    }

    /// The words of the command that renders what this one reads: `kustomize build overlays/production | kubectl apply -f -`.
    fn rendered_from(&self) -> Vec<String> {
        const RENDER: [&str; 3] = ["kustomize build ", "kubectl kustomize ", "helm template "];
        let commands = self.invocation.reads.input.iter().flat_map(Value::symbols);
        let commands = commands.filter(|symbol| symbol.kind == SymbolKind::Command).map(|symbol| symbol.name.as_str());
        let renders = commands.filter(|command| RENDER.iter().any(|begin| command.starts_with(begin)));
        let words = renders.flat_map(|command| command.split_whitespace().skip(2));
        words.filter(|word| !word.starts_with('-') && !word.contains('=')).map(str::to_owned).collect()
    }

    /// Whether a flag asks for production, of the tools that else deploy a preview.
    fn is_of_production(&self, flag: &str) -> bool {
        match self.invocation.name() {
            Some("vercel") => flag == "--prod",
            Some("netlify") => matches!(flag, "--prod" | "-p"),
            _ => false,
        }
    }
}
