//! One night: what is done and what goes wrong, drawn from a seed.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use contract::calls::{ResendMessage, SendMessage, Watch};
use contract::transcript::{Fate, SessionRef};
use contract::{Batch, Handler, Topic};
use fleet::keys::Keys;
use fleet::nodes::LOCAL;
use fleet::truth::{Own, Row};
use fleet::{Fleet, Home, Options};
use gateway::{Config, Gateway};
use supervise::Scope;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::line::{Line, State};
use super::rng::Rng;
use super::{Report, check, pace};

/// The clock's step while something is under way, and while nothing is.
const CLOSE: Duration = Duration::from_millis(250);
const WIDE: Duration = Duration::from_secs(2);
/// How long a gateway or a fleet gets to end.
const GRACE: Duration = Duration::from_secs(5);
/// How long everything may take to be well again, in steps of [`CLOSE`].
const HEALING: u32 = 4 * 1_800;

/// Everything of a night.
pub struct Night {
    folder: TempDir,
    pub fleet: Fleet,
    life: Scope,
    gateway: Scope,
    line: Arc<Line>,
    batches: mpsc::Receiver<Batch>,
    rng: Rng,
    /// What was said, by its number.
    pub said: Vec<Said>,
}

/// A message of this night.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said {
    /// Whether its fate was unknown at some time: its place is then no promise.
    pub was_unknown: bool,
}

/// Lives through a night of so many hours and looks at what is left.
pub async fn live(seed: u64, hours: u64, report: &mut Report) -> anyhow::Result<()> {
    let mut night = Night::begin(seed).await?;
    let mut left = Duration::from_secs(hours * 3_600);
    while !left.is_zero() {
        let time = Duration::from_secs(night.rng.between(4, 180)).min(left);
        left -= time;
        night.happen(report).await?;
        let busy = time.min(Duration::from_secs(20));
        pace::pass(busy, CLOSE).await;
        pace::pass(time - busy, WIDE).await;
        night.look(report);
    }
    night.heal(report).await?;
    check::all(&night).await?;
    report.messages += night.said.len() as u64;
    night.end().await;
    Ok(())
}

/// The session that everything is said in.
pub fn of() -> SessionRef {
    SessionRef { node: LOCAL.to_owned(), session: "main".to_owned() }
}

/// The words and the id of a message.
pub fn words(number: usize) -> (String, String) {
    (format!("message {number}"), format!("night-{number}"))
}

impl Night {
    async fn begin(seed: u64) -> anyhow::Result<Night> {
        let folder = tempfile::tempdir()?;
        let line = Line::new();
        let (gateway, running) = start_gateway(&folder).await?;
        line.lead_to(Some(running));
        let (life, fleet, batches) = open_fleet(&folder, &line).await?;
        Ok(Night { folder, fleet, life, gateway, line, batches, rng: Rng::from(seed), said: Vec::new() })
    }

    /// One thing happens.
    async fn happen(&mut self, report: &mut Report) -> anyhow::Result<()> {
        // Whatever the window was told is no concern here, but it is taken.
        while self.batches.try_recv().is_ok() {}
        match self.rng.between(0, 100) {
            0..48 => self.say().await?,
            48..56 => {
                self.line.cut();
                report.cuts += 1;
            }
            56..62 => {
                self.line.set(State::Stalled);
                report.stalls += 1;
            }
            62..66 => {
                self.line.set(State::Crawling);
                report.crawls += 1;
            }
            66..70 => {
                self.line.set(State::Split);
                report.splits += 1;
            }
            70..75 => {
                self.line.garble();
                report.garbled += 1;
            }
            75..80 => {
                self.line.set(State::Down);
                self.line.cut();
                report.outages += 1;
            }
            80..83 => {
                self.restart_gateway().await?;
                report.restarts += 1;
            }
            83..85 => {
                self.reopen().await?;
                report.reopened += 1;
            }
            85..89 => report.resent += self.resend().await,
            _ => self.line.set(State::Clear),
        }
        Ok(())
    }

    async fn say(&mut self) -> anyhow::Result<()> {
        let (text, client_id) = words(self.said.len());
        self.said.push(Said::default());
        let message = SendMessage { of: of(), agent: None, text, client_id };
        let sent = pace::during(self.fleet.send_message("night", message)).await;
        sent.map_err(|fault| anyhow::anyhow!(fault.message))
    }

    /// The person sends again what has an unknown fate, as far as the node does not show it; how many messages that was.
    async fn resend(&mut self) -> u64 {
        let mut count = 0;
        for number in self.unconfirmed() {
            let (_, client_id) = words(number);
            let asked = ResendMessage { of: of(), client_id };
            // It may have become known meanwhile.
            if pace::during(self.fleet.resend_message("night", asked)).await.is_ok() {
                if let Some(said) = self.said.get_mut(number) {
                    said.was_unknown = true;
                }
                count += 1;
            }
        }
        count
    }

    /// The messages that have one of these fates, as far as rows of them are in memory.
    fn numbers(&self, fates: &[Fate]) -> Vec<usize> {
        self.numbers_of(|_, own| fates.contains(&own.fate))
    }

    /// The messages that nobody knows the fate of, and that the node's history does not hold.
    fn unconfirmed(&self) -> Vec<usize> {
        self.numbers_of(|row, own| matches!(own.fate, Fate::Unknown | Fate::Failed) && row.message.is_none())
    }

