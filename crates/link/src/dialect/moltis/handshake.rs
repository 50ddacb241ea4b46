//! The first exchange: our greeting in the flat form, the gateway's hello or its
//! refusal. And what follows when a connection ends, which Moltis never explains.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use wire::Scope;

use super::super::envelope::{Envelope, Failure};
use super::super::fields::{fields, nested, object};
use super::super::lax::{Int, Raw, Text, read, words};
use super::super::names::Names;
use super::super::pending::{Ask, Asker};
use super::super::rights;
use super::super::{Close, Out};
use super::{Moltis, calls, say};
use crate::event::{Body, NodeState};

/// The events that are of use. Without `*`: that would bring the gateway's log too.
const EVENTS: [&str; 18] = [
    "tick",
    "chat",
    "session",
    "agents.changed",
    "presence",
    "channel",
    "exec.approval.requested",
    "exec.approval.resolved",
    "node.pair.requested",
    "node.pair.resolved",
    "device.pair.resolved",
    "models.updated",
    "mcp.status",
    "update.available",
    "metrics.update",
    "auth.credentials_changed",
    "node.telemetry",
    "error",
];

/// How far the handshake is.
#[derive(Debug)]
pub(super) enum Stage {
    /// Before the hello.
    Greeting,
    Ready,
    /// The gateway said no, or its connection is of no use any more; this is why.
    Over(Close),
}

/// What the hello gave us.
#[derive(Debug)]
pub(super) struct Granted {
    pub scopes: Vec<String>,
    pub extensions: Vec<String>,
    /// What it can be asked; empty when it does not say.
    methods: Names,
    pub tick_ms: u64,
    product: &'static str,
}

impl Default for Granted {
    fn default() -> Self {
        Self {
            scopes: Vec::new(),
            extensions: Vec::new(),
            methods: Names::default(),
            tick_ms: 30_000,
            product: "Moltis",
        }
    }
}

impl Granted {
    /// Whether the gateway has this extension of ours.
    pub fn extends(&self, name: &str) -> bool {
        self.extensions.iter().any(|extension| extension == name)
    }

    /// Whether the gateway has this method, as far as it says.
    pub fn has(&self, method: &str) -> bool {
        rights::has(&self.methods, method)
    }

    /// Whether the key may do this, as far as the gateway says.
    pub fn may(&self, scope: Scope) -> bool {
        rights::may(&self.scopes, scope)
    }

    /// Who speaks, for a sentence.
    pub fn vendor(&self) -> &'static str {
        self.product
    }
}

/// Parameters of `connect` in the flat form of version three.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Connect<'a> {
    min_protocol: u32,
    max_protocol: u32,
    client: wire::connect::ClientInfo,
    role: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth: Option<Auth<'a>>,
    locale: &'a str,
}

/// The credential; its names are the gateway's, of two habits.
#[derive(Default, Serialize)]
struct Auth<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(rename = "deviceToken", skip_serializing_if = "Option::is_none")]
    device_token: Option<&'a str>,
}

impl<'a> Auth<'a> {
    /// A key says by its beginning what it is; anything else may be a password or a
    /// token.
    fn of(key: &'a str) -> Self {
        if key.starts_with("mk_") {
            Self { api_key: Some(key), ..Self::default() }
        } else if key.starts_with("mdt_") {
            Self { device_token: Some(key), ..Self::default() }
        } else {
            Self { api_key: Some(key), password: Some(key), token: Some(key), ..Self::default() }
        }
    }
}

impl Moltis {
    pub(super) fn greet(&mut self, out: &mut Out) {
        let id = self.pending.enter(Ask::Connect, Asker::Own);
        let key = self.credentials.key.as_ref().map(SecretString::expose_secret);
        let params = Connect {
            min_protocol: 3,
            max_protocol: wire::PROTOCOL,
            client: wire::connect::ClientInfo {
                id: self.ours.name.to_lowercase(),
                version: self.ours.version.clone(),
                platform: self.ours.platform.to_owned(),
                mode: "operator".to_owned(),
                display_name: Some(self.ours.name.clone()),
                instance_id: Some(self.ours.instance.clone()),
            },
            role: "operator",
            auth: key.map(Auth::of),
            locale: "en",
        };
        calls::write(&id, "connect", &params, out);
    }

