//! A run: one turn of an agent from prompt to final.

use link::event::Outcome;

/// A run as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The vendor's id; empty when the vendor gives none.
    pub id: Box<str>,
    /// Unix milliseconds at which we first heard of it.
    pub started: i64,
    /// How it ended; `None` while it goes on.
    pub ended: Option<Ended>,
    /// The link went down while it was going on: nobody knows.
    pub unsure: bool,
    /// What it is doing.
    pub phase: Option<Box<str>>,
    /// All its rows stand behind the row of that order.
    pub(crate) since: i64,
    /// The row that takes the next text.
    pub(crate) text_row: Option<u64>,
    /// That row was begun before a break: the next text may repeat it.
    pub(crate) taken_up: bool,
    /// The row that takes the next reasoning.
    pub(crate) thinking_row: Option<u64>,
    /// The rows of text, oldest first, and of them those since the last tool call.
    pub(crate) texts: Vec<u64>,
    pub(crate) round: usize,
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    pub outcome: Outcome,
    /// Unix milliseconds by our clock.
    pub at: i64,
}

impl Run {
    pub(crate) fn new(id: &str, since: i64, now: i64) -> Run {
        Run {
            id: id.into(),
            started: now,
            ended: None,
            unsure: false,
            phase: None,
            since,
            text_row: None,
            taken_up: false,
            thinking_row: None,
            texts: Vec::new(),
            round: 0,
        }
    }

    pub fn is_active(&self) -> bool {
        self.ended.is_none()
    }

    /// What comes next begins rows of its own.
    pub(crate) fn close_rows(&mut self) {
        self.text_row = None;
        self.thinking_row = None;
    }
}
