//! Images in files that a tool reads by itself: compose files with their variables, bundles, what Kamal is told.

use super::tests::{effects, read_with, show};
use super::world::Files;

/// Files by their paths.
struct Repository(&'static [(&'static str, &'static str)]);

impl Files for Repository {
    fn read(&self, path: &str) -> Option<String> {
        self.0.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned())
    }
}

const COMPOSE: &str = "services: {app: {image: 'r/app:${TAG:-latest}'}, db: {image: postgres}}";

/// What a script deploys last, where these files are at hand.
fn deployed(files: &'static [(&'static str, &'static str)], script: &str) -> String {
    read_with(&Repository(files), script, |found| {
        let mut all = found.effects.iter().map(|effect| show(effect).replace("remote ", ""));
        all.rfind(|shown| shown.starts_with("deploy")).unwrap_or_default()
    })
}

#[test]
fn a_file_of_variables_fills_in_what_the_shell_leaves_open() {
    const FILES: &[(&str, &str)] = &[("compose.yml", COMPOSE), ("ops/compose.yml", COMPOSE), ("kept/.env", "TAG=9\n")];
    let up = "export DOCKER_HOST=ssh://u@h";
    for (script, tag) in [
        ("echo TAG=1 > .env; docker compose up -d", "1"),
        ("echo A=b > .env; echo \"TAG='1'\" >> .env; docker-compose up -d", "1"),
        ("echo TAG=1 > .env; TAG=2 docker compose up -d", "2"),
        ("echo TAG=1 > my.env; docker compose --env-file my.env up -d", "1"),
        ("echo TAG=1 > a; echo TAG=2 > b; docker compose --env-file a --env-file b up -d", "2"),
        ("echo TAG=1 > ops/.env; echo TAG=2 > .env; docker compose -f ops/compose.yml up -d", "1"),
        ("cd ops; echo TAG=1 > .env; docker compose up -d", "1"),
        ("docker compose --project-directory kept -f compose.yml up -d", "<$TAG or 9>"),
        ("if [ -n \"$X\" ]; then echo TAG=1 > .env; else echo TAG=2 > .env; fi; docker compose up -d", "<1 or 2>"),
        ("docker compose up -d", "<$TAG or latest>"),
    ] {
        assert_eq!(deployed(FILES, &format!("{up}\n{script}")), format!("deploy r/app:{tag} postgres"), "{script}");
    }
}

#[test]
fn a_default_may_have_one_of_its_own() {
    const FILES: &[(&str, &str)] =
        &[("compose.yml", "services: {app: {image: 'r/app:${BITBUCKET_TAG:-${BITBUCKET_COMMIT:-x}}$$'}}")];
    assert_eq!(
        deployed(FILES, "export DOCKER_HOST=ssh://u@h\ndocker compose up -d"),
        "deploy r/app:$BITBUCKET_COMMIT$"
    );
}

#[test]
fn a_compose_file_is_read_where_it_was_written_or_whence_it_was_copied() {
    const FILES: &[(&str, &str)] =
        &[("ops/prod.yml", "services: {app: {image: 'r/app:7'}}"), ("compose.yml", "services: {a: {image: r/old:1}}")];
    for script in [
        "scp ops/prod.yml u@h:/srv/app/docker-compose.yml; ssh u@h 'cd /srv/app && docker compose up -d'",
        "scp ops/prod.yml u@h:/srv/app/; ssh u@h 'docker compose -f /srv/app/prod.yml up -d'",
        "scp -r ops u@h:/srv/; ssh u@h 'cd /srv/ops && docker compose -f prod.yml up -d'",
        "rsync -az ops/ u@h:/srv/app/; ssh u@h 'cd /srv/app && docker compose -f prod.yml up -d'",
        "echo 'services: {app: {image: \"r/app:7\"}}' > compose.yml; export DOCKER_HOST=ssh://h; docker compose up -d",
    ] {
        assert_eq!(deployed(FILES, script), "deploy r/app:7", "{script}");
    }
    // What the step has of its own is not on the other machine.
    let env = "echo TAG=1 > .env; ssh u@h docker compose -f v.yml up -d";
    const OPEN: &[(&str, &str)] = &[("v.yml", "services: {app: {image: 'r/app:$TAG'}}")];
    assert_eq!(deployed(OPEN, env), "deploy r/app:<$TAG of the other shell>");
}

