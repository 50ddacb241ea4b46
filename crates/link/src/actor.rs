//! The one task of a link: one inbox, one loop, one phase at a time. Decides what follows from what happens.
//!
//! What a person wants (paused or not, which target) is not a message but a wish that is looked at: so no order is
//! lost when many come at once, and a life that begins after a failure sees the latest.

mod aftermath;
mod connection;

use std::future::pending;
use std::pin::{Pin, pin};
use std::sync::Arc;

use supervise::Scope;
use tokio::select;
use tokio::sync::{OwnedMutexGuard, mpsc};
use tokio::time::Sleep;

use crate::backoff::Backoff;
use crate::call::{Call, CallError};
use crate::connector::{self, Opened, Tools};
use crate::dialect::{Kind, Out};
use crate::event::NodeState;
use crate::failure::Failure;
use crate::live::{Answer, Brought, Live};
use crate::shared::Shared;
use crate::target::{Taken, Target};

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
    Dialled(Box<Dialled>),
    Brought(Brought),
    /// Which vendor really answers, asked after a handshake that failed.
    Recognised(Box<(Option<Kind>, Failure)>),
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
    /// The number of the route in use, or last used.
    pub route: Option<usize>,
    /// The route that opened a socket and then let us wait for the handshake: the others come first next time.
    pub silent: Option<usize>,
}

/// An attempt to connect: the socket and the route it came by.
type Dialled = Result<(Opened, Taken), Failure>;

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

enum Phase {
    Dialling(Boxed<Dialled>),
    Live(Box<Live>),
    /// Who answers there really?
    Asking(Boxed<(Option<Kind>, Failure)>),
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
        Actor { core, shared, phase: Phase::Resting, out: Out::default() }
    }

    /// Runs until the scope ends.
    pub async fn run(mut self, scope: Scope) {
        let mut stop = pin!(scope.cancelled());
        self.start();
        loop {
            // Each in turn as chance has it: neither many calls nor many frames may hold up the other.
            let input = select! {
                () = &mut stop => Input::Stop,
                Some(order) = self.core.inbox.recv() => Input::Order(order),
                input = self.phase.next(&mut self.out, &self.shared) => input,
            };
            match input {
                Input::Stop => return self.hang_up(NodeState::Idle).await,
                Input::Order(order) => self.order(order).await,
                Input::Dialled(result) => self.dialled(*result),
                Input::Brought(brought) => self.brought(brought),
                Input::Recognised(answer) => self.recognised(answer.0, answer.1),
                Input::Due => self.dial(),
            }
        }
    }

    fn start(&mut self) {
        let wish = self.shared.take_wish();
        if let Some(target) = wish.target {
            self.take_target(target);
        }
        if wish.paused { self.publish(NodeState::Paused) } else { self.dial() }
    }

    fn dial(&mut self) {
        self.publish_unless_pairing(NodeState::Connecting);
        let core = &mut *self.core;
        let silent = core.silent.take();
        core.target.tape.keep_out(&core.target.credentials);
        let opening = connector::open(core.target.clone(), core.known, silent, core.tools.clone());
        self.phase = Phase::Dialling(Box::pin(opening));
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
            // Whoever connects anew by hand may have got more rights in between.
            self.core.target.ours.allowed = None;
            self.dial();
        } else if wish.retry
            && let Phase::Live(live) = &mut self.phase
        {
            live.probe();
        }
    }

    fn take_target(&mut self, target: Target) {
        self.core.target = target;
        self.core.known = None;
        self.core.proven = false;
        self.core.looked = false;
        self.core.route = None;
        self.core.silent = None;
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

    fn publish(&self, state: NodeState) {
        self.shared.publish(state);
    }

    /// While the owner is awaited, each try is the same waiting to the person.
    fn publish_unless_pairing(&self, state: NodeState) {
        if self.core.pairing == 0 {
            self.publish(state);
        }
    }
}

impl Phase {
    async fn next(&mut self, out: &mut Out, shared: &Shared) -> Input {
        match self {
            Phase::Dialling(dialling) => Input::Dialled(Box::new(dialling.await)),
            Phase::Live(live) => Input::Brought(live.next_to_decide(out, shared).await),
            Phase::Asking(asking) => Input::Recognised(Box::new(asking.await)),
            Phase::Waiting(pause) => {
                pause.await;
                Input::Due
            }
            Phase::Resting => pending().await,
        }
    }
}
