//! Stops, and what is said to mend them.

use crate::yaml::{Document, ProblemKind};

/// `line:column message | help` of the place where the reading ends.
fn said(text: &str) -> String {
    let document = Document::read(text);
    let [problem] = document.problems() else { panic!("{:?}", document.problems()) };
    assert_eq!(problem.kind, ProblemKind::Unreadable);
    let at = document.position(problem.span.start);
    format!("{}:{} {} | {}", at.line, at.column, problem.message, problem.help.as_deref().unwrap_or(""))
}

/// A step with these lines in its body.
fn body(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("    {line}\n")).collect();
    format!("list:\n- step:\n{lines}")
}

/// A script with these lines below it; line 4 is the first.
fn script(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("      {line}\n")).collect();
    format!("list:\n- step:\n    script:\n{lines}")
}

fn says(cases: &[(String, &str)]) {
    let other = |(text, expected): &(String, &str)| Some(said(text)).filter(|said| said != expected);
    assert_eq!(cases.iter().filter_map(other).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn colons_and_spaces() {
    let space = "`image:` has no space after its colon | write `image: …`, with a space";
    says(&[
        ("image:node:20\nlist:\n  - a\n".to_owned(), &format!("1:6 {space}")),
        (body(&["image:node", "script: [a]"]), &format!("3:10 {space}")),
        (body(&["name: x", "image:node", "script: [a]"]), &format!("4:10 {space}")),
        (
            body(&["artifacts:", "- dist/**", "  caches:", "  - node"]),
            "5:7 `caches` stands below the text of line 4, which can't hold it | check the indentation: put 4 spaces before \
             it, as `artifacts` on line 3 has; or write the text as a block: `- |`, and its lines below, indented",
        ),
        (
            "custom:\n  Fix #3:\n    - step: x\n".to_owned(),
            "2:7 what follows `#` is a comment, and the key before it has no colon | put the key, up to its colon, in quotes",
        ),
        ("a:\n  default\n    - step: x\n".to_owned(), "2:3 `default` has no colon after it | write `default:`"),
        ("a:\n  - step\n      script: x\n".to_owned(), "2:5 `step` has no colon after it | write `step:`"),
        (body(&["name: x", "caches", "  - a", "b: c"]), "4:5 `caches` has no colon after it | write `caches:`"),
        (
            body(&["name Build", "script: [a]"]),
            "3:5 line 3 is text, neither `key: value` nor `- item` | put a colon and a space after its key, as in \
             `name: …`, or remove the line",
        ),
        (
            body(&["name: a: b"]),
            "3:12 a second colon stands in this line | put the whole text in single quotes, if the colon belongs to it; \
             else begin a new line",
        ),
        (
            script(&["- ssh x \"a; \\", "    echo 'Error: b'\""]),
            "5:22 a colon stands in a text of several lines, which begins on line 4 | write it as a block: `- |`, and the \
             text, indented, on the next line",
        ),
        (
            "a: 1\nThis is all\n".to_owned(),
            "2:1 line 2 is text, not `key: value` | remove it, or begin it with `#` to make it a comment",
        ),
        (body(&["\"name\":\"x\""]), "3:11 a colon has no space after it | put a space after the colon: `key: value`"),
    ]);
}

#[test]
fn quotes() {
    let whole = "the text goes on after its closing quote | put the whole text in single quotes";
    says(&[
        (script(&["- \"$PWD/x.sh\" staging"]), &format!("4:21 {whole}")),
        (body(&["name: \"a\" b"]), &format!("3:15 {whole}")),
        (
            script(&["- \"$A\"/x 'it'"]),
            "4:13 the text goes on after its closing quote | write it as a block: `- |`, and the text, indented, on the \
             next line",
        ),
        (
            script(&["- 'it's'"]),
            "4:13 a single quote within the text ends it before this | double each single quote that belongs to the text \
             (`''`), or put the text in double quotes",
        ),
        (
            script(&["- \"echo \"hi\" there\""]),
            "4:16 a double quote within the text ends it before this | write `\\\"` for each double quote that belongs to \
             the text, or put the text in single quotes",
        ),
        (
            script(&["- \"grep \\d x\""]),
            "4:15 double quotes know no escape `\\d` | put the text in single quotes, where `\\` is itself, or write `\\\\d`",
        ),
        (
            "a: \"b\nc: d\ne: \"f\"\n".to_owned(),
            "1:4 the quote that opens here is not closed on its line, and ends at the next quote in the file | close it at \
             the end of its text",
        ),
        (
            "a: 'b\nc: d\n".to_owned(),
            "1:4 the quote that opens here is never closed | close it at the end of the text, or remove it",
        ),
        (script(&["- `date`"]), "4:9 a text can't begin with a backquote | put the whole text in single quotes"),
    ]);
}

#[test]
fn brackets() {
    let list = "a text can't begin with `[`, which opens a list | put the whole text in single quotes";
    says(&[
        (body(&["name: [WIP] build"]), &format!("3:11 {list}")),
        (script(&["- [ -f x ] && y"]), &format!("4:9 {list}")),
        (script(&["- [ -f x ] || y"]), &format!("4:9 {list}")),
        (script(&["- [[ -n \"$X\" ]] || exit 1"]), &format!("4:9 {list}")),
        (
            "a:\n  {b,c}/*:\n    - d\n".to_owned(),
            "2:3 a text can't begin with `{`, which opens a map | put the key, up to its colon, in quotes",
        ),
        (
            body(&["caches: [a, b", "size: 2x"]),
            "3:13 the `[` that opens here is not closed before line 4 | close it with `]`, or quote the text that begins with it",
        ),
        (
            "a: [b\n".to_owned(),
            "1:4 the `[` that opens here is never closed | close it with `]`, or quote the text that begins with it",
        ),
        (
            "{\n  \"a\": 1\n  \"b\": 2\n}\n".to_owned(),
            "3:3 no comma stands before this entry of the `{` on line 1 | put a comma at the end of the line before, or \
             close it there with `}`",
        ),
        (
            "a: &b[c]\n  d: e\n".to_owned(),
            "1:4 the name of an anchor holds none of `[`, `]`, `{`, `}` and `,` | name it with letters, digits, `-` and `_`, \
             also where it is used",
        ),
        (
            "a: &b\n  c: d\ne: *b\n  f: g\n".to_owned(),
            "4:3 keys can't be added to an alias, which is a whole value | merge it: `<<: *b` on a line of its own, as deep \
             as this one",
        ),
    ]);
}

#[test]
fn dashes() {
    let dash = "begin it with `- `; if it goes on with the item above, indent it deeper than the dash";
    says(&[
        (script(&["- a", "-echo b"]), "5:7 the dash has no space after it | put a space after the dash: `- `"),
        ("a:\n  - b: 1\n  -c: 2\n".to_owned(), "3:3 the dash has no space after it | put a space after the dash: `- `"),
        (
            script(&["- echo a", "echo b"]),
            &format!("5:7 this line has no dash, as the items beside it have (line 4) | {dash}"),
        ),
        (
            "a:\n  - b: 1\n  b: 2\n".to_owned(),
            "3:3 `b` has no dash, as the items beside it have (line 2) | begin it with `- `",
        ),
        (
            script(&["- ssh x \\", "-o A=b \\", "y"]),
            "5:7 this line goes on with the item of line 4, but is no deeper than its dash | indent it deeper than the dash, \
             or write the item as a block: `- |`, and its lines below, indented",
        ),
        (
            body(&["script: - echo a"]),
            "3:13 the list of `script` begins on the line of its key | put each item on a line of its own below `script:`",
        ),
    ]);
}

#[test]
fn texts_of_several_lines() {
    let off = "they are taken off again before the shell sees them";
    says(&[
        (
            script(&["- |", "  cat <<EOT", "hello", "EOT"]),
            &format!(
                "6:7 the here-document leaves the text that begins on line 4 | put at least 8 spaces before this line and \
                 each that belongs to the text; {off}"
            ),
        ),
        (
            script(&["- |", "  echo a", " echo b"]),
            "6:8 the text that begins on line 4 ends before this, which is less deep | put at least 8 spaces before this \
             line and each that belongs to the text",
        ),
        (
            script(&["- |", "echo a"]),
            "5:7 the text that begins on line 4 ends before this, which is less deep | put at least 8 spaces before this \
             line and each that belongs to the text; or begin it with `- ` if it is an item of its own",
        ),
        (
            "a:\n  - |\n    cat <<EOF\nk: v\nEOF\n  - x\n".to_owned(),
            "4:1 the here-document of line 3 leaves its item here | put 4 spaces before each of its lines, to `EOF`; they are \
             taken off again before the shell sees them",
        ),
        (
            "a:\n  - cat <<EOF > x\nk: v\nEOF\n".to_owned(),
            "3:1 the here-document of line 2 leaves its item here | write the item as a block: `- |`, and its lines below, \
             indented",
        ),
        (
            script(&["- cat <<EOT", "hello", "EOT"]),
            "5:7 the here-document of line 4 can't go on here: its item is no block | write the item as a block: `- |`, and \
             its lines below, indented",
        ),
        (
            script(&["- | echo a"]),
            "4:9 text follows `|`, which begins a text on the lines below | put the text on the next line, indented; or put \
             the whole text in single quotes, if it begins with `|`",
        ),
        (
            format!("{}    caches\n      - a\n", script(&["- |", "  echo a"])),
            "6:5 `caches` has no colon after it | write `caches:`",
        ),
    ]);
}

#[test]
fn a_comment_that_is_less_deep_ends_a_text() {
    says(&[
        (
            script(&["- |", "  echo a", "# b", "  echo c"]),
            "6:7 this comment ends the text that begins on line 4: it is less deep | put 8 spaces before it, as the lines \
             around it have; the shell takes it for a comment, too",
        ),
        // What stands there is no part of the text.
        (
            script(&["- |", "  echo a", "# b", " echo c"]),
            "7:8 the text that begins on line 4 ends before this, which is less deep | put at least 8 spaces before this \
             line and each that belongs to the text",
        ),
    ]);
}

#[test]
fn a_blank_that_is_no_space_is_named() {
    let edit = "where YAML knows only spaces | replace it, and each like it on this line, with a space";
    says(&[
        (
            "list:\n- step:\n\u{a0}\u{a0}name: x\n    script: [a]\n".to_owned(),
            &format!("3:1 U+00A0 stands in the indentation, {edit}"),
        ),
        (script(&["- a", "-\u{a0}b"]), &format!("5:8 U+00A0 stands behind the dash, {edit}")),
        (body(&["name:\u{2003}x", "script: [a]"]), &format!("3:10 U+2003 stands behind the colon, {edit}")),
    ]);
}

#[test]
fn depth() {
    says(&[
        (
            body(&["name: 'x'", "  - b", "c: d"]),
            "4:7 an item stands below line 3, which has a value already | remove that value, or check the indentation: the \
             items of a list are equally deep",
        ),
        (
            script(&["- pipe: a", "variables: b"]),
            "5:7 `variables` is as deep as the dash on line 4, and no item | check the indentation: put 8 spaces before it, \
             to stand below the `-` of line 4",
        ),
        (
            script(&["- a", "caches: b"]),
            "5:7 `caches` is as deep as the dash on line 4, and no item | check the indentation: put 4 spaces before it, as \
             `script` on line 3 has",
        ),
        (
            "a: 1\n  b: 2\n".to_owned(),
            "2:3 `b` stands below `a`, which has a value on its own line | check the indentation: begin it at the margin, as \
             `a` has; or bring line 1 to the depth of this one",
        ),
        (
            "a:\n  b: 1\n c: 2\n".to_owned(),
            "3:2 `c` stands 1 space deep, where no line above can hold it | check the indentation: put 2 spaces before it, as \
             `b` on line 2 has; or bring line 2 to the depth of this one",
        ),
        (
            script(&["- echo a", "  caches: b"]),
            "5:9 `caches` stands below the text of line 4, which can't hold it | check the indentation: put 4 spaces before \
             it, as `script` on line 3 has; or write the text as a block: `- |`, and its lines below, indented",
        ),
        (
            "  a: 1\nb: 2\n".to_owned(),
            "1:3 line 1 is deeper than the keys it belongs with | check the indentation: begin it at the margin, as the keys \
             below it",
        ),
    ]);
}

#[test]
fn what_others_leave_in_a_file() {
    let mark = "a mark of a merge conflict is left in the file | keep one of the two versions, and remove the lines with \
                `<<<<<<<`, `=======` and `>>>>>>>`";
    let template = "belongs to a template, and nothing fills it in before the file is read | render the template first, or \
                    put the text with the braces in quotes";
    says(&[
        ("a:\n<<<<<<< HEAD\n  b: 1\n=======\n  b: 2\n>>>>>>> x\n".to_owned(), &format!("2:1 {mark}")),
        (
            "```yaml\na: 1\n```\n".to_owned(),
            "1:1 a fence of Markdown is left in the file | remove the lines that begin with three backquotes",
        ),
        ("a: 1\n{% if x %}\nb: 2\n{% endif %}\n".to_owned(), &format!("2:1 `{{%` {template}")),
        (
            "pipeline {\n  stages {\n    a: 'b: c'\n  }\n}\n".to_owned(),
            "1:1 this is a Jenkinsfile, which Bitbucket does not read | write its stages as steps: `pipelines:`, `default:`, \
             and a list of `- step:` below it",
        ),
    ]);
}

#[test]
fn a_key_that_begins_with_a_mark_is_told_where_it_stands() {
    let edit = |key: &str| format!("unless it stands in quotes | write `'{key}':`");
    let file = |key: &str| format!("a:\n  b:\n    - c\n  {key}:\n    - d\n");
    says(&[
        (file("&e"), &format!("4:3 a key that begins with `&` is read as the name of an anchor, {}", edit("&e"))),
        (file("!e"), &format!("4:3 a key that begins with `!` is read as a tag, {}", edit("!e"))),
        (
            "a:\n  b: 1\n  **/c: [d]\n".to_owned(),
            &format!("3:3 a pattern that begins with `*` is read as an alias, {}", edit("**/c")),
        ),
        (
            "a:\n  &v1:\n    - b\n  v2:\n    - c\n".to_owned(),
            &format!("2:3 a key that begins with `&` is read as the name of an anchor, {}", edit("&v1")),
        ),
    ]);
}

#[test]
fn the_place_where_the_reader_stopped_is_related() {
    let text = "a:\n  default\n    - step: x\n";
    let document = Document::read(text);
    let (span, message) = document.problems()[0].related.clone().unwrap();
    assert_eq!((document.position(span.start).line, message.as_str()), (3, "here the file can't be read on"));
    assert_eq!(Document::read("a: [\n").problems()[0].related, None);
}
