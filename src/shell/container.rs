//! Shell text that runs in a container: `docker run … sh -c TEXT`, `docker compose exec web bash -c TEXT`.

use super::interpret::Interpreter;
use super::invocation::{Invocation, Stdin, Word, base};
use super::scope::Scope;
use super::status::Status;
use super::value::Value;
use super::walk::Flow;

/// Programs that start containers or run commands in them.
const PROGRAMS: [&str; 4] = ["docker", "podman", "nerdctl", "docker-compose"];

/// Other things that they do.
const OTHERS: [&str; 9] = ["build", "buildx", "push", "pull", "tag", "image", "login", "up", "create"];

const SHELLS: [&str; 6] = ["sh", "bash", "ash", "dash", "ksh", "zsh"];

/// In which container a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// One that was started for it.
    New,
    /// One that runs already.
    Running,
}

/// A container's shell among the words of a command.
struct Inside<'i> {
    container: Container,
    /// The words before the shell.
    before: &'i [Word],
}

impl Interpreter<'_> {
    /// Walks the text that a container's shell is given, if the command gives it one. What it does stands behind the command
    /// itself; false where there is no such text.
    pub(super) fn contained(&mut self, invocation: &Invocation, name: &str) -> bool {
        let Some((inside, text)) = inside(invocation, name) else { return self.feeds(invocation, name) };
        let (piece, expanded) = self.word_piece(text);
        // In single quotes a variable is the container's own.
        self.within(&inside, invocation, !expanded, |this| this.walk_piece(&piece));
        true
    }

    /// Walks what a container's shell runs. The container has the variables that it is given; where the text is its own,
    /// no others are known.
    fn within(
        &mut self,
        inside: &Inside<'_>,
        invocation: &Invocation,
        own: bool,
        walk: impl FnOnce(&mut Self) -> Flow,
    ) {
        let given = self.given(inside.before);
        self.hand_out(invocation.clone());
        let outer = (self.container.replace(inside.container), self.foreign);
        self.foreign |= own;
        self.in_subshell(Vec::new(), Vec::new(), |this| {
            if own {
                let printed = std::mem::take(&mut this.scope.printed);
                this.scope = Scope::default();
                this.scope.printed = printed;
            }
            this.scope.stand.lose();
            given.into_iter().for_each(|(name, values)| this.scope.set(&name, values));
            walk(this)
        });
        (self.container, self.foreign) = outer;
        self.status = Status::Presumed;
    }

    /// The same of a shell that reads its script from the input: `docker run -i … bash <<EOF`.
    fn feeds(&mut self, invocation: &Invocation, name: &str) -> bool {
        let Some(inside) = fed(invocation, name) else { return false };
        let own = matches!(invocation.stdin, Stdin::Document { expanded: false, .. });
        let stdin = invocation.stdin.clone();
        self.within(&inside, invocation, own, |this| {
            this.fed(&stdin, invocation);
            Flow::Next
        });
        true
    }

    /// The variables that are handed into the container: `-e NAME`, `--env NAME=VALUE`.
    fn given(&self, words: &[Word]) -> Vec<(String, Vec<Value>)> {
        let mut given = Vec::new();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let value = word.value();
            let variable = match value.as_literal() {
                Some("-e" | "--env") => words.next().map(|word| word.value().into_owned()),
                _ if value.literal_prefix().starts_with("--") => value.strip_prefix("--env="),
                _ => value.strip_prefix("-e"),
            };
            let Some(variable) = variable else { continue };
            match (variable.as_literal(), variable.split_once("=")) {
                (_, Some((name, value))) => {
                    given.extend(name.as_literal().map(|name| (name.to_owned(), vec![value])));
                }
                (Some(name), None) => given.push((name.to_owned(), self.variable(name).or_itself().to_vec())),
                (None, None) => {}
            }
        }
        given
    }

    /// Whether what runs has other files and variables than the step's own.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.remote.is_some() || self.foreign || self.container.is_some()
    }
}

/// Which container a command is about, and where the word stands that says so.
fn container(words: &[Word], name: &str) -> Option<(Container, usize)> {
    let is = |word: &Word, names: &[&str]| word.literal().is_some_and(|text| names.contains(&text));
    let verb = words.iter().position(|word| is(word, &["run", "exec"])).filter(|_| PROGRAMS.contains(&name))?;
    // Words before it are flags with their values, or say what kind of container.
    let of_flag = |at: usize| words.get(at - 1).and_then(Word::literal).is_some_and(|flag| flag.starts_with('-'));
    if (1..verb).any(|at| words.get(at).is_some_and(|word| is(word, &OTHERS)) && !of_flag(at)) {
        return None;
    }
    let container = if is(words.get(verb)?, &["run"]) { Container::New } else { Container::Running };
    Some((container, verb))
}

fn is_shell(word: &Word) -> bool {
    word.literal().is_some_and(|text| SHELLS.contains(&base(text)))
}

