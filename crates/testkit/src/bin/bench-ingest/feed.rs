//! The feeder: a gateway that takes the handshake and then sends chat turns, as fast as they are taken or paced.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;

use crate::frames;
use crate::measure::now;

/// Bytes written at once at full speed.
const CHUNK: usize = 64 * 1024;
/// How often the paced feeder sends.
const BEAT: Duration = Duration::from_millis(1);

/// Serves `links` clients; `pace` is events a second over all, 0 for full speed.
#[tokio::main(flavor = "current_thread")]
pub async fn run(links: u64, frames: u64, pace: u64) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    let each = frames / links;
    let mut sockets = Vec::new();
    for _ in 0..links {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        sockets.push(greet(stream));
    }
    let sockets = futures_util::future::try_join_all(sockets).await?;
    if pace > 0 {
        return paced(sockets, each, pace).await;
    }
    let tasks = sockets.into_iter().enumerate().map(|(link, stream)| full(link as u64, stream, each));
    futures_util::future::try_join_all(tasks).await?;
    // The readers leave first.
    std::future::pending::<()>().await;
    Ok(())
}

/// Answers until the client has subscribed, then gives the bare stream.
async fn greet(stream: TcpStream) -> anyhow::Result<TcpStream> {
    let mut socket = tokio_tungstenite::accept_async(stream).await?;
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else { continue };
        let request: serde_json::Value = serde_json::from_str(&text)?;
        let (id, method) = (&request["id"], request["method"].as_str().unwrap_or_default());
        let payload =
            if method == "connect" { hello() } else { serde_json::json!({"subscriptionId": "s", "events": []}) };
        let answer = serde_json::json!({"type": "res", "id": id, "ok": true, "payload": payload});
        socket.send(Message::text(answer.to_string())).await?;
        if method == "subscribe" {
            return Ok(socket.into_inner());
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

async fn full(link: u64, mut stream: TcpStream, each: u64) -> anyhow::Result<()> {
    let mut bytes = Vec::with_capacity(CHUNK + 1024);
    for n in 0..each {
        frames::raw(&frames::frame(link, n, None), &mut bytes);
        if bytes.len() >= CHUNK || n + 1 == each {
            stream.write_all(&bytes).await?;
            bytes.clear();
        }
    }
    // Kept open: the end of the stream is not part of the measure.
    Box::leak(Box::new(stream));
    Ok(())
}

async fn paced(mut sockets: Vec<TcpStream>, each: u64, pace: u64) -> anyhow::Result<()> {
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
    std::future::pending::<()>().await;
    Ok(())
}
