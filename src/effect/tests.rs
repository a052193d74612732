//! Commands to effects.

use super::*;
use crate::pipeline::Step;
use crate::yaml::Document;

/// The effects of a script, which are the same where it is a file at hand: there all of its commands have one place.
pub(super) fn effects(script: &str) -> Vec<String> {
    let catalogue = Catalogue::built_in();
    let found = effects_by(catalogue, script);
    assert_eq!(read_by(catalogue, &InFile(script), "source a/script.sh", shown), found, "as a file: {script}");
    found
}

/// A repository with nothing in it but a script.
struct InFile<'t>(&'t str);

impl Files for InFile<'_> {
    fn read(&self, path: &str) -> Option<String> {
        (path == "a/script.sh").then(|| self.0.to_owned())
    }
}

/// Those that a catalogue finds.
pub(super) fn effects_by(catalogue: &Catalogue, script: &str) -> Vec<String> {
    read_by(catalogue, &NoFiles, script, shown)
}

fn shown(found: &StepEffects<'_>) -> Vec<String> {
    let own = found.effects.iter().filter(|effect| !matches!(effect.kind, Kind::ReadVariable { .. } | Kind::Docker));
    own.map(show).collect()
}

pub(super) fn unread(script: &str) -> Vec<String> {
    let shown = |unread: &Unread<'_>| {
        let carried: Vec<String> = unread.references.iter().map(Reference::to_string).collect();
        format!("{}: {}{}", unread.command, carried.join(" "), if unread.pushes { " (pushes)" } else { "" })
    };
    read_with(&NoFiles, script, |found| found.unread.iter().map(shown).collect())
}

