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

/// How a YAML 1.1 parser reads a plain scalar that YAML 1.2 takes for a string; `None` where both agree.
///
/// Bitbucket's own reader is a Java one of the 1.1 family, so `on`, `yes` and `1_000` are not safe unquoted. A single `y` or `n`
/// is a boolean in the text of YAML 1.1 and to none of its readers.
pub fn yaml11_reading(text: &str) -> Option<&'static str> {
    match text {
        "yes" | "Yes" | "YES" | "no" | "No" | "NO" | "on" | "On" | "ON" | "off" | "Off" | "OFF" => Some("a boolean"),
        _ => {
            let digits = text.trim_start_matches(['+', '-']);
            let grouped = digits.starts_with(|c: char| c.is_ascii_digit())
                && digits.contains('_')
                && digits.bytes().all(|b| b.is_ascii_digit() || b == b'_');
            grouped.then_some("a number")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(["on-call", "y", "N"].map(yaml11_reading), [None; 3]);
    }
}
