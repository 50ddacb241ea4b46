//! An approval as it stands: what was asked, and how it ended.

use contract::approval::Decision;
use link::event::Approval;

/// Who decided, when it was answered from here.
pub const HERE: &str = "you";

/// The window that `pilot` is: what is done from a terminal says so.
pub const PILOT: &str = "pilot";

/// What a rule kept here is called, before its number.
pub const RULE: &str = "your rule";

/// Whether that is what we call ourselves: "you", "you" with the way it was said, or a rule of yours.
pub fn is_here(by: &str) -> bool {
    let rest = by.strip_prefix(RULE).or_else(|| by.strip_prefix(HERE));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([',', ' ']))
}

/// Something that waits for a person's word, or waited.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub about: Approval,
    pub agent: Option<Box<str>>,
    pub session: Option<Box<str>>,
    /// Unix milliseconds by our clock when it was asked.
    pub asked: Option<i64>,
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
