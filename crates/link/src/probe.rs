//! The connection desk: one careful try, step by step, so that a person sees where the way to a gateway ends.

mod walk;

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::address::AddressError;
use crate::connector::Tools;
use crate::dialect::Kind;
use crate::event::NodeState;
use crate::failure::{Failure, sentence};
use crate::fingerprint::Fingerprint;
use crate::target::Target;

/// What a try found out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Probe {
    /// All of them, in order.
    pub steps: Vec<Step>,
    /// Whose gateway it is.
    pub kind: Option<Kind>,
    /// What it calls itself.
    pub product: Option<String>,
    pub version: Option<String>,
    /// The certificate it showed, where it showed one.
    pub fingerprint: Option<Fingerprint>,
    /// The way there and back.
    pub latency: Option<Duration>,
    /// The state a link to this target would be in.
    pub state: NodeState,
}

/// One step on the way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub name: StepName,
    pub outcome: Outcome,
    /// A sentence; empty when the step was not reached.
    pub detail: String,
}

/// The steps, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// What was typed is an address.
    Address,
    /// The host's name is known.
    Name,
    /// Something listens there.
    Connection,
    /// TLS and a certificate that is trusted.
    Encryption,
    /// A gateway answers and opens a socket.
    Gateway,
    /// It knows us.
    Handshake,
    /// It lets us do something.
    Permissions,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Ok,
    Failed,
    /// A step before it failed.
    NotReached,
}

/// Tries a target once. It never fails: what went wrong is in the answer.
pub async fn probe(target: &Target) -> Probe {
    probe_with(target, &Tools::default()).await
}

pub(crate) async fn probe_with(target: &Target, tools: &Tools) -> Probe {
    let mut probe = Probe::begin();
    probe.ok(StepName::Address, format!("{}", target.address));
    if let Err(failure) = Box::pin(walk::walk(target, tools, &mut probe)).await {
        let step = probe.next_step();
        probe.failed(step, failure.reason().to_owned());
        probe.state = failure.into_state();
    }
    probe
}

impl Probe {
    /// The answer to a text that is no address.
    pub fn of_bad_address(error: &AddressError) -> Probe {
        let mut probe = Probe::begin();
        probe.failed(StepName::Address, error.to_string());
        probe.state = Failure::Wrong(error.to_string()).into_state();
        probe
    }

    /// Whether a link to this target would work.
    pub fn works(&self) -> bool {
        self.steps.iter().all(|step| step.outcome == Outcome::Ok)
    }

    fn begin() -> Probe {
        let untouched = |name| Step { name, outcome: Outcome::NotReached, detail: String::new() };
        Probe {
            steps: StepName::ALL.map(untouched).to_vec(),
            kind: None,
            product: None,
            version: None,
            fingerprint: None,
            latency: None,
            state: NodeState::Idle,
        }
    }

    fn ok(&mut self, name: StepName, detail: String) {
        self.set(name, Outcome::Ok, detail);
    }

    fn failed(&mut self, name: StepName, detail: String) {
        self.set(name, Outcome::Failed, detail);
    }

    fn set(&mut self, name: StepName, outcome: Outcome, detail: String) {
        let detail = sentence(&detail);
        for step in self.steps.iter_mut().filter(|step| step.name == name) {
            step.outcome = outcome;
            step.detail.clone_from(&detail);
        }
    }

    /// The first step that was not reached: the one a failure belongs to.
    fn next_step(&self) -> StepName {
        let untouched = self.steps.iter().find(|step| step.outcome == Outcome::NotReached);
        untouched.map_or(StepName::Permissions, |step| step.name)
    }
}

impl StepName {
    pub const ALL: [StepName; 7] = [
        StepName::Address,
        StepName::Name,
        StepName::Connection,
        StepName::Encryption,
        StepName::Gateway,
        StepName::Handshake,
        StepName::Permissions,
    ];
}

impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StepName::Address => "Address",
            StepName::Name => "Name",
            StepName::Connection => "Connection",
            StepName::Encryption => "Encryption",
            StepName::Gateway => "Gateway",
            StepName::Handshake => "Handshake",
            StepName::Permissions => "Permissions",
        })
    }
}
