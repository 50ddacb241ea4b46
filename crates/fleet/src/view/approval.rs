//! Approvals as cards.

use contract::approval::{Approval, Decision, Keeper, Outcome, Rule};
use link::event;

use super::reveal::reveal;
use crate::digest::{self, hex};
use crate::truth::{Asked, Truth};

/// The card of what a node asks. On production nothing is offered that lasts.
pub fn approval(truth: &Truth, asked: &Asked) -> Approval {
    let (node, about) = (&*truth.head.id, &asked.about);
    let lasting = !truth.guard.production;
    let owned = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    Approval {
        node: node.to_owned(),
        id: about.id.to_string(),
        agent: owned(&asked.agent),
        session: owned(&asked.session),
        kind: about.kind.to_string(),
        command: about.command.to_string(),
        shown: reveal(&about.command),
        cwd: owned(&about.cwd),
        shown_cwd: about.cwd.as_deref().map(reveal).unwrap_or_default(),
        digest: digest(node, asked),
        asked_at: asked.asked.or(Some(asked.seen)),
        expires_at: asked.expires,
        allowed: allowed(about).into_iter().filter(|answer| lasting || *answer != Decision::Always).collect(),
        rule: proposed(node, asked).filter(|_| lasting),
        outcome: asked.settled.as_ref().map(|settled| Outcome {
            decision: settled.decision,
            by: owned(&settled.by),
            at: settled.at,
        }),
    }
}

/// A node that names no answers takes the plain two.
fn allowed(about: &event::Approval) -> Vec<Decision> {
    match about.allowed.as_slice() {
        [] => vec![Decision::Once, Decision::Deny],
        named => named.iter().copied().map(decision).collect(),
    }
}

/// Stands for all that a person decides by: which request it is, what it would do, where, and for whom.
pub fn digest(node: &str, asked: &Asked) -> String {
    let about = &asked.about;
    let parts = [
        Some(node),
        Some(&*about.id),
        Some(&*about.kind),
        Some(&*about.command),
        about.cwd.as_deref(),
        asked.agent.as_deref(),
        asked.session.as_deref(),
    ];
    hex(&digest::of(parts)[..16])
}

/// The narrowest rule there is: this command, in this folder, by this agent, in this session. Only where the node takes
/// "always" at all: a node that wants to be asked each time has its reasons.
pub fn proposed(node: &str, asked: &Asked) -> Option<Rule> {
    let about = &asked.about;
    if !about.allowed.contains(&event::Decision::Always) || asked.settled.is_some() {
        return None;
    }
    let keeper = if about.rule.is_some() { Keeper::Node } else { Keeper::Here };
    Some(Rule {
        node: node.to_owned(),
        agent: asked.agent.as_deref().map(str::to_owned),
        session: asked.session.as_deref().map(str::to_owned),
        kind: about.kind.to_string(),
        text: literal(&about.command),
        cwd: about.cwd.as_deref().map(str::to_owned),
        expires_at: None,
        keeper,
    })
}

/// A command as a rule that covers it alone.
fn literal(command: &str) -> String {
    command.replace('\\', "\\\\").replace('*', "\\*")
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
