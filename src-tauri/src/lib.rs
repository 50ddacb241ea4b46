//! The shell: it starts the house and the window, wires the one to the other, and ends both. It decides nothing.
//!
//! What is absent: no domain type is looked into here. What the window asks goes to the fleet as it came, and what the
//! fleet tells goes to the window as it is.
//!
//! Reading order: `run` below (the order of the start and of the end), `start` (the house), `bridge` (its two doors to
//! the window), `browser`, then `window`, `tray` and `logging`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use supervise::Scope;
use tauri::{RunEvent, WindowEvent};
use tokio::runtime::{Builder, Runtime};

mod start;

mod bridge;
mod browser;

mod logging;
mod tray;
mod window;

use start::Door;

/// How long everything gets to end after the window has closed.
const GRACE: Duration = Duration::from_secs(3);

/// The whole life of the app, top to bottom.
///
/// # Errors
/// There is no runtime or no window; everything else the window itself tells.
pub fn run() -> anyhow::Result<ExitCode> {
    let born = Instant::now();
    let home = fleet::Home::find();
    let _log = logging::start(home.as_ref().ok());
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .map_err(|_| anyhow!("another TLS provider was installed before ours"))?;
    let runtime = runtime()?;
    tauri::async_runtime::set(runtime.handle().clone());
    let root = runtime.block_on(async { Scope::root("pilothouse") });
    let door = Arc::new(Door::new(&root));

    let app = build(&door, home, born).context("the window could not be made")?;
    let loaded = door.clone();
    let code = app.run_return(move |_, event| told(&event, &loaded, born));

    runtime.block_on(end(&door, &root));
    // A keyring that hangs must not keep the process.
    runtime.shutdown_background();
    tracing::info!("ended");
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread().enable_all().thread_name("pilothouse").build().context("the system gives no threads")
}

/// The window with its commands. The house starts beside it, after it is clear that this is the only copy.
fn build(door: &Arc<Door>, home: Result<fleet::Home, fleet::HomeError>, born: Instant) -> tauri::Result<tauri::App> {
    let place = home.as_ref().ok().cloned();
    let begin = door.clone();
    tauri::Builder::default()
        .plugin(window::only_one(place.as_ref()))
        .plugin(window::remembered(place.as_ref()))
        .manage(door.clone())
        .manage(born)
        .invoke_handler(tauri::generate_handler![bridge::call, bridge::attach, bridge::painted, browser::browse])
        .setup(move |app| {
            begin.open(home);
            window::until_told(app.handle(), begin.scope());
            tray::set_up(app.handle());
            Ok(())
        })
        .build(context())
}

/// What `tauri.conf.json` says, with the window's files.
#[allow(clippy::disallowed_methods, reason = "the macro writes calls that are not ours to change")]
fn context() -> tauri::Context {
    tauri::generate_context!()
}

/// What the window system tells; only for the log.
fn told(event: &RunEvent, door: &Door, born: Instant) {
    match event {
        RunEvent::Ready => tracing::info!(ms = milliseconds(born), "the window is there"),
        RunEvent::WindowEvent { event: WindowEvent::Destroyed, label, .. } => door.detach(label),
        _ => {}
    }
}

/// Since then.
fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Ends the house: first what it does with others, then every task, and says which of the two ends it took.
async fn end(door: &Door, root: &Scope) {
    let deadline = tokio::time::Instant::now() + GRACE;
    if tokio::time::timeout_at(deadline, door.close()).await.is_err() {
        tracing::warn!("the connections did not end in time");
    }
    let left = deadline.saturating_duration_since(tokio::time::Instant::now()).max(Duration::from_millis(500));
    let drained = root.shutdown(left).await;
    tracing::info!(in_time = drained.in_time(), "{drained}");
}
