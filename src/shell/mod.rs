//! Commands of a script, followed symbolically.
//!
//! A script is parsed (tree-sitter's bash grammar, which survives errors) and walked once per plan: variables,
//! functions, branches, loops, subshells, here-documents and wrappers such as `bash -c`, `sudo`, `ssh` and `xargs` are
//! followed; what can't be known becomes a symbol. Nothing is ever run.

mod alias;
mod array;
mod bounds;
mod brace;
mod branch;
mod choice;
mod condition;
mod container;
mod copied;
mod cuts;
mod demanded;
mod document;
mod doubt;
mod edit;
mod escapes;
mod expand;
mod expansion;
mod filter;
mod folder;
mod getopts;
mod glob;
mod grammar;
mod heard;
mod host;
mod inner;
mod input;
mod interpret;
mod invocation;
mod kept;
mod listed;
mod local;
mod loops;
mod lost;
mod map;
mod negated;
mod nested;
mod numbers;
mod open;
mod options;
mod parse;
mod piece;
mod plain;
mod plain_word;
mod positional;
mod powershell;
mod prefix;
mod printing;
mod read_in;
mod reads;
mod redirect;
mod regex;
mod remote;
mod replaced;
mod rounds;
mod said;
mod scope;
mod search;
mod sought;
mod status;
mod stops;
mod substitute;
mod syntax;
mod test_words;
mod texts;
mod undecided;
mod value;
mod walk;
mod words;
mod wrapper;
mod written;
mod xargs;

pub use container::Container;
pub use edit::is_in_place;
pub use expansion::rejoin;
pub use folder::Leads;
pub use host::{Host, Lookup};
pub use interpret::{Comparison, Interpreter};
pub use invocation::{Invocation, Reads, Stdin, Word};
pub use open::open_compounds;
pub use options::{errexit, pipefail};
pub use parse::Parses;
pub use piece::{Piece, Place};
pub use regex::globs;
pub use remote::{of_other_shell, read_elsewhere};
pub use said::{Said, SaidKind, said};
pub use scope::Scope;
pub use sought::Sought;
pub use stops::{Stop, stops};
pub use syntax::{Fault, FaultKind, fault};
pub use texts::{Class, Shape, Texts};
pub use value::{Part, Symbol, SymbolKind, Value, join};
pub use walk::SCRIPT_BYTES;
pub use written::{Written, joined};

#[cfg(test)]
mod bash_tests;
#[cfg(test)]
mod stops_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod written_tests;