    /// The gateway let us in.
    pub(super) fn hello(&mut self, hello: Hello<'_>, now: i64, out: &mut Out) {
        let (server, auth) = (hello.server.unwrap_or_default(), hello.auth.unwrap_or_default());
        let features = hello.features.unwrap_or_default();
        let policy: Policy = read(hello.policy).unwrap_or_default();
        let own = server.product.get() == Some(wire::PRODUCT);
        self.granted = Granted {
            scopes: words(auth.scopes),
            extensions: words(features.extensions),
            methods: features.methods,
            tick_ms: policy.tick_interval_ms.natural().filter(|ms| *ms > 0).unwrap_or(30_000),
            product: if own { "Pilothouse" } else { "Moltis" },
        };
        self.stage = Stage::Ready;
        let (version, product) = (server.version.owned(), Some(self.granted.product.to_owned()));
        let state = NodeState::Ready { version, product, scopes: self.granted.scopes.clone() };
        say(now, Body::NodeState(state), out);
        if self.live && (self.granted.may(Scope::Write) || self.granted.extends("subscribe.read")) {
            let id = self.pending.enter(Ask::Subscribe, Asker::Own);
            calls::write(&id, "subscribe", &serde_json::json!({"events": EVENTS}), out);
        }
    }

    /// A response that says no before the hello is the handshake's end.
    pub(super) fn handshake_refused(&mut self, frame: &Envelope<'_>, now: i64, out: &mut Out) {
        let failure: Failure<'_> = read(frame.error).unwrap_or_default();
        self.give_up(refused(&failure, self.credentials.key.is_some() || !self.live, now), now, out);
    }

    /// This connection is of no use any more.
    pub(super) fn give_up(&mut self, close: Close, now: i64, out: &mut Out) {
        say(now, Body::NodeState(close.state.clone()), out);
        out.close = Some(close.clone());
        if self.live || self.greeting_is_open() {
            self.stage = Stage::Over(close);
        }
    }

    pub(super) fn greeting_is_open(&self) -> bool {
        matches!(self.stage, Stage::Greeting)
    }

    pub(super) fn after_close(&self, code: Option<u16>, reason: &str, now: i64) -> Close {
        if let Stage::Over(close) = &self.stage {
            return close.clone();
        }
        let reason = match (code, reason) {
            (Some(1013), _) => "The gateway closed the connection because we read too slowly.".to_owned(),
            (Some(1012 | 1001), _) => "The gateway restarts or was stopped.".to_owned(),
            (_, said) if !said.is_empty() => format!("The gateway closed the connection: {said}."),
            _ if self.greeting_is_open() => "The gateway dropped the connection before it answered the greeting. If \
                 this goes on, it may not be a Moltis gateway."
                .to_owned(),
            _ => "The connection to the gateway broke.".to_owned(),
        };
        again_after(1_000, reason, now)
    }
}

/// The same again after a while.
pub(super) fn again_after(ms: i64, reason: String, now: i64) -> Close {
    let next = now.saturating_add(ms.max(0));
    Close { state: NodeState::BackingOff { attempt: 1, next, reason }, retry: true }
}

fn refused(failure: &Failure<'_>, has_key: bool, now: i64) -> Close {
    let never = |state: NodeState| Close { state, retry: false };
    let said = failure.message.filled().unwrap_or("no reason given").to_owned();
    let wait = failure.retry_after_ms.0.unwrap_or(60_000);
    match failure.code.or_empty() {
        "UNAUTHORIZED" if !has_key => never(NodeState::Unauthorised {
            reason:
                "The gateway wants a key. Make one there under Settings, API keys (operator.read, operator.write and \
                     operator.approvals), and enter it."
                    .into(),
        }),
        "UNAUTHORIZED" => never(NodeState::Unauthorised {
            reason:
                "The gateway did not accept the key. Look whether it was revoked or belongs to another gateway, then \
                     enter a valid one."
                    .into(),
        }),
        "FORBIDDEN" if said.contains("scope") => never(NodeState::Unauthorised {
            reason: "The key was made without any rights. Make one with operator.read, operator.write and \
                     operator.approvals, and enter it."
                .into(),
        }),
        "FORBIDDEN" => never(NodeState::Unauthorised { reason: format!("The gateway refused this device: {said}.") }),
        "PROTOCOL_ERROR" => never(incompatible(&said)),
        "RATE_LIMITED" => Close {
            state: NodeState::RateLimited {
                until: now.saturating_add(wait.max(0)),
                reason: "The gateway takes no more attempts for a while.".into(),
            },
            retry: true,
        },
        "UNAVAILABLE" | "TIMEOUT" => again_after(1_000, format!("The gateway is not ready yet: {said}."), now),
        _ => never(NodeState::Failed { reason: format!("The gateway refused the connection: {said}.") }),
    }
}

