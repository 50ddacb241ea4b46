//! A made-up vendor: words for frames.
//!
//! `hello` is a handshake, `hello TOKEN` issues a token, `say X` is a notice, `answer N` answers call N; `refuse`,
//! `pair`, `limit MS`, `old` and `restart` end the connection; `boom` is a bug in the dialect.

use secrecy::{ExposeSecret, SecretString};

use crate::call::{Call, CallError, Reply};
use crate::dialect::{Close, Dialect, Kind, Origin, Out, Upgrade};
use crate::event::{Body, Event, NodeState};
use crate::target::Target;

/// The silence a parrot bears, milliseconds.
pub const SILENCE: u64 = 60_000;

pub fn make(_: Kind, target: &Target) -> Box<dyn Dialect> {
    let spoken = target.credentials.device_token.as_ref().or(target.credentials.key.as_ref());
    let key = spoken.map(|key| key.expose_secret().to_owned()).unwrap_or_default();
    Box::new(Parrot { key, ready: false, token: None })
}

struct Parrot {
    key: String,
    ready: bool,
    token: Option<SecretString>,
}

pub fn ready() -> NodeState {
    NodeState::Ready {
        version: Some("1".to_owned()),
        product: Some("Parrot".to_owned()),
        scopes: vec!["talk".to_owned()],
    }
}

fn told(state: NodeState, retry: bool, now: i64, out: &mut Out) {
    out.events.push(Event::new(now, Body::NodeState(state.clone())));
    out.close = Some(Close { state, retry });
}

impl Dialect for Parrot {
    fn upgrade(&self) -> Upgrade {
        Upgrade { path: "/ws", headers: Vec::new(), origin: Origin::Absent }
    }

    fn opened(&mut self, now: i64, out: &mut Out) {
        out.events.push(Event::new(now, Body::NodeState(NodeState::Handshaking)));
        out.frames.push(format!("i am {}", self.key));
    }

    fn frame(&mut self, text: &str, now: i64, out: &mut Out) {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match word {
            "hello" => {
                self.ready = true;
                self.token = (!rest.is_empty()).then(|| SecretString::from(rest.to_owned()));
                out.events.push(Event::new(now, Body::NodeState(ready())));
            }
            "say" => out.events.push(Event::new(now, Body::Notice { text: rest.into() })),
            "answer" => out.replies.push((rest.parse().unwrap(), Ok(Reply::Pong))),
            "refuse" => told(NodeState::Unauthorised { reason: "wrong key".to_owned() }, false, now, out),
            "pair" => {
                let (request, reason) = (rest.to_owned(), "ask the owner".to_owned());
                told(NodeState::Pairing { request, reason }, false, now, out);
            }
            "limit" => {
                let until = now + rest.parse::<i64>().unwrap();
                told(NodeState::RateLimited { until, reason: "too fast".to_owned() }, true, now, out);
            }
            "old" => {
                let (ours, theirs, reason) = ("1".to_owned(), "0".to_owned(), "too old".to_owned());
                told(NodeState::Incompatible { ours, theirs, reason }, false, now, out);
            }
            "restart" => told(NodeState::Failed { reason: "it restarts".to_owned() }, true, now, out),
            "boom" => panic!("a bug"),
            _ => {}
        }
    }

    fn sent(&mut self, _: &str, _: i64, _: &mut Out) {}

    fn call(&mut self, id: u64, call: &Call, _: i64, out: &mut Out) {
        match call {
            Call::Ping => out.frames.push(format!("ping {id}")),
            Call::Send { text, .. } => out.frames.push(format!("send {id} {text}")),
            _ => out.replies.push((id, Err(CallError::Unsupported { vendor: "Parrot", what: "do that" }))),
        }
    }

    fn forget(&mut self, id: u64) {
        FORGOTTEN.with_borrow_mut(|forgotten| forgotten.push(id));
    }

    fn closed(&mut self, code: Option<u16>, reason: &str, now: i64, out: &mut Out) -> Close {
        out.events.push(Event::new(now, Body::Notice { text: "closed".into() }));
        let reason = format!("closed {} {reason}", code.unwrap_or(0));
        Close { state: NodeState::Failed { reason }, retry: true }
    }

    fn silence_limit(&self) -> u64 {
        SILENCE
    }

    fn ready(&self) -> bool {
        self.ready
    }

    fn issued_token(&self) -> Option<&SecretString> {
        self.token.as_ref()
    }
}

thread_local! {
    /// The calls that were forgotten; a test's tasks all run on its own thread.
    pub static FORGOTTEN: std::cell::RefCell<Vec<u64>> = const { std::cell::RefCell::new(Vec::new()) };
}
