//! The catalogue that is compiled in: a table of small catalogues, one for each tool and pipe, read when first asked for.

use std::sync::{LazyLock, OnceLock};

use foldhash::{HashMap, HashSet};

use super::catalogue::Catalogue;
use super::known::Tool;

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// What was read of the rows of a table, beside them.
type Shelf<T, const ROWS: usize> = [OnceLock<T>; ROWS];

static OF_TOOLS: Shelf<Option<Tool>, { TOOLS.len() }> = [const { OnceLock::new() }; TOOLS.len()];
static OF_PIPES: Shelf<Catalogue, { PIPES.len() }> = [const { OnceLock::new() }; PIPES.len()];

/// The numbers of the rows of tools, and the harmless commands: each command of a script is asked for in both.
static TOOL_ROWS: LazyLock<HashMap<&str, usize>> =
    LazyLock::new(|| TOOLS.iter().enumerate().map(|(at, (name, _))| (*name, at)).collect());
static HARMLESS_ONES: LazyLock<HashSet<&str>> = LazyLock::new(|| HARMLESS.iter().copied().collect());

/// What is known of a tool.
pub(super) fn tool(name: &str) -> Option<&'static Tool> {
    let at = *TOOL_ROWS.get(name)?;
    let (_, text) = TOOLS.get(at)?;
    OF_TOOLS.get(at)?.get_or_init(|| read(text).into_tool(name)).as_ref()
}

/// The catalogue of a pipe alone.
pub(super) fn pipe(name: &str) -> Option<&'static Catalogue> {
    let at = PIPES.binary_search_by_key(&name, |(name, _)| *name).ok()?;
    let (_, text) = PIPES.get(at)?;
    Some(OF_PIPES.get(at)?.get_or_init(|| read(text)))
}

/// The catalogue of the families alone.
pub(super) fn families() -> &'static Catalogue {
    static READ: OnceLock<Catalogue> = OnceLock::new();
    READ.get_or_init(|| Catalogue::read_json(FAMILIES).unwrap_or_default())
}

/// Whether a command does nothing that the catalogue is about.
pub(super) fn is_harmless(name: &str) -> bool {
    HARMLESS_ONES.contains(name)
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
        assert!(HARMLESS.iter().all(|name| Catalogue::built_in().is_harmless(name)));
    }
}
