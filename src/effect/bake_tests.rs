//! What bake builds by its files, and by what its command sets over them.

use super::tests::{read_with, show};
use super::world::Files;

/// One bake file under one path.
struct At(&'static str, &'static str);

impl Files for At {
    fn read(&self, path: &str) -> Option<String> {
        (path == self.0).then(|| self.1.to_owned())
    }
}

fn built(files: At, script: &str) -> Vec<String> {
    let mut shown = read_with(&files, script, |found| found.effects.iter().map(show).collect::<Vec<String>>());
    shown.retain(|effect| effect.starts_with("build"));
    shown
}

const FILE: &str = r#"
    variable "TAG" {}
    variable "REGISTRY" { default = "r.io" }
    OWNER = "acme"
    group "default" { targets = ["api", "ui"] }
    target "_common" { output = ["type=registry"] }
    target "api" {
      inherits = ["_common"]
      tags = ["${REGISTRY}/${OWNER}/api:${TAG}", notequal("", EXTRA) ? "a/api:x" : ""]
    }
    target "ui" { tags = concat(["ui:${TAG}"], ["ui:2"]) }
    target "each" {
      name = "each-${app}"
      matrix = { app = ["one", "two"] }
      tags = ["${app}:${TAG}"]
    }
    target "odd" { tags = split(",", TAG) }
"#;

fn hcl(script: &str) -> Vec<String> {
    built(At("docker-bake.hcl", FILE), script)
}

#[test]
fn targets_are_built_under_their_tags() {
    assert_eq!(
        hcl("export TAG=$BITBUCKET_COMMIT REGISTRY=r.io\ndocker buildx bake"),
        ["build r.io/acme/api:$BITBUCKET_COMMIT a/api:x +push", "build ui:$BITBUCKET_COMMIT ui:2"]
    );
    assert_eq!(hcl("TAG=1 docker buildx bake --push ui"), ["build ui:1 ui:2 +push"]);
    assert_eq!(hcl("TAG=1 docker buildx bake each"), ["build one:1 two:1"]);
    // A default is no more than that: the settings of the repository may have another.
    assert_eq!(hcl("TAG=1 docker buildx bake api"), ["build <$REGISTRY or r.io>/acme/api:1 a/api:x +push"]);
}

#[test]
fn what_the_command_sets_stands_over_the_file() {
    assert_eq!(hcl("TAG=1 docker buildx bake ui --set ui.tags=x:1"), ["build x:1"]);
    assert_eq!(hcl("TAG=1 docker buildx bake ui --set '*.tags+=x:1'"), ["build ui:1 ui:2 x:1"]);
    assert_eq!(hcl("TAG=1 docker buildx bake ui --set api.tags=x:1"), ["build ui:1 ui:2"]);
    assert_eq!(hcl("TAG=1 docker buildx bake ui --set '*.output=type=registry'"), ["build ui:1 ui:2 +push"]);
}

#[test]
fn what_cannot_be_told_has_no_names() {
    for script in [
        "docker buildx bake odd",
        "docker buildx bake other",
        "docker buildx bake \"$TARGETS\"",
        "docker buildx bake -f other.hcl",
        "docker buildx bake https://git.example/x.git ui",
        "cd sub && docker buildx bake",
    ] {
        assert_eq!(hcl(script), ["build  +push"], "{script}");
    }
    let many = (0..400).map(|_| "\"g\"").collect::<Vec<_>>().join(", ");
    for own in ["inherits = [\"default\"]".to_owned(), format!("inherits = [{}]", many.replace('g', "default"))] {
        let text = format!("target \"default\" {{ {own} }}");
        assert_eq!(
            built(At("docker-bake.hcl", Box::leak(text.into_boxed_str())), "docker buildx bake"),
            ["build  +push"]
        );
    }
    let wide = format!("group \"default\" {{ targets = [{many}] }}\ngroup \"g\" {{ targets = [{many}] }}");
    assert_eq!(built(At("docker-bake.hcl", Box::leak(wide.into_boxed_str())), "docker buildx bake"), ["build  +push"]);
    let chain: String = (0..12).map(|at| format!("target \"t{at}\" {{ inherits = [\"t{}\"] }}\n", at + 1)).collect();
    for text in [
        format!("{chain}target \"t12\" {{ tags = [\"a:1\"] }}"),
        "target \"t0\" { inherits = X == \"a\" ? [\"a\"] : [] }".to_owned(),
        "variable \"P\" {}\ntarget \"t0\" { inherits = [\"${P}\"] }".to_owned(),
    ] {
        let file = At("docker-bake.hcl", Box::leak(text.into_boxed_str()));
        assert_eq!(built(file, "docker buildx bake t0"), ["build  +push"]);
    }
    let (long, apps) = ("x".repeat(50_000), (0..64).map(|at| format!("\"{at}\"")).collect::<Vec<_>>().join(","));
    let text = format!(
        "variable \"L\" {{ default = \"{long}\" }}\ntarget \"m\" {{ matrix = {{ a = [{apps}] }}\nname = \"m${{a}}\"\ntags = [\"a:{}\"] }}",
        "${L}${a}".repeat(2_000)
    );
    let shown = built(At("docker-bake.hcl", Box::leak(text.into_boxed_str())), "docker buildx bake m").concat();
    assert!(shown.len() < 4 << 20, "{}", shown.len());
    let round = "group \"a\" { targets = [\"b\"] }\ngroup \"b\" { targets = [\"a\"] }\nvariable \"X\" { default = X }";
    assert_eq!(built(At("docker-bake.hcl", round), "docker buildx bake a"), ["build  +push"]);
}

#[test]
fn a_file_may_be_json_or_of_compose() {
    let json = r#"{"variable": {"T": {"default": ""}}, "target": {"default": {"tags": ["a:${T}"], "output": ["type=docker"]}}}"#;
    assert_eq!(built(At("b.json", json), "T=1 docker buildx bake -f b.json"), ["build a:1"]);
    let compose = "services: {web: {build: ., image: 'a:${T}'}, db: {image: 'postgres:16'}}";
    assert_eq!(built(At("compose.yaml", compose), "T=1 docker buildx bake --push"), ["build a:1 +push"]);
}
