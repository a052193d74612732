//! What the reporters write.

use insta::assert_snapshot;

use super::*;
use crate::finding::{Findings, Layer, RuleMeta, Severity, Verdict};
use crate::yaml::{Document, Span};

pub(super) static META: RuleMeta = RuleMeta {
    id: "manual-production",
    layer: Layer::Policy,
    severity: Severity::Error,
    summary: "production is deployed to with no gate before it",
    page: "# manual-production\n",
};

pub(super) static SECRET: RuleMeta = RuleMeta {
    id: "no-inline-secret",
    layer: Layer::Policy,
    severity: Severity::Error,
    summary: "a credential stands in the file",
    page: "# no-inline-secret\n",
};

pub(super) fn span(document: &Document, word: &str) -> Span {
    let start = document.text().find(word).expect("the word stands in the text");
    Span::new(start, start + word.len())
}

fn shown(text: &str, width: usize, write: impl Fn(&Document, &mut Vec<crate::finding::Finding>)) -> String {
    let document = Document::read(text);
    let mut findings = Vec::new();
    write(&document, &mut findings);
    let verdict = Verdict::of(&findings, true);
    let file = FileReport {
        path: "bitbucket-pipelines.yml",
        document: &document,
        findings: &findings,
        verdict,
        skipped: &[],
        allowed: &[],
        secrets: &[],
        rules: &[],
    };
    let report = Report { files: vec![file], ..Report::default() };
    let mut out = Vec::new();
    human(&report, Look { color: false, width, wrap: false }, &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("reports are UTF-8")
}

#[test]
fn a_finding_has_place_excerpt_trace_and_help() {
    let text = format!("{}            deployment: production\n", "#\n".repeat(40));
    assert_snapshot!(shown(&text, 100, |document, out| {
        Findings::new(&META, out)
            .violated(span(document, "production"), "`Deploy` reaches production with no gate")
            .trace(
                ["push of tag release-*", "pipelines.tags.release-*", "step 2 of 2: Deploy"].map(str::to_owned),
            )
            .help("set `trigger: manual` on this step or on one before it");
    }), @r"
    error[manual-production]: `Deploy` reaches production with no gate
      --> bitbucket-pipelines.yml:41:25
       |
    41 |             deployment: production
       |                         ^^^^^^^^^^
       = trace: push of tag release-* > pipelines.tags.release-* > step 2 of 2: Deploy
       = help: set `trigger: manual` on this step or on one before it

    refused: bitbucket-pipelines.yml: 1 error
    ");
}

#[test]
fn related_places_stand_in_the_order_of_the_text() {
    let text = "a: &x\n  b: one\nc: two\nd: {e: *x, f: g}\n";
    assert_snapshot!(shown(text, 100, |document, out| {
        Findings::new(&META, out)
            .violated(span(document, "one"), "reached twice")
            .related(span(document, "*x"), "used here as `*x`")
            .related(span(document, "f: g"), "and\nhere");
    }), @r"
    error[manual-production]: reached twice
     --> bitbucket-pipelines.yml:2:6
      |
    2 |   b: one
      |      ^^^
    ...
    4 | d: {e: *x, f: g}
      |        -- used here as `*x`
      |            ---- and␊here

    refused: bitbucket-pipelines.yml: 1 error
    ");
}

#[test]
fn wide_characters_tabs_and_controls_keep_the_carets_in_place() {
    assert_snapshot!(shown("名前: \"ä\tb\u{1b}c\" # x\n", 100, |document, out| {
        Findings::new(&META, out).violated(span(document, "c\""), "here");
    }), @r#"
    error[manual-production]: here
     --> bitbucket-pipelines.yml:1:10
      |
    1 | 名前: "ä    b␛c" # x
      |               ^^

    refused: bitbucket-pipelines.yml: 1 error
    "#);
}

#[test]
fn long_lines_are_clipped_around_the_mark() {
    let text = format!("k: [{}here, {}end]\n", "aaaa, ".repeat(60), "bbbb, ".repeat(60));
    assert_snapshot!(shown(&text, 60, |document, out| {
        for word in ["k:", "here", "end"] {
            Findings::new(&META, out).violated(span(document, word), "so");
        }
    }), @r"
    error[manual-production]: so
     --> bitbucket-pipelines.yml:1:1
      |
    1 | k: [aaaa, aaaa, aaaa, aaaa, aaaa, aaaa, aaaa, aaaa, a...
      | ^^

    error[manual-production]: so
     --> bitbucket-pipelines.yml:1:365
      |
    1 | ...aaaa, aaaa, aaaa, here, bbbb, bbbb, bbbb, bbbb, bb...
      |                      ^^^^

    error[manual-production]: so
     --> bitbucket-pipelines.yml:1:731
      |
    1 | ... bbbb, bbbb, bbbb, bbbb, bbbb, bbbb, bbbb, bbbb, end]
      |                                                     ^^^

    refused: bitbucket-pipelines.yml: 3 errors
    ");
}

#[test]
fn a_secret_is_masked_in_every_excerpt_of_its_line() {
    let text = "variables: {TOKEN: s3cr3t-välue, OTHER: x}\n";
    let out = shown(text, 100, |document, out| {
        Findings::new(&SECRET, out).violated(span(document, "s3cr3t-välue"), "a credential stands in the file");
        Findings::new(&META, out).violated(span(document, "OTHER"), "something else");
    });
    assert!(!out.contains("s3cr3t"), "{out}");
    assert_eq!(out.matches("TOKEN: ************, OTHER").count(), 2, "{out}");
}

#[test]
fn a_span_past_the_end_or_over_lines_is_marked_on_its_first_line() {
    assert_snapshot!(shown("a:\n  b: c\n  d: e", 80, |document, out| {
        Findings::new(&META, out).violated(Span::new(5, 100), "many lines");
        Findings::new(&META, out).violated(Span::new(document.text().len(), document.text().len()), "end");
    }), @r"
    error[manual-production]: many lines
     --> bitbucket-pipelines.yml:2:3
      |
    2 |   b: c
      |   ^^^^

    error[manual-production]: end
     --> bitbucket-pipelines.yml:3:7
      |
    3 |   d: e
      |       ^

    refused: bitbucket-pipelines.yml: 2 errors
    ");
}

#[test]
fn other_events_stand_at_the_end_of_the_trace() {
    let out = shown("a: b\n", 80, |document, out| {
        let trace = ["push to main", "also on: push of tag rc-*", "step 1 of 1", "also on: push of tag v*"];
        Findings::new(&META, out).violated(span(document, "b"), "so").trace(trace.map(str::to_owned));
    });
    assert!(out.contains("= trace: push to main > step 1 of 1; also on: push of tag rc-*, push of tag v*\n"), "{out}");
}

static FLOW: RuleMeta = RuleMeta {
    id: "release-flow",
    layer: Layer::Policy,
    severity: Severity::Error,
    summary: "a part of the release flow is missing",
    page: "# release-flow\n",
};

#[test]
fn a_file_of_another_workflow_is_told_so_first() {
    let text = "pipelines: {default: []}\n";
    let first_of = |text: &str, missing: usize, others: usize| {
        let out = shown(text, 80, |document, out| {
            for _ in 0..missing {
                Findings::new(&FLOW, out).violated(span(document, "pipelines"), "nothing deploys");
            }
            for _ in 0..others {
                Findings::new(&META, out).violated(span(document, "default"), "so");
            }
        });
        out.lines().next().unwrap_or("").to_owned()
    };
    let first = |missing, others| first_of(text, missing, others);
    for tag in ["rc-*", "{v*,release-*}", "rc-1"] {
        let follows = format!("pipelines: {{default: [], tags: {{'{tag}': []}}}}\n");
        assert!(first_of(&follows, 3, 3).starts_with("error["), "{tag}");
    }
    assert!(first_of("pipelines: {default: [], tags: {'v*': []}}\n", 3, 3).contains("follows another workflow"));
    assert_snapshot!(first(2, 2), @r"bitbucket-pipelines.yml follows another workflow than the delivery policy: 4 of 4 findings come from it; `--layer syntax,schema,semantic` or `policy: none` in pipewright.yaml leaves the policy out");
    let with_secret = shown(text, 80, |document, out| {
        for _ in 0..4 {
            Findings::new(&FLOW, out).violated(span(document, "pipelines"), "nothing deploys");
        }
        Findings::new(&SECRET, out).violated(span(document, "default"), "a value");
    });
    let said = "4 of 5 findings come from it; `--layer syntax,schema,semantic` or `policy: none` in pipewright.yaml leaves the \
                policy out; `no-inline-secret`, which is about any workflow, stays on where `rules` gives it a severity";
    assert!(with_secret.contains(said), "{with_secret}");
    for (missing, others) in [(3, 0), (1, 9)] {
        assert!(first(missing, others).starts_with("error["), "{missing} {others}");
    }
}

#[test]
fn short_is_one_line_a_finding() {
    let document = Document::read("a: b\n");
    let mut findings = Vec::new();
    Findings::new(&META, &mut findings).violated(span(&document, "b"), "two\nlines");
    let file = FileReport {
        path: "x.yml",
        document: &document,
        findings: &findings,
        verdict: Verdict::Refused,
        skipped: &[],
        allowed: &[],
        secrets: &[],
        rules: &[],
    };
    let mut out = Vec::new();
    short(&Report { files: vec![file], ..Report::default() }, &mut out).expect("a vector takes all");
    assert_eq!(String::from_utf8_lossy(&out), "x.yml:1:4: error: two␊lines [manual-production]\n");
}

#[test]
fn a_line_break_in_a_name_begins_no_line_of_a_trace_or_a_help() {
    let out = shown("a: b\n", 0, |_, out| {
        let mut findings = Findings::new(&META, out);
        let draft = findings.violated(Span::new(0, 1), "m");
        draft.trace(["x\n::error::y".to_owned()]).help("rename `x\n::error::y`");
    });
    assert!(out.contains("x␊::error::y") && !out.lines().any(|line| line.trim().starts_with("::")), "{out}");
}

proptest::proptest! {
    #[test]
    fn any_text_and_any_span_can_be_shown(text in "[a-z \\t\u{0}-\u{ff}\u{200b}日\n\r]{0,80}", start in 0usize..90, end in 0usize..90, width in 0usize..60) {
        let out = shown(&text, width, |_, out| {
            Findings::new(&META, out).violated(Span::new(start, end), "m").related(Span::new(end, start), "r");
        });
        proptest::prop_assert!(!out.replace('\n', "").chars().any(char::is_control));
    }
}
