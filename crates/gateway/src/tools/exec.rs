//! `exec`: one shell command in the workspace, with a person's approval. Its
//! whole process group ends with it.

use std::io;
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures_util::future::BoxFuture;
use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::error::Elapsed;
use wire::approval::Kind;

use super::{Ask, Bench, Tool, ToolError, arguments, cut};
use crate::model::ToolSpec;

/// Characters of stdout and of stderr that are told.
const MAX_OUTPUT: usize = 10_000;
const DEFAULT_SECS: u64 = 60;
const MAX_SECS: u64 = 600;
/// How long the rest of the output may take once the shell has ended.
const DRAIN: Duration = Duration::from_millis(500);
/// Variables that a command gets; anything else of ours could be a key, or
/// lead to the keyring.
const PASSED_ON: [&str; 9] = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ", "TMPDIR"];

pub(super) struct Exec;

#[derive(Deserialize)]
struct Arguments {
    command: String,
    timeout_secs: Option<u64>,
}

impl Tool for Exec {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "exec",
            description: "Runs a shell command in the workspace and gives its output. A person is asked first.",
            schema: json!({"type": "object", "required": ["command"], "properties": {
                "command": {"type": "string"},
                "timeout_secs": {"type": "integer", "minimum": 1, "maximum": MAX_SECS},
            }}),
        }
    }

    fn ask(&self, bench: &Bench, told: &Value) -> Result<Option<Ask>, ToolError> {
        let told: Arguments = arguments(told)?;
        if told.command.trim().is_empty() || told.command.contains('\0') {
            return Err(ToolError::new("There is no command to run."));
        }
        bench.workspace.root()?;
        Ok(Some(Ask { kind: Kind::Exec, rule: told.command.clone(), command: told.command, path: None, preview: None }))
    }

    fn run<'a>(&'a self, bench: &'a Bench, told: Value) -> BoxFuture<'a, Result<Value, ToolError>> {
        Box::pin(async move {
            let told: Arguments = arguments(&told)?;
            let patience = Duration::from_secs(told.timeout_secs.unwrap_or(DEFAULT_SECS).clamp(1, MAX_SECS));
            let mut group = Group::start(bench, &told.command)
                .map_err(|error| ToolError(format!("The command cannot be started: {error}.")))?;
            group.finish(patience).await
        })
    }
}

/// A running command with all it starts; dropping it ends them all.
struct Group {
    shell: Box<dyn ChildWrapper>,
    ended: bool,
}

impl Group {
    fn start(bench: &Bench, command: &str) -> io::Result<Self> {
        let root = bench.workspace.root().map_err(io::Error::other)?;
        let mut wrapped = CommandWrap::with_new("sh", |shell| {
            shell
                .arg("-c")
                .arg(command)
                .current_dir(root)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .env_clear()
                .env("TERM", "dumb")
                .envs(PASSED_ON.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        });
        #[cfg(unix)]
        wrapped.wrap(process_wrap::tokio::ProcessGroup::leader());
        wrapped.wrap(KillOnDrop);
        let shell = wrapped.spawn()?;
        Ok(Self { shell, ended: false })
    }

    /// Waits for the end of the shell, then ends what it left behind.
    async fn finish(&mut self, patience: Duration) -> Result<Value, ToolError> {
        let (mut out, mut err) = (Captured::default(), Captured::default());
        let pipes = (self.shell.stdout().take(), self.shell.stderr().take());
        let status = {
            let reading = async { tokio::join!(out.read(pipes.0), err.read(pipes.1)) };
            tokio::pin!(reading);
            let (status, all_read) = self.ended_within(patience, reading.as_mut()).await;
            // What is still in the group holds the pipes open; what has left
            // the group is not waited for.
            self.end();
            if !all_read {
                let _ = tokio::time::timeout(DRAIN, reading).await;
            }
            status
        };
        let ((stdout, out_whole), (stderr, err_whole)) = (out.told(), err.told());
        match status {
            Ok(Ok(status)) => Ok(json!({
                "exit_code": status.code(), "stdout": stdout, "stderr": stderr,
                "truncated": !(out_whole && err_whole),
            })),
            Ok(Err(error)) => Err(ToolError(format!("The command was lost: {error}."))),
            Err(_) => Err(ToolError(format!(
                "The command was ended after {} seconds. Its output so far:\n{stdout}{stderr}",
                patience.as_secs()
            ))),
        }
    }

    /// Waits for the shell while its output is read; also gives whether the
    /// output ended first.
    async fn ended_within<R>(
        &mut self,
        patience: Duration,
        mut reading: Pin<&mut impl Future<Output = R>>,
    ) -> (Result<io::Result<ExitStatus>, Elapsed>, bool) {
        let ending = tokio::time::timeout(patience, self.shell.inner_mut().wait());
        tokio::pin!(ending);
        tokio::select! {
            status = &mut ending => (status, false),
            _ = &mut reading => (ending.await, true),
        }
    }

    fn end(&mut self) {
        if !std::mem::replace(&mut self.ended, true) {
            // An empty group is the usual case.
            let _ = self.shell.start_kill();
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

/// The beginning of what a command wrote to one pipe.
#[derive(Default)]
struct Captured {
    kept: Vec<u8>,
    lost: bool,
}

impl Captured {
    /// Reads to the end, so that the command never waits for us.
    async fn read(&mut self, pipe: Option<impl AsyncRead + Unpin>) {
        let Some(mut pipe) = pipe else { return };
        let mut piece = vec![0; 8192];
        while let Ok(length @ 1..) = pipe.read(&mut piece).await {
            let room = (4 * MAX_OUTPUT).saturating_sub(self.kept.len()).min(length);
            self.lost |= room < length;
            self.kept.extend_from_slice(&piece[..room]);
        }
    }

    fn told(&self) -> (String, bool) {
        let (text, fits) = cut(&String::from_utf8_lossy(&self.kept), MAX_OUTPUT);
        (text, fits && !self.lost)
    }
}
