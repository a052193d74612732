//! What a script writes to files and reads from them again.

use super::{Host, Interpreter, Invocation, Lookup, Parses, Piece, Scope, Value};

struct World;

impl Host for World {
    fn variable(&self, _name: &str) -> Lookup {
        Lookup::Unknown
    }

    fn compares(&self, _value: &Value, _pattern: &str) -> Option<bool> {
        None
    }

    fn target(&mut self, _folder: &str, _words: &[String]) -> Option<String> {
        None
    }

    fn script(&mut self, path: &str) -> Option<String> {
        (path == "kept.env").then(|| "A=1\n".to_owned())
    }
}

/// What the last command of a script says.
fn last(script: &str) -> String {
    let mut said = String::new();
    let mut emit = |_: &Scope, invocation: &Invocation| {
        said = invocation.words.iter().skip(1).map(|word| word.shown()).collect::<Vec<_>>().join(" ");
    };
    let (mut world, mut parses) = (World, Parses::new());
    Interpreter::new(&mut world, &mut parses, &mut emit).run(&Piece::new(0, script));
    said
}

#[test]
fn what_is_written_is_read_again() {
    for (script, said) in [
        ("echo T=$X > a.env; . ./a.env; say $T", "$X"),
        ("echo T=1 > a.env\necho U=$X >> a.env\nset -a\nsource a.env\nsay $T$U", "1$X"),
        ("printf 'T=%s\\nU=%s\\n' a $X > a.env; source a.env; say $T-$U", "a-$X"),
        ("cat > a.env <<E\n# $Y\nexport T='v$X'\nE\nsource a.env; say $T", "v$X"),
        ("cat <<'E' > a.env\nT=$X\nE\nX=1; source a.env; say $T", "1"),
        ("{ echo T=1; echo U=2; } > a.env; export $(cat a.env | xargs); say $T$U", "12"),
        ("echo -n $X | tee t; say $(cat t)-$(< t)-`cat t`", "$X-$X-$X"),
        ("git rev-parse HEAD | cut -c1-8 > t; say $(cat t)", "${BITBUCKET_COMMIT::8}"),
        ("echo $X > t; read -r T < t; say $T", "$X"),
        ("echo 1 > t; echo 2 > t > u; say $(cat u)$(cat t)", "2"),
        ("mkdir d; cd d; echo 1 > t; cd ..; say $(cat d/t)$(cat \"$BITBUCKET_CLONE_DIR/d/t\")", "11"),
        ("echo 1 > $OUT/t; cp $OUT/t u; say $(cat $OUT/t)$(cat u)", "11"),
        ("echo T=$X > a; echo U=2 >> a; say $(grep T a | cut -d= -f2)-$(grep ^U= a | cut -d '=' -f 2)", "$X-2"),
        ("echo a1 > t; sed -i s/1/$X/ t; say $(cat t)", "a$X"),
        ("echo a1 > t; sed -Ei.bak s/1/$X/ t; say $(cat t)", "a$X"),
        ("echo 1 > t; rm -rf u; cp a b; touch v; say $(cat t)", "1"),
        ("echo B=1 >> kept.env; . ./kept.env; say $A$B", "11"),
        ("echo 1 > t; if [ -s t ]; then T=yes; else T=no; fi; say $T", "yes"),
    ] {
        assert_eq!(last(script), said, "{script}");
    }
}

#[test]
fn what_may_have_changed_is_not_followed() {
    for script in [
        "say $(cat t)",
        "./make.sh > t; say $(cat t | head -1 | nl)",
        "echo 1 > t; sed -i 's/[0-9]/2/' t; say $(cat t)",
        "echo 1 > t; sed -ni s/1/2/p t; say $(cat t)",
        "echo 1 > t; ./change.sh t; say $(cat t)",
        "echo 1 > t; rm t; say $(cat t)",
        "echo T=1 > t; echo UT=2 >> t; say $(grep T t)",
        "echo T=1 > t; ./more.sh >> t; say $(grep T t)",
        "echo 1 | base64 > t; say $(cat t)",
        "echo 1 > t; cd $D/..; say $(cat t)",
        "echo 1 > t; cd $D; cd ../..; say $(cat t)",
        "ssh host 'echo 1 > t'; say $(cat t)",
    ] {
        assert!(
            last(script).starts_with("$(cat ") || last(script).starts_with("$(grep "),
            "{script}: {}",
            last(script)
        );
    }
}

#[test]
fn what_a_branch_writes_is_there_on_its_way() {
    for (script, said) in [
        ("if q; then echo T=1 > t; else echo T=2 > t; fi; . ./t; say $T", "<1 or 2>"),
        ("[ -n \"$Y\" ] && echo T=1 > t || echo T=2 > t; . ./t; say $T", "<1 or 2>"),
        ("case $Y in a) echo T=1 > t;; *) echo T=2 > t;; esac; . ./t; say $T", "<1 or 2>"),
        ("if [ -n \"$Y\" ]; then echo E=a >> t; fi; echo T=1 >> t; . ./t; say $T-$E", "<1-$E or 1-a>"),
        ("echo T=1 > t; [ -n \"$Y\" ] && echo E=a >> t; echo U=2 >> t; source t; say $T$U", "12"),
        ("echo T=1 > t; [ -n \"$Y\" ] && echo T=2 > t; source t; say $T", "<1 or 2>"),
        ("f() { if [ -n \"$Y\" ]; then echo T=1 > t; return; fi; echo T=2 > t; }; f; . ./t; say $T", "<1 or 2>"),
        ("if [ -n \"$Y\" ]; then echo T=1 > t; exit 0; fi; echo T=2 > t; . ./t; say $T", "2"),
        ("if [ -n \"$Y\" ]; then (echo T=1 > t); else (echo T=1 > t); fi; . ./t; say $T", "1"),
        ("echo R=${R:-eu} > t; echo T=1 >> t; . ./t; say $R.$T", "<$R.1 or eu.1>"),
        ("R=${R:-eu}; cat > t <<E\nR=$R\nS=${S:-x}\nT=1\nE\n. ./t; say $T", "1"),
        ("R=${R:-eu}; echo 'r: ${R}, t: $T' > a; T=1; envsubst < a > b; say \"$(cat b)\"", "r:< $R or  eu>, t: 1"),
        ("if [ -n \"$Y\" ]; then echo 1 > t; fi; if [ -s t ]; then T=yes; else T=no; fi; say $T", "<yes or no>"),
    ] {
        assert_eq!(last(script), said, "{script}");
    }
    // A file of the repository, and what a loop adds to one, is not followed.
    for script in [
        "if [ -n \"$Y\" ]; then echo B=1 > kept.env; fi; say $(cat kept.env)",
        "echo 1 > t; while q; do echo 2 >> t; done; say $(cat t)",
        "{ if [ -n \"$Y\" ]; then echo 1; fi; echo 2; } > t; say $(cat t)",
        "if [ -n \"$Z\" ]; then { if [ -n \"$Y\" ]; then echo 1; fi; echo 2; } > t; say $(cat t); fi",
    ] {
        assert!(last(script).starts_with("$(cat "), "{script}: {}", last(script));
    }
}
