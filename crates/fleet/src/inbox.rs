//! The approvals inbox: the one way an approval is answered, whoever answers: a window, `pilot`, or a rule.
//!
//! It fails closed. An answer is bound to what was shown by its digest; what is over, changed, unknown or expired is not
//! sent. Of several that answer at once one has the claim, and the others are told who. "Always" covers what its rule
//! names and no more.

use std::sync::Arc;

use contract::approval::{Answer, Decision, Keeper, Rule};
use contract::{Code, Fault};
use link::call::{Call, CallError, Reply};
use link::event::{self, Body, Event};
use parking_lot::Mutex;

mod rule;
mod standing;

#[cfg(test)]
mod tests;

pub use rule::{Scope, covers, fits};
pub use standing::answer_by_rules;

use crate::apply::Fact;
use crate::audit::Act;
use crate::calls::{of_call, of_store, outcome};
use crate::gate::{self, Tries, Undone};
use crate::nodes::{Parts, Post};
use crate::table::approval::{self as table, Claim, End};
use crate::table::rule as rules;
use crate::truth::{Asked, HERE, PILOT};
use crate::view;

/// How long it is remembered what was asked, milliseconds.
pub const KEPT_MS: i64 = 90 * 24 * 3600 * 1000;

/// Somebody's answer to a request.
pub struct Word {
    pub id: String,
    /// Of what was shown.
    pub digest: String,
    pub answer: Answer,
    /// Who says it, as others will read it.
    pub by: String,
    /// The standing rule that says it, which must still hold when it is said.
    pub rule: Option<i64>,
}

/// What a window's answers are signed with.
pub fn signed(window: &str) -> String {
    if window == PILOT { format!("{HERE}, with pilot") } else { HERE.to_owned() }
}

/// Answers a request.
///
/// # Errors
/// Why it was not answered, or that nobody knows whether it was; what it asks for was not allowed then.
pub async fn decide(parts: &Arc<Parts>, post: &Arc<Post>, word: Word) -> Result<(), Fault> {
    let (asked, decision) = may(parts, post, &word).await?;
    let call = Call::Decide { approval: word.id.clone(), decision };
    let held = Held::default();
    claim(parts, post, &asked, &word, &held).await?;
    let ready = || async {
        // Its turn may come long after the word was said, so all of it is looked at again.
        let (asked, _) = may(parts, post, &word).await?;
        claim(parts, post, &asked, &word, &held).await
    };
    match gate::act_when(parts, post, call, &word.by, Tries::Several, ready).await {
        Ok(Reply::Decided) => {}
        Ok(_) => return Err(unclear(parts, post, &word, &held).await),
        Err(Undone::Call(error)) => return Err(failed(parts, post, &word, &held, &error).await),
        Err(Undone::Held(fault)) => {
            release(parts, post, &word, &held).await;
            return Err(fault);
        }
    }
    settle(parts, post, &word, decision).await?;
    match word.answer {
        Answer::Always { rule } if rule.keeper == Keeper::Here => keep(parts, post, rule, &word.by).await,
        Answer::DenyStop => stop(parts, post, &asked, &word.by).await,
        _ => Ok(()),
    }
}

/// The row of the history that says this.
pub fn row(node: &str, asked: &Asked) -> table::Asked {
    let about = &asked.about;
    let owned = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    table::Asked {
        node: node.to_owned(),
        id: about.id.to_string(),
        digest: view::approval::digest(node, asked),
        kind: about.kind.to_string(),
        command: about.command.to_string(),
        cwd: owned(&about.cwd),
        agent: owned(&asked.agent),
        session: owned(&asked.session),
        asked_at: asked.asked,
        expires_at: asked.expires,
        seen_at: asked.seen,
        end: asked.settled.as_ref().map(|end| End { decision: end.decision, by: owned(&end.by), at: end.at }),
    }
}

/// What is asked, and the answer in the words of the link, if it may be given now.
async fn may(parts: &Parts, post: &Post, word: &Word) -> Result<(Asked, event::Decision), Fault> {
    let asked = parts.core.read(&post.id, |truth| truth.approval(&word.id).cloned()).flatten();
    let Some(asked) = asked else {
        return Err(settled("This request is not there any more; nothing was sent."));
    };
    let decision = permitted(&post.id, &asked, word, parts.now())?;
    guarded(parts, post, word).await?;
    Ok((asked, decision))
}

