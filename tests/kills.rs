//! `kill -9` of the app while it sends: nothing that was accepted is lost, nothing doubled, order kept.
//!
//! `KILLS` asks for more; `cargo xtask storm --kill 200` is the long way.

use std::env;
use std::process::Command;

use testkit::kills;

/// The kills of a test run.
const KILLS: u64 = 6;

#[test]
fn what_was_accepted_survives_kills_of_the_app_once_and_in_order() {
    if let Some(ended) = kills::child() {
        return ended.unwrap();
    }
    let program = env::current_exe().unwrap();
    let again = || {
        let mut command = Command::new(&program);
        let this = "kills::what_was_accepted_survives_kills_of_the_app_once_and_in_order";
        command.args(["--exact", this, "--nocapture"]);
        command
    };
    let count = env::var("KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(KILLS);
    let report = kills::kills(count, 1, &again).unwrap();
    assert!(report.accepted > 0, "nothing was said: {report:?}");
}
