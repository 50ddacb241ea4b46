//! What a link's handles and its task both see: the state, what is wished, and the listener.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;

use crate::call::Ability;
use crate::clock::unix_ms;
use crate::event::{Body, Event, NodeState};
use crate::failure::in_words;
use crate::target::{Sink, Target};

pub(crate) struct Shared {
    state: watch::Sender<NodeState>,
    wish: Mutex<Wish>,
    sink: Arc<dyn Sink>,
    /// Microseconds; 0 while unknown.
    latency: AtomicU64,
    /// What the node can be asked, as the last handshake said.
    abilities: Mutex<Arc<[Ability]>>,
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
            abilities: Mutex::new(Arc::from([])),
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
        self.state.send_if_modified(|present| {
            let other = present != state;
            if other {
                present.clone_from(state);
            }
            other
        })
    }

    /// Moves to a state and tells the listener, unless it is the present one.
    pub fn publish(&self, state: NodeState) {
        let state = in_words(state);
        if self.enter(&state) {
            self.deliver(&mut vec![Event::new(unix_ms(), Body::NodeState(state))]);
        }
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
        Wish { paused: wish.paused, retry: std::mem::take(&mut wish.retry), target: wish.target.take() }
    }

    pub fn latency(&self) -> Option<Duration> {
        let micros = self.latency.load(Ordering::Relaxed);
        let ready = matches!(*self.state.borrow(), NodeState::Ready { .. });
        (micros > 0 && ready).then(|| Duration::from_micros(micros))
    }

    pub fn set_latency(&self, way: Duration) {
        let micros = u64::try_from(way.as_micros()).unwrap_or(u64::MAX).max(1);
        self.latency.store(micros, Ordering::Relaxed);
    }

    pub fn abilities(&self) -> Arc<[Ability]> {
        self.abilities.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set_abilities(&self, abilities: Vec<Ability>) {
        *self.abilities.lock().unwrap_or_else(PoisonError::into_inner) = abilities.into();
    }

    /// Keeps a device token for the next connection, and hands it to whoever keeps it for longer.
    pub fn hand_over(&self, token: SecretString, target: &mut Target) {
        let present = target.credentials.device_token.as_ref();
        if present.is_some_and(|present| present.expose_secret() == token.expose_secret()) {
            return;
        }
        target.tape.keep_out_one(&token);
        target.credentials.device_token = Some(token.clone());
        if let Some(on_token) = &target.on_token {
            on_token(token);
        }
    }
}
