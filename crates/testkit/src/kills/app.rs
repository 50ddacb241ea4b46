//! The core of the app, as it is killed: a fleet with a home on disk and one node, in which somebody types fast.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use contract::Handler;
use contract::calls::SendMessage;
use contract::node::Vendor;
use contract::transcript::SessionRef;
use fleet::Fleet;
use fleet::keys::{Keys, SecretString, Vault, VaultError};
use supervise::Scope;
use tokio::time::sleep;

use super::{SESSION_LIVES, Said};
use crate::house;
use crate::own::TOKEN;
use crate::rng::Rng;

/// How many sessions are talked in at once.
const SESSIONS: u64 = 3;
/// A life never says more: its words begin where those of the next do not reach.
const A_LIFE: u64 = 1_000_000;

/// Says one thing after the other until it is killed.
pub async fn talk(home: &Path, port: u16, life: u64, mut rng: Rng) -> Result<()> {
    let scope = Scope::root("app");
    let fleet = open(&scope, home).await?;
    let node = node(&fleet, port).await?;
    for number in 0..A_LIFE {
        let session = format!("s{}-{}", rng.between(0, SESSIONS), life / SESSION_LIVES);
        let said = Said { session, number: life * A_LIFE + number };
        let message = SendMessage {
            of: SessionRef { node: node.clone(), session: said.session.clone() },
            agent: None,
            text: said.number.to_string(),
            client_id: format!("kills-{}", said.number),
        };
        fleet.send_message("app", message).await?;
        writeln!(std::io::stdout(), "{}", said.line())?;
        sleep(Duration::from_millis(rng.between(0, 120))).await;
    }
    Ok(())
}

/// The fleet of that home.
pub async fn open(scope: &Scope, home: &Path) -> Result<Fleet> {
    house::open(scope, home, Keys::with(scope, Arc::new(OneKey))).await
}

/// The id of the node, added where a kill came before that.
pub async fn node(fleet: &Fleet, port: u16) -> Result<String> {
    match fleet.core().nodes().into_iter().next() {
        Some(known) => Ok(known),
        None => house::add(fleet, Vendor::Moltis, &format!("ws://127.0.0.1:{port}/ws"), TOKEN).await,
    }
}

/// A keyring that holds the one key and outlives every kill.
struct OneKey;

impl Vault for OneKey {
    fn set(&self, _: &str, _: &SecretString) -> Result<(), VaultError> {
        Ok(())
    }

    fn get(&self, account: &str) -> Result<Option<SecretString>, VaultError> {
        // A node's key stands under its id alone.
        Ok((!account.contains('/')).then(|| SecretString::from(TOKEN)))
    }

    fn delete(&self, _: &str) -> Result<(), VaultError> {
        Ok(())
    }
}
