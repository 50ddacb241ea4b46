//! One open connection with its dialect: decodes bursts, keeps the calls that wait, and feels the pulse.
//! What its end means is the actor's to decide.

mod news;

use std::collections::HashMap;
use std::future::poll_fn;
use std::ops::ControlFlow;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::call::{Ability, Call, CallError, Reply, Verb};
use crate::clock::unix_ms;
use crate::connector::Opened;
use crate::dialect::{Allowed, Close, Dialect, Out};
use crate::drift::{Drift, Found};
use crate::event::{Body, NodeState};
use crate::pulse::{Beat, Pulse};
use crate::shared::Shared;
use crate::socket::{End, Heard, Socket};
use news::{news, told};

/// How often the pulse is felt.
const TICK: Duration = Duration::from_secs(5);
/// How long a gateway may take to let us in once the socket is open.
const HANDSHAKE: Duration = Duration::from_secs(20);

/// Where the answer to a call goes.
pub(crate) type Answer = oneshot::Sender<Result<Reply, CallError>>;

pub(crate) struct Live {
    socket: Socket,
    dialect: Box<dyn Dialect>,
    /// Calls that wait for their answer. Whose caller gave up is cleared away at the next tick.
    pending: HashMap<u64, Answer>,
    calls: u64,
    pulse: Pulse,
    tick: Interval,
    opened: Instant,
    /// Text frames received.
    frames: u64,
    /// Whether the handshake was done and the gateway had spoken when last looked at.
    greeted: bool,
    /// What of it nobody here knows.
    drift: Drift,
}

/// What a connection brings.
pub(crate) enum Brought {
    /// Frames were decoded into the `Out`, or the socket ended.
    Heard(Heard),
    Tick,
}

