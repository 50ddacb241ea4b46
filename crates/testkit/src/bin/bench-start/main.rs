//! What the app costs a person who opens it and leaves it open: the time from its start until the nodes are on the
//! screen, the memory of all its processes with three nodes, and what they compute while nothing happens.
//!
//! `cargo xtask bench start [-- --rounds N]`: on the release build, with a display, a bus, a keyring and a home of its
//! own. Nothing is asserted; the figures are for the README.
#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod app;
mod cost;

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use testkit::desk::Desk;
use testkit::part::Part;
use testkit::running::{Running, input};
use testkit::wait::until;

use app::App;
use cost::Cost;

const ROUNDS: usize = 7;
/// From the last start until memory is read and the quiet minute begins: caches filled, first look at all nodes over.
const SETTLING: Duration = Duration::from_secs(20);
const QUIET: Duration = Duration::from_secs(60);
/// Beside the local node, which is always there.
const NODES: [&str; 2] = ["second", "third"];
const TOKEN: &str = "a-token-for-this-bench-only";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rounds = match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => ROUNDS,
        ["--rounds", rounds] => rounds.parse().context("rounds are a number")?,
        _ => bail!("usage: bench-start [--rounds N]"),
    };
    ensure!(rounds > 0, "at least one round is needed");
    let (app, pilot) = (Part::App.find()?, Part::Pilot.find()?);
    let desk = Desk::start().await?;
    let _gateways = nodes(&desk, &pilot)?;
    // What a first start does once (folders, databases, the browser's caches) is no part of the figures.
    let first = App::start(&desk, &app)?;
    println!("first start on an empty home: {} ms to the nodes on the screen", first.painted.as_millis());
    first.close().await?;
    starts(&desk, &app, rounds).await?;
    idle(&desk, &app).await
}

/// Two more gateways of our own on loopback, kept as a person keeps them: with `pilot`.
fn nodes(desk: &Desk, pilot: &std::path::Path) -> Result<Vec<Running>> {
    let mut gateways = Vec::new();
    for name in NODES {
        let mut gateway = desk.command(pilot);
        gateway.args(["gateway", "--listen", "127.0.0.1:0", "--token-stdin", "--data"]).arg(desk.log(name));
        let log = desk.log(&format!("{name}.out"));
        let (running, said) = Running::start_and_read(&gateway, input(TOKEN)?, &log)?;
        let url = said.split_whitespace().find(|word| word.starts_with("ws")).context("the gateway told no address")?;
        let mut add = desk.command(pilot);
        add.args(["node", "add", name, url, "--key-stdin"]).stdin(Stdio::from(input(TOKEN)?));
        let added = add.output()?;
        ensure!(added.status.success(), "{name} was not added: {}", String::from_utf8_lossy(&added.stderr));
        gateways.push(running);
    }
    Ok(gateways)
}

async fn starts(desk: &Desk, app: &std::path::Path, rounds: usize) -> Result<()> {
    let (mut there, mut painted) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let started = App::start(desk, app)?;
        there.push(started.there);
        painted.push(started.painted);
        started.close().await?;
    }
    println!("start, {rounds} rounds, milliseconds from exec (median | each):");
    println!("  the window is there        {}", row(&mut there));
    println!("  the nodes are on the screen {}", row(&mut painted));
    Ok(())
}

fn row(times: &mut [Duration]) -> String {
    let each: Vec<String> = times.iter().map(|time| time.as_millis().to_string()).collect();
    times.sort_unstable();
    let median = times.get(times.len() / 2).map(Duration::as_millis).unwrap_or_default();
    format!("{median:>5} | {}", each.join(" "))
}

async fn idle(desk: &Desk, app: &std::path::Path) -> Result<()> {
    let mut started = App::start(desk, app)?;
    pause(SETTLING).await;
    let before = Cost::of(started.id())?;
    pause(QUIET).await;
    let after = Cost::of(started.id())?;
    ensure!(!started.has_ended(), "the app ended while it was watched");
    println!("memory with {} nodes, MiB of PSS:", NODES.len() + 1);
    for process in &after.processes {
        println!("  {:<22} {:>6.1}", process.name, process.mebibytes());
    }
    println!("  all                    {:>6.1}", after.mebibytes());
    println!("quiet for {} s, percent of one core:", QUIET.as_secs());
    for (name, share) in after.threads_since(&before, QUIET).into_iter().take(8) {
        println!("  {name:<38} {share:>6.3}");
    }
    println!("  all                                    {:>6.3}", after.share_since(&before, QUIET));
    started.close().await
}

/// Here time itself is what is measured.
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Asks a process to end, as the desktop does at the end of a session, and waits until it has.
async fn end(child: &mut std::process::Child) -> Result<()> {
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status()?;
    until("the app has ended", Duration::from_secs(20), || {
        let ended = matches!(child.try_wait(), Ok(Some(_)));
        async move { ended.then_some(()) }
    })
    .await
}