/// The container of a shell that is given nothing but its input.
fn fed<'i>(invocation: &'i Invocation, name: &str) -> Option<Inside<'i>> {
    if !matches!(invocation.stdin, Stdin::Document { .. } | Stdin::Text(_)) {
        return None;
    }
    let (container, verb) = container(&invocation.words, name)?;
    let behind = invocation.words.get(verb + 2..)?;
    let last = behind.iter().rposition(|word| !word.literal().is_some_and(|text| text.starts_with('-')))?;
    behind.get(last).filter(|word| is_shell(word))?;
    Some(Inside { container, before: behind.get(..last)? })
}

/// A shell that is given a text, and the text.
fn inside<'i>(invocation: &'i Invocation, name: &str) -> Option<(Inside<'i>, &'i Word)> {
    let words = &invocation.words;
    let (container, verb) = container(words, name)?;
    let takes_text = |word: &Word| {
        let letters = word.literal().and_then(|text| text.strip_prefix('-'));
        letters.is_some_and(|letters| letters.ends_with('c') && letters.bytes().all(|byte| byte.is_ascii_lowercase()))
    };
    let entry = words.iter().enumerate().skip(verb).find_map(|(at, word)| match word.literal()? {
        "--entrypoint" => words.get(at + 1).is_some_and(is_shell).then_some(at + 2),
        joined => SHELLS.contains(&base(joined.strip_prefix("--entrypoint=")?)).then_some(at + 1),
    });
    // Behind an image comes the shell; one that is the entry point stands before it.
    let shell = (verb + 2..words.len()).find(|at| {
        let flags =
            words.iter().skip(at + 1).take_while(|word| word.literal().is_some_and(|text| text.starts_with('-')));
        words.get(*at).is_some_and(is_shell) && flags.clone().any(takes_text)
    });
    let from = entry.or(shell.map(|at| at + 1))?;
    let mut flag = words.iter().enumerate().skip(from).filter(|(_, word)| takes_text(word)).map(|(at, _)| at);
    // `docker run -c 512` gives shares of the processor, and stands before the image.
    let flag = if entry.is_some() { flag.next_back() } else { flag.next() }?;
    Some((Inside { container, before: words.get(verb..from.max(flag))? }, words.get(flag + 1)?))
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn the_text_of_a_containers_shell_is_walked() {
        let last = |script: &str| run(script).last().cloned().unwrap_or_default();
        assert_eq!(last("docker run --rm -v $PWD:/w tools:1 sh -c 'kubectl apply -f x'"), "kubectl apply -f x");
        assert_eq!(last("docker run --rm --entrypoint /bin/bash tools:1 -ec 'a b'"), "a b");
        assert_eq!(last("docker run -c 512 --entrypoint=sh tools:1 -c 'a b'"), "a b");
        assert_eq!(last("docker compose run --rm ops bash -lc 'a && b c'"), "b c");
        assert_eq!(last("docker-compose exec -T ops sh -e -c 'a b'"), "a b");
        assert_eq!(last("T=1; docker run --rm -i tools:1 bash -s <<E\na $T\nE"), "a 1");
        assert_eq!(last("echo 'a b' | docker run --rm -i tools:1 sh"), "a b");
        assert_eq!(last("docker run --rm tools:1 sh ./x.sh -c"), "docker run --rm tools:1 sh ./x.sh -c");
        assert_eq!(last("docker run --rm --name sh tools:1 x -c y"), "docker run --rm --name sh tools:1 x -c y");
        assert!(last("docker build -t a --label run sh -c 'a b'").starts_with("docker build"));
    }

    #[test]
    fn a_container_has_the_variables_that_it_is_given() {
        let last = |script: &str| run(script).last().cloned().unwrap_or_default();
        assert_eq!(last("T=1; docker run tools:1 sh -c \"a $T\""), "a 1");
        assert_eq!(last("T=1; docker run -e T tools:1 sh -c 'a $T'"), "a 1");
        assert_eq!(last("T=1; docker run --env=U=$T tools:1 sh -c 'a $U'"), "a 1");
        assert_eq!(last("T=1; docker run -eT tools:1 sh -c 'a $T'"), "a 1");
        assert_eq!(last("T=1; docker run --entrypoint sh -e T tools:1 -c 'a $T'"), "a 1");
        assert_eq!(last("T=1; docker run tools:1 sh -c 'a $T'"), "a <$T of the other shell>");
        assert_eq!(last("T=1; docker run tools:1 sh -c 'T=2'; a $T"), "a 1");
        assert_eq!(last("T=1; docker run -i -e T tools:1 sh <<'E'\na $T\nE"), "a 1");
        assert_eq!(last("T=1; docker run -i tools:1 sh <<'E'\na $T\nE"), "a <$T of the other shell>");
        assert_eq!(last("docker run -i -e T=2 tools:1 sh <<E\na \\$T\nE"), "a 2");
    }
}
