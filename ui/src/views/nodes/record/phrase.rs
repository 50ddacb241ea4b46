//! A recording in words. Pure.

use contract::record::Recording;

use crate::text::words::count;

/// A name for the file: the node's, with what a file's name can hold.
pub fn file(node: &str) -> String {
    let fits = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    format!("{}.jsonl", node.chars().map(fits).collect::<String>().trim_matches(['.', '-']))
}

/// What it holds so far.
pub fn held(recording: &Recording) -> String {
    let frames = recording.frames_in + recording.frames_out;
    format!(
        "{} ({} in, {} out) over {}, {} KiB.",
        count(frames, "frame", "frames"),
        recording.frames_in,
        recording.frames_out,
        count(recording.connections, "connection", "connections"),
        recording.bytes.div_ceil(1024),
    )
}

/// What was taken out of it.
pub fn removed(recording: &Recording) -> String {
    format!(
        "Taken out: {}, {}, {}.",
        count(recording.secrets, "secret", "secrets"),
        count(recording.texts, "text", "texts"),
        count(recording.persons, "name or folder of a person", "names or folders of people"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_called_as_the_node_without_what_no_file_is_called() {
        assert_eq!(file("homelab"), "homelab.jsonl");
        assert_eq!(file("../prod 1"), "prod-1.jsonl");
    }

    #[test]
    fn what_was_taken_out_is_counted() {
        let one =
            Recording { frames_in: 12, frames_out: 3, connections: 1, bytes: 1025, secrets: 1, ..Recording::default() };
        assert_eq!(held(&one), "15 frames (12 in, 3 out) over 1 connection, 2 KiB.");
        assert_eq!(removed(&one), "Taken out: 1 secret, 0 texts, 0 names or folders of people.");
    }
}
