//! Pipelines that are imported from files of the same repository: followed, and told of where they are imported.

use insta::assert_snapshot;

use crate::support::{Run, pipewright};

const MAIN: &str = "\
image: atlassian/default-image:4
definitions:
  imports:
    delivery: .bitbucket/delivery-pipelines.yml
pipelines:
  branches:
    main:
      import: build@delivery
  tags:
    rc-*:
      import: candidate@delivery
    release-*:
      import: release@delivery
";

const SHARED: &str = "\
# What all services do.
definitions:
  pipelines:
    build:
      - step:
          name: Build
          services: [docker]
          script:
            - docker build -t $REPO/api:$BITBUCKET_COMMIT .
            - docker push $REPO/api:$BITBUCKET_COMMIT
      - step:
          name: To staging
          deployment: staging
          script: [kubectl set image deployment/api api=$REPO/api:$BITBUCKET_COMMIT]
    candidate:
      - step:
          name: Promote
          script: [crane tag $REPO/api:$BITBUCKET_COMMIT $BITBUCKET_TAG]
      - step: &deploy
          name: To staging
          deployment: staging
          script: [kubectl set image deployment/api api=$REPO/api:$BITBUCKET_TAG]
    release:
      - step:
          name: Promote
          script: [crane tag $REPO/api:$BITBUCKET_COMMIT $BITBUCKET_TAG]
      - step:
          <<: *deploy
          name: To production
          deployment: production
          trigger: manual
";

fn repository(main: &str, shared: &str) -> Run {
    pipewright().file("bitbucket-pipelines.yml", main).file(".bitbucket/delivery-pipelines.yml", shared)
}

