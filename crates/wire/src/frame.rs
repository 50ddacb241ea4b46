//! The frames on the socket: [`Frame`] reads one without copying its body,
//! [`Request`], [`Response`] and [`Event`] write one.
//!
//! Bodies stay raw JSON until someone needs them.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Error;

/// A frame as it was received; everything in it borrows from the text.
#[derive(Debug)]
pub enum Frame<'a> {
    Req {
        id: Cow<'a, str>,
        method: Cow<'a, str>,
        params: Option<&'a RawValue>,
    },
    Res {
        id: Cow<'a, str>,
        ok: bool,
        payload: Option<&'a RawValue>,
        error: Option<Error>,
    },
    Event {
        event: Cow<'a, str>,
        payload: Option<&'a RawValue>,
        /// One counter a gateway process; gaps are normal, a lower number than
        /// the last one means that the gateway was restarted.
        seq: Option<u64>,
    },
}

impl<'a> Frame<'a> {
    /// Reads one frame. Unknown fields are ignored.
    ///
    /// # Errors
    /// [`BadFrame`] when the text is not JSON, has an unknown `type`, or lacks
    /// what its type needs (a numeric `id` counts as lacking one).
    pub fn parse(text: &'a str) -> Result<Self, BadFrame> {
        let envelope: Envelope<'a> = serde_json::from_str(text).map_err(BadFrame::Json)?;
        match envelope.kind.0.as_ref() {
            "req" => Ok(Self::Req {
                id: required(envelope.id, "id")?,
                method: required(envelope.method, "method")?,
                params: envelope.params,
            }),
            "res" => Ok(Self::Res {
                id: required(envelope.id, "id")?,
                ok: envelope.ok.ok_or(BadFrame::Lacks("ok"))?,
                payload: envelope.payload,
                error: envelope.error,
            }),
            "event" => Ok(Self::Event {
                event: required(envelope.event, "event")?,
                payload: envelope.payload,
                seq: envelope.seq,
            }),
            other => Err(BadFrame::Kind(other.chars().take(40).collect())),
        }
    }
}

/// A request, written by a client.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "req")]
pub struct Request<'a, P> {
    pub id: &'a str,
    pub method: &'a str,
    pub params: P,
}

/// The answer to one request; exactly one of `payload` and `error` is there.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "res")]
pub struct Response<'a, P> {
    pub id: &'a str,
    pub ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<P>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'a Error>,
}

impl<'a, P> Response<'a, P> {
    pub fn done(id: &'a str, payload: P) -> Self {
        Self { id, ok: true, payload: Some(payload), error: None }
    }
}

impl<'a> Response<'a, crate::Empty> {
    pub fn refused(id: &'a str, error: &'a Error) -> Self {
        Self { id, ok: false, payload: None, error: Some(error) }
    }
}

/// Something the gateway tells without being asked.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "event")]
pub struct Event<'a, P> {
    pub event: &'a str,
    pub payload: P,
    pub seq: u64,
}

/// Why a text is no frame.
#[derive(Debug)]
pub enum BadFrame {
    Json(serde_json::Error),
    Kind(String),
    Lacks(&'static str),
}

impl fmt::Display for BadFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(_) => f.write_str("the frame is not the JSON that was expected"),
            Self::Kind(kind) => write!(f, "the frame has the unknown type {kind:?}"),
            Self::Lacks(field) => write!(f, "the frame lacks {field:?}"),
        }
    }
}

impl std::error::Error for BadFrame {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            Self::Kind(_) | Self::Lacks(_) => None,
        }
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
    #[serde(default, borrow)]
    id: Option<Text<'a>>,
    #[serde(default, borrow)]
    method: Option<Text<'a>>,
    #[serde(default, borrow)]
    event: Option<Text<'a>>,
    #[serde(default)]
    ok: Option<bool>,
    #[serde(default, borrow)]
    params: Option<&'a RawValue>,
    #[serde(default, borrow)]
    payload: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<Error>,
    #[serde(default)]
    seq: Option<u64>,
}

/// A string that borrows where it has no escapes; a bare `Option<Cow>` would
/// always copy.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn required<'a>(text: Option<Text<'a>>, name: &'static str) -> Result<Cow<'a, str>, BadFrame> {
    text.map(|text| text.0).ok_or(BadFrame::Lacks(name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn reading_borrows_names_and_bodies() {
        let text = r#"{"type":"event","event":"chat","payload":{"state":"delta"},"seq":7,"new":1}"#;
        let Frame::Event { event, payload, seq } = Frame::parse(text).unwrap() else {
            panic!("not an event");
        };
        assert!(matches!(event, Cow::Borrowed("chat")));
        assert_eq!(payload.unwrap().get(), r#"{"state":"delta"}"#);
        assert_eq!(seq, Some(7));
    }

    #[test]
    fn a_numeric_id_is_no_request() {
        assert!(Frame::parse(r#"{"type":"req","id":7,"method":"health"}"#).is_err());
    }

    #[test]
    fn what_is_lacking_is_named() {
        let lacks = |text: &str| Frame::parse(text).unwrap_err().to_string();
        assert_eq!(lacks(r#"{"type":"req","id":"1"}"#), r#"the frame lacks "method""#);
        assert_eq!(lacks(r#"{"type":"res","id":"1"}"#), r#"the frame lacks "ok""#);
        assert_eq!(lacks(r#"{"type":"bogus"}"#), r#"the frame has the unknown type "bogus""#);
    }

    #[test]
    fn an_unknown_error_code_is_read_too() {
        let text = r#"{"type":"res","id":"1","ok":false,"error":{"code":"BRAND_NEW","message":"m"}}"#;
        let Frame::Res { error: Some(error), .. } = Frame::parse(text).unwrap() else {
            panic!("no error");
        };
        assert_eq!(error.code, Code::Other("BRAND_NEW".into()));
    }

    #[test]
    fn written_frames_are_read_again() {
        let written = serde_json::to_string(&Event { event: "tick", payload: 1, seq: 3 }).unwrap();
        assert!(matches!(Frame::parse(&written), Ok(Frame::Event { seq: Some(3), .. })));
    }

    #[test]
    fn the_form_of_written_frames() {
        let error = Error::new(Code::NotFound, "no such session");
        insta::assert_json_snapshot!(
            "frames",
            (
                Request { id: "1", method: "health", params: crate::Empty {} },
                Response::done("1", crate::Done::OK),
                Response::refused("2", &error),
                Event { event: "tick", payload: crate::Empty {}, seq: 9 },
            )
        );
    }
}
