//! What stands on the port: `GET /health` for anybody, `GET /ws` for clients.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::header::{
    AUTHORIZATION, CONNECTION, HOST, ORIGIN, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use hyper_util::rt::TokioIo;
use secrecy::SecretString;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use wire::status::Health;

use crate::connection::{self, websocket_config};
use crate::handshake::{Access, is_token};
use crate::methods::status::health_of;
use crate::state::State;

#[derive(Clone)]
struct Port {
    state: Arc<State>,
    token: Arc<SecretString>,
}

pub(crate) fn router(state: Arc<State>, token: SecretString) -> Router {
    let port = Port { state, token: Arc::new(token) };
    Router::new().route("/health", get(health)).route("/ws", get(upgrade)).with_state(port)
}

async fn health(Shared(port): Shared<Port>) -> Json<Health> {
    Json(health_of(&port.state))
}

/// Turns a request into a connection, unless a web page of somebody else's
/// sends it.
async fn upgrade(Shared(port): Shared<Port>, mut request: Request) -> Response {
    let headers = request.headers();
    if !same_host(headers) {
        return (StatusCode::FORBIDDEN, "cross-origin WebSocket connections are not allowed").into_response();
    }
    let Some(key) = websocket_key(headers) else {
        let hint = "This is a WebSocket address. Add it to Pilothouse as a gateway instead of opening it here.";
        return (StatusCode::UPGRADE_REQUIRED, [(UPGRADE, "websocket")], hint).into_response();
    };
    let access = access(headers, &port.token);
    let upgrade = hyper::upgrade::on(&mut request);
    let state = Arc::clone(&port.state);
    port.state.scope.spawn("client", async move {
        let socket = TokioIo::new(upgrade.await?);
        let socket = WebSocketStream::from_raw_socket(socket, Role::Server, Some(websocket_config())).await;
        connection::serve(state, socket, access).await;
        Ok::<(), hyper::Error>(())
    });
    let switch = [(CONNECTION, "Upgrade".to_owned()), (UPGRADE, "websocket".to_owned()), (SEC_WEBSOCKET_ACCEPT, key)];
    (StatusCode::SWITCHING_PROTOCOLS, switch).into_response()
}

/// The answer to the client's key, if this is a WebSocket handshake at all.
fn websocket_key(headers: &HeaderMap) -> Option<String> {
    let has = |name: HeaderName, word: &str| {
        let values = headers.get_all(name);
        values
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word)))
    };
    let is_handshake = has(CONNECTION, "upgrade") && has(UPGRADE, "websocket") && has(SEC_WEBSOCKET_VERSION, "13");
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| is_handshake)?;
    Some(derive_accept_key(key.as_bytes()))
}

/// Whether no page sends this, or one from this very address.
fn same_host(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    match (origin.as_ref().and_then(Uri::authority), text(HOST)) {
        (Some(origin), Some(host)) => origin.as_str().eq_ignore_ascii_case(host),
        _ => false,
    }
}

fn access(headers: &HeaderMap, token: &Arc<SecretString>) -> Access {
    let shown = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    match shown {
        Some(shown) if is_token(token, shown) => Access::Granted,
        _ => Access::Needs(Arc::clone(token)),
    }
}
