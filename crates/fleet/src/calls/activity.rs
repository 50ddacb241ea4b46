//! The one stream of all nodes in the past: older lines, a window of time again, words found.

use contract::Fault;
use contract::activity::{Found, Line};
use contract::calls::{ActivityAfter, ActivityBefore, Search};

use super::of_store;
use crate::fleet::Fleet;

/// A page is never larger, whatever the window asks.
const MOST: u32 = 1_000;

/// Lines before a number that pass the filter, oldest first.
pub async fn before(fleet: &Fleet, args: ActivityBefore) -> Result<Vec<Line>, Fault> {
    let ActivityBefore { filter, before, limit } = args;
    let lines = fleet.core().activity_before(&filter, before, limit.min(MOST)).await;
    lines.map_err(|error| of_store(&error))
}

/// Lines after a number that pass the filter, oldest first.
pub async fn after(fleet: &Fleet, args: ActivityAfter) -> Result<Vec<Line>, Fault> {
    let ActivityAfter { filter, after, limit } = args;
    let log = fleet.core().log();
    log.flush().await;
    log.lines_after(&filter, after, limit.min(MOST)).await.map_err(|error| of_store(&error))
}

/// Entries that hold the words, newest first.
pub async fn search(fleet: &Fleet, args: Search) -> Result<Vec<Found>, Fault> {
    let Search { words, filter, limit } = args;
    let found = fleet.core().log().search(&words, &filter, limit.min(MOST)).await;
    found.map_err(|error| of_store(&error))
}
