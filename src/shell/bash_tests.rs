//! Scripts that once came to something else than what bash does with them.

use super::tests::run;

#[test]
fn a_comment_in_a_list_is_no_word_of_it() {
    assert_eq!(run("A=(\n  1 # latest, it's\n  2\n)\np \"${A[@]}\""), ["p 1 2"]);
    assert_eq!(run("A=(\"a\"\n  # \"b\"\n  \"c\" 'd#e' f#g)\np \"${A[@]}\""), ["p a c d#e f#g"]);
}

#[test]
fn the_last_arm_of_a_case_may_end_as_one_that_goes_on() {
    for ends in [";;&", ";&", ";;", ""] {
        assert_eq!(run(&format!("case a in\n  x) p 1 {ends}\nesac\np 2")), ["p 2"], "{ends}");
        assert_eq!(run(&format!("T=a; case x in x) T=b {ends}\nesac\np $T")), ["p b"], "{ends}");
    }
    assert_eq!(run("case x in x) p 1 ;& y) p 2;; z) p 3;; esac"), ["p 1", "? p 2"]);
}

#[test]
fn what_a_part_of_a_pipeline_or_a_job_sets_is_seen_there_alone() {
    for script in [
        "T=a; { q; T=b; } | tee log; p $T",
        "T=a; f() { T=b; }; f | cat; p $T",
        "T=a; f() { T=b; }; f &\nwait; p $T",
        "T=a; { T=b; } & wait; p $T",
        "T=a; T=b | true; p $T",
        "T=a; true | T=b; p $T",
        "T=a; q && T=b & p $T",
        "T=a; q | { exit 0; }; p $T",
    ] {
        assert_eq!(run(script).last().unwrap(), "p a", "{script}");
    }
    assert_eq!(run("f() { p a; }; f | cat; f & wait"), ["p a", "cat", "p a", "wait"]);
    assert_eq!(run("T=a; { T=b; q; } > log; p $T").last().unwrap(), "p b");
    assert_eq!(run("p a &"), ["p a"]);
}

#[test]
fn a_sourced_file_may_have_words_of_its_own() {
    let file = "echo 'p a$1' > a.sh; set -- q";
    assert_eq!(run(&format!("{file}; . ./a.sh x; p $1"))[2..], ["p ax", "p q"]);
    assert_eq!(run(&format!("{file}; . ./a.sh"))[2..], ["p aq"]);
}

#[test]
fn what_takes_the_place_of_the_shell_ends_it() {
    assert_eq!(run("exec p a\np b"), ["p a"]);
    assert_eq!(run("(exec p a); p b"), ["p a", "p b"]);
    assert_eq!(run("[ -n \"$X\" ] && exec p a; p b"), ["? p a", "? p b"]);
    assert_eq!(run("exec > log; p b").last().unwrap(), "p b");
    assert_eq!(run("eval 'exit 0'; p b"), Vec::<String>::new());
}

#[test]
fn several_loops_are_left_at_once() {
    let loops = |leave: &str| format!("for i in 1 2; do for j in a b; do p $i$j; {leave}; done; p i; done; p z");
    for (leave, told) in [
        ("break 2", vec!["p 1a", "p z"]),
        ("break 5", vec!["p 1a", "p z"]),
        ("continue 2", vec!["p 1a", "p 2a", "p z"]),
        ("break 1", vec!["p 1a", "p i", "p 2a", "p i", "p z"]),
        ("continue", vec!["p 1a", "p 1b", "p i", "p 2a", "p 2b", "p i", "p z"]),
        ("[ -n \"$X\" ] && break 2", vec!["p 1a", "? p 1b", "? p i", "? p 2a", "? p 2b", "? p i", "p z"]),
    ] {
        assert_eq!(run(&loops(leave)), told, "{leave}");
    }
}

#[test]
fn a_loop_is_not_left_from_a_function_or_a_subshell() {
    assert_eq!(run("f() { break; p f; }; for i in 1 2; do f; p $i; done"), ["p f", "p 1", "p f", "p 2"]);
    assert_eq!(run("for i in 1 2; do (continue; p a); p $i; done"), ["p a", "p 1", "p a", "p 2"]);
    assert_eq!(run("f() { for i in 1 2; do break; done; p f; }; for i in 1 2; do f; p $i; done")[0], "p f");
    assert_eq!(run("for i in 1 2; do eval break; p $i; done; p z"), ["p z"]);
    assert_eq!(run("break; p z"), ["p z"]);
}

#[test]
fn what_stands_in_a_process_substitution_runs() {
    assert_eq!(run("cat <(p a) >(p b)"), ["p a", "p b", "cat <<(p a)> <>(p b)>"]);
    assert_eq!(run("read T < <(echo a); p $T").last().unwrap(), "p a");
    assert_eq!(run("mapfile -t A < <(printf 'a\\nb\\n'); p \"${A[@]}\"").last().unwrap(), "p a b");
    assert_eq!(run("while read -r T; do p $T; done < <(echo a)").last().unwrap(), "? p <what is read into T>");
    assert_eq!(run("p '<(q)' \"<(q)\""), ["p <(q) <(q)"]);
}

