//! Frames that hold a piece of what is being said. A secret may be said in pieces of which none looks like one, and what
//! it is part of comes whole at its end. Filler in their place costs a dialect that knows things again by their words: an
//! OpenClaw's remark is decoded twice, and before 2026.9 its answer beside its run.

use serde::Deserialize;

use crate::dialect::lax::{Raw, Text, read};

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(default, borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(default, borrow)]
    event: Text<'a>,
    #[serde(default, borrow)]
    payload: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
struct Payload<'a> {
    #[serde(default, borrow)]
    state: Text<'a>,
    #[serde(default, borrow)]
    stream: Text<'a>,
    #[serde(default, borrow)]
    data: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
struct Data<'a> {
    #[serde(default, borrow)]
    phase: Text<'a>,
    #[serde(default, borrow)]
    delta: Option<Raw<'a>>,
}

/// Whether a frame holds a piece. One that cannot be read may.
pub(super) fn is_piece(frame: &str) -> bool {
    let Some(frame) = read::<Frame<'_>>(Some(Raw::unread(frame))) else { return true };
    let payload: Payload<'_> = read(frame.payload).unwrap_or_default();
    let data: Data<'_> = read(payload.data).unwrap_or_default();
    frame.kind.get() == Some("CONVERSATION_TOKEN")
        || frame.event.get() == Some("terminal.data")
        || matches!(payload.state.or_empty(), "delta" | "thinking_text")
        || matches!(payload.stream.or_empty(), "assistant" | "thinking" | "stdout" | "stderr")
        || matches!(data.phase.or_empty(), "delta" | "update")
        || data.delta.is_some()
}
