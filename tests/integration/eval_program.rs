//! `pipewright eval` as a program.

use crate::server::{Server, says};
use crate::support::pipewright;

#[test]
fn alone_it_judges_what_is_compiled_in() {
    let ended = pipewright().args(["eval"]).run();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{}", ended.out);
    assert!(ended.out.contains("Recorded replies were judged"), "{}", ended.out);
    for format in ["json", "junit", "markdown"] {
        assert_eq!(pipewright().args(["eval", "--format", format]).run().code, Some(0), "{format}");
    }
    let gone = pipewright().args(["eval", "gone.yaml"]).run();
    assert_eq!(gone.code, Some(2));
    assert!(gone.err.contains("gone.yaml:1:1: there is no such file"), "{}", gone.err);
    assert_eq!(pipewright().args(["eval", "--live"]).run().code, Some(2), "what is compiled in stays");
    assert_eq!(pipewright().args(["eval", "--baseline", "gone.json"]).run().code, Some(2));
}

#[test]
fn what_is_compiled_in_is_judged_by_settings_that_are_asked_for_and_by_no_others() {
    let off =
        |name: &str| pipewright().file(name, "rules: {manual-production: off}\n").args(["eval", "--only", "flask-gke"]);
    let there = off("pipewright.yaml").run();
    assert_eq!(there.code, Some(0), "{}", there.out);
    assert!(there.err.contains("not by pipewright.yaml: `--config pipewright.yaml` asks"), "{}", there.err);
    let named = off("other.yaml").args(["--config", "other.yaml"]).run();
    assert_eq!((named.code, named.err.as_str()), (Some(1), ""), "{}", named.out);
    assert!(named.out.contains("manual-production: expected holds, got not checked"), "{}", named.out);
    let trunk = pipewright().args(["eval", "--only", "flask-gke"]).env("PIPEWRIGHT_MAIN_BRANCH", "trunk").run();
    assert_eq!(trunk.code, Some(1), "{}", trunk.out);
}

#[test]
fn a_suite_is_recorded_judged_and_compared_with_before() {
    let page = include_str!("../../docs/rules/tag-prefix.md");
    let good = page.split("## Good").nth(1).and_then(|rest| rest.split("```yaml\n").nth(1)).expect("an example");
    let good = good.split("```").next().expect("its end");
    let script = "name: one\nturns:\n  - id: all\n    prompt: a pipeline, please\n";
    let suite = "name: mine\ncases:\n  - name: one\n    script: ../prompts/one.yaml\n    recordings: [recordings/*.jsonl]\n    \
                 expect: {final: accepted}\n";
    let server = Server::with([says(&format!("```yaml\n{good}```\n"))]);
    let run = pipewright().file("prompts/one.yaml", script).file("evals/mine.yaml", suite);
    let run = run.env("OPENAI_API_KEY", "sk-canary-123456").args(["eval", "evals/mine.yaml", "--live"]);
    let run = run.args([
        "--server",
        &server.base(),
        "--model",
        "small",
        "--baseline",
        "old.json",
        "--write-baseline",
        "old.json",
    ]);
    let live = run.run();
    assert_eq!(live.code, Some(0), "{}{}", live.out, live.err);
    assert!(live.err.contains("one: recorded to evals/recordings/"), "{}", live.err);
    let old = live.read("old.json");
    let report: serde_json::Value = serde_json::from_str(&old).expect("JSON");
    assert_eq!((&report["version"], report["scores"].as_array().map(Vec::len)), (&2.into(), Some(1)));
    let name = format!("evals/{}", report["scores"][0]["recording"].as_str().expect("a path"));
    let recording = live.read(&name);
    assert!(!recording.contains("sk-canary") && recording.contains("{\"type\":\"accepted\""), "{recording}");

    let again = |suite: &str, recording: &str, more: &[&str]| {
        let run = pipewright().file("prompts/one.yaml", script).file("evals/mine.yaml", suite).file(&name, recording);
        run.file("old.json", &old).args(["eval", "evals/mine.yaml", "--baseline", "old.json"]).args(more.to_vec()).run()
    };
    let same = again(suite, &recording, &["--fail-on-worse"]);
    assert_eq!(same.code, Some(0), "{}", same.out);
    assert!(same.out.contains("1 the same"), "{}", same.out);
    let failed = again(&suite.replace("final: accepted", "final: refused"), &recording, &[]);
    assert_eq!(failed.code, Some(1), "{}", failed.out);
    let torn = again(suite, "{}\n{}\n", &[]);
    assert_eq!(torn.code, Some(3), "{}", torn.out);
    let kept = suite.replace("final: accepted", "file: {same-as-accepted: true}");
    assert_eq!(again(&kept, &recording, &[]).code, Some(0), "a recording says which text was accepted");
    // Worse, and still as demanded: it fails the run only when asked.
    let demands_nothing = suite.replace("expect: {final: accepted}", "tags: [x]");
    let bad = recording.replace("release-*", "v*");
    for (more, code) in [(&[][..], 0), (&["--fail-on-worse"][..], 1)] {
        let worse = again(&demands_nothing, &bad, more);
        assert_eq!(worse.code, Some(code), "{}{}", worse.out, worse.err);
        assert!(worse.out.contains("1 worse") && worse.out.contains("worse     rule tag-prefix"), "{}", worse.out);
    }
}

