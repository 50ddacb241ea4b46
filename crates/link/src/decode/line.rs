//! One line of a recording, in the several forms that recorders write.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use crate::dialect::lax::{Flag, Int, Raw, Text, read};

/// A line that could be read.
pub(super) struct Line<'a> {
    /// The client it is about, where the recording names clients.
    pub client: Option<String>,
    /// Milliseconds since the recording began, where it says so.
    pub at: Option<i64>,
    pub happened: Happened<'a>,
}

/// What a line says happened.
pub(super) enum Happened<'a> {
    Received(Cow<'a, str>),
    Sent(Cow<'a, str>),
    /// The upgrade was answered with another HTTP status.
    Refused {
        status: u16,
        body: String,
    },
    Closed {
        code: Option<u16>,
        reason: String,
    },
    /// A remark of the recorder.
    Nothing,
}

#[derive(Deserialize)]
struct Recorded<'a> {
    #[serde(default, borrow)]
    dir: Text<'a>,
    #[serde(default, borrow)]
    client: Text<'a>,
    #[serde(default)]
    t_ms: Int,
    #[serde(default, borrow)]
    frame: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
struct Remark<'a> {
    #[serde(default)]
    closed: Flag,
    #[serde(default)]
    code: Int,
    #[serde(default, borrow)]
    reason: Text<'a>,
    #[serde(default)]
    upgrade_refused: Int,
    #[serde(default, borrow)]
    body: Text<'a>,
}

impl<'a> Line<'a> {
    /// Reads a line.
    pub fn read(text: &'a str) -> Result<Self, String> {
        let recorded: Recorded<'a> =
            serde_json::from_str(text).map_err(|error| format!("no JSON object of a recording: {error}"))?;
        let raw = recorded.frame;
        let body = || frame(raw.ok_or_else(|| "it has no frame".to_owned())?);
        let happened = match recorded.dir.get() {
            Some("in") => Happened::Received(body()?),
            Some("out") => Happened::Sent(body()?),
            Some("close" | "closed") => closed(&read(raw).unwrap_or_default()),
            Some("meta" | "note") => remark(raw),
            Some(other) => {
                return Err(format!("its direction {other:?} is none of in, out, meta, note and close"));
            }
            None => return Err("it has no direction (dir)".to_owned()),
        };
        let named = recorded.client.filled().filter(|client| *client != "-").map(str::to_owned);
        let client = named.or_else(|| speaker(raw, &happened));
        Ok(Self { client, at: recorded.t_ms.0, happened })
    }
}

/// A frame's text: recorded as such, or as the JSON it was.
fn frame(raw: Raw<'_>) -> Result<Cow<'_, str>, String> {
    if !raw.get().starts_with('"') {
        return Ok(Cow::Borrowed(raw.get()));
    }
    let text: Text<'_> = serde_json::from_str(raw.get()).map_err(|error| format!("its frame is no text: {error}"))?;
    Ok(text.0.unwrap_or_default())
}

fn remark<'a>(raw: Option<Raw<'_>>) -> Happened<'a> {
    let remark: Remark<'_> = read(raw).unwrap_or_default();
    if let Some(status) = remark.upgrade_refused.0.and_then(|status| u16::try_from(status).ok()) {
        return Happened::Refused { status, body: remark.body.owned().unwrap_or_default() };
    }
    if remark.closed.set() {
        return closed(&remark);
    }
    let said: Text<'_> = read(raw).unwrap_or_default();
    said.get().and_then(said_closed).unwrap_or(Happened::Nothing)
}

fn closed<'a>(remark: &Remark<'_>) -> Happened<'a> {
    let code = remark.code.0.and_then(|code| u16::try_from(code).ok());
    Happened::Closed { code, reason: remark.reason.owned().unwrap_or_default() }
}

/// A close as some recorders remark it: `A closed code=1000 reason='…'`.
fn said_closed<'a>(said: &str) -> Option<Happened<'a>> {
    let (_, rest) = said.split_once(" closed code=")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let reason = rest.split_once("reason='").and_then(|(_, reason)| reason.strip_suffix('\''));
    Some(Happened::Closed { code: digits.parse().ok(), reason: reason.unwrap_or_default().to_owned() })
}

/// Whom a remarked close is about.
fn speaker(raw: Option<Raw<'_>>, happened: &Happened<'_>) -> Option<String> {
    let Happened::Closed { .. } = happened else {
        return None;
    };
    let said: Text<'_> = read(raw)?;
    let (client, _) = said.get()?.split_once(" closed code=")?;
    Some(client.trim().to_owned())
}

/// When the recording began (Unix milliseconds), if this line's frame says what time it
/// was: some handshakes and most tool results do.
pub(super) fn begun(line: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(line).ok()?.trim_start_matches('\u{feff}').trim();
    let line = Line::read(text).ok()?;
    let frame = match &line.happened {
        Happened::Received(frame) => frame,
        Happened::Nothing => return said_begun(text)?.checked_sub(line.at.unwrap_or(0)),
        _ => return None,
    };
    clock(frame)?.checked_sub(line.at?)
}

/// What a recording of ours says on its first line.
fn said_begun(text: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Begun {
        #[serde(default)]
        begun_ms: Int,
    }
    let recorded: Recorded<'_> = serde_json::from_str(text).ok()?;
    read::<Begun>(recorded.frame)?.begun_ms.0
}

fn clock(frame: &str) -> Option<i64> {
    let tells = ["connect.challenge", "hello-ok", "\"tick\"", "\"timestamp\""];
    if !tells.iter().any(|word| frame.contains(word)) {
        return None;
    }
    let frame: Value = serde_json::from_str(frame).ok()?;
    let payload = frame.get("payload")?;
    let times = [payload.get("ts"), payload.pointer("/auth/issuedAtMs")];
    let number = times.into_iter().flatten().filter_map(Value::as_i64).find(|time| *time > 1_000_000_000_000);
    number.or_else(|| {
        let text = payload.get("timestamp")?.as_str()?;
        text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_may_be_written_as_text_or_as_what_it_was() {
        for line in
            [r#"{"dir":"in","t_ms":1,"frame":{"a":1}}"#, r#"{"dir":"in","t_ms":1,"frame":"{\"a\":1}","extra":0}"#]
        {
            let line = Line::read(line).unwrap();
            assert!(matches!(line.happened, Happened::Received(frame) if frame == r#"{"a":1}"#));
        }
    }

    #[test]
    fn a_line_that_says_nothing_is_told_why() {
        let why = |line: &str| Line::read(line).err().unwrap();
        assert!(why("{").starts_with("no JSON object"));
        assert_eq!(why(r#"{"frame":{}}"#), "it has no direction (dir)");
        assert_eq!(why(r#"{"dir":"in"}"#), "it has no frame");
    }

    #[test]
    fn a_close_may_be_a_remark() {
        let line = Line::read(r#"{"dir":"note","client":"-","frame":"B closed code=1001 reason='bye'"}"#).unwrap();
        assert_eq!(line.client.as_deref(), Some("B"));
        assert!(matches!(line.happened, Happened::Closed { code: Some(1001), reason } if reason == "bye"));
    }
}
