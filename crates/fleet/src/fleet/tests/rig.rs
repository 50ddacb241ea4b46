//! What the fleet's tests share: a house in a folder of its own, and a window that believes its batches.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use contract::approval::Approval;
use contract::calls::{SendMessage, Watch};
use contract::node::{Node, NodeForm, Vendor};
use contract::transcript::{Fate, Row, RowBody, SessionRef};
use contract::{Batch, Handler, Secret, Topic, Update};
use gateway::{Config, Gateway, Listen, Listening, Tls};
use secrecy::SecretString;
use supervise::Scope;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::{Notify, mpsc};

use crate::core::RealClock;
use crate::fleet::{Fleet, Home, Options, StartError};
use crate::keys::Keys;
use crate::keys::tests::Slow;
use crate::nodes::{Embedded, LOCAL};

/// The token of a gateway that listens.
pub const TOKEN: &str = "canary-token-0123456789";

/// A folder and everything that lives in it. The folder goes with it.
pub struct House {
    pub scope: Scope,
    pub folder: TempDir,
    pub vault: Arc<Slow>,
}

impl House {
    pub fn new() -> House {
        // Another test of this process may have done it: they agree on the provider.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        House { scope: Scope::root("test"), folder: tempfile::tempdir().unwrap(), vault: Arc::default() }
    }

    pub fn home(&self) -> Home {
        Home::at(self.folder.path())
    }

    pub async fn gateway(&self, name: &str) -> Gateway {
        gateway(&self.scope, &self.folder.path().join(name)).await
    }

    pub async fn fleet(&self, embedded: Option<Embedded>) -> Fleet {
        self.try_fleet(embedded, false).await.unwrap()
    }

    pub async fn try_fleet(&self, embedded: Option<Embedded>, shared: bool) -> Result<Fleet, StartError> {
        let keys = Keys::with(&self.scope, self.vault.clone());
        let options = Options { home: self.home(), embedded, keys, clock: Arc::new(RealClock), shared };
        Fleet::start(&self.scope, options).await
    }
}

async fn gateway(scope: &Scope, data: &Path) -> Gateway {
    Gateway::start(scope, data, Config::default_in(data)).await.unwrap()
}

/// The gateway as the app embeds it.
pub fn embedded(gateway: &Gateway) -> Embedded {
    let gateway = gateway.clone();
    Embedded { connect: Arc::new(move || gateway.connect()), name: LOCAL.to_owned() }
}

/// Opens a port of the gateway.
pub async fn listening(gateway: &Gateway, tls: Option<Tls>) -> Listening {
    let addr = "127.0.0.1:0".parse().unwrap();
    gateway.listen(Listen { addr, token: SecretString::from(TOKEN.to_owned()), tls }).await.unwrap()
}

/// A form as the window fills it in.
pub fn form(name: &str, address: &str) -> NodeForm {
    NodeForm {
        name: name.to_owned(),
        address: address.to_owned(),
        vendor: Vendor::Moltis,
        key: Some(Secret::new(TOKEN)),
        trust: None,
        session_only: false,
        reach: None,
    }
}

/// A line to a gateway that can be cut, and that can swallow what the gateway says.
#[derive(Default)]
pub struct Cable {
    pub deaf: AtomicBool,
    pub down: AtomicBool,
    cut: Notify,
    pub connections: AtomicU32,
}

#[allow(clippy::disallowed_methods, reason = "the far side of a line is no task of the house")]
impl Cable {
    pub fn embedded(self: &Arc<Self>, gateway: &Gateway) -> Embedded {
        let (cable, gateway) = (self.clone(), gateway.clone());
        let connect = move || {
            let (near, far) = tokio::io::duplex(1 << 16);
            if !cable.down.load(Ordering::SeqCst) {
                cable.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(cable.clone().carry(far, gateway.connect()));
            }
            near
        };
        Embedded { connect: Arc::new(connect), name: LOCAL.to_owned() }
    }

    /// Breaks all connections that are open.
    pub fn cut(&self) {
        self.cut.notify_waiters();
    }

    async fn carry(self: Arc<Self>, client: DuplexStream, server: DuplexStream) {
        let (mut from_client, mut to_client) = tokio::io::split(client);
        let (mut from_server, mut to_server) = tokio::io::split(server);
        let up = async {
            let mut buffer = vec![0; 1 << 14];
            while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
                if to_server.write_all(&buffer[..read]).await.is_err() {
                    return;
                }
            }
        };
        let down = async {
            let mut buffer = vec![0; 1 << 14];
            while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
                if self.deaf.load(Ordering::SeqCst) {
                    continue;
                }
                if to_client.write_all(&buffer[..read]).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = up => {}
            () = down => {}
            () = self.cut.notified() => {}
        }
    }
}

