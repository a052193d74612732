//! Commands behind other words, as a comparison sees them: `timeout 60 npm test` still runs `npm test`.

/// Programs that run the command behind them and end as it does, with how many words of their own stand between.
const WRAPPERS: [(&str, usize); 12] = [
    ("time", 0),
    ("command", 0),
    ("exec", 0),
    ("env", 0),
    ("sudo", 0),
    ("nohup", 0),
    ("nice", 0),
    ("stdbuf", 0),
    ("xvfb-run", 0),
    ("unbuffer", 0),
    ("timeout", 1),
    ("retry", 1),
];

/// Further programs that run what stands behind words of their own.
const RUN: [&str; 17] = [
    "npx",
    "pnpx",
    "bunx",
    "npm",
    "pnpm",
    "yarn",
    "sh",
    "bash",
    "dash",
    "docker",
    "docker-compose",
    "podman",
    "cross-env",
    "dotenv",
    "doppler",
    "op",
    "ssh",
];

/// A command without the variables and wrappers before it.
pub(super) fn bare(text: &str) -> &str {
    let mut rest = text;
    loop {
        let Some((first, behind)) = rest.split_once(' ') else { return rest };
        // What its own flags take can't be told here, nor where a value with blanks ends.
        if behind.starts_with('-') || first.contains(['(', '`', '{']) {
            return rest;
        }
        let own = WRAPPERS.iter().find(|(name, _)| *name == first).map(|(_, own)| *own);
        let next = match own {
            _ if is_assignment(first) => behind,
            Some(0) => behind,
            Some(_) => match behind.split_once(' ') {
                Some((_, behind)) => behind,
                None => return rest,
            },
            None => return rest,
        };
        if next.starts_with('-') {
            return rest;
        }
        rest = next;
    }
}

/// Whether a command runs another one that stands in it whole, behind words of its own.
pub(super) fn wraps(outer: &str, inner: &str) -> bool {
    let Some(at) = outer.find(inner).filter(|at| *at > 0 && inner.contains(' ')) else { return false };
    let (before, behind) = (outer.get(..at).unwrap_or(""), outer.get(at + inner.len()..).unwrap_or(""));
    let first = before.split(' ').next().unwrap_or("");
    let runs = RUN.contains(&first) || WRAPPERS.iter().any(|(name, _)| *name == first) || is_assignment(first);
    before.ends_with(' ') && (behind.is_empty() || behind.starts_with(' ')) && runs
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_a_command_is_taken_off() {
        for text in ["npm test", "CI=1 npm test", "timeout 60 npm test", "A=b time sudo npm test", "env A=b npm test"] {
            assert_eq!(bare(text), "npm test", "{text}");
        }
        for text in [
            "time",
            "timeout 60",
            "sudo -u a npm test",
            "npx nyc npm test",
            "timeout -k 5 60 npm test",
            "A=$(git describe --tags)",
        ] {
            assert_eq!(bare(text), text);
        }
    }

    #[test]
    fn a_command_in_another_one_is_run_by_it() {
        assert!(wraps("npx nyc npm test", "npm test"));
        assert!(wraps("CI=1 npm test -- --coverage", "npm test"));
        for outer in
            ["npm test", "echo npm test", "./notify.sh npm test passed", "pnpm test", "x npm tests", "npm test x"]
        {
            assert!(!wraps(outer, "npm test"), "{outer}");
        }
    }
}
