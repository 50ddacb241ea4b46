//! More text of an answer: the one frame that comes in thousands, read in a single pass over its text. Any other frame
//! is none of these, nor is a delta of an unusual shape; those go the general way.

use std::borrow::Cow;

use serde::Deserialize;

/// A longer frame is read the general way, bytes.
const LONGEST: usize = 16 * 1024;

/// A frame as far as it matters here.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(default)]
    event: &'a str,
    #[serde(borrow)]
    payload: Delta<'a>,
    #[serde(default)]
    seq: Option<i64>,
}

/// A `chat` event of the state `delta`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delta<'a> {
    #[serde(default)]
    pub run_id: &'a str,
    #[serde(default)]
    pub session_key: &'a str,
    #[serde(default)]
    state: &'a str,
    #[serde(default, borrow)]
    pub text: Cow<'a, str>,
    /// The number of the broadcast.
    #[serde(skip)]
    pub seq: Option<i64>,
}

impl<'a> Delta<'a> {
    /// Reads a frame; `None` when it is no such delta.
    pub fn read(text: &'a str) -> Option<Self> {
        // No other frame is to be read twice: what is no delta mostly does not say so either.
        if text.len() > LONGEST || !text.contains(r#""delta""#) {
            return None;
        }
        let Frame { kind, event, payload, seq } = serde_json::from_str(text).ok()?;
        let is_delta = (kind, event, payload.state) == ("event", "chat", "delta") && !payload.run_id.is_empty();
        is_delta.then_some(Delta { seq, ..payload })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_is_read_whatever_else_stands_in_it() {
        let text = r#"{"type":"event","event":"chat","payload":{"runId":"r","sessionKey":"s","new":{"state":1},
            "state":"delta","text":"a\nb"},"seq":7,"stateVersion":[]}"#;
        let delta = Delta::read(text).unwrap();
        assert_eq!((delta.run_id, delta.session_key, &*delta.text, delta.seq), ("r", "s", "a\nb", Some(7)));
    }

    #[test]
    fn other_frames_are_no_deltas() {
        for text in [
            r#"{"type":"res","id":"1","ok":true,"payload":{}}"#,
            r#"{"type":"event","event":"tick","payload":{}}"#,
            r#"{"type":"event","event":"chat","payload":{"runId":"r","sessionKey":"s","state":"final","text":"t"}}"#,
            r#"{"type":"event","event":"chat","payload":{"runId":"","sessionKey":"s","state":"delta","text":"t"}}"#,
            r#"{"type":"event","event":"chat","payload":{"runId":1,"sessionKey":"s","state":"delta","text":"t"}}"#,
            "[]",
        ] {
            assert!(Delta::read(text).is_none(), "{text}");
        }
    }
}
