//! One row of a transcript, as the truth keeps it.

use contract::transcript::{Fate, Level, ToolState};

use super::Asked;

/// A row. Its id stays for as long as the row lives; its order is its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Unique in the session.
    pub id: u64,
    /// Rises with the place in the session, with room between two rows.
    pub order: i64,
    /// Unix milliseconds, where known.
    pub at: Option<i64>,
    /// The vendor's id of the message it shows.
    pub message: Option<Box<str>>,
    /// The run it belongs to, by the vendor's id.
    pub run: Option<Box<str>>,
    pub body: RowBody,
}

/// What a row shows.
#[derive(Debug, Clone, PartialEq)]
pub enum RowBody {
    User {
        text: String,
        own: Option<Own>,
    },
    Assistant {
        text: String,
        streaming: bool,
        model: Option<String>,
    },
    Thinking {
        text: String,
        streaming: bool,
    },
    Tool {
        call: Box<str>,
        name: String,
        summary: String,
        input: String,
        output: String,
        state: ToolState,
        ms: Option<u64>,
    },
    Subagent {
        label: String,
        preset: Option<String>,
        state: ToolState,
    },
    Approval(Box<Asked>),
    Notice {
        text: String,
        level: Level,
    },
    Gap {
        text: String,
    },
}

/// What is known of a message that was sent from here.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    pub client_id: Box<str>,
    /// The key it goes out under, by which the node knows it.
    pub key: Box<str>,
    pub fate: Fate,
    /// Unix milliseconds of the fate.
    pub fate_at: i64,
    /// Why it failed.
    pub fault: Option<String>,
    /// The run that answers it, once known.
    pub run: Option<Box<str>>,
    /// Whether what came of it may have been missed: since it was learnt how it fares the link came up, or its history was
    /// asked for while nobody had heard of its run. No time tells that: a clock may be set.
    pub missed: bool,
}

impl Own {
    /// It fares so now.
    pub(crate) fn fares(&mut self, fate: Fate, now: i64) {
        (self.fate, self.fate_at, self.missed) = (fate, now, false);
    }

    /// Whether it went to the node, and what came of it may have been missed.
    pub(crate) fn is_stray(&self) -> bool {
        self.missed && matches!(self.fate, Fate::Sent | Fate::Acknowledged | Fate::Running)
    }
}

impl Row {
    /// The words in it, of a person or an agent.
    pub fn text(&self) -> &str {
        match &self.body {
            RowBody::User { text, .. } | RowBody::Assistant { text, .. } | RowBody::Thinking { text, .. } => text,
            RowBody::Notice { text, .. } | RowBody::Gap { text } => text,
            _ => "",
        }
    }

    /// The text that grows while a run streams.
    pub(crate) fn streamed(&mut self) -> Option<&mut String> {
        match &mut self.body {
            RowBody::Assistant { text, .. } | RowBody::Thinking { text, .. } => Some(text),
            _ => None,
        }
    }

    /// What is known of it when it was sent from here.
    pub fn own(&self) -> Option<&Own> {
        match &self.body {
            RowBody::User { own, .. } => own.as_ref(),
            _ => None,
        }
    }

    /// Whether it was said here and has not left.
    pub(crate) fn waits(&self) -> bool {
        self.own().is_some_and(|own| own.fate == Fate::Queued)
    }

    pub(crate) fn own_mut(&mut self) -> Option<&mut Own> {
        match &mut self.body {
            RowBody::User { own, .. } => own.as_mut(),
            _ => None,
        }
    }
}
