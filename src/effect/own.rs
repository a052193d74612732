//! Clusters, swarms and emulators that a step makes for itself on the build machine: they are gone with it, and what is brought
//! there is no deployment.

use super::arguments::Arguments;
use super::command::Reading;
use crate::shell::Value;

/// What a step has made for itself so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    /// The contexts of its clusters.
    contexts: Vec<String>,
    /// Whether the context that `kubectl` takes by itself is one of them.
    chosen: bool,
    /// Which files of access were named when it was chosen.
    access: Vec<Value>,
    /// Whether the docker service is a swarm of its own.
    swarm: bool,
    /// Whether an agent of Nomad runs beside the commands.
    nomad: bool,
    /// Whether something forwards a port of the build machine to another one.
    tunnel: bool,
}

/// How a cluster is made, the flags and the number of the word that name it, how its context begins, and its name without one.
struct Maker {
    phrase: &'static [&'static str],
    flags: &'static [&'static str],
    word: bool,
    begins: &'static str,
    unnamed: &'static str,
}

const MAKERS: [Maker; 4] = [
    Maker {
        phrase: &["kind", "create", "cluster"],
        flags: &["-n", "--name"],
        word: false,
        begins: "kind-",
        unnamed: "kind",
    },
    Maker { phrase: &["k3d", "cluster", "create"], flags: &[], word: true, begins: "k3d-", unnamed: "k3s-default" },
    Maker { phrase: &["minikube", "start"], flags: &["-p", "--profile"], word: false, begins: "", unnamed: "minikube" },
    Maker { phrase: &["microk8s", "start"], flags: &[], word: false, begins: "", unnamed: "microk8s" },
];

/// Commands that choose another cluster for those after them; the last of these words names the context.
const CHOOSE: [&[&str]; 3] = [&["kubectl", "config", "use-context"], &["oc", "config", "use-context"], &["kubectx"]];

/// Commands that fetch the access to a cluster elsewhere, and choose it.
const FETCH: [&[&str]; 8] = [
    &["oc", "login"],
    &["ibmcloud", "ks", "cluster", "config"],
    &["kubectl", "config", "set-context"],
    &["kubectl", "config", "set-cluster"],
    &["aws", "eks", "update-kubeconfig"],
    &["gcloud", "container", "clusters", "get-credentials"],
    &["az", "aks", "get-credentials"],
    &["doctl", "kubernetes", "cluster", "kubeconfig", "save"],
];

/// Commands after which a cluster of the step is gone, or stands still.
const END: [&[&str]; 4] =
    [&["kind", "delete"], &["k3d", "cluster", "delete"], &["minikube", "delete"], &["minikube", "stop"]];

/// Hosts of the build machine itself.
const HERE: [&str; 4] = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"];

impl Reading<'_, '_> {
    /// Takes note of a command that makes or chooses a cluster, or opens a way to another machine.
    pub(super) fn makes_own(&self, name: &str) {
        if self.invocation.remote.is_some() {
            return;
        }
        let is = |word: &str| self.invocation.words.iter().skip(1).any(|own| own.literal() == Some(word));
        let mut found = match name {
            "ssh" | "autossh" | "socat" | "chisel" | "cloudflared" | "kubectl" | "aws" | "gcloud" | "az" | "doctl"
            | "oc" | "ibmcloud" | "kubectx" | "kind" | "k3d" | "minikube" | "microk8s" | "docker" | "nomad" => {
                self.run.found_mut()
            }
            _ => return,
        };
        let own = &mut found.own;
        match name {
            "ssh" | "autossh" => {
                let forwards = |word: &&str| word.starts_with('-') && !word.starts_with("--") && word.contains('L');
                own.tunnel |=
                    self.invocation.words.iter().filter_map(|word| word.literal()).any(|word| forwards(&word));
            }
            "socat" | "chisel" | "cloudflared" => own.tunnel = true,
            "docker" if self.begins(&["docker", "swarm", "init"]) => own.swarm = true,
            "nomad" if self.begins(&["nomad", "agent"]) && is("-dev") => own.nomad = true,
            _ if is("port-forward") || is("start-session") => own.tunnel = true,
            _ if FETCH.iter().any(|phrase| self.begins(phrase)) => own.chosen = false,
            _ if END.iter().any(|phrase| self.begins(phrase)) => {
                own.contexts.clear();
                own.chosen = false;
            }
            _ => {}
        }
        // What is made only in some cases is not surely there.
        if let Some(maker) = MAKERS.iter().find(|maker| self.begins(maker.phrase)).filter(|_| self.invocation.certain) {
            own.contexts.push(format!("{}{}", maker.begins, self.named(maker)));
            let apart = |word: &crate::shell::Word| word.value().literal_prefix().starts_with("--kubeconfig");
            own.chosen = !self.invocation.words.iter().any(apart);
            own.access = self.seen("KUBECONFIG").unwrap_or_default().to_vec();
        }
        if let Some(phrase) = CHOOSE.iter().find(|phrase| self.begins(phrase)) {
            let context = self.invocation.words.get(phrase.len()).map(|word| word.shown());
            own.chosen = context.is_some_and(|context| own.contexts.contains(&context));
        }
    }

