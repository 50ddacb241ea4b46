//! `pilot`: the fleet from a terminal. The same nodes, links and keys as the window's.
//!
//! Reading order: `args` (what can be asked), `run` (who answers), then one file a verb.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod args;
mod run;

mod agents;
mod approvals;
mod audit;
mod decode;
mod drift;
mod export;
mod gateway;
mod history;
mod log;
mod model_key;
mod node;
mod record;
mod rules;
mod search;
mod send;
mod steer;
mod usage;
mod watch;

mod desk;
mod input;
mod keys;
mod out;
mod when;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Quicker than the system's where memory is made on one thread and let go on another, as every event's is.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 0: done; 1: it failed; 2: it was asked in a way nobody understands (clap ends with that too).
fn main() -> ExitCode {
    let args = args::Args::parse();
    logging();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::new(error).context("The runtime does not start")),
    };
    let end = runtime.block_on(run::run(args));
    runtime.shutdown_background();
    match end {
        Ok(code) => code,
        Err(error) if error.is::<run::Misused>() => {
            out::problem(&error.to_string());
            ExitCode::from(2)
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    // Closing a pipe early (`pilot watch | head`) is no failure of ours.
    let closed = error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    });
    if closed {
        return ExitCode::SUCCESS;
    }
    out::problem(&format!("{error:#}"));
    ExitCode::FAILURE
}

/// Logs go to the error stream, and only when asked for: `PILOT_LOG=debug`.
fn logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PILOT_LOG").unwrap_or_else(|_| "off".into());
    let words = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(filter);
    tracing_subscriber::registry().with(filter_fn(fleet::keys::may_be_logged)).with(words).init();
}