#[test]
fn a_script_that_was_written_before_is_followed() {
    let file = "cat > x.sh <<'EOF'\np a $1\nEOF";
    let last = |call: &str| run(&format!("{file}\n{call}")).last().cloned().unwrap_or_default();
    assert_eq!(last("bash x.sh 1"), "p a 1");
    assert_eq!(last("chmod +x x.sh; ./x.sh 2"), "p a 2");
    assert_eq!(last("q > x.sh; ./x.sh 2"), "./x.sh 2");
}

#[test]
fn a_function_may_have_been_defined_otherwise() {
    let either =
        |one: &str, other: &str| format!("if [ -n \"$X\" ]; then f() {{ {one}; }}; else f() {{ {other}; }}; fi");
    assert_eq!(run(&format!("{}; f", either("p a", "p b"))), ["? p a", "? p b"]);
    assert_eq!(run(&format!("{}; p $(f)", either("echo a", "echo b"))).last().unwrap(), "p <a or b>");
    assert_eq!(run(&format!("{}; f; p $T", either("T=a", "T=b"))).last().unwrap(), "p <a or b>");
    assert_eq!(run(&format!("{}; f() {{ p c; }}; f", either("p a", "p b"))), ["p c"]);
    assert_eq!(run("f() { p a; }; [ -n \"$X\" ] && f() { p b; }; f"), ["? p b", "? p a"]);
    assert_eq!(run("f() { p a; }; if [ -n \"$X\" ]; then T=1; else T=2; fi; f"), ["p a"]);
}

#[test]
fn a_redirect_is_of_the_last_command_of_a_list() {
    let last = |script: &str| run(script).last().cloned().unwrap_or_default();
    assert_eq!(last("echo 'docker build' && echo 'T=a' > x.env; . ./x.env; p $T"), "p a");
    assert_eq!(last("q && echo 'T=a' > x.env; . ./x.env; p $T"), "p a");
    assert_eq!(last("q && r && cat > x.env <<EOF\nT=a\nEOF\n. ./x.env; p $T"), "p a");
    assert_eq!(last("q || echo 'T=a' > x.env; p $(cat x.env)"), "p $(cat x.env)");
    assert_eq!(run("[ -n \"$X\" ] && p a || p b > log"), ["? p a", "? p b"]);
    assert_eq!(last("{ echo T=a && echo U=b; } > x.env; . ./x.env; p $T$U"), "p ab");
}

#[test]
fn what_a_trap_leaves_for_the_end_runs_there() {
    assert_eq!(run("trap 'p a' EXIT; p b"), ["p b", "p a"]);
    assert_eq!(run("f() { p a; }; trap f EXIT INT; p b; exit 1"), ["p b", "p a"]);
    assert_eq!(run("trap 'p a' ERR; p b"), ["p b", "? p a"]);
    assert_eq!(run("trap 'p a' EXIT; trap - EXIT; p b"), ["p b"]);
    assert_eq!(run("trap 'p a' INT; p b"), ["p b"]);
    // It runs in its own shell, where the functions of that one are.
    assert_eq!(run("bash -c 'f() { p a; }; trap f EXIT; p b'; p c"), ["p b", "p a", "p c"]);
    assert_eq!(run("trap 'p a' EXIT; (trap 'p b' EXIT; p c); p d"), ["p c", "p b", "p d", "p a"]);
}

#[test]
fn a_variable_may_name_another_one() {
    assert_eq!(run("A=1; n=A; p ${!n}").last().unwrap(), "p 1");
    assert_eq!(run("n=X; p ${!n}").last().unwrap(), "p $X");
    assert_eq!(run("f() { p ${!1}; }; A=1; f A").last().unwrap(), "p 1");
    assert_eq!(run("p ${!n}").last().unwrap(), "p <${!n}>");
    assert_eq!(run("n=A; p ${!n:-b}").last().unwrap(), "p <${!n:-b}>");
}

#[test]
fn sums_of_known_numbers_are_known() {
    assert_eq!(run("n=3; p $((n - 1)) $(( $n+2-1 )) $((X+1))"), ["p 2 4 <arithmetic>"]);
    assert_eq!(run("n=1; for x in a b; do n=$((n+1)); done; p $n"), ["p 3"]);
    for unknown in ["$((n * 2))", "$((010 + 1))", "$((n++))", "$((-n))", "$((99999999999 + 1))"] {
        assert_eq!(run(&format!("n=1; p {unknown}")), ["p <arithmetic>"], "{unknown}");
    }
}
