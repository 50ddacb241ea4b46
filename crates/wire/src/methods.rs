//! The one table of methods. The gateway's router matches on [`Method`] and the
//! hello lists [`Method::ALL`], so that a method without a handler does not
//! compile and one with a handler is always announced.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Done, Empty, Scope, agents, approval, chat, event, message, models, sessions, status};

/// A method with its types. The types live in [`call`].
pub trait Call {
    const METHOD: Method;
    type Params: Serialize + DeserializeOwned;
    type Reply: Serialize + DeserializeOwned;
}

macro_rules! methods {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $scope:ident, $params:ty => $reply:ty;)*) => {
        /// Everything a connected client may ask.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Method { $($(#[$doc])* $variant,)* }

        impl Method {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What the caller's credential must allow.
            pub const fn scope(self) -> Scope {
                match self { $(Self::$variant => Scope::$scope,)* }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }

        /// One type a method, to name its parameters and its answer by.
        pub mod call {
            use super::*;
            $(
                $(#[$doc])*
                #[derive(Clone, Copy, Debug)]
                pub struct $variant;

                impl Call for $variant {
                    const METHOD: Method = Method::$variant;
                    type Params = $params;
                    type Reply = $reply;
                }
            )*
        }
    };
}

methods! {
    /// Chooses the events to be told; adds to what was chosen before.
    Subscribe = "subscribe", Read, event::SubscribeParams => event::SubscribeReply;
    /// Takes events away again.
    Unsubscribe = "unsubscribe", Read, event::UnsubscribeParams => Empty;

    /// Whether the gateway is well.
    Health = "health", Read, Empty => status::Health;
    /// Uptime and counts.
    Status = "status", Read, Empty => status::Status;
    /// Who is connected.
    SystemPresence = "system-presence", Read, Empty => status::Presence;

    /// The agents of this gateway.
    AgentsList = "agents.list", Read, Empty => agents::AgentsList;
    /// The presets that agents are made from.
    AgentsPresetsList = "agents.presets_list", Read, Empty => agents::PresetsList;
    /// Binds a session to an agent.
    AgentsSetSession = "agents.set_session", Write, agents::SetSessionParams => agents::SetSessionReply;

    /// Every session, the latest first.
    SessionsList = "sessions.list", Read, sessions::ListParams => Vec<sessions::SessionEntry>;
    /// Extension: makes a session.
    SessionsCreate = "sessions.create", Write, sessions::CreateParams => sessions::EntryReply;
    /// Opens a session, making it if it is missing, and gives its history.
    SessionsSwitch = "sessions.switch", Write, sessions::SwitchParams => sessions::SwitchReply;
    /// Changes a session's label, model or archive mark.
    SessionsPatch = "sessions.patch", Admin, sessions::PatchParams => sessions::SessionEntry;
    /// Forgets a session's messages.
    SessionsReset = "sessions.reset", Admin, sessions::KeyParams => Empty;
    /// Removes a session with its messages.
    SessionsDelete = "sessions.delete", Admin, sessions::KeyParams => Done;

    /// Messages of a session, oldest first.
    ChatHistory = "chat.history", Read, chat::HistoryParams => Vec<message::Message>;
    /// Says something to the agent of a session; answers at once.
    ChatSend = "chat.send", Write, chat::SendParams => chat::SendReply;
    /// Ends the run that is active.
    ChatAbort = "chat.abort", Write, chat::AbortParams => chat::AbortReply;
    /// Forgets the messages that wait for their turn.
    ChatCancelQueued = "chat.cancel_queued", Write, chat::SessionParams => chat::CancelQueuedReply;
    /// What the active run is doing.
    ChatPeek = "chat.peek", Read, chat::SessionParams => chat::PeekReply;

    /// Lists (despite its name) the approvals that wait for an answer.
    ExecApprovalRequest = "exec.approval.request", Approvals, approval::ListParams => approval::PendingList;
    /// Answers one of them.
    ExecApprovalResolve = "exec.approval.resolve", Approvals, approval::ResolveParams => Done;
    /// Extension: what was allowed with "always".
    ExecApprovalRules = "exec.approval.rules", Approvals, Empty => approval::RulesList;
    /// Extension: takes such a rule away.
    ExecApprovalRulesRemove = "exec.approval.rules.remove", Approvals, approval::RuleParams => Done;

    /// The models that were found, the best choice first.
    ModelsList = "models.list", Read, Empty => Vec<models::ModelEntry>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn method_table() {
        let table: Vec<_> = Method::ALL.iter().map(|m| (m.name(), m.scope())).collect();
        insta::assert_json_snapshot!("methods", table);
    }

    #[test]
    fn names_lead_back_to_their_method() {
        for method in Method::ALL {
            assert_eq!(Method::from_name(method.name()), Some(*method));
        }
        assert_eq!(Method::from_name("connect"), None);
    }
}
