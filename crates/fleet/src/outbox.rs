//! What a person says, from the key press to the node: written down first, then sent in order, and its fate told.
//!
//! Never doubled and never lost in silence: a message goes out once, when it is still queued; when the answer got
//! lost its fate is *unknown* and only the person sends it again, under the same idempotency key. A reconnect sends
//! what never left, and nothing else.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use contract::transcript::{Fate, SessionRef};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use link::call::{Call, CallError, Reply, Sent};
use store::StoreError;
use tokio::time::{Duration, Instant, sleep_until};

use crate::apply::Fact;
use crate::gate::{self, Tries, Undone};
use crate::nodes::{Ended, Parts, Post};
use crate::table::outbox::{self as table, Outcome, Parcel};
use crate::truth::{GivenUp, HERE};

/// How long a queue rests after the node refused to take a message although it called itself ready; twice as long after
/// each further refusal …
const REST: Duration = Duration::from_secs(2);
/// … up to this: each try is an act that is written down.
const LONGEST_REST: Duration = Duration::from_secs(30);
/// What is over is kept this long, for a resend and for the fate after a restart, milliseconds.
pub const KEPT_MS: i64 = 7 * 24 * 3600 * 1000;
/// Bytes of a message's text in JSON that every gateway takes in one frame: our own takes frames of 512 KiB, and tells of
/// a longer one nothing that could be held against the message.
const LONGEST: usize = 256 << 10;
/// What a person is told of a longer one.
pub const TOO_LONG: &str = "The message is longer than 256 KiB; put it into a file that the agent can read.";
/// The fate of what was under way when its worker ended.
const CUT_SHORT: &str = "Pilothouse stopped while this was being sent; whether the node has it is unknown.";

/// A message as the window hands it over.
#[derive(Debug, Clone)]
pub struct Words {
    pub of: SessionRef,
    pub agent: Option<String>,
    pub text: String,
    pub client_id: String,
}

/// Whether a message is short enough to be sent.
pub fn fits(text: &str) -> bool {
    text.len() <= LONGEST && serde_json::to_string(text).is_ok_and(|json| json.len() <= LONGEST)
}

/// Writes a message down and shows it. The same id again changes nothing. The node's worker does the rest.
///
/// # Errors
/// The database refused: then nothing is shown and nothing will be sent.
pub async fn put(parts: &Parts, post: &Post, words: Words) -> Result<(), StoreError> {
    let now = parts.now();
    let parcel = Parcel {
        n: 0,
        wire_id: words.client_id.clone(),
        client_id: words.client_id,
        node: words.of.node,
        session: words.of.session,
        agent: words.agent,
        text: words.text,
        fate: Fate::Queued,
        run: None,
        fault: None,
        made_at: now,
        fate_at: now,
    };
    let row = parcel.clone();
    if parts.store.write(move |tx| table::add(tx, &row)).await? {
        show(parts, &parcel);
        post.bell.notify_one();
    }
    Ok(())
}

/// Takes back what is still queued; answers whether it was.
///
/// # Errors
/// The database refused.
pub async fn cancel(parts: &Parts, of: &SessionRef, client_id: &str) -> Result<bool, StoreError> {
    let (node, id) = (of.node.clone(), client_id.to_owned());
    let gone = parts.store.write(move |tx| table::cancel(tx, &node, &id)).await?;
    if gone {
        let (session, client_id) = (of.session.clone(), client_id.to_owned());
        parts.core.feed(&of.node, [Fact::Withdrawn { session, client_id }]);
    }
    Ok(gone)
}

