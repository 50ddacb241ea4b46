//! The first exchange: the gateway's challenge, our signed greeting, its hello. And
//! what follows when a connection ends.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::super::envelope::{Envelope, Failure};
use super::super::fields::{fields, nested, object};
use super::super::lax::{Int, Raw, Text, read, words};
use super::super::names::Names;
use super::super::pending::{Ask, Asker};
use super::super::{Allowed, Close, Out};
use super::identity::{Device, Signed, sign};
use super::refusal::{allowed, fewer, lost, refused};
use super::{Openclaw, say_state};
use crate::event::NodeState;

/// The id and mode that third parties use; both are closed lists.
const CLIENT_ID: &str = "gateway-client";
const CLIENT_MODE: &str = "ui";
const ROLE: &str = "operator";
/// What a control plane needs: the last one for timed jobs, settings, agents and what happens to sessions.
const SCOPES: [&str; 5] =
    ["operator.read", "operator.write", "operator.approvals", "operator.pairing", "operator.admin"];

/// How far the handshake is.
#[derive(Debug)]
pub(super) enum Stage {
    /// Before the hello.
    Greeting,
    Ready,
    /// The gateway said no; this is why.
    Refused(Close),
}

/// Parameters of `connect`. Unknown keys are refused, so nothing else is sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Connect<'a> {
    min_protocol: u32,
    max_protocol: u32,
    client: Client<'a>,
    role: &'a str,
    scopes: &'a [&'a str],
    caps: [&'a str; 3],
    #[serde(skip_serializing_if = "Option::is_none")]
    auth: Option<Auth<'a>>,
    locale: &'a str,
    user_agent: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Device>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Client<'a> {
    id: &'a str,
    mode: &'a str,
    version: &'a str,
    platform: &'a str,
    device_family: &'a str,
    display_name: &'a str,
    instance_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Auth<'a> {
    Token(&'a str),
    DeviceToken(&'a str),
}

#[derive(Default, Deserialize)]
struct Challenge<'a> {
    #[serde(default, borrow)]
    nonce: Text<'a>,
    #[serde(default)]
    ts: Int,
}

impl Openclaw {
    pub(super) fn challenge(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        if self.live && matches!(self.stage, Stage::Greeting) {
            let challenge: Challenge<'_> = read(payload).unwrap_or_default();
            let id = self.pending.enter(Ask::Connect, Asker::Own);
            let scopes = self.wanted();
            let params = self.greeting(&scopes, challenge.nonce.or_empty(), challenge.ts.0.unwrap_or(now));
            super::calls::write(&id, "connect", &params, out);
        }
        true
    }

    /// The rights to ask for: all of them, or those the owner allowed when he was asked for all.
    fn wanted(&self) -> Vec<&str> {
        match self.limits() {
            Some(allowed) => allowed.scopes.iter().map(String::as_str).collect(),
            None => SCOPES.to_vec(),
        }
    }

    /// What the owner allowed when he was asked for more.
    pub(super) fn limits(&self) -> Option<&Allowed> {
        self.ours.allowed.as_ref().filter(|allowed| !allowed.scopes.is_empty())
    }

    /// The owner allowed the rest: it is had by connecting anew.
    pub(super) fn allowed_more(&mut self, request: &str, now: i64, out: &mut Out) {
        if self.limits().is_some_and(|allowed| allowed.request == request) {
            self.allowed = Some(Allowed { scopes: Vec::new(), request: String::new() });
            let reason = "The gateway's owner has allowed this device more; connecting anew.".to_owned();
            let state = NodeState::BackingOff { attempt: 1, next: now, reason };
            self.refuse(Close { state, retry: true }, now, out);
        }
    }

    fn greeting<'a>(&'a self, scopes: &'a [&'a str], nonce: &str, signed_at: i64) -> Connect<'a> {
        let key = self.credentials.key.as_ref().map(SecretString::expose_secret);
        let token = self.credentials.device_token.as_ref().map(SecretString::expose_secret);
        let auth = key.map(Auth::Token).or(token.map(Auth::DeviceToken));
        let family = family(self.ours.platform);
        let signed = Signed {
            client_id: CLIENT_ID,
            client_mode: CLIENT_MODE,
            role: ROLE,
            scopes,
            signed_at,
            token: key.or(token).unwrap_or_default(),
            nonce,
            platform: self.ours.platform,
            device_family: family,
        };
        let device = self.credentials.device.as_ref().and_then(|secret| sign(secret, &signed));
        Connect {
            min_protocol: 3,
            max_protocol: 4,
            client: Client {
                id: CLIENT_ID,
                mode: CLIENT_MODE,
                version: &self.ours.version,
                platform: self.ours.platform,
                device_family: family,
                display_name: &self.ours.name,
                instance_id: &self.ours.instance,
            },
            role: ROLE,
            scopes,
            caps: ["tool-events", "exec-approvals", "plugin-approvals"],
            auth,
            locale: "en-US",
            user_agent: format!("{}/{}", self.ours.name.to_lowercase(), self.ours.version),
            device,
        }
    }

    /// The gateway let us in, with whatever rights.
    pub(super) fn hello(&mut self, payload: Raw<'_>, now: i64, out: &mut Out) {
        let mut hello: Hello<'_> = object(Some(payload)).unwrap_or_default();
        let auth = hello.auth.take().unwrap_or_default();
        let server = hello.server.take().unwrap_or_default();
        let scopes = words(auth.scopes);
        self.learn(hello, &auth);
        if scopes.is_empty() {
            let state = NodeState::Unauthorised { reason: NO_RIGHTS.into() };
            return self.refuse(Close { state, retry: false }, now, out);
        }
        self.stage = Stage::Ready;
        self.scopes.clone_from(&scopes);
        let (version, product) = (server.version.owned(), Some("OpenClaw".to_owned()));
        say_state(now, NodeState::Ready { version, product, scopes }, out);
        if self.live {
            self.watch_sessions(out);
        }
    }

    fn learn(&mut self, hello: Hello<'_>, auth: &Granted<'_>) {
        self.methods = hello.features.unwrap_or_default().methods;
        self.issued = auth.device_token.owned().map(SecretString::from);
        let snapshot = hello.snapshot.unwrap_or_default();
        let defaults: Defaults<'_> = read(snapshot.session_defaults).unwrap_or_default();
        self.main_session = defaults.main_session_key.owned();
        let policy: Policy = read(hello.policy).unwrap_or_default();
        self.tick_ms = policy.tick_interval_ms.natural().filter(|ms| *ms > 0).unwrap_or(30_000);
    }

    /// A response that says no before the hello is the handshake's end.
    pub(super) fn handshake_refused(&mut self, frame: &Envelope<'_>, now: i64, out: &mut Out) {
        let failure: Failure<'_> = read(frame.error).unwrap_or_default();
        self.allowed = allowed(&failure).filter(|_| self.live && self.limits().is_none());
        let close = match &self.allowed {
            Some(_) => fewer(now),
            None => refused(&failure, now),
        };
        self.refuse(close, now, out);
    }

    fn refuse(&mut self, close: Close, now: i64, out: &mut Out) {
        say_state(now, close.state.clone(), out);
        out.close = Some(close.clone());
        self.stage = Stage::Refused(close);
    }

    /// Whether the gateway has not answered the greeting yet.
    pub(super) fn greeting_is_open(&self) -> bool {
        matches!(self.stage, Stage::Greeting)
    }

    pub(super) fn after_close(&mut self, code: Option<u16>, reason: &str, now: i64) -> Close {
        if let Stage::Refused(close) = &self.stage {
            return close.clone();
        }
        let goodbye = self.goodbye.take();
        lost(code, reason, self.greeting_is_open(), goodbye, now)
    }
}

