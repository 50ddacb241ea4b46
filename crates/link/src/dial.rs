//! From an address to a TCP connection: the name looked up, each of its addresses tried with a short lead over the next.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::net::{TcpStream, lookup_host};
use tokio::select;
use tokio::time::{sleep, timeout};

use crate::address::Address;
use crate::failure::Failure;

const NAME_LIMIT: Duration = Duration::from_secs(10);
/// For each of a host's addresses.
const CONNECT_LIMIT: Duration = Duration::from_secs(8);
/// How long one of a host's addresses is tried before the next is tried beside it.
const LEAD: Duration = Duration::from_millis(250);

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
