//! The frame that Moltis and OpenClaw share: request, response or event. Everything in
//! it borrows from the text; bodies stay raw until someone needs them.

use serde::Deserialize;

use super::Out;
use super::fields::{Fields, fields, object, object_in};
use super::lax::{Flag, Int, Raw, Text, keep_text};
use super::scan::Scan;
use crate::call::CallError;
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

fields!(Envelope<'a> {
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
        object_in(text)
    }

    /// Reads a frame and, if it is this event, the object that it bears. Where the event's name stands first, as it
    /// does, one pass is enough.
    pub fn read_with<B: Fields<'a>>(text: &'a str, event: &str) -> Option<(Self, Option<B>)> {
        let (mut frame, mut body) = (Self::default(), None);
        if frame.scan_with(text, event, &mut body).is_none() {
            (frame, body) = (Self::read(text)?, None);
        }
        if frame.event.get() != Some(event) {
            body = None;
        } else if body.is_none() {
            body = object(frame.payload);
        }
        Some((frame, body))
    }

    fn scan_with<B: Fields<'a>>(&mut self, text: &'a str, event: &str, body: &mut Option<B>) -> Option<()> {
        let mut scan = Scan::new(text);
        scan.object(|key, scan| match key {
            // Two bodies: the general way sees to it that the last one counts.
            "payload" if self.payload.is_some() => None,
            "payload" if self.event.get() == Some(event) && scan.peek()? == b'{' => {
                let body = body.insert(B::default());
                self.payload = Some(scan.object_as_text(|key, scan| body.field(key, scan))?);
                Some(())
            }
            _ => self.field(key, scan),
        })?;
        scan.end()
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

impl Failure<'_> {
    /// The refusal of a call, in these words: for good, or until it may be asked again.
    pub fn error(&self, code: String, message: String) -> CallError {
        match self.retry_after_ms.natural().filter(|ms| *ms > 0) {
            Some(retry_after_ms) => CallError::Busy { message, retry_after_ms },
            None => CallError::Refused { code, message, retryable: self.retryable.set() },
        }
    }
}

/// Whether an object's `type` is this word. Reads no further than that.
pub(crate) fn is_of_type(word: &str, object: Raw<'_>) -> bool {
    let mut is = false;
    let read = Scan::of(object).object(|key, scan| match key {
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Kind;
    use super::super::spoilt::{heard, spoilt};
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named<'a> {
        #[serde(default, borrow)]
        run_id: Text<'a>,
        #[serde(default, borrow)]
        state: Text<'a>,
        #[serde(default)]
        seq: Int,
    }
    fields!(Named<'a> { "runId" => run_id, "state" => state, "seq" => seq, });

    /// A frame and its body as they are read in one pass, and one after the other.
    fn both(text: &str) -> (String, String) {
        let apart = |frame: Envelope<'_>| {
            let body = frame.payload.filter(|_| frame.event.get() == Some("chat"));
            let body = object::<Named<'_>>(body);
            format!("{:?}", (frame, body))
        };
        let at_once = Envelope::read_with::<Named<'_>>(text, "chat").map(|read| format!("{read:?}"));
        (at_once.unwrap_or_default(), Envelope::read(text).map(apart).unwrap_or_default())
    }

    #[test]
    fn a_body_is_read_with_its_frame_in_whatever_order_they_are_written() {
        for text in [
            r#"{"type":"event","event":"chat","payload":{"runId":"r","state":"delta"},"seq":7}"#,
            r#"{"payload":{"runId":"r"},"event":"chat","type":"event"}"#,
            r#"{"type":"event","event":"chat"}"#,
            r#"{"type":"event","event":"chat","payload":null}"#,
            r#"{"type":"event","event":"chat","payload":[1]}"#,
            r#"{"type":"event","event":"chat","payload":{"seq":1.5,"runId":"r"}}"#,
            r#"{"type":"event","event":"ch\u0061t","payload":{"r\u0075nId":"r"}}"#,
            r#"{"type":"event","event":"session","payload":{"runId":"r"}}"#,
            r#"{"type":"event","event":"chat","payload":{"runId":"r"},"event":"session"}"#,
            r#"{"type":"event","event":"chat","payload":{"runId":"r"},"payload":{"runId":"q"}}"#,
            r#"{"type":"event","event":"chat","payload":{"runId":"r"},"payload":null}"#,
            r#"{"type":"event","event":"chat","payload":null,"payload":{"runId":"q"}}"#,
            r#"{"type":"event","event":"chat","payload":{"runId":"r"}"#,
        ] {
            let (at_once, apart) = both(text);
            assert_eq!(at_once, apart, "{text}");
        }
    }

    #[test]
    fn spoilt_frames_are_read_the_same_at_once_and_one_after_the_other() {
        for text in heard(Kind::Moltis).iter().flat_map(|frame| spoilt(frame)) {
            let (at_once, apart) = both(&text);
            assert_eq!(at_once, apart, "{text}");
        }
    }
}
