//! The two doors between a window and the house: one command for all calls, one channel of batches a window. No logic.
//! Beside them the window only says that it has drawn what it was told.

use std::sync::Arc;
use std::time::Instant;

use contract::{Fault, Request};
use serde_json::Value;
use tauri::ipc::Channel;
use tauri::{State, Webview};

use crate::start::Door;

/// A call of the window. Its label is taken from the window itself, not from what it says.
#[tauri::command]
pub async fn call(webview: Webview, door: State<'_, Arc<Door>>, request: Request) -> Result<Value, Fault> {
    let request = Request { window: webview.label().to_owned(), ..request };
    door.call(request).await
}

/// The window's channel: each batch is one JSON text. A window that reloads attaches again; its old channel ends.
#[tauri::command]
pub async fn attach(webview: Webview, door: State<'_, Arc<Door>>, channel: Channel<String>) -> Result<(), Fault> {
    let label = webview.label().to_owned();
    let Some(mut batches) = door.attach(&label).await else {
        return Ok(());
    };
    let scope = door.scope().clone();
    door.scope().spawn(&format!("window {label}"), async move {
        loop {
            let batch = tokio::select! {
                batch = batches.recv() => batch,
                () = scope.cancelled() => None,
            };
            let Some(batch) = batch else {
                return Ok::<(), serde_json::Error>(());
            };
            let text = serde_json::to_string(&batch)?;
            if let Err(gone) = channel.send(text) {
                // A text is refused by a window that is closed, and by no other: an end as it should be.
                tracing::debug!(%gone, "the window takes no more batches");
                return Ok(());
            }
        }
    });
    Ok(())
}

/// The window shows what the house told, for the first time since it was loaded: a line in the log, which the bench of
/// the start waits for.
#[tauri::command]
pub fn painted(born: State<'_, Instant>) {
    tracing::info!(ms = crate::milliseconds(*born), "the nodes are on the screen");
}
