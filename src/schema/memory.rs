//! Mistakes about the memory of services: where it stands, and in which unit.

use super::explain::{properties, schema};
use super::holders::holds_anchors;
use super::metas;
use super::place::Place;
use crate::finding::{Finding, Findings, Severity};
use crate::yaml::{Document, Entry, Kind};

/// The least memory of a service, in megabytes.
const LEAST: i64 = 128;

/// The most that is taken for gigabytes: a larger number is few megabytes.
const GIGABYTES: i64 = 32;

/// The next edit where a value is of another type than a service, its memory, or a place for the name of one expects.
pub(super) fn help(place: &Place<'_>, expected: &[&str], known: &[&str]) -> Option<String> {
    let text = place.node.text().unwrap_or("");
    let key = place.key.and_then(|key| key.text()).unwrap_or("");
    let takes = |kind: &str| expected.contains(&kind);
    match place.node.kind() {
        Kind::String | Kind::Float if key == "memory" && takes("integer") => Some(match megabytes(text) {
            Some(number) => format!("write `{number}`: it counts megabytes, with neither quotes nor unit"),
            None => "write a whole number of megabytes".to_owned(),
        }),
        // `docker: 2048` among the services
        Kind::String | Kind::Integer if expected == ["object"] && is_service(known) => {
            let number = megabytes(text)?;
            Some(if key == "memory" {
                format!("a service has it: `docker: {{ memory: {number} }}`")
            } else {
                format!("write `{key}: {{ memory: {number} }}`")
            })
        }
        Kind::Mapping if key == "docker" && takes("boolean") => Some(
            "it is a switch here: write `docker: true`, and its memory under `definitions.services.docker`".to_owned(),
        ),
        Kind::Mapping if key == "services" && expected == ["string"] => {
            let named = place.node.get("name").and_then(|name| name.text());
            let first = place.node.entries().next()?.name();
            if named.is_none() && properties(schema("/definitions/service")).contains(&first) {
                return Some(
                    "name it under `definitions.services`, put this below the name, and list the name here".to_owned(),
                );
            }
            let name = named.unwrap_or(first);
            let name = super::keys::shown(name);
            Some(format!("write its name alone, and what it is under `definitions.services.{name}`"))
        }
        _ => None,
    }
}

/// The next edit where a service's memory is too small.
pub(super) fn too_small(place: &Place<'_>) -> Option<String> {
    let own = place.own_key && place.key.and_then(|key| key.text()) == Some("memory");
    let number = place.node.integer().filter(|_| own)?;
    Some(match number {
        1..=GIGABYTES => format!("it counts megabytes: write `{}` for {number} GB", number * 1024),
        _ => format!("write {LEAST} or more megabytes, or remove it: a service has 1024 without"),
    })
}

/// Warns of what looks like a service, or like its memory, one level too high.
pub(super) fn too_high(document: &Document, found: &mut Vec<Finding>) {
    let Some(definitions) = document.root().and_then(|root| root.get("definitions")) else { return };
    // Below a key `services` that is empty they are told as its body.
    if definitions.get("services").is_some_and(|services| services.is_null()) {
        return;
    }
    for entry in definitions.entries().filter(|entry| is_too_high(entry)) {
        if holds_anchors(document, &entry) {
            continue;
        }
        let name = super::keys::shown(entry.name());
        let (message, help) = if entry.value.is_mapping() {
            let memory = entry.value.get("memory").and_then(|memory| memory.integer());
            let inside = memory.map_or("…".to_owned(), |number| format!("{{ memory: {number} }}"));
            (
                format!("`definitions` reads services under `services`, not `{name}`, which defines nothing"),
                format!("put it one level deeper: `services: {{ {name}: {inside} }}`"),
            )
        } else {
            let number = entry.value.text().and_then(megabytes).unwrap_or(1024);
            (
                "`definitions` has no memory, so this sets nothing".to_owned(),
                format!("a service has it: `services: {{ docker: {{ memory: {number} }} }}`"),
            )
        };
        let mut findings = Findings::new(&metas::KNOWN_KEY, found);
        findings.violated(entry.key.span(), message).severity(Severity::Warning).help(help);
    }
}

