//! From a target to an open WebSocket: its routes in order, each with name, connection, TLS and upgrade, each of these
//! with its own deadline and its own sentence. One attempt; trying again is the actor's.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::Error as WsError;
use tokio_tungstenite::tungstenite::client::ClientRequestBuilder;
use tokio_tungstenite::tungstenite::http::Uri;

use crate::address::Address;
use crate::auto;
use crate::certificate::Certificate;
use crate::dial::{connect, resolve};
use crate::dialect::{self, Dialect, Kind, Origin, Upgrade};
use crate::failure::{Failure, vendor};
use crate::fallback;
use crate::recognise;
use crate::record::{Crossed, Tape};
use crate::refusal;
use crate::route::Route;
use crate::socket::{self, Socket};
use crate::ssh;
use crate::stream::{Line, Stream};
use crate::target::{Choice, Taken, Target, Transport};
use crate::tls::{self, Behind, Place, Trust};

const UPGRADE_LIMIT: Duration = Duration::from_secs(15);

/// What a connection is made with, besides its target.
#[derive(Clone)]
pub(crate) struct Tools {
    pub make: fn(Kind, &Target) -> Box<dyn Dialect>,
    /// Whom to trust; `None` is the computer's own authorities, read when first needed.
    pub trust: Option<Arc<Trust>>,
    pub ssh: ssh::Program,
    pub caution: Caution,
    /// Where else on a computer a gateway is looked for that is not where it should be.
    pub usual_ports: &'static [u16],
}

/// How a certificate is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caution {
    /// It must be trusted.
    Full,
    /// Any will do: only questions that everybody may ask are asked, and no key is sent.
    OnlyLooking,
}

impl Default for Tools {
    fn default() -> Tools {
        Tools {
            make: |kind, target| dialect::make(kind, &target.credentials, &target.ours),
            trust: None,
            ssh: ssh::Program::default(),
            caution: Caution::Full,
            usual_ports: &recognise::USUAL_PORTS,
        }
    }
}

/// A socket that is open, and the dialect to speak on it.
pub(crate) struct Opened {
    pub socket: Socket,
    pub dialect: Box<dyn Dialect>,
    pub kind: Kind,
}

/// Opens a socket to the target by the first of its routes that works. `known` is what an earlier try found out about
/// an `Auto` target; the route numbered `last` comes after all others.
pub(crate) async fn open(
    target: Target,
    known: Option<Kind>,
    last: Option<usize>,
    tools: Tools,
) -> Result<(Opened, Taken), Failure> {
    let mut failed = Vec::new();
    for (number, route) in fallback::order(&target.routes, last) {
        match Box::pin(open_by(&target, route, known, &tools)).await {
            Ok(opened) => {
                let passed = failed.iter().map(fallback::passed).collect();
                return Ok((opened, Taken { number, passed }));
            }
            Err(failure) => failed.push((number, route.clone(), failure)),
        }
    }
    Err(fallback::none_works(failed))
}

async fn open_by(target: &Target, route: &Route, known: Option<Kind>, tools: &Tools) -> Result<Opened, Failure> {
    let kind = match (target.choice, known) {
        (Choice::Is(kind), _) | (Choice::Auto, Some(kind)) => kind,
        (Choice::Auto, None) => auto::find(target, route, tools).await?.kind,
    };
    let dialect = (tools.make)(kind, target);
    let stream = reach(target, route, tools).await?;
    let socket = upgrade(stream, &route.address, kind, &dialect.upgrade(), &target.tape).await?;
    target.tape.tell(Crossed::Opened { kind });
    Ok(Opened { socket, dialect, kind })
}

/// A stream to the target by that route, encrypted where its address says so.
pub(crate) async fn reach(target: &Target, route: &Route, tools: &Tools) -> Result<Stream, Failure> {
    if let Transport::Memory(open) = &target.transport {
        return Ok(Stream::Memory(open()));
    }
    let line = line(route, tools).await?;
    if !route.address.secure() {
        return Ok(Stream::Plain(line));
    }
    Ok(encrypt(line, target, route, tools).await?.0)
}

/// What leads to the gateway's port by that route.
pub(crate) async fn line(route: &Route, tools: &Tools) -> Result<Line, Failure> {
    let address = &route.address;
    Ok(match &route.via {
        Some(via) => Line::Ssh(Box::new(ssh::open(&tools.ssh, via, address)?)),
        None => Line::Tcp(connect(&resolve(address).await?, address).await?),
    })
}

/// Puts TLS on a line to the target; the certificate that was shown.
pub(crate) async fn encrypt(
    line: Line,
    target: &Target,
    route: &Route,
    tools: &Tools,
) -> Result<(Stream, Certificate), Failure> {
    let trust = tools.trust.clone().unwrap_or_else(Trust::system);
    let itself = route.via.is_some() && route.address.is_loopback();
    let behind = match tools.caution {
        Caution::OnlyLooking => Behind::Nobody,
        Caution::Full if itself => Behind::SshItself,
        Caution::Full => Behind::Net,
    };
    let place = Place { address: &route.address, behind, patience: line.patience() };
    let (stream, shown) = tls::encrypt(line, place, &target.tls, &trust).await?;
    Ok((Stream::Tls(Box::new(stream)), shown))
}

/// Asks for the WebSocket.
pub(crate) async fn upgrade(
    stream: Stream,
    address: &Address,
    kind: Kind,
    how: &Upgrade,
    tape: &Tape,
) -> Result<Socket, Failure> {
    let uri = address.uri(how.path);
    let path = address.path().unwrap_or(how.path);
    let at = address.authority();
    let uri: Uri = uri.parse().map_err(|_| Failure::Wrong(format!("{uri} cannot be asked for; check the path")))?;
    let mut request = ClientRequestBuilder::new(uri);
    for (name, value) in &how.headers {
        request = request.with_header(*name, value);
    }
    if how.origin == Origin::Loopback {
        request = request.with_header("Origin", format!("http://127.0.0.1:{}", address.port()));
    }
    let limit = UPGRADE_LIMIT + stream.patience();
    let asked = Box::pin(client_async_with_config(request, socket::ahead(stream), Some(socket::limits())));
    match timeout(limit, asked).await {
        Ok(Ok((stream, _))) => Ok(Socket::new(stream, tape.clone())),
        Ok(Err(error)) => {
            if let WsError::Http(response) = &error {
                let body = String::from_utf8_lossy(response.body().as_deref().unwrap_or_default());
                tape.tell(Crossed::Refused { kind, status: response.status().as_u16(), body: &body });
            }
            Err(refusal::explain(&error, address, kind, path))
        }
        Err(_) => Err(Failure::Away(format!(
            "the server at {at} took the connection but did not answer as {} does within {} s",
            vendor(kind),
            limit.as_secs()
        ))),
    }
}
