//! Replies as models write them, and what is found in them.

use proptest::prelude::*;

use super::*;

const FILE: &str = "image: node:20\npipelines:\n  default:\n    - step:\n        script:\n          - npm test\n";

fn fenced(info: &str, content: &str) -> String {
    format!("```{info}\n{content}```\n")
}

/// One line a candidate, and the choice.
fn told(reply: &str, ending: Ending) -> String {
    let found = extract_ended(reply, ending);
    let mut lines: Vec<String> = found
        .iter()
        .map(|c| {
            let name = c.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
            let flaws: Vec<&str> = c.flaws.iter().map(|flaw| flaw.reason.as_str()).collect();
            let flaws = if flaws.is_empty() { String::new() } else { format!("; {}", flaws.join("; ")) };
            format!("{:?} at {}{name}, {} lines{flaws}", c.shape, c.line, c.text.lines().count())
        })
        .collect();
    lines.push(format!("{:?}", choose(&found)));
    lines.join("\n")
}

fn whole(reply: &str) -> String {
    told(reply, Ending::Whole)
}

fn only_file(reply: &str) -> String {
    let found = extract(reply);
    match choose(&found) {
        Choice::File { index, .. } => found[index].text.clone(),
        other => panic!("{other:?} in {reply}\n{found:#?}"),
    }
}

#[test]
fn a_file_is_found_however_it_is_fenced() {
    let indented: String = FILE.lines().map(|line| format!("    {line}\n")).collect();
    let quoted: String = fenced("yaml", FILE).lines().map(|line| format!("> {line}\n")).collect();
    let in_list: String = fenced("yaml", FILE).lines().map(|line| format!("   {line}\n")).collect();
    let replies = [
        fenced("yaml", FILE),
        fenced("yml", FILE),
        fenced("YAML", FILE),
        fenced("", FILE),
        fenced("yaml title=\"bitbucket-pipelines.yml\"", FILE),
        fenced("bitbucket-pipelines.yml", FILE),
        format!("~~~yaml\n{FILE}~~~\n"),
        format!("`````yaml\n{FILE}`````\n"),
        format!("Here it is:\n\n{indented}\nDone.\n"),
        format!("Here it is:\n{quoted}\nDone.\n"),
        format!("1. The file:\n\n{in_list}\n2. Done.\n"),
        format!("````markdown\n# How\n\n{}\nDone.\n````\n", fenced("yaml", FILE)),
        format!("```markdown\n# How\n{}\nDone.\n```\n", fenced("yaml", FILE)),
        FILE.to_owned(),
        FILE.replace("pipelines:", "\npipelines:"),
        format!("Sure! Here is the file.\n\n{FILE}\nTell me if it works."),
        format!("<think>\n{}</think>\n{}", fenced("yaml", "pipelines: {draft: 1}\n"), fenced("yaml", FILE)),
    ];
    for reply in replies {
        for reply in [reply.replace('\n', "\r\n"), reply] {
            let found = only_file(&reply);
            assert_eq!(found.replace("\n\n", "\n"), FILE, "{reply}");
        }
    }
}

#[test]
fn blocks_in_a_script_do_not_end_the_file() {
    let file = format!(
        "{FILE}          - |\n            cat > README.md <<'EOF'\n            ```sh\n            x\n            ```\n            EOF\n"
    );
    assert_eq!(only_file(&fenced("yaml", &file)), file);
}

#[test]
fn other_files_are_no_candidates() {
    let others = [
        ("", "some words\nand a drawing --> here\n"),
        ("", "main ----o----o\n"),
        ("dockerfile", "FROM node:20\n"),
        ("bash", "git tag release-1\n"),
        ("diff", "-pipelines:\n+pipelines:\n"),
        ("json", "{\"pipelines\": {}}\n"),
        ("text", "pipelines:\n  default: []\n"),
        ("yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec:\n  template: {}\n"),
        ("yaml", "name: CI\non: [push]\njobs:\n  build:\n    steps:\n      - run: make\n"),
        ("yaml", "version: '3'\nservices:\n  web:\n    image: x\n"),
        ("yaml", "image:\n  repository: gcr.io/x\n  tag: '1'\nreplicaCount: 2\n"),
        ("yaml", "stages: [build]\nbuild:\n  stage: build\n  script:\n    - make\n"),
        ("yaml", "trigger: [main]\npool: {vmImage: ubuntu-latest}\nsteps:\n  - script: make\n"),
        ("yaml", "just words\n"),
        ("yaml", ""),
    ];
    for (info, text) in others {
        assert_eq!(extract(&fenced(info, text)), [], "{info}: {text}");
    }
    assert_eq!(whole("Use `main` and tags. Nothing else: no develop.\n\n- one\n- two\n"), "Nothing");
}

