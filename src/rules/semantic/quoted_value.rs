//! `quoted-value`: the value of a variable is the text that stands there, to every reader of YAML.

use super::site::Told;
use crate::finding::{Findings, RuleMeta, Severity};
use crate::rules::{Flow, Rule};
use crate::yaml::{Node, Scalar, yaml11_reading};

static META: RuleMeta = meta!(
    "quoted-value",
    Warning,
    "a variable's value that YAML takes for a number, a boolean or a date is not quoted"
);

pub(super) struct QuotedValue;

impl Rule for QuotedValue {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let mut judge = |value: Node<'_>, number: Option<Severity>, boolean: Option<Severity>| {
            if !value.is_untyped() {
                return;
            }
            let text = value.text().unwrap_or("");
            let Some(becomes) = becomes(text, value.scalar()) else {
                let (kind, severity) = match value.scalar() {
                    Scalar::Integer(_) | Scalar::Float(_) => ("a number", number),
                    Scalar::Boolean(_) => ("a boolean", boolean),
                    _ => return,
                };
                if let Some(severity) = severity.filter(|_| told.first(value.span())) {
                    out.violated(
                        value.span(),
                        format!("`{text}` is {kind}, and the published schema takes a text here"),
                    )
                    .severity(severity)
                    .help(format!("quote it: `'{text}'`"));
                }
                return;
            };
            if told.first(value.span()) {
                out.violated(value.span(), format!("`{text}` {becomes} to a reader of YAML, not this text"))
                    .help(format!("quote it: `'{text}'`"));
            }
        };
        for site in flow.steps() {
            values(site.step.get("input-variables")).for_each(|value| judge(value, Some(Severity::Warning), None));
            for pipe in site.step.pipes() {
                for value in values(pipe.node.get("variables")) {
                    // A boolean is refused by `right-type`.
                    let all = [value].into_iter().chain(value.items());
                    all.for_each(|value| judge(value, Some(Severity::Warning), None));
                }
            }
        }
        for variable in flow.selectors().iter().flat_map(|selector| selector.pipeline().variables()) {
            let default = variable.node.get("default").into_iter();
            default.for_each(|value| judge(value, None, Some(Severity::Warning)));
            let allowed = variable.node.get("allowed-values").into_iter().flat_map(|list| list.items());
            allowed.for_each(|value| judge(value, Some(Severity::Warning), Some(Severity::Warning)));
        }
        for service in flow.file.definitions().services() {
            // Runners that imitate Bitbucket give a service its numbers.
            values(service.node.get("variables")).for_each(|value| judge(value, Some(Severity::Note), None));
        }
    }
}

/// The values of a map, where there is one.
fn values<'d>(map: Option<Node<'d>>) -> impl Iterator<Item = Node<'d>> {
    map.into_iter().flat_map(|map| map.entries()).map(|entry| entry.value)
}

/// What a plain scalar becomes where that is another text; `None` where it comes back as it was written.
fn becomes(text: &str, scalar: Scalar<'_>) -> Option<String> {
    let octal = text.len() > 1 && text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    match scalar {
        // Readers of YAML 1.1 take it for an octal number, those of 1.2 for a decimal one.
        Scalar::Integer(value) if octal => Some(match i64::from_str_radix(text, 8) {
            Ok(eight) if eight != value => format!("is {value} or {eight}"),
            _ => format!("is {value}"),
        }),
        Scalar::Integer(value) if value.to_string() != text => Some(format!("is {value}")),
        Scalar::Float(value) if format!("{value:?}") != text => Some(format!("is {value:?}")),
        Scalar::String(text) => yaml11_reading(text).map(|kind| format!("is {kind}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::becomes;

    #[test]
    fn a_value_that_is_changed_is_told_from_one_that_stays() {
        let read = |text: &str| {
            let document = crate::yaml::Document::read(text);
            becomes(text, document.root().unwrap().scalar())
        };
        for (text, other) in [
            ("1.10", "is 1.1"),
            ("010", "is 10 or 8"),
            ("007", "is 7"),
            ("0x1F", "is 31"),
            ("+1", "is 1"),
            ("1_000", "is a number"),
            ("1e3", "is 1000.0"),
            ("yes", "is a boolean"),
            ("2024-01-01", "is a date"),
        ] {
            assert_eq!(read(text).as_deref(), Some(other), "{text}");
        }
        for text in
            ["1", "8080", "0", "1.5", "1.0", "-3", "1.2.3", "true", "v1", "node", "1x", "2024-01", "123456789012"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
