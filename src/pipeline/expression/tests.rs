//! What the reading promises.

use proptest::prelude::*;

use super::*;

fn message(text: &str) -> String {
    parse(text).unwrap_err().message
}

#[test]
fn comparisons_join_by_precedence() {
    let text = r#"glob(BITBUCKET_BRANCH, "feature/{a,b}") && A != "x" || !(COUNT >= 3)"#;
    let Expr::Or(parts) = parse(text).unwrap() else { panic!("not an or") };
    let Expr::And(both) = &parts[0] else { panic!("not an and") };
    let Expr::Glob { variable, pattern, .. } = &both[0] else { panic!("not a glob") };
    assert_eq!(variable.text, "BITBUCKET_BRANCH");
    assert_eq!(&text[pattern.span.start..pattern.span.end], "feature/{a,b}");
    let Expr::Not { inner, .. } = &parts[1] else { panic!("not a not") };
    assert!(matches!(&**inner, Expr::Compare { operator: Operator::GreaterOrEqual, .. }));
}

#[test]
fn a_bare_word_on_the_right_is_text_and_a_bare_name_is_a_variable() {
    let Expr::Compare { right, .. } = parse("STATE == failed").unwrap() else { panic!() };
    assert!(matches!(*right, Expr::Literal { value: Literal::String(ref text), .. } if text == "failed"));
    let Expr::Compare { right, .. } = parse("BRANCH == release/1.x").unwrap() else { panic!() };
    assert!(matches!(*right, Expr::Literal { value: Literal::String(ref text), .. } if text == "release/1.x"));
    let Expr::Compare { right, .. } = parse("A == B_2").unwrap() else { panic!() };
    assert!(matches!(*right, Expr::Variable(_)));
    assert!(parse("true").is_ok());
    assert!(parse("DEPLOY").is_ok());
    assert!(parse("changesetInclude(\"src/**\")").is_ok());
}

#[test]
fn mistakes_have_their_words() {
    assert_eq!(message("($BITBUCKET_BRANCH = main"), "a variable is written without `$`");
    assert_eq!(message("A = main"), "a comparison is written `==`");
    assert_eq!(message("(A == main"), "a parenthesis is not closed");
    assert_eq!(message("[ \"$DEPLOY\" -eq 1 ]").split(';').next(), Some("this is a shell test"));
    assert_eq!(message("A == 'x'"), "text is written in double quotes");
    assert_eq!(message("A == \"x\" and B"), "`and` is written `&&`");
    assert_eq!(message("A =~ \"x\"").split(';').next(), Some("there is no `=~`"));
    assert_eq!(message("always()"), "`always` is a function of GitHub Actions");
    assert!(message("startsWith(A, \"x\")").ends_with("here it is `glob(NAME, \"begin*\")`"));
    // Not all of Bitbucket's own functions are documented.
    assert!(parse("changed(\"src/**\")").is_ok());
    assert_eq!(message("  "), "an expression is missing");
    assert_eq!(message("A & B"), "`&` is written twice: `&&`");
    assert!(message("\"main\"").contains("compare it"));
    assert!(message("glob(\"x\", A)").contains("takes a variable"));
    assert_eq!(message(&"(".repeat(100_000)), "nested too deep");
    assert_eq!(message(&"!".repeat(100_000)), "nested too deep");
}

proptest! {
    #[test]
    fn any_text_ends_in_a_tree_or_an_error_inside_it(text in "[A-Z!&|()<>=\"$ a-z,*/{}.0-9'é-]{0,60}") {
        match parse(&text) {
            Ok(expression) => prop_assert!(text.get(expression.span().start..expression.span().end).is_some()),
            Err(error) => prop_assert!(text.is_char_boundary(error.offset)),
        }
    }
}
