//! One night: a fleet, a gateway and the line between them; what a person does, and how it all begins and ends.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use contract::calls::{SendMessage, Watch};
use contract::transcript::SessionRef;
use contract::{Batch, Handler, Topic};
use fleet::core::Clock;
use fleet::keys::Keys;
use fleet::nodes::LOCAL;
use fleet::{Fleet, Home, Options};
use gateway::{Config, Gateway};
use supervise::Scope;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::desk::{self, Desk};
use super::line::{End, Line};
use super::{Report, check, fates, faults, pace};
use crate::rng::Rng;

/// The sessions of a night: people talk in one, and agents ask in the other.
pub const SESSIONS: [&str; 2] = ["main", "desk"];
/// How often it is looked at what the window shows.
const LOOK: Duration = Duration::from_secs(2);
/// How long a gateway or a fleet gets to end.
const GRACE: Duration = Duration::from_secs(5);
/// The gateway's settings: it answers by itself and asks no network.
const SETTINGS: &str = "[models]\ndiscover = false\n";

/// Everything of a night.
pub struct Night {
    folder: TempDir,
    pub fleet: Fleet,
    pub line: Arc<Line>,
    pub rng: Rng,
    /// The time of day.
    pub clock: Arc<pace::Watch>,
    pub desk: Desk,
    /// What was said, by its number.
    pub said: Vec<Said>,
    pub report: Report,
    life: Scope,
    gateway: Scope,
    batches: mpsc::Receiver<Batch>,
}

/// A message of this night.
#[derive(Debug, Clone)]
pub struct Said {
    pub session: &'static str,
    pub text: String,
    /// Whether its fate was unknown at some time: its place is then no promise.
    pub was_unknown: bool,
    /// How often it was said anew because nothing came of it: so often more the node has it.
    pub anew: usize,
}

/// Lives through a night of so many hours and looks at what is left; what happened. Of a promise that was broken it is
/// kept what was lately said on the line.
pub async fn live(seed: u64, hours: u64) -> anyhow::Result<Report> {
    let mut night = Night::begin(seed).await?;
    if let Err(broken) = night.through(hours).await {
        let kept = std::env::temp_dir().join(format!("storm-{seed}.log"));
        std::fs::write(&kept, night.line.journal.to_string())?;
        return Err(broken.context(format!("what was said on the line is in {}", kept.display())));
    }
    night.report.nights = 1;
    night.report.hours = hours;
    night.report.messages = night.said.len() as u64;
    Ok(night.end().await)
}

/// A session of the node.
pub fn of(session: &str) -> SessionRef {
    SessionRef { node: LOCAL.to_owned(), session: session.to_owned() }
}

/// The id of a message.
pub fn id(number: usize) -> String {
    format!("night-{number}")
}

impl Night {
    async fn begin(seed: u64) -> anyhow::Result<Night> {
        let folder = tempfile::tempdir()?;
        let (line, clock) = (Line::new(), Arc::new(pace::Watch::start()));
        let (gateway, running) = start_gateway(&folder, &clock).await?;
        line.lead_to(Some(running));
        let (life, fleet, batches) = open_fleet(&folder, &line, &clock).await?;
        let (rng, desk, said, report) = (Rng::from(seed), Desk::new(seed), Vec::new(), Report::default());
        Ok(Night { folder, fleet, line, rng, clock, desk, said, report, life, gateway, batches })
    }

    /// All its hours, and the look at what is left.
    async fn through(&mut self, hours: u64) -> anyhow::Result<()> {
        let mut left = Duration::from_secs(hours * 3_600);
        while !left.is_zero() {
            let time = Duration::from_secs(self.rng.between(4, 180)).min(left);
            left -= time;
            faults::happen(self).await?;
            self.pass(time).await?;
        }
        fates::heal(self).await?;
        check::all(self).await
    }

    /// Time passes, and the window is looked at all the while.
    ///
    /// # Errors
    /// What must not be seen.
    pub async fn pass(&mut self, time: Duration) -> anyhow::Result<()> {
        let mut left = time;
        while !left.is_zero() {
            let by = left.min(LOOK);
            left -= by;
            sleep(by).await;
            self.look()?;
        }
        Ok(())
    }

