//! The rules of the syntax and schema layers.

use crate::finding::{Layer, RuleMeta, Severity};

macro_rules! metas {
    ($($name:ident $id:literal $layer:ident $severity:ident $summary:literal;)*) => {
        $(pub(super) static $name: RuleMeta = RuleMeta {
            id: $id,
            layer: Layer::$layer,
            severity: Severity::$severity,
            summary: $summary,
            page: include_str!(concat!("../../docs/rules/", $id, ".md")),
        };)*
        /// All of them, by id.
        pub(super) static ALL: &[&RuleMeta] = &[$(&$name),*];
    };
}

metas! {
    BOUNDED_SIZE "bounded-size" Syntax Error "the file is too large or nested too deep, once its aliases are followed";
    COMPATIBLE_KEYS "compatible-keys" Schema Error "keys that exclude one another stand in one map, or one lacks its companion";
    DEFINED_ALIAS "defined-alias" Syntax Error "an alias names no anchor that stands before it";
    INDENTED_BODY "indented-body" Schema Error "a body is one level too shallow, so the key that should hold it is empty";
    KNOWN_KEY "known-key" Schema Error "a key is not one that Bitbucket knows in this place";
    KNOWN_VALUE "known-value" Schema Error "a value is none of those that the key takes";
    MERGE_MAPS "merge-maps" Syntax Error "`<<` is given something else than maps";
    NO_TABS "no-tabs" Syntax Error "a tab stands in the indentation";
    NO_TAGS "no-tags" Syntax Error "an unquoted `!` is taken for a YAML tag and dropped";
    NOT_EMPTY "not-empty" Schema Error "a text, list or map that needs content is empty";
    ONE_DOCUMENT "one-document" Syntax Error "a second YAML document begins in the file";
    QUOTED_COMMAND "quoted-command" Schema Error "an unquoted colon makes a map of a command";
    READABLE_YAML "readable-yaml" Syntax Error "the text is not YAML";
    REQUIRED_KEY "required-key" Schema Error "a key that must be there is missing";
    RIGHT_TYPE "right-type" Schema Error "a value is of another type than the key takes";
    SCALAR_KEYS "scalar-keys" Syntax Error "a map or a list stands where a key is expected";
    UNIQUE_KEYS "unique-keys" Syntax Error "a key stands twice in one map";
    VALUE_RANGE "value-range" Schema Error "a number, text or list is larger or smaller than what is allowed";
    PLAIN_QUOTES "plain-quotes" Syntax Warning "quotes or dashes of running text stand where plain ones are meant";
    VISIBLE_CHARACTERS "visible-characters" Syntax Warning "a character that can't be seen, or that turns the direction of text, is part of the file";
    WELL_FORMED "well-formed" Schema Error "a name or an identifier is not written as such";
}
