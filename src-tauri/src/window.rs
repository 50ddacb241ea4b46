//! The window as the desktop sees it: one copy of the app for one home, at the place it had.

use std::hash::{DefaultHasher, Hash, Hasher};

use fleet::Home;
use supervise::Scope;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager, Runtime};

/// A second start on the same home brings the first copy's window forward and ends.
pub fn only_one<R: Runtime>(home: Option<&Home>) -> TauriPlugin<R> {
    let mut home_hash = DefaultHasher::new();
    home.map(|home| &home.data).hash(&mut home_hash);
    tauri_plugin_single_instance::Builder::new()
        .callback(|app, _, _| show(app))
        .dbus_id(format!("dev.pilothouse.home{:016x}", home_hash.finish()))
        .build()
}

/// Size and place are kept with the rest of the home's state.
pub fn remembered<R: Runtime>(home: Option<&Home>) -> TauriPlugin<R> {
    let builder = tauri_plugin_window_state::Builder::new();
    match home {
        Some(home) => builder.with_filename(home.state.join("window.json").to_string_lossy()).build(),
        None => builder.build(),
    }
}

/// Brings the window to the front.
pub fn show<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.webview_windows().into_values().next() else {
        return;
    };
    for step in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = step {
            tracing::warn!(%error, "the window does not come forward");
        }
    }
}

/// Ctrl-C in the terminal, and the end of the desktop session, close the app as its window does.
#[cfg(unix)]
pub fn until_told<R: Runtime>(app: &AppHandle<R>, scope: &Scope) {
    use tokio::signal::unix::{SignalKind, signal};

    let (app, stop) = (app.clone(), scope.clone());
    scope.spawn("listen to signals", async move {
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::select! {
            _ = interrupt.recv() => app.exit(0),
            _ = terminate.recv() => app.exit(0),
            () = stop.cancelled() => {}
        }
        Ok::<(), std::io::Error>(())
    });
}

/// Elsewhere the system closes the window itself.
#[cfg(not(unix))]
pub fn until_told<R: Runtime>(_: &AppHandle<R>, _: &Scope) {}
