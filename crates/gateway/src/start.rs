//! Starting, top to bottom: the folder, the database, the settings file, the
//! workspaces, the tasks.

use std::convert::Infallible;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use store::{Store, StoreError};
use supervise::{Restart, Scope};
use wire::event::{self, Tick};

use crate::config::{Config, EXAMPLE};
use crate::state::State;
use crate::{run, table};

/// How often clients are told that we live.
pub(crate) const TICK: Duration = Duration::from_secs(30);

const WELCOME: &str = "# The workspace of this agent\n\nWhat stands in this folder is all that the agent's tools \
                       reach. Put files here, or name another folder in the gateway's settings.\n";

/// Why the gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("The folder {} cannot be used. Check that you may write there and that the disk is not full.", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error(
        "Another gateway already uses the folder {}. Stop it first, or give this one another folder.", path.display()
    )]
    InUse { path: PathBuf },
    #[error("The sessions in this folder cannot be opened.")]
    Store(#[from] StoreError),
    #[error("The gateway was stopped while it started.")]
    Stopped(#[from] supervise::Lost),
}

pub(crate) async fn start(scope: Scope, data: &Path, config: Config) -> Result<Arc<State>, StartError> {
    let (folder, settings) = (data.to_owned(), config.path().to_owned());
    let lock = scope.blocking("open folder", move || open_folder(&folder, &settings)).await??;
    let store = Store::open(&scope, &data.join("gateway.db"), table::MIGRATIONS).await?;
    let gateway_id = store
        .write(|tx| {
            let now = table::now_ms();
            table::runs::settle_after_start(tx, now)?;
            table::identity::gateway_id(tx, now)
        })
        .await?;
    let state = Arc::new(State::new(scope, data.to_owned(), store, gateway_id, lock, config));
    let workspaces = Arc::clone(&state);
    state.scope.blocking("make workspaces", move || make_workspaces(&workspaces)).await?;
    start_tasks(&state);
    // Before anybody can send something new: it comes behind.
    run::take_up(&state).await;
    Ok(state)
}

/// Makes the folder, takes it for ourselves, and writes the settings file if
/// there is none.
fn open_folder(data: &Path, settings: &Path) -> Result<File, StartError> {
    let unusable = |source| StartError::Folder { path: data.to_owned(), source };
    fs::create_dir_all(data).map_err(unusable)?;
    let lock = File::create(data.join("gateway.lock")).map_err(unusable)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(StartError::InUse { path: data.to_owned() });
        }
        Err(TryLockError::Error(source)) => return Err(unusable(source)),
    }
    if !settings.exists()
        && let Err(error) = fs::write(settings, EXAMPLE)
    {
        tracing::warn!(path = %settings.display(), %error, "the example settings could not be written");
    }
    Ok(lock)
}

/// Makes those workspaces that are ours to make; one that the settings name is
/// the person's own, and missing is not the same as empty.
fn make_workspaces(state: &State) {
    let ours = state.data.join("workspaces");
    for agent in state.setup().agents.all() {
        if agent.workspace.starts_with(&ours) && !agent.workspace.exists() {
            let made = fs::create_dir_all(&agent.workspace)
                .and_then(|()| fs::write(agent.workspace.join("README.md"), WELCOME));
            if let Err(error) = made {
                tracing::warn!(path = %agent.workspace.display(), %error, "a workspace could not be made");
            }
        }
    }
}

fn start_tasks(state: &Arc<State>) {
    let ticking = Arc::clone(state);
    let backoff = Restart::Backoff { first: Duration::from_secs(1), cap: Duration::from_secs(30) };
    state.scope.spawn_forever("tick", backoff, move || tick(Arc::clone(&ticking)));
    let looking = Arc::clone(state);
    state.scope.spawn("look for models", async move {
        looking.look_for_models().await;
        Ok::<(), Infallible>(())
    });
}

async fn tick(state: Arc<State>) -> Result<(), String> {
    let mut beat = tokio::time::interval(TICK);
    // The first one is due at once, and tells nobody anything.
    beat.tick().await;
    loop {
        tokio::select! {
            () = state.scope.cancelled() => return Ok(()),
            _ = beat.tick() => {
                state.hub.broadcast(event::name::TICK, &Tick { ts: state.setup().config.clock.now_ms(), mem: None });
            }
        }
    }
}
