//! The words of a command that may name an environment.

use super::command::Reading;
use super::environment;
use super::reference::Reference;
use super::tool::{self, OfFolder};
use crate::shell::Value;

impl<'d> Reading<'_, 'd> {
    /// Words that may name an environment: all but references and secrets.
    pub(super) fn words(&self, references: &[Reference<'d>]) -> Vec<String> {
        let images: Vec<String> = references.iter().map(Reference::to_string).collect();
        let mut words: Vec<String> = self.invocation.remote.iter().map(Value::to_string).collect();
        words.extend(self.run.context_words());
        let is_docker = matches!(self.invocation.name(), Some("docker" | "docker-compose"));
        if is_docker {
            words.extend(self.hosts());
        }
        // `compose.prod.yml` is what differs from a developer's machine, on whichever host: it tells nothing against a host or a
        // declaration.
        let tells =
            |words: &[String]| words.iter().chain(&self.run.found_mut().contexts).any(|word| environment::tells(word));
        let passes_file = is_docker && (self.run.is_declared() || tells(&words));
        let mut skip_next = false;
        for word in self.invocation.words.iter().skip(1) {
            let text = word.shown();
            if std::mem::take(&mut skip_next) {
                continue;
            }
            if text.starts_with("--image=")
                || text.starts_with("--set") && text.contains(' ')
                || passes_file && (text.starts_with("--file=") || text.starts_with("--compose-file="))
            {
                continue;
            }
            skip_next = match text.as_str() {
                "--image" | "--set" | "--helm-set" | "--set-string" | "-i" | "--token" | "--description" | "-m" => true,
                "-f" | "--file" | "-c" | "--compose-file" => passes_file,
                _ => false,
            };
            // A flag's name, such as `--stage`, is about environments in general.
            let text = match text.split_once('=') {
                Some((flag, value)) if flag.starts_with('-') => value.to_owned(),
                // So is a parameter's: `Stage=$STAGE`.
                Some((name, value)) if environment::is_general(name) => value.to_owned(),
                None if text.starts_with('-') => continue,
                _ => text,
            };
            let text = environment::without_modes(text);
            let names_image = images.iter().any(|image| text.contains(image.as_str()));
            if !names_image {
                words.push(text);
            }
        }
        // What such a tool deploys is what stands in its folder: `cd live/prod` is `-chdir=live/prod`, where nothing else tells.
        if let Some(folder) = self.scope.folder()
            && let Some(name) = self.invocation.name()
            && !tells(&words)
        {
            match tool::of_folder(name) {
                OfFolder::All => words.push(folder.to_owned()),
                OfFolder::OfName => {
                    let is_name = |part: &&str| part.chars().all(char::is_alphanumeric);
                    words.extend(folder.split('/').filter(is_name).map(str::to_owned));
                }
                OfFolder::No => {}
            }
        }
        words
    }
}
