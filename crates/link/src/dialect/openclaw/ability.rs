//! What an OpenClaw gateway can be asked: by the methods it lists in its hello, and by the rights this device has.

use super::Openclaw;
use crate::call::{Ability, CallError, Verb};

const VENDOR: &str = "OpenClaw";

/// The method behind a verb, and the right that it takes; `None` where OpenClaw has none.
#[rustfmt::skip]
fn method(verb: Verb) -> Option<(&'static str, &'static str)> {
    Some(match verb {
        Verb::Agents => ("agents.list", READ),
        Verb::Sessions => ("sessions.list", READ),
        Verb::History => ("chat.history", READ),
        Verb::Send | Verb::Steer => ("chat.send", WRITE),
        Verb::Abort => ("chat.abort", WRITE),
        Verb::CreateSession | Verb::ForkSession => ("sessions.create", WRITE),
        Verb::Approvals => ("exec.approval.list", APPROVALS),
        Verb::Decide => ("exec.approval.resolve", APPROVALS),
        Verb::SettledApprovals => ("approval.history", APPROVALS),
        Verb::Ping => ("health", READ),
        Verb::RenameSession | Verb::SetModel => ("sessions.patch", WRITE),
        Verb::ResetSession => ("sessions.reset", ADMIN),
        Verb::DeleteSession => ("sessions.delete", ADMIN),
        Verb::CompactSession => ("sessions.compact", ADMIN),
        Verb::SearchSessions => ("sessions.search", READ),
        Verb::Models => ("models.list", READ),
        Verb::CreateAgent => ("agents.create", ADMIN),
        Verb::DeleteAgent => ("agents.delete", ADMIN),
        Verb::CronJobs => ("cron.list", READ),
        Verb::RunCron => ("cron.run", ADMIN),
        Verb::EnableCron => ("cron.update", ADMIN),
        Verb::CronRuns => ("cron.runs", READ),
        Verb::Logs => ("logs.tail", READ),
        Verb::Usage => ("usage.cost", READ),
        Verb::Presence => ("system-presence", READ),
        Verb::Machines => ("node.list", READ),
        Verb::Devices => ("device.pair.list", PAIRING),
        Verb::SettleDevice => ("device.pair.approve", PAIRING),
        Verb::Config => ("config.get", READ),
        Verb::PatchConfig => ("config.patch", ADMIN),
        Verb::Channels => ("channels.status", READ),
        Verb::Tasks => ("tasks.list", READ),
        Verb::Artifacts => ("artifacts.list", READ),
        Verb::SwitchSession | Verb::BindSession | Verb::ClearQueue | Verb::Presets | Verb::MessageAgent
        | Verb::Listen => return None,
    })
}

const READ: &str = "operator.read";
const WRITE: &str = "operator.write";
const ADMIN: &str = "operator.admin";
const APPROVALS: &str = "operator.approvals";
const PAIRING: &str = "operator.pairing";

impl Openclaw {
    /// Why it cannot be asked this; `None` when it can.
    pub(super) fn cannot(&self, verb: Verb) -> Option<CallError> {
        let Some((method, scope)) = method(verb) else {
            return Some(CallError::Unsupported { vendor: VENDOR, what: verb.phrase() });
        };
        if !self.has(method) {
            let message = format!("This version of OpenClaw has no {method}. Update the gateway.");
            return Some(CallError::Refused { code: "UNKNOWN_METHOD".into(), message, retryable: false });
        }
        let code = "MISSING_SCOPE".to_owned();
        let refused = |message| CallError::Refused { code, message, retryable: false };
        (!self.may(scope)).then(|| refused(self.missing(scope)))
    }

    /// Whether the gateway has this method, as far as it says.
    pub(super) fn has(&self, method: &str) -> bool {
        self.methods.is_empty() || self.methods.iter().any(|known| known == method)
    }

    fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| match granted.as_str() {
            "operator.admin" => true,
            "operator.write" => matches!(scope, WRITE | READ),
            granted => granted == scope,
        })
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
