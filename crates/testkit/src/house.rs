//! The core of the app with a home of its own, for a test: a fleet on disk, nodes by their addresses, and one window.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use contract::calls::{NodeAdd, ResendMessage, SendMessage, Watch};
use contract::node::{NodeForm, Vendor};
use contract::transcript::{Fate, SessionRef};
use contract::{Batch, Handler, Secret, Topic};
use fleet::core::RealClock;
use fleet::keys::{Keys, SecretString, Vault, VaultError};
use fleet::truth::{Own, Row, RowBody, Truth};
use fleet::{Fleet, Home, Options};
use link::event::Role;
use parking_lot::Mutex;
use supervise::Scope;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::wait::until;

/// The window's name.
const WINDOW: &str = "main";
/// How long a line may take to be well again.
pub const SOON: Duration = Duration::from_secs(45);

/// A house.
pub struct House {
    pub fleet: Fleet,
    scope: Scope,
    batches: mpsc::Receiver<Batch>,
    _folder: TempDir,
}

impl House {
    /// An empty one.
    ///
    /// # Errors
    /// There is no place for it.
    pub async fn new() -> Result<House> {
        let (folder, scope) = (tempfile::tempdir()?, Scope::root("house"));
        let keys = Keys::with(&scope, Arc::new(Drawer::default()));
        let fleet = open(&scope, folder.path(), keys).await?;
        let batches = fleet.attach(WINDOW);
        Ok(House { fleet, scope, batches, _folder: folder })
    }

    /// Connects to a gateway; the node's id.
    ///
    /// # Errors
    /// The address or the key is refused.
    pub async fn add(&self, vendor: Vendor, address: &str, key: &str) -> Result<String> {
        add(&self.fleet, vendor, address, key).await
    }

    /// Shows a session, and nothing else.
    ///
    /// # Errors
    /// The fleet is closed.
    pub async fn show(&mut self, of: &SessionRef) -> Result<()> {
        let topics = vec![Topic::Nodes, Topic::Transcript { of: of.clone(), limit: 200 }];
        Ok(self.fleet.watch(WINDOW, Watch { topics }).await?)
    }

    /// Says something; its id is its text.
    ///
    /// # Errors
    /// It was not taken.
    pub async fn say(&mut self, of: &SessionRef, text: &str) -> Result<()> {
        // What the window was told is not read here, but it is taken.
        while self.batches.try_recv().is_ok() {}
        let (of, text) = (of.clone(), text.to_owned());
        let message = SendMessage { of, agent: None, client_id: text.clone(), text };
        Ok(self.fleet.send_message(WINDOW, message).await?)
    }

    /// The state of a node's link, as people read it.
    pub fn state(&self, node: &str) -> String {
        self.fleet.core().read(node, |truth| format!("{:?}", truth.link.state)).unwrap_or_default()
    }

    pub fn is_ready(&self, node: &str) -> bool {
        self.fleet.core().read(node, |truth| truth.is_ready()) == Some(true)
    }

    /// Waits until the node can be asked.
    ///
    /// # Errors
    /// It cannot be, in time.
    pub async fn ready(&self, node: &str) -> Result<()> {
        let look = || async { self.is_ready(node).then_some(()) };
        until("the node is ready", SOON, look).await.with_context(|| self.state(node))
    }

    /// Waits until the node tells of a session; its key.
    ///
    /// # Errors
    /// It does not, in time.
    pub async fn session(&self, node: &str) -> Result<String> {
        let first = |truth: &Truth| truth.sessions().next().map(|session| session.key.to_string());
        let look = || async { self.fleet.core().read(node, first).flatten() };
        until("the node tells of a session", SOON, look).await
    }

    /// Waits until every message of the session has ended, as a person does: what has an unknown fate and is not in the
    /// history is sent again. What was sent again.
    ///
    /// # Errors
    /// Some did not, in time.
    pub async fn settled(&self, of: &SessionRef) -> Result<Vec<String>> {
        let (mut again, end) = (Vec::new(), Instant::now() + SOON);
        loop {
            let open = self.own(of, |_, own| !matches!(own.fate, Fate::Done | Fate::Failed | Fate::Unknown));
            let lost =
                self.own(of, |row, own| matches!(own.fate, Fate::Failed | Fate::Unknown) && row.message.is_none());
            if self.is_ready(&of.node) && open.is_empty() && lost.is_empty() {
                return Ok(again);
            }
            ensure!(Instant::now() < end, "still open: {open:?}, lost: {lost:?}; {}", self.in_words(of));
            tokio::time::sleep(Duration::from_millis(200)).await;
            if !self.is_ready(&of.node) || !self.is_fresh(of) {
                continue;
            }
            for client_id in lost {
                let asked = ResendMessage { of: of.clone(), client_id: client_id.clone() };
                if self.fleet.resend_message(WINDOW, asked).await.is_ok() {
                    again.push(client_id);
                }
            }
        }
    }

