//! A connection through the system's `ssh`, with the person's own configuration, agent, jump hosts and known hosts.
//! One process a connection, whose standard input and output are the stream (`ssh -W`): no port is opened here that
//! others on this computer could use, and it ends with the connection. It never asks: there is nobody to answer.

mod words;

use std::ffi::OsString;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::{Sleep, sleep};

use crate::address::Address;
use crate::failure::{Failure, Told};
use crate::route::SshHost;

/// How long `ssh` may take to reach its server, seconds.
const CONNECT_LIMIT: u64 = 10;
/// How long the last words of an `ssh` that ended are waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How much of what it says is kept, bytes; the end counts.
const SAID_MOST: usize = 8 * 1024;

/// How `ssh` is started: the program, and arguments before ours.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub file: OsString,
    pub first: Vec<OsString>,
}

impl Default for Program {
    fn default() -> Program {
        Program { file: "ssh".into(), first: Vec::new() }
    }
}

/// The stream through one `ssh` process. Dropping it ends the process.
pub(crate) struct Tunnel {
    via: SshHost,
    far: String,
    /// Held: the process ends when this is dropped.
    _child: Child,
    input: ChildStdin,
    output: ChildStdout,
    errors: Option<ChildStderr>,
    said: Vec<u8>,
    /// Set when the stream is over and only the reason is missing.
    patience: Option<Pin<Box<Sleep>>>,
}

/// Starts `ssh` to that server and has it connect to the address as it sees it. Whether that works shows with the
/// first byte: it has no other way to say so.
pub(crate) fn open(program: &Program, via: &SshHost, address: &Address) -> Result<Tunnel, Failure> {
    let far = address.authority();
    let mut child = command(program, via, &far).spawn().map_err(|error| no_ssh(&error))?;
    let (Some(input), Some(output), Some(errors)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(Failure::Away("ssh was started without its streams".to_owned()));
    };
    let (via, errors) = (via.clone(), Some(errors));
    Ok(Tunnel { via, far, _child: child, input, output, errors, said: Vec::new(), patience: None })
}

fn command(program: &Program, via: &SshHost, far: &str) -> Command {
    let mut command = Command::new(&program.file);
    command.args(&program.first).args(["-o", "BatchMode=yes", "-o", &format!("ConnectTimeout={CONNECT_LIMIT}")]);
    if let Some(port) = via.port() {
        command.args(["-p", &port.to_string()]);
    }
    command.args(["-W", far, "--", &via.destination()]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

fn no_ssh(error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::NotFound => Failure::Wrong(
            "this route goes through SSH, but there is no `ssh` program here; install the OpenSSH client".to_owned(),
        ),
        _ => Failure::Away(format!("`ssh` cannot be started: {error}")),
    }
}

impl Tunnel {
    /// Takes in what `ssh` says beside the stream. Ready when it says no more.
    fn poll_said(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Some(errors) = &mut self.errors {
            let mut room = [0; 1024];
            let mut buffer = ReadBuf::new(&mut room);
            let read = ready!(Pin::new(errors).poll_read(cx, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                self.errors = None;
            }
            self.said.extend_from_slice(buffer.filled());
            let surplus = self.said.len().saturating_sub(SAID_MOST);
            self.said.drain(..surplus);
        }
        Poll::Ready(())
    }

    /// The stream is over: waits for the last words, and makes an error of them where `ssh` is to blame.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Error>> {
        let patience = self.patience.get_or_insert_with(|| Box::pin(sleep(LAST_WORDS)));
        let impatient = patience.as_mut().poll(cx).is_ready();
        if self.poll_said(cx).is_pending() && !impatient {
            return Poll::Pending;
        }
        let said = String::from_utf8_lossy(&self.said);
        let failure = words::explain(&said, &self.via, &self.far);
        Poll::Ready(failure.map(|failure| io::Error::other(Told(failure))))
    }
}

impl AsyncRead for Tunnel {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let tunnel = self.get_mut();
        if tunnel.patience.is_none() {
            // Ready or not: whoever reads is woken by either stream.
            let _ = tunnel.poll_said(cx);
            let before = buf.filled().len();
            ready!(Pin::new(&mut tunnel.output).poll_read(cx, buf))?;
            if buf.filled().len() > before || buf.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
        }
        match ready!(tunnel.poll_end(cx)) {
            Some(error) => Poll::Ready(Err(error)),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let tunnel = self.get_mut();
        match ready!(Pin::new(&mut tunnel.input).poll_write(cx, buf)) {
            Ok(written) => Poll::Ready(Ok(written)),
            // It ended before we could say anything; why, it says on its other stream.
            Err(error) => Poll::Ready(Err(ready!(tunnel.poll_end(cx)).unwrap_or(error))),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().input).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().input).poll_shutdown(cx)
    }
}