impl Live {
    /// Takes over an open socket, and lets the dialect say its first words.
    pub fn begin(opened: Opened, out: &mut Out) -> Live {
        let Opened { socket, mut dialect, kind, .. } = opened;
        let (now, day) = (Instant::now(), unix_ms());
        dialect.opened(day, out);
        let pulse = Pulse::new(now, day);
        let mut tick = interval_at(now + TICK, TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (pending, drift) = (HashMap::new(), Drift::new(kind));
        Live { socket, dialect, pending, calls: 0, pulse, tick, opened: now, frames: 0, greeted: false, drift }
    }

    /// Waits for the next burst or tick. May be dropped at any time: nothing is lost.
    pub async fn next(&mut self, out: &mut Out) -> Brought {
        poll_fn(|cx| self.poll_next(cx, out)).await
    }

    /// Like [`Live::next`], but a burst that leaves nothing to decide, as most do, is told at once.
    pub async fn next_to_decide(&mut self, out: &mut Out, shared: &Shared) -> Brought {
        poll_fn(|cx| {
            let brought = ready!(self.poll_next(cx, out));
            if let Brought::Heard(heard) = &brought
                && (self.greeted && heard.is_all_text() && out.is_plain())
            {
                self.heard(heard);
                shared.deliver(&mut out.events);
                return Poll::Pending;
            }
            Poll::Ready(brought)
        })
        .await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, out: &mut Out) -> Poll<Brought> {
        if self.tick.poll_tick(cx).is_ready() {
            return Poll::Ready(Brought::Tick);
        }
        self.poll_heard(cx, out).map(Brought::Heard)
    }

    /// Decodes a burst.
    fn poll_heard(&mut self, cx: &mut Context<'_>, out: &mut Out) -> Poll<Heard> {
        let Live { socket, dialect, drift, .. } = self;
        let mut now = None;
        socket.poll_burst(cx, |text| {
            // Looked at once a burst: its frames arrived together.
            let now = *now.get_or_insert_with(unix_ms);
            let before = told(out);
            dialect.frame(text, now, out);
            drift.heard(text, news(out, before));
            if out.close.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }

    /// Accounts for a burst. The way there and back, when it was measured.
    pub fn heard(&mut self, heard: &Heard) -> Option<Duration> {
        let now = Instant::now();
        self.frames += u64::from(heard.texts);
        self.pulse.heard(now);
        heard.pong.and_then(|number| self.pulse.pong(number, now))
    }

    /// Whether the handshake is done and the gateway has spoken, for the first time.
    pub fn greets(&mut self) -> bool {
        let first = !self.greeted && self.frames > 0 && self.dialect.ready();
        self.greeted |= first;
        first
    }

    /// Whether it ever was usable.
    pub fn greeted(&self) -> bool {
        self.greeted
    }

    /// The first question after the handshake: it measures the way.
    pub fn ping(&mut self) {
        let number = self.pulse.ping(Instant::now());
        self.socket.ping(number);
    }

    /// Somebody wants to know whether it lives: if nothing is heard soon, it does not.
    pub fn probe(&mut self) {
        let number = self.pulse.probe(Instant::now());
        self.socket.ping(number);
    }

    /// Writes a call, or says at once why not.
    pub fn call(&mut self, call: &Call, answer: Answer, out: &mut Out) {
        if !self.dialect.ready() {
            // Whoever gave up waiting needs no answer.
            let _ = answer.send(Err(CallError::NotConnected));
            return;
        }
        self.calls += 1;
        self.pending.insert(self.calls, answer);
        self.dialect.call(self.calls, call, unix_ms(), out);
    }

    /// Sends the frames and gives the answers that a dialect asked for.
    pub fn settle(&mut self, out: &mut Out) {
        for frame in out.frames.drain(..) {
            self.socket.send(frame);
        }
        for (number, reply) in out.replies.drain(..) {
            if let Some(answer) = self.pending.remove(&number) {
                let _ = answer.send(reply);
            }
        }
    }

    /// What the gateway does that nobody here knows, when that is more than was told before.
    pub fn drifted(&mut self) -> Option<Found> {
        self.drift.news()
    }

    /// What the gateway can be asked.
    pub fn abilities(&self) -> Vec<Ability> {
        Verb::ALL.into_iter().map(|verb| self.dialect.ability(verb)).collect()
    }

    /// The rights there are, when the gateway refused because more were asked for.
    pub fn allowed(&self) -> Option<&Allowed> {
        self.dialect.allowed()
    }

    /// A device token the gateway gave.
    pub fn issued_token(&self) -> Option<&secrecy::SecretString> {
        self.dialect.issued_token()
    }

    /// Called every few seconds. A sentence when the connection is as good as dead.
    pub fn check(&mut self) -> Result<(), String> {
        self.forget_abandoned();
        if !self.greeted && self.opened.elapsed() >= HANDSHAKE {
            let seconds = HANDSHAKE.as_secs();
            return Err(format!("the gateway opened the socket but did not finish the handshake within {seconds} s"));
        }
        // A gateway may name its own limit in the handshake.
        let limit = Duration::from_millis(self.dialect.silence_limit());
        match self.pulse.check(limit, Instant::now(), unix_ms()) {
            Beat::Fine => Ok(()),
            Beat::Ping(number) => {
                self.socket.ping(number);
                Ok(())
            }
            Beat::Dead(silent) => Err(format!("nothing was heard from the gateway for {} s", silent.as_secs())),
        }
    }

    /// Called as often, while all is well: what only time tells is told.
    pub fn tick(&mut self, out: &mut Out) {
        if self.greeted {
            self.dialect.tick(unix_ms(), out);
        }
    }

    fn forget_abandoned(&mut self) {
        let Live { pending, dialect, .. } = self;
        pending.retain(|number, answer| {
            let abandoned = answer.is_closed();
            if abandoned {
                dialect.forget(*number);
            }
            !abandoned
        });
    }

    /// Closes what was open: waiting calls are lost. `end` is `None` when this side ends it. What state follows.
    pub fn finish(mut self, end: Option<End>, out: &mut Out) -> (Close, Socket) {
        let (code, reason, ours) = match end {
            None => (Some(1000), String::new(), None),
            Some(End::Closed { code, reason }) => (code, reason, None),
            Some(End::Broken(reason)) => (None, reason.clone(), Some(reason)),
        };
        self.socket.ended(code, &reason);
        let mut close = self.dialect.closed(code, &reason, unix_ms(), out);
        // What broke under the dialect is known better here.
        if let (Some(reason), true) = (ours, close.retry) {
            close.state = NodeState::Failed { reason };
        }
        out.frames.clear();
        self.settle(out);
        for (_, answer) in self.pending.drain() {
            let _ = answer.send(Err(CallError::Lost));
        }
        out.events.retain(|event| !matches!(event.body, Body::NodeState(_)));
        (close, self.socket)
    }
}