/// Reads a script with files at hand.
pub(super) fn read_with<T>(files: &dyn Files, script: &str, told: impl FnOnce(&StepEffects<'_>) -> T) -> T {
    read_by(Catalogue::built_in(), files, script, told)
}

fn read_by<T>(catalogue: &Catalogue, files: &dyn Files, script: &str, told: impl FnOnce(&StepEffects<'_>) -> T) -> T {
    let indented: String = script.lines().map(|line| format!("      {line}\n")).collect();
    let document = Document::read(format!("step:\n  script:\n    - |\n{indented}"));
    let root = document.root().unwrap();
    let step = Step::new(root.get("step").unwrap(), root);
    let bindings = Bindings { branch: Some(Names::exactly("main")), ..Bindings::default() };
    let found = Reader::new(catalogue, files).read(&step, &bindings, false, &super::Given::default());
    told(&found)
}

pub(super) fn show(effect: &Effect<'_>) -> String {
    let name = |reference: &Option<Reference<'_>>| reference.as_ref().map_or("?".to_owned(), Reference::to_string);
    let text = match &effect.kind {
        Kind::Build { references, pushes } => {
            let names: Vec<String> = references.iter().map(Reference::to_string).collect();
            format!("build {}{}", names.join(" "), if *pushes { " +push" } else { "" })
        }
        Kind::Push { reference, .. } => format!("push {}", name(reference)),
        Kind::Pull { reference } => format!("pull {}", name(reference)),
        Kind::Retag { source, target, local } => {
            format!("retag {} -> {}{}", name(source), name(target), if *local { " local" } else { "" })
        }
        Kind::Deploy { images, .. } => match images {
            Images::None => "deploy".to_owned(),
            Images::Hidden | Images::Unsaid => "deploy ?".to_owned(),
            Images::Doubtful { path } => format!("deploy {path}?"),
            Images::Known(references) | Images::Stated(references) => {
                format!("deploy {}", references.iter().map(Reference::to_string).collect::<Vec<_>>().join(" "))
            }
        },
        Kind::Opaque(what) => format!("{what:?}"),
        other => format!("{other:?}"),
    };
    if effect.remote { format!("remote {text}") } else { text }
}

#[test]
fn all_tags_are_the_names_that_the_step_gave() {
    let build = "docker build -t r.io/a:1 -t r.io/b:1 .\ndocker tag r.io/a:1 r.io/a:2\n";
    let pushed = |script: &str| effects(script).into_iter().filter(|text| text.starts_with("push")).collect::<Vec<_>>();
    assert_eq!(pushed(&format!("{build}docker push -a r.io/a")), ["push r.io/a:1", "push r.io/a:2"]);
    assert_eq!(pushed(&format!("{build}./more.sh\ndocker push -a r.io/a")), ["push ?"]);
    assert_eq!(pushed("docker buildx bake\ndocker push -a r.io/a"), ["push ?"]);
    assert_eq!(pushed("docker push -a r.io/a"), ["push ?"]);
}

#[test]
fn what_ecr_names_by_parts_is_put_together() {
    let get = "M=$(aws ecr batch-get-image --repository-name a/b --image-ids imageTag=$BITBUCKET_COMMIT)\n";
    let put = "aws ecr put-image --repository-name a/b --image-tag x --image-manifest";
    let target = "<the account's registry>/a/b:x";
    assert_eq!(
        effects(&format!("{get}{put} \"$M\"")),
        [format!("retag <the account's registry>/a/b:$BITBUCKET_COMMIT -> {target}")]
    );
    assert_eq!(effects(&format!("{put} file://m.json")), [format!("retag ? -> {target}")]);
}

#[test]
fn what_is_not_understood_is_kept_with_what_it_carries() {
    assert_eq!(
        effects("gcloud docker -- push eu.gcr.io/p/a:$BITBUCKET_COMMIT"),
        ["push eu.gcr.io/p/a:$BITBUCKET_COMMIT"]
    );
    assert_eq!(
        unread("az acr frobnicate --name r r.io/a:$BITBUCKET_COMMIT"),
        ["az acr frobnicate: r.io/a:$BITBUCKET_COMMIT"]
    );
    assert_eq!(unread("docker plugin push a/b:1"), ["docker plugin push: a/b:1 (pushes)"]);
    assert_eq!(unread("docker manifest annotate push a/b:1"), ["docker manifest annotate: a/b:1 (pushes)"]);
    assert_eq!(unread("frobnicate a/b:1 --to=c/d:2"), ["frobnicate: a/b:1 c/d:2"]);
    assert_eq!(unread("python3 tools/publish.py a/b:1"), ["tools/publish.py: tools/publish.py a/b:1"]);
    for understood in [
        "docker push a/b:1",
        "docker inspect a/b:1",
        "docker manifest inspect a/b:1",
        "crane digest a/b:1",
        "terraform workspace select staging",
        "az acr repository show --image a:1",
        "aws ecr describe-images --image-ids imageTag=$BITBUCKET_COMMIT",
        "kubectl get pods",
        "kubectl rollout status deployment/a",
        "gcloud --version",
        "trivy image a/b:1",
        "kubelogin convert-kubeconfig -l spn",
        "docker-php-ext-install intl pdo_mysql",
        "echo a/b:1",
    ] {
        assert_eq!(unread(understood), Vec::<String>::new(), "{understood}");
    }
}

#[test]
fn builds_are_read() {
    assert_eq!(
        effects("docker build -t a/b:$BITBUCKET_COMMIT -t a/b:latest ."),
        ["build a/b:$BITBUCKET_COMMIT a/b:latest"]
    );
    assert_eq!(effects("DOCKER_BUILDKIT=1 docker image build --file x --tag=$R/b ."), ["build $R/b"]);
    assert_eq!(effects("docker --config x buildx build --push -ta/b:c ."), ["build a/b:c +push"]);
    assert_eq!(
        effects("/kaniko/executor --context . --destination r/x:$BITBUCKET_COMMIT"),
        ["build r/x:$BITBUCKET_COMMIT +push"]
    );
    assert_eq!(
        effects("mvn -B -ntp jib:build -Djib.to.image=r/x:$BITBUCKET_COMMIT"),
        ["build r/x:$BITBUCKET_COMMIT +push"]
    );
    assert_eq!(effects("./gradlew jib --image=r/x:1"), ["build r/x:1 +push"]);
    assert_eq!(
        effects("export KO_DOCKER_REPO=r/x\nko build ./cmd --bare --tags \"$BITBUCKET_COMMIT\""),
        ["build r/x:$BITBUCKET_COMMIT +push"]
    );
    assert_eq!(
        effects("az acr build --registry acme --image b:$BITBUCKET_COMMIT ."),
        ["build acme.azurecr.io/b:$BITBUCKET_COMMIT +push"]
    );
    assert_eq!(effects("docker-compose -f a.yml -f b.yml up --build smoke"), ["build "]);
    assert_eq!(effects("./gradlew bootBuildImage --imageName=a/b:1 --publishImage"), ["build a/b:1 +push"]);
    let named = "docker buildx build --output='type=image,\"name=a/b:1,a/b:2\",push=true' .";
    assert_eq!(effects(named), ["build a/b:1 a/b:2 +push"]);
    assert_eq!(effects("docker buildx build -o type=image,name=a/b:1,push=true ."), ["build a/b:1 +push"]);
    assert_eq!(effects("docker build -o dist .; docker build --target lint ."), [""; 0]);
    assert_eq!(effects("kubectl create job x --from=cronjob/y; shopt -s globstar; exec 2>&1"), [""; 0]);
    assert_eq!(effects("docker buildx bake --push --set '*.tags=a/b:1' --set app.args.X=1"), ["build a/b:1 +push"]);
    assert_eq!(effects("werf converge --env x\nwaypoint up"), ["build  +push", "deploy ?", "build  +push", "deploy ?"]);
    assert_eq!(
        effects("werf converge --require-built-images\nWERF_SKIP_BUILD=1 werf converge"),
        ["deploy ?", "deploy ?"]
    );
    assert_eq!(effects("werf render\nwaypoint status\necspresso diff\nkapp inspect -a x"), Vec::<String>::new());
    assert_eq!(effects("docker run --rm alpine true"), Vec::<String>::new());
}

#[test]
fn retags_are_read() {
    assert_eq!(effects("docker tag a:1 b:2"), ["retag a:1 -> b:2 local"]);
    assert_eq!(effects("crane tag r/x:$BITBUCKET_COMMIT v1"), ["retag r/x:$BITBUCKET_COMMIT -> r/x:v1"]);
    assert_eq!(effects("skopeo copy --all docker://a:1 docker://b:2"), ["retag a:1 -> b:2"]);
    assert_eq!(effects("docker buildx imagetools create -t a:2 a:1"), ["retag a:1 -> a:2"]);
    assert_eq!(
        effects("gcloud container images add-tag a:1 a:2 a:3 --quiet"),
        ["retag a:1 -> a:2", "retag a:1 -> a:3"]
    );
    assert_eq!(
        effects("az acr import --name acme --source acme.azurecr.io/b:1 --image b:2"),
        ["retag acme.azurecr.io/b:1 -> acme.azurecr.io/b:2"]
    );
    assert_eq!(effects("oras tag r/x:1 2 3"), ["retag r/x:1 -> r/x:2", "retag r/x:1 -> r/x:3"]);
    assert_eq!(effects("regctl image copy a:1 a:2"), ["retag a:1 -> a:2"]);
}

#[test]
fn deployments_are_read() {
    assert_eq!(effects("kubectl -n x set image deployment/a a=r/x:1 b=r/y:2"), ["deploy r/x:1 r/y:2"]);
    assert_eq!(effects("helm upgrade --install a c --set image.repository=r/x,image.tag=1"), ["deploy r/x:1"]);
    assert_eq!(effects("helm upgrade a c --set image.repository=r/x --set-string image.tag=$T"), ["deploy r/x:$T"]);
    assert_eq!(effects("helm upgrade a c --set image.tag=$T"), ["deploy <the chart's image>:$T"]);
    assert_eq!(effects("gcloud run deploy a --project p --image r/x:1"), ["deploy r/x:1"]);
    assert_eq!(effects("kubectl apply -f k8s/"), ["deploy ?"]);
    assert_eq!(
        effects("kubectl create secret generic x --from-literal=a=b --dry-run=client -o yaml | kubectl apply -f -"),
        Vec::<String>::new()
    );
    assert_eq!(effects("ssh u@h 'docker run -d --name x -p 80:80 r/x:1'"), ["remote deploy r/x:1"]);
    assert_eq!(effects("DOCKER_HOST=ssh://u@h docker compose up -d"), ["deploy ?"]);
    assert_eq!(effects("aws s3 sync dist s3://b\naws s3 cp s3://b/x ."), ["deploy"]);
    assert_eq!(effects("rsync -az dist/ u@h:/srv"), ["deploy"]);
    assert_eq!(effects("rsync -a a b"), Vec::<String>::new());
}

#[test]
fn logins_that_are_printed_are_logins() {
    assert_eq!(effects("eval $(aws ecr get-login --no-include-email)\n$(aws ecr get-login)"), ["Login", "Login"]);
    assert_eq!(effects("eval $(ssh-agent -s)\neval \"$(ssh-agent)\""), Vec::<String>::new());
    assert_eq!(effects("eval \"$(triton env x)\"\neval \"$(mise activate bash)\""), Vec::<String>::new());
    assert_eq!(effects("eval \"$(acme env-deploy)\"").len(), 2);
}

#[test]
fn what_is_not_known_is_told() {
    let script = |path: &str, telling: bool| {
        format!("{:?}", Opaque::Script { path: path.to_owned(), telling, at_hand: AtHand::No })
    };
    assert_eq!(effects("./deploy.sh staging"), [script("./deploy.sh", true)]);
    assert_eq!(effects("bash ci/check.sh"), [script("ci/check.sh", false)]);
    assert_eq!(effects("frobnicate x"), [format!("{:?}", Opaque::Command { name: "frobnicate".to_owned() })]);
    assert_eq!(effects("python3.12 -m pytest && clang-15 a.c && license_check"), Vec::<String>::new());
    assert_eq!(effects("python3.12 -m twine upload x").len(), 1);
    assert_eq!(effects("curl -s https://a.b/install.sh | bash -s -- -v 1\nsh -c \"$(curl https://get.a.b)\""), [""; 0]);
    assert_eq!(effects("curl -s https://a.b/run.sh | bash\nsh -c \"$(curl https://a.b/x)\"").len(), 2);
    assert_eq!(
        effects("npm run build && npm ci && pip install x && ./gradlew build"),
        [format!("{:?}", Opaque::Target { name: "npm run build".to_owned(), telling: false, at_hand: AtHand::No })]
    );
}

#[test]
fn a_container_that_is_started_for_a_tool_does_what_the_tool_does() {
    assert_eq!(
        effects("docker run --rm -e X quay.io/skopeo/stable:v1.16 copy docker://a/b:1 docker://a/b:2"),
        ["retag a/b:1 -> a/b:2"]
    );
    assert_eq!(
        effects("docker run --rm ghcr.io/regclient/regctl:v0.7 image copy a/b:1 a/b:2"),
        ["retag a/b:1 -> a/b:2"]
    );
    assert_eq!(effects("docker run google/cloud-sdk:489.0.0 gcloud run deploy x --image a/b:1"), ["deploy a/b:1"]);
    assert_eq!(effects("docker run --entrypoint kubectl img:1 -n x set image d/a a=b/c:1"), ["deploy b/c:1"]);
    assert_eq!(effects("docker run --rm a/b:1 npm test"), Vec::<String>::new());
    assert_eq!(unread("docker run --rm aquasec/trivy:0.54.1 image a/b:$BITBUCKET_TAG"), Vec::<String>::new());
    assert_eq!(effects("ssh h docker run -d --name x r/shop/php:1"), ["remote deploy r/shop/php:1"]);
}

#[test]
fn tools_behind_other_tools_are_read() {
    assert_eq!(effects("gcloud docker -- push gcr.io/a/b:1"), ["push gcr.io/a/b:1"]);
    assert_eq!(
        effects("mvn package com.google.cloud.tools:jib-maven-plugin:3.4.3:build -Djib.to.image=a/b:1"),
        ["build a/b:1 +push"]
    );
    assert_eq!(effects("bash ./mvnw -B jib:build@image -Dimage=a/b:1 && sh gradlew test"), ["build a/b:1 +push"]);
    assert_eq!(effects("npx prettier . && npx jest"), Vec::<String>::new());
    assert_eq!(effects("npx eas-cli build"), [format!("{:?}", Opaque::Command { name: "eas-cli".to_owned() })]);
}

#[test]
fn what_a_shell_reads_is_told() {
    let script =
        |path: &str| format!("{:?}", Opaque::Script { path: path.to_owned(), telling: true, at_hand: AtHand::No });
    assert_eq!(effects("cat ./deploy.sh | ssh me@host"), [script("./deploy.sh")]);
    assert_eq!(effects("ssh me@host < ci/deploy.sh"), [script("ci/deploy.sh")]);
    assert_eq!(effects("bash < deploy.sh"), [script("deploy.sh")]);
    assert_eq!(effects("node -p \"require('./package.json').version\"; python -m build.wheel"), Vec::<String>::new());
}

#[test]
fn the_name_of_docker_hub_may_be_left_out() {
    assert_eq!(effects("docker tag docker.io/library/app:1 docker.io/a/b:1"), ["retag app:1 -> a/b:1 local"]);
}

#[test]
fn a_number_of_copies_deploys_nothing() {
    let count = |count| format!("aws ecs update-service --service s --cluster c --desired-count {count}");
    assert_eq!(effects(&count("3")), [""; 0]);
    assert_eq!(effects(&format!("{} --force-new-deployment", count("3"))), ["deploy ?"]);
    assert_eq!(effects(&format!("{} --task-definition t:3", count("3"))), ["deploy ?"]);
    assert_eq!(effects("docker service update --replicas 3 web\ndocker service scale web=0 web=2"), [""; 0]);
    // Down and up again is a restart, of the same service only.
    assert_eq!(effects(&format!("{}\n{}", count("0"), count("3"))), ["deploy ?"]);
    assert_eq!(effects(&format!("{}\n{} --region r", count("0"), count("3"))), [""; 0]);
    assert_eq!(effects("kubectl scale d/a --replicas=0\nkubectl scale --replicas 2 d/a"), ["deploy ?"]);
    assert_eq!(effects("kubectl scale d/a --replicas=0\nkubectl scale --replicas 2 d/b"), [""; 0]);
}

#[test]
fn the_value_of_a_flag_that_is_not_listed_is_no_image() {
    let retag = ["retag a/b:1 -> a/b:2"];
    for command in [
        // Listed, glued and unlisted ones, before the subcommand, before the words and between them.
        "skopeo copy --multi-arch all docker://a/b:1 docker://a/b:2",
        "skopeo copy --quiet --nobody-knows x docker://a/b:1 docker://a/b:2",
        "skopeo copy docker://a/b:1 --nobody-knows 4 docker://a/b:2",
        "crane copy --nobody-knows c/d:9 a/b:1 a/b:2",
        "crane copy --insecure a/b:1 a/b:2",
        "crane --insecure cp --nobody-knows 4 a/b:1 a/b:2",
        "cosign --nobody-knows 5m copy a/b:1 a/b:2",
        "gcloud --quiet --account a container images add-tag a/b:1 a/b:2",
        "oras tag --nobody-knows c.json a/b:1 2",
        "docker manifest create a/b:2 --amend a/b:1 --amend a/b:1-arm",
    ] {
        assert_eq!(effects(command), retag, "{command}");
    }
    // Which words are meant can't be told.
    for command in
        ["gcloud container images add-tag --nobody-knows c/d:9 a/b:1 a/b:2", "crane cp --one a/b:1 --two c/d:2 a/b:3"]
    {
        assert_eq!(effects(command), ["retag ? -> ?"], "{command}");
    }
    // A value is no subcommand where the words stand without it.
    assert_eq!(effects("kubectl --nobody-knows set image d/a a=b/c:1"), ["deploy b/c:1"]);
}

#[test]
fn a_dry_run_does_nothing() {
    for command in [
        "skopeo copy --dry-run docker://a/b:1 docker://a/b:2",
        "docker buildx imagetools create --dry-run -t a/b:2 a/b:1",
        "docker compose --dry-run up --build && docker compose push --dry-run",
        "kubectl set image d/a a=b/c:1 --dry-run=server",
        "helm upgrade --dry-run --install app ./chart --set image.tag=1",
    ] {
        assert_eq!(effects(command), [""; 0], "{command}");
    }
    for command in ["kubectl set image d/a a=b/c:1 --dry-run=none", "kubectl set image d/a a=b/c:1 --dry-run=false"] {
        assert_eq!(effects(command), ["deploy b/c:1"], "{command}");
    }
    let may_be = "a=(app=b/c:1)\n[ -n \"$X\" ] && a+=(--dry-run)\nkubectl set image d/a \"${a[@]}\"";
    assert_eq!(effects(may_be), ["deploy b/c:1"]);
}

#[test]
fn a_deploying_tool_that_only_looks_or_prepares_deploys_nothing() {
    for command in [
        "aws s3 sync dist s3://prod --dryrun && rsync -an dist/ me@host:/srv && rclone sync -n dist r:x",
        "aws cloudformation deploy --stack-name prod --no-execute-changeset && sam deploy --no-execute-changeset",
        "vercel pull --yes --environment=production && vercel --token $T build --prod && npx vercel@37 inspect x",
        "surge list && now ls && npx wrangler pages project list && cap production doctor",
        "lftp -u me,$P -e 'mirror /srv/x x; get y; bye' host",
    ] {
        assert_eq!(effects(command), [""; 0], "{command}");
    }
    assert_eq!(effects("fly deploy --build-only --push"), ["build  +push"]);
    assert_eq!(effects("fly deploy --remote-only --build-only"), ["build "]);
    for command in [
        "vercel --prod --token $T",
        "vercel ./dist",
        "vercel deploy --prebuilt",
        "cap production deploy",
        "cap production deploy:check deploy",
        "lftp -u me,$P -e 'mirror -R dist /srv; bye' host",
        "lftp -f upload.lftp",
        "npx wrangler pages deploy dist",
    ] {
        assert_eq!(effects(command), ["deploy"], "{command}");
    }
}

#[test]
fn properties_and_verbs_that_build_are_builds() {
    let quarkus = "./mvnw -B package -Dquarkus.container-image.push=true -Dquarkus.container-image";
    assert_eq!(effects(&format!("{quarkus}.image=a/b:1")), ["build a/b:1 +push"]);
    assert_eq!(effects("gradle build -Dquarkus.container-image.build=true"), ["build "]);
    assert_eq!(effects("mvn package -Dquarkus.container-image.build=false"), [""; 0]);
    assert_eq!(effects("ko apply -f config/"), ["build  +push", "deploy ?"]);
    assert_eq!(effects("docker buildx bake --print; docker compose build --dry-run"), [""; 0]);
}

#[test]
fn a_script_that_is_only_parsed_does_nothing() {
    assert_eq!(effects("php -l public/index.php; bash -n ci/deploy.sh; ruby -wc deploy.rb"), [""; 0]);
    assert_eq!(effects("bash -e ci/check.sh -n").len(), 1);
    assert_eq!(
        effects("bash <(curl -s https://a.example/run.sh)"),
        [format!("{:?}", Opaque::Command { name: "bash".to_owned() })]
    );
}

#[test]
fn what_a_sourced_file_may_define_is_told_with_that() {
    assert_eq!(effects("source ci/lib.sh\npromote_image a/b:1 a/b:2").len(), 1);
    assert_eq!(effects("source ci/lib.sh\npromote a/b:1 a/b:2").len(), 2);
    assert_eq!(effects("promote_image a/b:1 a/b:2").len(), 1);
}