    fn look(&mut self) -> anyhow::Result<()> {
        while let Ok(batch) = self.batches.try_recv() {
            batch.updates.into_iter().for_each(|update| self.desk.hear(update));
        }
        fates::look(self);
        self.desk.look(&self.workspace())?;
        self.desk.answer(&self.fleet, &self.clock, &mut self.report)
    }

    fn workspace(&self) -> PathBuf {
        self.folder.path().join("gateway/workspaces/main")
    }

    /// The person says something.
    pub async fn say(&mut self) -> anyhow::Result<()> {
        let text = format!("message {}", self.said.len());
        self.send("main", text).await
    }

    /// The person has an agent do what it must ask for.
    pub async fn wish(&mut self) -> anyhow::Result<()> {
        let text = desk::wish(self.said.len(), &mut self.rng);
        self.report.wishes += 1;
        self.send("desk", text).await
    }

    async fn send(&mut self, session: &'static str, text: String) -> anyhow::Result<()> {
        let client_id = id(self.said.len());
        self.line.journal.note("the person says", text.as_bytes());
        self.said.push(Said { session, text: text.clone(), was_unknown: false, anew: 0 });
        let message = SendMessage { of: of(session), agent: None, text, client_id };
        Ok(self.fleet.send_message("night", message).await?)
    }

    /// The gateway stops and starts again.
    pub async fn restart_gateway(&mut self) -> anyhow::Result<()> {
        self.line.journal.note("the gateway stops", b"");
        self.line.lead_to(None);
        pace::ending(self.gateway.shutdown(GRACE)).await;
        self.line.cut(End::Closed);
        self.desk.look(&self.workspace())?;
        self.desk.gateway_restarted();
        let (scope, running) = start_gateway(&self.folder, &self.clock).await?;
        self.gateway = scope;
        self.line.lead_to(Some(running));
        Ok(())
    }

    /// The app is closed and opened again.
    pub async fn reopen(&mut self) -> anyhow::Result<()> {
        self.line.journal.note("the app stops", b"");
        pace::ending(self.fleet.shutdown()).await;
        pace::ending(self.life.shutdown(GRACE)).await;
        let (life, fleet, batches) = open_fleet(&self.folder, &self.line, &self.clock).await?;
        (self.life, self.fleet, self.batches) = (life, fleet, batches);
        Ok(())
    }

    async fn end(self) -> Report {
        pace::ending(self.fleet.shutdown()).await;
        pace::ending(self.life.shutdown(GRACE)).await;
        pace::ending(self.gateway.shutdown(GRACE)).await;
        self.report
    }
}

async fn start_gateway(folder: &TempDir, clock: &Arc<pace::Watch>) -> anyhow::Result<(Scope, Gateway)> {
    let (scope, data) = (Scope::root("gateway"), folder.path().join("gateway"));
    std::fs::create_dir_all(&data)?;
    std::fs::write(data.join(gateway::FILE_NAME), SETTINGS)?;
    let clock = clock.clone();
    let config = Config::open(&data)?.with_clock(move || u64::try_from(clock.now()).unwrap_or_default());
    let running = Gateway::start(&scope, &data, config).await?;
    Ok((scope, running))
}

async fn open_fleet(
    folder: &TempDir,
    line: &Arc<Line>,
    clock: &Arc<pace::Watch>,
) -> anyhow::Result<(Scope, Fleet, mpsc::Receiver<Batch>)> {
    let scope = Scope::root("fleet");
    let options = Options {
        home: Home::at(folder.path()),
        embedded: Some(line.embedded()),
        keys: Keys::system(&scope),
        clock: clock.clone(),
        shared: false,
    };
    let fleet = Fleet::start(&scope, options).await?;
    let batches = fleet.attach("night");
    let transcripts = SESSIONS.map(|session| Topic::Transcript { of: of(session), limit: 200 });
    let topics = transcripts.into_iter().chain([Topic::Approvals]).collect();
    fleet.watch("night", Watch { topics }).await?;
    Ok((scope, fleet, batches))
}