#[test]
fn a_flow_that_is_kept_in_another_file_is_accepted() {
    assert_snapshot!(repository(MAIN, SHARED).args(["check"]).run().block(), @r"
    accepted: bitbucket-pipelines.yml: no findings
    --- stderr
    --- exit 0
    ");
    assert_snapshot!(repository(MAIN, SHARED).args(["plan", "--tag", "release-1.0.0"]).run().block(), @r"
    tag release-1.0.0 runs tags.release-*
      1. Promote  line 25 of .bitbucket/delivery-pipelines.yml
           read variable REPO
           retag $REPO/api:$BITBUCKET_COMMIT as $REPO/api:release-1.0.0
      2. To production (by hand, production)  line 28 of .bitbucket/delivery-pipelines.yml
           read variable REPO
           deploy $REPO/api:release-1.0.0 to production
    --- stderr
    --- exit 0
    ");
}

#[test]
fn what_is_found_in_it_is_said_at_the_import() {
    let ungated = SHARED.replace("          trigger: manual\n", "");
    assert_snapshot!(repository(MAIN, &ungated).args(["check"]).run().block(), @r"
    error[manual-production]: `To production` reaches production with no gate (in `.bitbucket/delivery-pipelines.yml`, line 30)
      --> bitbucket-pipelines.yml:13:15
       |
    13 |       import: release@delivery
       |               ^^^^^^^^^^^^^^^^
       = trace: push of tag release-* > pipelines.tags.release-* > imported from .bitbucket/delivery-pipelines.yml > step 2 of 2: To production > `kubectl set image`
       = help: set `trigger: manual` on this step, or on a step before it

    refused: bitbucket-pipelines.yml: 1 error
    --- stderr
    --- exit 1
    ");
    let short = |main: &str, shared: &str| repository(main, shared).args(["check", "--format", "short"]).run().out;
    // One place is told once, and a comment at the import allows it.
    let twice = MAIN.replace("rc-*:\n      import: candidate", "release-x:\n      import: release");
    assert_snapshot!(short(&twice, &ungated), @r"
    bitbucket-pipelines.yml:9:3: error: no pipeline runs on a `rc-` tag, so nothing deploys to staging [release-flow]
    bitbucket-pipelines.yml:11:15: error: `To production` reaches production with no gate (in `.bitbucket/delivery-pipelines.yml`, line 30) [manual-production]
    bitbucket-pipelines.yml:13:15: error: `To production` reaches production with no gate (in `.bitbucket/delivery-pipelines.yml`, line 30) [manual-production]
    ");
    let allowed = MAIN.replace(
        "      import: release@",
        "      # pipewright: allow manual-production -- a person pushes the tag\n      import: release@",
    );
    assert_eq!(short(&allowed, &ungated), "");
    // What main builds in one file and a tag builds again in the other.
    let again = SHARED.replace(
        "[crane tag $REPO/api:$BITBUCKET_COMMIT $BITBUCKET_TAG]",
        "[docker build -t $REPO/api:$BITBUCKET_TAG ., docker push $REPO/api:$BITBUCKET_TAG]",
    );
    assert_snapshot!(short(MAIN, &again), @r"
    bitbucket-pipelines.yml:8:15: warning: `docker build` has no docker to talk to (in `.bitbucket/delivery-pipelines.yml`, line 18) [docker-service]
    bitbucket-pipelines.yml:8:15: warning: `docker build` has no docker to talk to (in `.bitbucket/delivery-pipelines.yml`, line 26) [docker-service]
    bitbucket-pipelines.yml:11:15: error: `docker build` builds `$REPO/api` on a push of tag rc-* (in `.bitbucket/delivery-pipelines.yml`, line 18) [build-once]
    bitbucket-pipelines.yml:11:15: error: `kubectl set image` deploys `$REPO/api:$BITBUCKET_TAG`, and nothing before it gives a built image this tag (in `.bitbucket/delivery-pipelines.yml`, line 22) [retag-not-rebuild]
    bitbucket-pipelines.yml:13:15: error: `docker build` builds `$REPO/api` on a push of tag release-* (in `.bitbucket/delivery-pipelines.yml`, line 26) [build-once]
    bitbucket-pipelines.yml:13:15: error: `kubectl set image` deploys `$REPO/api:$BITBUCKET_TAG`, and nothing before it gives a built image this tag (in `.bitbucket/delivery-pipelines.yml`, line 22) [retag-not-rebuild]
    ");
}

#[test]
fn a_command_in_it_is_told_once() {
    let shared = "image: a:1\ndefinitions:\n  pipelines:\n    candidate:\n      - step:\n          clone: {enabled: false}\n          \
                  script: [npm ci, docker build -t a .]\n";
    let main = "definitions:\n  imports: {delivery: .bitbucket/delivery-pipelines.yml}\npipelines:\n  custom:\n    a: {import: \
                candidate@delivery}\n";
    let found = |main: &str| {
        let run = repository(main, shared).args(["check", "--layer", "semantic", "--format", "short"]).run().out;
        run.lines().filter_map(|line| Some(line.rsplit_once('[')?.1.to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(found(main), ["cloned-history]", "docker-service]"]);
    assert_eq!(found(&format!("options: {{docker: true}}\n{main}")), ["cloned-history]"]);
}

#[test]
fn where_it_stands_in_the_other_file_is_a_place_of_its_own() {
    let ungated = SHARED.replace("          trigger: manual\n", "");
    let run = |text: &str, format: &str| {
        let run =
            pipewright().file("api/bitbucket-pipelines.yml", MAIN).file("api/.bitbucket/delivery-pipelines.yml", text);
        let run = run.args(["check", "--format", format, "api"]).run();
        serde_json::from_str::<serde_json::Value>(&run.out).unwrap()
    };
    let json = run(&ungated, "json");
    let finding = &json["files"][0]["findings"][0];
    assert_eq!(finding["start"]["line"], 13);
    let place = &finding["related"][0];
    assert_eq!(place["file"], ".bitbucket/delivery-pipelines.yml");
    assert_eq!((&place["start"]["line"], &place["start"]["column"]), (&30.into(), &23.into()));
    let offset = usize::try_from(place["start"]["offset"].as_u64().unwrap()).unwrap();
    assert!(ungated[offset..].starts_with("production"));

    let sarif = run(&ungated, "sarif");
    let result = &sarif["runs"][0]["results"][0];
    let place = &result["relatedLocations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "api/.bitbucket/delivery-pipelines.yml");
    assert_eq!(place["region"]["startLine"], 30);
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "api/bitbucket-pipelines.yml");
    // It may move there: the finding is the same one.
    let moved = run(&format!("# Ours.\n{ungated}"), "sarif");
    let moved = &moved["runs"][0]["results"][0];
    assert_eq!(moved["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 31);
    assert_eq!(moved["partialFingerprints"], result["partialFingerprints"]);
    // The second place of one of its own is told with its file, too.
    let json = run(&SHARED.replace("    candidate:\n", "    build:\n"), "json");
    let places =
        json["files"][0]["findings"].as_array().unwrap().iter().flat_map(|one| one["related"].as_array().unwrap());
    let first = places.clone().find(|place| place["message"] == "first here").unwrap();
    assert_eq!((&first["file"], &first["start"]["line"]), (&".bitbucket/delivery-pipelines.yml".into(), &4.into()));
}

#[test]
fn a_secret_of_the_other_file_is_not_said() {
    let secret = SHARED.replacen(
        "crane tag $REPO/api:$BITBUCKET_COMMIT",
        "export API_TOKEN=q7Zt19kfuWx8, crane tag $REPO/api:$API_TOKEN",
        1,
    );
    let checked = repository(MAIN, &secret).args(["check", "--format", "json"]).run();
    assert!(checked.out.contains("promote-by-commit") && !checked.out.contains("q7Zt19kfuWx8"), "{}", checked.out);
    let shown = repository(MAIN, &secret).args(["check", "--only", "no-inline-secret"]).run();
    assert_snapshot!(shown.block(), @r"
    error[no-inline-secret]: the value of `API_TOKEN` stands in the file (in `.bitbucket/delivery-pipelines.yml`, line 18)
     --> bitbucket-pipelines.yml:8:15
      |
    8 |       import: build@delivery
      |               ^^^^^^^^^^^^^^
      = help: put it into a secured variable of the repository or the deployment, and give it out anew: it is in the history

    refused: bitbucket-pipelines.yml: 1 error
    --- stderr
    --- exit 1
    ");
}

#[test]
fn what_is_wrong_with_the_file_itself_is_said_with_it() {
    let check = |shared: &str| repository(MAIN, shared).args(["check", "--format", "short"]).run().out;
    assert_snapshot!(check(&SHARED.replace("script: [crane", "scripts: [crane")), @r"
    bitbucket-pipelines.yml:8:15: error: unknown key `scripts` in a step; did you mean `script`? (in `.bitbucket/delivery-pipelines.yml`, line 18) [known-key]
    bitbucket-pipelines.yml:8:15: error: unknown key `scripts` in a step; did you mean `script`? (in `.bitbucket/delivery-pipelines.yml`, line 26) [known-key]
    bitbucket-pipelines.yml:11:15: error: `kubectl set image` deploys `$REPO/api:$BITBUCKET_TAG`, and nothing before it gives a built image this tag (in `.bitbucket/delivery-pipelines.yml`, line 22) [retag-not-rebuild]
    bitbucket-pipelines.yml:13:15: error: `kubectl set image` deploys `$REPO/api:$BITBUCKET_TAG`, and nothing before it gives a built image this tag (in `.bitbucket/delivery-pipelines.yml`, line 22) [retag-not-rebuild]
    ");
    assert_snapshot!(check("definitions:\n  pipelines:\n    build: [\n"), @r"
    bitbucket-pipelines.yml:7:5: note: whether a push to main deploys to staging can't be told: `build@delivery` is imported from `.bitbucket/delivery-pipelines.yml`, which could not be read as YAML to its end [release-flow]
    bitbucket-pipelines.yml:8:15: error: the `[` that opens here is never closed (in `.bitbucket/delivery-pipelines.yml`, line 3) [readable-yaml]
    bitbucket-pipelines.yml:10:5: note: whether a `rc-` tag deploys to staging can't be told: `candidate@delivery` is imported from `.bitbucket/delivery-pipelines.yml`, which could not be read as YAML to its end [release-flow]
    bitbucket-pipelines.yml:12:5: note: whether a `release-` tag deploys to production can't be told: `release@delivery` is imported from `.bitbucket/delivery-pipelines.yml`, which could not be read as YAML to its end [release-flow]
    bitbucket-pipelines.yml:1:1: error: the schema, semantic and policy layers did not run: .bitbucket/delivery-pipelines.yml, from which it imports: the text could not be read as YAML to its end [incomplete]
    ");
    // A comment in it allows something there.
    let latest = SHARED.replacen(
        "      - step:\n",
        "      - step:\n          # pipewright: allow pinned-image -- x\n          image: node\n",
        1,
    );
    assert_eq!(check(&latest), "");
}

#[test]
fn the_file_by_itself_runs_nothing_and_is_fine() {
    let by_itself =
        |name: &str, text: &str| pipewright().file(name, text).args(["check", "--format", "short", name]).run().out;
    assert_eq!(by_itself("ci/delivery-pipelines.yml", SHARED), "");
    assert_eq!(by_itself("bitbucket-pipelines.yml", &format!("export: true\n{SHARED}")), "");
    // The file that Bitbucket reads has to run something.
    assert!(by_itself("bitbucket-pipelines.yml", SHARED).contains("the file has no `pipelines`, so nothing runs"));
}

#[test]
fn an_import_that_can_not_be_followed_says_why() {
    let missing = MAIN.replace("release@delivery", "publish@delivery");
    assert_snapshot!(repository(&missing, SHARED).args(["check"]).run().block(), @r"
    note[release-flow]: whether a `release-` tag deploys to production can't be told: `publish@delivery` is imported from `.bitbucket/delivery-pipelines.yml`, which has no such pipeline
      --> bitbucket-pipelines.yml:12:5
       |
    12 |     release-*:
       |     ^^^^^^^^^
       = help: write the imported steps here or in a file of this repository, where they are followed

    error[known-import]: `.bitbucket/delivery-pipelines.yml` defines no pipeline `publish`
      --> bitbucket-pipelines.yml:13:15
       |
    13 |       import: publish@delivery
       |               ^^^^^^^^^^^^^^^^
       = trace: pipelines.tags.release-*
       = help: it has `build`, `candidate`, `release`; define `publish` there, or import one of these

    refused: bitbucket-pipelines.yml: 1 error, 1 note
    --- stderr
    --- exit 1
    ");
    let slip = repository(&MAIN.replace("release@delivery", "release@delivry"), SHARED).args(["check"]).run();
    assert!(
        slip.out.contains("help: did you mean `delivery`? Else define it under `definitions.imports`"),
        "{}",
        slip.out
    );
    let (inline, elsewhere) = ("release@delivery", "other:main:release");
    for (main, shared, why) in [
        (
            MAIN,
            "a: [",
            "is imported from `.bitbucket/delivery-pipelines.yml`, which could not be read as YAML to its end",
        ),
        (
            &MAIN.replace(inline, elsewhere),
            SHARED,
            "`other:main:release` is imported from another repository, which is not followed",
        ),
        (
            &MAIN.replace("delivery-pip", "none-pip"),
            SHARED,
            "`release@delivery` is imported from `.bitbucket/none-pipelines.yml`, which is not at hand",
        ),
    ] {
        let plan = repository(main, shared).args(["plan", "--tag", "release-1"]).run();
        assert!(plan.out.contains(why), "{}", plan.out);
    }
}

#[test]
fn a_file_has_one_name_however_its_path_is_written() {
    let twice = MAIN
        .replace(
            "    delivery: .bitbucket/del",
            "    again: ./.bitbucket//./delivery-pipelines.yml\n    delivery: .bitbucket/del",
        )
        .replace("release@delivery", "release@again");
    let run = repository(&twice, &SHARED.replace("script: [kubectl", "size: 3x\n          script: [kubectl"));
    // What is wrong with the file itself is said at its first import, once for each place.
    assert_snapshot!(run.args(["check", "--format", "short", "--layer", "schema"]).run().out, @r"
    bitbucket-pipelines.yml:9:15: error: `size` is one of `1x`, `2x`, `4x`, `8x`, `16x`, `32x`, not `3x` (in `.bitbucket/delivery-pipelines.yml`, line 14) [known-value]
    bitbucket-pipelines.yml:9:15: error: `size` is one of `1x`, `2x`, `4x`, `8x`, `16x`, `32x`, not `3x` (in `.bitbucket/delivery-pipelines.yml`, line 23) [known-value]
    ");
    let itself = SHARED.replace("definitions:\n", "definitions:\n  imports: {delivery: .//bitbucket-pipelines.yml}\n");
    let (_, runs) = MAIN.split_once("\npipelines:\n").unwrap_or_default();
    let own = format!("{itself}image: node:22.1\npipelines:\n{runs}");
    assert_eq!(pipewright().file("bitbucket-pipelines.yml", own).args(["check", "--format", "short"]).run().out, "");
}

#[test]
fn a_file_that_is_there_and_can_not_be_read_says_so() {
    let plan = |bytes: Vec<u8>| {
        let run = pipewright().file("bitbucket-pipelines.yml", MAIN).file(".bitbucket/delivery-pipelines.yml", bytes);
        run.args(["plan", "--tag", "release-1"]).run().out
    };
    let from = "is imported from `.bitbucket/delivery-pipelines.yml`, which ";
    for (bytes, why) in [(b"a: \xff\n".to_vec(), "is not UTF-8"), (vec![b'#'; (1 << 20) + 1], "is larger than 1 MiB")] {
        let told = plan(bytes);
        assert!(told.contains(&format!("{from}{why}")), "{told}");
    }
}

#[test]
fn known_import_tells_of_a_source_that_is_there_and_can_not_be_read() {
    const FILE: &str = "image: a:1.2\ndefinitions:\n  imports:\n    latin: ci/latin-pipelines.yml\n    all: ci\npipelines:\n  default: {import: a@latin}\n  custom:\n    b: {import: b@all}\n";
    let run = pipewright().file("bitbucket-pipelines.yml", FILE).file("ci/latin-pipelines.yml", b"a: \xff\n");
    let told = run.args(["check", "--layer", "semantic", "--format", "short"]).run().out;
    assert_snapshot!(told, @r"
    bitbucket-pipelines.yml:7:21: note: `ci/latin-pipelines.yml` is not UTF-8, so whether it has `a` can't be told [known-import]
    bitbucket-pipelines.yml:9:17: error: the source `all` is `ci`, which is a folder [known-import]
    ");
}

#[test]
fn a_file_may_import_from_itself() {
    let shared = SHARED.replace("definitions:\n", "definitions:\n  imports: {delivery: bitbucket-pipelines.yml}\n");
    let (_, runs) = MAIN.split_once("\npipelines:\n").unwrap_or_default();
    // What is wrong in it is said once.
    let own = format!("{shared}image: node:22.1\npipelines:\n{runs}")
        .replace("trigger: manual\n", "trigger: manual\n          size: 3x\n");
    let run = pipewright().file("bitbucket-pipelines.yml", own);
    assert_snapshot!(run.args(["check", "--format", "short"]).run().out, @r"
    bitbucket-pipelines.yml:33:17: error: `size` is one of `1x`, `2x`, `4x`, `8x`, `16x`, `32x`, not `3x` [known-value]
    ");
}

#[test]
fn each_import_is_told_of_and_allowed_by_itself() {
    let ungated = SHARED.replace("          trigger: manual\n", "");
    let by_hand = "  custom:\n    # pipewright: allow manual-production -- only this one\n    one: {import: release@delivery}\n    two: {import: release@delivery}\n";
    let run = repository(&format!("{MAIN}{by_hand}"), &ungated).args([
        "check",
        "--format",
        "short",
        "--only",
        "manual-production",
    ]);
    assert_snapshot!(run.run().out, @r"
    bitbucket-pipelines.yml:13:15: error: `To production` reaches production with no gate (in `.bitbucket/delivery-pipelines.yml`, line 30) [manual-production]
    bitbucket-pipelines.yml:17:19: error: `To production` reaches production with no gate (in `.bitbucket/delivery-pipelines.yml`, line 30) [manual-production]
    ");
    // What the file itself allows is allowed wherever it is imported.
    let allowed = ungated.replace(
        "          deployment: production",
        "          # pipewright: allow manual-production -- a person pushes the tag\n          deployment: production",
    );
    assert_eq!(repository(MAIN, &allowed).args(["check", "--format", "short"]).run().out, "");
}

#[test]
fn a_layer_that_can_not_run_on_the_file_is_told() {
    let run =
        repository(MAIN, "definitions:\n  pipelines:\n    build: [\n").args(["check", "--layer", "semantic"]).run();
    assert_eq!(run.code, Some(3));
    assert!(
        run.out.contains(".bitbucket/delivery-pipelines.yml, from which it imports: the text could not be read"),
        "{}",
        run.out
    );
}

#[test]
fn the_file_itself_is_what_is_checked_and_not_what_is_on_the_disk() {
    let shared = SHARED.replace("definitions:\n", "definitions:\n  imports: {delivery: bitbucket-pipelines.yml}\n");
    let (_, runs) = MAIN.split_once("\npipelines:\n").unwrap_or_default();
    let fresh = format!("{shared}image: node:22.1\npipelines:\n{runs}");
    let on_disk = fresh.replace("          trigger: manual\n", "");
    let run = pipewright()
        .file("bitbucket-pipelines.yml", on_disk)
        .args(["check", "-", "--format", "short"])
        .say(&fresh)
        .run();
    assert_eq!(run.out, "");
}

#[test]
fn a_child_pipeline_that_is_imported_is_followed() {
    let main = MAIN.replace(
        "      import: release@delivery\n",
        "      - step: {name: Start, type: pipeline, custom: ship, script: [true]}\n  custom:\n    ship:\n      import: release@delivery\n",
    );
    let plan = repository(&main, SHARED).args(["plan", "--tag", "release-1"]).run();
    assert!(plan.out.contains("To production"), "{}", plan.out);
}

#[test]
fn a_diff_tells_what_an_import_brings() {
    let inline = MAIN.replace(
        "      import: candidate@delivery\n",
        "      - step: {name: Promote, script: [crane tag $REPO/api:$BITBUCKET_COMMIT $BITBUCKET_TAG]}\n",
    );
    let run = repository(MAIN, SHARED).file("old.yml", inline);
    assert_snapshot!(run.args(["diff", "old.yml", "bitbucket-pipelines.yml"]).run().block(), @r"
    --- old.yml
    +++ bitbucket-pipelines.yml
    @@ -8,6 +8,6 @@
           import: build@delivery
       tags:
         rc-*:
    -      - step: {name: Promote, script: [crane tag $REPO/api:$BITBUCKET_COMMIT $BITBUCKET_TAG]}
    +      import: candidate@delivery
         release-*:
           import: release@delivery

    push of tag rc-*:
      `To staging` is new: it deploys `$REPO/api:$BITBUCKET_TAG` to `staging`
    rules:
      `release-flow` was violated, now holds
    --- stderr
    --- exit 0
    ");
}