/// Queues a failed or unknown message again; answers whether it was one.
///
/// An unknown one goes out under the same key, so that a node that has it does not run it twice. One that the node has,
/// and whose run failed or left no trace, needs a new key: the node would answer with the old run.
///
/// # Errors
/// The database refused.
pub async fn resend(parts: &Parts, post: &Post, session: &str, client_id: &str) -> Result<bool, StoreError> {
    let (node, id, now) = (post.id.clone(), client_id.to_owned(), parts.now());
    // The table only knows whether the node took it; what came of it, and whether it is there, the history told.
    let given_up = parts.core.read(&post.id, |truth| truth.given_up(session, client_id)).flatten();
    let queued = parts
        .store
        .write(move |tx| {
            let Some(parcel) = table::get(tx, &node, &id)? else {
                return Ok(None);
            };
            let taken = matches!(parcel.fate, Fate::Acknowledged | Fate::Running);
            if taken && given_up.is_none() {
                return Ok(None);
            }
            let known_there = taken || parcel.run.is_some() || given_up == Some(GivenUp::There);
            let wire_id = if known_there { format!("{id}.{now}") } else { parcel.wire_id };
            if !table::requeue(tx, &id, &wire_id, now)? {
                return Ok(None);
            }
            table::get(tx, &node, &id)
        })
        .await?;
    let Some(parcel) = queued else { return Ok(false) };
    rekey(parts, &parcel);
    tell(parts, &parcel, &outcome(Fate::Queued, now));
    post.bell.notify_one();
    Ok(true)
}

/// Shows again what was queued, failed or unknown when the program last ended.
///
/// # Errors
/// The database refused.
pub async fn recall(parts: &Parts, node: &str) -> Result<(), StoreError> {
    recover(parts, node).await?;
    let id = node.to_owned();
    for parcel in parts.store.read(move |db| table::open(db, &id)).await? {
        show(parts, &parcel);
        let at = parcel.fate_at;
        let seen = Outcome { fate: parcel.fate, run: parcel.run.clone(), fault: parcel.fault.clone(), at };
        if parcel.fate != Fate::Queued {
            tell(parts, &parcel, &seen);
        }
    }
    Ok(())
}

/// What was under way when a worker ended has an unknown fate. Nothing may be under way now.
async fn recover(parts: &Parts, node: &str) -> Result<Vec<Parcel>, StoreError> {
    let (id, now) = (node.to_owned(), parts.now());
    parts.store.write(move |tx| table::recover(tx, &id, CUT_SHORT, now)).await
}

/// The messages whose fate a node's history decides: their sessions.
///
/// # Errors
/// The database refused.
pub async fn sessions(parts: &Parts, node: &str) -> Result<HashSet<String>, StoreError> {
    let id = node.to_owned();
    let unknown = parts.store.read(move |db| table::unknown(db, &id)).await?;
    Ok(unknown.into_iter().map(|parcel| parcel.session).collect())
}

/// Compares unknown messages with what the node's history holds: one that is there has arrived.
///
/// # Errors
/// The database refused.
pub async fn reconcile(parts: &Parts, node: &str, page: &link::call::Page) -> Result<(), StoreError> {
    let held: HashSet<&str> = page.messages.iter().filter_map(|message| message.client_id.as_deref()).collect();
    if held.is_empty() {
        return Ok(());
    }
    let (id, now) = (node.to_owned(), parts.now());
    let unknown = parts.store.read(move |db| table::unknown(db, &id)).await?;
    for parcel in unknown.into_iter().filter(|parcel| held.contains(parcel.wire_id.as_str())) {
        let client_id = parcel.client_id.clone();
        if parts.store.write(move |tx| table::found(tx, &client_id, now)).await? {
            tell(parts, &parcel, &outcome(Fate::Acknowledged, now));
        }
    }
    Ok(())
}

