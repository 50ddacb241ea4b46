//! What was said arrives once and in order, whatever the line does: simulated hours of faults.
//!
//! `STORM_HOURS` and `STORM_SEED` ask for more or for a certain night.

use testkit::storm::weather;

/// The hours of a test run; ten thousand take a quarter of an hour.
const HOURS: u64 = 48;

#[test]
fn nothing_is_lost_doubled_or_reordered_in_simulated_hours_of_faults() {
    let asked = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let report = weather(asked("STORM_SEED").unwrap_or(1), asked("STORM_HOURS").unwrap_or(HOURS)).unwrap();
    println!("{report}");
    assert!(report.messages > report.hours, "hardly anything was said: {report}");
}
