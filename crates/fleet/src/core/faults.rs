//! Tells every window when the log can no longer be written, and when it can again.

use std::sync::{Arc, Weak};

use supervise::Scope;
use tokio::sync::watch;

use super::Inner;

/// Starts listening to the log, where one is kept.
pub(super) fn start(scope: &Scope, inner: &Arc<Inner>) {
    let Some(faults) = inner.log.faults() else { return };
    let (core, stop) = (Arc::downgrade(inner), scope.clone());
    scope.spawn("log faults", async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = listen(core, faults) => {}
        }
        Ok::<(), String>(())
    });
}

async fn listen(core: Weak<Inner>, mut faults: watch::Receiver<Option<String>>) {
    while faults.changed().await.is_ok() {
        let fault = faults.borrow_and_update().clone();
        let Some(core) = core.upgrade() else { return };
        let text = fault.unwrap_or_else(|| "Events are being kept again.".to_owned());
        core.hub.toast(&text);
    }
}
