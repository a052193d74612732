//! Kubernetes manifests: whether what is applied can hold a workload, and so an image.

use crate::yaml::{Document, Node};

/// Kinds of objects that hold no image, as words of a command and of a file's name.
const OBJECTS: [&str; 38] = [
    "secret",
    "configmap",
    "cm",
    "namespace",
    "ns",
    "serviceaccount",
    "sa",
    "role",
    "rolebinding",
    "clusterrole",
    "clusterrolebinding",
    "token",
    "quota",
    "priorityclass",
    "ingress",
    "service",
    "svc",
    "rbac",
    "pvc",
    "pv",
    "persistentvolumeclaim",
    "persistentvolume",
    "storageclass",
    "hpa",
    "horizontalpodautoscaler",
    "pdb",
    "poddisruptionbudget",
    "networkpolicy",
    "netpol",
    "resourcequota",
    "limitrange",
    "certificate",
    "issuer",
    "clusterissuer",
    "servicemonitor",
    "crd",
    "customresourcedefinition",
    "ingressclass",
];

/// Words of a command that make no workload: `kubectl create secret`.
const MADE: usize = 16;

/// Words in a manifest's name that say where it goes, not what it is.
const PLACES: [&str; 18] = [
    "k8s",
    "kubernetes",
    "kube",
    "gke",
    "eks",
    "aks",
    "staging",
    "stage",
    "stg",
    "production",
    "prod",
    "test",
    "dev",
    "common",
    "base",
    "all",
    "app",
    "my",
];

/// Whether a word of a command names an object that holds no image.
pub(super) fn is_plain_object(word: &str) -> bool {
    OBJECTS[..MADE].contains(&word)
}

/// Whether printed text comes from a command that makes such an object: `kubectl create secret … | kubectl apply -f -`.
pub(super) fn prints_plain_object(text: &str) -> bool {
    OBJECTS[..MADE].iter().any(|object| text.contains(&format!("create {object}")))
}

/// Whether a text holds nothing but objects without an image.
pub(super) fn holds_nothing(text: &str) -> bool {
    text.split("\n---").all(|part| holds_no_image(&Document::read(part)))
}

/// Whether a document is an object of a kind that holds no image, or nothing at all.
fn holds_no_image(document: &Document) -> bool {
    let Some(root) = document.root() else { return true };
    let plain = |node: Node<'_>| {
        let kind = node.get("kind").and_then(|kind| kind.text()).unwrap_or("").to_lowercase();
        // A service of Knative has containers.
        OBJECTS.contains(&kind.as_str()) && node.get("spec").is_none_or(|spec| spec.get("template").is_none())
    };
    match root.get("items") {
        Some(items) if items.is_sequence() => items.items().all(plain),
        _ => plain(root),
    }
}

/// Whether the name of a file is the plain name of an object that holds no image: `service.yaml`, `staging-ingress.yml`.
pub(super) fn says_no_image(path: &str) -> bool {
    let base = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let Some((stem, end)) = base.split_once('.') else { return false };
    let file = end.split('.').any(|part| matches!(part, "yaml" | "yml" | "json"));
    let one = stem.strip_suffix('s').unwrap_or(stem);
    let object =
        |word: &str| OBJECTS.contains(&word) || word.strip_suffix('s').is_some_and(|one| OBJECTS.contains(&one));
    let joined: String = one.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut words = stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let place = |word: &str| PLACES.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit());
    file && (OBJECTS.contains(&joined.as_str())
        || stem.split('-').any(object) && words.all(|word| object(word) || place(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_say_what_holds_no_image() {
        for path in [
            "service.yaml",
            "k8s/ingress.yml",
            "staging-service.yaml",
            "config-map.yaml",
            "configmaps.yaml",
            "rbac.yaml.tmpl.yaml",
            "01-namespace.yaml",
            "network-policy.yaml",
            "prod/secrets.json",
        ] {
            assert!(says_no_image(path), "{path}");
        }
        // The name of an app may end in `service`.
        for path in [
            "user-service.yaml",
            "deployment.yaml",
            "staging.yaml",
            "k8s/",
            "-",
            "app.yaml",
            "service",
            "services-and-app.yaml",
        ] {
            assert!(!says_no_image(path), "{path}");
        }
    }

    #[test]
    fn a_manifest_at_hand_says_it_itself() {
        assert!(holds_nothing("kind: Service\nspec: {ports: [{port: 80}]}\n---\nkind: Ingress\n---\n"));
        assert!(!holds_nothing(
            "kind: Service\n---\nkind: Deployment\nspec: {template: {spec: {containers: [{image: a:1}]}}}\n"
        ));
        assert!(!holds_nothing("apiVersion: serving.knative.dev/v1\nkind: Service\nspec: {template: {spec: {}}}\n"));
        assert!(!holds_nothing("kind: HelmRelease\n"));
    }
}
