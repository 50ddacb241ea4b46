//! The reader that only counts frames: what any reader of these sockets must at least do.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::frames;
use crate::measure::{Task, Watch, now};

/// What its tasks share.
#[derive(Default)]
struct Tally {
    frames: AtomicU64,
    began: OnceLock<Watch>,
    late: Mutex<Vec<u64>>,
}

/// Reads sockets until all frames have come.
#[tokio::main(worker_threads = 2)]
#[allow(clippy::disallowed_methods, reason = "the bench stands beside the house, not in it")]
pub async fn run(task: Task) -> anyhow::Result<()> {
    let tally = Arc::new(Tally::default());
    let mut tasks = tokio::task::JoinSet::new();
    for link in 0..task.links {
        tasks.spawn(read(task, link, tally.clone()));
    }
    while let Some(end) = tasks.join_next().await {
        end??;
    }
    let watch = tally.began.get().ok_or_else(|| anyhow::anyhow!("no frame came"))?;
    let figures = watch.stop(tally.frames.load(Ordering::Relaxed), &mut tally.late.lock());
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

async fn read(task: Task, link: u64, tally: Arc<Tally>) -> anyhow::Result<()> {
    let stream = TcpStream::connect(("127.0.0.1", task.port)).await?;
    stream.set_nodelay(true)?;
    let url = format!("ws://127.0.0.1:{}/link/{link}", task.port);
    // A buffer as large as the house's: the library's own is eight times that, and costs more when frames come singly.
    let config = WebSocketConfig::default().read_buffer_size(16 * 1024);
    let (mut socket, _) = tokio_tungstenite::client_async_with_config(url, stream, Some(config)).await?;
    for (id, method) in [("1", "connect"), ("2", "subscribe")] {
        socket.send(Message::text(format!(r#"{{"type":"req","id":"{id}","method":"{method}"}}"#))).await?;
        socket.next().await.ok_or_else(|| anyhow::anyhow!("no answer"))??;
    }
    let expected = task.frames / task.links;
    let mut seen = 0;
    while seen < expected {
        let message = socket.next().await.ok_or_else(|| anyhow::anyhow!("the feeder left"))??;
        let Message::Text(text) = message else { continue };
        tally.began.get_or_init(Watch::start);
        seen += 1;
        if let Some(sent) = task.paced.then(|| frames::stamps(&text).next()).flatten() {
            tally.late.lock().push(now().saturating_sub(sent));
        }
    }
    tally.frames.fetch_add(seen, Ordering::Relaxed);
    Ok(())
}