#[test]
fn what_is_wrong_with_a_suite_is_told() {
    let told = |suite: &str, format: &str| {
        let script = "name: one\nturns:\n  - id: all\n    prompt: a pipeline, please\n";
        let run = pipewright().file("one.yaml", script).file("mine.yaml", suite);
        let ended = run.args(["eval", "mine.yaml", "--format", format]).run();
        assert_eq!(ended.code, Some(2), "{}{}", ended.out, ended.err);
        ended.err
    };
    let suite = "name: mine\ncases:\n  - name: one\n    script: one.yaml\n    recordings: [recordings/*.jsonl]\n    \
                 expect: {final: accepted}\n";
    for format in ["human", "json"] {
        let slip = told(&suite.replace("final: accepted", "final: acceptedd"), format);
        assert!(slip.starts_with("error: mine.yaml:6:21: ") && slip.contains("acceptedd"), "{slip}");
        let none = told(suite, format);
        assert!(none.starts_with("error: mine.yaml:") && none.contains("recordings/*.jsonl"), "{none}");
    }
}

#[test]
fn beside_a_suite_that_is_not_there_the_others_are_judged() {
    let ended = small().args(["eval", "gone.yaml", "mine.yaml", "--format", "json"]).run();
    let report: serde_json::Value = serde_json::from_str(&ended.out).expect("a report");
    assert_eq!(report["problems"][0]["path"], "gone.yaml", "{report}");
    assert!(report["summary"]["recordings"].as_u64() > Some(0), "{report}");
    assert_ne!(ended.code, Some(0), "a gate fails closed");
    let live = small().args(["eval", "gone.yaml", "mine.yaml", "--live", "--model", "x"]).run();
    assert_eq!(
        (live.code, live.err.as_str()),
        (Some(2), "error: gone.yaml:1:1: there is no such file\nhint: nobody was asked: correct the suite first\n"),
        "nothing is paid for before"
    );
}

/// A suite of small chats, in a folder of its own.
fn small() -> crate::support::Run {
    let mut run = pipewright().file("mine.yaml", "name: mine\ncases:\n  - {name: all, recordings: ['r/*.jsonl']}\n");
    for number in 0..5 {
        let file =
            format!("image: node:{number}\\npipelines:\\n  default:\\n    - step:\\n        script: [npm test]\\n");
        let line = |role: &str, text: &str| format!("{{\"role\":\"{role}\",\"content\":\"{text}\"}}\n");
        let chat = line("user", "a file") + &line("assistant", &format!("```yaml\\n{file}```"));
        run = run.file(&format!("r/{number}.jsonl"), chat);
    }
    run
}

