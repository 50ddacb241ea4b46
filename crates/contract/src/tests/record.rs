//! The shapes of recordings and of what nobody knows.

use super::check;
use crate::record::{Drift, Recording, Unknown, What};

#[test]
fn recordings_and_what_nobody_knows_keep_their_form() {
    let recording = Recording {
        file: "homelab.jsonl".into(),
        running: true,
        frames_in: 12,
        frames_out: 3,
        connections: 1,
        bytes: 4_096,
        dialect: Some("openclaw".into()),
        secrets: 2,
        texts: 7,
        persons: 1,
        fault: Some("The disk is full.".into()),
    };
    check("recording", &recording);
    let unknown = [What::Method, What::Event, What::Field].map(|what| Unknown { what, name: "x".into(), times: 2 });
    check("drift", &Drift { gateway: "OpenClaw 2026.10.1".into(), unknown: unknown.into() });
}
