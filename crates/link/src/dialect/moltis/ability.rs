//! What a Moltis gateway can be asked: by the methods it lists in its hello, and by the rights of the key.

use wire::Scope;

use super::Moltis;
use crate::call::{Ability, CallError, Verb};

/// The method behind a verb, and the right that it takes; `None` where Moltis has none.
#[rustfmt::skip]
pub(super) fn method(verb: Verb) -> Option<(&'static str, Scope)> {
    Some(match verb {
        Verb::Agents => ("agents.list", Scope::Read),
        Verb::Sessions => ("sessions.list", Scope::Read),
        Verb::History => ("chat.history", Scope::Read),
        Verb::Send => ("chat.send", Scope::Write),
        Verb::Abort => ("chat.abort", Scope::Write),
        Verb::CreateSession => ("sessions.switch", Scope::Write),
        Verb::Approvals => ("exec.approval.request", Scope::Approvals),
        Verb::Decide => ("exec.approval.resolve", Scope::Approvals),
        Verb::Ping => ("health", Scope::Read),
        Verb::RenameSession | Verb::SetModel => ("sessions.patch", Scope::Admin),
        Verb::ForkSession => ("sessions.fork", Scope::Write),
        Verb::ResetSession => ("sessions.reset", Scope::Admin),
        Verb::DeleteSession => ("sessions.delete", Scope::Admin),
        Verb::CompactSession => ("chat.compact", Scope::Write),
        Verb::SearchSessions => ("sessions.search", Scope::Read),
        Verb::BindSession => ("agents.set_session", Scope::Write),
        Verb::ClearQueue => ("chat.cancel_queued", Scope::Write),
        Verb::Models => ("models.list", Scope::Read),
        Verb::Presets => ("agents.presets_list", Scope::Read),
        Verb::CreateAgent => ("agents.create", Scope::Write),
        Verb::DeleteAgent => ("agents.delete", Scope::Write),
        Verb::CronJobs => ("cron.list", Scope::Read),
        Verb::RunCron => ("cron.run", Scope::Write),
        Verb::EnableCron => ("cron.update", Scope::Write),
        Verb::CronRuns => ("cron.runs", Scope::Read),
        Verb::Logs => ("logs.tail", Scope::Read),
        // Told by an event; its methods answer nothing but zeros.
        Verb::Usage => ("usage.status", Scope::Read),
        Verb::Presence => ("system-presence", Scope::Read),
        Verb::Machines => ("node.list", Scope::Read),
        Verb::Devices => ("node.pair.list", Scope::Pairing),
        Verb::SettleDevice => ("node.pair.approve", Scope::Pairing),
        Verb::Channels => ("channels.status", Scope::Read),
        Verb::SettledApprovals | Verb::SwitchSession | Verb::Steer | Verb::MessageAgent | Verb::Listen
        | Verb::Config | Verb::PatchConfig | Verb::Tasks | Verb::Artifacts => return None,
    })
}

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
        (!self.granted.may(scope)).then(|| CallError::refused("MISSING_SCOPE", missing(scope.name())))
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
