//! The way itself: each step passed or failed in the answer's own words.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::{Instant, timeout};

use super::{Probe, StepName};
use crate::address::Address;
use crate::auto::{self, Found};
use crate::certificate::Certificate;
use crate::connector::{self, Opened, Tools};
use crate::dial;
use crate::dialect::{Close, Out};
use crate::event::{Body, NodeState};
use crate::failure::{Failure, of_close, other_vendor, told, vendor};
use crate::live::{Brought, Live};
use crate::route::{Route, SshHost};
use crate::socket::End;
use crate::ssh;
use crate::stream::{Line, Stream};
use crate::target::{Choice, Target, Transport};

/// How long the handshake and the first answer may take.
const HANDSHAKE: Duration = Duration::from_secs(20);
/// How long the answer to the measuring question may take; it is no failure when it does not come.
const WAY: Duration = Duration::from_secs(3);
/// A way that is worth a word.
const SLOW: Duration = Duration::from_millis(500);
/// How long a first byte through an SSH tunnel may take.
const TUNNEL: Duration = Duration::from_secs(25);
/// Clocks that differ by no more go alike, seconds: an HTTP date has no parts of a second.
const CLOCKS_DIFFER: i64 = 5;

/// All steps after the address. An error belongs to the first step that was not passed.
pub(super) async fn walk(target: &Target, route: &Route, tools: &Tools, probe: &mut Probe) -> Result<(), Failure> {
    let stream = match &target.transport {
        Transport::Memory(open) => in_process(open(), probe),
        Transport::Net => {
            let line = match &route.via {
                Some(via) => by_ssh(via, &route.address, tools, probe).await?,
                None => by_net(&route.address, probe).await?,
            };
            encrypted(line, target, route, tools, probe).await?
        }
    };
    let opened = gateway(stream, target, route, tools, probe).await?;
    shake_hands(opened, target, probe).await?;
    clock(probe);
    Ok(())
}

fn in_process(stream: DuplexStream, probe: &mut Probe) -> Stream {
    for step in [StepName::Name, StepName::Connection, StepName::Encryption] {
        probe.ok(step, "not needed: the gateway is in this program".to_owned());
    }
    Stream::Memory(stream)
}

async fn by_net(address: &Address, probe: &mut Probe) -> Result<Line, Failure> {
    let found = dial::resolve(address).await?;
    let ips: Vec<_> = found.iter().map(|socket| socket.ip().to_string()).collect();
    let said = match ips.as_slice() {
        // A number is its own name.
        [ip] if ip == address.host() => format!("{ip} is an IP address"),
        ips => format!("{} is {}", address.host(), ips.join(", ")),
    };
    probe.ok(StepName::Name, said);
    let begun = Instant::now();
    let tcp = dial::connect(&found, address).await?;
    let took = match begun.elapsed().as_millis() {
        0 => "under 1 ms".to_owned(),
        ms => format!("{ms} ms"),
    };
    let by = tcp.peer_addr().ok().filter(|_| found.len() > 1).map(|at| format!(" at {}", at.ip())).unwrap_or_default();
    probe.ok(StepName::Connection, format!("port {} is open{by} ({took})", address.port()));
    Ok(Line::Tcp(tcp))
}

/// `ssh` says that it got through only by what the other end says. So that end is asked something first.
async fn by_ssh(via: &SshHost, address: &Address, tools: &Tools, probe: &mut Probe) -> Result<Line, Failure> {
    probe.ok(StepName::Name, format!("`ssh` looks up {via} by its own configuration"));
    let begun = Instant::now();
    let mut tunnel = ssh::open(&tools.ssh, via, address)?;
    let question = format!("GET /health HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", address.authority());
    let first = async {
        tunnel.write_all(question.as_bytes()).await?;
        tunnel.flush().await?;
        tunnel.read_u8().await
    };
    match timeout(TUNNEL, first).await {
        Ok(Err(error)) => told(&error).map_or(Ok(()), Err)?,
        Ok(Ok(_)) => {}
        Err(_) => {
            let seconds = TUNNEL.as_secs();
            return Err(Failure::Away(format!("nothing came through the SSH tunnel through {via} within {seconds} s")));
        }
    }
    let ms = begun.elapsed().as_millis();
    let at = address.authority();
    probe.ok(
        StepName::Connection,
        format!("the SSH tunnel through {via} is open, and something listens at {at} there ({ms} ms)"),
    );
    Ok(Line::Ssh(Box::new(ssh::open(&tools.ssh, via, address)?)))
}

