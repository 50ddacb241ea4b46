//! Approvals as cards.

use contract::approval::{Approval, Decision, Outcome};
use link::event;

use crate::truth::Asked;

/// The card of what a node asks.
pub fn approval(node: &str, asked: &Asked) -> Approval {
    let about = &asked.about;
    Approval {
        node: node.to_owned(),
        id: about.id.to_string(),
        agent: asked.agent.as_deref().map(str::to_owned),
        session: asked.session.as_deref().map(str::to_owned),
        kind: about.kind.to_string(),
        command: about.command.to_string(),
        cwd: about.cwd.as_deref().map(str::to_owned),
        asked_at: about.asked_at.or(Some(asked.seen)),
        expires_at: asked.expires,
        allowed: about.allowed.iter().copied().map(decision).collect(),
        outcome: asked.settled.as_ref().map(|settled| Outcome {
            decision: settled.decision,
            by: settled.by.as_deref().map(str::to_owned),
            at: settled.at,
        }),
    }
}

/// A decision in the window's words.
pub fn decision(decision: event::Decision) -> Decision {
    match decision {
        event::Decision::Once => Decision::Once,
        event::Decision::Always => Decision::Always,
        event::Decision::Deny => Decision::Deny,
        event::Decision::Expired => Decision::Expired,
        event::Decision::Unknown => Decision::Unknown,
    }
}
