//! More text of an answer: the one frame that comes in thousands. It mostly begins as the last one did, and then only
//! what is new in it is read. Any other frame goes the general way, and is learnt from if it was a delta.

use std::borrow::Cow;
use std::ops::Range;

use super::super::envelope::Envelope;
use super::super::scan::Scan;
use super::chat::Chat;

/// A `chat` event of the state `delta`.
pub(super) struct Delta<'a> {
    pub run_id: &'a str,
    pub session_key: &'a str,
    pub text: Cow<'a, str>,
    /// The number of the broadcast.
    pub seq: Option<i64>,
}

/// What the last delta said before its text. The next one mostly says the same, and then need not be read again.
#[derive(Debug, Default)]
pub(super) struct Last {
    /// The frame up to where its text begins; empty while there was none of that shape.
    head: String,
    run_id: Range<usize>,
    session_key: Range<usize>,
    /// The frame from behind its text to its number; empty when the number is not the last thing in it.
    tail: String,
}

impl Last {
    /// Reads a frame that begins like the last delta; `None` when it is none, or of another shape.
    pub fn read<'a>(&self, text: &'a str) -> Option<Delta<'a>> {
        if self.head.is_empty() || !text.starts_with(self.head.as_str()) {
            return None;
        }
        // The head ends with the quote before the text.
        let mut scan = Scan::from(text, self.head.len() - 1);
        Some(Delta {
            run_id: text.get(self.run_id.clone())?,
            session_key: text.get(self.session_key.clone())?,
            text: scan.string()?,
            seq: match self.number(scan) {
                Some(seq) => Some(seq),
                None => behind(scan)?.1,
            },
        })
    }

    /// The number of a frame that goes on behind its text as the last one did.
    fn number(&self, mut scan: Scan<'_>) -> Option<i64> {
        if self.tail.is_empty() {
            return None;
        }
        scan.pass(&self.tail)?;
        let seq = scan.whole()?;
        scan.pass("}")?;
        scan.end()?;
        seq
    }

    /// Takes note of a `chat` event that was read the general way, if it is a delta and says all else before its text.
    pub fn learn(&mut self, text: &str, frame: &Envelope<'_>, chat: &Chat<'_>) {
        if chat.state.get() == Some("delta")
            && let Some(last) = Self::of(text, frame, chat)
        {
            *self = last;
        }
    }

    fn of(text: &str, frame: &Envelope<'_>, chat: &Chat<'_>) -> Option<Self> {
        let begins = place(text, chat.text.get()?)?.start;
        let before = |part: Option<&str>| place(text, part?).filter(|place| place.end < begins);
        before(frame.kind.get())?;
        before(frame.event.get())?;
        before(chat.state.get())?;
        let (run_id, session_key) = (before(chat.run_id.filled())?, before(chat.session_key.filled())?);
        let mut said = Scan::from(text, begins - 1);
        said.string()?;
        let tail = behind(said)?.0.to_owned();
        Some(Self { head: text.get(..begins)?.to_owned(), run_id, session_key, tail })
    }
}

/// Reads what stands behind the text of a delta: up to the number, when that is the last thing in the frame, and the
/// number. `None` when something else than a delta may be meant.
fn behind<'a>(mut scan: Scan<'a>) -> Option<(&'a str, Option<i64>)> {
    let begin = scan;
    let (mut tail, mut number) = ("", None);
    scan.rest(|key, scan| match key {
        "runId" | "sessionKey" | "state" | "text" => None,
        _ => scan.skip(),
    })?;
    scan.rest(|key, scan| match key {
        "type" | "event" | "payload" => None,
        "seq" => {
            tail = begin.until(scan)?;
            number = scan.whole()?;
            Some(())
        }
        _ => {
            tail = "";
            scan.skip()
        }
    })?;
    scan.end()?;
    Some((tail, number))
}

