//! The fleet's verbs for a program that has no window: `pilot`. The same nodes, the same links, the same keys.

use std::time::Duration;

use contract::Fault;
use contract::node::{NodeForm, NodeId};
use contract::transcript::SessionRef;
use link::call::{Call, CallError, Page, Reply, Sent};
use link::event::{Agent, Approval, Message, NodeState, Session};
use link::record::Tally;
use secrecy::SecretString;
use tokio::sync::watch;
use tokio::time::timeout;

use super::Fleet;
use crate::calls::of_store;
use crate::gate;
use crate::inbox::signed;
use crate::keys::{Place, Slot};
use crate::nodes::{Embedded, Urgency, check, once};
use crate::outbox;
use crate::truth::{NodeHead, PILOT};

/// How many messages are asked for at once.
const PAGE: u32 = 200;

/// An approval with the session and the agent it belongs to.
pub type Asked = (Option<String>, Option<String>, Approval);

impl Fleet {
    /// All nodes, the local one first.
    pub fn nodes(&self) -> Vec<NodeHead> {
        self.inner.nodes.all().iter().map(|post| post.head()).collect()
    }

    /// The node of that name (case ignored) or id.
    pub fn node(&self, name: &str) -> Option<NodeHead> {
        self.nodes().into_iter().find(|node| node.name.eq_ignore_ascii_case(name) || node.id == name)
    }

    /// Brings in a gateway of this process as the local node, where the fleet was started without one.
    ///
    /// # Errors
    /// The outbox of the node cannot be read.
    pub async fn embed(&self, embedded: Embedded) -> Result<(), Fault> {
        self.inner.nodes.embed(embedded).await.map_err(|error| of_store(&error))
    }

    /// Brings in a node for this process only, by its address.
    ///
    /// # Errors
    /// The address or the fingerprint cannot be read.
    pub async fn one_off(&self, form: NodeForm) -> Result<NodeId, Fault> {
        let checked = check(NodeForm { name: "one-off".to_owned(), session_only: true, ..form })?;
        let row = once(&checked, self.inner.parts.now());
        let id = row.id.clone();
        if let Some(key) = checked.key {
            self.lend(&id, key).await;
        }
        self.inner.nodes.bring_in_once(row).await.map_err(|error| of_store(&error))?;
        Ok(id)
    }

    /// A key for this process only, in memory; it comes before one in the keyring.
    pub async fn lend(&self, node: &str, key: SecretString) {
        // Memory refuses nothing.
        let _ = self.inner.parts.keys.keep(node, Slot::Key, Place::Memory, &key).await;
    }

    /// Connects a node of a shared fleet; does nothing where it is connecting already.
    ///
    /// # Errors
    /// There is no such node.
    pub async fn connect(&self, node: &str) -> Result<(), Fault> {
        self.inner.nodes.get(node)?.start(&self.inner.parts).await;
        Ok(())
    }

    /// Waits until the node is ready, or stands where only a person can help, or the limit is over; the state then.
    ///
    /// # Errors
    /// There is no such node.
    pub async fn settled(&self, node: &str, limit: Duration) -> Result<NodeState, Fault> {
        let post = self.inner.nodes.get(node)?;
        let mut standing = post.signals.standing();
        // The limit and the end of the signals both leave the last state.
        let _ = timeout(limit, standing.wait_for(|at| at.is_final() || at.is_pairing())).await;
        let state = standing.borrow().state.clone();
        Ok(state)
    }

    /// The link of a node, once there is one.
    pub fn link(&self, node: &str) -> Option<std::sync::Arc<link::Link>> {
        self.inner.nodes.find(node)?.link()
    }

    /// How the node's recording goes, and whenever that changes; `None` where there is none.
    pub fn recording(&self, node: &str) -> Option<watch::Receiver<Tally>> {
        let post = self.inner.nodes.find(node)?;
        let recorded = post.recorded.lock();
        recorded.as_ref().map(crate::record::Recorded::tally)
    }

    /// Asks a node anything; what changes something there is written down as `pilot`'s.
    ///
    /// # Errors
    /// As `link` gives them; a locked node and an audit log that cannot be written refuse.
    pub async fn ask(&self, node: &str, call: Call) -> Result<Reply, CallError> {
        let post = self.inner.nodes.find(node).ok_or(CallError::NotConnected)?;
        gate::act(&self.inner.parts, &post, call, &signed(PILOT)).await
    }

    /// The node's agents.
    ///
    /// # Errors
    /// As `link` gives them.
    pub async fn agents(&self, node: &str) -> Result<Vec<Agent>, CallError> {
        self.ask(node, Call::Agents).await?.agents()
    }

    /// The node's sessions, the newest first.
    ///
    /// # Errors
    /// As `link` gives them.
    pub async fn sessions(&self, node: &str) -> Result<Vec<Session>, CallError> {
        self.ask(node, Call::Sessions).await?.sessions()
    }

    /// The last messages of a session, at most so many, oldest first.
    ///
    /// # Errors
    /// As `link` gives them; a node that is gone is not connected.
    pub async fn last_messages(
        &self,
        of: &SessionRef,
        most: usize,
        urgency: Urgency,
    ) -> Result<Vec<Message>, CallError> {
        let post = self.inner.nodes.find(&of.node).ok_or(CallError::NotConnected)?;
        let (mut pages, mut before, mut count) = (Vec::new(), None, 0);
        loop {
            let missing = u32::try_from(most - count).unwrap_or(u32::MAX);
            let call = Call::History { session: of.session.clone(), limit: missing.min(PAGE), before };
            let page = gate::read(&self.inner.parts, &post, call, urgency).await?.history()?;
            count += page.messages.len();
            let is_last = page.messages.is_empty() || count >= most;
            pages.push(page.messages);
            before = page.before;
            if before.is_none() || is_last {
                // A node may give more than it was asked for.
                return Ok(pages.into_iter().rev().flatten().skip(count.saturating_sub(most)).collect());
            }
        }
    }

    /// A page of a session's messages; `before` is the cursor of a later page.
    ///
    /// # Errors
    /// As `link` gives them.
    pub async fn history(&self, of: &SessionRef, limit: u32, before: Option<String>) -> Result<Page, CallError> {
        let call = Call::History { session: of.session.clone(), limit, before };
        self.ask(&of.node, call).await?.history()
    }

    /// Says something at once, past the outbox. Without a session the agent's main one is meant.
    ///
    /// # Errors
    /// As `link` gives them; after a lost answer the outcome is unknown.
    pub async fn say(
        &self,
        node: &str,
        session: Option<String>,
        agent: Option<String>,
        text: &str,
    ) -> Result<Sent, CallError> {
        if !outbox::fits(text) {
            return Err(CallError::refused("TOO_LONG", outbox::TOO_LONG));
        }
        let client_id = uuid::Uuid::now_v7().to_string();
        self.ask(node, Call::Send { session, agent, text: text.to_owned(), client_id }).await?.sent()
    }

    /// What waits for a person's word on the node.
    ///
    /// # Errors
    /// As `link` gives them.
    pub async fn approvals(&self, node: &str) -> Result<Vec<Asked>, CallError> {
        self.ask(node, Call::Approvals).await?.approvals()
    }
}
