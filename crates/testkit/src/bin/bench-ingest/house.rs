//! The house: links, state, log on disk, and a window that shows nodes, approvals, the stream and four sessions.

use std::sync::Arc;
use std::time::Duration;

use contract::node::Vendor;
use fleet::core::{Core, RealClock};
use fleet::log::Log;
use fleet::truth::NodeHead;
use link::dialect::{ClientInfo, Credentials, Kind};
use link::{Address, Choice, Target, Transport};
use supervise::Scope;

use crate::check;
use crate::measure::Task;
use crate::tap::{Tally, Tap};
use crate::window;

/// Reads sockets until all frames have gone the whole way and are on the disk.
#[tokio::main(worker_threads = 2)]
pub async fn run(task: Task) -> anyhow::Result<()> {
    let scope = Scope::root("bench");
    let folder = tempfile::tempdir()?;
    let log = Log::open(&scope, &folder.path().join(fleet::log::FILE)).await?;
    let core = Core::new(&scope, log.clone(), Arc::new(RealClock));
    let tally = Arc::new(Tally::default());
    let window = window::open(&scope, &core, task.links);
    let mut links = Vec::new();
    for number in 0..task.links {
        let id = node(number);
        core.add_node(head(&id, number));
        let tap = Tap { inner: core.sink(&id), tally: tally.clone(), task };
        links.push(link::open(&scope, target(task.port, number)?, Arc::new(tap)));
    }
    tally.done.notified().await;
    log.flush().await;
    let watch = tally.began.get().ok_or_else(|| anyhow::anyhow!("no event came"))?;
    // That as many arrived as were sent is what the check is for.
    let figures = watch.stop(task.frames, &mut tally.late.lock());
    check::all(&core, &window.told().await, task).await?;
    println!("{}", serde_json::to_string(&figures)?);
    drop(links);
    scope.shutdown(Duration::from_secs(2)).await;
    Ok(())
}

/// The id of the node at a link's end.
pub fn node(number: u64) -> String {
    format!("n{number}")
}

fn head(id: &str, order: u64) -> NodeHead {
    NodeHead {
        id: id.to_owned(),
        name: id.to_owned(),
        vendor: Vendor::Moltis,
        address: "bench".to_owned(),
        local: false,
        order: order.cast_signed(),
        reach: Default::default(),
        pins: Vec::new(),
    }
}

fn target(port: u16, link: u64) -> anyhow::Result<Target> {
    Ok(Target {
        name: node(link),
        choice: Choice::Is(Kind::Moltis),
        routes: Address::parse(&format!("ws://127.0.0.1:{port}/link/{link}"))?.into(),
        tls: Default::default(),
        credentials: Credentials { key: None, device: None, device_token: None },
        ours: ClientInfo::new("0.1.0", "00000000-0000-0000-0000-000000000000"),
        on_token: None,
        on_route: None,
        on_drift: None,
        tape: Default::default(),
        transport: Transport::Net,
    })
}
