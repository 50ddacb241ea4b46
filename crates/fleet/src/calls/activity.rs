//! Older lines of the one stream.

use contract::Fault;
use contract::activity::Line;
use contract::calls::ActivityBefore;

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