#[test]
fn parts_of_a_run_are_put_together_again() {
    let whole = small().args(["eval", "mine.yaml", "--format", "json"]).run();
    let step = |number: &str| {
        let run = small().env("BITBUCKET_PARALLEL_STEP", number).env("BITBUCKET_PARALLEL_STEP_COUNT", "2");
        run.args(["eval", "mine.yaml", "--format", "json", "--shard", "auto"]).run().out
    };
    let run = pipewright().file("a.json", step("1")).file("b.json", step("0"));
    let merged = run.args(["eval", "merge", "a.json", "b.json", "--format", "json"]).run();
    assert_eq!((merged.out, merged.code), (whole.out.clone(), whole.code), "times are not in it");
    let auto = small().args(["eval", "mine.yaml", "--format", "json", "--shard", "auto"]).run();
    assert_eq!(auto.out, whole.out, "outside of a parallel step it is everything");
    let one = pipewright().file("a.json", step("1")).args(["eval", "merge", "a.json"]).run();
    assert_eq!((one.code, one.err.as_str()), (Some(2), "error: part 1/2 is missing\n"));
    let run = pipewright().file("a.json", step("1")).file("b.json", step("0"));
    let junit = run.args(["eval", "merge", "a.json", "b.json", "--format", "junit"]).run().out;
    let timed = |line: &&str| line.trim_start().starts_with("<testcase ") && line.contains(" time=\"");
    assert_eq!(junit.lines().filter(timed).count(), 5, "parts have their times: {junit}");
    let odd = |part: String| part.replacen("\"seconds\": [\n", "\"seconds\": [\n1e19, -1, null, 1e19,\n", 1);
    let run = pipewright().file("a.json", odd(step("1"))).file("b.json", odd(step("0")));
    let odd = run.args(["eval", "merge", "a.json", "b.json", "--format", "junit"]).run();
    assert_eq!((odd.code, odd.out.lines().filter(timed).count()), (Some(0), 0), "what is no time is left out");
    let wrong = small().args(["eval", "mine.yaml", "--shard", "3/2"]).run();
    assert_eq!(wrong.err, "error: `3/2` is no part: write K/N, as in 1/4, or `auto`\n");
    // One part more than there are recordings is fine; parts of nothing are not.
    let empty = small().args(["eval", "mine.yaml", "--shard", "6/6"]).run();
    assert_eq!(
        (empty.code, empty.err.as_str()),
        (Some(0), "note: part 6/6 has nothing to judge; other parts have 5 recordings\n")
    );
    let nothing =
        pipewright().file("no.yaml", "name: no\ncases: []\n").args(["eval", "no.yaml", "--shard", "1/2"]).run();
    assert_eq!(
        (nothing.code, nothing.err.as_str()),
        (Some(3), "error: nothing was judged: the suites have no cases\n")
    );
}

