//! The house: links, state, log and a window that shows nodes, the stream and four sessions.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use contract::activity::Filter;
use contract::node::Vendor;
use contract::transcript::SessionRef;
use contract::{Batch, Topic};
use fleet::core::{Core, RealClock};
use fleet::log::Log;
use fleet::truth::NodeHead;
use link::dialect::{ClientInfo, Credentials, Kind};
use link::event::{Body, Event};
use link::{Address, Choice, Sink, Target, Transport};
use parking_lot::Mutex;
use supervise::Scope;
use tokio::sync::{Notify, mpsc};

use crate::frames;
use crate::measure::{Watch, now};

/// What the taps share.
#[derive(Default)]
struct Tally {
    deltas: AtomicU64,
    others: AtomicU64,
    finished: AtomicU64,
    began: OnceLock<Mutex<Option<Watch>>>,
    late: Mutex<Vec<u64>>,
    done: Notify,
}

/// Stands between a link and the state, to see what passes and when it was applied.
struct Tap {
    inner: Arc<dyn Sink>,
    tally: Arc<Tally>,
    runs: u64,
}

impl Sink for Tap {
    fn deliver(&self, events: &mut Vec<Event>) {
        let (mut deltas, mut others, mut finished, mut stamps) = (0, 0, 0, Vec::new());
        for event in events.iter() {
            match &event.body {
                Body::NodeState(_) => continue,
                Body::TextDelta { text } => {
                    deltas += 1;
                    stamps.extend(frames::stamp_in(text));
                }
                Body::RunFinished(_) => finished += 1,
                _ => others += 1,
            }
            self.tally.began.get_or_init(|| Mutex::new(Some(Watch::start())));
        }
        self.inner.deliver(events);
        if !stamps.is_empty() {
            let now = now();
            self.tally.late.lock().extend(stamps.into_iter().map(|sent| now.saturating_sub(sent)));
        }
        self.tally.deltas.fetch_add(deltas, Ordering::Relaxed);
        self.tally.others.fetch_add(others, Ordering::Relaxed);
        if finished > 0 && self.tally.finished.fetch_add(finished, Ordering::Relaxed) + finished == self.runs {
            self.tally.done.notify_one();
        }
    }
}

/// Reads `links` sockets until `frames` have gone the whole way.
#[tokio::main(worker_threads = 2)]
pub async fn run(port: u16, links: u64, frames: u64) -> anyhow::Result<()> {
    let scope = Scope::root("bench");
    let folder = tempfile::tempdir()?;
    let log = Log::open(&scope, folder.path()).await?;
    let core = Core::new(&scope, log.clone(), Arc::new(RealClock));
    let tally = Arc::new(Tally::default());
    let inbox = watch(&core, links);
    let batches = Arc::new(AtomicU64::new(0));
    scope.spawn("window", drain(inbox, batches.clone()));
    let mut kept = Vec::new();
    for number in 0..links {
        let id = format!("n{number}");
        core.add_node(head(&id, number));
        let tap = Tap { inner: core.sink(&id), tally: tally.clone(), runs: frames::runs(frames) };
        kept.push(link::open(&scope, target(port, &id)?, Arc::new(tap)));
    }
    tally.done.notified().await;
    log.flush().await;
    let watch = tally.began.get().and_then(|watch| watch.lock().take());
    let watch = watch.ok_or_else(|| anyhow::anyhow!("no event came"))?;
    let arrived = arrived(&core, &tally, links, frames);
    watch.report(arrived, &mut tally.late.lock())?;
    eprintln!("   {} batches to the window", batches.load(Ordering::Relaxed));
    scope.shutdown(Duration::from_secs(2)).await;
    Ok(())
}

/// Frames whose meaning arrived: every turn ended, and no delta is missing.
fn arrived(core: &Core, tally: &Tally, links: u64, frames: u64) -> u64 {
    let runs = frames::runs(frames);
    let deltas = runs * frames::DELTAS;
    let whole = tally.finished.load(Ordering::Relaxed) == runs && tally.deltas.load(Ordering::Relaxed) == deltas;
    let quiet = (0..links).all(|number| core.read(&format!("n{number}"), |truth| truth.running()) == Some(0));
    if whole && quiet { frames } else { tally.deltas.load(Ordering::Relaxed) + tally.others.load(Ordering::Relaxed) }
}

fn watch(core: &Core, links: u64) -> mpsc::Receiver<Batch> {
    let inbox = core.attach("main");
    let mut topics = vec![Topic::Nodes, Topic::Approvals, Topic::Activity { filter: Filter::default(), limit: 200 }];
    for pane in 0..4u64 {
        let of = SessionRef {
            node: format!("n{}", pane % links),
            session: format!("session:{}-{}", pane % links, pane % 4),
        };
        topics.push(Topic::Transcript { of, limit: 100 });
    }
    core.watch("main", topics);
    inbox
}

/// Makes text of every batch, as the bridge does.
async fn drain(mut inbox: mpsc::Receiver<Batch>, batches: Arc<AtomicU64>) -> Result<(), serde_json::Error> {
    while let Some(batch) = inbox.recv().await {
        std::hint::black_box(serde_json::to_string(&batch)?);
        batches.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

fn head(id: &str, order: u64) -> NodeHead {
    NodeHead {
        id: id.to_owned(),
        name: id.to_owned(),
        vendor: Vendor::Moltis,
        address: "bench".to_owned(),
        local: false,
        order: order.cast_signed(),
        pinned: None,
    }
}

fn target(port: u16, name: &str) -> anyhow::Result<Target> {
    Ok(Target {
        name: name.to_owned(),
        choice: Choice::Is(Kind::Moltis),
        address: Address::parse(&format!("ws://127.0.0.1:{port}"))?,
        pin: None,
        credentials: Credentials { key: None, device: None, device_token: None },
        ours: ClientInfo::new("0.1.0", "00000000-0000-0000-0000-000000000000"),
        on_token: None,
        transport: Transport::Net,
    })
}
