//! A simulated stretch of bad weather: a fleet and our own gateway, both whole and real, with a line between them that
//! is cut, stalls, crawls, splits and garbles, and a gateway that is killed and started again, for as many hours as
//! wanted on a clock that this file moves. What was said must arrive once, in its order, whatever happens.
//!
//! Everything is drawn from a seed. Threads of the databases are waited for before the clock moves, so hours of it
//! take seconds; the order of what happens within one step of the clock is the runtime's.

mod check;
mod line;
mod night;
mod pace;
mod rng;

use std::fmt;

use anyhow::Context;
use tokio::runtime::Builder;

/// How long one night of it lasts, hours: then everything is healed and looked at.
const NIGHT: u64 = 1;

/// What happened.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    pub nights: u64,
    /// Simulated hours.
    pub hours: u64,
    pub messages: u64,
    pub cuts: u64,
    pub stalls: u64,
    pub crawls: u64,
    pub splits: u64,
    pub garbled: u64,
    pub outages: u64,
    pub restarts: u64,
    /// Lives of the fleet besides the first of each night.
    pub reopened: u64,
    /// Messages whose fate was unknown for a while.
    pub unknown: u64,
    pub resent: u64,
}

/// Lives through so many simulated hours, a night at a time, each with a seed of its own from `seed` on.
///
/// # Errors
/// A promise that was broken, with the seed of its night.
pub fn weather(seed: u64, hours: u64) -> anyhow::Result<Report> {
    let mut report = Report::default();
    while report.hours < hours {
        let (seed, length) = (seed + report.nights, NIGHT.min(hours - report.hours));
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build()?;
        let lived = runtime.block_on(pace::by_hand(night::live(seed, length, &mut report)));
        lived.with_context(|| format!("seed {seed}, {length} hours"))?;
        report.nights += 1;
        report.hours += length;
    }
    Ok(report)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { nights, hours, messages, cuts, stalls, crawls, splits, garbled, outages, restarts, .. } = self;
        write!(
            f,
            "{hours} hours in {nights} nights: {messages} messages; {cuts} cuts, {outages} outages, {stalls} stalls, \
             {crawls} crawls, {splits} splits, {garbled} garbled, {restarts} gateways and {} fleets restarted; {} fates \
             unknown for a while, {} sent again",
            self.reopened, self.unknown, self.resent
        )
    }
}