    /// Whether the command begins with these words.
    fn begins(&self, phrase: &[&str]) -> bool {
        let mut words = self.invocation.words.iter().skip(1).map(|word| word.literal());
        self.invocation.name() == phrase.first().copied()
            && phrase.iter().skip(1).all(|word| words.next() == Some(Some(*word)))
    }

    /// The name that a cluster is given.
    fn named(&self, maker: &Maker) -> String {
        let mut words = self.invocation.words.iter().skip(maker.phrase.len()).map(|word| word.shown());
        while let Some(word) = words.next() {
            match word.split_once('=') {
                _ if maker.flags.contains(&word.as_str()) => return words.next().unwrap_or_default(),
                Some((flag, name)) if maker.flags.contains(&flag) => return name.to_owned(),
                _ if maker.word && !word.starts_with('-') => return word,
                _ => {}
            }
        }
        maker.unnamed.to_owned()
    }

    /// Whether a command brings something to what the step has made for itself. Where nothing in its words says so, a step that
    /// declares an environment may mean that one.
    pub(super) fn is_for_own(&self, arguments: &Arguments<'_>) -> bool {
        let flag = |names: &[&str]| arguments.flag(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let own = self.run.found_mut().own.clone();
        let declared = self.run.is_declared();
        match self.invocation.name() {
            _ if self.invocation.remote.is_some() => false,
            Some("kubectl" | "oc" | "helm" | "helmfile" | "kustomize" | "skaffold") => {
                let named = flag(&["--context", "--kube-context"]);
                let is_own = |value: &Value| own.contexts.contains(&value.to_string());
                let flags = ["--kubeconfig", "--kube-apiserver", "--server", "-s"];
                let elsewhere = flags.iter().any(|flag| arguments.has(flag))
                    || self.seen("KUBECONFIG").unwrap_or_default() != own.access;
                match named.is_empty() {
                    false => named.iter().all(|one| is_own(&one.value)),
                    true => own.chosen && !elsewhere && !declared,
                }
            }
            Some("aws" | "s5cmd") => {
                let named = flag(&["--endpoint-url"]);
                let set = self.seen("AWS_ENDPOINT_URL").unwrap_or_default();
                let told: Vec<&Value> = match named.is_empty() {
                    true => set.iter().collect(),
                    false => named.iter().map(|one| &one.value).collect(),
                };
                !own.tunnel && !told.is_empty() && told.into_iter().all(is_here)
            }
            Some("docker") => own.swarm && !self.elsewhere(arguments) && !declared,
            Some("nomad") => {
                let address = flag(&["-address"]);
                let set = self.seen("NOMAD_ADDR").unwrap_or_default();
                let named = address.iter().map(|one| &one.value).chain(set);
                own.nomad && !declared && named.into_iter().all(is_here)
            }
            _ => false,
        }
    }
}

/// Whether an address is one of the build machine.
fn is_here(address: &Value) -> bool {
    let begin = address.literal_prefix();
    let host = begin.split_once("://").map_or(begin, |(_, rest)| rest);
    HERE.iter().any(|here| {
        host.strip_prefix(here).is_some_and(|rest| {
            matches!(rest.chars().next(), Some(':' | '/')) || rest.is_empty() && address.as_literal().is_some()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::effects;

    /// What is left of a script as effects.
    fn deploys(script: &str) -> usize {
        effects(script).iter().filter(|effect| effect.starts_with("deploy")).count()
    }

    #[test]
    fn what_goes_to_the_steps_own_is_no_deployment() {
        for script in [
            "kind create cluster --name ci\nkubectl --context kind-ci apply -f k8s/",
            "kind create cluster\nhelm upgrade --install app chart --kube-context kind-kind",
            "k3d cluster create ci --agents 1\nhelm upgrade app chart --kube-context=k3d-ci",
            "minikube start\nkubectl config use-context minikube\nhelm upgrade app chart --kube-context minikube",
            "minikube start -p $N\nkubectl --context $N apply -f k8s/",
            "kind create cluster\nkubectl apply -f k8s/",
            "export KUBECONFIG=$PWD/k.yaml\nkind create cluster\nkubectl apply -f k8s/",
            "aws eks update-kubeconfig --name x\nkind create cluster\nkubectl apply -f k8s/",
            "aws --endpoint-url=http://localhost:4566 s3 sync dist s3://test",
            "aws --endpoint-url http://127.0.0.1:4566/ lambda update-function-code --function-name f --zip-file fileb://f",
            "export AWS_ENDPOINT_URL=http://localhost:4566\naws s3 sync dist s3://test",
            "AWS_ENDPOINT_URL=http://localhost:$PORT aws s3 sync dist s3://test",
            "docker swarm init\ndocker stack deploy -c stack.yml test",
            "nomad agent -dev &\nnomad job run x.hcl",
        ] {
            assert_eq!(deploys(script), 0, "{script}");
        }
    }

    #[test]
    fn what_may_go_elsewhere_is_one() {
        for script in [
            "kind create cluster --name ci\nkubectl --context prod apply -f k8s/",
            "kind create cluster\naws eks update-kubeconfig --name x\nkubectl apply -f k8s/",
            "kind create cluster\nkubectl config use-context prod\nkubectl apply -f k8s/",
            "kind create cluster\nkubectl --kubeconfig prod.yaml apply -f k8s/",
            "kind create cluster\noc login $API --token=$T\noc apply -f k8s/",
            "kind create cluster\nexport KUBECONFIG=prod.yaml\nkubectl apply -f k8s/",
            "kind create cluster\nKUBECONFIG=prod.yaml kubectl apply -f k8s/",
            "kind create cluster\nkind delete cluster\nkubectl apply -f k8s/",
            "kind create cluster\nkubectl config set-context --current --cluster=prod\nkubectl apply -f k8s/",
            "kind create cluster --kubeconfig k.yaml\nkubectl apply -f k8s/",
            "kind create cluster\nhelm upgrade app chart --kube-apiserver https://prod",
            "if [ -n \"$LOCAL\" ]; then kind create cluster; fi\nkubectl apply -f k8s/",
            "aws --endpoint-url https://s3.acme.example s3 sync dist s3://test",
            "aws --endpoint-url http://localhost.acme.example s3 sync dist s3://test",
            "ssh -fNL 4566:s3.acme.example:443 jump\naws --endpoint-url http://localhost:4566 s3 sync dist s3://test",
            "AWS_ENDPOINT_URL=http://localhost:4566 aws --endpoint-url $URL s3 sync dist s3://test",
            "docker swarm init\ndocker --context remote stack deploy -c stack.yml test",
            "nomad agent -dev &\nnomad job run -address=https://nomad.acme.example x.hcl",
            "nomad job run x.hcl",
        ] {
            assert_eq!(deploys(script), 1, "{script}");
        }
    }
}
