//! A real OpenClaw gateway on loopback, with a fake model behind it: for one test, in a folder that is thrown away.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use uuid::Uuid;

use crate::fake_model::FakeModel;
use crate::part::Part;
use crate::running::Running;
use crate::wait::free_port;

/// It takes 8 to 14 seconds here when nothing else runs.
const READY_WITHIN: Duration = Duration::from_secs(150);

/// A running gateway. Everything of it ends when this is dropped.
pub struct OpenClaw {
    /// What its agents talk to.
    pub model: FakeModel,
    token: String,
    port: u16,
    node: PathBuf,
    program: PathBuf,
    folder: TempDir,
    gateway: Option<Running>,
}

/// Starts a gateway with two agents, `main` and `ops`.
///
/// # Errors
/// `Missing` where there is no OpenClaw; else what it said before it gave up.
pub async fn start() -> Result<OpenClaw> {
    OpenClaw::start(Callers::Local).await
}

/// How the gateway takes the clients of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callers {
    /// As on this machine: the token is enough.
    Local,
    /// By the `X-Forwarded-For` they send, as if from elsewhere: a new device must be paired.
    Forwarded,
}

impl OpenClaw {
    /// As `openclaw::start`, choosing how clients are taken.
    ///
    /// # Errors
    /// As `openclaw::start`.
    pub async fn start(callers: Callers) -> Result<OpenClaw> {
        let (program, node) = (Part::OpenClaw.find()?, Part::OpenClawNode.find()?);
        let mut claw = OpenClaw {
            model: FakeModel::start().await?,
            token: Uuid::new_v4().simple().to_string(),
            port: free_port().await?,
            node,
            program,
            folder: tempfile::tempdir()?,
            gateway: None,
        };
        claw.furnish(callers)?;
        claw.resume().await?;
        Ok(claw)
    }

    /// Its address, as a person would add it.
    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// The token that opens it.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Ends the gateway as a crash would. Its state stays for `resume`.
    pub fn kill(&mut self) {
        self.gateway = None;
    }

    /// Starts it again where it was, and waits until it answers.
    ///
    /// # Errors
    /// What it said, when it ends or is not ready in time.
    pub async fn resume(&mut self) -> Result<()> {
        let mut command = self.command();
        command.args(["gateway", "run", "--port", &self.port.to_string()]);
        let gateway = Running::start(&command, Stdio::null(), &self.folder.path().join("gateway.out"))?;
        let port = self.port;
        self.gateway = Some(gateway.until_ready("OpenClaw", READY_WITHIN, || is_ready(port)).await?);
        Ok(())
    }

    /// Runs its own command line against it, for example `["devices", "approve", id]`, and returns what it printed.
    ///
    /// # Errors
    /// What it said, when it fails.
    pub async fn cli(&self, arguments: &[&str]) -> Result<String> {
        let mut command = tokio::process::Command::from(self.command());
        let output = command.args(arguments).kill_on_drop(true).output().await?;
        if !output.status.success() {
            bail!("openclaw {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn command(&self) -> Command {
        let folder = self.folder.path();
        let mut command = Command::new(&self.node);
        command.arg(&self.program).current_dir(folder);
        command.env("HOME", folder.join("home")).env("OPENCLAW_STATE_DIR", folder.join("state"));
        command.env("OPENCLAW_CONFIG_PATH", folder.join("openclaw.json"));
        command.envs([("OPENCLAW_NO_AUTO_UPDATE", "1"), ("OPENCLAW_SKIP_CHANNELS", "1"), ("NO_COLOR", "1")]);
        command
    }

    fn furnish(&self, callers: Callers) -> Result<()> {
        for name in ["home", "state", "main", "ops"] {
            fs::create_dir_all(self.folder.path().join(name))?;
        }
        let text = serde_json::to_string_pretty(&self.config(callers))?;
        fs::write(self.folder.path().join("openclaw.json"), text).context("its configuration could not be written")
    }

    fn config(&self, callers: Callers) -> Value {
        let folder = self.folder.path();
        let proxies = if callers == Callers::Forwarded { json!(["127.0.0.1"]) } else { json!([]) };
        json!({
            "gateway": { "mode": "local", "bind": "loopback", "port": self.port,
                         "auth": { "mode": "token", "token": self.token }, "trustedProxies": proxies },
            "logging": { "file": folder.join("openclaw.log") },
            "models": { "mode": "replace", "providers": { "fake": {
                "baseUrl": self.model.url(), "apiKey": "sk-fake", "api": "openai-completions",
                "models": [model("fake-model"), model("fake-model-2")] } } },
            "agents": { "ownership": "explicit",
                "defaults": { "model": { "primary": "fake/fake-model" }, "skipBootstrap": true,
                              "heartbeat": { "every": "0m", "agentId": "main" }, "systemAgent": { "agentId": "main" } },
                "entries": {
                    "main": { "name": "Main", "workspace": folder.join("main") },
                    "ops": { "name": "Ops", "workspace": folder.join("ops"), "model": "fake/fake-model-2" } } } })
    }
}

fn model(id: &str) -> Value {
    json!({ "id": id, "name": id, "input": ["text"], "contextWindow": 128_000, "maxTokens": 8192,
            "cost": { "input": 1, "output": 2, "cacheRead": 0, "cacheWrite": 0 } })
}

/// Whether it answers its own readiness page with 200.
async fn is_ready(port: u16) -> bool {
    let ask = async {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
        socket.write_all(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").await?;
        let mut answer = [0; 12];
        socket.read_exact(&mut answer).await?;
        Ok::<bool, std::io::Error>(answer.ends_with(b" 200"))
    };
    matches!(timeout(Duration::from_secs(2), ask).await, Ok(Ok(true)))
}
