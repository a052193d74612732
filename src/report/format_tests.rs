//! The machine formats: structure, escaping, caps, and fingerprints that stay.

use std::io::{self, Write};

use serde_json::Value;

use super::tests::{META, SECRET, span};
use super::*;
use crate::finding::{Finding, Findings, Layer, Severity, Verdict};
use crate::yaml::Document;

const TEXT: &str = "a: ä one\nb: two\nc: s3cr3t-value\n";
const PATH: &str = "dir,a:b/100% x.yml";

fn findings(document: &Document) -> Vec<Finding> {
    let mut findings = Vec::new();
    Findings::new(&META, &mut findings)
        .violated(span(document, "one"), "first\n::set-output name=x::y %")
        .help("mend <it> & \u{1b}[31mgo")
        .trace(["push of tag release-*".to_owned(), "step 1".to_owned()])
        .related(span(document, "b"), "here\u{7} too");
    Findings::new(&META, &mut findings).cannot_tell(span(document, "two"), "who knows").severity(Severity::Note);
    Findings::new(&SECRET, &mut findings).violated(span(document, "s3cr3t-value"), "a credential stands in the file");
    findings
}

fn written(text: &str, write: impl Fn(&Report<'_>, &mut dyn Write) -> io::Result<()>) -> String {
    let document = Document::read(text);
    let findings = findings(&document);
    let skipped = [(Layer::Policy, "no pipelines \u{202e}".to_owned())];
    let file = FileReport {
        path: PATH,
        document: &document,
        findings: &findings,
        verdict: Verdict::Refused,
        skipped: &[],
        allowed: &[],
        secrets: &[],
        rules: &[&META, &SECRET],
    };
    let other =
        FileReport { path: "other.yml", findings: &[], verdict: Verdict::Incomplete, skipped: &skipped, ..file };
    let report = Report {
        files: vec![file, other],
        unreadable: vec![Unreadable { path: "gone.yml".to_owned(), reason: "is not there".to_owned() }],
        rules: vec![&META, &SECRET],
        fail_on: Some(Severity::Error),
        links: Links { pages: Some("https://docs.example/{rule}.md".to_owned()), ..Links::default() },
        ..Report::default()
    };
    let mut out = Vec::new();
    write(&report, &mut out).expect("a vector takes all");
    let out = String::from_utf8(out).expect("reports are UTF-8");
    assert!(!out.contains("s3cr3t"), "a credential is shown: {out}");
    out
}

fn parsed(text: &str, write: impl Fn(&Report<'_>, &mut dyn Write) -> io::Result<()>) -> Value {
    serde_json::from_str(&written(text, write)).expect("JSON")
}

fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    value.pointer(pointer).unwrap_or_else(|| panic!("{pointer} in {value:#}"))
}

#[test]
fn json_is_what_its_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("../../schemas/check.schema.json")).expect("JSON");
    let report = parsed(TEXT, json);
    let validator = jsonschema::draft7::new(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(at(&report, "/files/0/findings/0/start"), &serde_json::json!({"line": 1, "column": 6, "offset": 6}));
    assert_eq!(at(&report, "/summary"), &serde_json::json!({"files": 2, "errors": 2, "warnings": 0, "notes": 1}));
    assert_eq!(at(&report, "/unreadable/0/path"), "gone.yml");
    assert_eq!(at(&report, "/files/1/skipped/0/layer"), "policy");
}

#[test]
fn sarif_has_regions_rules_and_related_places() {
    let log = parsed(TEXT, sarif);
    assert_eq!(at(&log, "/version"), "2.1.0");
    let run = at(&log, "/runs/0");
    assert_eq!(at(run, "/columnKind"), "unicodeCodePoints");
    assert_eq!(at(run, "/tool/driver/rules/0/help/markdown"), META.page);
    let page = format!("https://docs.example/{}.md", META.id);
    assert_eq!(at(run, "/tool/driver/rules/0/helpUri").as_str(), Some(page.as_str()));
    assert_eq!(at(run, "/invocations/0/executionSuccessful"), false);
    assert_eq!(at(run, "/invocations/0/toolExecutionNotifications").as_array().map(Vec::len), Some(2));
    let results = at(run, "/results").as_array().expect("a list");
    assert_eq!(results.len(), 3);
    for result in results {
        let index = at(result, "/ruleIndex").as_u64().expect("a number");
        assert_eq!(at(run, &format!("/tool/driver/rules/{index}/id")), at(result, "/ruleId"));
        assert!(["error", "warning", "note"].contains(&at(result, "/level").as_str().expect("a level")));
        let region = at(result, "/locations/0/physicalLocation/region");
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(region[key].as_u64().is_some_and(|number| number >= 1), "{key}");
        }
    }
    let place = at(&results[0], "/locations/0/physicalLocation");
    assert_eq!(at(place, "/artifactLocation/uri"), "dir%2Ca%3Ab/100%25%20x.yml");
    assert_eq!(at(place, "/region/startColumn"), 6);
    assert_eq!(at(place, "/region/endColumn"), 9);
    assert_eq!(at(&results[0], "/relatedLocations/0/message/text"), "here␇ too");
}