#[test]
fn the_page_of_parts_is_the_page_of_one_run() {
    let part = |number: &str| {
        small()
            .args(["eval", "mine.yaml", "--exit-zero", "--format", "json", "--shard", &format!("{number}/2")])
            .run()
            .out
    };
    let merged = |run: crate::support::Run| {
        let run = run.file("1.json", part("1")).file("2.json", part("2"));
        run.args(["eval", "merge", "1.json", "2.json", "--format", "html"]).run()
    };
    let whole = small().args(["eval", "mine.yaml", "--format", "html"]).run();
    let same = merged(small());
    assert_eq!((&same.out, same.err.as_str()), (&whole.out, ""));
    assert!(same.out.contains("id=\"s4-t1\""), "each recording has its conversation");
    let changed = "{\"role\":\"user\",\"content\":\"a file\"}\n{\"role\":\"assistant\",\"content\":\"No.\"}\n";
    let other = merged(small().file("r/2.jsonl", changed));
    assert!(
        !other.out.contains("id=\"s2-t1\"") && other.out.contains("id=\"s4-t1\""),
        "what was not judged is not shown"
    );
    assert_eq!(
        other.err,
        "note: the page lacks 1 of its conversations: their recordings are gone, or others than were judged\n"
    );
    let away = merged(pipewright());
    assert!(!away.out.contains("-t1\">") && away.out.contains("4.jsonl"), "scores need no recordings");
    assert_eq!(
        away.err,
        "note: the page has no conversations: mine.yaml is not here as it was judged; merge where the parts were run\n"
    );
    let settings = |run: crate::support::Run| run.file("pipewright.yaml", "main-branch: trunk\n");
    let otherwise = merged(settings(small()));
    assert_eq!(
        otherwise.err,
        "note: the page has no conversations: mine.yaml was judged under other settings; merge where the parts were run, with the `--config` that they had, or without one if they had none\n"
    );
    let own = |number: &str| {
        let run = pipewright().args(["eval", "--only", "flask", "--format", "json", "--shard", &format!("{number}/2")]);
        run.run().out
    };
    let run = pipewright().file("1.json", own("1")).file("2.json", own("2"));
    let embedded = run.args(["eval", "merge", "1.json", "2.json", "--format", "html"]).run();
    let whole = pipewright().args(["eval", "--only", "flask", "--format", "html"]).run();
    assert_eq!((embedded.out, embedded.err.as_str()), (whole.out, ""), "what is compiled in is at hand anywhere");
}

#[test]
fn a_run_in_parts_is_gated_where_the_parts_are_put_together() {
    let demands = "name: mine\ncases:\n  - {name: all, recordings: ['r/*.jsonl'], expect: {final: accepted}}\n";
    let part = |number: usize, more: &[&str]| {
        let run = small().file("mine.yaml", demands).args(["eval", "mine.yaml", "--format", "json"]);
        run.args(["--shard", &format!("{number}/2")]).args(more.to_vec()).run()
    };
    assert_eq!((part(1, &[]).code, part(1, &["--exit-zero"]).code), (Some(1), Some(0)));
    let merged = |before: &str, more: &[&str]| {
        let run = pipewright().file("1.json", part(1, &["--disable-rule", "release-flow"]).out);
        let run = run.file("2.json", part(2, &["--disable-rule", "release-flow"]).out).file("base.json", before);
        run.args(["eval", "merge", "1.json", "2.json"]).args(more.to_vec()).run()
    };
    let whole = small().file("mine.yaml", demands).args(["eval", "mine.yaml", "--write-baseline", "base.json"]).run();
    let base = whole.read("base.json");
    let same = merged(&base, &["--baseline", "base.json", "--fail-on-worse"]);
    assert!(same.out.contains("5 the same") && same.code == Some(1), "demands are not met: {}{}", same.out, same.err);
    assert!(same.out.contains("under the other settings: 5 of 5 recordings differ"), "{}", same.out);
    let worse =
        merged(&base.replace("mine", "other"), &["--baseline", "base.json", "--fail-on-worse", "--format", "junit"]);
    assert!(worse.out.contains("<testsuite name=\"against the baseline\""), "{}", worse.out);
    assert!(worse.out.contains("gone: it is in the baseline and not in this run"), "{}", worse.out);
    let kept = merged(&base, &["--write-baseline", "new.json"]);
    assert_eq!(kept.read("new.json"), base, "the parts make the baseline of one run");
    let refused = merged("", &["--baseline", "1.json"]);
    assert!(refused.code == Some(2) && refused.err.contains("1.json: is part 1/2 of a run"), "{}", refused.err);
}

