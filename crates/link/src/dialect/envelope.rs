//! The frame that Moltis and OpenClaw share: request, response or event. Everything in
//! it borrows from the text; bodies stay raw until someone needs them.

use serde::Deserialize;

use super::Out;
use super::fields::{fields, object};
use super::lax::{Flag, Int, Raw, Text, keep_text};
use super::scan::Scan;
use crate::event::{Body, Event};

/// One frame as it was received.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Envelope<'a> {
    #[serde(rename = "type", default, borrow)]
    pub kind: Text<'a>,
    #[serde(default, borrow)]
    pub id: Text<'a>,
    #[serde(default, borrow)]
    pub method: Text<'a>,
    #[serde(default, borrow)]
    pub event: Text<'a>,
    #[serde(default)]
    pub ok: Flag,
    #[serde(default)]
    pub seq: Int,
    #[serde(default, borrow)]
    pub params: Option<Raw<'a>>,
    #[serde(default, borrow)]
    pub payload: Option<Raw<'a>>,
    #[serde(default, borrow)]
    pub error: Option<Raw<'a>>,
}

fields!(Envelope {
    "type" => kind,
    "id" => id,
    "method" => method,
    "event" => event,
    "ok" => ok,
    "seq" => seq,
    "params" => params,
    "payload" => payload,
    "error" => error,
});

impl<'a> Envelope<'a> {
    /// Reads a frame; `None` when the text is no JSON object.
    pub fn read(text: &'a str) -> Option<Self> {
        object(text)
    }
}

/// What a response says went wrong.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Failure<'a> {
    #[serde(default, borrow)]
    pub code: Text<'a>,
    #[serde(default, borrow)]
    pub message: Text<'a>,
    #[serde(default)]
    pub retryable: Flag,
    #[serde(default, rename = "retryAfterMs")]
    pub retry_after_ms: Int,
    #[serde(default, borrow)]
    pub details: Option<Raw<'a>>,
}

/// Whether an object's `type` is this word. Reads no further than that.
pub(crate) fn is_of_type(word: &str, object: Raw<'_>) -> bool {
    let mut is = false;
    let read = Scan::new(object.get()).object(|key, scan| match key {
        "type" => {
            is = scan.plain() == Some(word);
            // Read on no further.
            None
        }
        _ => scan.skip(),
    });
    is && read.is_none()
}

/// Keeps a frame nobody here knows.
pub(crate) fn keep(text: &str, name: Option<&str>, at: i64, out: &mut Out) {
    let body = Body::Other { name: name.map(Box::from), raw: keep_text(text) };
    out.events.push(Event::new(at, body));
}
