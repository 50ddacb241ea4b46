//! What a link's handles and its task both see: the state, what is wished, and the listener.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;

use crate::event::{Event, NodeState};
use crate::target::{Sink, Target};

pub(crate) struct Shared {
    state: watch::Sender<NodeState>,
    wish: Mutex<Wish>,
    sink: Arc<dyn Sink>,
    /// Microseconds; 0 while unknown.
    latency: AtomicU64,
    /// Whether the present connection passed its handshake.
    usable: AtomicBool,
}

/// What a person wants of a link.
#[derive(Default)]
pub(crate) struct Wish {
    pub paused: bool,
    /// Once: now instead of later.
    pub retry: bool,
    /// Once: another target.
    pub target: Option<Target>,
}

impl Shared {
    pub fn new(sink: Arc<dyn Sink>) -> Shared {
        Shared {
            state: watch::Sender::new(NodeState::Idle),
            wish: Mutex::default(),
            sink,
            latency: AtomicU64::new(0),
            usable: AtomicBool::new(false),
        }
    }

    pub fn state(&self) -> NodeState {
        self.state.borrow().clone()
    }

    pub fn states(&self) -> watch::Receiver<NodeState> {
        self.state.subscribe()
    }

    /// Moves to a state. Whether it is another one than before.
    pub fn enter(&self, state: &NodeState) -> bool {
        if !matches!(state, NodeState::Ready { .. }) {
            self.usable.store(false, Ordering::Relaxed);
        }
        self.state.send_if_modified(|present| {
            let other = present != state;
            if other {
                present.clone_from(state);
            }
            other
        })
    }

    pub fn usable(&self) -> bool {
        self.usable.load(Ordering::Relaxed)
    }

    pub fn set_usable(&self) {
        self.usable.store(true, Ordering::Relaxed);
    }

    pub fn deliver(&self, events: &mut Vec<Event>) {
        if !events.is_empty() {
            self.sink.deliver(events);
            // A listener that forgot to take them shall not see them twice.
            events.clear();
        }
    }

    pub fn change_wish(&self, change: impl FnOnce(&mut Wish)) {
        change(&mut self.wish.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The wish; what was wished once is taken.
    pub fn take_wish(&self) -> Wish {
        let mut wish = self.wish.lock().unwrap_or_else(PoisonError::into_inner);
        Wish {
            paused: wish.paused,
            retry: std::mem::take(&mut wish.retry),
            target: wish.target.take(),
        }
    }

    pub fn latency(&self) -> Option<Duration> {
        let micros = self.latency.load(Ordering::Relaxed);
        (micros > 0 && self.usable()).then(|| Duration::from_micros(micros))
    }

    pub fn set_latency(&self, way: Duration) {
        let micros = u64::try_from(way.as_micros()).unwrap_or(u64::MAX).max(1);
        self.latency.store(micros, Ordering::Relaxed);
    }

    /// Keeps a device token for the next connection, and hands it to whoever keeps it for longer.
    pub fn hand_over(&self, token: SecretString, target: &mut Target) {
        let present = target.credentials.device_token.as_ref();
        if present.is_some_and(|present| present.expose_secret() == token.expose_secret()) {
            return;
        }
        target.credentials.device_token = Some(token.clone());
        if let Some(on_token) = &target.on_token {
            on_token(token);
        }
    }
}
