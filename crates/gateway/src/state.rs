//! What all connections and runs share.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use store::{Store, StoreError};
use supervise::Scope;
use tokio::time::Instant;
use wire::agents::AgentsList;
use wire::event::{self, SessionChange, SessionChangeKind};
use wire::sessions::SessionEntry;
use wire::{Code, Error};

use crate::agent::{Agent, Agents};
use crate::approvals::Approvals;
use crate::config::{Config, nearest};
use crate::hub::Hub;
use crate::model::Catalogue;
use crate::run::Lanes;
use crate::table;

/// One gateway, from inside.
pub(crate) struct State {
    pub scope: Scope,
    pub data: PathBuf,
    pub store: Store,
    pub gateway_id: String,
    pub hostname: String,
    pub started: Instant,
    pub hub: Arc<Hub>,
    pub lanes: Lanes,
    pub approvals: Approvals,
    setup: ArcSwap<Setup>,
    /// Keeps the folder ours.
    _lock: File,
}

/// What the settings make; replaced as a whole when they are read again.
pub(crate) struct Setup {
    pub config: Config,
    pub agents: Agents,
    pub catalogue: Catalogue,
}

impl Setup {
    fn new(config: Config, data: &Path) -> Self {
        let agents = Agents::new(&config, data, table::now_ms());
        Self { catalogue: Catalogue::new(&config), agents, config }
    }
}

impl State {
    pub fn new(scope: Scope, data: PathBuf, store: Store, gateway_id: String, lock: File, config: Config) -> Self {
        let hub = Arc::new(Hub::default());
        Self {
            hostname: hostname(),
            started: Instant::now(),
            approvals: Approvals::new(Arc::clone(&hub), config.clock.clone()),
            lanes: Lanes::default(),
            setup: ArcSwap::from_pointee(Setup::new(config, &data)),
            scope,
            data,
            store,
            gateway_id,
            hub,
            _lock: lock,
        }
    }

    pub fn setup(&self) -> Arc<Setup> {
        self.setup.load_full()
    }

    pub fn set_up(&self, config: Config) {
        self.setup.store(Arc::new(Setup::new(config, &self.data)));
    }

    pub fn agents_list(&self) -> AgentsList {
        let setup = self.setup();
        let model_of = |agent: &Agent| setup.catalogue.choose(agent.model.as_deref()).ok().map(|chosen| chosen.id());
        setup.agents.entries(model_of)
    }

    /// Asks the providers what they have, and tells clients if that changed.
    pub async fn look_for_models(&self) {
        let setup = self.setup();
        if setup.catalogue.refresh().await {
            let told = serde_json::json!({"phase": "catalog", "total": setup.catalogue.list().len()});
            self.hub.broadcast(event::name::MODELS_UPDATED, &told);
            self.hub.broadcast(event::name::AGENTS_CHANGED, &self.agents_list());
        }
    }

    /// A session's entry with what only the lanes know.
    pub fn dressed(&self, entry: SessionEntry) -> SessionEntry {
        let (replying, queued) = self.lanes.standing(&entry.key);
        SessionEntry { replying, queued, ..entry }
    }

    pub fn tell_session(&self, kind: SessionChangeKind, entry: SessionEntry) {
        let entry = self.dressed(entry);
        let change =
            SessionChange { kind, session_key: entry.key.clone(), version: Some(entry.version), entry: Some(entry) };
        self.hub.broadcast(event::name::SESSION, &change);
    }

    /// The agent of that id, or a refusal that names the nearest one.
    pub fn agent(&self, id: &str) -> Result<Arc<Agent>, Error> {
        let setup = self.setup();
        setup.agents.get(id).cloned().ok_or_else(|| {
            let ids: Vec<&str> = setup.agents.all().iter().map(|agent| agent.id.as_str()).collect();
            let hint = match nearest(id, ids.iter().copied()) {
                Some(near) => format!("Did you mean {near:?}?"),
                None => format!("There are: {}.", ids.join(", ")),
            };
            Error::new(Code::NotFound, format!("There is no agent {id:?} here. {hint}"))
        })
    }
}

/// A failure of the store as a client is told of it.
pub(crate) fn store_error(error: StoreError) -> Error {
    note(&error, "the store failed");
    Error::new(Code::Internal, error.to_string())
}

/// Logs a failure of the store that nobody waits for. That it closes while we
/// stop is none.
pub(crate) fn note(error: &StoreError, what: &'static str) {
    match error {
        StoreError::Closed { .. } => tracing::debug!(%error, what),
        _ => tracing::error!(%error, what),
    }
}

fn hostname() -> String {
    let told =
        ["/proc/sys/kernel/hostname", "/etc/hostname"].iter().find_map(|path| std::fs::read_to_string(path).ok());
    match told.as_deref().map(str::trim) {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => "localhost".to_owned(),
    }
}
