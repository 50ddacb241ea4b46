//! Events that concern the gateway itself.

use serde::Deserialize;

use super::super::Out;
use super::super::lax::{Flag, Int, Raw, Text, kept, read};
use super::answers::usage;
use super::control::Asks;
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
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    status: Text<'a>,
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
            "metrics.update" => {
                self.usage = usage(payload).or(self.usage.take());
                say(now, Body::Health { value: kept(payload) }, out)
            }
            "node.pair.requested" => self.machine_asks(payload, now, out),
            "node.pair.resolved" | "device.pair.resolved" => {
                let ok = match told.status.or_empty() {
                    "approved" => Some(true),
                    "rejected" => Some(false),
                    _ => None,
                };
                let Some(request) = told.id.boxed() else { return false };
                say(now, Body::DeviceResolved { request, ok }, out)
            }
            "models.updated" => changed("models", payload, now, out),
            "mcp.status" => changed("tools", payload, now, out),
            "channel" => changed("channels", payload, now, out),
            "node.telemetry" => changed("machines", payload, now, out),
            "health" => say(now, Body::Health { value: kept(payload) }, out),
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

    /// A machine asks to be let in.
    fn machine_asks(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(mut device) = read::<Asks<'_>>(payload).and_then(|asks| asks.device()) else {
            return false;
        };
        device.at = Some(now);
        say(now, Body::DeviceRequested(device), out)
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

/// Something that nobody here keeps a copy of changed.
fn changed(what: &str, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
    say(now, Body::NodeChanged { what: what.into(), value: kept(payload) }, out)
}
