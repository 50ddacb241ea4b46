//! More text of an answer: the one frame that comes in thousands, read in a single pass over its text. Any other frame
//! is none of these, nor is a delta of an unusual shape; those go the general way.

use std::borrow::Cow;
use std::ops::Range;

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

/// What the last delta said before its text. The next one mostly says the same, and then need not be read again.
#[derive(Debug, Default)]
pub(super) struct Last {
    /// The frame up to where its text begins; empty while there was none of that shape.
    head: String,
    run_id: Range<usize>,
    session_key: Range<usize>,
}

impl Last {
    /// Reads a frame; `None` when it is no delta, as soon as that shows.
    pub fn read<'a>(&mut self, text: &'a str) -> Option<Delta<'a>> {
        let same = !self.head.is_empty() && text.starts_with(self.head.as_str());
        same.then(|| self.same(text)).flatten().or_else(|| self.other(text))
    }

    /// Reads a frame that begins like the last one: what stands behind its head.
    fn same<'a>(&self, text: &'a str) -> Option<Delta<'a>> {
        // The head ends with the quote before the text.
        let mut scan = Scan::from(text, self.head.len() - 1);
        let mut delta = Delta {
            run_id: text.get(self.run_id.clone())?,
            session_key: text.get(self.session_key.clone())?,
            text: scan.string()?,
            seq: None,
        };
        scan.rest(|key, scan| match key {
            "runId" | "sessionKey" | "state" | "text" => None,
            _ => scan.skip(),
        })?;
        scan.rest(|key, scan| match key {
            "type" | "event" | "payload" => None,
            "seq" => scan.whole().map(|seq| delta.seq = seq),
            _ => scan.skip(),
        })?;
        scan.end()?;
        Some(delta)
    }

    fn other<'a>(&mut self, text: &'a str) -> Option<Delta<'a>> {
        let mut read = Reading::default();
        let mut scan = Scan::new(text);
        scan.object(|key, scan| match key {
            "type" => only("event", scan).map(|()| read.is_event = true),
            "event" => only("chat", scan).map(|()| read.is_chat = true),
            "payload" => read.payload(scan),
            "seq" => scan.whole().map(|seq| read.delta.seq = seq),
            _ => scan.skip(),
        })?;
        scan.end()?;
        let Reading { delta, head, run_id, session_key, .. } = read;
        if !(read.is_event && read.is_chat && read.is_delta) || delta.run_id.is_empty() {
            return None;
        }
        self.head.clear();
        self.head.push_str(text.get(..head)?);
        (self.run_id, self.session_key) = (run_id, session_key);
        Some(delta)
    }
}

/// A frame that is being read.
#[derive(Default)]
struct Reading<'a> {
    delta: Delta<'a>,
    is_event: bool,
    is_chat: bool,
    is_delta: bool,
    /// Where the text begins, if all else stood before it, and where the names are.
    head: usize,
    run_id: Range<usize>,
    session_key: Range<usize>,
}

impl<'a> Reading<'a> {
    fn payload(&mut self, scan: &mut Scan<'a>) -> Option<()> {
        scan.object(|key, scan| match key {
            "runId" => {
                self.delta.run_id = scan.plain()?;
                self.run_id = before(scan, self.delta.run_id);
                Some(())
            }
            "sessionKey" => {
                self.delta.session_key = scan.plain()?;
                self.session_key = before(scan, self.delta.session_key);
                Some(())
            }
            "state" => only("delta", scan).map(|()| self.is_delta = true),
            "text" => self.text(scan),
            _ => scan.skip(),
        })
    }

    fn text(&mut self, scan: &mut Scan<'a>) -> Option<()> {
        let named = !self.delta.run_id.is_empty() && !self.delta.session_key.is_empty();
        scan.space();
        if self.is_event && self.is_chat && self.is_delta && named {
            self.head = scan.at() + 1;
        }
        self.delta.text = scan.string()?;
        Some(())
    }
}

/// Passes over the word that is looked for; with another one nothing is worth reading on.
fn only(word: &str, scan: &mut Scan<'_>) -> Option<()> {
    (scan.plain()? == word).then_some(())
}

/// Where the string stands that was read last.
fn before(scan: &Scan<'_>, text: &str) -> Range<usize> {
    let end = scan.at() - 1;
    end - text.len()..end
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_is_read_whatever_else_stands_in_it() {
        let text = r#"{"type":"event","event":"chat","payload":{"runId":"r","sessionKey":"s","new":{"state":1},
            "state":"delta","text":"a\nb"},"seq":7,"stateVersion":[]}"#;
        let delta = Last::default().read(text).unwrap();
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
            assert!(Last::default().read(text).is_none(), "{text}");
        }
    }

    /// A delta as the gateway words it, with something behind its text and something behind its payload.
    fn worded(run: &str, text: &str, behind: &str, at_the_end: &str) -> String {
        format!(
            r#"{{"type":"event","event":"chat","payload":{{"runId":"{run}","sessionKey":"s","state":"delta","text":"{text}"{behind}}}{at_the_end}}}"#
        )
    }

    #[test]
    fn a_delta_that_begins_like_the_last_one_is_read_as_if_it_were_the_first() {
        let mut last = Last::default();
        for (run, text, seq) in
            [("r", "a", 1), ("r", "b", 2), ("r", r"c\nd", 3), ("r", "", 4), ("q", "e", 5), ("q", "f", 6)]
        {
            let frame = worded(run, text, r#","new":[{"state":1}]"#, &format!(r#","seq":{seq},"more":{{}}"#));
            let (first, next) = (Last::default().read(&frame).unwrap(), last.read(&frame).unwrap());
            assert_eq!((next.run_id, next.session_key, &next.text, next.seq), (run, "s", &first.text, Some(seq)));
        }
    }

    #[test]
    fn what_only_begins_like_a_delta_is_none() {
        let mut last = Last::default();
        assert!(last.read(&worded("r", "a", "", "")).is_some());
        for frame in [
            worded("r", "a", r#","state":"final""#, ""),
            worded("r", "a", r#","runId":"q""#, r#","payload":{}"#),
            worded("r", "a", "", r#","event":"session""#),
            worded("r", "a", "", "") + "}",
            worded("r", "a", "", "").replace("}}", "}"),
            worded("r", "a", "", "").replace("\"}}", ""),
        ] {
            assert!(last.read(&frame).is_none_or(|delta| delta.run_id == "q"), "{frame}");
        }
    }
}
