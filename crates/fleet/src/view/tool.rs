//! A tool call's arguments and output, cut to what is worth reading.

use serde_json::Value;

use super::cut::first_line;
use super::reveal::{escaped, revealed};

/// How much of an input or output is kept, bytes.
const KEPT: usize = 64 * 1024;

/// How long a summary is, characters.
const SUMMARY: usize = 160;

/// Arguments that say most, most telling first.
const TELLING: &[&str] =
    &["command", "cmd", "file_path", "path", "file", "url", "query", "pattern", "task", "prompt", "name", "text"];

/// The one line of the arguments worth reading, with what hides in it drawn: it is mostly a command.
pub fn summary(input: &Value) -> String {
    revealed(&told(input))
}

/// The same as it is, for whoever looks for it.
pub fn told(input: &Value) -> String {
    let telling = TELLING.iter().find_map(|name| input.get(name)?.as_str());
    let any = || input.as_object()?.values().find_map(Value::as_str);
    let text = match telling.or_else(any).or(input.as_str()) {
        Some(text) => text.to_owned(),
        None if is_nothing(input) => return String::new(),
        None => input.to_string(),
    };
    first_line(&text, SUMMARY)
}

/// All arguments, as indented JSON.
pub fn indented(input: &Value) -> String {
    if is_nothing(input) {
        return String::new();
    }
    cut(&escaped(&serde_json::to_string_pretty(input).unwrap_or_default()))
}

/// The text, or its beginning when it is longer than is kept.
pub fn cut(text: &str) -> String {
    if text.len() <= KEPT {
        return text.to_owned();
    }
    format!("{}\n… (cut; {} bytes in all)", &text[..text.floor_char_boundary(KEPT)], text.len())
}

fn is_nothing(input: &Value) -> bool {
    input.is_null() || input.as_object().is_some_and(serde_json::Map::is_empty)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_command_hides_nothing_in_its_summary_nor_among_all_arguments() {
        let input = json!({"command": "cp report\u{202e}fdp.sh out"});
        assert_eq!(summary(&input), "cp report‹U+202E›fdp.sh out");
        assert_eq!(told(&input), "cp report\u{202e}fdp.sh out", "as it is looked for");
        let shown = indented(&input);
        assert!(shown.contains(r"report\u202efdp.sh"), "{shown}");
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), input);
    }
}