/// One node's worker: as long as the node is ready it sends what is queued, one message a session at a time,
/// sessions beside each other. It ends with an error when the database does, and is then started again.
///
/// # Errors
/// The database refused.
pub async fn work(parts: &Parts, post: &Arc<Post>) -> Result<(), String> {
    let met = recover(parts, &post.id).await.map_err(|error| error.to_string())?;
    if !met.is_empty() {
        // Where the link is up already, nothing else would ask the history what became of them.
        post.signals.reread.notify_one();
    }
    for parcel in met {
        let fault = parcel.fault.clone();
        tell(parts, &parcel, &Outcome { fate: Fate::Unknown, run: None, fault, at: parcel.fate_at });
    }
    let mut worker =
        Worker { parts, post, flying: HashSet::new(), waiting: HashMap::new(), rest_until: None, rest: REST };
    let mut sends = FuturesUnordered::new();
    let mut standing = post.signals.standing();
    loop {
        for parcel in worker.due().await.map_err(|error| error.to_string())? {
            sends.push(send(parts, post, parcel));
        }
        let rest = worker.rest_until;
        tokio::select! {
            () = post.bell.notified() => {}
            changed = standing.changed() => {
                worker.rested();
                if changed.is_err() { return Ok(()) }
            }
            () = post.signals.run_ended() => {
                // What it was busy with may be over.
                worker.rested();
                worker.settle_runs().await.map_err(|error| error.to_string())?;
            }
            Some((parcel, landed)) = sends.next() => {
                worker.landed(parcel, landed?).await.map_err(|error| error.to_string())?;
            }
            () = sleep_until(rest.unwrap_or_else(Instant::now)), if rest.is_some() => worker.rest_until = None,
        }
    }
}

/// What the worker remembers between two looks at the queue.
struct Worker<'a> {
    parts: &'a Parts,
    post: &'a Post,
    /// Sessions with a message under way.
    flying: HashSet<String>,
    /// Runs that answer our messages and go on.
    waiting: HashMap<String, Parcel>,
    /// After a refusal to take a message.
    rest_until: Option<Instant>,
    /// How long the next rest is.
    rest: Duration,
}

impl Worker<'_> {
    /// The messages that can go out now: the first of each session that has none under way.
    async fn due(&mut self) -> Result<Vec<Parcel>, StoreError> {
        if self.rest_until.is_some() || !self.post.signals.is_ready() {
            return Ok(Vec::new());
        }
        let node = self.post.id.clone();
        let queued = self.parts.store.read(move |db| table::queued(db, &node)).await?;
        Ok(queued.into_iter().filter(|parcel| self.flying.insert(parcel.session.clone())).collect())
    }

    /// Whatever the node refused it may take now.
    fn rested(&mut self) {
        (self.rest_until, self.rest) = (None, REST);
    }

    /// A try to send is over.
    async fn landed(&mut self, parcel: Parcel, landed: Option<Outcome>) -> Result<(), StoreError> {
        self.flying.remove(&parcel.session);
        let Some(outcome) = landed else { return Ok(()) };
        if outcome.fate == Fate::Queued {
            self.rest_until = Some(Instant::now() + self.rest);
            self.rest = (self.rest * 2).min(LONGEST_REST);
        } else {
            self.rest = REST;
        }
        if let (Fate::Acknowledged, Some(run)) = (outcome.fate, outcome.run) {
            self.waiting.insert(run, parcel);
            self.settle_runs().await?;
        }
        Ok(())
    }

    /// Writes down how the runs ended that answer our messages.
    async fn settle_runs(&mut self) -> Result<(), StoreError> {
        let ended: Vec<(String, Ended)> =
            self.waiting.keys().filter_map(|run| Some((run.clone(), self.post.signals.ended(run)?))).collect();
        for (run, end) in ended {
            self.waiting.remove(&run);
            let (node, now) = (self.post.id.clone(), self.parts.now());
            let fate = if end.failed { Fate::Failed } else { Fate::Done };
            let outcome = Outcome { fate, run: None, fault: end.error, at: now };
            self.parts.store.write(move |tx| table::run_ended(tx, &node, &run, &outcome)).await?;
        }
        Ok(())
    }
}

/// Sends one message if it is still queued; the outcome is written down before it is told. `None`: it was taken back.
async fn send(parts: &Parts, post: &Post, parcel: Parcel) -> (Parcel, Result<Option<Outcome>, String>) {
    let result = send_queued(parts, post, &parcel).await.map_err(|error| error.to_string());
    (parcel, result)
}

/// Why a message did not go out when its turn had come.
#[derive(Debug, thiserror::Error)]
enum Unsent {
    #[error("it was taken back")]
    Gone,
    #[error("the node is not connected any more; it stays queued")]
    Away,
    #[error("it could not be written down: {0}")]
    Unwritten(StoreError),
}

