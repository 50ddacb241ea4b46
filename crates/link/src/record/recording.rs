//! A recording under way: every crossing is looked through, numbered by its time and written as one line at once, so
//! that one that is cut short is good up to there. Its lines are read by [`crate::decode`].

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use secrecy::SecretString;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;

use super::redact::{Redactor, Removed, Texts};
use super::{Crossed, Recorder};
use crate::clock::unix_ms;
use crate::dialect::Kind;

/// What a recording says of itself on its first line.
#[derive(Debug, Clone, Serialize)]
pub struct Begun {
    /// This program's version.
    pub pilothouse: String,
    /// Unix milliseconds of the recording's time 0.
    pub begun_ms: i64,
    /// What became of what was said.
    pub texts: &'static str,
}

impl Begun {
    /// Now.
    pub fn now(texts: Texts) -> Begun {
        let texts = match texts {
            Texts::Filled => "filled",
            Texts::Kept => "kept",
        };
        Begun { pilothouse: env!("CARGO_PKG_VERSION").to_owned(), begun_ms: unix_ms(), texts }
    }
}

/// What a recording holds so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub frames_in: u64,
    pub frames_out: u64,
    /// Sockets that were open.
    pub connections: u64,
    /// Bytes that were written whole.
    pub bytes: u64,
    pub removed: Removed,
    /// The dialect of the frames, once a socket opened.
    pub dialect: Option<&'static str>,
    /// Why no more is written.
    pub fault: Option<String>,
}

/// A recorder that writes lines.
pub struct Recording<W> {
    inner: Mutex<Inner<W>>,
    tally: watch::Sender<Tally>,
    begun: Instant,
}

struct Inner<W> {
    out: W,
    redactor: Redactor,
}

impl<W: Write + Send> Recording<W> {
    /// Begins one with its first line.
    pub fn begin(out: W, redactor: Redactor, begun: &Begun) -> Recording<W> {
        let inner = Mutex::new(Inner { out, redactor });
        let recording = Recording { inner, tally: watch::Sender::new(Tally::default()), begun: Instant::now() };
        recording.write("meta", serde_json::to_string(begun).unwrap_or_default());
        recording
    }

    /// What it holds, now and whenever that changes.
    pub fn tally(&self) -> watch::Receiver<Tally> {
        self.tally.subscribe()
    }

    /// Adds a line; after a fault nothing is written any more, because what follows would not fit.
    fn write(&self, dir: &str, frame: String) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if self.tally.borrow().fault.is_some() {
            return;
        }
        let line = format!("{{\"dir\":\"{dir}\",\"t_ms\":{},\"frame\":{frame}}}\n", self.begun.elapsed().as_millis());
        let written = inner.out.write_all(line.as_bytes()).and_then(|()| inner.out.flush());
        let removed = inner.redactor.removed();
        self.tally.send_modify(|tally| {
            tally.removed = removed;
            match written {
                Ok(()) => {
                    tally.bytes += line.len() as u64;
                    tally.frames_in += u64::from(dir == "in");
                    tally.frames_out += u64::from(dir == "out");
                }
                Err(error) => tally.fault = Some(error.to_string()),
            }
        });
    }

    fn with_redactor<T>(&self, work: impl FnOnce(&mut Redactor) -> T) -> T {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner).redactor)
    }

    fn of(&self, kind: Kind) {
        self.with_redactor(|redactor| redactor.is_of(kind));
        self.tally.send_modify(|tally| tally.dialect = Some(kind.name()));
    }
}

impl<W: Write + Send> Recorder for Recording<W> {
    fn record(&self, crossed: Crossed<'_>) {
        match crossed {
            Crossed::Opened { kind } => {
                self.of(kind);
                self.tally.send_modify(|tally| tally.connections += 1);
                self.write("meta", serde_json::json!({"opened": kind.name()}).to_string());
            }
            Crossed::In(text) => self.write("in", self.with_redactor(|redactor| redactor.frame(text))),
            Crossed::Out(text) => self.write("out", self.with_redactor(|redactor| redactor.frame(text))),
            Crossed::Refused { kind, status, body } => {
                self.of(kind);
                let body = self.with_redactor(|redactor| redactor.sentence(body));
                self.write("meta", serde_json::json!({"upgrade_refused": status, "body": body}).to_string());
            }
            Crossed::Closed { code, reason } => {
                let reason = self.with_redactor(|redactor| redactor.sentence(reason));
                self.write("close", serde_json::json!({"code": code, "reason": reason}).to_string());
            }
        }
    }

    fn keep_out(&self, secret: &SecretString) {
        self.with_redactor(|redactor| redactor.keep_out(secret));
    }
}
