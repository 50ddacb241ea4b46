//! Keeps one node's picture fresh. Level-triggered: whenever the node is ready it reads what is not known to be true,
//! whatever led there; a signal that comes twice is read once.
//!
//! What is absent: polling. The only clock is the latency's, and it runs only while the node is ready.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use link::call::{Call, CallError, Reply};
use link::sentence;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::apply::Fact;
use crate::nodes::{Parts, Post, Urgency};
use crate::{gate, outbox};

/// How many messages of a session are read at once.
pub const PAGE: u32 = 100;
/// How long the list of sessions may be behind: one reading covers all changes in between.
const SETTLE: Duration = Duration::from_secs(1);
/// How long after a reading that got no answer the same is asked again.
const AGAIN: Duration = Duration::from_secs(15);
/// How often the way there and back is measured.
const BEAT: Duration = Duration::from_secs(30);

/// Serves a node until its scope ends.
///
/// # Errors
/// Never by itself; the node's end ends it.
pub async fn keep_fresh(parts: &Arc<Parts>, post: &Arc<Post>) -> Result<(), String> {
    let mut standing = post.signals.standing();
    loop {
        let Ok(ready) = standing.wait_for(|standing| standing.is_ready()).await.map(|at| at.times_ready) else {
            return Ok(());
        };
        let mut over = post.signals.standing();
        tokio::select! {
            () = serve(parts, post) => {}
            end = over.wait_for(|now| !now.is_ready() || now.times_ready != ready) => if end.is_err() { return Ok(()) },
        }
    }
}

/// What one reading was of.
enum Read {
    Lists(Came),
    Sessions(Came),
    History(String, Came),
    Beat,
}

/// Whether an answer came, of whatever kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Came {
    Yes,
    No,
}

/// What got no answer and is asked again.
#[derive(Default)]
struct Missed {
    lists: bool,
    histories: HashSet<String>,
    /// When that is due.
    at: Option<Instant>,
}

type Reading<'a> = Pin<Box<dyn Future<Output = Read> + Send + 'a>>;

/// One connection's readings.
struct Readings<'a> {
    parts: &'a Arc<Parts>,
    post: &'a Arc<Post>,
    going: FuturesUnordered<Reading<'a>>,
    /// Sessions whose history is being read.
    histories: HashSet<String>,
    /// When the list of sessions is due.
    list_at: Option<Instant>,
    missed: Missed,
}

/// Reads everything once, then what the signals ask for, until it is dropped.
async fn serve(parts: &Arc<Parts>, post: &Arc<Post>) {
    let mut readings = Readings {
        parts,
        post,
        going: FuturesUnordered::new(),
        histories: HashSet::new(),
        list_at: None,
        missed: Missed::default(),
    };
    readings.everything().await;
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let signals = &post.signals;
    loop {
        let (list_at, missed_at) = (readings.list_at, readings.missed.at);
        tokio::select! {
            Some(read) = readings.going.next() => readings.done(read),
            () = signals.reread.notified() => readings.everything().await,
            () = signals.wanted.notified() => readings.histories(),
            () = signals.relist.notified() => {
                readings.list_at.get_or_insert(Instant::now() + SETTLE);
            }
            () = sleep_until(list_at.unwrap_or_else(Instant::now)), if list_at.is_some() => {
                readings.list_at = None;
                readings.going.push(Box::pin(sessions(parts, post)));
            }
            () = sleep_until(missed_at.unwrap_or_else(Instant::now)), if missed_at.is_some() => readings.again(),
            _ = beat.tick() => readings.going.push(Box::pin(measure(parts, post))),
        }
    }
}

impl Readings<'_> {
    /// The lists, the histories of the sessions on a screen, and of those with a message of unknown fate.
    async fn everything(&mut self) {
        self.going.push(Box::pin(lists(self.parts, self.post)));
        self.histories();
        match outbox::sessions(self.parts, &self.post.id).await {
            Ok(sessions) => sessions.into_iter().for_each(|session| self.read(session)),
            Err(error) => tracing::warn!(node = self.post.id, %error, "the outbox cannot be read"),
        }
    }

    /// The histories of the sessions on a screen that are behind.
    fn histories(&mut self) {
        let behind = self.parts.core.read(&self.post.id, |truth| {
            let watched = truth.watched().filter(|session| truth.needs_history(&session.key));
            watched.map(|session| session.key.to_string()).collect::<Vec<_>>()
        });
        behind.unwrap_or_default().into_iter().for_each(|session| self.read(session));
    }

    fn read(&mut self, session: String) {
        if self.histories.insert(session.clone()) {
            self.going.push(Box::pin(history(self.parts, self.post, session)));
        }
    }

    /// Asks again for what got no answer.
    fn again(&mut self) {
        let Missed { lists: lost, histories, .. } = std::mem::take(&mut self.missed);
        if lost {
            self.going.push(Box::pin(lists(self.parts, self.post)));
        }
        histories.into_iter().for_each(|session| self.read(session));
    }

    fn done(&mut self, read: Read) {
        match read {
            Read::Lists(Came::No) | Read::Sessions(Came::No) => self.missed.lists = true,
            Read::History(session, came) => {
                self.histories.remove(&session);
                if came == Came::Yes {
                    return;
                }
                self.missed.histories.insert(session);
            }
            // The list may have said that nothing runs any more: what was missed meanwhile can be read now.
            Read::Lists(Came::Yes) | Read::Sessions(Came::Yes) => return self.histories(),
            Read::Beat => return,
        }
        self.missed.at.get_or_insert(Instant::now() + AGAIN);
    }
}

