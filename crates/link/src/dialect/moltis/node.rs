//! Events that concern the gateway itself.

use serde::Deserialize;

use super::super::Out;
use super::super::lax::{Flag, Int, Raw, Text, kept, read};
use super::handshake::again_after;
use super::{Moltis, say};
use crate::event::Body;

#[derive(Default, Deserialize)]
struct Told<'a> {
    #[serde(default)]
    ts: Int,
    #[serde(default, borrow)]
    reason: Text<'a>,
    #[serde(default, borrow)]
    code: Text<'a>,
    #[serde(default, borrow)]
    message: Text<'a>,
    #[serde(default, rename = "maxBytes")]
    max_bytes: Int,
    #[serde(default)]
    dropped: Int,
    #[serde(default)]
    available: Flag,
    #[serde(default, borrow)]
    latest_version: Text<'a>,
}

impl Moltis {
    /// Tells an event of the gateway; false when nobody here knows it.
    pub(super) fn node_event(&mut self, name: &str, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let told: Told<'_> = read(payload).unwrap_or_default();
        match name {
            "tick" => say(told.ts.0.unwrap_or(now), Body::Health { value: kept(payload) }, out),
            "metrics.update" | "health" => say(now, Body::Health { value: kept(payload) }, out),
            "presence" => say(now, Body::Presence { value: kept(payload) }, out),
            "error" => self.frame_error(&told, now, out),
            "auth.credentials_changed" => {
                // Calls would still be answered here, but no event ever comes again.
                let why = told.reason.filled().unwrap_or("no reason given").replace('_', " ");
                let reason = format!("The gateway's credentials changed ({why}); connecting anew.");
                self.give_up(again_after(0, reason, now), now, out);
                true
            }
            "update.available" => {
                if told.available.set() {
                    let version = told.latest_version.filled().unwrap_or("a newer one");
                    let text = format!("A newer version of the gateway can be had: {version}.");
                    say(now, Body::Notice { text }, out);
                }
                true
            }
            _ => false,
        }
    }

    /// An error that names no request.
    fn frame_error(&mut self, told: &Told<'_>, now: i64, out: &mut Out) -> bool {
        if told.code.get() == Some("LAGGED") {
            let to = self.seq.saturating_add(told.dropped.0.unwrap_or(1).max(1)).saturating_add(1);
            return say(now, Body::Gap { from: self.seq, to }, out);
        }
        let text = match (told.code.or_empty(), told.max_bytes.0) {
            ("PAYLOAD_TOO_LARGE", Some(limit)) => {
                format!("The gateway dropped a message of ours that was too large for it (limit {limit} bytes).")
            }
            _ => format!("The gateway could not read a message of ours: {}.", told.message.or_empty()),
        };
        say(now, Body::Notice { text }, out)
    }
}
