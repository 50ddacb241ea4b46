//! Approvals as cards, and the answers to them.

use serde::{Deserialize, Serialize};

/// Something that waits for a person's word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    pub node: String,
    /// The vendor's id: an answer is bound to it.
    pub id: String,
    pub agent: Option<String>,
    pub session: Option<String>,
    /// "exec", "write_file", "plugin" …
    pub kind: String,
    /// The exact command.
    pub command: String,
    /// The command in pieces: what cannot be seen, or looks like something else, stands apart.
    pub shown: Vec<Piece>,
    pub cwd: Option<String>,
    /// The folder in pieces, as `shown`; empty where there is none.
    pub shown_cwd: Vec<Piece>,
    /// Stands for exactly what is shown: an answer carries it, and is refused when the request has changed since.
    pub digest: String,
    /// Unix milliseconds by our clock.
    pub asked_at: Option<i64>,
    /// Unix milliseconds by our clock.
    pub expires_at: Option<i64>,
    /// Which answers the node takes.
    pub allowed: Vec<Decision>,
    /// The rule that "always" would make, for a person to edit; `None` where "always" cannot be said.
    pub rule: Option<Rule>,
    /// `None` while it waits; then how it ended and who decided.
    pub outcome: Option<Outcome>,
}

/// How an approval ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub decision: Decision,
    pub by: Option<String>,
    /// Unix milliseconds.
    pub at: i64,
}

/// An answer, or the end without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Once,
    Always,
    Deny,
    Expired,
    Unknown,
}

impl Outcome {
    /// How it ended, as a person reads it: "allowed once by anna".
    pub fn in_words(&self) -> String {
        self.decision.in_words(self.by.as_deref())
    }
}

impl Decision {
    /// The same where only the decision is known, and perhaps whose it was.
    pub fn in_words(self, by: Option<&str>) -> String {
        let how = match self {
            Decision::Once => "allowed once",
            Decision::Always => "allowed from now on",
            Decision::Deny => "denied",
            Decision::Expired => return "expired without an answer".to_owned(),
            Decision::Unknown => "settled elsewhere",
        };
        match by {
            Some(by) if !by.is_empty() => format!("{how} by {by}"),
            _ => how.to_owned(),
        }
    }
}

/// A piece of a command. All pieces in order are the whole command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The characters as they are.
    pub text: String,
    /// What is wrong with them; `None` for what is what it looks like.
    pub hidden: Option<Hidden>,
    /// What to draw in their stead, where they are not to be trusted.
    pub drawn: Option<String>,
}

/// Pieces as one line of text, with what hides in it drawn.
pub fn drawn(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| piece.drawn.as_ref().map_or_else(|| piece.text.clone(), |name| format!("‹{name}›"));
    pieces.iter().map(piece).collect()
}

/// Why a piece of a command is not what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hidden {
    /// It turns the direction of what follows.
    Direction,
    /// It takes no room at all.
    Invisible,
    /// It is no character but an order to a terminal.
    Control,
    /// A blank, but not the one a shell knows.
    Blank,
    /// It looks like another character.
    LookAlike,
}

/// A person's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    Once,
    /// Now, and from now on what the rule covers.
    Always {
        rule: Rule,
    },
    Deny,
    /// No, and the run that asked ends.
    DenyStop,
}

/// What "always" allows. It never covers more than it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub node: String,
    /// The agent; `None` covers only requests that name none.
    pub agent: Option<String>,
    /// The session; `None` covers every session of the agent.
    pub session: Option<String>,
    /// "exec", "write_file" …
    pub kind: String,
    /// The command; `*` stands for any characters a shell gives no meaning to.
    pub text: String,
    /// The folder; `None` covers every one.
    pub cwd: Option<String>,
    /// Unix milliseconds by our clock; `None`: until it is taken away.
    pub expires_at: Option<i64>,
    pub keeper: Keeper,
}

/// Who keeps a rule and acts by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeper {
    /// The node: it does not ask again. It takes its own rule, unedited, and keeps it as long as it likes.
    Node,
    /// This program: it answers the node's questions, while it runs.
    Here,
}

/// A rule that is kept here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingRule {
    pub id: i64,
    pub rule: Rule,
    /// Unix milliseconds.
    pub made_at: i64,
    /// How often it answered.
    pub used: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_says_how_and_by_whom() {
        let words = |decision: Decision, by: Option<&str>| decision.in_words(by);
        assert_eq!(words(Decision::Once, Some("you")), "allowed once by you");
        assert_eq!(words(Decision::Deny, None), "denied");
        assert_eq!(words(Decision::Unknown, Some("")), "settled elsewhere");
        assert_eq!(words(Decision::Expired, Some("gateway")), "expired without an answer");
    }
}
