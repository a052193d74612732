//! Files that were made to cost much: each check ends soon, and its findings stand inside the text.
//!
//! What counts is the processor's time, which a busy machine does not take away. The bounds are wide enough for a build
//! without optimisation; what grows with the square of the file is far beyond them. `benches/check.rs` measures.

use std::time::{Duration, Instant};

use pipewright::check::Checker;
use pipewright::settings::Settings;

/// For one file; a check takes a hundredth of it where it is built for use.
const LIMIT: Duration = Duration::from_secs(30);

fn ends_soon(what: &str, text: &str) {
    let start = (Instant::now(), processor_time());
    let checked = Checker::new(Settings::default()).check(text);
    let spent = match (start.1, processor_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => start.0.elapsed(),
    };
    for finding in &checked.findings {
        assert!(text.get(finding.span.start..finding.span.end).is_some(), "{what}: {} is outside", finding.rule);
    }
    assert!(spent < LIMIT, "{what}: {spent:?}");
}

/// How long this thread was on a processor, where the system tells.
fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = told.split_whitespace().next()?.parse().ok().filter(|spent| *spent > 0)?;
    Some(Duration::from_nanos(nanoseconds))
}

/// A pipeline around a script.
fn around(script: &str) -> String {
    let script = serde_json::to_string(script).expect("a string");
    format!("pipelines:\n  default:\n    - step:\n        script:\n          - {script}\n")
}

#[test]
fn deep_and_long_scripts_end_soon() {
    let functions =
        (0..5000).map(|n| format!("f{n}() {{ f{}; f{}; }}\n", (n + 1) % 5000, (n * 7) % 5000)).collect::<String>()
            + "f0";
    let chain = (0..2000).map(|n| format!("A{}=\"$A{n}$A{n}\"\n", n + 1)).collect::<String>() + "docker push $A1999";
    for (what, script) in [
        ("$(", "$(".repeat(10_000)),
        ("{", "{ ".repeat(10_000)),
        ("(", "(".repeat(10_000)),
        ("if", "if a; then ".repeat(10_000)),
        ("while", "while a; do ".repeat(5_000)),
        ("case", "case x in a) ".repeat(5_000)),
        ("${a:-", "${a:-".repeat(10_000)),
        ("`", "`".repeat(10_001)),
        ("quoted $(", format!("{}a{}", "\"$(".repeat(3000), ")\"".repeat(3000))),
        ("here-documents", "cat <<A\n".repeat(3000)),
        ("a pipe", "a | ".repeat(5_000) + "b"),
        ("((", "((a) ; ".repeat(20_000)),
        ("${a#", "${a#b ".repeat(20_000)),
        ("a=(", "a=(b ".repeat(20_000)),
        ("redirects", "a > b ".repeat(5_000)),
        ("functions", functions),
        ("A=$A$A", format!("A=xx;{}docker push $A", "A=$A$A;".repeat(300))),
        ("one word", format!("A={}\ndocker push {}", "x".repeat(1000), "$A".repeat(20_000))),
        ("a chain of variables", chain),
        ("braces in words", format!("docker push {}\ndocker push {{1..1000000000}}", "{a,b}".repeat(1000))),
    ] {
        ends_soon(what, &around(&script));
    }
}

