//! Approvals in words.

use contract::approval::{Decision, Hidden, Piece};

/// What is wanted, after the agent's name.
pub fn wants(kind: &str) -> String {
    match kind {
        "exec" | "shell" | "command" => "wants to run a command".to_owned(),
        "write_file" | "edit" | "edit_file" | "apply_patch" => "wants to write a file".to_owned(),
        "read_file" => "wants to read a file".to_owned(),
        "" => "asks for your word".to_owned(),
        other => format!("wants to use {other}"),
    }
}

/// Whether it ended with a yes.
pub fn allowed(decision: Decision) -> bool {
    matches!(decision, Decision::Once | Decision::Always)
}

/// Whether the node takes an answer; a node that names none takes each.
pub fn takes(allowed: &[Decision], answer: Decision) -> bool {
    allowed.is_empty() || allowed.contains(&answer)
}

/// What stands beside the title: "2 waiting, the next expires in 0:51".
pub fn sum(waiting: usize, next: Option<&str>) -> String {
    match (waiting, next) {
        (0, _) => String::new(),
        (n, None) => format!("{n} waiting"),
        (1, Some(left)) => format!("1 waiting, expires in {left}"),
        (n, Some(left)) => format!("{n} waiting, the next expires in {left}"),
    }
}

/// What is said under a command of which something is not what it looks like.
pub fn warning(pieces: &[Piece]) -> Option<String> {
    match pieces.iter().filter(|piece| piece.hidden.is_some()).count() {
        0 => None,
        1 => {
            Some("One character of it is not what it looks like, or cannot be seen; its name stands there.".to_owned())
        }
        n => Some(format!(
            "{n} characters of it are not what they look like, or cannot be seen; their names stand there."
        )),
    }
}

/// Why a character is drawn by its name.
pub fn hides(hidden: Hidden) -> &'static str {
    match hidden {
        Hidden::Direction => "Turns the direction of what follows",
        Hidden::Invisible => "Cannot be seen",
        Hidden::Control => "Not a character but an order to a terminal",
        Hidden::Blank => "A blank, but not the one that separates words",
        Hidden::LookAlike => "Looks like another character",
    }
}

/// The text as it is, byte for byte.
pub fn whole(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_in_a_command_is_counted_and_the_command_stays_whole() {
        let piece = |text: &str, hidden, drawn: Option<&str>| Piece {
            text: text.into(),
            hidden,
            drawn: drawn.map(str::to_owned),
        };
        let pieces = [
            piece("rm a", None, None),
            piece("\u{202E}", Some(Hidden::Direction), Some("U+202E")),
            piece("txt.sh", None, None),
        ];
        assert!(warning(&pieces[..1]).is_none());
        assert!(warning(&pieces).is_some_and(|words| words.starts_with("One character")));
        assert_eq!(whole(&pieces), "rm a\u{202E}txt.sh");
    }

    #[test]
    fn a_node_that_names_no_answers_takes_each() {
        assert!(takes(&[], Decision::Always));
        assert!(!takes(&[Decision::Once, Decision::Deny], Decision::Always));
    }

    #[test]
    fn the_sum_names_what_expires_next() {
        assert_eq!(sum(0, None), "");
        assert_eq!(sum(1, Some("0:51")), "1 waiting, expires in 0:51");
        assert_eq!(sum(3, Some("0:51")), "3 waiting, the next expires in 0:51");
        assert_eq!(sum(2, None), "2 waiting");
    }
}
