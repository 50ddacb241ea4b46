//! The reader that only counts frames: what any reader of these sockets must at least do.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::frames;
use crate::measure::{Watch, now};

/// What its tasks share.
#[derive(Default)]
struct Tally {
    frames: AtomicU64,
    began: OnceLock<Mutex<Option<Watch>>>,
    late: Mutex<Vec<u64>>,
}

/// Reads `links` sockets until `frames` have come.
#[tokio::main(worker_threads = 2)]
#[allow(clippy::disallowed_methods, reason = "the bench stands beside the house, not in it")]
pub async fn run(port: u16, links: u64, frames: u64) -> anyhow::Result<()> {
    let tally = Arc::new(Tally::default());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..links {
        tasks.spawn(read(port, frames / links, tally.clone()));
    }
    while let Some(end) = tasks.join_next().await {
        end??;
    }
    let watch = tally.began.get().and_then(|watch| watch.lock().take());
    let watch = watch.ok_or_else(|| anyhow::anyhow!("no frame came"))?;
    watch.report(tally.frames.load(Ordering::Relaxed), &mut tally.late.lock())
}

async fn read(port: u16, expected: u64, tally: Arc<Tally>) -> anyhow::Result<()> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (mut socket, _) = tokio_tungstenite::client_async(format!("ws://127.0.0.1:{port}/ws"), stream).await?;
    for (id, method) in [("1", "connect"), ("2", "subscribe")] {
        socket.send(Message::text(format!(r#"{{"type":"req","id":"{id}","method":"{method}"}}"#))).await?;
        socket.next().await.ok_or_else(|| anyhow::anyhow!("no answer"))??;
    }
    let mut seen = 0;
    while seen < expected {
        let message = socket.next().await.ok_or_else(|| anyhow::anyhow!("the feeder left"))??;
        if let Message::Text(text) = message {
            tally.began.get_or_init(|| Mutex::new(Some(Watch::start())));
            seen += 1;
            tally.frames.fetch_add(1, Ordering::Relaxed);
            if let Some(sent) = frames::stamp_in(&text) {
                tally.late.lock().push(now().saturating_sub(sent));
            }
        }
    }
    Ok(())
}
