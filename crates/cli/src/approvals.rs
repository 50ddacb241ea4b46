//! What waits for a person's word, the word, and what was asked before.

use std::collections::HashSet;
use std::process::ExitCode;

use anyhow::bail;
use contract::approval::{Answer, Approval, Keeper, Rule, drawn};
use contract::calls::{ApprovalHistory, Decide, Handler};
use fleet::apply::Fact;
use fleet::core::Live;
use fleet::truth::{Asked, NodeHead, PILOT, Truth};
use fleet::view;
use link::event::{Body, NodeState, Stamped};

use crate::args::Always;
use crate::desk::Desk;
use crate::out::{Form, Numbered, json, line, note, now, problem, short, time};
use crate::when;

/// How many of the digest's characters are shown: enough to tell a change.
const SHORT: usize = 8;

/// An approval and where it stands.
struct Waiting {
    head: NodeHead,
    asked: Asked,
    card: Approval,
}

/// What a person answers.
pub enum Word {
    Once,
    Always(Always),
    Deny,
    DenyStop,
}

/// Lists what waits; with `watch` it goes on with what comes.
pub async fn list(desk: &Desk, watch: bool, form: Form) -> anyhow::Result<ExitCode> {
    // From before the nodes are asked: what comes meanwhile is in the one or in the other.
    let events = desk.fleet.core().events();
    let heads = desk.all_connected(&[]).await?;
    let mut told = Told { desk, form, cards: HashSet::new() };
    told.waiting(waiting(desk, &heads).await)?;
    if told.cards.is_empty() && form == Form::Text {
        note("Nothing waits for your word.");
    }
    if watch {
        told.follow(events, &heads).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What was printed of what waits, so that each request is printed once.
struct Told<'a> {
    desk: &'a Desk,
    form: Form,
    /// By node, id and digest.
    cards: HashSet<(String, String, String)>,
}

impl Told<'_> {
    fn waiting(&mut self, waiting: Vec<Waiting>) -> anyhow::Result<()> {
        for one in waiting.into_iter().filter(|one| self.cards.insert(key(&one.card))) {
            match self.form {
                Form::Json => {
                    let body = Body::ApprovalRequested(one.asked.about);
                    let (agent, session) = (one.card.agent.as_deref(), one.card.session.as_deref());
                    Numbered::new(&one.head.name).print(agent, session, body)?;
                }
                Form::Text => print(&one.head.name, &one.card)?,
            }
        }
        Ok(())
    }

    /// What comes, until it is stopped.
    async fn follow(&mut self, mut events: Live, heads: &[NodeHead]) -> anyhow::Result<()> {
        while let Some(event) = events.next().await {
            let Some(head) = heads.iter().find(|head| head.name == *event.node) else { continue };
            match &event.event.body {
                Body::ApprovalRequested(about) => self.requested(head, &about.id, &event)?,
                Body::ApprovalResolved { .. } => crate::watch::print(&event, self.form)?,
                // What was asked while the node was away is told by no event.
                Body::NodeState(NodeState::Ready { .. }) => {
                    let missed = waiting(self.desk, std::slice::from_ref(head)).await;
                    self.waiting(missed)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn requested(&mut self, head: &NodeHead, id: &str, event: &Stamped) -> anyhow::Result<()> {
        let Some(card) = card(self.desk, &head.id, id) else { return Ok(()) };
        if !self.cards.insert(key(&card)) {
            return Ok(());
        }
        match self.form {
            Form::Json => crate::watch::print(event, self.form),
            Form::Text => print(&head.name, &card),
        }
    }
}

fn key(card: &Approval) -> (String, String, String) {
    (card.node.clone(), card.id.clone(), card.digest.clone())
}

/// A request that the node told of.
fn card(desk: &Desk, node: &str, id: &str) -> Option<Approval> {
    let card = |truth: &Truth| Some(view::approval::approval(truth, truth.approval(id)?));
    desk.fleet.core().read(node, card).flatten()
}

/// A request that the node told of, as it is listed.
pub fn shown(desk: &Desk, head: &NodeHead, id: &str) -> Option<String> {
    card(desk, &head.id, id).map(|card| text(&head.name, &card))
}

/// What was asked, on all nodes, and how it ended; the newest first. No node is asked.
pub async fn history(desk: &Desk, since: Option<&str>, form: Form) -> anyhow::Result<ExitCode> {
    let since = since.map(when::when).transpose()?;
    let asked = desk.fleet.approval_history(PILOT, ApprovalHistory { since, limit: 10_000 }).await?;
    if asked.is_empty() && form == Form::Text {
        note("Nothing was asked in that time. What was asked is remembered for 90 days.");
    }
    for one in &asked {
        match form {
            Form::Json => json(one)?,
            Form::Text => print(&desk.name(&one.node), one)?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Answers one, by its id or the unique beginning of it; with `#DIGEST` only what was shown under that digest.
pub async fn decide(desk: &Desk, id: &str, word: Word, form: Form) -> anyhow::Result<ExitCode> {
    let (id, digest) = id.split_once('#').map_or((id, ""), |(id, digest)| (id, digest));
    let (node, id) = id.split_once('/').map_or((None, id), |(node, id)| (Some(node.to_owned()), id));
    let heads = desk.all_connected(&node.into_iter().collect::<Vec<_>>()).await?;
    let waiting = waiting(desk, &heads).await;
    let mut fits = waiting.iter().filter(|one| one.card.id.starts_with(id));
    let Some(one) = fits.next() else {
        bail!(over(desk, id).await?);
    };
    if fits.next().is_some() {
        bail!("Several requests begin with “{id}”; give the whole id, or NODE/ID. Nothing was sent");
    }
    let card = &one.card;
    if !card.digest.starts_with(digest) {
        print(&one.head.name, card)?;
        bail!("The request is not what you were shown any more; it is now as above. Nothing was sent");
    }
    let yes = matches!(word, Word::Once | Word::Always(_));
    let answer = answer(card, word)?;
    let asked = Decide { node: card.node.clone(), id: card.id.clone(), digest: card.digest.clone(), answer };
    desk.fleet.decide(PILOT, asked).await?;
    if form == Form::Text {
        let word = if yes { "Allowed" } else { "Denied" };
        line(&format!("{word} on {}: {}", one.head.name, short(&drawn(&card.shown), 200)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The answer in the contract's words. A rule that is edited in any way is kept here.
fn answer(card: &Approval, word: Word) -> anyhow::Result<Answer> {
    let asked = match word {
        Word::Once => return Ok(Answer::Once),
        Word::Deny => return Ok(Answer::Deny),
        Word::DenyStop => return Ok(Answer::DenyStop),
        Word::Always(asked) => asked,
    };
    let Some(proposed) = card.rule.clone() else {
        bail!("This node wants to be asked each time; allow it once, or deny it. Nothing was sent");
    };
    let mut rule = proposed.clone();
    if let Some(Some(text)) = asked.always {
        rule.text = text;
        rule.cwd = None;
    }
    if asked.any_session {
        rule.session = None;
    }
    if let Some(length) = &asked.rule_for {
        rule.expires_at = Some(now() + when::length(length)?);
    }
    if rule != proposed {
        rule.keeper = Keeper::Here;
    }
    note(&format!("From now on: {}", described(&rule)));
    Ok(Answer::Always { rule })
}

/// What a rule covers, as a sentence.
pub fn described(rule: &Rule) -> String {
    let agent = rule.agent.as_deref().map_or("no named agent".to_owned(), |agent| format!("agent {agent}"));
    let session = rule.session.as_deref().map_or("any session".to_owned(), |session| format!("session {session}"));
    let cwd = rule.cwd.as_deref().map(|cwd| format!(" in {cwd}")).unwrap_or_default();
    let until = rule.expires_at.map(|at| format!(", until {}", time(at))).unwrap_or_default();
    let keeper = match rule.keeper {
        Keeper::Node => "kept by the node",
        Keeper::Here => "kept here, where the window answers while it runs",
    };
    let text = drawn(&view::reveal::reveal(&rule.text));
    format!("{} `{text}`{cwd}, by {agent}, {session}{until}; {keeper}", rule.kind)
}

/// Why nothing of that id waits: how it ended, if that is remembered.
async fn over(desk: &Desk, id: &str) -> anyhow::Result<String> {
    let all = desk.fleet.approval_history(PILOT, ApprovalHistory { since: None, limit: 10_000 }).await?;
    let known = all.iter().find(|asked| asked.id.starts_with(id)).and_then(|asked| asked.outcome.as_ref());
    Ok(match known {
        Some(end) => format!("Nothing with the id “{id}” waits: it is over, {}. Nothing was sent", end.in_words()),
        None => format!("Nothing with the id “{id}” waits; it may be answered or expired. Nothing was sent"),
    })
}

/// Asks every node; one that does not answer is told.
async fn waiting(desk: &Desk, heads: &[NodeHead]) -> Vec<Waiting> {
    let mut all = Vec::new();
    for head in heads {
        match desk.fleet.approvals(&head.id).await {
            Ok(asked) => {
                desk.fleet.core().feed(&head.id, [Fact::Approvals(asked)]);
                let waiting = desk.fleet.core().read(&head.id, |truth| {
                    let waiting = truth.approvals.iter().filter(|asked| asked.settled.is_none());
                    let card = |asked: &Asked| (asked.clone(), view::approval::approval(truth, asked));
                    waiting.map(card).collect::<Vec<_>>()
                });
                let waiting = waiting.unwrap_or_default().into_iter();
                all.extend(waiting.map(|(asked, card)| Waiting { head: head.clone(), asked, card }));
            }
            Err(error) => problem(&format!("{}: {error}", head.name)),
        }
    }
    all.sort_by_key(|one| one.card.asked_at);
    all
}

fn print(node: &str, card: &Approval) -> anyhow::Result<()> {
    Ok(line(&text(node, card))?)
}

/// With all that it would do and where, and the id and digest to answer it by.
fn text(node: &str, card: &Approval) -> String {
    let who: Vec<_> = [Some(node), card.agent.as_deref(), card.session.as_deref()].into_iter().flatten().collect();
    let digest = card.digest.get(..SHORT).unwrap_or_default();
    let mut lines = vec![format!("{}#{digest}  {}  {}", card.id, who.join(" / "), stands(card))];
    lines.push(format!("  {}", drawn(&card.shown)));
    lines.extend(card.cwd.as_ref().map(|_| format!("  in {}", drawn(&card.shown_cwd))));
    if view::reveal::hides(&card.shown) || view::reveal::hides(&card.shown_cwd) {
        lines.push("  ! what stands in ‹ › is not what it looks like, or cannot be seen at all".to_owned());
    }
    lines.join("\n")
}

/// How old it is and how long it still waits, or how it ended.
fn stands(card: &Approval) -> String {
    if let Some(end) = &card.outcome {
        let at = card.asked_at.map(|at| format!("asked {}, ", time(at))).unwrap_or_default();
        return format!("{at}{} {}", end.in_words(), time(end.at));
    }
    let seconds = |ms: i64| format!("{} s", ms.max(0) / 1000);
    let age = card.asked_at.map(|at| format!("asked {} ago", seconds(now() - at)));
    let left = card.expires_at.map(|at| format!("expires in {}", seconds(at - now())));
    [age, left].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
