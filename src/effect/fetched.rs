//! Files that a step fetches from elsewhere: what is run of them is no script of the repository.

use super::collected::Fetched;
use super::command::Reading;
use super::family;

/// How many files of one command are kept.
const MOST: usize = 20;

impl Reading<'_, '_> {
    /// Keeps the files that a command fetches.
    pub(super) fn fetches(&self, name: &str) {
        if !matches!(name, "curl" | "wget") {
            return;
        }
        let words: Vec<String> = self.invocation.words.iter().skip(1).map(|word| word.shown()).collect();
        let own = |address: &str| {
            let path = address.split(['?', '#']).next().unwrap_or(address);
            path.rsplit('/').next().unwrap_or(path).to_owned()
        };
        let addresses = || words.iter().filter(|word| word.contains("://")).map(|address| own(address));
        let short = |word: &str, flag: char| word.starts_with('-') && !word.starts_with("--") && word.ends_with(flag);
        let (to, by_name) = if name == "curl" { ('o', 'O') } else { ('O', '\0') };
        let mut files: Vec<String> = Vec::new();
        for pair in words.windows(2) {
            let long = matches!(pair[0].as_str(), "--output" | "--output-document");
            if long || short(&pair[0], to) {
                files.push(pair[1].clone());
            }
        }
        let long = |word: &String| {
            word.strip_prefix("--output=").or(word.strip_prefix("--output-document=")).map(str::to_owned)
        };
        files.extend(words.iter().filter_map(long));
        let named = words.iter().any(|word| short(word, by_name) || word == "--remote-name");
        if files.is_empty() && (named || name == "wget") {
            files.extend(addresses());
        }
        let installs = family::installs(&format!("{name} {}", words.join(" ")), self.catalogue);
        let mut found = self.run.found_mut();
        found.fetched.extend(files.into_iter().take(MOST).map(|file| Fetched { path: self.located(&file), installs }));
    }

    /// Whether a file is one that the step fetched, and if so whether that installs a tool.
    pub(super) fn is_fetched(&self, path: &str) -> Option<bool> {
        let path = self.located(path);
        let fetched = self.run.found_mut().fetched.iter().rev().find(|file| file.path == path)?.installs;
        // What is told for which environment or commit it runs does more than to bring a tool.
        Some(fetched && !self.carries_run() && !self.run.is_declared())
    }

    /// A path with the folder in which it is named.
    fn located(&self, path: &str) -> String {
        let bare = path.strip_prefix("./").unwrap_or(path);
        match self.scope.stands() {
            Some(folder) if !bare.starts_with('/') => format!("{folder}/{bare}"),
            Some(_) => bare.to_owned(),
            None => format!("?/{bare}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Opaque;
    use super::super::tests::effects;

    #[test]
    fn what_is_fetched_is_no_script_of_the_repository() {
        for script in [
            "curl -fsSL -o get_helm.sh https://raw.githubusercontent.com/helm/helm/main/scripts/get-helm-3 && ./get_helm.sh",
            "curl -sSfL https://a.example/anchore/grype/main/install.sh -o install.sh; sh install.sh -b /usr/local/bin",
            "wget -qO setup.sh https://a.example/install.sh\nbash ./setup.sh",
            "unzip -q awscliv2.zip; ./aws/install",
        ] {
            assert_eq!(effects(script), [""; 0], "{script}");
        }
        assert!(
            !effects("cd /tmp && curl -O https://a.example/deploy.sh; cd $BITBUCKET_CLONE_DIR && ./deploy.sh")
                .is_empty()
        );
        let unknown = |name: &str| [format!("{:?}", Opaque::Command { name: name.to_owned() })];
        assert_eq!(effects("wget https://a.example/tool.sh\nbash tool.sh"), unknown("tool.sh"));
        assert_eq!(effects("curl -sSLO https://a.example/x/run\n./run"), unknown("./run"));
    }
}
