//! Over real sockets on loopback: servers that are no gateways, and the desk that says so.

use std::net::UdpSocket;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use supervise::Scope;
use testkit::or_skip;
use testkit::part::{Missing, Part};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;

use super::gateway::{Ear, target, tools};
use crate::address::Address;
use crate::dialect::Kind;
use crate::event::NodeState;
use crate::handle::open_with;
use crate::probe::{Outcome, Probe, StepName, probe_route};
use crate::route::Route;
use crate::target::{Choice, Target, Transport};

/// A server that answers every request with what `answer` says to its path.
async fn web(answer: fn(&str) -> String) -> Target {
    serve(move |mut stream| async move {
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).await.unwrap();
        let request = String::from_utf8_lossy(&request[..length]).into_owned();
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        stream.write_all(answer(&path).as_bytes()).await.unwrap();
    })
    .await
}

/// A server of which `each` plays every connection.
pub async fn serve<F, R>(each: F) -> Target
where
    F: Fn(TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("127.0.0.1:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(each(stream));
        }
    });
    Target { routes: Address::parse(&address).unwrap().into(), ..target(Transport::Net) }
}

/// The first state of a link to the target that lasts.
pub async fn settles(target: Target) -> NodeState {
    let root = Scope::root("test");
    let link = open_with(&root, target, Ear::new(), tools());
    let mut states = link.states();
    let lasting =
        |state: &NodeState| !matches!(state, NodeState::Idle | NodeState::Connecting | NodeState::Handshaking);
    let state = timeout(Duration::from_secs(20), states.wait_for(lasting)).await.unwrap().unwrap().clone();
    link.close().await;
    state
}

fn http(status: &str, rest: &str) -> String {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\n{rest}")
}

/// A parrot that lets everybody in.
pub async fn parrot() -> Target {
    serve(|stream| async move {
        let mut head = [0; 16];
        stream.peek(&mut head).await.unwrap();
        if head.starts_with(b"GET /health") {
            let mut stream = stream;
            let body = r#"{"status":"ok","version":"0.9","protocol":4}"#;
            stream.write_all(http("200 OK", &format!("\r\n{body}")).as_bytes()).await.unwrap();
            return;
        }
        let mut socket = accept_async(stream).await.unwrap();
        while let Some(Ok(message)) = socket.next().await {
            if message.to_text().is_ok_and(|text| text.starts_with("i am")) {
                socket.send(Message::text("hello")).await.unwrap();
            }
        }
    })
    .await
}