/// Agents, sessions and approvals, side by side.
async fn lists(parts: &Parts, post: &Post) -> Read {
    let all = tokio::join!(
        list(parts, post, Call::Agents),
        list(parts, post, Call::Sessions),
        list(parts, post, Call::Approvals)
    );
    let whole = [all.0, all.1, all.2].iter().all(|came| *came == Came::Yes);
    Read::Lists(if whole { Came::Yes } else { Came::No })
}

async fn sessions(parts: &Parts, post: &Post) -> Read {
    Read::Sessions(list(parts, post, Call::Sessions).await)
}

/// Reads one list. A vendor that has none has answered.
async fn list(parts: &Parts, post: &Post, call: Call) -> Came {
    parts.all.turn(Urgency::Bulk, |_| {}).await;
    let fact = match gate::read(parts, post, call, Urgency::Screen).await {
        Ok(Reply::Agents(agents)) => Fact::Agents(agents),
        Ok(Reply::Sessions(sessions)) => Fact::Sessions(sessions),
        Ok(Reply::Approvals(approvals)) => Fact::Approvals(approvals),
        Ok(_) => return Came::Yes,
        Err(error) => return came(post, &error),
    };
    let asked = matches!(fact, Fact::Approvals(_));
    parts.core.feed(&post.id, [fact]);
    if asked {
        post.signals.asked.notify_one();
    }
    Came::Yes
}

/// Whether an error is an answer. Of a node that is not there the next connection reads everything.
fn came(post: &Post, error: &CallError) -> Came {
    match error {
        CallError::Unsupported { .. } | CallError::NotConnected => Came::Yes,
        CallError::Refused { retryable: false, .. } | CallError::Unreadable(_) => {
            tracing::warn!(node = post.id, %error, "a list could not be read");
            Came::Yes
        }
        CallError::Refused { .. } | CallError::Busy { .. } | CallError::TimedOut { .. } | CallError::Lost => Came::No,
    }
}

async fn measure(parts: &Parts, post: &Post) -> Read {
    parts.all.turn(Urgency::Bulk, |_| {}).await;
    // That no answer came the link notices by itself.
    if let Ok(way) = gate::ping(parts, post).await {
        parts.core.feed(&post.id, [Fact::Latency(way.as_secs_f64() * 1000.0)]);
    }
    Read::Beat
}

/// A session's last messages.
async fn history(parts: &Parts, post: &Post, session: String) -> Read {
    parts.core.feed(&post.id, [Fact::Loading { session: session.clone() }]);
    parts.all.turn(Urgency::Bulk, |_| {}).await;
    let shown = parts.core.read(&post.id, |truth| truth.session(&session).is_some_and(|session| session.watched));
    let urgency = if shown == Some(true) { Urgency::Screen } else { Urgency::Bulk };
    let call = Call::History { session: session.clone(), limit: PAGE, before: None };
    let (fact, came) = match gate::read(parts, post, call, urgency).await {
        Ok(Reply::History(page)) => {
            if let Err(error) = outbox::reconcile(parts, &post.id, &page).await {
                tracing::warn!(node = post.id, %error, "the outbox cannot be compared with the history");
            }
            (Fact::History { session: session.clone(), page }, Came::Yes)
        }
        Ok(_) => {
            let reason = "The node answered something else.".to_owned();
            (Fact::HistoryFailed { session: session.clone(), reason }, Came::Yes)
        }
        Err(error) => {
            let reason = sentence(&error.to_string());
            (Fact::HistoryFailed { session: session.clone(), reason }, came(post, &error))
        }
    };
    parts.core.feed(&post.id, [fact]);
    Read::History(session, came)
}
