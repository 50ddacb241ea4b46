//! What happened in a night, counted.

use serde::Serialize;

/// The counts of one night, or of many.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Report {
    pub nights: u64,
    /// Simulated hours.
    pub hours: u64,
    pub messages: u64,
    pub cuts: u64,
    pub half_open: u64,
    pub stalls: u64,
    pub crawls: u64,
    pub splits: u64,
    pub merges: u64,
    pub garbled: u64,
    /// Messages of the gateway that did not come, came twice, or were overtaken by the next.
    pub frames_lost: u64,
    pub frames_doubled: u64,
    pub frames_swapped: u64,
    pub outages: u64,
    pub gateways_restarted: u64,
    /// Lives of the app besides the first of each night.
    pub apps_restarted: u64,
    /// Messages whose fate was unknown for a while.
    pub unknown: u64,
    /// Messages that a person sent again.
    pub resent: u64,
    /// Messages said anew because nothing came of them.
    pub said_anew: u64,
    pub clocks_set: u64,
    /// Messages that make an agent ask.
    pub wishes: u64,
    /// Answers to questions that were taken, and that were not.
    pub answered: u64,
    pub refused: u64,
    /// Questions that two answered at once.
    pub raced: u64,
}
