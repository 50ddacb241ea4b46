//! What runs by the clock on a node.

use contract::Fault;
use contract::calls::{CronEnable, CronList, CronRunNow, CronRuns};
use contract::steer::{CronJob, CronRun};
use link::call::{Call, Reply};

use super::ask::{across, ask, order};
use crate::fleet::Fleet;

pub async fn list(fleet: &Fleet, window: &str, args: CronList) -> Result<Vec<CronJob>, Fault> {
    across(&ask(fleet, window, &args.node, Call::CronJobs, Reply::cron_jobs).await?)
}

pub async fn runs(fleet: &Fleet, window: &str, args: CronRuns) -> Result<Vec<CronRun>, Fault> {
    across(
        &ask(fleet, window, &args.node, Call::CronRuns { job: args.job, limit: args.limit }, Reply::cron_runs).await?,
    )
}

pub async fn run(fleet: &Fleet, window: &str, args: CronRunNow) -> Result<(), Fault> {
    order(fleet, window, &args.node, Call::RunCron { job: args.job }).await
}

pub async fn enable(fleet: &Fleet, window: &str, args: CronEnable) -> Result<(), Fault> {
    order(fleet, window, &args.node, Call::EnableCron { job: args.job, enabled: args.enabled }).await
}
