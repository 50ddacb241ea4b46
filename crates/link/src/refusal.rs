//! What a web server that opens no WebSocket means, as a sentence and as what follows. Pure.

use tokio_tungstenite::tungstenite::Error as WsError;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::http::header::{HeaderName, LOCATION, RETRY_AFTER};

use crate::address::Address;
use crate::clock::unix_ms;
use crate::dialect::Kind;
use crate::event::NodeState;
use crate::failure::Failure;
use crate::http::title;
use crate::{stranger, tls};

/// How long to stay away when a server asks for it without saying how long, seconds.
const QUIET: i64 = 60;
/// No server keeps us away longer, seconds.
const QUIET_MOST: i64 = 3600;

/// Why asking for the WebSocket failed.
pub(crate) fn explain(error: &WsError, address: &Address, kind: Kind, path: &str) -> Failure {
    let at = address.authority();
    match error {
        WsError::Http(response) => refused(response, address, kind, path),
        WsError::Protocol(ProtocolError::HandshakeIncomplete) => {
            Failure::Away(format!("the server at {at} closed the connection without a word{}", tls_hint(address)))
        }
        WsError::Protocol(ProtocolError::HttparseError(_) | ProtocolError::WrongHttpVersion) => Failure::Wrong(
            format!("what answers at {at} is no gateway: it does not speak HTTP. Check the port{}", tls_hint(address)),
        ),
        WsError::Protocol(_) => Failure::Wrong(format!(
            "the server at {at} answers, but not as a gateway's socket should. Check the address"
        )),
        WsError::Io(error) => tls::broken(error, address),
        _ => Failure::Wrong(format!("what answers at {at} is no gateway this program can talk to. Check the address")),
    }
}

/// A gateway on this computer may want TLS although nobody wrote so.
fn tls_hint(address: &Address) -> String {
    if address.secure() {
        String::new()
    } else {
        format!("; if the gateway uses TLS, write wss://{}", address.authority())
    }
}

/// The server answered, and not with a socket.
fn refused(response: &Response, address: &Address, kind: Kind, path: &str) -> Failure {
    let at = address.authority();
    let status = response.status();
    let header = |name: HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
    let said = said(response.body().as_deref().unwrap_or_default());
    match status.as_u16() {
        200..=299 => Failure::Wrong(format!(
            "a web server answers at {at}, but with a page{said} (HTTP {status}) instead of a gateway's socket. \
             Check port and path"
        )),
        300..=399 => redirected(header(LOCATION), address),
        401 | 407 => unauthorised(format!(
            "the server at {at} asks for a login before it opens the socket (HTTP {status}{said}). If a proxy stands \
             before the gateway, let {path} through; else check the key"
        )),
        403 if kind == Kind::McpDashboard => Failure::Wrong(format!(
            "the dashboard refuses connections that do not come by its own port (HTTP {status}). Through a tunnel, \
             use the same port number at both ends"
        )),
        403 => unauthorised(format!(
            "the server at {at} refuses this connection (HTTP {status}{said}). A proxy before the gateway may want a \
             login, or the gateway does not trust the way you come"
        )),
        404 | 405 => Failure::Wrong(format!(
            "a web server answers at {at}, but has no gateway at {path} (HTTP {status}). Check port and path"
        )),
        429 => Failure::Later {
            until: unix_ms() + wait(header(RETRY_AFTER)) * 1000,
            reason: format!("the server at {at} asks us to wait (HTTP {status})"),
        },
        408 | 425 | 500..=599 => Failure::Away(format!(
            "the server at {at} is there but cannot serve now (HTTP {status}{said}). Is the gateway behind it running?"
        )),
        _ => Failure::Wrong(format!(
            "the server at {at} refused to open a socket (HTTP {status}{said}). Check the address and the node's kind"
        )),
    }
}

fn unauthorised(reason: String) -> Failure {
    Failure::Stopped(NodeState::Unauthorised { reason })
}

