//! What the reading promises, seen from outside.

use super::*;

fn problems(text: &str) -> Vec<(ProblemKind, usize, usize)> {
    let document = Document::read(text);
    let place = |span: Span| document.position(span.start);
    document.problems().iter().map(|p| (p.kind, place(p.span).line, place(p.span).column)).collect()
}

#[test]
fn aliases_are_followed_and_remember_where_they_stand() {
    let document = Document::read("a: &x {n: 1}\nb: *x\nc:\n  <<: *x\n  m: 2\n");
    let root = document.root().unwrap();
    let b = root.get("b").unwrap();
    assert_eq!(document.slice(b.alias().unwrap()), "*x");
    assert_eq!(document.slice(b.span()), "{n: 1}");
    assert_eq!(b.id(), root.get("a").unwrap().id());
    assert_eq!(root.get("a").unwrap().anchor_name(), Some("x"));
    let c = root.get("c").unwrap();
    let n = c.entry("n").unwrap();
    assert_eq!(n.value.integer(), Some(1));
    assert_eq!(document.slice(n.merged.unwrap()), "*x");
    assert_eq!(c.entries().next().unwrap().name(), "m");
}

#[test]
fn own_keys_win_over_merged_ones_and_the_first_source_wins() {
    let document = Document::read("a: &a {k: 1, o: a}\nb: &b {k: 2, p: b}\nc: {<<: [*a, *b], o: own}\n");
    let c = document.root().unwrap().get("c").unwrap();
    assert_eq!(c.get("k").unwrap().integer(), Some(1));
    assert_eq!(c.get("o").unwrap().string(), Some("own"));
    assert_eq!(c.get("p").unwrap().string(), Some("b"));
}

#[test]
fn problems_have_their_places() {
    assert_eq!(problems("a: 1\nb: 2\na: 3\n"), [(ProblemKind::DuplicateKey, 3, 1)]);
    assert_eq!(problems("a: *nope\n"), [(ProblemKind::UndefinedAlias, 1, 4)]);
    assert_eq!(problems("**:\n  - 1\n"), [(ProblemKind::UndefinedAlias, 1, 1)]);
    assert_eq!(problems("a:\n\tb: 1\n"), [(ProblemKind::Tab, 2, 1)]);
    assert_eq!(problems("a:\n  b: 1\n\tc: 2\n"), [(ProblemKind::Tab, 3, 1)]);
    assert_eq!(problems("a:\n  - b\n\n \t - c\n"), [(ProblemKind::Tab, 4, 2)]);
    assert_eq!(problems("a:\n  -\tb\n  - c: \td\n"), [(ProblemKind::Tab, 2, 4), (ProblemKind::Tab, 3, 8)]);
    assert_eq!(problems("a: |\n  -\tb\nc: 'd\te' \t# f\n"), []);
    assert_eq!(problems("a: 1\n---\nb: 2\n"), [(ProblemKind::SecondDocument, 2, 1)]);
    assert_eq!(problems("a: &a [*a]\n"), [(ProblemKind::RecursiveAlias, 1, 8)]);
    assert_eq!(problems("a: {<<: 3}\n"), [(ProblemKind::BadMerge, 1, 9)]);
    assert_eq!(problems("{a,b}:\n  c: 1\n"), [(ProblemKind::CompoundKey, 1, 1)]);
}

#[test]
fn bombs_are_problems() {
    let mut bomb = "a0: &a0 [x]\n".to_owned();
    for level in 1..=9 {
        let before = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![before; 9].join(", ")));
    }
    let document = Document::read(bomb);
    assert!(document.root().is_none());
    let problem = &document.problems()[0];
    assert_eq!((problem.kind, document.position(problem.span.start).line), (ProblemKind::TooLarge, 7));
    let nested = Document::read("[".repeat(1 << 20));
    assert!(nested.root().is_none());
    assert_eq!(nested.problems()[0].kind, ProblemKind::TooLarge, "{:?}", nested.problems());
    let mut chain = "x0: &x0 [1]\n".to_owned();
    for level in 1..5000 {
        chain.push_str(&format!("x{level}: &x{level} [*x{}]\n", level - 1));
    }
    assert!(Document::read(chain).root().is_none());
}

#[test]
fn scalar_text_maps_back_to_the_source() {
    let text = "lit: |\n    one\n      two\n\n    three\nfold: >-\n  aa bb\n  cc\n\n  dd\nplain: foo\n  bar baz\ndq: \"a\\tb \\\n  c\"\nsq: 'it''s ok'\n";
    let document = Document::read(text);
    let root = document.root().unwrap();
    for (key, words) in [
        ("lit", &["one", "two", "three"][..]),
        ("fold", &["aa", "bb", "cc", "dd"]),
        ("plain", &["foo", "bar", "baz"]),
        ("dq", &["a", "b", "c"]),
        ("sq", &["it", "s", "ok"]),
    ] {
        let node = root.get(key).unwrap();
        let value = node.text().unwrap();
        for word in words {
            let at = value.find(word).unwrap();
            let span = node.source_span(Span::new(at, at + word.len()));
            assert_eq!(document.slice(span), *word, "{key}: {value:?} {span:?}");
        }
    }
}

#[test]
fn block_nodes_end_where_their_content_ends() {
    let document = Document::read("a:\n  - b: |\n      x\n  - c\n\n# end\nd: 1\n");
    let root = document.root().unwrap();
    assert_eq!(document.slice(root.get("a").unwrap().span()).trim_end(), "- b: |\n      x\n  - c");
    assert_eq!(document.comments().len(), 1);
}

#[test]
fn carriage_returns_and_a_byte_order_mark_do_not_shift_places() {
    let document = Document::read("\u{feff}a: |\r\n  one\r\n  two\r\nb: x\r\n");
    let root = document.root().unwrap();
    let a = root.get("a").unwrap();
    assert_eq!(a.text(), Some("one\ntwo\n"));
    let span = a.source_span(Span::new(4, 7));
    assert_eq!(document.slice(span), "two");
    assert_eq!(document.position(span.start).line, 3);
    assert_eq!(document.slice(root.get("b").unwrap().span()), "x");
}

#[test]
fn a_literal_block_may_begin_with_blank_lines_and_indent_itself() {
    let document = Document::read("- |\n\n  one\n    two\n- |2\n    three\n- >\n\n  four\n");
    for (item, word) in document.root().unwrap().items().zip(["one", "three", "four"]) {
        let text = item.text().unwrap();
        let at = text.find(word).unwrap();
        assert_eq!(document.slice(item.source_span(Span::new(at, at + word.len()))), word);
    }
}

#[test]
fn a_problem_at_the_end_lies_in_the_text() {
    let text = "?\r\r\r-";
    let document = Document::read(text);
    let [problem] = document.problems() else { panic!("{document:?}") };
    assert_eq!(problem.kind, ProblemKind::CompoundKey);
    assert!(text.get(problem.span.start..problem.span.end).is_some(), "{problem:?}");
}

#[test]
fn a_problem_has_whole_characters() {
    let text = ":\n +\u{ffff}-\u{7f}id";
    let document = Document::read(text);
    let [problem] = document.problems() else { panic!("{document:?}") };
    assert!(text.get(problem.span.start..problem.span.end).is_some(), "{problem:?}");
}

#[test]
fn an_escaped_character_is_shown_with_its_backslash() {
    let document = Document::read("- \"a \\\"b\"\n");
    let item = document.root().unwrap().items().next().unwrap();
    assert_eq!(document.slice(item.source_span(Span::new(2, 3))), "\\\"");
}