#[test]
fn parts_are_fragments() {
    let parts = [
        "- step:\n    name: Test\n    script:\n      - make\n",
        "step:\n  script: [make]\n",
        "release-*:\n  - step:\n      script: [make]\n",
        "tags:\n  'rc-*':\n    - step: {script: [make]}\n",
        "definitions:\n  steps:\n    - step: &test {script: [make]}\n",
        "trigger: manual\ndeployment: production\n",
        "script:\n  - pipe: atlassian/aws:1.0.0\n",
    ];
    for part in parts {
        let found = extract(&fenced("yaml", part));
        assert_eq!(found.iter().map(|c| c.shape).collect::<Vec<_>>(), [Shape::Fragment], "{part}");
        assert_eq!(choose(&found), Choice::Fragment(0));
    }
}

#[test]
fn a_file_with_mistakes_is_still_a_file() {
    for text in
        ["pipelines:\n  default:\n\t- step: x\n", "pipelines:\n  default: [\n", "pipelines: {}\npipelines: {}\n"]
    {
        assert_eq!(extract(&fenced("yaml", text))[0].shape, Shape::File, "{text}");
    }
}

#[test]
fn of_several_files_one_is_chosen_and_the_reason_told() {
    let (one, two) = (fenced("yaml", FILE), fenced("yaml", &FILE.replace("20", "22")));
    insta::assert_snapshot!(whole(&format!("Before:\n{one}\nAfter:\n{two}")), @r#"
    File at 2, 6 lines
    File at 12, 6 lines
    File { index: 1, reason: Some("2 files in the reply; the one at line 12 counts, the last one") }
    "#);
    insta::assert_snapshot!(whole(&format!("**bitbucket-pipelines.yml**\n\n{one}\nAnd `infra/pipelines.yml`:\n\n{two}")), @r#"
    File at 3 bitbucket-pipelines.yml, 6 lines
    File at 14 infra/pipelines.yml, 6 lines
    File { index: 0, reason: Some("2 files in the reply; the one at line 3 counts, the one that is named as the pipeline file") }
    "#);
    let short = fenced("yaml", "pipelines:\n  default: []\n  # ... rest unchanged\n");
    insta::assert_snapshot!(whole(&format!("{one}\nIn short:\n{short}")), @r#"
    File at 1, 6 lines
    File at 11, 3 lines; `# ... rest unchanged` at line 3 stands for a part that is left out
    File { index: 0, reason: Some("2 files in the reply; the one at line 1 counts, the last one that leaves nothing out") }
    "#);
}

#[test]
fn a_name_in_a_reply_is_told_and_nothing_more() {
    let found = extract(&fenced("yaml ../../.ssh/config.yml", FILE));
    assert_eq!(found[0].name.as_deref(), Some("../../.ssh/config.yml"));
}

#[test]
fn what_leaves_parts_out_is_flawed() {
    let places = [
        "  # ... existing code ...\n",
        "  # rest unchanged\n",
        "  # (same as before)\n",
        "  # Rest of the file stays the same\n",
        "  ...\n",
        "  # …\n",
        "  # [...]\n",
        "  # existing steps here\n",
        "  # other pipelines unchanged\n",
        "  # unchanged\n",
        "  branches: ...\n",
        "  branches: # same as before\n",
        "  branches: <same as before>\n",
        "  branches:\n    main:\n      - ...\n",
        "  # your existing steps...\n",
        "  # keep the rest as is\n",
        "  # steps omitted for brevity\n",
        "  # Rest bleibt gleich\n",
        "  custom:\n    x:\n      - step:\n          script:\n            - |\n              # ... existing code ...\n",
        "  custom: [...]\n",
        "...\ndefinitions: {}\n",
    ];
    for place in places {
        let reply = fenced("yaml", &format!("{FILE}{place}"));
        let found = extract(&reply);
        assert_eq!(choose(&found), Choice::Flawed(0), "{place}: {found:?}");
        assert_eq!(found[0].flaws.iter().map(|flaw| flaw.kind).collect::<Vec<_>>(), [FlawKind::Placeholder], "{place}");
    }
}

#[test]
fn comments_and_commands_of_a_whole_file_are_no_placeholders() {
    let fine = [
        "# The same image as before goes to production, nothing is built again.\n",
        "# build, test, push...\n",
        "# same steps as main, see the anchor above for why the rest of it is cached\n",
        "          - echo \"Deploying...\"\n",
        "          - echo \"...\" # unchanged\n",
        "          - 'go test ./...'\n",
        "          - go test ./... # all packages\n",
        "          - go vet ./...\n",
        "          - npm ci # same as above\n",
        "          - git diff main...HEAD\n",
        "          - |\n            # wait here\n            kubectl rollout status deploy/x\n",
        "# Existing variables: GCLOUD_KEY\n",
        "# the existing repository variables are used\n",
        "...\n",
    ];
    for line in fine {
        assert_eq!(extract(&fenced("yaml", &format!("{FILE}{line}")))[0].flaws, [], "{line}");
    }
}

#[test]
fn a_comment_about_what_stands_there_is_no_placeholder() {
    let fine = [
        format!("image: node:20\n# unchanged\n{}", &FILE[FILE.find("pipelines:").unwrap()..]),
        FILE.replace("pipelines:", "# The digest remains unchanged; tags only name it\npipelines:"),
        FILE.replace("pipelines:", "pipelines: # unchanged"),
        format!("{FILE}# Fails early, so the rest of the pipeline is skipped\n"),
        format!("{FILE}# Interest remains\n"),
        FILE.replace("pipelines:", "image: node:20\n\n# unchanged\n# but for the steps\npipelines:"),
    ];
    for file in fine {
        assert_eq!(extract(&fenced("yaml", &file))[0].flaws, [], "{file}");
    }
    for part in [
        "definitions:\n  # unchanged\n",
        "definitions: # unchanged\n",
        "definitions:\n# unchanged\n",
        "image: node:20\n\n# unchanged\n\n",
        "options:\n  size: 2x\n  # same as above\n\n",
    ] {
        let file = FILE.replace("pipelines:", &format!("{part}pipelines:"));
        assert_eq!(extract(&fenced("yaml", &file))[0].flaws.len(), 1, "{file}");
    }
}

#[test]
fn what_is_cut_off_is_flawed() {
    let open = format!("Here:\n```yaml\n{FILE}");
    insta::assert_snapshot!(told(&open, Ending::Cut), @"
    File at 2, 6 lines; the reply was cut off inside the file: it ends at line 6 with `- npm test`
    Flawed(0)
    ");
    insta::assert_snapshot!(told(&open, Ending::Unknown), @"
    File at 2, 6 lines; the block is not closed, and nobody says that the reply is whole: it ends at line 6 with `- npm test`
    Flawed(0)
    ");
    insta::assert_snapshot!(whole(&format!("{open}        artifacts:\n")), @"
    File at 2, 7 lines; the block is not closed, and its last line is not whole: it ends at line 7 with `artifacts:`
    Flawed(0)
    ");
    insta::assert_snapshot!(whole(&format!("{open}          - \"abc\n")), @r#"
    File at 2, 7 lines; the block is not closed, and its last line is not whole: it ends at line 7 with `- "abc`
    Flawed(0)
    "#);
    // It may have ended between two steps, so that nothing of it looks torn.
    insta::assert_snapshot!(whole(&open), @"
    File at 2, 6 lines; the block was never closed: it ends at line 6 with `- npm test`
    Flawed(0)
    ");
    // The file itself is whole when its fence is closed; only the words after it are lost.
    assert_eq!(told(&format!("{}And then", fenced("yaml", FILE)), Ending::Cut).lines().count(), 2);
    assert!(choose(&extract_ended(&format!("{}Now\n{open}", fenced("yaml", FILE)), Ending::Cut)) == Choice::Flawed(1));
    assert_eq!(choose(&extract_ended(FILE, Ending::Cut)), Choice::Flawed(0), "with no fence at all");
}

#[test]
fn reasoning_holds_no_file() {
    let draft = fenced("yaml", FILE);
    for reply in [
        format!("<think>\n{draft}</think>\nNo file."),
        format!("<thinking>{draft}"),
        format!("{draft}</think>\nNo file."),
        format!("<reasoning>\n```yaml\n{FILE}</reasoning>\nNo file."),
    ] {
        assert_eq!(extract(&reply), [], "{reply}");
    }
    let spoken = format!("The tag `</think>` ends it.\n{draft}");
    assert_eq!(only_file(&spoken), FILE);
    let shell = format!("{FILE}          - |\n            cat <<EOF\n<think>\n            EOF\n");
    assert_eq!(without_reasoning(&fenced("yaml", &shell)), fenced("yaml", &shell));
}

#[test]
fn the_recorded_chats_have_the_files_that_a_reader_sees() {
    let told = |text: &str| {
        let entries = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let replies = entries.filter(|entry| entry["type"] == "reply");
        let told = replies.map(|entry| {
            let found = extract_ended(entry["text"].as_str().unwrap(), Ending::Unknown);
            match choose(&found) {
                Choice::File { index, .. } => {
                    format!("{} file of {} lines", entry["turn"], found[index].text.lines().count())
                }
                Choice::Flawed(index) => format!("{} flawed: {}", entry["turn"], found[index].flaws[0].reason),
                other => format!("{} {other:?}", entry["turn"]),
            }
        });
        told.collect::<Vec<_>>()
    };
    insta::assert_debug_snapshot!(told(include_str!("../../evals/recordings/node-ecs/2026-11-22.jsonl")), @r#"
    [
        "1 Nothing",
        "2 file of 7 lines",
        "3 file of 51 lines",
        "4 file of 84 lines",
        "5 file of 170 lines",
        "6 Fragment(0)",
        "7 file of 177 lines",
        "8 file of 222 lines",
    ]
    "#);
    insta::assert_debug_snapshot!(told(include_str!("../../evals/recordings/java-aks/2026-11-22.jsonl")), @r#"
    [
        "1 Nothing",
        "2 Nothing",
        "3 Nothing",
        "4 file of 86 lines",
        "5 file of 139 lines",
        "6 file of 32 lines",
        "7 file of 139 lines",
        "8 file of 191 lines",
    ]
    "#);
}

/// What grew with the square of the text would take minutes here; `cargo bench --bench reply` measures.
#[test]
fn a_reply_of_one_thing_many_times_is_read_to_its_end() {
    for unit in [
        "```\n",
        "`",
        "<think>",
        "</think>\n",
        "- [",
        "    a\n\n",
        "> ",
        "~~~yaml\npipelines:\n~~~\n",
        "a: b\n",
        "[",
        "x.yml/",
    ] {
        let blocks = extract(&unit.repeat((512 << 10) / unit.len()));
        assert_eq!(format!("{blocks:?}").contains("pipelines:"), unit.contains("pipelines:"), "{unit:?}");
    }
}

proptest! {
    #[test]
    fn no_reply_makes_it_fail(parts in prop::collection::vec(prop_oneof![
        Just("```yaml\n"), Just("```\n"), Just("~~~\n"), Just("pipelines:\n"), Just("  - step:\n"), Just("    "), Just("> "),
        Just("<think>"), Just("</think>"), Just("\r\n"), Just("é…"), Just("- "), Just("...\n"), Just("# ... same\n"), Just("\t"),
        Just("*a &a"), Just("\u{feff}"), Just("x.yml "),
    ], 0..40)) {
        let reply = parts.concat();
        for ending in [Ending::Whole, Ending::Unknown, Ending::Cut] {
            for candidate in extract_ended(&reply, ending) {
                prop_assert!(reply.get(candidate.range.clone()).is_some());
                prop_assert!(!candidate.text.contains('\r'));
                prop_assert!(candidate.line >= 1);
                prop_assert!(candidate.flaws.iter().all(|flaw| flaw.line >= 1));
            }
        }
        prop_assert_eq!(without_reasoning(&reply).lines().count(), reply.lines().count());
    }
}
