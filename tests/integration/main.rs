//! The whole program, run as a user runs it: a file per subcommand.

#![expect(clippy::expect_used, reason = "a test that can't set itself up fails")]

mod support;

#[cfg(test)]
mod azure;
#[cfg(test)]
mod certainty;
#[cfg(test)]
mod chat;
#[cfg(test)]
mod chat_program;
mod chat_trust;
mod check;
#[cfg(test)]
mod check_choice;
#[cfg(test)]
mod check_paths;
mod config;
#[cfg(test)]
mod docker;
#[cfg(test)]
mod documented;
#[cfg(test)]
mod eval_interrupted;
#[cfg(test)]
mod eval_live;
mod eval_program;
#[cfg(test)]
mod fuzzed;
mod gates;
mod help;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod keywords;
#[cfg(test)]
mod killed;
mod lines;
#[cfg(test)]
mod live;
#[cfg(test)]
mod manifests;
mod mutants;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod pages;
mod plan;
#[cfg(test)]
mod policy_cases;
#[cfg(test)]
mod policy_pages;
#[cfg(test)]
mod readme;
mod record_modes;
#[cfg(test)]
mod replay_program;
#[cfg(test)]
mod responses;
#[cfg(test)]
mod rewritten;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod server;
#[cfg(test)]
mod sessions_program;
mod sources;
mod world;
