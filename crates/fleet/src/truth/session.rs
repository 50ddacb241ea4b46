//! A session: its description, its runs, its marks and, while it is of interest, its last rows.

use std::sync::Arc;

use contract::transcript::Fate;
use link::event;

use super::{Own, Row, Run, Transcript};

/// A session as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub key: Arc<str>,
    pub about: event::Session,
    /// Whether the node's list had it.
    pub listed: bool,
    /// Whether some window shows it.
    pub watched: bool,
    /// Finished since it was last looked at.
    pub unread: bool,
    /// The last run failed and was not looked at.
    pub failed: bool,
    /// Unix milliseconds of its last event by our clock.
    pub touched: i64,
    /// Runs going on and the last ended ones; oldest first.
    pub runs: Vec<Run>,
    /// Kept while a window shows it or it was active lately.
    pub transcript: Option<Transcript>,
    /// Text that a break tore off, where the node does not tell whether it goes on.
    pub(crate) torn: Option<Torn>,
}

/// The last text of a run that was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Torn {
    /// Its row.
    pub row: u64,
    /// Whether the node took another message since: the rest is in its history only.
    pub over: bool,
}

impl Session {
    pub(crate) fn new(key: Arc<str>) -> Session {
        let about = event::Session { key: key.to_string(), ..event::Session::default() };
        Session {
            key,
            about,
            listed: false,
            watched: false,
            unread: false,
            failed: false,
            touched: 0,
            runs: Vec::new(),
            transcript: None,
            torn: None,
        }
    }

    /// The newest run that goes on, or may go on.
    pub fn active_run(&self) -> Option<&Run> {
        self.runs.iter().rev().find(|run| run.is_active())
    }

    pub fn run(&self, id: &str) -> Option<&Run> {
        self.runs.iter().rev().find(|run| &*run.id == id)
    }

    /// Whether a run goes on for certain.
    pub fn is_running(&self) -> bool {
        self.runs.iter().any(|run| run.is_active() && !run.unsure)
    }

    /// Whether its rows were not read from the node, or not since the link came up, or what it missed of an answer or of
    /// a message's end can be read now.
    pub fn is_behind(&self) -> bool {
        let Some(rows) = &self.transcript else { return true };
        let missed = self.torn.is_some_and(|torn| torn.over) || self.has_stray(rows);
        !rows.loaded || rows.stale_since.is_some() || (self.active_run().is_none() && missed)
    }

    /// Whether nobody heard how a message of its rows ended.
    fn has_stray(&self, rows: &Transcript) -> bool {
        let stray =
            |row: &Row| row.own().is_some_and(|own| own.is_stray() || (row.message.is_some() && self.is_unheard(own)));
        rows.owns && rows.rows.iter().any(stray)
    }

    /// Whether the node took the message and no run that goes on answers it: nobody here has heard of the one it named,
    /// or that ended without it, or it named none and another one has said something since.
    pub(crate) fn is_unheard(&self, own: &Own) -> bool {
        let since = |run: &Run| run.ended.as_ref().is_some_and(|end| end.at >= own.fate_at) && !run.texts.is_empty();
        own.fate == Fate::Acknowledged
            && match own.run.as_deref() {
                Some(run) => self.run(run).is_none_or(|run| !run.is_active()),
                None => self.runs.iter().any(since),
            }
    }

    /// Whether a message sent from here has not ended well yet: only its row knows of it.
    pub fn has_open_own(&self) -> bool {
        let open = |row: &Row| row.own().is_some_and(|own| own.fate != Fate::Done);
        self.transcript.iter().flat_map(|rows| &rows.rows).any(open)
    }

    /// Whether nothing is known of it but its key.
    pub(crate) fn is_blank(&self) -> bool {
        self.runs.is_empty() && self.transcript.as_ref().is_none_or(|rows| rows.rows.is_empty())
    }
}