#[tokio::test]
async fn http_refusals_become_states_with_a_sentence() {
    type Case = (fn(&str) -> String, &'static str, &'static str);
    let cases: [Case; 8] = [
        (|_| http("401 Unauthorized", "\r\n"), "unauthorised", "HTTP 401"),
        (|_| http("403 Forbidden", "\r\ncross-origin"), "unauthorised", "HTTP 403"),
        (|_| http("404 Not Found", "\r\n"), "failed", "no gateway at /ws"),
        (|_| http("200 OK", "\r\n<title>Router</title>"), "failed", "Router"),
        (|_| http("500 Oops", "\r\n"), "backing_off", "HTTP 500"),
        (|_| http("503 Busy", "\r\n"), "backing_off", "HTTP 503"),
        (|_| http("429 Slow down", "Retry-After: 7\r\n\r\n"), "rate_limited", "asks us to wait"),
        (|_| http("301 Moved", "Location: https://localhost/ws\r\n\r\n"), "failed", "wss://127.0.0.1"),
    ];
    for (answer, name, words) in cases {
        let state = serde_json::to_value(settles(web(answer).await).await).unwrap();
        assert_eq!(state["state"], name, "{state}");
        assert!(state["reason"].as_str().unwrap().contains(words), "{words}: {state}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_speak_http_is_named_so() {
    let state = settles(web(|_| "SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned()).await).await;
    assert!(matches!(&state, NodeState::Failed { reason } if reason.contains("does not speak HTTP")), "{state:?}");
}

#[tokio::test]
async fn nothing_listening_is_tried_again() {
    let mut target = parrot().await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    target.routes = Address::parse(&free.to_string()).unwrap().into();
    let state = settles(target).await;
    assert!(matches!(&state, NodeState::BackingOff { reason, .. } if reason.contains("Nothing listens")), "{state:?}");
}

#[tokio::test]
async fn a_name_nobody_knows_is_tried_again() {
    let mut target = parrot().await;
    target.routes = Address::parse("wss://no-such-host.invalid:1").unwrap().into();
    let state = settles(target).await;
    assert!(matches!(&state, NodeState::BackingOff { reason, .. } if reason.contains("no-such-host")), "{state:?}");
}

#[tokio::test]
async fn a_gateway_of_another_vendor_is_recognised() {
    let target = web(|path| match path {
        "/health" => http("200 OK", "\r\n{\"ok\":true,\"status\":\"live\"}"),
        _ => http("404 Not Found", "\r\n"),
    });
    let state = settles(target.await).await;
    let NodeState::Failed { reason } = state else { panic!("{state:?}") };
    assert!(reason.contains("OpenClaw") && reason.contains("Moltis"), "{reason}");
}

#[tokio::test]
async fn auto_asks_who_is_there_and_connects() {
    let target = Target { choice: Choice::Auto, ..parrot().await };
    assert!(matches!(settles(target).await, NodeState::Ready { .. }));
}

#[tokio::test]
async fn auto_says_when_nobody_known_is_there() {
    let target = Target { choice: Choice::Auto, ..web(|_| http("200 OK", "\r\n<title>nginx</title>")).await };
    let state = settles(target).await;
    assert!(matches!(&state, NodeState::Failed { reason } if reason.contains("nginx")), "{state:?}");
}

fn outcomes(probe: &Probe) -> Vec<Outcome> {
    probe.steps.iter().map(|step| step.outcome).collect()
}

#[tokio::test]
async fn the_desk_walks_all_steps_to_a_gateway_that_works() {
    let target = Target { choice: Choice::Auto, ..parrot().await };
    let probe = probe_route(&target, target.routes.first(), &tools()).await;
    assert!(probe.works(), "{probe:#?}");
    assert_eq!((probe.kind, probe.product.as_deref()), (Some(Kind::Moltis), Some("Parrot")));
    assert!(probe.latency.is_some());
    assert!(matches!(probe.state, NodeState::Ready { .. }));
    assert!(probe.steps.iter().all(|step| !step.detail.is_empty()));
}

#[tokio::test]
async fn the_desk_names_the_step_where_the_way_ends() {
    use Outcome::{Failed, NotReached, Ok};
    let mut target = parrot().await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    target.routes = Address::parse(&free.to_string()).unwrap().into();
    let probe = probe_route(&target, target.routes.first(), &tools()).await;
    assert_eq!(
        outcomes(&probe),
        [Ok, Ok, Failed, NotReached, NotReached, NotReached, NotReached, NotReached, NotReached]
    );
    assert!(!probe.works());

    let refusing = web(|_| http("401 No", "\r\n")).await;
    let probe = probe_route(&refusing, refusing.routes.first(), &tools()).await;
    assert_eq!(outcomes(&probe), [Ok, Ok, Ok, Ok, Failed, NotReached, NotReached, NotReached, NotReached]);
    assert!(matches!(probe.state, NodeState::Unauthorised { .. }), "{probe:?}");
}

#[tokio::test]
async fn the_desk_tells_a_refused_key_from_a_missing_gateway() {
    let target = serve(|stream| async move {
        let Ok(mut socket) = accept_async(stream).await else {
            return;
        };
        socket.send(Message::text("refuse")).await.unwrap();
    })
    .await;
    let probe = probe_route(&target, target.routes.first(), &tools()).await;
    let failed = probe.steps.iter().find(|step| step.outcome == Outcome::Failed).unwrap();
    assert_eq!((failed.name, failed.detail.as_str()), (StepName::Handshake, "Wrong key."));
}

#[tokio::test]
async fn a_bad_address_is_a_desk_answer_too() {
    let probe = Probe::of_bad_address(&Route::parse("nonsense").unwrap_err());
    assert_eq!(probe.steps[0].outcome, Outcome::Failed);
    assert!(probe.steps[0].detail.contains("port"));
}

#[tokio::test]
async fn the_desk_names_the_address_that_was_likely_meant() {
    let right = parrot().await;
    let wrong = Address::parse(&format!("wss://127.0.0.1:{}", right.routes.first().address.port())).unwrap();
    let target = Target { routes: wrong.into(), ..right.clone() };
    let probe = probe_route(&target, target.routes.first(), &tools()).await;
    let meant = probe.meant.as_ref().unwrap();
    assert_eq!((meant.kind, meant.route.address.secure()), (Kind::Moltis, false));
    let failed = probe.steps.iter().find(|step| step.outcome == Outcome::Failed).unwrap();
    assert!(failed.words().contains(&format!("Moltis answers at {}", meant.route)), "{failed:?}");
}

#[tokio::test]
async fn gateways_on_this_computer_are_found_by_their_ports() {
    let (one, dashboard) = (parrot().await, web(|_| http("200 OK", "\r\n<title>mcp-cli dashboard</title>")).await);
    let ports = [&one, &dashboard].map(|target| target.routes.first().address.port());
    let found = crate::nearby::on_ports(ports.into_iter().chain([1])).await;
    let kinds: Vec<_> = found.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [Kind::Moltis, Kind::McpDashboard]);
}

/// That this computer can tell a network anything.
fn network() -> Result<(), Missing> {
    let told = UdpSocket::bind("0.0.0.0:0").and_then(|socket| socket.send_to(&[], "224.0.0.251:5353"));
    told.map(drop).map_err(|error| Missing { part: Part::Network, reason: format!("multicast goes nowhere: {error}") })
}

#[tokio::test]
async fn a_gateway_that_tells_the_network_of_itself_is_found() -> anyhow::Result<()> {
    or_skip!(network());
    let port = parrot().await.routes.first().address.port();
    let daemon = mdns_sd::ServiceDaemon::new()?;
    let said = [("hostname", "testlab"), ("version", "9.9")];
    let service = mdns_sd::ServiceInfo::new("_moltis._tcp.local.", "testlab", "testlab.local.", "", port, &said[..])?;
    daemon.register(service.enable_addr_auto())?;
    let found = crate::nearby::on_the_network().await.unwrap();
    let one = found.iter().find(|one| one.name == "testlab").unwrap();
    assert_eq!((one.kind, one.version.as_deref()), (Kind::Moltis, Some("9.9")));
    // The parrot has no TLS, and plain text does not leave a computer.
    assert_eq!(one.route.to_string(), format!("ssh://testlab.local/127.0.0.1:{port}"));
    daemon.shutdown()?;
    Ok(())
}
