//! What mcp-cli's dashboard can be asked, and what its defects do to whoever asks: that is said before.

use super::McpDashboard;
use super::calls::VENDOR;
use crate::call::{Ability, CallError, Verb};

impl McpDashboard {
    /// Why it cannot be asked this; `None` when it can.
    #[rustfmt::skip]
    pub(super) fn cannot(verb: Verb) -> Option<CallError> {
        let what = match verb {
            Verb::Agents | Verb::Sessions | Verb::History | Verb::Send | Verb::CreateSession | Verb::Approvals
            | Verb::Decide | Verb::Ping | Verb::SwitchSession | Verb::RenameSession | Verb::ResetSession
            | Verb::DeleteSession | Verb::Models | Verb::SetModel | Verb::MessageAgent | Verb::Listen | Verb::Usage
            | Verb::Config | Verb::PatchConfig | Verb::Artifacts => return None,
            Verb::CreateAgent => "make agents from outside; ask its main agent to spawn one",
            Verb::DeleteAgent => "remove agents from outside; ask its main agent to stop one",
            other => other.phrase(),
        };
        Some(CallError::Unsupported { vendor: VENDOR, what })
    }

    pub(super) fn ability_of(verb: Verb) -> Ability {
        let caution = match verb {
            Verb::Decide => {
                Some("After one denial mcp-cli refuses every later tool call of that agent until it is started again.")
            }
            Verb::RenameSession => Some("mcp-cli forgets the title when it saves the session the next time."),
            Verb::ResetSession => Some("mcp-cli throws the open conversation away without saving it."),
            Verb::SetModel => Some("mcp-cli has one model: this switches it for all of its agents."),
            Verb::MessageAgent => Some("The agent takes it for a message of a person."),
            Verb::SwitchSession => Some("The agent leaves the conversation it is in, in the terminal too."),
            Verb::Usage => Some("mcp-cli estimates tokens and counts them since it was started."),
            _ => None,
        };
        Ability { verb, cannot: Self::cannot(verb), caution }
    }
}
