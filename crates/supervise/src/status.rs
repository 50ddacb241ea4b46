//! What can be said about a task: its state now, its end, the report of an end. Plain data, no behaviour.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

/// One task as it stands now; a line of the status list.
#[derive(Clone, Debug)]
pub struct TaskStatus {
    /// The names from the root down to the task, joined by `/`: `fleet/link homelab/reader`.
    pub path: String,
    pub state: State,
    /// When the task entered this state.
    pub since: Instant,
    /// How often it was started again after a failure.
    pub restarts: u32,
    /// How it ended last; `None` while it has never ended.
    pub last_end: Option<End>,
}

/// What a task is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    /// It failed and starts again at this time.
    BackingOff {
        until: Instant,
    },
    /// It ended as it should. Such a task leaves the status list with its report.
    Finished,
    /// It ended in an error or a panic and will not start again.
    Failed,
    /// It was ended from outside: by a shutdown whose grace was over, or with its runtime.
    Aborted,
}

/// How a task ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Finished,
    /// The task's own error, or why its end counts as one.
    Failed(String),
    /// The message of the panic.
    Panicked(String),
    Aborted,
}

/// The end of a task, or of one life of a task that starts again.
#[derive(Clone, Debug)]
pub struct Report {
    /// As in [`TaskStatus::path`].
    pub path: String,
    pub end: End,
    /// How often the task had been started again before this end.
    pub restarts: u32,
    /// The pause before it starts again; `None` when it is over for good.
    pub restart_in: Option<Duration>,
}

impl End {
    /// The state a task is in after this end.
    pub fn state(&self) -> State {
        match self {
            End::Finished => State::Finished,
            End::Failed(_) | End::Panicked(_) => State::Failed,
            End::Aborted => State::Aborted,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Finished => f.write_str("finished"),
            End::Failed(why) => write!(f, "failed: {why}"),
            End::Panicked(message) => write!(f, "panicked: {message}"),
            End::Aborted => f.write_str("aborted"),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Running => f.write_str("running"),
            State::BackingOff { until } => {
                let rest = until.saturating_duration_since(Instant::now());
                write!(f, "backing off for {:.1} s", rest.as_secs_f64())
            }
            State::Finished => f.write_str("finished"),
            State::Failed => f.write_str("failed"),
            State::Aborted => f.write_str("aborted"),
        }
    }
}

impl fmt::Display for TaskStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.state)?;
        if self.restarts > 0 {
            write!(f, ", {} restarts", self.restarts)?;
        }
        match &self.last_end {
            Some(end) => write!(f, ", last {end}"),
            None => Ok(()),
        }
    }
}