/// The answer in the words of the link, if it may be given now.
fn permitted(node: &str, asked: &Asked, word: &Word, now: i64) -> Result<event::Decision, Fault> {
    if let Some(end) = &asked.settled {
        return Err(ended(end.decision, end.by.as_deref()));
    }
    if asked.expires.is_some_and(|expires| expires <= now) {
        return Err(expired());
    }
    if view::approval::digest(node, asked) != word.digest {
        return Err(changed());
    }
    let answer = match &word.answer {
        Answer::Once => event::Decision::Once,
        Answer::Deny | Answer::DenyStop => event::Decision::Deny,
        Answer::Always { rule } => always(node, asked, rule, now)?,
    };
    if !asked.about.allowed.is_empty() && !asked.about.allowed.contains(&answer) {
        return Err(Fault::new(Code::Invalid, "This node does not take that answer here; choose another one."));
    }
    Ok(answer)
}

/// What "always" by this rule says to the node: a rule kept here is no business of the node's.
fn always(node: &str, asked: &Asked, rule: &Rule, now: i64) -> Result<event::Decision, Fault> {
    let Some(proposed) = view::approval::proposed(node, asked) else {
        return Err(Fault::new(Code::Invalid, "This node wants to be asked each time; allow it once, or deny it."));
    };
    fits(rule, node, asked, now).map_err(|why| Fault::new(Code::Invalid, format!("{why} Nothing was sent.")))?;
    match rule.keeper {
        Keeper::Here => Ok(event::Decision::Once),
        Keeper::Node if *rule == Rule { keeper: Keeper::Node, ..proposed } => Ok(event::Decision::Always),
        Keeper::Node => Err(Fault::new(
            Code::Invalid,
            "The node takes only its own rule, unedited. Have an edited one kept here. Nothing was sent.",
        )),
    }
}

/// A locked node takes no answer, and one that is production no lasting one: neither a person's nor a rule's.
async fn guarded(parts: &Parts, post: &Post, word: &Word) -> Result<(), Fault> {
    let name = gate::known_as(parts, post);
    let guard = gate::unlocked(parts, post).await.map_err(|error| of_call(&name, &error))?;
    let lasting = matches!(word.answer, Answer::Always { .. }) || word.rule.is_some();
    if guard.production && lasting {
        let why =
            "is marked production, where nothing is allowed “always”. Allow it once, or deny it. Nothing was sent.";
        return Err(Fault::new(Code::Invalid, format!("{name} {why}")));
    }
    Ok(())
}

/// Since when the right to answer is held here, Unix milliseconds.
type Held = Mutex<Option<i64>>;

/// Takes the right to answer, or keeps it where it is held.
async fn claim(parts: &Parts, post: &Post, asked: &Asked, word: &Word, held: &Held) -> Result<(), Fault> {
    let (row, digest, by, now) = (row(&post.id, asked), word.digest.clone(), word.by.clone(), parts.now());
    let (since, rule) = (*held.lock(), word.rule);
    let taken = parts.store.write(move |tx| {
        table::note(tx, &row)?;
        if let Some(id) = rule
            && !rules::holds(tx, id, now)?
        {
            return Ok(None);
        }
        if let Some(since) = since
            && table::renew(tx, (&row.node, &row.id), &by, since, now)?
        {
            return Ok(Some(Claim::Mine));
        }
        let claim = table::claim(tx, (&row.node, &row.id), &digest, &by, now)?;
        if let (Claim::Mine, Some(id)) = (&claim, rule) {
            rules::used(tx, id)?;
        }
        Ok(Some(claim))
    });
    let Some(claim) = taken.await.map_err(|error| of_store(&error))? else {
        return Err(settled("The rule that said so does not hold any more; nothing was sent."));
    };
    match claim {
        Claim::Mine => {
            *held.lock() = Some(now);
            Ok(())
        }
        Claim::Taken { by } => Err(settled(&format!("This is being answered right now by {by}; nothing was sent."))),
        Claim::Ended(end) => Err(ended(end.decision, end.by.as_deref())),
        Claim::Changed => Err(changed()),
        Claim::Expired => Err(expired()),
    }
}

