//! The form of the catalogue: its schema and its reader agree.

use super::catalogue::Catalogue;

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
