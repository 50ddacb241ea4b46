//! What runs used and cost.

use contract::Fault;
use contract::calls::UsageRead;
use contract::usage::UsageReport;

use super::of_store;
use crate::fleet::Fleet;
use crate::usage;

/// What the runs since that time used, summed.
pub async fn usage(fleet: &Fleet, args: UsageRead) -> Result<UsageReport, Fault> {
    let report = usage::report(&fleet.inner.parts, args.since.unwrap_or(i64::MIN), &args.by);
    report.await.map_err(|error| of_store(&error))
}
