//! Commands that stand behind other commands, and words that look like another command's.

use super::model::{AtHand, Effect, Kind, Opaque};
use super::tests::{effects, read_with, unread};
use super::world::NoFiles;

#[test]
fn what_a_wrapper_runs_is_read() {
    let built = ["build r/a:1"];
    for script in [
        "npx cross-env A=b docker build -t r/a:1 .",
        "npx concurrently -n a 'docker build -t r/a:1 .'",
        "npx -c 'docker build -t r/a:1 .'",
        "npm exec -c 'docker build -t r/a:1 .'",
        "lerna exec -- docker build -t r/a:1 .",
        "npx nx exec -- docker build -t r/a:1 .",
        "nix develop -c docker build -t r/a:1 .",
        "ssh-agent bash -c 'docker build -t r/a:1 .'",
    ] {
        assert_eq!(effects(script), built, "{script}");
    }
    for script in ["npx eslint -c .eslintrc", "nix develop .#ci", "npx concurrently -c red"] {
        assert_eq!(effects(script), Vec::<String>::new(), "{script}");
    }
    for script in [
        "sshpass -p \"$PW\" ssh a@b 'docker run -d r/a:1'",
        "sshpass -p$PW ssh a@b 'docker run -d r/a:1'",
        "gcloud compute ssh b --zone z --command 'docker run -d r/a:1'",
        "az vm run-command invoke -n b --scripts 'docker run -d r/a:1'",
    ] {
        assert_eq!(effects(script), ["remote deploy r/a:1"], "{script}");
    }
}

#[test]
fn a_word_of_another_command_is_no_subcommand() {
    for script in ["git ftp push", "git -C x ftp push ftp://h"] {
        assert_eq!(effects(script), ["deploy"], "{script}");
    }
    for script in ["git push o HEAD:x", "git -c a=b push o HEAD:x", "git subtree push --prefix dist o gh-pages"] {
        assert_eq!(effects(script), ["deploy ?"], "{script}");
    }
    let tagged = "git tag -a \"1.$BITBUCKET_BUILD_NUMBER\" -m x; git push origin \"1.$BITBUCKET_BUILD_NUMBER\"";
    assert_eq!(effects(tagged), Vec::<String>::new());
    for script in ["git tag 1; git push origin main", "git tag 1; git push origin main 1"] {
        assert_eq!(effects(script), ["deploy ?"]);
    }
    assert_eq!(effects("git tag 1; git push -o ci.skip origin tag 1"), [""; 0]);
    for script in ["npx cap sync android", "cap sync", "cap production doctor", "git lfs push o x"] {
        assert_eq!(effects(script), Vec::<String>::new(), "{script}");
    }
    for script in ["bundle exec cap production deploy", "cap deploy", "cap -n", "cap staging app:deploy"] {
        assert_eq!(effects(script).len(), usize::from(!script.contains("-n")), "{script}");
    }
}

#[test]
fn an_image_in_a_file_has_no_name() {
    assert_eq!(effects("skopeo copy docker-archive:a.tar docker://r/a:1"), ["retag ? -> r/a:1"]);
    assert_eq!(effects("skopeo copy docker-daemon:a:1 docker://r/a:1"), ["retag a:1 -> r/a:1"]);
    assert_eq!(effects("crane push a.tar r/a:1"), ["retag ? -> r/a:1"]);
    assert_eq!(effects("regctl image import r/a:1 a.tar"), ["retag ? -> r/a:1"]);
    assert_eq!(effects("docker build --check ."), Vec::<String>::new());
}

#[test]
fn what_a_containers_shell_is_told_is_read_where_it_is_known() {
    for script in [
        "docker run --rm tools:1 sh -c 'kubectl set image deployment/web web=r/a:1'",
        "docker run --rm -e A tools:1 bash -ec 'cd /w && kubectl set image deployment/web web=r/a:1'",
        "docker run --rm --entrypoint sh tools:1 -c 'kubectl set image deployment/web web=r/a:1'",
        "docker compose run --rm ops kubectl set image deployment/web web=r/a:1",
    ] {
        assert_eq!(effects(script), ["deploy r/a:1"], "{script}");
    }
    for script in [
        "docker run --rm app:1 sh -c './run-tests.sh && npm test'",
        "docker compose run --rm web npm test",
        // A cluster in a container is gone with it.
        "docker exec kind sh -c 'kubectl set image deployment/web web=r/a:1'",
    ] {
        assert_eq!(effects(script), [""; 0], "{script}");
    }
}

#[test]
fn an_own_tool_in_a_container_may_promote_what_it_is_told_of() {
    for script in [
        "docker compose run --rm ci ./promote.sh $BITBUCKET_COMMIT",
        "docker exec ci ./promote $BITBUCKET_COMMIT",
        "docker exec ci sh -c \"./promote $BITBUCKET_COMMIT\"",
    ] {
        assert_eq!(effects(script), [""; 0], "{script}");
        assert_ne!(unread(script), [""; 0], "{script}");
    }
    for script in ["docker compose run --rm web npm test $BITBUCKET_COMMIT", "docker exec ci ./migrate.sh"] {
        assert_eq!(unread(script), [""; 0], "{script}");
    }
}

#[test]
fn a_command_may_be_one_of_several() {
    assert_eq!(effects("D=${D:-docker}; $D tag r/a:1 r/a:2"), ["retag r/a:1 -> r/a:2 local"]);
    assert_eq!(effects("${DRY:+echo} docker push r/a:1"), ["push r/a:1"]);
    assert_eq!(effects("${SUDO:+sudo} docker push r/a:1"), ["push r/a:1"]);
    let unknown = [format!("{:?}", Opaque::Command { name: "$TOOL".to_owned() })];
    assert_eq!(effects("$TOOL push r/a:1"), unknown);
}

