//! What an OpenClaw gateway can be asked: by the methods it lists in its hello, and by the rights this device has.

use wire::Scope;

use super::super::rights;
use super::Openclaw;
use crate::call::{Ability, CallError, Verb};

const VENDOR: &str = "OpenClaw";

/// The method behind a verb, and the right that it takes; `None` where OpenClaw has none.
#[rustfmt::skip]
pub(super) fn method(verb: Verb) -> Option<(&'static str, Scope)> {
    Some(match verb {
        Verb::Agents => ("agents.list", Scope::Read),
        Verb::Sessions => ("sessions.list", Scope::Read),
        Verb::History => ("chat.history", Scope::Read),
        Verb::Send | Verb::Steer => ("chat.send", Scope::Write),
        Verb::Abort => ("chat.abort", Scope::Write),
        Verb::CreateSession | Verb::ForkSession => ("sessions.create", Scope::Write),
        Verb::Approvals => ("exec.approval.list", Scope::Approvals),
        Verb::Decide => ("exec.approval.resolve", Scope::Approvals),
        Verb::SettledApprovals => ("approval.history", Scope::Approvals),
        Verb::Ping => ("health", Scope::Read),
        Verb::RenameSession | Verb::SetModel => ("sessions.patch", Scope::Write),
        Verb::ResetSession => ("sessions.reset", Scope::Admin),
        Verb::DeleteSession => ("sessions.delete", Scope::Admin),
        Verb::CompactSession => ("sessions.compact", Scope::Admin),
        Verb::SearchSessions => ("sessions.search", Scope::Read),
        Verb::Models => ("models.list", Scope::Read),
        Verb::CreateAgent => ("agents.create", Scope::Admin),
        Verb::DeleteAgent => ("agents.delete", Scope::Admin),
        Verb::CronJobs => ("cron.list", Scope::Read),
        Verb::RunCron => ("cron.run", Scope::Admin),
        Verb::EnableCron => ("cron.update", Scope::Admin),
        Verb::CronRuns => ("cron.runs", Scope::Read),
        Verb::Logs => ("logs.tail", Scope::Read),
        Verb::Usage => ("usage.cost", Scope::Read),
        Verb::Presence => ("system-presence", Scope::Read),
        Verb::Machines => ("node.list", Scope::Read),
        Verb::Devices => ("device.pair.list", Scope::Pairing),
        Verb::SettleDevice => ("device.pair.approve", Scope::Pairing),
        Verb::Config => ("config.get", Scope::Read),
        Verb::PatchConfig => ("config.patch", Scope::Admin),
        Verb::Channels => ("channels.status", Scope::Read),
        Verb::Tasks => ("tasks.list", Scope::Read),
        Verb::Artifacts => ("artifacts.list", Scope::Read),
        Verb::SwitchSession | Verb::BindSession | Verb::ClearQueue | Verb::Presets | Verb::MessageAgent
        | Verb::Listen => return None,
    })
}

impl Openclaw {
    /// Why it cannot be asked this; `None` when it can.
    pub(super) fn cannot(&self, verb: Verb) -> Option<CallError> {
        let Some((method, scope)) = method(verb) else {
            return Some(CallError::Unsupported { vendor: VENDOR, what: verb.phrase() });
        };
        if !self.has(method) {
            let message = format!("This version of OpenClaw has no {method}. Update the gateway.");
            return Some(CallError::refused("UNKNOWN_METHOD", message));
        }
        (!rights::may(&self.scopes, scope)).then(|| CallError::refused("MISSING_SCOPE", self.missing(scope.name())))
    }

    /// Whether the gateway has this method, as far as it says.
    pub(super) fn has(&self, method: &str) -> bool {
        rights::has(&self.methods, method)
    }

    /// What to do about a right that is missing, with the exact command where there is one.
    pub(super) fn missing(&self, scope: &str) -> String {
        let request = self.limits().map(|allowed| allowed.request.as_str());
        let command = match request.filter(|request| !request.is_empty()) {
            Some(request) => format!("openclaw devices approve {request}"),
            None => "openclaw devices list, then openclaw devices approve <requestId>".to_owned(),
        };
        format!(
            "This device may not do that: it lacks the right {scope} on the gateway. On the gateway's machine run: \
             {command}"
        )
    }

    pub(super) fn ability_of(&self, verb: Verb) -> Ability {
        let caution = match verb {
            Verb::PatchConfig => Some("Some settings restart the gateway, which stops running turns."),
            Verb::DeleteSession => Some("Its messages are moved to the gateway's archive, out of reach from here."),
            Verb::DeleteAgent => Some("Its files stay on the gateway's machine."),
            _ => None,
        };
        Ability { verb, cannot: self.cannot(verb), caution }
    }
}
