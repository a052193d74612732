//! Types of plain scalars: YAML 1.2's core schema, and where YAML 1.1 reads them otherwise.

use super::Kind;

/// A scalar's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'d> {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean.
    Boolean(bool),
    /// An integer that fits 64 bits.
    Integer(i64),
    /// Another number.
    Float(f64),
    /// Text.
    String(&'d str),
}

pub(super) fn kind(scalar: &Scalar<'_>) -> Kind {
    match scalar {
        Scalar::Null => Kind::Null,
        Scalar::Boolean(_) => Kind::Boolean,
        Scalar::Integer(_) => Kind::Integer,
        Scalar::Float(_) => Kind::Float,
        Scalar::String(_) => Kind::String,
    }
}

/// Types a plain scalar by the core schema.
pub(super) fn read(text: &str) -> Scalar<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "true" | "True" | "TRUE" => return Scalar::Boolean(true),
        "false" | "False" | "FALSE" => return Scalar::Boolean(false),
        _ => {}
    }
    let Some(first) = text.bytes().next() else { return Scalar::Null };
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return Scalar::String(text);
    }
    if let Some(digits) = text.strip_prefix("0x")
        && let Ok(value) = i64::from_str_radix(digits, 16)
    {
        return Scalar::Integer(value);
    }
    if let Some(digits) = text.strip_prefix("0o")
        && let Ok(value) = i64::from_str_radix(digits, 8)
    {
        return Scalar::Integer(value);
    }
    if let Ok(value) = text.parse::<i64>() {
        return Scalar::Integer(value);
    }
    match text.trim_start_matches(['+', '-']) {
        ".inf" | ".Inf" | ".INF" => return Scalar::Float(f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float(f64::NAN),
        _ => {}
    }
    let looks_like_float = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'))
        && text.bytes().any(|b| b.is_ascii_digit());
    match text.parse::<f64>() {
        Ok(value) if looks_like_float => Scalar::Float(value),
        _ => Scalar::String(text),
    }
}

/// A scalar with a tag of YAML's own, which says what its text is; `None` where the text is no such thing.
pub(super) fn tagged<'d>(tag: &str, text: &'d str) -> Option<Scalar<'d>> {
    let plain = read(text);
    match (tag, plain) {
        ("str", _) => Some(Scalar::String(text)),
        ("int", Scalar::Integer(_)) | ("bool", Scalar::Boolean(_)) | ("float", Scalar::Float(_)) => Some(plain),
        ("float", Scalar::Integer(_)) => text.parse().ok().map(Scalar::Float),
        ("bool", _) if yaml11_reading(text) == Some("a boolean") => {
            Some(Scalar::Boolean(matches!(text.to_ascii_lowercase().as_str(), "yes" | "on")))
        }
        ("null", _) => Some(Scalar::Null),
        _ => None,
    }
}

/// How a YAML 1.1 parser reads a plain scalar that YAML 1.2 takes for a string; `None` where both agree.
///
/// Bitbucket's own reader is a Java one of the 1.1 family, so `on`, `yes`, `1_000`, `22:22` and `2024-01-01` are not safe unquoted. A single `y` or `n`
/// is a boolean in the text of YAML 1.1 and to none of its readers.
pub fn yaml11_reading(text: &str) -> Option<&'static str> {
    match text {
        "yes" | "Yes" | "YES" | "no" | "No" | "NO" | "on" | "On" | "ON" | "off" | "Off" | "OFF" => Some("a boolean"),
        _ => {
            let digits = text.trim_start_matches(['+', '-']);
            let grouped = digits.starts_with(|c: char| c.is_ascii_digit())
                && digits.contains('_')
                && digits.bytes().all(|b| b.is_ascii_digit() || b == b'_');
            let sixties = || {
                let mut parts = digits.split(':');
                let first = parts.next().is_some_and(|first| !first.starts_with('0') && is_number(first));
                let mut rest = parts.peekable();
                first
                    && rest.peek().is_some()
                    && rest
                        .all(|part| is_number(part) && part.len() < 3 && part.parse::<u8>().is_ok_and(|part| part < 60))
            };
            match () {
                () if grouped || sixties() => Some("a number"),
                () if is_date(text) => Some("a date"),
                () => None,
            }
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `2024-01-01`, which readers of YAML 1.1 print with a time and a zone.
fn is_date(text: &str) -> bool {
    let shape = |c: char| if c.is_ascii_digit() { '9' } else { c };
    text.len() == 10 && text.chars().map(shape).eq("9999-99-99".chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_says_what_a_text_is() {
        assert_eq!(tagged("str", "5"), Some(Scalar::String("5")));
        assert_eq!(tagged("int", "5"), Some(Scalar::Integer(5)));
        assert_eq!(tagged("float", "5"), Some(Scalar::Float(5.0)));
        assert_eq!(tagged("bool", "true"), Some(Scalar::Boolean(true)));
        assert_eq!(tagged("bool", "off"), Some(Scalar::Boolean(false)));
        assert_eq!(tagged("int", "five"), None);
        let document = crate::yaml::Document::read("[!!str 5, !!int '5', !!str yes, ! 5, '5', 5]");
        let kinds: Vec<Kind> = document.root().unwrap().items().map(|item| item.kind()).collect();
        let (string, integer) = (Kind::String, Kind::Integer);
        assert_eq!(kinds, [string, integer, string, integer, string, integer]);
    }

    #[test]
    fn plain_scalars_get_their_core_types() {
        assert_eq!(read("1.10"), Scalar::Float(1.1));
        assert_eq!(read("-7"), Scalar::Integer(-7));
        assert_eq!(read("0x1f"), Scalar::Integer(31));
        assert_eq!(read("1.2.3"), Scalar::String("1.2.3"));
        assert_eq!(read("yes"), Scalar::String("yes"));
        assert_eq!(read("~"), Scalar::Null);
        assert_eq!(read("-"), Scalar::String("-"));
        assert_eq!(read("infinity"), Scalar::String("infinity"));
        assert_eq!(yaml11_reading("on"), Some("a boolean"));
        assert_eq!(["on-call", "y", "N", "8080:80", "0:30", "a:1", "1:2:x"].map(yaml11_reading), [None; 7]);
        assert_eq!(["22:22", "1:07:9", "1_000"].map(yaml11_reading), [Some("a number"); 3]);
        assert_eq!(yaml11_reading("2024-01-01"), Some("a date"));
    }
}