    /// What people said in the session, as the node has it.
    ///
    /// # Errors
    /// The node does not say it.
    pub async fn there(&self, of: &SessionRef) -> Result<Vec<String>> {
        let page = self.fleet.history(of, 200, None).await?;
        let people = page.messages.into_iter().filter(|message| message.role == Role::User);
        Ok(people.map(|message| message.text.to_string()).collect())
    }

    /// What people and agents said in the session, as the node has it.
    ///
    /// # Errors
    /// The node does not say it.
    pub async fn spoken_there(&self, of: &SessionRef) -> Result<Vec<String>> {
        let page = self.fleet.history(of, 200, None).await?;
        let spoken = page.messages.into_iter().map(|message| message.text.to_string());
        Ok(spoken.filter(|text| !text.is_empty()).collect())
    }

    /// The same as the window shows it.
    pub fn spoken(&self, of: &SessionRef) -> Vec<String> {
        let spoken = |row: &Row| matches!(row.body, RowBody::User { .. } | RowBody::Assistant { .. });
        self.rows(of, |row| spoken(row).then(|| row.text().to_owned()))
    }

    /// What people said, as the window shows it.
    pub fn shown(&self, of: &SessionRef) -> Vec<String> {
        self.rows(of, |row| matches!(row.body, RowBody::User { .. }).then(|| row.text().to_owned()))
    }

    /// The ids of messages from here that are so.
    pub fn own(&self, of: &SessionRef, wanted: impl Fn(&Row, &Own) -> bool) -> Vec<String> {
        self.rows(of, |row| row.own().filter(|own| wanted(row, own)).map(|own| own.client_id.to_string()))
    }

    /// How all stands, to be read by people.
    pub fn in_words(&self, of: &SessionRef) -> String {
        let own = self.rows(of, |row| row.own().map(|own| format!("{own:?}, message {:?}", row.message)));
        let runs = self.fleet.core().read(&of.node, |truth| Some(format!("{:?}", truth.session(&of.session)?.runs)));
        let rows = self.rows(of, |row| Some(format!("{} {:?} {:?}", row.order, row.run, row.text())));
        let fresh = self.is_fresh(of);
        format!("the link: {}, fresh {fresh}; {own:#?}; {rows:#?}; runs {:?}", self.state(&of.node), runs.flatten())
    }

    fn rows<T>(&self, of: &SessionRef, pick: impl Fn(&Row) -> Option<T>) -> Vec<T> {
        let found = self.fleet.core().read(&of.node, |truth| {
            let rows = truth.session(&of.session)?.transcript.as_ref()?.rows.iter();
            Some(rows.filter_map(pick).collect())
        });
        found.flatten().unwrap_or_default()
    }

    fn is_fresh(&self, of: &SessionRef) -> bool {
        self.fleet.core().read(&of.node, |truth| truth.session(&of.session).is_some_and(|it| !it.is_behind()))
            == Some(true)
    }

    /// Ends it.
    pub async fn close(self) {
        self.fleet.shutdown().await;
        self.scope.shutdown(Duration::from_secs(2)).await;
    }
}

/// A fleet in that home.
///
/// # Errors
/// It does not start.
pub async fn open(scope: &Scope, home: &Path, keys: Keys) -> Result<Fleet> {
    let options = Options { home: Home::at(home), embedded: None, keys, clock: Arc::new(RealClock), shared: false };
    Ok(Fleet::start(scope, options).await?)
}

/// Adds a node to a fleet; its id.
///
/// # Errors
/// The address or the key is refused.
pub async fn add(fleet: &Fleet, vendor: Vendor, address: &str, key: &str) -> Result<String> {
    let form = NodeForm {
        name: "box".to_owned(),
        address: address.to_owned(),
        vendor,
        key: Some(Secret::new(key)),
        trust: None,
        session_only: false,
        reach: None,
    };
    fleet.node_add(WINDOW, NodeAdd { form }).await.context("adding the node")
}

/// A keyring that goes with its test.
#[derive(Default)]
struct Drawer(Mutex<HashMap<String, SecretString>>);

impl Vault for Drawer {
    fn set(&self, account: &str, secret: &SecretString) -> Result<(), VaultError> {
        self.0.lock().insert(account.to_owned(), secret.clone());
        Ok(())
    }

    fn get(&self, account: &str) -> Result<Option<SecretString>, VaultError> {
        Ok(self.0.lock().get(account).cloned())
    }

    fn delete(&self, account: &str) -> Result<(), VaultError> {
        self.0.lock().remove(account);
        Ok(())
    }
}
