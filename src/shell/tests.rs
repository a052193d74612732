//! What a script comes to, seen as lines of expanded commands.

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

pub(super) struct World;

impl Host for World {
    fn variable(&self, name: &str) -> Lookup {
        match name {
            "BITBUCKET_COMMIT" | "BITBUCKET_TAG" => Lookup::Set,
            "BITBUCKET_BRANCH" => Lookup::Unset,
            _ => Lookup::Unknown,
        }
    }

    fn compares(&self, value: &Value, pattern: &str) -> Option<bool> {
        let symbol = value.as_symbol()?;
        match (symbol.name.as_str(), pattern) {
            ("BITBUCKET_TAG" | "BITBUCKET_COMMIT", "") => Some(false),
            ("BITBUCKET_TAG", "rc-*") => Some(true),
            ("BITBUCKET_TAG", "release-*") => Some(false),
            _ => None,
        }
    }

    fn beginning(&self, name: &str) -> String {
        if name == "BITBUCKET_TAG" { "rc-".to_owned() } else { String::new() }
    }

    fn target(&mut self, folder: &str, words: &[String]) -> Option<String> {
        (folder.is_empty() && words == ["make", "image"]).then(|| "docker build -t a .".to_owned())
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        let names: &[&str] = match folder {
            "" => &[".git", "README.md", "ci"],
            "ci" => &[".hidden.sh", "lib", "pull.sh", "push.sh"],
            "ci/lib" => &["tag.sh"],
            _ => return None,
        };
        Some(names.iter().map(|name| (*name).to_owned()).collect())
    }

    fn script(&mut self, path: &str) -> Option<String> {
        match path {
            "ci/push.sh" => Some("docker push \"$1\"\n".to_owned()),
            "ci/functions.sh" => Some("publish() { docker push \"$1\"; }\n".to_owned()),
            "ci/lib/tag.sh" => Some("docker tag \"$1\" y\n".to_owned()),
            _ => None,
        }
    }
}

/// By the short way for plain commands, which must come to what the grammar alone comes to.
pub(super) fn run(script: &str) -> Vec<String> {
    let [short, grammar] = [Parses::new(), Parses::by_grammar_alone()].map(|parses| run_with(parses, script));
    assert_eq!(short, grammar, "{script}");
    short
}

/// Each command with the text at its place.
pub(super) fn places(script: &str) -> Vec<(String, &str)> {
    let (mut found, mut world, mut parses) = (Vec::new(), World, Parses::new());
    let mut emit = |_: &Scope, invocation: &Invocation| {
        let span = invocation.place.span;
        found.push((invocation.name().unwrap_or("").to_owned(), &script[span.start..span.end]));
    };
    Interpreter::new(&mut world, &mut parses, &mut emit).run(&Piece::new(0, script));
    found
}

fn run_with(mut parses: Parses, script: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut world = World;
    let mut emit = |_: &Scope, invocation: &Invocation| {
        let words: Vec<String> = invocation.words.iter().map(|word| word.shown()).collect();
        let remote = invocation.remote.as_ref().map(|host| format!("{host}: ")).unwrap_or_default();
        let maybe = if invocation.certain { "" } else { "? " };
        lines.push(format!("{maybe}{remote}{}", words.join(" ")));
    };
    let mut interpreter = Interpreter::new(&mut world, &mut parses, &mut emit);
    interpreter.run(&Piece::new(0, script));
    interpreter.finish();
    lines
}

#[test]
fn variables_defaults_and_cuts_are_followed() {
    assert_eq!(run("A=x; export B=\"$A/y\"; p $B:${BITBUCKET_COMMIT::8}"), ["p x/y:${BITBUCKET_COMMIT::8}"]);
    assert_eq!(
        run("p ${BITBUCKET_COMMIT:0:7} $(echo $BITBUCKET_COMMIT | cut -c1-7)").last().unwrap(),
        "p ${BITBUCKET_COMMIT::7} ${BITBUCKET_COMMIT::7}"
    );
    assert_eq!(run("p ${BITBUCKET_TAG:-latest} ${BITBUCKET_BRANCH:-none}"), ["p $BITBUCKET_TAG none"]);
    assert_eq!(run("V=${BITBUCKET_TAG#rc-}; p v-$V"), ["p v-${BITBUCKET_TAG#rc-}"]);
    assert_eq!(run("p ${SOURCE:-latest}"), ["p <$SOURCE or latest>"]);
    assert_eq!(run("X=a-b.txt; p ${X%.txt} ${X##*-} ${X/a/c} ${#X}"), ["p a-b b.txt c-b.txt 7"]);
    assert_eq!(run("I=Acme/$R/b; p ${I,,}:${I^^}"), ["p acme/${R,,}/b:ACME/${R^^}/B"]);
    assert_eq!(run("C=$(git rev-parse HEAD); p $C"), ["git rev-parse HEAD", "p $BITBUCKET_COMMIT"]);
}