const NO_RIGHTS: &str = "The gateway let us in without any rights, because this device has no identity there. \
    Remove the node and add it again so that a device key is made, then approve it on the gateway's machine with: \
    openclaw devices list, openclaw devices approve <requestId>";

/// The name of a family of devices; a constant, because gateways pin it when they pair.
fn family(platform: &str) -> &'static str {
    match platform {
        "macos" => "Mac",
        "windows" => "Windows",
        _ => "Linux",
    }
}

#[derive(Default, Deserialize)]
struct Hello<'a> {
    #[serde(default, borrow, deserialize_with = "nested")]
    server: Option<Server<'a>>,
    #[serde(default, borrow, deserialize_with = "nested")]
    auth: Option<Granted<'a>>,
    #[serde(default, deserialize_with = "nested")]
    features: Option<Features>,
    #[serde(default, borrow, deserialize_with = "nested")]
    snapshot: Option<Snapshot<'a>>,
    #[serde(default, borrow)]
    policy: Option<Raw<'a>>,
}

fields!(Hello<'a> {
    "server" => server,
    "auth" => auth,
    "features" => features,
    "snapshot" => snapshot,
    "policy" => policy,
});

#[derive(Default, Deserialize)]
struct Features {
    #[serde(default)]
    methods: Names,
}

fields!(Features { "methods" => methods, });

#[derive(Default, Deserialize)]
struct Server<'a> {
    #[serde(default, borrow)]
    version: Text<'a>,
}

fields!(Server<'a> { "version" => version, });

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Granted<'a> {
    #[serde(default, borrow)]
    scopes: Option<Raw<'a>>,
    #[serde(default, borrow)]
    device_token: Text<'a>,
}

fields!(Granted<'a> { "scopes" => scopes, "deviceToken" => device_token, });

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snapshot<'a> {
    #[serde(default, borrow)]
    session_defaults: Option<Raw<'a>>,
}

fields!(Snapshot<'a> { "sessionDefaults" => session_defaults, });

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Defaults<'a> {
    #[serde(default, borrow)]
    main_session_key: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    #[serde(default)]
    tick_interval_ms: Int,
}
