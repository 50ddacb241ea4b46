//! The fleet as a verb works with it: opened beside a running app or alone, nodes found by name or address and
//! connected on demand.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use contract::Secret;
use contract::node::{NodeForm, NodeId, Vendor};
use fleet::core::RealClock;
use fleet::keys::Keys;
use fleet::nodes::Embedded;
use fleet::truth::NodeHead;
use fleet::{Fleet, Options};
use link::event::NodeState;
use secrecy::{ExposeSecret, SecretString};
use store::Home;
use supervise::Scope;

use crate::keys::Given;

/// How long a node may take to get ready before a verb gives up on it.
const READY: Duration = Duration::from_secs(30);
/// How long the end may take.
const GRACE: Duration = Duration::from_secs(3);

/// The opened fleet.
pub struct Desk {
    pub fleet: Fleet,
    pub given: Given,
    scope: Scope,
    home: Home,
}

impl Desk {
    /// Opens the fleet of this home beside whatever else runs.
    pub async fn open(given: Given) -> anyhow::Result<Desk> {
        let scope = Scope::root("pilot");
        let home = Home::find()?;
        let options = Options {
            home: home.clone(),
            embedded: None,
            keys: Keys::system(&scope),
            clock: Arc::new(RealClock),
            shared: true,
        };
        let fleet = Fleet::start(&scope, options).await?;
        Ok(Desk { fleet, given, scope, home })
    }

    /// Finds a node by name, or brings in an address for this run; its key goes with it. Not connected yet.
    pub async fn find(&self, node: &str) -> anyhow::Result<NodeHead> {
        self.find_as(node, Vendor::Auto, None).await
    }

    /// As [`Desk::find`]; an address is taken as this vendor's, with this certificate.
    pub async fn find_as(&self, node: &str, vendor: Vendor, trust: Option<String>) -> anyhow::Result<NodeHead> {
        if let Some(head) = self.fleet.node(node) {
            if let Some(key) = self.given.of(&head.name) {
                self.fleet.lend(&head.id, key).await;
            }
            return Ok(head);
        }
        if node.eq_ignore_ascii_case(fleet::nodes::LOCAL) {
            return self.local().await;
        }
        if !looks_like_an_address(node) {
            bail!("There is no node named “{node}”.{}", self.known());
        }
        let key = self.given.of(node).as_ref().map(secret);
        let (name, address) = (node.to_owned(), node.to_owned());
        let form = NodeForm { name, address, vendor, key, trust, session_only: true, reach: None };
        let id = self.fleet.one_off(form).await?;
        self.fleet.node(&id).ok_or_else(|| anyhow!("The node at {node} is gone again"))
    }

    /// The local node: our own gateway inside this run, which works while no window has it.
    async fn local(&self) -> anyhow::Result<NodeHead> {
        let data = self.home.data.join("gateway");
        let config = gateway::Config::open(&data)?.with_keys(Keys::system(&self.scope).of_models());
        let inside = gateway::Gateway::start(&self.scope, &data, config).await.context(
            "The local node runs inside the Pilothouse window; close the window, or add another gateway (`pilot gateway`)",
        )?;
        let connect = Arc::new(move || inside.connect());
        self.fleet.embed(Embedded { connect, name: fleet::nodes::LOCAL.to_owned() }).await?;
        self.fleet.node(fleet::nodes::LOCAL).ok_or_else(|| anyhow!("The local node did not start"))
    }

    /// The name of a node by its id; the id where it is not kept any more.
    pub fn name(&self, id: &str) -> String {
        self.fleet.node(id).map_or_else(|| id.to_owned(), |head| head.name)
    }

    /// Connects a node and waits until it is ready.
    pub async fn ready(&self, head: &NodeHead) -> anyhow::Result<()> {
        match self.reach(&head.id).await? {
            NodeState::Ready { .. } => Ok(()),
            state => bail!("{}: {}", head.name, why(&state)),
        }
    }

    /// Connects a node and says where it stands in the end.
    pub async fn reach(&self, id: &NodeId) -> anyhow::Result<NodeState> {
        self.fleet.connect(id).await?;
        Ok(self.fleet.settled(id, READY).await?)
    }