#[test]
fn words_are_whole_where_the_grammar_splits_them() {
    assert_eq!(run("docker pull $A/$B/c:1"), ["docker pull $A/$B/c:1"]);
    assert_eq!(run("export I=$REG/$PROJ/app J=x; p $I $J"), ["p $REG/$PROJ/app x"]);
    assert_eq!(run("I=gcr.io/$P/$R/app; p $I:$T"), ["p gcr.io/$P/$R/app:$T"]);
    assert_eq!(run("kubectl set image deployment/$N $N=$A/$B/c:10"), ["kubectl set image deployment/$N $N=$A/$B/c:10"]);
    assert_eq!(run("X=$A/$B-c/d p $A/b/$C/x"), ["p $A/b/$C/x"]);
    assert_eq!(run("for i in $A/$B/x y; do p $i; done"), ["p $A/$B/x", "p y"]);
    assert_eq!(run("f() { p $1/$2/z; }; f a $Q"), ["p a/$Q/z"]);
    assert_eq!(run("if [ \"$A/$B/c\" = x ]; then p a; fi"), ["? p a"]);
    assert_eq!(run("p $(q $A/$B/c) \"$A/$B/c\" && r"), ["q $A/$B/c", "p $(q $A/$B/c) $A/$B/c", "r"]);
}

#[test]
fn branches_that_can_be_decided_are() {
    assert_eq!(run("if [[ $BITBUCKET_TAG == rc-* ]]; then E=staging; else E=production; fi; p $E"), ["p staging"]);
    assert_eq!(run("case \"$BITBUCKET_TAG\" in release-*) p a ;; rc-*) p b ;; *) p c ;; esac"), ["p b"]);
    assert_eq!(run("[ -n \"$BITBUCKET_BRANCH\" ] && p a || p b"), ["p b"]);
    assert_eq!(run("if [ \"$X\" = y ]; then p a; else p b; fi"), ["? p a", "? p b"]);
    assert_eq!(run("if [ -z \"$BITBUCKET_BRANCH\" ]; then exit 0; fi\np never"), Vec::<String>::new());
    assert_eq!(run("test -f x || p a"), ["? p a"]);
    assert_eq!(run("test x = a -o 1 = 1 && p a"), ["p a"]);
}

#[test]
fn functions_loops_and_wrappers_are_followed() {
    assert_eq!(
        run("f() { local r=\"$1\"; docker push \"$r\"; }\nf a:b\nf c:d"),
        ["docker push a:b", "docker push c:d"]
    );
    assert_eq!(run("for n in a b; do p x/$n; done"), ["p x/a", "p x/b"]);
    assert_eq!(run("for n in $LIST; do p x/$n; done"), ["p x/<each n>"]);
    assert_eq!(run("L='a b'; for n in $L; do p $n; done"), ["p a", "p b"]);
    assert_eq!(run("A=(x 'y z'); p \"${A[@]}\""), ["p x y z"]);
    assert_eq!(run("bash -euc 'I=a:$BITBUCKET_COMMIT; p \"$I\" && q'"), ["p a:$BITBUCKET_COMMIT", "q"]);
    assert_eq!(run("sudo -E env A=b timeout -k 5 60 docker push x"), ["docker push x"]);
    assert_eq!(run("./ci/push.sh a:b"), ["docker push a:b"]);
    assert_eq!(run("make image"), ["docker build -t a ."]);
    assert_eq!(run("CMD=\"docker push $IMG\"; $CMD; eval \"$CMD\""), ["docker push $IMG", "docker push $IMG"]);
    assert_eq!(run("echo a:b | xargs -I{} docker push r/{}").last().unwrap(), "docker push r/a:b");
    let script = "S=; $S p $S x \"$S\"; [ -z $S ] && p y; A=1 B=2\np $A $B; C=3 \\\np $C";
    assert_eq!(run(script).concat(), "p x p yp 1 2p $C");
    assert_eq!(run("(cd x && p); A=1; (A=2; p $A); p $A").last().unwrap(), "p 1");
    assert_eq!(
        run("find . -name x -exec docker build {} \\;"),
        ["find . -name x -exec docker build {} ;", "docker build {}"]
    );
    assert_eq!(run("recurse() { recurse; }; recurse"), Vec::<String>::new());
}