#[test]
fn fingerprints_stay_when_lines_move_and_differ_for_each_finding() {
    let prints = |text: &str| -> Vec<Value> {
        let log = parsed(text, sarif);
        let results = at(&log, "/runs/0/results").as_array().expect("a list").clone();
        results.iter().map(|result| at(result, "/partialFingerprints/pipewright~1v1").clone()).collect()
    };
    let before = prints(TEXT);
    assert_eq!(before, prints(&format!("# a comment\n\n{TEXT}")));
    assert_ne!(before, prints(&TEXT.replace("ä one", "other one")));

    let document = Document::read("x: [twice, twice]\n");
    let mut findings = Vec::new();
    for start in [4, 11] {
        Findings::new(&META, &mut findings).violated(crate::yaml::Span::new(start, start + 5), "again");
    }
    let file = FileReport {
        path: "x",
        document: &document,
        findings: &findings,
        verdict: Verdict::Refused,
        skipped: &[],
        allowed: &[],
        secrets: &[],
        rules: &[],
    };
    let prints = fingerprint::fingerprints(&file);
    assert_ne!(prints[0], prints[1]);
}

#[test]
fn github_commands_can_not_be_broken_out_of() {
    insta::assert_snapshot!(written(TEXT, github), @r"
    ::error file=dir%2Ca%3Ab/100%25 x.yml,line=1,endLine=1,col=6,endColumn=9,title=manual-production::first%0A::set-output name=x::y %25%0Ahelp: mend <it> & ␛[31mgo
    ::notice file=dir%2Ca%3Ab/100%25 x.yml,line=2,endLine=2,col=4,endColumn=7,title=manual-production::who knows
    ::error file=dir%2Ca%3Ab/100%25 x.yml,line=3,endLine=3,col=4,endColumn=16,title=no-inline-secret::a credential stands in the file
    ::error file=other.yml::the policy layer did not run: no pipelines �
    ::error file=gone.yml::is not there
    ");
}

#[test]
fn junit_has_a_suite_for_each_file_and_a_case_for_each_rule() {
    let odd = written(&TEXT.replace('ä', "\u{fffe}"), |report, out| {
        let files =
            report.files.iter().map(|file| FileReport { path: "a\u{ffff}\u{1}\u{fffe}.yml", ..*file }).collect();
        let unreadable = vec![Unreadable { path: "\u{fffe}".to_owned(), reason: "\u{ffff}".to_owned() }];
        junit(&Report { files, unreadable, fail_on: report.fail_on, ..Report::default() }, out)
    });
    assert!(!odd.contains(['\u{fffe}', '\u{ffff}', '\u{1}']) && odd.contains("a\u{fffd}␁\u{fffd}.yml"), "{odd}");
    insta::assert_snapshot!(written(TEXT, junit), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="pipewright" tests="6" skipped="2" failures="2" errors="2">
        <testsuite name="dir,a:b/100% x.yml" tests="2" skipped="0" errors="0" failures="2">
            <testcase name="manual-production" classname="dir,a:b/100% x.yml">
                <failure message="first␊::set-output name=x::y %" type="error">dir,a:b/100% x.yml:1:6: error: first␊::set-output name=x::y %
      trace: push of tag release-* &gt; step 1
      help: mend &lt;it&gt; &amp; ␛[31mgo</failure>
                <system-out>dir,a:b/100% x.yml:1:6: error: first␊::set-output name=x::y %
      trace: push of tag release-* &gt; step 1
      help: mend &lt;it&gt; &amp; ␛[31mgo
    dir,a:b/100% x.yml:2:4: note: who knows</system-out>
            </testcase>
            <testcase name="no-inline-secret" classname="dir,a:b/100% x.yml">
                <failure message="a credential stands in the file" type="error">dir,a:b/100% x.yml:3:4: error: a credential stands in the file</failure>
            </testcase>
        </testsuite>
        <testsuite name="other.yml" tests="3" skipped="2" errors="1" failures="0">
            <testcase name="manual-production" classname="other.yml">
                <skipped message="the policy layer did not run: no pipelines �"/>
            </testcase>
            <testcase name="no-inline-secret" classname="other.yml">
                <skipped message="the policy layer did not run: no pipelines �"/>
            </testcase>
            <testcase name="policy layer" classname="other.yml">
                <error message="no pipelines �"/>
            </testcase>
        </testsuite>
        <testsuite name="gone.yml" tests="1" skipped="0" errors="1" failures="0">
            <testcase name="readable" classname="gone.yml">
                <error message="is not there"/>
            </testcase>
        </testsuite>
    </testsuites>
    "#);
}

#[test]
fn code_insights_keeps_to_the_caps() {
    let object = parsed(TEXT, code_insights);
    insta::assert_snapshot!(format!("{object:#}"), @r#"
    {
      "version": 1,
      "report": {
        "title": "pipewright",
        "details": "2 files: 2 errors, 1 note.\ngone.yml: is not there\nother.yml: the policy layer did not run: no pipelines �",
        "external_id": "pipewright",
        "reporter": "pipewright",
        "report_type": "BUG",
        "result": "FAILED",
        "data": [
          {
            "title": "Files",
            "type": "NUMBER",
            "value": 2
          },
          {
            "title": "Errors",
            "type": "NUMBER",
            "value": 2
          },
          {
            "title": "Warnings",
            "type": "NUMBER",
            "value": 0
          },
          {
            "title": "Notes",
            "type": "NUMBER",
            "value": 1
          }
        ]
      },
      "annotations": [
        {
          "external_id": "pipewright-428aaab1df5c80703fe6aa344386a06b-dir,a:b/100% x.yml",
          "annotation_type": "BUG",
          "summary": "manual-production: first␊::set-output name=x::y %",
          "details": "first␊::set-output name=x::y %\ntrace: push of tag release-* > step 1\nhelp: mend <it> & ␛[31mgo",
          "path": "dir,a:b/100% x.yml",
          "line": 1,
          "severity": "HIGH"
        },
        {
          "external_id": "pipewright-71d2548794a4ff225d67e61734539abd-dir,a:b/100% x.yml",
          "annotation_type": "VULNERABILITY",
          "summary": "no-inline-secret: a credential stands in the file",
          "details": "a credential stands in the file",
          "path": "dir,a:b/100% x.yml",
          "line": 3,
          "severity": "HIGH"
        },
        {
          "external_id": "pipewright-b69c30d859765621055fb5cc829acd68-dir,a:b/100% x.yml",
          "annotation_type": "CODE_SMELL",
          "summary": "manual-production: who knows",
          "details": "who knows",
          "path": "dir,a:b/100% x.yml",
          "line": 2,
          "severity": "LOW"
        }
      ]
    }
    "#);

    let document = Document::read("x: y\n".repeat(1500));
    let mut findings = Vec::new();
    for line in 0..1500 {
        let severity = if line == 1400 { Severity::Error } else { Severity::Note };
        let at = crate::yaml::Span::new(line * 5, line * 5 + 1);
        Findings::new(&META, &mut findings).violated(at, "ü".repeat(3000)).severity(severity);
    }
    let file = FileReport {
        path: "x",
        document: &document,
        findings: &findings,
        verdict: Verdict::Refused,
        skipped: &[],
        allowed: &[],
        secrets: &[],
        rules: &[],
    };
    let report = Report { files: vec![file], fail_on: Some(Severity::Error), ..Report::default() };
    let mut out = Vec::new();
    code_insights(&report, &mut out).expect("a vector takes all");
    let object: Value = serde_json::from_slice(&out).expect("JSON");
    let annotations = at(&object, "/annotations").as_array().expect("a list");
    assert_eq!(annotations.len(), 1000);
    assert_eq!(annotations[0]["line"], 1401, "the weightiest comes first");
    let ids: std::collections::BTreeSet<&str> =
        annotations.iter().filter_map(|annotation| annotation["external_id"].as_str()).collect();
    assert_eq!(ids.len(), 1000, "each has an id of its own");
    for annotation in annotations {
        for (key, limit) in [("external_id", 450), ("summary", 450), ("details", 2000)] {
            assert!(annotation[key].as_str().expect("a text").chars().count() <= limit, "{key}");
        }
    }
    let details = at(&object, "/report/details").as_str().expect("a text");
    assert!(details.contains("1000 weightiest"), "{details}");
}
