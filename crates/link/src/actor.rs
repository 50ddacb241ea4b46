//! The one task of a link: one inbox, one loop, one phase at a time. Decides what follows from what happens.
//!
//! What a person wants (paused or not, which target) is not a message but a wish that is looked at: so no order is
//! lost when many come at once, and a life that begins after a failure sees the latest.

use std::future::pending;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use supervise::Scope;
use tokio::select;
use tokio::sync::{OwnedMutexGuard, mpsc};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::auto;
use crate::backoff::{Backoff, random};
use crate::call::{Call, CallError};
use crate::clock::unix_ms;
use crate::connector::{self, Opened, Tools};
use crate::dialect::{Close, Kind, Out};
use crate::event::{Body, Event, NodeState};
use crate::failure::{Failure, other_vendor, reason_of};
use crate::live::{Answer, Brought, Live};
use crate::shared::Shared;
use crate::socket::End;
use crate::target::{Choice, Target};

/// The first pause before asking again whether the owner let us in; it grows to [`PAIRING_MOST`].
const PAIRING: Duration = Duration::from_secs(5);
const PAIRING_MOST: Duration = Duration::from_secs(30);

/// What comes from a handle. Anything arriving here also means: look at the wish.
pub(crate) enum Order {
    Call(Box<Call>, Answer),
    /// The wish changed.
    Look,
}

/// All that can happen.
enum Input {
    /// The scope ends.
    Stop,
    Order(Order),
    /// A connection came about, or did not.
    Dialled(Box<Result<Opened, Failure>>),
    Brought(Brought),
    /// Which vendor really answers, asked after a handshake that failed.
    Recognised(Option<Kind>, Box<Failure>),
    /// The pause is over.
    Due,
}

/// What outlives a failure of the task itself.
pub(crate) struct Core {
    pub inbox: mpsc::Receiver<Order>,
    pub target: Target,
    pub tools: Tools,
    pub backoff: Backoff,
    /// What an `Auto` target turned out to be.
    pub known: Option<Kind>,
    /// Whether it was ever usable: then a strange answer is taken for a passing trouble.
    pub proven: bool,
    /// How often we asked whether the owner let us in.
    pub pairing: u32,
    /// Whether a failed handshake was already looked into.
    pub looked: bool,
}

enum Phase {
    Dialling(Pin<Box<dyn Future<Output = Result<Opened, Failure>> + Send>>),
    Live(Box<Live>),
    Asking(
        Pin<Box<dyn Future<Output = Option<Kind>> + Send>>,
        Option<Box<Failure>>,
    ),
    Waiting(Pin<Box<Sleep>>),
    /// Until somebody says so.
    Resting,
}

pub(crate) struct Actor {
    core: OwnedMutexGuard<Core>,
    shared: Arc<Shared>,
    phase: Phase,
    out: Out,
}

impl Actor {
    pub fn new(core: OwnedMutexGuard<Core>, shared: Arc<Shared>) -> Actor {
        Actor {
            core,
            shared,
            phase: Phase::Resting,
            out: Out::default(),
        }
    }

    /// Runs until the scope ends.
    pub async fn run(mut self, scope: Scope) {
        let mut stop = pin!(scope.cancelled());
        self.start();
        loop {
            let input = select! {
                biased;
                () = &mut stop => Input::Stop,
                Some(order) = self.core.inbox.recv() => Input::Order(order),
                input = self.phase.next(&mut self.out) => input,
            };
            match input {
                Input::Stop => return self.hang_up(NodeState::Idle).await,
                Input::Order(order) => self.order(order).await,
                Input::Dialled(result) => self.dialled(*result),
                Input::Brought(brought) => self.brought(brought),
                Input::Recognised(kind, failure) => self.recognised(kind, *failure),
                Input::Due => self.dial(),
            }
        }
    }

    fn start(&mut self) {
        let wish = self.shared.take_wish();
        if let Some(target) = wish.target {
            self.take_target(target);
        }
        if wish.paused {
            self.publish(NodeState::Paused)
        } else {
            self.dial()
        }
    }

    fn dial(&mut self) {
        self.publish_unless_pairing(NodeState::Connecting);
        let core = &*self.core;
        self.phase = Phase::Dialling(Box::pin(connector::open(
            core.target.clone(),
            core.known,
            core.tools.clone(),
        )));
    }

