//! What crosses a link's sockets, told to whoever records it; and a recording that can be shown to strangers.
//!
//! What is absent: no file is opened here, and nothing is written that was not looked through first ([`redact`]).

mod filler;
mod given;
mod names;
mod piece;
mod pseudonym;
mod recording;
mod redact;
mod secret;
mod walk;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::{ExposeSecret, SecretString};

use crate::dialect::{Credentials, Kind};

pub use recording::{Begun, Recording, Tally};
pub use redact::{Person, Redactor, Removed, Texts};

/// What crossed a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crossed<'a> {
    /// A socket opened, or was open when recording began, to a gateway of this vendor.
    Opened { kind: Kind },
    /// A text frame came in.
    In(&'a str),
    /// A text frame was put in line to go out.
    Out(&'a str),
    /// The gateway answered with another HTTP status than a socket's.
    Refused { kind: Kind, status: u16, body: &'a str },
    /// The socket closed.
    Closed { code: Option<u16>, reason: &'a str },
}

/// Who records. Called on the link's own task.
pub trait Recorder: Send + Sync {
    /// Takes down what crossed.
    fn record(&self, crossed: Crossed<'_>);

    /// A secret of this node: it must stand in no recording.
    fn keep_out(&self, secret: &SecretString);
}

/// The place of a node's recorder. Clones mean the same place; nobody need record, and then it costs a glance a frame.
#[derive(Clone, Default)]
pub struct Tape {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    on: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    recorder: Option<Arc<dyn Recorder>>,
    /// What the connection is made with.
    secrets: Vec<SecretString>,
    /// The vendor of the gateway whose socket is open.
    open: Option<Kind>,
}

impl Tape {
    /// From now on this one records; one before it does no longer. A socket that is open is told as if it opened now.
    pub fn begin(&self, recorder: Arc<dyn Recorder>) {
        let mut state = self.state();
        state.secrets.iter().for_each(|secret| recorder.keep_out(secret));
        if let Some(kind) = state.open {
            recorder.record(Crossed::Opened { kind });
        }
        state.recorder = Some(recorder);
        self.inner.on.store(true, Ordering::Release);
    }

    /// Nobody records any more.
    pub fn end(&self) {
        self.inner.on.store(false, Ordering::Release);
        self.state().recorder = None;
    }

    pub(crate) fn tell(&self, crossed: Crossed<'_>) {
        // What is open must be known to a recorder that comes later, too.
        let open = match crossed {
            Crossed::Opened { kind } => Some(Some(kind)),
            Crossed::Closed { .. } => Some(None),
            _ => None,
        };
        if open.is_none() && !self.inner.on.load(Ordering::Acquire) {
            return;
        }
        // Under the lock: what crosses two sockets of a node is told in one order.
        let mut state = self.state();
        state.open = open.unwrap_or(state.open);
        if let Some(recorder) = &state.recorder {
            recorder.record(crossed);
        }
    }

    /// What a connection is about to be made with.
    pub(crate) fn keep_out(&self, credentials: &Credentials) {
        let Credentials { key, device, device_token } = credentials;
        [key, device, device_token].into_iter().flatten().for_each(|secret| self.keep_out_one(secret));
    }

    pub(crate) fn keep_out_one(&self, secret: &SecretString) {
        let mut state = self.state();
        if state.secrets.iter().any(|known| known.expose_secret() == secret.expose_secret()) {
            return;
        }
        state.secrets.push(secret.clone());
        if let Some(recorder) = &state.recorder {
            recorder.keep_out(secret);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape").field("on", &self.inner.on).finish_non_exhaustive()
    }
}
