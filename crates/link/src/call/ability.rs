//! What a node can be asked: known after the handshake, so that nobody offers what cannot be done, and so that what
//! would do harm is said before and not after.

use serde::{Deserialize, Serialize};

use super::{Call, CallError};

/// A kind of [`Call`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    Agents,
    Sessions,
    History,
    Send,
    Abort,
    CreateSession,
    Approvals,
    Decide,
    SettledApprovals,
    Ping,
    SwitchSession,
    RenameSession,
    ForkSession,
    ResetSession,
    DeleteSession,
    CompactSession,
    SearchSessions,
    BindSession,
    Steer,
    ClearQueue,
    Models,
    SetModel,
    Presets,
    CreateAgent,
    DeleteAgent,
    MessageAgent,
    Listen,
    CronJobs,
    RunCron,
    EnableCron,
    CronRuns,
    Logs,
    Usage,
    Presence,
    Machines,
    Devices,
    SettleDevice,
    Config,
    PatchConfig,
    Channels,
    Tasks,
    Artifacts,
}

impl Verb {
    /// Every kind there is.
    #[rustfmt::skip]
    pub const ALL: [Self; 42] = [
        Self::Agents, Self::Sessions, Self::History, Self::Send, Self::Abort, Self::CreateSession, Self::Approvals,
        Self::Decide, Self::SettledApprovals, Self::Ping, Self::SwitchSession, Self::RenameSession, Self::ForkSession,
        Self::ResetSession, Self::DeleteSession, Self::CompactSession, Self::SearchSessions, Self::BindSession,
        Self::Steer, Self::ClearQueue, Self::Models, Self::SetModel, Self::Presets, Self::CreateAgent,
        Self::DeleteAgent, Self::MessageAgent, Self::Listen, Self::CronJobs, Self::RunCron, Self::EnableCron,
        Self::CronRuns, Self::Logs, Self::Usage, Self::Presence, Self::Machines, Self::Devices, Self::SettleDevice,
        Self::Config, Self::PatchConfig, Self::Channels, Self::Tasks, Self::Artifacts,
    ];

    /// What is asked, as a verb phrase that fits behind "cannot".
    #[rustfmt::skip]
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Agents => "list agents",
            Self::Sessions => "list sessions",
            Self::History => "show a session's messages",
            Self::Send => "be sent messages",
            Self::Abort => "stop a running turn",
            Self::CreateSession => "make new sessions",
            Self::Approvals => "list what waits for approval",
            Self::Decide => "be answered about approvals",
            Self::SettledApprovals => "list answered approvals",
            Self::Ping => "be asked for a sign of life",
            Self::SwitchSession => "switch sessions, and need not: every session can be talked to at any time",
            Self::RenameSession => "rename sessions",
            Self::ForkSession => "copy sessions",
            Self::ResetSession => "empty sessions",
            Self::DeleteSession => "delete sessions",
            Self::CompactSession => "shorten sessions",
            Self::SearchSessions => "search their sessions",
            Self::BindSession => "give a session to another agent",
            Self::Steer => "be spoken to in the middle of a turn; what is said waits for its end",
            Self::ClearQueue => "take back waiting messages",
            Self::Models => "list models",
            Self::SetModel => "switch models",
            Self::Presets => "list presets",
            Self::CreateAgent => "make agents from outside",
            Self::DeleteAgent => "remove agents from outside",
            Self::MessageAgent => "pass messages between agents",
            Self::Listen => "be listened to agent by agent",
            Self::CronJobs => "list timed jobs",
            Self::RunCron => "run timed jobs",
            Self::EnableCron => "switch timed jobs on and off",
            Self::CronRuns => "list the runs of timed jobs",
            Self::Logs => "show their log",
            Self::Usage => "count tokens",
            Self::Presence => "say who is connected",
            Self::Machines => "list machines",
            Self::Devices => "list devices",
            Self::SettleDevice => "let devices in or out",
            Self::Config => "show their settings",
            Self::PatchConfig => "change their settings",
            Self::Channels => "list channels",
            Self::Tasks => "list tasks",
            Self::Artifacts => "list what was made in a session",
        }
    }
}

