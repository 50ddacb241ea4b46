//! mcp-cli's dashboard. (Being written.)

use super::{Close, Dialect, Origin, Out, Upgrade};
use crate::call::{Call, CallError};
use crate::event::NodeState;

/// One connection to a dashboard.
pub(crate) struct McpDashboard;

impl McpDashboard {
    pub fn new() -> Self {
        Self
    }
}

impl Dialect for McpDashboard {
    fn upgrade(&self) -> Upgrade {
        Upgrade {
            path: "/ws",
            headers: Vec::new(),
            origin: Origin::Loopback,
        }
    }
    fn opened(&mut self, _now: i64, _out: &mut Out) {}
    fn frame(&mut self, text: &str, now: i64, out: &mut Out) {
        super::envelope::keep(text, None, now, out);
    }
    fn sent(&mut self, _text: &str, _now: i64, _out: &mut Out) {}
    fn call(&mut self, id: u64, _call: &Call, _now: i64, out: &mut Out) {
        out.replies.push((id, Err(CallError::NotConnected)));
    }
    fn forget(&mut self, _id: u64) {}
    fn closed(&mut self, _code: Option<u16>, reason: &str, now: i64, _out: &mut Out) -> Close {
        Close {
            state: NodeState::BackingOff {
                attempt: 1,
                next: now,
                reason: reason.into(),
            },
            retry: true,
        }
    }
    fn silence_limit(&self) -> u64 {
        60_000
    }
    fn ready(&self) -> bool {
        false
    }
}
