//! Scripts that are copied to another machine and run there: `scp r.sh host:/tmp/; ssh host bash /tmp/r.sh`.

use std::rc::Rc;

use super::interpret::Interpreter;
use super::invocation::Invocation;
use super::scope::Scope;
use super::value::Value;
use super::written::joined;

/// How many copies of one step are kept.
const MOST: usize = 50;

/// Flags of `scp` and `rsync` that take a value in the next word.
const VALUE_FLAGS: [&str; 12] =
    ["-P", "-i", "-o", "-F", "-c", "-J", "-l", "-S", "-e", "--rsh", "--exclude", "--include"];

/// A file that lies on another machine.
#[derive(Clone, Debug)]
pub(super) struct Copied {
    /// Where it comes from, as the step names its files.
    from: String,
    /// Where it goes: its own path, or the folder it is put into.
    to: String,
}

impl Copied {
    /// Where a file lay that is now at a path on the other machine: what was copied itself, or what lay in a folder that was.
    fn sources(&self, path: &str) -> Vec<String> {
        let own = self.from.rsplit('/').next().unwrap_or(&self.from);
        let (path, to) = (bare(path), bare(&self.to));
        let name = path.rsplit('/').next().unwrap_or(path);
        // A path that begins nowhere is one in the folder to which the text went before.
        let same = |whole: &str| whole == path || !path.starts_with('/') && whole.ends_with(&format!("/{path}"));
        let inside = if to.is_empty() { own.to_owned() } else { format!("{to}/{own}") };
        if !to.is_empty() && same(to) || name == own && same(&inside) {
            return vec![self.from.clone()];
        }
        let below = match path.strip_prefix(to).and_then(|rest| rest.strip_prefix('/')) {
            Some(rest) => rest.strip_prefix(own).and_then(|rest| rest.strip_prefix('/')).unwrap_or(rest),
            None if path.starts_with('/') => return Vec::new(),
            None => path,
        };
        joined(&self.from, below).into_iter().collect()
    }
}

/// A path without what stands for the folder of one's own.
fn bare(path: &str) -> &str {
    let path = path.strip_prefix("~/").or(path.strip_prefix("./")).or(path.strip_prefix("$HOME/")).unwrap_or(path);
    if path == "~" || path == "." { "" } else { path.trim_end_matches('/') }
}

impl Interpreter<'_> {
    /// Takes note of what a command copies to another machine.
    pub(super) fn note_copied(&mut self, name: &str, invocation: &Invocation) {
        if !matches!(name, "scp" | "rsync") || self.scope.copied.len() >= MOST {
            return;
        }
        let mut plain: Vec<Value> = Vec::new();
        let mut words = invocation.words.iter().skip(1);
        while let Some(word) = words.next() {
            let value = word.value();
            if word.literal().is_some_and(|flag| VALUE_FLAGS.contains(&flag)) {
                words.next();
            } else if !value.literal_prefix().starts_with('-') {
                plain.push(value.into_owned());
            }
        }
        let Some((to, sources)) = plain.split_last() else { return };
        let Some(to) = to.split_once(":").and_then(|(_, path)| path.as_literal().map(str::to_owned)) else { return };
        for source in sources.iter().filter(|source| !source.literal_contains(":")).take(MOST) {
            if let Some(from) = self.path(source) {
                Rc::make_mut(&mut self.scope.copied).push(Copied { from, to: to.clone() });
            }
        }
    }

    /// The text of a script that was copied to the other machine on which this runs.
    pub(super) fn copied_text(&mut self, path: &Value) -> Option<String> {
        let sources = self.scope.copied_from(path.as_literal()?);
        for from in sources {
            match self.scope.written.of(&from) {
                Some(Some(text)) if text.lines().iter().all(|line| line.as_symbol().is_none() || line.is_lines()) => {
                    return Some(self.as_shell_text(&text));
                }
                Some(_) => return None,
                None => {
                    if let Some(text) = self.host_script(&from) {
                        return Some(text);
                    }
                }
            }
        }
        None
    }

    /// Takes note of a file or a folder that something else than a command copies to a path on another machine.
    pub fn copies(&mut self, from: &Value, to: &Value) {
        if let (Some(from), Some(to)) = (self.path(from), to.as_literal())
            && self.scope.copied.len() < MOST
        {
            Rc::make_mut(&mut self.scope.copied).push(Copied { from, to: to.to_owned() });
        }
    }
}

impl Scope {
    /// Where a file may have lain in the step that is now at a path on another machine, the last copy first.
    pub fn copied_from(&self, path: &str) -> Vec<String> {
        self.copied.iter().rev().flat_map(|copied| copied.sources(path)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn a_script_that_was_copied_is_followed_where_it_runs() {
        let write = "printf 'docker run a:1\\n' > r.sh";
        for (copy, call) in [
            ("scp r.sh u@h:/tmp/r.sh", "ssh u@h bash /tmp/r.sh"),
            ("scp -P 22 r.sh u@h:/tmp/", "ssh u@h /tmp/r.sh"),
            ("scp r.sh u@h:", "ssh u@h 'chmod +x r.sh && ./r.sh'"),
            ("scp -i k r.sh u@h:~/run.sh", "ssh u@h 'bash ~/run.sh'"),
            ("rsync -az r.sh u@h:/srv/app", "ssh u@h \"cd /srv/app && sh r.sh\""),
        ] {
            let ran = run(&format!("{write}\n{copy}\n{call}"));
            assert!(ran.last().is_some_and(|last| last.ends_with(": docker run a:1")), "{copy}; {call}: {ran:?}");
        }
        for (copy, call) in
            [("scp r.sh u@h:/tmp/r.sh", "ssh u@h bash /tmp/s.sh"), ("scp u@h:r.sh .", "ssh u@h bash r.sh")]
        {
            let ran = run(&format!("{write}\n{copy}\n{call}"));
            assert!(!ran.iter().any(|one| one.contains("h: docker")), "{copy}; {call}: {ran:?}");
        }
    }

    #[test]
    fn a_script_there_knows_no_variable_of_the_step() {
        let script = "T=1; printf 'docker run a:$1 b:$T\\n' > r.sh; scp r.sh h:/tmp/; ssh h bash /tmp/r.sh $T";
        assert_eq!(run(script).last().unwrap(), "h: docker run a:1 b:<$T of the other shell>");
    }
}