impl Call {
    /// Its kind.
    #[rustfmt::skip]
    pub fn verb(&self) -> Verb {
        match self {
            Self::Agents => Verb::Agents,
            Self::Sessions => Verb::Sessions,
            Self::History { .. } => Verb::History,
            Self::Send { .. } => Verb::Send,
            Self::Abort { .. } => Verb::Abort,
            Self::CreateSession { .. } => Verb::CreateSession,
            Self::Approvals => Verb::Approvals,
            Self::Decide { .. } => Verb::Decide,
            Self::SettledApprovals { .. } => Verb::SettledApprovals,
            Self::Ping => Verb::Ping,
            Self::SwitchSession { .. } => Verb::SwitchSession,
            Self::RenameSession { .. } => Verb::RenameSession,
            Self::ForkSession { .. } => Verb::ForkSession,
            Self::ResetSession { .. } => Verb::ResetSession,
            Self::DeleteSession { .. } => Verb::DeleteSession,
            Self::CompactSession { .. } => Verb::CompactSession,
            Self::SearchSessions { .. } => Verb::SearchSessions,
            Self::BindSession { .. } => Verb::BindSession,
            Self::Steer { .. } => Verb::Steer,
            Self::ClearQueue { .. } => Verb::ClearQueue,
            Self::Models => Verb::Models,
            Self::SetModel { .. } => Verb::SetModel,
            Self::Presets => Verb::Presets,
            Self::CreateAgent { .. } => Verb::CreateAgent,
            Self::DeleteAgent { .. } => Verb::DeleteAgent,
            Self::MessageAgent { .. } => Verb::MessageAgent,
            Self::Listen { .. } => Verb::Listen,
            Self::CronJobs => Verb::CronJobs,
            Self::RunCron { .. } => Verb::RunCron,
            Self::EnableCron { .. } => Verb::EnableCron,
            Self::CronRuns { .. } => Verb::CronRuns,
            Self::Logs { .. } => Verb::Logs,
            Self::Usage => Verb::Usage,
            Self::Presence => Verb::Presence,
            Self::Machines => Verb::Machines,
            Self::Devices => Verb::Devices,
            Self::SettleDevice { .. } => Verb::SettleDevice,
            Self::Config => Verb::Config,
            Self::PatchConfig { .. } => Verb::PatchConfig,
            Self::Channels => Verb::Channels,
            Self::Tasks => Verb::Tasks,
            Self::Artifacts { .. } => Verb::Artifacts,
        }
    }

    /// The session it would change or read, where it must be there already.
    pub(crate) fn existing_session(&self) -> Option<&str> {
        match self {
            Self::SwitchSession { session }
            | Self::RenameSession { session, .. }
            | Self::ForkSession { session, .. }
            | Self::ResetSession { session }
            | Self::DeleteSession { session }
            | Self::CompactSession { session }
            | Self::BindSession { session, .. }
            | Self::SetModel { session: Some(session), .. } => Some(session),
            _ => None,
        }
    }
}

/// Whether a node can be asked something, and what to know before.
#[derive(Debug, Clone, PartialEq)]
pub struct Ability {
    pub verb: Verb,
    /// Why not; `None` when it can.
    pub cannot: Option<CallError>,
    /// What a person has to know before asking it of this vendor.
    pub caution: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_stands_in_the_list_once_and_in_its_place() {
        for pair in Verb::ALL.windows(2) {
            assert!(pair[0] < pair[1], "{pair:?}");
        }
        assert_eq!(Verb::ALL.last(), Some(&Verb::Artifacts));
        assert_eq!(Verb::ALL.len() - 1, Verb::Artifacts as usize);
    }
}
