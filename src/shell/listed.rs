//! `for f in services/*`: the files at hand that a pattern names.

use super::glob::glob;
use super::interpret::Interpreter;
use super::invocation::Word;
use super::loops::UNROLLED;
use super::value::Value;

impl Interpreter<'_> {
    /// The words of a loop, with the files at hand in the place of each pattern that some of them fit. A pattern that none
    /// fits stays: what it names may be made on the way.
    pub(super) fn listed(&self, words: Vec<Word>) -> Vec<Word> {
        let mut listed = Vec::with_capacity(words.len());
        for word in words {
            let pattern = word.one().filter(|text| text.literal_contains("*") && !word.quoted);
            match pattern.and_then(|pattern| self.named_by(&pattern)) {
                Some(paths) => {
                    let named = |path| Word { values: vec![path], origin: None, ..word.clone() };
                    listed.extend(paths.into_iter().map(named));
                }
                None => listed.push(word),
            }
        }
        listed
    }

    fn named_by(&self, pattern: &Value) -> Option<Vec<Value>> {
        // The folder that is named in plain words, and what stands behind it.
        let (before, behind) = pattern.split_once("*")?;
        let (mut folder, first) = match before.rsplit_once("/") {
            Some((folder, first)) => (folder, first),
            None => (Value::default(), before.clone()),
        };
        if before.literal_contains("/") {
            folder.push_literal("/");
        }
        let behind = format!("{}*{}", first.as_literal()?, behind.as_literal()?);
        if self.remote.is_some() || behind.contains('{') {
            return None;
        }
        let mut paths = vec![folder];
        let mut parts = behind.split('/').peekable();
        while let Some(part) = parts.next() {
            let end = if parts.peek().is_none() { "" } else { "/" };
            let fits = |name: &String| glob(part, name) && (part.starts_with('.') || !name.starts_with('.'));
            let mut longer = Vec::new();
            for path in paths {
                // Behind the last slash nothing is left to be found.
                let names = if part.is_empty() { vec![String::new()] } else { self.in_folder(&path)? };
                for name in names.iter().filter(|name| fits(name)) {
                    let mut path = path.clone();
                    path.push_literal(name);
                    if end.is_empty() || self.in_folder(&path).is_some() {
                        path.push_literal(end);
                        longer.push(path);
                    }
                }
            }
            if longer.len() > UNROLLED {
                return None;
            }
            paths = longer;
        }
        Some(paths).filter(|paths| !paths.is_empty())
    }

    /// What is in a folder; `None` where it is none at hand, or the script has put something into it.
    fn in_folder(&self, path: &Value) -> Option<Vec<String>> {
        let folder = self.scope.leads(path).inside()?;
        let names = self.host().list(&folder)?;
        (!self.scope.written.holds_below(&folder)).then_some(names)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn a_loop_over_files_at_hand_goes_through_them() {
        for (list, lines) in [
            ("ci/*.sh", vec!["p ci/pull.sh", "p ci/push.sh"]),
            ("ci/pu*.sh x", vec!["p ci/pull.sh", "p ci/push.sh", "p x"]),
            ("./ci/*/", vec!["p ./ci/lib/"]),
            ("ci/*/tag.sh", vec!["p ci/lib/tag.sh"]),
            ("*/push.sh", vec!["p ci/push.sh"]),
            (
                "$BITBUCKET_CLONE_DIR/ci/*.sh",
                vec!["p $BITBUCKET_CLONE_DIR/ci/pull.sh", "p $BITBUCKET_CLONE_DIR/ci/push.sh"],
            ),
            ("$X/*.sh", vec!["p <each f>"]),
            ("ci/*.py", vec!["p <each f>"]),
            ("dist/*.sh", vec!["p <each f>"]),
            ("/ci/*.sh", vec!["p <each f>"]),
            ("\"ci/*.sh\"", vec!["p <each f>"]),
        ] {
            assert_eq!(run(&format!("for f in {list}; do p $f; done")), lines, "{list}");
        }
        assert_eq!(run("cd ci/lib; for f in *; do p $f $(basename $f .sh); done").last().unwrap(), "p tag.sh tag");
        assert_eq!(run("echo 'p x' > ci/new.sh; for f in ci/*.sh; do p $f; done").last().unwrap(), "p <each f>");
    }
}
