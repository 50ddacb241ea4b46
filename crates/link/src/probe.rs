//! The connection desk: one careful try, step by step, so that a person sees where the way to a gateway ends.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use tokio::io::DuplexStream;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::address::{Address, AddressError};
use crate::auto::{self, Found};
use crate::connector::{self, Opened, Stream, Tools};
use crate::dialect::{Close, Kind, Out};
use crate::event::{Body, NodeState};
use crate::failure::{Failure, other_vendor, vendor};
use crate::fingerprint::Fingerprint;
use crate::live::{Brought, Live};
use crate::target::{Choice, Target, Transport};

/// How long the handshake and the first answer may take.
const HANDSHAKE: Duration = Duration::from_secs(20);
/// How long the answer to the measuring question may take; it is no failure when it does not come.
const WAY: Duration = Duration::from_secs(3);

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
    if let Err(failure) = Box::pin(walk(target, tools, &mut probe)).await {
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
        probe.state = NodeState::Failed {
            reason: error.to_string(),
        };
        probe
    }

    /// Whether a link to this target would work.
    pub fn works(&self) -> bool {
        self.steps.iter().all(|step| step.outcome == Outcome::Ok)
    }

    fn begin() -> Probe {
        let untouched = |name| Step {
            name,
            outcome: Outcome::NotReached,
            detail: String::new(),
        };
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

/// All steps after the address. An error belongs to the first step that was not passed.
async fn walk(target: &Target, tools: &Tools, probe: &mut Probe) -> Result<(), Failure> {
    let stream = match &target.transport {
        Transport::Memory(open) => in_process(open(), probe),
        Transport::Net => {
            let tcp = by_net(&target.address, probe).await?;
            encrypted(tcp, target, tools, probe).await?
        }
    };
    let opened = gateway(stream, target, tools, probe).await?;
    shake_hands(opened, target, probe).await
}

fn in_process(stream: DuplexStream, probe: &mut Probe) -> Stream {
    for step in [StepName::Name, StepName::Connection, StepName::Encryption] {
        probe.ok(step, "not needed: the gateway is in this program".to_owned());
    }
    Stream::Memory(stream)
}

async fn by_net(address: &Address, probe: &mut Probe) -> Result<TcpStream, Failure> {
    let found = connector::resolve(address).await?;
    let ips: Vec<_> = found.iter().map(|socket| socket.ip().to_string()).collect();
    probe.ok(
        StepName::Name,
        format!("{} is {}", address.host(), ips.join(", ")),
    );
    let begun = Instant::now();
    let tcp = connector::connect(&found, address).await?;
    let ms = begun.elapsed().as_millis();
    probe.ok(
        StepName::Connection,
        format!("port {} is open ({ms} ms)", address.port()),
    );
    Ok(tcp)
}

async fn encrypted(
    tcp: TcpStream,
    target: &Target,
    tools: &Tools,
    probe: &mut Probe,
) -> Result<Stream, Failure> {
    if !target.address.secure() {
        probe.ok(
            StepName::Encryption,
            "not needed: nothing leaves this computer".to_owned(),
        );
        return Ok(Stream::Plain(tcp));
    }
    match connector::encrypt(tcp, target, tools).await {
        Ok((stream, fingerprint)) => {
            let how = if target.pin == Some(fingerprint) {
                "by the fingerprint you trusted"
            } else {
                "by an authority this computer trusts"
            };
            probe.fingerprint = Some(fingerprint);
            probe.ok(
                StepName::Encryption,
                format!("TLS, the certificate is known {how} ({fingerprint})"),
            );
            Ok(stream)
        }
        Err(failure) => {
            if let Failure::Stopped(NodeState::Untrusted { fingerprint, .. }) = &failure {
                probe.fingerprint = fingerprint.parse().ok();
            }
            Err(failure)
        }
    }
}

async fn gateway(
    stream: Stream,
    target: &Target,
    tools: &Tools,
    probe: &mut Probe,
) -> Result<Opened, Failure> {
    let found = auto::find(target, tools).await;
    let kind = match (target.choice, found) {
        (Choice::Is(chosen), Ok(Found { kind, .. })) if kind != chosen && target.is_net() => {
            probe.kind = Some(kind);
            return Err(Failure::Wrong(other_vendor(chosen, kind)));
        }
        // A gateway behind a proxy may hide its health; the person knows better.
        (Choice::Is(chosen), found) => {
            probe.version = found.ok().and_then(|found| found.version);
            chosen
        }
        (Choice::Auto, Ok(found)) => {
            probe.version = found.version;
            found.kind
        }
        (Choice::Auto, Err(failure)) => return Err(failure),
    };
    probe.kind = Some(kind);
    let dialect = (tools.make)(kind, target);
    let socket = connector::upgrade(stream, &target.address, kind, &dialect.upgrade()).await?;
    let version = probe
        .version
        .as_deref()
        .map(|version| format!(" {version}"))
        .unwrap_or_default();
    probe.ok(
        StepName::Gateway,
        format!("a {} gateway{version} answers", vendor(kind)),
    );
    Ok(Opened {
        socket,
        dialect,
        kind,
    })
}

async fn shake_hands(opened: Opened, target: &Target, probe: &mut Probe) -> Result<(), Failure> {
    let mut out = Out::default();
    let mut live = Live::begin(opened, &mut out);
    let shaken = timeout(HANDSHAKE, until_ready(&mut live, &mut out)).await;
    let seconds = HANDSHAKE.as_secs();
    let state = shaken.unwrap_or_else(|_| {
        Err(Failure::Away(format!(
            "the gateway did not finish the handshake within {seconds} s"
        )))
    })?;
    probe.ok(StepName::Handshake, "the gateway knows us".to_owned());
    if let Some(token) = live.issued_token() {
        // A pairing that a try brought about is a pairing: the token is not thrown away.
        if let Some(on_token) = &target.on_token {
            on_token(token.clone());
        }
    }
    live.ping();
    probe.latency = timeout(WAY, measured(&mut live, &mut out)).await.ok().flatten();
    permissions(state, probe);
    let (_, socket) = live.finish(None, &mut out);
    socket.farewell().await;
    Ok(())
}

fn permissions(state: NodeState, probe: &mut Probe) {
    if let NodeState::Ready {
        version,
        product,
        scopes,
    } = &state
    {
        probe.version = version.clone().or_else(|| probe.version.take());
        probe.product = product.clone();
        let detail = match scopes.as_slice() {
            [] => "the gateway names no limits".to_owned(),
            scopes => format!("you may: {}", scopes.join(", ")),
        };
        probe.ok(StepName::Permissions, detail);
    }
    probe.state = state;
}

/// Plays the handshake. The state it ends in.
async fn until_ready(live: &mut Live, out: &mut Out) -> Result<NodeState, Failure> {
    let mut state = NodeState::Ready {
        version: None,
        product: None,
        scopes: Vec::new(),
    };
    loop {
        for event in out.events.drain(..) {
            if let Body::NodeState(told @ NodeState::Ready { .. }) = event.body {
                state = told;
            }
        }
        live.settle(out);
        if let Some(Close { state, .. }) = out.close.take() {
            return Err(Failure::Stopped(state));
        }
        if live.ready() && live.frames > 0 {
            return Ok(state);
        }
        match live.next(out).await {
            Brought::Tick => live.check().map_err(Failure::Away)?,
            Brought::Heard(heard) => {
                live.heard(&heard);
                if let (Some(end), None) = (heard.end, &out.close) {
                    return Err(Failure::Away(end.into_reason()));
                }
            }
        }
    }
}

/// Waits for the answer to a ping.
async fn measured(live: &mut Live, out: &mut Out) -> Option<Duration> {
    loop {
        match live.next(out).await {
            Brought::Tick => live.check().ok()?,
            Brought::Heard(heard) => {
                let way = live.heard(&heard);
                live.settle(out);
                out.events.clear();
                if way.is_some() || heard.end.is_some() {
                    return way;
                }
            }
        }
    }
}
