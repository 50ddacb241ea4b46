//! What the feeder sends, chat turns as a Moltis gateway words them, and what must be known of them in the end.

/// Frames of one turn; each of them means exactly one event.
pub const RUN: u64 = 66;
/// The frame of a turn in which it calls a tool; deltas stand before it and after.
const TOOL: u64 = 42;
const SESSIONS: u64 = 4;
/// A delta of a paced stream begins so, with the nanoseconds it was sent at and a space.
const STAMP: char = '@';
const STAMP_DIGITS: usize = 20;

pub const QUESTION: &str = "What changed since yesterday?";
pub const ANSWER: &str = "Three files changed.";

/// Rounds a number of frames to whole turns on every link.
pub fn whole_runs(frames: u64, links: u64) -> u64 {
    let runs = (frames / RUN / links).max(1);
    runs * RUN * links
}

/// Turns in so many frames.
pub fn runs(frames: u64) -> u64 {
    frames / RUN
}

/// The session of a link's turn.
pub fn session(link: u64, turn: u64) -> String {
    format!("session:{link}-{}", turn % SESSIONS)
}

/// The run of a link's turn.
pub fn run(link: u64, turn: u64) -> String {
    format!("0190c0de-{link:04}-7000-8000-{turn:012}")
}

/// Frame `n` of a link's stream. A delta bears `stamp`, if there is one.
pub fn frame(link: u64, n: u64, stamp: Option<u64>) -> String {
    let (turn, step) = (n / RUN, n % RUN);
    let (session, run) = (session(link, turn), run(link, turn));
    let body = match step {
        0 => format!(r#""state":"user_message","text":"{QUESTION}""#),
        1 => r#""state":"iteration","iteration":1"#.to_owned(),
        TOOL => format!(
            r#""state":"tool_call_start","toolCallId":"call_{turn}","toolName":"read_file","arguments":{{"path":"src/client.rs","_session_key":"x"}}"#
        ),
        43 => format!(
            r#""state":"tool_call_end","toolCallId":"call_{turn}","toolName":"read_file","success":true,"result":{{"content":"pub struct Client;"}}"#
        ),
        44 => r#""state":"iteration","iteration":2"#.to_owned(),
        step if step < RUN - 1 => format!(r#""state":"delta","text":"{}{}""#, stamped(stamp), delta(n)),
        _ => format!(
            r#""state":"final","text":"{ANSWER}","model":"m","provider":"p","inputTokens":2825,"outputTokens":28,"durationMs":788,"messageIndex":3"#
        ),
    };
    let run = if step == 0 { String::new() } else { format!(r#""runId":"{run}","#) };
    format!(
        r#"{{"type":"event","event":"chat","payload":{{{run}"sessionKey":"{session}","seq":null,{body}}},"seq":{n}}}"#
    )
}

/// What delta `n` says: no two say the same, so that a lost, a doubled and a misplaced one each show.
fn delta(n: u64) -> String {
    format!("a word or two, {n}; ")
}

fn stamped(stamp: Option<u64>) -> String {
    stamp.map(|nanos| format!("{STAMP}{nanos:0STAMP_DIGITS$} ")).unwrap_or_default()
}

/// The text of a turn before its tool call.
pub fn first_text(turn: u64) -> String {
    (2..TOOL).map(|step| delta(turn * RUN + step)).collect()
}

/// The text of a turn after its tool call, which the answer replaces.
pub fn second_text(turn: u64) -> String {
    (45..RUN - 1).map(|step| delta(turn * RUN + step)).collect()
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

/// The nanoseconds in a frame, or in joined deltas.
pub fn stamps(text: &str) -> impl Iterator<Item = u64> {
    text.split(STAMP).skip(1).filter_map(|part| part.get(..STAMP_DIGITS)?.parse().ok())
}

/// Joined deltas without their stamps.
pub fn unstamped(text: &str) -> String {
    let mut parts = text.split(STAMP);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.get(STAMP_DIGITS + 1..).unwrap_or(part))
}
