//! Texts that are plain, and texts that are not.

use super::*;

fn seen(text: &str) -> Option<Vec<String>> {
    let told = |command: Plain| {
        let assigned = command.assignments.iter().map(|(name, value)| Span::new(name.start, value.end));
        let words: Vec<Span> = if command.declares {
            command.words.iter().copied().chain(assigned).collect()
        } else {
            assigned.chain(command.words.iter().copied()).collect()
        };
        let redirects = command.redirects.iter().map(|(whole, _)| *whole);
        let words = words.into_iter().chain(redirects).map(|word| &text[word.start..word.end]);
        let joined = match command.joined {
            Joined::Line => "",
            Joined::And => "&& ",
            Joined::Or => "|| ",
            Joined::Pipe => "| ",
        };
        joined.to_owned() + &words.collect::<Vec<_>>().join("_")
    };
    Some(commands(text)?.into_iter().map(told).collect())
}

#[test]
fn plain_commands_are_told_apart() {
    assert_eq!(seen("docker push  a/b:$TAG").unwrap(), ["docker_push_a/b:$TAG"]);
    assert_eq!(
        seen("a 'b c' \"d $E ${F:-g}\"h # i\n\n  j; k && l \\\n  m\n").unwrap(),
        ["a_'b c'_\"d $E ${F:-g}\"h", "j", "k", "&& l_m"]
    );
    assert_eq!(seen("export A=b C").unwrap(), ["export_A=b"]);
    assert_eq!(seen("A=b C='' make x=y").unwrap(), ["A=b_C=''_make_x=y"]);
    assert_eq!(seen("# nothing\n").unwrap(), Vec::<String>::new());
}

#[test]
fn chains_pipelines_redirects_and_substitutions_are_plain() {
    assert_eq!(seen("a || true && b *.x").unwrap(), ["a", "|| true", "&& b_*.x"]);
    assert_eq!(seen("a b | c -d | e").unwrap(), ["a_b", "| c_-d", "| e"]);
    assert_eq!(seen("a b > c/d.txt 2>&1").unwrap(), ["a_b_> c/d.txt_2>&1"]);
    assert_eq!(seen("a >> \"$B\"").unwrap(), ["a_>> \"$B\""]);
    assert_eq!(seen("a 2>&1 | b > ~/c").unwrap(), ["a_2>&1", "| b_> ~/c"]);
    assert_eq!(seen("a > b || c && d &").unwrap(), ["a_> b", "|| c", "&& d"]);
    assert_eq!(seen("A=$(b \"c\" | d -e) \nf \"$(g)\"").unwrap(), ["A=$(b \"c\" | d -e)", "f_\"$(g)\""]);
}

#[test]
fn what_is_not_plain_is_left_to_the_grammar() {
    for text in [
        "a < b",
        "a |& b",
        "a ||",
        "| a",
        "a | export B=c",
        "a | b\nc",
        "a > b c",
        "a>b",
        "a > $B/c",
        "a 3> b",
        "> a",
        "a - > b",
        "a | # b\nc",
        "a | b | c || d",
        "a && b || c",
        "A=b > c",
        "true || a",
        "* a",
        "a $(b $(c))",
        "a $( b)",
        "a $(b\nc)",
        "a $()",
        "a $(b",
        "a b)",
        "a & b",
        "a | b > c | d",
        "a && b > c",
        "& a",
        "a;; b",
        "&& a",
        "a &&",
        "; a",
        "a `b`",
        "if a",
        "{ a; }",
        "(a)",
        "a {b,c}",
        "a[0]=b",
        "a+=b",
        "A= b",
        "! a",
        "[ a ]",
        "test a",
        "export -n A",
        "export \"A=b\"",
        "a 'b",
        "a \"b",
        "a\\ b",
        "a ${b",
        "a ${b:-$c}",
        "a ${b:-'c'}",
        "a $'b'",
        "a $",
        "a $1",
        "A=b export C=d",
        "a\u{a0}b",
        "a\r\nb",
        "f() { a; }",
    ] {
        assert_eq!(seen(text), None, "{text}");
    }
}
