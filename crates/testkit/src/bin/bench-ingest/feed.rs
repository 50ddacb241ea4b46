//! The feeder: a gateway that takes the handshake and then sends chat turns, as fast as they are taken or paced.

use std::time::Duration;

use anyhow::Context;
use futures_util::{SinkExt, StreamExt};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

use crate::frames;
use crate::measure::now;

/// Bytes written at once at full speed.
const CHUNK: usize = 64 * 1024;
/// How often the paced feeder sends.
const BEAT: Duration = Duration::from_millis(1);

/// Serves `links` clients; `pace` is events a second over all, 0 for full speed.
#[tokio::main(flavor = "current_thread")]
pub async fn run(links: u64, frames: u64, pace: u64) -> anyhow::Result<()> {
    let each = frames / links;
    // Made before anybody connects: the reader is what is measured, and not how fast this one writes text.
    let streams: Vec<Vec<u8>> =
        if pace == 0 { (0..links).map(|link| stream(link, each)).collect() } else { Vec::new() };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    let mut greetings = Vec::new();
    for _ in 0..links {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        greetings.push(greet(socket));
    }
    // All begin together, once the last one has subscribed.
    let mut greeted = futures_util::future::try_join_all(greetings).await?;
    greeted.sort_by_key(|(link, _)| *link);
    let mut sockets: Vec<TcpStream> = greeted.into_iter().map(|(_, socket)| socket).collect();
    if pace == 0 {
        let tasks = sockets.iter_mut().zip(&streams).map(|(socket, stream)| full(socket, stream));
        futures_util::future::try_join_all(tasks).await?;
    } else {
        paced(&mut sockets, each, pace).await?;
    }
    // The reader leaves first: the end of the sockets is not part of the measure.
    std::future::pending().await
}

/// Answers until the client has subscribed, then gives the bare stream, with the number of the link: its address ends
/// with it.
async fn greet(stream: TcpStream) -> anyhow::Result<(u64, TcpStream)> {
    let mut link = None;
    #[allow(clippy::result_large_err, reason = "the library's own type")]
    let note = |request: &Request, response: Response| {
        link = request.uri().path().rsplit('/').next().and_then(|number| number.parse().ok());
        Ok(response)
    };
    let mut socket = tokio_tungstenite::accept_hdr_async(stream, note).await?;
    let link = link.context("a client asked for no link")?;
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else { continue };
        let request: serde_json::Value = serde_json::from_str(&text)?;
        let (id, method) = (&request["id"], request["method"].as_str().unwrap_or_default());
        let payload =
            if method == "connect" { hello() } else { serde_json::json!({"subscriptionId": "s", "events": []}) };
        let answer = serde_json::json!({"type": "res", "id": id, "ok": true, "payload": payload});
        socket.send(Message::text(answer.to_string())).await?;
        if method == "subscribe" {
            return Ok((link, socket.into_inner()));
        }
    }
    anyhow::bail!("a client left before it subscribed")
}

fn hello() -> serde_json::Value {
    serde_json::json!({
        "type": "hello-ok", "protocol": 4,
        "server": {"version": "0.1.0", "host": "bench", "connId": "c"},
        "features": {"methods": ["chat.send", "subscribe"], "events": []}, "snapshot": {},
        "auth": {"deviceToken": "", "role": "operator", "scopes": ["operator.admin", "operator.read", "operator.write"], "issuedAtMs": 1},
        "policy": {"maxPayload": 524_288, "maxBufferedBytes": 1_572_864, "tickIntervalMs": 30_000}
    })
}

/// All a link is to hear.
fn stream(link: u64, each: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for n in 0..each {
        frames::raw(&frames::frame(link, n, None), &mut bytes);
    }
    bytes
}

async fn full(socket: &mut TcpStream, stream: &[u8]) -> std::io::Result<()> {
    for chunk in stream.chunks(CHUNK) {
        socket.write_all(chunk).await?;
    }
    Ok(())
}

async fn paced(sockets: &mut [TcpStream], each: u64, pace: u64) -> anyhow::Result<()> {
    let mut beat = tokio::time::interval(BEAT);
    let (mut sent, links) = (0u64, sockets.len() as u64);
    let began = std::time::Instant::now();
    let mut bytes = Vec::new();
    while sent < each * links {
        beat.tick().await;
        let due = u64::try_from(began.elapsed().as_nanos())? * pace / 1_000_000_000;
        while sent < due.min(each * links) {
            let link = sent % links;
            bytes.clear();
            frames::raw(&frames::frame(link, sent / links, Some(now())), &mut bytes);
            sockets[usize::try_from(link)?].write_all(&bytes).await?;
            sent += 1;
        }
    }
    Ok(())
}
