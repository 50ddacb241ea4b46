//! From an address to an open WebSocket: name, connection, TLS, upgrade, each with its own deadline and its own sentence.
//! One try; trying again is the actor's.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpStream, lookup_host};
use tokio::select;
use tokio::time::{sleep, timeout};
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::client::ClientRequestBuilder;
use tokio_tungstenite::tungstenite::http::Uri;

use crate::address::Address;
use crate::auto;
use crate::dialect::{self, Dialect, Kind, Origin, Upgrade};
use crate::failure::{Failure, vendor};
use crate::fingerprint::Fingerprint;
use crate::refusal;
use crate::socket::{self, Socket};
use crate::target::{Choice, Target, Transport};
use crate::tls::{self, Trust};

const NAME_LIMIT: Duration = Duration::from_secs(10);
/// For each of a host's addresses.
const CONNECT_LIMIT: Duration = Duration::from_secs(8);
/// How long one of a host's addresses is tried before the next is tried beside it.
const LEAD: Duration = Duration::from_millis(250);
const UPGRADE_LIMIT: Duration = Duration::from_secs(15);

/// What a connection is made with, besides its target.
#[derive(Clone)]
pub(crate) struct Tools {
    pub make: fn(Kind, &Target) -> Box<dyn Dialect>,
    /// Whom to trust; `None` is the computer's own authorities, read when first needed.
    pub trust: Option<Arc<Trust>>,
}

impl Default for Tools {
    fn default() -> Tools {
        Tools { make: |kind, target| dialect::make(kind, &target.credentials, &target.ours), trust: None }
    }
}

/// A socket that is open, and the dialect to speak on it.
pub(crate) struct Opened {
    pub socket: Socket,
    pub dialect: Box<dyn Dialect>,
    pub kind: Kind,
}

/// Opens a socket to the target. `known` is what an earlier try found out about an `Auto` target.
pub(crate) async fn open(target: Target, known: Option<Kind>, tools: Tools) -> Result<Opened, Failure> {
    let kind = match (target.choice, known) {
        (Choice::Is(kind), _) | (Choice::Auto, Some(kind)) => kind,
        (Choice::Auto, None) => auto::find(&target, &tools).await?.kind,
    };
    let dialect = (tools.make)(kind, &target);
    let stream = reach(&target, &tools).await?;
    let socket = upgrade(stream, &target.address, kind, &dialect.upgrade()).await?;
    Ok(Opened { socket, dialect, kind })
}

/// A stream to the target, encrypted where its address says so.
pub(crate) async fn reach(target: &Target, tools: &Tools) -> Result<Stream, Failure> {
    if let Transport::Memory(open) = &target.transport {
        return Ok(Stream::Memory(open()));
    }
    let address = &target.address;
    let tcp = connect(&resolve(address).await?, address).await?;
    if !address.secure() {
        return Ok(Stream::Plain(tcp));
    }
    Ok(encrypt(tcp, target, tools).await?.0)
}

/// The IP addresses of the host.
pub(crate) async fn resolve(address: &Address) -> Result<Vec<SocketAddr>, Failure> {
    let host = address.host();
    let found = match timeout(NAME_LIMIT, lookup_host((host, address.port()))).await {
        Ok(Ok(found)) => found.collect::<Vec<_>>(),
        Ok(Err(_)) => Vec::new(),
        Err(_) => {
            let limit = NAME_LIMIT.as_secs();
            return Err(Failure::Away(format!("the name {host} was not found within {limit} s; is there a network?")));
        }
    };
    if found.is_empty() {
        return Err(Failure::Away(format!("no computer named {host} is known; check the spelling and the network")));
    }
    Ok(found)
}

/// A TCP connection to whichever of the host's addresses takes one first. Each gets a short lead over the next, so
/// that a dead route costs little.
pub(crate) async fn connect(found: &[SocketAddr], address: &Address) -> Result<TcpStream, Failure> {
    let mut left = found.iter();
    let mut tries = FuturesUnordered::new();
    let mut last = io::Error::from(ErrorKind::AddrNotAvailable);
    loop {
        tries.extend(left.next().map(|socket| timeout(CONNECT_LIMIT, TcpStream::connect(socket))));
        select! {
            Some(tried) = tries.next() => match tried {
                Ok(Ok(stream)) => {
                    // Small frames go at once; where this fails they merely go later.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => last = error,
                Err(_) => last = io::Error::from(ErrorKind::TimedOut),
            },
            () = sleep(LEAD), if left.len() > 0 => {}
            else => return Err(Failure::Away(no_connection(&last, address))),
        }
    }
}

fn no_connection(error: &io::Error, address: &Address) -> String {
    let at = address.authority();
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            format!("nothing listens at {at}; is the gateway running, and is the port right?")
        }
        ErrorKind::TimedOut => {
            format!("{at} does not answer; is the computer on, and does a firewall let you through?")
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            format!("there is no way to {at}; is the network up?")
        }
        _ => format!("no connection to {at}: {error}"),
    }
}

pub(crate) async fn encrypt(tcp: TcpStream, target: &Target, tools: &Tools) -> Result<(Stream, Fingerprint), Failure> {
    let trust = tools.trust.clone().unwrap_or_else(Trust::system);
    let (stream, fingerprint) = tls::encrypt(tcp, &target.address, target.pin, &trust).await?;
    Ok((Stream::Tls(Box::new(stream)), fingerprint))
}

/// Asks for the WebSocket.
pub(crate) async fn upgrade(stream: Stream, address: &Address, kind: Kind, how: &Upgrade) -> Result<Socket, Failure> {
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
    let asked = Box::pin(client_async_with_config(request, stream, Some(socket::limits())));
    match timeout(UPGRADE_LIMIT, asked).await {
        Ok(Ok((stream, _))) => Ok(Socket::new(stream)),
        Ok(Err(error)) => Err(refusal::explain(&error, address, kind, path)),
        Err(_) => Err(Failure::Away(format!(
            "the server at {at} took the connection but did not answer as {} does within {} s",
            vendor(kind),
            UPGRADE_LIMIT.as_secs()
        ))),
    }
}

/// What a WebSocket runs over.
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Memory(DuplexStream),
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Memory(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
            Stream::Memory(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Memory(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Memory(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_dead_route_does_not_hide_a_live_one() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let live = listener.local_addr().unwrap();
        // Reserved for documentation: packets to it go nowhere, or are refused at once.
        let dead: SocketAddr = "192.0.2.1:9".parse().unwrap();
        let refused: SocketAddr = "127.0.0.1:1".parse().unwrap();
        let address = Address::parse("localhost:1").unwrap();
        let stream = connect(&[dead, refused, live], &address).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), live);
    }

    #[tokio::test]
    async fn the_last_fault_is_told_when_no_route_is_left() {
        let refused: SocketAddr = "127.0.0.1:1".parse().unwrap();
        let address = Address::parse("localhost:1").unwrap();
        let failure = connect(&[refused, refused], &address).await.unwrap_err();
        assert!(failure.reason().contains("nothing listens"), "{failure:?}");
        assert!(connect(&[], &address).await.is_err());
    }
}