#[test]
fn large_and_tangled_files_end_soon() {
    let mut nine = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..=9 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        nine.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    nine.push_str("pipelines:\n  default:\n    - step:\n        script: *a9\n");
    let branches = (0..2000).map(|n| format!("    feature-{n}-*:\n      - step: *s\n")).collect::<String>();
    let branches = format!("definitions:\n  s: &s {{script: [docker push x]}}\npipelines:\n  branches:\n{branches}");
    let image = |n: usize| {
        format!(
            "        - step: {{script: [docker build -t r/x{n} ., docker push r/x{n}, kubectl set image d/a a=r/x{n}]}}\n"
        )
    };
    let images =
        "pipelines:\n  branches:\n    main:\n    - parallel:\n".to_owned() + &(0..1000).map(image).collect::<String>();
    let allowed = |n: usize| format!("# pipewright: allow build-once -- reason {n}\n");
    let merges = "b:\n  - {<<: *a}\n".to_owned() + &"  - {<<: *a}\n".repeat(1000);
    let keys = (0..500).map(|n| format!("k{n}: 1")).collect::<Vec<_>>().join(", ");
    let pattern = "{a,b}".repeat(1000);
    // All are of one length, and of the same letters.
    let name = |n: usize| format!("{n:012b}").replace('0', "xyz").replace('1', "zyx");
    let listed = |from: usize| (from..from + 10).map(name).collect::<Vec<_>>().join(", ");
    let defined = (0..2000).map(|n| format!("    {}: /a\n", name(n))).collect::<String>();
    let used = |n: usize| format!("    c{n}: [step: {{script: [x], caches: [{}]}}]\n", listed(n * 10));
    let used = (200..400).map(used).collect::<String>();
    let caches = format!("definitions:\n  caches:\n{defined}pipelines:\n  custom:\n{used}");
    for (what, text) in [
        ("a scalar of 10 MiB", format!("image: {}\npipelines: {{}}\n", "x".repeat(10 << 20))),
        ("[", "[".repeat(1 << 20)),
        ("{", "{".repeat(1 << 20)),
        ("- ", "- ".repeat(1 << 18)),
        ("nine levels of nine aliases", nine),
        ("branches", branches),
        ("images", images),
        ("suppressions", (0..20_000).map(allowed).collect::<String>() + "pipelines: {}\n"),
        ("merge keys", format!("a: &a {{{keys}}}\n{merges}")),
        ("the same key", "pipelines: {}\n".to_owned() + &"a: 1\n".repeat(10_000)),
        (
            "braces in patterns",
            format!("pipelines:\n  branches:\n    '{pattern}': [step: {{script: [x]}}]\n    '{{{pattern}}}*': []\n"),
        ),
        ("caches that are not defined", caches),
        ("stars", format!("pipelines:\n  tags:\n    '{}': [step: {{script: [x]}}]\n", "*a".repeat(5000))),
    ] {
        ends_soon(what, &text);
    }
}

#[test]
fn what_runs_in_a_container_may_stand_in_a_script_at_hand() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let commands =
        "docker compose run --rm web pytest\ndocker exec web echo hi\ndocker run --rm skopeo/stable copy a b\n";
    std::fs::write(folder.path().join("test.sh"), commands).expect("a file");
    let text = "image: node:20.1.0\npipelines:\n  default:\n    - step:\n        services: [docker]\n        script: [./test.sh]\n";
    let found = pipewright::check::Checker::new(pipewright::settings::Settings::default())
        .with_files(folder.path())
        .check(text)
        .findings;
    assert!(found.iter().all(|finding| finding.rule == "release-flow"), "{found:?}");
}

#[test]
fn traps_that_set_themselves_and_words_that_double_end_soon() {
    for script in [
        "f() { trap f EXIT; exit; }; f",
        "f() { trap f EXIT; }; trap f EXIT",
        "f() { trap g EXIT; }; g() { trap f EXIT; }; (f)",
        "set -- a b; while [ $# -gt 0 ]; do set -- \"$@\" \"$@\"; shift; done",
        "f() { while [ $# -gt 0 ]; do set -- \"$@\" \"$@\"; shift; done; }; f a b",
        "f() { while [ $# -gt 0 ]; do A+=(\"${A[@]}\"); shift; done; }; A=(a); f 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30",
        "f() { while [ $# -gt 0 ]; do shift; f \"$@\" \"$@\"; done; }; f a b c",
    ] {
        let text =
            format!("image: a:1\npipelines:\n  default:\n    - step:\n        script:\n          - '{script}'\n");
        ends_soon(script, &text);
    }
}
