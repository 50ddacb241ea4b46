//! `health`, `status` and `system-presence`.

use wire::Error;
use wire::status::{Client, Health, Presence, Status};

use crate::router::Context;
use crate::state::State;

pub(crate) async fn health(cx: &Context) -> Result<Health, Error> {
    Ok(health_of(&cx.state))
}

/// The same for `GET /health`.
pub(crate) fn health_of(state: &State) -> Health {
    Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        connections: state.hub.count(),
        protocol: Some(wire::PROTOCOL),
        product: Some(wire::PRODUCT.to_owned()),
    }
}

pub(crate) async fn status(cx: &Context) -> Result<Status, Error> {
    Ok(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        hostname: cx.state.hostname.clone(),
        connections: cx.state.hub.count(),
        uptime_ms: u64::try_from(cx.state.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        nodes: 0,
        has_mobile_node: false,
        active_runs: cx.state.lanes.active(),
        dropped_frames: cx.state.hub.dropped(),
    })
}

pub(crate) async fn presence(cx: &Context) -> Result<Presence, Error> {
    let clients = cx.state.hub.clients().into_iter().map(|client| Client {
        conn_id: client.conn_id.clone(),
        client_id: client.info.id.clone(),
        role: "operator".to_owned(),
        platform: client.info.platform.clone(),
        connected_at: client.since.elapsed().as_secs(),
        last_activity: client.idle_secs(),
    });
    Ok(Presence { clients: clients.collect(), nodes: Vec::new() })
}
