//! What bash 5.2 says of each text (`bash -n`), and that any text is read.

use proptest::prelude::*;

use super::{FaultKind, fault};

/// The fault of a text: what is wrong, and the text of the place.
fn told(text: &str) -> Option<(&'static str, &str)> {
    let fault = fault(text)?;
    let kind = match fault.kind {
        FaultKind::Open(closes) => closes,
        FaultKind::Document => "document",
        FaultKind::Unexpected => "unexpected",
    };
    Some((kind, text.get(fault.at.start..fault.at.end).unwrap()))
}

#[test]
fn what_bash_reads_has_no_fault() {
    for text in [
        "",
        "# it's a remark",
        "a; b & c",
        "a &&\n\n  b ||\n# c\n d | e |& f",
        "! a | b\ntime -p a\n!",
        "if a; then b; elif c\nthen d\nelse e; fi > f",
        "if ! { a; } then b; fi",
        "while read -r x; do a; done < f | b",
        "until a\ndo b\ndone &",
        "for x in a b \"$c\"; do d; done",
        "for x\ndo a; done; for x; do b; done",
        "for ((i = 0; i < (3); i++)); do a; done\nfor ((;;)) { a; }",
        "case $x in a|b) c;; (d) e;& *) f\nesac",
        "case x in\n  # remark\n  a) ;;\n  if) b ;;\nesac",
        "select x in a b; do c; done",
        "f() { a; }; function g { b; }; function h() (c)\ni ()\n{ d; } 2> e",
        "(a; (b)); ((1 + (2))) && ((a\n+ b)); ( (a); (b) )",
        "[[ $a == b* && ( -n $c || ! -f d ) ]] || e",
        "[[ $a =~ ^(rc|release)-([0-9]+);x$ ]]",
        "[[ -n $a &&\n -n $b ]]",
        "a=(b\n c # it's\n 'd') e+=(f) declare -A g=([h]=i [\"j k\"]=l)",
        "export -a a=(b c); local d=(e)",
        "a[$i + 1]=b; echo a[1] [b] ]]",
        "echo \"a $(b \"c)\" 'd)' $(e) `f`) g\" ${h:-\"i}\"} ${j#'}'} ${#k} $# $$ $((1 + (2)))",
        "echo \"$$(a) ${b:-it's} $${c}\"",
        "echo $'it\\'s' $\"a\" \\\" \\' a\\\nb",
        "x=$(case a in a) b;; esac)\ny=$((a; b) | c)\nz=$( (a); (b) )",
        "cat <<EOF && b\nit's \"a\nEOF\nc",
        "cat <<-'E F' <<G\n\ta\n\tE F\nb\nG",
        "x=$(cat <<EOF\n(\"\nEOF\n)",
        "cat <<< \"$a\" > b 2>&1 <c {fd}>d &>e 3<&-",
        "diff <(a) <(b | c) > >(d)",
        "echo if then fi done { } ! in",
        "{ a; }; }x",
        "if a; then b; fi # c\nfi_x",
        "echo a#b #c'd",
        "echo {a,b} a{b} }a",
        "then_x; done.sh; ./fi",
        "if a; then\\\n b; fi",
    ] {
        assert_eq!(told(text), None, "{text}");
    }
}

#[test]
fn what_bash_refuses_is_told_where_it_stands() {
    for (text, due) in [
        ("if a; then b", ("fi", "if")),
        ("if a; then b; else if c; then d; fi", ("fi", "if")),
        ("if a\n", ("fi", "if")),
        ("if a then b; fi", ("unexpected", "fi")),
        ("if a; then fi", ("unexpected", "fi")),
        ("if a; then; b; fi", ("unexpected", ";")),
        ("if a; then b; fi c", ("unexpected", "c")),
        ("for x in a; do b", ("done", "for")),
        ("for x in a; b; done", ("unexpected", "b")),
        ("for x in a; do; b; done", ("unexpected", ";")),
        ("while a; do b; fi", ("unexpected", "fi")),
        ("case a in b) c ;;", ("esac", "case")),
        ("case a b) c;; esac", ("unexpected", "b")),
        ("case a in b c) d;; esac", ("unexpected", "c")),
        ("a; ;; b", ("unexpected", ";;")),
        ("{ a", ("}", "{")),
        ("{ a }", ("}", "{")),
        ("f() { a", ("}", "{")),
        ("f() a", ("unexpected", "a")),
        ("(a", (")", "(")),
        ("a)", ("unexpected", ")")),
        ("x=$(a", (")", "$(")),
        ("x=$(if a; then b)", ("unexpected", ")")),
        ("echo ${a", ("}", "${")),
        ("echo \"a\necho \"b\"", ("\"", "\"")),
        ("echo it's", ("'", "'")),
        ("echo `a", ("`", "`")),
        ("a &&", ("a command behind it", "&&")),
        ("a | | b", ("unexpected", "|")),
        ("&& a", ("unexpected", "&&")),
        ("a; done", ("unexpected", "done")),
        ("print(\"a\")", ("unexpected", "(")),
        ("echo a (b)", ("unexpected", "(")),
        ("echo a=(b)", ("unexpected", "(")),
        ("a=(b", (")", "(")),
        ("docker save <image>", ("unexpected", ">")),
        ("[[ a == b", ("]]", "[[")),
        ("if [[ a == b; then c; fi", ("unexpected", ";")),
        ("cat <<EOF\na\n EOF", ("document", "<<EOF")),
        ("cat <<-EOF\na", ("document", "<<-EOF")),
        ("x=$(cat <<EOF)\na", ("document", "<<EOF")),
    ] {
        assert_eq!(told(text), Some(due), "{text}");
    }
}

#[test]
fn what_is_beside_a_fault_is_told() {
    for (text, beside) in
        [("echo \"a\necho \"b\"", "\""), ("while a; do b; fi", "while"), ("cat <<EOF\na\n EOF\nb", "EOF")]
    {
        let span = fault(text).unwrap().beside.unwrap();
        assert_eq!(text.get(span.start..span.end), Some(beside), "{text}");
    }
    assert_eq!(fault("cat <<EOF\na\n EOF\nb").unwrap().beside.unwrap().start, 13);
}

#[test]
fn what_depends_on_more_than_the_text_is_taken() {
    for text in [
        "f=(*.@(a|b))",
        "for f in d/!(*.map); do a; done",
        "echo $[ (1+2) * 3 ]",
        "ls !(a|b",
        "case x in @(a|b)) c;; esac",
        "coproc a",
        &"(".repeat(1000),
    ] {
        assert_eq!(told(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,80}") {
        fault(&text);
    }

    #[test]
    fn any_signs_are_read(text in "(if|then|fi|for|do|done|case|in|esac|a|[ \n;&|(){}<>\"'`$#=\\\\!é\\[\\]]){0,40}") {
        if let Some(fault) = fault(&text) {
            prop_assert!(text.get(fault.at.start..fault.at.end).is_some());
            prop_assert!(fault.beside.is_none_or(|span| text.get(span.start..span.end).is_some()));
        }
    }
}