/// Redirects are never followed: the key would go where nobody looked.
pub(crate) fn redirected(location: Option<&str>, address: &Address) -> Failure {
    let at = address.authority();
    let location = stranger::plain(location.unwrap_or_default(), 200);
    if location.starts_with("https://") && !address.secure() {
        return Failure::Wrong(format!("the server at {at} wants TLS; write the address as wss://{at}"));
    }
    let place = location.split(['?', '#']).next().unwrap_or_default();
    let place = if place.is_empty() { String::new() } else { format!(" ({place})") };
    Failure::Wrong(format!(
        "the server at {at} points to another address{place}, and this program does not follow. If that is the \
         gateway, make it the node's address"
    ))
}

fn wait(retry_after: Option<&str>) -> i64 {
    retry_after.and_then(|text| text.trim().parse().ok()).map_or(QUIET, |seconds: i64| seconds.clamp(1, QUIET_MOST))
}

/// What the body says, short enough for a sentence, or nothing.
fn said(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..4096).unwrap_or(body));
    let words = title(&text).or_else(|| {
        let line = stranger::plain(text.lines().next()?, 80);
        (!line.is_empty() && !line.starts_with(['<', '{'])).then_some(line)
    });
    words.map(|words| format!(", \"{words}\"")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Failure {
        let mut response = Response::new(Some(body.as_bytes().to_vec()));
        *response.status_mut() = status.try_into().unwrap();
        for (name, value) in headers {
            response.headers_mut().insert(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        let address = Address::parse("127.0.0.1:9").unwrap();
        explain(&WsError::Http(Box::new(response)), &address, Kind::Openclaw, "/ws")
    }

    #[test]
    fn a_page_is_no_gateway_and_its_title_is_told() {
        let Failure::Wrong(why) = answer(200, &[], "<html><title>My router</title>") else { panic!() };
        assert!(why.contains("\"My router\""), "{why}");
    }

    #[test]
    fn a_login_wall_stops_the_link() {
        for status in [401, 403] {
            let failure = answer(status, &[], "");
            assert!(matches!(&failure, Failure::Stopped(NodeState::Unauthorised { .. })), "{failure:?}");
        }
    }

    #[test]
    fn a_dashboard_behind_a_tunnel_of_another_port_is_explained() {
        let mut response = Response::new(None);
        *response.status_mut() = 403.try_into().unwrap();
        let address = Address::parse("127.0.0.1:9").unwrap();
        let failure = explain(&WsError::Http(Box::new(response)), &address, Kind::McpDashboard, "/ws");
        assert!(matches!(&failure, Failure::Wrong(why) if why.contains("same port")), "{failure:?}");
    }

    #[test]
    fn a_redirect_to_tls_names_the_right_address() {
        let Failure::Wrong(why) = answer(301, &[("location", "https://localhost:9/ws")], "") else { panic!() };
        assert!(why.contains("wss://127.0.0.1:9"), "{why}");
        let Failure::Wrong(why) = answer(302, &[("location", "http://127.0.0.1:8/login?next=secret")], "") else {
            panic!()
        };
        assert!(why.contains("http://127.0.0.1:8/login") && !why.contains("secret"), "{why}");
    }

    #[test]
    fn a_server_in_trouble_is_tried_again() {
        for status in [500, 502, 503, 408] {
            assert!(matches!(answer(status, &[], "bad gateway"), Failure::Away(why) if why.contains("bad gateway")));
        }
    }

    #[test]
    fn a_wish_for_quiet_is_granted_within_reason() {
        for (header, seconds) in [("120", 120), ("junk", QUIET), ("999999", QUIET_MOST)] {
            let before = unix_ms();
            let Failure::Later { until, .. } = answer(429, &[("retry-after", header)], "") else { panic!() };
            assert!((until - before - seconds * 1000).abs() < 5000, "{header}");
        }
    }
}
