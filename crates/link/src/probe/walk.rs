//! The way itself: each step passed or failed in the answer's own words.

use std::time::Duration;

use tokio::io::DuplexStream;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::{Probe, StepName};
use crate::address::Address;
use crate::auto::{self, Found};
use crate::connector::{self, Opened, Stream, Tools};
use crate::dialect::{Close, Out};
use crate::event::{Body, NodeState};
use crate::failure::{Failure, of_close, other_vendor, vendor};
use crate::live::{Brought, Live};
use crate::socket::End;
use crate::target::{Choice, Target, Transport};

/// How long the handshake and the first answer may take.
const HANDSHAKE: Duration = Duration::from_secs(20);
/// How long the answer to the measuring question may take; it is no failure when it does not come.
const WAY: Duration = Duration::from_secs(3);

/// All steps after the address. An error belongs to the first step that was not passed.
pub(super) async fn walk(target: &Target, tools: &Tools, probe: &mut Probe) -> Result<(), Failure> {
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
    probe.ok(StepName::Name, format!("{} is {}", address.host(), ips.join(", ")));
    let begun = Instant::now();
    let tcp = connector::connect(&found, address).await?;
    let ms = begun.elapsed().as_millis();
    probe.ok(StepName::Connection, format!("port {} is open ({ms} ms)", address.port()));
    Ok(tcp)
}

async fn encrypted(tcp: TcpStream, target: &Target, tools: &Tools, probe: &mut Probe) -> Result<Stream, Failure> {
    if !target.address.secure() {
        probe.ok(StepName::Encryption, "not needed: nothing leaves this computer".to_owned());
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
            probe.ok(StepName::Encryption, format!("TLS, the certificate is known {how} ({fingerprint})"));
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

async fn gateway(stream: Stream, target: &Target, tools: &Tools, probe: &mut Probe) -> Result<Opened, Failure> {
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
    let version = probe.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    probe.ok(StepName::Gateway, format!("{}{version} answers", vendor(kind)));
    Ok(Opened { socket, dialect, kind })
}

async fn shake_hands(opened: Opened, target: &Target, probe: &mut Probe) -> Result<(), Failure> {
    let mut out = Out::default();
    let mut live = Live::begin(opened, &mut out);
    let state = match timeout(HANDSHAKE, until_ready(&mut live, &mut out)).await {
        Ok(Ok(state)) => state,
        Ok(Err(Trouble::Word(close))) => return Err(Failure::Stopped(close.state)),
        Ok(Err(Trouble::End(end))) => {
            let (close, _) = live.finish(Some(end), &mut out);
            return Err(of_close(close));
        }
        Err(_) => {
            let seconds = HANDSHAKE.as_secs();
            return Err(Failure::Away(format!("the gateway did not finish the handshake within {seconds} s")));
        }
    };
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
    if let NodeState::Ready { version, product, scopes } = &state {
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

/// Why a handshake came to nothing.
enum Trouble {
    /// The dialect's word.
    Word(Close),
    End(End),
}

/// Plays the handshake. The state it ends in.
async fn until_ready(live: &mut Live, out: &mut Out) -> Result<NodeState, Trouble> {
    let mut state = NodeState::Ready { version: None, product: None, scopes: Vec::new() };
    loop {
        for event in out.events.drain(..) {
            if let Body::NodeState(told @ NodeState::Ready { .. }) = event.body {
                state = told;
            }
        }
        live.settle(out);
        if let Some(close) = out.close.take() {
            return Err(Trouble::Word(close));
        }
        if live.greets() {
            return Ok(state);
        }
        match live.next(out).await {
            Brought::Tick => live.check().map_err(|reason| Trouble::End(End::Broken(reason)))?,
            Brought::Heard(heard) => {
                live.heard(&heard);
                if let (Some(end), None) = (heard.end, &out.close) {
                    return Err(Trouble::End(end));
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