#[test]
fn a_push_goes_to_what_its_remote_is() {
    for (script, due) in [
        ("heroku git:remote -a shop-production; git push heroku main", "deploy"),
        ("git remote add live https://git.heroku.com/shop.git; git push live main", "deploy"),
        ("git push production HEAD:main", "deploy ?"),
    ] {
        assert_eq!(effects(script), [due], "{script}");
    }
    let restarts = |script: &str| {
        let is_restart = |effect: &Effect<'_>| matches!(effect.kind, Kind::Deploy { restart: true, .. });
        read_with(&NoFiles, script, |found| found.effects.iter().any(is_restart))
    };
    for script in ["git push production main", "git push wpengine main", "git push ssh://d@prod.acme.example/srv main"]
    {
        assert!(!restarts(script), "{script}");
    }
    for script in [
        "git push origin production",
        "git push git@github.com:acme/production.git main",
        "git remote add production git@github.com:acme/live.git; git push production main",
    ] {
        assert!(restarts(script), "{script}");
    }
}

#[test]
fn the_targets_of_earthly_tell_what_it_builds() {
    for script in ["earthly +image", "earthly ./api+build", "earthly --push +test", "earthly +$TARGET"] {
        assert!(effects(script).first().is_some_and(|shown| shown.starts_with("build")), "{script}");
    }
    for script in ["earthly +test", "earthly --ci ./api+lint +unit-test"] {
        assert_eq!(effects(script), [""; 0], "{script}");
    }
    let all = Opaque::Target { name: "earthly +all".to_owned(), telling: false, at_hand: AtHand::No };
    assert_eq!(effects("earthly +all"), [format!("{all:?}")]);
}

#[test]
fn a_release_track_has_the_commands_of_the_tool() {
    assert_eq!(effects("gcloud beta run jobs update j --image a/b:1"), ["deploy a/b:1"]);
    assert_eq!(effects("gcloud --quiet alpha run services update s --image a/b:1"), ["deploy a/b:1"]);
    assert_eq!(effects("gcloud beta run services list"), [""; 0]);
}

#[test]
fn each_tool_has_several_spellings() {
    for (script, due) in [
        ("az acr pack build -r acme -t app:1 --builder b .", vec!["build acme.azurecr.io/app:1 +push"]),
        ("kamal build deliver", vec!["build  +push"]),
        ("kamal setup --skip-push", vec!["deploy ?"]),
        ("okteto build -t r/a:1 .", vec!["build r/a:1 +push"]),
        ("ibmcloud cr build -t r/a:1 .", vec!["build r/a:1 +push"]),
        ("wrangler containers build . -t a:1", vec!["build a:1"]),
        ("wrangler containers build . -t a:1 -p", vec!["build a:1 +push"]),
        ("quarkus image push", vec!["push ?"]),
        ("quarkus image push --also-build", vec!["build  +push"]),
        ("sbt dockerBuildAndPush", vec!["build  +push"]),
        ("nerdctl image tag r/a:1 r/a:2", vec!["retag r/a:1 -> r/a:2 local"]),
        ("docker import a.tar r/a:1", vec!["build r/a:1"]),
        ("podman buildx build -t r/a:1 .", vec!["build r/a:1"]),
        ("buildah manifest create r/a:2 docker://r/a:1", vec!["retag r/a:1 -> r/a:2"]),
        ("crane mutate r/a:1 -t r/a:2", vec!["retag r/a:1 -> r/a:2"]),
        ("regctl image mod r/a:1 --create r/a:2", vec!["retag r/a:1 -> r/a:2"]),
        ("regctl image mod --create $BITBUCKET_COMMIT r/a:1", vec!["retag r/a:1 -> r/a:$BITBUCKET_COMMIT"]),
        (
            "gcloud container images add-tag --quiet r/a:1 r/a:2 r/a:3",
            vec!["retag r/a:1 -> r/a:2", "retag r/a:1 -> r/a:3"],
        ),
        ("gcloud compute instance-groups managed rolling-action start-update w --version=template=t", vec!["deploy ?"]),
        (
            "docker tag r/a:1 registry.heroku.com/shop/web; docker push registry.heroku.com/shop/web; heroku container:release web -a shop",
            vec![
                "retag r/a:1 -> registry.heroku.com/shop/web local",
                "push registry.heroku.com/shop/web",
                "deploy r/a:1",
            ],
        ),
        ("heroku container:release web -a shop", vec!["deploy ?"]),
        ("oras manifest push r/a:2 -", vec!["retag ? -> r/a:2"]),
        ("oc image mirror r/a:1 r/a:2", vec!["retag r/a:1 -> r/a:2"]),
        ("fly machine update x --image r/a:1 --yes", vec!["deploy r/a:1"]),
        ("cargo lambda deploy", vec!["deploy"]),
        ("cargo lambda build --release", vec![]),
        ("heroku releases -a shop", vec![]),
        ("terraform destroy -auto-approve", vec![]),
        ("terraform apply -destroy -auto-approve", vec![]),
        ("vercel remove preview --yes", vec![]),
        ("git remote add azure https://shop.scm.azurewebsites.net/shop.git; git push azure main", vec!["deploy"]),
        ("NOMAD_VAR_image=r/a:1 nomad job run x.hcl", vec!["deploy r/a:1"]),
    ] {
        assert_eq!(effects(script), due, "{script}");
    }
}
