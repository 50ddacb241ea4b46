//! What can be asked of the log, and how a session is written down.

use clap::{Args as ClapArgs, ValueEnum};

/// What of the log is wanted.
#[derive(Debug, Clone, ClapArgs)]
pub struct LogWanted {
    #[command(flatten)]
    pub among: Among,
    /// Only what reached us before then.
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// Only events whose name is this, or begins so: `run.finished`, `tool.*`; may be given several times.
    #[arg(long = "event", value_name = "NAME")]
    pub events: Vec<String>,
    /// Only lines that hold this text, case ignored.
    #[arg(long, value_name = "TEXT")]
    pub grep: Option<String>,
    /// At most so many, the newest; without --since 100.
    #[arg(long, short = 'n', value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub limit: Option<u32>,
    /// Play it again with its pauses, so many times as fast; a pause is never longer than two seconds.
    #[arg(long, value_name = "SPEED", num_args = 0..=1, default_missing_value = "1")]
    pub replay: Option<f64>,
}

/// Whose and since when.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct Among {
    /// Only this node; may be given several times.
    #[arg(long = "node", value_name = "NODE")]
    pub nodes: Vec<String>,
    /// Only this agent, by the id that `pilot agents` shows; may be given several times.
    #[arg(long = "agent", value_name = "AGENT")]
    pub agents: Vec<String>,
    /// Only this session; may be given several times.
    #[arg(long = "session", value_name = "SESSION")]
    pub sessions: Vec<String>,
    /// Only what reached us then or later.
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
}

/// How a session is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportForm {
    Markdown,
    Jsonl,
}