/// The node took it: say so at once, not only when its own event comes.
async fn settle(parts: &Parts, post: &Post, word: &Word, decision: event::Decision) -> Result<(), Fault> {
    let now = parts.now();
    let end = End { decision: view::approval::decision(decision), by: Some(word.by.clone()), at: now };
    let (node, id) = (post.id.clone(), word.id.clone());
    let body = Body::ApprovalResolved { id: id.as_str().into(), decision, by: Some(word.by.as_str().into()) };
    parts.core.feed(&post.id, [Fact::Event(Event::new(now, body))]);
    let kept = parts.store.write(move |tx| table::settle(tx, &node, &id, &end).map(drop)).await;
    kept.map_err(|error| of_store(&error))
}

async fn keep(parts: &Arc<Parts>, post: &Post, rule: Rule, by: &str) -> Result<(), Fault> {
    let now = parts.now();
    let about = serde_json::json!({"agent": rule.agent, "session": rule.session, "kind": rule.kind,
        "rule": crate::audit::words(&rule.text), "expires_at": rule.expires_at});
    let act = Act { node: post.id.clone(), name: post.row().name, who: by.to_owned(), act: "rule.add", about };
    let work = async {
        let kept = parts.store.write(move |tx| rules::add(tx, &rule, now)).await;
        kept.map(drop).map_err(|error| of_store(&error))
    };
    let kept = parts.audit.noted(&*parts.clock, act, work, outcome).await;
    kept.unwrap_or_else(|error| Err(of_store(&error))).map_err(|fault| {
        let message = format!("It was allowed this once, but the rule was not kept: {}", fault.message);
        Fault { message, ..fault }
    })
}

/// Ends the run that asked.
async fn stop(parts: &Parts, post: &Post, asked: &Asked, by: &str) -> Result<(), Fault> {
    let Some(session) = asked.session.as_deref() else {
        return Err(Fault::new(
            Code::Other,
            "It was denied. The node does not say which session asked; stop it there.",
        ));
    };
    let run = parts.core.read(&post.id, |truth| truth.run_to_stop(session));
    let call = Call::Abort { session: session.to_owned(), run: run.flatten() };
    match gate::act(parts, post, call, by).await {
        Ok(_) => Ok(()),
        Err(error) => {
            let fault = of_call(&post.row().name, &error);
            Err(Fault { message: format!("It was denied, but the run was not stopped: {}", fault.message), ..fault })
        }
    }
}

/// The node said no, or nothing: the card must show what is true, not what was clicked.
async fn failed(parts: &Parts, post: &Post, word: &Word, held: &Held, error: &CallError) -> Fault {
    release(parts, post, word, held).await;
    if *error != CallError::NotConnected {
        post.signals.reread.notify_one();
    }
    let end = parts.core.read(&post.id, |truth| truth.approval(&word.id)?.settled.clone()).flatten();
    match end {
        // Its event came before its refusal, and knows who it was.
        Some(end) => ended(end.decision, end.by.as_deref()),
        None => of_call(&post.row().name, error),
    }
}

async fn unclear(parts: &Parts, post: &Post, word: &Word, held: &Held) -> Fault {
    release(parts, post, word, held).await;
    post.signals.reread.notify_one();
    Fault::new(Code::Unknown, "The node answered something else; whether it took the answer is unknown.")
}

async fn release(parts: &Parts, post: &Post, word: &Word, held: &Held) {
    let Some(since) = *held.lock() else { return };
    let (node, id, by) = (post.id.clone(), word.id.clone(), word.by.clone());
    if let Err(error) = parts.store.write(move |tx| table::release(tx, (&node, &id), &by, since)).await {
        tracing::warn!(%error, "a claim to answer stays until it lapses");
    }
}

fn ended(decision: Decision, by: Option<&str>) -> Fault {
    settled(&format!("This is over already: {}; nothing was sent.", decision.in_words(by)))
}

fn expired() -> Fault {
    settled("This request has expired and counts as denied; nothing was sent.")
}

fn changed() -> Fault {
    Fault::new(Code::Changed, "This request is not what you were shown any more. Look at it again; nothing was sent.")
}

fn settled(sentence: &str) -> Fault {
    Fault::new(Code::Settled, sentence)
}
