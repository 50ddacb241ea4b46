//! The window of the bench: shows nodes, approvals, the stream and four sessions, and takes every batch as the bridge
//! does. What the sessions were told is kept, to see afterwards whether it was the truth.

use std::sync::Arc;
use std::time::Duration;

use contract::activity::Filter;
use contract::transcript::SessionRef;
use contract::{Batch, Topic, Update};
use fleet::core::Core;
use parking_lot::Mutex;
use supervise::Scope;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

use crate::frames;
use crate::house::node;

/// Batches come sixty a second: after so long without one, none is due.
const QUIET: Duration = Duration::from_millis(400);

pub struct Window {
    batches: Arc<Mutex<Vec<Batch>>>,
    came: Arc<Notify>,
}

/// Opens it before the first node is there.
pub fn open(scope: &Scope, core: &Core, links: u64) -> Window {
    let inbox = core.attach("main");
    let mut topics =
        vec![Topic::Nodes, Topic::Approvals, Topic::Activity { filter: Filter::default(), limit: 200 }, Topic::Vitals];
    topics.extend(panes(links).map(|of| Topic::Transcript { of, limit: 100 }));
    core.watch("main", topics);
    let window = Window { batches: Arc::default(), came: Arc::default() };
    scope.spawn("window", take(inbox, window.batches.clone(), window.came.clone()));
    window
}

/// The sessions it shows, of as many nodes as there are.
pub fn panes(links: u64) -> impl Iterator<Item = SessionRef> {
    (0..4).map(move |pane| {
        let link = pane % links;
        SessionRef { node: node(link), session: frames::session(link, pane) }
    })
}

impl Window {
    /// All it was told, once nothing more comes.
    pub async fn told(&self) -> Vec<Batch> {
        while timeout(QUIET, self.came.notified()).await.is_ok() {}
        std::mem::take(&mut *self.batches.lock())
    }
}

/// Makes text of every batch and lets it go, as the bridge does; of the panes it keeps what they were told.
async fn take(
    mut inbox: mpsc::Receiver<Batch>,
    batches: Arc<Mutex<Vec<Batch>>>,
    came: Arc<Notify>,
) -> Result<(), serde_json::Error> {
    while let Some(mut batch) = inbox.recv().await {
        std::hint::black_box(serde_json::to_string(&batch)?);
        batch.updates.retain(is_of_a_pane);
        batch.updates.shrink_to_fit();
        batches.lock().push(batch);
        came.notify_one();
    }
    Ok(())
}

fn is_of_a_pane(update: &Update) -> bool {
    matches!(update, Update::Transcript { .. } | Update::Row { .. } | Update::RowText { .. } | Update::RowGone { .. })
}