#[test]
fn what_stands_before_a_command_is_no_command() {
    for before in [
        "gcloud docker --",
        "gcloud --project p docker -s https://eu.gcr.io --",
        "op run --env-file .env --",
        "aws-vault exec prod --",
        "aws-vault exec prod",
        "chamber exec app --",
        "doppler run --project x --",
        "dotenv -f .env --",
        "dotenv run --",
        "cross-env A=b",
        "retry 3",
        "retry -t 3 --",
        "gosu deploy",
        "doas nice -n 5 time timeout 60",
        "flock /tmp/lock",
        "lima",
    ] {
        let docker = if before.starts_with("gcloud") { "" } else { "docker " };
        assert_eq!(run(&format!("{before} {docker}push a:b")), ["docker push a:b"], "{before}");
    }
    for texted in ["su deploy -c", "doppler run --command", "flock /tmp/lock -c", "sops exec-env secrets.yaml"] {
        assert_eq!(run(&format!("{texted} 'docker push a:b'")), ["docker push a:b"], "{texted}");
    }
    assert_eq!(run("infisical run --command=\"docker push a:$BITBUCKET_TAG\""), ["docker push a:$BITBUCKET_TAG"]);
    assert_eq!(run("gcloud docker push a:b"), ["docker push a:b"]);
    // Without a command behind it the tool is what runs.
    for alone in ["gcloud docker -a", "op run", "gcloud run deploy x", "dotenv --version", "sudo -v"] {
        assert_eq!(run(alone), [alone], "{alone}");
    }
}

#[test]
fn other_machines_are_named() {
    assert_eq!(run("ssh -p 22 u@$HOST docker pull x"), ["ssh -p 22 u@$HOST docker pull x", "u@$HOST: docker pull x"]);
    let lines = run("ssh u@h <<EOF\ncd /srv\nexport T=$BITBUCKET_TAG\ndocker run x:$T\nEOF\np done");
    assert_eq!(lines, ["ssh u@h", "u@h: cd /srv", "u@h: docker run x:$BITBUCKET_TAG", "p done"]);
    assert_eq!(run("ssh h 'docker run x:$TAG'").last().unwrap(), "h: docker run x:<$TAG of the other shell>");
    assert_eq!(run("cat <<'EOF' | bash -s\ndocker push a\nEOF").last().unwrap(), "docker push a");
    for ssh in
        ["ssh h 'bash -s' -- a:1", "ssh h 'bash -s' \"a:1\"", "ssh h \"T=x bash -s a:1\"", "ssh h X=1 bash -s a:1"]
    {
        assert_eq!(run(&format!("{ssh} < ci/push.sh")).last().unwrap(), "h: docker push a:1", "{ssh}");
    }
}

#[test]
fn places_survive_quotes() {
    let found = places("echo x\nbash -c \"docker push \\\"a:b\\\"\"\n");
    assert_eq!(found[1], ("docker".to_owned(), "docker push \\\"a:b\\\""));
}

#[test]
fn depth_is_bounded() {
    for script in [
        format!("p {}x{}", "$(p ".repeat(5_000), ")".repeat(5_000)),
        format!("p {}x{}", "${a:-".repeat(5_000), "}".repeat(5_000)),
        format!("{}x{}", "( ".repeat(5_000), " )".repeat(5_000)),
        format!("{}x{}", "if a; then ".repeat(5_000), "; fi".repeat(5_000)),
        format!("{}x", "a && ".repeat(5_000)),
        format!("{}x{}", "bash -c 'p ".repeat(50), "'".repeat(50)),
        (0..2_000).map(|n| format!("f{n}() {{ f{}; f{}; }}\n", n + 1, n + 1)).collect::<String>() + "f0",
    ] {
        assert!(run_with(Parses::new(), &script).len() < 10_000);
        assert!(run_with(Parses::by_grammar_alone(), &script).len() < 10_000);
    }
}

#[test]
fn a_text_that_doubles_ends_in_an_unknown() {
    let grown = run(&format!("A=xx; {} p $A", "A=$A$A;".repeat(100)));
    let last = grown.last().unwrap();
    assert!(last.ends_with("<a text that is too long to follow>") && last.len() < 1 << 18, "{}", last.len());
    let grown = run(&format!("{} p $A", "A=$A$B$A;".repeat(100)));
    assert!(grown.last().unwrap().len() < 1 << 18);
    let written = "x".repeat(1 << 18);
    assert_eq!(run(&format!("p {written}")), [format!("p {written}")]);
}

