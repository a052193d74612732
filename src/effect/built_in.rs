//! The catalogue that is compiled in: a table of small catalogues, one for each tool and pipe, read when first asked for.

use std::sync::OnceLock;

use super::catalogue::Catalogue;
use super::known::Tool;

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// What was read of the rows of a table, beside them.
type Shelf<T, const ROWS: usize> = [OnceLock<T>; ROWS];

static OF_TOOLS: Shelf<Option<Tool>, { TOOLS.len() }> = [const { OnceLock::new() }; TOOLS.len()];
static OF_PIPES: Shelf<Catalogue, { PIPES.len() }> = [const { OnceLock::new() }; PIPES.len()];

/// What is known of a tool.
pub(super) fn tool(name: &str) -> Option<&'static Tool> {
    let (at, text) = row(TOOLS, name)?;
    OF_TOOLS.get(at)?.get_or_init(|| read(text).into_tool(name)).as_ref()
}

/// The catalogue of a pipe alone.
pub(super) fn pipe(name: &str) -> Option<&'static Catalogue> {
    let (at, text) = row(PIPES, name)?;
    Some(OF_PIPES.get(at)?.get_or_init(|| read(text)))
}

/// The catalogue of the families alone.
pub(super) fn families() -> &'static Catalogue {
    static READ: OnceLock<Catalogue> = OnceLock::new();
    READ.get_or_init(|| Catalogue::read_json(FAMILIES).unwrap_or_default())
}

/// Whether a command does nothing that the catalogue is about.
pub(super) fn is_harmless(name: &str) -> bool {
    HARMLESS.binary_search(&name).is_ok()
}

/// The number of a row, and its text.
fn row(table: &[(&str, &'static str)], name: &str) -> Option<(usize, &'static str)> {
    let at = table.binary_search_by_key(&name, |(key, _)| *key).ok()?;
    Some((at, table.get(at)?.1))
}

/// A broken row is found by the tests; a program without one still checks the rest.
fn read(text: &str) -> Catalogue {
    Catalogue::read_json(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_a_catalogue_and_together_they_are_the_file() {
        let file = Catalogue::read(include_str!("catalogue.yaml")).unwrap();
        for (tables, what) in [(TOOLS, "tool"), (PIPES, "pipe")] {
            assert!(tables.is_sorted(), "{what}");
            for (name, text) in tables {
                let told = |catalogue: &Catalogue| {
                    format!("{:?} {:?}", catalogue.tool(name).collect::<Vec<_>>(), catalogue.pipe(name))
                };
                assert_eq!(told(&Catalogue::read_json(text).unwrap()), told(&file), "{what} {name}");
            }
        }
        assert_eq!(file.size(), (TOOLS.len(), PIPES.len(), HARMLESS.len()));
        assert!(HARMLESS.is_sorted());
        assert!(HARMLESS.iter().all(|name| Catalogue::built_in().is_harmless(name)));
    }
}