    async fn order(&mut self, order: Order) {
        if let Order::Call(call, answer) = order {
            if let Phase::Live(live) = &mut self.phase {
                live.call(&call, answer, &mut self.out);
                self.after();
            } else {
                // Whoever gave up waiting needs no answer.
                let _ = answer.send(Err(CallError::NotConnected));
            }
        }
        self.look().await;
    }

    /// Makes things as they are wished to be.
    async fn look(&mut self) {
        let wish = self.shared.take_wish();
        let resting = matches!(self.phase, Phase::Waiting(_) | Phase::Resting);
        let was_paused = self.shared.state() == NodeState::Paused;
        let retargeted = wish.target.is_some();
        if retargeted && !wish.paused {
            self.hang_up(NodeState::Connecting).await;
        }
        if let Some(target) = wish.target {
            self.take_target(target);
        }
        if wish.paused {
            if !was_paused {
                self.hang_up(NodeState::Paused).await;
            }
        } else if retargeted || was_paused || (wish.retry && resting) {
            self.core.pairing = 0;
            self.dial();
        } else if wish.retry
            && let Phase::Live(live) = &mut self.phase
        {
            live.ping();
        }
    }

    fn take_target(&mut self, target: Target) {
        self.core.target = target;
        self.core.known = None;
        self.core.proven = false;
        self.core.looked = false;
        self.core.backoff = Backoff::default();
    }

    /// This side ends the connection, if there is one.
    async fn hang_up(&mut self, state: NodeState) {
        self.core.pairing = 0;
        let phase = std::mem::replace(&mut self.phase, Phase::Resting);
        if let Phase::Live(live) = phase {
            let (_, socket) = live.finish(None, &mut self.out);
            self.shared.deliver(&mut self.out.events);
            socket.farewell().await;
        }
        self.out = Out::default();
        self.publish(state);
    }

    fn dialled(&mut self, result: Result<Opened, Failure>) {
        match result {
            Ok(opened) => {
                if self.core.target.choice == Choice::Auto {
                    self.core.known = Some(opened.kind);
                }
                self.publish_unless_pairing(NodeState::Handshaking);
                self.phase = Phase::Live(Box::new(Live::begin(opened, &mut self.out)));
                self.after();
            }
            Err(failure) => self.failed(failure),
        }
    }