fn is_too_high(entry: &Entry<'_>) -> bool {
    let has = |keys: &[&str]| keys.iter().any(|key| entry.value.get(key).is_some());
    match entry.name() {
        "memory" => entry.value.text().is_some(),
        "docker" => has(&["memory", "image", "type", "variables"]),
        _ => false,
    }
}

fn is_service(known: &[&str]) -> bool {
    known.contains(&"memory") && known.contains(&"image")
}

/// The megabytes that are meant: `2g` and `2GiB` are 2048 of them, `512m` and `512` are 512.
fn megabytes(text: &str) -> Option<i64> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
    match unit.trim().to_ascii_lowercase().as_str() {
        "" | "m" | "mb" | "mi" | "mib" => Some(number),
        "g" | "gb" | "gi" | "gib" => number.checked_mul(1024),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::yaml::Document;

    /// `rule: help` of each finding.
    fn said(definitions: &str) -> Vec<String> {
        let text = format!("{definitions}\npipelines:\n  default:\n    - step: {{script: [make]}}\n");
        let found = super::super::check(&Document::read(text));
        found.iter().map(|finding| format!("{}: {}", finding.rule, finding.help.as_deref().unwrap_or(""))).collect()
    }

    #[test]
    fn the_unit_is_megabytes() {
        for (memory, number) in [("4g", 4096), ("'2048'", 2048), ("2GiB", 2048), ("512MB", 512), ("\"1 g\"", 1024)] {
            let wanted = format!("right-type: write `{number}`: it counts megabytes, with neither quotes nor unit");
            assert_eq!(
                said(&format!("definitions: {{services: {{docker: {{memory: {memory}}}}}}}")),
                [wanted],
                "{memory}"
            );
        }
        let of = |memory: &str| said(&format!("definitions: {{services: {{docker: {{memory: {memory}}}}}}}"));
        assert!(of("64")[0].ends_with("write 128 or more megabytes, or remove it: a service has 1024 without"));
        assert_eq!(of("much"), ["right-type: write a whole number of megabytes"]);
        assert_eq!(of("1.5"), ["right-type: write a whole number of megabytes"]);
        assert_eq!(of("4"), ["value-range: it counts megabytes: write `4096` for 4 GB"]);
        assert_eq!(of("100"), ["value-range: write 128 or more megabytes, or remove it: a service has 1024 without"]);
    }

    #[test]
    fn a_service_has_the_memory() {
        for (definitions, wanted) in [
            ("definitions: {services: {docker: 2048}}", "right-type: write `docker: { memory: 2048 }`"),
            ("definitions: {services: {memory: 2g}}", "right-type: a service has it: `docker: { memory: 2048 }`"),
            (
                "definitions: {docker: {memory: 2048}}",
                "known-key: put it one level deeper: `services: { docker: { memory: 2048 } }`",
            ),
            ("definitions: {memory: 4g}", "known-key: a service has it: `services: { docker: { memory: 4096 } }`"),
            (
                "options: {docker: {memory: 2048}}",
                "right-type: it is a switch here: write `docker: true`, and its memory under `definitions.services.docker`",
            ),
            (
                "options: {memory: 2048}",
                "known-key: set it under `definitions.services.docker`, or give the step a larger `size`",
            ),
            ("definitions: {services: {docker: {mem_limit: 1g}}}", "known-key: rename it to `memory`, in megabytes"),
        ] {
            assert_eq!(said(definitions), [wanted], "{definitions}");
        }
        // An anchor that is used is what `definitions` is for.
        assert!(said("definitions: {docker: &d {image: a}, services: {x: *d}}").is_empty());
        assert!(said("definitions: {services: {docker: {memory: 2048}}}").is_empty());
    }

    #[test]
    fn a_step_names_its_services() {
        let text = "pipelines:\n  default:\n    - step: {services: [{docker: {memory: 2048}}], script: [make]}\n";
        let found = super::super::check(&Document::read(text));
        let help = found.first().and_then(|finding| finding.help.clone());
        assert_eq!(help.as_deref(), Some("write its name alone, and what it is under `definitions.services.docker`"));
    }
}