#[test]
fn a_bundle_deploys_what_its_dockerrun_names() {
    const KEPT: &[(&str, &str)] = &[("Dockerrun.aws.json", "{\"Image\": {\"Name\": \"r/app:7\"}}")];
    const OPEN: &[(&str, &str)] = &[("Dockerrun.aws.json", "{\"Image\": {\"Name\": \"__IMAGE__\"}}")];
    for deploys in ["eb deploy", "aws elasticbeanstalk update-environment --environment-name e --version-label v"] {
        assert_eq!(deployed(&[], deploys), "deploy");
        assert_eq!(deployed(KEPT, deploys), "deploy r/app:7");
        assert_eq!(deployed(OPEN, deploys), "deploy ?");
        let of_two = "{\"containerDefinitions\": [{\"image\": \"r/a:1\"}, {\"image\": \"r/b:1\"}]}";
        assert_eq!(deployed(&[], &format!("echo '{of_two}' > Dockerrun.aws.json; {deploys}")), "deploy r/a:1 r/b:1");
        let filled = format!("sed -i \"s|__IMAGE__|r/app:$X|\" Dockerrun.aws.json; {deploys}");
        assert_eq!(deployed(OPEN, &filled), "deploy r/app:$X");
        assert_eq!(deployed(&[], &format!("./write.sh > Dockerrun.aws.json; {deploys}")), "deploy ?");
    }
}

#[test]
fn kamal_deploys_a_version_of_the_image_in_its_file() {
    const FILES: &[(&str, &str)] = &[("config/deploy.yml", "image: acme/app\nregistry: {server: ghcr.io}\n")];
    let skips = "kamal deploy --skip-push --version=1";
    assert_eq!(deployed(FILES, skips), "deploy ghcr.io/acme/app:1");
    assert_eq!(deployed(&[], skips), "deploy <the service's image>:1");
    assert_eq!(deployed(FILES, "kamal deploy --version 1"), "deploy ?");
    assert_eq!(deployed(FILES, "kamal deploy -P"), "deploy ?");
}

#[test]
fn tags_of_openshift_are_retags() {
    assert_eq!(effects("oc image mirror r/a:1 r/a:2"), ["retag r/a:1 -> r/a:2"]);
    assert_eq!(effects("oc image mirror --insecure=true r/a:1=r/a:2"), ["retag r/a:1 -> r/a:2"]);
    assert_eq!(
        effects("oc tag a:latest a:$BITBUCKET_COMMIT"),
        ["retag <the account's registry>/a:latest -> <the account's registry>/a:$BITBUCKET_COMMIT"]
    );
    assert_eq!(effects("oc tag a:$BITBUCKET_COMMIT a:production"), [""; 0]);
}

#[test]
fn a_folder_that_a_variable_names_is_known_by_the_same_words() {
    for script in [
        "cd k8s/$E; kustomize edit set image a=r/a:1; cd -; kubectl apply -k k8s/$E",
        "(cd k8s/$E && kustomize edit set image a=r/a:1); kubectl apply -k k8s/$E",
        "pushd k8s/$E && kustomize edit set image a=r/a:1 && popd; kustomize build k8s/$E | kubectl apply -f -",
    ] {
        let found = effects(script);
        assert_eq!(found.last().map(String::as_str), Some("deploy r/a:1"), "{script}: {found:?}");
    }
    let other = effects("(cd k8s/$E && kustomize edit set image a=r/a:1); kubectl apply -k k8s/$F");
    assert_eq!(other.last().map(String::as_str), Some("deploy ?"));
}
