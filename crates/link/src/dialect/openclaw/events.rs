//! Events that concern the gateway itself: devices that ask to be let in, and parts of it that changed.

use super::super::Out;
use super::super::lax::{Raw, kept, read};
use super::answers::DeviceRow;
use super::{Openclaw, say};
use crate::event::Body;

/// What an event says has changed, where nobody here keeps a copy of it.
fn part(name: &str) -> Option<&'static str> {
    Some(match name {
        "cron" => "cron",
        "config.changed" => "config",
        "chat.metadata.changed" => "models",
        "skills.changed" => "skills",
        "node.presence" | "node.hostStats" | "node.pair.requested" | "node.pair.resolved" => "machines",
        "channels.changed" | "channels.status" => "channels",
        "plugins.changed" => "tools",
        _ => return None,
    })
}

impl Openclaw {
    /// Tells an event of the gateway; false when nobody here knows it.
    pub(super) fn node_event(&mut self, name: &str, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        match name {
            "device.pair.requested" => {
                let device = read::<DeviceRow<'_>>(payload).and_then(|row| row.device());
                device.is_some_and(|device| say(device.at.unwrap_or(now), Body::DeviceRequested(device), out))
            }
            "device.pair.resolved" => {
                let row: DeviceRow<'_> = read(payload).unwrap_or_default();
                let ok = match row.decision.or_empty() {
                    "approved" => Some(true),
                    "rejected" | "removed" | "expired" => Some(false),
                    _ => None,
                };
                let Some(request) = row.request_id.boxed() else { return false };
                say(now, Body::DeviceResolved { request: request.clone(), ok }, out);
                if ok == Some(true) && self.live {
                    self.allowed_more(&request, now, out);
                }
                true
            }
            name => part(name)
                .is_some_and(|what| say(now, Body::NodeChanged { what: what.into(), value: kept(payload) }, out)),
        }
    }
}