    fn brought(&mut self, brought: Brought) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        match brought {
            Brought::Heard(heard) => {
                if let Some(way) = live.heard(&heard) {
                    self.shared.set_latency(way);
                }
                self.after();
                if let Some(end) = heard.end {
                    self.ended(Some(end), None);
                }
            }
            Brought::Tick => match live.check() {
                Ok(()) => self.after(),
                Err(reason) => self.ended(Some(End::Broken(reason)), None),
            },
        }
    }

    /// Does what the dialect asked for: events first, so that whoever gets an answer finds the state as new as it.
    fn after(&mut self) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        let closing = self.out.close.take();
        let (shared, quiet) = (&self.shared, self.core.pairing > 0);
        self.out.events.retain(|event| match &event.body {
            // The state that follows a close is told with its consequences, when it is known what they are.
            Body::NodeState(_) if closing.is_some() => false,
            Body::NodeState(NodeState::Connecting | NodeState::Handshaking) if quiet => false,
            Body::NodeState(state) => shared.enter(state),
            _ => true,
        });
        self.shared.deliver(&mut self.out.events);
        live.settle(&mut self.out);
        if live.ready() && live.frames > 0 && !self.shared.usable() {
            self.usable();
        }
        if let Some(close) = closing {
            self.ended(None, Some(close));
        }
    }

    /// The handshake is done and the gateway has spoken.
    fn usable(&mut self) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        live.ping();
        let token = live.issued_token().cloned();
        self.core.backoff.reset();
        self.core.pairing = 0;
        self.core.proven = true;
        if let Some(token) = token {
            self.shared.hand_over(token, &mut self.core.target);
        }
        if !matches!(self.shared.state(), NodeState::Ready { .. }) {
            self.publish(NodeState::Ready {
                version: None,
                product: None,
                scopes: Vec::new(),
            });
        }
        self.shared.set_usable();
    }

    /// The connection is over, by the gateway or by the dialect's word.
    fn ended(&mut self, end: Option<End>, word: Option<Close>) {
        let Phase::Live(live) = std::mem::replace(&mut self.phase, Phase::Resting) else {
            return;
        };
        let greeted = live.ready();
        let spoke = live.frames > 0;
        let (close, _) = live.finish(end, &mut self.out);
        self.shared.deliver(&mut self.out.events);
        self.out = Out::default();
        let failure = failure_of(word.unwrap_or(close));
        if greeted && spoke {
            return self.failed(failure);
        }
        self.handshake_failed(failure);
    }

    /// Before blaming the gateway, it is looked at whether it is of the vendor the node says.
    fn handshake_failed(&mut self, failure: Failure) {
        let refused = match &failure {
            Failure::Away(_) | Failure::Wrong(_) => false,
            Failure::Later { .. } => true,
            Failure::Stopped(state) => {
                !matches!(state, NodeState::Failed { .. } | NodeState::Incompatible { .. })
            }
        };
        if !refused {
            self.core.known = None;
        }
        let chosen = matches!(self.core.target.choice, Choice::Is(_));
        let net = self.core.target.is_net();
        if refused || !chosen || !net || self.core.looked || self.core.proven {
            return self.failed(failure);
        }
        self.core.looked = true;
        let (target, tools) = (self.core.target.clone(), self.core.tools.clone());
        let ask = async move { auto::find(&target, &tools).await.ok().map(|found| found.kind) };
        self.phase = Phase::Asking(Box::pin(ask), Some(Box::new(failure)));
    }

    fn recognised(&mut self, found: Option<Kind>, failure: Failure) {
        match (self.core.target.choice, found) {
            (Choice::Is(chosen), Some(found)) if chosen != found => {
                let reason = other_vendor(chosen, found);
                self.rest(NodeState::Failed { reason });
            }
            _ => self.failed(failure),
        }
    }

    fn failed(&mut self, failure: Failure) {
        match failure {
            Failure::Away(reason) => self.back_off(reason),
            Failure::Wrong(reason) if self.core.proven => self.back_off(reason),
            Failure::Wrong(reason) => self.rest(NodeState::Failed { reason }),
            Failure::Stopped(state @ NodeState::Pairing { .. }) => {
                let pause = PAIRING
                    .saturating_mul(1 + self.core.pairing / 6)
                    .min(PAIRING_MOST);
                self.publish(state);
                self.core.pairing = self.core.pairing.saturating_add(1);
                self.wait(pause);
            }
            Failure::Stopped(state) => self.rest(state),
            Failure::Later { until, reason } => {
                self.publish(NodeState::RateLimited { until, reason });
                let pause = u64::try_from(until - unix_ms()).unwrap_or(0).max(1000);
                self.wait(Duration::from_millis(pause));
            }
        }
    }

    fn back_off(&mut self, reason: String) {
        self.core.pairing = 0;
        let (attempt, pause) = self.core.backoff.next(random());
        let next = unix_ms() + pause.as_millis() as i64;
        self.publish(NodeState::BackingOff {
            attempt,
            next,
            reason,
        });
        self.wait(pause);
    }

    fn wait(&mut self, pause: Duration) {
        self.phase = Phase::Waiting(Box::pin(sleep_until(Instant::now() + pause)));
    }

    /// Nothing is tried until a person acts.
    fn rest(&mut self, state: NodeState) {
        self.core.pairing = 0;
        self.publish(state);
        self.phase = Phase::Resting;
    }

    fn publish(&mut self, state: NodeState) {
        if self.shared.enter(&state) {
            self.shared
                .deliver(&mut vec![Event::new(unix_ms(), Body::NodeState(state))]);
        }
    }

    /// While the owner is awaited, each try is the same waiting to the person.
    fn publish_unless_pairing(&mut self, state: NodeState) {
        if self.core.pairing == 0 {
            self.publish(state);
        }
    }
}

impl Phase {
    async fn next(&mut self, out: &mut Out) -> Input {
        match self {
            Phase::Dialling(dialling) => Input::Dialled(Box::new(dialling.await)),
            Phase::Live(live) => Input::Brought(live.next(out).await),
            Phase::Asking(asking, failure) => {
                let found = asking.await;
                let failure = failure
                    .take()
                    .unwrap_or_else(|| Box::new(Failure::Away(String::new())));
                Input::Recognised(found, failure)
            }
            Phase::Waiting(pause) => {
                pause.await;
                Input::Due
            }
            Phase::Resting => pending().await,
        }
    }
}

/// What a dialect's word means for the link.
fn failure_of(close: Close) -> Failure {
    match close.state {
        state @ NodeState::Pairing { .. } => Failure::Stopped(state),
        NodeState::RateLimited { until, reason } => Failure::Later { until, reason },
        state if !close.retry => Failure::Stopped(state),
        state => Failure::Away(
            reason_of(&state)
                .unwrap_or("the gateway closed the connection")
                .to_owned(),
        ),
    }
}
