//! Files that are brought to another machine otherwise than by a copy's own words: through the input of ssh, or by what sftp is
//! told to do.

use super::arguments::Arguments;
use super::command::Reading;
use super::deploy::{keeps_builds, without_user};
use super::model::{Images, Kind};
use crate::shell::{Stdin, Value};

/// What sftp does on the other side.
const PUTS: [&str; 9] = ["put", "mput", "reput", "rename", "rm", "ln", "symlink", "mkdir", "rmdir"];

impl Reading<'_, '_> {
    /// `ssh host "cat > /srv/app.jar" < app.jar`: the file is deployed there, as `scp` would. Whether that is what it is.
    pub(super) fn writes_what_is_sent(&self, name: &str) -> bool {
        let (Some(machine), Stdin::File(file)) = (&self.invocation.remote, &self.invocation.stdin) else {
            return false;
        };
        let writes = match name {
            "cat" => self.invocation.redirected && self.invocation.words.len() == 1,
            "tee" => self.invocation.words.len() > 1,
            "dd" => self.invocation.words.iter().any(|word| word.value().literal_prefix().starts_with("of=")),
            _ => false,
        };
        // A public key goes to those that are let in.
        if !writes || file.ends_with(".pub") {
            return false;
        }
        // Where it is put stands in the line, unless that is in a script.
        let site = self.run.site(self.invocation.place);
        let line = site.node.text().and_then(|text| text.get(site.range.start..)).and_then(|text| text.lines().next());
        // Nor is what serves nobody: keys, logs, what is thrown away.
        const ASIDE: [&str; 6] = [".ssh/", "authorized_keys", "known_hosts", "/tmp/", "/var/log/", ".log"];
        if line.is_some_and(|line| ASIDE.iter().any(|place| line.contains(place))) {
            return false;
        }
        let kind = Kind::Deploy {
            images: Images::None,
            to: Some(without_user(&machine.to_string())),
            weak: keeps_builds(file) || line.is_some_and(keeps_builds),
            restart: false,
        };
        self.push(kind, "ssh".to_owned(), self.words(&[]));
        true
    }

    /// Whether sftp is told to bring nothing: it names a file there to be fetched, has a list of commands that only fetch, or none.
    /// `None` where the list can't be read.
    pub(super) fn only_gets(&self, arguments: &Arguments<'_>) -> Option<bool> {
        if arguments.plain_count() > 1 {
            return Some(true);
        }
        let batch = arguments.flag(&["-b".to_owned()]).pop().filter(|file| file.value.as_literal() != Some("-"));
        let text = match &batch {
            Some(file) => match self.written(&file.value.to_string()) {
                Some(text) => text.clone(),
                None => {
                    file.value.as_literal().and_then(|path| self.files.read(&self.at_hand(path)?)).map(Value::literal)
                }
            },
            None => self.invocation.reads.input.clone(),
        };
        let puts = |line: &str| {
            line.split_whitespace().next().is_some_and(|word| PUTS.contains(&word.trim_start_matches(['-', '@'])))
        };
        match text.as_ref().map(Value::to_string) {
            // What a command or a variable brings in may be anything.
            Some(text) => Some(!text.contains('$') && !text.contains('<') && !text.lines().any(puts)),
            None if batch.is_some() || self.invocation.piped_from => None,
            // Without commands it fetches what stands behind the host, or does nothing.
            None => (!matches!(self.invocation.stdin, Stdin::File(_))).then_some(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::effects;

    #[test]
    fn a_file_that_goes_through_ssh_is_deployed() {
        for script in [
            "ssh u@h \"cat > /srv/app.jar\" < target/app.jar",
            "cat target/app.jar | ssh u@h 'cat > /srv/app.jar'",
            "ssh u@h \"mkdir -p /srv; cat > /srv/app.jar && systemctl restart app\" < target/app.jar",
            "ssh u@h 'sudo tee /srv/app.jar > /dev/null' < target/app.jar",
            "ssh u@h dd of=/srv/app.img < app.img",
        ] {
            assert!(effects(script).contains(&"remote deploy".to_owned()), "{script}");
        }
        for script in [
            "ssh u@h 'cat /srv/version' < /dev/null",
            "ssh u@h 'cat >> ~/.ssh/authorized_keys' < key.pub",
            "echo \"$LINE\" | ssh u@h 'cat >> notes.txt'",
            "ssh u@h 'cat /srv/a.log' > a.log",
        ] {
            assert_eq!(effects(script), [""; 0], "{script}");
        }
    }

    #[test]
    fn sftp_deploys_what_it_puts() {
        for script in [
            "sftp u@h <<EOF\nput -r dist /srv/www\nEOF",
            "echo 'put dist' | sftp u@h",
            "sftp -oPort=22 u@h <<< 'put a'",
            "printf 'cd /srv\\nmput *\\n' | sftp -b - u@h:/srv",
        ] {
            assert_eq!(effects(script), ["deploy"], "{script}");
        }
        for script in [
            "sftp u@h:/srv/a.txt .",
            "sftp u@h:/srv/a.txt",
            "sftp u@h <<EOF\nget a.txt\nEOF",
            "sftp -b orders.txt u@h",
            "sftp u@h",
        ] {
            assert_eq!(effects(script), [""; 0], "{script}");
        }
    }
}