#[test]
fn what_did_not_pass_is_found_among_many() {
    let many = |more: &[&str]| {
        let suite = "name: mine\ncases:\n  - {name: all, recordings: ['r/*.jsonl'], expect: {rules: {release-flow: violated}}}\n  \
                     - {name: odd, recordings: [r/1.jsonl], expect: {final: accepted}}\n";
        let mut run = small().file("mine.yaml", suite);
        for number in 5..15 {
            run = run.file(
                &format!("r/{number}.jsonl"),
                "{\"role\":\"user\",\"content\":\"a\"}\n{\"role\":\"assistant\",\"content\":\"b\"}\n",
            );
        }
        run.args(["eval", "mine.yaml"]).args(more.to_vec()).run()
    };
    let all = many(&[]);
    let list = all.out.split("\nnot passed:\n").nth(1).expect("a list at the end");
    assert!(
        list.contains("  failed    mine / odd / r/1.jsonl\n    final: expected accepted, got refused (mine.yaml:4)\n"),
        "{list}"
    );
    assert!(all.out.contains("  passed    all (0.jsonl)") && !all.out.contains('\u{1b}'), "{}", all.out);
    let some = many(&["--failures-only", "--color", "always"]);
    assert!(
        !some.out.contains("(0.jsonl)") && some.out.contains("\u{1b}[1m\u{1b}[31mfailed   \u{1b}[0m odd (1.jsonl)"),
        "{:?}",
        some.out
    );
    assert!(some.out.contains("5 passed, 11 failed"), "{}", some.out);
}

#[test]
fn nothing_judged_is_said_and_a_worse_run_is_no_baseline() {
    let none = small().args(["eval", "mine.yaml", "--only", "zzz"]).run();
    assert_eq!(
        (none.code, none.err.as_str()),
        (Some(3), "error: nothing was judged: `--only zzz` leaves none of 1 case\n")
    );
    let empty = pipewright().file("mine.yaml", "name: m\ncases: []\n").args(["eval", "mine.yaml"]).run();
    assert_eq!((empty.code, empty.err.as_str()), (Some(3), "error: nothing was judged: the suites have no cases\n"));
    // A demand that is not met is the first thing that the exit code tells, whatever could not be written.
    let chat = "{\"role\":\"user\",\"content\":\"a\"}\n{\"role\":\"assistant\",\"content\":\"b\"}\n";
    let unmet = "name: m\ncases: [{name: a, recordings: [r.jsonl], expect: {final: accepted}}]\n";
    let unwritten = pipewright().file("mine.yaml", unmet).file("r.jsonl", chat);
    let unwritten = unwritten.args(["eval", "mine.yaml", "--write-baseline", "none/base.json"]).run();
    assert_eq!(unwritten.code, Some(1), "{}", unwritten.err);
    assert!(unwritten.err.contains("none/base.json: there is no folder none"), "{}", unwritten.err);
    let base = small().args(["eval", "mine.yaml", "--write-baseline", "base.json"]).run().read("base.json");
    let lax = small().file("base.json", &base).file("pipewright.yaml", "rules: {release-flow: off}\n");
    let gate = ["eval", "mine.yaml", "--baseline", "base.json", "--fail-on-worse", "--write-baseline", "base.json"];
    let ended = lax.args(gate).run();
    assert_eq!((ended.code, ended.read("base.json")), (Some(1), base), "{}", ended.out);
    assert!(ended.out.contains("no longer checked: release-flow"), "{}", ended.out);
    assert!(ended.err.contains("base.json: not written: something is worse"), "{}", ended.err);
}

#[test]
fn a_script_with_variables_is_not_sent_as_it_stands() {
    let script = "name: v\nturns:\n  - {id: a, prompt: 'about ${component} and $${last}'}\n";
    let server = Server::with([says("Well.")]);
    let run = |script: &str| {
        let run = pipewright().file("v.yaml", script).env("OPENAI_API_KEY", "sk-canary-123456");
        run.args(["replay", "v.yaml", "--live", "--server", &server.base(), "--model", "small"]).run()
    };
    let refused = run(script);
    assert_eq!((refused.code, server.asked().len()), (Some(2), 0));
    assert!(refused.err.contains("the prompt of `a` has the variable `component`"), "{}", refused.err);
    run(&script.replace("${component}", "it"));
    assert!(server.asked()[0].body.to_string().contains("about it and ${last}"));
}

