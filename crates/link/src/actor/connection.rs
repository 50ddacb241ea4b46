//! While there is a connection: what it brings, and how it ends.

use super::{Actor, Dialled, Phase};
use crate::clock::unix_ms;
use crate::dialect::{Close, Out};
use crate::event::{Body, Event, NodeState};
use crate::failure::{Failure, of_close, of_word};
use crate::live::{Brought, Live};
use crate::socket::End;
use crate::target::{Choice, Taken};

impl Actor {
    pub(super) fn dialled(&mut self, result: Dialled) {
        match result {
            Ok((opened, taken)) => {
                if self.core.target.choice == Choice::Auto {
                    self.core.known = Some(opened.kind);
                }
                self.arrived(&taken);
                self.publish_unless_pairing(NodeState::Handshaking);
                self.phase = Phase::Live(Box::new(Live::begin(opened, &mut self.out)));
                self.after();
            }
            Err(failure @ Failure::Wrong(_)) => self.handshake_failed(failure),
            Err(failure) => self.failed(failure),
        }
    }

    /// Tells by which route, and where that is another than last time, why.
    fn arrived(&mut self, taken: &Taken) {
        if let Some(on_route) = &self.core.target.on_route {
            on_route(taken);
        }
        let before = self.core.route.replace(taken.number);
        if before != Some(taken.number)
            && let (Some(route), false) = (self.core.target.routes.iter().nth(taken.number), taken.passed.is_empty())
        {
            let failed: Vec<_> = taken.passed.iter().map(|one| format!("{}: {}", one.route, one.reason)).collect();
            let text = format!("Connected by {route}, because another route failed. {}", failed.join(" "));
            let notice = Event::new(unix_ms(), Body::Notice { text });
            self.shared.deliver(&mut vec![notice]);
        }
    }

    pub(super) fn brought(&mut self, brought: Brought) {
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
                Ok(()) => {
                    live.tick(&mut self.out);
                    self.after();
                    self.tell_drift();
                }
                Err(reason) => self.ended(Some(End::Broken(reason)), None),
            },
        }
    }

    /// Does what the dialect asked for: events first, so that whoever gets an answer finds the state as new as it.
    pub(super) fn after(&mut self) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        let closing = self.out.close.take();
        if self.out.events.iter().any(|event| matches!(event.body, Body::NodeState(NodeState::Ready { .. }))) {
            // Before anybody hears that it is ready, and asks.
            self.shared.set_abilities(live.abilities());
        }
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
        if live.greets() {
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
            self.publish(NodeState::Ready { version: None, product: None, scopes: Vec::new() });
        }
        self.tell_drift();
    }

    /// Tells what the gateway does that nobody here knows, once it is more than was told before.
    fn tell_drift(&mut self) {
        let Phase::Live(live) = &mut self.phase else {
            return;
        };
        if let (Some(on_drift), Some(found)) = (&self.core.target.on_drift, live.drifted()) {
            on_drift(&found);
        }
    }

    /// The connection is over, by the gateway or by the dialect's word.
    pub(super) fn ended(&mut self, end: Option<End>, word: Option<Close>) {
        self.tell_drift();
        let Phase::Live(live) = std::mem::replace(&mut self.phase, Phase::Resting) else {
            return;
        };
        let greeted = live.greeted();
        if let Some(allowed) = live.allowed() {
            self.core.target.ours.allowed = Some(allowed.clone());
        }
        let (close, _) = live.finish(end, &mut self.out);
        self.shared.deliver(&mut self.out.events);
        self.out = Out::default();
        let failure = word.map_or_else(|| of_close(close), of_word);
        if greeted {
            return self.failed(failure);
        }
        if matches!(failure, Failure::Away(_)) && self.core.target.routes.count() > 1 {
            self.core.silent = self.core.route;
        }
        self.handshake_failed(failure);
    }
}
