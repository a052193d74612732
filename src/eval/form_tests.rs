//! Mistakes in a suite, each told at its place and with the word that was meant.

use std::fs;

use super::tests::{GOOD, fenced, folder};
use super::*;
use crate::settings::Settings;

fn told(text: &str) -> Vec<String> {
    match Suite::read("s.yaml", text, &Settings::default()) {
        Ok((_, wrong)) => wrong.iter().map(ToString::to_string).collect(),
        Err(error) => vec![error.to_string()],
    }
}

#[test]
fn all_mistakes_of_a_case_are_told_at_their_places() {
    let suite = "name: s\ncases:\n  - name: one\n    recordings: r/*.jsonl\n    tags: [1]\n    expect:\n      finall: accepted\n      by-turn: 0\n      \
                 verdicts: {1: acepted}\n      turns: two\n      file: {same-as-accepted: 'yes', equal: x}\n      plans: {tag x: {build: true}}\n";
    insta::assert_debug_snapshot!(told(suite), @r#"
    [
        "s.yaml:4:17: `recordings` is `r/*.jsonl`, not a list",
        "s.yaml:5:12: an item of `tags` is a number (`1`), not a text",
        "s.yaml:7:7: `expect` has no key `finall`; did you mean `final`?",
        "s.yaml:8:16: `by-turn` is a number (`0`), not the number of a turn, from 1, or its id",
        "s.yaml:9:21: `1` is `acepted`, not one of `accepted`, `refused`, `incomplete`; did you mean `accepted`?",
        "s.yaml:10:14: `turns` is `two`, not a whole number",
        "s.yaml:11:32: `same-as-accepted` is `yes`, not true or false",
        "s.yaml:11:39: `file` has no key `equal`; did you mean `equals`?",
        "s.yaml:12:23: `tag x` has no key `build`; did you mean `builds`?",
    ]
    "#);
    let names = "name: s\ncases:\n  - name: two\n    recordings: [a]\n    expect: {never: [build-onc, tag-prefx], rules: {trunk-onl: holds}, plans: {tga x: {}}, file: {matches: 'a('}}\n";
    insta::assert_debug_snapshot!(told(names), @r#"
    [
        "s.yaml:5:22: no rule is called `build-onc`; did you mean `build-once`?",
        "s.yaml:5:33: no rule is called `tag-prefx`; did you mean `tag-prefix`?",
        "s.yaml:5:64: no rule is called `trunk-onl`; did you mean `trunk-only`?",
        "s.yaml:5:87: `tga x` is no event; did you mean `tag`?",
        "s.yaml:5:108: `a(` is no regular expression: unclosed group",
    ]
    "#);
}

#[test]
fn all_mistakes_of_its_settings_are_told() {
    let suite =
        "name: s\ncases:\n  - name: one\n    settings: {rules: {nope: off}, main-brunch: x}\n    recordings: [a]\n";
    let told = told(suite);
    assert!(told.len() == 2 && told[0].contains("`nope`") && told[1].contains("`main-brunch`"), "{told:?}");
}

#[test]
fn what_is_wrong_as_yaml_costs_its_case_and_a_merge_key_means_what_it_names() {
    let suite = "name: s\ncases:\n  - &one\n    name: one\n    recordings: [a]\n    expect: {turns: 1}\n  - {<<: *one, name: two}\n  \
                 - name: three\n    recordings: [a]\n    expect: {turns: 1, turns: 2, final: acepted}\n  - {name: four, recordings: *none}\n  \
                 - {<<: *one, name: five, expect: {turn: 1}}\n  - {name: six, recordings: [a]}\n";
    let (read, wrong) = Suite::read("s.yaml", suite, &Settings::default()).unwrap();
    let cases = read.cases.iter().map(|case| (case.name.as_str(), case.expect.turns));
    assert_eq!(cases.collect::<Vec<_>>(), [("one", Some(1)), ("two", Some(1)), ("six", None)]);
    assert_eq!(read.cases[1].place_of(&["expect", "turns"]), (6, 21), "where it is written");
    insta::assert_debug_snapshot!(wrong.iter().map(ToString::to_string).collect::<Vec<_>>(), @r#"
    [
        "s.yaml:10:24: `turns` stands twice in one map; the first is on line 10",
        "s.yaml:10:41: `final` is `acepted`, not one of `accepted`, `refused`, `incomplete`; did you mean `accepted`?",
        "s.yaml:11:30: `*none` names no anchor that stands before it",
        "s.yaml:12:37: `expect` has no key `turn`; did you mean `turns`?",
    ]
    "#);
    assert_eq!(
        told(&format!("{suite}name: t\n")),
        ["s.yaml:14:1: `name` stands twice in one map; the first is on line 1"]
    );
    assert_eq!(
        told(&suite.replace("two}", "two").replace("three\n", "three}\n")).len(),
        1,
        "nothing of it can be read"
    );
}

#[test]
fn what_is_wrong_behind_an_alias_costs_the_cases_that_use_it() {
    let told = |cases: &str| {
        let suite = format!(
            "name: s\ncases:\n  - {{name: one, recordings: [a]}}\n{cases}  - {{name: last, recordings: [a]}}\n"
        );
        let (read, wrong) = Suite::read("s.yaml", &suite, &Settings::default()).unwrap();
        let names: Vec<&str> = read.cases.iter().map(|case| case.name.as_str()).collect();
        let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        format!("{}\n{}", names.join(", "), wrong.join("\n"))
    };
    let anchored = "  - name: two\n    recordings: [a]\n    expect: &e {turns: 1, turns: 2}\n";
    // A merge key brings what is not written in the map itself.
    let base = "  - &two\n    name: two\n    recordings: [a]\n    recordings: [b]\n    expect: {turns: 1, turns: 2}\n";
    let merging = "  - {<<: *two, name: both}\n  - {<<: *two, name: paths, expect: {}}\n  - {<<: *two, name: none, expect: {}, recordings: [c]}\n";
    let all = [
        format!("{anchored}  - {{name: three, recordings: [a], expect: *e}}\n"),
        format!("{base}{merging}"),
        // An alias inside of the node that it names is wrong in the case in which it stands.
        "  - name: two\n    recordings: &r\n      - *r\n  - {name: three, recordings: *r}\n".to_owned(),
        "  - &two\n    <<: *two\n    name: two\n    recordings: [a]\n    tags: *two\n".to_owned(),
    ];
    insta::assert_snapshot!(all.map(|cases| told(&cases)).join("\n\n"), @r"
    one, last
    s.yaml:6:27: `turns` stands twice in one map; the first is on line 6
    s.yaml:7:44: `*e` brings what is wrong on line 6: `turns` stands twice in one map; the first is on line 6

    one, none, last
    s.yaml:7:5: `recordings` stands twice in one map; the first is on line 6
    s.yaml:8:24: `turns` stands twice in one map; the first is on line 8
    s.yaml:9:10: `*two` brings what is wrong on line 7: `recordings` stands twice in one map; the first is on line 6
    s.yaml:9:10: `*two` brings what is wrong on line 8: `turns` stands twice in one map; the first is on line 8
    s.yaml:10:10: `*two` brings what is wrong on line 7: `recordings` stands twice in one map; the first is on line 6

    one, last
    s.yaml:6:9: `*r` stands inside the node that it names
    s.yaml:7:31: `*r` brings what is wrong on line 6: `*r` stands inside the node that it names

    one, last
    s.yaml:5:9: `*two` stands inside the node that it names
    s.yaml:8:11: `*two` stands inside the node that it names
    ");
}

#[test]
fn many_cases_that_use_many_mistakes_are_told_with_bounds() {
    let keys = |what: &str| (0..300).map(|key| format!("        k{key}: {what}{key}\n")).collect::<String>();
    let suite = |using: &str| {
        let cases: String = (0..600).map(|case| format!("  - {{name: c{case}, recordings: [a], {using}}}\n")).collect();
        let base = keys("*none");
        format!(
            "name: s\ncases:\n  - &base\n    name: base\n    recordings: [a]\n    expect: &e\n      rules:\n{base}{cases}"
        )
    };
    // The work of it is bounded: each case walks once through what it uses.
    for using in ["expect: *e", "<<: *base"] {
        let (read, wrong) = Suite::read("s.yaml", &suite(using), &Settings::default()).unwrap();
        let brought = wrong.iter().filter(|wrong| wrong.message.contains("brings what is wrong")).count();
        assert_eq!((read.cases.len(), brought), (0, 600 * 5), "{using}");
        assert!(wrong.len() >= brought + 300, "what is wrong is told where it stands");
    }
    let (read, _) = Suite::read("s.yaml", &suite("<<: *base, expect: {}"), &Settings::default()).unwrap();
    assert_eq!(read.cases.len(), 600, "none of it is used");
}

#[test]
fn what_is_no_suite_is_called_what_it_is() {
    let chat = "{\"role\":\"user\",\"content\":\"a\"}\n{\"role\":\"assistant\",\"content\":\"b\"}\n";
    let all = [
        "name: s\nturns: [{id: a, prompt: b}]\n".replace("turns: [", "turns:\n  - ").replace(']', ""),
        chat.to_owned(),
        String::new(),
        "name: s\ncase: []\n".to_owned(),
        "- a\n".to_owned(),
        "name: s\ncases: {a: b}\n".to_owned(),
    ];
    insta::assert_debug_snapshot!(all.map(|text| told(&text).join(" | ")), @r#"
    [
        "s.yaml:1:1: is a prompt script, not a suite; a case of a suite names it as its `script`",
        "s.yaml:1:1: is a recording, not a suite; a case of a suite names it among its `recordings`",
        "s.yaml:1:1: is empty: a suite has a `name` and `cases`",
        "s.yaml:2:1: the suite has no key `case`; did you mean `cases`?",
        "s.yaml:1:1: the suite is a list, not a map",
        "s.yaml:2:8: `cases` is a map, not a list",
    ]
    "#);
}

#[test]
fn turns_are_named_by_their_ids_and_an_unknown_one_is_told() {
    let suite = "name: s\ncases:\n  - name: a\n    script: ../prompts/s.yaml\n    recordings: ['recordings/*.jsonl']\n    \
                 expect: {by-turn: b, verdicts: {a: accepted}, yaml: {b: none}, text: {b: {reply: {contains: Fine}}}}\n";
    let good = fenced(GOOD);
    let said = [("user", "one"), ("assistant", good.as_str()), ("user", "two"), ("assistant", "Fine.")];
    let folder = folder(suite, &[("1.jsonl", &said)]);
    let ran = |suite: &str| {
        fs::write(folder.path().join("evals/suite.yaml"), suite).unwrap();
        run(&["evals/suite.yaml".to_owned()], &Shelf::Disk(folder.path().to_owned()), &Options::default())
    };
    let met = ran(suite);
    assert!(met.problems.is_empty() && met.scores[0].passed(), "{:?} {:?}", met.problems, met.scores);
    let unmet = ran(&suite
        .replace("a: accepted", "b: accepted")
        .replace("by-turn: b", "by-turn: a")
        .replace("contains: Fine", "contains: Well"));
    assert_eq!(
        unmet.scores[0].failures,
        [
            "turn `b`: expected accepted, got no file (suite.yaml:6)",
            "the reply of turn `b`: does not contain `Well` (suite.yaml:6)"
        ]
    );
    let told: Vec<String> =
        ran(&suite.replace("a: accepted", "gate: accepted")).problems.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["evals/suite.yaml:6:43: the prompt script has no turn `gate`; it has a, b"]);
    // One mistake of a script is told once, whatever the matrix.
    let matrix = suite.replace("name: a\n", "name: a ${c}\n    matrix: {c: [x, y]}\n").replace("s.yaml", "none.yaml");
    let told: Vec<String> = ran(&matrix).problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["evals/suite.yaml:5:13: the prompt script `../prompts/none.yaml` can't be read: there is no such file"]
    );
    let other = ran(&suite.replace("../prompts/s.yaml", "suite.yaml"));
    assert!(other.problems[0].message.ends_with("is a suite; a prompt script has `turns`"), "{:?}", other.problems);
    let chat = ran(&suite.replace("../prompts/s.yaml", "recordings/1.jsonl"));
    assert!(chat.problems[0].message.contains("is a recording; without `script`"), "{:?}", chat.problems);
}

#[test]
fn what_a_case_names_and_nothing_has_is_a_mistake_at_its_place() {
    let suite = "name: s\ncases:\n  - name: turns\n    script: ../prompts/s.yaml\n    recordings: [recordings/a.jsonl]\n    \
                 expect: {by-turn: 3, verdicts: {2: accepted, 9: refused}}\n  \
                 - {name: file, recordings: [recordings/a.jsonl], expect: {file: {equals: none.yml}}}\n  \
                 - {name: '${one}', recordings: ['${two}', '${two}'], tags: [x]}\n  \
                 - {name: cells, matrix: {c: [a, b, a]}, recordings: [recordings/a.jsonl]}\n  \
                 - {name: folder, recordings: [recordings/]}\n  \
                 - {name: suite, recordings: [suite.yaml, ../prompts/s.yaml]}\n  \
                 - {name: bytes, recordings: [recordings/a.jsonl], expect: {file: {equals: bytes}}}\n  \
                 - {name: zero, recordings: [recordings/a.jsonl], expect: {verdicts: {0: accepted}}}\n";
    let good = fenced(GOOD);
    let said = [("user", "one"), ("assistant", good.as_str()), ("user", "two"), ("assistant", "Fine.")];
    let folder = folder(suite, &[("a.jsonl", &said)]);
    fs::write(folder.path().join("evals/bytes"), b"\xff").unwrap();
    let report = run(&["evals/suite.yaml".to_owned()], &Shelf::Disk(folder.path().to_owned()), &Options::default());
    let told: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    insta::assert_debug_snapshot!(told, @r#"
    [
        "evals/suite.yaml:8:13: no variable is called `one`; the case has none; `$${one}` is the text itself",
        "evals/suite.yaml:8:36: no variable is called `two`; the case has none; `$${two}` is the text itself",
        "evals/suite.yaml:8:46: no variable is called `two`; the case has none; `$${two}` is the text itself",
        "evals/suite.yaml:9:38: `a` stands twice in `c`, and would make one case of two cells",
        "evals/suite.yaml:13:75: turns are counted from 1",
        "evals/suite.yaml:6:23: the prompt script has no turn 3: it has 2 turns",
        "evals/suite.yaml:6:53: the prompt script has no turn 9: it has 2 turns",
        "evals/suite.yaml:7:76: `none.yml` can't be read: there is no such file",
        "evals/suite.yaml:10:33: `folder`: `recordings/` is a folder; `recordings/*.jsonl` takes the recordings in it",
        "evals/suite.yaml:12:77: `bytes` can't be read: is not UTF-8",
    ]
    "#);
    let undecided: Vec<&str> = report.scores.iter().filter_map(|score| score.undecided.as_deref()).collect();
    assert_eq!(
        undecided,
        [
            "suite.yaml is a suite, and no recording: `pipewright eval` judges it by itself",
            "../prompts/s.yaml is a prompt script, and no recording: a case names it as its `script`"
        ]
    );
}

#[test]
fn what_an_alias_of_nothing_would_bring_is_not_missed() {
    let told = told("name: s\ncases:\n  - {<<: *b, name: d}\n");
    assert_eq!(told, ["s.yaml:3:10: `*b` names no anchor that stands before it"]);
}

#[test]
fn a_demand_that_demands_nothing_is_a_mistake() {
    let suite = |expect: &str| format!("name: s\ncases: [{{name: a, recordings: [r], expect: {expect}}}]\n");
    for (expect, what) in [
        ("{text: {1: {}}}", "s.yaml:2:55: `1` demands nothing"),
        ("{text: {1: {reply: {contains: []}}}}", "s.yaml:2:55: `1` demands nothing"),
        ("{file: {}}", "s.yaml:2:51: `file` demands nothing"),
    ] {
        let told = told(&suite(expect));
        assert!(told.len() == 1 && told[0].starts_with(what), "{expect}: {told:?}");
    }
    assert_eq!(told(&suite("{file: {same-as-accepted: true}}")), [""; 0]);
}

#[test]
fn a_choice_that_leaves_no_case_fails_in_each_part_of_a_run() {
    let good = fenced(GOOD);
    let said = [("user", "one"), ("assistant", good.as_str())];
    let folder = folder("name: s\ncases:\n  - {name: a, recordings: [recordings/a.jsonl]}\n", &[("a.jsonl", &said)]);
    let part = |only: &str, number: usize| {
        let filter = Filter { only: vec![only.to_owned()], ..Filter::default() };
        let options = Options { filter, shard: Some(Shard { number, of: 2 }), ..Options::default() };
        run(&["evals/suite.yaml".to_owned()], &Shelf::Disk(folder.path().to_owned()), &options)
    };
    assert_eq!((part("a", 2).exit_code(), part("a", 2).nothing()), (0, None), "another part has it");
    let none = part("z z", 2);
    assert_eq!(none.exit_code(), 3);
    assert_eq!(none.nothing().as_deref(), Some("nothing was judged: `--only 'z z'` leaves none of 1 case"));
}

#[test]
fn aliases_that_repeat_too_much_are_told_where_they_do() {
    let mut suite =
        "name: s\ncases:\n  - {name: good, recordings: [a]}\n  - name: bomb\n    tags:\n      - &a [x]\n".to_owned();
    for (name, before) in ('b'..='h').zip('a'..) {
        suite.push_str(&format!("      - &{name} [{}]\n", vec![format!("*{before}"); 10].join(", ")));
    }
    let text = "s.yaml:12:12: more than 1000000 nodes once aliases are followed, so nothing of the file is read";
    assert_eq!(told(&suite), [text]);
}