#[test]
fn scores_are_kept_and_other_settings_tried() {
    let kept = small().args(["eval", "mine.yaml", "--resume", "kept"]).run();
    assert_eq!((kept.read("kept").lines().count(), kept.err.as_str()), (5, ""));
    let again = small().file("kept", kept.read("kept")).args(["eval", "mine.yaml", "--resume", "kept"]).run();
    assert_eq!((&again.out, again.read("kept").lines().count()), (&kept.out, 5));
    assert_eq!(again.err, "kept: 5 of 5 scores were known\n");
    let instead = small().args(["eval", "mine.yaml", "--disable-rule", "release-flow"]).run();
    assert!(instead.out.contains("under the other settings: 5 of 5 recordings differ"), "{}", instead.out);
    let wrong = small().args(["eval", "mine.yaml", "--severity", "release-flow"]).run();
    assert_eq!(
        (wrong.code, wrong.err.as_str()),
        (Some(2), "error: `release-flow` is no RULE=SEVERITY, as in build-once=warning\n")
    );
    let slip = |option: &str, value: &str| small().args(["eval", "mine.yaml", option, value]).run().err;
    assert_eq!(
        slip("--disable-rule", "release-flo"),
        "error: no rule is called `release-flo`; did you mean `release-flow`?\n"
    );
    assert!(slip("--severity", "release-flow=fatal").starts_with("error: `fatal` is no severity: it is error, "));
}

#[test]
fn the_turn_at_which_a_rule_broke_is_named() {
    let recording = include_str!("../../evals/recordings/flask-gke/2026-11-23-repaired.jsonl");
    let run =
        |rule: &str| pipewright().file("r.jsonl", recording).args(["eval", "bisect", "r.jsonl", "--rule", rule]).run();
    let mended = run("manual-production");
    assert_eq!(mended.code, Some(0), "{}", mended.err);
    let out = mended.out;
    assert!(out.starts_with("`manual-production` broke at turn 4 (revision 1)\n\n> "), "{out}");
    assert!(out.contains("error[manual-production]"), "{out}");
    let mended = out.split("was mended at turn 4 (revision 2)").nth(1).expect("where it was mended");
    assert!(mended.starts_with("\nin the answer to repair 1\n\n> ") && mended.contains("trigger: manual"), "{mended}");
    assert_eq!(run("trunk-only").out, "none of the 5 revisions violates `trunk-only`\n");
    assert_eq!(run("trunk").code, Some(2));
    let json = pipewright().file("r.jsonl", recording);
    let json = json.args(["eval", "bisect", "r.jsonl", "--rule", "manual-production", "--format", "json"]).run();
    let value: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    let schema = serde_json::from_str(include_str!("../../schemas/bisect.schema.json")).expect("a schema");
    jsonschema::draft7::new(&schema).expect("a schema").validate(&value).expect("as the schema says");
    let at = |index: usize| (value["changes"][index]["broke"].as_bool(), value["changes"][index]["attempt"].as_u64());
    assert_eq!(
        (at(0), at(1), value["answer"].as_str()),
        ((Some(true), Some(0)), (Some(false), Some(1)), Some("holds"))
    );
    let off = pipewright().file("r.jsonl", recording).file("pipewright.yaml", "policy: none\n");
    let off = off.args(["eval", "bisect", "r.jsonl", "--rule", "manual-production"]).run();
    assert_eq!((off.code, off.out.as_str()), (Some(3), "`manual-production` is not checked under these settings\n"));
    // What breaks off, or has nothing to play, answers nothing; what is no recording is told as what it is.
    let torn = recording.trim_end().rsplit_once('\n').expect("two lines").0;
    let alone = "{\"role\":\"assistant\",\"content\":\"hi\"}\n";
    for (text, code, told) in [
        (&torn[..torn.len() - 40], 3, "not played to its end: the recording breaks off"),
        (alone, 3, "not played to its end: there is no prompt in it"),
        ("name: s\nturns: [{id: a, prompt: b}]\n", 2, "r.jsonl is a prompt script, and no recording"),
    ] {
        let ended =
            pipewright().file("r.jsonl", text).args(["eval", "bisect", "r.jsonl", "--rule", "trunk-only"]).run();
        assert_eq!(ended.code, Some(code), "{}{}", ended.out, ended.err);
        assert!((ended.out + &ended.err).contains(told), "{told}");
    }
}

