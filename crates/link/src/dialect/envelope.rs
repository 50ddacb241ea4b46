//! The frame that Moltis and OpenClaw share: request, response or event. Everything in
//! it borrows from the text; bodies stay raw until someone needs them.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Out;
use super::lax::{Flag, Int, Text, tree_of};
use crate::event::{Body, Event};

/// One frame as it was received.
#[derive(Debug, Deserialize)]
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
    pub params: Option<&'a RawValue>,
    #[serde(default, borrow)]
    pub payload: Option<&'a RawValue>,
    #[serde(default, borrow)]
    pub error: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// Reads a frame; `None` when the text is no JSON object.
    pub fn read(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
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
    pub details: Option<&'a RawValue>,
}

/// Keeps a frame nobody here knows.
pub(crate) fn keep(text: &str, name: Option<&str>, at: i64, out: &mut Out) {
    let body = Body::Other { name: name.map(Box::from), raw: tree_of(text) };
    out.events.push(Event::new(at, body));
}
