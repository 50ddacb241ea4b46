//! What was said arrives once and in order, whatever the line does: simulated hours of faults.
//!
//! `STORM_HOURS` and `STORM_SEED` ask for more or for a certain night; `cargo xtask storm` lives through thousands.

use testkit::storm::night;

/// The hours of a test run, a night each, and the seed of its first night.
const HOURS: u64 = 5;
const SEED: u64 = 4;

#[test]
fn nothing_is_lost_doubled_or_reordered_in_simulated_hours_of_faults() {
    let asked = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let first: u64 = asked("STORM_SEED").unwrap_or(SEED);
    for seed in first..first + asked("STORM_HOURS").unwrap_or(HOURS) {
        let report = night(seed, 1).unwrap();
        assert!(report.messages > 0, "nothing was said: {report:?}");
    }
}
