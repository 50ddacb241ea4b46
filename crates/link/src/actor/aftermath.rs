//! What follows a connection that failed or ended: try again, ask once more, or wait for a person.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{Actor, Phase};
use crate::auto;
use crate::backoff::random;
use crate::clock::unix_ms;
use crate::dialect::Kind;
use crate::event::NodeState;
use crate::failure::{Failure, other_vendor};
use crate::target::Choice;

/// The first pause before asking again whether the owner let us in; it grows to [`PAIRING_MOST`].
const PAIRING: Duration = Duration::from_secs(5);
const PAIRING_MOST: Duration = Duration::from_secs(30);
/// What is no gateway may be one that is just starting, or a page in front of it: it is looked at again.
const ANOTHER_LOOK: Duration = Duration::from_secs(120);
/// No gateway that is only busy keeps us away longer.
const ASKED_MOST: Duration = Duration::from_secs(60);

impl Actor {
    /// Before blaming the gateway, it is looked at whether it is of the vendor the node says.
    pub(super) fn handshake_failed(&mut self, failure: Failure) {
        let refused = match &failure {
            Failure::Away(_) | Failure::Wrong(_) => false,
            Failure::Busy { .. } | Failure::Later { .. } => true,
            Failure::Stopped(state) => !matches!(state, NodeState::Failed { .. } | NodeState::Incompatible { .. }),
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
        self.phase = Phase::Asking(Box::pin(async move {
            let found = auto::find(&target, &tools).await.ok();
            (found.map(|found| found.kind), failure)
        }));
    }

    pub(super) fn recognised(&mut self, found: Option<Kind>, failure: Failure) {
        match (self.core.target.choice, found) {
            (Choice::Is(chosen), Some(found)) if chosen != found => {
                let reason = other_vendor(chosen, found);
                self.rest(NodeState::Failed { reason });
            }
            _ => self.failed(failure),
        }
    }

    pub(super) fn failed(&mut self, failure: Failure) {
        match failure {
            Failure::Away(reason) => self.back_off(reason, 0),
            Failure::Wrong(reason) if self.core.proven => self.back_off(reason, 0),
            Failure::Busy { until, reason } => self.back_off(reason, until),
            Failure::Wrong(reason) => {
                self.core.pairing = 0;
                self.publish(NodeState::Failed { reason });
                self.wait(ANOTHER_LOOK);
            }
            Failure::Stopped(state @ NodeState::Pairing { .. }) => {
                let pause = PAIRING.saturating_mul(1 + self.core.pairing / 6).min(PAIRING_MOST);
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

    /// Waits before the next try, which is not before `until` (Unix milliseconds) where the gateway named a time.
    fn back_off(&mut self, reason: String, until: i64) {
        self.core.pairing = 0;
        let (attempt, pause) = self.core.backoff.next(random());
        let asked = u64::try_from(until - unix_ms()).unwrap_or(0);
        let pause = pause.max(Duration::from_millis(asked).min(ASKED_MOST));
        let next = unix_ms() + pause.as_millis() as i64;
        self.publish(NodeState::BackingOff { attempt, next, reason });
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
}
