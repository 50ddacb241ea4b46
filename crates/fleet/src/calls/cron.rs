//! What runs by the clock on a node.

use contract::Fault;
use contract::calls::{CronEnable, CronList, CronRunNow, CronRuns};
use contract::steer::{CronJob, CronRun};
use link::call::{Call, Reply};

use super::ask::{across, ask, odd, order};
use crate::fleet::Fleet;

pub async fn list(fleet: &Fleet, window: &str, args: CronList) -> Result<Vec<CronJob>, Fault> {
    match ask(fleet, window, &args.node, Call::CronJobs).await? {
        Reply::CronJobs(jobs) => across(&jobs),
        _ => Err(odd()),
    }
}

pub async fn runs(fleet: &Fleet, window: &str, args: CronRuns) -> Result<Vec<CronRun>, Fault> {
    match ask(fleet, window, &args.node, Call::CronRuns { job: args.job, limit: args.limit }).await? {
        Reply::CronRuns(runs) => across(&runs),
        _ => Err(odd()),
    }
}

pub async fn run(fleet: &Fleet, window: &str, args: CronRunNow) -> Result<(), Fault> {
    order(fleet, window, &args.node, Call::RunCron { job: args.job }).await
}

pub async fn enable(fleet: &Fleet, window: &str, args: CronEnable) -> Result<(), Fault> {
    order(fleet, window, &args.node, Call::EnableCron { job: args.job, enabled: args.enabled }).await
}
