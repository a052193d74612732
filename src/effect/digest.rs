//! Digests that a registry is asked for: `$(crane digest app:1)` is the digest of `app:1`.

use super::ecr::shown;
use crate::shell::{SymbolKind, Value};

/// Commands that print the digest of the image that they are asked about, and a word that has to stand in them.
const ASK: [(&str, &str); 12] = [
    ("crane digest ", ""),
    ("gcrane digest ", ""),
    ("skopeo inspect ", "Digest"),
    ("regctl image digest ", ""),
    ("regctl manifest digest ", ""),
    ("oras resolve ", ""),
    ("docker buildx imagetools inspect ", "Digest"),
    ("docker inspect ", "RepoDigests"),
    ("docker image inspect ", "RepoDigests"),
    ("gcloud artifacts docker images describe ", "digest"),
    ("gcloud container images describe ", "digest"),
    ("az acr repository show ", "digest"),
];

/// Flags of theirs whose value is a word of its own.
const VALUES: [&str; 7] = ["--platform", "--format", "-f", "--creds", "--authfile", "--type", "--override-arch"];

/// The name of the image whose digest a value is, where that was asked for by name.
pub(super) fn asked_about(digest: &Value) -> Option<Value> {
    let symbol = digest.as_symbol().filter(|symbol| symbol.kind == SymbolKind::Command)?;
    // `repository@sha256:…` without what stands before the digest is the digest.
    if !matches!(symbol.cut.as_str(), "" | "##*@" | "#*@") {
        return None;
    }
    if let Some(name) = by_parts(&symbol.name) {
        return shown(&name);
    }
    let (phrase, _) =
        ASK.iter().find(|(phrase, word)| symbol.name.starts_with(phrase) && symbol.name.contains(word))?;
    let mut words = symbol.name.strip_prefix(phrase)?.split(" | ").next()?.split_whitespace();
    let mut image = None;
    let mut in_braces = false;
    while let Some(word) = words.next() {
        // `{{index .RepoDigests 0}}`
        in_braces |= word.contains("{{");
        if in_braces {
            in_braces = !word.contains("}}");
        } else if VALUES.contains(&word) {
            in_braces = words.next().is_some_and(|value| value.contains("{{") && !value.contains("}}"));
        } else if word.contains('>') {
            // Where it complains to.
            if word.ends_with('>') {
                words.next();
            }
        } else if !word.starts_with('-') {
            // Of several it is not clear which one is meant.
            image = image.xor(Some(word));
            image?;
        }
    }
    shown(image?)
}

/// The name that a tool is told by its parts: `aws ecr describe-images --repository-name app --image-ids imageTag=1`.
fn by_parts(command: &str) -> Option<String> {
    let words: Vec<&str> = command.split(" | ").next()?.split_whitespace().collect();
    let value = |flags: &[&str]| {
        words.iter().enumerate().find_map(|(at, word)| match word.split_once('=') {
            Some((flag, value)) if flags.contains(&flag) => Some(value),
            _ if flags.contains(word) => words.get(at + 1).copied(),
            _ => None,
        })
    };
    match words.as_slice() {
        ["aws", "ecr", "describe-images" | "batch-get-image", ..] if command.contains("igest") => {
            let tag = words.iter().find_map(|word| word.split_once("imageTag=").map(|(_, tag)| tag))?;
            let tag = tag.split([',', '}']).next().unwrap_or(tag).trim_matches(['"', '\'']);
            Some(format!("{}{}:{tag}", OWN_REGISTRY, value(&["--repository-name"])?))
        }
        ["az", "acr", "repository", "show", ..] if command.contains("digest") => {
            Some(format!("{}.azurecr.io/{}", value(&["--name", "-n"])?, value(&["--image", "-t"])?))
        }
        _ => None,
    }
}

/// Stands before a repository whose registry the command does not name.
pub(super) const OWN_REGISTRY: &str = "?/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_is_read_from_the_command() {
        let asked = |text: &str| asked_about(&Value::command(text)).map(|value| value.to_string());
        for text in [
            "crane digest r/a:$BITBUCKET_COMMIT",
            "crane digest --platform linux/amd64 r/a:$BITBUCKET_COMMIT",
            "crane digest r/a:$BITBUCKET_COMMIT 2>/dev/null",
            "skopeo inspect --format {{.Digest}} docker://r/a:$BITBUCKET_COMMIT",
            "skopeo inspect docker://r/a:$BITBUCKET_COMMIT | jq -r .Digest",
            "docker buildx imagetools inspect r/a:$BITBUCKET_COMMIT --format {{.Manifest.Digest}}",
            "docker inspect --format {{index .RepoDigests 0}} r/a:$BITBUCKET_COMMIT",
            "docker inspect -f={{index .RepoDigests 0}} r/a:$BITBUCKET_COMMIT",
        ] {
            let image = asked(text).map(|image| image.trim_start_matches("docker://").to_owned());
            assert_eq!(image.as_deref(), Some("r/a:$BITBUCKET_COMMIT"), "{text}");
        }
        for (text, image) in [
            (
                "aws ecr describe-images --repository-name shop/api --image-ids imageTag=$BITBUCKET_COMMIT --query imageDetails[0].imageDigest --output text",
                "?/shop/api:$BITBUCKET_COMMIT",
            ),
            (
                "az acr repository show --name acme --image api:$BITBUCKET_COMMIT --query digest -o tsv",
                "acme.azurecr.io/api:$BITBUCKET_COMMIT",
            ),
            (
                "gcloud artifacts docker images describe r/p/a:$BITBUCKET_COMMIT --format=value(image_summary.digest)",
                "r/p/a:$BITBUCKET_COMMIT",
            ),
        ] {
            assert_eq!(asked(text).as_deref(), Some(image), "{text}");
        }
        for text in ["cat digest.txt", "crane digest $(cat name)", "docker inspect r/a:1", "crane digest a b"] {
            assert_eq!(asked(text), None, "{text}");
        }
    }
}