#[test]
fn a_page_of_the_suites_stands_alone_and_tells_each_conversation() {
    let ended = pipewright().args(["eval", "--format", "html", "--only", "flask-gke"]).run();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    for part in ["From reply to acceptance", "Turn by turn", "id=\"s0-t8\"", "href=\"#s2-t8\"", "id=\"s1-r1\""] {
        assert!(ended.out.contains(part), "{part} is not on the page");
    }
    assert!(!["<script", "src=", "url(", "@import", "<link"].iter().any(|outside| ended.out.contains(outside)));
}

#[test]
fn a_file_is_made_worse_and_what_gets_through_is_told() {
    let page = include_str!("../../docs/rules/tag-prefix.md");
    let good = page.split("## Good").nth(1).and_then(|rest| rest.split("```yaml\n").nth(1)).expect("an example");
    let good = good.split("```").next().expect("its end");
    let run = |settings: &str| {
        let run = pipewright().file("bitbucket-pipelines.yml", good).file("pipewright.yaml", settings);
        run.args(["eval", "mutate"]).run()
    };
    let strict = run("");
    assert_eq!((strict.code, strict.err.as_str()), (Some(0), ""), "{}", strict.out);
    assert!(strict.out.contains("100 % noticed"), "{}", strict.out);
    let lax = run("rules: {manual-production: off}\n");
    assert_eq!(lax.code, Some(1), "{}", lax.out);
    assert!(lax.out.contains(": gate-dropped survived\n  - ") && lax.out.contains("trigger: automatic"), "{}", lax.out);
    let refused = pipewright().file("a.yml", "pipelines: {}\n").args(["eval", "mutate", "a.yml"]).run();
    assert_eq!(refused.code, Some(3));
    assert!(refused.err.contains("a mutation score needs an accepted file"), "{}", refused.err);
}

/// The gate: what the committed baseline says of our own suites is not made worse. A change that is meant to move it says
/// so by `pipewright eval evals/*.yaml --write-baseline evals/baseline.json`.
#[test]
fn our_own_suites_are_no_worse_than_the_committed_baseline() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_pipewright"));
    command.env_clear().current_dir(env!("CARGO_MANIFEST_DIR")).arg("eval");
    command.args(
        ["authored", "engineers", "existing", "flask-gke", "recorded-chats"].map(|name| format!("evals/{name}.yaml")),
    );
    let output = command.args(["--baseline", "evals/baseline.json", "--fail-on-worse"]).output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("0 worse"), "{told}");
}

#[test]
fn the_page_of_merged_parts_is_that_of_a_run_also_of_what_is_compiled_in_under_other_settings() {
    let run = || pipewright().file("my.yaml", "policy: none\n").args(["--config", "my.yaml", "eval"]);
    let one = ["--only", "several-files", "--format"];
    let part = run().args(one).args(["json", "--shard", "1/1"]).run();
    let merged = run().file("p.json", &part.out).args(["merge", "p.json", "--format", "html"]).run();
    assert_eq!((merged.code, merged.err.as_str()), (Some(0), ""));
    assert_eq!(merged.out, run().args(one).args(["html"]).run().out);
}
