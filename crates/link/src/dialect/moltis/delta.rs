//! More text of an answer: the one frame that comes in thousands, read in a single pass over its text. Any other frame
//! is none of these, nor is a delta of an unusual shape; those go the general way.

use std::borrow::Cow;

use super::super::scan::Scan;

/// A `chat` event of the state `delta`.
#[derive(Default)]
pub(super) struct Delta<'a> {
    pub run_id: &'a str,
    pub session_key: &'a str,
    pub text: Cow<'a, str>,
    /// The number of the broadcast.
    pub seq: Option<i64>,
}

impl<'a> Delta<'a> {
    /// Reads a frame; `None` when it is no such delta, as soon as that shows.
    pub fn read(text: &'a str) -> Option<Self> {
        let (mut delta, mut says, mut is_delta) = (Self::default(), (false, false), false);
        let mut scan = Scan::new(text);
        scan.object(|key, scan| {
            match key {
                "type" => says.0 = only("event", scan.plain()?)?,
                "event" => says.1 = only("chat", scan.plain()?)?,
                "payload" => is_delta = delta.payload(scan)?,
                "seq" => delta.seq = scan.whole()?,
                _ => scan.skip()?,
            }
            Some(())
        })?;
        scan.end()?;
        (says == (true, true) && is_delta && !delta.run_id.is_empty()).then_some(delta)
    }

    /// Reads the payload; whether it says that it is a delta.
    fn payload(&mut self, scan: &mut Scan<'a>) -> Option<bool> {
        let mut is_delta = false;
        scan.object(|key, scan| {
            match key {
                "runId" => self.run_id = scan.plain()?,
                "sessionKey" => self.session_key = scan.plain()?,
                "state" => is_delta = only("delta", scan.plain()?)?,
                "text" => self.text = scan.string()?,
                _ => scan.skip()?,
            }
            Some(())
        })?;
        Some(is_delta)
    }
}

/// True where the word is the one that is looked for; nothing else is worth reading on.
fn only(word: &str, found: &str) -> Option<bool> {
    (found == word).then_some(true)
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
            r#"{"type":"event","event":"chat","payload":{"runId":"r","sessionKey":"s","text":"t"}}"#,
            r#"{"type":"event","payload":{"runId":"r","sessionKey":"s","state":"delta","text":"t"}}"#,
            r#"{"type":"event","event":"chat","payload":{"runId":"r","sessionKey":"s","state":"delta","text":"t"}} x"#,
            "[]",
        ] {
            assert!(Delta::read(text).is_none(), "{text}");
        }
    }
}
