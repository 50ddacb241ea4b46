//! The traps of each vendor's protocol, each as a short exchange with its dialect.

mod mcp_dashboard;
mod moltis;
pub mod openclaw;
mod openclaw_tools;
mod recording;

use base64::Engine;
use link::dialect::{ClientInfo, Credentials, Dialect, Kind, Out, make};
use link::event::{Body, Event};
use secrecy::SecretString;
use serde_json::Value;

/// A dialect on a socket of its own, and everything it wanted done so far.
pub struct Talk {
    pub dialect: Box<dyn Dialect>,
    pub out: Out,
    pub now: i64,
}

/// A key and a device of our own.
pub fn credentials() -> Credentials {
    let secret = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode([7_u8; 32]);
    Credentials {
        key: Some(SecretString::from("mk_key")),
        device: Some(SecretString::from(secret)),
        device_token: None,
    }
}

/// Milliseconds at which every exchange begins.
pub const BEGIN: i64 = 1_795_000_000_000;

impl Talk {
    /// A connection that was just opened.
    pub fn opened(kind: Kind) -> Self {
        Self::with(make(kind, &credentials(), &ClientInfo::new("1.2.3", "instance")))
    }

    /// A connection of this dialect that was just opened.
    pub fn with(dialect: Box<dyn Dialect>) -> Self {
        let mut talk = Self { dialect, out: Out::default(), now: BEGIN };
        talk.dialect.opened(BEGIN, &mut talk.out);
        talk
    }

    /// Shows the dialect a frame, a millisecond later.
    pub fn hears(&mut self, frame: Value) -> &mut Self {
        self.now += 1;
        self.dialect.frame(&frame.to_string(), self.now, &mut self.out);
        self
    }

    pub fn later(&mut self, ms: i64) -> &mut Self {
        self.now += ms;
        self
    }

    /// The frames written since this was asked last.
    pub fn said(&mut self) -> Vec<Value> {
        let frames = std::mem::take(&mut self.out.frames);
        frames.iter().map(|frame| serde_json::from_str(frame).unwrap()).collect()
    }

    /// The events told since this was asked last.
    pub fn told(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.out.events)
    }

    /// The names of the events told since this was asked last.
    pub fn names(&mut self) -> Vec<String> {
        self.told().iter().map(|event| name(&event.body)).collect()
    }
}

pub fn name(body: &Body) -> String {
    serde_json::to_value(body).unwrap()["event"].as_str().unwrap().to_owned()
}
