//! Digests that a registry is asked for: `$(crane digest app:1)` is the digest of `app:1`.

use super::ecr::shown;
use crate::shell::{SymbolKind, Value};

/// Commands that print the digest of the image that they are asked about, and a word that has to stand in them.
const ASK: [(&str, &str); 9] = [
    ("crane digest ", ""),
    ("gcrane digest ", ""),
    ("skopeo inspect ", "Digest"),
    ("regctl image digest ", ""),
    ("regctl manifest digest ", ""),
    ("oras resolve ", ""),
    ("docker buildx imagetools inspect ", "Digest"),
    ("docker inspect ", "RepoDigests"),
    ("docker image inspect ", "RepoDigests"),
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
        for text in ["cat digest.txt", "crane digest $(cat name)", "docker inspect r/a:1", "crane digest a b"] {
            assert_eq!(asked(text), None, "{text}");
        }
    }
}
