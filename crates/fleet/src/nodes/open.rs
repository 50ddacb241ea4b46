//! From a row to a link: the keys out of the keyring, the target, the tasks that serve the connection. A keyring that
//! is locked is a state of the node, and it goes on by itself once the keyring comes round.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use contract::node::Vendor;
use link::event::NodeState;
use link::record::Tape;
use link::{Address, Choice, ClientFiles, OnRoute, OnToken, Route, Routes, Taken, Target, TlsTerms, Transport};
use secrecy::SecretString;
use supervise::{Restart, Scope};

use super::post::Kind;
use super::tap::Tap;
use super::{Credential, Parts, Post, drift, identity};
use crate::apply::Fact;
use crate::keys::{KeyFault, Place, Slot};
use crate::nearby::places;
use crate::table::node::{Kept, NodeRow};
use crate::{inbox, outbox, sync};

/// How a node's own tasks come back when they fail; only the database can make them.
const BACK: Restart = Restart::Backoff { first: Duration::from_millis(500), cap: Duration::from_secs(30) };

/// Connects a node. It ends when the link is open or cannot be; the link's own tasks go on in `scope`.
///
/// # Errors
/// One of the row's routes cannot be read any more.
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
            routes: Address::in_memory().into(),
            tls: TlsTerms::default(),
            credentials,
            ours: parts.ours.clone(),
            on_token: None,
            on_route: None,
            on_drift: Some(drift::tell(parts, post, scope)),
            tape: post.tape.clone(),
            transport: Transport::Memory(embedded.connect.clone()),
        },
        Kind::Kept | Kind::Once => match target(parts, &row, credentials) {
            Ok(target) => Target {
                on_token: Some(keep_token(parts, &row, scope)),
                on_route: Some(tell_route(parts, &post.id)),
                on_drift: Some(drift::tell(parts, post, scope)),
                tape: post.tape.clone(),
                ..target
            },
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
/// A sentence: a route cannot be read.
pub fn target(parts: &Parts, row: &NodeRow, credentials: Credential) -> Result<Target, String> {
    let routes = routes(row)?;
    Ok(Target {
        name: row.name.clone(),
        choice: choice(row.vendor),
        tls: terms(parts, row, &routes),
        routes,
        credentials,
        ours: parts.ours.clone(),
        on_token: None,
        on_route: None,
        on_drift: None,
        tape: Tape::default(),
        transport: Transport::Net,
    })
}

/// The ways to a node, the preferred one first.
///
/// # Errors
/// A sentence: one of them cannot be read.
pub fn routes(row: &NodeRow) -> Result<Routes, String> {
    let read = |text: &String| Route::parse(text).map_err(|error| error.to_string());
    let others = row.reach.routes.iter().map(read).collect::<Result<_, _>>()?;
    Ok(Routes::new(read(&row.address)?, others))
}

/// Whom to trust on the ways to a node, and our own certificate.
fn terms(parts: &Parts, row: &NodeRow, routes: &Routes) -> TlsTerms {
    let general = parts.ca_file.load_full().map(|file| file.to_string());
    let named = row.reach.ca_file.iter().cloned().chain(general).map(PathBuf::from);
    // Moltis on this computer: its authority is in the person's own files, and nobody has to compare anything.
    let here = routes.iter().any(|route| route.via.is_none() && route.address.is_loopback());
    let own = Some(()).filter(|()| here).and_then(|()| places::moltis_authority());
    let client = row
        .reach
        .client
        .as_ref()
        .map(|files| ClientFiles { certificate: PathBuf::from(&files.certificate), key: PathBuf::from(&files.key) });
    TlsTerms { pins: row.pins.clone(), authorities: named.chain(own).collect(), client }
}

/// Tells the core by which route a connection came about.
fn tell_route(parts: &Arc<Parts>, id: &str) -> OnRoute {
    let (core, id) = (parts.core.clone(), id.to_owned());
    Arc::new(move |taken: &Taken| core.feed(&id, [Fact::Route(taken.clone())]))
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
