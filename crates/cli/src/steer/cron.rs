//! What runs by the clock on a node.

use std::process::ExitCode;

use fleet::truth::NodeHead;
use link::call::{Call, CronJob, CronRun, Reply};

use super::{ask, meant, objects};
use crate::args::steer::CronVerb;
use crate::desk::Desk;
use crate::out::{Form, note, short, table, time};

/// How many runs are shown.
const RUNS: u32 = 20;

pub async fn run(desk: &Desk, node: &str, verb: Option<CronVerb>, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    let jobs = jobs(desk, &head).await?;
    let id = |word: &str| meant(&jobs, word, |job| [&job.id, &job.name]).map(|job| job.id.clone());
    let (call, done) = match verb.unwrap_or(CronVerb::List) {
        CronVerb::List => {
            match form {
                Form::Json => objects(&jobs)?,
                Form::Text => table(&jobs.iter().map(row).collect::<Vec<_>>())?,
            }
            return Ok(ExitCode::SUCCESS);
        }
        CronVerb::Runs { job } => return runs(desk, &head, id(&job)?, form).await,
        CronVerb::Run { job } => (Call::RunCron { job: id(&job)? }, "It runs now."),
        CronVerb::Enable { job } => (Call::EnableCron { job: id(&job)?, enabled: true }, "Switched on."),
        CronVerb::Disable { job } => (Call::EnableCron { job: id(&job)?, enabled: false }, "Switched off."),
    };
    ask(desk, &head, call, |_| Ok(())).await?;
    note(done);
    Ok(ExitCode::SUCCESS)
}

async fn jobs(desk: &Desk, head: &NodeHead) -> anyhow::Result<Vec<CronJob>> {
    ask(desk, head, Call::CronJobs, Reply::cron_jobs).await
}

async fn runs(desk: &Desk, head: &NodeHead, job: String, form: Form) -> anyhow::Result<ExitCode> {
    let runs = ask(desk, head, Call::CronRuns { job, limit: RUNS }, Reply::cron_runs).await?;
    let row = |run: &CronRun| {
        let (at, took) = (run.at.map(time), run.ms.map(|ms| format!("{ms} ms")));
        vec![at.unwrap_or_default(), run.status.clone(), took.unwrap_or_default(), short(&run.output, 80)]
    };
    match form {
        Form::Json => objects(&runs)?,
        Form::Text => table(&runs.iter().map(row).collect::<Vec<_>>())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn row(job: &CronJob) -> Vec<String> {
    let state = if job.enabled { "on" } else { "off" };
    let next = job.next.filter(|_| job.enabled).map(|at| format!("next {}", time(at)));
    vec![
        job.id.clone(),
        state.to_owned(),
        job.schedule.clone(),
        next.unwrap_or_default(),
        job.last_status.clone().unwrap_or_default(),
        short(&job.name, 60),
    ]
}
