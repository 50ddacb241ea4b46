//! One start of the app, timed from outside: from the moment before its exec until its log says that the nodes are on
//! the screen. The log's own times are not used: they begin only once the program runs.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use testkit::desk::Desk;

/// What the app's log says, in this order.
const THERE: &str = "the window is there";
const PAINTED: &str = "the nodes are on the screen";

/// A running app.
pub struct App {
    child: Child,
    /// Read no further, and kept open: an app whose log nobody takes must not be ended by that.
    _log: BufReader<ChildStderr>,
    /// From exec until the window is there, and until the nodes are on the screen.
    pub there: Duration,
    pub painted: Duration,
}

impl App {
    /// Starts it and waits until it shows its nodes.
    pub fn start(desk: &Desk, app: &Path) -> Result<App> {
        let mut command = desk.command(app);
        command.env("PILOTHOUSE_LOG", "info,zbus=warn").stdin(Stdio::null()).stdout(Stdio::null());
        let exec = Instant::now();
        let mut child = command.stderr(Stdio::piped()).spawn().context("the app did not start")?;
        let mut log = BufReader::new(child.stderr.take().context("its log is piped")?);
        let there = said(&mut log, THERE, exec)?;
        let painted = said(&mut log, PAINTED, exec)?;
        Ok(App { child, _log: log, there, painted })
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends it as the end of the desktop session does.
    pub async fn close(mut self) -> Result<()> {
        crate::end(&mut self.child).await
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // Gone already when it was closed.
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn said(log: &mut BufReader<ChildStderr>, words: &str, since: Instant) -> Result<Duration> {
    let mut line = String::new();
    while log.read_line(&mut line)? > 0 {
        if line.contains(words) {
            return Ok(since.elapsed());
        }
        line.clear();
    }
    bail!("the app ended before its log said that {words}")
}
