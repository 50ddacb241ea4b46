//! The keys of the nodes: into the operating system's keyring and out again, each access under a deadline, never on
//! a task that others wait for.
//!
//! What is absent: no file and no silent fallback. The only other place is memory, for one session, and only when
//! the person asked for it. Nothing here can print a key.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use supervise::{Lost, Scope};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

mod fault;
mod logged;
mod vault;

pub use fault::KeyFault;
pub use logged::may_be_logged;
pub use secrecy::SecretString;
pub use vault::{SystemVault, Vault, VaultError};

/// How long a keyring may take to answer.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// Which secret of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The API key, token or password.
    Key,
    /// The ed25519 secret of this device, for vendors that pair devices.
    Device,
    /// The token a gateway gave this device.
    DeviceToken,
    /// The key of a model provider, which our own gateway uses; it belongs to no node but to a name in its settings.
    Model,
}

impl Slot {
    /// All secrets a node can have.
    pub const NODE: [Slot; 3] = [Slot::Key, Slot::Device, Slot::DeviceToken];

    /// The keyring's account name: the node's id, and what it is when it is not the key.
    fn account(self, node: &str) -> String {
        match self {
            Slot::Key => node.to_owned(),
            Slot::Device => format!("{node}/device"),
            Slot::DeviceToken => format!("{node}/device-token"),
            Slot::Model => format!("model/{node}"),
        }
    }
}

/// Where a secret is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The operating system's keyring.
    Keyring,
    /// This process's memory: gone with it.
    Memory,
}

/// The keys of all nodes. Clones are cheap and mean the same ones.
#[derive(Clone)]
pub struct Keys {
    inner: Arc<Inner>,
}

struct Inner {
    scope: Scope,
    vault: Arc<dyn Vault>,
    /// One access at a time: a keyring that hangs holds one thread and no more.
    turn: Arc<Semaphore>,
    memory: Mutex<HashMap<String, SecretString>>,
}

impl Keys {
    /// The keyring of this system.
    pub fn system(scope: &Scope) -> Keys {
        Keys::with(scope, Arc::new(SystemVault))
    }

    /// Any keyring.
    pub fn with(scope: &Scope, vault: Arc<dyn Vault>) -> Keys {
        let inner =
            Inner { scope: scope.child("keyring"), vault, turn: Arc::new(Semaphore::new(1)), memory: Mutex::default() };
        Keys { inner: Arc::new(inner) }
    }

    /// Keeps a secret; it replaces an earlier one. A write that the keyring finishes after its deadline is undone,
    /// because its caller was told that nothing was kept.
    ///
    /// # Errors
    /// The keyring is absent, locked, silent or broken.
    pub async fn keep(&self, node: &str, slot: Slot, place: Place, secret: &SecretString) -> Result<(), KeyFault> {
        let account = slot.account(node);
        if place == Place::Memory {
            self.inner.memory.lock().insert(account, secret.clone());
            return Ok(());
        }
        let (secret, late) = (secret.clone(), account.clone());
        self.inner
            .ask(
                "keep",
                move |vault| vault.set(&account, &secret),
                move |vault| {
                    // Nobody hears whether this works; an orphan is harmless and keeps its node's id.
                    let _ = vault.delete(&late);
                },
            )
            .await
    }

    /// The secret, from memory or else from the keyring; `None` when there is none.
    ///
    /// # Errors
    /// The keyring is absent, locked, silent or broken.
    pub async fn read(&self, node: &str, slot: Slot) -> Result<Option<SecretString>, KeyFault> {
        let account = slot.account(node);
        if let Some(secret) = self.inner.memory.lock().get(&account) {
            return Ok(Some(secret.clone()));
        }
        self.inner.ask("read", move |vault| vault.get(&account), |_| ()).await
    }

    /// Reads the keys of model providers by the names that our own gateway's settings give them.
    pub fn of_models(&self) -> impl Fn(String) -> BoxFuture<'static, Result<Option<SecretString>, KeyFault>> + use<> {
        let keys = self.clone();
        move |name| {
            let keys = keys.clone();
            Box::pin(async move { keys.read(&name, Slot::Model).await })
        }
    }

    /// The secret if it is in memory. Never asks the keyring.
    pub fn in_memory(&self, node: &str, slot: Slot) -> Option<SecretString> {
        self.inner.memory.lock().get(&slot.account(node)).cloned()
    }

    /// Removes these secrets of the node, from memory and from the keyring. That there are none is no error.
    ///
    /// # Errors
    /// The keyring is absent, locked, silent or broken.
    pub async fn forget(&self, node: &str, slots: &[Slot]) -> Result<(), KeyFault> {
        let accounts: Vec<_> = slots.iter().map(|slot| slot.account(node)).collect();
        self.inner.memory.lock().retain(|account, _| !accounts.contains(account));
        let work = move |vault: &dyn Vault| accounts.iter().try_for_each(|account| vault.delete(account));
        self.inner.ask("forget", work, |_| ()).await
    }

    /// Drops what memory holds of the node; the keyring is not asked.
    pub fn forget_memory(&self, node: &str) {
        let mut memory = self.inner.memory.lock();
        for slot in Slot::NODE {
            memory.remove(&slot.account(node));
        }
    }

    /// Whether a keyring answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn check(&self) -> Result<(), KeyFault> {
        self.inner.ask("check", |vault| vault.get("check").map(|_| ()), |_| ()).await
    }

    /// Waits until no access is under way: after [`KeyFault::Silent`], that the keyring came round.
    pub async fn free(&self) {
        // It is never closed; were it, there would be nothing to wait for.
        drop(self.inner.turn.acquire().await);
    }
}

impl Inner {
    /// Runs the work off the runtime's threads under the deadline. When the work ends after the deadline, `late`
    /// runs behind it; exactly one of "the caller has the result" and "late ran" happens.
    async fn ask<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&dyn Vault) -> Result<T, VaultError> + Send + 'static,
        late: impl FnOnce(&dyn Vault) + Send + 'static,
    ) -> Result<T, KeyFault> {
        let deadline = Instant::now() + DEADLINE;
        let turn = timeout_at(deadline, self.turn.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(KeyFault::Silent);
        };
        let settled = Arc::new(AtomicBool::new(false));
        let (vault, mine) = (self.vault.clone(), settled.clone());
        let mut answer = std::pin::pin!(self.scope.blocking(name, move || {
            let _turn = turn;
            let result = work(&*vault);
            if mine.swap(true, Ordering::AcqRel) && result.is_ok() {
                late(&*vault);
            }
            result
        }));
        let result = match timeout_at(deadline, answer.as_mut()).await {
            Ok(result) => result,
            // The work won the race by a hair: its result is there.
            Err(_) if settled.swap(true, Ordering::AcqRel) => answer.await,
            Err(_) => return Err(KeyFault::Silent),
        };
        match result {
            Ok(result) => result.map_err(KeyFault::from),
            Err(lost @ (Lost::Cancelled { .. } | Lost::NoRuntime { .. } | Lost::Panicked { .. })) => {
                Err(KeyFault::Broken { says: lost.to_string() })
            }
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
pub(crate) mod tests;
