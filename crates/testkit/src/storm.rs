//! A simulated stretch of bad weather: a fleet and our own gateway, both whole and real, with a line between them that
//! is cut, stalls, crawls, splits and garbles, and a gateway that is killed and started again, for as many hours as
//! wanted on a clock that leaps. What was said must arrive once, in its order, whatever happens.
//!
//! Everything is drawn from a seed. The clock waits for the threads of the databases, so hours of it take moments; the
//! order of what happens at one moment of the clock is the runtime's.

mod check;
mod desk;
mod fates;
mod faults;
mod line;
mod night;
mod pace;
mod report;

pub use report::Report;

use anyhow::Context;

/// Lives through one night: so many simulated hours, then everything is healed and looked at.
///
/// # Errors
/// A promise that was broken, with the seed.
pub fn night(seed: u64, hours: u64) -> anyhow::Result<Report> {
    let lived = pace::runtime()?.block_on(night::live(seed, hours));
    lived.with_context(|| format!("seed {seed}, {hours} hours"))
}