/// A window: it believes what the batches say, and checks that none is missing.
pub struct Screen {
    batches: mpsc::Receiver<Batch>,
    next: Option<u64>,
    pub rows: BTreeMap<String, Row>,
    pub loading: bool,
    pub nodes: HashMap<String, Node>,
    pub approvals: HashMap<String, Approval>,
}

impl Screen {
    pub async fn watching(fleet: &Fleet, window: &str, topics: Vec<Topic>) -> Screen {
        let batches = fleet.attach(window);
        fleet.watch(window, Watch { topics }).await.unwrap();
        Screen {
            batches,
            next: None,
            rows: BTreeMap::new(),
            loading: false,
            nodes: HashMap::new(),
            approvals: HashMap::new(),
        }
    }

    /// Takes batches until the window shows it.
    pub async fn until<T>(&mut self, what: &str, shows: impl Fn(&Screen) -> Option<T>) -> T {
        let seen = tokio::time::timeout(Duration::from_secs(30), async {
            loop {
                if let Some(found) = shows(self) {
                    return found;
                }
                let batch = self.batches.recv().await.expect("the channel is open");
                self.take(batch);
            }
        });
        match seen.await {
            Ok(found) => found,
            Err(_) => panic!("the window never showed {what}; rows: {:#?}, nodes: {:#?}", self.rows, self.nodes),
        }
    }

    fn take(&mut self, batch: Batch) {
        assert!(self.next.is_none_or(|next| next == batch.seq), "a batch is missing");
        self.next = Some(batch.seq + 1);
        for update in batch.updates {
            self.update(update);
        }
    }

    fn update(&mut self, update: Update) {
        match update {
            Update::Nodes { nodes } => self.nodes = nodes.into_iter().map(|node| (node.id.clone(), node)).collect(),
            Update::Node { node } => drop(self.nodes.insert(node.id.clone(), *node)),
            Update::NodeGone { id } => drop(self.nodes.remove(&id)),
            Update::Approvals { approvals } => {
                self.approvals = approvals.into_iter().map(|asked| (asked.id.clone(), asked)).collect();
            }
            Update::Approval { approval } => drop(self.approvals.insert(approval.id.clone(), *approval)),
            Update::Transcript { window } => {
                self.loading = window.loading;
                self.rows = window.rows.into_iter().map(|row| (row.id.clone(), row)).collect();
            }
            Update::TranscriptHead { loading, .. } => self.loading = loading,
            Update::Row { row, .. } => drop(self.rows.insert(row.id.clone(), row)),
            Update::RowText { id, text, .. } => match &mut self.rows.get_mut(&id).expect("a row that streams").body {
                RowBody::Assistant { text: all, .. } | RowBody::Thinking { text: all, .. } => all.push_str(&text),
                other => panic!("this row does not stream: {other:?}"),
            },
            Update::RowGone { id, .. } => drop(self.rows.remove(&id)),
            _ => {}
        }
    }

    /// The fate of the person's message with that text, for each row that shows it.
    pub fn fates(&self, said: &str) -> Vec<Option<Fate>> {
        let fates = self.rows.values().filter_map(|row| match &row.body {
            RowBody::User { text, fate, .. } if text == said => Some(*fate),
            _ => None,
        });
        fates.collect()
    }

    /// What agents said, whole.
    pub fn answers(&self) -> Vec<String> {
        let mut rows: Vec<_> = self.rows.values().collect();
        rows.sort_by_key(|row| row.order);
        let said = rows.into_iter().filter_map(|row| match &row.body {
            RowBody::Assistant { text, streaming: false, .. } => Some(text.clone()),
            _ => None,
        });
        said.collect()
    }
}

/// The main session of the node's first agent.
pub fn main_of(node: &str) -> SessionRef {
    SessionRef { node: node.to_owned(), session: "main".to_owned() }
}

pub fn transcript(of: &SessionRef) -> Topic {
    Topic::Transcript { of: of.clone(), limit: 200 }
}

pub async fn say(fleet: &Fleet, of: &SessionRef, text: &str, client_id: &str) {
    let (text, client_id) = (text.to_owned(), client_id.to_owned());
    let message = SendMessage { of: of.clone(), agent: None, text, client_id };
    fleet.send_message("main", message).await.unwrap();
}

/// Waits until the node is ready.
pub async fn ready(fleet: &Fleet, node: &str) {
    let post = fleet.inner.nodes.get(node).unwrap();
    let mut standing = post.signals.standing();
    let waited = tokio::time::timeout(Duration::from_secs(30), standing.wait_for(|at| at.is_ready()));
    let state = waited.await.map(drop);
    assert!(state.is_ok(), "never ready: {:?}", post.signals.standing().borrow());
}