fn incompatible(said: &str) -> NodeState {
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    let theirs = said.split("server=").nth(1).map(digits).filter(|digits| !digits.is_empty());
    let theirs = theirs.unwrap_or_else(|| "another".into());
    let reason = format!(
        "The gateway speaks protocol {theirs} and turned ours down ({said}). Update whichever of the two is older."
    );
    NodeState::Incompatible { ours: format!("3 to {}", wire::PROTOCOL), theirs, reason }
}

/// The gateway's greeting.
#[derive(Default, Deserialize)]
pub(super) struct Hello<'a> {
    #[serde(rename = "type", default, borrow)]
    kind: Text<'a>,
    #[serde(default, borrow, deserialize_with = "nested")]
    server: Option<Server<'a>>,
    #[serde(default, borrow, deserialize_with = "nested")]
    auth: Option<Auths<'a>>,
    #[serde(default, borrow, deserialize_with = "nested")]
    features: Option<Features<'a>>,
    #[serde(default, borrow)]
    policy: Option<Raw<'a>>,
}

fields!(Hello<'a> {
    "type" => kind,
    "server" => server,
    "auth" => auth,
    "features" => features,
    "policy" => policy,
});

impl<'a> Hello<'a> {
    /// The greeting, if that is what a response bears.
    pub fn read(payload: Option<Raw<'a>>) -> Option<Self> {
        let entries = payload.filter(|payload| payload.get().starts_with('{'));
        object(entries).filter(|hello: &Self| hello.kind.get() == Some("hello-ok"))
    }
}

#[derive(Default, Deserialize)]
struct Server<'a> {
    #[serde(default, borrow)]
    version: Text<'a>,
    #[serde(default, borrow)]
    product: Text<'a>,
}

fields!(Server<'a> { "version" => version, "product" => product, });

#[derive(Default, Deserialize)]
struct Auths<'a> {
    #[serde(default, borrow)]
    scopes: Option<Raw<'a>>,
}

fields!(Auths<'a> { "scopes" => scopes, });

#[derive(Default, Deserialize)]
struct Features<'a> {
    #[serde(default)]
    methods: Names,
    #[serde(default, borrow)]
    extensions: Option<Raw<'a>>,
}

fields!(Features<'a> { "methods" => methods, "extensions" => extensions, });

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    #[serde(default)]
    tick_interval_ms: Int,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_rights_is_told_apart_from_a_wrong_key() {
        let of = |error: &str| refused(&serde_json::from_str(error).unwrap(), true, 0).state;
        let wrong = of(r#"{"code":"UNAUTHORIZED","message":"authentication failed"}"#);
        let empty = of(r#"{"code":"FORBIDDEN","message":"API key has no scopes"}"#);
        assert!(matches!(&wrong, NodeState::Unauthorised { reason } if reason.contains("did not accept")));
        assert!(matches!(&empty, NodeState::Unauthorised { reason } if reason.contains("without any rights")));
    }

    #[test]
    fn the_protocol_of_the_gateway_is_read_from_its_refusal() {
        let state = incompatible("protocol mismatch: server=5, client=3-4");
        assert!(matches!(state, NodeState::Incompatible { theirs, .. } if theirs == "5"));
    }

    #[test]
    fn a_key_goes_where_its_beginning_says() {
        let json = |key: &str| serde_json::to_string(&Auth::of(key)).unwrap();
        assert_eq!(json("mk_1"), r#"{"api_key":"mk_1"}"#);
        assert_eq!(json("mdt_1"), r#"{"deviceToken":"mdt_1"}"#);
        assert_eq!(json("p"), r#"{"api_key":"p","password":"p","token":"p"}"#);
    }
}
