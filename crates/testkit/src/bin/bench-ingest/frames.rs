//! What the feeder sends: chat turns as a Moltis gateway words them, with tool calls, in several sessions.

/// Frames of one turn.
pub const RUN: u64 = 66;
/// Deltas of one turn: those are `DELTA_FIRST..DELTA_END` but for the four frames in between.
const FIRST_DELTAS: u64 = 40;
const SESSIONS: u64 = 4;
/// A delta whose text begins so carries the nanoseconds it was sent at.
pub const STAMP: &str = "@";

/// Rounds a number of frames to whole turns on every link.
pub fn whole_runs(frames: u64, links: u64) -> u64 {
    let runs = (frames / RUN / links).max(1);
    runs * RUN * links
}

/// Turns in so many frames.
pub fn runs(frames: u64) -> u64 {
    frames / RUN
}

/// Frame `n` of a link's stream. `stamp` becomes the text of a delta.
pub fn frame(link: u64, n: u64, stamp: Option<u64>) -> String {
    let (turn, step) = (n / RUN, n % RUN);
    let session = format!("session:{link}-{}", turn % SESSIONS);
    let run = format!("0190c0de-{link:04}-7000-8000-{turn:012}");
    let body = match step {
        0 => r#""state":"user_message","text":"What changed since yesterday?""#.to_owned(),
        1 => r#""state":"iteration","iteration":1"#.to_owned(),
        step if step < 2 + FIRST_DELTAS => delta(stamp),
        42 => r#""state":"tool_call_start","toolCallId":"call_1","toolName":"read_file","arguments":{"path":"src/client.rs","_session_key":"x"}"#.to_owned(),
        43 => r#""state":"tool_call_end","toolCallId":"call_1","toolName":"read_file","success":true,"result":{"content":"pub struct Client;"}"#.to_owned(),
        44 => r#""state":"iteration","iteration":2"#.to_owned(),
        step if step < RUN - 1 => delta(stamp),
        _ => r#""state":"final","text":"Three files changed.","model":"m","provider":"p","inputTokens":2825,"outputTokens":28,"durationMs":788,"messageIndex":3"#.to_owned(),
    };
    let run = if step == 0 { String::new() } else { format!(r#""runId":"{run}","#) };
    format!(
        r#"{{"type":"event","event":"chat","payload":{{{run}"sessionKey":"{session}","seq":null,{body}}},"seq":{n}}}"#
    )
}

fn delta(stamp: Option<u64>) -> String {
    match stamp {
        Some(nanos) => format!(r#""state":"delta","text":"{STAMP}{nanos:020} ""#),
        None => r#""state":"delta","text":"a word or two of text ""#.to_owned(),
    }
}

/// A server's text frame, unmasked, as bytes on the wire.
pub fn raw(text: &str, into: &mut Vec<u8>) {
    let length = text.len();
    into.push(0x81);
    if length < 126 {
        into.push(u8::try_from(length).unwrap_or(u8::MAX));
    } else {
        into.push(126);
        into.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
    }
    into.extend(text.as_bytes());
}

/// The nanoseconds in a frame's or a delta's text, if it carries any.
pub fn stamp_in(text: &str) -> Option<u64> {
    let at = text.find(STAMP)?;
    text.get(at + 1..at + 21)?.parse().ok()
}

/// Deltas of one turn.
pub const DELTAS: u64 = 60;