async fn encrypted(
    line: Line,
    target: &Target,
    route: &Route,
    tools: &Tools,
    probe: &mut Probe,
) -> Result<Stream, Failure> {
    if !route.address.secure() {
        let why = if route.via.is_some() { "SSH encrypts the whole way" } else { "nothing leaves this computer" };
        probe.ok(StepName::Encryption, format!("not needed: {why}"));
        return Ok(Stream::Plain(line));
    }
    match connector::encrypt(line, target, route, tools).await {
        Ok((stream, shown)) => {
            probe.ok(StepName::Encryption, format!("TLS; {}", about(&shown, target)));
            probe.certificate = Some(shown);
            Ok(stream)
        }
        Err(failure) => {
            if let Failure::Stopped(NodeState::Untrusted { certificate, .. }) = &failure {
                probe.certificate = certificate.as_deref().cloned();
            }
            Err(failure)
        }
    }
}

/// Whose certificate it is, until when, and why it is trusted.
fn about(shown: &Certificate, target: &Target) -> String {
    let pinned = target.tls.pins.iter().any(|pin| pin.fingerprint == shown.fingerprint);
    let how = if pinned { "you trusted this fingerprint" } else { "this computer trusts who signed it" };
    let until = jiff::Timestamp::from_millisecond(shown.until).unwrap_or_default().strftime("%Y-%m-%d");
    let by = if shown.is_self_signed() { "itself" } else { &shown.issuer };
    format!("certificate {}, signed by {by}, good until {until}, {}; {how}", shown.subject, shown.fingerprint)
}

async fn gateway(
    stream: Stream,
    target: &Target,
    route: &Route,
    tools: &Tools,
    probe: &mut Probe,
) -> Result<Opened, Failure> {
    let found = auto::find(target, route, tools).await;
    probe.ahead = found.as_ref().ok().and_then(|found| found.ahead);
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
    let socket = connector::upgrade(stream, &route.address, kind, &dialect.upgrade(), &target.tape).await?;
    let version = probe.version.as_deref().map(|version| format!(", version {version}")).unwrap_or_default();
    probe.ok(StepName::Gateway, format!("it speaks the protocol of {}{version}", vendor(kind)));
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
    permissions(state, probe);
    probe.latency = timeout(WAY, measured(&mut live, &mut out)).await.ok().flatten();
    latency(probe);
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

/// The measured way, in words; a gateway that answers no ping is no failure.
fn latency(probe: &mut Probe) {
    let Some(way) = probe.latency else {
        return probe.ok(StepName::Latency, "not measured: the gateway answers no ping".to_owned());
    };
    probe.ok(StepName::Latency, format!("there and back in {:.1} ms", way.as_secs_f64() * 1000.0));
    if way > SLOW {
        probe.repair(StepName::Latency, "the way is slow; another route may be quicker");
    }
}

/// Both clocks side by side: what expires on the gateway is counted down here.
fn clock(probe: &mut Probe) {
    let Some(ahead) = probe.ahead else {
        return probe.ok(StepName::Clock, "the gateway does not tell its time".to_owned());
    };
    if ahead.abs() <= CLOCKS_DIFFER {
        return probe.ok(StepName::Clock, "the gateway's clock and this computer's go alike".to_owned());
    }
    let (seconds, way) = (ahead.abs(), if ahead > 0 { "ahead of" } else { "behind" });
    probe.ok(StepName::Clock, format!("the gateway's clock is {seconds} s {way} this computer's"));
    probe.repair(StepName::Clock, "set the one that is wrong, for example with `timedatectl set-ntp true`");
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
