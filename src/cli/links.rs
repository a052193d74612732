//! When links are written.

use super::World;
use super::config::Configuration;
use super::origin::Environment;
use crate::report::Links;
use crate::settings::ColorChoice;

/// Programs behind `TERM_PROGRAM` whose screens show links.
const PROGRAMS: [&str; 10] =
    ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby", "WarpTerminal", "terminology", "mintty"];

/// Values of `TERM` that name a terminal whose screen shows links.
const TERMS: [&str; 6] = ["xterm-kitty", "alacritty", "xterm-ghostty", "foot", "wezterm", "contour"];

impl Configuration {
    /// What a report on standard output links to.
    pub(super) fn links(&self, world: &World<'_>) -> Links {
        let environment = Environment(world.environment);
        let screen = match self.hyperlinks.value {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => self.look(world).color && world.terminal.output && shows_links(&environment),
        };
        // Behind ssh the terminal's machine is another one, and so are its files.
        let far = ["SSH_CONNECTION", "SSH_TTY"].iter().any(|name| environment.get(name).is_some());
        let folder = (screen && !far).then(|| world.directory.clone());
        Links { pages: self.rule_pages.value.clone(), screen, folder }
    }
}

/// Whether the terminal says that it is one of those that show links. Nothing else tells: there is no way to ask.
fn shows_links(environment: &Environment<'_>) -> bool {
    let is = |name, known: &[&str]| environment.get(name).is_some_and(|value| known.contains(&value));
    let vte = environment.get("VTE_VERSION").and_then(|version| version.parse::<u32>().ok());
    let set = ["WT_SESSION", "KONSOLE_VERSION", "DOMTERM"].iter().any(|name| environment.get(name).is_some());
    set || vte.is_some_and(|version| version >= 5000) || is("TERM_PROGRAM", &PROGRAMS) || is("TERM", &TERMS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn terminals_are_known_by_their_variables() {
        let shows = |variables: &[(&str, &str)]| {
            let owned = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            shows_links(&Environment(&owned.collect::<BTreeMap<_, _>>()))
        };
        assert!(shows(&[("VTE_VERSION", "6003")]) && !shows(&[("VTE_VERSION", "4601")]));
        assert!(shows(&[("TERM_PROGRAM", "WezTerm")]) && !shows(&[("TERM_PROGRAM", "Apple_Terminal")]));
        assert!(shows(&[("TERM", "xterm-kitty")]) && !shows(&[("TERM", "xterm-256color")]));
        assert!(shows(&[("WT_SESSION", "1")]) && !shows(&[("WT_SESSION", "")]) && !shows(&[]));
    }
}
