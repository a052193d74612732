//! Names that are given by parts: `aws ecr put-image` with the manifest that another command printed, what OpenShift's `oc` names.

use super::arguments::Arguments;
use super::catalogue::Command;
use super::command::Reading;
use super::reference::{Reference, unnamed_registry};
use super::selector::Selected;
use crate::shell::{Part, Place, Symbol, SymbolKind, Value};

/// Source and target, each hidden where it can't be read.
type Named<'d> = (Option<Reference<'d>>, Option<Reference<'d>>);

impl<'d> Reading<'_, 'd> {
    /// The two names of a retag that its words give by parts.
    pub(super) fn by_parts(&self, command: &Command, arguments: &Arguments<'_>) -> Option<Named<'d>> {
        match command.reader.as_deref() {
            Some("ecr") => Some(self.put_image(arguments)),
            Some("mirror") => self.mirrored(arguments),
            Some("stream") => self.streamed(arguments),
            _ => None,
        }
    }

    /// Whether it moves a tag that is none of the run's: `oc tag app:1 app:production`, which a deployment may follow.
    pub(super) fn only_moves(&self, command: &Command, arguments: &Arguments<'_>) -> bool {
        command.reader.as_deref() == Some("stream") && self.streamed(arguments).is_none()
    }

    /// The image whose manifest is put, and the name that it gets; each hidden where its parts can't be read.
    fn put_image(&self, arguments: &Arguments<'_>) -> Named<'d> {
        let one = |flag: &str| match arguments.flag(&[flag.to_owned()]).as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        let source = one("--image-manifest").and_then(|manifest| {
            let printed = manifest.value.as_symbol().filter(|symbol| symbol.cut.is_empty())?;
            self.whole(asked_for(printed)?, manifest.place)
        });
        let target = one("--repository-name").zip(one("--image-tag")).and_then(|(repository, tag)| {
            let name = crate::shell::join([&repository.value, &tag.value], ":");
            self.whole(name, tag.place)
        });
        (source, target)
    }

    /// `oc image mirror SRC=DST`; `None` where the two stand in words of their own.
    fn mirrored(&self, arguments: &Arguments<'_>) -> Option<Named<'d>> {
        let word = arguments.plain(1).filter(|_| arguments.plain_count() == 1)?;
        let (source, target) = word.value.split_once("=")?;
        let read = |value: Value| self.read_references(vec![Selected { value, place: word.place }]).into_iter().next();
        Some((read(source), read(target)))
    }

    /// `oc tag app:SRC app:DST`: tags of a stream, in the cluster's own registry. It gives an image its name where that is the run's;
    /// another one (`app:production`) is what a deployment follows: `None`.
    fn streamed(&self, arguments: &Arguments<'_>) -> Option<Named<'d>> {
        let (source, target) = (arguments.plain(1)?, arguments.plain(2).filter(|_| arguments.plain_count() == 2)?);
        let of_run = |symbol: &Symbol| symbol.is_variable("BITBUCKET_TAG") || symbol.is_variable("BITBUCKET_COMMIT");
        if !target.value.rsplit_once(":")?.1.symbols().any(of_run) {
            return None;
        }
        Some((self.whole(source.value, source.place), self.whole(target.value, target.place)))
    }

    fn whole(&self, name: Value, place: Place) -> Option<Reference<'d>> {
        let value = crate::shell::join([&unnamed_registry(), &name], "/");
        self.read_references(vec![Selected { value, place }]).into_iter().next()
    }
}

/// `repository:tag` or `repository@digest` of the one image that `aws ecr batch-get-image` was asked for.
fn asked_for(printed: &Symbol) -> Option<Value> {
    let text = Some(&printed.name).filter(|_| printed.kind == SymbolKind::Command)?;
    let mut words = text.strip_prefix("aws ecr ")?.split(" | ").next()?.split_whitespace();
    let (mut asks, mut repository, mut id) = (false, None, None);
    while let Some(word) = words.next() {
        let (flag, value) = word.split_once('=').map_or((word, None), |(flag, value)| (flag, Some(value)));
        match flag {
            "batch-get-image" => asks = true,
            "--repository-name" => repository = value.or_else(|| words.next()),
            "--image-ids" => id = value.or_else(|| words.next()),
            // A second id.
            "imageTag" | "imageDigest" => return None,
            _ => {}
        }
    }
    let (kind, id) = id.filter(|_| asks)?.split_once('=')?;
    let between = match kind {
        "imageTag" => ":",
        "imageDigest" => "@",
        _ => return None,
    };
    Some(crate::shell::join([&shown(repository?)?, &shown(id)?], between))
}

/// The value that a message shows as `text`, where nothing but variables is unknown in it.
pub(super) fn shown(text: &str) -> Option<Value> {
    let mut value = Value::default();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        value.push(Part::Literal(rest.get(..at)?.to_owned()));
        let after = rest.get(at + 1..)?;
        let (inside, next) = match after.strip_prefix('{') {
            Some(braced) => braced.split_once('}')?,
            None => after.split_at(name_length(after)),
        };
        let (name, cut) = inside.split_at(name_length(inside));
        if name.is_empty() {
            return None;
        }
        value.push(Part::from(Symbol { cut: cut.to_owned(), ..Symbol::variable(name) }));
        rest = next;
    }
    value.push(Part::Literal(rest.to_owned()));
    let plain = |part: &Part| !matches!(part, Part::Literal(text) if text.contains(['<', '>', '(', ')', ',']));
    (!value.is_empty() && value.parts().iter().all(plain)).then_some(value)
}

fn name_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Option<String> {
        asked_for(Value::command(text).as_symbol().unwrap()).map(|value| value.to_string())
    }

    #[test]
    fn the_image_is_read_from_the_command_that_printed_its_manifest() {
        let get = "aws ecr batch-get-image --repository-name team/web --image-ids";
        assert_eq!(
            asked(&format!("{get} imageTag=$BITBUCKET_COMMIT --query x")).as_deref(),
            Some("team/web:$BITBUCKET_COMMIT")
        );
        assert_eq!(
            asked(&format!("{get}=imageTag=rc-${{BITBUCKET_TAG#release-}} | jq -r .images")).as_deref(),
            Some("team/web:rc-${BITBUCKET_TAG#release-}")
        );
        assert_eq!(asked(&format!("{get} imageDigest=sha256:0a")).as_deref(), Some("team/web@sha256:0a"));
        for hidden in [
            "imageTag=$(cat tag.txt)",
            "imageTag=a imageTag=b",
            "imageTag=a imageDigest=sha256:0a",
            "imageTag=<one of many values>",
        ] {
            assert_eq!(asked(&format!("{get} {hidden}")), None, "{hidden}");
        }
        assert_eq!(asked("aws ecr describe-images --repository-name web --image-ids imageTag=a"), None);
        assert_eq!(asked("cat manifest.json"), None);
    }
}
