//! A real mcp-cli with its dashboard on loopback, with a fake model behind it: for one test, in a folder that is thrown
//! away.

use std::fs;
use std::io::PipeWriter;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use tempfile::TempDir;

use crate::fake_model::{FakeModel, MODELS};
use crate::part::Part;
use crate::running::Running;
use crate::wait::{free_port, listens};

/// It takes 5 seconds here when nothing else runs.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// A running dashboard. Everything of it ends when this is dropped.
pub struct McpCli {
    /// What its agent talks to.
    pub model: FakeModel,
    port: u16,
    program: PathBuf,
    folder: TempDir,
    running: Option<(Running, PipeWriter)>,
}

/// Starts one with its own agent and no tool server.
///
/// # Errors
/// `Missing` where there is no mcp-cli; else what it said before it gave up.
pub async fn start() -> Result<McpCli> {
    let program = Part::McpCli.find()?;
    let (model, port, folder) = (FakeModel::start().await?, free_port().await?, tempfile::tempdir()?);
    fs::write(folder.path().join("server_config.json"), r#"{"mcpServers": {}}"#)?;
    let mut cli = McpCli { model, port, program, folder, running: None };
    cli.resume().await?;
    Ok(cli)
}

impl McpCli {
    /// Its address, as a person would add it.
    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// Ends it as a crash would: it keeps nothing.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Starts it again where it was, and waits until it listens.
    ///
    /// # Errors
    /// What it said, when it ends or does not listen in time.
    pub async fn resume(&mut self) -> Result<()> {
        // The end of its input would end it.
        let (input, held) = std::io::pipe()?;
        let running = Running::start(&self.command(), input, &self.folder.path().join("said.out"))?;
        let port = self.port;
        let ready = running.until_ready("mcp-cli", READY_WITHIN, || listens(port)).await?;
        self.running = Some((ready, held));
        Ok(())
    }

    /// It speaks to a terminal only: `script` is one.
    fn command(&self) -> Command {
        let (folder, home) = (self.folder.path(), self.folder.path().join("home"));
        let words = format!(
            "exec '{}' chat --config-file server_config.json --provider openai --model {} --dashboard --no-browser \
             --dashboard-port {} --multi-agent --confirm-mode smart",
            self.program.display(),
            MODELS[0],
            self.port
        );
        let mut command = Command::new("script");
        command.args(["--quiet", "--flush", "--return", "--command", &words, "/dev/null"]).current_dir(folder);
        command.env("HOME", &home).env("XDG_CONFIG_HOME", home.join(".config"));
        command.envs([("TERM", "xterm"), ("NO_COLOR", "1"), ("BROWSER", "true"), ("HF_HUB_OFFLINE", "1")]);
        command.env("OPENAI_API_KEY", "sk-fake");
        command.env("OPENAI_API_BASE", self.model.url()).env("OPENAI_BASE_URL", self.model.url());
        command
    }
}
