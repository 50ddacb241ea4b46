//! An approval as it stands: what was asked, and how it ended.

use contract::approval::Decision;
use link::event::Approval;

/// Who decided, when it was answered from here.
pub const HERE: &str = "you";

/// Something that waits for a person's word, or waited.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub about: Approval,
    pub agent: Option<Box<str>>,
    pub session: Option<Box<str>>,
    /// Unix milliseconds by our clock at which it counts as denied.
    pub expires: Option<i64>,
    /// Unix milliseconds by our clock at which we first heard of it.
    pub seen: i64,
    /// How it ended; `None` while it waits.
    pub settled: Option<Settled>,
}

/// How an approval ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    pub decision: Decision,
    pub by: Option<Box<str>>,
    /// Unix milliseconds by our clock.
    pub at: i64,
}
