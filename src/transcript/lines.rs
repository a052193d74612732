//! A session as plain chat lines, as other programs read and write them: `{"role": "user", "content": "…"}`.

use std::io::{self, Write};

use serde_json::json;

use crate::session::{Entry, Redact, exchanges};

/// Writes what was said, a message a line: prompts and repairs as `user`, replies as `assistant`. What was taken back is left
/// out, and so is what was concluded. A prompt without a reply is the last line.
pub fn chat_lines(entries: &[Entry], redact: &Redact, out: &mut dyn Write) -> io::Result<()> {
    for exchange in exchanges(entries) {
        let said = [("user", Some(exchange.prompt)), ("assistant", exchange.reply)];
        for (role, text) in said.into_iter().filter_map(|(role, text)| Some((role, text?))) {
            writeln!(out, "{}", json!({"role": role, "content": redact.text(&text)}))?;
        }
    }
    Ok(())
}