    fn numbers_of(&self, wanted: impl Fn(&Row, &Own) -> bool) -> Vec<usize> {
        let found = self.fleet.core().read(LOCAL, |truth| {
            let rows = truth.session(&of().session)?.transcript.as_ref()?.rows.iter();
            let own = rows.filter_map(|row| row.own().filter(|own| wanted(row, own)));
            Some(own.filter_map(|own| own.client_id.strip_prefix("night-")?.parse().ok()).collect())
        });
        found.flatten().unwrap_or_default()
    }

    /// Takes note of fates that are unknown now.
    fn look(&mut self, report: &mut Report) {
        for number in self.numbers(&[Fate::Unknown]) {
            if let Some(said) = self.said.get_mut(number).filter(|said| !said.was_unknown) {
                said.was_unknown = true;
                report.unknown += 1;
            }
        }
    }

    async fn restart_gateway(&mut self) -> anyhow::Result<()> {
        self.line.lead_to(None);
        pace::during(self.gateway.shutdown(GRACE)).await;
        self.line.cut();
        let (scope, running) = start_gateway(&self.folder).await?;
        self.gateway = scope;
        self.line.lead_to(Some(running));
        Ok(())
    }

    /// The app is closed and opened again.
    async fn reopen(&mut self) -> anyhow::Result<()> {
        pace::during(self.fleet.shutdown()).await;
        pace::during(self.life.shutdown(GRACE)).await;
        let (life, fleet, batches) = open_fleet(&self.folder, &self.line).await?;
        (self.life, self.fleet, self.batches) = (life, fleet, batches);
        Ok(())
    }

    /// The storm is over: in a while every fate is known.
    async fn heal(&mut self, report: &mut Report) -> anyhow::Result<()> {
        self.line.set(State::Clear);
        let open = [Fate::Queued, Fate::Sent, Fate::Acknowledged, Fate::Running];
        for step in 0..HEALING {
            while self.batches.try_recv().is_ok() {}
            self.look(report);
            if step % 240 == 239 {
                report.resent += self.resend().await;
            }
            if self.is_ready() && self.numbers(&open).is_empty() && self.unconfirmed().is_empty() {
                // What the node says of it is there too.
                pace::pass(Duration::from_secs(10), CLOSE).await;
                return Ok(());
            }
            pace::pass(CLOSE, CLOSE).await;
        }
        let state = self.fleet.core().read(LOCAL, |truth| format!("{:?}", truth.link.state));
        let state = state.context("the node is gone")?;
        let unconfirmed = self.unconfirmed();
        anyhow::bail!(
            "not well again: the link is {state}; unconfirmed are {unconfirmed:?}, open {}",
            self.open_rows(&open)
        );
    }

    /// The rows of messages with one of these fates, to be read by people.
    fn open_rows(&self, fates: &[Fate]) -> String {
        let rows = self.fleet.core().read(LOCAL, |truth| {
            let session = truth.session(&of().session)?;
            let rows = session.transcript.as_ref()?.rows.iter();
            let open: Vec<_> = rows.filter_map(|row| row.own()).filter(|own| fates.contains(&own.fate)).collect();
            Some(format!("{open:#?}, with the runs {:#?}", session.runs))
        });
        rows.flatten().unwrap_or_default()
    }

    /// What is known of a message, to be read by people.
    pub fn row_of(&self, number: usize) -> String {
        let (text, _) = words(number);
        let row = self.fleet.core().read(LOCAL, |truth| {
            let rows = truth.session(&of().session)?.transcript.as_ref()?.rows.iter();
            Some(format!("{:?}", rows.filter(|row| row.text() == text).collect::<Vec<_>>()))
        });
        row.flatten().unwrap_or_default()
    }

    fn is_ready(&self) -> bool {
        self.fleet.core().read(LOCAL, |truth| truth.is_ready()) == Some(true)
    }

    async fn end(self) {
        pace::during(self.fleet.shutdown()).await;
        pace::during(self.life.shutdown(GRACE)).await;
        pace::during(self.gateway.shutdown(GRACE)).await;
    }
}

async fn start_gateway(folder: &TempDir) -> anyhow::Result<(Scope, Gateway)> {
    let (scope, data) = (Scope::root("gateway"), folder.path().join("gateway"));
    let running = pace::during(Gateway::start(&scope, &data, Config::default_in(&data))).await?;
    Ok((scope, running))
}

async fn open_fleet(folder: &TempDir, line: &Arc<Line>) -> anyhow::Result<(Scope, Fleet, mpsc::Receiver<Batch>)> {
    let scope = Scope::root("fleet");
    let options = Options {
        home: Home::at(folder.path()),
        embedded: Some(line.embedded()),
        keys: Keys::system(&scope),
        clock: Arc::new(pace::Watch::default()),
        shared: false,
    };
    let fleet = pace::during(Fleet::start(&scope, options)).await?;
    let batches = fleet.attach("night");
    let watch = Watch { topics: vec![Topic::Transcript { of: of(), limit: 200 }] };
    pace::during(fleet.watch("night", watch)).await.map_err(|fault| anyhow::anyhow!(fault.message))?;
    Ok((scope, fleet, batches))
}
