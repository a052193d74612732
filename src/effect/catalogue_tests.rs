//! The form of the catalogue: its schema and its reader agree.

use super::catalogue::Catalogue;
use super::tests::{effects, effects_by};

#[test]
fn the_built_in_catalogue_has_the_form_of_its_schema() {
    let schema = serde_json::from_str(include_str!("../../schemas/catalogue.schema.json")).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let catalogue: serde_json::Value = serde_yaml::from_str(include_str!("catalogue.yaml")).unwrap();
    let failures = validator.iter_errors(&catalogue).map(|error| format!("{}: {error}", error.instance_path()));
    assert_eq!(failures.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn what_the_schema_takes_the_reader_takes() {
    let schema = serde_json::from_str(include_str!("../../schemas/catalogue.schema.json")).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let texts = [
        ("{}", true),
        ("commands: [{run: [x], effect: build, push: always, reference: '{1}:{--tag|-t}'}]", true),
        ("commands: [{run: [x], effect: build, push: [--push], target-tag: hidden, remote-only: true}]", true),
        ("commands: [{run: [x], effect: build, push: may, bare: [-a], dry: [--print]}]", true),
        ("commands: [{run: [x], effect: harmless, rest: true}]", true),
        ("commands: [{run: [x], effect: deploy, to: '{last}'}]", true),
        ("pipes: [{pipe: a/b, effect: deploy, to: '{A|B}'}]", true),
        ("commands: [{run: [x], effect: build, push: allways}]", false),
        ("commands: [{run: [''], effect: build}]", false),
        ("commands: [{run: [x], effect: build, source: '{1'}]", false),
        ("commands: [{run: [x], effect: bild}]", false),
        ("commands: [{run: [x]}]", false),
        ("commands: [{effect: build}]", false),
        ("commands: [{run: [x], effect: build, refrence: last}]", false),
        ("pipes: [{pipe: a/b, command: C, prefix: kubectl, args: A}]", true),
        ("pipes: [{pipe: a/b, effect: deploy, dry: [COMMAND=upload]}]", true),
        ("pipes: [{command: C}]", false),
        ("tools: {docker: {values: [-t]}}", true),
        ("tools: {x: {knows: [test, 'db*'], depth: 2}}", true),
        ("tools: {x: {knows: test}}", false),
        ("commands: [{run: [x], effect: deploy, image: unsaid, from: '{1}'}]", true),
        ("tools: {docker: [-t]}", false),
        ("harmless: x", false),
        ("families: {task: [test]}", true),
        ("families: {command: [lint], pipe: [notify], download: [install]}", true),
        ("families: {image: [lint]}", false),
    ];
    for (text, fine) in texts {
        let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
        assert_eq!((validator.is_valid(&value), Catalogue::read(text).is_ok()), (fine, fine), "{text}");
    }
}

#[test]
fn an_own_entry_stands_in_the_place_of_a_built_in_one() {
    let by = |entries: &str, script: &str| effects_by(&Catalogue::extended(entries).unwrap(), script);
    let (set, build) = ("kubectl set image deploy/a a=r.io/a:1", "docker build -t r.io/a:1 .");
    assert_eq!(by("{}", set), ["deploy r.io/a:1"]);
    for entries in ["commands: [{run: [kubectl set image], effect: harmless}]", "harmless: [kubectl]"] {
        assert_eq!(by(entries, set), [""; 0], "{entries}");
        assert_eq!(by(entries, build), effects(build), "{entries}");
    }
    // The longest words are what is asked for, whoever has them.
    assert_eq!(by("commands: [{run: [kubectl], effect: harmless}]", set), ["deploy r.io/a:1"]);
}

#[test]
fn what_a_machine_pulls_runs_where_its_service_is_restarted() {
    assert_eq!(effects("ssh h 'docker pull a/b:1 && sudo systemctl restart b'").last().unwrap(), "remote deploy a/b:1");
    let other = effects("ssh h 'docker pull a/tools:1 && sudo service cron restart'");
    assert!(!other.iter().any(|effect| effect.contains("deploy a/tools")), "{other:?}");
    // One that is started by name is what runs.
    let by_name = effects("ssh h 'docker pull a/b:1; docker run -d a/b:1; sudo systemctl restart nginx'");
    assert_eq!(by_name.iter().filter(|effect| effect.contains("deploy a/b:1")).count(), 1, "{by_name:?}");
    assert!(!effects("docker pull a/b:1; systemctl restart docker").iter().any(|effect| effect.contains("deploy")));
}

#[test]
fn platforms_are_deployed_to_by_their_own_tools() {
    for (script, due) in [
        ("databricks bundle deploy -t production", "deploy"),
        ("swa deploy dist --env production -n shop", "deploy"),
        ("sf project deploy start -x package.xml -o prod", "deploy"),
        ("okteto deploy --wait", "deploy ?"),
        ("kn service update web --image r.io/web:1", "deploy r.io/web:1"),
        ("caprover deploy -i r.io/web:1 -a web", "deploy r.io/web:1"),
        ("faas-cli deploy --image r.io/f:1 --name f", "deploy r.io/f:1"),
        ("buildctl build --frontend dockerfile.v0 --output type=image,name=r.io/a:1,push=true", "build r.io/a:1 +push"),
    ] {
        assert_eq!(effects(script), [due], "{script}");
    }
    for script in [
        "databricks bundle validate",
        "sf project deploy start --dry-run",
        "sfdx force:source:deploy -c -x p.xml",
        "swa build",
    ] {
        assert_eq!(effects(script), [""; 0], "{script}");
    }
}

#[test]
fn copies_to_a_store_deploy_and_downloads_do_not() {
    for upload in [
        "aws s3 cp s3://a/x s3://b --recursive",
        "aws s3 cp \"$BUNDLE\" \"s3://$BUCKET\" --recursive --copy-props metadata-directive",
        "aws s3 mv s3://a s3://b --some-flag value",
        "aws s3 cp dist \"$TARGET\" --recursive",
        "aws s3 sync dist s3://b",
        "gsutil -m cp -r gs://a/x gs://b",
        "gcloud storage rsync gs://a gs://b",
        "az storage copy -s https://a -d https://b --recursive",
        "azcopy sync dist \"https://x.blob.core.windows.net/y\"",
        "rclone sync a:x b:y",
        "s5cmd cp 's3://a/*' s3://b/",
    ] {
        assert_eq!(effects(upload), ["deploy"], "{upload}");
    }
    for download in ["aws s3 cp s3://a/x .", "aws s3 sync s3://a x", "gsutil cp gs://a/x ./y", "rclone copy a:x y"] {
        assert_eq!(effects(download), Vec::<String>::new(), "{download}");
    }
}
