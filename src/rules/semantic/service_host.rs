//! `service-host`: a step reaches its services on localhost.

use memchr::memmem;

use super::site::Told;
use super::variable_reads::commands;
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::ScriptItem;
use crate::rules::{Flow, Rule};
use crate::yaml::Span;

static META: RuleMeta =
    meta!("service-host", Note, "a command reaches a service by its name, and it is documented to be on localhost");

pub(super) struct ServiceHost;

/// What gives names to machines, or is about others: networks of docker, the machine's own table, another machine, a cluster.
const NAMES_MACHINES: [&str; 7] =
    ["compose", "docker run", "docker network", "podman", "/etc/hosts", "ssh ", "kubectl "];

impl Rule for ServiceHost {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for (site, items) in flow.scripts() {
            let services = site.step.services();
            let names: Vec<&str> =
                services.iter().filter_map(|service| service.string()).filter(|name| may_be_host(name)).collect();
            if names.is_empty() {
                continue;
            }
            let texts = || items.iter().filter_map(ScriptItem::command_text);
            if texts().any(|text| NAMES_MACHINES.iter().any(|word| text.contains(word))) {
                continue;
            }
            for name in names {
                let found = commands(items).find_map(|(node, text)| Some((node, host_in(text, name)?)));
                let Some((node, at)) = found else { continue };
                let span = node.source_span(Span::new(at, at + name.len()));
                if told.first(span) {
                    let message = format!("`{name}` may be no host here: services are documented to be on localhost");
                    site.tell(out.violated(span, message).help("write `localhost`, with the port of the service"));
                }
            }
        }
    }
}

/// Whether a service's name could be the name of a host, and is not one that is right.
fn may_be_host(name: &str) -> bool {
    !matches!(name, "docker" | "localhost") && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// What comes before the host of an address; a bucket or an image has no host of a service.
const SCHEMES: [&str; 16] = [
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "sqlserver",
    "redis",
    "rediss",
    "mongodb",
    "amqp",
    "amqps",
    "memcached",
    "tcp",
    "nats",
    "http",
    "https",
    "clickhouse",
];

/// Where a name stands as a host in a command: in an address, in a variable of that name, behind a flag, or before a port.
fn host_in(text: &str, name: &str) -> Option<usize> {
    memmem::find_iter(text.as_bytes(), name).find(|at| {
        let (Some(before), Some(behind)) = (text.get(..*at), text.get(at + name.len()..)) else { return false };
        let ends = || behind.is_empty() || behind.starts_with([':', '/', ' ', '"', '\'', '\n', ';', ')', ',']);
        if !ends() {
            return false;
        }
        let user =
            before.ends_with('@') && before.rsplit(char::is_whitespace).next().is_some_and(|word| word.contains("://"));
        let variable = ["HOST=", "HOST=\"", "HOST='", "HOSTNAME=", "host="].iter().any(|sign| before.ends_with(sign));
        let flag = ["--host ", "--host=", "nc -z ", "nc -zv ", "nc -vz ", "wait-for-it "]
            .iter()
            .any(|sign| before.ends_with(sign));
        // `postgres://postgres:pw@localhost` has a user of the name.
        let authority = || behind.split(|c: char| c.is_whitespace() || "/\"'".contains(c)).next().unwrap_or("");
        let scheme =
            before.strip_suffix("://").map(|before| before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next());
        let address = scheme.flatten().is_some_and(|scheme| SCHEMES.contains(&scheme)) && !authority().contains('@');
        address || user || variable || flag
    })
}

#[cfg(test)]
mod tests {
    use super::host_in;

    #[test]
    fn a_host_is_told_by_what_stands_around_it() {
        for text in [
            "export URL=postgres://me:pw@db:5432/x",
            "REDIS_URL=redis://db",
            "DB_HOST=db npm test",
            "psql --host db -U me",
            "until nc -z db 5432; do sleep 1; done",
        ] {
            assert!(host_in(text, "db").is_some(), "{text}");
        }
        for text in [
            "make db",
            "echo db:5432",
            "git clone git@db-x.io:a",
            "curl https://db.io",
            "npm run db:migrate",
            "URL=postgres://me@localhost/db",
            "URL=db://db:db@localhost:5432/db",
        ] {
            assert_eq!(host_in(text, "db"), None, "{text}");
        }
    }
}
