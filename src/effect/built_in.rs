//! The catalogue that is compiled in: a table of small catalogues, one for each tool and pipe, read when first asked for.

use std::sync::OnceLock;

use super::catalogue::Catalogue;

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// Catalogues beside the rows of a table.
type Shelf<const ROWS: usize> = [OnceLock<Catalogue>; ROWS];

static OF_TOOLS: Shelf<{ TOOLS.len() }> = [const { OnceLock::new() }; TOOLS.len()];
static OF_PIPES: Shelf<{ PIPES.len() }> = [const { OnceLock::new() }; PIPES.len()];

/// The catalogue of a tool alone.
pub(super) fn tool(name: &str) -> Option<&'static Catalogue> {
    row(TOOLS, &OF_TOOLS, name)
}

/// The catalogue of a pipe alone.
pub(super) fn pipe(name: &str) -> Option<&'static Catalogue> {
    row(PIPES, &OF_PIPES, name)
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

fn row(table: &[(&str, &str)], shelf: &'static [OnceLock<Catalogue>], name: &str) -> Option<&'static Catalogue> {
    let at = table.binary_search_by_key(&name, |(key, _)| *key).ok()?;
    let (_, text) = table.get(at)?;
    // A broken row is found by the tests; a program without one still checks the rest.
    Some(shelf.get(at)?.get_or_init(|| Catalogue::read_json(text).unwrap_or_default()))
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