#[test]
fn tests_in_words_are_decided() {
    assert_eq!(run("test -n \"$BITBUCKET_TAG\" -a -z \"$BITBUCKET_BRANCH\" && p yes"), ["p yes"]);
    assert_eq!(
        run("if test \"$BITBUCKET_BRANCH\" = main -o -n \"$BITBUCKET_TAG\"; then p yes; else p no; fi"),
        ["p yes"]
    );
    assert_eq!(run("if test ! -n \"$BITBUCKET_TAG\"; then p yes; else p no; fi"), ["p no"]);
    assert_eq!(run("test \\( a = b -o c = c \\) -a x != x || p no"), ["p no"]);
    assert_eq!(run("test -f Dockerfile -a -z \"$BITBUCKET_TAG\" && p no"), Vec::<String>::new());
    assert_eq!(run("test -f Dockerfile -o -z \"$BITBUCKET_TAG\" && p maybe"), ["? p maybe"]);
    assert_eq!(run("test \"$BITBUCKET_BRANCH\" || p unset; [ \"$BITBUCKET_TAG\" ] && p set"), ["p unset", "p set"]);
}

/// All that a text comes to: each command with its places, and the variables after it.
fn told(mut parses: Parses, text: &str) -> String {
    let mut told = String::new();
    let mut world = World;
    let mut emit = |_: &Scope, invocation: &Invocation| told += &format!("{invocation:?}\n");
    let mut interpreter = Interpreter::new(&mut world, &mut parses, &mut emit);
    let ended = !interpreter.run(&Piece::new(0, text));
    let scope = format!("{:?} {ended}", interpreter.scope);
    told + &scope
}

/// Whether a text is plain; if it is, both ways must agree, unless the grammar sees a mistake where the shell sees none.
fn agrees(text: &str) -> bool {
    if plain::commands(text).is_some() {
        if Parses::new().tree(&text.into()).is_none_or(|tree| tree.root_node().has_error()) {
            return true;
        }
        assert_eq!(told(Parses::new(), text), told(Parses::by_grammar_alone(), text), "{text:?}");
        return true;
    }
    false
}

#[test]
fn plain_commands_come_to_what_the_grammar_makes_of_them() {
    let folders = ["tests/fixtures/policy", "evals"];
    let mut folders: Vec<_> = folders.iter().map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).collect();
    folders.extend(std::env::var_os("PIPEWRIGHT_CORPUS").map(Into::into));
    let mut plain = 0;
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "yml" || extension == "yaml" || extension == "md")
            {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                for line in text.lines() {
                    let line = line.trim_start().trim_start_matches("- ");
                    plain += usize::from(agrees(line));
                }
                let document = crate::yaml::Document::read(text);
                for text in document.nodes().filter_map(|node| node.text()) {
                    plain += usize::from(agrees(text));
                }
            }
        }
    }
    assert!(plain > 2_000, "{plain} texts are plain");
}

/// Always the same cases, unless more are asked for.
fn cases() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let default = ProptestConfig::default();
    if asked { default } else { ProptestConfig { cases: 2_000, rng_seed: RngSeed::Fixed(1), ..default } }
}

proptest! {
    #![proptest_config(cases())]
    #[test]
    fn no_plain_text_is_read_otherwise_than_by_the_grammar(
        parts in prop::collection::vec(prop::sample::select(&PARTS[..]), 1..9)
    ) {
        agrees(&parts.concat());
    }
}

const PARTS: [&str; 75] = [
    " ",
    " ",
    " ",
    " ",
    "  ",
    "\t",
    "\n",
    " \n ",
    " && ",
    ";",
    "; ",
    " \\\n  ",
    "a",
    "docker",
    "./ci/push.sh",
    "make",
    "image",
    "export ",
    "local ",
    "readonly ",
    "exit",
    "return",
    "echo ",
    "A=",
    "A",
    "b=c",
    "=",
    "$A",
    "${A}",
    "${A:-d}",
    "${A#d-}",
    "${A::8}",
    "${A%%.*}",
    "'x y'",
    "\"x $A\"",
    "\"\"",
    "''",
    "\"a\\\"b\"",
    "\"$\"",
    "-",
    "--flag",
    "-e",
    "/",
    ".",
    ":",
    "@",
    "%",
    "+",
    ",",
    "~",
    "#",
    "# note",
    "eval ",
    "sudo ",
    "set -e",
    "1",
    " || ",
    " || true",
    " | ",
    "|",
    " &",
    " > ",
    " > f",
    " >> ",
    ">",
    " 2>&1",
    " >/dev/null",
    " 2> e",
    "$(",
    ")",
    "$(cat f)",
    "$(echo $A | cut -c1-8)",
    "\"$(git log)\"",
    "*",
    "cat f",
];
