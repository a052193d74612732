//! The form of the catalogue: its schema and its reader agree.

use super::catalogue::Catalogue;
use super::tests::effects;

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
