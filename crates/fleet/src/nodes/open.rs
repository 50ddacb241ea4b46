//! From a row to a link: the keys out of the keyring, the target, the tasks that serve the connection. A keyring that
//! is locked is a state of the node, and it goes on by itself once the keyring comes round.

use std::sync::Arc;
use std::time::Duration;

use contract::node::Vendor;
use link::event::NodeState;
use link::{Address, Choice, OnToken, Target, Transport};
use secrecy::SecretString;
use supervise::{Restart, Scope};

use super::post::Kind;
use super::tap::Tap;
use super::{Credential, Parts, Post, identity};
use crate::apply::Fact;
use crate::keys::{KeyFault, Place, Slot};
use crate::table::node::{Kept, NodeRow};
use crate::{inbox, outbox, sync};

/// How a node's own tasks come back when they fail; only the database can make them.
const BACK: Restart = Restart::Backoff { first: Duration::from_millis(500), cap: Duration::from_secs(30) };

/// Connects a node. It ends when the link is open or cannot be; the link's own tasks go on in `scope`.
///
/// # Errors
/// The row's address or fingerprint cannot be read any more.
pub async fn open(parts: &Arc<Parts>, post: &Arc<Post>, scope: &Scope) -> Result<(), String> {
    let row = post.row();
    let Some(credentials) = credentials(parts, post, &row, scope).await else {
        return Ok(());
    };
    parts.core.feed(&post.id, [Fact::KeyInMemory(row.key == Kept::Session)]);
    let target = match &post.kind {
        Kind::Local(embedded) => Target {
            name: row.name.clone(),
            choice: Choice::Is(link::dialect::Kind::Moltis),
            address: Address::in_memory(),
            pin: None,
            credentials,
            ours: parts.ours.clone(),
            on_token: None,
            transport: Transport::Memory(embedded.connect.clone()),
        },
        Kind::Kept | Kind::Once => match target(parts, &row, credentials) {
            Ok(target) => Target { on_token: Some(keep_token(parts, &row, scope)), ..target },
            Err(reason) => {
                post.stands(parts, NodeState::Failed { reason: reason.clone() });
                return Err(reason);
            }
        },
    };
    let tap = Tap::new(parts, post);
    post.linked(link::open(scope, target, tap));
    let (p, n) = (parts.clone(), post.clone());
    serve(scope, "sync", move || {
        let (parts, post) = (p.clone(), n.clone());
        async move { sync::keep_fresh(&parts, &post).await }
    });
    if !parts.shared {
        let (p, n) = (parts.clone(), post.clone());
        serve(scope, "outbox", move || {
            let (parts, post) = (p.clone(), n.clone());
            async move { outbox::work(&parts, &post).await }
        });
        let (p, n) = (parts.clone(), post.clone());
        serve(scope, "rules", move || {
            let (parts, post) = (p.clone(), n.clone());
            async move { inbox::answer_by_rules(&parts, &post).await }
        });
    }
    Ok(())
}

/// A task of the node that runs until the node's scope ends, and comes back when it fails.
fn serve<F>(scope: &Scope, name: &str, mut make: impl FnMut() -> F + Send + 'static)
where
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    let stop = scope.clone();
    scope.spawn_forever(name, BACK, move || {
        let (work, stop) = (make(), stop.clone());
        async move {
            tokio::select! {
                end = work => end,
                () = stop.cancelled() => Ok(()),
            }
        }
    });
}

/// What a link to that row needs to know.
///
/// # Errors
/// A sentence: the address or the fingerprint cannot be read.
pub fn target(parts: &Parts, row: &NodeRow, credentials: Credential) -> Result<Target, String> {
    let address = Address::parse(&row.address).map_err(|error| error.to_string())?;
    let pin = row.pin.as_deref().map(str::parse).transpose();
    Ok(Target {
        name: row.name.clone(),
        choice: choice(row.vendor),
        address,
        pin: pin.map_err(|error: link::FingerprintError| error.to_string())?,
        credentials,
        ours: parts.ours.clone(),
        on_token: None,
        transport: Transport::Net,
    })
}

/// Keeps the token that a gateway gave this device, where the device's own secret is.
fn keep_token(parts: &Arc<Parts>, row: &NodeRow, scope: &Scope) -> OnToken {
    let (parts, scope, id) = (parts.clone(), scope.clone(), row.id.clone());
    let place = if row.device == Kept::Keyring { Place::Keyring } else { Place::Memory };
    Arc::new(move |token: SecretString| {
        let (parts, id) = (parts.clone(), id.clone());
        scope.spawn(
            "keep the device token",
            async move { parts.keys.keep(&id, Slot::DeviceToken, place, &token).await },
        );
    })
}

fn choice(vendor: Vendor) -> Choice {
    use link::dialect::Kind;
    match vendor {
        Vendor::Auto => Choice::Auto,
        Vendor::Pilothouse | Vendor::Moltis => Choice::Is(Kind::Moltis),
        Vendor::Openclaw => Choice::Is(Kind::Openclaw),
        Vendor::McpDashboard => Choice::Is(Kind::McpDashboard),
    }
}

/// The node's keys, when they can be had; else the node says why. While the keyring is silent it waits for it.
async fn credentials(parts: &Parts, post: &Post, row: &NodeRow, scope: &Scope) -> Option<Credential> {
    loop {
        let fault = match identity::read(parts, row, None).await {
            Ok(credentials) => return Some(credentials),
            Err(fault) => fault,
        };
        let waits = matches!(fault, identity::Missing::Keyring(KeyFault::Silent));
        post.stands(parts, fault.into_state());
        if !waits {
            return None;
        }
        tokio::select! {
            () = parts.keys.free() => {}
            () = scope.cancelled() => return None,
        }
    }
}
