//! The first exchange of a connection: who is it, may it, and what are we.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use wire::connect::{CONNECT, Connect, Credentials, Features, Granted, HelloOk, Policy, Server};
use wire::{Code, Empty, Error, Frame, Method, event};

use crate::hub::Client;
use crate::start::TICK;
use crate::state::State;
use crate::table;

/// Bytes of one frame that a client may send.
pub(crate) const MAX_PAYLOAD: usize = 512 * 1024;

/// Whether a connection has to show a token.
#[derive(Clone)]
pub(crate) enum Access {
    /// It showed one already, or it is in our own process.
    Granted,
    Needs(Arc<SecretString>),
}

/// A first frame that was understood: the id to answer, and the answer.
pub(crate) struct Greeting {
    pub id: String,
    pub outcome: Result<Connect, Error>,
}

/// Reads the first frame. `None`: not even a `connect`, so there is no id to
/// answer.
pub(crate) fn read(text: &str, access: &Access) -> Option<Greeting> {
    let Ok(Frame::Req { id, method, params }) = Frame::parse(text) else {
        return None;
    };
    if method != CONNECT {
        return None;
    }
    Some(Greeting { id: id.into_owned(), outcome: examined(params, access) })
}

pub(crate) fn hello(state: &State, client: &Client) -> HelloOk {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    HelloOk {
        protocol: wire::PROTOCOL,
        server: Server {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            host: state.hostname.clone(),
            conn_id: client.conn_id.clone(),
            product: Some(wire::PRODUCT.to_owned()),
            gateway_id: Some(state.gateway_id.clone()),
            name: state.setup().config.file.name.clone(),
        },
        features: Features {
            methods: Method::ALL.iter().map(|method| method.name().to_owned()).collect(),
            events: owned(event::name::ALL),
            extensions: owned(wire::EXTENSIONS),
        },
        snapshot: Empty {},
        auth: Granted {
            device_token: String::new(),
            role: "operator".to_owned(),
            scopes: client.scopes.iter().map(|scope| scope.name().to_owned()).collect(),
            issued_at_ms: table::now_ms(),
        },
        policy: Policy {
            max_payload: MAX_PAYLOAD as u64,
            max_buffered_bytes: 1_572_864,
            tick_interval_ms: u64::try_from(TICK.as_millis()).unwrap_or(u64::MAX),
        },
    }
}

/// Compares through digests, so that the time tells nothing of the token.
pub(crate) fn is_token(token: &SecretString, shown: &str) -> bool {
    let (ours, theirs) = (Sha256::digest(token.expose_secret()), Sha256::digest(shown));
    ours.iter().zip(theirs.iter()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

fn examined(params: Option<&RawValue>, access: &Access) -> Result<Connect, Error> {
    let params = params.map_or("{}", RawValue::get);
    let connect: Connect = serde_json::from_str(params)
        .map_err(|error| Error::new(Code::InvalidRequest, format!("connect cannot be read: {error}")))?;
    let range = connect.params.protocol;
    if !(range.min..=range.max).contains(&wire::PROTOCOL) {
        let message = format!("protocol mismatch: server={}, client={}-{}", wire::PROTOCOL, range.min, range.max);
        return Err(Error::new(Code::ProtocolError, message));
    }
    if connect.params.role.as_deref().is_some_and(|role| role != "operator") {
        return Err(Error::new(Code::Forbidden, "this gateway takes operators only"));
    }
    match access {
        Access::Granted => Ok(connect),
        Access::Needs(token) if shows(connect.params.auth.as_ref(), token) => Ok(connect),
        Access::Needs(_) => Err(Error::new(Code::Unauthorized, "authentication failed")),
    }
}

fn shows(auth: Option<&Credentials>, token: &SecretString) -> bool {
    let shown = auth.and_then(|auth| auth.api_key.as_ref().or(auth.token.as_ref()));
    shown.is_some_and(|shown| is_token(token, shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_is_the_token() {
        let token = SecretString::from("mk_abc");
        assert!(is_token(&token, "mk_abc"));
        assert!(!is_token(&token, "mk_ab") && !is_token(&token, "") && !is_token(&token, "mk_abcd"));
    }
}
