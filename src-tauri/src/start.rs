//! The start of the house beside the window: folders, our own gateway, the fleet. What fails is a sentence for the
//! window, and the rest goes on without it.

use std::convert::Infallible;
use std::sync::Arc;

use contract::{Batch, Fault, Request};
use fleet::core::RealClock;
use fleet::keys::Keys;
use fleet::nodes::Embedded;
use fleet::{Fleet, Home, HomeError, Options};
use gateway::{Config, Gateway};
use serde_json::Value;
use supervise::Scope;
use tokio::sync::{SetOnce, mpsc};

/// The folder of our own gateway, in the home's data folder.
const GATEWAY: &str = "gateway";
/// What a mistake in the settings means for the person.
const MEANWHILE: &str = "The local node runs with the usual settings until that is mended and the window opened anew.";

/// Where the window finds the house, once it has started.
pub struct Door {
    scope: Scope,
    house: SetOnce<House>,
}

/// A house that started, or the sentences why it did not.
enum House {
    Open(Fleet),
    Shut(Vec<String>),
}

impl Door {
    /// Nothing behind it yet.
    pub fn new(root: &Scope) -> Door {
        Door { scope: root.clone(), house: SetOnce::new() }
    }

    /// Starts the house. Whoever asks meanwhile waits.
    pub fn open(self: &Arc<Self>, home: Result<Home, HomeError>) {
        let door = self.clone();
        self.scope.spawn("start", async move {
            let house = house(&door.scope, home).await;
            // It is opened once; a second house would be dropped.
            let _ = door.house.set(house);
            Ok::<(), Infallible>(())
        });
    }

    /// Answers what a window asks.
    pub async fn call(&self, request: Request) -> Result<Value, Fault> {
        match self.house.wait().await {
            House::Open(fleet) => fleet.call(request).await,
            House::Shut(sentences) => fleet::shut(sentences, &request),
        }
    }

    /// The batches of a window, if the house is open.
    pub async fn attach(&self, window: &str) -> Option<mpsc::Receiver<Batch>> {
        match self.house.wait().await {
            House::Open(fleet) => Some(fleet.attach(window)),
            House::Shut(_) => None,
        }
    }

    /// A window is gone.
    pub fn detach(&self, window: &str) {
        if let Some(House::Open(fleet)) = self.house.get() {
            fleet.core().detach(window);
        }
    }

    /// Ends what the house does with others.
    pub async fn close(&self) {
        if let Some(House::Open(fleet)) = self.house.get() {
            fleet.shutdown().await;
        }
    }

    /// The scope of the house.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}

async fn house(scope: &Scope, home: Result<Home, HomeError>) -> House {
    let home = match home.and_then(|home| home.create().map(|()| home)) {
        Ok(home) => home,
        Err(error) => return House::Shut(vec![said(&error)]),
    };
    let keys = Keys::system(scope);
    let (embedded, fault) = match embedded(scope, &home, &keys).await {
        Ok((embedded, fault)) => (Some(embedded), fault),
        Err(sentence) => (None, Some(sentence)),
    };
    let options = Options { home, embedded, keys, clock: Arc::new(RealClock), shared: false };
    match Fleet::start(scope, options).await {
        Ok(fleet) => {
            fault.into_iter().for_each(|sentence| fleet.note_start_fault(sentence));
            House::Open(fleet)
        }
        Err(error) => House::Shut(vec![said(&error)]),
    }
}

/// Our own gateway. Settings with a mistake in them are told and left alone; it runs with the usual ones.
async fn embedded(scope: &Scope, home: &Home, keys: &Keys) -> Result<(Embedded, Option<String>), String> {
    let data = home.data.join(GATEWAY);
    let (config, fault) = match Config::open(&data) {
        Ok(config) => (config, None),
        Err(error) => (Config::default_in(&data), Some(format!("{} {MEANWHILE}", said(&error)))),
    };
    let gateway =
        Gateway::start(scope, &data, config.with_keys(keys.of_models())).await.map_err(|error| said(&error))?;
    let connect = move || gateway.connect();
    Ok((Embedded { connect: Arc::new(connect), name: fleet::nodes::LOCAL.to_owned() }, fault))
}

/// The sentence for the window; the chain for the log.
fn said(error: &dyn std::error::Error) -> String {
    let chain = std::iter::successors(error.source(), |cause| cause.source());
    let causes: Vec<_> = chain.map(ToString::to_string).collect();
    tracing::error!(?causes, "{error}");
    fleet::calls::sentence(&error.to_string())
}