async fn send_queued(parts: &Parts, post: &Post, parcel: &Parcel) -> Result<Option<Outcome>, StoreError> {
    let call = Call::Send {
        session: Some(parcel.session.clone()),
        agent: parcel.agent.clone(),
        text: parcel.text.clone(),
        client_id: parcel.wire_id.clone(),
    };
    // Until its turn has come it is queued, and can be taken back; a busy node's is queued again.
    let answer = gate::act_when(parts, post, call, HERE, Tries::Once, || leave(parts, post, parcel)).await;
    let silent = matches!(answer, Ok(Reply::Sent(Sent { taken: false, .. })));
    let came = match answer {
        Ok(reply) => judge(Ok(reply), parts.now()),
        Err(Undone::Call(error)) => judge(Err(error), parts.now()),
        Err(Undone::Held(Unsent::Away)) => outcome(Fate::Queued, parts.now()),
        Err(Undone::Held(Unsent::Gone)) => return Ok(None),
        Err(Undone::Held(Unsent::Unwritten(error))) => return Err(error),
    };
    let (id, kept) = (parcel.client_id.clone(), came.clone());
    if !parts.store.write(move |tx| table::settle(tx, &id, &kept)).await? {
        return Ok(None);
    }
    // All is done here for it. Whoever looks at it sees it as sent until the node shows that it has it.
    if !silent {
        tell(parts, parcel, &came);
    }
    Ok(Some(came))
}

/// Queued → sent: it is handed over next.
async fn leave(parts: &Parts, post: &Post, parcel: &Parcel) -> Result<(), Unsent> {
    if !post.signals.is_ready() {
        return Err(Unsent::Away);
    }
    let (id, now) = (parcel.client_id.clone(), parts.now());
    if !parts.store.write(move |tx| table::take(tx, &id, now)).await.map_err(Unsent::Unwritten)? {
        return Err(Unsent::Gone);
    }
    tell(parts, parcel, &outcome(Fate::Sent, now));
    Ok(())
}

/// What a node's answer, or its absence, means for the message.
fn judge(answer: Result<Reply, CallError>, at: i64) -> Outcome {
    let (fate, run, fault) = match answer {
        Ok(Reply::Sent(Sent { run, .. })) => (Fate::Acknowledged, run, None),
        Ok(_) => (Fate::Acknowledged, None, None),
        Err(CallError::NotConnected) => (Fate::Queued, None, None),
        // It was not taken, and may be later: it waits here instead.
        Err(error) if error.is_busy() => (Fate::Queued, None, None),
        Err(error @ (CallError::TimedOut { .. } | CallError::Lost | CallError::Unreadable(_))) => {
            (Fate::Unknown, None, Some(error.to_string()))
        }
        Err(error @ (CallError::Refused { .. } | CallError::Busy { .. } | CallError::Unsupported { .. })) => {
            (Fate::Failed, None, Some(error.to_string()))
        }
    };
    Outcome { fate, run, fault, at }
}

fn outcome(fate: Fate, at: i64) -> Outcome {
    Outcome { fate, run: None, fault: None, at }
}

fn show(parts: &Parts, parcel: &Parcel) {
    let Parcel { session, agent, text, client_id, .. } = parcel.clone();
    parts.core.feed(&parcel.node, [Fact::Sending { session, agent, text, client_id }]);
    rekey(parts, parcel);
}

/// Tells under which key it goes out, where that is not its id.
fn rekey(parts: &Parts, parcel: &Parcel) {
    let Parcel { session, client_id, wire_id: key, .. } = parcel.clone();
    if key != client_id {
        parts.core.feed(&parcel.node, [Fact::Key { session, client_id, key }]);
    }
}

fn tell(parts: &Parts, parcel: &Parcel, outcome: &Outcome) {
    let Parcel { session, client_id, .. } = parcel.clone();
    let Outcome { fate, run, fault, .. } = outcome.clone();
    parts.core.feed(&parcel.node, [Fact::Fate { session, client_id, fate, run, fault }]);
}
