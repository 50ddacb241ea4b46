//! `kill -9`: the core of the app as a process of its own, killed at random moments while it sends, and started again,
//! so many times; sometimes the gateway is killed too. In the end every message that was accepted must stand on the
//! gateway once, and those whose fate was always known in their order.
//!
//! The processes are this program again, with [`child`] as the first thing it does.

mod app;
mod check;

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::fake_model::FakeModel;
use crate::own;
use crate::rng::Rng;
use crate::wait::free_port;

/// Set in a child, to what it shall be.
const ROLE: &str = "PILOTHOUSE_KILLS_ROLE";
/// The shortest and the longest life of the app, milliseconds.
const LIFE: (u64, u64) = (5, 900);
/// Every so many lives the gateway is killed as well.
const GATEWAY_EVERY: u64 = 7;
/// Said in another session after so many lives, lest one grows for ever.
const SESSION_LIVES: u64 = 25;

/// What happened.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Report {
    pub kills: u64,
    pub gateways_killed: u64,
    /// Messages that the app said it had taken.
    pub accepted: u64,
    /// What the gateway has: more, where the app was killed between taking one and saying so.
    pub arrived: u64,
    /// Messages of unknown fate that the person sent again in the end.
    pub resent: u64,
}

/// What a child is.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Role {
    Gateway { data: PathBuf, port: u16, model: String },
    App { home: PathBuf, port: u16, life: u64, seed: u64 },
}

/// In a child: does what it is for, until it is killed. `None` in any other process.
pub fn child() -> Option<Result<()>> {
    let role = env::var(ROLE).ok()?;
    Some(live(&role))
}

#[tokio::main]
async fn live(role: &str) -> Result<()> {
    match serde_json::from_str(role)? {
        Role::Gateway { data, port, model } => own::serve(&data, port, &model).await,
        Role::App { home, port, life, seed } => app::talk(&home, port, life, Rng::from(seed)).await,
    }
}

/// Kills the app so many times. `again` gives the command that starts this program as a child.
///
/// # Errors
/// A promise that was broken; a process that did not start.
#[tokio::main]
pub async fn kills(count: u64, seed: u64, again: &dyn Fn() -> Command) -> Result<Report> {
    let (folder, model, port) = (tempfile::tempdir()?, FakeModel::start().await?, free_port().await?);
    let (home, data) = (folder.path().join("home"), folder.path().join("gateway"));
    let serving = Role::Gateway { data, port, model: model.url() };
    let mut gateway = start(again, &serving)?;
    gateway.until("ready")?;
    let mut rng = Rng::from(seed);
    let (mut report, mut accepted) = (Report { kills: count, ..Report::default() }, Vec::new());
    for life in 0..count {
        let mut app = start(again, &Role::App { home: home.clone(), port, life, seed: rng.next() })?;
        tokio::time::sleep(Duration::from_millis(rng.between(LIFE.0, LIFE.1))).await;
        if life % GATEWAY_EVERY == GATEWAY_EVERY - 1 {
            report.gateways_killed += 1;
            gateway.kill()?;
            gateway = start(again, &serving)?;
            gateway.until("ready")?;
        }
        accepted.extend(app.kill()?);
    }
    report.accepted = accepted.len() as u64;
    (report.arrived, report.resent) =
        check::all(&home, port, &accepted).await.with_context(|| format!("seed {seed}"))?;
    Ok(report)
}

/// A running child. It is killed when this is dropped.
struct Running(Child);

fn start(again: &dyn Fn() -> Command, role: &Role) -> Result<Running> {
    let mut command = again();
    command.env(ROLE, serde_json::to_string(role)?).stdout(Stdio::piped());
    Ok(Running(command.spawn().with_context(|| format!("{command:?} did not start"))?))
}

impl Running {
    /// Reads what it says up to that line.
    fn until(&mut self, wanted: &str) -> Result<()> {
        let mut output = BufReader::with_capacity(1, self.0.stdout.take().context("its output is piped")?);
        let mut line = String::new();
        while output.read_line(&mut line)? > 0 {
            if line.trim() == wanted {
                self.0.stdout = Some(output.into_inner());
                return Ok(());
            }
            line.clear();
        }
        anyhow::bail!("a child ended before it was {wanted}")
    }

    /// Ends it as a power cut would; the messages that it had said it took.
    fn kill(&mut self) -> Result<Vec<Said>> {
        self.0.kill()?;
        self.0.wait()?;
        let mut text = String::new();
        if let Some(mut output) = self.0.stdout.take() {
            output.read_to_string(&mut text)?;
        }
        // A line that the kill cut off was said to nobody.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        Ok(whole.lines().filter_map(Said::read).collect())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = (self.0.kill(), self.0.wait());
    }
}

/// A message that the app took.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Said {
    session: String,
    /// Its words: they rise.
    number: u64,
}

impl Said {
    fn line(&self) -> String {
        format!("accepted {} {}", self.session, self.number)
    }

    fn read(line: &str) -> Option<Said> {
        let (session, number) = line.strip_prefix("accepted ")?.split_once(' ')?;
        Some(Said { session: session.to_owned(), number: number.parse().ok()? })
    }
}
