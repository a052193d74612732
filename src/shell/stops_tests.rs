//! Which failures end a script.

use super::stops::{Stop, stops};

/// Whether the failure of each `p` ends the script.
fn told(texts: &[&str]) -> Vec<bool> {
    let is_p = |stop: &Stop| texts[stop.text].get(stop.span.start..stop.span.end).is_some_and(|t| t.starts_with('p'));
    stops(texts, false).iter().filter(|stop| is_p(stop)).map(|stop| stop.stops).collect()
}

#[test]
fn a_failure_that_nothing_takes_up_ends_the_script() {
    for script in [
        "p a",
        "p a > log 2>&1",
        "p a; true",
        "p a && q",
        "q && p a",
        "(p a)",
        "q | p a",
        "set -o pipefail\np a | tee l",
        "set -euo pipefail; p a 2>&1 | tee l",
        "p a & x=$!\nwait $x",
        "p a || exit 1",
        "p a || { echo no; exit 1; }",
        "p a || rc=$?\nexit $rc",
        "p a || f=1\n[ -z \"$f\" ] || exit 1",
        "p a || q",
        "x=$(p a)",
        "if ! p a; then echo no; exit 1; fi",
        "if p a; then q; else exit 1; fi",
        "if ! p a; then f=1; fi; exit ${f:-0}",
        "f() { p a; }; f",
        "f() { p a; }\nf || exit 1",
        "f() { p a; }",
        "f() { p a; }; f || true; f",
        "p a <<EOF\nx\nEOF",
    ] {
        assert_eq!(told(&[script]), [true], "{script}");
    }
    assert_eq!(told(&["set -o pipefail", "p a | tee l"]), [true]);
    assert_eq!(told(&["p a && q", "p b && q # at the end"]), [false, true]);
}

#[test]
fn a_failure_that_is_taken_up_or_not_heard_of_does_not() {
    for script in [
        "p a &",
        "p a &\nwait",
        "{ p a; } & q",
        "p a | tee l",
        "p a 2>&1 | tee l > m",
        "p a | q | r",
        "set -o pipefail; set +o pipefail; p a | tee l",
        "p a || true",
        "p a || :",
        "p a || echo \"no\" >&2",
        "p a || { echo no; }",
        "p a || rc=$?",
        "p a && q || true",
        "p a && q\nr",
        "p a && q; r",
        "f() { p a && q; r; }; f",
        "if x; then p a && q; fi\nr",
        "(p a) || true",
        "! p a",
        "if p a; then q; fi",
        "if ! p a; then echo no; fi",
        "echo $(p a)",
        "export x=$(p a)",
        "f() { p a; }; f || true",
        "f() { p a; }; if f; then q; fi",
        "f() { p a; }; g() { f; }; g | tee l",
        "p a <<EOF | tee l\nx\nEOF",
    ] {
        assert_eq!(told(&[script]), [false], "{script}");
    }
}

#[test]
fn where_set_e_is_off_only_the_last_failure_tells() {
    for (script, stop) in [
        ("f() { p a; p b; }; f || exit 1", &[false, true][..]),
        ("f() { p a; p b; }; f && q", &[false, true]),
        ("f() { p a; p b; }; f && q; r", &[false, false]),
        ("f() { p a; p b; }; if ! f; then exit 1; fi", &[false, true]),
        ("f() { p a; p b; }; f || exit 1; f", &[true, true]),
        ("f() { p a; p b; }; g() { f; q; }; g || exit 1", &[false, false]),
        ("f() { p a; p b; }; g() { q; f; }; g || exit 1", &[false, true]),
        ("f() { p a && p b; }; f", &[true, true]),
        ("(p a; p b) || exit 1", &[false, true]),
        ("{ p a\np b\n} || exit 1", &[false, true]),
        ("(p a && q)\nr", &[true]),
        ("{ p a && q; }\nr", &[false]),
        ("bash -c 'p a; p b'", &[false, true]),
        ("bash -c 'set -e; p a; p b'", &[true, true]),
        ("bash -ec 'p a; p b'; q", &[true, true]),
        ("bash -ec 'p a; p b' || true", &[false, false]),
        ("bash <<X\np a\np b\nX", &[false, true]),
        ("bash -e <<X\np a\np b\nX", &[true, true]),
        ("eval 'p a; p b'", &[true, true]),
        ("bash -c 'p a | q'", &[false]),
        ("bash -o pipefail -c 'p a | q'", &[true]),
    ] {
        assert_eq!(told(&[script]), stop, "{script}");
    }
}

#[test]
fn what_set_plus_e_passes_over_may_be_asked_for() {
    let told = |texts: &[&str]| -> Vec<bool> {
        let is_p = |stop: &&Stop| texts[stop.text].get(stop.span.start..).is_some_and(|text| text.starts_with('p'));
        stops(texts, true).iter().filter(is_p).map(|stop| stop.stops).collect()
    };
    assert_eq!(told(&["set +e", "p a", "p b"]), [false, true]);
    assert_eq!(told(&["set +e; p a; rc=$?; set -e; exit $rc"]), [true]);
    assert_eq!(told(&["set +e", "p a", "rc=$?", "set -e", "exit $rc"]), [true]);
    assert_eq!(told(&["set +e", "p a", "echo $?", "set -e", "p b"]), [false, true]);
}
