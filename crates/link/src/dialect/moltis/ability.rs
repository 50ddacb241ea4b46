//! What a Moltis gateway can be asked: by the methods it lists in its hello, and by the rights of the key.

use super::Moltis;
use crate::call::{Ability, CallError, Verb};

/// The method behind a verb, and the right that it takes; `None` where Moltis has none.
#[rustfmt::skip]
fn method(verb: Verb) -> Option<(&'static str, &'static str)> {
    Some(match verb {
        Verb::Agents => ("agents.list", READ),
        Verb::Sessions => ("sessions.list", READ),
        Verb::History => ("chat.history", READ),
        Verb::Send => ("chat.send", WRITE),
        Verb::Abort => ("chat.abort", WRITE),
        Verb::CreateSession => ("sessions.switch", WRITE),
        Verb::Approvals => ("exec.approval.request", APPROVALS),
        Verb::Decide => ("exec.approval.resolve", APPROVALS),
        Verb::Ping => ("health", READ),
        Verb::RenameSession | Verb::SetModel => ("sessions.patch", ADMIN),
        Verb::ForkSession => ("sessions.fork", WRITE),
        Verb::ResetSession => ("sessions.reset", ADMIN),
        Verb::DeleteSession => ("sessions.delete", ADMIN),
        Verb::CompactSession => ("chat.compact", WRITE),
        Verb::SearchSessions => ("sessions.search", READ),
        Verb::BindSession => ("agents.set_session", WRITE),
        Verb::ClearQueue => ("chat.cancel_queued", WRITE),
        Verb::Models => ("models.list", READ),
        Verb::Presets => ("agents.presets_list", READ),
        Verb::CreateAgent => ("agents.create", WRITE),
        Verb::DeleteAgent => ("agents.delete", WRITE),
        Verb::CronJobs => ("cron.list", READ),
        Verb::RunCron => ("cron.run", WRITE),
        Verb::EnableCron => ("cron.update", WRITE),
        Verb::CronRuns => ("cron.runs", READ),
        Verb::Logs => ("logs.tail", READ),
        // Told by an event; its methods answer nothing but zeros.
        Verb::Usage => ("usage.status", READ),
        Verb::Presence => ("system-presence", READ),
        Verb::Machines => ("node.list", READ),
        Verb::Devices => ("node.pair.list", PAIRING),
        Verb::SettleDevice => ("node.pair.approve", PAIRING),
        Verb::Channels => ("channels.status", READ),
        Verb::SettledApprovals | Verb::SwitchSession | Verb::Steer | Verb::MessageAgent | Verb::Listen
        | Verb::Config | Verb::PatchConfig | Verb::Tasks | Verb::Artifacts => return None,
    })
}

const READ: &str = "operator.read";
const WRITE: &str = "operator.write";
const ADMIN: &str = "operator.admin";
const APPROVALS: &str = "operator.approvals";
const PAIRING: &str = "operator.pairing";

impl Moltis {
    /// Why it cannot be asked this; `None` when it can.
    pub(super) fn cannot(&self, verb: Verb) -> Option<CallError> {
        let unsupported = || CallError::Unsupported { vendor: self.granted.vendor(), what: verb.phrase() };
        let Some((method, scope)) = method(verb) else {
            return Some(unsupported());
        };
        let made = verb == Verb::CreateSession && self.granted.extends("sessions.create");
        if !made && !self.granted.has(method) {
            return Some(unsupported());
        }
        (!self.granted.may(scope)).then(|| CallError::Refused {
            code: "MISSING_SCOPE".into(),
            message: missing(scope),
            retryable: false,
        })
    }

    pub(super) fn ability_of(&self, verb: Verb) -> Ability {
        let caution = match verb {
            Verb::DeleteAgent => Some("Its sessions go on with the default agent."),
            Verb::Usage => Some("Moltis counts tokens since it was started, and no money at all."),
            _ => None,
        };
        Ability { verb, cannot: self.cannot(verb), caution }
    }
}

/// What to do when a right is missing.
pub(super) fn missing(scope: &str) -> String {
    format!(
        "The key may not do that: it lacks the right {scope} on the gateway. Make a key there that has it, and enter it."
    )
}
