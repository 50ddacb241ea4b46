//! The one way an approval is answered. It fails closed: what is over, unknown or expired is not sent, the answer is
//! bound to the id that was clicked, and the first answer wins.

use contract::approval::Decision;
use contract::calls::Decide;
use contract::{Code, Fault};
use link::call::{Call, CallError, Reply};
use link::event::{self, Body, Event};

use super::of_call;
use crate::apply::Fact;
use crate::fleet::Fleet;
use crate::truth::{Asked, HERE};

/// Answers an approval.
pub async fn decide(fleet: &Fleet, args: Decide) -> Result<(), Fault> {
    let now = fleet.inner.parts.now();
    let asked = fleet.core().read(&args.node, |truth| truth.approval(&args.id).cloned()).flatten();
    let answer = permitted(asked.as_ref(), args.decision, now)?;
    let Some(_turn) = Turn::take(fleet, &args) else {
        return Err(Fault::new(Code::Settled, "This is being answered right now."));
    };
    let post = fleet.inner.nodes.get(&args.node)?;
    let call = Call::Decide { approval: args.id.clone(), decision: answer };
    match post.ask(&fleet.inner.parts, call).await {
        Ok(Reply::Decided) => {
            settle(fleet, &args, answer);
            Ok(())
        }
        Ok(_) => {
            Err(Fault::new(Code::Unknown, "The node answered something else; whether it took the answer is unknown."))
        }
        Err(error) => {
            if error != CallError::NotConnected {
                // The card must show what is true, not what was clicked.
                post.signals.reread.notify_one();
            }
            Err(of_call(&post.row().name, &error))
        }
    }
}

/// The answer in the words of the link, if it may be given now.
fn permitted(asked: Option<&Asked>, decision: Decision, now: i64) -> Result<event::Decision, Fault> {
    let Some(asked) = asked else {
        return Err(Fault::new(Code::Settled, "This request is not there any more; nothing was sent."));
    };
    if let Some(settled) = &asked.settled {
        let by = settled.by.as_deref().map(|by| format!(" by {by}")).unwrap_or_default();
        let how = match settled.decision {
            Decision::Once => "allowed once",
            Decision::Always => "allowed from now on",
            Decision::Deny => "denied",
            Decision::Expired => "left unanswered until it expired",
            Decision::Unknown => "settled elsewhere",
        };
        return Err(Fault::new(Code::Settled, format!("This was already {how}{by}; nothing was sent.")));
    }
    if asked.expires.is_some_and(|expires| expires <= now) {
        return Err(Fault::new(Code::Settled, "This request has expired and counts as denied; nothing was sent."));
    }
    let answer = match decision {
        Decision::Once => event::Decision::Once,
        Decision::Always => event::Decision::Always,
        Decision::Deny => event::Decision::Deny,
        Decision::Expired | Decision::Unknown => {
            return Err(Fault::new(Code::Invalid, "The answers are: once, always, deny."));
        }
    };
    if !asked.about.allowed.is_empty() && !asked.about.allowed.contains(&answer) {
        return Err(Fault::new(Code::Invalid, "This node does not take that answer here; choose another one."));
    }
    Ok(answer)
}

/// The node took it: say so at once, not only when its own event comes.
fn settle(fleet: &Fleet, args: &Decide, decision: event::Decision) {
    let body = Body::ApprovalResolved { id: args.id.as_str().into(), decision, by: Some(HERE.into()) };
    fleet.core().feed(&args.node, [Fact::Event(Event::new(fleet.inner.parts.now(), body))]);
}

/// The right to answer one approval: of two windows that answer at once, one has it.
struct Turn<'a> {
    fleet: &'a Fleet,
    of: (String, String),
}

impl<'a> Turn<'a> {
    fn take(fleet: &'a Fleet, args: &Decide) -> Option<Turn<'a>> {
        let of = (args.node.clone(), args.id.clone());
        let first = fleet.inner.deciding.lock().insert(of.clone());
        // Lazily: a turn that is dropped gives the right back, and this one was never had.
        first.then(|| Turn { fleet, of })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.fleet.inner.deciding.lock().remove(&self.of);
    }
}

#[cfg(test)]
mod tests {
    use link::event::Approval;

    use super::*;
    use crate::truth::Settled;

    fn waiting() -> Asked {
        let about = Approval {
            id: "a1".into(),
            kind: "exec".into(),
            command: "ls".into(),
            cwd: None,
            asked_at: None,
            expires_at: Some(100),
            allowed: vec![event::Decision::Once, event::Decision::Deny],
            call: None,
        };
        Asked { about, agent: None, session: None, expires: Some(100), seen: 0, settled: None }
    }

    #[test]
    fn what_waits_may_be_answered_in_the_ways_its_node_takes() {
        assert_eq!(permitted(Some(&waiting()), Decision::Once, 99), Ok(event::Decision::Once));
        assert_eq!(permitted(Some(&waiting()), Decision::Always, 99).unwrap_err().code, Code::Invalid);
        assert_eq!(permitted(Some(&waiting()), Decision::Unknown, 99).unwrap_err().code, Code::Invalid);
    }

    #[test]
    fn what_expired_or_is_gone_is_never_allowed() {
        assert_eq!(permitted(Some(&waiting()), Decision::Once, 100).unwrap_err().code, Code::Settled);
        assert_eq!(permitted(None, Decision::Once, 0).unwrap_err().code, Code::Settled);
    }

    #[test]
    fn a_second_answer_is_told_how_the_first_was_and_who_gave_it() {
        let settled = Settled { decision: Decision::Deny, by: Some("anna".into()), at: 5 };
        let asked = Asked { settled: Some(settled), ..waiting() };
        let fault = permitted(Some(&asked), Decision::Once, 6).unwrap_err();
        assert_eq!(
            (fault.code, fault.message.as_str()),
            (Code::Settled, "This was already denied by anna; nothing was sent.")
        );
    }
}
