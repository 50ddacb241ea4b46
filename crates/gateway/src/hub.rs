//! Who is connected and what they want to be told.
//!
//! Every event is written once and queued for each client that wants it. A
//! queue is bounded: a client that does not keep up is cut off with a reason,
//! because a gap that nobody mentions is worse than a new start.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;
use wire::connect::{ClientInfo, Form};
use wire::event::{self, ClientPresence, ClientPresenceKind};
use wire::{Scope, frame};

/// Frames that may wait for one client.
pub(crate) const QUEUE: usize = 512;

/// All clients.
#[derive(Default)]
pub(crate) struct Hub {
    inner: Mutex<Inner>,
    /// Frames that slow clients did not get, since the start.
    dropped: AtomicU64,
}

#[derive(Default)]
struct Inner {
    seq: u64,
    clients: BTreeMap<String, Arc<Client>>,
}

/// One connected client.
pub(crate) struct Client {
    pub conn_id: String,
    pub info: ClientInfo,
    pub scopes: Vec<Scope>,
    pub since: Instant,
    pub queue: mpsc::Sender<Message>,
    /// Cancelled when it did not keep up.
    pub lagged: CancellationToken,
    pub dropped: AtomicU64,
    last_activity: Mutex<Instant>,
    wants: Mutex<Wants>,
}

enum Wants {
    Everything,
    Named(BTreeSet<String>),
}

impl Client {
    pub fn new(info: ClientInfo, form: Form, queue: mpsc::Sender<Message>) -> Self {
        let wants = match form {
            Form::V4 => Wants::Named(BTreeSet::new()),
            Form::Flat => Wants::Everything,
        };
        Self {
            conn_id: uuid::Uuid::new_v4().to_string(),
            info,
            scopes: Scope::ALL.to_vec(),
            since: Instant::now(),
            queue,
            lagged: CancellationToken::new(),
            dropped: AtomicU64::new(0),
            last_activity: Mutex::new(Instant::now()),
            wants: Mutex::new(wants),
        }
    }

    pub fn note_activity(&self) {
        *self.last_activity.lock() = Instant::now();
    }

    pub fn idle_secs(&self) -> u64 {
        self.last_activity.lock().elapsed().as_secs()
    }

    /// Adds to what it wants; a client that wanted everything wants only these
    /// from now on. Gives all that it wants then.
    pub fn subscribe(&self, events: Vec<String>) -> Vec<String> {
        let mut wants = self.wants.lock();
        if events.iter().any(|name| name == event::name::EVERYTHING) {
            *wants = Wants::Everything;
            return vec![event::name::EVERYTHING.to_owned()];
        }
        match &mut *wants {
            Wants::Named(named) => named.extend(events),
            Wants::Everything => *wants = Wants::Named(events.into_iter().collect()),
        }
        match &*wants {
            Wants::Named(named) => named.iter().cloned().collect(),
            Wants::Everything => Vec::new(),
        }
    }

    /// Takes events away; `None` takes all.
    pub fn unsubscribe(&self, events: Option<&[String]>) {
        let mut wants = self.wants.lock();
        match (&mut *wants, events) {
            (Wants::Named(named), Some(events)) => named.retain(|name| !events.contains(name)),
            (wants, _) => *wants = Wants::Named(BTreeSet::new()),
        }
    }

    fn wants(&self, name: &str) -> bool {
        let guarded = name.starts_with("exec.approval.") && !Scope::Approvals.is_covered_by(&self.scopes);
        let wanted = match &*self.wants.lock() {
            Wants::Everything => true,
            Wants::Named(named) => named.contains(name),
        };
        wanted && !guarded
    }
}

impl Hub {
    /// Tells everybody who wants it.
    pub fn broadcast(&self, name: &str, payload: &impl Serialize) {
        let mut inner = self.inner.lock();
        inner.seq += 1;
        let wanting: Vec<Arc<Client>> =
            inner.clients.values().filter(|client| client.wants(name)).map(Arc::clone).collect();
        if wanting.is_empty() {
            return;
        }
        let Some(message) = written(name, payload, inner.seq) else {
            return;
        };
        for client in wanting {
            self.queue(&mut inner, &client, message.clone());
        }
    }

    /// Tells one client, whether it wants it or not.
    pub fn tell(&self, client: &Arc<Client>, name: &str, payload: &impl Serialize) {
        let mut inner = self.inner.lock();
        inner.seq += 1;
        if let Some(message) = written(name, payload, inner.seq) {
            self.queue(&mut inner, client, message);
        }
    }

    pub fn next_seq(&self) -> u64 {
        let mut inner = self.inner.lock();
        inner.seq += 1;
        inner.seq
    }

    pub fn add(&self, client: &Arc<Client>) {
        self.inner.lock().clients.insert(client.conn_id.clone(), Arc::clone(client));
        self.broadcast(event::name::PRESENCE, &presence(client, ClientPresenceKind::Connected));
    }

    pub fn remove(&self, client: &Arc<Client>) {
        self.inner.lock().clients.remove(&client.conn_id);
        self.broadcast(event::name::PRESENCE, &presence(client, ClientPresenceKind::Disconnected));
    }

    pub fn clients(&self) -> Vec<Arc<Client>> {
        self.inner.lock().clients.values().cloned().collect()
    }

    pub fn count(&self) -> u64 {
        self.inner.lock().clients.len() as u64
    }

    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn queue(&self, inner: &mut Inner, client: &Arc<Client>, message: Message) {
        if client.queue.try_send(message).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            client.dropped.fetch_add(1, Ordering::Relaxed);
            client.lagged.cancel();
            // Nothing more for it: what follows a gap would only mislead.
            inner.clients.remove(&client.conn_id);
        }
    }
}

fn written(name: &str, payload: &impl Serialize, seq: u64) -> Option<Message> {
    match serde_json::to_string(&frame::Event { event: name, payload, seq }) {
        Ok(text) => Some(Message::text(text)),
        Err(error) => {
            tracing::error!(event = name, %error, "an event could not be written");
            None
        }
    }
}

fn presence(client: &Client, kind: ClientPresenceKind) -> ClientPresence {
    ClientPresence {
        kind,
        conn_id: client.conn_id.clone(),
        client_id: client.info.id.clone(),
        platform: client.info.platform.clone(),
    }
}