/// Where a part stands in the text that it was borrowed from; `None` if it is a copy.
fn place(text: &str, part: &str) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    let place = start..start + part.len();
    text.get(place.clone()).map(|_| place)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::super::envelope::Envelope;
    use super::super::super::spoilt::{heard, spoilt};
    use super::super::super::{ClientInfo, Credentials, Dialect, Kind, Out};
    use super::super::Moltis;
    use super::*;

    /// A delta as the gateway words it, with something behind its text and something behind its payload.
    fn worded(run: &str, text: &str, behind: &str, at_the_end: &str) -> String {
        format!(
            r#"{{"type":"event","event":"chat","payload":{{"runId":"{run}","sessionKey":"s","state":"delta","text":"{text}"{behind}}}{at_the_end}}}"#
        )
    }

    /// Reads a frame the general way and learns from it.
    fn learn(last: &mut Last, text: &str) {
        if let Some((frame, Some(chat))) = Envelope::read_with::<Chat<'_>>(text, "chat") {
            last.learn(text, &frame, &chat);
        }
    }

    fn after(text: &str) -> Last {
        let mut last = Last::default();
        learn(&mut last, text);
        last
    }

    #[test]
    fn a_delta_that_begins_like_the_last_one_is_read_by_what_is_new_in_it() {
        let behind = r#","new":[{"state":1}]"#;
        let last = after(&worded("r", "a", behind, ""));
        for (text, seq) in [("b", 2), (r"c\nd", 3), ("", 4)] {
            let frame = worded("r", text, behind, &format!(r#","seq":{seq},"more":{{}}"#));
            let delta = last.read(&frame).unwrap();
            assert_eq!((delta.run_id, delta.session_key, delta.seq), ("r", "s", Some(seq)));
            assert_eq!(delta.text, text.replace(r"\n", "\n"));
        }
        assert!(last.read(&worded("q", "a", "", "")).is_none());
    }

    #[test]
    fn only_a_delta_that_says_all_else_before_its_text_is_learnt_from() {
        for text in [
            r#"{"type":"event","event":"chat","payload":{"runId":"r","sessionKey":"s","state":"final","text":"t"}}"#,
            r#"{"type":"event","event":"chat","payload":{"runId":"","sessionKey":"s","state":"delta","text":"t"}}"#,
            r#"{"type":"event","event":"chat","payload":{"runId":"r","state":"delta","text":"t"}}"#,
            r#"{"type":"event","event":"chat","payload":{"runId":"r","sessionKey":"s","text":"t","state":"delta"}}"#,
            r#"{"type":"event","event":"chat","payload":{"sessionKey":"s","state":"delta","text":"t","runId":"r"}}"#,
            r#"{"type":"event","event":"chat","payload":{"runId":"r","sessionKey":"s","state":"delta","text":"\n"}}"#,
            r#"{"type":"event","event":"chat","payload":{"runId":"\u0072","sessionKey":"s","state":"delta","text":"t"}}"#,
            r#"{"event":"chat","payload":{"runId":"r","sessionKey":"s","state":"delta","text":"t"},"type":"event"}"#,
            r#"{"payload":{"runId":"r","sessionKey":"s","state":"delta","text":"t"},"type":"event","event":"chat"}"#,
        ] {
            assert!(after(text).head.is_empty(), "{text}");
        }
    }

    #[test]
    fn what_only_begins_like_a_delta_is_none() {
        let last = after(&worded("r", "a", "", ""));
        for frame in [
            worded("r", "a", r#","state":"final""#, ""),
            worded("r", "a", r#","runId":"q""#, r#","payload":{}"#),
            worded("r", "a", "", r#","event":"session""#),
            worded("r", "a", "", "") + "}",
            worded("r", "a", "", "").replace("}}", "}"),
            worded("r", "a", "", "").replace("\"}}", ""),
        ] {
            assert!(last.read(&frame).is_none(), "{frame}");
        }
    }

    #[test]
    fn spoilt_deltas_mean_the_same_to_who_has_learnt_and_who_has_not() {
        let none = Credentials { key: None, device: None, device_token: None };
        let fresh = || Moltis::new(&none, &ClientInfo::new("0", "0"));
        for frame in heard(Kind::Moltis).iter().filter(|frame| !after(frame).head.is_empty()) {
            let (mut learns, mut forgets) = (fresh(), fresh());
            for text in spoilt(frame) {
                let (mut short, mut general) = (Out::default(), Out::default());
                learn(&mut learns.last_delta, frame);
                forgets.last_delta = Last::default();
                learns.frame(&text, 1, &mut short);
                forgets.frame(&text, 1, &mut general);
                assert_eq!((short.events, learns.seq), (general.events, forgets.seq), "{text}");
            }
        }
    }
}
