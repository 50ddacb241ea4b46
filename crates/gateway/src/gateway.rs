//! The handle that embedders hold.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use supervise::Scope;
use tokio::io::DuplexStream;
use wire::event;

use crate::config::{Config, ConfigError};
use crate::handshake::Access;
use crate::listen::{Listen, ListenError, Listening};
use crate::start::{self, StartError};
use crate::state::State;
use crate::{connection, listen};

/// Bytes that an in-memory connection holds in each direction.
const IN_MEMORY_BYTES: usize = 64 * 1024;

/// A running gateway; cheap to clone. It ends with the scope it was started in.
#[derive(Clone)]
pub struct Gateway {
    state: Arc<State>,
}

impl Gateway {
    /// Opens the data folder, writes a commented settings file if there is
    /// none, and starts. Models are looked for in the background.
    ///
    /// # Errors
    /// [`StartError`] when the folder cannot be used, when another gateway uses
    /// it, or when its database is of a newer version.
    pub async fn start(scope: &Scope, data: &Path, config: Config) -> Result<Self, StartError> {
        let state = start::start(scope.child("gateway"), data, config).await?;
        Ok(Self { state })
    }

    /// One in-memory client connection, fully authorised: the far end of a
    /// pair. It speaks WebSocket as a socket does (ask for any address, such as
    /// `ws://local/ws`), and is closed when the gateway ends.
    pub fn connect(&self) -> DuplexStream {
        let (near, far) = tokio::io::duplex(IN_MEMORY_BYTES);
        let state = Arc::clone(&self.state);
        self.state
            .scope
            .spawn("client in memory", async move { connection::accept(state, near, Access::Granted).await });
        far
    }

    /// Opens a port; only ever because somebody asked for it.
    ///
    /// # Errors
    /// [`ListenError`] when the address is not this machine alone and there is
    /// no TLS, when it is taken, or when the certificate cannot be used.
    pub async fn listen(&self, listen: Listen) -> Result<Listening, ListenError> {
        listen::open(Arc::clone(&self.state), listen).await
    }

    /// Reads the settings file again. Runs that are active end with the
    /// settings they began with; clients are told `agents.changed`.
    ///
    /// # Errors
    /// As [`Config::load`]; the settings before stay in force.
    pub async fn reload(&self) -> Result<(), ConfigError> {
        let setup = self.state.setup();
        let (keys, clock) = (setup.config.keys.clone(), setup.config.clock.clone());
        let config = Config { keys, clock, ..Config::load(setup.config.path())? };
        self.state.set_up(config);
        self.state.hub.broadcast(event::name::AGENTS_CHANGED, &self.state.agents_list());
        Ok(())
    }

    /// The settings file, for telling people where it is.
    pub fn config_path(&self) -> PathBuf {
        self.state.setup().config.path().to_owned()
    }

    /// The id that survives restarts, as `hello.server.gatewayId` has it.
    pub fn id(&self) -> &str {
        &self.state.gateway_id
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gateway({})", self.state.gateway_id)
    }
}
