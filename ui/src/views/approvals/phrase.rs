//! Approvals in words.

use contract::approval::{Decision, Outcome};

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

/// How it ended: "allowed once by you".
pub fn ended(outcome: &Outcome) -> String {
    let how = match outcome.decision {
        Decision::Once => "allowed once",
        Decision::Always => "allowed from now on",
        Decision::Deny => "denied",
        Decision::Expired => return "expired without an answer".to_owned(),
        Decision::Unknown => "settled elsewhere, nobody knows how",
    };
    match outcome.by.as_deref() {
        Some(by) if !by.is_empty() => format!("{how} by {by}"),
        _ => how.to_owned(),
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

/// What is said under a command of which something is not seen.
pub fn warning(hidden: usize) -> Option<String> {
    match hidden {
        0 => None,
        1 => Some("One character of it is not seen; it is shown as an escape.".to_owned()),
        n => Some(format!("{n} characters of it are not seen; they are shown as escapes.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_says_how_and_by_whom() {
        let outcome = |decision, by: Option<&str>| Outcome { decision, by: by.map(str::to_owned), at: 0 };
        assert_eq!(ended(&outcome(Decision::Once, Some("you"))), "allowed once by you");
        assert_eq!(ended(&outcome(Decision::Deny, None)), "denied");
        assert_eq!(ended(&outcome(Decision::Expired, Some("gateway"))), "expired without an answer");
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