    /// The node that is meant, connected.
    pub async fn connected(&self, node: &str) -> anyhow::Result<NodeHead> {
        let head = self.find(node).await?;
        self.ready(&head).await?;
        Ok(head)
    }

    /// The nodes that are meant, or all; those that cannot be reached are told and left out.
    pub async fn all_connected(&self, names: &[String]) -> anyhow::Result<Vec<NodeHead>> {
        if names.len() != 1 {
            self.given.for_several()?;
        }
        let mut heads = Vec::new();
        for name in names {
            heads.push(self.find(name).await?);
        }
        if names.is_empty() {
            heads = self.every().await;
        }
        let mut ready = Vec::new();
        for head in heads {
            match self.ready(&head).await {
                Ok(()) => ready.push(head),
                Err(error) => crate::out::problem(&error.to_string()),
            }
        }
        if ready.is_empty() {
            bail!("No node can be reached. `pilot node list` shows them, `pilot node test NODE` says why");
        }
        Ok(ready)
    }

    /// All kept nodes, with the keys that were given for them, and the local one where it can be had.
    async fn every(&self) -> Vec<NodeHead> {
        if self.fleet.node(fleet::nodes::LOCAL).is_none()
            && let Err(error) = self.local().await
        {
            tracing::info!(%error, "without the local node");
        }
        let heads = self.fleet.nodes();
        for head in &heads {
            if let Some(key) = self.given.named(&head.name) {
                self.fleet.lend(&head.id, key).await;
            }
        }
        heads
    }

    /// Ends the links and gives the terminal back.
    pub async fn close(self) {
        self.fleet.shutdown().await;
        self.scope.shutdown(GRACE).await;
    }

    fn known(&self) -> String {
        let names: Vec<_> = self.fleet.nodes().into_iter().map(|head| head.name).collect();
        if names.is_empty() {
            return " None is kept yet: `pilot node add NAME URL` keeps one.".to_owned();
        }
        format!(" Kept are: {}.", names.join(", "))
    }
}

/// A key as the contract carries it.
pub fn secret(key: &SecretString) -> Secret {
    Secret::new(key.expose_secret())
}

/// A name has neither a scheme nor a port.
fn looks_like_an_address(text: &str) -> bool {
    text.contains("://") || text.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
}

/// Why a node is not ready in that state although it was waited for.
pub fn why(state: &NodeState) -> String {
    match state {
        NodeState::Idle | NodeState::Connecting | NodeState::Handshaking => {
            format!("It did not get ready within {} s.", READY.as_secs())
        }
        other => in_words(other),
    }
}

/// A state as a sentence.
pub fn in_words(state: &NodeState) -> String {
    match state {
        NodeState::Ready { .. } => "Ready.".to_owned(),
        NodeState::Idle => "Not connected.".to_owned(),
        NodeState::Connecting | NodeState::Handshaking => "Connecting.".to_owned(),
        NodeState::Paused => "It is paused; `pilot node resume` connects it again.".to_owned(),
        NodeState::Untrusted { fingerprint, pinned, reason, .. } => {
            let was = pinned.as_ref().map(|old| format!("\n  was: {old}")).unwrap_or_default();
            format!("{reason}\n  now: {fingerprint}{was}\n`pilot node trust NODE` shows both side by side.")
        }
        NodeState::Pairing { reason, .. }
        | NodeState::Unauthorised { reason }
        | NodeState::Incompatible { reason, .. }
        | NodeState::RateLimited { reason, .. }
        | NodeState::BackingOff { reason, .. }
        | NodeState::Failed { reason } => reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_told_apart() {
        assert!(looks_like_an_address("ws://127.0.0.1:18789"));
        assert!(looks_like_an_address("127.0.0.1:18789"));
        assert!(!looks_like_an_address("homelab"));
        assert!(!looks_like_an_address("lab: old"));
    }

    #[test]
    fn what_still_connects_is_given_up_only_by_those_who_waited() {
        assert_eq!(in_words(&NodeState::Connecting), "Connecting.");
        assert!(why(&NodeState::Connecting).starts_with("It did not get ready within"));
    }
}
